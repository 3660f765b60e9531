"""Writes order.json: the first 100 places of an epoch's order by Fisher-Yates over Philox4x32-10, in plain Python integers.

Run:  python3 order.py

The generator is first held against the known answers of Random123 (Salmon et al., 2011).
"""
import json
import pathlib

MASK = 0xFFFFFFFF
ORDER = 1  # what the numbers are for


def philox(counter, key):
    c, k = list(counter), list(key)
    for _ in range(10):
        first, second = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(second >> 32) ^ c[1] ^ k[0], second & MASK, (first >> 32) ^ c[3] ^ k[1], first & MASK]
        k = [(k[0] + 0x9E3779B9) & MASK, (k[1] + 0xBB67AE85) & MASK]
    return c


def words(seed, epoch):
    block = 0
    while True:
        yield from philox((block, epoch, 0, ORDER), (seed & MASK, (seed >> 32) & MASK))
        block += 1


def below(stream, count):
    """Lemire: the high word of a product, drawn again where its low word would favour some results."""
    while True:
        product = next(stream) * count
        if product & MASK >= (1 << 32) % count:
            return product >> 32


def order(count, seed, epoch):
    stream, result = words(seed, epoch), list(range(count))
    for i in range(count - 1, 0, -1):
        j = below(stream, i + 1)
        result[i], result[j] = result[j], result[i]
    return result


def case(count, seed, epoch):
    first = order(count, seed, epoch)[:100]
    tensors = {"order": {"dtype": "int64", "shape": [len(first)], "data": first}}
    numbers = {"count": count, "seed": seed, "epoch": epoch}
    return {"name": f"{count} images, seed {seed}, epoch {epoch}", "numbers": numbers, "tensors": tensors}


assert philox((0,) * 4, (0,) * 2) == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]
assert philox((MASK,) * 4, (MASK,) * 2) == [0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD]
pi = (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344), (0xA4093822, 0x299F31D0)
assert philox(*pi) == [0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1]

if __name__ == "__main__":
    cases = [case(1, 0, 0), case(10, 0, 0), case(10, 0, 1), case(37, -7, 3), case(100, 123456789012345, 1000)]
    cases.append(case(500_000, 1, 2))  # so many that some numbers are drawn again
    lines = ",\n".join(json.dumps(one) for one in cases)
    pathlib.Path(__file__).with_suffix(".json").write_text(f"[\n{lines}\n]\n")

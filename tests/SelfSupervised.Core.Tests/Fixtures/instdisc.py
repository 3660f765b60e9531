"""Writes instdisc.json: twenty steps of instance discrimination in plain PyTorch, with a bank kept as a list of rows.

Run:  python3 instdisc.py        (beside this file; any PyTorch from 1.13; made with 1.13 on a CPU)

The losses are written with probabilities, as in the paper, in double precision. What the library draws by counting, the bank's
first rows and the negatives, is drawn here by Philox4x32-10 in Python integers.
"""
import json
import math
import pathlib
import random

import torch
import torch.nn.functional as F

MASK = 0xFFFFFFFF
ROWS, DRAWS = 18, 19  # what the numbers are for
IMAGES, BATCH, SIDE, WIDTH, DIMENSION, STEPS, SEED = 12, 6, 16, 4, 6, 20, 5
MU = 0.5


def philox(counter, key):
    c, k = list(counter), list(key)
    for _ in range(10):
        first, second = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(second >> 32) ^ c[1] ^ k[0], second & MASK, (first >> 32) ^ c[3] ^ k[1], first & MASK]
        k = [(k[0] + 0x9E3779B9) & MASK, (k[1] + 0xBB67AE85) & MASK]
    return c


def words(seed, purpose, stream, step):
    block = 0
    while True:
        yield from philox((block, stream, step, purpose), (seed & MASK, (seed >> 32) & MASK))
        block += 1


def below(numbers, count):
    while True:
        product = next(numbers) * count
        if product & MASK >= (1 << 32) % count:
            return product >> 32


def first_rows(seed):
    bound, rows = 1 / math.sqrt(DIMENSION / 3), []
    for number in range(IMAGES):
        numbers = words(seed, ROWS, number, 0)
        row = [-bound + 2 * bound * next(numbers) / 2**32 for _ in range(DIMENSION)]
        norm = math.sqrt(sum(value * value for value in row))
        rows.append([value / norm for value in row])
    return rows


def candidates(seed, step, index, negatives):
    numbers = words(seed, DRAWS, index, step)
    return [index] + [below(numbers, IMAGES) for _ in range(negatives)]


def rounded(generator, count, scale, digits):
    return [round(generator.gauss(0, scale), digits) for _ in range(count)]


def weights():
    generator, parameters, inputs = random.Random(1), {}, 1
    for layer, outputs in enumerate((WIDTH, 2 * WIDTH, 4 * WIDTH), 1):
        values = rounded(generator, outputs * inputs * 9, math.sqrt(2 / (9 * inputs)), 4)
        parameters[f"encoder.layer{layer}.0.weight"] = torch.tensor(values, dtype=torch.float64).view(outputs, inputs, 3, 3)
        parameters[f"encoder.layer{layer}.1.weight"] = torch.ones(outputs, dtype=torch.float64)
        parameters[f"encoder.layer{layer}.1.bias"] = torch.zeros(outputs, dtype=torch.float64)
        inputs = outputs
    values = rounded(generator, DIMENSION * inputs, 1 / math.sqrt(inputs), 4)
    parameters["head.layers.0.weight"] = torch.tensor(values, dtype=torch.float64).view(DIMENSION, inputs)
    return {name: value.requires_grad_() for name, value in parameters.items()}


def embed(images, parameters):
    maps = images
    for layer in (1, 2, 3):
        name = f"encoder.layer{layer}"
        maps = F.conv2d(maps, parameters[f"{name}.0.weight"], stride=2, padding=1)
        maps = F.batch_norm(maps, None, None, parameters[f"{name}.1.weight"], parameters[f"{name}.1.bias"], training=True)
        maps = F.relu(maps)
    return F.normalize(F.linear(maps.mean((2, 3)), parameters["head.layers.0.weight"]), dim=1)


def batches():
    generator = random.Random(2)
    chosen = [generator.sample(range(IMAGES), BATCH) for _ in range(STEPS)]
    chosen[7][4] = chosen[7][1]  # one image twice: the last of them is kept
    return chosen


def full_softmax(v, indices, bank, temperature):
    scores = torch.exp(v @ torch.stack(bank).t() / temperature)
    return -torch.log(scores[torch.arange(BATCH), indices] / scores.sum(1)).mean()


def nce(v, choices, bank, temperature, state):
    rows = torch.stack([torch.stack([bank[i] for i in row]) for row in choices])
    scores = torch.exp((rows * v[:, None]).sum(2) / temperature)
    if "z" not in state:
        state["z"] = scores.detach().mean() * IMAGES
    p, noise = scores / state["z"], (len(choices[0]) - 1) / IMAGES
    positive = torch.log(p[:, 0] / (p[:, 0] + noise))
    return -(positive + torch.log(noise / (p[:, 1:] + noise)).sum(1)).mean()


def case(name, temperature, negatives, proximal):
    parameters, bank, state = weights(), [torch.tensor(row, dtype=torch.float64) for row in first_rows(SEED)], {}
    generator = random.Random(3)
    pixels = [round(generator.random(), 3) for _ in range(IMAGES * SIDE * SIDE)]
    images = torch.tensor(pixels, dtype=torch.float64).view(IMAGES, 1, SIDE, SIDE)
    stored = {f"first.{key}": value.detach().clone() for key, value in parameters.items()}
    stored.update(images=images, indices=torch.tensor(batches()), rows=torch.stack(bank))
    optimizer = torch.optim.SGD(list(parameters.values()), lr=0.01, momentum=0.9)
    losses, drawn = [], []
    for step, indices in enumerate(batches()):
        choices = [candidates(SEED, step, index, negatives) for index in indices]
        drawn.append(choices)
        v = embed(images[indices], parameters)
        loss = nce(v, choices, bank, temperature, state) if negatives else full_softmax(v, indices, bank, temperature)
        loss = loss + proximal * sum((v[b] - bank[i]).square().sum() for b, i in enumerate(indices)) / BATCH
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        before = list(bank)
        for b, i in enumerate(indices):
            bank[i] = F.normalize(MU * before[i] + (1 - MU) * v[b].detach(), dim=0)
    stored.update(losses=torch.tensor(losses, dtype=torch.float64), bank=torch.stack(bank))
    if negatives:
        stored.update(candidates=torch.tensor(drawn), logPartition=torch.log(state["z"]))
    numbers = {"temperature": temperature, "negatives": negatives, "proximal": proximal, "seed": SEED}
    return {"name": name, "numbers": numbers, "tensors": {key: tensor(value) for key, value in stored.items()}}


def tensor(value):
    kind = {torch.float64: "float64", torch.int64: "int64"}[value.dtype]
    return {"dtype": kind, "shape": list(value.shape), "data": value.detach().flatten().tolist()}


if __name__ == "__main__":
    cases = [
        case("full softmax", 0.1, 0, 0),
        case("full softmax, proximal", 0.2, 0, 0.7),
        case("noise contrast", 0.1, 7, 0),
        case("noise contrast, proximal", 0.2, 20, 0.3),
    ]
    lines = ",\n".join(json.dumps(one) for one in cases)
    pathlib.Path(__file__).with_suffix(".json").write_text(f"[\n{lines}\n]\n")

"""Writes ntxent.json and infonce-{batch,symmetric,against}.json: the losses by PyTorch's own cross-entropy and autograd.

Run:  python3 contrastive.py        (beside this file; any PyTorch from 1.13; made with 1.13 on a CPU)

Each loss is written here as cross-entropies over explicitly listed candidates, one anchor at a time, so that nothing
but the definition is shared with the library. Inputs come from Python's own generator, rounded to four decimals.
"""
import json
import pathlib
import random

import torch
import torch.nn.functional as F

DTYPES = {torch.float64: "float64", torch.float32: "float32", torch.int64: "int64", torch.bool: "bool"}


def normal(seed, rows, columns, dtype):
    generator = random.Random(seed)
    values = [[round(generator.gauss(0, 1), 4) for _ in range(columns)] for _ in range(rows)]
    return torch.tensor(values, dtype=dtype, requires_grad=True)


def cross_entropy(anchor, candidates, positive, temperature):
    """The cross-entropy of one anchor over the rows of `candidates`, of which number `positive` is right."""
    scores = F.cosine_similarity(anchor[None], torch.stack(candidates), eps=1e-12) / temperature
    return F.cross_entropy(scores[None], torch.tensor([positive]))


def nt_xent(views, temperature, ids=None):
    count, images = len(views), len(views[0])
    losses = []
    for view in range(count):
        for image in range(images):
            rows = [(v, n) for v in range(count) for n in range(images) if (v, n) != (view, image)]
            if ids is not None:
                rows = [(v, n) for v, n in rows if n == image or ids[n] != ids[image]]
            candidates = [views[v][n] for v, n in rows]
            positives = [rows.index((v, image)) for v in range(count) if v != view]
            terms = [cross_entropy(views[view][image], candidates, p, temperature) for p in positives]
            losses.append(torch.stack(terms).mean())
    return torch.stack(losses)


def info_nce(queries, keys, temperature, hidden=None):
    losses = []
    for n in range(len(queries)):
        rows = [m for m in range(len(keys)) if m == n or hidden is None or not hidden[n][m]]
        losses.append(cross_entropy(queries[n], [keys[m] for m in rows], rows.index(n), temperature))
    return torch.stack(losses)


def symmetric(queries, keys, temperature, hidden=None):
    other = None if hidden is None else hidden.t()
    return (info_nce(queries, keys, temperature, hidden) + info_nce(keys, queries, temperature, other)) / 2


def against(queries, keys, negatives, temperature, hidden=None):
    losses = []
    for n in range(len(queries)):
        rows = [k for k in range(len(negatives)) if hidden is None or not hidden[n][k]]
        losses.append(cross_entropy(queries[n], [keys[n]] + [negatives[k] for k in rows], 0, temperature))
    return torch.stack(losses)


def case(name, temperature, inputs, per_anchor, constants=None):
    gradients = torch.autograd.grad(per_anchor.mean(), list(inputs.values()))
    tensors = {**inputs, **(constants or {}), "perAnchor": per_anchor, "loss": per_anchor.mean()}
    tensors.update({f"{key}.grad": gradient for key, gradient in zip(inputs, gradients)})
    stored = {
        key: {"dtype": DTYPES[t.dtype], "shape": list(t.shape), "data": t.detach().flatten().tolist()}
        for key, t in tensors.items()
    }
    return {"name": name, "numbers": {"temperature": temperature}, "tensors": stored}


def nt_xent_case(name, views, images, columns, temperature, dtype, ids=None):
    inputs = {f"view{v}": normal(100 + v, images, columns, dtype) for v in range(views)}
    constants = {} if ids is None else {"ids": torch.tensor(ids)}
    return case(name, temperature, inputs, nt_xent(list(inputs.values()), temperature, ids), constants)


def info_nce_case(name, loss, images, columns, temperature, dtype, negatives=0, hidden=()):
    inputs = {"queries": normal(200, images, columns, dtype), "keys": normal(201, images, columns, dtype)}
    if negatives:
        inputs["negatives"] = normal(202, negatives, columns, dtype)
    constants, mask = {}, None
    if hidden:
        mask = torch.zeros(images, negatives or images, dtype=torch.bool)
        for row, column in hidden:
            mask[row, column] = True
        constants["mask"] = mask
    return case(name, temperature, inputs, loss(*inputs.values(), temperature, mask), constants)


NT_XENT = [
    nt_xent_case("two views, double", 2, 5, 4, 0.1, torch.float64),
    nt_xent_case("two views, single", 2, 6, 8, 0.5, torch.float32),
    nt_xent_case("two views, cold", 2, 4, 3, 0.005, torch.float32),
    nt_xent_case("two views, repeated images", 2, 5, 4, 0.2, torch.float64, [7, 3, 7, 9, 3]),
    nt_xent_case("three views, double", 3, 4, 5, 0.3, torch.float64),
    nt_xent_case("four views, repeated images", 4, 3, 4, 0.3, torch.float64, [1, 2, 1]),
]
INFO_NCE = {
    "batch": [
        info_nce_case("double", info_nce, 5, 4, 0.07, torch.float64),
        info_nce_case("single", info_nce, 6, 8, 0.2, torch.float32),
        info_nce_case("masked", info_nce, 5, 4, 0.2, torch.float64, hidden=[(0, 3), (3, 0), (4, 1)]),
    ],
    "symmetric": [
        info_nce_case("double", symmetric, 5, 4, 0.07, torch.float64),
        info_nce_case("single", symmetric, 6, 8, 0.2, torch.float32),
        info_nce_case("masked", symmetric, 5, 4, 0.2, torch.float64, hidden=[(0, 3), (3, 0), (4, 1)]),
    ],
    "against": [
        info_nce_case("double", against, 4, 4, 0.07, torch.float64, negatives=7),
        info_nce_case("single", against, 5, 8, 0.2, torch.float32, negatives=6),
        info_nce_case("masked", against, 3, 4, 0.2, torch.float64, 3, [(0, 1), (1, 0), (1, 1), (1, 2)]),
    ],
}

if __name__ == "__main__":
    folder = pathlib.Path(__file__).parent
    files = {"ntxent": NT_XENT, **{f"infonce-{form}": cases for form, cases in INFO_NCE.items()}}
    for name, cases in files.items():
        lines = ",\n".join(json.dumps(one) for one in cases)
        (folder / f"{name}.json").write_text(f"[\n{lines}\n]\n")

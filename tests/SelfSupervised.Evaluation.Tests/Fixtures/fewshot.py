"""Writes fewshot.json with PyTorch.

Run:  python3 fewshot.py      (beside this file; made with PyTorch 1.13 and SciPy 1.10 on a CPU)

torch.optim.Adam with autograd on rows and from weights that are drawn here from Philox; the interval is scipy.stats'.
"""
import json
import pathlib

import scipy.stats
import torch

from evaluation import case, clusters, below, philox, MASK

DRAW, WEIGHTS = 0x604, 0x605  # what the numbers are for


def words(seed, purpose, stream, step):
    block = 0
    while True:
        yield from philox((block, stream, step, purpose), (seed & MASK, (seed >> 32) & MASK))
        block += 1


def order(count, numbers):
    result = list(range(count))
    for i in range(count - 1, 0, -1):
        j = below(numbers, i + 1)
        result[i], result[j] = result[j], result[i]
    return result


def normal(count, numbers):
    pairs = torch.tensor([[next(numbers), next(numbers)] for _ in range(count)], dtype=torch.float64) / 2**32
    return (-2 * torch.log(pairs[:, 0] + 2.0**-32)).sqrt() * torch.cos(2 * torch.pi * pairs[:, 1])


def adam(x, y, initial, iterations):
    weight, bias = initial[:, :-1].clone().requires_grad_(), initial[:, -1].clone().requires_grad_()
    optimizer = torch.optim.Adam([weight, bias], lr=0.03)
    for _ in range(iterations):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(x @ weight.t() + bias, y).backward()
        optimizer.step()
    return torch.cat([weight, bias[:, None]], 1).detach()


def few(name, seed, shots, draws, iterations, rows=60, width=5, classes=4):
    x, y = clusters(seed % 1000, rows + 200, width, classes, 1.2)
    train, labels, test, truth = x[:rows], y[:rows], x[rows:], y[rows:]
    correct = []
    for draw in range(draws):
        chosen, initial = [], torch.zeros(classes, width + 1, dtype=torch.float64)
        for c in range(classes):
            members = (labels == c).nonzero().flatten().tolist()
            chosen += [members[i] for i in order(len(members), words(seed, DRAW, c, draw))[:shots]]
            initial[c, :-1] = 0.01 * normal(width, words(seed, WEIGHTS, c, draw))
        final = adam(train[chosen], labels[chosen], initial, iterations)
        correct.append(((test @ final[:, :-1].t() + final[:, -1]).argmax(1) == truth).sum().item())
    accuracy = torch.tensor(correct, dtype=torch.float64) / len(truth)
    half = scipy.stats.t.ppf(0.975, draws - 1) * accuracy.std().item() / draws**0.5
    start = torch.linspace(-1, 1, classes * (width + 1), dtype=torch.float64).reshape(classes, -1)
    numbers = {"seed": seed, "shots": shots, "draws": draws, "iterations": iterations, "mean": accuracy.mean().item(), "halfWidth": half}
    return case(name, numbers, train=train, trainLabels=labels, test=test, testLabels=truth, correct=torch.tensor(correct),
                initial=start, final=adam(train, labels, start, 20))


if __name__ == "__main__":
    cases = [few("five shots", 7, 5, 10, 250), few("one shot, large seed", 123456789012345, 1, 4, 30)]
    lines = ",\n".join(json.dumps(one) for one in cases)
    (pathlib.Path(__file__).parent / "fewshot.json").write_text(f"[\n{lines}\n]\n")

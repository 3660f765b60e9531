"""Writes attacks.json: attacks on a small convolutional network, and the loss of robust contrastive learning.

Run:  python3 attacks.py        (beside this file; any PyTorch from 1.13; made with 1.13 on a CPU)

The network's weights are in the file. Attacks are written here sample by sample, with torch.autograd.grad.
"""
import json
import pathlib
import random

import torch
import torch.nn.functional as F
from contrastive import DTYPES, normal, nt_xent


def stored(tensor):
    return {"dtype": DTYPES[tensor.dtype], "shape": list(tensor.shape), "data": tensor.detach().flatten().tolist()}


def write(name, cases):
    lines = ",\n".join(json.dumps(one) for one in cases)
    pathlib.Path(__file__).with_name(name).write_text(f"[\n{lines}\n]\n")


def values(seed, *shape, scale=1.0):
    generator = random.Random(seed)
    count = torch.Size(shape).numel()
    return torch.tensor([round(generator.gauss(0, scale), 4) for _ in range(count)], dtype=torch.float64).view(shape)


WEIGHTS = {
    "conv1.weight": values(1, 4, 2, 3, 3, scale=0.4), "conv1.bias": values(2, 4, scale=0.1),
    "conv2.weight": values(3, 6, 4, 3, 3, scale=0.3), "conv2.bias": values(4, 6, scale=0.1),
    "fc.weight": values(5, 5, 6), "fc.bias": values(6, 5, scale=0.1),
}
IMAGES = torch.sigmoid(values(7, 4, 2, 8, 7))
LABELS = torch.tensor([0, 3, 1, 4])


def network(x):
    w = WEIGHTS
    x = F.relu(F.conv2d(x, w["conv1.weight"], w["conv1.bias"], padding=1))
    x = F.relu(F.conv2d(x, w["conv2.weight"], w["conv2.bias"], stride=2, padding=1))
    return F.linear(x.mean((2, 3)), w["fc.weight"], w["fc.bias"])


def gradient(x, label):
    x = x.detach().requires_grad_()
    return torch.autograd.grad(F.cross_entropy(network(x[None]), label[None]), x)[0]


def fgsm(size, clamp, sign=1):
    attacked = torch.stack([x + sign * size * gradient(x, y).sign() for x, y in zip(IMAGES, LABELS)])
    return attacked.clamp(0, 1) if clamp else attacked


def pgd(norm, size, step, steps, clamp, sign=1):
    result = []
    for x, label in zip(IMAGES, LABELS):
        at = x.clone()
        for _ in range(steps):
            g = sign * gradient(at, label)
            if norm == "LInfinity":
                at = torch.max(torch.min(at + step * g.sign(), x + size), x - size)
            else:
                delta = at + step * g / g.norm() - x
                at = x + delta * min(1.0, size / delta.norm().item())
            at = at.clamp(0, 1) if clamp else at
        result.append(at)
    return torch.stack(result)


def case(name, attacked, norm, size, step=0.0, steps=0, clamp=0, targeted=0):
    numbers = {"p": {"LInfinity": 0, "L2": 2}[norm], "size": size, "step": step, "steps": steps, "clamp": clamp, "targeted": targeted}
    return {"name": name, "numbers": numbers, "tensors": {"attacked": stored(attacked)}}


def rocl():
    """By the released formula: an anchor's positives are added up, not averaged."""
    views = [normal(seed, 5, 4, torch.float64) for seed in (20, 21, 22)]
    loss = 2 * nt_xent(views, 0.5).mean() + nt_xent([views[2], views[1]], 0.5).mean() / 256
    loss.backward()
    tensors = {f"view{i}": stored(view) for i, view in enumerate(views)} | {f"gradient{i}": stored(view.grad) for i, view in enumerate(views)}
    return {"name": "rocl", "numbers": {"loss": loss.item()}, "tensors": tensors}


if __name__ == "__main__":
    tensors = {name: stored(value) for name, value in WEIGHTS.items()}
    write("attacks.json", [
        {"name": "network", "numbers": {}, "tensors": {**tensors, "images": stored(IMAGES), "labels": stored(LABELS), "outputs": stored(network(IMAGES))}},
        case("fgsm", fgsm(0.1, False), "LInfinity", 0.1),
        case("fgsm, clamped, targeted", fgsm(0.3, True, -1), "LInfinity", 0.3, clamp=1, targeted=1),
        case("pgd, LInfinity", pgd("LInfinity", 0.1, 0.03, 5, False), "LInfinity", 0.1, 0.03, 5),
        case("pgd, LInfinity, clamped", pgd("LInfinity", 0.3, 0.1, 5, True), "LInfinity", 0.3, 0.1, 5, clamp=1),
        case("pgd, L2", pgd("L2", 0.5, 0.15, 5, False), "L2", 0.5, 0.15, 5),
        case("pgd, L2, clamped, targeted", pgd("L2", 2.0, 0.6, 5, True, -1), "L2", 2.0, 0.6, 5, clamp=1, targeted=1),
        rocl(),
    ])

"""Writes moco.json and split-batch-norm.json: twenty steps of MoCo, and split batch norm, in plain PyTorch.

Run:  python3 moco.py        (beside this file; any PyTorch from 1.13; made with 1.13 on a CPU)

Images are a formula that the tests repeat; the query's view is the image, the key's its mirror image. Weights and the first
queue come from Python's own generator. Nothing here is shared with the library but the names of the weights.
"""
import json
import pathlib
import random

import torch
import torch.nn as nn
import torch.nn.functional as F

DTYPES = {torch.float64: "float64", torch.float32: "float32", torch.int64: "int64"}
STEPS, BATCH, SIZE, CAPACITY, DIMENSION = 20, 8, 16, 30, 8


def stored(tensor):
    tensor = tensor.detach()
    return {"dtype": DTYPES[tensor.dtype], "shape": list(tensor.shape), "data": tensor.reshape(-1).tolist()}


def write(name, cases):
    text = json.dumps([{"name": n, "numbers": numbers, "tensors": {k: stored(t) for k, t in tensors.items()}} for n, numbers, tensors in cases])
    pathlib.Path(__file__).with_name(name).write_text(text + "\n")


def images(step):
    count = BATCH * 3 * SIZE * SIZE
    values = [(((step * count + k) * 1103515245 + 12345) % 2**32) >> 24 for k in range(count)]
    return torch.tensor(values, dtype=torch.float32).view(BATCH, 3, SIZE, SIZE) / 255


class SplitNorm(nn.BatchNorm2d):
    def __init__(self, channels, splits):
        super().__init__(channels)
        self.splits = splits

    def forward(self, x):
        if not self.training or self.splits == 1:
            return super().forward(x)
        parts = [x[part::self.splits] for part in range(self.splits)]
        out = torch.empty_like(x)
        means, variances = [], []
        for part, rows in enumerate(parts):
            mean = rows.mean((0, 2, 3))
            variance = rows.var((0, 2, 3), unbiased=False)
            count = rows.numel() / rows.shape[1]
            means.append(mean.detach())
            variances.append(variance.detach() * count / (count - 1))
            normal = (rows - mean[:, None, None]) / (variance[:, None, None] + self.eps).sqrt()
            out[part::self.splits] = normal * self.weight[:, None, None] + self.bias[:, None, None]
        with torch.no_grad():
            self.running_mean.lerp_(torch.stack(means).mean(0), self.momentum)
            self.running_var.lerp_(torch.stack(variances).mean(0), self.momentum)
            self.num_batches_tracked += 1
        return out


def network(splits):
    layers = []
    for inputs, outputs in ((3, 4), (4, 8), (8, 16)):
        layers.append(nn.Sequential(nn.Conv2d(inputs, outputs, 3, 2, 1, bias=False), SplitNorm(outputs, splits), nn.ReLU()))
    net = nn.Module()
    net.encoder = nn.Module()
    for number, layer in enumerate(layers, 1):
        setattr(net.encoder, f"layer{number}", layer)
    net.head = nn.Module()
    net.head.layers = nn.Sequential(nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, DIMENSION))
    net.forward = lambda x: net.head.layers(layers[2](layers[1](layers[0](x))).mean((2, 3)))
    return net


def fill(net, seed):
    generator = random.Random(seed)
    with torch.no_grad():
        for name, parameter in net.named_parameters():
            if parameter.dim() > 1:
                scale = (2 / parameter[0].numel()) ** 0.5
                parameter.copy_(torch.tensor([round(generator.gauss(0, scale), 4) for _ in range(parameter.numel())]).view_as(parameter))


def moco(name, splits=1, symmetric=False, momentum=0.9, temperature=0.1):
    query, key = network(splits), network(splits)
    fill(query, 1)
    key.load_state_dict(query.state_dict())
    for parameter in key.parameters():
        parameter.requires_grad_(False)
    generator = random.Random(2)
    queue = F.normalize(torch.tensor([[round(generator.gauss(0, 1), 4) for _ in range(DIMENSION)] for _ in range(CAPACITY)]))
    tensors = {f"initial.{n}": t.clone() for n, t in query.named_parameters()}
    tensors["initial.queue"] = queue.clone()
    optimizer = torch.optim.SGD(query.parameters(), 0.03, momentum=0.9, weight_decay=1e-4)
    pointer, losses = 0, []

    def contrast(a, b):
        q = F.normalize(query.forward(a))
        with torch.no_grad():
            k = F.normalize(key.forward(b))
        logits = torch.cat([(q * k).sum(1, keepdim=True), q @ queue.clone().t()], 1) / temperature
        return F.cross_entropy(logits, torch.zeros(len(a), dtype=torch.long)), k

    def follow():
        with torch.no_grad():
            for old, new in zip(key.parameters(), query.parameters()):
                old.copy_(old * momentum + new * (1 - momentum))

    for step in range(STEPS):
        x = images(step)
        mirrored = x.flip(-1)
        follow()  # before the keys, which changes nothing at the first step
        loss, keys = contrast(x, mirrored)
        if symmetric:
            other, more = contrast(mirrored, x)
            loss, keys = loss + other, torch.cat([keys, more])
        for row in keys:
            queue[pointer] = row
            pointer = (pointer + 1) % CAPACITY
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    follow()
    tensors["losses"] = torch.tensor(losses, dtype=torch.float64)
    tensors["queue"] = queue
    tensors.update({f"final.{n}": t for n, t in key.state_dict().items() if "num_batches" not in n})
    return name, {"splits": splits, "symmetric": float(symmetric), "momentum": momentum, "temperature": temperature, "pointer": pointer}, tensors


def split_norm(name, splits, batch):
    generator = random.Random(splits)
    norm = SplitNorm(3, splits).double()
    x = torch.tensor([round(generator.gauss(1, 2), 4) for _ in range(batch * 3 * 4)], dtype=torch.float64).view(batch, 3, 2, 2).requires_grad_()
    weights = torch.tensor([round(generator.gauss(0, 1), 4) for _ in range(batch * 12)], dtype=torch.float64).view(batch, 3, 2, 2)
    with torch.no_grad():
        norm.weight.copy_(torch.tensor([0.5, 1.0, 2.0], dtype=torch.float64))
        norm.bias.copy_(torch.tensor([0.1, 0.0, -0.2], dtype=torch.float64))
    out = norm(x)
    (out * weights).sum().backward()
    tensors = {"input": x, "weights": weights, "output": out, "input.grad": x.grad, "weight.grad": norm.weight.grad, "bias.grad": norm.bias.grad,
               "running_mean": norm.running_mean, "running_var": norm.running_var}
    return name, {"splits": splits}, tensors


torch.set_num_threads(1)
write("moco.json", [moco("plain"), moco("symmetric", symmetric=True), moco("split batch norm", splits=2)])
write("split-batch-norm.json", [split_norm(f"{splits} parts", splits, 6) for splits in (1, 2, 3)])

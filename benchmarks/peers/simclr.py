"""The recipe of samples/SimClr on CIFAR-10 in plain PyTorch: the same images, encoder, head, views, loss, optimiser and steps.

    simclr.py ROOT [STEPS] [IMAGES] [SEED]      ROOT holds cifar-10-batches-bin

Views are drawn and applied to the batch by torch operators (see views.py), which is faster than torchvision's transforms in
workers. It prints the time per step, and the accuracy of a linear probe: features standardised by the training images, logistic
regression by L-BFGS, the penalty picked on a fifth of the training images that is held out, then fitted on all of them.
"""
import math
import pathlib
import statistics
import sys
import time

import numpy
import torch
import torch.nn.functional as F
from torch import nn

from views import batched

BATCH, TEMPERATURE, PEAK = 256, 0.2, 2e-3


def read(root, names, count):
    records = numpy.concatenate([numpy.fromfile(pathlib.Path(root) / "cifar-10-batches-bin" / name, numpy.uint8).reshape(-1, 3073) for name in names])
    records = torch.from_numpy(records[:count])
    return records[:, 1:].reshape(-1, 3, 32, 32).contiguous(), records[:, 0].long()


class Encoder(nn.Sequential):
    def __init__(self, width=32):
        layers, inputs = [], 3
        for outputs in (width, 2 * width, 4 * width):
            convolution = nn.Conv2d(inputs, outputs, 3, 2, 1, bias=False)
            nn.init.normal_(convolution.weight, 0, math.sqrt(2 / (outputs * 9)))
            layers += [convolution, nn.BatchNorm2d(outputs), nn.ReLU()]
            inputs = outputs
        super().__init__(*layers)

    def forward(self, x):
        return super().forward(x).mean((2, 3))


def head(width, out=128):
    last = nn.BatchNorm1d(out)
    last.bias.requires_grad_(False)
    return nn.Sequential(nn.Linear(width, width, bias=False), nn.BatchNorm1d(width), nn.ReLU(), nn.Linear(width, out, bias=False), last)


def nt_xent(z):
    z = F.normalize(z)
    logits = z @ z.t() / TEMPERATURE
    logits.fill_diagonal_(-math.inf)
    n = len(z) // 2
    return F.cross_entropy(logits, torch.cat([torch.arange(n, 2 * n), torch.arange(n)]))


def pretrain(images, steps):
    encoder, projection = Encoder(), head(128)
    parameters = [p for p in [*encoder.parameters(), *projection.parameters()] if p.requires_grad]
    optimizer = torch.optim.Adam(parameters, weight_decay=1e-6)
    warmup, times, losses, order = steps // 10, [], [], iter(())
    for step in range(steps):
        start = time.perf_counter()
        rows = next(order, None)
        if rows is None:
            order = iter(torch.randperm(len(images)).split(BATCH)[:len(images) // BATCH])
            rows = next(order)
        x = images[rows].float() / 255
        with torch.no_grad():
            views = torch.cat([batched(x), batched(x)])
        rate = PEAK * step / warmup if step < warmup else PEAK / 2 * (1 + math.cos(math.pi * (step - warmup) / (steps - warmup)))
        for group in optimizer.param_groups:
            group["lr"] = rate
        loss = nt_xent(projection(encoder(views)))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        times.append(time.perf_counter() - start)
    return encoder.eval(), statistics.median(times), statistics.mean(losses[-50:])


def features(encoder, images):
    with torch.no_grad():
        return torch.cat([encoder(part.float() / 255) for part in images.split(500)])


def logistic(x, y, penalty):
    """Softmax regression with penalty/2 times the squared weights beside the mean cross-entropy, the bias free."""
    weight, bias = torch.zeros(10, x.shape[1], requires_grad=True), torch.zeros(10, requires_grad=True)
    optimizer = torch.optim.LBFGS([weight, bias], max_iter=100, tolerance_grad=1e-5, line_search_fn="strong_wolfe")

    def closure():
        optimizer.zero_grad()
        loss = F.cross_entropy(x @ weight.t() + bias, y) + penalty / 2 * weight.square().sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    return lambda inputs: (inputs @ weight.t() + bias).argmax(1)


def probe(train, train_labels, test, test_labels):
    mean, deviation = train.mean(0), train.std(0).clamp_min(1e-12)
    train, test = (train - mean) / deviation, (test - mean) / deviation
    order = torch.randperm(len(train))
    held, fit = order[:len(train) // 5], order[len(train) // 5:]
    accuracy = lambda model, x, y: (model(x) == y).float().mean().item()
    best = max((accuracy(logistic(train[fit], train_labels[fit], p), train[held], train_labels[held]), p) for p in (1e-3, 1e-2, 1e-1, 1))
    return accuracy(logistic(train, train_labels, best[1]), test, test_labels), best[1]


def main(root, steps=2000, count=10_000, seed=1):
    torch.manual_seed(int(seed))
    train, train_labels = read(root, [f"data_batch_{i}.bin" for i in range(1, 6)], int(count))
    test, test_labels = read(root, ["test_batch.bin"], 5000)
    encoder, seconds, loss = pretrain(train, int(steps))
    accuracy, penalty = probe(features(encoder, train), train_labels, features(encoder, test), test_labels)
    print(f"PyTorch {torch.__version__}: {seconds * 1e3:.1f} ms/step, final loss {loss:.3f}, linear probe {accuracy:.4f} (penalty {penalty:g})")


if __name__ == "__main__":
    main(*sys.argv[1:])

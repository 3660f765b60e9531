"""One round of ../memory.sh: milliseconds of what momentum and memory add to a step, as PyTorch code is written.

The parameters are a ResNet-50's with its classification layer, 25.6 million. A row is the median of several calls, between which the others are
called, as in a step.
"""
import statistics
import time

import torch
import torch.nn.functional as F
import torchvision

KEYS, DIMENSION, CAPACITY, IMAGES = 256, 128, 65_536, 50_000
STRETCHES = 25

online, average = torchvision.models.resnet50(), torchvision.models.resnet50()
queue, pointer = F.normalize(torch.randn(DIMENSION, CAPACITY), dim=0), 0
bank = F.normalize(torch.randn(IMAGES, DIMENSION))
keys = torch.randn(KEYS, DIMENSION)
images = torch.arange(KEYS) * 7
flat = torch.empty(sum(p.numel() for p in online.parameters()))
source = torch.ones_like(flat)


def copy():
    """The floor: the parameters read once and written once."""
    flat.copy_(source)


def as_moco():
    """New tensors for both products and for their sum, one parameter after the other."""
    for old, new in zip(average.parameters(), online.parameters()):
        old.data = old.data * 0.999 + new.data * (1.0 - 0.999)


def loop():
    for old, new in zip(average.parameters(), online.parameters()):
        old.mul_(0.999).add_(new, alpha=1 - 0.999)


def foreach():
    torch._foreach_mul_(list(average.parameters()), 0.999)
    torch._foreach_add_(list(average.parameters()), list(online.parameters()), alpha=1 - 0.999)


def enqueue():
    """Unit keys as columns of a [d, K] queue; a batch divides K."""
    global pointer
    queue[:, pointer:pointer + KEYS] = F.normalize(keys).t()
    pointer = (pointer + KEYS) % CAPACITY


def update_bank():
    fresh = bank.index_select(0, images).mul_(0.5).add_(F.normalize(keys), alpha=0.5)
    bank.index_copy_(0, images, F.normalize(fresh))


def milliseconds(action, calls):
    start = time.perf_counter()
    for _ in range(calls):
        action()
    return (time.perf_counter() - start) / calls * 1e3


ACTIONS = {"copy": (copy, 1), "update-moco": (as_moco, 1), "update-python-loop": (loop, 1), "update-foreach": (foreach, 1),
           "enqueue-python": (enqueue, 100), "bank-python": (update_bank, 100)}
times = {name: [] for name in ACTIONS}
with torch.no_grad():
    for stretch in range(-3, STRETCHES):
        for name, (action, calls) in ACTIONS.items():
            taken = milliseconds(action, calls)
            if stretch >= 0:
                times[name].append(taken)
for name, values in times.items():
    print(name, f"{statistics.median(values):.4f}")

"""One side of ../memory.sh: milliseconds of what momentum and memory add to a step, as PyTorch code is written.

    memory.py floor|loop|foreach|moco|enqueue|bank|copy-rows

The parameters are a ResNet-50's with its classification layer, 25.6 million.
"""
import sys

import torch
import torch.nn.functional as F
import torchvision

from timing import DEVICE, milliseconds

KEYS, DIMENSION, CAPACITY, IMAGES = 256, 128, 65_536, 50_000


def update(how):
    online, average = (torchvision.models.resnet50().to(DEVICE) for _ in range(2))
    flat, flat_average = (torch.ones(sum(p.numel() for p in online.parameters()), device=DEVICE) for _ in range(2))

    def floor():
        """The same numbers in one piece, in one pass."""
        flat_average.lerp_(flat, 0.001)

    def moco():
        """New tensors for both products and for their sum, one parameter after the other; lightly has it so too."""
        for old, new in zip(average.parameters(), online.parameters()):
            old.data = old.data * 0.999 + new.data * (1.0 - 0.999)

    def loop():
        for old, new in zip(average.parameters(), online.parameters()):
            old.mul_(0.999).add_(new, alpha=1 - 0.999)

    def foreach():
        torch._foreach_mul_(list(average.parameters()), 0.999)
        torch._foreach_add_(list(average.parameters()), list(online.parameters()), alpha=1 - 0.999)

    return {"floor": floor, "moco": moco, "loop": loop, "foreach": foreach}[how]


def rows(how):
    queue = F.normalize(torch.randn(DIMENSION, CAPACITY, device=DEVICE), dim=0)
    bank = F.normalize(torch.randn(IMAGES, DIMENSION, device=DEVICE))
    keys = torch.randn(KEYS, DIMENSION, device=DEVICE)
    images = torch.arange(KEYS, device=DEVICE) * 7
    target = torch.zeros_like(keys)
    pointer = 0

    def enqueue():
        """Unit keys as columns of a [d, K] queue; a batch divides K."""
        nonlocal pointer
        queue[:, pointer:pointer + KEYS] = F.normalize(keys).t()
        pointer = (pointer + KEYS) % CAPACITY

    def update_bank():
        fresh = bank.index_select(0, images).mul_(0.5).add_(F.normalize(keys), alpha=0.5)
        bank.index_copy_(0, images, F.normalize(fresh))

    return {"enqueue": enqueue, "bank": update_bank, "copy-rows": lambda: target.copy_(keys)}[how]


def main(how):
    small = how in ("enqueue", "bank", "copy-rows")
    action = rows(how) if small else update(how)
    with torch.no_grad():
        print(f"{milliseconds(action, 1.0, calls=100 if small else 1):.4f}")


if __name__ == "__main__":
    main(sys.argv[1])

"""One side of a contrastive loss, forward and backward, in PyTorch, for ../losses.sh.

    losses.py PEER IMAGES [KEYS]     prints milliseconds (the median of several) and the MiB that the first call adds at its peak

PEER is one of
    floor     the three products that a gradient of the whole matrix takes, [2N, D] x [D, 2N] and twice [2N, 2N] x [2N, D]
    plain     cat, mm, the diagonal filled, cross_entropy
    lightly   lightly's NTXentLoss: its own code if LIGHTLY names a checkout of its repository, else the same operations
    pml-ntxent, pml-supcon
              pytorch-metric-learning's NTXentLoss, and its SupConLoss, which is the same of two views, if it is installed
    queue-floor, queue-plain, queue-lightly
              against 65,536 keys: two products; MoCo's einsum, cat, division, cross_entropy on a cloned queue;
              lightly's with its memory bank
    looc-floor, looc-plain
              LooC's loss of two augmentations, which has three spaces with a queue of KEYS each: each space's two products;
              all of a space's scores in one matrix, cross_entropy
"""
import importlib
import math
import os
import sys
import types

import torch
import torch.nn.functional as F

from timing import DEVICE, milliseconds, peak_of

DIMENSION, KEYS, TEMPERATURE, QUEUE_TEMPERATURE = 128, 65536, 0.5, 0.07
SPACES, LOOC_TEMPERATURE = 3, 0.2


def lightly_module():
    """The class out of a checkout, without what its packages import besides; None, and a message, if that fails."""
    root = os.environ.get("LIGHTLY")
    if not root:
        print("LIGHTLY is not set: timing the same operations instead", file=sys.stderr)
        return None
    for package in ("lightly", "lightly.loss", "lightly.models", "lightly.models.modules", "lightly.utils"):
        module = types.ModuleType(package)
        module.__path__ = [os.path.join(root, *package.split("."))]
        sys.modules[package] = module
    # Used by the distributed path alone, and it imports timm.
    sys.modules["lightly.models"].utils = sys.modules["lightly.models.utils"] = types.ModuleType("lightly.models.utils")
    try:
        return importlib.import_module("lightly.loss.ntx_ent_loss").NTXentLoss
    except ImportError as error:
        print(f"LIGHTLY={root} cannot be imported ({error}): timing the same operations instead", file=sys.stderr)
        return None


def pml_loss(name):
    loss = getattr(importlib.import_module("pytorch_metric_learning.losses"), name)(TEMPERATURE)
    return lambda a, b: loss(torch.cat([a, b]), torch.arange(len(a), device=DEVICE).repeat(2))


def plain(a, b):
    z = F.normalize(torch.cat([a, b]), dim=1)
    scores = z.mm(z.t()) / TEMPERATURE
    with torch.no_grad():
        scores.fill_diagonal_(-math.inf)
    return F.cross_entropy(scores, torch.arange(len(z), device=DEVICE).roll(len(a)))


def as_lightly(a, b):
    """Four blocks of scores, each divided; those of equal views without their diagonal; put together again."""
    a, b = F.normalize(a, dim=1), F.normalize(b, dim=1)
    n = len(a)
    others = ~torch.eye(n, dtype=torch.bool, device=DEVICE)

    def block(x, y):
        return torch.einsum("nc,mc->nm", x, y) / TEMPERATURE

    aa, ab, ba, bb = block(a, a), block(a, b), block(b, a), block(b, b)
    aa, bb = aa[others].view(n, -1), bb[others].view(n, -1)
    scores = torch.cat([torch.cat([ab, aa], dim=1), torch.cat([ba, bb], dim=1)])
    return F.cross_entropy(scores, torch.arange(n, device=DEVICE).repeat(2))


def queue_plain(a, b, queue):
    """As MoCo has it: the queue is [D, K], and cloned, for it is written before the backward pass."""
    q, k = F.normalize(a, dim=1), F.normalize(b, dim=1)
    positive = torch.einsum("nc,nc->n", q, k).unsqueeze(-1)
    negative = torch.einsum("nc,ck->nk", q, queue.clone().detach())
    scores = torch.cat([positive, negative], dim=1)
    scores /= QUEUE_TEMPERATURE
    return F.cross_entropy(scores, torch.zeros(len(q), dtype=torch.long, device=DEVICE))


def queue_as_lightly(a, b, bank):
    q, k = F.normalize(a, dim=1), F.normalize(b, dim=1)
    negatives = bank.clone().detach().transpose(0, -1)
    bank[: len(k)] = k.detach()
    positive = torch.einsum("nc,nc->n", q, k).unsqueeze(-1)
    scores = torch.cat([positive, torch.einsum("nc,ck->nk", q, negatives)], dim=1) / QUEUE_TEMPERATURE
    return F.cross_entropy(scores, torch.zeros(len(q), dtype=torch.long, device=DEVICE))


def looc_plain(queries, keys, queues):
    """queries [spaces, N, D], keys [spaces, views, N, D]; in space 0 the other views of an image are no negatives."""
    losses = []
    for space, queue in enumerate(queues):
        q, k = F.normalize(queries[space], dim=1), F.normalize(keys[space][: 1 if space == 0 else None], dim=2)
        scores = torch.cat([torch.einsum("nc,vnc->nv", q, k), q.mm(queue.t())], dim=1) / LOOC_TEMPERATURE
        losses.append(F.cross_entropy(scores, torch.full((len(q),), space, device=DEVICE)))
    return torch.stack(losses).mean()


def products(n):
    rows = torch.randn(2 * n, DIMENSION, device=DEVICE)
    # As many rows as make half a GiB: the rest would be the same again.
    part = min(2 * n, 2**26 // n)
    scores, out, back = torch.zeros(part, 2 * n, device=DEVICE), torch.zeros(part, DIMENSION, device=DEVICE), torch.zeros(2 * n, DIMENSION, device=DEVICE)

    def run():
        for start in range(0, 2 * n, part):
            torch.mm(rows[start:start + part], rows.t(), out=scores)
            torch.mm(scores, rows, out=out)
            torch.mm(scores.t(), rows[start:start + part], out=back)
    return run


def queue_products(n, count, queues=1):
    q, keys = torch.randn(n, DIMENSION, device=DEVICE), torch.randn(queues, count, DIMENSION, device=DEVICE)
    scores, out = torch.zeros(n, count, device=DEVICE), torch.zeros(n, DIMENSION, device=DEVICE)

    def run():
        for queue in keys:
            torch.mm(q, queue.t(), out=scores)
            torch.mm(scores, queue, out=out)
    return run


def loss_of(peer, n):
    if not peer.startswith("queue-"):
        if peer == "plain":
            return plain
        if peer.startswith("pml-"):
            return pml_loss({"pml-ntxent": "NTXentLoss", "pml-supcon": "SupConLoss"}[peer])
        module = lightly_module()
        return module(TEMPERATURE) if module else as_lightly
    if peer == "queue-plain":
        queue = F.normalize(torch.randn(DIMENSION, KEYS, device=DEVICE), dim=0)
        return lambda a, b: queue_plain(a, b, queue)
    module = lightly_module()
    if module:
        return module(QUEUE_TEMPERATURE, memory_bank_size=(KEYS, DIMENSION)).to(DEVICE)
    bank = F.normalize(torch.randn(KEYS, DIMENSION, device=DEVICE), dim=1)
    return lambda a, b: queue_as_lightly(a, b, bank)


def looc_step(n, count):
    queries, keys = torch.randn(SPACES, n, DIMENSION, requires_grad=True, device=DEVICE), torch.randn(SPACES, SPACES, n, DIMENSION, device=DEVICE)
    queues = F.normalize(torch.randn(SPACES, count, DIMENSION, device=DEVICE), dim=2)

    def run():
        queries.grad = None
        looc_plain(queries, keys, queues).backward()
    return run


def step_of(peer, n, count):
    if peer == "floor":
        return products(n)
    if peer == "queue-floor":
        return queue_products(n, KEYS)
    if peer == "looc-floor":
        return queue_products(n, count, SPACES)
    if peer == "looc-plain":
        return looc_step(n, count)
    loss = loss_of(peer, n)
    a, b = (torch.randn(n, DIMENSION, requires_grad=True, device=DEVICE) for _ in range(2))
    if peer.startswith("queue-"):
        b.requires_grad_(False)

    def run():
        a.grad = b.grad = None
        loss(a, b).backward()
    return run


def main(peer, n, count=KEYS):
    step_of(peer, 8, count)()
    run = step_of(peer, n, count)
    peak = peak_of(run)
    print(f"{milliseconds(run, 1.5, least=3):.3f} {peak:.0f}")


if __name__ == "__main__":
    torch.manual_seed(1)
    main(sys.argv[1], *map(int, sys.argv[2:]))

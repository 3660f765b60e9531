"""Writes looc.json and leave-one-out.json: LooC's loss, and twenty steps of LooC and LooC++, in plain PyTorch.

Run:  python3 looc.py        (beside this file; any PyTorch from 1.13; made with 1.13 on a CPU)

The loss is written as cross-entropies over explicitly listed candidates, one query at a time. For the steps images are a formula that
the tests repeat, and the views' two augmentations are the two flips. Whether the query is flipped is drawn by Philox4x32-10, written here
anew; a key that doesn't share a flip has the other outcome, as the rejection of collisions leaves it no choice. Weights and the first
queues come from Python's own generator. Nothing here is shared with the library but the names of the weights.
"""
import json
import pathlib
import random

import torch
import torch.nn as nn
import torch.nn.functional as F

DTYPES = {torch.float64: "float64", torch.float32: "float32", torch.int64: "int64", torch.bool: "bool"}
STEPS, BATCH, SIZE, CAPACITY, DIMENSION, AUGMENTATIONS, SEED = 20, 8, 16, 50, 8, 2, 3


def stored(tensor):
    tensor = tensor.detach()
    data = tensor.reshape(-1).tolist()
    if tensor.dtype == torch.float32:
        data = [float(f"{value:.9g}") for value in data]
    return {"dtype": DTYPES[tensor.dtype], "shape": list(tensor.shape), "data": data}


def write(name, cases):
    text = json.dumps([{"name": n, "numbers": numbers, "tensors": {k: stored(t) for k, t in tensors.items()}} for n, numbers, tensors in cases])
    pathlib.Path(__file__).with_name(name).write_text(text + "\n")


def normal(generator, *shape, dtype=torch.float64):
    count = 1
    for size in shape:
        count *= size
    return torch.tensor([round(generator.gauss(0, 1), 4) for _ in range(count)], dtype=dtype).view(*shape)


def term(space, image, queries, keys, negatives, temperature, hidden=None):
    views = [0] if space == 0 else range(len(keys[space]))
    others = [row for k, row in enumerate(negatives[space]) if hidden is None or not hidden[space][image][k]]
    candidates = torch.stack([keys[space][view][image] for view in views] + others)
    scores = F.cosine_similarity(queries[space][image][None], candidates, eps=1e-12) / temperature
    return F.cross_entropy(scores[None], torch.tensor([space]))


def terms(queries, keys, negatives, temperature, hidden=None):
    return torch.stack([
        torch.stack([term(s, b, queries, keys, negatives, temperature, hidden) for b in range(queries.shape[1])]) for s in range(len(queries))])


def loss_case(name, n, batch, width, sizes, temperature, masked=False, dtype=torch.float64):
    generator = random.Random(len(name) + 10 * n + batch)
    inputs = {"queries": normal(generator, n + 1, batch, width, dtype=dtype), "keys": normal(generator, n + 1, n + 1, batch, width, dtype=dtype)}
    inputs.update({f"negatives{s}": normal(generator, size, width, dtype=dtype) for s, size in enumerate(sizes)})
    for tensor in inputs.values():
        tensor.requires_grad_()
    hidden = None
    tensors = dict(inputs)
    if masked:
        hidden = [torch.tensor([[generator.random() < 0.3 for _ in range(size)] for _ in range(batch)]) for size in sizes]
        tensors.update({f"mask{s}": mask for s, mask in enumerate(hidden)})
    each = terms(inputs["queries"], inputs["keys"], [inputs[f"negatives{s}"] for s in range(n + 1)], temperature, hidden)
    loss = each.mean()
    loss.backward()
    tensors.update({"terms": each, "loss": loss})
    tensors.update({f"{key}.grad": tensor.grad for key, tensor in inputs.items()})
    return name, {"temperature": temperature, "spaces": n + 1}, tensors


def images(step):
    count = BATCH * 3 * SIZE * SIZE
    values = [(((step * count + k) * 1103515245 + 12345) % 2**32) >> 24 for k in range(count)]
    return torch.tensor(values, dtype=torch.float32).view(BATCH, 3, SIZE, SIZE) / 255


def philox(seed, purpose, stream, step):
    """The first word of a stream: Salmon et al., 2011."""
    counter, key = [0, stream, step, purpose], [seed & 0xFFFFFFFF, seed >> 32]
    for _ in range(10):
        low, high = 0xD2511F53 * counter[0], 0xCD9E8D57 * counter[2]
        counter = [(high >> 32) ^ counter[1] ^ key[0], high & 0xFFFFFFFF, (low >> 32) ^ counter[3] ^ key[1], low & 0xFFFFFFFF]
        key = [(key[0] + 0x9E3779B9) & 0xFFFFFFFF, (key[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return counter[0]


def flipped(x, step):
    """q, k0, k1 and k2; k1 shares the horizontal flip with q, k2 the vertical one."""
    made = [torch.empty_like(x) for _ in range(4)]
    for n, image in enumerate(x):
        horizontal, vertical = (philox(SEED, 0x80000000 | place, n, step) < 2**31 for place in (0, 1))
        for view, (h, v) in zip(made, [(horizontal, vertical), (not horizontal, not vertical), (horizontal, not vertical), (not horizontal, vertical)]):
            view[n] = image.flip([axis for axis, turned in ((2, h), (1, v)) if turned])
    return made


def block(inputs, outputs):
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, 2, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU())


class Network(nn.Module):
    def __init__(self, branching):
        super().__init__()
        spaces = AUGMENTATIONS + 1
        self.branching = branching
        self.encoder = nn.Module()
        if branching:
            self.encoder.trunk = nn.ModuleList([block(3, 4), block(4, 8)])
            self.encoder.branches = nn.ModuleList([block(8, 16) for _ in range(spaces)])
        else:
            self.encoder.layer1, self.encoder.layer2, self.encoder.layer3 = block(3, 4), block(4, 8), block(8, 16)
        self.heads = nn.ModuleList()
        for _ in range(spaces):
            head = nn.Module()
            head.layers = nn.Sequential(nn.Linear(16, 16), nn.ReLU(), nn.Linear(16, DIMENSION))
            self.heads.append(head)

    def forward(self, x):
        if self.branching:
            shared = self.encoder.trunk[1](self.encoder.trunk[0](x))
            features = [branch(shared).mean((2, 3)) for branch in self.encoder.branches]
        else:
            features = [self.encoder.layer3(self.encoder.layer2(self.encoder.layer1(x))).mean((2, 3))] * len(self.heads)
        return [F.normalize(head.layers(one)) for head, one in zip(self.heads, features)]


def fill(net, seed):
    generator = random.Random(seed)
    with torch.no_grad():
        for parameter in net.parameters():
            if parameter.dim() > 1:
                scale = (2 / parameter[0].numel()) ** 0.5
                parameter.copy_(normal(generator, *parameter.shape, dtype=torch.float32).mul(scale))


def steps_case(name, branching, contents, momentum=0.9, temperature=0.2):
    query, key = Network(branching), Network(branching)
    fill(query, 1)
    key.load_state_dict(query.state_dict())
    for parameter in key.parameters():
        parameter.requires_grad_(False)
    generator, spaces = random.Random(2), AUGMENTATIONS + 1
    queues = [F.normalize(normal(generator, CAPACITY, DIMENSION, dtype=torch.float32)) for _ in range(spaces)]
    pointers = [0] * spaces
    tensors = {f"initial.{n}": t.clone() for n, t in query.named_parameters()}
    tensors.update({f"initial.queue{s}": queue.clone() for s, queue in enumerate(queues)})
    optimizer = torch.optim.SGD(query.parameters(), 0.03, momentum=0.9, weight_decay=1e-4)
    losses = []
    for step in range(STEPS):
        first, *others = flipped(images(step), step)
        q = query(first)
        with torch.no_grad():
            # k[j][i]: key j in space i.
            k = [key(view) for view in others]
        loss = 0
        for space in range(spaces):
            own = [space] if space == 0 else list(range(spaces))
            logits = torch.cat([(q[space] * k[view][space]).sum(1, keepdim=True) for view in own] + [q[space] @ queues[space].clone().t()], 1) / temperature
            loss = loss + F.cross_entropy(logits, torch.full((BATCH,), own.index(space), dtype=torch.long))
        loss = loss / spaces
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            for old, new in zip(key.parameters(), query.parameters()):
                old.copy_(old * momentum + new * (1 - momentum))
        for space in range(spaces):
            views = [0] if space == 0 or contents == "K0Only" else [space] if contents == "OwnView" else range(spaces)
            for view in views:
                for row in k[view][space]:
                    queues[space][pointers[space]] = row
                    pointers[space] = (pointers[space] + 1) % CAPACITY
        losses.append(loss.item())
    tensors["losses"] = torch.tensor(losses, dtype=torch.float64)
    tensors["pointers"] = torch.tensor(pointers)
    tensors.update({f"queue{s}": queue for s, queue in enumerate(queues)})
    tensors.update({f"final.{n}": t for n, t in key.state_dict().items() if "num_batches" not in n})
    return name, {"branching": float(branching), "momentum": momentum, "temperature": temperature}, tensors


torch.set_num_threads(1)
write("leave-one-out.json", [
    loss_case("one augmentation", 1, 4, 5, (6, 6), 0.2),
    loss_case("two, queues of their own length", 2, 3, 4, (5, 7, 2), 0.5),
    loss_case("three, masked", 3, 3, 6, (5, 5, 5, 5), 0.1, masked=True),
    loss_case("none", 0, 5, 4, (7,), 0.2),
    loss_case("one image", 2, 1, 4, (1, 1, 1), 0.07),
    loss_case("float32", 2, 4, 8, (9, 9, 9), 0.2, dtype=torch.float32),
])
write("looc.json", [steps_case("AllViews", False, "AllViews"), steps_case("OwnView", False, "OwnView"), steps_case("K0Only", True, "K0Only")])

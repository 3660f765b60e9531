"""Writes layers.json: what PyTorch's layers, functions and optimisers give for stated weights and inputs.

Run from this folder with any Python that has PyTorch 1.13 or later: python3 layers.py
"""
import json

import torch
from torch import nn
from torch.nn import functional as F

torch.manual_seed(0)
cases = []


def stored(t):
    kind = str(t.dtype).removeprefix("torch.")
    return {"dtype": kind, "shape": list(t.shape), "data": t.detach().reshape(-1).tolist()}


def case(name, **tensors):
    cases.append({"name": name, "numbers": {}, "tensors": {k: stored(v) for k, v in tensors.items()}})


def rand(*shape):
    return torch.randn(shape, dtype=torch.float64)


def layer(name, module, x):
    """Input, weights, output, and the gradient of sum(output * w) for the input and every parameter."""
    module = module.double()
    with torch.no_grad():
        for p in module.parameters():
            p.copy_(rand(*p.shape) * 0.5)
    state = {f"state.{k}": v.clone() for k, v in module.state_dict().items()}
    x = x.clone().requires_grad_(x.is_floating_point())
    y = module(x)
    y = y[0] if isinstance(y, tuple) else y
    w = rand(*y.shape)
    (y * w).sum().backward()
    grads = {f"grad.{k}": p.grad for k, p in module.named_parameters()}
    after = {f"after.{k}": v for k, v in module.named_buffers()}
    case(name, x=x, y=y, w=w, **({"grad.x": x.grad} if x.grad is not None else {}), **state, **grads, **after)


layer("linear", nn.Linear(3, 2), rand(4, 3))
layer("conv2d", nn.Conv2d(2, 4, 3, stride=2, padding=1, groups=2), rand(2, 2, 5, 6))
layer("conv_transpose2d", nn.ConvTranspose2d(2, 3, 3, stride=2, padding=1, output_padding=1), rand(1, 2, 3, 3))
layer("batch_norm2d", nn.BatchNorm2d(2), rand(3, 2, 2, 2))
layer("instance_norm2d", nn.InstanceNorm2d(2, affine=True), rand(2, 2, 3, 3))
layer("group_norm", nn.GroupNorm(2, 4), rand(2, 4, 2, 2))
layer("layer_norm", nn.LayerNorm(4), rand(3, 4))
layer("gru", nn.GRU(3, 2, batch_first=True), rand(2, 4, 3))
layer("embedding", nn.Embedding(5, 3), torch.tensor([[0, 4], [2, 2]]))


def function(name, f, x, **given):
    x = x.clone().requires_grad_()
    y = f(x)
    w = rand(*y.shape)
    (y * w).sum().backward()
    case(name, x=x, y=y, w=w, **given, **{"grad.x": x.grad})


image = rand(1, 2, 4, 5)
grid = torch.rand(1, 3, 3, 2, dtype=torch.float64) * 2.2 - 1.1
function("interpolate_bilinear", lambda x: F.interpolate(x, size=[7, 3], mode="bilinear", align_corners=False), image)
function("interpolate_antialias", lambda x: F.interpolate(x, size=[2, 3], mode="bilinear", align_corners=False, antialias=True), image)
function("pad_reflect", lambda x: F.pad(x, [1, 2, 2, 1], mode="reflect"), image)
function("grid_sample", lambda x: F.grid_sample(x, grid, mode="bilinear", padding_mode="zeros", align_corners=False), image, grid=grid)
function("normalize", lambda x: F.normalize(x, dim=1), rand(3, 4))
function("max_pool2d", lambda x: F.max_pool2d(x, 2), image)
function("avg_pool2d", lambda x: F.avg_pool2d(x, 2), image)
function("gelu", F.gelu, rand(6))
function("softplus", F.softplus, rand(6))
function("leaky_relu", lambda x: F.leaky_relu(x, 0.2), rand(6))
labels = torch.tensor([0, 2, 1])
function("cross_entropy", lambda x: F.cross_entropy(x, labels, label_smoothing=0.1), rand(3, 3), labels=labels)
function("logsumexp", lambda x: torch.logsumexp(x, 1), rand(3, 4))


def optimiser(name, make):
    """Three steps down sum((w - target)^2 * curvature)."""
    w = rand(4).requires_grad_()
    start, target, curvature = w.detach().clone(), rand(4), torch.tensor([1.0, 2.0, 0.5, 3.0], dtype=torch.float64)
    steps = make([w])
    path = []
    for _ in range(3):
        steps.zero_grad()
        ((w - target) ** 2 * curvature).sum().backward()
        steps.step()
        path.append(w.detach().clone())
    case(name, start=start, target=target, curvature=curvature, path=torch.stack(path))


optimiser("sgd", lambda p: torch.optim.SGD(p, lr=0.1))
optimiser("sgd_momentum", lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, weight_decay=0.01))
optimiser("sgd_nesterov", lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9, nesterov=True))
optimiser("adam", lambda p: torch.optim.Adam(p, lr=0.1, weight_decay=0.01))
optimiser("adam_amsgrad", lambda p: torch.optim.Adam(p, lr=0.1, amsgrad=True))
optimiser("adamw", lambda p: torch.optim.AdamW(p, lr=0.1, weight_decay=0.1))

with open("layers.json", "w") as f:
    f.write("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")

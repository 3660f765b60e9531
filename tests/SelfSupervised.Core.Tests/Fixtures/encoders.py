"""Writes torchvision-resnets.json, encoders.json and heads.json: names and shapes, and numbers of small networks.

Run:  python3 encoders.py        (beside this file; PyTorch from 1.13 and torchvision; made with 1.13 and 0.14 on a CPU)

The v1 networks are made of torchvision's own blocks, at a small width, which its constructors don't offer; the v2
networks and the heads are written here. No weights are stored: both sides make them by the formula of `fill`.
"""
import json
import math
import pathlib

import torch
import torch.nn.functional as F
import torchvision
from torch import nn
from torchvision.models.resnet import BasicBlock, Bottleneck


def formula(name, shape):
    """Values between -1 and 1 that look random, from the position j and the name's characters."""
    j = torch.arange(math.prod(shape), dtype=torch.float64)
    return torch.sin(0.7 * j * j + 1.3 * j + sum(map(ord, name)) % 97).reshape(shape)


def fill(module):
    """Weights within the deviation that keeps activations in range; scales about 1, shifts about 0."""
    with torch.no_grad():
        for name, parameter in module.named_parameters():
            values = formula(name, parameter.shape)
            if parameter.dim() > 1:
                parameter.copy_(values * 2 / math.sqrt(parameter[:, 0].numel()))
            else:
                parameter.copy_((1 if name.endswith("weight") else 0) + 0.2 * values)
    return module


class V1(torchvision.models.ResNet):
    def __init__(self, block, blocks, width, cifar):
        nn.Module.__init__(self)
        self._norm_layer, self.inplanes, self.dilation, self.groups, self.base_width = nn.BatchNorm2d, width, 1, 1, 64
        self.conv1 = nn.Conv2d(3, width, 3, 1, 1, bias=False) if cifar else nn.Conv2d(3, width, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.relu = nn.ReLU()
        self.maxpool = nn.Identity() if cifar else nn.MaxPool2d(3, 2, 1)
        for stage, count in enumerate(blocks):
            layer = self._make_layer(block, width << stage, count, stride=1 if stage == 0 else 2)
            setattr(self, f"layer{stage + 1}", layer)
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.fc = nn.Identity()


class V2Block(nn.Module):
    def __init__(self, inputs, width, stride, bottleneck):
        super().__init__()
        outputs = 4 * width if bottleneck else width
        sizes = [(inputs, width, 1, 1), (width, width, 3, stride), (width, outputs, 1, 1)]
        if not bottleneck:
            sizes = [(inputs, width, 3, stride), (width, width, 3, 1)]
        self.count = len(sizes)
        for i, (a, b, kernel, s) in enumerate(sizes):
            setattr(self, f"bn{i + 1}", nn.BatchNorm2d(a))
            setattr(self, f"conv{i + 1}", nn.Conv2d(a, b, kernel, s, kernel // 2, bias=False))
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Conv2d(inputs, outputs, 1, stride, bias=False)

    def forward(self, x):
        y, shortcut = x, x
        for i in range(self.count):
            y = F.relu(getattr(self, f"bn{i + 1}")(y))
            if i == 0 and hasattr(self, "downsample"):
                shortcut = self.downsample(y)
            y = getattr(self, f"conv{i + 1}")(y)
        return y + shortcut


class V2(nn.Module):
    def __init__(self, bottleneck, blocks, width, cifar, active):
        super().__init__()
        self.cifar, self.active = cifar, active
        self.conv1 = nn.Conv2d(3, width, 3, 1, 1, bias=False) if cifar else nn.Conv2d(3, width, 7, 2, 3, bias=False)
        inputs = width
        for stage, count in enumerate(blocks):
            layer = []
            for i in range(count):
                layer.append(V2Block(inputs, width << stage, 2 if stage > 0 and i == 0 else 1, bottleneck))
                inputs = (width << stage) * (4 if bottleneck else 1)
            setattr(self, f"layer{stage + 1}", nn.Sequential(*layer))
        self.bn = nn.BatchNorm2d(inputs)

    def forward(self, x):
        x = self.conv1(x)
        x = x if self.cifar else F.max_pool2d(x, 3, 2, 1)
        x = self.bn(self.layer4(self.layer3(self.layer2(self.layer1(x)))))
        return (F.relu(x) if self.active else x).mean((2, 3))


class Head(nn.Module):
    """SimCLR's and MoCo's heads, layer by layer; batch norm of the last layer without shift."""

    def __init__(self, widths, norm, bias):
        super().__init__()
        self.layers, last = nn.Sequential(), len(widths) - 2
        for i in range(last + 1):
            self.layers.append(nn.Linear(widths[i], widths[i + 1], bias))
            if norm:
                self.layers.append(nn.BatchNorm1d(widths[i + 1]))
                if i == last:
                    self.layers[-1].register_parameter("bias", None)
            if i < last:
                self.layers.append(nn.ReLU())

    def forward(self, x):
        return self.layers(x)


def stored(tensor):
    return {"dtype": "float64", "shape": list(tensor.shape), "data": [float(f"{v:.10g}") for v in tensor.detach().flatten()]}


def case(name, network, shape, grid=1):
    """Trains on one batch (which moves the running statistics), then evaluates the same batch; in double precision."""
    network = fill(network.double())
    x = formula("images", shape).requires_grad_()
    trained = network(x)
    (trained * formula("weights", trained.shape)).sum().backward()
    network.eval()
    with torch.no_grad():
        evaluated = network(x)
    gradient = x.grad[..., ::grid, ::grid] if x.dim() == 4 else x.grad
    numbers = {"parameters": sum(p.numel() for p in network.parameters()), "size": shape[-1], "batch": shape[0]}
    tensors = {"trained": stored(trained), "evaluated": stored(evaluated), "gradient": stored(gradient)}
    return {"name": name, "numbers": numbers, "tensors": tensors}


def write(name, cases):
    text = "[\n" + ",\n".join(json.dumps(one) for one in cases) + "\n]\n"
    (pathlib.Path(__file__).parent / name).write_text(text)


def torchvision_names():
    networks = {name: getattr(torchvision.models, name)() for name in ("resnet18", "resnet50")}
    shapes = {name: {key: list(value.shape) for key, value in one.state_dict().items()} for name, one in networks.items()}
    text = ",\n".join(f"{json.dumps(name)}: {json.dumps(one)}" for name, one in shapes.items())
    (pathlib.Path(__file__).parent / "torchvision-resnets.json").write_text(f"{{\n{text}\n}}\n")


if __name__ == "__main__":
    torchvision_names()
    write("encoders.json", [
        case("v1, 18, ImageNet", V1(BasicBlock, [2, 2, 2, 2], 4, False), (3, 3, 64, 64), 8),
        case("v1, 18, CIFAR", V1(BasicBlock, [2, 2, 2, 2], 4, True), (4, 3, 16, 16), 4),
        case("v1, 50, CIFAR", V1(Bottleneck, [3, 4, 6, 3], 2, True), (4, 3, 24, 24), 8),
        case("v2, 18, ImageNet", V2(False, [2, 2, 2, 2], 4, False, True), (3, 3, 64, 64), 8),
        case("v2, 50, CIFAR", V2(True, [3, 4, 6, 3], 2, True, False), (4, 3, 24, 24), 8),
    ])
    write("heads.json", [
        case("Linear", Head([6, 4], False, False), (5, 6)),
        case("SimClrV1Paper", Head([6, 6, 4], False, False), (5, 6)),
        case("SimClrV1Code", Head([6, 6, 4], True, False), (5, 6)),
        case("SimClrV2", Head([6, 6, 6, 4], True, False), (5, 6)),
        case("MoCoV2", Head([6, 6, 4], False, True), (5, 6)),
    ])

"""Writes mixed.json: layers and small networks under PyTorch's own mixed precision, torch.autocast to bfloat16 on a CPU.

Run:  python3 mixed.py        (beside encoders.py; PyTorch from 1.13 and torchvision; made with 1.13 and 0.14)

Features are the mean of the last map in float32, as this library has them. No weights are stored: both sides make them by the
formula of encoders.py.
"""
import torch
import torch.nn.functional as F
from torch import nn
from torchvision.models.resnet import BasicBlock, Bottleneck

from encoders import V1, V2, Head, fill, formula, stored, write


class Maps1(V1):
    def forward(self, x):
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        return self.layer4(self.layer3(self.layer2(self.layer1(x))))


class Maps2(V2):
    def forward(self, x):
        x = self.conv1(x)
        x = x if self.cifar else F.max_pool2d(x, 3, 2, 1)
        return F.relu(self.bn(self.layer4(self.layer3(self.layer2(self.layer1(x))))))


def case(name, network, shape, parameters, buffers=(), grid=1):
    network = fill(network)
    x = formula("images", shape).float().requires_grad_()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        y = network(x)
    assert y.dtype == torch.bfloat16
    y = y.float()
    y = y.mean((2, 3)) if isinstance(network, (V1, V2)) else y
    (y * formula("weights", y.shape).float()).sum().backward()
    tensors = {"output": y, "images.grad": x.grad[..., ::grid, ::grid] if grid > 1 else x.grad}
    tensors.update({f"{key}.grad": network.get_parameter(key).grad for key in parameters})
    tensors.update({key: network.get_buffer(key) for key in buffers})
    assert all(one.dtype == torch.float32 for one in tensors.values())
    return {"name": name, "numbers": {"grid": grid}, "tensors": {key: stored(one.double()) for key, one in tensors.items()}}


if __name__ == "__main__":
    convolution = {"stride": (2, 1), "padding": (1, 2), "dilation": (1, 2), "groups": 2}
    blocks = ["layer3.0.conv2.weight", "layer4.1.bn2.weight", "layer4.1.bn2.bias"]
    statistics = ["layer3.0.bn1.running_mean", "layer3.0.bn1.running_var"]
    write("mixed.json", [
        case("Conv2d", nn.Conv2d(4, 6, (3, 2), **convolution), (2, 4, 7, 6), ["weight", "bias"]),
        case("Conv2d, same", nn.Conv2d(3, 2, 4, padding="same", bias=False), (2, 3, 5, 5), ["weight"]),
        case("Conv1d", nn.Conv1d(4, 6, 3, 2, 1, 2, 2), (2, 4, 9), ["weight", "bias"]),
        case("Conv1d, same", nn.Conv1d(3, 2, 2, padding="same", bias=False), (2, 3, 5), ["weight"]),
        case("Linear", nn.Linear(6, 4), (5, 6), ["weight", "bias"]),
        case("MoCoV2", Head([6, 6, 4], False, True), (5, 6), ["layers.0.weight", "layers.2.bias"]),
        case("SimClrV2", Head([6, 6, 6, 4], True, False), (5, 6), ["layers.0.weight", "layers.7.weight"], ["layers.4.running_mean", "layers.4.running_var"]),
        case("v1, 18, ImageNet", Maps1(BasicBlock, [2, 2, 2, 2], 4, False), (3, 3, 64, 64), ["conv1.weight", "bn1.bias", *blocks], statistics, 8),
        case("v1, 50, CIFAR", Maps1(Bottleneck, [3, 4, 6, 3], 2, True), (4, 3, 16, 16), ["conv1.weight", "bn1.bias", *blocks], statistics, 4),
        case("v2, 18, CIFAR", Maps2(False, [2, 2, 2, 2], 4, True, True), (4, 3, 16, 16), ["conv1.weight", "bn.bias", *blocks], statistics, 4),
    ])

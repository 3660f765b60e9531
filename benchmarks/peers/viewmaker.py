"""One side of ../viewmaker.sh: milliseconds per batch of the released form of the viewmaker network in PyTorch.

    viewmaker.py network forward|both BATCH            (images of 3x32x32)
    viewmaker.py kernel copy|clamp|dct|L0|L1|L2|LInfinity|projection BATCH SIZE

The network is written as the paper's code has it:
noise drawn and joined, reflected borders by padding, nearest upsampling, whole convolutions, instance norm.
"""
import sys

import torch
import torch.nn.functional as F
from torch import nn

from timing import DEVICE, milliseconds

SIZE = 32


class Conv(nn.Module):
    def __init__(self, inputs, outputs, kernel, stride=1, up=False):
        super().__init__()
        self.pad, self.up = nn.ReflectionPad2d(kernel // 2), up
        self.conv2d = nn.Conv2d(inputs, outputs, kernel, stride)

    def forward(self, x):
        if self.up:
            x = F.interpolate(x, scale_factor=2, mode="nearest")
        return self.conv2d(self.pad(x))


def norm(channels):
    return nn.InstanceNorm2d(channels, affine=True)


class Block(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv1, self.in1 = Conv(channels, channels, 3), norm(channels)
        self.conv2, self.in2 = Conv(channels, channels, 3), norm(channels)

    def forward(self, x):
        return self.in2(self.conv2(F.relu(self.in1(self.conv1(x))))) + x


class Viewmaker(nn.Module):
    def __init__(self, blocks=3):
        super().__init__()
        self.down = nn.ModuleList([Conv(4, 32, 9), Conv(32, 64, 3, 2), Conv(64, 128, 3, 2)])
        self.down_norms = nn.ModuleList([norm(32), norm(64), norm(128)])
        self.blocks = nn.ModuleList([Block(129 + i) for i in range(blocks)])
        self.up = nn.ModuleList([Conv(128 + blocks, 64, 3, up=True), Conv(64, 32, 3, up=True)])
        self.up_norms = nn.ModuleList([norm(64), norm(32)])
        self.last = Conv(32, 3, 9)

    def forward(self, x):
        y = noisy(x)
        for conv, normalise in zip(self.down, self.down_norms):
            y = F.relu(normalise(conv(y)))
        for block in self.blocks:
            y = block(noisy(y))
        for conv, normalise in zip(self.up, self.up_norms):
            y = F.relu(normalise(conv(y)))
        return torch.clamp(x + l1(torch.tanh(self.last(y))), 0, 1)


def noisy(x):
    return torch.cat([x, torch.rand(x.shape[0], 1, *x.shape[2:], device=x.device)], 1)


def l1(delta):
    return delta * 0.05 / (delta.abs().mean([1, 2, 3], keepdim=True) + 1e-4)


INFINITY = float("inf")


def sphere(delta, p, radius):
    norm = torch.linalg.vector_norm(delta.flatten(1), p, dim=1)
    return delta * (radius / norm).view(-1, 1, 1, 1)


def projected(delta, radius):
    """Duchi et al.: by sorting."""
    size = delta.flatten(1).abs()
    descending = size.sort(1, descending=True)[0]
    thresholds = (descending.cumsum(1) - radius) / torch.arange(1, size.shape[1] + 1, device=size.device)
    last = (descending > thresholds).sum(1, keepdim=True) - 1
    threshold = thresholds.gather(1, last).clamp_min(0).view(-1, 1, 1, 1)
    return delta.sign() * (delta.abs() - threshold).clamp_min(0)


def largest(delta, count):
    rows = delta.flatten(1)
    places = rows.abs().topk(count, 1, sorted=False)[1]
    return (rows * torch.zeros_like(rows).scatter_(1, places, 1.0)).view_as(delta)


def dct(x):
    """DCT-II along both axes by the FFT of the even samples and the odd ones backwards, as torch_dct does it."""
    for _ in range(2):
        size = x.shape[-1]
        spectrum = torch.fft.fft(torch.cat([x[..., ::2], x[..., 1::2].flip(-1)], -1))
        turn = torch.arange(size, device=x.device) * (torch.pi / (2 * size))
        x = (2 * (spectrum.real * turn.cos() + spectrum.imag * turn.sin())).transpose(-1, -2)
    return x


def kernel(what, delta, images, target):
    elements = delta[0].numel()
    return {
        "copy": lambda: target.copy_(delta),
        "clamp": lambda: (images + delta).clamp_(0, 1),
        "L1": lambda: l1(delta),
        "L2": lambda: sphere(delta, 2, 0.05 * elements**0.5),
        "LInfinity": lambda: sphere(delta, INFINITY, 0.05),
        "L0": lambda: largest(delta, int(0.05 * elements)),
        "projection": lambda: projected(delta, 0.2 * elements),
        "dct": lambda: dct(images),
    }[what]


def main(what, how, batch, size=SIZE):
    torch.manual_seed(1)
    network, images = Viewmaker().to(DEVICE), torch.rand(batch, 3, size, size, device=DEVICE)

    def forward():
        with torch.no_grad():
            network(images)

    def both():
        network.zero_grad(set_to_none=True)
        network(images).sum().backward()

    if what == "network":
        step = forward if how == "forward" else both
    else:
        delta = torch.randn(batch, 3, size, size, device=DEVICE).tanh()
        step = kernel(how, delta, images, torch.empty_like(delta))
    print(f"{milliseconds(step, 3.0 if what == 'network' else 0.7):.3f}")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:]))

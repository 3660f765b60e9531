"""Writes viewmaker.json and viewmaker-names.json: the viewmaker network, its budgets and Lp geometry, in double precision.

Run:  python3 viewmaker.py        (beside this file; PyTorch from 1.13, NumPy and SciPy; made with 1.13 on a CPU)

The network is written here layer by layer, upsampling, padding and all, with the names of the released class. No weights
are stored: both sides make them by a formula, as encoders.py does.
"""
import json
import pathlib

import numpy as np
import scipy.fft
import scipy.optimize
import torch
import torch.nn.functional as F
from encoders import fill, formula, write
from torch import nn


class Conv(nn.Module):
    def __init__(self, inputs, outputs, kernel, stride=1, up=False):
        super().__init__()
        self.border, self.up = kernel // 2, up
        self.conv2d = nn.Conv2d(inputs, outputs, kernel, stride)

    def forward(self, x):
        if self.up:
            x = F.interpolate(x, scale_factor=2, mode="nearest")
        return self.conv2d(F.pad(x, [self.border] * 4, mode="reflect"))


class Block(nn.Module):
    def __init__(self, channels, norm):
        super().__init__()
        self.conv1, self.in1 = Conv(channels, channels, 3), norm(channels)
        self.conv2, self.in2 = Conv(channels, channels, 3), norm(channels)

    def forward(self, x):
        return x + self.in2(self.conv2(F.relu(self.in1(self.conv1(x)))))


class Viewmaker(nn.Module):
    def __init__(self, channels=3, used=3, allocated=None, batch=False, leak=0.0):
        super().__init__()
        norm = nn.BatchNorm2d if batch else lambda n: nn.InstanceNorm2d(n, affine=True)
        self.used, self.leak = used, leak
        self.conv1, self.in1 = Conv(channels + 1, 32, 9), norm(32)
        self.conv2, self.in2 = Conv(32, 64, 3, 2), norm(64)
        self.conv3, self.in3 = Conv(64, 128, 3, 2), norm(128)
        for i in range(1, (used if allocated is None else allocated) + 1):
            setattr(self, f"res{i}", Block(128 + i, norm))
        self.deconv1, self.in4 = Conv(128 + used, 64, 3, up=True), norm(64)
        self.deconv2, self.in5 = Conv(64, 32, 3, up=True), norm(32)
        self.deconv3 = Conv(32, channels, 9)

    def forward(self, x, noise, maps):
        act = lambda y: F.leaky_relu(y, self.leak)
        y = act(self.in1(self.conv1(torch.cat([x, noise], 1))))
        y = act(self.in3(self.conv3(act(self.in2(self.conv2(y))))))
        features = y.mean((2, 3))
        for i in range(self.used):
            y = getattr(self, f"res{i + 1}")(torch.cat([y, maps[:, i:i + 1]], 1))
        y = act(self.in5(self.deconv2(act(self.in4(self.deconv1(y))))))
        return self.deconv3(y), features


def dct(x, kind, inverse=False):
    """By SciPy's transform of the identity, so that autograd can follow."""
    norm = "ortho" if kind == "OrthonormalDct" else None
    of = lambda n: torch.tensor((scipy.fft.idct if inverse else scipy.fft.dct)(np.eye(n), axis=0, norm=norm))
    return of(x.shape[-2]) @ x @ of(x.shape[-1]).T


def budget(delta, norm, size):
    rows = delta.flatten(1)
    factor = {
        "L1": lambda: size / (rows.abs().mean(1) + 1e-4),
        "L2": lambda: size / rows.square().mean(1).sqrt(),
        "LInfinity": lambda: torch.full((len(rows),), size, dtype=rows.dtype),
    }[norm]()
    return delta * factor.view(-1, 1, 1, 1)


def views(network, x, noise, maps, norm="L1", size=0.05, clamp=True, domain="Pixels", resize=None):
    z = F.interpolate(x, resize, mode="bilinear") if resize else x
    height, width = z.shape[2:]
    z = z if domain == "Pixels" else dct(z, domain)
    y, features = network(F.pad(z, (0, -width % 4, 0, -height % 4), mode="reflect"), noise, maps)
    delta = budget(torch.tanh(y[..., :height, :width]), norm, size)
    delta = delta if domain == "Pixels" else dct(delta, domain, inverse=True)
    delta = F.interpolate(delta, x.shape[2:], mode="bilinear") if resize else delta
    result = x + delta
    return (result.clamp(0, 1) if clamp else result), delta, features


def stored(tensor):
    return {"dtype": "float64", "shape": list(tensor.shape), "data": [float(f"{v:.10g}") for v in tensor.detach().flatten()]}


def case(name, shape, inner, channels=3, used=3, batch=False, leak=0.0, **how):
    network = fill(Viewmaker(channels, used, batch=batch, leak=leak).double())
    x = (0.5 + 0.5 * formula("images", shape)).requires_grad_()
    noise = 0.5 + 0.5 * formula("noise", (shape[0], 1, *inner))
    maps = 0.5 + 0.5 * formula("maps", (shape[0], used, inner[0] // 4, inner[1] // 4))
    result, delta, features = views(network, x, noise, maps, **how)
    (result * formula("weights", result.shape)).sum().backward()
    gradients = torch.stack([(p.grad * formula("gradient", p.shape)).sum() for p in network.parameters()])
    return {"name": name, "numbers": {}, "tensors": {
        "views": stored(result), "perturbation": stored(delta), "features": stored(features),
        "gradient": stored(x.grad), "gradients": stored(gradients)}}


def projection():
    """Onto the L1 ball by bisection for the threshold, not by sorting."""
    x = 2 * formula("projection", (6, 3, 5, 4))
    rows = x.flatten(1).numpy()
    result = []
    for row in rows:
        excess = lambda t: np.maximum(np.abs(row) - t, 0).sum() - 9.0
        t = 0.0 if excess(0.0) <= 0 else scipy.optimize.brentq(excess, 0.0, np.abs(row).max(), xtol=1e-15)
        result.append(np.sign(row) * np.maximum(np.abs(row) - t, 0))
    return {"name": "projection", "numbers": {"radius": 9.0}, "tensors": {"projected": stored(torch.tensor(np.array(result)).view_as(x))}}


def transforms():
    x = formula("images", (2, 3, 6, 5))
    return {"name": "transforms", "numbers": {}, "tensors": {
        "plain": stored(torch.tensor(scipy.fft.dctn(x.numpy(), axes=(2, 3)))),
        "orthonormal": stored(torch.tensor(scipy.fft.dctn(x.numpy(), axes=(2, 3), norm="ortho")))}}


if __name__ == "__main__":
    write("viewmaker.json", [
        case("released", (2, 3, 16, 16), (16, 16)),
        case("paper, leaky, not clamped", (2, 3, 12, 8), (12, 8), used=5, leak=0.01, clamp=False),
        case("no blocks, L2", (2, 1, 8, 16), (8, 16), channels=1, used=0, norm="L2", clamp=False),
        case("batch norm, LInfinity", (3, 3, 8, 8), (8, 8), batch=True, norm="LInfinity", size=0.1),
        case("odd sides", (2, 3, 7, 10), (8, 12), used=1),
        case("twelve channels", (2, 12, 8, 8), (8, 8), channels=12, used=1, clamp=False),
        case("cosine transform", (2, 3, 8, 12), (8, 12), used=1, domain="Dct", size=2.0),
        case("orthonormal, resized", (2, 3, 16, 20), (8, 12), used=1, domain="OrthonormalDct", resize=(6, 10)),
        projection(),
        transforms(),
    ])
    names = {key: list(value.shape) for key, value in Viewmaker(allocated=5).state_dict().items()}
    path = pathlib.Path(__file__).parent / "viewmaker-names.json"
    path.write_text("{\n" + ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in names.items()) + "\n}\n")

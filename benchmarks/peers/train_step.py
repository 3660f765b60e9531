"""One side of ../train-step.sh: milliseconds of a training step on images of 32x32 in PyTorch, the median of several.

    train_step.py SIDE METHOD ENCODER IMAGES VIEWS    METHOD is simclr or moco, ENCODER small or resnet18, VIEWS drawn or same

SIDE is plain or lightly; floor, the step's convolutions alone, each distinct one timed forward and backward by itself; or operations, what the
convolutions take at the rate of a square matrix product.

`plain` is PyTorch as it is written by hand: SimCLR's loss as one matrix, MoCo's queue and momentum as in its code. `lightly` is the same
step with lightly's NTXentLoss, its memory bank and its update_momentum, out of the checkout that LIGHTLY names. Layers, optimiser (SGD with
momentum 0.9 and decay) and settings are those of ../SelfSupervised.Benchmarks/TrainingSteps.cs; views are drawn and applied to the batch by
torch operators (see views.py), or are the same tensors at each step.
"""
import collections
import copy
import importlib.util
import os
import sys

import torch
import torch.nn.functional as F
import torchvision
from torch import nn

from losses import lightly_module
from simclr import Encoder, head, nt_xent
from timing import DEVICE, milliseconds
from views import Setting, batched

TEMPERATURE, MOMENTUM, KEYS, DIMENSION = 0.2, 0.99, 4096, 128


def small():
    return Encoder(), 128


def resnet18():
    network = torchvision.models.resnet18()
    network.conv1, network.maxpool, network.fc = nn.Conv2d(3, 64, 3, 1, 1, bias=False), nn.Identity(), nn.Identity()
    return network, 512


def moco_head(width):
    return nn.Sequential(nn.Linear(width, width), nn.ReLU(), nn.Linear(width, DIMENSION))


def lightly_utilities():
    """The file with update_momentum alone: what its package imports besides is not installed everywhere."""
    path = os.path.join(os.environ["LIGHTLY"], "lightly", "models", "utils.py")
    spec = importlib.util.spec_from_file_location("lightly_models_utils", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class SimClr:
    def __init__(self, encoder, width, lightly):
        self.network = nn.Sequential(encoder, head(width)).to(DEVICE)
        self.loss = lightly_module()(TEMPERATURE) if lightly else lambda a, b: nt_xent(torch.cat([a, b]))

    def __call__(self, first, second):
        return self.loss(*self.network(torch.cat([first, second])).chunk(2))

    def after(self):
        pass


class MoCo:
    """Keys from a momentum copy, negatives from a queue. The copy follows after the optimiser's step."""

    def __init__(self, encoder, width, lightly):
        self.network = nn.Sequential(encoder, moco_head(width)).to(DEVICE)
        self.average = copy.deepcopy(self.network).requires_grad_(False)
        self.queue, self.pointer = F.normalize(torch.randn(DIMENSION, KEYS, device=DEVICE), dim=0), 0
        self.bank = lightly_module()(TEMPERATURE, memory_bank_size=(KEYS, DIMENSION)).to(DEVICE) if lightly else None
        self.follow = lightly_utilities().update_momentum if lightly else self.update

    def __call__(self, first, second):
        query = self.network(first)
        with torch.no_grad():
            key = self.average(second)
        return self.bank(query, key) if self.bank else self.contrast(F.normalize(query, dim=1), F.normalize(key, dim=1))

    def contrast(self, query, key):
        positive = torch.einsum("nc,nc->n", query, key).unsqueeze(-1)
        negative = torch.einsum("nc,ck->nk", query, self.queue.clone().detach())
        scores = torch.cat([positive, negative], dim=1)
        scores /= TEMPERATURE
        loss = F.cross_entropy(scores, torch.zeros(len(query), dtype=torch.long, device=DEVICE))
        self.queue[:, self.pointer:self.pointer + len(key)] = key.t()
        self.pointer = (self.pointer + len(key)) % KEYS
        return loss

    def after(self):
        self.follow(self.network, self.average, MOMENTUM)

    @staticmethod
    def update(network, average, momentum):
        for old, new in zip(average.parameters(), network.parameters()):
            old.data = old.data * momentum + new.data * (1.0 - momentum)


def method_of(method, encoder, lightly=False):
    network, width = {"small": small, "resnet18": resnet18}[encoder]()
    return {"simclr": SimClr, "moco": MoCo}[method](network, width, lightly)


def step_of(method, images, views):
    parameters = [p for p in method.network.parameters() if p.requires_grad]
    optimizer = torch.optim.SGD(parameters, 0.06, momentum=0.9, weight_decay=5e-4)
    setting, pictures = Setting("simclr", 32), torch.randint(0, 256, (images, 3, 32, 32), dtype=torch.uint8, device=DEVICE)
    same = [torch.rand(images, 3, 32, 32, device=DEVICE) for _ in range(2)]

    def two():
        x = pictures.float() / 255
        return batched(x, setting), batched(x, setting)

    def run():
        with torch.no_grad():
            first, second = two() if views == "drawn" else same
        loss = method(first, second)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        method.after()
    return run


def convolutions(network, images):
    """Each distinct convolution of a pass, and how many there are of it; the first of all needs no gradient of its input."""
    found = collections.Counter()

    def note(module, inputs, _):
        found[(module.in_channels, module.out_channels, module.kernel_size[0], module.stride[0], module.padding[0],
               inputs[0].shape[-1], bool(found))] += 1

    hooks = [layer.register_forward_hook(note) for layer in network.modules() if isinstance(layer, nn.Conv2d)]
    with torch.no_grad():
        network(torch.rand(images, 3, 32, 32, device=DEVICE))
    for hook in hooks:
        hook.remove()
    return found


def convolution_step(shape, images, backward):
    inputs, outputs, kernel, stride, padding, side, learns = shape
    x, w = torch.rand(images, inputs, side, side, requires_grad=learns, device=DEVICE), torch.rand(outputs, inputs, kernel, kernel, requires_grad=True, device=DEVICE)
    with torch.no_grad():
        gradient = torch.rand_like(F.conv2d(x, w, stride=stride, padding=padding))

    def run():
        with torch.set_grad_enabled(backward):
            result = F.conv2d(x, w, stride=stride, padding=padding)
        if backward:
            result.backward(gradient)
            x.grad = w.grad = None

    # Multiplications of one pass, and passes: the result, the weight's gradient, the input's.
    return run, gradient.numel() * inputs * kernel * kernel, (2 + learns if backward else 1)


def product_rate(side=2048):
    """Multiplications per millisecond of a square product."""
    a, b, out = (torch.rand(side, side, device=DEVICE) for _ in range(3))
    return side**3 / milliseconds(lambda: torch.mm(a, b, out=out), seconds=1.0)


def floor(method, encoder, images, alone):
    network = method_of(method, encoder).network[0]
    # SimCLR takes both views through in one batch; MoCo the one with a backward pass and the other without.
    passes = [(2 * images, True)] if method == "simclr" else [(images, True), (images, False)]
    rate, total = None if alone else product_rate(), 0.0
    for batch, backward in passes:
        for shape, count in convolutions(network, 2).items():
            run, multiplications, times = convolution_step(shape, batch, backward)
            total += count * (milliseconds(run, seconds=0.2, least=3) if alone else multiplications * times / rate)
    return total


def main(side, method, encoder, images, views):
    torch.manual_seed(1)
    if side in ("floor", "operations"):
        print(f"{floor(method, encoder, int(images), side == 'floor'):.2f}")
    else:
        step = step_of(method_of(method, encoder, side == "lightly"), int(images), views)
        print(f"{milliseconds(step, seconds=4, least=3, warm=1):.2f}")


if __name__ == "__main__":
    main(*sys.argv[1:])

"""One side of ../views.sh: milliseconds per batch of views by other means, on DEVICE, cpu unless set.

    views.py torchvision-0 PIPELINE SIZE    torchvision's transforms on Pillow images, one after the other, in this process
    views.py torchvision-2 PIPELINE SIZE    the same in a DataLoader with two workers
    views.py kornia PIPELINE SIZE           kornia's augmentations on the batch
    views.py batched PIPELINE SIZE          torch operators on the batch, parameters per image, written for this comparison
    views.py floor PIPELINE SIZE            reads as many bytes and writes as many floats, on all cores

PIPELINE is simclr, moco (v2) or looc, SIZE the views' side. A batch is 256 images of 32x32, or for other sizes 32 images of 256x256;
what comes out is float32. With size 32, SimCLR and LooC have their settings for CIFAR, and MoCo v2 has those for ImageNet.
"""
import math
import os
import random
import statistics
import sys
import time

import torch
import torch.nn.functional as F

from timing import DEVICE, milliseconds

IMAGENET = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])


class Setting:
    """What differs between the pipelines; the same as ViewPresets and LooCViews have it."""

    def __init__(self, pipeline, size):
        self.size, small = size, size == 32
        self.batch, self.source = (256, 32) if small else (32, 256)
        strength = 0.5 if small else 1
        simclr, cifar = pipeline == "simclr", small and pipeline != "moco"
        self.area = (0.08, 1) if cifar or simclr else (0.2, 1)
        self.bicubic = simclr and not small
        self.rotation = pipeline == "looc"
        self.jitter = tuple(strength * s for s in (0.8, 0.8, 0.8, 0.2)) if simclr else (0.4, 0.4, 0.4, 0.1)
        self.blur = None if cifar else "zeros" if simclr else "reflect"
        self.taps = size // 10 // 2 * 2 + 1 if simclr else 13
        self.normalize = None if simclr else IMAGENET

    def images(self, count):
        return torch.randint(0, 256, (count, 3, self.source, self.source), dtype=torch.uint8, generator=torch.Generator().manual_seed(1))

    def time(self, views):
        """Of views(bytes)."""
        images = self.images(self.batch).to(DEVICE)
        return milliseconds(lambda: views(images), seconds=2)


class PillowBlur:
    """MoCo's blur."""

    def __call__(self, image):
        from PIL import ImageFilter
        return image.filter(ImageFilter.GaussianBlur(radius=random.uniform(0.1, 2)))


class RightAngle:
    def __call__(self, image):
        turns = random.randrange(4)
        return image.transpose(turns + 1) if turns else image  # ROTATE_90, ROTATE_180, ROTATE_270


class Pictures(torch.utils.data.Dataset):
    """What torchvision's own CIFAR10 does: an array to a Pillow image, then the transform."""

    def __init__(self, setting, count):
        from PIL import Image
        from torchvision import transforms as T
        self.image = Image.fromarray
        self.arrays = setting.images(count).permute(0, 2, 3, 1).contiguous().numpy()
        mode = T.InterpolationMode.BICUBIC if setting.bicubic else T.InterpolationMode.BILINEAR
        stages = [T.RandomResizedCrop(setting.size, setting.area, interpolation=mode)]
        if setting.rotation:
            stages.append(RightAngle())
        stages += [
            T.RandomHorizontalFlip(),
            T.RandomApply([T.ColorJitter(*setting.jitter)], p=0.8),
            T.RandomGrayscale(p=0.2),
        ]
        if setting.blur:
            blur = T.GaussianBlur(setting.taps, (0.1, 2)) if setting.blur == "zeros" else PillowBlur()
            stages.append(T.RandomApply([blur], p=0.5))
        stages.append(T.ToTensor())
        if setting.normalize:
            stages.append(T.Normalize(*setting.normalize))
        self.transform = T.Compose(stages)

    def __len__(self):
        return len(self.arrays)

    def __getitem__(self, index):
        return self.transform(self.image(self.arrays[index]))


def torchvision_views(setting, workers):
    """A whole epoch of the loader, once it runs: workers started, first batch taken."""
    batches = 20 if setting.size == 32 else 6
    loader = torch.utils.data.DataLoader(Pictures(setting, setting.batch * batches), setting.batch, num_workers=workers)
    times = []
    for _ in range(3):
        epoch = iter(loader)
        next(epoch)
        start = time.perf_counter()
        done = sum(1 for _ in epoch)
        times.append((time.perf_counter() - start) / done * 1e3)
    return statistics.median(times)


def kornia_views(setting):
    """It has no turn by right angles: its rotation, by 90 degrees for three quarters of the images, stands for it."""
    import kornia.augmentation as K
    stages = [K.RandomResizedCrop((setting.size, setting.size), setting.area, resample="bicubic" if setting.bicubic else "bilinear")]
    if setting.rotation:
        stages.append(K.RandomRotation((90.0, 90.0), p=0.75))
    stages += [K.RandomHorizontalFlip(), K.ColorJitter(*setting.jitter, p=0.8), K.RandomGrayscale(p=0.2)]
    if setting.blur:
        border = "constant" if setting.blur == "zeros" else "reflect"
        stages.append(K.RandomGaussianBlur((setting.taps, setting.taps), (0.1, 2.0), border, p=0.5, silence_instantiation_warning=True))
    if setting.normalize:
        stages.append(K.Normalize(*(torch.tensor(part) for part in setting.normalize)))
    pipeline = torch.nn.Sequential(*stages).to(DEVICE)
    return setting.time(lambda images: pipeline(images.float() / 255))


def uniform(low, high, *shape):
    return torch.rand(*shape, device=DEVICE) * (high - low) + low


def some(count, probability):
    return (torch.rand(count, device=DEVICE) < probability).nonzero().view(-1)


def gray(x):
    return (0.2989 * x[:, 0:1]).add_(x[:, 1:2], alpha=0.587).add_(x[:, 2:3], alpha=0.114)


def hue(x, turn):
    r, g, b = x.unbind(1)
    top, c = x.amax(1), x.amax(1) - x.amin(1)
    d = torch.where(c == 0, torch.ones_like(c), c)
    h = torch.where(top == r, (g - b) / d, torch.where(top == g, 2 + (b - r) / d, 4 + (r - g) / d)) + 6 * turn[:, 0]
    k = (h[:, None] + torch.tensor([5.0, 3.0, 1.0], device=x.device).view(1, 3, 1, 1)) % 6
    return top[:, None] - c[:, None] * torch.minimum(k, 4 - k).clamp_(0, 1)


def jitter(x, strengths):
    """One order of the four operations for the batch."""
    shape = (x.shape[0], 1, 1, 1)
    b, c, s = (uniform(1 - strength, 1 + strength, *shape) for strength in strengths[:3])
    turn = uniform(-strengths[3], strengths[3], *shape)
    for operation in torch.randperm(4).tolist():
        if operation == 0:
            x = (x * b).clamp_(0, 1)
        elif operation == 1:
            x = torch.lerp(gray(x).mean((1, 2, 3), keepdim=True), x, c).clamp_(0, 1)
        elif operation == 2:
            x = torch.lerp(gray(x), x, s).clamp_(0, 1)
        else:
            x = hue(x, turn)
    return x


def blur(x, taps, border):
    """Along one axis, then the other: a depthwise convolution with taps per image."""
    n, _, h, w = x.shape
    r = taps // 2
    at = torch.arange(taps, device=DEVICE) - r
    sigma = uniform(0.1, 2, n, 1)
    k = torch.exp(-at ** 2 / (2 * sigma ** 2))
    k = (k / k.sum(1, keepdim=True)).repeat_interleave(3, 0)
    x = F.pad(x, (r, r, r, r), "constant" if border == "zeros" else "reflect").reshape(1, n * 3, h + 2 * r, w + 2 * r)
    x = F.conv2d(F.conv2d(x, k[:, None, :, None], groups=n * 3), k[:, None, None, :], groups=n * 3)
    return x.view(n, 3, h, w)


def batched(x, setting):
    """Parameters per image, but for the order in the jitter; the resize by grid_sample, without antialias."""
    n = x.shape[0]
    area, ratio = uniform(*setting.area, n), torch.exp(uniform(math.log(3 / 4), math.log(4 / 3), n))
    w, h = (area * ratio).sqrt().clamp(max=1), (area / ratio).sqrt().clamp(max=1)
    theta = torch.zeros(n, 2, 3, device=DEVICE)
    theta[:, 0, 0], theta[:, 1, 1] = w * (uniform(0, 1, n) < 0.5).float().mul(2).sub(1), h
    theta[:, 0, 2], theta[:, 1, 2] = uniform(-1, 1, n) * (1 - w), uniform(-1, 1, n) * (1 - h)
    grid = F.affine_grid(theta, (n, 3, setting.size, setting.size), align_corners=False)
    x = F.grid_sample(x, grid, "bicubic" if setting.bicubic else "bilinear", padding_mode="border", align_corners=False)
    if setting.rotation:
        turns = torch.randint(0, 4, (n,), device=DEVICE)
        for turn in range(1, 4):
            which = (turns == turn).nonzero().view(-1)
            x[which] = x[which].rot90(turn, (2, 3))
    which = some(n, 0.8)
    x[which] = jitter(x[which], setting.jitter)
    which = some(n, 0.2)
    x[which] = gray(x[which]).expand(-1, 3, -1, -1)
    if setting.blur:
        which = some(n, 0.5)
        x[which] = blur(x[which], setting.taps, setting.blur)
    if setting.normalize:
        mean, deviation = (torch.tensor(part, device=DEVICE).view(1, 3, 1, 1) for part in setting.normalize)
        x = x.sub_(mean).div_(deviation)
    return x


def floor(setting):
    torch.set_num_threads(os.cpu_count())
    images = setting.images(setting.batch)[:, :, :setting.size, :setting.size].contiguous().to(DEVICE)
    return milliseconds(images.float, seconds=1)


def main(which, pipeline, size):
    setting = Setting(pipeline, int(size))
    if which.startswith("torchvision-"):
        return torchvision_views(setting, int(which[-1]))
    if which == "batched":
        return setting.time(lambda images: batched(images.float() / 255, setting))
    return {"kornia": kornia_views, "floor": floor}[which](setting)


if __name__ == "__main__":
    torch.manual_seed(1)
    random.seed(1)
    with torch.no_grad():
        print(f"{main(*sys.argv[1:]):.4f}")

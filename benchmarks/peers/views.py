"""One round of ../views.sh: images per second of SimCLR's CIFAR-10 views (crop, flip, jitter, grayscale) by other means.

    views.py torchvision-0    torchvision's transforms on Pillow images, one after the other, in this process
    views.py torchvision-2    the same in a DataLoader with two workers
    views.py kornia           kornia's augmentations on the batch, if kornia is installed (its version goes with torch's)
    views.py batched          torch operators on the batch, parameters per image, written for this comparison

Each prints the median rate of several stretches. Batches are of 256 images of 32x32; what comes out is float32 in [0, 1].
"""
import math
import statistics
import sys
import time

import torch
import torch.nn.functional as F

BATCH = 256
STRETCHES = 7


def rate(step, seconds=1.0):
    """Images per second of step(), which handles a batch."""
    for _ in range(3):
        step()
    rates = []
    for _ in range(STRETCHES):
        start, batches = time.perf_counter(), 0
        while time.perf_counter() - start < seconds / 2:
            step()
            batches += 1
        rates.append(batches * BATCH / (time.perf_counter() - start))
    return statistics.median(rates)


def images(count):
    return torch.randint(0, 256, (count, 3, 32, 32), dtype=torch.uint8, generator=torch.Generator().manual_seed(1))


class Pictures(torch.utils.data.Dataset):
    """What torchvision's own CIFAR10 does: an array to a Pillow image, then the transform."""

    def __init__(self, count):
        from PIL import Image
        from torchvision import transforms
        self.image = Image.fromarray
        self.arrays = images(count).permute(0, 2, 3, 1).contiguous().numpy()
        self.transform = transforms.Compose([
            transforms.RandomResizedCrop(32),
            transforms.RandomHorizontalFlip(),
            transforms.RandomApply([transforms.ColorJitter(0.4, 0.4, 0.4, 0.1)], p=0.8),
            transforms.RandomGrayscale(p=0.2),
            transforms.ToTensor(),
        ])

    def __len__(self):
        return len(self.arrays)

    def __getitem__(self, index):
        return self.transform(self.image(self.arrays[index]))


def torchvision_rate(workers):
    """A whole epoch of the loader, once it runs: workers started, first batch taken."""
    loader = torch.utils.data.DataLoader(Pictures(BATCH * 40), BATCH, num_workers=workers)
    rates = []
    for _ in range(3):
        batches = iter(loader)
        next(batches)
        start = time.perf_counter()
        done = sum(len(batch) for batch in batches)
        rates.append(done / (time.perf_counter() - start))
    return statistics.median(rates)


def kornia_rate():
    import kornia.augmentation as K
    pipeline = torch.nn.Sequential(
        K.RandomResizedCrop((32, 32)),
        K.RandomHorizontalFlip(),
        K.ColorJitter(0.4, 0.4, 0.4, 0.1, p=0.8),
        K.RandomGrayscale(p=0.2),
    )
    x = images(BATCH).float() / 255
    return rate(lambda: pipeline(x))


def gray(x):
    return (0.2989 * x[:, 0:1]).add_(x[:, 1:2], alpha=0.587).add_(x[:, 2:3], alpha=0.114)


def hue(x, turn):
    r, g, b = x.unbind(1)
    top, c = x.amax(1), x.amax(1) - x.amin(1)
    d = torch.where(c == 0, torch.ones_like(c), c)
    h = torch.where(top == r, (g - b) / d, torch.where(top == g, 2 + (b - r) / d, 4 + (r - g) / d)) + 6 * turn[:, 0]
    k = (h[:, None] + torch.tensor([5.0, 3.0, 1.0]).view(1, 3, 1, 1)) % 6
    return top[:, None] - c[:, None] * torch.minimum(k, 4 - k).clamp_(0, 1)


def batched(x):
    """Parameters per image, one order of the four colour operations for the batch; bilinear by grid_sample, no antialias."""
    n = x.shape[0]
    u = lambda low, high: torch.rand(n, 1, 1, 1) * (high - low) + low
    area, ratio = u(0.08, 1).view(n), torch.exp(u(math.log(3 / 4), math.log(4 / 3))).view(n)
    w, h = (area * ratio).sqrt().clamp(max=1), (area / ratio).sqrt().clamp(max=1)
    theta = torch.zeros(n, 2, 3)
    theta[:, 0, 0], theta[:, 1, 1] = w * (torch.rand(n) < 0.5).float().mul(2).sub(1), h
    theta[:, 0, 2], theta[:, 1, 2] = (torch.rand(n) * 2 - 1) * (1 - w), (torch.rand(n) * 2 - 1) * (1 - h)
    x = F.grid_sample(x, F.affine_grid(theta, x.shape, align_corners=False), padding_mode="border", align_corners=False)
    some = (torch.rand(n) < 0.8).nonzero().view(-1)
    y = x[some]
    b, c, s, t = (f[some] for f in (u(0.6, 1.4), u(0.6, 1.4), u(0.6, 1.4), u(-0.1, 0.1)))
    for operation in torch.randperm(4).tolist():
        if operation == 0:
            y = (y * b).clamp_(0, 1)
        elif operation == 1:
            y = torch.lerp(gray(y).mean((1, 2, 3), keepdim=True), y, c).clamp_(0, 1)
        elif operation == 2:
            y = torch.lerp(gray(y), y, s).clamp_(0, 1)
        else:
            y = hue(y, t)
    x[some] = y
    some = (torch.rand(n) < 0.2).nonzero().view(-1)
    x[some] = gray(x[some]).expand(-1, 3, -1, -1)
    return x


def batched_rate():
    x = images(BATCH)
    return rate(lambda: batched(x.float() / 255))


def main(which):
    if which.startswith("torchvision-"):
        return torchvision_rate(int(which[-1]))
    return {"kornia": kornia_rate, "batched": batched_rate}[which]()


if __name__ == "__main__":
    torch.manual_seed(1)
    with torch.no_grad():
        print(f"{main(sys.argv[1]):.0f}")

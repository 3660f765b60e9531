"""Writes corruptions.json with NumPy, SciPy and Pillow.

Run:  python3 robustness.py      (beside this file; made with NumPy 1.24, SciPy 1.10 and Pillow 9.4)

An implementation of its own of the nineteen corruptions, from their definitions: blurs, zooms and displacements are
scipy.ndimage's, boxes and JPEG are Pillow's, HSV is colorsys'. Random numbers are drawn here from Philox, in the documented
order, so that results can be compared value by value.
"""
import colorsys
import io
import json
import math
import pathlib

import numpy as np
from PIL import Image
from scipy import ndimage, special

CORRUPTION = 0x603  # what the numbers are for
NAMES = [
    "GaussianNoise", "ShotNoise", "ImpulseNoise", "DefocusBlur", "GlassBlur", "MotionBlur", "ZoomBlur", "Snow", "Frost", "Fog",
    "Brightness", "Contrast", "ElasticTransform", "Pixelate", "JpegCompression", "SpeckleNoise", "GaussianBlur", "Spatter", "Saturate"]


class Stream:
    """Philox4x32-10, key the seed, counter (block, stream, step, purpose)."""

    def __init__(self, seed, purpose, stream, step):
        self.key, self.rest, self.block, self.buffer = (seed & 0xFFFFFFFF, seed >> 32 & 0xFFFFFFFF), (stream, step, purpose), 0, []

    def words(self, count):
        while len(self.buffer) < count:
            blocks = np.arange(self.block, self.block + max(64, count // 4 + 1), dtype=np.uint64)
            self.block += len(blocks)
            self.buffer = np.concatenate([np.asarray(self.buffer, dtype=np.uint64), self.philox(blocks)])
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def philox(self, blocks):
        mask = np.uint64(0xFFFFFFFF)
        c = [blocks] + [np.full(len(blocks), value, dtype=np.uint64) for value in self.rest]
        k = [np.uint64(value) for value in self.key]
        for _ in range(10):
            first, second = np.uint64(0xD2511F53) * c[0], np.uint64(0xCD9E8D57) * c[2]
            high = np.uint64(32)
            c = [(second >> high) ^ c[1] ^ k[0], second & mask, (first >> high) ^ c[3] ^ k[1], first & mask]
            k = [np.uint64((int(k[0]) + 0x9E3779B9) & 0xFFFFFFFF), np.uint64((int(k[1]) + 0xBB67AE85) & 0xFFFFFFFF)]
        return np.stack(c, 1).reshape(-1)

    def uniform(self, low, high, shape=()):
        values = self.words(math.prod(shape)).astype(float) / 2**32
        return (low + (high - low) * values).reshape(shape) if shape else low + (high - low) * values[0]

    def normal(self, shape):
        pairs = self.words(2 * math.prod(shape)).astype(float).reshape(-1, 2) / 2**32
        return (np.sqrt(-2 * np.log(pairs[:, 0] + 2.0**-32)) * np.cos(2 * np.pi * pairs[:, 1])).reshape(shape)

    def below(self, count):
        while True:
            product = int(self.words(1)[0]) * count
            if product & 0xFFFFFFFF >= (1 << 32) % count:
                return product >> 32


def poisson(mean, u):
    if mean <= 0:
        return 0
    mode = int(mean)
    order = [mode] + [k for d in range(1, 4 * mode + 60) for k in (mode + d, mode - d) if k >= 0]
    for k in order:
        u -= math.exp(k * math.log(mean) - mean - special.gammaln(k + 1))
        if u < 0:
            return k
    return mode


def smooth(plane, sigma):
    return ndimage.gaussian_filter(plane, sigma, mode="nearest", truncate=4)


def planes(x, function):
    return np.stack([function(plane) for plane in x])


def gaussian_noise(x, c, r):
    return x + c[0] * r.normal(x.shape)


def shot_noise(x, c, r):
    u = r.uniform(0, 1, x.shape)
    return np.vectorize(lambda value, draw: poisson(value * c[0], draw))(x, u) / c[0]


def impulse_noise(x, c, r):
    u = r.uniform(0, 1, x.shape)
    return np.where(u < c[0] / 2, 0, np.where(u < c[0], 1, x))


def speckle_noise(x, c, r):
    return x + x * c[0] * r.normal(x.shape)


def defocus_blur(x, c, r):
    reach, taps = (int(c[0]), 5) if c[0] > 8 else (8, 3)
    grid = np.arange(-reach, reach + 1)
    disc = (grid[:, None] ** 2 + grid[None] ** 2 <= c[0] ** 2).astype(float)
    kernel = np.exp(-0.5 * (np.arange(taps) - taps // 2) ** 2 / c[1] ** 2)
    disc = ndimage.correlate(disc / disc.sum(), np.outer(kernel, kernel) / kernel.sum() ** 2, mode="mirror")
    return planes(x, lambda plane: ndimage.correlate(plane, disc, mode="mirror"))


def gaussian_blur(x, c, r):
    return planes(x, lambda plane: smooth(plane, c[0]))


def glass_blur(x, c, r):
    x, d = gaussian_blur(x, c, r), int(c[1])
    for _ in range(int(c[2])):
        for i in range(x.shape[1] - d, d, -1):
            for j in range(x.shape[2] - d, d, -1):
                dx = r.below(2 * d) - d
                dy = r.below(2 * d) - d
                x[:, [i, i + dy], [j, j + dx]] = x[:, [i + dy, i], [j + dx, j]]
    return gaussian_blur(x, c, r)


def streak(plane, radius, sigma, degrees):
    weights = np.exp(-0.5 * (np.arange(2 * int(radius) + 1) / sigma) ** 2)
    weights /= weights.sum()
    margin = len(weights)
    padded, result, angle = np.pad(plane, margin, mode="edge"), np.zeros_like(plane), math.radians(degrees)
    for i, weight in enumerate(weights):
        top, left = margin + math.ceil(i * math.sin(angle) - 0.5), margin + math.ceil(i * math.cos(angle) - 0.5)
        result += weight * padded[top:top + plane.shape[0], left:left + plane.shape[1]]
    return result


def motion_blur(x, c, r):
    angle = r.uniform(-45, 45)
    return planes(x, lambda plane: streak(plane, c[0], c[1], angle))


def enlarge(plane, factor):
    (height, width), (h, w) = plane.shape, (math.ceil(n / factor) for n in plane.shape)
    top, left = (height - h) // 2, (width - w) // 2
    large = ndimage.zoom(plane[top:top + h, left:left + w], factor, order=1)
    top, left = (large.shape[0] - height) // 2, (large.shape[1] - width) // 2
    return large[top:top + height, left:left + width]


def zoom_blur(x, c, r):
    factors = 1 + c[1] * np.arange(int(c[0]))
    return planes(x, lambda plane: (plane + sum(enlarge(plane, factor) for factor in factors)) / (len(factors) + 1))


def gray(x):
    return 0.299 * x[0] + 0.587 * x[1] + 0.114 * x[2]


def snow(x, c, r):
    flakes = enlarge(c[0] + c[1] * r.normal(x.shape[1:]), c[2])
    flakes = streak(np.clip(np.where(flakes < c[3], 0, flakes), 0, 1), c[4], c[5], r.uniform(-135, -45))
    return c[6] * x + (1 - c[6]) * np.maximum(x, 1.5 * gray(x) + 0.5) + flakes + np.rot90(flakes, 2)


def plasma(shape, least, decay, r):
    side = 1
    while side < max(least, *shape):
        side *= 2
    grid, step, wobble = np.zeros((side, side)), side, 100.0
    while step >= 2:
        half = step // 2
        corners = grid[::step, ::step]
        total = corners + np.roll(corners, -1, 0) + np.roll(corners, -1, 1) + np.roll(corners, (-1, -1), (0, 1))
        grid[half::step, half::step] = total / 4 + wobble * r.uniform(-wobble, wobble, total.shape)
        middles = grid[half::step, half::step]
        total = middles + np.roll(middles, 1, 0) + corners + np.roll(corners, -1, 1)
        grid[::step, half::step] = total / 4 + wobble * r.uniform(-wobble, wobble, total.shape)
        total = middles + np.roll(middles, 1, 1) + corners + np.roll(corners, -1, 0)
        grid[half::step, ::step] = total / 4 + wobble * r.uniform(-wobble, wobble, total.shape)
        step, wobble = half, wobble / decay
    return ((grid - grid.min()) / (grid.max() - grid.min()))[:shape[0], :shape[1]]


def fog(x, c, r):
    return (x + c[0] * plasma(x.shape[1:], c[-1], c[1], r)) * x.max() / (x.max() + c[0])


def frost(x, c, r):
    ridge = 1 - abs(2 * plasma(x.shape[1:], c[-1], 1.5, r) - 1)
    return c[0] * x + c[1] * np.array([0.78, 0.88, 1])[:, None, None] * (0.25 + 0.75 * ridge**2)


def in_hsv(x, change):
    result = np.empty_like(x)
    for i in np.ndindex(x.shape[1:]):
        result[(slice(None), *i)] = colorsys.hsv_to_rgb(*change(*colorsys.rgb_to_hsv(*x[(slice(None), *i)])))
    return result


def brightness(x, c, r):
    return in_hsv(x, lambda h, s, v: (h, s, min(v + c[0], 1)))


def saturate(x, c, r):
    return in_hsv(x, lambda h, s, v: (h, min(max(s * c[0] + c[1], 0), 1), v))


def contrast(x, c, r):
    mean = x.mean((1, 2), keepdims=True)
    return (x - mean) * c[0] + mean


def elastic_transform(x, c, r):
    height, width = x.shape[1:]
    cx, cy, q = width // 2, height // 2, min(height, width) // 3
    old = np.array([[cx + q, cy + q], [cx + q, cy - q], [cx - q, cy - q]], dtype=float)
    new = old + r.uniform(-c[2], c[2], (3, 2))
    matrix = np.linalg.solve(np.c_[new, np.ones(3)], old)
    rows, columns = np.mgrid[:height, :width].astype(float)
    sx, sy = np.moveaxis(np.stack([columns, rows, np.ones_like(rows)], -1) @ matrix, -1, 0)
    x = planes(x, lambda plane: ndimage.map_coordinates(plane, [sy, sx], order=1, mode="mirror"))
    if c[0] == 0:
        return x
    dx, dy = (c[0] * ndimage.gaussian_filter(r.uniform(-1, 1, (height, width)), c[1], mode="reflect", truncate=3) for _ in range(2))
    return planes(x, lambda plane: ndimage.map_coordinates(plane, [rows + dy, columns + dx], order=1, mode="reflect"))


def pixelate(x, c, r):
    small, size = (int(x.shape[2] * c[0]), int(x.shape[1] * c[0])), (x.shape[2], x.shape[1])
    return planes(x, lambda plane: np.asarray(
        Image.fromarray(plane.astype(np.float32), "F").resize(small, Image.BOX).resize(size, Image.BOX)))


def jpeg_compression(x, c, r):
    buffer = io.BytesIO()
    Image.fromarray(np.moveaxis(np.round(x * 255).astype(np.uint8), 0, -1)).save(buffer, "JPEG", quality=int(c[0]))
    return np.moveaxis(np.asarray(Image.open(buffer)), -1, 0) / 255.0


def water(liquid):
    wet = np.pad(liquid > 0, 1, mode="edge")
    dry = ~wet[:-2, 1:-1] | ~wet[2:, 1:-1] | ~wet[1:-1, :-2] | ~wet[1:-1, 2:]
    outline = (liquid > 0) & dry
    distance = ndimage.distance_transform_edt(~outline) if outline.any() else np.full(liquid.shape, 20.0)
    distance = ndimage.correlate(np.minimum(distance, 20), np.full((3, 3), 1 / 9), mode="mirror")
    whole = (distance + 1e-5).astype(int)
    counts = np.bincount(whole.ravel(), minlength=21)
    lowest = counts[counts > 0][0]
    even = np.round(255 * (np.cumsum(counts)[whole] - lowest) / (liquid.size - lowest))
    light = np.clip(ndimage.correlate(even, np.array([[-2, -1, 0], [-1, 1, 1], [0, 1, 2]], dtype=float), mode="mirror"), 0, 255)
    return ndimage.correlate(light, np.full((3, 3), 1 / 9), mode="mirror") * liquid


def spatter(x, c, r):
    liquid = smooth(c[0] + c[1] * r.normal(x.shape[1:]), c[2])
    liquid[liquid < c[3]] = 0
    if c[5] == 1:
        mask = smooth((liquid > c[3]).astype(float), c[4])
        mask[mask < 0.8] = 0
        return x * (1 - mask) + np.array([63, 42, 20])[:, None, None] / 255 * mask
    relief = water(liquid)
    return x + c[4] * np.array([175, 238, 238])[:, None, None] / 255 * relief / max(relief.max(), 1e-30)


ELASTIC = [[0, 0, 0.08], [0.05, 0.2, 0.07], [0.08, 0.06, 0.06], [0.1, 0.04, 0.05], [0.1, 0.03, 0.03]]
CASES = [  # name, scale, severity, constants
    ("GaussianNoise", 0, 3, [0.08]), ("GaussianNoise", 1, 5, [0.38]), ("ShotNoise", 0, 1, [500]), ("ShotNoise", 1, 5, [3]),
    ("ImpulseNoise", 0, 5, [0.07]), ("ImpulseNoise", 1, 4, [0.17]), ("DefocusBlur", 0, 3, [0.5, 0.6]), ("DefocusBlur", 1, 2, [4, 0.5]),
    ("DefocusBlur", 1, 5, [10, 0.5]), ("GlassBlur", 0, 5, [0.4, 1, 2]), ("GlassBlur", 1, 3, [1, 2, 3]), ("MotionBlur", 0, 5, [9, 2.5]),
    ("MotionBlur", 1, 2, [15, 5]), ("ZoomBlur", 0, 4, [21, 0.01]), ("ZoomBlur", 1, 5, [11, 0.03]),
    ("Snow", 0, 3, [0.15, 0.3, 1.75, 0.55, 10, 4, 0.9]), ("Snow", 1, 1, [0.1, 0.3, 3, 0.5, 10, 4, 0.8]),
    ("Frost", 0, 4, [0.85, 0.4, 32]), ("Frost", 1, 2, [0.8, 0.6, 256]), ("Fog", 0, 3, [0.75, 2.5, 32]), ("Fog", 1, 5, [3, 1.4, 256]),
    ("Brightness", 0, 5, [0.3]), ("Brightness", 1, 3, [0.3]), ("Contrast", 0, 1, [0.75]), ("Contrast", 1, 5, [0.05]),
    ("ElasticTransform", 0, 1, [32 * v for v in ELASTIC[0]]), ("ElasticTransform", 0, 2, [32 * v for v in ELASTIC[1]]),
    ("ElasticTransform", 1, 1, [244 * v for v in [2, 0.7, 0.1]]), ("ElasticTransform", 1, 4, [244 * v for v in [0.07, 0.01, 0.02]]),
    ("Pixelate", 0, 5, [0.65]), ("Pixelate", 1, 5, [0.25]), ("JpegCompression", 0, 4, [50]), ("JpegCompression", 1, 5, [7]),
    ("SpeckleNoise", 0, 2, [0.1]), ("SpeckleNoise", 1, 5, [0.6]), ("GaussianBlur", 0, 5, [1]), ("GaussianBlur", 1, 5, [6]),
    ("Spatter", 0, 3, [0.65, 0.3, 1, 0.69, 0.5, 0]), ("Spatter", 0, 5, [0.65, 0.1, 0.5, 0.68, 0.6, 1]),
    ("Spatter", 1, 2, [0.65, 0.3, 3, 0.68, 0.6, 0]), ("Spatter", 1, 4, [0.65, 0.3, 1, 0.65, 1.5, 1]),
    ("Saturate", 0, 1, [0.3, 0]), ("Saturate", 1, 5, [20, 0.2])]


def example(height, width):
    """Smooth colours with edges, some gray, black and white among them."""
    rows, columns = np.mgrid[:height, :width]
    x = np.stack([127 + 120 * np.sin(0.3 * rows + 0.2 * columns), 128 + 120 * np.cos(0.25 * columns), 255 * rows / height])
    x[:, 4:9, 10:17] = np.array([200, 30, 90])[:, None, None]
    x[:, 11:13, 2:6] = np.array([0, 128, 255])[0]
    x[:, 13:15, 2:6] = 255
    x[:, 13:15, 6:9] = 97
    return x.astype(np.uint8)


def case(image, index, seed, name, scale, severity, constants):
    function = globals()["".join("_" + ch.lower() if ch.isupper() else ch for ch in name)[1:]]
    stream = Stream(seed, CORRUPTION, index, NAMES.index(name) << 3 | severity)
    result = np.clip(function(image / 255.0, constants, stream), 0, 1)
    data = {"dtype": "float64", "shape": list(result.shape), "data": [round(float(v), 5) for v in result.ravel()]}
    numbers = {"corruption": NAMES.index(name), "scale": scale, "severity": severity, "index": index, "seed": seed}
    return {"name": f"{name} {'ImageNet' if scale else 'CIFAR'} {severity}", "numbers": numbers, "tensors": {"corrupted": data}}


if __name__ == "__main__":
    image = example(16, 24)
    first = {"name": "image", "numbers": {}, "tensors": {"image": {"dtype": "int64", "shape": list(image.shape), "data": image.ravel().tolist()}}}
    cases = [first] + [case(image, 7 + i, 123456789012345 - i, *one) for i, one in enumerate(CASES)]
    lines = ",\n".join(json.dumps(one) for one in cases)
    (pathlib.Path(__file__).parent / "corruptions.json").write_text(f"[\n{lines}\n]\n")

"""Writes views.json: what torchvision makes of given images at given parameters, image by image.

Run:  python3 views.py        (beside this file; made with PyTorch 1.13 and torchvision 0.14 on a CPU)

A case has images [B, 3, H, W], the parameters [B, P] of the operator of that name, in its own order, and the result. Bicubic
results are clipped to [0, 1], which torchvision leaves to whoever converts to bytes.
"""
import json
import pathlib

import torch
import torch.nn.functional as nn
import torchvision.transforms.functional as F
from torchvision.transforms import InterpolationMode

PLACES = {"bilinear": InterpolationMode.BILINEAR, "bicubic": InterpolationMode.BICUBIC}
COLORS = [F.adjust_brightness, F.adjust_contrast, F.adjust_saturation, F.adjust_hue]
generator = torch.Generator().manual_seed(20)


def images(count, height, width):
    """Random values, with a gray patch, a black one and a white one, where hue and saturation have their special cases."""
    x = torch.rand(count, 3, height, width, generator=generator)
    x[:, :, :2, :2] = 0.4
    x[:, :, :2, 2:4] = 0
    x[:, :, :2, 4:6] = 1
    return x


def stored(tensor):
    data = [float(f"{value:.6g}") for value in tensor.double().flatten()]
    return {"dtype": "float32", "shape": list(tensor.shape), "data": data}


def case(name, x, parameters, function):
    """The function takes one image [1, 3, H, W] and its parameters."""
    parameters = torch.tensor(parameters, dtype=torch.float32)
    result = torch.cat([function(image[None], *row.tolist()) for image, row in zip(x, parameters)])
    return {"name": name, "numbers": {}, "tensors": {"images": stored(x), "parameters": stored(parameters), "result": stored(result)}}


def resized_crop(size, mode):
    def function(x, top, left, height, width):
        y = F.resized_crop(x, int(top), int(left), int(height), int(width), size, PLACES[mode], antialias=True)
        return y.clamp(0, 1) if mode == "bicubic" else y
    return function


def jitter(x, a, b, c, d, *factors):
    for operation in (a, b, c, d):
        x = COLORS[int(operation)](x, factors[int(operation)])
    return x


def pad_crop(mode):
    def function(x, top, left):
        return F.crop(F.pad(x, [2, 2, 2, 2], padding_mode=mode), int(top) + 2, int(left) + 2, 9, 11)
    return function


def sobel(x):
    gray = nn.pad(F.rgb_to_grayscale(x), (1, 1, 1, 1), mode="replicate")
    kernel = torch.tensor([[-1.0, 0, 1], [-2, 0, 2], [-1, 0, 1]])
    x_slope, y_slope = (nn.conv2d(gray, k[None, None]) for k in (kernel, kernel.t()))
    return (x_slope ** 2 + y_slope ** 2).sqrt().expand(-1, 3, -1, -1)


def main():
    x = images(3, 9, 11)
    boxes = [[1, 2, 6, 7], [0, 0, 9, 11], [8, 3, 1, 2]]
    small, large = images(2, 9, 11), images(1, 40, 37)
    cases = [
        case("crop bilinear 9x11 to 8x10", x, boxes, resized_crop([8, 10], "bilinear")),
        case("crop bilinear 9x11 to 13x9", x, boxes, resized_crop([13, 9], "bilinear")),
        case("crop bicubic 9x11 to 8x10", x, boxes, resized_crop([8, 10], "bicubic")),
        case("crop bilinear 40x37 to 12x9", large, [[3, 1, 35, 36]], resized_crop([12, 9], "bilinear")),
        case("crop bicubic 40x37 to 12x9", large, [[3, 1, 35, 36]], resized_crop([12, 9], "bicubic")),
        case("horizontal flip", small, [[], []], F.hflip),
        case("vertical flip", small, [[], []], F.vflip),
        case("rotation", x, [[30], [-117.5], [180]], lambda y, angle: F.rotate(y, angle, InterpolationMode.BILINEAR)),
        case("jitter", images(6, 5, 7), [
            [0, 1, 2, 3, 1.3, 0.7, 1.4, 0.1],
            [3, 2, 1, 0, 0.6, 1.4, 0.6, -0.2],
            [2, 0, 3, 1, 1.4, 1.2, 0.9, 0.5],
            [1, 3, 0, 2, 0.8, 0.6, 1.2, -0.5],
            [3, 1, 0, 2, 1, 1, 1, 0.3333333],
            [0, 3, 2, 1, 0, 0, 0, 0.25],
        ], jitter),
        case("grayscale", small, [[], []], lambda y: F.rgb_to_grayscale(y, 3)),
        case("solarize", small, [[], []], lambda y: F.solarize(y, 0.45)),
        case("blur radius 1", x, [[0.1], [1], [2]], lambda y, s: F.gaussian_blur(y, [3, 3], [s, s])),
        case("blur radius 4", x, [[0.3], [1.1], [2]], lambda y, s: F.gaussian_blur(y, [9, 9], [s, s])),
        case("crop padded with zeros", x, [[-2, -1], [0, 2], [2, -2]], pad_crop("constant")),
        case("crop padded by reflection", x, [[-2, -1], [0, 2], [2, -2]], pad_crop("reflect")),
        case("center crop", small, [[], []], lambda y: F.center_crop(y, [6, 4])),
        case("normalize", small, [[], []], lambda y: F.normalize(y, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225])),
        case("sobel", small, [[], []], sobel),
    ]
    text = "[\n" + ",\n".join(json.dumps(one) for one in cases) + "\n]\n"
    (pathlib.Path(__file__).parent / "views.json").write_text(text)


if __name__ == "__main__":
    main()

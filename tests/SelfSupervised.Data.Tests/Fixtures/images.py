"""Writes the .jpg files beside it, and images.npz: what they decode to, by Pillow.

Run:  python3 images.py        (made with Pillow 9.4 and its libjpeg-turbo 2.1)

An array NAME holds NAME.jpg upright, [1, H, W, C]; photo-grey is photo.jpg in grey, large-fit is large.jpg, scaled and
cut to 32 x 24.
"""
import pathlib

import numpy as np
from PIL import Image, ImageOps

folder = pathlib.Path(__file__).parent
ORIENTATION = 0x0112


def picture(width, height):
    """Smooth colours, and a white triangle that tells every corner from the others."""
    y, x = np.mgrid[:height, :width] / [[[height]], [[width]]]
    colours = np.stack([x, y, 0.5 + 0.5 * np.sin(7 * x + 5 * y)], axis=-1)
    colours[3 * x + 2 * y < 1] = 1
    return Image.fromarray(np.round(255 * colours).astype(np.uint8))


def save(image, name, **options):
    image.save(folder / f"{name}.jpg", quality=90, **options)


def turned(orientation):
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    return exif


if __name__ == "__main__":
    photo = picture(24, 16)
    save(photo, "photo")
    save(photo, "progressive", progressive=True, subsampling=0)
    save(photo.convert("L"), "grey")
    save(photo.convert("CMYK"), "cmyk")
    for orientation in range(2, 9):
        save(photo, f"turned{orientation}", exif=turned(orientation))

    arrays = {}
    for path in sorted(set(folder.glob("*.jpg")) - {folder / "large.jpg"}):
        with Image.open(path) as image:
            upright = ImageOps.exif_transpose(image)
            arrays[path.stem] = np.asarray(upright.convert("RGB") if image.mode == "CMYK" else upright)
    with Image.open(folder / "photo.jpg") as image:
        arrays["photo-grey"] = np.asarray(image.convert("L"))
    save(picture(200, 160), "large")
    with Image.open(folder / "large.jpg") as image:
        arrays["large-fit"] = np.asarray(ImageOps.fit(image, (32, 24), Image.Resampling.LANCZOS))
    arrays = {name: array.reshape(1, *array.shape[:2], -1) for name, array in arrays.items()}
    np.savez_compressed(folder / "images.npz", **arrays)

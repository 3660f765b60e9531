"""Writes the .npy and .npz files beside it: the same small images and labels in NumPy's own hand.

Run:  python3 arrays.py        (made with NumPy 1.24)

Pixel (n, c, h, w) is (101n + 37c + 11h + 3w) mod 256; the labels are 2, 0, 1.
"""
import pathlib

import numpy as np

folder = pathlib.Path(__file__).parent


def images(count, channels, height, width):
    n, c, h, w = np.ogrid[:count, :channels, :height, :width]
    return ((101 * n + 37 * c + 11 * h + 3 * w) % 256).astype(np.uint8)


def save(name, array):
    np.save(folder / f"{name}.npy", array)


if __name__ == "__main__":
    nchw = images(3, 2, 4, 5)
    nhwc = np.ascontiguousarray(nchw.transpose(0, 2, 3, 1))
    labels = np.array([2, 0, 1])
    save("nchw", nchw)
    save("nhwc", nhwc)
    save("nhw", images(3, 1, 4, 5)[:, 0])
    save("fortran", np.asfortranarray(nchw))
    save("float32", nchw.astype(np.float32))
    save("structured", np.zeros(3, dtype=[("x", np.uint8), ("y", np.uint8)]))
    with open(folder / "version2.npy", "wb") as file:
        np.lib.format.write_array(file, nchw, version=(2, 0))
    for kind in ("|u1", "|i1", "<u2", ">i2", "<i4", ">u4", "<i8", ">i8", "<u8"):
        save(f"labels-{'big-' * (kind[0] == '>')}{kind[1:]}", labels.astype(kind))
    save("labels-negative", np.array([2, -1, 1]))
    save("labels-float64", labels.astype(np.float64))
    save("labels-four", np.array([2, 0, 1, 1]))
    np.savez(folder / "stored.npz", x=nchw, y=labels)
    np.savez_compressed(folder / "compressed.npz", x=nhwc, y=labels.astype(np.uint8))

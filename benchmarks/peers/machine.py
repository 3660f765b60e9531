"""What ../../eng/bench.sh says of the machine: processor or GPU, versions, and the rates that floors are told by."""
import os
import pathlib
import platform
import re

import torch

from timing import DEVICE, milliseconds


def processor():
    with open("/proc/cpuinfo") as info:
        return next((line.split(":")[1].strip() for line in info if line.startswith("model name")), platform.machine())


def version(package):
    try:
        return getattr(__import__(package), "__version__", "of no version")
    except ImportError:
        return None


def lightly():
    """Its files are taken one by one, without what the package imports."""
    text = pathlib.Path(os.environ["LIGHTLY"], "lightly", "__init__.py").read_text()
    return "lightly " + re.search(r'__version__ = "([^"]+)"', text)[1]


def main():
    side, numbers = 2048, 2**25
    a, b, c = (torch.randn(side, side, device=DEVICE) for _ in range(3))
    source, target = (torch.zeros(numbers, device=DEVICE) for _ in range(2))
    products = 2 * side**3 / milliseconds(lambda: torch.mm(a, b, out=c), 2) / 1e6
    copies = 8 * numbers / milliseconds(lambda: target.copy_(source), 2) / 1e6
    where = torch.cuda.get_device_name() if DEVICE != "cpu" else f"{len(os.sched_getaffinity(0))} cores"
    packages = [f"{name} {version(name)}" for name in ("torch", "torchvision", "kornia", "pytorch_metric_learning") if version(name)]
    if os.environ.get("LIGHTLY"):
        packages.append(lightly())
    print(f"- {where}; {processor()}; {platform.freedesktop_os_release()['PRETTY_NAME']}; Python {platform.python_version()}, {', '.join(packages)}")
    print(f"- products of {side}x{side} matrices of Float32: {products:.0f} GFLOP/s; copies of {4 * numbers / 2**20:.0f} MiB: {copies:.0f} GB/s read and written")


if __name__ == "__main__":
    main()

"""What the scripts beside this one measure with, on DEVICE, cpu unless set. A GPU's time counts only when it is waited for."""
import os
import statistics
import time

import torch

DEVICE = os.environ.get("DEVICE", "cpu")


def wait():
    if DEVICE != "cpu":
        torch.cuda.synchronize()


def milliseconds(action, seconds, calls=1, least=5, warm=3):
    """Of a call: the median of what fits into the seconds, in stretches of so many calls, once it runs as fast as it will."""
    for _ in range(warm * calls):
        action()
    wait()
    times, end = [], time.perf_counter() + seconds
    while time.perf_counter() < end or len(times) < least:
        start = time.perf_counter()
        for _ in range(calls):
            action()
        wait()
        times.append((time.perf_counter() - start) / calls * 1e3)
    return statistics.median(times)


def resident(which):
    """MiB of VmRSS, or VmHWM, the highest since the last peak_of."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(which)) / 1024


def peak_of(action):
    """MiB that a call adds to the process, or on a GPU to what tensors hold there, at its peak."""
    if DEVICE != "cpu":
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        action()
        return (torch.cuda.max_memory_allocated() - before) / 2**20
    before = resident("VmRSS")
    with open("/proc/self/clear_refs", "w") as refs:
        refs.write("5")
    action()
    return resident("VmHWM") - before

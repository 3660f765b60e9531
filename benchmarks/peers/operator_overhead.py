"""One side of ../operator-overhead.sh: milliseconds of a thousand calls of torch.add on ten elements, on one thread.

The median of many short stretches, since the machine may be shared.
"""
import statistics
import time

import torch

CALLS = 10_000
STRETCHES = 51


def stretch(x, calls):
    start = time.perf_counter()
    for _ in range(calls):
        torch.add(x, x)
    return (time.perf_counter() - start) / calls * 1e6


torch.set_num_threads(1)
x = torch.ones(10)
stretch(x, CALLS * 20)
print(f"{statistics.median(stretch(x, CALLS) for _ in range(STRETCHES)):.4f}")

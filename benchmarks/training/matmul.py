"""The most that fp32 matrix multiplication reaches here in one thread, in GFLOP by CPU second.

Run by __main__.py.
"""

import json
import time

import torch

SIZES, REPEATS = (1024, 2048), 12


def rate(size: int) -> float:
    """Multiply two square matrices."""
    left, right = torch.randn(size, size), torch.randn(size, size)
    began = time.process_time()
    torch.mm(left, right)
    return 2 * size**3 / (time.process_time() - began) / 1e9


if __name__ == "__main__":
    print(json.dumps({"gflops": max(rate(size) for size in SIZES for _ in range(REPEATS))}))

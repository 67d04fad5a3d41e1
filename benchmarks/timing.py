"""How the benchmarks time."""

import time


def best_of(repeats, function):
    """Shortest run time of a function [s]: other work on the machine only ever adds time."""
    spent = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        spent.append(time.perf_counter() - start)
    return min(spent)

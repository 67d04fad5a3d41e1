"""The closed form against the paper's "solve": time per target, both in one run on one machine.

Duan et al. (2025), section 3.4, hand equations (10) and (12) to a "solve" function. Here that is sympy's
``solve`` (symbolic, as in the paper) and scipy's ``fsolve`` (numeric, started at the answer's scale). Each
figure is the best of several repeats, because other work on the machine only ever adds time.
"""

import math
import platform
import time

import numpy as np
import sympy
from scipy.optimize import fsolve

from irsnb import elliptic

N = 1_000_000


def best_of(repeats, function):
    """Shortest run time of a function [s]."""
    spent = []
    for _ in range(repeats):
        start = time.perf_counter()
        function()
        spent.append(time.perf_counter() - start)
    return min(spent)


def by_fsolve(theta, phi, a, c):
    """Distance of the target by scipy's solver on (10) and (12)."""
    slope, b2 = math.tan(math.acos(math.cos(theta) * math.cos(phi))), a * a - c * c
    x, w = fsolve(
        lambda v: ((v[0] - c) ** 2 / a**2 + v[1] ** 2 / b2 - 1, v[1] - v[0] * slope), (a, a * slope)
    )
    return math.hypot(x, w)


def by_sympy(theta, phi, a, c):
    """Distance of the target by sympy's solver on (10) and (12)."""
    x, w = sympy.symbols("x w", real=True)
    slope = math.tan(math.acos(math.cos(theta) * math.cos(phi)))
    ellipse = sympy.Eq((x - c) ** 2 / a**2 + w**2 / (a * a - c * c), 1)
    found = sympy.solve([ellipse, sympy.Eq(w, x * slope)], [x, w])
    return max(math.hypot(*pair) for pair in found if pair[0] * slope * pair[1] > 0 and pair[0] > 0)


def main():
    rng = np.random.default_rng(0)
    targets = np.stack(
        [rng.uniform(100, 900, N), rng.uniform(200, 1500, N), rng.uniform(50, 1500, N)], axis=-1
    )
    c = rng.uniform(400, 1200, N)
    theta, phi = elliptic.direction(targets, np.zeros(3))
    a = elliptic.path_sum(targets, c) / 2
    located = elliptic.locate(theta, phi, a, c)
    assert np.allclose(located, targets, atol=1e-6)

    rows = [("irsnb.elliptic.locate", N, best_of(7, lambda: elliptic.locate(theta, phi, a, c)) / N)]
    for name, solver, count in (("scipy fsolve", by_fsolve, 2000), ("sympy solve", by_sympy, 10)):
        one_by_one = list(zip(theta[:count], phi[:count], a[:count], c[:count], strict=True))
        distances = [solver(*map(float, arguments)) for arguments in one_by_one]
        right = np.isclose(distances, np.linalg.norm(targets[:count], axis=-1)).mean()
        spent = best_of(3, lambda solver=solver, work=one_by_one: [solver(*map(float, w)) for w in work])
        rows.append((f"{name} ({right:.0%} right)", count, spent / count))

    print(
        f"machine: {platform.machine()}, {platform.processor() or 'processor unnamed'}, "
        f"Python {platform.python_version()}, numpy {np.__version__}"
    )
    print(f"{'locating one target':34s} {'targets':>9s} {'time each':>12s} {'times locate':>13s}")
    for name, count, each in rows:
        print(f"{name:34s} {count:9,d} {each * 1e6:9.3f} us {each / rows[0][2]:13,.0f}")


if __name__ == "__main__":
    main()

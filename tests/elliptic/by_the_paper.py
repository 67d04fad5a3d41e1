"""Equations of Duan et al. (2025) once more, with loops and the math module."""

import math

import numpy as np


def solve_as_the_paper(theta, phi, a, c):
    """Eqs. (9)-(16) by the roots of the quadratic that (12) makes of (10)."""
    alpha = math.acos(math.cos(theta) * math.cos(phi))  # (11)
    slope, b2 = math.tan(alpha), a * a - c * c  # (12), (9)
    roots = np.roots([1 / a**2 + slope**2 / b2, -2 * c / a**2, c**2 / a**2 - 1])  # (10) with w = x tan(alpha)
    x = next(float(r) for r in roots if r * math.cos(alpha) > 0)  # in front of the first surface
    distance = math.hypot(x, x * slope)  # (13)
    level = distance * math.cos(phi)  # (15)
    return level * math.cos(theta), level * math.sin(theta), distance * math.sin(phi)  # (16), (14)

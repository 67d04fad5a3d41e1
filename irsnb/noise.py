"""Noise that all systems share."""

import math

import numpy as np

from irsnb import checks

__all__ = ["circular_noise"]


def circular_noise(rng: np.random.Generator, shape: int | tuple[int, ...]) -> np.ndarray:
    """Circular complex Gaussian numbers of unit power: half of it in each of the two parts.

    Parameters
    ----------
    rng : numpy.random.Generator
    shape : int or tuple of int

    Returns
    -------
    ndarray of complex

    Raises
    ------
    ValueError
        If `rng` is no generator, or the shape is not made of integers of at least 0 or takes too much memory.

    Examples
    --------
    >>> noise = circular_noise(np.random.default_rng(0), (2, 1000))
    >>> noise.shape
    (2, 1000)
    >>> bool(abs(np.mean(np.abs(noise) ** 2) - 1) < 0.1)
    True
    """
    rng = checks.generator("rng", rng)
    sizes = checks.shape("shape", shape)
    checks.check_memory("shape", shape, 16 * math.prod(sizes))
    return (rng.standard_normal((*sizes, 2)) * np.sqrt(0.5)).view(complex)[..., 0]

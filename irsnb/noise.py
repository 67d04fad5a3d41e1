"""Noise that all systems share. On the ground floor, because every model draws it, and in one way."""

import numpy as np


def circular_noise(rng, shape):
    """Circular complex Gaussian numbers of unit power: half of it in each of the two parts.

    Parameters
    ----------
    rng : numpy.random.Generator
    shape : tuple of int

    Returns
    -------
    ndarray of complex
    """
    return (rng.standard_normal((*shape, 2)) * np.sqrt(0.5)).view(complex)[..., 0]

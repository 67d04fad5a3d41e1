"""Cosine and sine of many phases at once, in the loops of Part II."""

import numpy as np

from irsnb.indoor.kernels import _cosines_sines


def test_cosine_and_sine_to_the_last_digits():
    # A series that is one term short, or has one of the wrong sign, is off by 2e-15 or more.
    turns = np.concatenate([np.linspace(-0.5, 0.5, 2001), np.random.default_rng(0).uniform(-3, 3, 2000)])
    cosine, sine = np.empty_like(turns), np.empty_like(turns)
    _cosines_sines(turns, cosine, sine)
    angle = 2 * np.pi * (turns - np.rint(turns)).astype(np.longdouble)
    assert np.abs(cosine - np.cos(angle)).max() < 7e-16
    assert np.abs(sine - np.sin(angle)).max() < 7e-16

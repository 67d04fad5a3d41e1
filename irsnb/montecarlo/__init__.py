"""Monte Carlo: a trial over a grid of settings, and what its draws say, with 95 % intervals.

A *trial* is a function ``trial(rng, draws, **setting)`` that returns arrays with one row for each draw.
:func:`sweep` runs it over settings, and :func:`rms`, :func:`mean`, :func:`share`, :func:`percentile` and
:func:`ratio_to_bound` reduce its draws to a value and the two ends of its interval.

The mean of a noisy carrier's power over SNR, drawn until it is known to 2 %:

>>> import numpy as np
>>> from irsnb.montecarlo import mean, narrower, sweep
>>> from irsnb.noise import circular_noise
>>> def trial(rng, draws, snr_db):
...     noise = 10 ** (-snr_db / 20) * circular_noise(rng, (draws,))
...     return {"power": np.abs(1 + noise) ** 2}
>>> until = narrower("power", mean, relative=0.02)
>>> drawn = sweep(trial, {"snr_db": [0, 10, 20]}, draws=100_000, seed=1, until=until)
>>> power = mean(drawn["power"])
>>> power.sel(end="value").values.round(2)
array([1.98, 1.08, 1.01])
>>> power.sel(snr_db=10).values.round(3)
array([1.085, 1.063, 1.106])
>>> power["n_draws"].values
array([7200, 1800,  300])

The expected powers are 2, 1.1 and 1.01.

Importing this package loads neither xarray nor joblib; calling it does.
"""

from irsnb.montecarlo.intervals import mean, percentile, ratio_to_bound, rms, share
from irsnb.montecarlo.stopping import narrower
from irsnb.montecarlo.sweeps import sweep

__all__ = ["mean", "narrower", "percentile", "ratio_to_bound", "rms", "share", "sweep"]

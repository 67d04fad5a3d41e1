"""What several tests of the wing share: the street, and spectra of a few scenes."""

import numpy as np
import pytest

from irsnb import hybrid
from irsnb.arrays import PlanarArray

WAVELENGTH = 0.0857
WINDOW = np.linspace(5, 15, 41)


@pytest.fixture(scope="session")
def street():
    return hybrid.load_scenario()


@pytest.fixture(scope="session")
def scenes():
    """A function: channels and truth of separable users on ten by ten elements, one path each."""

    def make(count, seed=3):
        rng = np.random.default_rng(seed)
        users = np.stack(
            [np.column_stack([hybrid.draw_directions(rng, 3), rng.uniform(6, 12, 3)]) for _ in range(count)]
        )
        array = PlanarArray(10, 10, WAVELENGTH / 2, WAVELENGTH)
        return array.steering_vector(users[..., 0], users[..., 1], users[..., 2])[:, :, None], users

    return make


@pytest.fixture(scope="session")
def examples(scenes):
    """A function: spectra of such scenes."""

    def make(count=3, draws=2, **how):
        array = PlanarArray(10, 10, WAVELENGTH / 2, WAVELENGTH)
        how = {"noise": 0.01, "correlation": "uncorrelated", "draws": draws, "seed": 5} | how
        return hybrid.make_examples(*scenes(count), array, WINDOW, **how)

    return make


@pytest.fixture(scope="session")
def made(examples):
    return examples()

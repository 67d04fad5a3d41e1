"""The bound where rounding is hardest: four users a fraction of a beam apart, far above the noise."""

import numpy as np
import pytest

from irsnb.arrays import PlanarArray
from irsnb.hybrid import crlb, load_scenario, paper_users, polar


@pytest.mark.parametrize("snr_db", [100, 120])
def test_far_above_the_noise_the_bound_falls_as_the_noise_does(snr_db):
    # P A^H R^-1 A P tends to P when the noise vanishes, so the information is proportional to the SNR.
    street = load_scenario()
    block = PlanarArray(10, 10, street.wavelength / 2, street.wavelength)
    four = polar(street)[paper_users(street)]
    weak, strong = (crlb(block, four, level, 100) for level in (snr_db, snr_db + 20))
    np.testing.assert_allclose(
        np.diagonal(weak, axis1=-2, axis2=-1),
        100 * np.diagonal(strong, axis1=-2, axis2=-1),
        rtol=0.01,
    )

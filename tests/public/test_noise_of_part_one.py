"""The other description of the noise in Part I, a full covariance, is fed what the sigmas are fed."""

import pytest
import walk
from good_elliptic import COVARIANCE, GOOD

from irsnb import elliptic

TAKE_EITHER = [elliptic.locate, elliptic.position_crlb, elliptic.direction_crlb, elliptic.associate]


@pytest.mark.parametrize("target", TAKE_EITHER, ids=lambda target: target.__name__)
def test_bad_covariances(target):
    without = {"sigma_angle": None, "sigma_path": None}
    argument = walk.covariance(COVARIANCE, skip={"None": "then the sigmas are asked for"})
    arguments = GOOD[target] | without | {"covariance": argument}
    walk.call(target, arguments)
    faults = {probe.label: walk.judge(target, arguments, "covariance", probe) for probe in argument.probes()}
    faults |= {"shapes": walk.mismatched(target, arguments, "covariance")}
    if target is elliptic.associate:
        del faults["shapes"]
    assert not {label: fault for label, fault in faults.items() if fault}

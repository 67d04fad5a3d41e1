"""Crops of spectra and of range scans, and the small network that reads them."""

import math

import numpy as np
import pytest

from irsnb import hybrid

WINDOW = np.linspace(5, 15, 41)


def test_crops_are_cut_around_the_peak(made):
    pieces, owner = hybrid.crops(made)
    assert pieces.shape == (len(owner), 11, 11, 3) and len(owner) > 12
    grid = hybrid.paper_grid()
    for piece, (example, user, peak) in zip(pieces, owner, strict=True):
        azimuth, elevation = made.coarse[example, peak]
        row, column = np.abs(grid - elevation).argmin(), np.abs(grid - azimuth).argmin()
        cut = made.spectra[example, row - 5 : row + 6, column - 5 : column + 6]
        assert np.allclose(piece[..., 0], np.log(cut.max() / cut), atol=1e-4)
        assert piece[5, 5, 0] <= piece[4:7, 4:7, 0].min() + 1e-6, "the middle is the peak"
        cosines = math.sin(azimuth) * math.cos(elevation), math.sin(elevation)
        assert np.allclose(piece[..., 1:], cosines, atol=1e-6)
        truth = made.truth[example, user, :2]
        assert np.hypot(*(hybrid.to_cosines(truth) - cosines)) < 0.05


def test_a_crop_at_the_rim_repeats_it():
    spectra = np.ones((1, 301, 301), dtype=np.float32)
    spectra[0, 1, 150] = 9
    coarse = hybrid.paper_grid()[[150, 1]][None, None]
    truth = np.concatenate([coarse, [[[9.0]]]], axis=-1)
    scans = np.ones((1, 1, 41), dtype=np.float32)
    scans[0, 0, 39] = 5
    edge = hybrid.Examples(spectra, coarse, scans, truth, np.eye(4)[None], np.zeros(1, dtype=int), WINDOW)
    pieces, owner = hybrid.crops(edge)
    assert np.argwhere(pieces[0, ..., 0] == 0).tolist() == [[5, 5]]
    scan, distance = hybrid.scan_crops(edge, owner)
    assert scan.shape == (1, 21, 4) and distance[0] == WINDOW[39]
    assert np.flatnonzero(scan[0, :, 0] == 0).tolist() == [10]
    assert np.allclose(scan[0, :, 3], 1 / WINDOW[39])


def test_no_peak_of_anybody_is_nothing_to_crop(made):
    with pytest.raises(ValueError, match="no coarse peak"):
        hybrid.crops(made, within=1e-9)


def test_a_crop_network_learns_what_is_left_of_the_peak():
    # The residual is a function of the crop: in place of users, parabolas with their vertex off the middle.
    rng = np.random.default_rng(6)
    vertex = rng.uniform(-0.5, 0.5, (600, 2))
    axis = np.arange(-5, 6)
    bowl = (axis[None, :, None] - vertex[:, None, None, 1]) ** 2 + (
        axis[None, None, :] - vertex[:, None, None, 0]
    ) ** 2
    inputs = np.log1p(bowl)[..., None].astype(np.float32)
    model = hybrid.build_cropnet((11, 11, 1))
    found = hybrid.train(
        model, inputs, vertex, np.arange(480), np.arange(480, 600), 15, batch=16, rate=1e-3, xla=False
    )
    off = np.sqrt(np.mean((found.predict(inputs[480:]) - vertex[480:]) ** 2))
    assert off < 0.3 * np.std(vertex[480:])


@pytest.mark.parametrize("shape, outputs", [((11, 11, 3), 2), ((21, 4), 1)])
def test_crop_networks_are_small(shape, outputs):
    model = hybrid.build_cropnet(shape, outputs)
    assert model.output_shape == (None, outputs) and model.count_params() < 50_000


def test_a_shape_that_is_none():
    with pytest.raises(ValueError, match="shape: got"):
        hybrid.build_cropnet((3,))

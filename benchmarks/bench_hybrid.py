"""MUSIC of Surendran et al. (2025): the spectrum beside two libraries', and from snapshots to users."""

import doa_py.algorithm
import doa_py.arrays
import numpy as np
import pyroomacoustics
from timing import best_of

from irsnb import hybrid
from irsnb.arrays import PlanarArray
from irsnb.hybrid.music import signal_subspace, subspace_spectrum

WAVELENGTH = 0.0857
USERS = np.array([[-0.7, -0.3, 8.0], [-0.2, -0.55, 10.0], [0.25, -0.2, 9.0], [0.8, -0.45, 11.0]])
"""Azimuth, elevation [rad], distance [m]: four users whom the array can tell apart."""


def heard_by(array, rng, n_snapshots=hybrid.N_SNAPSHOTS, snr_db=20):
    """Snapshots of the four users."""
    channels = array.steering_vector(*USERS.T)[:, None]
    return hybrid.receive(channels, n_snapshots, 10 ** (-snr_db / 10), rng)


def spectrum_rows(rng):
    """The 301 x 301 spectrum of a 7 x 7 array, from the same covariance and on the same grid."""
    array, grid = PlanarArray(7, 7, WAVELENGTH / 2, WAVELENGTH), hybrid.paper_grid()
    count = len(USERS)
    # As many snapshots as unknowns, so that the peers' own covariance costs nothing beside their spectrum.
    heard = heard_by(array, rng, 64)
    heard -= heard.mean(axis=1, keepdims=True)
    covariance = hybrid.sample_covariance(heard)
    signal = signal_subspace(covariance, count)
    noise = hybrid.noise_subspace(covariance, count)
    steering = array.steering_vector(grid[None, :], grid[:, None])

    def direct():
        return 1 / np.sum(np.abs(steering.conj() @ noise) ** 2, axis=-1)

    angles = np.stack(np.meshgrid(grid, grid)).reshape(2, -1)
    peer_array = doa_py.arrays.Array(*array.positions.T)
    spectra = np.zeros((49, 3, heard.shape[1]), dtype=complex)
    spectra[:, 1] = heard
    room = pyroomacoustics.doa.MUSIC(
        array.positions.T,
        4,
        4,
        c=WAVELENGTH,
        num_src=count,
        dim=3,
        azimuth=grid,
        colatitude=np.pi / 2 - grid,
    )

    def by_pyroomacoustics():
        # What its locate_sources does before it looks for peaks.
        room.num_snap, room.freq_bins, room.num_freq = heard.shape[1], np.array([1]), 1
        room._process(spectra)
        return room.grid.values.reshape(len(grid), len(grid))[::-1]

    def by_doa_py():
        found = doa_py.algorithm.music(
            heard.conj(), count, peer_array, doa_py.arrays.C / WAVELENGTH, angles, unit="rad"
        )
        return found.reshape(len(grid), len(grid))

    def ours():
        return hybrid.pseudospectrum(covariance, array, count, grid, grid)

    def stage():
        return subspace_spectrum(signal, array, grid, grid)

    reference = direct()
    for other, tolerance in ((ours, 1e-9), (stage, 1e-9), (by_pyroomacoustics, 1e-6), (by_doa_py, 1e-6)):
        assert np.max(np.abs(other() / reference - 1)) < tolerance, other.__name__
    points = len(grid) ** 2

    def write():
        return np.full((301, 301), 1.0)

    null = np.full((301, 301), 1.0)

    def divide():
        # The formula asks for one division a point, whatever comes before it.
        return np.reciprocal(null)

    def kept(function):
        # More memory than the allocator has at hand: every page is new to the process.
        return [function() for _ in range(64)]

    return [
        ("irsnb.hybrid.pseudospectrum", points, best_of(300, ours)),
        ("its part after the eigenvectors", points, best_of(300, stage)),
        ("writing the array once", points, best_of(300, write)),
        ("one division a point, nothing else", points, best_of(300, divide)),
        ("pseudospectrum, all results kept", points, best_of(9, lambda: kept(ours)) / 64),
        ("writing the array once, all kept", points, best_of(9, lambda: kept(write)) / 64),
        ("steering vectors at hand, noise subspace", points, best_of(3, direct)),
        ("pyroomacoustics", points, best_of(2, by_pyroomacoustics)),
        ("doa-py", points, best_of(2, by_doa_py)),
    ]


def chain_rows(rng):
    """From 100 x 3000 snapshots to four refined users, step by step."""
    whole, part = (PlanarArray(side, side, WAVELENGTH / 2, WAVELENGTH) for side in (10, 7))
    heard = heard_by(whole, rng)
    distances = np.linspace(1, 20, 161)

    def chain():
        full = hybrid.sample_covariance(heard)
        smoothed = hybrid.smooth(full, (10, 10), (7, 7))
        directions = hybrid.find_directions(smoothed, part, 4)
        ranges = hybrid.find_ranges(smoothed, part, 4, directions, distances)
        return hybrid.refine(full, whole, np.column_stack([directions, ranges]))

    found = chain()
    bound = np.sqrt(np.diag(hybrid.crlb(whole, USERS, 20, heard.shape[1]))).reshape(4, 3)
    assert np.all(np.abs(found[np.argsort(found[:, 0])] - USERS) < 6 * bound)
    full = hybrid.sample_covariance(heard)
    smoothed = hybrid.smooth(full, (10, 10), (7, 7))
    directions = hybrid.find_directions(smoothed, part, 4)
    start = np.column_stack([directions, hybrid.find_ranges(smoothed, part, 4, directions, distances)])
    far = start[:, :2]
    return [
        ("snapshots to four refined users", 1, best_of(5, chain)),
        ("covariance", 1, best_of(5, lambda: hybrid.sample_covariance(heard))),
        ("smoothing", 1, best_of(5, lambda: hybrid.smooth(full, (10, 10), (7, 7)))),
        ("directions on 301 x 301", 1, best_of(5, lambda: hybrid.find_directions(smoothed, part, 4))),
        (
            "four range scans of 161",
            1,
            best_of(5, lambda: hybrid.find_ranges(smoothed, part, 4, directions, distances)),
        ),
        ("subspace fit, azimuth, elevation, range", 1, best_of(5, lambda: hybrid.refine(full, whole, start))),
    ] + [
        (f"{method}, azimuth, elevation", 1, best_of(5, lambda m=method: hybrid.refine(full, whole, far, m)))
        for method in hybrid.METHODS
    ]


def search_rows(rng):
    """The decoupled search beside the search in three dimensions, on a grid small enough for the latter."""
    array = PlanarArray(7, 7, WAVELENGTH / 2, WAVELENGTH)
    covariance = hybrid.sample_covariance(heard_by(array, rng))
    angles, distances = np.linspace(-1.2, 1.2, 61), np.linspace(2, 16, 29)

    def decoupled():
        directions = hybrid.find_directions(covariance, array, 4, angles, angles)
        return hybrid.find_ranges(covariance, array, 4, directions, distances)

    def together():
        return hybrid.search_3d(covariance, array, 4, angles, angles, distances)

    points = 61 * 61 * 29
    return [
        ("decoupled: 61 x 61, then 4 x 29", points, best_of(3, decoupled)),
        ("61 x 61 x 29 at once", points, best_of(1, together)),
    ]


def tables(rng):
    """All tables of Part III."""
    return {
        "one MUSIC spectrum, 301 x 301 points": spectrum_rows(rng),
        "from snapshots to users": chain_rows(rng),
        "searching directions and distance": search_rows(rng),
    }

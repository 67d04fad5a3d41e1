"""Departure angles and path sums from the samples of one scan, with their covariance."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.constants import speed_of_light

from irsnb import checks
from irsnb.checks import complex_array, require
from irsnb.elliptic.beams import cosines_to_direction, responses
from irsnb.elliptic.locate import fit_misfits
from irsnb.elliptic.radar import Scene
from irsnb.elliptic.scan_bounds import scan_information
from irsnb.elliptic.signal import delay_phases
from irsnb.fix import misfit_limit, remark_lines

__all__ = ["Scan", "scan"]

_MOST_STEPS = 30
_SETTLED = 1e-5
_BLOCK = 2**22


@dataclass(frozen=True, eq=False)
class Scan:
    """What one scan tells; made by :func:`scan`.

    ``locate(scene.surfaces, found.azimuth, found.elevation, found.path_sums, covariance=found.covariance)``
    is the position that it gives.

    Attributes
    ----------
    azimuth, elevation : ndarray, shape (...)
        Departure angles at the first surface [rad].
    path_sums : ndarray, shape (..., M)
        First surface - target - other surface [m].
    covariance : ndarray, shape (..., M + 2, M + 2)
        Of azimuth, elevation and path sums: the bound :func:`scan_crlb` at the estimate and its `snr`. NaN
        where the beams do not fix the direction.
    snr : ndarray, shape (..., M)
        Estimated signal-to-noise ratio of one subcarrier in the middle of a beam, after the array.
    converged : ndarray of bool, shape (...)
        True where the steps settled inside the sector and the path sums go together with one position.
    remarks : tuple of str
        A line for each scan that did not converge, and why.
    """

    azimuth: np.ndarray
    elevation: np.ndarray
    path_sums: np.ndarray
    covariance: np.ndarray
    snr: np.ndarray
    converged: np.ndarray
    remarks: tuple[str, ...] = ()


def scan(scene: Scene, combined: ArrayLike) -> Scan:
    """Departure angles and path sums from the samples of one scan: maximum likelihood.

    All pairs share the departure angles; each has its own delay and complex gain. With the gains
    eliminated, ``sum_j |g(q)^T Y_j e(d_j)*|^2 / |g(q)|^2`` is maximised over direction cosines q and
    path sums d_j: on a grid of half beams and half resolution cells first, then by Gauss-Newton steps in
    both until they settle. (For one q the best d_j are separate maxima, which makes the grid cheap.)

    Subcarriers tell lengths apart within :attr:`Radar.path_window`, counted from the distance of the two
    surfaces. A longer path appears shorter by whole windows. With two pairs or more such sums contradict each
    other: the misfit of their common position (:func:`locate`) tells, and `converged` is false. It is so
    for one sound scan in a thousand as well, the level of that test. With one pair nothing tells.

    Parameters
    ----------
    scene : Scene
    combined : array_like of complex, shape (..., M, B, K)
        From :func:`combine`, with unit noise.

    Returns
    -------
    Scan

    Raises
    ------
    ValueError
        If the shapes do not fit, a value is not finite, or the samples of a pair are all zero.
    """
    checks.instance("scene", scene, Scene)
    radar = scene.radar
    trailing = (scene.n_pairs, radar.beam_side**2, radar.subcarriers)
    combined = complex_array("combined", combined, trailing)
    lead = combined.shape[:-3]
    flat = combined.reshape(-1, *trailing)
    require(np.any(flat != 0, axis=(-1, -2)), "combined", flat[..., 0, 0], "a scan of zeros holds no echo")
    block = max(1, _BLOCK // (trailing[0] * trailing[1] * trailing[2]))
    parts = [_scan(radar, flat[i : i + block]) for i in range(0, max(len(flat), 1), block)]
    offset, beyond_focal, snr, settled = (np.concatenate(part) for part in zip(*parts, strict=True))
    cosines = offset + scene.sector
    azimuth, elevation = cosines_to_direction(cosines)
    path_sums = beyond_focal + scene.focal_distances
    covariance = _covariance(scene, azimuth, elevation, cosines, snr)
    fixed = np.isfinite(covariance[:, 0, 0])
    inside = np.abs(offset).max(axis=-1) < radar.beam_side / radar.surface_side
    usable = fixed & (beyond_focal > 0).all(axis=-1)
    misfit, dof = np.zeros(len(flat)), max(scene.n_pairs - 1, 1)
    if scene.n_pairs > 1 and usable.any():
        measured = azimuth[usable], elevation[usable], path_sums[usable]
        misfit[usable] = fit_misfits(scene.surfaces, *measured, covariance=covariance[usable])
    fits = misfit <= misfit_limit(dof)
    remarks = _remarks(radar, lead, fixed, inside, settled, fits, misfit)
    converged = fixed & inside & settled & fits
    return Scan(
        azimuth.reshape(lead),
        elevation.reshape(lead),
        path_sums.reshape(*lead, -1),
        covariance.reshape(*lead, *covariance.shape[1:]),
        snr.reshape(*lead, -1),
        converged.reshape(lead),
        remarks,
    )


def _remarks(radar, lead, fixed, inside, settled, fits, misfit):
    misfit = misfit.reshape(lead)
    findings = [
        (~fixed, lambda row: "azimuth: the beams do not fix it there"),
        (fixed & ~inside, lambda row: "azimuth: the echo comes from the edge of the sector or beyond it"),
        (fixed & inside & ~settled, lambda row: "path_sums: the steps ran out before the estimate settled"),
        (
            fixed & inside & settled & ~fits,
            lambda row: (
                f"path_sums: no position has them all (misfit {misfit[row]:.4g}): astray, a detour, or "
                f"longer than the window of {radar.path_window:.0f} m"
            ),
        ),
    ]
    return tuple(line for found, text in findings for line in remark_lines(found.reshape(lead), text))


def _covariance(scene, azimuth, elevation, cosines, snr):
    """Covariances (n, M + 2, M + 2) by the bound at the estimate; NaN where the direction is not fixed."""
    information, sigma_path, _ = scan_information(scene, azimuth, elevation, cosines, snr)
    a, b, c = information[:, 0, 0], information[:, 0, 1], information[:, 1, 1]
    determinant = a * c - b * b
    fixed = determinant > 1e-12 * a * c
    divisor = np.where(fixed, determinant, 1.0)
    covariance = np.zeros((len(snr), scene.n_pairs + 2, scene.n_pairs + 2))
    covariance[:, 0, 0], covariance[:, 1, 1] = c / divisor, a / divisor
    covariance[:, 0, 1] = covariance[:, 1, 0] = -b / divisor
    pairs = np.arange(2, scene.n_pairs + 2)
    covariance[:, pairs, pairs] = sigma_path**2
    covariance[~fixed] = np.nan
    return covariance


def _scan(radar, samples):
    """Offsets (n, 2), lengths beyond the focal and snr (n, M), whether settled; samples (n, M, B, K)."""
    # Half a beam beyond the outermost ones; another half further out they all have their first zero.
    edge = radar.beam_side / radar.surface_side
    steps = np.linspace(-edge, edge, 2 * radar.beam_side + 1)
    grid = np.stack(np.meshgrid(steps, steps, indexing="ij"), axis=-1).reshape(-1, 2)
    light = responses(radar, grid)[0]
    light = light / np.linalg.norm(light, axis=-1, keepdims=True)
    cells = 2 * radar.subcarriers
    # The phase of the first subcarrier turns every cell alike and does not matter to the modulus.
    profile = np.fft.ifft(samples, n=cells, axis=-1) * cells
    score = np.zeros((len(samples), len(grid)))
    places = np.empty((len(samples), samples.shape[1], len(grid)), dtype=int)
    for pair in range(samples.shape[1]):
        power = np.abs(light @ profile[:, pair]) ** 2
        places[:, pair] = power.argmax(axis=-1)
        score += np.take_along_axis(power, places[:, pair, :, None], axis=-1)[..., 0]
    best = score.argmax(axis=-1)
    offset = grid[best]
    length = np.take_along_axis(places, best[:, None, None], axis=-1)[..., 0] * radar.path_window / cells
    active = np.arange(len(samples))
    for _ in range(_MOST_STEPS):
        if active.size == 0:
            break
        some = samples if active.size == len(samples) else samples[active]
        turned = _delay_step(radar, some, offset[active], length[active])
        length[active] -= turned
        nudged = _direction_step(radar, some, offset[active], length[active])
        moved = np.clip(offset[active] + nudged, -edge, edge)
        nudged = moved - offset[active]
        offset[active] = moved
        quiet = np.abs(turned).max(axis=-1, initial=0) < _SETTLED * radar.path_window / cells
        quiet &= np.abs(nudged).max(axis=-1, initial=0) < _SETTLED / radar.surface_side
        active = active[~quiet]
    settled = np.ones(len(samples), dtype=bool)
    settled[active] = False
    gain = _amplitudes(radar, samples, offset, length)[2]
    return offset, np.mod(length, radar.path_window), np.abs(gain / radar.subcarriers) ** 2, settled


def _delay_step(radar, samples, offset, length):
    """By how much the lengths (n, M) are too long: the phase slope that is left once the beams are summed."""
    rates = 2 * np.pi / speed_of_light * radar.frequencies
    beam = np.einsum("nb,nmbk->nmk", responses(radar, offset)[0], samples)
    turned = beam * delay_phases(radar, length).conj()
    total, moment = turned.sum(axis=-1), (turned * rates).sum(axis=-1)
    slope = (total.conj() * moment).imag / np.abs(total) ** 2
    cell = radar.path_window / (2 * radar.subcarriers)
    return np.clip(slope * radar.subcarriers / np.sum(rates**2), -cell, cell)


def _amplitudes(radar, samples, offset, length):
    """What the gains (n, M) leave of the beams' amplitudes, derivatives that no gain imitates, the gains."""
    response, gradient = responses(radar, offset)
    energy = np.sum(response**2, axis=-1)
    amplitudes = np.einsum("nmbk,nmk->nmb", samples, delay_phases(radar, length).conj())
    gain = np.einsum("nb,nmb->nm", response, amplitudes) / energy[:, None]
    along = np.einsum("nb,nbp->np", response, gradient) / energy[:, None]
    across = gradient - response[..., None] * along[:, None, :]
    return amplitudes - gain[..., None] * response[:, None, :], across, gain


def _direction_step(radar, samples, offset, length):
    """By how much the direction cosines (n, 2) must change: variable projection of the beams' amplitudes."""
    missed, across, gain = _amplitudes(radar, samples, offset, length)
    weight = np.sum(np.abs(gain) ** 2, axis=-1)
    normal = weight[:, None, None] * (np.swapaxes(across, -1, -2) @ across)
    right = np.einsum("nm,nbp,nmb->np", gain.conj(), across, missed).real
    step = np.linalg.solve(normal, right[..., None])[..., 0]
    return np.clip(step, -1 / radar.surface_side, 1 / radar.surface_side)

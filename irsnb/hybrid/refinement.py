"""From a grid's peak to the bound, without a network: parabola, Newton, ESPRIT, weighted subspace fitting."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import linear_sum_assignment

import irsnb.hybrid.inputs as inputs
from irsnb import checks
from irsnb.arrays import PlanarArray
from irsnb.fitting import levenberg_marquardt
from irsnb.hybrid.model import from_cosines_unchecked, steering, to_cosines_unchecked
from irsnb.hybrid.music import (
    CHUNK,
    GRID,
    paper_grid,
    peaks,
    signal_eigenpairs,
    signal_subspace,
    subspace_spectrum,
)

__all__ = ["METHODS", "find_users", "refine", "whose"]

METHODS = ("subspace-fit", "newton", "esprit", "parabola")
"""What :func:`irsnb.hybrid.refine` knows, best first."""

SETTLED = 1e-10
"""A misfit that falls by less than this has settled; residuals are in units of the noise in one snapshot."""

ALIKE = 1e-12
"""Share of the noise by which a signal's eigenvalue must exceed it; rounding leaves less."""

SAME = 0.999
"""Likeness of two steering vectors from which on they are taken for one user's."""


def refine(
    covariance: ArrayLike,
    array: PlanarArray,
    users: ArrayLike,
    method: str = "subspace-fit",
    n_signals: int | None = None,
) -> np.ndarray:
    """Better estimates of all users from coarse ones.

    ``"subspace-fit"``: all users at once, weighted subspace fitting (Viberg and Ottersten 1991): the
    steering vectors whose span lies nearest to the signal eigenvectors, each weighted by what it tells.
    Efficient, for correlated users too; with distances it is the joint near-field fit. ``"newton"``: each
    user by itself down the null spectrum ``|En^H a|^2``, Gauss–Newton steps, the limit of MUSIC on an
    endless grid. ``"esprit"``: 2-D unitary ESPRIT (Haardt, Zoltowski, Mathews and Nossek 1995), which needs
    no grid: a full rectangular array, plane waves; the start only says who is who. ``"parabola"``: through
    the peak and its neighbours on the paper's grid, along each angle.

    Parameters
    ----------
    covariance : array_like of complex, shape (..., M, M)
        Sample covariance; for ``"subspace-fit"`` better not smoothed, smoothing gives aperture away.
    array : irsnb.arrays.PlanarArray
        Of M elements.
    users : array_like, shape (..., K, 2) or (..., K, 3)
        Coarse azimuth, elevation [rad] and, for spherical waves, distance [m].
    method : str
        One of :data:`irsnb.hybrid.refinement.METHODS`.
    n_signals : int, optional
        Rank of the users' signals, if below K: 1 for users who all send the same.

    Returns
    -------
    ndarray, the shape of `users`
        An unresolved distance is infinite.

    Raises
    ------
    ValueError
        If a shape does not fit, a value is not finite, M <= K, the method is unknown; if the subspace fit
        finds no signal in the covariance; if ESPRIT or the parabola are asked for distances, or ESPRIT for a
        masked array.

    Examples
    --------
    >>> array = PlanarArray(7, 7, spacing=0.5, wavelength=1.0)
    >>> steered = array.steering_vector(0.213, -0.187)
    >>> refine(0.1 * np.eye(49) + np.outer(steered, steered.conj()), array, [(0.2, -0.2)]).round(3)
    array([[ 0.213, -0.187]])
    """
    checks.choice("method", method, METHODS)
    covariance = inputs.covariances(
        "covariance", covariance, len(inputs.planar_array("array", array).positions)
    )
    users = inputs.users("users", users)
    count, unknowns = users.shape[-2:]
    if count >= covariance.shape[-1]:
        raise ValueError(
            f"users: got {count} with {covariance.shape[-1]} elements; the elements must outnumber the "
            "users, or no noise subspace is left"
        )
    rank = count if n_signals is None else checks.count("n_signals", n_signals, 1, count)
    try:
        leading = np.broadcast_shapes(covariance.shape[:-2], users.shape[:-2])
    except ValueError:
        raise ValueError(
            f"users: got shape {users.shape}; its leading axes must fit the covariance's, {covariance.shape}"
        ) from None
    size = covariance.shape[-1]
    flat = np.broadcast_to(covariance, (*leading, size, size)).reshape(-1, size, size)
    # By a power of two, so that no product overflows and no digit changes.
    flat = flat * np.exp2(-np.frexp(np.abs(flat).max(axis=(1, 2)))[1])[:, None, None]
    start = np.broadcast_to(users, (*leading, count, unknowns)).reshape(-1, count, unknowns)
    if method in ("esprit", "parabola") and unknowns == 3:
        raise ValueError(f"users: got distances; {method!r} works with plane waves, (..., K, 2)")
    found = {
        "subspace-fit": _subspace_fit,
        "newton": _newton,
        "esprit": _esprit,
        "parabola": _parabola,
    }[method](flat, array, start, rank)
    return found.reshape(*leading, count, unknowns)


def whose(answers: ArrayLike, users: ArrayLike, within: float = 0.05) -> np.ndarray:
    """Which answer belongs to each user: the assignment with the least distances between direction cosines.

    Parameters
    ----------
    answers : array_like, shape (K, 2) or (K, 3)
        Azimuth, elevation [rad], NaN for none; a distance is left aside.
    users : array_like, shape (K, 2) or (K, 3)
        The truth.
    within : float
        An answer is a user's if their direction cosines are nearer than this; above 0, or infinite.

    Returns
    -------
    ndarray of int, shape (K,)
        Row of `answers`; -1 for a user who has none.

    Raises
    ------
    ValueError
        If the shapes do not fit, the users are not finite, or `within` is not above 0.

    Examples
    --------
    >>> whose([(0.6, -0.2), (np.nan, np.nan)], [(0.1, -0.4), (0.61, -0.2)])
    array([-1,  0])
    """
    users = inputs.users("users", users)[..., :2]
    if users.ndim != 2:
        raise ValueError(f"users: got shape {users.shape}; it must be (K, 2) or (K, 3)")
    answers = inputs.unbounded("answers", answers, missing=True)
    if answers.ndim != 2 or len(answers) != len(users) or answers.shape[1] not in (2, 3):
        raise ValueError(
            f"answers: got shape {answers.shape} for {len(users)} users; it must be (K, 2) or (K, 3)"
        )
    checks.require(~np.isinf(answers[:, :2]), "answers", answers[:, :2], "an angle must be finite or NaN")
    inputs.angles("answers", np.nan_to_num(answers[:, :2]))
    width = inputs.unbounded("within", within)
    if width.ndim or not width > 0:
        raise ValueError(f"within: got {within!r}; it must be one number above 0, or infinite")
    # No direction has a cosine of 9, so nobody is near an answer that is not there.
    cosines = np.nan_to_num(to_cosines_unchecked(answers[:, :2]), nan=9.0)
    away = np.linalg.norm(to_cosines_unchecked(users)[:, None] - cosines, axis=-1)
    own = linear_sum_assignment(away)
    return np.where(away[own] < width, own[1], -1)


def find_users(
    covariance: ArrayLike,
    array: PlanarArray,
    n_users: int,
    azimuth: ArrayLike | None = None,
    elevation: ArrayLike | None = None,
    candidates: int | None = None,
) -> np.ndarray:
    """From a covariance to refined directions, for arrays whose lobes are narrower than the grid's step.

    On a grid a sharp peak may look lower than a blunt false one. So more peaks than users are taken as
    candidates, each goes down the null spectrum by itself (``"newton"``), and those that end lowest are the
    users; then they are fitted together (``"subspace-fit"``).

    Parameters
    ----------
    covariance : array_like of complex, shape (..., M, M)
    array : irsnb.arrays.PlanarArray
        Of M elements, masked or not.
    n_users : int
        K, at least 1 and below M.
    azimuth, elevation : array_like, shape (A,) and (E,), optional
        Grid [rad]; the paper's if left out.
    candidates : int, optional
        How many peaks to go down from, at least K; 3K if left out.

    Returns
    -------
    ndarray, shape (..., K, 2)
        Azimuth and elevation [rad], lowest null first; NaN for all of a covariance's users if fewer than K
        different ones were found.

    Raises
    ------
    ValueError
        If a shape does not fit, a value is not finite, M <= K, or there are fewer candidates than users.

    Examples
    --------
    >>> array = PlanarArray(7, 7, spacing=0.5, wavelength=1.0)
    >>> steered = array.steering_vector([0.213, -0.4], [-0.187, -0.5])
    >>> found = find_users(0.1 * np.eye(49) + steered.T @ steered.conj(), array, 2)
    >>> found[found[:, 0].argsort()].round(3)
    array([[-0.4  , -0.5  ],
           [ 0.213, -0.187]])
    """
    covariance = inputs.covariances(
        "covariance", covariance, len(inputs.planar_array("array", array).positions)
    )
    count = inputs.sources("n_users", n_users, covariance.shape[-1])
    candidates = 3 * count if candidates is None else checks.count("candidates", candidates, count)
    azimuth = inputs.axis("azimuth", paper_grid() if azimuth is None else azimuth, "azimuth")
    elevation = inputs.axis("elevation", paper_grid() if elevation is None else elevation, "elevation")
    checks.check_memory("azimuth", azimuth, 8.0 * CHUNK * len(azimuth) * len(elevation))
    size = len(array.positions)
    flat = covariance.reshape(-1, size, size)
    signal = signal_subspace(flat, count)
    rows, columns = np.empty((2, len(flat), min(candidates, len(azimuth) * len(elevation))), dtype=int)
    for first in range(0, len(flat), CHUNK):
        part = slice(first, first + CHUNK)
        spectra = subspace_spectrum(signal[part], array, azimuth, elevation)
        rows[part], columns[part], _ = peaks(spectra, rows.shape[1])
    # Where a covariance has fewer peaks than another, its highest stands in for the others: it counts once.
    counts = (rows >= 0).sum(axis=-1)
    rows, columns = (index[:, : max(counts.max(), 1)] for index in (rows, columns))
    rows, columns = (np.where(rows < 0, index[:, :1], index) for index in (rows, columns))
    ended = _newton(flat, array, np.stack([azimuth[columns], elevation[rows]], axis=-1), count)
    steered = array.steering_vector(ended[..., 0], ended[..., 1])
    null = size - np.sum(np.abs(steered.conj() @ signal) ** 2, axis=-1)
    lowest = np.argsort(null.round(9), axis=-1, kind="stable")
    chosen = [_different(*row, count) for row in zip(lowest, steered, strict=True)]
    found = np.full((len(flat), count, 2), np.nan)
    solved = [i for i in range(len(flat)) if counts[i] >= count and len(chosen[i]) == count]
    if solved:
        found[solved] = refine(flat[solved], array, np.stack([ended[i, chosen[i]] for i in solved]))
    return found.reshape(*covariance.shape[:-2], count, 2)


def _different(order, steered, count):
    """The first `count` candidates in an order that are different users, or fewer: two may end in one place,
    where their steering vectors are alike."""
    chosen = []
    for candidate in order:
        likeness = np.abs(steered[chosen].conj() @ steered[candidate])
        if len(chosen) < count and (likeness < SAME * steered.shape[-1]).all():
            chosen.append(candidate)
    return chosen


def _subspace_fit(covariance, array, users, rank):
    """Weighted subspace fitting of n covariances, all users of each at once."""
    values, vectors, noise = _signals(covariance, rank)
    strong = np.maximum(values, noise)
    checks.require(
        strong[:, -1:] > (1 + ALIKE) * noise,
        "covariance",
        noise,
        "its eigenvalues are all alike, there is no signal to fit",
    )
    target = vectors * ((strong - noise) / np.sqrt(strong * noise))[:, None, :]
    n, count, unknowns = users.shape

    def residuals(state, target):
        columns, slopes = steering(array, state.reshape(-1, count, unknowns))
        # An orthonormal basis of the users' span, and the amplitudes with which they make up the target.
        basis, upper = np.linalg.qr(np.swapaxes(columns, -1, -2))
        inner = np.swapaxes(basis.conj(), -1, -2)
        amplitudes = np.linalg.solve(upper, inner @ target)
        left = target - basis @ (inner @ target)
        slopes = np.swapaxes(slopes.reshape(len(state), count * unknowns, -1), -1, -2)
        across = slopes - basis @ (inner @ slopes)
        moved = (
            -across[:, :, None, :] * np.repeat(np.swapaxes(amplitudes, -1, -2), unknowns, axis=-1)[:, None]
        )
        return _real(left.reshape(len(state), -1)), _real(moved.reshape(len(state), -1, count * unknowns))

    state = levenberg_marquardt(
        residuals, to_cosines_unchecked(users).reshape(n, -1), (target,), settled=SETTLED
    )[0]
    return from_cosines_unchecked(state.reshape(n, count, unknowns))


def _signals(covariance, rank):
    """Signals' eigenvalues (n, K) and vectors (n, M, K), and the noise (n, 1), above what rounding leaves."""
    values, vectors, noise = signal_eigenpairs(covariance, rank)
    least = np.finfo(float).eps * np.maximum(values[:, -1:], np.finfo(float).tiny)
    return values, vectors, np.maximum(noise, least)


def _newton(covariance, array, users, rank):
    """Down the null spectrum from every user's coarse place; users are independent of each other here."""
    n, count, unknowns = users.shape
    values, signal, noise = _signals(covariance, rank)
    size = np.sqrt(noise / np.maximum(values[:, -1:], np.finfo(float).tiny))

    def residuals(state, owner):
        vectors, slopes = steering(array, state)
        both = np.concatenate([vectors[:, None], slopes], axis=1) / size[owner][..., None]
        span = signal[owner]
        out = both - (both @ span.conj()) @ np.swapaxes(span, -1, -2)
        return _real(out[:, 0]), _real(np.swapaxes(out[:, 1:], -1, -2))

    state = levenberg_marquardt(
        residuals,
        to_cosines_unchecked(users).reshape(n * count, -1),
        (np.repeat(np.arange(n), count),),
        settled=SETTLED,
    )[0]
    return from_cosines_unchecked(state.reshape(n, count, unknowns))


def _parabola(covariance, array, users, rank):
    """The vertex of a parabola through three points of the null spectrum, a step of the paper's grid
    apart."""
    signal = signal_subspace(covariance, rank)
    step = np.pi / (GRID - 1)
    out = users.copy()
    for angle in (0, 1):
        around = np.repeat(users[:, :, None], 3, axis=2)
        around[..., angle] += step * np.arange(-1, 2)
        vectors = steering(array, to_cosines_unchecked(around))[0]
        inner = vectors.reshape(len(users), -1, vectors.shape[-1]).conj() @ signal
        null = vectors.shape[-1] - np.sum(np.abs(inner) ** 2, axis=-1).reshape(vectors.shape[:3])
        before, here, after = np.moveaxis(null, -1, 0)
        bend = before - 2 * here + after
        shift = np.where(bend > 0, 0.5 * (before - after) / np.where(bend > 0, bend, 1.0), 0.0)
        out[..., angle] = users[..., angle] + step * np.clip(shift, -1, 1)
    return out


def _esprit(covariance, array, users, rank):
    """2-D unitary ESPRIT; its answers go to the coarse user nearest to each."""
    if array.mask is not None and not array.mask.all():
        raise ValueError("array: it is masked; ESPRIT shifts a full rectangular array onto itself")
    if min(array.rows, array.columns) < 2:
        raise ValueError(f"array: got {array.rows} x {array.columns}; ESPRIT needs two rows and two columns")
    n, count = users.shape[:2]
    if count >= array.rows * (array.columns - 1) or count >= (array.rows - 1) * array.columns:
        raise ValueError(f"users: got {count}; too many to shift {array.rows} x {array.columns} elements")
    turn = np.kron(_centro(array.rows), _centro(array.columns))
    real = np.real(turn.conj().T @ covariance @ turn)
    span = np.linalg.eigh(real)[1][..., -count:]
    by_axis = []
    for along in ("rows", "columns"):
        length = getattr(array, along)
        # The real forms of "first without last" and "last without first".
        shift = _centro(length - 1).conj().T @ np.eye(length)[1:] @ _centro(length)
        if along == "rows":
            lower, upper = (np.kron(part, np.eye(array.columns)) for part in (shift.real, shift.imag))
        else:
            lower, upper = (np.kron(np.eye(array.rows), part) for part in (shift.real, shift.imag))
        by_axis.append(np.linalg.pinv(lower @ span) @ (upper @ span))
    found = np.linalg.eigvals(by_axis[1] + 1j * by_axis[0])
    state = 2 * np.arctan(np.stack([found.real, found.imag], axis=-1))
    state *= array.wavelength / (2 * np.pi * array.spacing)
    # Who is who: the assignment with the smallest distances between direction cosines.
    away = np.linalg.norm(state[:, None, :, :] - to_cosines_unchecked(users)[:, :, None, :], axis=-1)
    order = np.stack([linear_sum_assignment(each)[1] for each in away])
    return from_cosines_unchecked(np.take_along_axis(state, order[..., None], axis=1))


def _centro(size):
    """Unitary matrix that makes centro-Hermitian ones real (Haardt et al. 1995)."""
    half = size // 2
    eye, flip = np.eye(half), np.fliplr(np.eye(half))
    out = np.zeros((size, size), dtype=complex)
    out[:half, :half], out[:half, -half:] = eye, 1j * eye
    out[-half:, :half], out[-half:, -half:] = flip, -1j * flip
    if size % 2:
        out[half, half] = np.sqrt(2)
    return out / np.sqrt(2)


def _real(values):
    """Complex residuals (n, R) or derivatives (n, R, P) as twice as many real ones."""
    return np.concatenate([values.real, values.imag], axis=1)

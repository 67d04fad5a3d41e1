"""What the surface's active elements hear: channels over traced paths, snapshots, and how they change with
a user.

Directions and distances are those of :mod:`irsnb.geometry`, in the frame of the surface, which faces +x.
Inside, a user is (u, v, curvature): the direction cosines along y and z and one over the distance [1/m]. In
these a steering vector's phase is nearly linear, and a plane wave is the curvature 0.
"""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.constants import speed_of_light

import irsnb.hybrid.inputs as inputs
from irsnb import checks
from irsnb.arrays import PlanarArray
from irsnb.geometry import unit_vector_unchecked
from irsnb.hybrid.scene import Scenario
from irsnb.noise import circular_noise

__all__ = [
    "CORRELATIONS",
    "N_SNAPSHOTS",
    "PAPER_NOISE",
    "draw_covariance",
    "from_cosines",
    "path_channels",
    "receive",
    "signal_covariance",
    "to_cosines",
]

PAPER_NOISE = 10 ** (-(200 - 30) / 10)
"""Noise power of the paper's section 4.1, which is 1e-17, taken as watts [W]."""

N_SNAPSHOTS = 3000
"""The paper's T."""

CORRELATIONS = ("uncorrelated", "fading", "same pilot")
"""How the users' signals, and the paths of one user, go together, which the paper leaves open.

With ``"uncorrelated"`` each user sends symbols of its own, and its paths stand still. With ``"fading"``
each path besides fades by itself from snapshot to snapshot. With ``"same pilot"`` all users send the same
symbols, and paths stand still.
"""


def path_channels(
    scenario: Scenario,
    users: ArrayLike,
    array: PlanarArray,
    wave: str = "spherical",
    hears: str = "all around",
) -> np.ndarray:
    """Each traced path's contribution at each element, relative to what the user sends.

    A specular path comes as if straight from its image point: in its direction, at the whole path's length.
    The spherical wave is that of this point.

    Parameters
    ----------
    scenario : irsnb.hybrid.Scenario
    users : array_like of int, shape (K,)
    array : irsnb.arrays.PlanarArray
        At ``scenario.surface``, facing +x.
    wave : {"spherical", "plane"}
    hears : {"all around", "front"}
        Whether an element hears what comes from behind the surface as well as what comes from in front, as
        the isotropic antennas of DeepMIMO do, or only the latter.

    Returns
    -------
    ndarray of complex, shape (K, P, M)
        0 where there is no path. The first path of a user in direct sight is the line of sight.

    Raises
    ------
    ValueError
        If a user, the kind of wave or of hearing is unknown.

    Examples
    --------
    >>> from irsnb.arrays import PlanarArray
    >>> from irsnb.hybrid import load_scenario, paper_users
    >>> street = load_scenario()
    >>> array = PlanarArray(10, 10, street.wavelength / 2, street.wavelength)
    >>> path_channels(street, paper_users(street), array).shape
    (4, 16, 100)
    """
    checks.instance("scenario", scenario, Scenario)
    inputs.planar_array("array", array)
    checks.choice("hears", hears, ("all around", "front"))
    checks.choice("wave", wave, ("spherical", "plane"))
    users = inputs.indices("users", users, len(scenario.positions))
    if users.ndim != 1:
        raise ValueError(f"users: got shape {users.shape}; it must be (K,)")
    checks.check_memory("users", users, 48 * users.size * scenario.gain.shape[1] * len(array.positions))
    there = scenario.interactions[users] >= 0
    if hears == "front":
        there &= np.cos(scenario.azimuth[users]) > 0
    # Most users have few paths: steering vectors only for those that are there.
    azimuth, elevation = scenario.azimuth[users][there], scenario.elevation[users][there]
    length = speed_of_light * scenario.delay[users][there] if wave == "spherical" else None
    channels = np.zeros((*there.shape, len(array.positions)), dtype=complex)
    channels[there] = scenario.gain[users][there][:, None] * array.steering_vector(azimuth, elevation, length)
    return channels


def signal_covariance(channels: ArrayLike, correlation: str = "uncorrelated") -> np.ndarray:
    """Covariance of the noise-free snapshots of users who send unit power.

    Parameters
    ----------
    channels : array_like of complex, shape (..., K, P, M)
        From :func:`path_channels`; for users with one path each, (K, 1, M).
    correlation : str
        One of :data:`irsnb.hybrid.model.CORRELATIONS`.

    Returns
    -------
    ndarray of complex, shape (..., M, M)

    Raises
    ------
    ValueError
        If the channels are not finite or not (..., K, P, M), or the correlation is unknown.

    Examples
    --------
    Two users, one path each, three elements:

    >>> signal_covariance([[[1, 1, 1]], [[1, -1, 1]]]).real
    array([[2., 0., 2.],
           [0., 2., 0.],
           [2., 0., 2.]])
    """
    sent = _independent(channels, correlation)
    checks.check_memory("channels", channels, 16 * sent[..., 0, :].size * sent.shape[-1])
    return np.swapaxes(sent, -1, -2) @ sent.conj()


def receive(
    channels: ArrayLike,
    n_snapshots: int,
    noise: float,
    rng: np.random.Generator,
    correlation: str = "uncorrelated",
) -> np.ndarray:
    """Snapshots: what the elements hear while all users send, symbols circular Gaussian of unit power, plus
    noise.

    Parameters
    ----------
    channels : array_like of complex, shape (..., K, P, M)
    n_snapshots : int
        T.
    noise : float
        Its power at each element, in the unit of the channels' power.
    rng : numpy.random.Generator
    correlation : str
        One of :data:`irsnb.hybrid.model.CORRELATIONS`.

    Returns
    -------
    ndarray of complex, shape (..., M, T)

    Raises
    ------
    ValueError
        If the channels are not finite or not (..., K, P, M), T is not at least 1, the noise is not a power,
        or the correlation is unknown.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> receive(np.ones((2, 1, 9)), 100, noise=0.1, rng=rng).shape
    (9, 100)
    """
    sent, noise = _independent(channels, correlation), inputs.power("noise", noise)
    n_snapshots = checks.count("n_snapshots", n_snapshots)
    checks.generator("rng", rng)
    checks.check_memory("n_snapshots", n_snapshots, 32 * n_snapshots * sent[..., 0].size)
    checks.check_memory("n_snapshots", n_snapshots, 32 * n_snapshots * sent[..., 0, :].size)
    symbols = circular_noise(rng, (*sent.shape[:-1], n_snapshots))
    heard = np.swapaxes(sent, -1, -2) @ symbols
    heard += np.sqrt(noise) * circular_noise(rng, heard.shape)
    return heard


def draw_covariance(
    covariance: ArrayLike,
    n_snapshots: int,
    rng: np.random.Generator,
    draws: int | tuple[int, ...] = (),
) -> np.ndarray:
    """Sample covariances of circular Gaussian snapshots, without drawing the snapshots.

    ``L W L^H / T`` with ``L L^H`` the true covariance and W complex Wishart, made of its Bartlett factor:
    M^2 random numbers instead of M T, and the same distribution (Goodman 1963).

    Parameters
    ----------
    covariance : array_like of complex, shape (M, M)
        The true one, noise included: positive definite.
    n_snapshots : int
        T, at least M.
    rng : numpy.random.Generator
    draws : int or tuple of int
        How many; one without an axis of its own if left out.

    Returns
    -------
    ndarray of complex, shape (*draws, M, M)

    Raises
    ------
    ValueError
        If the covariance is not square, not finite, not Hermitian or not positive definite, or T is below M.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> draw_covariance(np.eye(9), 3000, rng, draws=5).shape
    (5, 9, 9)
    """
    covariance = inputs.covariances("covariance", covariance)
    if covariance.ndim != 2:
        raise ValueError(f"covariance: got shape {covariance.shape}; it must be (M, M)")
    size = len(covariance)
    n_snapshots, draws = checks.count("n_snapshots", n_snapshots, size), checks.shape("draws", draws)
    checks.generator("rng", rng)
    checks.check_memory("draws", draws, 64.0 * size**2 * math.prod(draws))
    try:
        root = np.linalg.cholesky(covariance)
    except np.linalg.LinAlgError:
        raise ValueError("covariance: it must be positive definite; is the noise in it?") from None
    factor = np.tril(circular_noise(rng, (*draws, size, size)), -1)
    own = np.arange(size)
    factor[..., own, own] = np.sqrt(rng.gamma(float(n_snapshots) - own, size=(*draws, size)))
    half = root @ factor
    return half @ np.swapaxes(half.conj(), -1, -2) / n_snapshots


def to_cosines(users: ArrayLike) -> np.ndarray:
    """What an array sees of users: direction cosines u along y and v along z, and the curvature 1/distance.

    Parameters
    ----------
    users : array_like, shape (..., 2) or (..., 3)
        Azimuth, elevation [rad] and, if there, distance [m], which may be infinite.

    Returns
    -------
    ndarray, the shape of `users`
        u, v and, if there, curvature [1/m].

    Raises
    ------
    ValueError
        If the last axis has another size, an angle is not finite or out of range, or a distance not above 0.

    Examples
    --------
    >>> to_cosines([np.pi / 6, 0.0, 20.0]).round(3)
    array([0.5 , 0.  , 0.05])
    """
    users = inputs.unbounded("users", users)
    if not users.ndim or users.shape[-1] not in (2, 3):
        raise ValueError(f"users: got shape {users.shape}; it must be (..., 2) or (..., 3)")
    checks.require(np.isfinite(users[..., :2]), "users", users[..., :2], "an angle must be finite")
    inputs.angles("users", users)
    checks.require(users[..., 2:] > 0, "users", users[..., 2:], "a distance must be above 0 m")
    return to_cosines_unchecked(users)


def to_cosines_unchecked(users):
    """:func:`to_cosines` of an array that has been checked; a NaN gives NaN."""
    ray = unit_vector_unchecked(users[..., 0], users[..., 1])
    return np.concatenate([ray[..., 1:], 1 / users[..., 2:]], axis=-1)


def from_cosines(state: ArrayLike) -> np.ndarray:
    """The inverse of :func:`to_cosines`, in front of the array.

    Cosines that no direction has (``u^2 + v^2 > 1``, beyond end-fire) go to the nearest end-fire direction; a
    curvature of 0 or below is an infinite distance.

    Parameters
    ----------
    state : array_like, shape (..., 2) or (..., 3)
        u, v and, if there, curvature [1/m].

    Returns
    -------
    ndarray, the shape of `state`
        Azimuth, elevation [rad] and, if there, distance [m].

    Raises
    ------
    ValueError
        If the last axis has another size or a value is not finite.

    Examples
    --------
    >>> from_cosines([0.5, 0.0, 0.05]).round(3)
    array([ 0.524,  0.   , 20.   ])
    """
    state = checks.real_array("state", state)
    if not state.ndim or state.shape[-1] not in (2, 3):
        raise ValueError(f"state: got shape {state.shape}; it must be (..., 2) or (..., 3)")
    return from_cosines_unchecked(state)


def from_cosines_unchecked(state):
    """:func:`from_cosines` of an array that has been checked."""
    u, v = state[..., 0], state[..., 1]
    beyond = np.maximum(np.hypot(u, v), 1.0)
    u, v = u / beyond, v / beyond
    azimuth = np.arctan2(u, np.sqrt(np.maximum(1 - u**2 - v**2, 0.0)))
    curvature = state[..., 2:]
    distance = np.where(curvature > 0, 1 / np.where(curvature > 0, curvature, 1.0), np.inf)
    return np.concatenate([azimuth[..., None], np.arcsin(np.clip(v, -1, 1))[..., None], distance], axis=-1)


def cosines_jacobian(users):
    """Derivative of :func:`to_cosines` by azimuth, elevation and distance, (..., P, P)."""
    azimuth, elevation = users[..., 0], users[..., 1]
    size = users.shape[-1]
    out = np.zeros((*users.shape, size))
    out[..., 0, 0] = np.cos(azimuth) * np.cos(elevation)
    out[..., 0, 1] = -np.sin(azimuth) * np.sin(elevation)
    out[..., 1, 1] = np.cos(elevation)
    if size == 3:
        out[..., 2, 2] = -1 / users[..., 2] ** 2
    return out


def steering(array, state):
    """Steering vectors and their derivatives by u, v and, if there is one, curvature.

    With ``A = y u + z v`` and ``B = |p|^2`` the spherical wave gains ``(1 - s) / curvature`` of path at an
    element, where ``s = sqrt(1 - 2 curvature A + curvature^2 B)``; written below without dividing by a
    curvature that may be 0.

    Parameters
    ----------
    array : irsnb.arrays.PlanarArray
    state : ndarray, shape (..., P)
        P = 2 (plane waves) or 3.

    Returns
    -------
    vectors : ndarray of complex, shape (..., M)
    derivatives : ndarray of complex, shape (..., P, M)
    """
    positions = array.positions
    y, z, square = positions[:, 1], positions[:, 2], np.sum(positions**2, axis=-1)
    ahead = state[..., :1] * y + state[..., 1:2] * z
    slopes = np.empty((*state.shape, len(positions)))
    if state.shape[-1] == 2:
        path = ahead
        slopes[..., 0, :], slopes[..., 1, :] = y, z
    else:
        bend = state[..., 2:]
        root = np.sqrt(np.maximum(1 - 2 * bend * ahead + bend**2 * square, 1e-12))
        path = (2 * ahead - bend * square) / (1 + root)
        slopes[..., 0, :], slopes[..., 1, :] = y / root, z / root
        slopes[..., 2, :] = (ahead**2 - square) / (root * (1 - bend * ahead + root))
    turn = 2j * np.pi / array.wavelength
    vectors = np.exp(turn * path)
    return vectors, turn * slopes * vectors[..., None, :]


def _independent(channels, correlation):
    """The channels of signals that vary by themselves, (..., N, M)."""
    checks.choice("correlation", correlation, CORRELATIONS)
    channels = checks.complex_array("channels", channels)
    if channels.ndim < 3 or not channels.size:
        raise ValueError(f"channels: got shape {channels.shape}; it must be (..., K, P, M)")
    largest = np.abs(channels).max()
    checks.require(largest < 1e100, "channels", largest, "its squares must be finite (largest modulus shown)")
    if correlation == "uncorrelated":
        return channels.sum(axis=-2)
    if correlation == "fading":
        return channels.reshape(*channels.shape[:-3], -1, channels.shape[-1])
    return channels.sum(axis=(-2, -3))[..., None, :]

"""Who is legitimate: a calibrated test of where a signal comes from (Surendran et al. 2025, section 2).

The paper classifies users by direction and range and leaves the rule open. Here a user is legitimate whose
estimated place is as near to a registered one as errors of estimation explain. Inside, a place is (azimuth,
elevation, 1 / distance): an array measures the wave's curvature, whose error is Gaussian, while that of a
distance is skewed once it is a few per cent of it. An unresolved distance is infinite, curvature 0.
"""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import chi2, ncx2

import irsnb.hybrid.inputs as inputs
from irsnb import checks
from irsnb.arrays import PlanarArray
from irsnb.hybrid.bounds import crlb

__all__ = ["FLOOR", "SecureUserTest", "place_covariance"]

FLOOR = (np.radians(0.1), np.radians(0.1), 0.2)
"""Calibration floor if none is given.

Standard deviations of azimuth, elevation [rad] and distance [m]. Ours; the paper has none.
"""


def place_covariance(
    array: PlanarArray,
    users: ArrayLike,
    snr_db: ArrayLike,
    n_snapshots: int,
    together: bool = False,
) -> np.ndarray:
    """Least covariance of every user's estimated place, by :func:`irsnb.hybrid.crlb`.

    Parameters
    ----------
    array : irsnb.arrays.PlanarArray
    users : array_like, shape (..., K, 3)
        Azimuth, elevation [rad] and distance [m].
    snr_db : array_like, broadcasting with (..., K)
        Power of each user over the noise's, at one element in one snapshot [dB].
    n_snapshots : int
        T.
    together : bool
        Whether the users send at once, uncorrelated signals, or one after the other.

    Returns
    -------
    ndarray, shape (..., K, 3, 3)
        [rad, rad, m].

    Raises
    ------
    ValueError
        As :func:`irsnb.hybrid.crlb`; or if the users have no distances.

    Examples
    --------
    >>> array = PlanarArray(10, 10, spacing=0.05, wavelength=0.1)
    >>> users = [(0.1, -0.2, 5.0), (0.6, -0.3, 8.0)]
    >>> covariance = place_covariance(array, users, snr_db=20.0, n_snapshots=3000)
    >>> np.sqrt(covariance[:, 2, 2]).round(4)
    array([0.0041, 0.012 ])
    """
    users = inputs.users("users", users, (3,))
    if not checks.flag("together", together):
        level = checks.real_array("snr_db", snr_db)
        checks.common_shape(users=users.shape[:-1], snr_db=level.shape)
        return crlb(array, users[..., None, :], level[..., None], n_snapshots)
    whole = crlb(array, users, snr_db, n_snapshots)
    count = users.shape[-2]
    blocks = whole.reshape(*whole.shape[:-2], count, 3, count, 3)
    return np.stack([blocks[..., k, :, k, :] for k in range(count)], axis=-3)


@dataclass(frozen=True, eq=False)
class SecureUserTest:
    """Accept an estimate that is near enough to any registered user.

    The squared Mahalanobis distance of an estimate to its own user is chi-square, with three degrees of
    freedom or, without range, two; the threshold is the value that it exceeds with the probability
    `false_alarm`. A legitimate user is rejected if it is far from all registered ones, so a neighbour can
    only lower its false-alarm rate: it is `false_alarm` for every user whose region of acceptance no other
    one overlaps, and never more.

    Parameters
    ----------
    users : array_like, shape (K, 3)
        Registered azimuth, elevation [rad] and distance [m].
    covariance : array_like, shape (K, 3, 3)
        Of an estimate of each [rad, rad, m], as :func:`place_covariance` gives it.
    floor : array_like, shape (3,)
        Standard deviations of the calibration's error in azimuth, elevation [rad] and distance [m], at
        least 0; its variances are added.
    false_alarm : float
        Probability that a legitimate user is rejected, above 0 and below 1.
    use_range : bool
        Whether the distance counts, or the direction alone.

    Attributes
    ----------
    threshold : float
        The largest statistic that is accepted.

    Raises
    ------
    ValueError
        If a shape does not fit, a value is not finite or out of range, or a covariance with its floor is not
        symmetric and positive definite.
    """

    users: np.ndarray
    covariance: np.ndarray
    floor: np.ndarray = FLOOR
    false_alarm: float = 0.01
    use_range: bool = True
    threshold: float = field(init=False)
    _roots: np.ndarray = field(init=False, repr=False)

    def __post_init__(self):
        users = inputs.users("users", self.users, (3,))
        if users.ndim != 2:
            raise ValueError(f"users: got shape {users.shape}; it must be (K, 3), with distances")
        floor = checks.real_array("floor", self.floor)
        if floor.shape != (3,):
            raise ValueError(f"floor: got shape {floor.shape}; it must be (3,): azimuth, elevation, distance")
        checks.require(floor >= 0, "floor", floor, "it must be at least 0")
        false_alarm = _probability("false_alarm", self.false_alarm)
        if false_alarm.ndim:
            raise ValueError(f"false_alarm: got shape {false_alarm.shape}; it must be one probability")
        checks.flag("use_range", self.use_range)
        covariance = checks.real_array("covariance", self.covariance)
        given = {"users": users, "covariance": covariance, "floor": floor}
        for name, value in given.items():
            value = value.copy()
            value.setflags(write=False)
            object.__setattr__(self, name, value)
        object.__setattr__(self, "false_alarm", float(false_alarm))
        object.__setattr__(self, "_roots", self._root(self.covariance, users, "users"))
        object.__setattr__(self, "threshold", float(chi2.isf(self.false_alarm, self._freedom)))

    @classmethod
    def for_array(
        cls,
        array: PlanarArray,
        users: ArrayLike,
        snr_db: ArrayLike,
        n_snapshots: int,
        floor: ArrayLike = FLOOR,
        use_range: bool = True,
        false_alarm: float = 0.01,
        together: bool = False,
    ) -> "SecureUserTest":
        """The test for users heard by an array, each estimated as well as the bound allows.

        Parameters
        ----------
        array, users, snr_db, n_snapshots, together
            As in :func:`place_covariance`; users of shape (K, 3).
        floor, use_range, false_alarm
            As in :class:`SecureUserTest`.

        Returns
        -------
        SecureUserTest

        Raises
        ------
        ValueError
            As both.
        """
        covariance = place_covariance(array, users, snr_db, n_snapshots, together)
        if covariance.shape != (*np.shape(users), 3):
            raise ValueError(
                f"users, snr_db: got shapes {np.shape(users)} and {np.shape(snr_db)}; they must be "
                "(K, 3) and (K,) or one number"
            )
        return cls(users, covariance, floor, false_alarm, use_range)

    def statistic(self, estimate: ArrayLike) -> np.ndarray:
        """Squared Mahalanobis distance of estimates to every registered user.

        Parameters
        ----------
        estimate : array_like, shape (..., 3)
            Azimuth, elevation [rad] and distance [m], which may be infinite: not resolved.

        Returns
        -------
        ndarray, shape (..., K)

        Raises
        ------
        ValueError
            If the shape does not fit, an angle is not finite or a distance not above 0.
        """
        return self._distances(_inside(_places("estimate", estimate)))

    def decide(self, estimate: ArrayLike) -> tuple[np.ndarray, np.ndarray]:
        """Whether estimates are legitimate, and whose they are.

        Parameters
        ----------
        estimate : array_like, shape (..., 3)
            As in :meth:`statistic`.

        Returns
        -------
        legitimate : ndarray of bool, shape (...)
        user : ndarray of int, shape (...)
            Index of the registered user with the smallest statistic; -1 if not legitimate.

        Raises
        ------
        ValueError
            As :meth:`statistic`.
        """
        statistic = self.statistic(estimate)
        legitimate = statistic.min(axis=-1) <= self.threshold
        return legitimate, np.where(legitimate, statistic.argmin(axis=-1), -1)

    def roc(
        self,
        impostor: ArrayLike,
        false_alarm: ArrayLike | None = None,
        covariance: ArrayLike | None = None,
        rng: np.random.Generator | None = None,
        draws: int = 20_000,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Probability that an impostor is detected, against the false-alarm rate.

        Without a covariance the impostor's estimate is taken to err like that of the user it is compared
        with, and the statistic is non-central chi-square: a closed form. With K users the probabilities of
        being taken for each are added up, which is exact where their regions do not overlap, and otherwise
        leaves a lower bound of detection. With a covariance of its own the impostor's statistics are drawn.

        Parameters
        ----------
        impostor : array_like, shape (..., 3)
            True azimuth, elevation [rad] and distance [m].
        false_alarm : array_like, shape (F,), optional
            Rates, above 0 and below 1; 81 from 1e-4 to 0.9999, denser at the ends, if left out.
        covariance : array_like, shape (..., 3, 3), optional
            Of the impostor's estimate, from :func:`place_covariance`; the floor is added.
        rng : numpy.random.Generator, optional
            Needed with a covariance.
        draws : int
            Estimates drawn, at least 1.

        Returns
        -------
        false_alarm : ndarray, shape (F,)
        detection : ndarray, shape (..., F)

        Raises
        ------
        ValueError
            If a shape does not fit, a value is out of range, or there is a covariance without a generator.
        """
        impostor = _places("impostor", impostor)
        checks.require(np.isfinite(impostor), "impostor", impostor, "its true distance must be finite")
        if false_alarm is None:
            false_alarm = 1 / (1 + np.exp(np.linspace(1, -1, 81) * np.log(9999)))
        draws = checks.count("draws", draws)
        false_alarm = np.atleast_1d(_probability("false_alarm", false_alarm))
        if false_alarm.ndim > 1:
            raise ValueError(f"false_alarm: got shape {false_alarm.shape}; it must be (F,)")
        thresholds = chi2.isf(false_alarm, self._freedom)
        if covariance is None:
            apart = self._distances(_inside(impostor))
            taken = ncx2.cdf(thresholds, self._freedom, apart[..., None]).sum(axis=-2)
            return false_alarm, np.clip(1 - taken, 0, 1)
        checks.generator("rng", rng)
        checks.check_memory("draws", draws, 48.0 * draws * impostor.size * max(3, len(self.users)))
        root = self._root(covariance, impostor, "impostor")
        size = root.shape[-1]
        off = rng.standard_normal((draws, *impostor.shape[:-1], 1, size)) @ np.swapaxes(root, -1, -2)
        drawn = np.broadcast_to(_inside(impostor), (draws, *impostor.shape)).copy()
        drawn[..., :size] += off[..., 0, :]
        least = np.sort(self._distances(drawn).min(axis=-1), axis=0).reshape(draws, -1)
        beyond = [1 - np.searchsorted(column, thresholds, side="right") / draws for column in least.T]
        return false_alarm, np.reshape(beyond, (*impostor.shape[:-1], len(thresholds)))

    @property
    def _freedom(self):
        return 3 if self.use_range else 2

    def _root(self, covariance, places, whose):
        """Cholesky factors of covariances plus floor, in the coordinates of the test, (..., 2 or 3, same)."""
        covariance = checks.real_array("covariance", covariance)
        if covariance.shape != (*places.shape, 3):
            raise ValueError(
                f"covariance, {whose}: got shapes {covariance.shape} and {places.shape}; they must be "
                "(..., 3, 3) and (..., 3) with the same leading axes"
            )
        whole = covariance + np.diag(self.floor**2)
        scale = np.ones(places.shape)
        scale[..., 2] = -1 / places[..., 2] ** 2
        whole = (whole * scale[..., :, None] * scale[..., None, :])[..., : self._freedom, : self._freedom]
        spread = np.sqrt(np.maximum(np.diagonal(whole, axis1=-2, axis2=-1), np.finfo(float).tiny))
        even = whole / (spread[..., :, None] * spread[..., None, :])
        off = np.abs(even - np.swapaxes(even, -1, -2))
        checks.require(
            off <= 1e-6, "covariance", off, "it must be symmetric (the relative departure is shown)"
        )
        try:
            return spread[..., :, None] * np.linalg.cholesky(even)
        except np.linalg.LinAlgError:
            raise ValueError("covariance: with the floor added it must be positive definite") from None

    def _distances(self, inside):
        """Statistics (..., K) of places in the coordinates of the test."""
        off = inside[..., None, :] - _inside(self.users)
        off[..., 0] = (off[..., 0] + np.pi) % (2 * np.pi) - np.pi
        # Whitened: the roots are small and lower triangular, an inverse is as good as a solution.
        white = np.linalg.inv(self._roots) @ off[..., : self._freedom, None]
        return np.sum(white[..., 0] ** 2, axis=-1)


def _inside(places):
    """Azimuth, elevation and distance as azimuth, elevation and curvature [1/m]."""
    return np.concatenate([places[..., :2], 1 / places[..., 2:]], axis=-1)


def _places(name, value):
    """Places (..., 3) whose distances may be infinite."""
    places = inputs.unbounded(name, value)
    if not places.ndim or places.shape[-1] != 3:
        raise ValueError(
            f"{name}: got shape {places.shape}; it must be (..., 3): azimuth, elevation, distance"
        )
    checks.require(np.isfinite(places[..., :2]), name, places[..., :2], "an angle must be finite")
    inputs.angles(name, places)
    checks.require(places[..., 2] > 0, name, places[..., 2], "a distance must be above 0 m")
    return places


def _probability(name, value):
    """Probabilities, neither 0 nor 1."""
    value = checks.real_array(name, value)
    checks.require((value > 0) & (value < 1), name, value, "it must be above 0 and below 1")
    return value

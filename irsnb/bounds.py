"""Fisher information and the Cramér–Rao bound for measurements with Gaussian noise.

Generic: a system's own module turns its geometry into the Jacobian that is asked for here.
Source of the formulas: S. M. Kay, *Fundamentals of Statistical Signal Processing: Estimation Theory*
(1993), eqs. (3.30), (3.31) and (15.52).
"""

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from irsnb.checks import common_shape, integer_array, real_array, require, row_values
from irsnb.whitening import read_covariance, whitener

__all__ = [
    "cramer_rao_bound",
    "eliminate_nuisance",
    "fisher_information",
    "position_error_bound",
    "transform_bound",
]


def fisher_information(jacobian: ArrayLike, covariance: ArrayLike) -> np.ndarray:
    """Fisher information of parameters seen through measurements with Gaussian noise.

    ``F = J^T C^-1 J`` for real measurements (Kay 1993, eq. 3.31) and ``F = 2 Re(J^H C^-1 J)`` for complex
    ones with circular noise (eq. 15.52), for a covariance that does not depend on the parameters.

    Parameters
    ----------
    jacobian : array_like, shape (..., N, P)
        Derivative of each of N noise-free measurements by each of P real parameters; complex where the
        measurements are.
    covariance : array_like, shape (), (N,), (..., N) or (..., N, N)
        Of the noise, as for :func:`irsnb.fitting.fit`: variances of independent measurements, or full
        matrices. Leading axes are those of the Jacobian or 1.

    Returns
    -------
    ndarray, shape (..., P, P)

    Raises
    ------
    ValueError
        If an entry is not finite, a variance is not above 0, a matrix is not Hermitian and positive definite,
        the shapes do not fit, or the covariance's shape could be read in two ways.

    Examples
    --------
    A level read four times with a variance of 0.5; a complex reading tells as much as two real ones, each
    with half the variance:

    >>> fisher_information(np.ones((4, 1)), 0.5)
    array([[8.]])
    >>> fisher_information(np.ones((4, 1), complex), 0.5)
    array([[16.]])
    """
    jacobian = row_values("jacobian", jacobian, is_complex=True)
    if jacobian.ndim < 2 or 0 in jacobian.shape[-2:]:
        raise ValueError(f"jacobian: got shape {jacobian.shape}; it must be (..., N, P)")
    require(np.isfinite(jacobian), "jacobian", jacobian, "it must be finite")
    rows, (n_data, unknowns) = jacobian.shape[:-2], jacobian.shape[-2:]
    parts = 2 if jacobian.dtype.kind == "c" else 1
    values, are_matrices, checks = read_covariance(covariance, n_data, rows, parts == 2)
    for name, value, ok, allowed in checks:
        require(ok, name, value, allowed)
    n_rows = math.prod(rows)
    values = values.reshape(n_rows, *values.shape[len(rows) :])
    whiten = whitener(values, are_matrices, None, parts)
    whitened = whiten(jacobian.reshape(n_rows, n_data, unknowns))
    return (np.swapaxes(whitened, -1, -2) @ whitened).reshape(*rows, unknowns, unknowns)


def eliminate_nuisance(information: ArrayLike, interest: Sequence[int]) -> np.ndarray:
    """Information on some parameters when the others are unknown, too: the Schur complement.

    ``F_aa - F_ab F_bb^-1 F_ba``; its inverse is the block of the inverse of F that belongs to the parameters
    of interest.

    Parameters
    ----------
    information : array_like, shape (..., P, P)
    interest : sequence of int
        Indices of the Q parameters of interest; the others are nuisance parameters.

    Returns
    -------
    ndarray, shape (..., Q, Q)

    Raises
    ------
    ValueError
        If the information is not finite, square and symmetric, an index is not one of its parameters or is
        named twice, or the measurements do not determine the nuisance parameters.

    Examples
    --------
    A line's slope, at the times 0, 1, 2, with its intercept unknown:

    >>> line = np.stack([np.ones(3), np.arange(3.0)], axis=-1)
    >>> eliminate_nuisance(fisher_information(line, 1.0), [1]).round(9)
    array([[2.]])
    """
    information = _symmetric("information", information)
    unknowns = information.shape[-1]
    interest = integer_array("interest", interest, 0, unknowns - 1)
    if interest.ndim != 1 or not 0 < interest.size == np.unique(interest).size:
        raise ValueError(
            f"interest: got {interest.tolist()}; it must name at least one parameter, and none of them twice"
        )
    nuisance = np.setdiff1d(np.arange(unknowns), interest)
    kept = information[..., interest[:, None], interest]
    if nuisance.size == 0:
        return kept
    across = information[..., nuisance[:, None], interest]
    inverse = _inverse("information", information[..., nuisance[:, None], nuisance])
    return kept - np.swapaxes(across, -1, -2) @ inverse @ across


def cramer_rao_bound(information: ArrayLike) -> np.ndarray:
    """Smallest covariance that an unbiased estimator can have: the inverse of the Fisher information.

    Parameters
    ----------
    information : array_like, shape (..., P, P)

    Returns
    -------
    ndarray, shape (..., P, P)

    Raises
    ------
    ValueError
        If the information is not finite, square and symmetric, or is singular: the measurements do not
        determine the parameters.

    Examples
    --------
    >>> cramer_rao_bound([[4.0, 0.0], [0.0, 100.0]])
    array([[0.25, 0.  ],
           [0.  , 0.01]])
    """
    return _inverse("information", _symmetric("information", information))


def transform_bound(bound: ArrayLike, jacobian: ArrayLike) -> np.ndarray:
    """Bound on functions of the parameters, ``G B G^T`` (Kay 1993, eq. 3.30).

    Parameters
    ----------
    bound : array_like, shape (..., P, P)
    jacobian : array_like, shape (..., Q, P)
        Derivatives of the Q functions by the P parameters.

    Returns
    -------
    ndarray, shape (..., Q, Q)

    Raises
    ------
    ValueError
        If an entry is not finite, the bound is not symmetric, or the shapes do not fit.

    Examples
    --------
    >>> transform_bound([[1.0, 0.0], [0.0, 4.0]], [[1.0, 1.0]])
    array([[5.]])
    """
    bound, jacobian = _symmetric("bound", bound), real_array("jacobian", jacobian)
    if jacobian.ndim < 2 or jacobian.shape[-1] != bound.shape[-1]:
        raise ValueError(
            f"jacobian: got shape {jacobian.shape}; it must be (..., Q, {bound.shape[-1]}) for a bound of "
            f"shape {bound.shape}"
        )
    common_shape(bound=bound.shape[:-2], jacobian=jacobian.shape[:-2])
    return jacobian @ bound @ np.swapaxes(jacobian, -1, -2)


def position_error_bound(covariance: ArrayLike) -> np.ndarray:
    """Size of a covariance of positions: the root of its trace.

    No unbiased estimator has a smaller root mean square error than the bound's.

    Parameters
    ----------
    covariance : array_like, shape (..., D, D)
        [m^2].

    Returns
    -------
    ndarray, shape (...)
        [m].

    Raises
    ------
    ValueError
        If the covariance is not finite, square and symmetric, or has a negative variance.

    Examples
    --------
    >>> position_error_bound([[9.0, 1.0], [1.0, 16.0]]).item()
    5.0
    """
    covariance = _symmetric("covariance", covariance)
    variances = np.diagonal(covariance, axis1=-2, axis2=-1)
    require(variances >= 0, "covariance", variances, "its variances must not be negative")
    return np.sqrt(variances.sum(axis=-1))


def _symmetric(name, value):
    """Symmetric matrices (..., P, P), or ``ValueError``."""
    matrix = real_array(name, value)
    if matrix.ndim < 2 or matrix.shape[-1] != matrix.shape[-2] or matrix.shape[-1] == 0:
        raise ValueError(f"{name}: got shape {matrix.shape}; it must be (..., P, P), P at least 1")
    # Measured by the diagonal, so that mixed units (metres, radians) do not hide a departure.
    scale = np.sqrt(np.abs(np.diagonal(matrix, axis1=-2, axis2=-1)))
    departure = np.abs(matrix - np.swapaxes(matrix, -1, -2))
    allowed = 1e-9 * scale[..., :, None] * scale[..., None, :]
    require(departure <= allowed, name, departure, "it must be symmetric (departure shown)")
    return matrix


def _inverse(name, information):
    """Inverse of symmetric matrices, balanced by their diagonal so that mixed units do not spoil it."""
    scale = np.sqrt(np.maximum(np.diagonal(information, axis1=-2, axis2=-1), 0))
    require(scale > 0, name, scale**2, "its diagonal must be above 0")
    outer = scale[..., :, None] * scale[..., None, :]
    balanced = information / outer
    eigenvalues = np.linalg.eigvalsh(balanced)
    require(
        eigenvalues[..., 0] > 1e-14 * eigenvalues[..., -1],
        name,
        eigenvalues[..., 0],
        "it is singular (least eigenvalue of the balanced matrix shown): the measurements do not determine "
        "the parameters",
    )
    inverse = np.linalg.inv(balanced) / outer
    # Rounding leaves it asymmetric where the information is nearly singular.
    return (inverse + np.swapaxes(inverse, -1, -2)) / 2

"""What may be said of the noise, and how measurements are whitened by it: for fits and for bounds alike."""

from collections.abc import Callable
from typing import Any

import numpy as np

from irsnb.checks import least_eigenvalue, row_values

__all__ = ["read_covariance", "whitener"]


def read_covariance(
    value: Any, n_data: int, rows: tuple[int, ...], is_complex: bool
) -> tuple[np.ndarray, bool, list[tuple[str, np.ndarray, np.ndarray, str]]]:
    """Tell variances from full matrices.

    Parameters
    ----------
    value : array_like, shape (), (N,), (..., N) or (..., N, N)
        Variances of independent measurements, or matrices. Leading axes are the batch's or 1.
    n_data : int
        N, measurements of a row.
    rows : tuple of int
        Shape of the batch.
    is_complex : bool
        Whether the measurements are complex: matrices may be, too.

    Returns
    -------
    values : ndarray, shape (\\*rows, N) or (\\*rows, N, N)
    are_matrices : bool
    checks : list
        Of the values, for :func:`irsnb.fix.sift_rows`.

    Raises
    ------
    ValueError
        If the shape fits neither reading, or both.

    Examples
    --------
    >>> read_covariance([1.0, 4.0], 2, (), False)[:2]
    (array([1., 4.]), False)
    >>> read_covariance(np.ones((2, 2)), 2, (2,), False)
    Traceback (most recent call last):
    ValueError: covariance: got shape (2, 2); that may be 2 rows' variances or one matrix: give a matrix as \
(1, 2, 2), variances as the diagonals of (2, 2, 2)
    """
    values = row_values("covariance", value, is_complex=is_complex)
    shape = values.shape
    are_variances = not shape or (shape[-1] == n_data and _fits(shape[:-1], rows))
    are_matrices = shape[-2:] == (n_data, n_data) and _fits(shape[:-2], rows)
    if are_variances and are_matrices and n_data > 1:
        ones = (1,) * (len(rows) + 2 - len(shape))
        raise ValueError(
            f"covariance: got shape {shape}; that may be {n_data} rows' variances or one matrix: give a "
            f"matrix as {(*ones, *shape)}, variances as the diagonals of {(*rows, n_data, n_data)}"
        )
    if are_variances:
        if np.iscomplexobj(values):
            raise ValueError(f"covariance: got complex numbers of shape {shape}; variances must be real")
        if shape != (*rows, n_data):
            values = np.broadcast_to(values, (*rows, n_data))
        ok = (values > 0) & np.isfinite(values)
        return values, False, [("covariance", values, ok, "variances must be finite and above 0")]
    if not are_matrices:
        leading = f" with leading axes that broadcast to {rows}" if rows else ""
        raise ValueError(
            f"covariance: got shape {shape}; it must be (), ({n_data},), (..., {n_data}) or "
            f"(..., {n_data}, {n_data}){leading}"
        )
    finite = np.isfinite(values)
    filled = np.where(finite, values, 0)
    asymmetry = np.abs(filled - np.swapaxes(filled.conj(), -1, -2)).max(axis=(-1, -2))
    largest = np.abs(filled).max(axis=(-1, -2))
    least = least_eigenvalue(filled)
    asymmetry, largest, least = (np.broadcast_to(a, rows) for a in (asymmetry, largest, least))
    values, finite = (np.broadcast_to(a, (*rows, n_data, n_data)) for a in (values, finite))
    kind = "Hermitian" if is_complex else "symmetric"
    return (
        values,
        True,
        [
            ("covariance", values, finite, "it must be finite"),
            ("covariance", asymmetry, asymmetry <= 1e-9 * largest, f"it must be {kind} (departure shown)"),
            (
                "covariance",
                least,
                least > 0,
                "it must be positive definite (least eigenvalue of correlations shown)",
            ),
        ],
    )


def whitener(
    values: np.ndarray, are_matrices: bool, observed: np.ndarray | None, parts: int
) -> Callable[[np.ndarray], np.ndarray]:
    """Function that makes measurements real and independent, with variance 1.

    A complex measurement has two parts with half its variance each. What is missing becomes 0, and full
    matrices are those of what was measured.

    Parameters
    ----------
    values : ndarray, shape (n, N) or (n, N, N)
        Covariance of n rows.
    are_matrices : bool
        Which of the two.
    observed : ndarray of bool, shape (n, N), or None
        False where a measurement is missing; None if none is. A row without any may have any covariance.
    parts : int
        1 for real measurements, 2 for complex ones.

    Returns
    -------
    callable
        From (n, N) or (n, N, P) to (n, parts N) or (n, parts N, P), real.
    """
    root = np.sqrt(float(parts))
    if not are_matrices:
        if observed is not None:
            values = np.where(observed, values, np.inf)
        weights = root / np.sqrt(values)
    else:
        if observed is not None:
            both = observed[:, :, None] & observed[:, None, :]
            values = np.where(both, values, np.eye(values.shape[-1]))
        elif values.strides[0] == 0:
            values = values[:1]  # one matrix for all rows
        weights = root * np.linalg.inv(np.linalg.cholesky(values))
        if observed is not None:
            weights = weights * observed[:, :, None]

    def whiten(array):
        if are_matrices:
            array = weights @ array if array.ndim == 3 else (weights @ array[..., None])[..., 0]
        else:
            array = weights[:, :, None] * array if array.ndim == 3 else weights * array
        if parts == 1:
            return array
        return np.concatenate([array.real, array.imag], axis=1)

    return whiten


def _fits(shape, rows):
    """Whether leading axes broadcast to the batch without making it larger."""
    if shape == rows or not shape:
        return True
    try:
        return np.broadcast_shapes(shape, rows) == rows
    except ValueError:
        return False

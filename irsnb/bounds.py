"""Fisher information and the Cramér–Rao bound for measurements with Gaussian noise.

Generic: a system's own module turns its geometry into the Jacobian that is asked for here.
Source of the formulas: S. M. Kay, *Fundamentals of Statistical Signal Processing: Estimation Theory*
(1993), eqs. (3.31) and (3.30).
"""

import numpy as np

from irsnb.checks import common_shape, real_array, require


def fisher_information(jacobian, sigma):
    """Fisher information of parameters seen through independent Gaussian measurements.

    ``F = J^T diag(1 / sigma^2) J`` (Kay 1993, eq. 3.31, for a covariance that does not depend on the
    parameters).

    Parameters
    ----------
    jacobian : array_like, shape (..., N, P)
        Derivative of each of N noise-free measurements by each of P parameters.
    sigma : array_like, shape (..., N)
        Standard deviation of each measurement, in the measurement's unit; above 0.

    Returns
    -------
    ndarray, shape (..., P, P)

    Raises
    ------
    ValueError
        If an entry is not finite, a sigma is not above 0, or the shapes do not fit.
    """
    jacobian, sigma = real_array("jacobian", jacobian), real_array("sigma", sigma)
    if jacobian.ndim < 2:
        raise ValueError(f"jacobian: got shape {jacobian.shape}; it must be (..., N, P)")
    require(sigma > 0, "sigma", sigma, "it must be above 0")
    common_shape(jacobian_rows=jacobian.shape[:-1], sigma=sigma.shape)
    whitened = jacobian / sigma[..., None]
    return np.swapaxes(whitened, -1, -2) @ whitened


def cramer_rao_bound(information):
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
        If the information is singular: the measurements do not determine the parameters.
    """
    information = real_array("information", information)
    # Balanced by its diagonal first, so that mixed units (metres, radians) do not spoil the inverse.
    scale = np.sqrt(np.diagonal(information, axis1=-2, axis2=-1))
    require(scale > 0, "information", scale, "its diagonal must be above 0")
    outer = scale[..., :, None] * scale[..., None, :]
    balanced = information / outer
    require(
        np.linalg.cond(balanced) < 1e14,
        "information",
        np.linalg.det(balanced),
        "it is singular (the balanced determinant is shown): the measurements do not fix the parameters",
    )
    return np.linalg.inv(balanced) / outer


def transform_bound(bound, jacobian):
    """Bound on a function of the parameters, ``G B G^T`` (Kay 1993, eq. 3.30).

    Parameters
    ----------
    bound : array_like, shape (..., P, P)
    jacobian : array_like, shape (..., Q, P)
        Derivative of the Q functions by the P parameters.

    Returns
    -------
    ndarray, shape (..., Q, Q)
    """
    bound, jacobian = real_array("bound", bound), real_array("jacobian", jacobian)
    return jacobian @ bound @ np.swapaxes(jacobian, -1, -2)

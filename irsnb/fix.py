"""The result of every estimator of a position: :class:`Fix`.

A fit that has settled may still be wrong: the model may not describe what was measured. The misfit tells, by
Pearson's chi-square test, and ``converged`` listens to it.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtri

from irsnb.checks import integer_array

__all__ = ["LEVEL", "MOST_REMARKS", "Fix", "misfit_limit", "remark_lines", "sift_rows"]

LEVEL = 1e-3
"""Level of the chi-square test, which is how often a misfit is called too large although the model holds."""

MOST_REMARKS = 20
"""Rows that are named for one finding; one more line says how many others there are."""

_MOST_ROWS = 8


def misfit_limit(dof: np.ndarray | int) -> np.ndarray:
    """Misfit that noise exceeds in one case of a thousand: the quantile of chi-square at 1 - :data:`LEVEL`.

    With no degree of freedom left, a model that can reach the data has no misfit at all; the limit of one
    degree of freedom stands there, because noise may carry data beyond what a model reaches.

    Parameters
    ----------
    dof : array_like of int, shape (...)
        Degrees of freedom: real measurements less unknowns.

    Returns
    -------
    ndarray, shape (...)

    Raises
    ------
    ValueError
        If a number of degrees is not an integer of at least 0.

    Examples
    --------
    >>> misfit_limit([0, 1, 4]).round(2).tolist()
    [10.83, 10.83, 18.47]
    """
    return _limit(integer_array("dof", dof, low=0))


def _limit(dof):
    return chdtri(np.maximum(dof, 1), LEVEL)


@dataclass(frozen=True, eq=False, repr=False)
class Fix:
    """Positions with their uncertainty, and whether they can be trusted.

    Attributes
    ----------
    position : ndarray, shape (..., D)
        Estimate [m]; NaN where the measurements of a row were unusable.
    covariance : ndarray, shape (..., D, D)
        Its covariance by the inverse Fisher information at the estimate [m^2].
    misfit : ndarray, shape (...)
        Sum of squared residuals in units of their standard deviations; where the model holds, chi-square with
        `dof` degrees of freedom.
    dof : int or ndarray of int, shape (...)
        Degrees of freedom: real measurements less unknowns. Rows differ where measurements are missing.
    converged : ndarray of bool, shape (...)
        True where the steps settled and the misfit does not exceed :func:`misfit_limit`.
    remarks : tuple of str
        What was found, a line for each row and finding: row, quantity or argument, value, what is allowed.

    Examples
    --------
    >>> covariance = np.full((2, 2, 2), np.eye(2) / 100)
    >>> fix = Fix.from_fit([[1.0, 2.0], [3.0, 4.0]], covariance, [3.5, 40.0], 4, True)
    >>> fix.converged
    array([ True, False])
    >>> fix
    Fix of 2 positions, 1 converged
      row  position      sigma       misfit/dof  converged
        0  (1.00, 2.00)  (0.1, 0.1)  3.5/4       yes
        1  (3.00, 4.00)  (0.1, 0.1)  40/4        no
    row 1: misfit: got 40; with 4 degrees of freedom noise exceeds 18.5 once in 1000: the model does not fit
    """

    position: np.ndarray
    covariance: np.ndarray
    misfit: np.ndarray
    dof: np.ndarray | int
    converged: np.ndarray
    remarks: tuple[str, ...] = ()

    @classmethod
    def from_fit(
        cls,
        position: ArrayLike,
        covariance: ArrayLike,
        misfit: ArrayLike,
        dof: ArrayLike,
        settled: ArrayLike,
        remarks: Iterable[str] = (),
    ) -> "Fix":
        """Judge the outcome of a fit: `converged` and the remarks that belong to it.

        Parameters
        ----------
        position, covariance, misfit, dof : array_like
            As the attributes. A row whose misfit is NaN has not converged; the caller has remarked on it
            already (:func:`sift_rows`).
        settled : array_like of bool, shape (...)
            False where steps ran out before the fit settled.
        remarks : iterable of str
            What the caller has found already; these lines come first.

        Returns
        -------
        Fix
        """
        position, covariance = np.asarray(position, float), np.asarray(covariance, float)
        misfit, dof = np.asarray(misfit, float), np.asarray(dof)
        limit = _limit(dof)
        settled = np.asarray(settled, dtype=bool)
        converged = settled & (misfit <= limit)
        remarks = tuple(remarks)
        if not converged.all():
            remarks += tuple(_judgements(misfit, dof, limit, settled))
        return cls(
            position, covariance, misfit, dof if dof.ndim else int(dof), np.asarray(converged), remarks
        )

    def __repr__(self) -> str:
        n = self.misfit.size
        lines = [f"Fix of {_count(n, 'position')}, {int(self.converged.sum())} converged"]
        table = [("row", "position", "sigma", "misfit/dof", "converged")]
        dof = np.broadcast_to(self.dof, self.misfit.shape)
        for row in islice(np.ndindex(self.misfit.shape), _MOST_ROWS):
            sigma = np.sqrt(np.diagonal(self.covariance[row]))
            table.append(
                (
                    _name(row).removeprefix("row "),
                    f"({', '.join(_rounded(p, s) for p, s in zip(self.position[row], sigma, strict=True))})",
                    f"({', '.join(f'{s:.2g}' for s in sigma)})",
                    f"{self.misfit[row]:.3g}/{dof[row]}",
                    "yes" if self.converged[row] else "no",
                )
            )
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        for number, *rest in table:
            cells = [number.rjust(widths[0])]
            cells += [cell.ljust(width) for cell, width in zip(rest, widths[1:], strict=True)]
            lines.append(("  " + "  ".join(cells)).rstrip())
        if n > _MOST_ROWS:
            lines.append(f"  ... {n - _MOST_ROWS} more")
        lines += self.remarks[:_MOST_ROWS]
        if len(self.remarks) > _MOST_ROWS:
            lines.append(f"... {len(self.remarks) - _MOST_ROWS} more remarks")
        return "\n".join(lines)


def sift_rows(
    rows: tuple[int, ...], checks: Iterable[tuple[str, np.ndarray, np.ndarray, str]]
) -> tuple[np.ndarray, list[str]]:
    """Tell rows whose values are usable from those whose values are not, with a remark for each of these.

    Parameters
    ----------
    rows : tuple of int
        Shape of the batch.
    checks : iterable of (name, value, ok, allowed)
        Argument as the caller knows it; its values, shape (..., N), whose leading axes are those of `rows` or
        1; `ok`, of the same shape, true where a value is allowed; and what is allowed, as a sentence's end.

    Returns
    -------
    good : ndarray of bool, shape rows
    remarks : list of str

    Raises
    ------
    ValueError
        If no row is good: the first remark is the message.

    Examples
    --------
    >>> sigma = np.array([1.0, -2.0, 1.0])
    >>> sift_rows((3,), [("sigma", sigma, sigma > 0, "it must be above 0 m")])
    (array([ True, False,  True]), ['row 1: sigma: got -2.0; it must be above 0 m'])
    """
    good, remarks, checks = np.ones(rows, dtype=bool), [], list(checks)
    for name, value, ok, allowed in checks:
        if np.all(ok):
            continue
        value, ok = np.broadcast_arrays(value, ok)
        shape = (*rows, *ok.shape[len(rows) :])
        value, ok = (np.broadcast_to(a, shape).reshape(*rows, -1) for a in (value, ok))
        bad = ~ok.all(axis=-1)

        def line(row, name=name, value=value, ok=ok, allowed=allowed):
            first = value[row][~ok[row]][0].item()
            return f"{name}: got {first!r}; {allowed}"

        # A row is remarked on once, by the first check that it fails.
        remarks += remark_lines(bad & good, line)
        good &= ~bad
    if not good.any():
        names = ", ".join(dict.fromkeys(name for name, *_ in checks))
        nothing = f"{names or 'rows'}: got shape {rows}; there is nothing to locate"
        raise ValueError(remarks[0] if remarks else nothing)
    return good, remarks


def _judgements(misfit, dof, limit, settled) -> Iterator[str]:
    dof, limit, settled = (np.broadcast_to(a, misfit.shape) for a in (dof, limit, settled))
    yield from remark_lines(
        misfit > limit,
        lambda row: (
            f"misfit: got {misfit[row]:.4g}; with {_count(dof[row], 'degree')} of freedom noise exceeds "
            f"{limit[row]:.1f} once in {1 / LEVEL:.0f}: the model does not fit"
        ),
    )
    yield from remark_lines(
        ~settled & ~np.isnan(misfit), lambda row: "position: the steps ran out before the fit settled"
    )


def remark_lines(found: np.ndarray, text: Callable[[tuple[int, ...]], str]) -> Iterator[str]:
    """Remarks on the rows of a batch where something was found.

    Parameters
    ----------
    found : ndarray of bool, shape (...)
        True for the rows to remark on.
    text : callable
        What to say of a row, given as a tuple of indices.

    Returns
    -------
    iterator of str
        A line for each of the first :data:`MOST_REMARKS` rows, and one that says how many more there are.
    """
    rows = np.argwhere(found)
    for row in map(tuple, rows[:MOST_REMARKS].tolist()):
        where = _name(row)
        yield f"{where}: {text(row)}" if where else text(row)
    if len(rows) > MOST_REMARKS:
        last = text(tuple(rows[-1].tolist()))
        yield f"{len(rows) - MOST_REMARKS} more rows like it, the last one {_name(tuple(rows[-1]))}: {last}"


def _name(row) -> str:
    if not row:
        return ""
    return f"row {int(row[0])}" if len(row) == 1 else f"row ({', '.join(str(int(i)) for i in row)})"


def _rounded(value, sigma) -> str:
    """A coordinate with one digit more than its standard deviation can tell."""
    if not (np.isfinite(value) and np.isfinite(sigma) and sigma > 0):
        return f"{value:.4g}"
    return f"{value:.{int(np.clip(1 - np.floor(np.log10(sigma)), 0, 12))}f}"


def _count(n, word) -> str:
    return f"{n} {word}{'s' * (int(n) != 1)}"

"""The loops of a search for a placement, compiled: a greedy choice and simulated annealing.

:mod:`irsnb.hybrid.placement` says what is sought, checks what it is given and calls these. Rounding is the
same on every processor: sums are added element by element in one order, and a maximum does not round.
"""

import numpy as np

from irsnb.compiled import compiled

__all__ = []

EXACT = {"nnan", "nsz"}
"""Liberties of the compiler that leave every digit as it is."""

BLOCK = 512
"""Values of a pattern between two looks at whether a limit is passed."""


@compiled()
def cost(count, sums, square, weight):
    """Logarithm of the error, plus the price of the highest sidelobe; see ``placement.criterion``.

    Parameters
    ----------
    count : int
        Elements chosen.
    sums : ndarray, shape (5,)
        Of the elements' rows, columns, their squares and their products.
    square : float
        Square of the peak sidelobe, relative to the main lobe.
    weight : float
        Of the sidelobe.
    """
    # Whole numbers: the second moments times the count. So the determinant of a line is exactly 0.
    down = count * sums[2] - sums[0] ** 2
    across = count * sums[3] - sums[1] ** 2
    tilt = count * sums[4] - sums[0] * sums[1]
    room = down * across - tilt**2
    if room <= 0:
        return np.inf
    error = 0.5 * np.log(count * (down + across) / room)
    # Rounding may leave a full grating lobe a little above 1.
    return error - weight * np.log(max(1 - square, 1e-12))


@compiled(fastmath=EXACT)
def highest(pattern, leaving, entering, limit, trial):
    """Fill `trial` with a pattern (2, N) less one wave plus another; return its highest power.

    It stops as soon as `limit` is passed, and returns what passed it.
    """
    size, top = pattern.shape[1], np.float32(0)
    for start in range(0, size, BLOCK):
        for i in range(start, min(start + BLOCK, size)):
            real = pattern[0, i] - leaving[0, i] + entering[0, i]
            imaginary = pattern[1, i] - leaving[1, i] + entering[1, i]
            trial[0, i], trial[1, i] = real, imaginary
            power = real * real + imaginary * imaginary
            if power > top:
                top = power
        if top > limit:
            break
    return top


@compiled()
def most_power(error, allowed, count, weight):
    """Power of the highest sidelobe with which a cost is still allowed; a little more, for rounding."""
    if allowed == np.inf:
        return np.inf
    return count**2 * (1 - np.exp((error - allowed) / weight)) * (1 + 1e-6) + 1e-6


@compiled()
def greedy(first, n_active, waves, powers, weight):
    """Elements chosen one after the other, each where it lowers the cost most, from given ones on.

    Parameters
    ----------
    first : ndarray of int, shape (3,)
    n_active : int
    waves : ndarray of float32, shape (E, 2, N)
        What each element adds to the pattern.
    powers : ndarray, shape (5, E)
        What each adds to the sums.
    weight : float

    Returns
    -------
    ndarray of int, shape (n_active,)
    """
    chosen, free = np.empty(n_active, dtype=np.int64), np.ones(len(waves), dtype=np.bool_)
    pattern, sums = np.zeros_like(waves[0]), np.zeros(len(powers))
    trial, nothing = np.empty_like(pattern), np.zeros_like(pattern)
    for place in range(n_active):
        if place < len(first):
            element = first[place]
        else:
            count, least, element = place + 1, np.inf, -1
            for candidate in range(len(waves)):
                if free[candidate]:
                    new_sums = sums + powers[:, candidate]
                    limit = most_power(cost(count, new_sums, 0.0, weight), least, count, weight)
                    top = highest(pattern, nothing, waves[candidate], limit, trial)
                    price = cost(count, new_sums, top / count**2, weight)
                    if element < 0 or price < least:
                        least, element = price, candidate
        chosen[place], free[element] = element, False
        pattern += waves[element]
        sums += powers[:, element]
    return chosen


@compiled()
def walk(order, n_active, waves, powers, draws, weight):
    """One walk of simulated annealing, in which one element at a time changes places.

    Parameters
    ----------
    order : ndarray of int, shape (E,)
        All elements, those that are chosen first; overwritten.
    n_active : int
    waves, powers, weight
        As :func:`greedy`.
    draws : tuple of ndarray, shape (steps,)
        Places in `order` of the element that leaves and of the one that enters, and by how much the cost may
        rise.

    Returns
    -------
    ndarray of int, shape (n_active,)
        The best choice on the way.
    """
    pattern, sums = np.zeros_like(waves[0]), np.zeros(len(powers))
    for element in order[:n_active]:
        pattern += waves[element]
        sums += powers[:, element]
    trial, nothing = np.empty_like(pattern), np.zeros_like(pattern)
    top = highest(pattern, nothing, nothing, np.inf, trial)
    price = cost(n_active, sums, top / n_active**2, weight)
    best, least = order[:n_active].copy(), price
    leaving, entering, rises = draws
    for step in range(len(rises)):
        gone, come = order[leaving[step]], order[entering[step]]
        new_sums = sums + (powers[:, come] - powers[:, gone])
        allowed = price + rises[step]
        limit = most_power(cost(n_active, new_sums, 0.0, weight), allowed, n_active, weight)
        top = highest(pattern, waves[gone], waves[come], limit, trial)
        if top > limit:
            continue
        new_price = cost(n_active, new_sums, top / n_active**2, weight)
        if new_price <= allowed:
            order[leaving[step]], order[entering[step]] = come, gone
            pattern, trial = trial, pattern
            sums, price = new_sums, new_price
            if price < least:
                best, least = order[:n_active].copy(), price
    return best

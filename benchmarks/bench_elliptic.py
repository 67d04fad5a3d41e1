"""The closed form against the paper's "solve", the joint fit against scipy: ratios measured in one run.

Duan et al. (2025), section 3.4, hand equations (10) and (12) to a "solve" function. Here that is sympy's
``solve`` (symbolic, as in the paper) and scipy's ``fsolve`` (numeric, started at the answer's scale).
"""

import math

import numpy as np
import sympy
from scipy.optimize import fsolve, least_squares
from timing import best_of

from irsnb import elliptic
from irsnb.fitting import fit

N = 1_000_000


def by_fsolve(theta, phi, a, c):
    """Distance of the target by scipy's solver on (10) and (12)."""
    slope, b2 = math.tan(math.acos(math.cos(theta) * math.cos(phi))), a * a - c * c
    x, w = fsolve(
        lambda v: ((v[0] - c) ** 2 / a**2 + v[1] ** 2 / b2 - 1, v[1] - v[0] * slope), (a, a * slope)
    )
    return math.hypot(x, w)


def by_sympy(theta, phi, a, c):
    """Distance of the target by sympy's solver on (10) and (12)."""
    x, w = sympy.symbols("x w", real=True)
    slope = math.tan(math.acos(math.cos(theta) * math.cos(phi)))
    ellipse = sympy.Eq((x - c) ** 2 / a**2 + w**2 / (a * a - c * c), 1)
    found = sympy.solve([ellipse, sympy.Eq(w, x * slope)], [x, w])
    return max(math.hypot(*pair) for pair in found if pair[0] * slope * pair[1] > 0 and pair[0] > 0)


def closed_form_rows(rng):
    """Locating one target: ours, and two ways to "solve"."""
    targets = np.stack(
        [rng.uniform(100, 900, N), rng.uniform(200, 1500, N), rng.uniform(50, 1500, N)], axis=-1
    )
    c = rng.uniform(400, 1200, N)
    theta, phi = elliptic.direction(targets, np.zeros(3))
    away = np.hypot(targets[:, 0] - 2 * c, np.hypot(targets[:, 1], targets[:, 2]))
    sums = np.linalg.norm(targets, axis=-1) + away
    assert np.allclose(elliptic.locate_pair(theta, phi, sums, c), targets, atol=1e-6)
    rows = [
        ("irsnb.elliptic.locate_pair", N, best_of(7, lambda: elliptic.locate_pair(theta, phi, sums, c)) / N)
    ]
    for name, solver, count in (("scipy fsolve", by_fsolve, 2000), ("sympy solve", by_sympy, 10)):
        work = [
            tuple(map(float, w))
            for w in zip(theta[:count], phi[:count], sums[:count] / 2, c[:count], strict=True)
        ]
        assert np.allclose([solver(*w) for w in work], np.linalg.norm(targets[:count], axis=-1), rtol=1e-6), (
            name
        )
        spent = best_of(3, lambda solver=solver, work=work: [solver(*w) for w in work])
        rows.append((name, count, spent / count))
    return rows


def joint_rows(rng):
    """Fitting two angles and five path sums: ours in a batch and one by one, scipy one by one."""
    scene = elliptic.EXPERIMENTS[3]
    surfaces, pairs, target = scene.surfaces, np.array(scene.semi_focals), np.array(scene.target)
    sigma_angle, sigma_path, n, few = np.deg2rad(0.2), 1.0, 20_000, 200
    variances = np.r_[sigma_angle, sigma_angle, np.full(len(pairs), sigma_path)] ** 2
    sigmas = np.sqrt(variances)
    theta, phi = (true + rng.normal(0, sigma_angle, n) for true in elliptic.direction(target, np.zeros(3)))
    sums = elliptic.path_sums(surfaces, target) + rng.normal(0, sigma_path, (n, len(pairs)))
    data = np.concatenate([theta[:, None], phi[:, None], sums], axis=-1)
    starts = elliptic.pair_positions(surfaces, theta, phi, sums).mean(axis=1)

    def model(p):
        """Angles and path sums of positions (..., 3), for :func:`irsnb.fitting.fit`."""
        x, y, z = p[..., 0], p[..., 1], p[..., 2]
        level, across = x * x + y * y, y * y + z * z
        out = np.empty((*p.shape[:-1], 2 + len(pairs)))
        out[..., 0], out[..., 1] = np.arctan2(y, x), np.arctan2(z, np.sqrt(level))
        out[..., 2:] = np.sqrt((x[..., None] - 2 * pairs) ** 2 + across[..., None])
        out[..., 2:] += np.sqrt(level + z * z)[..., None]
        return out

    def slopes(p):
        """Derivatives of the model by a position (3,)."""
        distance, level = math.sqrt(p @ p), math.hypot(p[0], p[1])
        offsets = np.stack([p[0] - 2 * pairs, np.full(len(pairs), p[1]), np.full(len(pairs), p[2])], axis=-1)
        rise = p[2] / (level * distance**2)
        return np.concatenate(
            [
                [[-p[1] / level**2, p[0] / level**2, 0.0]],
                [[-rise * p[0], -rise * p[1], level / distance**2]],
                p / distance + offsets / np.sqrt(np.sum(offsets**2, axis=-1))[:, None],
            ]
        )

    def by_scipy(i, **options):
        def residuals(p):
            angles = math.atan2(p[1], p[0]) - theta[i], math.atan2(p[2], math.hypot(p[0], p[1])) - phi[i]
            away = np.linalg.norm(p) + np.sqrt((p[0] - 2 * pairs) ** 2 + p[1] ** 2 + p[2] ** 2) - sums[i]
            return np.r_[np.array(angles) / sigma_angle, away / sigma_path]

        return least_squares(residuals, starts[i], **options).x

    def by_locate(rows):
        noise = {"sigma_angle": sigma_angle, "sigma_path": sigma_path}
        return elliptic.locate(surfaces, theta[rows], phi[rows], sums[rows], **noise).position

    def by_fit(rows, **options):
        return fit(model, data[rows], variances, starts[rows], **options).position

    def weighted_slopes(p):
        return slopes(p) / sigmas[:, None]

    batch = slice(None)
    one_by_one = {
        "irsnb.elliptic.locate, one by one": by_locate,
        "irsnb.fitting.fit, one by one": by_fit,
        "irsnb.fitting.fit, with derivatives": lambda i: by_fit(i, jacobian=slopes),
        "scipy least_squares, lm": lambda i: by_scipy(i, method="lm"),
        "scipy least_squares, lm with derivatives": lambda i: by_scipy(i, method="lm", jac=weighted_slopes),
        "scipy least_squares, its default": by_scipy,
    }
    reference = by_locate(slice(few))
    for name, function in one_by_one.items():
        assert np.allclose([function(i) for i in range(few)], reference, atol=0.05), name
    rows = [
        ("irsnb.elliptic.locate, a batch", n, best_of(5, lambda: by_locate(batch)) / n),
        ("irsnb.fitting.fit, a batch", n, best_of(3, lambda: by_fit(batch)) / n),
    ]
    # In turns, so that other work on the machine strikes all alike.
    spent = dict.fromkeys(one_by_one, math.inf)
    for _ in range(5):
        for name, function in one_by_one.items():
            once = best_of(1, lambda function=function: [function(i) for i in range(few)])
            spent[name] = min(spent[name], once)
    return rows + [(name, few, spent[name] / few) for name in one_by_one]


def tables(rng):
    """All tables of Part I."""
    return {"locating one target": closed_form_rows(rng), "fitting one target": joint_rows(rng)}

# %% [markdown]
# # All measurements at once: fusion and its bound
#
# **Part I, beyond Duan et al. (2025): what their measurements are worth.** For readers of
# [where weighting helps](where_weighting_helps.ipynb). **Run time** under 40 s on two cores at quick scale;
# `IRSNB_SCALE=paper` draws ten times as many errors and takes a few minutes.
#
# After this notebook you can
#
# * write the likelihood of two angles and $M$ path sums, and its Cramér–Rao bound;
# * fit one position to all of them, and say how far to trust it;
# * say by what factor this beats one pair, the mean and binary weighting, over a field of targets;
# * decide where the next surface should stand.

# %% tags=["hide-input"]
# On Colab, fetch the helper package of this book; elsewhere it is installed already.
import subprocess
import sys

if "google.colab" in sys.modules:
    reference = "irsnb[searches] @ git+https://github.com/irsnb/irsnb@v0.2.0.dev0"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", reference], check=True
    )

# %%
import matplotlib.pyplot as plt
import numpy as np
from scipy.stats import chi2

from irsnb.bounds import cramer_rao_bound, fisher_information
from irsnb.elliptic import (
    EXPERIMENTS,
    binary_weights,
    direction,
    direction_crlb,
    eccentricity,
    fuse,
    locate,
    path_sum,
    position_crlb,
)
from irsnb.geometry import direction_jacobian
from irsnb.report import figures, runs

figures.use_style()

# %% [markdown]
# ## Two angles, five clocks
#
# The paper lets every pair find the target on its own and then combines the *answers*. But the pairs do not have separate
# information to vote with. They share the same two departure angles, error and all; what is each pair's own is its path sum. So put
# the measurements together *before* asking where the target is.
#
# The five pairs of Experiment 3 stay. The surface that aims has $64\times64$ elements, a beam of some 1.6°
# ([foundations](../foundations/frames_and_surfaces.ipynb)), and finds the middle of it to an eighth: $\sigma_a = 0.2°$. The
# clock is good to 3.3 ns, one metre of path: $\sigma_d = 1$ m. Such numbers are within reach of a
# [waveform](waveform.ipynb); here they are given.

# %%
scene = EXPERIMENTS[3]
receiver, semi_focals, one_pair = (
    np.array(scene.receiver),
    np.array(scene.semi_focals),
    scene.one_pair,
)
SIGMA_ANGLE, SIGMA_PATH = np.deg2rad(0.2), 1.0
more = {"quick": 1, "paper": 10}[runs.scale()]
rng = np.random.default_rng(2025)


def measure(targets, draws, sigma_angle=SIGMA_ANGLE, sigma_path=SIGMA_PATH):
    """Noisy departure angles (draws, targets) and path sums (draws, targets, pairs)."""
    azimuth, elevation = direction(targets, np.zeros(3))
    sums = path_sum(targets[:, None, :], semi_focals)
    shape = (draws, len(targets))
    return (
        azimuth + rng.normal(0, sigma_angle, shape),
        elevation + rng.normal(0, sigma_angle, shape),
        sums + rng.normal(0, sigma_path, (*shape, len(semi_focals))),
    )


# %% [markdown]
# ## The likelihood, and what it can tell at most
#
# For a target at $\mathbf{p}$ the noise-free measurements are the angles of $\mathbf{p}$ seen from the first surface and the sums
# of distances (7). With independent Gaussian errors, the most likely position minimises
#
# $$
# J(\mathbf{p}) = \frac{(\theta_r - \theta(\mathbf{p}))^2 + (\varphi_r - \varphi(\mathbf{p}))^2}{\sigma_a^2}
# + \sum_{j=1}^{M} \frac{\left(d_j - |\mathbf{p}| - |\mathbf{p} - \mathbf{S}_j|\right)^2}{\sigma_d^2} .
# $$
#
# *In words:* move the point until every measurement is missed by as few of its own standard deviations as possible.
#
# How well can *any* unbiased estimator do? Each measurement knows the position along its own gradient. For a path sum that
# gradient is the sum of two unit vectors, pointing away from the two surfaces; for an angle it is perpendicular to the ray and shrinks with the
# distance. Stack the gradients, each divided by its standard deviation, into a matrix $\mathbf{G}$. Then
#
# $$
# \operatorname{cov}(\hat{\mathbf{p}}) \succeq \mathbf{F}^{-1}, \qquad \mathbf{F} = \mathbf{G}^\mathsf{T}\mathbf{G},
# $$
#
# the Cramér–Rao bound; `irsnb.elliptic.position_crlb` is these two lines.
#
# Where $J$ is smooth, a few steps of Gauss and Newton find its minimum: linearise, solve, repeat.


# %%
def gauss_newton(azimuth, elevation, sums, point, steps=8):
    """Fit one target, from a starting point, in plain x, y, z."""
    for _ in range(steps):
        to_second = point - np.stack(
            [2 * semi_focals, 0 * semi_focals, 0 * semi_focals], axis=-1
        )
        away = to_second / np.linalg.norm(to_second, axis=-1, keepdims=True)
        missed = np.r_[
            (np.array([azimuth, elevation]) - direction(point, np.zeros(3)))
            / SIGMA_ANGLE,
            (sums - path_sum(point, semi_focals)) / SIGMA_PATH,
        ]
        gradients = np.concatenate(
            [
                direction_jacobian(point, np.zeros(3)) / SIGMA_ANGLE,
                (point / np.linalg.norm(point) + away) / SIGMA_PATH,
            ]
        )
        point = point + np.linalg.lstsq(gradients, missed, rcond=None)[0]
    return point, np.linalg.inv(gradients.T @ gradients)


target = np.array(scene.target)
azimuth, elevation, sums = (values[0, 0] for values in measure(target[None], 1))
start = locate(azimuth, elevation, sums / 2, semi_focals).mean(axis=0)
found, covariance = gauss_newton(azimuth, elevation, sums, start)
one_fix = fuse(azimuth, elevation, sums, semi_focals, SIGMA_ANGLE, SIGMA_PATH)
print("true                [m]:", target)
print("mean of the pairs   [m]:", start.round(2))
print("fused, by the steps [m]:", found.round(2))
print("fused, by irsnb     [m]:", one_fix.position.round(2))
print("its own sigmas      [m]:", np.sqrt(np.diag(one_fix.covariance)).round(2))

# %% [markdown]
# `irsnb.elliptic.fuse` does the same for any number of targets at once, with two precautions: damped steps, which never make $J$
# worse, and cylindrical coordinates about the line of surfaces. The path sums do not see a turn about that line, so with very good
# clocks $J$ is a long, narrow, *curved* valley in $x, y, z$, in which plain steps creep; in cylindrical coordinates it is straight.
#
# ## A field of targets
#
# Four by six targets, 600 m high, in the strip that all five pairs see, thousands of draws each. Every method gets the same draws. The mean and binary weighting are defined for
# directions, so the direction at the radar is what all are compared by.

# %%
grid = np.meshgrid(np.linspace(50, 750, 6), np.linspace(150, 1500, 4))
field = np.stack([*grid, np.full_like(grid[0], 600.0)], axis=-1).reshape(-1, 3)
draws = 5000 * more
azimuth, elevation, sums = measure(field, draws)
fix = fuse(azimuth, elevation, sums, semi_focals, SIGMA_ANGLE, SIGMA_PATH)
by_pair = locate(azimuth[..., None], elevation[..., None], sums / 2, semi_focals)
pair_directions = direction(by_pair, receiver)
weights = binary_weights(eccentricity(sums / 2, semi_focals))
truth = direction(field, receiver)
single = np.flatnonzero(semi_focals == one_pair)[0]
directions = {
    "one-pair": [a[..., single] for a in pair_directions],
    "mean": [a.mean(axis=-1) for a in pair_directions],
    "binary": [
        np.sum(w * a, axis=-1)
        for w, a in zip(weights, pair_directions, strict=True)
    ],
    "fusion": direction(fix.position, receiver),
}
rms = {
    method: np.rad2deg(
        [np.sqrt(np.mean((d[k] - truth[k]) ** 2, axis=0)) for k in (0, 1)]
    )
    for method, d in directions.items()
}
spread = direction_crlb(field, receiver, semi_focals, SIGMA_ANGLE, SIGMA_PATH)
rms["bound"] = np.rad2deg(np.sqrt(np.diagonal(spread, axis1=-2, axis2=-1))).T


def over_field(values):
    """Root mean square over the targets."""
    return np.sqrt(np.mean(values**2, axis=-1))


print("RMS direction error over the field [deg], and how many times fusion's")
print(f"{'':10s} {'azimuth':>9s} {'':>7s} {'elevation':>10s} {'':>7s}")
for method, values in rms.items():
    errors = over_field(values)
    times = errors / over_field(rms["fusion"])
    print(
        f"{method:10s} {errors[0]:9.4f} {times[0]:6.2f}x {errors[1]:10.4f} {times[1]:6.2f}x"
    )

# %%
position_rms = np.sqrt(
    np.mean(np.sum((fix.position - field) ** 2, axis=-1), axis=0)
)
position_bound = np.sqrt(
    np.trace(
        position_crlb(field, semi_focals, SIGMA_ANGLE, SIGMA_PATH),
        axis1=-2,
        axis2=-1,
    )
)
mean_position_rms = np.sqrt(
    np.mean(np.sum((by_pair.mean(axis=-2) - field) ** 2, axis=-1), axis=0)
)
to_bound = position_rms / position_bound
whole_field = np.sqrt(np.sum(position_rms**2) / np.sum(position_bound**2))
print(
    f"position, RMS over the field: fusion {over_field(position_rms):.3f} m, "
    f"bound {over_field(position_bound):.3f} m"
)
print(
    f"                              mean of the pairs {over_field(mean_position_rms):.3f} m"
)
print(
    f"fusion over bound: {whole_field:.3f} over the field, {to_bound.min():.3f} to {to_bound.max():.3f} by target"
)
print(
    f"fits that settle and pass the chi-square test: {100 * fix.converged.mean():.2f} %"
)

# %% mystnb={"figure": {"caption": "RMS direction error of each target of the field, sorted by the bound. Fusion stands on the bound; the others have little to do with it.", "name": "fig-field"}, "image": {"alt": "Two panels, azimuth and elevation, error against 24 targets on a logarithmic axis. Diamonds of fusion lie on the dotted bound at every target. One pair, mean and binary weighting lie together above it, in azimuth by factors that grow as the bound falls, in elevation by smaller ones."}} tags=["hide-input"]
fig, panels = plt.subplots(1, 2, figsize=(7.4, 3.6))
for k, (axes, name) in enumerate(
    zip(panels, ("azimuth", "elevation"), strict=True)
):
    order = np.argsort(rms["bound"][k], kind="stable")
    for method in ("one-pair", "mean", "binary", "fusion", "bound"):
        style = figures.style(method)
        line = style["linestyle"] if method == "bound" else "none"
        axes.plot(
            np.arange(1, len(field) + 1),
            rms[method][k][order],
            **style | {"linestyle": line},
        )
    axes.set(
        yscale="log",
        xlabel="target, sorted by its bound",
        ylabel=f"{name} RMS error [deg]",
    )
for axes in panels:
    for which in (axes.yaxis.set_major_formatter, axes.yaxis.set_minor_formatter):
        which("{x:.2f}")
    axes.tick_params(axis="y", which="minor", labelsize=8)
fig.legend(
    *panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3
)
plt.show()

# %% [markdown]
# **What it means.** Fusion reaches the bound everywhere: nothing is left to gain from these measurements. What the paper's
# combinations lose is not a detail of the weights. Any average of directions still carries the common angle error, while five path sums have
# already settled two of the target's three coordinates.
#
# ## May one trust the ellipsoid?
#
# Fusion returns a covariance. If it is honest, the ellipsoid that should hold the target in 95 of 100 cases does so: the squared
# error in its metric is compared with the 95 % point of a chi-square with three degrees of freedom. And the misfit $J$ at
# the minimum, two angles and five sums less three coordinates, should average four.

# %%
limit = chi2.ppf(0.95, 3)


def covered(position, covariance, truth):
    """Whether the 95 % ellipsoid holds the true position."""
    error = position - truth
    return (
        np.einsum("...i,...ij,...j->...", error, np.linalg.inv(covariance), error)
        < limit
    )


coverage = covered(fix.position, fix.covariance, field).mean(axis=0)
print(f"the 95 % ellipsoid holds the target in {coverage.mean():.1%} of the draws")
print(
    f"by target: {coverage.min():.1%} to {coverage.max():.1%};  mean misfit {fix.misfit.mean():.2f}"
)

print(
    "and at other noise levels, ellipsoid in x, y, z | in cylindrical coordinates"
)
other_levels = {}
for angle_deg, path in (
    (0.05, 1.0),
    (0.2, 1.0),
    (0.2, 0.1),
    (1.0, 1.0),
    (1.0, 0.1),
):
    noisy = measure(field, 1000 * more, np.deg2rad(angle_deg), path)
    there = fuse(*noisy, semi_focals, np.deg2rad(angle_deg), path)

    def cylindrical(p):
        return np.stack(
            [
                p[..., 0],
                np.hypot(p[..., 1], p[..., 2]),
                np.arctan2(p[..., 2], p[..., 1]),
            ],
            axis=-1,
        )

    x, rho, turn = np.moveaxis(cylindrical(there.position), -1, 0)
    zero, one = np.zeros_like(x), np.ones_like(x)
    turned = np.stack(
        [
            np.stack([one, zero, zero], axis=-1),
            np.stack([zero, np.cos(turn), np.sin(turn)], axis=-1),
            np.stack([zero, -np.sin(turn) / rho, np.cos(turn) / rho], axis=-1),
        ],
        axis=-2,
    )
    bent = turned @ there.covariance @ np.swapaxes(turned, -1, -2)
    shares = (
        covered(there.position, there.covariance, field).mean(),
        covered(cylindrical(there.position), bent, cylindrical(field)).mean(),
    )
    other_levels[angle_deg, path] = shares
    print(
        f"  angles {angle_deg:4.2f} deg, sums {path:3.1f} m: {shares[0]:6.1%} | {shares[1]:6.1%}"
    )

# %% [markdown]
# **What it means.** At the noise of this page the promise holds. Where the angles are poor and the clocks superb it breaks, and the
# reason is geometry, not the estimate: the region of likely positions is then a thin *arc* about the line of surfaces, and an ellipsoid is
# straight. The same covariance read in cylindrical coordinates, where the arc is straight, keeps its promise. Report it in those if your
# clocks are that good.
#
# ## Where should the next surface stand?
#
# The bound does not need a target to be measured, so it can plan. Take the two closest pairs of Experiment 3, and one more
# surface, on the line or anywhere on the ground. For every place of it: how large is the position error bound, averaged over the field?


# %%
def mean_bound(third):
    """RMS over the field of the position error bound [m] with a third receiving surface at each place (..., 3)."""
    seconds = np.array([[800.0, 0, 0], [1200.0, 0, 0]])
    places = np.concatenate(
        [np.broadcast_to(seconds, (*third.shape[:-1], 2, 3)), third[..., None, :]],
        axis=-2,
    )
    offsets = field[:, None, :] - places[..., None, :, :]
    by_sums = field[:, None, :] / np.linalg.norm(field, axis=-1)[
        :, None, None
    ] + offsets / np.linalg.norm(offsets, axis=-1, keepdims=True)
    by_angles = np.broadcast_to(
        direction_jacobian(field, np.zeros(3)), (*by_sums.shape[:-2], 2, 3)
    )
    sigma = np.r_[SIGMA_ANGLE, SIGMA_ANGLE, SIGMA_PATH, SIGMA_PATH, SIGMA_PATH]
    bound = cramer_rao_bound(
        fisher_information(np.concatenate([by_angles, by_sums], axis=-2), sigma**2)
    )
    return np.sqrt(np.trace(bound, axis1=-2, axis2=-1).mean(axis=-1))


gx, gy = np.linspace(-1000, 3500, 91), np.linspace(-1500, 2500, 81)
ground = np.stack(np.meshgrid(gx, gy, [0.0]), axis=-1)[:, :, 0]
planned = mean_bound(ground)
on_line = np.argmin(np.abs(gy))
best = np.unravel_index(planned.argmin(), planned.shape)
best_on_line = planned[on_line].argmin()
without = np.sqrt(
    np.mean(
        np.trace(
            position_crlb(field, np.array([400.0, 600.0]), SIGMA_ANGLE, SIGMA_PATH),
            axis1=-2,
            axis2=-1,
        )
    )
)
print(f"without a third surface:          {without:5.2f} m")
print(
    f"best place on the line:           {planned[on_line, best_on_line]:5.2f} m  at x = {gx[best_on_line]:.0f} m"
)
print(
    f"best place on the ground mapped:  {planned[best]:5.2f} m  at ({gx[best[1]]:.0f}, {gy[best[0]]:.0f}) m"
)

# %% mystnb={"figure": {"caption": "Position error bound, RMS over the field of targets, by where a third receiving surface is put on the ground. Squares: the surfaces that are there; dots: the targets seen from above; star: the best place.", "name": "fig-next-surface"}, "image": {"alt": "A map over x from minus 1000 to 3500 and y from minus 1500 to 2500 metres. The bound is highest between the two receiving surfaces that are there and lowest north of them, beyond the targets, where a star marks the best place."}} tags=["hide-input"]
fig, axes = plt.subplots(figsize=(6.6, 4.6))
shown = axes.pcolormesh(gx, gy, planned, shading="nearest", rasterized=True)
lines = axes.contour(gx, gy, planned, levels=8, colors="white", linewidths=0.6)
axes.clabel(lines, fontsize=8, fmt="%.1f")
axes.plot([0, 800, 1200], [0, 0, 0], "ks")
axes.plot(*field[:, :2].T, ".", color="white", markersize=3)
axes.plot(
    gx[best[1]],
    gy[best[0]],
    "*",
    color="#D55E00",
    markersize=14,
    markeredgecolor="white",
)
axes.set(
    xlabel="x of the third surface [m]",
    ylabel="y of the third surface [m]",
    aspect="equal",
)
axes.grid(False)
fig.colorbar(shown, ax=axes, label="position error bound [m]")
plt.show()

# %% [markdown]
# **What it means.** *Leave the line.* (On it, the best place is an edge of the map.) As long as all surfaces are collinear, no clock in the world sees a turn about their line, and the
# last coordinate hangs on the angles. One surface off the line makes the path sums see it too. The paper's own remark, that the surfaces may
# stand on different planes, is the better design.
#
# ## What the paper leaves open
#
# * **Better weights.** Closed: the best use of these measurements is not a weighting of directions, and it reaches the bound.
# * **Errors of the path sums.** Closed, with a covariance that can be believed, and a warning where it cannot.
# * **Where to put surfaces.** Opened: away from the line.
#
# ## Exercises
#
# 1. How good must the clock be before a further improvement no longer helps, with five collinear pairs and $\sigma_a = 0.2°$?
# 2. A path sum is 20 m too long because of a detour. How does the misfit tell?

# %% [markdown]
# <details>
# <summary>Solution 1</summary>
#
# When the bound no longer changes: below a few tens of centimetres the angles' share, the turn about the line, is all that is left.
#
# </details>

# %% tags=["hide-cell"]
clocks = np.array([10.0, 3.0, 1.0, 0.3, 0.1, 0.03, 0.01])
by_clock = np.sqrt(
    np.trace(
        position_crlb(target, semi_focals, SIGMA_ANGLE, clocks[:, None]),
        axis1=-2,
        axis2=-1,
    )
)
print("clock error [m]:", clocks)
print("position bound [m]:", by_clock.round(3))

# %% [markdown]
# <details>
# <summary>Solution 2</summary>
#
# The misfit is a chi-square with four degrees of freedom, so it exceeds 18.5 once in a thousand. A detour of twenty standard deviations
# lifts it into the hundreds: one look at `misfit` finds the outlier, though not yet which pair it was.
#
# </details>

# %% tags=["hide-cell"]
late = sums[0, 0] + np.array([0, 0, 20.0, 0, 0])
detour = fuse(
    azimuth[0, 0], elevation[0, 0], late, semi_focals, SIGMA_ANGLE, SIGMA_PATH
)
print(
    f"misfit with the detour {detour.misfit:.0f}; the 99.9 % point is {chi2.ppf(0.999, 4):.1f}"
)

# %% [markdown]
# ## Checks

# %%
assert np.allclose(found, one_fix.position, atol=1e-3), "the steps and irsnb agree"
assert abs(whole_field - 1) < 0.03, "within 3 % of the bound over the field"
assert np.all(np.abs(to_bound - 1) < 0.04), "and at every target"
assert abs(fix.converged.mean() - 0.999) < 1e-3, "as the test's level says"
assert 0.93 < coverage.mean() < 0.97 and np.all(
    (coverage > 0.93) & (coverage < 0.97)
)
assert abs(fix.misfit.mean() - 4) < 0.1
for method in ("one-pair", "mean", "binary"):
    assert np.all(over_field(rms[method]) > over_field(rms["fusion"])), (
        "fusion beats all three in both angles"
    )
assert np.allclose(over_field(rms["fusion"]), over_field(rms["bound"]), rtol=0.03)
assert other_levels[1.0, 0.1][0] < 0.6 and other_levels[1.0, 0.1][1] > 0.9, (
    "an arc is no ellipsoid"
)
assert planned[best] < planned[on_line, best_on_line] < without, "leave the line"
assert by_clock[-1] / by_clock[3] > 0.99, (
    "below a few tens of centimetres the clock no longer matters"
)
assert detour.misfit > chi2.ppf(0.999, 4)

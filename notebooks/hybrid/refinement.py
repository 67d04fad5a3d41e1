# %% [markdown]
# # From a grid's peak to the bound, without a network
#
# **Part III, refinement.** For readers of [the search](decoupled_music.ipynb) and [the bounds](what_the_surface_can_know.ipynb). **Run time**
# under 80 s on two cores; the paper scale draws five times as many samples.
#
# After this notebook you can
#
# * take a coarse direction to the Cramér–Rao bound in a few milliseconds, in four ways, and say which stops short and why;
# * fit directions and distances of all users together when they are near;
# * tell users who cannot be separated from users who have not been;
# * say what a finer grid costs and what it is worth.

# %% tags=["hide-input"]
# On Colab, fetch the helper package of this book; elsewhere it is installed already.
import subprocess
import sys

if "google.colab" in sys.modules:
    reference = "irsnb[searches] @ git+https://github.com/irsnb/irsnb@v0.1.0"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", reference], check=True
    )


# %%
import matplotlib.pyplot as plt
import numpy as np

from irsnb import figures, ledger
from irsnb.arrays import PlanarArray
from irsnb.hybrid import (
    METHODS,
    N_SNAPSHOTS,
    crlb,
    draw_covariance,
    find_directions,
    find_ranges,
    load_scenario,
    paper_users,
    polar,
    refine,
    signal_covariance,
    smooth,
    spread_out,
)

figures.use_style()
rng = np.random.default_rng(2026)
DRAWS = 400 if ledger.scale() == "quick" else 2000
street = load_scenario()
everyone = polar(street)
wavelength = street.wavelength
block = PlanarArray(10, 10, wavelength / 2, wavelength)
subarray = PlanarArray(7, 7, wavelength / 2, wavelength)
close = np.flatnonzero((everyone[:, 2] >= 6) & (everyone[:, 2] <= 12))
near = everyone[close[spread_out(everyone[close], 4)]]
near = near[np.argsort(near[:, 0])]


def covariance_of(users, snr_db, correlation="uncorrelated"):
    """True covariance of users of equal strength, plane waves or spherical ones, and noise."""
    distance = users[:, 2] if users.shape[1] == 3 else None
    steered = block.steering_vector(users[:, 0], users[:, 1], distance)[:, None]
    return signal_covariance(steered, correlation) + 10 ** (-snr_db / 10) * np.eye(
        100
    )


def ratio_to_bound(found, truth, bound):
    """Root mean square of error over bound, over draws, users and unknowns; and for each unknown."""
    spread = np.sqrt(np.diag(bound)).reshape(truth.shape)
    each = np.sqrt(np.mean(((found - truth) / spread) ** 2, axis=(0, 1)))
    return float(np.sqrt(np.mean(each**2))), each


# %% [markdown]
# ## The scenario
#
# MUSIC has handed over four points of a grid, a third of a degree or less from where users are. The bound is a thousandth of a degree. Something must close a gap of two orders of
# magnitude. The paper trains a network for that. This page uses what is older than the grid.
#
# **Parabola.** Take the null spectrum $1/P$ at the peak and at its two neighbours, in azimuth and in elevation, and go to the vertex of the parabola through the three points.
#
# **Newton.** Go downhill on the null spectrum itself, from the grid's point:
#
# $$
# f(\phi, \theta) = \left\| \mathbf{V}_n^\mathsf{H}\,\mathbf{a}(\phi,\theta) \right\|^2 \to \min .
# $$
#
# *In words:* the same quantity as on the grid, asked between the grid's points. It is a sum of squares, so Gauss–Newton steps do.
#
# **ESPRIT** {cite:p}`haardt1995`. Shift the array by one column: each user's pattern is only multiplied by its own $e^{j\pi u}$. So the signal eigenvectors of the two halves are related by a small matrix
# whose eigenvalues hold the users' direction cosines (as $\tan(\pi u/2)$, once everything is made real). One such matrix for columns and one for rows, in real numbers, their eigenvalues paired as real and imaginary parts of one matrix.
#
# **Weighted subspace fitting** {cite:p}`viberg1991`. All users at once:
#
# $$
# \min_{\text{all users}} \left\| \boldsymbol\Pi_\mathbf{A}^\perp\, \hat{\mathbf{E}}_s \mathbf{W}^{1/2} \right\|_F^2, \qquad
# \mathbf{W} = (\boldsymbol\Lambda_s - \sigma^2\mathbf{I})^2 \boldsymbol\Lambda_s^{-1} .
# $$
#
# *In words:* find the users whose patterns together span what the strong eigenvectors span, and mind each eigenvector by what it is worth. It does not care whether users are correlated, and its error is the bound
# when there are many snapshots.
#
# ## Far users, easily told apart
#
# Four directions from the street, taken as plane waves. Coarse: the paper's grid and smoothed $7\times7$ subarrays. Refined: from there, with the whole block's covariance.

# %%
LEVELS = (0, 10, 20, 30)
directions = near[:, :2]
rows, by_method = [], {}
print("rms of error over bound      " + "".join(f"{snr:7d} dB" for snr in LEVELS))
for method in ("grid", *METHODS):
    by_method[method] = []
bounds_deg = []
for snr in LEVELS:
    samples = draw_covariance(
        covariance_of(directions, snr), N_SNAPSHOTS, rng, (DRAWS,)
    )
    bound = crlb(block, directions, snr, N_SNAPSHOTS)
    bounds_deg.append(np.rad2deg(np.sqrt(np.mean(np.diag(bound)))))
    coarse = find_directions(smooth(samples, (10, 10), (7, 7)), subarray, 4)
    coarse = np.take_along_axis(coarse, np.argsort(coarse[..., :1], axis=1), axis=1)
    for method in by_method:
        found = (
            coarse if method == "grid" else refine(samples, block, coarse, method)
        )
        rms_deg = np.rad2deg(np.sqrt(np.mean((found - directions) ** 2)))
        by_method[method].append(
            (ratio_to_bound(found, directions, bound)[0], rms_deg)
        )
for method, values in by_method.items():
    print(f"{method:27s}" + "".join(f"{ratio:10.2f}" for ratio, _ in values))

# %% mystnb={"figure": {"caption": "Error of the angles over SNR, four users easily told apart, 400 draws a point: the grid, four refinements, and the bound.", "name": "fig-rmse-far"}, "image": {"alt": "Root mean square angle error in degrees on a logarithmic axis against SNR from 0 to 30 decibels. The grid is a flat line near 0.2 degrees, the parabola another just below it, ESPRIT runs parallel to the dotted bound slightly above it, Newton and subspace fitting lie on the bound."}} tags=["hide-input"]
fig, axes = plt.subplots()
for method, values in by_method.items():
    axes.semilogy(
        LEVELS, [rms for _, rms in values], **figures.METHOD_STYLE[method]
    )
axes.semilogy(LEVELS, bounds_deg, **figures.METHOD_STYLE["bound"])
axes.set(xlabel="SNR [dB]", ylabel="rms angle error [deg]", xticks=LEVELS)
axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1))
plt.show()

# %% [markdown]
# **What it means.** Subspace fitting and Newton stand on the bound at every SNR. ESPRIT stays four tenths above it (more at 0 dB), which is known and is the price for never searching. The parabola cannot follow: between points 0.6° apart the null spectrum is not a
# parabola, and what is left is the same at any SNR. The grid does not notice the SNR at all.
#
# A network that starts from the spectrum on the grid starts where the grid is. It has two orders of magnitude to learn, and [the few milliseconds](../../book/bench.md) of Newton to beat.
#
# ## Users who send the same
#
# With the same pilot from everybody the users' signals have rank one. Newton needs the smoothed covariance then, with its smaller aperture; subspace fitting takes the whole block's, told that the rank is one.

# %%
same_snr = 20
samples = draw_covariance(
    covariance_of(directions, same_snr, "same pilot"),
    N_SNAPSHOTS,
    rng,
    (DRAWS,),
)
start = find_directions(smooth(samples, (10, 10), (7, 7)), subarray, 4)
start = np.take_along_axis(start, np.argsort(start[..., :1], axis=1), axis=1)
bound = crlb(block, directions, same_snr, N_SNAPSHOTS, np.ones((4, 4)))
fit = refine(samples, block, start, n_signals=1)
smoothed_fit = refine(smooth(samples, (10, 10), (7, 7)), subarray, start, "newton")
coherent = {
    "subspace fit, 10 x 10": ratio_to_bound(fit, directions, bound)[0],
    "Newton, smoothed 7 x 7": ratio_to_bound(smoothed_fit, directions, bound)[0],
}
for words, ratio in coherent.items():
    print(f"{words:24s} {ratio:8.2f} times the bound at {same_snr} dB")

# %% [markdown]
# ## Near users: direction and distance together
#
# The same four, now as what they are: spherical waves from 6 to 11 m. Coarse directions from the grid, coarse ranges from a scan over 1 to 150 m, then all twelve unknowns
# in one fit.

# %%
PRIOR = np.geomspace(1, 150, 161)
near_by_snr = {}
few = DRAWS // 2
print(
    "rms of error over bound         azimuth  elevation   range   bound of range [m]"
)
for snr in LEVELS:
    samples = draw_covariance(covariance_of(near, snr), N_SNAPSHOTS, rng, (few,))
    bound = crlb(block, near, snr, N_SNAPSHOTS)
    coarse = find_directions(smooth(samples, (10, 10), (7, 7)), subarray, 4)
    coarse = np.take_along_axis(coarse, np.argsort(coarse[..., :1], axis=1), axis=1)
    first = np.stack(
        [
            find_ranges(one, block, 4, found, PRIOR)
            for one, found in zip(samples, coarse, strict=True)
        ]
    )
    start = np.concatenate([coarse, first[..., None]], axis=-1)
    spread = np.sqrt(np.diag(bound)).reshape(4, 3)
    for words, found in (
        ("grid and scan", start),
        ("newton", refine(samples, block, start, "newton")),
        ("subspace-fit", refine(samples, block, start)),
    ):
        overall, each = ratio_to_bound(found, near, bound)
        near_by_snr[words, snr] = (
            each,
            np.sqrt(np.mean((found[..., 2] - near[:, 2]) ** 2)),
            np.sqrt(np.mean(spread[:, 2] ** 2)),
        )
        print(
            f"{words:14s} {snr:3d} dB {each[0]:18.2f} {each[1]:10.2f} {each[2]:7.2f} {near_by_snr[words, snr][2]:15.4f}"
        )

# %% mystnb={"figure": {"caption": "Range error of the four near users over SNR: the scan, two refinements, the bound. Shaded: 5 to 20 cm.", "name": "fig-rmse-near"}, "image": {"alt": "Root mean square range error in metres on a logarithmic axis against SNR from 0 to 30 decibels. The scan flattens near 8 centimetres. Newton and subspace fitting fall along the dotted bound from about 0.2 metres to 6 millimetres."}} tags=["hide-input"]
fig, axes = plt.subplots()
axes.axhspan(0.05, 0.20, color="#999999", alpha=0.3, lw=0)
for words, style in (
    ("grid and scan", "grid"),
    ("newton", "newton"),
    ("subspace-fit", "subspace-fit"),
):
    axes.semilogy(
        LEVELS,
        [near_by_snr[words, snr][1] for snr in LEVELS],
        **figures.METHOD_STYLE[style],
    )
axes.semilogy(
    LEVELS,
    [near_by_snr["newton", snr][2] for snr in LEVELS],
    **figures.METHOD_STYLE["bound"],
)
axes.set(xlabel="SNR [dB]", ylabel="rms range error [m]", xticks=LEVELS)
axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1))
plt.show()

# %% [markdown]
# **What it means.** At the distances of the paper's text, twenty centimetres are there at 0 dB and centimetres at 20 dB, without any network, for four users at once.
#
# ## The paper's four
#
# Now the users of the tables. Give the best method every help: only direct paths, plane waves, no multipath, the *true* directions as its start. How large is its
# error, and what does the bound say?

# %%
four = everyone[paper_users(street)]
HIGH = (20, 60, 87, 100, 120)
paper_errors = {}
print("azimuth, rms over draws and users [deg]")
print("SNR [dB]      " + "".join(f"{snr:10d}" for snr in HIGH))
for snr in HIGH:
    samples = draw_covariance(
        covariance_of(four[:, :2], snr), N_SNAPSHOTS, rng, (100,)
    )
    found = refine(samples, block, four[:, :2])
    bound = crlb(block, four[:, :2], snr, N_SNAPSHOTS)
    paper_errors[snr] = (
        np.rad2deg(np.sqrt(np.mean((found - four[:, :2])[..., 0] ** 2))),
        np.rad2deg(np.sqrt(np.mean(np.diag(bound)[::2]))),
        np.rad2deg(np.sqrt(np.mean((four[:, 0].mean() - four[:, 0]) ** 2))),
    )
for words, which in (("fit", 0), ("bound", 1), ("same guess", 2)):
    print(
        f"{words:14s}"
        + "".join(f"{paper_errors[snr][which]:10.3g}" for snr in HIGH)
    )
training_mean = paper_errors[20][2]

# %% [markdown]
# "Same guess" answers the mean of the four true azimuths every time, whatever it hears. Up to some 80 dB that is *better than any unbiased estimator can be*. (The fit is given
# the truth as its start; where it does better than the bound, it has not had room to get away.) That is the reason why a network trained on such users will look as if it
# had learnt something.
#
# One user alone is another matter: its range at 91 m, by the fit and from a scan from 1 to 150 m in steps of 0.93 m.

# %%
FAR = np.linspace(1, 150, 161)
alone = {}
print("first user alone: range, rms [m]")
from_db = 20 + 20 * np.log10(
    np.sqrt(crlb(block, four[:1], 20, N_SNAPSHOTS)[2, 2])
    / (np.array([FAR[1] - FAR[0], 10.28 / 160]) / np.sqrt(12))
)
print(
    f"the grid limits from {from_db[0]:.0f} dB on; with the paper's step from {from_db[1]:.0f} dB on"
)
print("SNR [dB]   scan 1-150 m    fit    bound")
for snr in (20, 30, 40):
    samples = draw_covariance(
        covariance_of(four[:1], snr), N_SNAPSHOTS, rng, (few,)
    )
    coarse = find_directions(smooth(samples, (10, 10), (7, 7)), subarray, 1)
    first = np.stack(
        [
            find_ranges(one, block, 1, found, FAR)
            for one, found in zip(samples, coarse, strict=True)
        ]
    )
    fitted = refine(
        samples, block, np.concatenate([coarse, first[..., None]], axis=-1)
    )
    bound = np.sqrt(crlb(block, four[:1], snr, N_SNAPSHOTS)[2, 2])
    alone[snr] = (
        np.sqrt(np.mean((first - four[0, 2]) ** 2)),
        np.sqrt(np.mean((fitted[:, 0, 2] - four[0, 2]) ** 2)),
        bound,
    )
    print("{:8d} {:13.1f} {:9.2f} {:8.2f}".format(snr, *alone[snr]))

# %% [markdown]
# **What it means.** At 20 dB the scan is as good as the fit: what limits both is that the range is hardly in the signal. At 40 dB the grid does limit the scan, and the fit goes on along the bound. Where the one gives way to the
# other is a matter of step and SNR, printed above; no network has a part in it.
#
# ## What a finer grid is worth
#
# Twice as fine a grid has four times the points. Its error, while the grid is the limit, halves. Below, one user at random directions, 20 dB: the error of the highest grid point for grids from 26 to
# 401 points a side, and the bound that no grid passes.

# %%
SIDES = (26, 51, 101, 201, 401)
scene_rng = np.random.default_rng(11)
errors, points = [], []
trial = scene_rng.uniform(-1.0, 1.0, (30, 1, 2))
noisy = np.stack(
    [draw_covariance(covariance_of(user, 20), N_SNAPSHOTS, rng) for user in trial]
)
for side in SIDES:
    axis = np.linspace(-np.pi / 2, np.pi / 2, side)
    found = find_directions(noisy, block, 1, axis, axis)
    errors.append(np.rad2deg(np.sqrt(np.mean((found - trial) ** 2))))
    points.append(side**2)
newton_error = np.rad2deg(
    np.sqrt(np.mean((refine(noisy, block, found, "newton") - trial) ** 2))
)
trial_bound = np.rad2deg(
    np.sqrt(
        np.mean([np.diag(crlb(block, user, 20, N_SNAPSHOTS)) for user in trial])
    )
)
slope = np.polyfit(np.log(points), np.log(errors), 1)[0]
print("points      " + "".join(f"{p:10,d}" for p in points))
print("error [deg] " + "".join(f"{e:10.3f}" for e in errors))
print(f"error goes with the points to the power {slope:.2f}")
print(f"Newton from the last: {newton_error:.4f} deg; bound {trial_bound:.4f} deg")
to_bound = points[-1] * (errors[-1] / trial_bound) ** (-1 / slope)
print(f"points a grid would need for the bound: about {to_bound:.0e}")

# %% [markdown]
# ## How many snapshots?
#
# The bound falls with $\sqrt T$. From how many snapshots on does the fit follow, from the grid's points?

# %%
COUNTS = (100, 200, 500, 1000, 3000)
by_count, lost = [], []
for count in COUNTS:
    samples = draw_covariance(covariance_of(directions, 0), count, rng, (few,))
    coarse = find_directions(smooth(samples, (10, 10), (7, 7)), subarray, 4)
    coarse = np.take_along_axis(coarse, np.argsort(coarse[..., :1], axis=1), axis=1)
    found = refine(samples, block, coarse)
    bound = crlb(block, directions, 0, count)
    off = np.abs(found - directions) / np.sqrt(np.diag(bound)).reshape(4, 2)
    lost.append(np.mean(np.any(off > 6, axis=(1, 2))))
    by_count.append(ratio_to_bound(found, directions, bound)[0])
print("snapshots, 0 dB  " + "".join(f"{c:8d}" for c in COUNTS))
print("error over bound " + "".join(f"{r:8.2f}" for r in by_count))
print("somebody lost    " + "".join(f"{share:8.1%}" for share in lost))

# %% [markdown]
# ## What the paper says, and what this page computed

# %% tags=["hide-input"]
on_bound = [
    by_method[m][i][0]
    for m in ("subspace-fit", "newton")
    for i in range(len(LEVELS))
]
near_fit = np.array([near_by_snr["subspace-fit", snr][0] for snr in LEVELS])
limited = [near_by_snr["grid and scan", snr][0][2] > 1.5 for snr in LEVELS] + [
    scan > 1.5 * bound for scan, _, bound in alone.values()
]
ledger.record(
    ledger.row(
        "surendran2025",
        "exponential-cost",
        ours=f"error goes with the number of points to the power {slope:.2f}, a polynomial; Newton from a coarse grid ends at {newton_error:.4f} deg",
        bound=f"{trial_bound:.4f} deg",
        verdict="reproduced" if abs(slope) < 0.1 else "not reproduced",
        why="finer grids do improve the precision, but the cost is a power of it, not an exponential, and no fine grid is needed",
    ),
    ledger.row(
        "surendran2025",
        "grid-limits-range",
        ours=f"the scan's error is over 1.5 times the bound in {sum(limited)} of {len(limited)} cases: 6 to 11 m from 10 dB on, 91 m at 40 dB",
        bound=f"at 91 m and 20 dB {alone[20][2]:.1f} m, at 6 to 11 m {near_by_snr['subspace-fit', 20][2] * 100:.1f} cm",
        verdict=ledger.judge_share(float(np.mean(limited))),
        why="near users: yes; far ones at moderate SNR: the curvature that is not in the signal is the limit, not the grid",
    ),
    ledger.row(
        "surendran2025",
        "past-the-grid",
        ours=f"a fit without a network: error over bound {np.mean(near_fit):.2f} on average near, {alone[40][1] / alone[40][2]:.2f} far at 40 dB",
        bound="1",
        verdict="not reproduced"
        if np.all(np.abs(near_fit - 1) < 0.1)
        else "reproduced",
        why="one may introduce a network; one need not: the older fit goes past the grid to the bound, so the network has to be held against that",
    ),
    ledger.row(
        "surendran2025",
        "snapshots",
        ours=f"for the fit: error over bound {by_count[-1]:.2f} at T = 3000 and {by_count[1]:.2f} at T = 200, from the grid at 0 dB",
        bound="1",
        verdict="not stated enough to test",
        why="what diversity a training set needs, and how one would see it, is not said; estimation needs far fewer snapshots",
    ),
)

# %% [markdown]
# ## What the paper leaves open
#
# * **What a refinement without a network reaches.** The bound, above, in milliseconds ([the bench](../../book/bench.md)).
# * **Whether the grid is the limit.** Near: yes, and a fit lifts it. Far: only at high SNR, as printed above.
# * **Where a network could help.** Where the model is wrong: miscalibration, echoes, few snapshots. That is for the next part.
#
# ## Exercises
#
# 1. Refine the four near users as if they were far (plane waves). How large is the error of their azimuths, and does it fall with the SNR?
# 2. Smooth, then fit: what does subspace fitting on the $7\times7$ covariance cost against the whole block?

# %% [markdown]
# <details>
# <summary>Solution 1</summary>
#
# It falls until the curvature is left, which the model does not have, and stays there: at 30 dB it is many times the bound.
#
# </details>

# %% tags=["hide-cell"]
flat = {}
for snr in (0, 30):
    samples = draw_covariance(covariance_of(near, snr), N_SNAPSHOTS, rng, (50,))
    found = refine(samples, block, near[:, :2])
    flat[snr] = np.rad2deg(np.sqrt(np.mean((found - near[:, :2]) ** 2)))
    least = np.rad2deg(
        np.sqrt(np.mean(np.diag(crlb(block, near[:, :2], snr, N_SNAPSHOTS))))
    )
    print(
        f"{snr:2d} dB: {flat[snr]:.3f} deg, {flat[snr] / least:.0f} times the bound"
    )

# %% [markdown]
# <details>
# <summary>Solution 2</summary>
#
# With seven elements a side in place of ten the bound of the angles, which goes with one over side and root of the number, would double; averaging 16 subarrays gives part of it back.
#
# </details>

# %% tags=["hide-cell"]
samples = draw_covariance(covariance_of(directions, 20), N_SNAPSHOTS, rng, (few,))
bound = crlb(block, directions, 20, N_SNAPSHOTS)
price = ratio_to_bound(
    refine(smooth(samples, (10, 10), (7, 7)), subarray, directions),
    directions,
    bound,
)[0]
print(f"smoothed fit: {price:.2f} times the block's bound")

# %% [markdown]
# ## Checks

# %%
assert all(abs(ratio - 1) < 0.05 for ratio in on_bound), (
    "refined errors are the bound"
)
assert all(1.2 < ratio < 2 for ratio, _ in by_method["esprit"])
assert by_method["parabola"][-1][0] > 10
assert np.all(np.abs(near_fit - 1) < 0.1), "and near, the range too"
assert abs(np.sqrt(np.mean(near_fit**2)) - 1) < 0.05
assert coherent["subspace fit, 10 x 10"] < 1.05 < coherent["Newton, smoothed 7 x 7"]
assert paper_errors[20][1] > 100 * training_mean
assert alone[20][2] > 2 and alone[40][1] < 1.2 * alone[40][2]
assert abs(slope + 0.5) < 0.1 and newton_error < 1.3 * trial_bound
assert by_count[-1] < 1.06 and flat[30] > 5 * least

# %% [markdown]
# # Which weights? The ones that know both noises
#
# *Five pairs of surfaces give five directions to one target. The paper leaves open how to weigh them; the answer is a formula of one line.*
#
# :::{admonition} In three lines
# :class: tip
#
# * **The best weights have a closed form.** They are proportional to $\mathbf{S}^{-1}\mathbf{1}$, where $\mathbf{S}$ is the covariance of the five azimuths (elevations likewise). It
#   contains the noise of the angles, which all pairs share, and the noise of each pair's own path sum.
# * **They reach the bound.** With angles good to 0.2° and path sums to 1 m their azimuth error over 24 targets is 0.104°, and so is the Cramér–Rao bound. Binary weighting has 0.179°, one pair ($c = 800$ m) 0.201°.
# * **They are linear.** With angles good to 1° and path sums to 1 mm they are on the bound in Experiment 3, but 18 % above it in Experiment 4. One
#   [joint fit](fusion.ipynb) to all measurements stays on it in both.
# :::

# %% tags=["remove-cell"]
# On Colab, fetch the helper package of this book; elsewhere it is installed already.
import subprocess
import sys

if "google.colab" in sys.modules:
    reference = "irsnb[searches] @ git+https://github.com/irsnb/irsnb@v0.2.0.dev0"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", reference], check=True
    )

# %% mystnb={"figure": {"caption": "Experiment 3, each angle with a standard deviation of 1\u00b0: azimuth error of four ways to combine five pairs, divided by the Cram\u00e9r\u2013Rao bound, against the error of each path sum, 1 mm to 30 m (both axes logarithmic). Bands are 95 % intervals. The best weights (blue) stay on the bound (dotted); the dip at 10 m is chance, with ten times as many draws the ratio there is 1.00. Binary weighting and the mean are good only if path sums are poor. 'Least variance' (broad band of colour) names weights that would be best if path sums were exact; up to 1 m they lie under the blue curve.", "name": "fig-weights-over-bound"}, "image": {"alt": "Five curves against the path-sum error from one millimetre to thirty metres, on logarithmic axes. Binary weighting and the mean start at 3.4 and 3.6 times the bound and fall to 1.1. The least-variance curve starts at one and rises to 2.3. Best weights stay at one."}} tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np

from irsnb.elliptic import (
    EXPERIMENTS,
    direction_crlb,
    direction_weights,
    locate_trial,
    pair_directions,
    pair_positions,
    pair_sensitivities,
    path_sums,
    position_crlb,
    surfaces_on_line,
)
from irsnb.geometry import direction_angles
from irsnb.montecarlo import ratio_to_bound, rms, sweep
from irsnb.report import figures, ledger, runs, tables

figures.use_style()
DRAWS = {"quick": 2000, "paper": 40_000}[runs.scale()]
DEGREE = np.deg2rad(1)
METHODS = ("one-pair", "mean", "binary", "least-variance", "best", "locate")
x = EXPERIMENTS[3]
surfaces, receiver, target = map(np.array, (x.surfaces, x.receiver, x.target))
off_line = np.array([(0, 0, 0), (800, 0, 0), (1200, 400, 40), (-200, 900, 20.0)])
grid = np.meshgrid(np.linspace(50, 750, 6), np.linspace(150, 1500, 4))
field = np.stack([*grid, np.full_like(grid[0], 600.0)], axis=-1).reshape(-1, 3)
CASES = {
    f"{n}": (EXPERIMENTS[n].surfaces, EXPERIMENTS[n].target) for n in (2, 3, 4)
}
one_pair_first = surfaces_on_line(sorted(x.semi_focals, key=lambda c: c != 800))
CASES |= {"field": (one_pair_first, field), "field, off a line": (off_line, field)}


def errors(rng, draws, case, sigma_angle, sigma_path):
    """Errors of both angles by all methods at the targets of a case, and the bound."""
    placed, places = CASES[case]
    setting = {"surfaces": placed, "receiver": receiver}
    setting |= {"targets": np.atleast_2d(places)}
    setting |= {"sigma_angle": sigma_angle, "sigma_path": sigma_path}
    drawn = locate_trial(rng, draws, **setting)
    return {name: drawn[name] for name in (*METHODS, "direction_bound")}


def draw(cases, angles_deg, path_errors, draws):
    """Errors (case, angle error, path error, draw, target, angle) by method."""
    settings = {"case": cases, "sigma_angle": [a * DEGREE for a in angles_deg]}
    settings["sigma_path"] = path_errors
    dims = {name: ("target", "angle") for name in (*METHODS, "direction_bound")}
    return sweep(
        errors, settings, draws=draws, seed=2025, batch_size=1000, dims=dims
    )


path_errors = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0]
drawn = draw(["3"], [1], path_errors, 4 * DRAWS)


def azimuth_over_bound(drawn, method):
    """Azimuth error over the bound, with its interval."""
    ratio = ratio_to_bound(drawn[method], drawn["direction_bound"])
    return ratio.squeeze().isel(angle=0)


over_bound = {method: azimuth_over_bound(drawn, method) for method in METHODS}
shown = ("mean", "binary", "best")
fig, axes = plt.subplots(figsize=(7.2, 3.4))
axes.set(xscale="log", yscale="log", ylim=(0.83, 4.5))
broad = {"linewidth": 6, "alpha": 0.5, "marker": "", "label_ends": True}
curve = {"least-variance": over_bound["least-variance"]}
figures.curves(axes, path_errors, curve, **broad)
curves = {method: over_bound[method] for method in shown}
figures.curves(axes, path_errors, curves, label_ends=True)
axes.plot([0.001, 30], [1, 1], **figures.style("bound"))
axes.annotate("bound", (0.001, 1), (0, -14), textcoords="offset points", fontsize=9)
axes.set_xlabel("error of each path sum (one sigma)")
axes.set_ylabel("azimuth error / bound")
at = [0.001, 0.01, 0.1, 1, 10, 30]
axes.set_xticks(at, [tables.spoken(length) for length in at])
axes.set_yticks([1, 2, 3, 4], ["1", "2", "3", "4"])
axes.minorticks_off()
plt.show()

# %% [markdown]
# <small>For readers of [where weighting helps](where_weighting_helps.ipynb). Part I, Duan et al. (2025), sections 4 and 6. 15 minutes to read. **Run time** under 20 s.
# Afterwards you can compute the best weights of any scene, and say when they are all one needs.</small>
#
# ## Five answers that err together
#
# Duan et al. combine the directions of several pairs by weights, their equations (21) or (22). Their last section says that the weights "need to be further optimized". Look where
# the errors come from.
#
# All pairs share one beam of the first surface, and its azimuth $\theta_r$ and elevation $\varphi_r$ are off by the same amount for every pair. Each pair has its own
# path sum $d_j$. So the azimuth $\theta_j$ at the receiver that pair $j$ reports has an error
#
# $$
# \delta\theta_j \approx \mathbf{g}_j \cdot (\delta\theta_r, \delta\varphi_r) + b_j\, \delta d_j ,
# $$
#
# where $\delta$ marks a small error, $\mathbf{g}_j$ is the gradient by the two shared angles and $b_j$ the slope by the pair's own sum. *In words:* one part is common, one private.
# `pair_sensitivities` computes both.

# %% mystnb={"figure": {"caption": "Experiment 3, 1000 draws, each angle with a standard deviation of 1\u00b0: azimuth of the closest pair (surfaces 800 m apart) minus that of the widest (2400 m), against the error of the widest. Left, path sums with a standard deviation of 1 m: the difference tells the error; the line is the error expected for each difference. Right, 30 m: private errors hide it.", "name": "fig-errors-together"}, "image": {"alt": "Two scatter plots of the difference of two pairs' azimuths against the azimuth error of one. Left, the points form a thin line that falls from upper left to lower right. Right, they form a broad cloud in which this line can hardly be seen."}} tags=["hide-input"]
rng = np.random.default_rng(2025)
departure = np.array(direction_angles(target - surfaces[0])[:2])
true_sums = path_sums(surfaces, target)
truth = pair_directions(surfaces, receiver, *departure, true_sums)[0, 0]
turned = departure[:, None] + DEGREE * rng.standard_normal((2, 1000))
private = rng.standard_normal((1000, len(true_sums)))
correlation, smaller, trend = {}, {}, {}
fig, panels = plt.subplots(1, 2, figsize=(7.2, 3.0), sharex=True, sharey=True)
for axes, sigma in zip(panels, (1.0, 30.0), strict=True):
    noisy_sums = true_sums + sigma * private
    answers = pair_directions(surfaces, receiver, *turned, noisy_sums)[0]
    widest = np.rad2deg(answers[:, 0] - truth)
    difference = np.rad2deg(answers[:, -1] - answers[:, 0])
    trend[sigma] = np.polyfit(difference, widest, 1)[0]
    correlation[sigma] = np.corrcoef(widest, difference)[0, 1]
    smaller[sigma] = np.std(difference) / np.std(widest)
    axes.plot(widest, difference, ".", markersize=2, rasterized=True)
    axes.set_title(f"path sums good to {sigma:.0f} m")
    axes.set_xlabel("azimuth error, widest pair [deg]")
panels[0].plot(trend[1.0] * np.array([-0.2, 0.2]), [-0.2, 0.2], "k", linewidth=1)
note = f"error = {trend[1.0]:.0f} times the difference".replace("-", "\u2212")
panels[0].annotate(note, (0.02, 0.05), xycoords="axes fraction", fontsize=9)
panels[0].set_ylabel("azimuth, closest\nminus widest pair [deg]")
plt.show()

# %% [markdown]
# A plain average cannot help: the two errors differ by less than a tenth of their size. But in the left panel the small *difference* of the two answers tells the error: the line fitted to
# the points makes it $-15$ times the difference. So take the widest pair's azimuth and add 15 times the difference. The closest pair then has the weight $+15$, the widest $-14$. In the right panel such weights would amplify private noise.
#
# ## The closed form
#
# Both cases are one formula. Let $\sigma_a$ be the standard deviation of each of the two angles and $\sigma_d$ that of each path sum, all errors independent. With the gradients as the five rows of $\mathbf{G}$, the
# azimuths have the covariance
#
# $$
# \mathbf{S} = \sigma_a^2\, \mathbf{G}\mathbf{G}^\mathsf{T} + \sigma_d^2 \operatorname{diag}(b_1^2, \dots, b_5^2) ,
# $$
#
# and the weighted azimuth $\sum_j w_j \theta_j$ has the variance $\mathbf{w}^\mathsf{T}\mathbf{S}\mathbf{w}$. Without errors every pair reports the true azimuth, and the weighted sum must report it too: the weights sum to one. Among all such weights, the *best weights* make this variance smallest:
#
# $$
# \mathbf{w} = \frac{\mathbf{S}^{-1}\mathbf{1}}{\mathbf{1}^\mathsf{T}\mathbf{S}^{-1}\mathbf{1}} .
# $$
#
# *In words:* ask which answers err alike, and weigh so that the errors cancel as far as the private noise allows. Elevation has its own $\mathbf{G}$ and $b_j$, and so its own weights. As code, for Experiment 3:

# %%
by_angles, by_sums = pair_sensitivities(surfaces, receiver, target)


def best_weights(sigma_angle, sigma_path, angle=0):
    """Weights of the pairs for azimuth (0) or elevation (1), and the variance [rad^2]."""
    gradients, slopes = by_angles[angle], by_sums[angle]
    shared = sigma_angle**2 * gradients @ gradients.T
    covariance = shared + sigma_path**2 * np.diag(slopes**2)
    weights = np.linalg.solve(covariance, np.ones(len(covariance)))
    return weights / weights.sum(), 1 / weights.sum()


# %% mystnb={"figure": {"caption": "Best azimuth weights of the five pairs of Experiment 3, named by the distance of their surfaces, against the standard deviation of the path sums; that of the angles is 1\u00b0. With good path sums, answers are subtracted from one another. With poor ones only the private noise counts, and the weights are proportional to $1/b_j^2$: from 0.15 for the widest pair to 0.26 for the closest.", "name": "fig-weights"}, "image": {"alt": "Five curves that sum to one, against the path-sum error from ten centimetres to one kilometre. On the left they spread from minus nine for the widest pair to plus fourteen for the closest; they shrink together between one and a hundred metres and end between 0.15 and 0.26."}} tags=["hide-input"]
swept = np.geomspace(0.1, 1000, 61)
weights_of = np.array([best_weights(DEGREE, sigma)[0] for sigma in swept])
fig, axes = plt.subplots(figsize=(7.2, 3.2))
focal = np.linalg.norm(surfaces[1:] - surfaces[0], axis=-1)
for pair, apart in enumerate(focal):
    axes.plot(swept, weights_of[:, pair], color=plt.cm.viridis(pair / 5))
    start, offset = (swept[0], weights_of[0, pair]), (-44, -3)
    axes.annotate(f"{apart:.0f} m", start, offset, textcoords="offset points")
axes.axhline(0, color="0.6", linewidth=1)
axes.annotate("0.15 to 0.26", (1000, 0.2), (-70, 12), textcoords="offset points")
axes.set(xscale="log", xlabel="error of each path sum (one sigma)", ylabel="weight")
axes.set_xlim(0.02, 1000)
figures.length_ticks(axes.xaxis)
plt.show()

# %% [markdown]
# Only the ratio $\sigma_d/\sigma_a$ matters. In Experiment 3, angles good to 1°, a ratio told too large or too small by a factor of two raises the azimuth error by less than 1 % with path sums to 1 m, and by up to 23 % at 30 m (too small). The formula needs the target's
# place for $\mathbf{G}$ and $b_j$. The mean of the pairs' measured positions will do: `direction_weights` takes it, in all draws of this page.
# From the widest pair to the closest, the azimuth weights are:

# %%
measured = surfaces, receiver, *departure, true_sums  # departure: both angles [rad]
noise = {"sigma_angle": np.deg2rad(1), "sigma_path": 1.0}
weights = direction_weights(*measured, method="best", **noise)
azimuth, elevation = np.sum(weights * pair_directions(*measured), axis=-1)
weights[0].round(1)

# %% [markdown]
# ## Why nothing linear can do better
#
# Near the target, the seven measurements (two angles, five sums) are linear in its position. A linear estimate adds to a known azimuth their seven deviations, each times a number. To be unbiased, the numbers must meet three equations, one for each coordinate. Four
# are free. Five weights that sum to one have four free numbers as well, and every choice of them is unbiased. Different weights give different estimates, because each $d_j$ enters one pair only, with
# $b_j \ne 0$. So *every* unbiased linear estimate of the azimuth is a weighting of the pairs, and with Gaussian errors the best of these reaches the Cramér–Rao bound.
# The surfaces need not stand on a line.
#
# Draws confirm it: 24 targets, 600 m high over the strip that all five pairs of Experiment 3 see.

# %% tags=["hide-input"]
on_field = draw(["field"], [0.2], [1.0], 2 * DRAWS)
field_rms = {
    name: np.rad2deg(rms(values, "target").squeeze().values) / np.sqrt(len(field))
    for name, values in on_field.data_vars.items()
}
names = {"one-pair": "one pair", "mean": "mean (22)", "binary": "binary (21)"}
names |= {"least-variance": "least variance", "best": "best weights"}
names |= {"locate": "joint fit"}
rows = [(names[m], *(tuple(field_rms[m][k]) for k in (0, 1))) for m in METHODS]
rows.append(("bound", *field_rms["direction_bound"][:, 0].tolist()))
tables.table(
    rows,
    head=("method", "azimuth", "elevation"),
    units={"azimuth": "deg", "elevation": "deg"},
    caption="Root mean square error over 24 targets, with 95 % intervals; angles good to 0.2°, path sums to 1 m. The first three are the paper's; one pair: c = 800 m. Least variance: best if path sums were exact.",
)

# %% [markdown]
# The best weights err as the joint fit does, which is least squares over all angles and sums. Least variance errs by 1.5 times the bound: with angles five times as good, 1 m counts like 5 m in the first figure, and most for the nearest target (3.4 times).
#
# ## When weights are not enough
#
# The weights cancel the gradient of the direction by the angles, but not its curvature. With very exact path sums the bound is so low that the curvature shows.

# %% mystnb={"figure": {"caption": "Azimuth error divided by the bound at the target of Experiment 4, where weights fare worst among Experiments 2 to 4, against the standard deviation of each angle; bands are 95 % intervals. The best weights (blue) leave the bound if the angles are poor and the path sums exact. The joint fit does not; with sums to 1 m it is on the bound alike. Vertical line: the rule below trusts weights up to here if sums are good to 1 m; if to 1 mm, only up to 0.03\u00b0. It is cautious: the dashed curve leaves the bound later.", "name": "fig-enough"}, "image": {"alt": "Three curves against the angle error from 0.1 to 2 degrees. Best weights with path sums to one millimetre rise from one to 1.18 at one degree and 1.6 at two. With path sums to one metre they rise to 1.2 at two degrees. The joint fit with sums to one millimetre stays between 0.99 and 1.03."}} tags=["hide-input"]
angles_deg = [0.1, 0.2, 0.5, 1.0, 1.5, 2.0]
worst = draw(["4"], angles_deg, [0.001, 1.0, 4.0], 4 * DRAWS)
enough = {
    method: azimuth_over_bound(worst, method) for method in ("best", "locate")
}
fig, axes = plt.subplots(figsize=(7.2, 3.0))
lines = ("best", 0.001, "-"), ("best", 1.0, "--"), ("locate", 0.001, "-")
for method, sigma, line in lines:
    curve = {method: enough[method].sel(sigma_path=sigma)}
    label = f"{figures.style(method)['label']}, sums to {tables.spoken(sigma)}"
    figures.curves(
        axes, angles_deg, curve, label_ends=True, linestyle=line, label=label
    )
axes.plot([0.1, 2], [1, 1], **figures.style("bound"))
distance = np.linalg.norm(np.array(CASES["4"][1]) - surfaces[0])
limits = np.rad2deg(np.sqrt(np.array([0.001, 1.0]) / (4 * distance)))
axes.axvline(limits[1], color="0.5", linewidth=1)
place, offset = (limits[1], 1.5), (-4, 0)
axes.annotate(
    "rule for\nsums to 1 m", place, offset, textcoords="offset points", ha="right"
)
axes.set(xlabel="error of each angle [deg]", ylabel="azimuth error / bound")
plt.show()

# %% [markdown]
# :::{admonition} Weights are all one needs if
# :class: tip
#
# * **the direction** is asked for, or single coordinates (exercise 3), and not the ellipsoid of a position;
# * the **path sums are not too good for the angles**: $\sigma_d \ge 4 R \sigma_a^2$ at the distance $R$ from the first surface, $\sigma_a$ in radians. At 1.5 km this is 7 cm for 0.2°, and 1.8 m for 1°;
# * both **noises are known**, at least their ratio;
# * **no path sum is wrong**, as one would be whose echo took a detour over a building. Weights multiply such an error and give no alarm.
#
# At this limit they err at most 2 % more than the joint fit at the worst of the 24 targets (angles to 0.2° or 1°); with three pairs off a line at most 7 % (0.2°). Many targets allow more: in Experiment 3 the rule asks for 2.4 m, and sums to 1 mm are still fine.
# In all other cases take the [joint fit](fusion.ipynb).
# :::
#
# :::{admonition} Where the rule comes from
# :class: dropdown
# An arc of radius $R$ departs from its tangent by $R\sigma_a^2/2$ within the angle $\sigma_a$. A linear method cannot see this, and large weights multiply it as they multiply the
# errors of the path sums. The rule wants $\sigma_d$ eight times as large. The eight is from
# draws: a loss of 2 % at the worst target. With path sums four times as good, the best weights lose up to 10 % on the field and 60 % off a line.
# :::
#
# ## Weights that know one noise only
#
# If the path sums were exact, $\mathbf{S}$ would be $\sigma_a^2\mathbf{G}\mathbf{G}^\mathsf{T}$. It has rank two and no inverse; what is to be made small is the effect of the angles, $\mathbf{G}^\mathsf{T}\mathbf{w}$.
# With surfaces on a line the gradients $\mathbf g_0 + k_j\mathbf h$ lie on [one straight line](where_weighting_helps.ipynb) that misses the origin. An average can at best reach its point nearest the origin, at $k^*$ say.
# Two equations, $\sum_j w_j = 1$ and $\sum_j w_j k_j = k^*$, leave three of five weights free. The solution with the smallest $|\mathbf w|$ is called *least variance* here. It needs no noise level, and fails in two ways.
# The first is in the {ref}`first figure <fig-weights-over-bound>`: at 30 m of path error it reaches 2.3 times the bound, because it multiplies the private errors. The second is two pairs with almost the same spacing:

# %% mystnb={"figure": {"caption": "Two pairs, one with surfaces 1.6 km apart, the other a little more: largest azimuth weight against the difference of the spacings; target of Experiment 3, angles to 1\u00b0, path sums to 1 m. Exact cancellation (grey): the two weights that reach the point of the gradients' line nearest the origin; they grow without limit as the pairs grow alike. Least-variance weights are held down by the small noise that irsnb adds. The best weights grow only where the difference can be told from the noise of the path sums; on the far left they are 0.5 each, the mean of the two pairs.", "name": "fig-nearly-equal"}, "image": {"alt": "Largest weight against the difference of two spacings from one millimetre to 100 metres, logarithmic. A grey line falls from twenty million to two hundred. The least-variance curve joins it at large differences and has its maximum of a thousand near ten metres. The best weights rise from a half to about ninety."}} tags=["hide-input"]
differences = np.geomspace(1e-3, 100, 21)
largest = {"exact cancellation": [], "least-variance": [], "best": []}
for apart in differences:
    twins = surfaces_on_line([800.0, 800.0 + apart / 2])
    twin_sums = path_sums(twins, target)
    gradients = pair_sensitivities(twins, receiver, target)[0][0]
    step = gradients[1] - gradients[0]
    share = -(gradients[0] @ step) / (step @ step)
    largest["exact cancellation"].append(max(abs(share), abs(1 - share)))
    data = twins, receiver, *departure, twin_sums
    for method in ("least-variance", "best"):
        twin_weights = direction_weights(*data, method=method, **noise)
        largest[method].append(np.abs(twin_weights[0]).max())
fig, axes = plt.subplots(figsize=(7.2, 3.2))
for label, values in largest.items():
    look = {"color": "0.5"} if label not in METHODS else {}
    figures.curves(axes, differences, {label: values}, marker="", **look)
axes.set(xscale="log", yscale="log")
axes.set(xlabel="difference of the two spacings", ylabel="largest azimuth weight")
figures.length_ticks(axes.xaxis)
axes.legend()
plt.show()

# %% [markdown]
# For pairs that differ by a millimetre, exact cancellation asks for weights of twenty million. The package therefore gives each pair a further private variance, $\varepsilon = 10^{-7}$ of the mean diagonal element of $\sigma_a^2\mathbf{G}\mathbf{G}^\mathsf{T}$. If two gradients of length one differ by $\delta$ in this length, the larger weight is about $\delta/(\delta^2 + 2\varepsilon)$,
# at most $1/(2\sqrt{2\varepsilon}) = 1118$. The best weights hardly need this help: the noise of the path sums decides how large a weight may be.
#
# ## Exercises
#
# **1.** Open the cell of the {ref}`figure of the weights <fig-weights>` and change `DEGREE`, which is 1° in radians, to `DEGREE / 5`. What happens to the curves?
#
# :::{hint}
# :class: dropdown
# Which ratio do the weights depend on?
# :::
# :::{admonition} Solution
# :class: dropdown
# They move to the left by a factor of five. Dividing both sigmas by five divides $\mathbf{S}$ by 25, and that cancels in the weights.
# :::

# %% tags=["hide-cell"]
# Solution 1: five times better angles want five times better sums for the same weights.
assert np.allclose(
    best_weights(DEGREE / 5, 0.2)[0], best_weights(DEGREE, 1.0)[0], rtol=1e-6
)

# %% [markdown]
# **2.** In Experiment 3, angles to 1°, the widest pair's path sum is good to 10 m, the others to 1 m. Leave this pair out, or keep it?
#
# :::{hint}
# :class: dropdown
# Compare the variance $1/(\mathbf{1}^\mathsf{T}\mathbf{S}^{-1}\mathbf{1})$ with the pair and without.
# :::
# :::{admonition} Solution
# :class: dropdown
# Keep it: with its own $\sigma_d$ in $\mathbf S$ it gets a small weight, and the variance can only fall. Here it hardly does, from 0.2605° to 0.2604°. Weights that take it for as good as the others err by 0.43°.
# :::

# %% tags=["hide-cell"]
# Solution 2: the widest pair is ten times as noisy.
shared = DEGREE**2 * by_angles[0] @ by_angles[0].T
together = shared + np.diag((np.array([10.0, 1, 1, 1, 1]) * by_sums[0]) ** 2)
kept, left_out = (1 / np.linalg.inv(s).sum() for s in (together, together[1:, 1:]))
alike = best_weights(DEGREE, 1.0)[0]
deviations = np.rad2deg(np.sqrt([left_out, kept, alike @ together @ alike]))
assert np.allclose(deviations, [0.2605, 0.2604, 0.433], atol=[5e-5, 5e-5, 5e-4])

# %% [markdown]
# **3.** Weigh the pairs' *positions* instead of their directions, each coordinate with weights of its own. Does this reach the bound of the position?
#
# :::{hint}
# :class: dropdown
# Count free numbers as above. Derivatives follow from small changes of the measurements of `pair_positions`.
# :::
# :::{admonition} Solution
# :class: dropdown
# Yes, in each coordinate, by the same count. To first order a joint fit knows nothing that weights do not. It adds the ellipsoid of the whole position, accuracy beyond first order, and a test whether the measurements agree.
# :::

# %% tags=["hide-cell"]
# Solution 3: derivatives by small changes of each angle and of the sums.
before, moved = pair_positions(surfaces, *departure, true_sums), []
for turn, up, longer in 1e-5 * np.eye(3):
    after = departure[0] + turn, departure[1] + up, true_sums + longer
    moved.append((pair_positions(surfaces, *after) - before) / 1e-5)
position_bound = position_crlb(surfaces, target, **noise)
for k in range(3):
    turns, own = np.stack([moved[0][:, k], moved[1][:, k]], axis=-1), moved[2][:, k]
    together = DEGREE**2 * turns @ turns.T + np.diag(own**2)
    assert np.isclose(
        1 / np.linalg.inv(together).sum(), position_bound[k, k], rtol=1e-3
    )

# %% [markdown]
# ## What the paper claims

# %% tags=["hide-input"]
# fmt: off
paper_cases = draw(["2", "3", "4"], [1], [0.001, 1.0], 2 * DRAWS)
by_case, by_target = (
    {name: rms(values).sel(end="value") for name, values in drawn.items()} for drawn in (paper_cases, on_field)
)


def smaller_error(by_method):
    """Where the best weights miss the direction by less than binary weighting."""
    best, binary = (np.hypot(*by_method[m].transpose("angle", ...).values) for m in ("best", "binary"))
    return (best < binary).ravel()


def listed(values, sigma_path):
    return ", ".join(f"{v:.2f}" for v in values.sel(sigma_path=sigma_path).squeeze().isel(angle=0).values)


gain, above = (by_case[a] / by_case[b] for a, b in (("binary", "best"), ("best", "direction_bound")))
ledger.record(
    ledger.row("duan2025", "weights-open",
        ours="against binary weighting the best weights divide the azimuth error in Experiments 2, 3, 4 by "
        f"{listed(gain, 0.001)} with path sums to 1 mm, by {listed(gain, 1.0)} to 1 m",
        bound=f"they err by {listed(above, 0.001)} times the bound to 1 mm, {listed(above, 1.0)} times to 1 m",
        verdict=ledger.holds({"Experiments": smaller_error(by_case), "field": smaller_error(by_target)}, drawn=False),
        why="root mean square error of both angles together against binary weighting"),
)

# %% [markdown]
# ## Checks

# %% tags=["hide-cell"]
# Checks: one line for each number and statement of this page.
value = {m: r.sel(end="value").values for m, r in over_bound.items()}
assert all((np.abs(value[m] - 1) < 0.02).all() for m in ("best", "locate"))
assert 3 < value["binary"][0] < value["mean"][0] < 4 and value["binary"][-1] < 1.15
assert value["least-variance"][0] < 1.02 and round(value["least-variance"][-1], 1) == 2.3
assert correlation[1.0] < -0.9 and -0.5 < correlation[30.0] < 0
assert np.allclose(best_weights(DEGREE, 1.0)[0], weights[0], rtol=0.01)
assert np.allclose([azimuth, elevation], pair_directions(*measured)[:, 0])
assert (round(weights_of[0].min()), round(weights_of[0].max())) == (-9, 14)
dip = azimuth_over_bound(draw(["3"], [1], [10.0], 80_000), "best").sel(end="value")
assert abs(dip - 1) < 0.006, "chance"
poor_limit = 1 / by_sums[0] ** 2 / np.sum(1 / by_sums[0] ** 2)
assert np.allclose(weights_of[-1], poor_limit, atol=0.005)
assert np.allclose(poor_limit[[0, -1]], [0.15, 0.26], atol=0.005)
assert np.allclose(weights_of.sum(1), 1) and (focal[0], focal[-1]) == (2400, 800)
for placed, places in CASES.values():
    g, s = pair_sensitivities(placed, receiver, np.atleast_2d(places))
    private = s[..., None] ** 2 * np.eye(s.shape[-1])
    together = DEGREE**2 * g @ np.swapaxes(g, -1, -2) + private
    least = 1 / np.linalg.inv(together).sum(axis=(-1, -2))
    bound = direction_crlb(placed, receiver, np.atleast_2d(places), **noise)
    bound = np.diagonal(bound, axis1=-2, axis2=-1).T
    assert np.allclose(least, bound, rtol=1e-5), "linear"
for name, told in {"one-pair": 0.201, "binary": 0.179, "best": 0.104}.items():
    _, low, high = field_rms[name][0]
    assert low < told + 5e-4 and told - 5e-4 < high, name
assert f"{field_rms['direction_bound'][0, 0]:.3f}" == "0.104"
assert np.abs(field_rms["best"] / field_rms["locate"] - 1).max() < 2e-4
worse = (by_target["least-variance"] / by_target["direction_bound"]).isel(angle=0).values.ravel()
assert abs(worse.max() - 3.4) < 0.15
assert worse.argmax() == np.linalg.norm(field, axis=-1).argmin(), "the nearest target"
assert abs(field_rms["least-variance"][0, 0] / 0.1037 - 1.5) < 0.05
assert abs(4 * np.linalg.norm(target) * DEGREE**2 - 2.4) < 0.05
poor = enough["best"].sel(sigma_path=0.001, sigma_angle=DEGREE).values
assert poor[1] < 1.18 < poor[2]
assert np.allclose(limits, (0.025, 0.79), atol=0.005)
assert np.abs(enough["locate"].sel(end="value") - 1).max() < 0.04
at_ends = enough["best"].sel(end="value").values  # angles, sums
assert at_ends[-1, 0] > 1.4 and at_ends[-1, 1] > 1.1
assert max(*at_ends[1], at_ends[3, 2], at_ends[5, 2]) < 1.03
far = np.median(np.linalg.norm(field - surfaces[0], axis=-1))


def against_joint_fit(case, angle_deg, factor):
    """Largest ratio over the field of the best weights' error to the joint fit's."""
    path_error = factor * far * (angle_deg * DEGREE) ** 2
    noisy = draw([case], [angle_deg], [path_error], 1000)
    best, fit = (rms(noisy[m]).sel(end="value") for m in ("best", "locate"))
    return float((best / fit).max())


assert max(against_joint_fit("field", a, 4) for a in (0.2, 1.0)) < 1.02
assert against_joint_fit("field, off a line", 0.2, 4) < 1.07
assert 1.05 < against_joint_fit("field", 1.0, 1) < 1.15
assert 1.4 < against_joint_fit("field, off a line", 0.2, 1) < 1.75
assert [round(4 * 1500 * (a * DEGREE) ** 2, 2) for a in (0.2, 1.0)] == [0.07, 1.83]
assert largest["exact cancellation"][0] > 2e7 and max(largest["best"]) < 100
assert 1000 < max(largest["least-variance"]) < 1118
assert round(-trend[1.0]) == 15 and smaller[1.0] < 0.1

costs = {}
for wrong in (0.5, 2):  # a wrong ratio of the noises
    for sigma in (1.0, 10.0, 30.0):
        told, (_, least) = (best_weights(DEGREE, k * sigma) for k in (wrong, 1))
        spread = DEGREE**2 * by_angles[0] @ by_angles[0].T
        spread += np.diag((sigma * by_sums[0]) ** 2)
        costs[wrong, sigma] = np.sqrt(told[0] @ spread @ told[0] / least) - 1
assert max(costs[0.5, 1.0], costs[2, 1.0]) < 0.01
assert 0.22 < costs[0.5, 30.0] < 0.235 and costs[0.5, 30.0] == max(costs.values())
apart = np.linalg.svd(by_angles[0] - by_angles[0].mean(0))[1]
assert apart[1] < 1e-9 * apart[0] and np.linalg.matrix_rank(by_angles[0]) == 2

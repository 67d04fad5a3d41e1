# %% [markdown]
# # From a grid's peak to the bound, without a network
#
# **Part III, refinement.** For readers of [the search](decoupled_music.ipynb) and [the bounds](what_the_surface_can_know.ipynb). **Run time**
# under 30 s on two cores; the paper scale draws seven times as many samples.
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
    reference = "irsnb[searches] @ git+https://github.com/irsnb/irsnb@v0.2.0.dev0"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "-q", reference], check=True
    )


# %%
import matplotlib.pyplot as plt
import numpy as np

from irsnb.arrays import PlanarArray
from irsnb.hybrid import (
    METHODS,
    N_SNAPSHOTS,
    PAPER_NOISE,
    crlb,
    draw_covariance,
    find_directions,
    find_ranges,
    load_scenario,
    paper_users,
    polar,
    range_spectrum,
    refine,
    signal_covariance,
    smooth,
    spread_out,
    standard_errors,
    whose,
)
from irsnb.report import claims, figures, ledger, runs

figures.use_style()
rng = np.random.default_rng(2026)
DRAWS = 200 if runs.scale() == "quick" else 1500
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
# MUSIC has handed over four points of a grid with steps of six tenths of a degree, each a fraction of a step from where its user is; how far, is printed below. At 20 dB the bound is some thousandths of a degree. Something must close a gap of two orders of
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
# Here $\hat{\mathbf{E}}_s$ holds the strong eigenvectors of the covariance, $\boldsymbol\Lambda_s$ their eigenvalues on its diagonal, $\sigma^2$ is the mean of the other eigenvalues, and $\boldsymbol\Pi_\mathbf{A}^\perp$ takes away
# whatever the users' patterns $\mathbf{A}$ can explain.
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
by_method, grid_off = {}, []
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
    coarse = np.take_along_axis(
        coarse, np.argsort(coarse[..., :1], axis=1, kind="stable"), axis=1
    )
    grid_off.append(np.rad2deg(np.abs(coarse - directions).max()))
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
print(
    "the bound [deg]            "
    + "".join(f"{value:10.4f}" for value in bounds_deg)
)
print(
    f"the grid's worst error [deg]{grid_off[0]:9.2f}"
    + "".join(f"{off:10.2f}" for off in grid_off[1:])
)
print(f"half a step: {np.rad2deg(np.pi / 300) / 2:.2f} deg")

# %% mystnb={"figure": {"caption": "Error of the angles over SNR, four users easily told apart: the grid, four refinements, and the bound.", "name": "fig-rmse-far"}, "image": {"alt": "Root mean square angle error in degrees on a logarithmic axis against SNR from 0 to 30 decibels. The grid is a flat line near 0.2 degrees, the parabola another just below it, ESPRIT runs parallel to the dotted bound slightly above it, Newton and subspace fitting lie on the bound."}} tags=["hide-input"]
fig, axes = plt.subplots()
for method, values in by_method.items():
    axes.semilogy(LEVELS, [rms for _, rms in values], **figures.style(method))
axes.semilogy(LEVELS, bounds_deg, **figures.style("bound"))
axes.set(xlabel="SNR [dB]", ylabel="rms angle error [deg]", xticks=LEVELS)
axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1))
plt.show()

# %% [markdown]
# **What it means.** Subspace fitting and Newton stand on the bound at every SNR. ESPRIT stays four tenths above it (more at 0 dB), which is known and is the price for never searching. The parabola cannot follow: between points 0.6° apart the null spectrum is not a
# parabola, and what is left is the same at any SNR. The grid does not notice the SNR at all; from 10 dB on it is at worst a little more than half a step off, because the smoothed spectrum's peak does not always stand at the nearest point.
#
# A network that starts from the spectrum on the grid starts where the grid is. At 20 dB it has two orders of magnitude to learn, and [the few milliseconds](../../book/bench.md) of Newton to beat.
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
start = np.take_along_axis(
    start, np.argsort(start[..., :1], axis=1, kind="stable"), axis=1
)
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
# The same four, now as what they are: spherical waves from 6 to 11 m, in direct sight. Coarse directions from the grid, coarse ranges from a scan over 1 to 150 m, then all twelve unknowns
# in one fit.

# %%
PRIOR = np.geomspace(1, 150, 161)
near_by_snr = {}
few = DRAWS // 2
print(f"distances from {near[:, 2].min():.1f} to {near[:, 2].max():.1f} m")
print(
    "rms of error over bound         azimuth  elevation   range   bound of range [m]"
)
for snr in LEVELS:
    samples = draw_covariance(covariance_of(near, snr), N_SNAPSHOTS, rng, (few,))
    bound = crlb(block, near, snr, N_SNAPSHOTS)
    coarse = find_directions(smooth(samples, (10, 10), (7, 7)), subarray, 4)
    coarse = np.take_along_axis(
        coarse, np.argsort(coarse[..., :1], axis=1, kind="stable"), axis=1
    )
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
        **figures.style(style),
    )
axes.semilogy(
    LEVELS,
    [near_by_snr["newton", snr][2] for snr in LEVELS],
    **figures.style("bound"),
)
axes.set(xlabel="SNR [dB]", ylabel="rms range error [m]", xticks=LEVELS)
axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1))
plt.show()

# %% [markdown]
# **What it means.** At the distances of the paper's text, twenty centimetres are there at 0 dB and centimetres at 20 dB, without any network, for four users at once.
#
# ## The paper's four
#
# Now the users of the tables, as spherical waves, direct paths only. The grid cannot give them a start: it has one peak near them where four are needed, as the first line below counts. So both methods are started *at the truth*. Nobody has such a
# start. It takes away the search, which fails here, and leaves the question of what the data hold once the search is done: whoever stays at the start has no error at all, so what a method shows here flatters
# it, and an error below the bound is the start's merit and not the method's. Ranges count as between 1 and 150 m, as in every scan of this page; what runs off is set to the end.

# %%
four = everyone[paper_users(street)]
PAPER_DB = int(
    np.min(
        20 * np.log10(np.abs(street.gain[paper_users(street), 0]))
        - 10 * np.log10(PAPER_NOISE)
    )
)
HIGH = (0, 10, 20, 30, 60, PAPER_DB, 100, 120)
UNKNOWNS = ("azimuth [deg]", "elevation [deg]", "range [m]")


def at_the_edge(values):
    """Angles to degrees; distances stay metres."""
    return np.concatenate([np.rad2deg(values[..., :2]), values[..., 2:]], axis=-1)


def rms(errors):
    """Root mean square over all axes but the last."""
    return np.sqrt(np.mean(errors**2, axis=tuple(range(errors.ndim - 1))))


four_errors = {words: [] for words in ("subspace-fit", "newton", "bound")}
own_start, huddle = [], []
same_guess = rms(at_the_edge(four.mean(axis=0) - four))
for snr in HIGH:
    samples = draw_covariance(
        covariance_of(four, snr), N_SNAPSHOTS, rng, (DRAWS // 4,)
    )
    coarse = find_directions(smooth(samples, (10, 10), (7, 7)), subarray, 4)
    own_start.append(np.mean([np.sum(whose(one, four) >= 0) for one in coarse]))
    for method in ("subspace-fit", "newton"):
        found = refine(samples, block, four, method)
        found[..., 2] = np.clip(found[..., 2], 1, 150)
        four_errors[method].append(rms(at_the_edge(found - four)))
    huddle.append(np.rad2deg(np.median(np.ptp(found[..., 0], axis=1))))
    bound = standard_errors(crlb(block, four, snr, N_SNAPSHOTS), len(four))
    four_errors["bound"].append(rms(at_the_edge(bound)))
four_errors = {words: np.array(values) for words, values in four_errors.items()}
print(f"SNR [dB]        {''.join(f'{snr:8d}' for snr in HIGH)}")
print(f"peaks near      {''.join(f'{count:8.1f}' for count in own_start)}")
for number, label in enumerate(UNKNOWNS):
    print(f"{label}, rms over draws and users; same guess {same_guess[number]:.2g}")
    for words, values in four_errors.items():
        # The fit's valley is so flat that its second digit may hang on the machine.
        digits = 1 if words == "subspace-fit" else 2
        print(
            f"  {words:14s}"
            + "".join(f"{v:8.{digits}g}" for v in values[:, number])
        )
print("azimuth from the first to the last of Newton's four answers, median [deg];")
print(f"the four stand {np.rad2deg(np.ptp(four[:, 0])):.2f} deg apart")
print(f"                {''.join(f'{width:8.2f}' for width in huddle)}")
levels = np.arange(161)
guess_beaten = [
    int(levels[column][0])
    for column in (
        np.array(
            [
                rms(at_the_edge(each))
                for each in standard_errors(
                    crlb(block, four, levels[:, None], N_SNAPSHOTS), len(four)
                )
            ]
        )
        < same_guess
    ).T
]
print(
    "azimuth, elevation, range: bound below the same guess's error from "
    + ", ".join(f"{snr}" for snr in guess_beaten)
    + " dB"
)

# %% mystnb={"figure": {"caption": "The paper's four users jointly, over SNR: root mean square error of two refinements started at the truth, the bound, and the mean of the four answered whatever is heard.", "name": "fig-rmse-four"}, "image": {"alt": "Three panels, azimuth, elevation and range, errors on a logarithmic axis against SNR from 0 to 120 decibels. The dotted bound falls from ten million degrees in azimuth and meets the level dashed line of the same guess near 80 decibels. The subspace fit lies far below the bound, near ten degrees, and joins it near 87 decibels. In azimuth Newton lies on the line of the same guess up to 30 decibels, in range it starts a hundred times above that line and comes down to it; above 87 decibels it stays above the bound."}} tags=["hide-input"]
fig, panels = plt.subplots(1, 3, figsize=(8.0, 3.6))
for number, axes in enumerate(panels):
    for words, values in four_errors.items():
        axes.semilogy(HIGH, values[:, number], **figures.style(words))
    axes.axhline(
        same_guess[number],
        **figures.style("training-mean") | {"label": "same guess"},
    )
    axes.set(xlabel="SNR [dB]", title=UNKNOWNS[number])
panels[0].set_ylabel("rms error")
fig.legend(
    *panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=4
)
plt.show()

# %% [markdown]
# **What it means.** "Same guess" answers the mean of the four true places every time, whatever it hears. Up to some 80 dB that is *better than any unbiased estimator can be*, in all three unknowns. That is the reason why a network trained on such users
# will look as if it had learnt something.
#
# Newton's azimuth looks good up to 30 dB for the same reason: its four answers leave the truth and end in one place, because the null spectrum has one valley there and not four. It *is* the same guess; its range, at the floor of that valley, runs off by metres. Where the four valleys part, it stays biased: at 100 dB its
# azimuth is over twice the bound. The subspace fit, which must keep four users apart, strays by degrees, and reaches the bound at the paper's own SNR.
#
# One user alone is another matter: its range at 91 m, by the fit and from a scan from 1 to 150 m in 161 points.

# %%
FAR = np.linspace(1, 150, 161)
FAR_STEP = FAR[1] - FAR[0]
printed = claims.claim("surendran2025", "true-ranges").printed
window = np.linspace(min(printed) - 5, max(printed) + 5, 161)
PAPER_STEP = window[1] - window[0]
alone = {}
print(
    f"steps: {FAR_STEP:.2f} m from 1 to 150 m; {PAPER_STEP:.3f} m in the paper's window"
)
print("first user alone: range, rms [m]")
from_db = 20 + 20 * np.log10(
    np.sqrt(crlb(block, four[:1], 20, N_SNAPSHOTS)[2, 2])
    / (np.array([FAR_STEP, PAPER_STEP]) / np.sqrt(12))
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
# ## When is it the grid?
#
# A grid of step $\Delta$ adds an error of $\Delta/\sqrt{12}$ to what the signal leaves open. It is the larger part of the whole when the squared error is more than double what it is without a grid. So, over everything at once: five SNRs
# up to the paper's own times eight spans of distance from 1 to 100 m, in each span users at random distances and directions, one at a time. On the same draws: the scan along the range in both steps, from the grid's direction and from one that is refined; and the fit, which has no grid. Everybody's range counts
# as between 1 and 150 m.

# %%
SPANS = np.geomspace(1, 100, 9)
GRID_LEVELS = (0, 10, 20, 40, PAPER_DB)
EACH = DRAWS // 20
FINE = np.arange(1, 150, PAPER_STEP)
ALONG = ("the grid's direction", "a refined direction")
CASES = (len(GRID_LEVELS), len(SPANS) - 1)
times_fit = {
    (words, step): np.empty(CASES)
    for words in ALONG
    for step in (FAR_STEP, PAPER_STEP)
}
for case in np.ndindex(CASES):
    snr, inner, outer = GRID_LEVELS[case[0]], *np.log(SPANS[case[1] : case[1] + 2])
    users = np.concatenate(
        [
            rng.uniform(-1.0, 1.0, (EACH, 1, 2)),
            np.exp(rng.uniform(inner, outer, (EACH, 1, 1))),
        ],
        axis=-1,
    )
    samples = np.stack(
        [
            draw_covariance(covariance_of(user, snr), N_SNAPSHOTS, rng)
            for user in users
        ]
    )
    coarse = find_directions(smooth(samples, (10, 10), (7, 7)), subarray, 1)
    first = np.stack(
        [
            find_ranges(one, block, 1, found, FAR)
            for one, found in zip(samples, coarse, strict=True)
        ]
    )
    fit = refine(
        samples, block, np.concatenate([coarse, first[..., None]], axis=-1)
    )
    both = np.concatenate([coarse, fit[..., :2]], axis=1)
    scans = np.stack(
        [
            range_spectrum(one, block, 1, found, np.concatenate([FAR, FINE]))
            for one, found in zip(samples, both, strict=True)
        ]
    )
    # A span holds near and far: each error counts in units of its own bound.
    least = standard_errors(crlb(block, users, snr, N_SNAPSHOTS), 1)[..., 0, 2]
    own = rms(((np.clip(fit[:, 0, 2], 1, 150) - users[:, 0, 2]) / least)[:, None])[
        0
    ]
    for step, points, part in (
        (FAR_STEP, FAR, scans[..., : len(FAR)]),
        (PAPER_STEP, FINE, scans[..., len(FAR) :]),
    ):
        off = (points[part.argmax(axis=-1)] - users[..., 2]) / least[:, None]
        for words, ratio in zip(ALONG, rms(off) / own, strict=True):
            times_fit[words, step][case] = ratio
by_grid = {scan: ratio > np.sqrt(2) for scan, ratio in times_fit.items()}
for (words, step), ratio in times_fit.items():
    print(f"error of the scan over the fit's, {words}, steps of {step:.3f} m")
    print("up to [m] " + "".join(f"{far:7.1f}" for far in SPANS[1:]))
    for snr, values in zip(GRID_LEVELS, ratio, strict=True):
        shown = (f"{v:7.1f}" if v < 99.95 else f"{'> 100':>7s}" for v in values)
        print(f"{snr:3d} dB    " + "".join(shown))
    print(
        f"the grid is the larger part in {by_grid[words, step].sum()} of {ratio.size} cases"
    )

# %% [markdown]
# **What it means.** Near, the scan stands many times above the fit; far and at low SNR the two are alike, and what limits both is that the curvature is hardly in the signal. The border moves outward with the SNR. Two grids have a part in it. With the paper's step, looking along a
# refined direction takes about a quarter of the cases away from the grid: a direction that is a third of a degree off bends the scan as well, and there a finer step along the range mends nothing.
#
# ## What a finer grid is worth
#
# Twice as fine a grid has four times the points. Its error, while the grid is the limit, halves. The paper says that the cost goes up *exponentially*. If it does, then $\log$ of the number of points is a straight line over one over the error, and each further halving
# of the error costs the square of the factor before; if it is a power, $\log$ of the points is a straight line over $\log$ of the error, and each halving costs the same factor. Below, one user at random directions, 20 dB: the error of the highest grid point for grids from 26 to
# 401 points a side, and the bound that no grid passes.

# %%
SIDES = (26, 51, 101, 201, 401)
scene_rng = np.random.default_rng(11)
errors, points, newtons = [], [], []
trial = scene_rng.uniform(-1.0, 1.0, (30, 1, 2))
noisy = np.stack(
    [draw_covariance(covariance_of(user, 20), N_SNAPSHOTS, rng) for user in trial]
)
for side in SIDES:
    axis = np.linspace(-np.pi / 2, np.pi / 2, side)
    found = find_directions(noisy, block, 1, axis, axis)
    errors.append(np.rad2deg(np.sqrt(np.mean((found - trial) ** 2))))
    points.append(side**2)
    nearby = refine(noisy, block, found, "newton")
    newtons.append(np.rad2deg(np.sqrt(np.mean((nearby - trial) ** 2))))
trial_bound = np.rad2deg(
    np.sqrt(
        np.mean([np.diag(crlb(block, user, 20, N_SNAPSHOTS)) for user in trial])
    )
)
slope = np.polyfit(np.log(points), np.log(errors), 1)[0]
print("points      " + "".join(f"{p:10,d}" for p in points))
print("error [deg] " + "".join(f"{e:10.3f}" for e in errors))
print("then Newton " + "".join(f"{e:10.4f}" for e in newtons))
print(f"error goes with the points to the power {slope:.2f}")
halvings = np.diff(np.log(points)) / -np.diff(np.log2(errors))
print(
    "halving the error multiplies the points by "
    + ", ".join(f"{factor:.1f}" for factor in np.exp(halvings))
)


def misfit(x, y):
    """Root mean square distance of points from their straight line."""
    return np.sqrt(np.mean((y - np.polyval(np.polyfit(x, y, 1), x)) ** 2))


off_power = misfit(np.log(errors), np.log(points))
off_exponential = misfit(1 / np.array(errors), np.log(points))
print(
    f"log of points off a line: {off_exponential:.2f} for an exponential, {off_power:.2f} for a power"
)
print(f"bound {trial_bound:.4f} deg")
to_bound = points[-1] * (errors[-1] / trial_bound) ** (-1 / slope)
print(f"points a grid would need for the bound: about {to_bound:.0e}")

# %% [markdown]
# **What it means.** Each halving costs about the same factor of four: a power, not an exponential, though a steep one. And Newton is at the bound from the coarsest of these grids as from the finest.
#
# ## How many snapshots?
#
# The bound falls with $\sqrt T$. From how many snapshots on does the fit follow, from the grid's points?

# %%
COUNTS = (100, 200, 500, 1000, 3000)
by_count, lost, count_bounds = [], [], []
for count in COUNTS:
    samples = draw_covariance(covariance_of(directions, 0), count, rng, (few,))
    coarse = find_directions(smooth(samples, (10, 10), (7, 7)), subarray, 4)
    coarse = np.take_along_axis(
        coarse, np.argsort(coarse[..., :1], axis=1, kind="stable"), axis=1
    )
    found = refine(samples, block, coarse)
    bound = crlb(block, directions, 0, count)
    count_bounds.append(np.rad2deg(np.sqrt(np.mean(np.diag(bound)))))
    off = np.abs(found - directions) / np.sqrt(np.diag(bound)).reshape(4, 2)
    lost.append(np.mean(np.any(off > 6, axis=(1, 2))))
    by_count.append(ratio_to_bound(found, directions, bound)[0])
print("snapshots, 0 dB  " + "".join(f"{c:8d}" for c in COUNTS))
print("error over bound " + "".join(f"{r:8.2f}" for r in by_count))
print("bound [deg]      " + "".join(f"{b:8.3f}" for b in count_bounds))
print("somebody lost    " + "".join(f"{share:8.1%}" for share in lost))

# %% [markdown]
# **What it means.** From a hundred on, the least that was tried: the fit stands on the bound and loses nobody. More snapshots are worth what the bound says, and there is no number of them below which the fit would need help.
#
# ## What the paper says, and what this page computed

# %% tags=["hide-input"]
on_bound = [
    by_method[m][i][0]
    for m in ("subspace-fit", "newton")
    for i in range(len(LEVELS))
]
near_fit = np.array([near_by_snr["subspace-fit", snr][0] for snr in LEVELS])
shares = {scan: float(np.mean(cases)) for scan, cases in by_grid.items()}
as_run = {step: shares[ALONG[0], step] for step in (FAR_STEP, PAPER_STEP)}
kindest = max(as_run, key=as_run.get)
at_paper_snr = by_grid[ALONG[0], kindest][GRID_LEVELS.index(PAPER_DB)].all()
spans_by_level = ", ".join(str(n) for n in by_grid[ALONG[0], kindest].sum(axis=1))
counted = {
    scan: f"{cases.sum()} of {cases.size}" for scan, cases in by_grid.items()
}
finer_is_better = bool(np.all(np.diff(errors) < 0))
ledger.record(
    ledger.row(
        "surendran2025",
        "exponential-cost",
        ours="halving the error multiplies the number of points by "
        + ", ".join(f"{factor:.1f}" for factor in np.exp(halvings))
        + f" from {SIDES[0]} to {SIDES[-1]} points a side; log of the points lies {off_power:.2f} off a power's line, {off_exponential:.2f} off an exponential's; Newton from the coarsest ends at {newtons[0]:.4f} deg",
        bound=f"{trial_bound:.4f} deg",
        verdict="reproduced"
        if finer_is_better and off_exponential < off_power
        else "not reproduced",
        why=(
            "finer grids do improve the precision"
            if finer_is_better
            else "finer grids do not always help"
        )
        + f", and the cost fits {'an exponential' if off_exponential < off_power else 'a power'} of the fineness better than {'a power' if off_exponential < off_power else 'an exponential'} (exponential it is in the number of unknowns that are searched at once; of a single range scan the power would be the first)",
    ),
    ledger.row(
        "surendran2025",
        "grid-limits-range",
        ours=f"the grid is the larger part of the scan's error in {counted[ALONG[0], FAR_STEP]} cases with steps of {FAR_STEP:.2f} m and in {counted[ALONG[0], PAPER_STEP]} with the paper's {PAPER_STEP:.3f} m; along refined directions in {counted[ALONG[1], FAR_STEP]} and {counted[ALONG[1], PAPER_STEP]}. With steps of {kindest:.2f} m it is so in {spans_by_level} of {len(SPANS) - 1} spans at {', '.join(map(str, GRID_LEVELS))} dB, the nearest ones first",
        bound=f"of the range: at 91 m and 20 dB {alone[20][2]:.1f} m, at {near[:, 2].min():.0f} to {near[:, 2].max():.0f} m {near_by_snr['subspace-fit', 20][2] * 100:.1f} cm",
        verdict="same trend"
        if as_run[kindest] < 1 and at_paper_snr
        else ledger.judge_share(as_run[kindest]),
        why=f"judged by the grid's directions and the step with more cases; at the paper's own {PAPER_DB} dB in {'every span' if at_paper_snr else 'some spans only'}. Where it is not the grid, the curvature is hardly in the signal",
    ),
    ledger.row(
        "surendran2025",
        "snapshots",
        ours=f"for the fit: error over bound {by_count[-1]:.2f} at T = {COUNTS[-1]} and {by_count[1]:.2f} at T = {COUNTS[1]}, from the grid at 0 dB; somebody is lost (off by over six times the bound) in {lost[-1]:.1%} and {lost[1]:.1%} of the draws",
        bound=f"{count_bounds[-1]:.3f} deg at T = {COUNTS[-1]}, {count_bounds[1]:.3f} deg at T = {COUNTS[1]}",
        verdict="not stated enough to test",
        why="what diversity a training set needs, and how one would see it, is not said; estimation does with far fewer snapshots",
    ),
)

# %% [markdown]
# ## What the paper leaves open
#
# * **What a refinement without a network reaches.** The bound, above, in milliseconds ([the bench](../../book/bench.md)).
# * **Whether the grid is the limit.** Near: yes, and a fit lifts it. Far: only at high SNR, as the tables above print.
# * **Where a network could help.** Where the model is wrong: miscalibration, echoes. [A page of its own](network_that_helps.ipynb) tries.
#
# ## Exercises
#
# 1. Refine the four near users as if they were far (plane waves). How large is the error of their directions, and does it fall with the SNR?
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
assert max(grid_off[1:]) < 0.45, "the grid is off by little more than half a step"
assert all(abs(snr - 80) <= 5 for snr in guess_beaten), (
    "same guess wins up to some 80 dB"
)
assert np.all(four_errors["bound"][:5] > same_guess), (
    "at 0 to 60 dB in all three unknowns"
)
assert max(huddle[:4]) < 0.1, "Newton's four answers are one up to 30 dB"
assert np.allclose(four_errors["newton"][:4, 0], same_guess[0], rtol=0.05)
assert four_errors["newton"][6, 0] > 2 * four_errors["bound"][6, 0]
assert np.all(four_errors["subspace-fit"][:4, 0] > 1), "the fit strays by degrees"
assert np.all(four_errors["subspace-fit"][5:] < 1.2 * four_errors["bound"][5:])
assert by_grid[ALONG[0], FAR_STEP][:, 0].all(), "near, the grid is the limit"
assert not by_grid[ALONG[0], FAR_STEP][:2, -1].any(), (
    "far and at 0 and 10 dB it is not"
)
assert 0.1 < 1 - shares[ALONG[1], PAPER_STEP] / shares[ALONG[0], PAPER_STEP] < 0.45
assert np.allclose(np.exp(halvings), 4, rtol=0.15), "a factor of four each"
assert alone[20][2] > 2 and alone[40][1] < 1.2 * alone[40][2]
assert finer_is_better and abs(slope + 0.5) < 0.1
assert max(newtons) < 1.3 * trial_bound
assert by_count[-1] < 1.06 and flat[30] > 5 * least

# %% [markdown]
# # What the surface can know
#
# **Part III, bounds.** For readers of [the search](decoupled_music.ipynb). **Run time** under 20 s on two cores; the same at both
# scales.
#
# After this notebook you can
#
# * write down the least error of azimuth, elevation and range that any unbiased estimator can have, for one user and for several at once;
# * say from how far a surface can tell a distance, and what it takes to double that;
# * judge a claim of five centimetres before reading how it was reached;
# * say what a degree of miscalibration and one reflection do to all of this.

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
    N_SNAPSHOTS,
    crlb,
    first_order_bias,
    load_scenario,
    miscalibration,
    paper_users,
    path_channels,
    polar,
    refine,
    standard_errors,
)

figures.use_style()
rng = np.random.default_rng(2025)
street = load_scenario()
everyone = polar(street)
four = paper_users(street)
true_four = everyone[four]
wavelength = street.wavelength


def listening(mask):
    """The whole surface, of which the elements of a mask listen."""
    return PlanarArray(25, 25, wavelength / 2, wavelength, mask)


def scattered(count):
    """A mask of elements anywhere."""
    mask = np.zeros(625, dtype=bool)
    mask[rng.choice(625, count, replace=False)] = True
    return mask.reshape(25, 25)


SURFACES = {
    "7 x 7": PlanarArray(7, 7, wavelength / 2, wavelength),
    "10 x 10": PlanarArray(10, 10, wavelength / 2, wavelength),
    "100 anywhere": listening(scattered(100)),
    "8 anywhere": listening(scattered(8)),
    "25 x 25": listening(np.ones((25, 25), dtype=bool)),
}

# %% [markdown]
# ## The scenario
#
# Before asking which algorithm is best, ask what the signal holds. A user at azimuth $\phi$, elevation $\theta$ and distance $r$ makes a pattern of phases across
# the listening elements. Move the user a little: if the pattern changes by less than noise can hide, no algorithm will see it.
#
# For $K$ users whose signals are Gaussian and unknown the bound is {cite:p}`stoica2001`
#
# $$
# \mathbf{C} = \frac{\sigma^2}{2T}\left\{ \operatorname{Re}\!\left[ \left(\mathbf{D}^\mathsf{H}\, \boldsymbol\Pi_\mathbf{A}^\perp\, \mathbf{D}\right)
# \odot \left(\mathbf{P}\mathbf{A}^\mathsf{H}\mathbf{R}^{-1}\mathbf{A}\mathbf{P}\right)^\mathsf{T} \right]\right\}^{-1} .
# $$
#
# *In words:* $\mathbf{D}$ says how each user's pattern changes with azimuth, elevation and distance. Take away from that everything that another mixture of the *users'
# patterns themselves* could imitate, $\boldsymbol\Pi_\mathbf{A}^\perp$. What remains, times signal over noise, times snapshots, is the information. Its inverse is the least
# covariance. The tests hold the formula against the inverse of the whole Fisher information, unknown powers and all.
#
# ## One user alone
#
# First where the paper looks, 91 m down the street and 86° off the surface's normal, then at 8 m in front of it.

# %%
PLACES = {
    "the paper's first user, 91 m": true_four[:1],
    "8 m, 30 deg off": np.array([[np.deg2rad(30), np.deg2rad(-30), 8.0]]),
}
LEVELS = np.array([0.0, 20.0, 40.0])
alone = {}
for place, user in PLACES.items():
    print(f"\n{place}: least standard deviation at 0, 20, 40 dB")
    print("listening  azimuth [deg]         elevation [deg]      range [m]")
    for name, array in SURFACES.items():
        spread = standard_errors(crlb(array, user, LEVELS[:, None], N_SNAPSHOTS))[
            :, 0
        ]
        alone[place, name] = spread
        shown = [
            " ".join(f"{value:6.2g}" for value in column)
            for column in (np.rad2deg(spread[:, :2]).T.tolist() + [spread[:, 2]])
        ]
        label = name.replace("anywhere", "any")
        print(f"{label:9s} " + " ".join(shown))

# %% [markdown]
# **What it means.** At 91 m and 20 dB the direction is known to a hundredth of a degree and the *distance* to two metres, by the $10\times10$ block. Direction is
# a slope of the phase, distance its curvature. Curvature is one over the distance, so what it says about the distance falls with the square of it; and it grows with the square of the aperture. The whole surface would know ten to twenty
# centimetres. At 8 m the block knows a centimetre.
#
# Note the third line: a hundred elements *anywhere* on the surface know the range six times better than a hundred in a block, with nothing added but aperture.

# %%
RANGES = np.geomspace(1, 100, 61)
bearings = {"straight ahead": 0.0, "at the rim, -85.6 deg": true_four[0, 0]}
by_range = {}
for bearing, azimuth in bearings.items():
    for name in ("7 x 7", "10 x 10", "100 anywhere", "25 x 25"):
        users = np.stack(
            [
                np.full_like(RANGES, azimuth),
                np.full_like(RANGES, -0.044),
                RANGES,
            ],
            axis=-1,
        )[:, None]
        by_range[bearing, name] = standard_errors(
            crlb(SURFACES[name], users, 20.0, N_SNAPSHOTS)
        )[:, 0, 2]

# %% mystnb={"figure": {"caption": "Least standard deviation of the range over the distance, one user alone at 20 dB and 3000 snapshots. Shaded: the 5 to 20 cm that the paper reports.", "name": "fig-range-bound"}, "image": {"alt": "Two panels with straight lines rising on doubly logarithmic axes, distance from 1 to 100 metres against range error from 0.1 millimetres to tens of metres, one line each for 7 by 7, 10 by 10, 100 scattered and all 625 elements. At the rim the lines lie higher. A shaded band marks 5 to 20 centimetres; the line of 10 by 10 leaves it at about 20 to 30 metres."}} tags=["hide-input"]
fig, panels = plt.subplots(1, 2, figsize=(7.4, 3.7), sharey=True)
styles = ("-", "--", "-.", ":")
for axes, bearing in zip(panels, bearings, strict=True):
    for number, name in enumerate(("7 x 7", "10 x 10", "100 anywhere", "25 x 25")):
        axes.plot(
            RANGES,
            by_range[bearing, name],
            styles[number],
            color=f"C{number}",
            label=name,
        )
    axes.axhspan(0.05, 0.20, color="#999999", alpha=0.3, lw=0)
    axes.set(
        xscale="log",
        yscale="log",
        title=bearing,
        xlabel="distance [m]",
        xlim=(1, 100),
        ylim=(1e-4, 50),
    )
    axes.set_xticks([1, 3, 10, 30, 100], ["1", "3", "10", "30", "100"])
panels[0].set_ylabel("range, 1 sigma [m]")
fig.legend(
    *panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=4
)
plt.show()

# %% mystnb={"figure": {"caption": "Least standard deviations over SNR for the paper's first user, alone: azimuth, elevation, range.", "name": "fig-snr-bound"}, "image": {"alt": "Three panels of straight falling lines on a logarithmic axis against SNR from minus 10 to 60 decibels: azimuth and elevation in degrees and range in metres, for five ways of listening. Seven by seven lies highest in all three, all 625 lowest; a hundred scattered elements lie between the two blocks and the whole."}} tags=["hide-input"]
sweep = np.linspace(-10, 60, 36)
fig, panels = plt.subplots(1, 3, figsize=(7.6, 3.4))
for number, (name, array) in enumerate(SURFACES.items()):
    spread = standard_errors(
        crlb(array, true_four[:1], sweep[:, None], N_SNAPSHOTS)
    )[:, 0]
    for axes, values in zip(
        panels,
        (*np.rad2deg(spread[:, :2]).T, spread[:, 2]),
        strict=True,
    ):
        axes.semilogy(
            sweep,
            values,
            color=f"C{number}",
            ls=("-", "--", "-.", ":", "-")[number],
            label=name,
        )
for axes, label in zip(
    panels, ("azimuth [deg]", "elevation [deg]", "range [m]"), strict=True
):
    axes.set(xlabel="SNR [dB]", title=label)
panels[0].set_ylabel("1 sigma")
fig.legend(
    *panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=5
)
plt.show()

# %% [markdown]
# ## All four at once
#
# The paper's four users send together and stand within two degrees. What one user's pattern says about its place, a mixture of the other three can imitate nearly as well.

# %%
print("all four at once: 1 sigma of the user that is known least")
print("listening     SNR [dB]  azimuth [deg]  elevation [deg]   range [m]")
together = {}
for name in ("7 x 7", "10 x 10", "100 anywhere", "25 x 25"):
    for snr in (20, 60, 87):
        spread = standard_errors(crlb(SURFACES[name], true_four, snr, N_SNAPSHOTS))
        together[name, snr] = np.concatenate(
            [np.rad2deg(spread[:, :2]), spread[:, 2:]], axis=1
        )
        worst = together[name, snr].max(axis=0)
        print(
            f"{name:13s} {snr:6d} {worst[0]:15.2g} {worst[1]:15.2g} {worst[2]:13.2g}"
        )
extent_deg = np.rad2deg(np.ptp(true_four[:, 0]))
needed = {}
for name in ("10 x 10", "25 x 25"):
    levels = np.arange(0, 161)
    worst = np.array(
        [
            standard_errors(crlb(SURFACES[name], true_four, snr, N_SNAPSHOTS)).max(
                axis=0
            )
            for snr in levels
        ]
    )
    needed[name] = (
        int(levels[np.rad2deg(worst[:, 0]) <= 0.1][0]),
        int(levels[worst[:, 2] <= 0.2][0]),
    )
    print(
        f"{name}: all azimuths to 0.1 deg from {needed[name][0]} dB, ranges to 20 cm from {needed[name][1]} dB"
    )
alone_azimuth_db = 20 + 20 * np.log10(
    np.rad2deg(alone["the paper's first user, 91 m", "10 x 10"][1, 0]) / 0.1
)
alone_db = 20 + 20 * np.log10(
    alone["the paper's first user, 91 m", "10 x 10"][1, 2] / 0.2
)
print(
    f"user 1 alone: azimuth to 0.1 deg from {alone_azimuth_db:.0f} dB, range to 20 cm from {alone_db:.0f} dB"
)

# %% [markdown]
# **What it means.** A bound of thousands of degrees is a way of saying *no information*: at 20 dB the block cannot tell these four apart by any unbiased method. Together they need
# 35 dB more than one of them alone for the same range, and nearly a hundred more for the same azimuth; and then everything hangs on the model's being exact to as many decibels. If the noise is read as $10^{-17}$ W and one watt is sent, the paper's SNR is there: the direct paths of the four, known to be
# four, with nothing else in the air and every element calibrated to match, would then hold their ranges to a few centimetres.
#
# ## How exact is the model?
#
# **Miscalibration.** Suppose every element's phase is off by a degree, each its own, unknown. That does not average out over snapshots. It is the same whether a phase is off by
# $\delta$ or noise has moved it, so a degree is worth an SNR:
#
# $$
# \sigma_\text{phase}^2 = \frac{1}{2\,T\,\mathrm{SNR}} \quad\Rightarrow\quad
# \mathrm{SNR} = \frac{1}{2\,T\,\sigma_\text{phase}^2} .
# $$
#
# *In words:* beyond this SNR, more power, or more snapshots, only measure the miscalibration more exactly.

# %%
one_degree = np.deg2rad(1.0)
worth_db = 10 * np.log10(1 / (2 * N_SNAPSHOTS * one_degree**2))
print(f"one degree is worth an SNR of {worth_db:.1f} dB at T = {N_SNAPSHOTS}")
print(
    f"to be worth 87 dB the phases must be known to {10 ** ((worth_db - 87) / 20):.0e} deg"
)
print("one degree of phase error, each element its own:")
print("listening      azimuth [deg]  elevation [deg]  range at 91 m, at 8 m [m]")
off_by = {}
for name, array in SURFACES.items():
    spread = [
        np.sqrt(np.diagonal(miscalibration(array, user, one_degree)[0]))
        for user in PLACES.values()
    ]
    off_by[name] = spread
    print(
        f"{name:14s} {np.rad2deg(spread[0][0]):10.3f} {np.rad2deg(spread[0][1]):15.3f} "
        f"{spread[0][2]:14.2f} {spread[1][2]:10.3f}"
    )

# %% [markdown]
# **One reflection.** An echo that is $\alpha$ times as strong as the direct path and comes along with it (same symbols) bends the pattern. To first order the estimate moves by
#
# $$
# \Delta = \operatorname{Re}(\mathbf{D}^\mathsf{H}\boldsymbol\Pi^\perp\mathbf{D})^{-1}\operatorname{Re}(\mathbf{D}^\mathsf{H}\boldsymbol\Pi^\perp\,\alpha\,\mathbf{a}_\text{echo}) ,
# $$
#
# again whatever the SNR. The street's echoes are not small, so here the estimate is made instead: one user's direct path and the strongest echo that comes from in front, no noise, and an estimator that takes all of it for a single
# user.

# %%
block = SURFACES["10 x 10"]
sample = np.arange(0, len(everyone), 3)
paths = path_channels(street, sample, block, hears="front")
strength = np.linalg.norm(paths, axis=-1)
both = np.argsort(-strength, axis=1, kind="stable")[:, :2]
heard = np.take_along_axis(paths, both[..., None], axis=1).sum(axis=1)
heard /= np.linalg.norm(heard, axis=-1, keepdims=True)
exact = heard[:, :, None] * heard[:, None, :].conj() + 1e-12 * np.eye(100)
pulled = np.abs(
    refine(exact, block, everyone[sample][:, None])[:, 0] - everyone[sample]
)
echo = np.sort(strength, axis=1)[:, -2] / strength.max(axis=1)
usable = (echo > 0) & (street.interactions[sample, 0] == 0)
bands = ((6, 12), (12, 50), (50, 100))
print(
    "median shift       azimuth [deg]  elevation [deg]  range [m]  1 m off or more"
)
medians, spoilt = [], []
for low, high in bands:
    part = usable & (everyone[sample, 2] >= low) & (everyone[sample, 2] < high)
    medians.append(np.median(pulled[part], axis=0))
    spoilt.append(np.mean(pulled[part, 2] >= 1))
    print(
        f"{low:3d} to {high:3d} m {np.rad2deg(medians[-1][0]):15.2f} {np.rad2deg(medians[-1][1]):15.2f} "
        f"{medians[-1][2]:14.1f} {spoilt[-1]:15.0%}"
    )
turns = np.exp(2j * np.pi * np.arange(16) / 16)[:, None]
small = first_order_bias(
    block,
    np.repeat(true_four[:1], 16, axis=0),
    0.01 * turns * block.steering_vector(0.4, 0.3),
)
small = np.sqrt(np.mean(small**2, axis=0))
print(
    f"first order, an echo at -40 dB from aside: rms {np.rad2deg(small[0]):.3f} deg, {small[2]:.1f} m at 91 m"
)

# %% [markdown]
# Echoes that *fade* on their own are further sources, and count against the number of elements; echoes that stand still shift nearly everybody by metres. The bound with the echo as one more unknown
# source that sends the same says what knowing about it would cost, for a user at 8 m: first its strongest echo from in front, then one that comes from only two degrees beside it.

# %%
user = int(np.flatnonzero((everyone[:, 2] > 7.9) & (everyone[:, 2] < 8.3))[0])
front = np.flatnonzero(np.cos(street.azimuth[user]) > 0)
pair = np.column_stack(
    [
        street.azimuth[user, front[:2]],
        street.elevation[user, front[:2]],
        299792458 * street.delay[user, front[:2]],
    ]
)
levels = 20 + 20 * np.log10(
    np.abs(street.gain[user, front[:2]] / street.gain[user, front[0]])
)
without = standard_errors(crlb(block, pair[:1], 20, N_SNAPSHOTS))[0]
beside = pair.copy()
beside[1, :2] = beside[0, :2] + np.deg2rad([0.0, -2.0])
print(
    f"a user at {pair[0, 2]:.1f} m; its echo from {np.rad2deg(pair[1, :2]).round(0)} deg at {levels[1] - 20:.1f} dB"
)
known = {"no echo": without}
for words, places in (("echo as it is", pair), ("echo 2 deg beside", beside)):
    known[words] = standard_errors(
        crlb(block, places, levels, N_SNAPSHOTS, np.ones((2, 2)))
    )[0]
for words, spread in known.items():
    print(
        f"{words:18s} azimuth {np.rad2deg(spread[0]):.4f}, elevation {np.rad2deg(spread[1]):.4f} deg, range {spread[2]:.3f} m"
    )

# %% [markdown]
# **What it means.** Estimating this echo along with the user costs a tenth or so; one that comes from nearly the same direction costs the range a large factor. Ignoring it costs metres. This is where a method can earn
# its place, and it is not the grid.
#
# ## Where five to twenty centimetres are, and a tenth of a degree
#
# Now the plain statement. One user alone, calibrated, no echo; how far away may it stand?


# %%
def reach(array, azimuth, snr_db, quantity, limit):
    """Largest distance up to 1 km at which a bound stays below a limit [m]."""
    away = np.geomspace(0.5, 1000, 241)
    users = np.stack(
        [np.full_like(away, azimuth), np.full_like(away, -0.044), away], axis=-1
    )[:, None]
    spread = standard_errors(crlb(array, users, snr_db, N_SNAPSHOTS))[
        :, 0, quantity
    ]
    below = away[spread <= limit]
    return below.max() if below.size else 0.0


reaches = {}
table = []
for name, array in SURFACES.items():
    for snr in (0, 20, 40):
        found = [
            reach(array, azimuth, float(snr), 2, limit)
            for azimuth in bearings.values()
            for limit in (0.05, 0.20)
        ]
        reaches[name, snr] = found
        angle = np.rad2deg(
            standard_errors(crlb(array, true_four[:1], snr, N_SNAPSHOTS))[0, 0]
        )
        table.append(
            (
                name,
                f"{snr} dB",
                *(
                    f"{value:.0f} m" if value >= 2 else "below 2 m"
                    for value in found
                ),
                f"{angle:.2g} deg",
            )
        )
ledger.Table(
    "reach",
    (
        "listening",
        "SNR",
        "5 cm, ahead",
        "20 cm, ahead",
        "5 cm, at the rim",
        "20 cm, at the rim",
        "azimuth at 91 m",
    ),
    table,
)

# %% [markdown]
# **In one sentence.** With the paper's block and 20 dB, twenty centimetres of range are in the signal up to thirty metres or so and not at ninety; a tenth of a degree is there at 91 m for one user alone, and for
# four users within two degrees it is not.
#
# ## What the paper says, and what this page computed

# %% tags=["hide-input"]
ranges_91 = {
    name: alone["the paper's first user, 91 m", name][1] for name in SURFACES
}
spread_by_mask = [
    standard_errors(crlb(listening(scattered(8)), true_four[:1], 20, N_SNAPSHOTS))[
        0
    ]
    for _ in range(200)
]
spread_by_mask = np.rad2deg(np.array(spread_by_mask)[:, 0])
number_matters = ranges_91["8 anywhere"][0] / ranges_91["100 anywhere"][0]
place_matters = ranges_91["10 x 10"][0] / ranges_91["100 anywhere"][0]
ledger.record(
    ledger.row(
        "surendran2025",
        "more-elements",
        ours=f"azimuth's least error at 20 dB falls {number_matters:.1f}-fold from 8 to 100 elements anywhere, and {place_matters:.1f}-fold from 100 in a block to 100 anywhere; 200 random places of 8 differ {spread_by_mask.max() / spread_by_mask.min():.0f}-fold",
        bound=f"8 elements: {spread_by_mask.min():.3f} to {spread_by_mask.max():.2f} deg; 625: {np.rad2deg(ranges_91['25 x 25'][0]):.4f} deg",
        verdict="reproduced"
        if number_matters > 1.5 and place_matters > 1.5
        else "not reproduced",
        why="the paper's first user alone; both number and place count, and place by way of the aperture",
    ),
)

# %% [markdown]
# ## What the paper leaves open
#
# * **Is it possible at all?** It reports 5–20 cm at 91 m. For twenty centimetres a single user needs some 41 dB with the block, four together some 76, and for a tenth of a degree of azimuth 99, all of it with perfect calibration and without echoes.
#   What its figures rest on is said where they stand: [a window that knew the answer](decoupled_music.ipynb).
# * **Calibration and echoes** are not mentioned. Above.
#
# ## Exercises
#
# 1. The range bound grows with the square of the distance. From where on? Print the local exponent.
# 2. Twice the elements, or twice the spacing (aliases and all): which does more for the range?

# %% [markdown]
# <details>
# <summary>Solution 1</summary>
#
# From a few apertures on: nearer, amplitudes aside, higher orders of the curvature help.
#
# </details>

# %% tags=["hide-cell"]
exponent = np.gradient(
    np.log(by_range["straight ahead", "10 x 10"]), np.log(RANGES)
)
print("exponent at 1, 3, 10, 100 m:", exponent[[0, 14, 30, 60]].round(2))

# %% [markdown]
# <details>
# <summary>Solution 2</summary>
#
# The same, nearly. Range goes with the square of the aperture: twenty columns double it along one axis and bring twice the number; double spacing doubles it along both, for nothing but aliases.
#
# </details>

# %% tags=["hide-cell"]
base = PlanarArray(10, 10, wavelength / 2, wavelength)
more = PlanarArray(10, 20, wavelength / 2, wavelength)
wider = PlanarArray(10, 10, wavelength, wavelength)
ahead = np.array([[0.0, 0.0, 8.0]])
spread = [
    standard_errors(crlb(array, ahead, 20, N_SNAPSHOTS))[0, 2]
    for array in (base, more, wider)
]
print("range at 8 m, 20 dB [mm]: as is, twice as many, twice the spacing:")
print((np.array(spread) * 1e3).round(1))

# %% [markdown]
# ## Checks

# %%
paper_user = "the paper's first user, 91 m"
assert np.allclose(
    alone[paper_user, "10 x 10"][:, 2], [21.8, 2.17, 0.217], rtol=0.02
)
assert np.allclose(
    alone[paper_user, "25 x 25"][:, 2], [1.36, 0.136, 0.0136], rtol=0.02
)
assert abs(off_by["10 x 10"][0][2] - 29.4) < 0.5 and abs(worth_db + 2.6) < 0.1
assert together["10 x 10", 20][:, 0].min() > extent_deg, "no information at 20 dB"
assert needed["10 x 10"][0] > 80 and 40 < alone_db < 42
assert needed["25 x 25"][1] < needed["10 x 10"][1]
assert (
    10 < reaches["10 x 10", 20][3] < 60
    and reaches["10 x 10", 20][3] < true_four[0, 2]
)
assert np.all(known["echo as it is"] < 2 * without)
assert known["echo 2 deg beside"][2] > 2 * without[2]
assert np.all(np.abs(exponent[30:] - 2) < 0.05)
assert max(spread[1:]) < spread[0] / 3
assert min(spoilt) > 0.3, "an echo that is ignored costs metres"

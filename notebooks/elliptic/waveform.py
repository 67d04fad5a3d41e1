# %% [markdown]
# # How well does a scan measure angles and path sums?
#
# *The paper takes angles as known and lengths as measured. This page sends a signal, measures both, and says how strong it must be.*
#
# :::{admonition} In three lines
# :class: tip
#
# * **Errors.** With 10 MHz and 0.6 to 4.9 dB per subcarrier, a scan of 25 beams over five pairs measures the azimuth to 0.08°, the elevation to 0.03° and each path sum to 0.6 to 1 m. Each equals its Cramér–Rao bound. For the position the bound is 1.6 m.
# * **Threshold.** At −4 dB and above, fewer than one scan in a thousand goes astray, and the others are at the bound. At −6 dB about 0.5 % do (0.1 to 1.3 %). Each is wrong by about a kilometre, and the RMS error is tens of times the bound.
# * **Reach.** With our radar the paper's target has 4.6 to 8.9 dB to spare, depending on the pair. Over the pair 1600 m apart, targets as high as it are reached up to 2.2 km north.
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

# %% mystnb={"figure": {"caption": "Left: the scene of Experiment 3 from above. The wave goes from the radar B over the first surface and the target T to one of the other surfaces and back. Right: what a scan returns. Each square is a beam, bright where the echo is strong; the cross is the target. Direction cosines are the parts of a unit vector along y and z; the panel's normal points along x. Colour: the highest peak over each pair, added up over the five pairs; noise alone gives 14 to 16 dB.", "name": "fig-scan"}, "image": {"alt": "Left, a plan in kilometres: a radar B south of a row of six surfaces on the x axis, a target T north of them, and a line from B to the first surface, to the target, to the fourth surface and back to B. Right, a map of five by five squares over two direction cosines; two squares beside a cross are the brightest."}} tags=["hide-input"]
from functools import partial

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr

from irsnb import elliptic
from irsnb.arrays import PlanarArray
from irsnb.binomial import share_interval
from irsnb.bounds import transform_bound
from irsnb.elliptic import EXPERIMENTS, Radar, Scene, locate, receive, scan
from irsnb.geometry import direction_jacobian, ray_jacobian
from irsnb.montecarlo import mean, ratio_to_bound, rms, share, sweep
from irsnb.report import figures, ledger, runs
from irsnb.report.tables import table

figures.use_style()
experiment = EXPERIMENTS[3]
target, receiver = np.array(experiment.target), np.array(experiment.receiver)
surfaces = experiment.surfaces
azimuth, elevation = elliptic.direction(target, surfaces[0])
# The radar knows the sector, not the target: the middle of the beams is a degree off.
middle = (azimuth + np.deg2rad(1.0), elevation - np.deg2rad(0.5))
scene = Scene(surfaces, receiver, middle)
radar = scene.radar
rng = np.random.default_rng(2025)
more = {"quick": 1, "paper": 10}[runs.scale()]

snr = elliptic.link_budget(scene, target)
weights, array_gain = elliptic.array_weights(radar, elliptic.arrival_sines(scene))
after_array = snr * array_gain
after_array_db = 10 * np.log10(after_array)
samples = receive(scene, target, rng, weights=weights)
one_scan = scan(scene, samples)

fig, (plan, beams) = plt.subplots(1, 2, figsize=(7.4, 3.5), width_ratios=(1.25, 1))
route = np.array([receiver, surfaces[0], target, surfaces[3], receiver]) / 1000
plan.plot(*route[:, :2].T, color="C0")
plan.plot(*surfaces[:, :2].T / 1000, "ks", clip_on=False)
plan.plot(*target[:2] / 1000, "*", color="C1", ms=14)
plan.plot(*receiver[:2] / 1000, "k^")
for text, x, y in (("B", 0.28, -0.5), ("$S_1$", -0.2, 0.12), ("T", 0.82, 1.22)):
    plan.text(x, y, text)
plan.text(2.1, 0.12, "the others", ha="center")
plan.set(xlabel="x, east [km]", ylabel="y, north [km]", aspect="equal")
plan.set(xlim=(-0.3, 2.55), ylim=(-0.65, 1.5))
cells = 8 * radar.subcarriers
profiles = np.abs(np.fft.ifft(samples, n=cells, axis=-1)) ** 2 * cells**2
profiles /= radar.subcarriers  # the noise has a mean power of 1
strength = profiles.max(axis=-1).sum(axis=0).reshape(radar.beam_side, -1)
cosines = (scene.sector + radar.beam_offsets).reshape(radar.beam_side, -1, 2)
mesh = beams.pcolormesh(*np.moveaxis(cosines, -1, 0), 10 * np.log10(strength))
place = elliptic.direction_cosines(azimuth, elevation)
beams.plot(*place, "x", color="C1", ms=12, mew=3)
beams.set(xlabel="direction cosine along y", ylabel="along z", aspect="equal")
beams.grid(False)
fig.colorbar(mesh, ax=beams, label="sum of peaks over noise [dB]", shrink=0.85)
plt.show()

# %% [markdown]
# <small>For readers of [one pair](one_pair.ipynb); the last section compares with [best weights](best_weights.ipynb). Part I, Duan et al. (2025), sections 2.2, 3.2 and 3.3. 14 minutes to read. **Run time** under 20 s. Afterwards you can say when to trust a scan.</small>
#
# ## A beam is a sum of phases
#
# The radar lights the first surface, which aims a beam. Its normal points along $x$. The wave reaches element $n$ with phase $\psi_n^{bs}$ and leaves for
# the target with phase $\psi_n^{st}$, eq. (1). In between the element adds a phase $\phi_n$ of our choice (2). The target receives the sum (3), with $\mathrm i$ the imaginary unit:
#
# $$
# \mathbf{h}_{S2T}^\mathsf{T}\, \boldsymbol{\Phi}\, \mathbf{h}_{B2S}
# = \sum_{n=1}^{N_s} e^{\mathrm i(\psi_n^{st} + \phi_n + \psi_n^{bs})} .
# $$
#
# *In words:* $\mathbf h_{B2S}$ and $\mathbf h_{S2T}$ hold the phases to and from the $N_s$ elements, the diagonal matrix $\boldsymbol\Phi$ ours. Let each $\phi_n$ cancel the other two for one direction: all elements agree there, and this is a beam.

# %%
surface = PlanarArray(64, 64, radar.wavelength / 2, radar.wavelength)
from_radar = surface.steering_vector(*elliptic.direction(receiver, surfaces[0]))
to_target = surface.steering_vector(azimuth, elevation)
phases = np.conj(to_target * from_radar)
in_the_beam = np.mean(to_target * phases * from_radar)
five_degrees_off = surface.steering_vector(azimuth + np.deg2rad(5), elevation)
beside_it = np.mean(five_degrees_off * phases * from_radar)

# %% [markdown]
# The first amplitude is 1, the second, five degrees beside, 0.09. A scan sets 25 such beams side by side (figure above), over 0.16 in each direction cosine: 26° in azimuth and 13° in elevation here. Their middle must be chosen beforehand; ours is off by 1° and 0.5°. Two neighbouring
# beams see the target with different amplitudes, and that tells where between them it is.
#
# The pairs are scanned one after the other, 25 beams of 20 ms or half a second each. The second surface is not scanned: only a block of 16 by 16 of its elements is phased, so its beam is four times as wide (its loss off the middle is left out).
#
# :::{admonition} What the printed equations leave open
# :class: note dropdown
# In (3) the sum is a number and multiplies a vector $\mathbf{x}\in\mathbb{C}^{N_s}$. Then $\mathbf{a}(\theta_k)\mathbf{y}_2$ in (6) is a matrix, but $\mathbf{y}$ a vector of
# $N_a$ entries. We read $\mathbf{x}$ as transmitted samples, one at a time. Eq. (4) uses the same $\boldsymbol\Phi$ for the second surface; less than 0.2 % of the amplitude would be left there, so we give it its own.
# :::
#
# ## How strong is the echo?
#
# The paper gives no carrier, bandwidth or power. Ours stand in `Radar()`: 3.5 GHz, 10 MHz in $K = 128$ subcarriers, $P_t$ = 2 kW, $G_t$ = 2000, $N_a$ = 8 antennas with $G_r$ = 50, noise factor $F$ = 2, and 64 by 64 elements half a wavelength apart on the first surface.
# The target has a radar cross-section $\sigma_T$ of 10 m². The wave travels four legs $r_1$ to $r_4$, over two surfaces and the target. In the middle of a beam, after all antennas are summed, one subcarrier of pair $j$ has the signal-to-noise ratio
#
# $$
# \gamma_j = N_a\;\underbrace{P_t G_t\,\frac{\sigma_T\, G_r\lambda^2}{4\pi}}_{\text{radar, target}}\;
# \prod_{s=1}^{2}\underbrace{\frac{4\pi A_s^2 \cos\vartheta_{s,in}\cos\vartheta_{s,out}}{\lambda^2}}_{\text{surfaces}}\;
# \underbrace{\frac{1}{(4\pi)^4\, r_1^2 r_2^2 r_3^2 r_4^2}}_{\text{legs}}\;
# \frac{\tau}{K\,k_B T_0 F} .
# $$
#
# *In words:* $P_t$ is sent with gain $G_t$ and received with gain $G_r$ at each antenna. Doubling all lengths costs 24 dB. A surface's area $A_s$ enters squared, for what it catches and for how sharply it aims;
# it shrinks with the cosines of the angles $\vartheta$ of arrival and departure. The energy of a dwell $\tau$ of 20 ms is shared by $K$ subcarriers and competes with thermal noise at $T_0 = 290$ kelvin times $F$. The paper's (3) and (4) have one path loss for both ways; here the way back loses 4 to 16 dB more than the way out.

# %% mystnb={"figure": {"caption": "Signal-to-noise ratio of one subcarrier after the eight antennas, by the distance of the two surfaces. Grey line: the threshold found below. At 2400 m the paths are long; at 800 m the second surface sees the target nearly edge-on; 1200 m is the best compromise.", "name": "fig-pair-budgets"}, "image": {"alt": "Five points against the distance of the surfaces from 800 to 2400 metres. The ratio rises from 1.4 decibels at 800 metres to 4.9 at 1200 and falls to 0.6 at 2400. A grey line lies at minus 4 decibels."}} tags=["hide-input"]
fig, axes = plt.subplots(figsize=(7.2, 2))
axes.plot(scene.focal_distances, after_array_db, "o-")
axes.axhline(-4, color="0.4", lw=1)
axes.text(2400, -3.8, "threshold, −4 dB", ha="right", va="bottom")
axes.set(xlabel="distance of the surfaces [m]", ylabel="SNR [dB]", ylim=(-5, 6))
axes.set_xticks(scene.focal_distances)
plt.show()

# %% [markdown]
# ## Reading angles and path sums off the samples
#
# In pair $j$, beam $b$ and subcarrier $\ell$ the echo is $\alpha_j\, g_b(\mathbf q)\, e^{-\mathrm i 2\pi f_\ell d_j/c_0}$ plus noise, eqs. (4)–(6). Here $\mathbf q = (q_y, q_z)$ are the target's direction cosines and $g_b$ the amplitude with which beam $b$ lights them. Frequencies $f_\ell$ count from the centre of the band, and $c_0$ is the speed of light.
# The path sum $d_j$ turns the phase from one subcarrier to the next. With the unknown complex strength $\alpha_j$ eliminated, the likelihood of the samples $y_{jb\ell}$ of $M$ pairs grows with
#
# $$
# \sum_{j=1}^{M} \frac{\left|\sum_{b,\ell} g_b(\mathbf{q})\, y_{jb\ell}\, e^{\,\mathrm i 2\pi f_\ell d_j/c_0}\right|^2}{\sum_b g_b(\mathbf{q})^2} .
# $$
#
# *In words:* guess a direction and the lengths, undo their phases, weight each beam by the gain it would have, and add up. In code, `receive` makes samples (its `weights` sum the eight antennas towards each second surface), `scan` measures, and `locate` fits one position:

# %%
found = scan(scene, receive(scene, target, rng, weights=weights))
measured = found.azimuth, found.elevation, found.path_sums
fix = locate(surfaces, *measured, covariance=found.covariance)
miss = np.linalg.norm(fix.position - target)

# %% [markdown]
# The path sums of a scan are the peaks of five profiles. The window begins at the distance of the two surfaces, the shortest path there is, and is 128 × 29.98 m = 3837 m long:

# %% mystnb={"figure": {"caption": "The echo over each pair in its strongest beam, against path length. Profiles are shifted up, each is scaled to its peak and ends where its window does (at 4.64 km for the lowest). The dots are the true path sums. A peak is 30 m wide, one resolution cell, and is measured to a fiftieth to a thirtieth of that.", "name": "fig-profiles"}, "image": {"alt": "Five curves of power above each other against path length from 3.7 to 4.3 kilometres. Each is noise with one narrow peak at a different length, and a dot marks the top of each peak."}} tags=["hide-input"]
fig, axes = plt.subplots(figsize=(7.2, 3.6))
true_sums = elliptic.path_sums(surfaces, target)
best_beam = profiles.max(axis=-1).sum(axis=0).argmax()
for j, distance in enumerate(scene.focal_distances):
    length = distance + np.arange(cells) * radar.path_window / cells
    height = 1.2 * (scene.n_pairs - 1 - j)
    power = profiles[j, best_beam] / profiles[j, best_beam].max()
    axes.plot(length / 1000, power + height, color=f"C{j}", lw=1.1)
    axes.plot(true_sums[j] / 1000, 1 + height, "ko", ms=4)
    axes.text(4.65, height + 0.2, f"{distance:.0f} m apart", color=f"C{j}")
axes.set(
    xlim=(3.6, 4.85),
    xlabel="path length [km]",
    ylabel="power over its peak, shifted",
)
axes.set_yticks([])
plt.show()

# %% [markdown]
# ## No unbiased method can do better
#
# The Cramér–Rao bound takes the derivative of the noise-free samples by each unknown. What looks like a change of the unknown strength tells nothing, so we project it out. Directions live
# in the beams, lengths in the subcarriers; as the $f_\ell$ have mean 0, they do not disturb each other:
#
# $$
# \sigma_{d_j}^2 \ge \frac{c_0^2}{2\,\gamma_j \sum_b g_b^2 \sum_\ell (2\pi f_\ell)^2} , \qquad
# \operatorname{cov}(\hat{\mathbf{q}}) \succeq
# \Big(2 K \textstyle\sum_j \gamma_j\, \dot{\mathbf{g}}^\mathsf{T}\mathbf{P}_g^\perp \dot{\mathbf{g}}\Big)^{-1} .
# $$
#
# Here $\dot{\mathbf g}$ holds the derivatives of the beams' amplitudes by $q_y$ and $q_z$, and $\mathbf P_g^\perp$ removes their part along $\mathbf g$. *In words:* bandwidth measures lengths, the width of the beams measures directions, and power helps both. Hundreds of scans agree:

# %% tags=["hide-input"]
drawn = elliptic.scan_trial(rng, 600 * more, scene=scene, targets=target)
in_units = np.rad2deg(drawn["angles"]), drawn["path_sums"]
measured_rms = rms(xr.DataArray(np.hstack(in_units), dims=("draw", "value"))).values
bounds = elliptic.scan_crlb(scene, azimuth, elevation, after_array)
angles_bound, sums_bound = bounds
limits = np.r_[np.rad2deg(np.sqrt(np.diag(angles_bound))), sums_bound]
names = ["azimuth [deg]", "elevation [deg]"]
names += [f"path sum, {x:.0f} m apart [m]" for x in scene.focal_distances]
table(
    list(
        zip(
            names,
            map(tuple, measured_rms),
            map("{:.2f}".format, limits),
            strict=True,
        )
    ),
    head=("measurement", "RMS error", "bound"),
    caption="Errors of one scan at the paper's target, with 95 % intervals, and the bound.",
)

# %% [markdown]
# Azimuth $\theta$ and elevation $\varphi$ follow from $q_y = \cos\varphi\sin\theta$ and $q_z = \sin\varphi$, which are measured about equally well. The target stands 60° from the panel's normal in azimuth and 45° up. There a step of $q_y$ turns
# the azimuth by $1/(\cos\theta\cos\varphi) = 2.8$ times as much. A step of $q_z$ turns the elevation by 1.4 times as much and, because $\cos\varphi$ changes, the azimuth by 2.5. So the azimuth's error is 2.5 times the elevation's, and the two are correlated by 0.69.
#
# ## From which signal-to-noise ratio on?
#
# The bound describes small errors. With too little signal the highest peak is one of noise, anywhere in the window. We call a scan **astray** if its path
# sum is wrong by more than two resolution cells, 60 m. We scan with the pair 1600 m apart again and again. At each level the drawing stops as soon as the 95 % interval of the share lies on one side of one in a thousand. (We look after every 200 scans; that raises the risk of a false “more” from 2.5 to 8 %.)


# %%
pair = Scene(surfaces[[0, 3]], receiver, middle)  # the surfaces 1600 m apart
_, antennas_gain = elliptic.array_weights(radar, elliptic.arrival_sines(pair))
pair_gain = antennas_gain[0]  # eight antennas: 9 dB


def astray_trial(rng, draws, level_db):
    before_array = level_db - 10 * np.log10(pair_gain)
    drawn = elliptic.scan_trial(
        rng, draws, scene=pair, targets=target, snr_db=before_array
    )
    error = drawn["path_sums"][:, 0]
    return {"error": error, "astray": np.abs(error) > 60}


def decided(draws):
    _, lower, upper = share(draws["astray"]).values  # with its 95 % interval
    return lower > 1e-3 or upper < 1e-3


# %% tags=["hide-input"]
quick = {"progress": False, "seed": 2025, "batch_size": 200}
quick |= {"settings": {"level_db": [-16, -12, -10, -8, -6, -4]}}
tested = sweep(astray_trial, **quick, draws=5000 * more, until=decided)
quick |= {"settings": {"level_db": [0, 5, 10, 15, 20]}}
strong = sweep(astray_trial, **quick, draws=200 * more)
astray = share(tested["astray"])
path_error = xr.concat([rms(tested["error"]), rms(strong["error"])], dim="level_db")
levels_db = path_error["level_db"].values
sound = astray.sel(end="upper").values < 1e-3
threshold_db = int(tested["level_db"].values[sound].min())

# %% mystnb={"figure": {"caption": "Left: share of scans astray, with 95 % intervals; horizontal line, one in a thousand. Right: RMS error of the path sum. From the threshold (vertical line) on none of these scans is astray, and the error lies on the bound (dotted). Below it astray scans lift it by orders of magnitude. The band is cut off at the bound. SNR of one subcarrier after the eight antennas.", "name": "fig-threshold"}, "image": {"alt": "Two panels against the signal-to-noise ratio. Left, on a logarithmic axis, the share of scans astray falls from nearly 100 percent at minus 16 decibels to below 0.1 percent at minus 4. Right, on a logarithmic axis, the error falls from about a kilometre to two metres at minus 4 decibels and then follows a dotted straight line; a second curve leaves that line only near minus 7 decibels."}} tags=["hide-input"]
fine = np.linspace(-16, 20, 73)
setting = pair, azimuth, elevation, 10 ** (fine[:, None] / 10)
crlb = elliptic.scan_crlb(*setting)[1][:, 0]
ziv_zakai = elliptic.scan_ziv_zakai(*setting)[:, 0]
fig, (left, right) = plt.subplots(1, 2, figsize=(7.4, 3.4), width_ratios=(1, 1.25))
value, lower, upper = 100 * np.moveaxis(astray.values, -1, 0)
band = {"ml": (np.maximum(lower, 0.02), upper)}
value = np.where(value > 0, value, np.nan)
figures.curves(left, tested["level_db"].values, {"ml": value}, bands=band)
left.set(xlabel="SNR of a subcarrier [dB]", ylabel="scans astray [%]")
left.set(yscale="log", ylim=(0.02, 150))
left.set_yticks([0.1, 1, 10, 100], ["0.1", "1", "10", "100"])
left.axhline(0.1, color="0.6", lw=1)
left.set_xticks([-16, -12, -8, -4])
left.annotate(
    "none\nof 3800",
    (-4, 0.02),
    (-5.2, 0.032),
    ha="right",
    arrowprops={"arrowstyle": "->"},
)
value, lower, upper = np.moveaxis(path_error.values, -1, 0)
band = {"ml": (np.maximum(lower, np.interp(levels_db, fine, crlb)), upper)}
figures.curves(right, levels_db, {"ml": value}, bands=band)
right.plot(fine, crlb, **figures.style("bound"))
right.plot(fine, ziv_zakai, **figures.style("Ziv–Zakai bound", marker=""))
right.set(xlabel="SNR of a subcarrier [dB]", ylabel="RMS error of the path sum")
right.set(yscale="log", ylim=(0.08, 3000))
figures.length_ticks(right.yaxis)
right.legend(loc="upper right", fontsize=8)
for axes in (left, right):
    axes.axvline(threshold_db, color="0.6", lw=1)
plt.show()

# %% [markdown]
# At −4 dB none of 3800 scans goes astray. This is our threshold: at most one scan in a thousand is lost, and the others are at the bound. The RMS error over *all* scans asks for more, as one astray scan in a thousand alone makes it 30 m. At −6 dB about 0.5 % go astray (0.1 to 1.3 %), and it is tens of times the bound.
#
# The figure's second bound, by Ziv and Zakai, also counts large errors, but only those of choosing between *two* delays. A scan chooses among 128 cells and 25 beams, so its own threshold lies some 2 dB above the one of this bound.
#
# One pair cannot notice a false path sum. Several can: sums that belong to no common position have a large misfit, and `scan` reports
# `converged` as false. So it does for a path longer than the window, which appears 3837 m too short.
#
# ## How far does that reach?
#
# The map is for the height of the paper's target and the pair 1600 m apart. The first surface is edge-on to targets at $x = 0$, the second to those at $x = 1.6$ km, so the pair sees nothing there.

# %% mystnb={"figure": {"caption": "Margin of the link budget over the threshold, for targets 1400 m high. It ends at the thick line, 0 dB. Pair 1600 m apart; squares: the two surfaces, which face each other along x; star: the paper's target; triangle: the radar.", "name": "fig-reach"}, "image": {"alt": "A map over x from 0 to 1.6 and y from minus 1.6 to 2.8 kilometres, north up. The margin is highest between the two surfaces and falls in all directions; a thick contour at zero runs about two kilometres north of them. A star lies inside it."}} tags=["hide-input"]
gx, gy = np.linspace(20, 1580, 79), np.linspace(-1600, 2800, 89)
plane = np.stack(np.broadcast_arrays(gx, gy[:, None], target[2]), axis=-1)


def margin(places):
    return 10 * np.log10(elliptic.link_budget(pair, places)[..., 0] * pair_gain) + 4


margin_db = margin(plane)
north = np.linspace(500, 4000, 3501)
line = np.stack(np.broadcast_arrays(800, north, target[2]), axis=-1)
reach = north[margin(line) >= 0].max()
spare_db = after_array_db[2] - threshold_db

fig, axes = plt.subplots(figsize=(5, 5))
field = gx / 1000, gy / 1000, margin_db
mesh = axes.pcolormesh(*field, rasterized=True, vmin=-15, vmax=15)
axes.contour(*field, [0, 10], colors="w", linewidths=[2.5, 0.8])
label = {"ha": "center", "va": "center", "weight": "bold"}
label["bbox"] = {"facecolor": "w", "edgecolor": "none", "pad": 1.5}
for level in (10, 0):  # where each line crosses the middle, in the north
    crossing = north[margin(line) >= level].max() / 1000
    axes.text(0.8, crossing, f"{level} dB", **label)
axes.plot([0, 1.6], [0, 0], "ks", clip_on=False, zorder=5)
axes.plot(target[0] / 1000, target[1] / 1000, "*", color="C1", ms=14, mec="white")
axes.plot(receiver[0] / 1000, receiver[1] / 1000, "k^", mec="white", ms=8)
axes.set(xlabel="x, east [km]", ylabel="y, north [km]", aspect="equal")
axes.grid(False)
fig.colorbar(mesh, ax=axes, label="margin [dB]", shrink=0.8)
plt.show()

# %% [markdown]
# Over this pair the paper's target has 8.1 dB to spare. Midway between the surfaces the budget ends 2.2 km north.
#
# ## From angles and sums to a position
#
# From two angles and five path sums the bound of the position is 1.6 m, and that of its direction at the radar 0.045° in azimuth and 0.020° in elevation; the scan above missed by 2.7 m. `Scan.covariance` says that the azimuth is worse than the
# elevation, that both are correlated, and which pair is weak. A simpler noise has one deviation for both angles and one for all sums. The figure also has the paper's mean (22) and binary weighting (21) of the five pairs' directions.

# %% tags=["hide-input"]
keys = ("mean", "binary", "best", "simple", "direction")
bound = xr.DataArray(drawn["direction_bound"][0], dims="angle")
errors = {k: xr.DataArray(drawn[k], dims=("draw", "angle")) for k in keys}
over_bound = {k: ratio_to_bound(error, bound).values for k, error in errors.items()}
squares = {k: (error / bound) ** 2 for k, error in errors.items()}
lost = mean(squares["simple"] - squares["direction"]).values

true_noise = np.diag(np.r_[0, 0, sums_bound**2])
true_noise[:2, :2] = angles_bound
average = np.trace(angles_bound) / 2, np.mean(sums_bound**2)
told = np.diag(np.repeat(average, [2, 5]))
noises = {"covariance": true_noise, "told": told}
reached = elliptic.mismatched_covariance(surfaces, target, **noises)
seen = transform_bound(reached, direction_jacobian(target, receiver))
expected = np.sqrt(np.diag(seen)) / bound.values

# %% mystnb={"figure": {"caption": "Error of the direction at the radar over its bound, with 95 % intervals. Told the full covariance of each scan, the fit is on the bound. Told one deviation for both angles and one for all sums, it loses what first-order theory says (grey bars, computed for this fit). Best weights take the same two deviations and lose the same. 600 scans.", "name": "fig-chain"}, "image": {"alt": "Five rows of points with intervals, a circle for azimuth and a square for elevation, against the ratio to the bound from 1 to about 1.8. The fit with full covariance lies at 1, the fit with simple noise at about 1.05 and 1.1 on grey bars, the paper's weightings farther right in azimuth."}} tags=["hide-input"]
fig, axes = plt.subplots(figsize=(7.2, 3.2))
for k, (name, shift) in enumerate((("azimuth", 0.14), ("elevation", -0.14))):
    values = np.array([ratios[k] for ratios in over_bound.values()])
    rows, spread = np.arange(5) + shift, np.abs(values[:, 1:] - values[:, :1]).T
    look = {"fmt": "os"[k], "color": f"C{k}", "capsize": 3, "label": name}
    axes.errorbar(values[:, 0], rows, xerr=spread, **look)
    axes.plot([expected[k]] * 2, [3 + shift - 0.12, 3 + shift + 0.12], "0.5", lw=4)
axes.axvline(1, **figures.style("bound", label="_"))
labels = ("mean (22)", "binary weighting (21)", "best weights")
labels += ("fit, simple noise", "fit, full covariance")
axes.set_yticks(range(5), labels)
axes.set(xlabel="RMS error over its Cramér–Rao bound")
axes.legend(loc="upper right")
plt.show()

# %% [markdown]
# With the full covariance the fit is on the bound. With the simple noise it is 4.5 % above it in azimuth and 8.9 % in elevation by first-order theory (`mismatched_covariance`), and the draws agree. The [best weights](best_weights.ipynb) have the same loss, because they also take one deviation for both angles. The paper's two combinations are farther off in azimuth.
#
# ## Exercises
#
# **1.** The bandwidth is doubled; power and the 128 subcarriers stay. What happens to the path sums' bound? And to the threshold?
#
# :::{hint}
# :class: dropdown
# How far from the carrier are the outermost subcarriers? How much energy has the echo?
# :::
# :::{admonition} Solution
# :class: dropdown
# The bound halves, because the subcarriers reach twice as far out. Energy and number of cells are the same, so the threshold stays.
# :::

# %% tags=["hide-cell"]
wide = Scene(surfaces, receiver, middle, Radar(bandwidth=20e6))
wide_bound = elliptic.scan_crlb(wide, azimuth, elevation, after_array)[1]
assert np.allclose(wide_bound / sums_bound, 0.5)
assert np.allclose(elliptic.link_budget(wide, target), snr)

# %% [markdown]
# **2.** The target is a small drone with a cross-section of 1 m² instead of 10 m². Which line of the reach map is now its end? Predict, then draw (`Radar(cross_section=1)`).
#
# :::{hint}
# :class: dropdown
# How many dB is a tenth?
# :::
# :::{admonition} Solution
# :class: dropdown
# The thin line of 10 dB, because every margin falls by 10 dB. The paper's target is now out of reach.
# :::

# %% tags=["hide-cell"]
drone = Scene(surfaces, receiver, middle, Radar(cross_section=1.0))
drone_db = 10 * np.log10(elliptic.link_budget(drone, target) / snr)
assert np.allclose(drone_db, -10) and spare_db - 10 < 0

# %% [markdown]
# **3.** How many scans must you draw without one that is astray, before the exact two-sided 95 % interval of the share lies below one in a thousand?
#
# :::{hint}
# :class: dropdown
# If the share is $p$, then $n$ scans are all sound with probability $(1-p)^n$. A two-sided interval leaves 2.5 % on each side.
# :::
# :::{admonition} Solution
# :class: dropdown
# $(1 - 0.001)^n < 0.025$ gives $n = 3688$. The drawing stops after the next batch, at 3800.
# :::

# %% tags=["hide-cell"]
needed = int(np.ceil(np.log(0.025) / np.log(1 - 1e-3)))
assert needed == 3688 and share_interval(0, needed)[1] <= 1e-3
assert share_interval(0, needed - 1)[1] > 1e-3

# %% [markdown]
# **4.** If the path sums were exact, how much of the error of the direction at the radar would remain? What would you buy, bandwidth or a larger surface?
#
# :::{hint}
# :class: dropdown
# Open the cell of the last figure. Put a tiny variance for the sums into `true_noise` and call `elliptic.direction_crlb(surfaces, receiver, target, covariance=true_noise)`.
# :::
# :::{admonition} Solution
# :class: dropdown
# 12 % in azimuth and 92 % in elevation. Exact path sums put the target on a circle about the line of surfaces. Where on it, only the angles see, and
# from this radar a step along the circle is a step in elevation. So bandwidth improves the azimuth, a larger first surface the elevation.
# :::

# %% tags=["hide-cell"]
exact_sums = true_noise.copy()
exact_sums[2:, 2:] = 1e-8 * np.eye(5)
with_exact = elliptic.direction_crlb(
    surfaces, receiver, target, covariance=exact_sums
)
remaining = np.sqrt(np.diag(with_exact)) / bound.values

# %% [markdown]
# ## What the paper claims

# %% tags=["hide-input"]
n_elements, n_antennas = surface.positions.shape[0], radar.antennas
outer, inner = (
    np.linalg.norm(surfaces - place, axis=1) for place in (target, receiver)
)
products, lengths = outer * inner, outer + inner
return_loss_db = 20 * np.log10(products[1:] / products[0])
same_loss = {
    "loss by the product of distances": products[1:] == products[0],
    "loss by their sum": lengths[1:] == lengths[0],
}
full, errors_m = over_bound["direction"], measured_rms[2:, 0]
row = partial(ledger.row, "duan2025")
ledger.record(
    row(
        "measured-delay",
        ours=f"{errors_m.min():.2f} to {errors_m.max():.2f} m over the five pairs with "
        f"10 MHz, with fewer than one scan in 1000 astray from {threshold_db} dB per subcarrier on",
        bound=f"{sums_bound.min():.2f} to {sums_bound.max():.2f} m",
        verdict=ledger.untestable("bandwidth, power and waveform"),
    ),
    row(
        "known-angles",
        ours=f"{measured_rms[0, 0]:.3f} and {measured_rms[1, 0]:.3f} deg by 25 beams",
        bound=f"{limits[0]:.3f} and {limits[1]:.3f} deg",
        verdict=ledger.untestable("the surface's size and how angles are measured"),
        why="a beam knows where it aims, not where in it the target is",
    ),
    row(
        "signal-model",
        ours=f"with the x of (3) as transmitted samples, the direction's errors are {full[0, 0]:.2f} "
        f"(azimuth) and {full[1, 0]:.2f} (elevation) times their bound",
        bound="1",
        verdict=ledger.inconsistent(
            ledger.Statement("Section 2.2", "x has an entry for each element"),
            ledger.Statement("Eq. (6)", "y has an entry for each antenna"),
            quantity="entries of a y_2, and of y",
            readings={
                "x as printed": ((n_antennas * n_elements,) * 2, (n_antennas,) * 2),
                "x a sample at a time": ((n_antennas,) * 2, (n_antennas,) * 2),
            },
            otherwise=ledger.untestable("carrier, bandwidth, powers and sizes"),
        ),
    ),
    row(
        "one-path-loss",
        ours=f"the way back loses {return_loss_db.min():.1f} to "
        f"{return_loss_db.max():.1f} dB more, over the five pairs of Experiment 3",
        verdict=ledger.holds(same_loss, drawn=False),
        why="the two ways have different lengths, and no cross-section appears",
    ),
)

# %% [markdown]
# ## Checks

# %% tags=["hide-cell"]
# Checks: one line for each number and statement of this page.
assert np.isclose(abs(in_the_beam), 1) and 0.085 < abs(beside_it) < 0.095
assert np.round([after_array_db.min(), after_array_db.max()], 1).tolist() == [
    0.6,
    4.9,
]
assert found.converged and one_scan.converged and fix.converged
position = elliptic.position_crlb(surfaces, target, covariance=true_noise)
assert round(np.sqrt(np.trace(position)), 1) == 1.6 and round(miss, 1) == 2.7
assert np.rad2deg(bound.values).round(3).tolist() == [0.045, 0.02]
assert np.all(np.abs(measured_rms[:, 0] / limits - 1) < 0.12), "at the bound"
assert (
    limits.round(2)[[0, 1]].tolist() == [0.08, 0.03] and np.ptp(limits[2:]) < 0.45
)
assert np.isclose(
    angles_bound[0, 1] / np.prod(angles_bound.diagonal()) ** 0.5, 0.69, 0.01
)
assert 13.5 < 10 * np.log10(np.median(strength)) < 16.5, "beams without target"
assert threshold_db == -4 and round(radar.path_window) == 3837
_, lower, upper = astray.sel(level_db=-6).values
assert lower < 0.0043 < upper, "16,000 scans gave 0.43 %"
in_bounds = path_error.values / np.interp(levels_db, fine, crlb)[:, None]
assert in_bounds[4, 0] > 10 and in_bounds[4, 2] > 38, "at -6 dB"
assert np.all(np.abs(in_bounds[5:, 0] - 1) < 0.2), "on the bound above it"
far = 1.9 * target  # from the first surface the same direction, beyond the window
wrapped = scan(scene, receive(scene, far, rng, snr=snr, weights=weights))
short_by = elliptic.path_sums(surfaces, far) - wrapped.path_sums
assert np.allclose(short_by, radar.path_window, atol=10) and not wrapped.converged
weak = elliptic.scan_trial(rng, 50, scene=scene, targets=target, snr_db=-30.0)
assert weak["scanned"].mean() < 0.1, "astray scans over five pairs are noticed"
looks = 200 * np.arange(1, 26)
seen_astray = rng.binomial(200, 1e-3, (4000, 25)).cumsum(axis=1)
above = (
    share_interval(seen_astray, np.broadcast_to(looks, seen_astray.shape))[0] > 1e-3
)
assert 0.06 < above.any(axis=1).mean() < 0.11 and round(0.999**3800, 3) == 0.022
strayed = np.abs(tested["error"].sel(level_db=-6).values)
strayed = strayed[strayed > 60]
assert 500 < np.sqrt(np.mean(strayed**2)) < 2000, "about a kilometre"
assert np.all(np.interp([-8, -6], fine, ziv_zakai / crlb) > [1.1, 1.0])
assert np.interp(-6, fine, ziv_zakai / crlb) < 1.1, "some 2 dB lower"
assert round(spare_db, 1) == 8.1 and round(reach / 1000, 1) == 2.2
spare = np.round(after_array_db - threshold_db, 1)
assert [spare.min(), spare.max()] == [4.6, 8.9] and spare.argmax() == 3
turns = np.linalg.inv(ray_jacobian(azimuth, elevation)[1:])  # angles by (q_y, q_z)
assert turns.round(1).ravel().tolist() == [2.8, 2.5, 0.0, 1.4]
assert round(limits[0] / limits[1], 1) == 2.5
spanned = np.rad2deg(0.16 * np.array([turns[0, 0], turns[1, 1]]))
assert spanned.round().tolist() == [26, 13] and 5 * 2 / radar.surface_side < 0.16
assert 28 < 30 / errors_m.max() < 33 and 43 < 30 / errors_m.min() < 53
assert expected.round(3).tolist() == [1.045, 1.089]
for ratios, theory in zip(over_bound["simple"], expected, strict=True):
    assert ratios[1] < theory < ratios[2], "the draws agree with theory"
assert np.all((full[:, 1] < 1) & (1 < full[:, 2])) and lost[1, 1] > 0
assert np.allclose(over_bound["best"], over_bound["simple"], rtol=0.01)
assert min(over_bound["binary"][0, 1], over_bound["mean"][0, 1]) > full[0, 2]
assert remaining.round(2).tolist() == [0.12, 0.92]
for other in surfaces[1:]:
    angles = elliptic.direction(target, other), elliptic.direction(receiver, other)
    through = surface.steering_vector(*angles[0]) * surface.steering_vector(
        *angles[1]
    )
    assert np.abs(np.mean(through * phases)) < 0.002, "phases of the first surface"
assert return_loss_db[[0, -1]].round().tolist() == [16, 4]

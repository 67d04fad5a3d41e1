# %% [markdown]
# # From a waveform to angles and path sums
#
# **Part I, the signal behind Duan et al. (2025).** For readers of [one pair](one_pair.ipynb). **Run time** under 60 s on two cores
# at quick scale; `IRSNB_SCALE=paper` draws ten times as much noise.
#
# After this notebook you can
#
# * simulate the paper's signal (1)–(6): two surfaces, an array, interference, noise;
# * measure departure angles by a scan of beams and path sums by their delay, at the Cramér–Rao bound;
# * say at which signal-to-noise ratio this breaks down, and how far away a target that is;
# * say what a jammer and a detour of the echo do to each measurement.

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
from dataclasses import fields

import matplotlib.pyplot as plt
import numpy as np

from irsnb.arrays import PlanarArray
from irsnb.bounds import cramer_rao_bound, transform_bound
from irsnb.elliptic import (
    EXPERIMENTS,
    Detour,
    Radar,
    array_weights,
    arrival_sines,
    beam_responses,
    binary_weights,
    combine,
    cosines_to_direction,
    direction,
    direction_cosines,
    eccentricity,
    fuse,
    link_budget,
    locate,
    path_sum,
    receive,
    receive_steering,
    scan,
    scan_crlb,
)
from irsnb.geometry import direction_jacobian
from irsnb.report import figures, ledger, runs

figures.use_style()

# %% [markdown]
# ## A radar that looks around two corners
#
# The scene is the paper's Experiment 3. A radar at (200, −400, −30) m cannot see the target. It lights the first surface, at
# the origin, and the first surface aims a beam. Whatever the target scatters back reaches a second surface, which passes it on to the
# radar's receiving array. The five pairs take turns, so that each echo is known by its turn.
#
# The paper writes this signal down, (1)–(6), and then computes with angles and lengths. It says of the angles that they are known
# from the surface, of the lengths that they are measured. Here both are measured, from samples with noise. For that a radar must have
# numbers, and **none of these is the paper's**:

# %%
radar = Radar()
scene = EXPERIMENTS[3]
target, receiver, semi_focals, one_pair = (
    np.array(scene.target),
    np.array(scene.receiver),
    np.array(scene.semi_focals),
    scene.one_pair,
)
azimuth, elevation = direction(target, np.zeros(3))
# The radar knows the sector, not the target: the middle of the scan is a degree off.
middle = np.array([azimuth, elevation]) + np.deg2rad([1.0, -0.5])
more = {"quick": 1, "paper": 10}[runs.scale()]
rng = np.random.default_rng(2025)

UNITS = {
    "carrier": "Hz",
    "bandwidth": "Hz",
    "transmit_power": "W",
    "cross_section": "m^2",
    "dwell": "s",
}
SYMBOLS = {
    "subcarriers": "K",
    "antennas": "N_a",
    "transmit_power": "P_t",
    "transmit_gain": "G_t",
    "antenna_gain": "G_r",
    "cross_section": "sigma",
    "dwell": "T",
    "noise_factor": "F",
}
for entry in fields(radar):
    value = getattr(radar, entry.name)
    symbol = SYMBOLS.get(entry.name, "")
    print(f"{entry.name:16s} {symbol:6s} {value:>10g} {UNITS.get(entry.name, '')}")
beams, pairs = radar.beam_side**2, len(semi_focals)
print(
    f"one scan: {beams} beams x {pairs} pairs = {beams * pairs * radar.dwell:.1f} s"
)
print(f"path lengths are told apart within {radar.path_window:.0f} m")

# %% [markdown]
# ## One beam: (1)–(3)
#
# The wave from the radar reaches element $i$ with phase $\psi_i^{bs}$, leaves for the target with phase $\psi_i^{st}$ (1), and in
# between the element adds a phase $\phi_i$ of our choice (2). What arrives at the target is the sum of all of them (3):
#
# $$
# \mathbf{h}_{S2T}^\mathsf{T}\, \boldsymbol{\Phi}\, \mathbf{h}_{B2S}
# = \sum_{i=1}^{N_s} e^{j(\psi_i^{st} + \phi_i + \psi_i^{bs})} .
# $$
#
# *In words:* choose each $\phi_i$ to cancel the other two for one direction, and all elements agree there: a beam. In another
# direction they disagree.
#
# (As printed, (3) multiplies this sum, a number, with a *vector* $\mathbf{x}\in\mathbb{C}^{N_s}$; then $\mathbf{y}_2$ is one too, and
# $\mathbf{a}(\theta_k)\,\mathbf{y}_2$ in (6) does not fit $\mathbf{y}\in\mathbb{C}^{N_a}$. We read $\mathbf{x}$ as the transmitted samples, one number at a
# time. And (4) uses the same $\boldsymbol{\Phi}$ again for the second surface; we give that one its own. Both are counted below.)
#
# The beams of a scan stand side by side, $5\times5$ of them, spaced by $2/64$ in direction cosine, where each has its first zero on the
# middle of the next. Only direction cosines along the surface count, so we compute in those.

# %%
surface = PlanarArray(
    radar.surface_side,
    radar.surface_side,
    radar.wavelength / 2,
    radar.wavelength,
)
from_radar = surface.steering_vector(*direction(receiver, np.zeros(3)))
to_target = surface.steering_vector(azimuth, elevation)
aims = direction_cosines(*middle) + radar.beam_offsets
phases = np.conj(
    from_radar
    * np.exp(2j * np.pi / radar.wavelength * aims @ surface.positions[:, 1:].T)
)
literal = (to_target * phases * from_radar).mean(axis=-1)  # (1)-(3), beam by beam
response, _ = beam_responses(
    radar, direction_cosines(azimuth, elevation), direction_cosines(*middle)
)
worst_beam = np.abs(literal - response).max()
print("amplitude at the target, beam by beam:")
print(response.reshape(radar.beam_side, -1).round(3))
print(f"(1)-(3) element by element differ by less than 1e-9: {worst_beam < 1e-9}")

# (3), (4) and (6) to the letter: x has an entry for each element of the surface
aimed = np.conj(to_target * from_radar)  # the phases that light the target best
factor = (to_target * aimed * from_radar).mean()
y_1 = factor * np.ones(len(aimed))
y_2 = factor * y_1
antenna_steering = receive_steering(radar, arrival_sines(receiver, [one_pair])[0])
printed_6 = np.multiply.outer(antenna_steering, y_2).shape
print(f"a(theta_k) y_2 as printed: {printed_6}, y in (6): {(radar.antennas,)}")
second = np.array([2 * one_pair, 0.0, 0.0])
through_second = surface.steering_vector(
    *direction(target, second)
) * surface.steering_vector(*direction(receiver, second))
its_own, reused = (
    np.abs(np.mean(through_second * used))
    for used in (np.conj(through_second), aimed)
)
reused_below = np.ceil(1000 * reused) / 1000
print(f"amplitude over the second surface with its own phases: {its_own:.3f}")
print(
    f"                         with those of the first, (4): below {reused_below:.3f}"
)

# %% [markdown]
# ## The budget
#
# Four ways through the air, two surfaces and a target. A surface of area $A$ takes in $A\cos\vartheta_{in}$ of the power that
# passes, and sends it on with the gain of its aperture. One sample of one antenna, over pair $j$ and in the middle of a beam, has a
# signal-to-noise ratio of
#
# $$
# \gamma_j^\text{one} = \underbrace{P_t G_t\,\frac{\sigma\, G_r\lambda^2}{4\pi}}_{\text{radar and target}}\;
# \prod_{s=1}^{2}\underbrace{\frac{4\pi A_s^2 \cos\vartheta_{s,in}\cos\vartheta_{s,out}}{\lambda^2}}_{\text{surfaces}}\;
# \prod_{i=1}^{4}\underbrace{\frac{1}{4\pi r_i^2}}_{\text{ways}}\;
# \frac{T}{K\,k_B T_0 F} .
# $$
#
# Letters in the table above are meant as there ($\sigma$ is the cross-section of the target). $A_s$ is the area that surface $s$ phases,
# $\vartheta_{s,in}$ and $\vartheta_{s,out}$ are the angles from its normal at which the wave comes and goes, and $r_1, \dots, r_4$ the lengths of the ways
# radar, first surface, target, second surface, radar. The energy of a dwell $T$ is shared by $K$ subcarriers; the noise is that of
# $k_B T_0 F$, Boltzmann's constant, 290 K and the receiver's noise factor. The array of $N_a$ antennas adds up:
# $\gamma_j = N_a\,\gamma_j^\text{one}$.
#
# *In words:* every way thins the power out over a sphere. Four ways, so that doubling all lengths costs 24 dB. The surfaces' areas enter
# squared, once for what they catch and once for how sharply they aim.

# %%
snr = link_budget(radar, target, receiver, semi_focals)
weights, array_gain = array_weights(radar, arrival_sines(receiver, semi_focals))
after_array = snr * array_gain
print("pair    c [m]   one sample [dB]   after the array [dB]")
for number, (c, one, summed) in enumerate(
    zip(semi_focals, snr, after_array, strict=True), 1
):
    print(
        f"{number:4d} {c:8.0f} {10 * np.log10(one):12.1f} {10 * np.log10(summed):18.1f}"
    )

# %% [markdown]
# ## What is received: (4)–(6)
#
# $$
# \mathbf{y} = \mathbf{a}(\theta_k)\, y_2 + \boldsymbol{\epsilon} + \mathbf{n} .
# $$
#
# $y_2$ is the echo, once more reflected, and $\mathbf{a}(\theta_k)$ the array's steering vector towards the second surface (5).
# For beam $b$ and subcarrier $\ell$ of pair $j$ the echo is $\alpha_j\, g_b\, e^{-j2\pi f_\ell d_j/c_0}$, with $c_0$ the speed of light: an unknown complex
# strength, the beam's amplitude at the target, and a phase that turns with frequency the faster, the longer the path $d_j$.
#
# The direction $\theta_k$ is that of the second *surface* and known; this array tells us nothing about the target. Everything
# about the target's direction is in the beams.

# %%
samples = receive(radar, target, receiver, semi_focals, middle, rng)
beams_only = combine(radar, samples, weights)
found = scan(radar, beams_only, semi_focals, middle)
print(
    "samples (pairs, beams, antennas, subcarriers):", samples.shape, samples.dtype
)

# %% mystnb={"figure": {"caption": "One scan, seen over the pair with c = 800 m. Left: power of each beam at the echo's delay; the cross is the target, the beams are squares. Right: the same echo against path length, in the strongest beam; the line is the true path sum.", "name": "fig-one-scan"}, "image": {"alt": "Left, a map of five by five squares of power over two direction cosines; the brightest square lies next to a cross, and the squares in its row and column are brighter than the rest. Right, power against path length from 1600 to 5400 metres, noise at about one and one sharp peak on a vertical line near 4020 metres."}} tags=["hide-input"]
shown = int(np.flatnonzero(semi_focals == one_pair)[0])
fine = 8 * radar.subcarriers
profile = np.fft.ifft(beams_only[shown], n=fine, axis=-1) * np.sqrt(
    fine**2 / radar.subcarriers
)
power = np.abs(profile) ** 2
peak = np.unravel_index(power.argmax(), power.shape)
lengths = 2 * one_pair + np.arange(fine) * radar.path_window / fine
fig, (left, right) = plt.subplots(1, 2, figsize=(7.4, 3.3), width_ratios=(1, 1.25))
side = direction_cosines(*middle) + radar.beam_offsets
cells = power[:, peak[1]].reshape(radar.beam_side, -1)
mesh = left.pcolormesh(
    side[:, 0].reshape(radar.beam_side, -1),
    side[:, 1].reshape(radar.beam_side, -1),
    10 * np.log10(cells),
    shading="nearest",
    rasterized=True,
)
left.plot(
    *direction_cosines(azimuth, elevation), "x", color="#D55E00", ms=11, mew=3
)
left.set(
    xlabel="direction cosine along y",
    ylabel="direction cosine along z",
    aspect="equal",
)
left.grid(False)
fig.colorbar(mesh, ax=left, label="power [dB]", shrink=0.8)
right.plot(lengths, 10 * np.log10(power[peak[0]]), lw=0.9)
right.axvline(path_sum(target, one_pair), color="#D55E00", ls="--", lw=1.2)
right.set(
    xlabel="path length [m]",
    ylabel="power over noise [dB]",
    ylim=(-15, None),
)
plt.show()

# %% [markdown]
# ## Maximum likelihood, in two halves
#
# All pairs share the direction; each has its own length and strength. With the strengths eliminated, the likelihood grows with
#
# $$
# \sum_{j=1}^{M} \frac{\left|\sum_{b,\ell} g_b(\mathbf{q})\, y_{jb\ell}\, e^{\,j2\pi f_\ell d_j/c_0}\right|^2}{\sum_b g_b(\mathbf{q})^2} .
# $$
#
# *In words:* guess a direction $\mathbf{q}$ and lengths $d_j$, undo the phases they would cause, weight the beams as they would be lit, add
# up, and see how much comes together. For a given direction each pair's best length is the peak of *its own* profile, so a coarse
# search is a Fourier transform and a small matrix product; from there a few Gauss–Newton steps lead to the top. This is
# `irsnb.elliptic.scan`.
#
# And the bound? Take the derivative of the noise-free samples by each unknown, remove from it what a change of the unknown strength
# could imitate, and the rest is information (`scan_crlb`). What is left of the direction's derivatives lives in the beams, what
# is left of the length's lives in the subcarriers, so the two do not disturb each other. With $\gamma_j$ after the array,
# $\dot{\mathbf{g}}$ the derivatives of the beams' amplitudes by $\mathbf{q}$ and $\mathbf{P}_g^\perp$ the projection that removes $\mathbf{g}$:
#
# $$
# \sigma_{d_j}^2 \ge \frac{c_0^2}{2\,\gamma_j \sum_b g_b^2 \sum_\ell (2\pi f_\ell)^2} , \qquad
# \operatorname{cov}(\hat{\mathbf{q}}) \succeq
# \Big(2 K \textstyle\sum_j \gamma_j\, \dot{\mathbf{g}}^\mathsf{T}\mathbf{P}_g^\perp \dot{\mathbf{g}}\Big)^{-1} .
# $$

# %%
angle_covariance, sigma_path = scan_crlb(
    radar, azimuth, elevation, middle, after_array
)
sigma_azimuth, sigma_elevation = np.sqrt(np.diag(angle_covariance))
print("one scan              true      found     bound (sigma)")
for name, true, got, sigma in (
    ("azimuth   [deg]", azimuth, found.azimuth, sigma_azimuth),
    ("elevation [deg]", elevation, found.elevation, sigma_elevation),
):
    print(
        f"{name:17s} {np.rad2deg(true):9.3f} {np.rad2deg(got):9.3f} {np.rad2deg(sigma):9.3f}"
    )
for c, got, sigma in zip(semi_focals, found.path_sums, sigma_path, strict=True):
    print(
        f"c = {c:4.0f} m, sum [m] {path_sum(target, c):8.2f} {got:9.2f} {sigma:9.2f}"
    )

# %% [markdown]
# ## Down to the threshold
#
# One pair, hundreds of scans at each signal-to-noise ratio. Beside the likelihood stands the naive reading: the middle of the strongest beam
# and the strongest cell of an unpadded Fourier transform.


# %%
def naive(combined):
    """Direction and path sum of the strongest beam and resolution cell, for one pair."""
    cells = np.abs(np.fft.ifft(combined[:, 0], axis=-1)) ** 2
    flat = cells.reshape(len(cells), -1).argmax(axis=-1)
    beam, cell = np.unravel_index(flat, cells.shape[1:])
    angles = cosines_to_direction(
        direction_cosines(*middle) + radar.beam_offsets[beam]
    )
    return (
        *angles,
        2 * one_pair + cell * radar.path_window / radar.subcarriers,
    )


levels_db = np.arange(-22, 21, 2)
scans = 400 * more
one = np.array([one_pair])
one_weights, one_gain = array_weights(radar, arrival_sines(receiver, one))
truth = np.array([azimuth, elevation, path_sum(target, one_pair)])
errors, lost_share = {"ml": [], "naive": [], "bound": []}, []
for level in levels_db:
    ratio = np.array([10 ** (level / 10)])
    squares, lost_scans = {"ml": 0.0, "naive": 0.0}, 0
    for _ in range(scans // 200):
        noisy = receive(
            radar,
            np.broadcast_to(target, (200, 3)),
            receiver,
            one,
            middle,
            rng,
            snr=ratio / one_gain,
            weights=one_weights,
        )
        got = scan(radar, noisy, one, middle)
        astray = np.abs(got.path_sums[:, 0] - truth[2])
        lost_scans += np.sum(astray > 2 * radar.path_window / radar.subcarriers)
        for method, values in (
            ("ml", (got.azimuth, got.elevation, got.path_sums[:, 0])),
            ("naive", naive(noisy)),
        ):
            squares[method] = squares[method] + np.sum(
                (np.stack(values) - truth[:, None]) ** 2, axis=-1
            )
    lost_share.append(lost_scans / scans)
    for method, total in squares.items():
        errors[method].append(np.sqrt(total / scans))
    spread, path_bound = scan_crlb(radar, azimuth, elevation, middle, ratio)
    errors["bound"].append(np.r_[np.sqrt(np.diag(spread)), path_bound])
errors = {method: np.array(values) for method, values in errors.items()}
to_bound = errors["ml"] / errors["bound"]
within = np.all(to_bound < 1.5, axis=-1)
first = int(np.flatnonzero(~within).max()) + 1
threshold_db = levels_db[first]
print("SNR [dB]   error over bound: azimuth, elevation, path sum   scans astray")
for level, ratios, share in zip(levels_db, to_bound, lost_share, strict=True):
    mark = "  <- threshold" if level == threshold_db else ""
    print(
        f"{level:6d} {ratios[0]:16.2f} {ratios[1]:9.2f} {ratios[2]:9.2f} {share:13.1%}{mark}"
    )

# %% mystnb={"figure": {"caption": "RMS error of one pair's scan against the signal-to-noise ratio of one subcarrier after the array. Above the threshold (grey line) the likelihood reaches the bound; below it, the strongest peak is noise more and more often.", "name": "fig-threshold"}, "image": {"alt": "Three panels, azimuth, elevation and path sum, on logarithmic axes. Below about minus 14 decibels the circles of maximum likelihood stand at the width of the search window; at the threshold they drop onto the dotted bound and follow it, in the path sum by two orders of magnitude, in the angles by less than one. The squares of the strongest beam and cell level off at the width of a beam and of a cell."}} tags=["hide-input"]
fig, panels = plt.subplots(1, 3, figsize=(7.4, 3.5))
units = (np.rad2deg(1), np.rad2deg(1), 1.0)
titles = ("azimuth [deg]", "elevation [deg]", "path sum [m]")
for k, (axes, unit, title) in enumerate(zip(panels, units, titles, strict=True)):
    axes.plot(
        levels_db,
        unit * errors["naive"][:, k],
        "s--",
        color="#D55E00",
        label="strongest beam and cell",
    )
    axes.plot(
        levels_db,
        unit * errors["ml"][:, k],
        "o",
        color="#0072B2",
        label="maximum likelihood",
    )
    axes.plot(levels_db, unit * errors["bound"][:, k], **figures.style("bound"))
    axes.axvline(threshold_db, color="0.6", lw=1)
    axes.set(yscale="log", xlabel="SNR [dB]", title=title)
panels[0].set_ylabel("RMS error")
fig.legend(
    *panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3
)
plt.show()

# %% [markdown]
# **What it means.** A threshold, as of every estimate that searches. Above it the errors *are* the bound. Below it, now and then
# a peak of noise beats the echo. A few such scans in a thousand, each wrong by a kilometre, are enough to ruin the root mean square. No
# closed form after that can repair it: an ellipse through a false path sum is a false ellipse.
#
# ## Where the budget ends
#
# Turn it around: over which targets does the budget stay above the threshold? The target's height is that of Experiment 3, the pair
# is the one with $c = 800$ m.

# %%
gx, gy = np.linspace(20, 1580, 79), np.linspace(-1500, 4000, 111)
plane = np.stack(
    [*np.meshgrid(gx, gy), np.full((len(gy), len(gx)), target[2])], axis=-1
)
margin_db = (
    10 * np.log10(link_budget(radar, plane, receiver, one)[..., 0] * one_gain[0])
    - threshold_db
)
reach = np.linspace(500, 20000, 400)
along = (
    np.stack([0 * reach + one_pair / 2, reach, 0 * reach], axis=-1)
    + np.array([0, 0, 1.0]) * target[2]
)
far_db = 10 * np.log10(
    link_budget(radar, along, receiver, one)[..., 0] * one_gain[0]
)
last = reach[np.flatnonzero(far_db >= threshold_db).max()]
print(f"margin over the threshold on this map: {margin_db.max():.0f} dB at most,")
print(
    f"  {10 * np.log10(after_array[shown]) - threshold_db:.1f} dB at the paper's target"
)
print(f"north along x = {one_pair / 2:.0f} m the budget ends at y = {last:.0f} m")

# %% mystnb={"figure": {"caption": "Margin of the link budget over the threshold for targets 1400 m high, seen over the pair with c = 800 m. The thick line is where it ends. Squares: the two surfaces; star: the target of Experiment 3; triangle: the radar.", "name": "fig-budget"}, "image": {"alt": "A map over x from 0 to 1600 and y from minus 1500 to 4000 metres. The margin is highest between the two surfaces and falls in all directions; a thick contour at zero closes around the surfaces, some two thousand metres to the north. The margin vanishes towards both side edges, where the surfaces are seen edge-on."}} tags=["hide-input"]
fig, axes = plt.subplots(figsize=(4.6, 5.4))
mesh = axes.pcolormesh(
    gx, gy, margin_db, shading="nearest", rasterized=True, vmin=-15, vmax=20
)
lines = axes.contour(
    gx,
    gy,
    margin_db,
    levels=[-10, 0, 10],
    colors="white",
    linewidths=[0.8, 2.5, 0.8],
)
axes.clabel(lines, fontsize=8, fmt="%d dB")
axes.plot([0, 2 * one_pair], [0, 0], "ks", clip_on=False, zorder=5)
axes.plot(*target[:2], "*", color="#D55E00", ms=13, mec="white")
axes.plot(*receiver[:2], "^", color="black", mec="white", ms=8)
axes.set(xlabel="x [m]", ylabel="y [m]")
axes.grid(False)
fig.colorbar(mesh, ax=axes, label="margin [dB]")
plt.show()

# %% [markdown]
# **What it means.** Surfaces that cannot amplify need a strong radar and patience. With ours the paper's target is within reach by some ten
# decibels, and targets beyond the thick line are not to be had by better mathematics, only by more power, time or area.
#
# ## A jammer in the receiving array
#
# $\boldsymbol{\epsilon}$ in (6) is interference. The conclusion of the paper fears that it "may provide incorrect information", and leaves it.
# But the array knows where its echo comes from. It listens while nothing is transmitted, estimates the covariance $\mathbf{R}$
# of what is there, and weights its antennas by $\mathbf{R}^{-1}\mathbf{a}$ instead of $\mathbf{a}$: the same direction, and a notch
# where the jammer is.

# %%
JAMMER = 1000.0  # 30 dB over the noise of one antenna
LISTENED = 50 * radar.antennas
sine = arrival_sines(receiver, one)[0]
steering = receive_steering(radar, sine)
turned = np.linspace(-1, 1, 161)
effective = {"matched": [], "whitened": [], "bound": []}
for direction_of_jammer in turned:
    jam = receive_steering(radar, direction_of_jammer)
    covariance = np.eye(radar.antennas) + JAMMER * np.outer(jam, jam.conj())
    heard = np.linalg.cholesky(covariance) @ (
        rng.standard_normal((radar.antennas, LISTENED, 2)).view(complex)[..., 0]
        / np.sqrt(2)
    )
    estimated = heard @ heard.conj().T / LISTENED
    for method, used in (("matched", None), ("whitened", estimated)):
        w, _ = array_weights(radar, sine, used)
        effective[method].append(
            np.abs(w.conj() @ steering) ** 2 / (w.conj() @ covariance @ w).real
        )
    effective["bound"].append(array_weights(radar, sine, covariance)[1])
effective = {m: 10 * np.log10(v) for m, v in effective.items()}
outside = np.abs(turned - sine) > 2 / radar.antennas
lost = {
    m: 10 * np.log10(radar.antennas) - effective[m][outside].mean()
    for m in effective
}
print("gain of the array lost to a jammer outside the main beam, on average [dB]:")
print({m: float(v.round(1)) for m, v in lost.items()})

# %% mystnb={"figure": {"caption": "What the receiving array of eight antennas gains over one without jammer, by the direction of a jammer 30 dB above the noise. Without a jammer the gain is 9 dB. The vertical line is the second surface.", "name": "fig-jammer"}, "image": {"alt": "Array gain in decibels against the sine of the jammer's direction. The matched weights lie about 10 to 25 decibels below the top with narrow peaks at the zeros of the beam; the whitened weights stay near 9 decibels everywhere but in a dip around the vertical line, on top of the dotted bound."}} tags=["hide-input"]
fig, axes = plt.subplots(figsize=(7.2, 3.2))
axes.plot(
    turned, effective["matched"], "--", color="#D55E00", label="matched to the echo"
)
axes.plot(
    turned, effective["whitened"], color="#0072B2", label="whitened, R estimated"
)
axes.plot(
    turned,
    effective["bound"],
    **figures.style("bound") | {"label": "whitened, R known"},
)
axes.axvline(sine, color="0.6", lw=1)
axes.set(
    xlabel="sine of the jammer's direction",
    ylabel="array gain [dB]",
    ylim=(-30, 12),
)
fig.legend(loc="outside lower center", ncols=3)
plt.show()

# %% [markdown]
# And through the whole measurement: the pair with $c = 800$ m at the budget's own signal, a jammer well off the surface's direction. The
# whitened weights use a covariance that was listened for, as above; the bound is for one that is known.

# %%
jammer_sine = sine + 0.6 if sine < 0.4 else sine - 0.6
jam = receive_steering(radar, jammer_sine)
covariance = np.eye(radar.antennas) + JAMMER * np.outer(jam, jam.conj())
heard = np.linalg.cholesky(covariance) @ (
    rng.spawn(1)[0]
    .standard_normal((radar.antennas, LISTENED, 2))
    .view(complex)[..., 0]
    / np.sqrt(2)
)
estimated = heard @ heard.conj().T / LISTENED
jammed = receive(
    radar,
    np.broadcast_to(target, (200, 3)),
    receiver,
    one,
    middle,
    rng,
    snr=snr[[shown]],
    interferers=[(jammer_sine, JAMMER)],
)
jam_error, jam_bound = {}, None
for method, used in (("matched", None), ("whitened", estimated)):
    w, _ = array_weights(radar, arrival_sines(receiver, one), used)
    got = scan(radar, combine(radar, jammed, w), one, middle)
    jam_error[method] = np.sqrt(
        np.mean(
            (
                np.stack([got.azimuth, got.elevation, got.path_sums[:, 0]], -1)
                - truth
            )
            ** 2,
            axis=0,
        )
    )
_, gain = array_weights(radar, arrival_sines(receiver, one), covariance)
spread, jam_path = scan_crlb(radar, azimuth, elevation, middle, snr[[shown]] * gain)
jam_error["bound"] = np.r_[np.sqrt(np.diag(spread)), jam_path]
print("RMS error          azimuth [deg]  elevation [deg]  path sum [m]")
for method, (a, e, d) in jam_error.items():
    print(f"{method:16s} {np.rad2deg(a):14.3f} {np.rad2deg(e):15.3f} {d:14.2f}")

# %% [markdown]
# **What it means.** Interference that comes from elsewhere is no obstacle: eight antennas can afford one notch. Interference from within
# the beam of the second surface is, for any method.
#
# ## A detour
#
# Multipath is the other thing the paper leaves. An echo with half the amplitude takes a longer way. Two cases differ: it may part from the echo
# *after* the target (a wall near the second surface), then it is lit by the same beams and only its length differs; or *before* it
# (off the ground on the way to the target), then it left the first surface in another direction, too. No noise here, so what we see is
# bias. Its sign hangs on the phase between the two, so we take the RMS over sixteen phases.


# %%
def bias(excess, turn):
    """RMS bias of azimuth, elevation and path sum over the phase of one detour of half the amplitude."""
    clean = [
        receive(
            radar,
            target,
            receiver,
            one,
            middle,
            np.random.default_rng(0),
            snr=np.array([1e12]),
            detours=[Detour(excess, 0.5, phase, turn)],
            weights=one_weights,
        )
        for phase in np.arange(16) * np.pi / 8
    ]
    got = scan(radar, np.stack(clean), one, middle)
    found = np.stack([got.azimuth, got.elevation, got.path_sums[:, 0]], axis=-1)
    return np.sqrt(np.mean((found - truth) ** 2, axis=0))


excesses = np.r_[np.linspace(1, 100, 34), np.linspace(110, 300, 20)]
after = np.array([bias(excess, (0.0, 0.0)) for excess in excesses])
before = np.array([bias(excess, (0.0, -1 / 64)) for excess in excesses])
resolution = radar.path_window / radar.subcarriers
turns = np.linspace(0, 4, 33)
by_turn = np.array([bias(15.0, (0.0, -t / 64)) for t in turns])
print(f"resolution of a path, c / bandwidth: {resolution:.1f} m")
some = np.array([15.0, 30.0, 45.0, 60.0, 90.0, 150.0, 300.0])
some_bias = np.array([bias(excess, (0.0, 0.0))[2] for excess in some])
print("after the target, excess [m]:  ", " ".join(f"{x:5.0f}" for x in some))
print("RMS bias of the path sum [m]:  ", " ".join(f"{x:5.2f}" for x in some_bias))
print(f"noise of one scan, its bound [m]: {sigma_path[shown]:.2f}")
print("worst RMS bias   azimuth [deg]  elevation [deg]  path sum [m]")
for name, values in (("after the target", after), ("before it", before)):
    a, e, d = values.max(axis=0)
    print(f"{name:16s} {np.rad2deg(a):12.3f} {np.rad2deg(e):15.3f} {d:14.2f}")

# %% mystnb={"figure": {"caption": "Bias by a detour of half the amplitude. Left: path sum, against how much longer the detour is; the vertical line is one resolution cell. Right: elevation, against by how many half beams the detour's departure is turned, 15 m longer.", "name": "fig-detour"}, "image": {"alt": "Left, the bias of the path sum rises to a few metres at some ten metres of excess and falls to ripples beyond the resolution of 30 metres. Right, the bias of the elevation is zero without a turn, rises to a maximum near a beam's width and falls again."}} tags=["hide-input"]
fig, (left, right) = plt.subplots(1, 2, figsize=(7.4, 3.3))
left.plot(excesses, after[:, 2], label="parts after the target")
left.plot(excesses, before[:, 2], "--", label="parts before it, half a beam lower")
left.axvline(resolution, color="0.6", lw=1)
left.set(
    xlabel="excess length of the detour [m]", ylabel="RMS bias of the path sum [m]"
)
right.plot(turns, np.rad2deg(by_turn[:, 1]), color="#009E73", label="elevation")
right.plot(turns, np.rad2deg(by_turn[:, 0]), "-.", color="#CC79A7", label="azimuth")
right.set(xlabel="turn of the departure [half beams]", ylabel="RMS bias [deg]")
for axes in (left, right):
    axes.legend(loc="upper right", fontsize=8)
plt.show()

# %% [markdown]
# **What it means.** Bandwidth is the cure for the length, but not at once: a detour as long as a resolution cell still moves the peak almost as
# much as any, by several times the noise of a scan; beyond it falls in ripples, and at two cells and at three it is one to two metres, still above the
# noise, because each peak stands in the sidelobes of the other. The angles are untouched by what happens after the target; what happens before it pulls
# them by a fraction of a beam. [Several targets](several_targets.ipynb) shows what to do with detours that *are* resolved.
#
# ## The whole chain
#
# From five noisy scans to the direction at the radar: scan, then the paper's closed form and its two combinations, or fusion. The
# bound of the chain takes the scan's bound as the noise of the measurements.

# %%
chain_scans = 1000 * more
together = {name: [] for name in ("azimuth", "elevation", "path_sums", "snr")}
for _ in range(chain_scans // 100):
    chain = scan(
        radar,
        receive(
            radar,
            np.broadcast_to(target, (100, 3)),
            receiver,
            semi_focals,
            middle,
            rng,
            weights=weights,
        ),
        semi_focals,
        middle,
    )
    for name, values in together.items():
        values.append(getattr(chain, name))
together = {name: np.concatenate(values) for name, values in together.items()}
measured_rms = {
    "azimuth": np.sqrt(np.mean((together["azimuth"] - azimuth) ** 2)),
    "elevation": np.sqrt(np.mean((together["elevation"] - elevation) ** 2)),
    "path sums": np.sqrt(
        np.mean(
            (together["path_sums"] - path_sum(target, semi_focals)) ** 2, axis=0
        )
    ),
}
chain_to_bound = np.r_[
    measured_rms["azimuth"] / sigma_azimuth,
    measured_rms["elevation"] / sigma_elevation,
    measured_rms["path sums"] / sigma_path,
]
print("error over bound: azimuth, elevation, five path sums")
print(chain_to_bound.round(2))

# What the radar would say of its own errors, from the strengths that it measured.
own_angles, own_path = scan_crlb(
    radar, together["azimuth"], together["elevation"], middle, together["snr"]
)
fix = fuse(
    together["azimuth"],
    together["elevation"],
    together["path_sums"],
    semi_focals,
    np.sqrt(np.trace(own_angles, axis1=-2, axis2=-1) / 2),
    np.sqrt(np.mean(own_path**2, axis=-1, keepdims=True)),
)
by_pair = locate(
    together["azimuth"][:, None],
    together["elevation"][:, None],
    together["path_sums"] / 2,
    semi_focals,
)
pair_directions = direction(by_pair, receiver)
share = binary_weights(eccentricity(together["path_sums"] / 2, semi_focals))
at_radar = np.array(direction(target, receiver))
answers = {
    "one-pair": [a[:, shown] for a in pair_directions],
    "mean": [a.mean(axis=-1) for a in pair_directions],
    "binary": [
        np.sum(w * a, axis=-1) for w, a in zip(share, pair_directions, strict=True)
    ],
    "fusion": direction(fix.position, receiver),
}
chain_rms = {
    m: np.rad2deg(np.sqrt(np.mean((np.stack(d, axis=-1) - at_radar) ** 2, axis=0)))
    for m, d in answers.items()
}
away = target - np.stack(
    [2 * semi_focals, 0 * semi_focals, 0 * semi_focals], axis=-1
)
sum_gradients = target / np.linalg.norm(target) + away / np.linalg.norm(
    away, axis=-1, keepdims=True
)
angle_gradients = direction_jacobian(target, np.zeros(3))
information = angle_gradients.T @ np.linalg.solve(
    angle_covariance, angle_gradients
) + sum_gradients.T @ (sum_gradients / sigma_path[:, None] ** 2)
position_bound = cramer_rao_bound(information)
chain_rms["bound"] = np.rad2deg(
    np.sqrt(
        np.diag(
            transform_bound(position_bound, direction_jacobian(target, receiver))
        )
    )
)
# What fusion should reach, to first order, when told a simpler covariance than the true one.
every_gradient = np.concatenate([angle_gradients, sum_gradients])
true_covariance = np.diag(np.r_[np.zeros(2), sigma_path**2])
true_covariance[:2, :2] = angle_covariance
one_angle = np.full(2, np.trace(angle_covariance) / 2)
one_path = np.full(len(sigma_path), np.mean(sigma_path**2))


def fusion_told(told):
    """RMS error of azimuth and elevation at the radar [deg] of a fit that believes a covariance."""
    weighted = np.linalg.solve(told, every_gradient).T
    fit = np.linalg.solve(weighted @ every_gradient, weighted)
    reached = fit @ true_covariance @ fit.T
    return np.rad2deg(
        np.sqrt(
            np.diag(transform_bound(reached, direction_jacobian(target, receiver)))
        )
    )


angles_simple, paths_simple = true_covariance.copy(), true_covariance.copy()
angles_simple[:2, :2] = np.diag(one_angle)
paths_simple[2:, 2:] = np.diag(one_path)
told = {
    "both simplified": np.diag(np.r_[one_angle, one_path]),
    "angles simplified": angles_simple,
    "path sums simplified": paths_simple,
    "the true one": true_covariance,
}
expected = {name: fusion_told(covariance) for name, covariance in told.items()}
print("RMS direction error at the radar [deg]")
print("              azimuth  elevation")
for method, (a, e) in chain_rms.items():
    print(f"{method:12s} {a:8.3f} {e:10.3f}")
fusion_gain = 1 - chain_rms["fusion"] / chain_rms["binary"]
print(
    f"fusion below binary weighting by {fusion_gain[0]:.0%} in azimuth,"
    f" {fusion_gain[1]:.0%} in elevation"
)
print(
    "fusion over the chain's bound:",
    (chain_rms["fusion"] / chain_rms["bound"]).round(2),
)
print("the same to first order, told a covariance with")
for name, values in expected.items():
    print(f"  {name:21s}", (values / chain_rms["bound"]).round(3))

# %% [markdown]
# **What it means.** The chain runs from samples to a direction, and every measurement in it is at its bound. The combinations of the
# paper inherit the angle errors; fusion takes not quite a third off the azimuth's and nothing off the elevation's, where the bound says that there is
# little to gain. It stays eight to ten percent above the chain's bound. It was told one deviation for both angles, and no correlation, where a
# slanted surface measures azimuth less well than elevation, and one deviation for all five path sums. To first order that accounts for
# all of it in elevation and for half of it in azimuth. The rest we have not traced: fusion takes its deviations from each scan's own
# strengths, and so many scans leave two percent of chance.
#
# ## What the paper claims, and what this page computed

# %% tags=["hide-input"]
ledger.record(
    ledger.row(
        "duan2025",
        "measured-delay",
        ours=f"{measured_rms['path sums'].min():.2f} to {measured_rms['path sums'].max():.2f} m over the five pairs "
        f"with {radar.bandwidth / 1e6:.0f} MHz",
        bound=f"{sigma_path.min():.2f} to {sigma_path.max():.2f} m",
        verdict="not stated enough to test",
        why=f"no bandwidth, power or waveform is given; with ours the error is at its bound above {threshold_db} dB a subcarrier",
    ),
    ledger.row(
        "duan2025",
        "known-angles",
        ours=f"{np.rad2deg(measured_rms['azimuth']):.3f}° and {np.rad2deg(measured_rms['elevation']):.3f}° "
        f"by a scan of {beams} beams",
        bound=f"{np.rad2deg(sigma_azimuth):.3f}° and {np.rad2deg(sigma_elevation):.3f}°",
        verdict="not stated enough to test",
        why="no size of a surface and no procedure is given; a beam knows where it aims, not where in it the target is",
    ),
    ledger.row(
        "duan2025",
        "signal-model",
        ours=f"as printed a y_2 has {printed_6[0]} x {printed_6[1]} entries where y has {radar.antennas}; with x read as samples "
        f"the chain gives {chain_rms['fusion'][0]:.3f}° and {chain_rms['fusion'][1]:.3f}° at the radar",
        bound=f"{chain_rms['bound'][0]:.3f}° and {chain_rms['bound'][1]:.3f}°",
        verdict="inconsistent in the paper"
        if printed_6 != (radar.antennas,)
        else "not stated enough to test",
        why="in (3) a scalar multiplies a vector x with an entry for each element, and (4) reuses the first surface's phases, which "
        f"leave less than {reused_below:.3f} of the amplitude; no experiment uses (1)-(6)",
    ),
)

# %% [markdown]
# ## What the paper leaves open
#
# * **Every number of the radar.** Closed by ours, in one table; another radar is one line, `Radar(bandwidth=...)`.
# * **Interference.** Closed where it comes from another direction than the second surface.
# * **Multipath.** Measured: metres and tenths of a degree, less where it is resolved.
# * **How the second surface aims.** We let it phase a small block whose beam holds the whole sector, and pay for it: gain falls with
#   the square of the block's area.
# * **Motion.** A scan takes seconds, in which the target stands still here.
#
# ## Exercises
#
# 1. Twice the bandwidth at the same power: what happens to the path sum's bound, and to the threshold?
# 2. How much of the direction error at the radar would be left with perfect path sums?

# %% [markdown]
# <details>
# <summary>Solution 1</summary>
#
# The bound halves: the subcarriers reach twice as far out. The energy is the same, so the threshold stays nearly where it is.
#
# </details>

# %% tags=["hide-cell"]
wide = Radar(bandwidth=2 * radar.bandwidth)
wide_bound = scan_crlb(wide, azimuth, elevation, middle, after_array)[1]
print("bound, wide over narrow:", (wide_bound / sigma_path).round(3))

# %% [markdown]
# <details>
# <summary>Solution 2</summary>
#
# The turn about the line of the surfaces remains, which only the angles see.
#
# </details>

# %% tags=["hide-cell"]
perfect = cramer_rao_bound(
    angle_gradients.T @ np.linalg.solve(angle_covariance, angle_gradients)
    + sum_gradients.T @ sum_gradients / 1e-4**2
)
left_over = np.rad2deg(
    np.sqrt(np.diag(transform_bound(perfect, direction_jacobian(target, receiver))))
)
print("bound with perfect path sums [deg]:", left_over.round(3))
print("bound with measured ones     [deg]:", chain_rms["bound"].round(3))

# %% [markdown]
# ## Checks

# %%
assert worst_beam < 1e-9, "(1)-(3) element by element"
assert threshold_db < 0, "the threshold is below 0 dB a sample"
assert max(lost_share[first:]) == 0 < lost_share[first - 2]
assert np.all(to_bound[first:] < 1.5), "within 1.5 of the bound above it"
assert np.all(to_bound[first + 1 :] < 1.15) and np.all(to_bound[first + 1 :] > 0.9)
assert np.all(errors["naive"][-1] > 5 * errors["ml"][-1]), "a cell is no estimate"
assert np.all(10 * np.log10(after_array) > threshold_db), (
    "all five pairs are in reach"
)
assert np.all((chain_to_bound > 0.85) & (chain_to_bound < 1.15)), "at the bound"
assert lost["whitened"] < 1.5 < 8 < lost["matched"]
assert np.all(jam_error["whitened"] < 1.2 * jam_error["bound"])
assert np.all(jam_error["matched"] > 3 * jam_error["bound"])
assert after[:, :2].max() < 1e-6, "after the target nothing moves the angles"
assert after[excesses > 3 * resolution, 2].max() < 0.3 * after[:, 2].max()
assert chain_rms["fusion"][0] < 0.75 * chain_rms["binary"][0]
assert np.all(chain_rms["fusion"] < 1.15 * chain_rms["bound"])
assert some_bias[1] > 3 * sigma_path[shown] and some_bias[4] > sigma_path[shown]
assert printed_6 != (radar.antennas,) and reused < 0.1
assert np.allclose(expected["the true one"], chain_rms["bound"]), "the sandwich"
assert np.allclose(expected["both simplified"], chain_rms["fusion"], rtol=0.08), (
    "the first order explains fusion"
)
assert np.allclose(wide_bound / sigma_path, 0.5)
assert np.all(left_over < chain_rms["bound"])

# %% [markdown]
# # What spoils a scan? Jammers, detours and surfaces that hang askew
#
# *A scan at the bound puts the target within two metres. Which of the things that the signal model leaves out costs how much, and which of them can be cured?*
#
# :::{admonition} In three lines
# :class: tip
#
# * **Fatal, and curable:** a jammer 30 dB above the noise, leakage between the surfaces, and a path that grows by 0.3 m/s. They cost 30 to 1500 m. Array weights, a subtraction and a known speed bring the error back to the bound of 1.6 m.
# * **Lasting:** detours of half the echo's amplitude and one-bit phases cost a factor of about three. Bandwidth helps against the first, a second bit against the other.
# * **Calibration:** a metre in the surfaces' places or a tenth of a degree in the first surface's attitude makes the error three to four times as large. A fit that is told so errs less and knows by how much.
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

# %% mystnb={"figure": {"caption": "RMS error of the position by what goes wrong (squares), and with a cure (circles), with 95 % intervals. The dotted line is the bound of an undisturbed scan. On the right, the share of scans that pass their own tests, without and with the cure.", "name": "fig-causes"}, "image": {"alt": "Eleven rows, errors on a logarithmic axis from one metre to two kilometres. Jammer, leakage and clutter without a cure stand at hundreds of metres, motion at 30 metres, all others between two and six. With a cure all but the place and the attitude come close to the dotted line at 1.6 metres."}} tags=["hide-input"]
from dataclasses import replace
from functools import partial

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr

from irsnb import elliptic
from irsnb.elliptic import (
    EXPERIMENTS,
    Detour,
    Impairment,
    Radar,
    Scene,
    array_weights,
)
from irsnb.geometry import ray_jacobian
from irsnb.montecarlo import rms, share
from irsnb.noise import circular_noise
from irsnb.report import figures, ledger, runs

figures.use_style()
experiment = EXPERIMENTS[3]
target, surfaces = np.array(experiment.target), experiment.surfaces
azimuth, elevation = elliptic.direction(target, surfaces[0])
middle = (azimuth + np.deg2rad(1.0), elevation - np.deg2rad(0.5))
scene = Scene(surfaces, experiment.receiver, middle)
radar, sines = scene.radar, elliptic.arrival_sines(scene)
rng = np.random.default_rng(2025)
more = {"quick": 1, "paper": 10}[runs.scale()]

LOWER = (0.0, -1 / 64)  # half a beam lower
causes = {  # what goes wrong, and what is done about it
    "nothing": ({}, None),
    "jammer, 30 dB": ({"interferers": ((-0.5, 1e3),)}, {"whiten": True}),
    "leakage, 20 dB": ({"leakage": 10.0}, {"remove_leakage": True}),
    "clutter, 6 dB": ({"detours": (Detour(300.0, 2.0, turn=LOWER),)}, None),
    "motion, 0.3 m/s": ({"path_rate": 0.3}, {"remove_motion": True}),
    "detour after T": ({"detours": (Detour(15.0, 0.5),)}, None),
    "detour before T": ({"detours": (Detour(15.0, 0.5, turn=LOWER),)}, None),
    "phases, 1 bit": ({"phase_bits": 1}, {"phase_bits": 2}),
    "places, 1 m": ({"sigma_place": 1.0}, {"tell_errors": True}),
    "attitude, 0.1°": ({"sigma_tilt": np.deg2rad(0.1)}, {"tell_errors": True}),
    "clock, 3 m": ({"sigma_clock": 3.0}, {"tell_errors": True}),
}


def measure(settings, draws=80 * more):
    """RMS error [m] and share accepted, with intervals; who lies in the ellipsoid."""
    setting = {
        "scene": scene,
        "target": target,
        "impairment": Impairment(**settings),
    }
    drawn = elliptic.impaired_trial(rng, draws, **setting)
    usable = np.isfinite(drawn["position"]).all(axis=-1)
    error = xr.DataArray(drawn["position"][usable], dims=("draw", "axis"))
    accepted = share(xr.DataArray(drawn["accepted"], dims="draw")).values
    return rms(error, component="axis").values, accepted, drawn["inside"]


results = {
    name: [measure(wrong), *([] if cure is None else [measure(wrong | cure)])]
    for name, (wrong, cure) in causes.items()
}
snr = elliptic.link_budget(scene, target)
snr *= array_weights(radar, sines)[1]
angles, sigma_path = elliptic.scan_crlb(scene, azimuth, elevation, snr)
noise = np.zeros((7, 7))
noise[:2, :2], noise[2:, 2:] = angles, np.diag(sigma_path**2)
least = elliptic.position_crlb(surfaces, target, covariance=noise)
bound = np.sqrt(np.trace(least))

fig, axes = plt.subplots(figsize=(7.2, 4.6))
for row, pair in enumerate(results.values()):
    shares = []
    for k, (error, accepted, _) in enumerate(pair):
        value, spread = error[0], np.abs(error[1:, None] - error[0])
        look = {"fmt": "so"[k], "color": f"C{1 - k}", "capsize": 3}
        look["label"] = ("as it is", "with a cure")[k] if row == 1 else None
        axes.errorbar(value, row + (0.15, -0.15)[k], xerr=spread, **look)
        shares.append(f"{100 * accepted[0]:.0f}")
    place = axes.get_yaxis_transform()
    axes.text(1.02, row, " / ".join(shares) + " %", va="center", transform=place)
axes.axvline(bound, **figures.style("bound"))
axes.set_yticks(range(len(results)), list(results))
axes.invert_yaxis()
axes.set(xscale="log", xlabel="RMS error of the position", xlim=(1, 3000))
axes.set_title("accepted", loc="right", fontsize=9)
axes.legend(loc="lower right")
figures.length_ticks(axes.xaxis)
plt.show()

# %% [markdown]
# <small>For readers of [the waveform](waveform.ipynb). Part I, Duan et al. (2025), eq. (6) and section 6, where the paper leaves multipath and interference open. 12 minutes to read. **Run time** under 20 s. Afterwards you can say which disturbances matter, and what to do about them.</small>
#
# Everything here happens at the paper's target with the radar of the page before: a bound of 1.6 m in position from one scan over five pairs. Each cause is an `Impairment`. The signal is made with it; the estimator knows of it only where the cure says so. Most of what is fatal is also noticed: the path sums then belong to no common position, and the scan does not pass its test (column *accepted*).
#
# Clutter and detours have no cure here. Clutter is a wall 300 m farther that reflects more strongly than the target, and the scan measures the wall. What separates the two is motion, by Doppler processing over several scans.
#
# ## A jammer: weight the antennas against it
#
# The receiving array hears the echo from the direction of a surface, which it knows. It listens while nothing is sent, estimates the covariance $\mathbf R$ of what is there, and
# weights its antennas by
#
# $$ \mathbf w = \frac{\mathbf R^{-1}\mathbf a}{\sqrt{\mathbf a^\mathsf{H}\mathbf R^{-1}\mathbf a}} $$
#
# instead of the steering vector $\mathbf a$ of (5). *In words:* look at the surface as before, and put a zero where the jammer is.

# %%
jammer = elliptic.receive_steering(radar, -0.5)
covariance = np.eye(radar.antennas) + 1000 * np.outer(jammer, jammer.conj())
matched, _ = array_weights(radar, sines[2])
whitened, gain = array_weights(radar, sines[2], covariance)
heard = np.abs(matched.conj() @ jammer) ** 2, np.abs(whitened.conj() @ jammer) ** 2

# %% mystnb={"figure": {"caption": "Gain of the array of eight over one antenna without jammer, by the direction of a jammer 30 dB above the noise. Whitened weights keep it, unless the jammer stands in the beam of the surface (grey line).", "name": "fig-jammer"}, "image": {"alt": "Array gain in decibels against the sine of the jammer's direction. Matched weights lie 10 to 25 decibels below the top with narrow peaks; whitened weights stay near 9 decibels everywhere but in a dip around a grey vertical line at 0.96, on the dotted bound."}} tags=["hide-input"]
turned = np.linspace(-1, 1, 241)
steering = elliptic.receive_steering(radar, sines[2])
kept = {"matched": [], "whitened, estimated": [], "bound": []}
for sine in turned:
    wave = elliptic.receive_steering(radar, sine)
    true = np.eye(radar.antennas) + 1000 * np.outer(wave, wave.conj())
    listened = np.linalg.cholesky(true) @ circular_noise(rng, (8, 400))
    estimated = listened @ listened.conj().T / 400
    for name, used in zip(kept, (None, estimated, true), strict=True):
        w = array_weights(radar, sines[2], used)[0]
        power = np.abs(w.conj() @ steering) ** 2 / (w.conj() @ true @ w).real
        kept[name].append(10 * np.log10(power))
kept = {name: np.array(values) for name, values in kept.items()}
outside = np.abs(turned - sines[2]) > 2 / radar.antennas
lost = {k: 10 * np.log10(8) - values[outside].mean() for k, values in kept.items()}
fig, axes = plt.subplots(figsize=(7.2, 3))
known = kept.pop("bound")
figures.curves(axes, turned, kept, marker="")
axes.plot(turned, known, **figures.style("bound", label="whitened, R known"))
axes.axvline(sines[2], color="0.6", lw=1)
axes.set(xlabel="sine of the jammer's direction", ylabel="array gain [dB]")
axes.set_ylim(-30, 12)
axes.legend(loc="lower center", fontsize=8, ncols=3)
plt.show()

# %% [markdown]
# Eight antennas can afford one zero. With an estimated covariance the loss is half a decibel on average. Matched weights lose 20 dB, which puts the scan far below its threshold. A jammer inside the beam of the
# surface remains an obstacle for any weights.
#
# ## A detour: bias, as long as it is not resolved
#
# An echo of half the amplitude takes a longer way. If it parts from the echo *after* the target, only its length differs. If it parts *before*, say over the ground, it also left the first surface in another direction.
# There is no noise in the next figure. The sign of the bias depends on the phase between the two echoes, so we take the RMS over sixteen phases.

# %% tags=["hide-input"]
pair = Scene(surfaces[[0, 3]], experiment.receiver, middle)
excess = np.r_[np.arange(1.0, 30, 2), np.arange(30.0, 301, 2.5)]
after = np.array(
    [elliptic.detour_bias(pair, target, Detour(x, 0.5)) for x in excess]
)
turns = np.linspace(0, 4, 25)
by_turn = np.array(
    [
        elliptic.detour_bias(pair, target, Detour(15.0, 0.5, turn=(0.0, -x / 64)))
        for x in turns
    ]
)
by_angle = np.rad2deg(by_turn[:, :2])
cosines_by_angles = ray_jacobian(azimuth, elevation)[1:]
per_turn = np.linalg.inv(cosines_by_angles) @ [0.0, 1.0]  # of a step in z alone
stretch = per_turn[0] / per_turn[1]

# %% mystnb={"figure": {"caption": "Bias by a detour of half the amplitude. Left: of the path sum, by the detour's extra length, for one that parts after the target; dashed, the noise of one scan; grey line, one resolution cell. Right: of the angles, by how far the detour's departure is turned downwards.", "name": "fig-detour-bias"}, "image": {"alt": "Left, the bias of the path sum rises to five metres near an extra length of 20 metres, falls beyond 30, and goes on in smooth ripples that shrink below one metre at 300 metres. Right, the bias of both angles is zero without a turn, largest near one and a half half-beams and falls again; the azimuth's curve is 1.7 times the elevation's."}} tags=["hide-input"]
fig, (left, right) = plt.subplots(1, 2, figsize=(7.4, 3.2))
left.plot(excess, after[:, 2], color="C0")
left.axhline(sigma_path[2], color="C0", ls="--", lw=1)
left.axvline(30, color="0.6", lw=1)
left.set(xlabel="extra length of the detour [m]", ylabel="bias of the path sum [m]")
figures.curves(
    right,
    turns,
    {"azimuth": by_angle[:, 0], "elevation": by_angle[:, 1]},
    marker="",
)
right.set(xlabel="turn of its departure [half beams]", ylabel="bias [deg]")
right.legend()
plt.show()

# %% [markdown]
# **The length.** Bandwidth is the cure, but not at once. A detour as long as a resolution cell, 30 m, still biases the path sum by several times the noise of a scan. Beyond it the bias falls in smooth ripples,
# because each peak stands in the sidelobes of the other. With 40 MHz the detour of 15 m in the first figure costs 0.4 m instead of 4 m.
#
# **The angles.** A detour after the target leaves them alone. One before the target pulls them by a fraction of a beam. In the right figure the departure is turned *downwards* only, in the cosine $q_z$, and yet the azimuth
# is biased more than the elevation. The reason is in the coordinates: $q_z = \sin\varphi$ and $q_y = \cos\varphi\sin\theta$. A lower $q_z$ at the same $q_y$ means a larger $\cos\varphi$, and so a smaller azimuth:
#
# $$ \frac{\partial\theta}{\partial q_z} = \frac{\tan\varphi\tan\theta}{\cos\varphi}, \qquad \frac{\partial\varphi}{\partial q_z} = \frac{1}{\cos\varphi} . $$
#
# Their ratio is $\tan\varphi\tan\theta = 1.73$ here, and that is the ratio of the two curves. A target near the horizon would have no bias in azimuth.
#
# ## Leakage and motion: large, and removed by one line each
#
# The surfaces face each other. What the first one scatters towards the second *without* its phases arrives there without ever seeing the target, and that way is 73 to 91 dB stronger by its distances. Ideal phases
# suppress it to 45 dB or more below the echo. But if each surface passed one part in 7000 of its beam's power regardless of its phases, leakage would be as strong as the echo. It arrives exactly at the distance of the two surfaces, where no target can be. In our samples that is the mean over
# the subcarriers:

# %%
pair_weights, _ = array_weights(radar, elliptic.arrival_sines(pair))
leaking = elliptic.receive(pair, target, rng, weights=pair_weights) + 30
cleaned = leaking - leaking.mean(axis=-1, keepdims=True)
true_sum = elliptic.path_sums(pair.surfaces, target)
astray_by, back_to = (
    abs(elliptic.scan(pair, samples).path_sums - true_sum)[0]
    for samples in (leaking, cleaned)
)

# %% [markdown]
# A moving target turns the phase from beam to beam, by a whole turn for each wavelength of path, 8.6 cm. Half a second passes while one pair is scanned. The beams are then no longer in phase with each other, and the scan reads the turning
# as a direction. If the rate is known, for example from one beam sent twice, multiplying by the opposite phase removes the error.

# %% mystnb={"figure": {"caption": "RMS error of the position without (squares) and with (circles) the cure. Left: by the leakage's power relative to the echo. Right: by the speed at which the path grows. Bands are 95 % intervals, the dotted line is the bound.", "name": "fig-leakage"}, "image": {"alt": "Two panels on logarithmic axes. Left, without a cure the error jumps from two metres to more than a kilometre between minus 20 and 0 decibels of leakage; with the mean removed it stays at the dotted line. Right, the error grows from two to about 50 metres between 0.02 and 0.5 metres a second; with the phase removed it stays at the line."}} tags=["hide-input"]
leakage_db = np.array([-30, -20, -10, 0])
rates = np.array([0.01, 0.03, 0.1, 0.3])
fig, panels = plt.subplots(1, 2, figsize=(7.4, 3.1), sharey=True)
swept = {}
kinds = (
    ("leakage", 10 ** (leakage_db / 20), leakage_db, "remove_leakage"),
    ("path_rate", rates, rates, "remove_motion"),
)
for axes, (kind, values, x, cure) in zip(panels, kinds, strict=True):
    for k, (name, cured) in enumerate(
        (("as it is", False), ("with its cure", True))
    ):
        settings = [{kind: value, cure: cured} for value in values]
        error = np.array([measure(each, 25 * more)[0] for each in settings])
        swept[kind, cured] = error
        look = {"color": f"C{1 - k}", "marker": "so"[k], "label": name}
        axes.fill_between(x, *error[:, 1:].T, color=look["color"], alpha=0.18, lw=0)
        axes.plot(x, error[:, 0], **look)
    axes.axhline(bound, **figures.style("bound", label="_"))
panels[0].set(yscale="log", xlabel="leakage over echo [dB]", ylabel="RMS error")
panels[1].set(xscale="log", xlabel="rate of the path [m/s]")
figures.length_ticks(panels[0].yaxis)
panels[0].legend()
plt.show()

# %% [markdown]
# Up to 10 dB below the echo leakage does no harm. At the strength of the echo the scan measures the leakage instead, and the jump is sudden, like the threshold of the page before. Motion acts gradually, from 0.03 m/s on.
#
# ## Calibration: where the surfaces really are
#
# A surface is a mirror with a built-in slope. If it hangs askew by 0.1°, its beam leaves up to 0.2° elsewhere. With one pair nothing in the samples shows it; with five, the sums contradict the angles in some scans. If its place is wrong by a metre, the radar 450 m away sees it from another direction, which turns the beam by 0.13°.
# The known legs in (7) are wrong as well. A timing error adds the same length to all path sums.
#
# To first order, each of them adds a known covariance to angles and path sums (`calibration_covariance`). A fit can be told:

# %%
clock = Impairment(sigma_clock=3.0)
added = elliptic.calibration_covariance(scene, target, clock)
untold = elliptic.mismatched_covariance(
    surfaces, target, covariance=noise + added, told=noise
)
told = elliptic.position_crlb(surfaces, target, covariance=noise + added)

# %% mystnb={"figure": {"caption": "RMS error of the position by the size of three calibration errors, to first order: untold (orange) and told (blue). Markers are drawn scans with 95 % intervals. The dotted line is the bound without calibration errors.", "name": "fig-calibration"}, "image": {"alt": "Three panels on logarithmic axes for places, attitude and clock. In each the curves start on a dotted line at 1.6 metres and rise; the told curve below the untold one. At one metre of place the error is five metres, at a tenth of a degree four, at three metres of clock two. Markers lie on the curves."}} tags=["hide-input"]
fig, panels = plt.subplots(1, 3, figsize=(7.4, 3), sharey=True)
sizes = np.logspace(-2, 1, 31)
kinds = (
    ("sigma_place", 1.0, "places, 1 m", "place [m]"),
    ("sigma_tilt", np.deg2rad(1), "attitude, 0.1°", "attitude [deg]"),
    ("sigma_clock", 1.0, "clock, 3 m", "clock [m]"),
)
theory = {}
for axes, (kind, unit, name, label) in zip(panels, kinds, strict=True):
    errors = [Impairment(**{kind: size * unit}) for size in sizes]
    extra = [elliptic.calibration_covariance(scene, target, x) for x in errors]
    total = {"covariance": noise + extra}
    covariances = (
        elliptic.mismatched_covariance(surfaces, target, **total, told=noise),
        elliptic.position_crlb(surfaces, target, **total),
    )
    for k, reached in enumerate(covariances):
        curve = np.sqrt(np.trace(reached, axis1=-2, axis2=-1))
        axes.plot(sizes, curve, color=f"C{1 - k}")
        (value, *ends), size = results[name][k][0], causes[name][0][kind] / unit
        theory[name, k] = np.interp(np.log(size), np.log(sizes), curve)
        spread = np.abs(np.array(ends)[:, None] - value)
        look = {"fmt": "so"[k], "color": f"C{1 - k}", "capsize": 3}
        axes.errorbar(size, value, spread, **look)
    axes.axhline(bound, **figures.style("bound", label="_"))
    axes.set(xscale="log", yscale="log", xlabel=label, ylim=(1, 60))
panels[0].set_ylabel("RMS error of the position")
figures.length_ticks(panels[0].yaxis)
plt.show()

# %% [markdown]
# **What it means.** For a bound of 1.6 m the surfaces must be surveyed to a decimetre, and the first one levelled to a few hundredths of a degree. A clock error of one metre hardly matters.
#
# Being told lowers these errors by up to a third. Only a large clock error is nearly removed, because the fit then measures it along with the position. What changes more is what the fit says of itself. Untold, the target lies in its 95 % ellipsoid
# in one scan of eight to one of four; told, in about nine of ten. The scan's own test has no such term, and goes on rejecting scans with wrong places.
#
# ## Exercises
#
# **1.** In the figure of the jammer, where would you put a second surface so that a jammer at $\sin\vartheta = 0.9$ does no harm? Change `sines[2]` into `sines[4]` and look again.
#
# :::{hint}
# :class: dropdown
# The dip is as wide as a beam of eight antennas, about a quarter in the sine.
# :::
# :::{admonition} Solution
# :class: dropdown
# The surfaces stand at sines of 0.83 to 0.98, less than a beam apart, so none of them avoids a jammer at 0.9. A surface nearer than 800 m, or an array turned by 90°, would.
# :::

# %% tags=["hide-cell"]
assert np.ptp(sines) < 0.25 and np.all(np.abs(sines - 0.9) < 0.25)

# %% [markdown]
# **2.** Where would a target have to stand for a detour that leaves lower to bias its elevation more than its azimuth?
#
# :::{hint}
# :class: dropdown
# The ratio of the two is $\tan\varphi\tan\theta$.
# :::
# :::{admonition} Solution
# :class: dropdown
# Where $\tan\varphi\tan\theta < 1$: for this azimuth, below an elevation of 30.3°. Or, at any elevation up to 45°, within 45° of the first surface's normal.
# :::

# %% tags=["hide-cell"]
limit_deg = np.rad2deg(np.arctan(1 / np.tan(azimuth)))
lower_elevation = np.deg2rad(limit_deg)
steps = np.linalg.inv(ray_jacobian(azimuth, lower_elevation)[1:]) @ [0.0, 1.0]
assert np.isclose(steps[0], steps[1]) and round(limit_deg, 1) == 30.3

# %% [markdown]
# **3.** A target flies at 30 m/s. Its path grows by up to 60 m/s. Does it help to know the rate to 0.1 m/s?
#
# :::{hint}
# :class: dropdown
# Read the right panel of the leakage figure at the error of the rate. And what happens within one dwell of 20 ms?
# :::
# :::{admonition} Solution
# :class: dropdown
# No, for two reasons. A rate that is wrong by 0.1 m/s acts like a motion of 0.1 m/s: the error is 6 m. And within a dwell the path grows by 1.2 m, fourteen wavelengths: summed over the dwell, almost nothing is left. The dwell must be cut into parts that are summed with the known phase.
# :::

# %% tags=["hide-cell"]
wavelengths = 60 * radar.dwell / radar.wavelength
assert round(wavelengths) == 14 and abs(np.sinc(wavelengths)) < 0.03

# %% [markdown]
# ## What the paper claims

# %% tags=["hide-input"]
undisturbed = results["nothing"][0][0]
paths = ("detour after T", "detour before T", "clutter, 6 dB")
disturbed = {name: results[name][0][0] for name in results if name != "nothing"}
row = partial(ledger.row, "duan2025", bound=f"{bound:.1f} m")
jammed, cured = (found[0][0] for found in results["jammer, 30 dB"])
ledger.record(
    row(
        "interference-open",
        ours=f"{jammed:.0f} m with a jammer of 30 dB, {cured:.1f} m with whitened weights",
        verdict=ledger.holds(~results["jammer, 30 dB"][0][2], drawn=True),
        why="the target lies outside the fit's 95 % ellipsoid; the array's weights cure it",
    ),
    row(
        "multipath-open",
        ours=", ".join(f"{name}: {disturbed[name][0]:.1f} m" for name in paths),
        verdict=ledger.holds(
            [disturbed[name][1] > undisturbed[2] for name in paths], drawn=False
        ),
        why="intervals of the error with and without it do not meet",
    ),
    row(
        "places-known",
        ours=f"{disturbed['places, 1 m'][0]:.1f} m if each is off by 1 m, "
        f"{disturbed['attitude, 0.1°'][0]:.1f} m if the first hangs askew by 0.1 deg",
        verdict=ledger.untestable("how well places and attitudes are known"),
    ),
)

# %% [markdown]
# ## Checks

# %% tags=["hide-cell"]
# Checks: one line for each number and statement of this page.
assert round(bound, 1) == 1.6 and abs(undisturbed[0] / bound - 1) < 0.2
for name in ("jammer, 30 dB", "leakage, 20 dB", "motion, 0.3 m/s"):
    assert 30 < disturbed[name][0] < 1700, "fatal"
    assert results[name][1][0][1] < 1.1 * bound, "and back on the bound"
    assert results[name][0][1][0] < 0.15 and results[name][1][1][0] > 0.95
assert disturbed["jammer, 30 dB"][0] > 1000 and disturbed["motion, 0.3 m/s"][0] < 40
assert results["clutter, 6 dB"][0][1][0] == 0, "rejected"
for name in ("detour after T", "detour before T", "phases, 1 bit"):
    assert 2 < disturbed[name][0] / bound < 4.5, "about three"
assert results["phases, 1 bit"][1][0][0] < 1.35 * bound, "a second bit"
for name in ("places, 1 m", "attitude, 0.1°"):
    assert 2.5 < disturbed[name][0] / bound < 5
    assert results[name][1][0][0] < disturbed[name][0], "told"
    assert results[name][0][2].mean() < 0.35 and results[name][1][2].mean() > 0.8
for (name, k), value in theory.items():
    lower, upper = results[name][k][0][1:]
    assert 0.9 * lower < value < 1.1 * upper, "first order and draws agree"
assert 0.63 < theory["places, 1 m", 1] / theory["places, 1 m", 0] < 0.8
assert np.sqrt(np.trace(told)) < np.sqrt(np.trace(untold)) < 1.5 * bound
assert lost["matched"] > 18 and lost["whitened, estimated"] < 0.7
assert heard[1] < 1e-6 < heard[0] and 9 < 10 * np.log10(gain) < 9.04
assert after[:, :2].max() < 1e-6, "after the target nothing moves the angles"
at_cell = np.interp(30, excess, after[:, 2])
assert at_cell > 3 * sigma_path[2] and after[excess > 150, 2].max() < sigma_path[2]
assert 15 < excess[after[:, 2].argmax()] < 30
wide = Radar(bandwidth=40e6, subcarriers=512)
wide_bias, narrow_bias = (
    elliptic.detour_bias(replace(pair, radar=each), target, Detour(15.0, 0.5))[2]
    for each in (wide, radar)
)
assert round(narrow_bias) == 4 and wide_bias < 0.5, wide_bias
assert round(np.rad2deg(1 / np.linalg.norm(scene.receiver)), 2) == 0.13
assert round(stretch, 2) == 1.73 == round(np.tan(elevation) * np.tan(azimuth), 2)
assert np.allclose(by_angle[1:, 0] / by_angle[1:, 1], stretch, rtol=0.02)
assert astray_by > 100 and back_to < 3
for (_, cured), error in swept.items():
    assert np.all(error[:, 1] < 1.2 * bound) if cured else error[-1, 1] > 10 * bound
assert swept["leakage", False][-2, 1] < 1.2 * bound, "10 dB below: harmless"
first = np.linalg.norm(target)
others = np.linalg.norm(target - surfaces[1:], axis=1)
facing = 1 / ((target[0] / first) * np.abs(surfaces[1:, 0] - target[0]) / others)
shorter = 4 * np.pi * (first * others / scene.focal_distances) ** 2 / 10 * facing
assert (10 * np.log10(shorter)).round().tolist() == [73, 75, 77, 81, 91]
phase = (
    np.pi * (target - surfaces[1:])[:, 1:] / others[:, None]
)  # a block of 16 by 16
block = np.prod((np.sin(8 * phase) / (16 * np.sin(phase / 2))) ** 2, axis=1)
beams, _ = elliptic.beam_responses(radar, (0, 0), scene.sector)
assert (10 * np.log10(shorter * block * np.mean(beams**2))).max() < -45
assert 5 < swept["path_rate", False][2, 0] < 7 and rates[2] == 0.1
assert 6500 < np.sqrt(shorter[2]) < 7500, "of the pair 1600 m apart"

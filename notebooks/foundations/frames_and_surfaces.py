# %% [markdown]
# # Frames, angles, and how a surface bends a path
#
# **For** readers who know vectors and complex numbers, and have perhaps never met an intelligent
# reflecting surface. **Run time** under 20 s on two cores; the scale switch changes nothing here.
#
# After this notebook you can
#
# * turn a point into an azimuth and an elevation and back, signs included;
# * put any two surfaces on the $x$ axis of a frame of their own;
# * choose the phases of a surface so that it sends a wave where you want it, and say how sharply;
# * say what a measured path length tells about a target, and what it leaves open.
#
# These four are all that [Part I](../elliptic/one_pair.ipynb) stands on.

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
from irsnb.elliptic import EXPERIMENTS, locate, path_sum
from irsnb.geometry import direction_angles, frame_along, unit_vector
from irsnb.report import figures

figures.use_style()

# %% [markdown]
# ## Where is it? Two angles and a sign
#
# A base station looks for a target. It does not ask for coordinates; it asks *which way to turn*. Two
# numbers answer: the **azimuth** $\theta$, how far to turn on level ground from the $x$ axis (east)
# towards the $y$ axis (north), and the **elevation** $\varphi$, how far to look up.
#
# For an offset $(d_x, d_y, d_z)$ of length $r$ this book uses, everywhere,
#
# $$
# \theta = \operatorname{atan2}(d_y, d_x) \in (-\pi, \pi], \qquad
# \varphi = \arcsin\frac{d_z}{r} \in \left[-\tfrac{\pi}{2}, \tfrac{\pi}{2}\right].
# $$
#
# *In words:* `atan2` looks at both components, so it knows in which of the four quadrants the target
# stands; the elevation is negative below the horizon. The way back is the unit vector
#
# $$
# \mathbf{l} = (\cos\theta\cos\varphi,\ \sin\theta\cos\varphi,\ \sin\varphi).
# $$
#
# Duan et al. (2025) write the azimuth as $\arccos(d_x/\sqrt{d_x^2+d_y^2})$, their (17), and the elevation as
# $\arctan(|d_z|/\sqrt{d_x^2+d_y^2})$, their (18). An arccos never returns a negative angle and a modulus
# forgets its sign. Let a target walk once around the receiver, bobbing up and down, and compare.

# %% mystnb={"figure": {"caption": "A target walks around the receiver. The signed forms follow it; the printed forms (17) and (18) fold the half behind the receiver and the half below it onto the other.", "name": "fig-signs"}, "image": {"alt": "Two panels against the true azimuth from minus 180 to 180 degrees. Left: the signed azimuth is a straight diagonal, the arccos form is a V. Right: the signed elevation is a sine wave between plus and minus 30 degrees, the modulus form shows only its positive arches."}} tags=["hide-input"]
walk = np.linspace(-np.pi, np.pi, 721)[1:]
bob = np.deg2rad(30) * np.sin(3 * walk)
offset = 100 * unit_vector(walk, bob)
azimuth, elevation, _ = direction_angles(offset)
level = np.hypot(offset[:, 0], offset[:, 1])
folded = np.arccos(offset[:, 0] / level), np.arctan(np.abs(offset[:, 2]) / level)

fig, panels = plt.subplots(1, 2)
for axes, signed, printed, name in zip(
    panels,
    (azimuth, elevation),
    folded,
    ("azimuth", "elevation"),
    strict=True,
):
    axes.plot(np.rad2deg(walk), np.rad2deg(signed), label="signed")
    axes.plot(
        np.rad2deg(walk),
        np.rad2deg(printed),
        "--",
        label="as printed, (17) and (18)",
    )
    axes.set(
        xlabel="where the target walks [deg]",
        ylabel=f"{name} read [deg]",
        xticks=range(-180, 181, 90),
    )
fig.legend(
    *panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=2
)
plt.show()

# %% [markdown]
# On the front half, $d_y > 0$, and above the receiver, $d_z > 0$, the two agree: all four experiments of the
# paper stand there. Elsewhere they do not. From here on `irsnb.elliptic.direction` is signed, and
# `irsnb.elliptic.paper_direction` keeps the printed forms for the paper's own experiments.
#
# ## A frame for every pair of surfaces
#
# The paper draws its first surface at the origin and the second at $(2c, 0, 0)$. Two surfaces on real
# walls stand anywhere. Nothing is lost: turn the world until the line from one to the other is the $x$
# axis. The three axes of that frame are the rows of a rotation matrix $\mathbf{Q}$:
#
# $$
# \mathbf{e}_1 = \frac{\mathbf{s}_2 - \mathbf{s}_1}{\lVert \mathbf{s}_2 - \mathbf{s}_1 \rVert}, \qquad
# \mathbf{e}_2 = \frac{\mathbf{e}_z \times \mathbf{e}_1}{\lVert \mathbf{e}_z \times \mathbf{e}_1 \rVert}, \qquad
# \mathbf{e}_3 = \mathbf{e}_1 \times \mathbf{e}_2, \qquad
# \mathbf{p}' = \mathbf{Q}\,(\mathbf{p} - \mathbf{s}_1).
# $$
#
# *In words:* first axis along the line, second level and across it, third as upright as it can be. (For one surface
# straight above the other no level direction is singled out; the code then takes $\mathbf{e}_y$ in place of $\mathbf{e}_z$.) A
# rotation keeps every length, so path lengths do not care in which frame they are taken.

# %%
s1, s2, point = (
    np.array([3.0, -2.0, 5.0]),
    np.array([40.0, 25.0, 12.0]),
    np.array([-10.0, 60.0, 1.0]),
)
rotation = frame_along(s1, s2)
local = rotation @ (point - s1)
print(
    "second surface in the pair's frame [m]:", (rotation @ (s2 - s1)).round(3) + 0.0
)
print("point in the pair's frame [m]:         ", local.round(3))
print("and back [m]:                          ", (rotation.T @ local + s1).round(3))

# %% [markdown]
# ## How a surface bends a path
#
# A mirror obeys the law of reflection: the wave leaves at the angle at which it came. An intelligent
# reflecting surface is a wall of small elements, each of which can delay what it re-radiates by a phase of our
# choice. Duan et al. write the choice as a diagonal matrix,
#
# $$
# \boldsymbol{\Phi} = \operatorname{diag}\left(e^{j\phi_1}, e^{j\phi_2}, \dots, e^{j\phi_{N_s}}\right). \tag{2}
# $$
#
# Take element $n$ at $\mathbf{p}_n$. A wave that arrives from direction $\mathbf{u}_\text{in}$ reaches it early by
# $\mathbf{p}_n\cdot\mathbf{u}_\text{in}$ of path, and what it sends towards $\mathbf{u}_\text{out}$ gains
# $\mathbf{p}_n\cdot\mathbf{u}_\text{out}$. All elements add up in phase when the surface takes exactly that
# away:
#
# $$
# \phi_n = -\frac{2\pi}{\lambda}\, \mathbf{p}_n\cdot(\mathbf{u}_\text{in} + \mathbf{u}_\text{out}).
# $$
#
# *In words:* lay a ramp of phase across the wall. Its slope, not the wall's angle, decides where the wave
# goes. If the ramp is flat we are back at the mirror.
#
# Below, a surface of $32\times32$ elements half a wavelength apart faces $+x$. The wave comes in from azimuth
# −40°; a mirror would send it to +40°; we ask for +15°, elevation 20°.

# %%
surface = PlanarArray(
    rows=32, columns=32, spacing=0.5, wavelength=1.0
)  # lengths in wavelengths
arrives = np.deg2rad([-40.0, 0.0])
leaves = np.deg2rad([15.0, 20.0])


def reflect(array, profile, incoming, azimuth, elevation):
    """Amplitude sent towards each direction by a surface with a phase profile, relative to the peak."""
    onto = array.steering_vector(*incoming)
    towards = array.steering_vector(azimuth, elevation)
    return np.abs(towards @ (profile * onto)) / len(array.positions)


def bend(array, incoming, outgoing):
    """The phase profile of (2) that sends `incoming` to `outgoing`."""
    return np.conj(
        array.steering_vector(*incoming) * array.steering_vector(*outgoing)
    )


profile = bend(surface, arrives, leaves)
azimuths, elevations = (
    np.deg2rad(np.linspace(-80, 80, 161)),
    np.deg2rad(np.linspace(-60, 60, 121)),
)
sent = reflect(surface, profile, arrives, azimuths[None, :], elevations[:, None])
mirror = reflect(
    surface, np.ones(1024), arrives, azimuths[None, :], elevations[:, None]
)

# %% mystnb={"figure": {"caption": "Left: the phase ramp across the surface. Right: where its power goes, in decibels below the peak; the cross is the direction asked for, the circle that of a plain mirror.", "name": "fig-bend"}, "image": {"alt": "Left: diagonal stripes of phase between minus pi and pi across 32 by 32 elements. Right: a map over azimuth and elevation with one bright spot at 15 degrees azimuth and 20 degrees elevation, marked by a cross, with faint sidelobes; a circle marks the mirror direction at 40 degrees azimuth, where nothing is sent."}} tags=["hide-input"]
fig, (left, right) = plt.subplots(1, 2, width_ratios=(1, 1.35))
ramp = left.imshow(
    np.angle(profile).reshape(32, 32),
    origin="lower",
    cmap="twilight",
    vmin=-np.pi,
    vmax=np.pi,
)
left.set(xlabel="column (y)", ylabel="row (z)")
left.grid(False)
fig.colorbar(ramp, ax=left, label="phase [rad]", shrink=0.8)
shown = right.pcolormesh(
    np.rad2deg(azimuths),
    np.rad2deg(elevations),
    20 * np.log10(sent + 1e-6),
    vmin=-40,
    vmax=0,
    rasterized=True,
)
right.plot(*np.rad2deg(leaves), "x", color="black", markersize=9)
peak_mirror = np.unravel_index(mirror.argmax(), mirror.shape)
right.plot(
    np.rad2deg(azimuths[peak_mirror[1]]),
    np.rad2deg(elevations[peak_mirror[0]]),
    "o",
    mfc="none",
    mec="white",
    markersize=10,
    mew=2,
)
right.set(xlabel="azimuth [deg]", ylabel="elevation [deg]")
right.grid(False)
fig.colorbar(shown, ax=right, label="power [dB]", extend="min", shrink=0.8)
plt.show()

# %%
peak = np.unravel_index(sent.argmax(), sent.shape)
peak_deg = np.rad2deg([azimuths[peak[1]], elevations[peak[0]]])
mirror_deg = np.rad2deg([azimuths[peak_mirror[1]], elevations[peak_mirror[0]]])
print(
    f"asked for azimuth {np.rad2deg(leaves[0]):.1f}, elevation {np.rad2deg(leaves[1]):.1f} deg"
)
print(f"strongest at      {peak_deg[0]:.1f},           {peak_deg[1]:.1f} deg")
print(f"a mirror sends to {mirror_deg[0]:.1f},           {mirror_deg[1]:.1f} deg")

# %% [markdown]
# The beam goes where it was told. How sharply? The **half-power width** is the range of angles in which the
# power stays above half its peak. It decides how well the surface *knows* the angle at which it sends, and so
# how large an error of the departure angles Part I should expect.

# %%
fine = np.deg2rad(np.linspace(-60, 60, 24001))
sizes = (8, 16, 32, 64, 128)
widths = []
for size in sizes:
    # Cut along azimuth, one row of the square surface is enough: the others only repeat it.
    array = PlanarArray(1, size, 0.5, 1.0)
    cut = reflect(array, np.ones(size), (0.0, 0.0), fine, 0.0)
    above = np.rad2deg(fine[cut**2 >= 0.5])
    widths.append(above.max() - above.min())
print("elements a side | half-power width [deg]")
for size, width in zip(sizes, widths, strict=True):
    print(f"{size:15d} | {width:8.2f}")

# %% [markdown]
# Twice the side, half the width: about 102°/$N$ for $N$ elements a side, half a wavelength apart, straight ahead (a
# steered beam is wider, by one over the cosine of its angle). The paper perturbs its departure angles by 1°, about two thirds of
# the beam of a $64\times64$ surface. That is what a user gets who points the
# beam and believes it; finding the peak *within* the beam does better, and the second half of Part I shows
# by how much.
#
# ## What a path length tells
#
# The wave leaves surface $S_1$, meets the target $T$ and comes in at surface $S_2$. A clock gives the length
# of the whole trip, and since the surfaces and the base station stand still, the part that matters:
#
# $$
# |\mathbf{S}_1\mathbf{T}| + |\mathbf{S}_2\mathbf{T}| = 2a .
# $$
#
# *In words:* a string of length $2a$ is tied to two pegs. A pencil that keeps it taut draws an
# ellipse with the pegs as foci; in space, the ellipse turned about the line of the pegs, an **ellipsoid**.
# Seen from $S_1$, at the angle $\alpha$ from the line of the pegs, its surface lies at the distance
#
# $$
# R(\alpha) = \frac{a^2 - c^2}{a - c\cos\alpha},
# $$
#
# where $2c$ is the distance of the pegs. This one line *is* the closed form of Part I: know the direction,
# read off the distance.

# %% mystnb={"figure": {"caption": "Three path lengths over the same pair of surfaces, and the ray that leaves the first one at 55 degrees. Where it crosses an ellipse is the target that fits both.", "name": "fig-string"}, "image": {"alt": "Three nested half ellipses over two surfaces marked S1 at zero and S2 at 800 metres. A straight ray leaves S1 upwards to the right and meets each ellipse in a marked point; thin lines join each point to S2."}} tags=["hide-input"]
c, angle = 400.0, np.deg2rad(55)
alpha = np.linspace(0, np.pi, 361)
fig, axes = plt.subplots(figsize=(7.2, 4.0))
for number, semi_major in enumerate((500.0, 650.0, 850.0)):
    radius = (semi_major**2 - c**2) / (semi_major - c * np.cos(alpha))
    colour = f"C{number}"
    axes.plot(
        radius * np.cos(alpha),
        radius * np.sin(alpha),
        color=colour,
        label=f"2a = {2 * semi_major:.0f} m",
    )
    hit = locate(0.0, angle, semi_major, c)
    axes.plot([hit[0], 2 * c], [hit[2], 0], color=colour, linewidth=0.8)
    axes.plot(hit[0], hit[2], "o", color=colour)
axes.plot(
    [0, 900 * np.cos(angle)],
    [0, 900 * np.sin(angle)],
    "k--",
    linewidth=1,
    label="departure ray",
)
axes.plot([0, 2 * c], [0, 0], "ks")
axes.annotate("$S_1$", (0, 0), (-10, -16), textcoords="offset points")
axes.annotate("$S_2$", (2 * c, 0), (4, -16), textcoords="offset points")
axes.set(
    xlabel="along the line of surfaces [m]",
    ylabel="away from it [m]",
    aspect="equal",
    ylim=(-110, 900),
)
axes.legend(loc="upper left", bbox_to_anchor=(1.01, 1))
plt.show()

# %% [markdown]
# The path length alone leaves a whole ellipsoid open; the two departure angles choose one point on it. How
# an error of those angles moves that point, and what the base station then reads, is
# [the next notebook](../elliptic/one_pair.ipynb).
#
# ## Exercises
#
# 1. A surface has its elements a *whole* wavelength apart. Where else does its beam go?
# 2. What does the string-and-pegs picture become when the two surfaces stand in the same place?

# %% [markdown]
# <details>
# <summary>Solution 1</summary>
#
# The pattern depends on $\sin(\text{angle})$ times spacing over wavelength, and phases repeat after a full turn. With
# $d = \lambda$ every direction whose sine differs by 1 from the wanted one gets the same power: **grating lobes**. The
# cell below steers to 20° and finds the copy at $\arcsin(\sin 20° - 1) \approx -41°$.
#
# </details>

# %% tags=["hide-cell"]
sparse = PlanarArray(1, 16, spacing=1.0, wavelength=1.0)
cut = reflect(
    sparse, bend(sparse, (0.0, 0.0), np.deg2rad([20.0, 0.0])), (0.0, 0.0), fine, 0.0
)
lobes_deg = np.rad2deg(
    fine[1:-1][(cut[1:-1] > cut[:-2]) & (cut[1:-1] > cut[2:]) & (cut[1:-1] > 0.99)]
)
print("full-strength beams at [deg]:", lobes_deg.round(1))

# %% [markdown]
# <details>
# <summary>Solution 2</summary>
#
# With $c = 0$ the polar form gives $R = a$ for every direction: a sphere. That is ordinary radar, one clock
# and one antenna, and its "eccentricity" $c/a$ is zero.
#
# </details>

# %% tags=["hide-cell"]
sphere = locate(np.linspace(-3, 3, 7), 0.3, 500.0, 0.0)
print(
    "distances from the common focus [m]:",
    np.unique(np.linalg.norm(sphere, axis=-1).round(9)),
)

# %% [markdown]
# ## Checks
#
# The numbers that this page states, asserted.

# %%
assert np.allclose(azimuth, walk, atol=1e-12) and np.allclose(
    elevation, bob, atol=1e-12
)
assert np.allclose(folded[0], np.abs(azimuth), atol=1e-6), (
    "behind the receiver (17) returns the mirrored azimuth"
)
assert np.allclose(folded[1], np.abs(elevation)), (
    "below the receiver (18) returns the mirrored elevation"
)
for x in EXPERIMENTS.values():
    assert x.target[1] > x.receiver[1] and x.target[2] > x.receiver[2], (
        "in front and above"
    )
assert np.allclose(rotation @ rotation.T, np.eye(3)) and np.isclose(
    np.linalg.det(rotation), 1
)
assert np.allclose(rotation.T @ local + s1, point)
assert np.allclose(peak_deg, np.rad2deg(leaves), atol=0.5) and np.isclose(
    sent.max(), 1, atol=1e-3
)
assert np.allclose(mirror_deg, [40, 0], atol=0.5), (
    "without a ramp the surface is a mirror"
)
assert np.allclose(np.array(widths[1:]) * sizes[1:], 102, atol=1), (
    "half-power width of 102 deg / N"
)
assert np.allclose(path_sum(locate(0.3, 0.7, 650.0, c), c), 1300.0)
assert np.allclose(
    lobes_deg, [np.rad2deg(np.arcsin(np.sin(np.deg2rad(20)) - 1)), 20], atol=0.1
)

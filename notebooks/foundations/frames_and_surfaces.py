# %% [markdown]
# # Frames and surfaces: how a panel on a wall steers a beam
#
# *A mirror reflects a wave where the law of reflection says. A panel of small elements reflects it where we say. What does it take to aim
# it, how sharp is its beam, and what does an echo tell about a target?*
#
# :::{admonition} In three lines
# :class: tip
#
# * **A ramp of phase bends a wave.** The source stands level with the panel, at azimuth −40°. A panel of 32 × 32 elements sends its wave out at azimuth
#   +15° and elevation 20°. A mirror in its place would send it out at +40° and 0°.
# * **Twice the side, half the beam.** A panel with $N$ elements a side, half a wavelength apart, has a beam of 102°/$N$ straight ahead: 1.6° for
#   $N = 64$. A beam that is steered aside is wider.
# * **A path length is an ellipsoid, a beam is a ray.** They meet in one point, which is the target. All of Part I of this book stands on this.
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

# %% mystnb={"figure": {"caption": "Left: the phase that each of 32 by 32 elements adds, a ramp that wraps around: minus pi and pi are the same phase. Right: where the power goes, in decibels relative to the peak, with angles from the panel's normal. The cross is the direction asked for. The triangle is the direction of the source, the circle that of the mirror image, where almost nothing goes. The faint cross of sidelobes is the panel's own; its upright arm is bent, because it follows one y component of the direction and not one azimuth.", "name": "fig-ramp"}, "image": {"alt": "Left: diagonal stripes of phase between minus pi and pi across 32 by 32 elements. Right: a map over azimuth and elevation with one bright spot at 15 degrees azimuth and 20 degrees elevation, marked by a cross, with faint sidelobes; a triangle marks the source at minus 40 degrees azimuth, a circle the mirror direction at plus 40, where almost nothing is sent."}} tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np

from irsnb.arrays import PlanarArray
from irsnb.elliptic import locate_pair, path_sums, surfaces_on_line
from irsnb.geometry import direction_angles, frame_along, unit_vector
from irsnb.report import figures

figures.use_style()
wavelength = 1.0  # all lengths of a panel in wavelengths
panel = PlanarArray(32, 32, wavelength / 2, wavelength)
arrives, leaves = np.deg2rad([-40.0, 0.0]), np.deg2rad([15.0, 20.0])
azimuths, elevations = (
    np.deg2rad(np.arange(-80, 81.0)),
    np.deg2rad(np.arange(-60, 61.0)),
)


def sent(array, phases, incoming, azimuth, elevation):
    """Amplitude sent towards each direction, relative to what all elements in phase would send."""
    onto = array.steering_vector(*incoming)
    towards = array.steering_vector(azimuth, elevation)
    return np.abs(towards @ (np.exp(1j * phases) * onto)) / len(array.positions)


def ramp(array, incoming, outgoing):
    """Phases of the elements that send `incoming` out to `outgoing`."""
    onto, towards = (
        array.steering_vector(*incoming),
        array.steering_vector(*outgoing),
    )
    return -np.angle(onto * towards)


everywhere = azimuths[None, :], elevations[:, None]
bent = sent(panel, ramp(panel, arrives, leaves), arrives, *everywhere)
mirror = sent(panel, np.zeros(1024), arrives, *everywhere)


def peak(power):
    """Azimuth and elevation of the largest value [deg]."""
    row, column = np.unravel_index(power.argmax(), power.shape)
    return np.rad2deg([azimuths[column], elevations[row]])


fig, (left, right) = plt.subplots(1, 2, figsize=(7.6, 3.3), width_ratios=(1, 1.35))
look = {"origin": "lower", "cmap": "twilight", "vmin": -np.pi, "vmax": np.pi}
shown = left.imshow(ramp(panel, arrives, leaves).reshape(32, 32), **look)
left.set(
    xlabel="column (along y)",
    ylabel="row (along z)",
    title="phase of each element [rad]",
)
bar = fig.colorbar(shown, ax=left, shrink=0.8, ticks=[-np.pi, 0, np.pi])
bar.ax.set_yticklabels(["−π", "0", "π"])
power_db = 20 * np.log10(bent + 1e-6)
grid = np.rad2deg(azimuths), np.rad2deg(elevations)
shown = right.pcolormesh(*grid, power_db, vmin=-40, vmax=0, rasterized=True)
right.plot(*np.rad2deg(leaves), "kx", ms=9)
right.plot(*peak(mirror), "o", mfc="none", mec="white", ms=10, mew=2)
right.plot(*np.rad2deg(arrives), "^", mfc="none", mec="white", ms=9, mew=2)
for name, (x, y) in (
    ("source", (-40, -16)),
    ("mirror", (40, -18)),
    ("beam", (38, 28)),
):
    right.text(x, y, name, color="white", ha="center", fontsize=9)
right.set(
    xlabel="azimuth [deg]",
    ylabel="elevation [deg]",
    title="power sent by the panel",
)
fig.colorbar(shown, ax=right, label="power [dB]", extend="min", shrink=0.8)
for axes in (left, right):
    axes.grid(False)
plt.show()

# %% [markdown]
# <small>You need vectors and complex numbers, and no other page. The paper of Part I is Duan et al. (2025); this page goes with its sections 2.2 and 3.
# 10 minutes to read. **Run time** under 20 s. Afterwards you can aim a panel, put any two panels into a frame of their own, and say what a path length tells.
# Numbers in brackets, as (2), are those of the paper's equations; `irsnb` is the Python package of this book.</small>
#
# ## Which way to turn: azimuth and elevation
#
# A radar that looks for a target asks which way to turn. Two numbers answer. The **azimuth** $\theta$ is the turn from the $x$
# axis towards the $y$ axis. The **elevation** $\varphi$ is the angle above the $x$-$y$ plane. For an offset
# $(d_x, d_y, d_z)$ of length $r$ this book uses, everywhere,
#
# $$
# \theta = \operatorname{atan2}(d_y, d_x) \in (-\pi, \pi], \qquad
# \varphi = \arcsin\frac{d_z}{r} \in \left[-\tfrac{\pi}{2}, \tfrac{\pi}{2}\right].
# $$
#
# *In words:* `atan2` looks at the signs of both components and so knows the quadrant. The elevation is negative below that plane. The
# way back is the unit vector
#
# $$
# \mathbf{l} = (\cos\theta\cos\varphi,\ \sin\theta\cos\varphi,\ \sin\varphi).
# $$
#
# In `irsnb` these are `direction_angles` and `unit_vector`. The paper's own formulas (17) and (18) lose the sign of
# the azimuth and of the elevation; [the next page](../elliptic/one_pair.ipynb) maps where that matters.
#
# A direction always belongs to a frame, and Part I needs three:
#
# * at the radar, the **world's**: $x$ east, $y$ north, $z$ up;
# * at a panel, the **panel's**: $x$ along its normal, as in {numref}`fig-ramp`;
# * at a pair of panels, the **pair's**: $x$ along their line. The paper's surfaces stand along $x$, so this is its world as well.

# %% mystnb={"figure": {"caption": "The scene of Part I, from above (a sketch). A hill hides the target T from the radar B. So the wave goes from B over the panel S1 to T, and over the panel S2 back. The same letter is two angles: the azimuth at B, counted from east, and the azimuth of the departing beam at S1, counted from the line of the pair. The paper does not say which way the panels (bars) face. Here they face each other, so both face the radar and the target, and the normal of S1 is the axis of the pair.", "name": "fig-angles"}, "image": {"alt": "A sketch from above: a radar B, a grey hill north of it and a target T behind the hill. A blue line runs from B to S1 to T to S2 and back to B. Short bars at S1 and S2 stand across the line between them. An arc at B runs from a dotted line to the east to the dashed line to T, an arc at S1 from the line to S2 to the blue line to T."}} tags=["hide-input"]
scene = {"B": (350, -480), "$S_1$": (0, 0), "T": (330, 900), "$S_2$": (760, 330)}
radar, first, hidden, last = (np.array(spot) for spot in scene.values())
fig, axes = plt.subplots(figsize=(5.0, 4.6))
axes.add_patch(plt.Circle((390, 330), 150, color="0.85"))
axes.text(440, 330, "hill", ha="center", va="center", fontsize=9)
axes.plot(*np.array([radar, first, hidden, last, radar]).T, color="C0")
axes.plot(*np.array([radar, hidden]).T, "k--", lw=1)
line_angle = np.arctan2(*(last - first)[::-1])
across = 70 * np.array([-np.sin(line_angle), np.cos(line_angle)])
axes.plot(*np.array([first, 1.25 * (last - first)]).T, "k:", lw=1)
axes.plot(*np.array([radar, radar + (420, 0)]).T, "k:", lw=1)
for spot in (first, last):
    axes.plot(*np.array([spot - across, spot + across]).T, "k", lw=4)
axes.plot(*np.array([radar, hidden]).T, "ko", ls="none")
for corner, start, to, size, name, shift in (
    (radar, 0.0, hidden, 150, "azimuth at B", (170, 60)),
    (first, line_angle, hidden, 190, "azimuth at $S_1$", (-270, 240)),
):
    end = np.arctan2(*(to - corner)[::-1])
    turn = np.linspace(start, end, 40)
    axes.plot(*(corner + size * np.stack([np.cos(turn), np.sin(turn)], -1)).T, "C1")
    axes.text(*(corner + shift), name, color="C1", fontsize=9)
axes.text(radar[0] + 430, radar[1], "east", va="center", fontsize=9)
axes.text(965, 412, "line of the pair", va="center", fontsize=9)
for name, shift in zip(
    scene, ((-25, -85), (-95, -80), (30, 10), (50, -60)), strict=True
):
    axes.text(*(np.array(scene[name]) + shift), name)
axes.set(aspect="equal", xlim=(-300, 1330), ylim=(-590, 990))
axes.axis("off")
plt.show()

# %% [markdown]
# ## A frame for every pair of surfaces
#
# The paper puts its first surface $S_1$ at the origin and the second, $S_2$, at $(2c, 0, 0)$, so $c$ is half their spacing. Two panels on real walls stand
# anywhere, at the places $\mathbf{s}_1$ and $\mathbf{s}_2$. Shift the world until $\mathbf{s}_1$ is the origin, then turn it until $\mathbf{s}_2$ lies on the
# $x$ axis. The axes of that frame are
#
# $$
# \mathbf{e}_1 = \frac{\mathbf{s}_2 - \mathbf{s}_1}{\lVert \mathbf{s}_2 - \mathbf{s}_1 \rVert}, \qquad
# \mathbf{e}_2 = \frac{\mathbf{e}_z \times \mathbf{e}_1}{\lVert \mathbf{e}_z \times \mathbf{e}_1 \rVert}, \qquad
# \mathbf{e}_3 = \mathbf{e}_1 \times \mathbf{e}_2 .
# $$
#
# *In words:* the first axis runs along the line, the second is level and across it, the third is as upright as it can be. They are the rows of a
# rotation matrix $\mathbf{Q}$, which `frame_along` returns. (If one surface stands straight above the other, the code takes $\mathbf{e}_y$ in place of $\mathbf{e}_z$.)

# %%
s1, s2 = np.array([3.0, -2.0, 5.0]), np.array([40.0, 25.0, 12.0])
place = np.array([-10.0, 60.0, 1.0])

rotation = frame_along(s1, s2)
local = rotation @ (place - s1)
world = rotation.T @ local + s1
assert np.allclose(world, place)  # there and back

# %% mystnb={"figure": {"caption": "The same two surfaces and the same target T. Left: from above, in the world. Right: seen along the third axis of the pair's frame. Green: its first two axes (the arrows' length means nothing). Shift and rotation keep every length: the path from S1 over T to S2 is 125.5 m in both. The drawn lines are shorter, because they leave out one dimension.", "name": "fig-frame"}, "image": {"alt": "Two plans. Left: S1 near the origin, S2 to its north-east, a target T to the north-west, joined by blue lines; green arrows at S1, labelled e1 and e2, show the axes of the pair's frame, turned by 36 degrees. Right: the same triangle turned so that S1 is the origin and S2 lies on the first axis."}} tags=["hide-input"]
in_world = np.array([s1, place, s2])
in_frame = (in_world - s1) @ rotation.T
fig, panels = plt.subplots(1, 2, figsize=(7.2, 3.3))
for axes, corners, title, axis_pair in zip(
    panels,
    (in_world, in_frame),
    ("in the world", "in the pair's frame"),
    (rotation, np.eye(3)),
    strict=True,
):
    axes.plot(*corners[:, :2].T, "o-", color="C0")
    for name, corner, offset in zip(
        ("$S_1$", "T", "$S_2$"),
        corners,
        ((-16, -12), (-3, 7), (7, -4)),
        strict=True,
    ):
        axes.annotate(name, corner[:2], offset, textcoords="offset points")
    for name, axis in zip(("$e_1$", "$e_2$"), axis_pair, strict=False):
        tip = corners[0, :2] + 18 * axis[:2]
        arrow = {"arrowstyle": "->", "color": "C2", "lw": 2}
        axes.annotate("", tip, corners[0, :2], arrowprops=arrow)
        shift = (4, -14) if name == "$e_1$" else (-16, -2)
        axes.annotate(name, tip, shift, textcoords="offset points", color="C2")
    length = np.linalg.norm(np.diff(corners, axis=0), axis=-1).sum()
    middle = (corners[:, :2].max(axis=0) + corners[:, :2].min(axis=0)) / 2
    axes.set(
        title=f"{title}\n$S_1$–T–$S_2$ in space: {length:.1f} m", aspect="equal"
    )
    axes.set(xlim=middle[0] + [-42, 42], ylim=middle[1] + [-42, 42])
panels[0].set(xlabel="x, east [m]", ylabel="y, north [m]")
panels[1].set(xlabel="along $e_1$ [m]", ylabel="along $e_2$ [m]")
plt.show()

# %% [markdown]
# ## How a surface bends a wave
#
# An intelligent reflecting surface is a wall of small elements. Element $n$ multiplies what it re-radiates by $e^{j\phi_n}$, with a phase $\phi_n$ of
# our choice (not the elevation $\varphi$). (Waves go as $e^{j\omega t}$ here, so a positive phase is an advance.) The paper writes the choice for all $N_s$ elements as a diagonal
# matrix; a square panel with $N$ elements a side has $N_s = N^2$:
#
# $$
# \boldsymbol{\Phi} = \operatorname{diag}\left(e^{j\phi_1}, e^{j\phi_2}, \dots, e^{j\phi_{N_s}}\right). \tag{2}
# $$
#
# In its own frame the panel stands in the $y$-$z$ plane and faces along $x$. Let $\mathbf{p}_n$ be the place of element $n$, from the panel's middle. Let
# $\mathbf{u}_\text{in}$ point from the panel *to the source*, and $\mathbf{u}_\text{out}$ to where the wave shall go, both far away. The way over
# element $n$ is shorter than the way over the middle: by $\mathbf{p}_n\cdot\mathbf{u}_\text{in}$ before the panel, and by $\mathbf{p}_n\cdot\mathbf{u}_\text{out}$
# after it. All elements add up in phase if the phase of each makes up for that. With the wavelength $\lambda$,
#
# $$
# \phi_n = -\frac{2\pi}{\lambda}\, \mathbf{p}_n\cdot(\mathbf{u}_\text{in} + \mathbf{u}_\text{out}).
# $$
#
# *In words:* lay a ramp of phase across the wall. Its slope decides where the wave goes. Without a ramp, $\phi_n = 0$, the parts of $\mathbf{u}_\text{in}$ and
# $\mathbf{u}_\text{out}$ in the plane of the wall must be opposite. That is the law of reflection: the wall is a mirror. In code, with `arrives` = (−40°, 0°)
# and `leaves` = (15°, 20°) as azimuth and elevation, and $\mathbf{p}_n$ in `panel.positions`:

# %%
u_in, u_out = unit_vector(*arrives), unit_vector(*leaves)
phases = -2 * np.pi / wavelength * panel.positions @ (u_in + u_out)

# %% [markdown]
# The first figure shows these phases and their beam.
#
# ## How sharp is the beam?
#
# The **half-power width** is the range of angles in which the beam has at least half of its peak power. An echo may come from any
# target within the beam. Taking the beam's middle for the target, one errs by up to half the width.

# %% mystnb={"figure": {"caption": "Left: power across the beam for 16, 32 and 64 elements a side; the dotted line is half the peak. Right: half-power width against the number of elements a side. It falls as 102 degrees over N (line); the dashed line is 1 degree, by which the paper turns the beam.", "name": "fig-width"}, "image": {"alt": "Left: three bell-shaped curves with sidelobes, narrower for more elements, with a dotted line at one half. Right: five points from 8 to 128 elements on a straight falling line labelled 102 degrees over N, from 12.8 to 0.8 degrees, on logarithmic axes; a dashed line at 1 degree."}} tags=["hide-input"]
fine = np.deg2rad(np.linspace(-60, 60, 24_001))
sizes, widths = np.array([8, 16, 32, 64, 128]), []
fig, (cut, width) = plt.subplots(1, 2, figsize=(7.6, 3.2))
for size in sizes:
    # One row of the square panel is enough: the others only repeat it.
    row = PlanarArray(1, int(size), wavelength / 2, wavelength)
    power = sent(row, np.zeros(size), (0.0, 0.0), fine, 0.0) ** 2
    above = np.rad2deg(fine[power >= 0.5])
    widths.append(above.max() - above.min())
    if size in (16, 32, 64):
        near = np.abs(fine) < np.deg2rad(10)
        cut.plot(np.rad2deg(fine[near]), power[near], label=f"N = {size}")
cut.axhline(0.5, color="k", ls=":")
cut.set(xlabel="angle from the beam [deg]", ylabel="power over peak power")
cut.legend()
width.loglog(sizes, 102 / sizes, color="k", lw=1)
width.axhline(1, color="k", ls="--", lw=1)
width.annotate("102° / N", (34, 102 / 32), fontsize=9)
width.annotate("1°, error in the paper", (8, 1.06), fontsize=9)
width.plot(sizes, widths, "o", color="C0")
width.set(xlabel="elements a side", ylabel="half-power width [deg]")
width.set_xticks(sizes, [str(size) for size in sizes])
width.set_yticks([1, 2, 5, 10], ["1", "2", "5", "10"])
width.minorticks_off()
plt.show()

# %% [markdown]
# Twice the side, half the width. For a long row theory gives $0.886\,\lambda/(N\lambda/2) = 1.77/N$ radians, which is 101.5°/$N$ (102° rounded).
# All this is for a beam along the panel's normal. Steered aside by an angle $\beta$, the beam is wider by about $1/\cos\beta$: the panel looks shorter from there.
#
# The azimuth and the elevation at which the beam leaves the first surface, in the pair's frame, are its **departure angles**. The paper turns both by 1° to see what an
# error does. Straight ahead, the beam of 64 elements is 1.6° wide, and its middle misses the target by at most 0.8°. At 60° from the normal it is twice as wide, and 1° is
# no longer the worst case. [The waveform page](../elliptic/waveform.ipynb) looks for the peak *within* the beam, which does better.
#
# ## What a path length tells
#
# The radar cannot see the target. Its clock measures the travel time of the whole way in {numref}`fig-angles`: radar,
# $S_1$, $T$, $S_2$, radar. Times the speed of light, less the known legs between radar and surfaces, this is
#
# $$
# |S_1T| + |S_2T| = 2a .
# $$
#
# *In words:* a string of length $2a$ is tied to two pegs, a distance $2c$ apart. A pencil that keeps it taut draws an ellipse with the pegs as foci. In
# space the ellipse turns about the line of the pegs and becomes an **ellipsoid**. A ray that leaves $S_1$ at the angle $\alpha$ from that line meets it at the
# distance (derived on the next page)
#
# $$
# R(\alpha) = \frac{a^2 - c^2}{a - c\cos\alpha}, \qquad \cos\alpha = \cos\theta\cos\varphi .
# $$
#
# Here $\theta$ and $\varphi$ are the departure angles, and $\cos\alpha$ is the $x$ component of their unit vector $\mathbf{l}$ in the pair's frame.

# %% mystnb={"figure": {"caption": "Three path lengths over the same pair of surfaces, and the ray that leaves the first one at an angle of 55 degrees. Each path length 2a is an ellipse, of which the upper half is drawn. The thin lines are the rest of each string, from the ray to S2. The target stands where the ray (dashed) crosses the ellipse.", "name": "fig-string"}, "image": {"alt": "Three nested half ellipses over two surfaces marked S1 at zero and S2 at 800 metres, labelled with their path lengths 2a. A dashed ray leaves S1 upwards to the right and meets each ellipse in a marked point; thin lines join each point to S2."}} tags=["hide-input"]
c, angle = 400.0, np.deg2rad(55)
alpha = np.linspace(0, np.pi, 361)
fig, axes = plt.subplots(figsize=(6.6, 3.7))
for number, string in enumerate((1000.0, 1300.0, 1700.0)):
    look = {"color": f"C{number}"}
    hit = locate_pair(0.0, angle, string, c)
    around = locate_pair(alpha, 0.0, string, c)
    axes.plot(around[:, 0], around[:, 1], **look)
    axes.plot([hit[0], 2 * c], [hit[2], 0], lw=0.8, **look)
    axes.plot(hit[0], hit[2], "o", **look)
    half, turn = string / 2, np.deg2rad(152)  # a label on the line, left
    spot = c - 60 + half * np.cos(turn), np.sqrt(half**2 - c**2) * np.sin(turn)
    plate = {"facecolor": "white", "edgecolor": "none", "pad": 1}
    middle = {"ha": "center", "va": "center", "fontsize": 9, "bbox": plate}
    axes.text(*spot, f"2a = {string:.0f} m", **middle, **look)
axes.plot([0, 900 * np.cos(angle)], [0, 900 * np.sin(angle)], "k--", lw=1)
axes.plot([0, 2 * c], [0, 0], "ks")
arc = np.linspace(0, angle, 30)
axes.plot(110 * np.cos(arc), 110 * np.sin(arc), "k", lw=0.8)
axes.annotate("α = 55°", (120, 35), fontsize=9)
axes.annotate("", (0, -115), (2 * c, -115), arrowprops={"arrowstyle": "<->"})
axes.annotate(f"2c = {2 * c:.0f} m", (c, -135), ha="center", va="top", fontsize=9)
for name, x in (("$S_1$", 0), ("$S_2$", 2 * c)):
    axes.annotate(name, (x, 0), (-4, -15), textcoords="offset points")
axes.set(xlabel="along the line of surfaces [m]", ylabel="across that line [m]")
axes.set(aspect="equal", xlim=(-550, 1450), ylim=(-220, 860))
plt.show()

# %% [markdown]
# The path length alone leaves a whole ellipsoid open. The two departure angles choose one point of it. How an error of those angles moves that
# point, and what the radar then reads, is [the next page](../elliptic/one_pair.ipynb).
#
# ## Exercises
#
# **1.** A row of elements stands along $y$, a *whole* wavelength apart, and sends to azimuth 20° at elevation 0°. A phase means the same after a full turn. At which other azimuth does it send as much?
#
# :::{hint}
# :class: dropdown
# Number the elements along the row: element $n$ stands at $n\lambda$, and for the azimuth $\theta$ it needs the phase $-2\pi n\sin\theta$.
# Which other sine gives the same phases?
# :::
# :::{admonition} Solution 1
# :class: dropdown
# The azimuth whose sine differs by one gets the same power: $\arcsin(\sin 20° - 1) = -41°$. Such a copy is called a **grating lobe**.
# :::

# %% tags=["hide-cell"]
sparse, straight = PlanarArray(1, 16, 1.0, 1.0), (0.0, 0.0)
to_20 = ramp(sparse, straight, np.deg2rad([20.0, 0.0]))
lobes = sent(sparse, to_20, straight, fine, 0.0)
tops = (lobes[1:-1] > lobes[:-2]) & (lobes[1:-1] > lobes[2:]) & (lobes[1:-1] > 0.99)
assert np.allclose(np.rad2deg(fine[1:-1][tops]), [-41.1, 20.0], atol=0.1)

# %% [markdown]
# **2.** Predict by what factor the beam of 64 elements widens at 50° from the normal. Then steer it there in the folded cell of {numref}`fig-width`.
#
# :::{hint}
# :class: dropdown
# Replace the phases `np.zeros(size)` by `ramp(row, (0, 0), np.deg2rad([50, 0]))`. Seen from 50°, how long is the wall?
# :::
# :::{admonition} Solution 2
# :class: dropdown
# By 1.56, one over $\cos 50°$: seen from there the wall is shorter by that cosine.
# :::

# %% tags=["hide-cell"]
row = PlanarArray(1, 64, wavelength / 2, wavelength)
to_50 = ramp(row, straight, np.deg2rad([50.0, 0.0]))
above = np.rad2deg(fine[sent(row, to_50, straight, fine, 0.0) ** 2 >= 0.5])
assert np.isclose(np.ptp(above) / widths[3], 1 / np.cos(np.deg2rad(50)), atol=0.01)

# %% [markdown]
# **3.** What becomes of the string and its two pegs if both surfaces stand in the same place?
#
# :::{hint}
# :class: dropdown
# Put $c = 0$ into $R(\alpha)$.
# :::
# :::{admonition} Solution 3
# :class: dropdown
# $R = a$ in every direction: a sphere. That is ordinary radar, with one clock and one antenna.
# :::

# %% tags=["hide-cell"]
sphere = locate_pair(np.linspace(-3, 3, 7), 0.3, 1000.0, 0.0)
assert np.allclose(np.linalg.norm(sphere, axis=-1), 500.0)

# %% [markdown]
# ## Checks
#
# The folded cell asserts the numbers of this page.

# %% tags=["hide-cell"]
rng = np.random.default_rng(2025)
points = rng.uniform(-100, 100, (1000, 3))
azimuth, elevation, distance = direction_angles(points)
assert np.allclose(unit_vector(azimuth, elevation) * distance[:, None], points)
assert np.array_equal(azimuth < 0, points[:, 1] < 0)
assert np.array_equal(elevation < 0, points[:, 2] < 0)
assert np.allclose(rotation @ rotation.T, np.eye(3)) and np.linalg.det(rotation) > 0
assert np.allclose(world, place) and np.isclose(rotation[1, 2], 0)
assert np.allclose(rotation @ (s2 - s1), [np.linalg.norm(s2 - s1), 0, 0])
assert np.allclose(frame_along(s1, s1 + [0, 0, 1])[:2], [[0, 0, 1], [1, 0, 0]])
assert np.isclose(length, 125.5, atol=0.05)
assert np.allclose(np.exp(1j * phases), np.exp(1j * ramp(panel, arrives, leaves)))
assert np.allclose(peak(bent), [15, 20]) and np.isclose(bent.max(), 1, atol=1e-3)
assert np.allclose(peak(mirror), [40, 0]) and bent[60, 120] < 0.03
assert np.allclose(widths * sizes, 102, atol=1), "102 deg / N"
assert round(widths[3], 1) == 1.6 and round(widths[3] / 2, 1) == 0.8, (
    "straight ahead"
)
to_60 = ramp(row, straight, np.deg2rad([60.0, 0.0]))
wide = np.deg2rad(np.linspace(40, 80, 8001))
above = np.rad2deg(wide[sent(row, to_60, straight, wide, 0.0) ** 2 >= 0.5])
assert np.isclose(np.ptp(above) / widths[3], 2, atol=0.02), (
    "twice as wide at 60 deg"
)
assert (last - first) @ (hidden - first) < (last - first) @ (last - first)
assert all((last - first) @ (spot - first) > 0 for spot in (radar, hidden)), (
    "in front"
)
assert (
    np.allclose(panel.positions.mean(axis=0), 0) and not panel.positions[:, 0].any()
)
assert np.isclose(np.rad2deg(0.886 * 2), 101.5, atol=0.05)
assert np.isclose(widths[-1] * sizes[-1], 101.5, atol=0.5)
for string in (1000.0, 1300.0, 1700.0):
    hit = locate_pair(0.0, angle, string, c)
    assert np.isclose(path_sums(surfaces_on_line(c), hit)[0], string)

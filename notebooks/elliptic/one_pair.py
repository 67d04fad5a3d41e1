# %% [markdown]
# # One pair of surfaces: how well does it locate a hidden target?
#
# *A radar cannot look through a hill, but two panels that face both the radar and the target can pass its beam around it. One beam and one
# travel time then give the position of a target that the radar itself cannot see.*
#
# :::{admonition} In three lines
# :class: tip
#
# * **The position is one formula.** The travel time puts the target on an ellipsoid, the beam puts it on a ray, and the two meet in one point.
# * **No unbiased method does better with one pair.** If both angles of the beam err with a standard deviation of 1°, a target 1.9 km from the first
#   surface is located to 38 m (RMS). The Cramér–Rao bound is 38 m as well.
# * **A wider pair is not a better pair.** With the surfaces ten times as far apart the error grows to 44 m. The radar's azimuth gets
#   worse, its elevation slightly better.
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

# %% mystnb={"figure": {"caption": "Left: the scene from above. The hill (schematic) hides the target T from the radar B. The surfaces S1 and S2 (bars) face each other along their line, so B and T are in front of both. Right: the plane through S1, S2 and T. The travel time fixes the length of the blue string from S1 over T to S2, so T lies on the grey ellipse; the beam is the green ray through T. If the beam is off by 3 degrees in this plane (green wedge), the answer slides along the ellipse to an orange point.", "name": "fig-scene"}, "image": {"alt": "Two drawings. Left, a plan: a radar B south of a grey hill, a target T north of it, two surfaces S1 and S2 in a row; a blue line runs from B to S1 to T to S2 and back to B, a dashed line from B to T is blocked by the hill. Right, half an ellipse over S1 and S2 with a blue string from S1 over T to S2, a green ray with a wedge from S1 through T, and two orange points on the ellipse beside T."}} tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np

from irsnb import elliptic
from irsnb.elliptic import EXPERIMENTS, direction, locate_pair, path_sums
from irsnb.geometry import direction_angles, unit_vector
from irsnb.montecarlo import rms, sweep
from irsnb.report import claims, figures, ledger
from irsnb.report.counting import count_operations

figures.use_style()
experiment, degree = EXPERIMENTS[1], np.deg2rad(1)
target, receiver = np.array(experiment.target), np.array(experiment.receiver)
semi_focals = np.array(experiment.semi_focals)
c = semi_focals[0]
second = 2 * c
path_sum = path_sums(elliptic.surfaces_on_line(c), target)[0]

fig, (plan, plane) = plt.subplots(1, 2, figsize=(7.6, 3.6), width_ratios=(1, 1.5))
route = np.array([receiver, (0, 0, 0), target, (second, 0, 0), receiver])[:, :2]
plan.add_patch(plt.Circle((370, 300), 170, color="lightgrey"))
plan.plot(*route.T, color="C0")
plan.plot(*route[[0, 2]].T, "k--", lw=1)
plan.annotate("hill", (450, 300), ha="center", va="center", fontsize=9)
for x in (0, second):
    plan.plot([x, x], [-70, 70], "k", lw=4)
names = ("B", (10, -4)), ("$S_1$", (-20, -4)), ("T", (8, 0)), ("$S_2$", (6, -4))
for place, (name, offset) in zip(route[:-1], names, strict=True):
    plan.plot(*place, "k." if place[1] == 0 else "ko")
    plan.annotate(name, place, offset, textcoords="offset points")
plan.set(xlabel="x, east [m]", ylabel="y, north [m]", aspect="equal")
plan.set(xlim=(-250, 1080), ylim=(-520, 1150))

turn = np.linspace(0, np.pi, 200)
along, across = target[0], np.hypot(target[1], target[2])
slope, a = np.arctan2(across, along), path_sum / 2
b = np.sqrt(a**2 - c**2)
off = locate_pair(slope + np.deg2rad([-3, 3]), 0.0, path_sum, c)
plane.plot(c + a * np.cos(turn), b * np.sin(turn), color="grey", lw=1)
wedge = 1.2 * np.array([(0, 0), *off[:, :2], (0, 0)])
plane.fill(*wedge.T, color="C2", alpha=0.25, lw=0)
plane.plot([0, along, second], [0, across, 0], color="C0", lw=1.8)
plane.plot([along, 1.15 * along], [across, 1.15 * across], color="C2", lw=1.8)
plane.plot(off[:, 0], off[:, 1], "o", color="C1")
plane.plot([0, second, along], [0, 0, across], "ko")
plane.text(-210, 60, "$S_1$")
plane.text(second + 70, 60, "$S_2$")
plane.text(along - 140, across + 90, "T")
plane.text(-230, 900, "beam", color="C2")
plane.text(780, 850, "string", color="C0")
plane.text(-110, across - 240, "3° off", color="C1")
plane.set(xlabel="along the surfaces [m]", ylabel="across their line [m]")
plane.set_aspect("equal")
plt.show()

# %% [markdown]
# <small>For readers of [frames and surfaces](../foundations/frames_and_surfaces.ipynb); Part I, Duan et al. (2025), sections 2.1, 3 and 5.2.
# 12 minutes to read. **Run time** under 20 s. Afterwards you can compute a position from one beam and one travel time, and say how good it is.</small>
#
# ## What is measured
#
# The radar $B$ sends to the first surface $S_1$, which aims its beam at the target $T$. The echo reaches the second surface $S_2$, which passes it back to
# the radar. Three numbers are known then:
#
# * the azimuth $\theta_r$ and the elevation $\varphi_r$ of the beam at $S_1$ (index $r$: at the reflecting surface). They err,
#   because the target may be anywhere within the beam;
# * from the travel time, less the known legs to the radar, the **path sum**
#
# $$
# d_{S_1TS_2} = |S_1T| + |S_2T| . \tag{7}
# $$
#
# The paper takes the path sum as exact, and so does this page; [Fusion](fusion.ipynb) does not. In all four experiments
# $B = (200, -400, -30)$ m, $S_1$ is the origin, and $S_2 = (2c, 0, 0)$:
#
# | Experiment | target $T$ [m] | half spacing $c$ [m] |
# |---|---|---|
# | 1 | (500, 1000, 1500) | 400 to 4000 in steps of 100, each alone |
# | 2 | (380, 540, 230) | 400 to 2200 in steps of 200, together |
# | 3 | (700, 1200, 1400) | 400, 600, 800, 1000, 1200, together |
# | 4 | (400, 1200, 300) | the same |
#
# ## Move it first
#
# The paper turns both angles of the beam by a fixed $+\Delta$, then by $-\Delta$, and averages the errors of the
# azimuth at the radar, $\theta_+$ and $\theta_-$:
#
# $$
# \text{MAE}_\theta = \tfrac{1}{2}\left(|\theta_+ - \theta_0| + |\theta_- - \theta_0|\right), \tag{23}
# $$
#
# and likewise for elevation. The paper's $\Delta$ is 1°. The figure starts with 3°, to tell the answers (dark orange) apart. All stand
# at one height. The error's curve appears once you move something.

# %% tags=["hide-input"]
figures.Interactive("ellipse_explorer")

# %% [markdown]
# The error grows, by a sixth from 200 m to 1600 m. The black dots are the bound (below) for a *random* error
# with that standard deviation. With one angle, as here, the two are the same for small turns; with two they are not.
#
# ## An ellipse meets a ray
#
# Tie a string of length $2a = d_{S_1TS_2}$ to $S_1$ and $S_2$ and pull it taut with a pencil: it draws an ellipse with the surfaces as foci. We look at the
# plane of ellipse and beam. The target is at the distance $R$ along the beam; the rest of the string, $2a - R$, reaches from $T$ to $S_2$. The surfaces
# are $2c$ apart, and by the law of cosines
#
# $$
# (2a - R)^2 = R^2 + (2c)^2 - 2 R\,(2c) \cos\alpha ,
# $$
#
# where $\alpha$ is the angle between the beam and the line of surfaces, with $\cos\alpha = \cos\theta_r\cos\varphi_r$ (11). $R^2$ cancels:
#
# $$
# R = \frac{a^2 - c^2}{a - c\cos\alpha} .
# $$
#
# *In words:* a longer string means a farther target, and a beam that leans towards $S_2$ reaches farther. The position is $R$ times the unit vector of the
# beam. The shape of the ellipse is its **eccentricity** $e = c/a$. Algorithm 1 of the paper, up to the target, is this:


# %%
def algorithm_1(theta_r, phi_r, path_sum, c):
    """Position [m] from the beam's angles [rad], the path sum [m] and half the spacing [m]."""
    a = path_sum / 2
    cos_alpha = np.cos(theta_r) * np.cos(phi_r)
    distance = (a * a - c * c) / (a - c * cos_alpha)
    x = distance * cos_alpha
    y = distance * np.cos(phi_r) * np.sin(theta_r)
    return x, y, distance * np.sin(phi_r)


# %% [markdown]
# In Experiment 1 with $c = 400$ m, $a = 1849$ m, and the formula gives the true distance, $R = 1871$ m. Turn the beam by exactly 1° in both angles and keep the path sum: the answer moves by 38 m.
#
# `irsnb.elliptic.locate_pair` is the same formula for whole fields of targets.
#
# :::{admonition} Why no solver?
# :class: note dropdown
# The paper hands the ellipse (10) and the line $w = x\tan\alpha$ (12), with $w$ the distance from the line of surfaces, to a "solve" function. A *line*
# meets an ellipse twice, in front of $S_1$ and behind. A solver returns both points, or the one it happens to reach. A *ray* meets it once.
# :::
#
# ## Is that good?
#
# One turn of exactly 1° is a single case. Let both angles err at random, independently, with a standard deviation of 1°. `target` and `receiver` are $T$
# and $B$ of Experiment 1, `semi_focals` its values of $c$. `direction_angles` gives angles and distance of the target at $S_1$, `direction` its angles at the radar.
# `surfaces_on_line(c)` places both surfaces, and `sweep` repeats the trial for each spacing:


# %%
theta_r, phi_r, distance = direction_angles(target)
true_direction = direction(target, receiver)


def trial(rng, draws, c):
    """Errors of the position [m] and of the radar's azimuth and elevation [rad]."""
    d_theta, d_phi = rng.normal(0, np.deg2rad(1), (2, draws))
    path_sum = path_sums(elliptic.surfaces_on_line(c), target)
    found = locate_pair(theta_r + d_theta, phi_r + d_phi, path_sum, c)
    seen = np.stack(direction(found, receiver), axis=-1)
    return {"position": found - target, "direction": seen - true_direction}


settings = {"c": semi_focals.tolist()}
drawn = sweep(trial, settings, draws=20_000, seed=2025, batch_size=20_000)

# %% [markdown]
# The **Cramér–Rao bound** is the smallest error (RMS) that any unbiased method can reach. Three measurements fix three unknowns here, so its covariance is
# $\mathbf{J}\boldsymbol\Sigma\mathbf{J}^\mathsf{T}$, with the derivatives $\mathbf{J}$ of the position by the measurements and their covariance $\boldsymbol\Sigma$ (1°, 1°, 1 mm).
# The bound in metres is the root of its trace: 38.3 m with the closest pair and 44.2 m with the widest. The closed form reaches
# 38.4 m (95 % interval 38.1 to 38.7 m) and 44.1 m (43.8 to 44.4 m): on the bound, within chance. The radar reads azimuth and elevation:

# %% mystnb={"figure": {"caption": "Experiment 1: the error of the radar's direction to the target while the second surface moves away. Azimuth gets worse, elevation slightly better, as in the paper. The closed form (dashed lines, all 37 spacings with 20,000 draws each; every fifth has a square; bands: 95 percent intervals) agrees with the bound (black dots) within 2 percent. Small steps of the lines are chance. The axis starts at 0.7 degrees.", "name": "fig-experiment-1"}, "image": {"alt": "Errors in degrees against spacing from 0.8 to 8 kilometres. Two curves lie on black dotted ones: the azimuth error, blue, rises from 0.83 to 0.93 degrees, the elevation error, green, falls from 0.87 to 0.84 degrees."}} tags=["hide-input"]
lines = np.stack([elliptic.surfaces_on_line(half) for half in semi_focals])
noise = {"sigma_angle": degree, "sigma_path": 1e-3}
direction_bound = elliptic.direction_crlb(lines, receiver, target, **noise)
bound_deg = np.rad2deg(np.sqrt(np.diagonal(direction_bound, axis1=-2, axis2=-1))).T
error_deg = np.rad2deg(rms(drawn["direction"]))
spacing_km = 2 * semi_focals / 1000

fig, axes = plt.subplots(figsize=(6.6, 3.1))
look = {"label_ends": True, "markevery": 5}
for k, angle in enumerate(("azimuth", "elevation")):
    look |= {"label": angle, "color": f"C{2 * k}"}
    figures.curves(axes, spacing_km, {"one-pair": error_deg[:, k]}, **look)
    figures.curves(axes, spacing_km, {"bound": bound_deg[k]}, zorder=3)
axes.annotate("squares: closed form; black dots: bound", (5, 0.73), ha="center")
axes.set(xlabel="distance between the surfaces [km]", ylabel="RMS error [deg]")
axes.set(ylim=(0.7, 1.0), xlim=(0.5, 9.2))
plt.show()

# %% [markdown]
# ## Why azimuth and elevation disagree
#
# A beam turned by 1° of azimuth moves the answer *sideways* by 19.5 m, whatever the spacing. The ellipse is no circle about $S_1$, so the answer also moves
# *along the beam*: by 4 m with the closest pair, by 19 m with the widest. The radar sees only the part of this step across its line of sight.

# %% mystnb={"figure": {"caption": "One degree of azimuth at the surface, seen from above. Green: sideways, the same for every pair. Orange: along the beam, larger for a wide pair; the beam climbs by 53 degrees, so that the arrow's 4 m and 19 m in space are 2.4 m and 11.2 m in this plan. The radar sees the part across its line of sight (dashed): the grey bar, to which the dotted line leads. Titles: the angle of that bar at the radar.", "name": "fig-why"}, "image": {"alt": "Two panels, closest and widest pair. From the target a green arrow points north-west, the same in both. From its tip an orange arrow points south-west, short in the left panel and long in the right one. A grey bar across the dashed line of sight is longer in the right panel."}} tags=["hide-input"]
beam, sight = unit_vector(theta_r, phi_r), (target - receiver)[:2]
across_sight = np.array([-sight[1], sight[0]]) / np.linalg.norm(sight)
strings, step = path_sums(lines, target)[:, 0], 1e-6
moved = locate_pair(theta_r + step, phi_r, strings, semi_focals) - target
moved = moved[[0, -1]] / step * degree
along_beam = (moved @ beam)[:, None] * beam
sideways, seen_m = moved - along_beam, moved[:, :2] @ across_sight
fig, panels = plt.subplots(1, 2, figsize=(7.2, 3.4), sharex=True, sharey=True)
look = {"head_width": 1.2, "length_includes_head": True, "width": 0.25}
for k, axes in enumerate(panels):
    axes.plot(*np.outer(across_sight[[1, 0]] * [1, -1], [-12, 16]), "k--", lw=1)
    axes.arrow(0, 0, *sideways[k, :2], color="C2", **look)
    axes.arrow(*sideways[k, :2], *along_beam[k, :2], color="C1", **look)
    axes.plot(*np.outer(across_sight, [0, seen_m[k]]), "k", lw=4, alpha=0.35)
    turned_by = np.rad2deg(seen_m[k] / np.linalg.norm(sight))
    axes.plot(*np.array([moved[k, :2], seen_m[k] * across_sight]).T, "k:", lw=1)
    title = f"{('closest', 'widest')[k]} pair: azimuth off by {turned_by:.2f}°"
    axes.set_title(title, fontsize=11)
    axes.set(xlabel="east of the target [m]", aspect="equal")
    axes.text(-8, 9, "sideways", color="C2", fontsize=9)
    axes.text(-29, 12, "along the beam", color="C1", fontsize=9)
    axes.text(-17, -11, "line of sight", fontsize=9)
    axes.text(-19.5, -4.5, "seen by the radar", color="0.35", fontsize=9)
panels[0].set(ylabel="north of the target [m]", xlim=(-31, 9), ylim=(-14, 18))
plt.show()

# %% [markdown]
# A turn of the beam's *elevation* by 1° lifts the answer by 19.5 m with every pair. The motion along the beam lowers it again, by 2 m with the closest pair and by 10 m
# with the widest, so the radar's elevation errs less. What 1° at the surface does at the radar, closest pair → widest pair:
#
# | turn at the surface | azimuth at the radar | elevation at the radar |
# |---|---|---|
# | 1° of azimuth | 0.78° → 0.87° | −0.11° → −0.16° |
# | 1° of elevation | 0.28° → 0.34° | 0.86° → 0.83° |
# | both at random: the bound | 0.83° → 0.93° | 0.87° → 0.84° |
# | both at once: (23) | 1.06° → 1.21° | 0.75° → 0.67° |
#
# The bound adds the squares of the first two rows. The paper's (23) always turns both angles together, so it adds them with their signs (for the azimuth 0.78° + 0.28° = 1.06°), and it may
# lie below a bound. This is geometry and not a law: [elsewhere](where_weighting_helps.ipynb) the orange arrow
# points the other way. With three measurements for three unknowns no formula can average errors away. A better
# direction needs more measurements: [more pairs](many_pairs.ipynb).
#
# ## Two lost signs
#
# The last step turns the offset $(d_x, d_y, d_z)$ from radar to target into a direction. The paper prints
#
# $$
# \hat\theta = \arccos\frac{d_x}{d}, \quad \hat\varphi = \arctan\frac{|d_z|}{d} \tag{17, 18}
# $$
#
# with the level distance $d = \sqrt{d_x^2 + d_y^2}$. Neither can be negative.

# %% mystnb={"figure": {"caption": "Where the printed direction is wrong, and by how much. Left, from above: south of the radar, (17) reports the mirror image in the north (this error is the same at every height). Right, a vertical section 800 m north of the surfaces: below the radar, (18) reports the mirror image above. White crosses: the targets of the paper's four experiments, where nothing is lost; triangle: the radar, squares: the first pair.", "name": "fig-signs"}, "image": {"alt": "Two maps with one colour scale from 0 to 180 degrees. Left, from above: no error north of the radar, an error that grows to 180 degrees south of it. Right, a vertical section: no error above the radar, an error that grows below it, largest straight below. Four white crosses lie in the parts without error."}} tags=["hide-input"]
reach = np.linspace(-3000, 3000, 121) + 1.0
east, other = np.meshgrid(reach, reach)
level = np.stack([east, other, np.full_like(east, 500.0)], axis=-1)
upright = np.stack([east, np.full_like(east, 800.0), other], axis=-1)


def printed_error_deg(places):
    """Errors of the printed azimuth (17) and elevation (18) [deg]."""
    printed = elliptic.paper_direction(places, receiver)
    off = np.subtract(printed, direction(places, receiver))
    return np.rad2deg(np.abs((off + np.pi) % (2 * np.pi) - np.pi))


lost = {"azimuth (17), plan": printed_error_deg(level)[0]}
lost["elevation (18), section"] = printed_error_deg(upright)[1]
fliers = np.array([each.target for each in EXPERIMENTS.values()])
fig, panels = plt.subplots(1, 2, figsize=(7.6, 3.5))
quantity = "error of the printed angle [deg]"
mesh = figures.maps(panels, reach, reach, lost, quantity=quantity)
mesh.set_clim(0, 180)
mesh.colorbar.set_ticks(range(0, 181, 45))
for axes, height in zip(panels, (1, 2), strict=True):
    axes.plot(*receiver[[0, height]], "k^", ms=7, mec="white")
    axes.plot([0, second], [0, 0], "ks", ms=6, mec="white")
    axes.plot(*fliers[:, [0, height]].T, "wx", ms=7, mew=1.6)
panels[1].set_ylabel("height z [m]")
plt.show()

# %% [markdown]
# Of all targets above the radar within a cube of 6 km side about $S_1$, (17) and (18) are right for 57 %: those north of the radar. `irsnb.elliptic.direction` uses `atan2` and no modulus.
#
# ## Exercises
#
# **1.** The beam leaves at right angles to the line of surfaces. What is $R$, and what becomes of the paper's line (12), $w = x\tan\alpha$?
#
# :::{hint}
# :class: dropdown
# Put $\cos\alpha = 0$ into the formula.
# :::
# :::{admonition} Solution 1
# :class: dropdown
# $R = (a^2 - c^2)/a$, the semi-latus rectum. The line is vertical, $\tan\alpha$ is infinite, and (12) cannot be used.
# :::

# %% tags=["hide-cell"]
at_right_angles = np.linalg.norm(locate_pair(np.pi / 2, 0.3, 1300.0, 400.0))
assert np.isclose(at_right_angles, (650.0**2 - 400.0**2) / 650.0)


# %% [markdown]
# **2.** Do the task of the interactive figure: find a target for which a *wider* pair makes the azimuth *better*. Where do such targets stand?
#
# :::{hint}
# :class: dropdown
# In {numref}`fig-why` the orange arrow lengthens the grey bar, because it points to the same side of the line of sight as the green one. It points from $T$ to $S_1$: on which side of the line from $B$ to $T$ must $S_1$ stand?
# :::
# :::{admonition} Solution 2
# :class: dropdown
# West of the line from $B$ through $S_1$, for example at $(-400, 300)$ m. There the motion along the beam turns the radar's line of sight back.
# :::


# %% tags=["hide-cell"]
def azimuth_error(places, spacings, turn):
    """(23) of one pair's azimuth, for a radar as high as the surfaces [rad]."""
    radar, setting = (200.0, -400.0, 0.0), (spacings, turn, 0.0, "one-pair")
    return elliptic.perturbation_mae(places, radar, *setting)[0]


spacings = np.arange(100.0, 801.0, 50.0)[:, None]
assert (np.diff(azimuth_error((-400, 300, 0), spacings, degree)) < 0).all(), (
    "better"
)
assert (np.diff(azimuth_error((500, 1000, 0), spacings, degree)) > 0).all(), "worse"
box = (-1500, 50, 0), (1500, 1500, 0)
field = np.random.default_rng(2025).uniform(*box, (500, 3))
narrow, wide = azimuth_error(field, [[[100.0]], [[800.0]]], degree / 1e4)
assert np.array_equal(wide < narrow, field[:, 0] < -field[:, 1] / 2), "west"

# %% [markdown]
# **3.** The clock is off, and the path sum is 10 cm too long. How far does the target of Experiment 1 move with the closest pair, how far with the widest?
#
# :::{hint}
# :class: dropdown
# The beam stays, so only $R$ changes. Call `locate_pair` twice.
# :::
# :::{admonition} Solution 3
# :class: dropdown
# By 5 cm and by 10 cm. With the closest pair the string runs out and nearly back, and half of its error is distance. With the widest it leaves $T$
# nearly at right angles to the beam, and all of it is.
# :::

# %% tags=["hide-cell"]
ends = semi_focals[[0, -1]]
late = locate_pair(theta_r, phi_r, strings[[0, -1]] + 0.1, ends)
moved_m = np.linalg.norm(late - target, axis=-1)
assert np.allclose(moved_m, [0.0524, 0.1036], atol=1e-4)
rest = np.array([[2 * half, 0, 0] for half in ends]) - target
bend = (rest @ beam) / np.linalg.norm(rest, axis=-1)
assert np.allclose(np.rad2deg(np.arccos(bend)), [155, 88], atol=0.5)

# %% [markdown]
# **4.** The radar moves from $(200, -400, -30)$ m up a mountain, to $(200, -400, 2000)$ m. Which of the paper's four experiments would (17) and (18) still get right?
#
# :::{hint}
# :class: dropdown
# The table at the top has the targets' heights. In the right map, where are they if the radar stands above them all?
# :::
# :::{admonition} Solution 4
# :class: dropdown
# The azimuths of all four, the elevations of none: every target is now below the radar.
# :::

# %% tags=["hide-cell"]
summit = (200.0, -400.0, 2000.0)
kept = np.isclose(
    elliptic.paper_direction(fliers, summit), direction(fliers, summit)
)
assert kept[0].all() and not kept[1].any()

# %% [markdown]
# ## What the paper claims
#
# Figures and sections named in the rows are the paper's.

# %% tags=["hide-input"]
# fmt: off
# What the rows are judged by: exact measurements of targets in a cube, operations, and (23) in Experiment 1.
rng = np.random.default_rng(2025)
cube = rng.uniform(-3000, 3000, (100_000, 3))
pairs = np.zeros((len(cube), 2, 3))
pairs[:, 1, 0] = 2 * rng.uniform(1, 4000, len(cube))
exact = np.transpose([*direction_angles(cube)[:2], path_sums(pairs, cube)[:, 0], pairs[:, 1, 0] / 2])
located = np.linalg.norm(locate_pair(*exact.T) - cube, axis=-1) < 1e-5
operations = np.array([count_operations(algorithm_1, *each) for each in exact[:200]])
above = cube[cube[:, 2] > receiver[2]]
both_right = np.isclose(elliptic.paper_direction(above, receiver), direction(above, receiver)).all(axis=0)
north = above[:, 1] > receiver[1]
both_turned = semi_focals[:, None], degree, degree, "one-pair"
mae = np.rad2deg(elliptic.perturbation_mae(target, receiver, *both_turned))
rises, falls = np.diff(mae[0]) > 0, np.diff(mae[1]) < 0
true_deg = np.rad2deg([*true_direction, theta_r, phi_r])
e, second_x = elliptic.eccentricity(strings, semi_focals), 2 * semi_focals
bound_m = np.sqrt(np.trace(elliptic.position_crlb(lines, target, **noise), axis1=-2, axis2=-1))
metres = rms(drawn["position"], component="position_axis_1").values
ratio = metres / bound_m[:, None]


def row(name, verdict, ours, why="", bound="none applies"):
    return ledger.row("duan2025", name, verdict=verdict, ours=ours, why=why, bound=bound)


def printed(name, ours):
    """Judge what the paper prints by its digits."""
    stated = claims.claim("duan2025", name)
    return ledger.digits(stated.printed, ours, decimals=stated.decimals)


def trend_row(name, k, cases):
    bound = "{:.3f} to {:.3f} deg RMS for random errors of 1°".format(*bound_deg[k, [0, -1]])
    ours = f"from {mae[k, 0]:.3f} to {mae[k, -1]:.3f} deg by (23)"
    return row(name, ledger.holds(cases, drawn=False), ours, "at this target", bound)


growing, falling = (1e-9, np.inf), (-np.inf, -1e-9)
wording = ledger.inconsistent(
    ledger.Statement("Section 5.2", "an improving trend as e increases"),
    ledger.Statement("Section 5.2", "MAE is less as the e is small"),
    quantity="change of the azimuth error with e [deg]",
    readings={"improving means falling": (falling, growing),
              "improving describes a rising curve": (growing, growing)},
    otherwise=ledger.holds(rises, drawn=False),
)
place = ledger.inconsistent(
    ledger.Statement("Section 5.2", "c from 400 to 4000 m, S2 at (2c, 0, 0)"),
    ledger.Statement("Section 5.2", "that is, (800, 0, 0)"),
    quantity="x of the second surface [m]",
    readings={"the place of all 37 spacings": ((second_x[-1],) * 2, (800, 800)),
              "the place of the first spacing": ((second_x[0],) * 2, (800, 800))},
    otherwise=printed("exp1-second", second_x[:1]),
)
ledger.record(
    row("closed-form", ledger.holds(located, drawn=True),
        f"{located.sum():,} of {len(cube):,} random targets found to 10 µm from exact measurements",
        "the ellipse in polar form needs no solver",
        "with 1° of angle noise the RMS error is {:.3f} ({:.3f} to {:.3f}) times it".format(*ratio[0])),
    row("closed-form-direction", ledger.holds(both_right, drawn=True),
        f"right for {both_right.mean():.0%} of the targets above the radar's height in a cube of 6 km; "
        f"north of the radar for {both_right[north].mean():.0%}",
        "(17) mirrors what is south of the radar; (18) would mirror what is below it; "
        "atan2 without a modulus mends both"),
    row("complexity-one", ledger.holds(operations == operations[0], drawn=False),
        f"{operations[0]} elementary operations (sums, products, sines, cosines) for the position, "
        "whatever the target",
        "counted in the closed form; an iterative solve would take a number of steps "
        "that depends on the target"),
    row("trend-wording", wording,
        "improving must mean growing: (23), which has no noise, grows with e in azimuth "
        f"at {rises.sum()} of {rises.size} steps",
        "read literally, an error that improves falls; but the paper's next sentence says that it is less "
        "where e is small, so the curve is meant to rise, and it does"),
    row("exp1-angles", printed("exp1-angles", true_deg), ", ".join(f"{v:.2f}" for v in true_deg) + " deg"),
    row("exp1-eccentricity", printed("exp1-eccentricity", e[[0, -1]]),
        f"{e[0]:.4f} to {e[-1]:.4f}, within 0.01 of the printed values",
        f"they round to {e[0]:.2f} and {e[-1]:.2f}, each within one unit of the last printed digit"),
    row("exp1-second", place,
        f"x = 2c runs from {second_x[0]:.0f} to {second_x[-1]:.0f} m; "
        "the printed place is the first of these"),
    trend_row("fig5a", 0, rises),
    trend_row("fig5b", 1, falls),
)

# %% [markdown]
# ## Checks
#
# The folded cell asserts the numbers of this page.

# %% tags=["hide-cell"]
position = np.array(algorithm_1(theta_r, phi_r, path_sum, c))
turned = np.array(algorithm_1(theta_r + degree, phi_r + degree, path_sum, c))
assert np.allclose(position, target, atol=1e-6)
assert round(path_sum / 2) == 1849 and round(distance) == 1871
assert round(np.linalg.norm(turned - target)) == 38
placed = [(200, -400, -30), (500, 1000, 1500), (380, 540, 230), (700, 1200, 1400), (400, 1200, 300)]
assert np.array_equal([receiver, *fliers], placed), "the table of the experiments"
by_angles, _ = elliptic.pair_sensitivities(elliptic.surfaces_on_line(semi_focals), receiver, target)
assert (np.diff(by_angles[0, :, 0]) > 0).all(), "adds to the azimuth error"
assert (np.diff(np.abs(by_angles[1, :, 1])) < 0).all(), "takes from the elevation's"
assert np.allclose(metres[[0, -1], 0], [38, 44], atol=0.5)
assert np.allclose(ratio[:, 0], 1, atol=0.02), "on the bound, at every spacing"
assert np.allclose(error_deg.sel(end="value").T, bound_deg, rtol=0.02)
assert (np.diff(bound_deg[0]) > 0).all() and (np.diff(bound_deg[1]) < 0).all()
assert np.allclose(bound_deg[:, [0, -1]], [[0.83, 0.93], [0.87, 0.84]], atol=0.005)
assert rises.all() and falls.all() and rises.size == 36, "trends of (23)"
assert np.allclose(mae[:, [0, -1]], [[1.06, 1.21], [0.75, 0.67]], atol=0.0051)
table = [[[0.78, 0.28], [0.87, 0.34]], [[0.11, 0.86], [0.16, 0.83]]]
assert np.allclose(np.abs(by_angles)[:, [0, -1]], table, atol=0.005) and (by_angles[1, :, 0] < 0).all()
assert np.allclose(bound_m[[0, -1]], [38.3, 44.2], atol=0.05)
assert np.allclose(np.linalg.norm(along_beam[:, :2], axis=-1), [2.4, 11.2], atol=0.05)
assert (mae[1] < bound_deg[1]).all(), "(23) lies below the bound in elevation"
assert np.allclose(np.linalg.norm(sideways, axis=-1), 19.5, atol=0.05)
assert np.linalg.norm(along_beam, axis=-1).round().tolist() == [4, 19]
assert seen_m[1] > seen_m[0]
lifted = (locate_pair(theta_r, phi_r + step, strings, semi_focals) - target)[[0, -1]] / step * degree
lowered = (lifted @ beam) * beam[2]
assert np.allclose(lifted[:, 2] - lowered, 19.5, atol=0.05), "lifted"
assert lowered.round().tolist() == [-2, -10]
assert np.isclose(0.78 + 0.28, mae[0, 0], atol=0.005), "(23) adds"
in_front = np.array([200, *fliers[:, 0]])
assert ((in_front > 0) & (in_front < 2 * 400)).all(), "in front of panels that face each other"
narrow, wide = azimuth_error((500, 1000, 0), [[100.0], [800.0]], 3 * degree)
assert 1 / 7 < wide / narrow - 1 < 1 / 5, "a sixth"


def newton(theta_r, phi_r, path_sum, c):
    """Distance along the beam by Newton's steps, from R = a until they settle."""
    a, cos_alpha = path_sum / 2, np.cos(theta_r) * np.cos(phi_r)
    distance, step = a, a
    while abs(step) > 1e-9 * abs(distance):
        rest = np.sqrt(distance**2 + 4 * c * c - 4 * distance * c * cos_alpha)
        step = (distance + rest - 2 * a) / (1 + (distance - 2 * c * cos_alpha) / rest)
        distance = distance - step
    return distance


assert np.isclose(newton(*exact[0]), np.linalg.norm(cube[0]))
assert len({count_operations(newton, *each) for each in exact[:20]}) > 1
assert located.all() and np.array_equal(both_right, north)
assert round(both_right.mean(), 2) == 0.57
assert (fliers[:, 1:] > receiver[1:]).all(), "the experiments: north and above"
assert np.round(e[[0, -1]], 2).tolist() == [0.22, 0.83]

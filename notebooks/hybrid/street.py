# %% [markdown]
# # A street, a surface, four users
#
# **Part III, the scenario of Surendran et al. (2025).** For readers of
# [frames and surfaces](../foundations/frames_and_surfaces.ipynb). **Run time** under 10 s on two cores; the same at both scales.
#
# After this notebook you can
#
# * load a ray-traced street in DeepMIMO's form, the one that ships with this book or the real one;
# * say where the paper's four users stand, and that they are not where its text says;
# * tell when a wave must be taken as a sphere and when a plane will do;
# * turn traced paths into what the elements of a surface hear.

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
import json
import textwrap
from importlib import resources

import matplotlib.pyplot as plt
import numpy as np

from irsnb.arrays import PlanarArray
from irsnb.hybrid import (
    PAPER_NOISE,
    PAPER_USERS,
    load_scenario,
    paper_users,
    polar,
    spread_out,
)
from irsnb.hybrid.scene import COLUMNS, FIRST_USER, PITCH, ROWS, SURFACE
from irsnb.report import figures, ledger

figures.use_style()
street = load_scenario()
four = paper_users(street)
everyone = polar(street)
print(street)

# %% [markdown]
# ## The scenario
#
# A surface stands on a mast, six metres up and five metres in front of a facade, and looks across a street. Phones on the pavement send; of the surface's 625 elements a few can
# listen, the others only reflect. What the listening ones hear is a mixture of all phones and all their echoes off walls and ground. From it
# the surface is to say in which direction and how far away each phone is.
#
# The paper takes the street from DeepMIMO {cite:p}`alkhateeb2019`, a collection of ray-traced places: scenario O1, at the
# base station BS1. The real data are a download. So that this book runs without, it carries a street of its own, `o1_like_3p5`. The list below says what that
# street was built and traced from: what is published about O1, what was read from published reflection points, and what nobody prints and we therefore chose.
# `make scenario` traces it anew.

# %%
made = resources.files("irsnb").joinpath("data", "o1_like_3p5", "provenance.json")
for assumption in json.loads(made.read_text(encoding="utf-8"))["assumptions"]:
    print(
        textwrap.fill(assumption, 80, initial_indent="* ", subsequent_indent="  ")
    )

# %% [markdown]
# So the lines of sight and the users' places are O1's, and the echoes are those of a street much like it. Whoever has a network gets the real one with
#
# ```python
# street = load_scenario("o1_3p5", download=True)   # needs: pip install "irsnb[scenarios]"
# ```
#
# in the first cell, and the code below runs on it; before it is used, the positions of BS1 and of the users in it are compared with those below. The sentences between the
# cells speak of our street: the real one has the same users on the grid, but none off it, and echoes of its own.

# %% mystnb={"figure": {"caption": "The street from above. Grey: buildings; triangle: the surface; dots: users; crosses: the four users of the paper, 90 m down the street. Drawn are the paths of the first of them, up to two bounces.", "name": "fig-street"}, "image": {"alt": "A map of a street that runs from south to north between two rows of grey blocks, 63 metres from facade to facade. A triangle on the west side marks the surface. Dots cover the street around it. Ninety metres to the south four crosses lie close together; lines run from them to the surface, straight and by way of both facades."}} tags=["hide-input"]
KINDS = {
    0: "line of sight",
    1: "one reflection",
    11: "two",
    111: "three",
    1111: "four",
}
fig, axes = plt.subplots(figsize=(7.2, 3.9))
for outline in street.buildings:
    axes.fill(outline[:, 1], outline[:, 0], color="#bbbbbb", linewidth=0)
axes.plot(
    street.positions[:, 1], street.positions[:, 0], ".", ms=1.5, color="#56B4E9"
)
for number, kind in enumerate((11, 1, 0)):
    first = True
    for path in np.flatnonzero(street.interactions[four[0]] == kind):
        bends = street.corners[four[0], path]
        line = np.vstack(
            [
                street.surface,
                bends[np.isfinite(bends[:, 0])],
                street.positions[four[0]],
            ]
        )
        axes.plot(
            line[:, 1],
            line[:, 0],
            color=f"C{number}",
            lw=1.1,
            label=KINDS[kind] if first else None,
        )
        first = False
axes.plot(street.surface[1], street.surface[0], "k^", ms=9, label="surface")
axes.plot(
    street.positions[four, 1],
    street.positions[four, 0],
    "kx",
    ms=6,
    label="the paper's users",
)
axes.set(
    xlabel="north, y [m]",
    ylabel="east, x [m]",
    aspect="equal",
    xlim=(285, 500),
    ylim=(215, 310),
)
axes.grid(False)
fig.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=3)
plt.show()

# %% [markdown]
# ## Where the four users stand
#
# Tables 1 and 2 print where the users truly are, to a hundredth of a degree and a centimetre. In the frame of this book, with
#
# $$
# \phi = \operatorname{atan2}(d_y, d_x), \qquad \theta = \arcsin\frac{d_z}{r}
# $$
#
# seen from BS1, these numbers belong to four places of O1's user grid.
# *In words:* which way along the street, how far down, how far away.

# %%
true = everyone[four]
azimuth_deg, elevation_deg = np.rad2deg(true[:, :2]).T
distance = true[:, 2]
print("user  row  column  azimuth [deg]  elevation [deg]  range [m]")
for number, (row, column) in enumerate(PAPER_USERS):
    print(
        f"{number + 1:4d} {row:4d} {column:7d} {azimuth_deg[number]:14.2f} "
        f"{elevation_deg[number]:16.2f} {distance[number]:10.2f}"
    )

# %% [markdown]
# They come out to one unit of the last digit printed. So this is where the paper looked; and two things are odd about it.
#
# * The text speaks of the users nearest to the surface, "e.g. 6–12 m", in rows and columns 1 to 10. The fourth is in column 15, and all are 91 m away: the first rows of
#   user grid 1 are its *southern end*. (Nobody on that grid is nearer than 7.99 m: its users stand 6.9 m to the east of BS1 and more, and 4 m below. For the six metres of
#   the text our street has a patch of users of its own, off the grid.)
# * The surface looks east, and the users are 85° off that direction, at the very edge of what it can see. All four are within two degrees.
#
# We keep both: the paper's four, and four of those within 6 to 12 m, chosen by a rule and not by hand: the nearest user first, then each time the one
# whose direction is farthest from those already taken.

# %%
close = np.flatnonzero((everyone[:, 2] >= 6) & (everyone[:, 2] <= 12))
near = close[spread_out(everyone[close], 4)]
on_grid = everyone[street.rows > 0, 2].min()
print(f"users within 6 to 12 m: {len(close)} of {len(everyone)}")
print(
    f"nearest user on O1's grid, nearest of all: {on_grid:.2f}, {everyone[:, 2].min():.2f} m"
)
print("the four that are spread out: azimuth, elevation [deg], range [m]")
for azimuth, elevation, away in everyone[near]:
    print(f"{np.rad2deg(azimuth):8.2f} {np.rad2deg(elevation):8.2f} {away:8.2f}")
apart_deg = np.rad2deg(np.ptp(true[:, 0]))
print(f"the paper's four lie within {apart_deg:.2f} deg of azimuth")

# %% [markdown]
# ## What arrives
#
# Each path has a gain, a delay, and a direction at the surface. Here are the strongest of the first user.

# %%
user = four[0]
print("path            gain [dB]  length [m]  azimuth [deg]  elevation [deg]")
for path in np.flatnonzero(street.interactions[user] >= 0)[:6]:
    print(
        f"{KINDS[int(street.interactions[user, path])]:15s} "
        f"{20 * np.log10(abs(street.gain[user, path])):9.1f} "
        f"{299792458 * street.delay[user, path]:11.2f} "
        f"{np.rad2deg(street.azimuth[user, path]):14.2f} "
        f"{np.rad2deg(street.elevation[user, path]):16.2f}"
    )
in_sight = bool(np.all(street.interactions[four, 0] == 0))
echo_db = [20 * np.log10(abs(street.gain[u, 1] / street.gain[u, 0])) for u in four]
snr_db = 10 * np.log10(np.abs(street.gain[four, 0]) ** 2 / PAPER_NOISE)
print(
    f"\nall four in direct sight: {in_sight}; "
    f"strongest echo at {min(echo_db):.1f} to {max(echo_db):.1f} dB"
)
print(f"direct path over the paper's noise, for 1 W sent: {snr_db.mean():.0f} dB")

# %% [markdown]
# **What it means.** The strongest echo comes off the western facade, at grazing incidence and therefore hardly weakened. It comes from *behind*: BS1 stands five metres in front of that
# facade, and −100° is outside what a surface that looks east can face. Elements in a plane cannot tell front from back, since only $\sin\phi\cos\theta$ and $\sin\theta$ enter their
# phases. So isotropic elements, DeepMIMO's default, hear this echo as if it came from −80°, two decibels weaker than the user and six degrees beside it; a surface
# that is closed at the back does not hear it. The paper does not say which it is. `path_channels` has both.
#
# The noise of the paper, $10^{-(200-30)/10}$, has no unit; read as watts and with one watt
# sent, the signal stands 87 dB above it. We state it and, everywhere, sweep the SNR.
#
# The paths were checked against an independent method: mirror the surface in every face and every pair of faces, draw the straight line, keep it if it meets the
# faces in the right order and nothing is in the way. Positions, lengths and amplitudes agree, and the tests of this book do it anew each time.
#
# ## Sphere or plane?
#
# A phone is a point, its wave a sphere. Seen on a small surface a sphere is flat. The usual border is where the sphere bends by a sixteenth of a
# wavelength over the aperture $D$, the **Fraunhofer distance**
#
# $$
# r_\mathrm{F} = \frac{2D^2}{\lambda}.
# $$
#
# *In words:* twice as wide a surface sees the curvature four times as far. Without curvature there is no distance in the signal: narrow-band snapshots
# of a plane wave say which way, and nothing else. Below: how far the channel of a plane wave is from the spherical one, for users all over the street.

# %%
wavelength = street.wavelength
sides = (7, 10, 25, 64)
surfaces = {
    side: PlanarArray(side, side, wavelength / 2, wavelength) for side in sides
}


def bending(users, array):
    """Distance between plane and spherical steering vectors, after the best common phase."""
    flat, round_ = (
        array.steering_vector(users[:, 0], users[:, 1], far)
        for far in (None, users[:, 2])
    )
    overlap = np.abs(np.mean(flat.conj() * round_, axis=-1))
    return np.sqrt(np.maximum(2 - 2 * overlap, 0))


# Only the direct path, so that nothing else is in the comparison.
seen = np.flatnonzero(street.interactions[:, 0] == 0)
apart = {side: bending(everyone[seen], array) for side, array in surfaces.items()}
fraunhofer = {
    side: 2 * ((side - 1) * wavelength / 2 * np.sqrt(2)) ** 2 / wavelength
    for side in sides
}
print("elements   diagonal [m]   Fraunhofer [m]   at 6-12 m   the paper's four")
for side in sides:
    diagonal = (side - 1) * wavelength / 2 * np.sqrt(2)
    at_near = apart[side][np.isin(seen, close)].mean()
    at_four = apart[side][np.isin(seen, four)].mean()
    print(
        f"{side:3d} x {side:<3d} {diagonal:13.2f} {fraunhofer[side]:15.1f} "
        f"{at_near:12.1%} {at_four:15.2%}"
    )

# %% mystnb={"figure": {"caption": "How far a plane wave's channel is from the spherical one, relative to its norm and after the best common phase, for every user of the street in direct sight. Vertical lines: the Fraunhofer distance of 10 x 10 and of 25 x 25; the other two are off the axis.", "name": "fig-fraunhofer"}, "image": {"alt": "Relative difference on a logarithmic axis against the distance of the user from six to one hundred metres, four clouds of dots for surfaces of 7, 10, 25 and 64 elements a side. Every cloud falls with distance; larger surfaces lie higher. Two vertical dashed lines mark Fraunhofer distances, at 7 and at 49 metres."}} tags=["hide-input"]
fig, axes = plt.subplots()
for number, side in enumerate(sides):
    axes.plot(
        everyone[seen, 2],
        apart[side],
        ".",
        ms=2.5,
        rasterized=True,
        color=f"C{number}",
        label=f"{side} x {side}",
    )
    if fraunhofer[side] < 120:
        axes.axvline(fraunhofer[side], color=f"C{number}", ls="--", lw=1)
axes.set(
    xscale="log",
    yscale="log",
    xlabel="distance of the user [m]",
    ylabel="plane against sphere",
    xlim=(5.5, 115),
    ylim=(1e-4, 2),
)
axes.set_xticks([6, 10, 20, 50, 100], ["6", "10", "20", "50", "100"])
fig.legend(
    *axes.get_legend_handles_labels(),
    loc="outside lower center",
    ncols=4,
    markerscale=4,
)
plt.show()

# %% [markdown]
# **What it means.** The border is soft, and it depends on the direction: seen from the side, as the paper's users see it, the aperture is foreshortened and the sphere
# looks flatter still. For them the $10\times10$ block is in the far field by a wide margin, and even the whole surface is. Their distance is hardly
# in the data. How hardly, [the bounds](what_the_surface_can_know.ipynb) say in metres.
#
# ## What the paper says, and what this page computed

# %% tags=["hide-input"]
# O1's own user grid, from its published corner and pitch: ours is denser near the surface.
across, along = np.meshgrid(np.arange(COLUMNS), np.arange(ROWS))
away = np.linalg.norm(
    np.stack([across, along, 0 * along], axis=-1) * PITCH
    + np.subtract(FIRST_USER, SURFACE),
    axis=-1,
)
inside = {side: np.mean(away < fraunhofer[side]) for side in (10, 25)}
at_28 = 299792458 / 28e9
rows_and_columns = np.array(PAPER_USERS)
ledger.record(
    ledger.row(
        "surendran2025",
        "scenario-name",
        ours=f"{wavelength:.4f} m at {street.carrier / 1e9:g} GHz; at 28 GHz it would be {at_28:.4f} m",
        verdict="inconsistent in the paper"
        if abs(wavelength - 0.0857) < 5e-5 < abs(at_28 - 0.0857)
        else "reproduced",
        why="the wavelength is 3.5 GHz's, and the name that of the 28 GHz scenario; the printed places fit O1 at either, "
        "and O1_3p5 is the one at 3.5 GHz",
    ),
    ledger.row(
        "surendran2025",
        "true-ranges",
        ours=", ".join(f"{value:.3f}" for value in distance) + " m",
        verdict=ledger.judge_printed("surendran2025", "true-ranges", distance),
        why="from the positions in the scenario",
    ),
    ledger.row(
        "surendran2025",
        "true-azimuths",
        ours=", ".join(f"{value:.3f}" for value in azimuth_deg) + " deg",
        verdict=ledger.judge_printed("surendran2025", "true-azimuths", azimuth_deg),
        why="atan2 from BS1, with the surface facing east",
    ),
    ledger.row(
        "surendran2025",
        "true-elevations",
        ours=", ".join(f"{value:.3f}" for value in elevation_deg) + " deg",
        verdict=ledger.judge_printed(
            "surendran2025", "true-elevations", elevation_deg
        ),
        why="the users stand at 2 m, the surface hangs at 6 m",
    ),
    ledger.row(
        "surendran2025",
        "nearest-users",
        ours=f"{distance.min():.1f} to {distance.max():.1f} m, columns up to {rows_and_columns[:, 1].max()}; "
        f"the nearest user of the grid is {on_grid:.1f} m away",
        verdict="inconsistent in the paper"
        if distance.min() > 12 or rows_and_columns[:, 1].max() > 10
        else "reproduced",
        why="Table 1 prints 91 m, and its fourth user stands in column 15; both are kept in this book",
    ),
    ledger.row(
        "surendran2025",
        "noise-level",
        ours=f"{PAPER_NOISE:.0e}; as watts, and with 1 W sent, an SNR of {snr_db.mean():.0f} dB",
        verdict="not stated enough to test",
        why="neither the unit nor the power sent is stated; the SNR is swept instead",
    ),
    ledger.row(
        "surendran2025",
        "radiative-near-field",
        ours=f"within the Fraunhofer distance of 10 x 10 ({fraunhofer[10]:.1f} m) stand {inside[10]:.1%} of the users of O1's grid, of 25 x 25 ({fraunhofer[25]:.0f} m) {inside[25]:.0%}",
        verdict="reproduced" if inside[25] > 5 * inside[10] else "not reproduced",
        why=f"{away.size:,} users; where the distance is then in the data the bounds of the next pages say. The paper's own four, at {distance.mean():.0f} m, are in the far field of both",
    ),
    ledger.row(
        "surendran2025",
        "nlos-and-multipath",
        ours=f"direct path present for {np.sum(street.interactions[four, 0] == 0)} of 4 in our street; strongest echo "
        f"{max(echo_db):.1f} dB",
        verdict="inconsistent in the paper" if in_sight else "reproduced",
        why="Section 4.1 chooses users by their line-of-sight distance, and those of the tables are in direct sight; multipath there is",
    ),
)

# %% [markdown]
# ## What the paper leaves open
#
# * **The street.** O1_28 or O1_3p5: settled by the wavelength. How the real street differs from ours off the line of sight: whoever loads it sees.
# * **Which users.** Settled by the tables: rows and columns as above. Both distances are carried along.
# * **Where on the surface the listening block sits.** Not said; we take its own centre as the place of BS1.
#
# ## Exercises
#
# 1. Move the paper's four users straight in front of the surface, at the same distance. By what factor does the spherical wave now differ from the plane one?
# 2. Which user of the street has the strongest echo relative to its direct path?

# %% [markdown]
# <details>
# <summary>Solution 1</summary>
#
# At azimuth $\phi$ the aperture along the street is foreshortened by $\cos\phi$, and the bending by its square; upwards nothing changes. So the bending has two equal parts and
# one of them comes back; they add in squares, which makes $\sqrt2$.
#
# </details>

# %% tags=["hide-cell"]
tilted = true.copy()
ahead = true * [0, 1, 1]

factor = bending(ahead, surfaces[10]) / bending(tilted, surfaces[10])
print("straight ahead over at the edge:", factor.round(2))

# %% [markdown]
# <details>
# <summary>Solution 2</summary>
#
# Divide the second gain by the first, where the first is a line of sight.
#
# </details>

# %% tags=["hide-cell"]
ratio = np.abs(street.gain[seen, 1]) / np.abs(street.gain[seen, 0])
worst = seen[ratio.argmax()]
print(
    f"user at {np.round(street.positions[worst], 1)}: echo at {20 * np.log10(ratio.max()):.1f} dB"
)

# %% [markdown]
# ## Checks

# %%
assert np.all(np.abs(distance - [90.88, 90.93, 91.17, 91.14]) < 0.01)
assert np.all(np.abs(azimuth_deg - [-85.63, -85.25, -85.01, -83.87]) < 0.01)
assert np.all(np.abs(elevation_deg - [-2.52, -2.52, -2.51, -2.52]) < 0.01)
# 31 of them stand on O1's grid, so in the real street too; the rest are our own.
assert in_sight and np.sum(street.rows[close] > 0) == 31
if street.name == "o1_like_3p5":  # traced between isotropic antennas, in vacuum
    free_space = wavelength / (4 * np.pi * distance)
    assert np.allclose(np.abs(street.gain[four, 0]), free_space, rtol=1e-5)
assert fraunhofer[10] < 12 < fraunhofer[25] < distance.min()
assert all(
    np.median(apart[a]) < np.median(apart[b])
    for a, b in ((7, 10), (10, 25), (25, 64))
)
assert np.all((factor > 1.1) & (factor < 1.5))

# %% [markdown]
# # How well can a hundred tiles locate a user?
#
# *Something blocks the line from a base station to a user, but two walls of the room carry reflecting tiles. Before one chooses an algorithm, one can compute
# how well the user's position can be known at all.*
#
# :::{admonition} In three lines
# :class: tip
#
# * **Micrometres, if the model holds exactly.** No unbiased method has a smaller error than 1.1 µm with the tiles at the user's height, and 25 µm with the tiles two metres higher
#   (medians over 7371 places, 20 dBm a pilot). [What a real room adds](what_is_realistic.ipynb) is far larger.
# * **The tile's beam makes the difference of 23 times, not the geometry.** A tile 25 cells high sends a flat beam, which passes over users below it. With tiles one cell high the two heights differ by a factor of 1.2.
# * **The tiles' phases hardly matter.** Fourier, Hadamard, one-bit or other random phases change the bound by less than 10 %. Power, the number of walls with tiles and the carrier change it by 6 to 45 times.
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

# %% mystnb={"figure": {"caption": "The smallest error that an unbiased method can have, by the user's place. Black squares: the tiles, along two walls; triangle: the base station. Left: tiles, station and users at 1 m. Right: tiles and station at 3 m, users at 1 m. One colour scale for both.", "name": "fig-indoor-bound"}, "image": {"alt": "Two maps of the users' area with rows of black squares along the lower and the right wall. Left, about one micrometre over most of the area, growing to six in the upper left corner. Right, mostly 15 to 60 micrometres, more than ten times as much everywhere."}} tags=["hide-input"]
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import xarray as xr

from irsnb.bounds import position_error_bound
from irsnb.indoor import (
    Room,
    Tiles,
    locate,
    paper_tiles,
    position_crlb,
    receive,
    signal,
    tile_channels,
)
from irsnb.montecarlo import ratio_to_bound
from irsnb.report import figures, ledger
from irsnb.report.tables import table

figures.use_style()


def bound(room, places, method="ml"):
    """Position error bound [m] at places (n, 2)."""
    return position_error_bound(position_crlb(room, places, method=method))


rooms = {height: Room(height=height) for height in (1.0, 3.0)}
room, tall = rooms.values()
grid = room.grid
bounds = {height: bound(each, grid) for height, each in rooms.items()}
x, y = np.unique(grid[:, 0]), np.unique(grid[:, 1])
fields = {
    f"tiles at {height:.0f} m": values.reshape(len(x), len(y)).T * 1e6
    for height, values in bounds.items()
}
tile_places = room.tiles.positions
fig, panels = plt.subplots(1, 2, figsize=(8.2, 3.7), sharey=True)
mesh = figures.maps(panels, x, y, fields, quantity="bound [µm]", log=True)
mesh.colorbar.set_ticks(
    [0.3, 1, 3, 10, 30, 100], labels="0.3 1 3 10 30 100".split()
)
for axes in panels:
    axes.plot(*tile_places[:, :2].T, "s", color="black", ms=2.5, clip_on=False)
    axes.plot(*room.station[:2], "^", color="white", mec="black", ms=9)
    axes.set(xlim=(-5.2, 5.2), ylim=(-0.2, 10.2))
panels[1].set_ylabel("")
plt.show()

# %% [markdown]
# <small>For readers of [frames and surfaces](../foundations/frames_and_surfaces.ipynb); Part II, Aguiar et al. (2024), sections III and V-A. 12 minutes to read. **Run time** under 20 s. Afterwards you can
# compute what a room's pilots are worth, in the paper's room and in your own.</small>
#
# ## The room
#
# The room measures 10 m by 10 m. Two of its walls carry 50 tiles each, 20 cm apart. Each tile has $N_x = 4$ by $N_y = 25$ reflecting cells; it can shift the phase of what it reflects, all cells alike. A base
# station in the middle sends $T = 32$ pilots. For each pilot every tile sets another phase. The user receives 32 complex numbers, knows all phases that were set, and asks where it is.

# %% mystnb={"figure": {"caption": "Left: the room from above, with the way of the wave over one of the hundred tiles. The direct line (dashed) is blocked; users stand in the blue area. Right: one tile as seen from the room, to scale, with the paper's axes: direction cosines u along the wall and w upwards.", "name": "fig-indoor-scene"}, "image": {"alt": "Left, a plan of ten by ten metres with squares along the lower and the right wall, a triangle in the middle, a blue line from it to a tile on the lower wall and on to a user, and a dashed line straight to the user. Right, an upright rectangle of 4 by 25 small cells, 17 centimetres wide and 107 high, with arrows u to the right and w upwards."}} tags=["hide-input"]
user, shown_tile = np.array([2.6, 7.2]), 32
fig, (plan, front) = plt.subplots(1, 2, figsize=(7.2, 3.7), width_ratios=(2.4, 1))
plan.add_patch(plt.Rectangle((-4, 1), 8, 9, color="C0", alpha=0.12))
plan.plot(*tile_places[:, :2].T, "s", color="C1", ms=3, clip_on=False)
way = np.array([room.station[:2], tile_places[shown_tile, :2], user])
plan.plot(*way.T, color="C0")
plan.plot(*way[[0, 2]].T, "k--", lw=1)
plan.plot(*room.station[:2], "k^", ms=9)
plan.plot(*user, "o", color="C2", ms=8)
for text, place, colour in (
    ("base station", (-3.2, 5), "k"),
    ("user", (2.9, 7.3), "k"),
    ("$d_{1k}$", (0.1, 2.2), "C0"),
    ("$d_{2k}$", (2.4, 3.4), "C0"),
    ("tile $k$", (1.7, 0.3), "k"),
):
    plan.text(*place, text, color=colour)
plan.set(xlim=(-5, 5), ylim=(0, 10), xlabel="x [m]", ylabel="y [m]", aspect="equal")
cell_size = 100 * room.tiles.cell_spacing * room.wavelength
for column in range(4):
    for row in range(25):
        corner = (column * cell_size, row * cell_size)
        look = {"facecolor": "C1", "edgecolor": "white", "alpha": 0.6}
        front.add_patch(plt.Rectangle(corner, cell_size, cell_size, **look))
middle, arrow = np.array([2, 12.5]) * cell_size, {"arrowstyle": "->", "lw": 1.5}
for name, tip in (("u", (24, 0)), ("w", (0, 66))):
    front.annotate("", middle + tip, middle, arrowprops=arrow)
    front.text(*(middle + 1.1 * np.array(tip)), name, ha="center", fontsize=12)
front.set(xlim=(-12, 40), ylim=(-2, 128), xlabel="[cm]", aspect="equal")
for axes in (plan, front):
    axes.grid(False)
plt.show()

# %% [markdown]
# The paper follows the model of Dardari et al. (2022) and leaves some values to it or open. These are ours; `irsnb.indoor.SOURCES` lists every value with its source.

# %% tags=["hide-input"]
ours = [
    ("power", "20 dBm a pilot", "none stated"),
    ("cell spacing", "λ/2", "its aperture has the gain of 5 dBi stated"),
    ("upright side", "25 cells", "level, tiles 20 cm apart would overlap"),
    ("tile centres", "10 cm to 9.9 m from a corner", "100 tiles, 20 cm apart"),
    ("phases", "random, drawn once", "“a predetermined sequence”"),
    ("channel", "free space on both legs", "left to Dardari et al."),
]
table(
    ours,
    head=("what", "value here", "why, or what the paper says"),
    caption="What the paper leaves open.",
)

# %% [markdown]
# ## A tile is a lamp with a flat beam
#
# A direction $\Theta = (\theta, \phi)$ is counted from a tile's normal. A cell sends power mostly straight ahead,
#
# $$
# F(\Theta) = \cos^q\theta, \qquad \theta \le 90° , \tag{1}
# $$
#
# and the $N_e = N_x N_y$ cells of a tile, $d$ apart, add up like an antenna array. With the wavelength $\lambda$ and the direction cosines $u = \sin\theta\sin\phi$ along the wall and $w = \sin\theta\cos\phi$ upwards,
#
# $$
# AF(\Theta) = \frac{1}{\sqrt{N_e}}\,
# \frac{\sin(\pi N_x d\,u/\lambda)}{\sin(\pi d\,u/\lambda)}\,
# \frac{\sin(\pi N_y d\,w/\lambda)}{\sin(\pi d\,w/\lambda)} . \tag{3}
# $$
#
# *In words:* straight ahead all cells agree. Off that direction they fall out of step, the sooner the larger the tile.


# %%
def beam_power(cosine, u, w, n_x=4, n_y=25, d=0.5, q=0.57):
    """Power that a tile sends into a direction: (1) times (3) squared; d in wavelengths."""
    along = np.sin(np.pi * n_x * d * u) / np.sin(np.pi * d * u)
    upward = np.sin(np.pi * n_y * d * w) / np.sin(np.pi * d * w)
    return cosine**q * (along * upward) ** 2 / (n_x * n_y)


# %% mystnb={"figure": {"caption": "What a tile sends into a direction, relative to straight ahead. Along the wall the beam is wide, up and down it is narrow. Grey: the angles at which users stand below tiles that hang at 3 m. They meet side lobes only.", "name": "fig-indoor-beam"}, "image": {"alt": "Two curves of power in decibels against angle from minus 80 to 80 degrees. Along the wall a lobe about 30 degrees wide; up and down a lobe of a few degrees and many side lobes, 13 to 40 decibels lower. A grey band from 10 to 63 degrees below covers only side lobes."}} tags=["hide-input"]
angle = np.deg2rad(np.linspace(-80, 80, 1601) + 1e-7)
cosine, sine, level = np.cos(angle), np.sin(angle), 1e-9
fig, axes = plt.subplots(figsize=(7.2, 3))
for name, (u, w), colour, spot in (
    ("along the wall", (sine, level), "C0", (22, -8)),
    ("up and down", (level, sine), "C1", (4, 1.5)),
):
    power_db = 10 * np.log10(beam_power(cosine, u, w) / 100)
    axes.plot(np.rad2deg(angle), power_db, color=colour, lw=1.2)
    axes.text(*spot, name, color=colour)
reach = np.linalg.norm(grid[:, None] - tile_places[:, :2], axis=-1)
down = np.rad2deg(np.arctan2(2.0, reach))
axes.axvspan(-down.max(), -down.min(), color="0.88", zorder=0)
axes.text(-61, 0.5, "users, tiles at 3 m")
axes.set(
    ylim=(-45, 4), xlabel="angle off straight ahead [deg]", ylabel="power [dB]"
)
plt.show()

# %% [markdown]
# A tile takes the wave in with one such pattern (index $i$) and sends it on with another (index $r$), times its phase $\psi_{t,k}$:
#
# $$
# \beta_{t,k} = \sqrt{F(\Theta^i_k)F(\Theta^r_k)}\,AF(\Theta^i_k)AF(\Theta^r_k)\,G_c\,e^{j\psi_{t,k}} . \tag{2}
# $$
#
# With tiles at 3 m the signal-to-noise ratio of a pilot falls from 83 to 57 dB (medians).
#
# ## A pilot is a sum of a hundred arrows
#
# $$
# y_t = x_t f^{(mp)} + x_t \sum_{k=1}^{K} \beta_{t,k} h_k + w_t , \tag{4}
# $$
#
# $$
# h_k = \Big(\frac{\lambda}{4\pi}\Big)^{2} \frac{e^{-j2\pi (d_{1k} + d_{2k})/\lambda}}{d_{1k} d_{2k}} .
# $$
#
# Here $x_t = \sqrt P$ is the amplitude sent, $w_t$ is complex Gaussian noise of power $\sigma^2$, and $f^{(mp)}$ is what reaches the user without the tiles, the same in all pilots. It is zero on this page; [at the bound](at_the_bound.ipynb) takes it up. *In words:*
# tile $k$ contributes an arrow. Its angle follows from the length of the way $d_{1k} + d_{2k}$ and from the phase set. Without noise:

# %%
arrows = tile_channels(room, user) * np.exp(1j * room.phases)
amplitude = 10 ** ((room.tx_power_dbm - 30) / 20)
pilots = amplitude * arrows.sum(axis=-1)
assert np.allclose(pilots, signal(room, user), rtol=1e-9)

# %% mystnb={"figure": {"caption": "The first two pilots of one user, each the sum of a hundred arrows, one for each tile, laid end to end (thin) from the origin (cross) to the pilot (dot). Blue: at its place. Orange: one centimetre farther along x. Every arrow turns, each by another angle, and both pilots change.", "name": "fig-indoor-arrows"}, "image": {"alt": "Two panels in the complex plane. In each a blue and an orange chain of a hundred short segments start at a cross and wind to a dot of their colour; the two chains begin alike and end at different places."}} tags=["hide-input"]
size = np.sqrt(np.mean(np.abs(pilots) ** 2)) / amplitude
fig, panels = plt.subplots(1, 2, figsize=(7.2, 3.5))
patch = {"facecolor": "white", "edgecolor": "none", "pad": 0.5, "alpha": 0.7}
for t, axes in enumerate(panels):
    for step, colour, label in ((0.0, "C0", "here"), (0.01, "C1", "1 cm on")):
        moved = tile_channels(room, user + [step, 0]) * np.exp(1j * room.phases[t])
        chain = np.concatenate([[0], np.cumsum(moved)]) / size
        axes.plot(chain.real, chain.imag, color=colour, lw=0.9)
        end = (chain.real[-1], chain.imag[-1])
        axes.plot(*end, "o", color=colour, ms=8)
        look = {"color": colour, "textcoords": "offset points"}
        axes.annotate(label, end, (8, 6), bbox=patch, **look)
    axes.plot(0, 0, "kx", ms=9, mew=2)
    axes.set(title=f"pilot {t + 1}", xlabel="real part", aspect="equal")
    axes.margins(0.18)
panels[0].set_ylabel("imaginary part")
plt.show()

# %% [markdown]
# Lengths are in units of the root mean square of the user's pilots.
#
# ## From arrows to a bound
#
# The user knows neither the phase offset to the base station nor, to be careful, the gain of its receiver. Together they are one unknown complex number $\alpha$: $\mathbf y = \alpha\,\mathbf s(\mathbf p) + \mathbf w$,
# with the noise-free pilots $\mathbf s$ at the place $\mathbf p$. A step of the user changes $\mathbf s$. The part of this change that a change of $\alpha$ could imitate tells nothing; the projection $\mathbf P_s^\perp$ removes it. The rest is Fisher information $\mathbf F$:
#
# $$
# \mathbf{F} = \frac{2}{\sigma^2}\,\mathrm{Re}\left\{
# \frac{\partial\mathbf{s}}{\partial\mathbf{p}}^{\mathsf{H}}
# \mathbf{P}_s^\perp
# \frac{\partial\mathbf{s}}{\partial\mathbf{p}}\right\} , \qquad
# \text{bound} = \sqrt{\operatorname{tr}\mathbf{F}^{-1}} .
# $$
#
# The {ref}`first figure <fig-indoor-bound>` shows this bound. At 1 m it is largest in the corner farthest from both walls. At 3 m it has stripes, where zeros of the tiles' beams pass over the floor. A micrometre is 1/86,000 of the wavelength, and no room keeps to a model so closely. Read the map as: noise is not what limits this system.
#
# ## What moves the bound
#
# Each row of the figure changes one thing.

# %% mystnb={"figure": {"caption": "How many times larger the bound becomes, for tiles at 1 m (blue) and at 3 m (orange): medians over 238 places. One thing is changed in each row. \"One row of cells\": tiles of 4 by 1 cells. \"Unknown echo\": f in (4) is unknown as well. \"Mirrors\": tiles that reflect as mirrors, not by (2). \"Curved waves\": every cell at its own distance, in place of (3).", "name": "fig-indoor-tornado"}, "image": {"alt": "Twelve rows of paired bars on a logarithmic axis from 0.5 to 50, starting at 1. Power shared by 2048 subcarriers multiplies the bound by 45, one row of cells by 25 at 1 metre and 1.2 at 3 metres, tiles on one wall by 8 and 6, 28 gigahertz by 8, 8 pilots and 26 tiles by 2; unknown echo, one-bit phases and a Fourier codebook leave it within a few percent; mirrors lower it to 0.65 and 0.6 and 128 pilots to 0.5."}} tags=["hide-input"]
some, front_wall = grid[::31], slice(0, 50)


def changes(room):
    """The room with one thing changed, by what it is."""
    height, places = room.height, room.tiles.positions[front_wall]
    shared = room.tx_power_dbm - 10 * np.log10(2048)

    def tiled(n_per_wall=50, **made):
        return replace(room, tiles=paper_tiles(height, n_per_wall, **made))

    one_wall = replace(room, tiles=Tiles(places, (0, 1, 0)))
    return {
        "power shared by 2048 subcarriers": replace(room, tx_power_dbm=shared),
        "one row of cells": tiled(cells=(4, 1)),
        "tiles on one wall": one_wall,
        "28 GHz": replace(room, carrier=28e9),
        "8 pilots": replace(room, n_pilots=8),
        "26 tiles": tiled(13),
        "curved waves": tiled(waves="curved"),
        "unknown echo": room,
        "1-bit phases": replace(room, phase_bits=1),
        "Fourier codebook": replace(room, codebook="dft"),
        "mirrors": tiled(reflection="specular"),
        "128 pilots": replace(room, n_pilots=128),
    }


base = {height: bound(each, some) for height, each in rooms.items()}
moved_by = {}
fig, axes = plt.subplots(figsize=(7.4, 4.6))
for height, shift, colour in ((1.0, 0.2, "C0"), (3.0, -0.2, "C1")):
    for row, (name, other) in enumerate(changes(rooms[height]).items()):
        method = "ml-projected" if name == "unknown echo" else "ml"
        ratio = np.median(bound(other, some, method) / base[height])
        moved_by[name, height] = ratio
        shown = f"{ratio:.0f}" if ratio > 9.95 else f"{ratio:.2f}"
        axes.barh(-row + shift, ratio - 1, 0.36, left=1, color=colour)
        axes.text(max(ratio, 1) * 1.06, -row + shift, shown, va="center")
axes.set_yticks(-np.arange(row + 1), list(changes(room)))
axes.axvline(1, color="black", lw=1)
axes.set(
    xscale="log", xlim=(0.4, 75), xlabel="bound over that of the room as described"
)
axes.set_xticks(
    [0.5, 1, 2, 5, 10, 20, 50], ["0.5", "1", "2", "5", "10", "20", "50"]
)
axes.minorticks_off()
axes.text(18, -9, "tiles at 1 m", color="C0")
axes.text(18, -10, "tiles at 3 m", color="C1")
plt.show()

# %% [markdown]
# Two rows explain the two heights. With one row of cells a tile shines up and down alike: at 1 m this costs a factor of 25, at 3 m one of 1.2. The bounds become 28 and 34 µm.
# A receiver that does not know the echo $f$ loses 1 to 2 %. A balanced codebook, such as the Fourier one, makes that free: the pilots of every place then have mean zero, and a constant cannot hide in them.
#
# :::{admonition} Is a tile in the far field?
# :class: note dropdown
# Not with cells half a wavelength apart. The tile is 107 cm tall and its far field begins at 27.5 m, beyond the room. Summing spherical waves from every cell gives pilots whose squared coherence with those of (3) is 0.98 at 1 m and 0.94 at 3 m (medians). What it costs
# to use (3) nevertheless stands in [what is realistic](what_is_realistic.ipynb).
# :::
#
# ## A room of your own
#
# Six by eight metres, 28 GHz, 31 small tiles on one wall, a codebook of Fourier columns of your own, and 30 dBm, because at 28 GHz free space takes 36 dB more on its two legs:

# %%
x = 3 + 0.16 * (np.arange(31) - 15)
tiles = Tiles(np.stack([x, 0 * x, 0 * x + 2.2], axis=-1), (0, 1, 0), cells=(4, 4))
codebook = np.exp(2j * np.pi * np.outer(np.arange(32), np.arange(1, 32)) / 32)
area = {"extent": (0.5, 5.5, 1, 7.5), "walls": (0, 6, 0, 8), "station": (3, 7, 2.5)}
mine = Room(**area, tiles=tiles, codebook=codebook, carrier=28e9, tx_power_dbm=30)
rng = np.random.default_rng(28)
places = rng.uniform(*mine.limits, (60, 2))
everywhere = np.tile(places, (40, 1))
fix = locate(mine, receive(mine, everywhere, rng))

# %% mystnb={"figure": {"caption": "A room of one's own: 6 by 8 m, 28 GHz, 31 tiles (black squares) on one wall, station (triangle) at the other end. Left: the bound; crosses are the 60 users. Right: RMS error of maximum likelihood over 40 draws at each of them, against the bound (dotted line).", "name": "fig-indoor-own-room"}, "image": {"alt": "Left, a map of 5 by 6.5 metres with a row of black squares at its lower edge; the bound grows from a tenth of a millimetre near the tiles to over half a millimetre in the far corners; crosses are scattered over it. Right, 60 points lie along a dotted diagonal from 0.1 to 1 millimetre."}} tags=["hide-input"]
errors = (fix.position - everywhere).reshape(40, 60, 2)
own_bound = bound(mine, places)
drawn = xr.DataArray(errors.reshape(-1, 2), dims=("draw", "axis"))
by_draw = xr.DataArray(np.tile(own_bound, 40), dims="draw")
own_ratio = ratio_to_bound(drawn, by_draw, "axis").values
each_rms = np.sqrt(np.mean(np.sum(errors**2, axis=-1), axis=0))
axis_x, axis_y = np.unique(mine.grid[:, 0]), np.unique(mine.grid[:, 1])
field = bound(mine, mine.grid).reshape(len(axis_x), len(axis_y)).T * 1e3
fig, (left, right) = plt.subplots(1, 2, figsize=(7.8, 3.7))
quantity = {"quantity": "bound [mm]", "log": True}
mesh = figures.maps(
    left, axis_x, axis_y, {"bound": field}, targets=places, **quantity
)
mesh.colorbar.set_ticks([0.2, 0.3, 0.5, 0.8], labels="0.2 0.3 0.5 0.8".split())
mesh.colorbar.minorticks_off()
left.plot(*tiles.positions[:, :2].T, "s", color="black", ms=2.5, clip_on=False)
left.plot(*mine.station[:2], "^", color="white", mec="black", ms=9)
left.set(xlim=(0, 6), ylim=(-0.2, 8), title="")
ends = np.array([0.8 * own_bound.min(), 1.25 * own_bound.max()])
right.plot(ends, ends, **figures.style("bound"))
look = figures.style("ml", linestyle="none")
right.plot(own_bound, each_rms, **look)
right.set(xscale="log", yscale="log", xlabel="bound", ylabel="RMS error")
ticks, names = [1e-4, 2e-4, 5e-4, 1e-3], ["0.1 mm", "0.2 mm", "0.5 mm", "1 mm"]
right.set_xticks(ticks, names)
right.set_yticks(ticks, names)
right.minorticks_off()
right.set_aspect("equal")
plt.show()

# %% [markdown]
# None of the 2400 users is lost: the largest error is below 4 mm. The RMS error is 0.99 times the bound (0.97 to 1.02). `locate` finds the user without a start value; [at the bound](at_the_bound.ipynb) explains how.
#
# ## Exercises
#
# **1.** By how many decibels must the power grow to bring the median bound at 3 m down to that at 1 m?
#
# :::{hint}
# :class: dropdown
# $\mathbf F$ is proportional to the power.
# :::
# :::{admonition} Solution
# :class: dropdown
# By $20\log_{10} 23 = 27.2$ dB, because the bound goes with the inverse of the amplitude.
# :::

# %% tags=["hide-cell"]
# Solution 1.
between = np.median(bounds[3.0]) / np.median(bounds[1.0])
needed_db = 20 * np.log10(between)
louder = replace(tall, tx_power_dbm=tall.tx_power_dbm + needed_db)
assert np.isclose(np.median(bound(louder, grid)), np.median(bounds[1.0]))
assert round(needed_db, 1) == 27.2

# %% [markdown]
# **2.** In the cell of your own room, hang the 31 tiles on the wall x = 0: centres at y from 1.6 to 6.4 m, normal (1, 0, 0). What does the map show? Then move the station to (5.5, 4, 2.5) m.
#
# :::{hint}
# :class: dropdown
# From which direction does a tile now see the station, and what does the {ref}`beam along the wall <fig-indoor-beam>` say about it? A tile here has four columns, as there.
# :::
# :::{admonition} Solution
# :class: dropdown
# The median bound grows from 0.24 to 0.39 mm. The middle tile sees the station 45° off straight ahead, where four columns receive little. With the station in front of the tiles the median is 0.25 mm.
# :::

# %% tags=["hide-cell"]
# Solution 2.
along_y = 4 + 0.16 * (np.arange(31) - 15)
left_wall = np.stack([0 * along_y, along_y, 0 * along_y + 2.2], axis=-1)
turned = replace(mine, tiles=Tiles(left_wall, (1, 0, 0), cells=(4, 4)))
fronted = replace(turned, station=(5.5, 4, 2.5))
medians = [
    1e3 * np.median(bound(each, mine.grid)) for each in (mine, turned, fronted)
]
assert np.round(medians, 2).tolist() == [0.24, 0.39, 0.25]

# %% [markdown]
# **3.** With 8 pilots in place of 32, noise alone would double the bound. The figure says 2.2. Where does the rest come from?
#
# :::{hint}
# :class: dropdown
# How many unknowns share the pilots?
# :::
# :::{admonition} Solution
# :class: dropdown
# Four real unknowns (x, y, and the complex gain) share $2T$ real numbers. The projection takes two of them for the gain: little of 64, an eighth of 16. With 128 pilots in place of 32 the bound therefore halves
# nearly exactly.
# :::

# %% tags=["hide-cell"]
# Solution 3.
for height in rooms:
    assert round(moved_by["8 pilots", height], 1) == 2.2
    assert abs(moved_by["128 pilots", height] - 0.5) < 0.02

# %% [markdown]
# **4.** Why does a codebook of single bits cost next to nothing, although all its coefficients are +1 or −1?
#
# :::{hint}
# :class: dropdown
# What must be different about two tiles, so that the pilots tell them apart?
# :::
# :::{admonition} Solution
# :class: dropdown
# The columns of the codebook must differ. A hundred random columns of 32 signs do, nearly as well as columns of any phases. The bound grows by less than 1 %.
# :::

# %% tags=["hide-cell"]
# Solution 4.
one_bit = replace(room, phase_bits=1)
assert np.allclose(one_bit.coefficients.imag, 0, atol=1e-12)
assert all(1 < moved_by["1-bit phases", h] < 1.01 for h in rooms)

# %% [markdown]
# ## What the paper claims

# %% tags=["hide-input"]
gain_dbi = 10 * np.log10(2 * (room.tiles.cell_exponent + 1))


def far_from(spacing):
    """Whether each tile sees each user in its far field, and whether the whole surface does not."""
    tile_size = np.hypot(4, 25) * spacing * room.wavelength
    surface_size = np.hypot(10, 10)
    ends = [2 * size**2 / room.wavelength for size in (tile_size, surface_size)]
    near, far = reach < ends[1], reach > ends[0]
    parts = {"surface in its near field": near, "tiles in their far field": far}
    return ends[0], ledger.holds(parts, drawn=False)


spacings = {"half a wavelength": 0.5, "a tenth of one": 0.1}
far_fields = {name: far_from(spacing) for name, spacing in spacings.items()}
tile_counts = {"first and last centre": 2 * (round(10 / 0.2) + 1), "ends": 100}
ledger.record(
    ledger.row(
        "aguiar2024",
        "tiles-and-spacing",
        ours=f"{tile_counts['first and last centre']} tiles if the corners are centres of tiles, two of them in one place; {room.n_tiles} if they are ends of the rows",
        verdict=ledger.inconsistent(
            ledger.Statement("Section V-A", "K = 100 tiles"),
            ledger.Statement(
                "Section V-A", "from corner to corner, 20 cm between centroids"
            ),
            quantity="tiles",
            readings={
                "corners are tile centres": ((100, 100), (102, 102)),
                "corners are ends of the rows": ((100, 100), (100, 100)),
            },
            otherwise=ledger.digits(100, room.n_tiles, decimals=0),
        ),
    ),
    ledger.row(
        "aguiar2024",
        "cell-gain",
        ours=f"{gain_dbi:.2f} dBi",
        verdict=ledger.digits(5, gain_dbi, decimals=0),
        why="a pattern cos^q has the gain 2 (q + 1)",
    ),
    ledger.row(
        "aguiar2024",
        "grid-points",
        ours=f"{len(grid)} places",
        verdict=ledger.digits(7371, len(grid), decimals=0),
        why="81 by 91, both edges included",
    ),
    ledger.row(
        "aguiar2024",
        "tile-far-field",
        ours=f"a tile's far field begins at {far_fields['half a wavelength'][0]:.1f} m with cells half a wavelength apart, "
        f"at {far_fields['a tenth of one'][0]:.1f} m with a tenth; users are {reach.min():.1f} to {reach.max():.1f} m from tiles",
        verdict=ledger.untestable(
            "the spacing of the cells",
            tried={name: judged for name, (_, judged) in far_fields.items()},
        ),
        why="the whole surface is in its near field whatever the spacing; its tiles are in their far field only if their cells are small",
    ),
)

# %% [markdown]
# ## Checks

# %% tags=["hide-cell"]
# Checks: one line for each number and statement of this page.
medians_um = [1e6 * np.median(values) for values in bounds.values()]
assert round(medians_um[0], 1) == 1.1 and round(medians_um[1]) == 25
assert round(between) == 23 and len(grid) == 7371
worst = grid[bounds[1.0].argmax()]
assert np.allclose(worst, (-4, 10), atol=0.5)
levels = [
    10 * np.log10(np.mean(np.abs(signal(each, grid)) ** 2, axis=-1) / each.sigma**2)
    for each in rooms.values()
]
assert [round(np.median(values)) for values in levels] == [83, 57]
one_row = [changes(each)["one row of cells"] for each in rooms.values()]
flat = [1e6 * np.median(bound(each, grid)) for each in one_row]
assert [round(value) for value in flat] == [28, 34]
assert round(flat[1] / flat[0], 1) == 1.2
assert round(moved_by["one row of cells", 1.0]) == 25
assert round(moved_by["one row of cells", 3.0], 1) == 1.2
for name in ("power shared by 2048 subcarriers", "tiles on one wall", "28 GHz"):
    assert all(5.5 < moved_by[name, h] < 45.5 for h in rooms)
codebooks = [replace(room, codebook=name) for name in ("dft", "hadamard")]
codebooks += [replace(room, phase_bits=bits) for bits in (1, 2)]
codebooks += [replace(room, phase_seed=seed) for seed in (1, 2, 3)]
for height in rooms:
    for other in codebooks:
        same_height = replace(other, height=height)
        assert abs(np.median(bound(same_height, some) / base[height]) - 1) < 0.1
    assert 1.01 < moved_by["unknown echo", height] < 1.02, moved_by
balanced = codebooks[0]
assert np.allclose(bound(balanced, some, "ml-projected"), bound(balanced, some))
assert np.allclose(signal(balanced, some).mean(axis=-1), 0, atol=1e-16)
assert round(room.wavelength / 1e-6, -3) == 86_000
tile_height_cm = 25 * cell_size
assert (
    round(tile_height_cm) == 107
    and round(far_fields["half a wavelength"][0], 1) == 27.5
)
coherence = []
for each in rooms.values():
    curved = replace(each, tiles=replace(each.tiles, waves="curved"))
    exact, plane = signal(curved, some), signal(each, some)
    inner = np.abs(np.sum(exact.conj() * plane, axis=-1)) ** 2
    powers = np.sum(np.abs(exact) ** 2, axis=-1) * np.sum(
        np.abs(plane) ** 2, axis=-1
    )
    coherence.append(np.median(inner / powers))
assert [round(value, 2) for value in coherence] == [0.98, 0.94]
assert round(40 * np.log10(28 / 3.5)) == 36
assert fix.converged.mean() > 0.99 and np.linalg.norm(errors, axis=-1).max() < 4e-3
assert np.allclose(own_ratio, (0.99, 0.97, 1.02), atol=0.01), own_ratio

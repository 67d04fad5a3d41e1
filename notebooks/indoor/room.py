# %% [markdown]
# # A room with two walls of tiles
#
# **Part II, the model of Aguiar et al. (2024).** For readers of
# [frames and surfaces](../foundations/frames_and_surfaces.ipynb). **Run time** under 20 s on two cores; the same at both scales.
#
# After this notebook you can
#
# * simulate the paper's room, (1)–(4): cells, tiles, pilots, noise, multipath;
# * say which of its parameters the paper states, and which are ours;
# * draw where in the room a position could be known, and how well, before any algorithm is chosen;
# * say what pilots, tiles, phases and noise do to that.

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
from dataclasses import fields, replace

import matplotlib.pyplot as plt
import numpy as np

from irsnb.indoor import (
    CHOICES,
    SOURCES,
    Room,
    pilots,
    position_error_bound,
    spherical_channels,
    tile_channels,
    wall_images,
)
from irsnb.report import figures, ledger

figures.use_style()
rooms = {height: Room(height=height) for height in (1.0, 3.0)}
room = rooms[1.0]
grid, (nx, ny) = room.grid, (81, 91)

# %% [markdown]
# ## The scenario
#
# A base station stands in the middle of a room, ten metres by ten. Something blocks the straight line to the user. Two walls carry tiles, each a
# hundred small reflecting cells; a tile can shift the phase of what it reflects, all its cells alike. The station sends 32 pilots, and
# for each pilot every tile takes another phase. The user receives 32 complex numbers, knows all the phases that were set, and asks: where am
# I?

# %% mystnb={"figure": {"caption": "The room from above. Squares: tiles on two walls; triangle: base station; shaded: where users stand.", "name": "fig-room"}, "image": {"alt": "A square of ten by ten metres. Fifty small squares line the lower wall and fifty the right wall. A triangle marks the base station in the middle. A shaded rectangle from x minus 4 to 4 and y 1 to 10 is the area of the users."}} tags=["hide-input"]
fig, axes = plt.subplots(figsize=(4.6, 4.4))
axes.add_patch(plt.Rectangle((-4, 1), 8, 9, color="#0072B2", alpha=0.12))
axes.plot(*room.tiles[:, :2].T, "s", color="#D55E00", ms=3, clip_on=False)
axes.plot(*room.base_station[:2], "^", color="black", ms=9)
axes.annotate("base station", room.base_station[:2] + [0.2, 0.25])
axes.annotate("users", (-3.7, 9.4), color="#0072B2")
axes.set(xlim=(-5, 5), ylim=(0, 10), xlabel="x [m]", ylabel="y [m]", aspect="equal")
axes.grid(False)
plt.show()

# %% [markdown]
# ## What is stated, and what is ours
#
# The paper follows the model of Dardari et al. (2022) and refers to it for details. Where neither the paper nor what it quotes from there gives a
# value, we chose one. Everything on the following pages holds for these values.

# %%
defaults = {
    entry.name: getattr(room, entry.name) for entry in fields(room) if entry.init
}
for source in ("paper", "Dardari", "ours"):
    titles = {
        "paper": "stated in the paper",
        "Dardari": "Dardari et al., as quoted in the paper",
    }
    print(titles.get(source, source))
    for name, (who, what) in (SOURCES | CHOICES).items():
        if who == source:
            value = defaults.get(name, "")
            shown = f"{value:g}" if isinstance(value, float) else str(value)
            line = f"  {name:20s} {shown:>7s} {what}"
            print(line[:80] if len(line) <= 80 else line[: line.rindex(" ", 0, 80)])
            if len(line) > 80:
                print(" " * 31 + line[line.rindex(" ", 0, 80) + 1 :])
aperture_dbi = 10 * np.log10(4 * np.pi * room.cell_spacing**2)
print(f"gain of an aperture of half by half a wavelength: {aperture_dbi:.2f} dBi")
print(
    f"tile centres: x from {room.tiles[0, 0]:.1f} to {room.tiles[49, 0]:.1f} m on",
    end=" ",
)
print(
    f"y = 0, y from {room.tiles[50, 1]:.1f} to {room.tiles[99, 1]:.1f} m on x = 5"
)
from_ends = 2 * (round(10 / 0.2) + 1)
print(
    f"every 20 cm from corner to corner, as the text says, would be {from_ends} tiles"
)

# %% [markdown]
# ## A cell, a tile: (1)–(3)
#
# A direction $\Theta = (\theta, \phi)$ is counted from a tile's normal. A cell sends power mostly straight ahead:
#
# $$
# F(\Theta) = \cos^q\theta, \qquad \theta \le 90° . \tag{1}
# $$
#
# The $N_e = N_x N_y$ cells of a tile, $N_x$ along the wall and $N_y$ upwards, $d$ apart, add up like an antenna array. With the wavelength $\lambda$ and the direction cosines $u = \sin\theta\sin\phi$ along the wall and $v = \sin\theta\cos\phi$ upwards:
#
# $$
# AF(\Theta) = \frac{1}{\sqrt{N_e}}\,
# \frac{\sin(\pi N_x d\,u/\lambda)}{\sin(\pi d\,u/\lambda)}\,
# \frac{\sin(\pi N_y d\,v/\lambda)}{\sin(\pi d\,v/\lambda)} . \tag{3}
# $$
#
# *In words:* straight ahead all cells agree and the sum is large; off that direction they fall out of step, the sooner the larger the tile.
# A tile takes in the wave with one such pattern and sends it out with another, times its phase of the moment (2):
#
# $$
# \beta_{t,k} = \sqrt{F(\Theta^i_k)F(\Theta^r_k)}\,AF(\Theta^i_k)AF(\Theta^r_k)\,G_c\,e^{j\psi_{t,k}} . \tag{2}
# $$
#
# Here $\Theta^i_k$ is the direction from tile $k$ to the base station and $\Theta^r_k$ that to the user, $G_c$ the gain of a cell straight ahead, and $\psi_{t,k}$ the phase that the tile sets for pilot $t$.


# %%
def cell(cosine, q=room.cell_exponent):
    """(1): power pattern of one cell."""
    return np.where(cosine > 0, np.maximum(cosine, 0) ** q, 0)


def array_factor(u, v, n_x=4, n_y=25, d=0.5):
    """(3), with the spacing in wavelengths; u or v of exactly 0 are avoided by the caller."""
    along = np.sin(np.pi * n_x * d * u) / np.sin(np.pi * d * u)
    upward = np.sin(np.pi * n_y * d * v) / np.sin(np.pi * d * v)
    return along * upward / np.sqrt(n_x * n_y)


# One tile, one user, at 3 m: (2) written out, and the cascaded channel behind it.
tall = rooms[3.0]
k, user = 20, np.array([1.3, 4.2, 1.0])
normal, along = np.array([0.0, 1.0, 0.0]), np.array([1.0, 0.0, 0.0])
by_hand = 10 ** (tall.cell_gain_dbi / 10)
for end in (tall.base_station + [0, 0, 1e-9], user):
    leg = end - tall.tiles[k]
    d = np.linalg.norm(leg)
    by_hand = by_hand * np.sqrt(cell(leg @ normal / d))
    by_hand = by_hand * array_factor(leg @ along / d, leg[2] / d)
    by_hand = by_hand * tall.wavelength / (4 * np.pi * d)
    by_hand = by_hand * np.exp(-2j * np.pi * d / tall.wavelength)
same = np.abs(by_hand / tile_channels(tall, user[:2])[k] - 1)
print(f"written out, and by irsnb: they differ by less than 1e-6: {same < 1e-6}")
gain_dbi = 10 * np.log10(2 * (room.cell_exponent + 1))
print(f"gain of a pattern cos^{room.cell_exponent}: {gain_dbi:.2f} dBi")
extent = [n * room.cell_spacing * room.wavelength for n in room.tile_cells]
fraunhofer = 2 * np.hypot(*extent) ** 2 / room.wavelength
print(
    f"a tile is {extent[0] * 100:.1f} cm x {extent[1] * 100:.0f} cm; far field beyond {fraunhofer:.1f} m"
)

# %% mystnb={"figure": {"caption": "How strongly a tile sends into a direction, against straight ahead, for angles along the wall and for angles up or down. The band marks the angles at which users see the tiles when these hang at 3 m.", "name": "fig-tile"}, "image": {"alt": "Two curves against an angle from minus 80 to 80 degrees. Along the wall a wide lobe of about 30 degrees; upwards a narrow lobe of a few degrees with many side lobes 13 to 30 decibels down. A shaded band covers about 8 to 63 degrees downward, where only side lobes are."}} tags=["hide-input"]
angle = np.deg2rad(np.linspace(-80, 80, 1601) + 1e-7)
tiny = 1e-9
fig, axes = plt.subplots(figsize=(7.2, 3.2))
for name, (u, v), style in (
    ("along the wall", (np.sin(angle), tiny), "-"),
    ("up and down", (tiny, np.sin(angle)), "-"),
):
    power = cell(np.cos(angle)) * array_factor(u, v) ** 2
    axes.plot(
        np.rad2deg(angle), 10 * np.log10(power / power.max()), style, label=name
    )
to_users = np.linalg.norm(grid[:, None] - tall.tiles[None, :, :2], axis=-1)
down = np.rad2deg(np.arctan2(2.0, to_users))
axes.axvspan(
    -down.max(),
    -down.min(),
    color="0.85",
    zorder=0,
    label="down to the users, tiles at 3 m",
)
axes.set(
    ylim=(-45, 3),
    xlabel="angle off straight ahead [deg]",
    ylabel="power [dB]",
)
fig.legend(loc="outside lower center", ncols=3)
plt.show()

# %% [markdown]
# **What it means.** A tile of 25 cells in height is a lamp with a flat beam. Users at the height of the tiles stand in it; two metres lower
# they see side lobes only. That, not the geometry, is what hanging the surface under the ceiling costs. (Half of such a tile would, besides, stick out above a
# ceiling of 3 m.)
#
# It is also too tall to be far from anybody: its far field begins beyond the room. (3) is an approximation here, and we look at
# what it hides below.
#
# ## The pilots: (4)
#
# $$
# y_t = x_t f^{(mp)} + x_t \sum_{k=1}^{K} \beta_{t,k} h_k + w_t . \tag{4}
# $$
#
# The paper sets $x_t = 1$ and refers to Dardari et al. for $h_k$ and $f$. Ours: $x_t = \sqrt P$, and free space on both ways,
#
# $$
# h_k = \Big(\frac{\lambda}{4\pi}\Big)^{2} \frac{e^{-j2\pi (d_{1k} + d_{2k})/\lambda}}{d_{1k} d_{2k}} .
# $$
#
# *In words:* every pilot is a sum of a hundred turning arrows, each turned by the length of its way and by the tile's phase of the moment. What finds its way without
# the tiles, $f$, is the same in all pilots. $d_{1k}$ and $d_{2k}$ are the ways from the station to tile $k$ and from there to the user; $w_t$ is complex Gaussian noise of power $\sigma^2$.

# %%
signals = {height: r.signal(grid) for height, r in rooms.items()}
snr_db = {
    height: 10
    * np.log10(np.mean(np.abs(signals[height]) ** 2, axis=-1) / r.sigma**2)
    for height, r in rooms.items()
}
flat_tile = {h: replace(r, tile_cells=(4, 1)) for h, r in rooms.items()}
flat_db = [
    10
    * np.log10(
        np.median(np.mean(np.abs(r.signal(grid)) ** 2, axis=-1)) / r.sigma**2
    )
    for r in flat_tile.values()
]
print(
    f"tiles of one row: {flat_db[0]:.1f} dB at 1 m, {flat_db[1]:.1f} dB at 3 m (medians)"
)
print("SNR of a pilot [dB], 5 / 50 / 95 % of the 7371 places")
for height, values in snr_db.items():
    low, mid, high = np.percentile(values, [5, 50, 95])
    print(f"  tiles at {height:.0f} m: {low:5.1f} {mid:6.1f} {high:6.1f}")


# %% mystnb={"figure": {"caption": "Signal-to-noise ratio of a pilot, averaged over the 32, for tiles at the users' height (left) and two metres above (right).", "name": "fig-snr"}, "image": {"alt": "Two maps of the users' area in decibels. Left, 71 to 94 decibels, brightest along the middle of both tiled walls. Right, 45 to 66 decibels, brightest in the middle of the room."}} tags=["hide-input"]
def two_maps(values, label, **limits):
    """Maps over the users' area for both heights, with one colour scale each."""
    fig, panels = plt.subplots(1, 2, figsize=(7.4, 3.6), sharey=True)
    for axes, (height, each) in zip(panels, values.items(), strict=True):
        mesh = axes.pcolormesh(
            grid[::ny, 0],
            grid[:ny, 1],
            each.reshape(nx, ny).T,
            shading="nearest",
            rasterized=True,
            **limits,
        )
        axes.set(xlabel="x [m]", aspect="equal", title=f"tiles at {height:.0f} m")
        axes.grid(False)
        fig.colorbar(mesh, ax=axes, label=label, shrink=0.85)
    panels[0].set_ylabel("y [m]")


two_maps(snr_db, "SNR of a pilot [dB]")
plt.show()

# %% [markdown]
# ## How well a position can be known
#
# A user knows neither the phase offset to the base station nor, to be careful, the gain of the receiver: one unknown complex number $\alpha$,
# $\mathbf{y} = \alpha\,\mathbf{s}(\mathbf{p}) + \mathbf{w}$. Moving by a centimetre turns the hundred arrows, each by another amount, and
# changes $\mathbf{s}$, the vector of the noise-free pilots. Of that change, what a change of $\alpha$ could imitate is worthless, and $\mathbf{P}_s^\perp$ takes it out; the rest is information:
#
# $$
# \mathbf{F} = \frac{2}{\sigma^2}\,\mathrm{Re}\left\{
# \frac{\partial\mathbf{s}}{\partial\mathbf{p}}^{\mathsf{H}}
# \mathbf{P}_s^\perp
# \frac{\partial\mathbf{s}}{\partial\mathbf{p}}\right\} , \qquad
# \mathrm{PEB} = \sqrt{\operatorname{tr}\mathbf{F}^{-1}} .
# $$
#
# With multipath there is another nuisance, $f$, the same in all pilots: $\mathbf{P}^\perp$ then also removes the vector of ones.

# %%
bounds = {height: position_error_bound(r, grid) for height, r in rooms.items()}
with_multipath = {
    height: position_error_bound(r, grid, multipath=True)
    for height, r in rooms.items()
}
print("position error bound [um]        50 %     98 %   |  f unknown as well")
for height in rooms:
    without, nuisance = (
        np.percentile(b[height], [50, 98]) * 1e6 for b in (bounds, with_multipath)
    )
    print(
        f"  tiles at {height:.0f} m            {without[0]:8.1f} {without[1]:8.1f}"
        f"   | {nuisance[0]:7.1f} {nuisance[1]:8.1f}"
    )
ratio_heights = np.median(bounds[3.0]) / np.median(bounds[1.0])
far = (grid[:, 0] < -2) | (grid[:, 1] > 8)
worst = bounds[1.0] > np.percentile(bounds[1.0], 95)
worst_far = far[worst].mean()
print(
    f"the worst 5 % of the places, tiles at 1 m: {worst_far:.0%} lie beyond x < -2 m or y > 8 m"
)

# %% mystnb={"figure": {"caption": "Position error bound in micrometres, unknown complex gain, no multipath.", "name": "fig-peb"}, "image": {"alt": "Two maps of the users' area. Left, about one micrometre over most of it, growing to several towards the edges far from the tiles. Right, ten to a hundred micrometres with stripes along the walls."}} tags=["hide-input"]
two_maps(
    {h: np.log10(b * 1e6) for h, b in bounds.items()}, "log10 of the bound [um]"
)
plt.show()

# %% [markdown]
# **What it means.** *Micrometres.* A hundred tiles 80 dB above the noise carry that much information, if the model holds to a hundred-thousandth
# of a wavelength, which no room does. Read this map as: noise is not what limits this system. [What does](what_is_realistic.ipynb) is another
# table, and stands beside every micrometre in this part.
#
# ## Multipath of the direct link
#
# The direct ray is blocked, its echoes off the walls are not. An image source stands behind each wall, and behind each image's wall; we count two
# reflections, each leaving half of the amplitude (ours). Beside it, `measure(..., multipath_db=...)` draws $f$ as one circular Gaussian number for each
# user, of a chosen power (ours as well; the paper leaves the term to Dardari et al.).

# %%
walls_db = {
    height: 20
    * np.log10(
        np.abs(wall_images(r, grid))
        / np.sqrt(np.mean(np.abs(signals[height]) ** 2, axis=-1))
    )
    for height, r in rooms.items()
}
for height, values in walls_db.items():
    low, mid, high = np.percentile(values, [5, 50, 95]).round() + 0.0
    print(
        f"tiles at {height:.0f} m: wall echoes over tiles [dB], 5/50/95 %: {low:.0f} / {mid:.0f} / {high:.0f}"
    )

# %% mystnb={"figure": {"caption": "Power of the wall echoes relative to what comes over the tiles.", "name": "fig-walls"}, "image": {"alt": "Two maps of the users' area with fine rings of interference. Left around 0 decibels, highest away from the tiles; right around plus 25 decibels, highest near the tiled walls."}} tags=["hide-input"]
two_maps(walls_db, "echoes over tiles [dB]")
plt.show()

# %% [markdown]
# **What it means.** Under the ceiling the tiles whisper and the walls shout, by hundreds to one. An estimator that
# knows nothing of $f$ cannot survive that. One that does loses next to nothing: the bound with $f$ unknown is larger by a few percent.
#
# ## What moves the bound
#
# Five knobs, tiles at 1 m, medians over every ninth place: pilots, tiles, codebook, bits of its phases, power or noise. One line, "DFT, 2 bits", turns two of them. In that of 200 tiles neighbours overlap, which no wall allows and this page avoids elsewhere; it stands for the number alone.

# %%
some = grid[::9]
knobs = {
    "as above": room,
    "8 pilots": replace(room, n_pilots=8),
    "16 pilots": replace(room, n_pilots=16),
    "64 pilots": replace(room, n_pilots=64),
    "26 tiles": replace(room, tiles_per_wall=13),
    "50 tiles": replace(room, tiles_per_wall=25),
    "200 tiles": replace(room, tiles_per_wall=100),
    "balanced DFT": replace(room, codebook="dft"),
    "Hadamard": replace(room, codebook="hadamard"),
    "random, 1 bit": replace(room, phase_bits=1),
    "random, 2 bits": replace(room, phase_bits=2),
    "DFT, 2 bits": replace(room, codebook="dft", phase_bits=2),
    "another draw": replace(room, phase_seed=1),
    "noise + 10 dB": replace(room, noise_dbm=room.noise_dbm + 10),
    "pilot -13.1 dBm": replace(room, tx_power_dbm=20 - 10 * np.log10(2048)),
}
moved = {}
print("median bound [um]    f known  f unknown   price of f")
for name, other in knobs.items():
    pair = [
        np.median(position_error_bound(other, some, m)) * 1e6 for m in (False, True)
    ]
    moved[name] = pair
    print(
        f"{name:18s} {pair[0]:9.2f} {pair[1]:10.2f} {abs(pair[1] / pair[0] - 1):11.1%}"
    )

# %% mystnb={"figure": {"caption": "Median position error bound against the number of pilots, without and with an unknown multipath term, for random phases and for a balanced codebook.", "name": "fig-pilots"}, "image": {"alt": "Four falling curves on logarithmic axes from 4 to 128 pilots. They come down steeply up to about 8 pilots and then as one over the square root. The curves with unknown multipath lie above those without for few pilots when the phases are random and coincide when they are balanced."}} tags=["hide-input"]
counts = [4, 5, 6, 8, 12, 16, 24, 32, 64, 128]
fig, axes = plt.subplots(figsize=(7.2, 3.4))
few = grid[::37]
for codebook, colour in (("random", "#0072B2"), ("dft", "#D55E00")):
    for multipath, style in ((False, "-"), (True, "--")):
        medians = [
            np.median(
                position_error_bound(
                    replace(room, n_pilots=n, codebook=codebook), few, multipath
                )
            )
            * 1e6
            for n in counts
        ]
        name = f"{codebook}, f {'unknown' if multipath else 'known'}"
        axes.plot(
            counts, medians, style, color=colour, marker="o", ms=4, label=name
        )
axes.set(xscale="log", yscale="log", xlabel="pilots T", ylabel="median bound [um]")
axes.set_xticks([4, 8, 16, 32, 64, 128], [4, 8, 16, 32, 64, 128], minor=False)
axes.set_xticks([], minor=True)
fig.legend(loc="outside lower center", ncols=2)
plt.show()

# %% [markdown]
# **What it means.** The codebook hardly matters to the bound, and as little which draw it is. A balanced one makes $f$ free of charge: its pilots have no mean
# in which a constant could hide. Beyond a dozen pilots, more of them only average noise. Phases of two bits are as good as any.
#
# ## Far field or not
#
# Put every cell at its own place and sum spherical waves instead of (3). How much of the signal is the same?

# %%
coherence = {}
for height, r in rooms.items():
    exact = pilots(r, spherical_channels(r, some))
    plain = r.signal(some)
    coherence[height] = np.abs(np.sum(exact.conj() * plain, axis=-1)) ** 2 / (
        np.sum(np.abs(exact) ** 2, axis=-1) * np.sum(np.abs(plain) ** 2, axis=-1)
    )
    level = 10 * np.log10(np.mean(np.abs(exact) ** 2) / np.mean(np.abs(plain) ** 2))
    print(
        f"tiles at {height:.0f} m: coherence^2 {np.median(coherence[height]):.2f} (median), "
        f"level {level:+.1f} dB"
    )

# %% [markdown]
# ## What the paper claims, and what this page computed

# %% tags=["hide-input"]
inside = np.linalg.norm(grid[:, None] - room.tiles[None, :, :2], axis=-1)
ledger.record(
    ledger.row(
        "aguiar2024",
        "tiles-and-spacing",
        ours=f"{from_ends} tiles from corner to corner every 20 cm, two of them in one place; {room.n_tiles} from 10 cm off the corners",
        verdict="inconsistent in the paper",
        why="three statements, two of which fix the third at another number; we keep K and the spacing",
    ),
    ledger.row(
        "aguiar2024",
        "cell-gain",
        ours=f"{gain_dbi:.2f} dBi",
        verdict=ledger.judge_printed("aguiar2024", "cell-gain", [gain_dbi]),
        why="a pattern cos^q has the gain 2 (q + 1)",
    ),
    ledger.row(
        "aguiar2024",
        "grid-points",
        ours=f"{len(grid)} places",
        verdict=ledger.judge_printed("aguiar2024", "grid-points", [len(grid)]),
        why="81 by 91, both edges included",
    ),
    ledger.row(
        "aguiar2024",
        "tile-far-field",
        ours=f"far field beyond {fraunhofer:.1f} m; users are {inside.min():.1f} to {inside.max():.1f} m from tiles",
        verdict="not stated enough to test",
        why="it hangs on the spacing of the cells, which is not stated; half a wavelength is ours, "
        f"at a tenth of one it would be {fraunhofer * 0.2**2:.1f} m",
    ),
)

# %% [markdown]
# ## What the paper leaves open
#
# * **Power, spacing of the cells, phases.** Ours, in the table above. Power moves every bound by a known factor: if the
#   20 dBm were shared by the paper's 2048 subcarriers (the last line of the table of knobs), noise under the ceiling would cost millimetres, as much as the troubles of
#   [a later page](what_is_realistic.ipynb), and some places would stand at the threshold shown there.
# * **Which side of a tile is vertical.** With 25 cells along the wall, tiles 20 cm apart would overlap; so 25 stand upright.
# * **Its own far-field assumption.** Opened here; what it costs stands [in the table of what is realistic](what_is_realistic.ipynb).
#
# ## Exercises
#
# 1. How must the power change to bring the bound at 3 m down to that at 1 m? Compute it from the medians and check it.
# 2. Why does 1 bit cost the random codebook nothing in particular, although half of its pilots have the opposite sign?

# %% [markdown]
# <details>
# <summary>Solution 1</summary>
#
# The bound goes with the amplitude, so the power must grow by the square of the ratio of medians.
#
# </details>

# %% tags=["hide-cell"]
needed_db = 20 * np.log10(ratio_heights)
louder = replace(rooms[3.0], tx_power_dbm=20 + needed_db)
reached = np.median(position_error_bound(louder, grid))
print(
    f"{needed_db:.1f} dB more: {reached * 1e6:.2f} um, at 1 m {np.median(bounds[1.0]) * 1e6:.2f} um"
)

# %% [markdown]
# <details>
# <summary>Solution 2</summary>
#
# A sign is a phase, too. What counts is that the hundred columns of the codebook stay different from each other, and random signs do.
#
# </details>

# %% [markdown]
# ## Checks

# %%
assert same < 1e-6, "(1)-(4) written out"
assert len(grid) == 7371
assert 0.9e-6 < np.median(bounds[1.0]) < 1.3e-6 and 10 < ratio_heights < 40
assert all(np.all(with_multipath[h] >= bounds[h] * (1 - 1e-9)) for h in rooms)
assert np.median(walls_db[3.0]) > 15 > np.median(walls_db[1.0])
assert moved["balanced DFT"][1] / moved["balanced DFT"][0] < 1 + 1e-6, "f is free"
assert moved["Hadamard"][1] / moved["Hadamard"][0] < 1 + 1e-6
assert all(
    abs(moved[name][0] / moved["as above"][0] - 1) < 0.15
    for name in ("balanced DFT", "Hadamard", "random, 2 bits", "another draw")
), "the codebook hardly matters"
assert abs(moved["noise + 10 dB"][0] / moved["as above"][0] - np.sqrt(10)) < 1e-6
assert np.median(coherence[1.0]) > 0.9
assert abs(reached / np.median(bounds[1.0]) - 1) < 1e-6

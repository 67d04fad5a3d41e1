# %% [markdown]
# # What does the network read: the radio, or the answer?
#
# *The networks of Aguiar et al. answer to centimetres, and echoes hardly disturb them. Before one trusts either, one should know which of their inputs they use.*
#
# :::{admonition} In three lines
# :class: tip
#
# * **The answer is in the input.** A coefficient depends on the angle from its tile to the user. The nearest of 80,000 recorded sets of magnitudes locates 95 % of the users within 4 cm, without pilots and
#   without a network.
# * **The networks use it.** Give every user somebody else's coefficients, and the errors grow to metres; somebody else's pilots cost the bidirectional LSTM a few per cent and the perceptron less than a factor of two.
# * **Pilots alone would do.** A fingerprint that reads nothing else keeps 95 % of the errors within 6 cm, echoes or not.
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

# %% mystnb={"figure": {"caption": "Position errors by what is read. Open circles: 50 percent of the errors are smaller; filled: 95 percent; light bars: 95-percent intervals. Shaded: the coefficients are read. Networks and fingerprint are kept runs on 80,000 recorded users, tested on 7371 places; the nearest recorded magnitudes are looked up here, for every seventh place, among as many. Echoes do not change magnitudes, so this row has no third line.", "name": "fig-what-is-read"}, "image": {"alt": "Rows of dumbbells on a logarithmic axis from 100 nanometres to 10 metres. All rows that read the coefficients, with or without pilots, with or without a network, lie at centimetres to decimetres. A perceptron on pilots alone lies at metres. Invariant products lie at decimetres, the fingerprint at centimetres, the bound at micrometres."}} tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np
import xarray as xr
from sklearn.metrics import pairwise_distances_argmin

from irsnb import indoor, montecarlo
from irsnb.indoor import Room, Samples, draw_samples, samples_at, train_network
from irsnb.indoor.networks import LABELS
from irsnb.report import claims, figures, ledger, runs
from irsnb.report.tables import spoken, table
from irsnb.training import load_keras, standard_scaler

figures.use_style()
load_keras()
room, high, rng = Room(), Room(height=3.0), np.random.default_rng(2024)
places = room.grid[::7]
kept = runs.kept("indoor_networks")
kept_runs = kept["runs"]
WORDS = {"1 m": "tiles at 1 m", "3 m": "at 3 m", "3 m, multipath": "3 m, echoes"}


def misses(positions):
    """Distances from the test places [m]."""
    return xr.DataArray(np.linalg.norm(positions - places, axis=-1), dims="draw")


def percentiles(errors):
    """Errors that 50 and 95 % do not exceed, each with its interval, (2, 3)."""
    return np.array([montecarlo.percentile(errors, q).values for q in (50, 95)])


def of_run(run):
    """The same of a kept run."""
    return np.array([runs.error_interval(kept, run, q) for q in (50, 95)])


def magnitudes(scene, positions):
    """Magnitudes of the coefficients (2), one for each tile."""
    return np.abs(indoor.reflection_coefficients(scene, positions)).astype(
        np.float32
    )


ladder, nearest = {}, {}
for words, run in {
    "LSTM Bidirectional,\nboth": "bilstm, both",
    "MLP, both": "mlp, both",
    "MLP, coefficients": "mlp, coefficients",
    "nearest |coefficients|": "",
    "MLP, pilots": "mlp, measurements",
    "MLP, pilots and\ntiles' states": "mlp, known",
    "MLP, products (ours)": "mlp, invariant",
    "fingerprint, pilots (ours)": "fingerprint",
}.items():
    found = {w: f"{run}, {w}" for w in WORDS if f"{run}, {w}" in kept_runs}
    ladder[words] = {where: of_run(name) for where, name in found.items()}
ladder["bound"] = {}
for where, (height, multipath) in runs.CONDITIONS.items():
    scene, method = (
        Room(height=height),
        "ml" if multipath is None else "ml-projected",
    )
    if multipath is None:
        recorded = rng.uniform(*scene.limits, (80_000, 2))
        known, asked = magnitudes(scene, recorded), magnitudes(scene, places)
        scale = known.std(axis=0)
        closest = pairwise_distances_argmin(asked / scale, known / scale)
        nearest[where] = percentiles(misses(recorded[closest]))
    errors = indoor.errors_at_bound(scene, room.grid, rng, method=method)
    ladder["bound"][where] = percentiles(xr.DataArray(errors, dims="draw"))
ladder["nearest |coefficients|"] = nearest

fig, axes = plt.subplots(figsize=(7.2, 5))
for row, by_where in enumerate(ladder.values()):
    for k, where in enumerate(WORDS):
        if where in by_where:
            y, ends = row + 0.25 * (k - 1), by_where[where]
            axes.plot(ends[:, 0], [y, y], f"C{k}", lw=1)
            axes.plot(ends[:, 1:].T, [[y, y], [y, y]], f"C{k}", lw=6, alpha=0.35)
            axes.plot(ends[0, 0], y, f"C{k}o", mfc="white")
            axes.plot(ends[1, 0], y, f"C{k}o")
axes.axhspan(-0.5, 3.5, color="0.93", zorder=0)
axes.text(2e-7, 0.0, "the coefficients are read", va="center")
for k, words in enumerate(WORDS.values()):
    axes.text(2e-7, 1 + 0.5 * k, words, color=f"C{k}", va="center")
axes.text(2e-7, 2.7, "○ 50 %  ● 95 % of the errors", va="center")
axes.text(2e-7, 4.0, "pilots alone", va="center")
axes.set_yticks(range(len(ladder)), list(ladder))
axes.set(xscale="log", xlim=(1e-7, 20), ylim=(len(ladder) - 0.5, -0.5))
axes.set_xlabel("position error")
figures.length_ticks(axes.xaxis)
plt.show()

# %% [markdown]
# <small>For readers of [the networks](networks.ipynb). Part II, Aguiar et al. (2024), sections IV-A, V-B and VI.
# 13 minutes to read. **Run time** under 60 s. Afterwards you can test what a trained network uses, and recognise an input that contains the answer.</small>
#
# ## A coefficient that knows where you are
#
# A user wants to know where he is. The network is given his pilots, and with them the reflection coefficients
#
# $$
# \beta_{t,k} = \sqrt{F(\Theta^i_k)\, F(\Theta^r_k)}\; AF(\Theta^i_k)\, AF(\Theta^r_k)\, G_c\, e^{j\psi_{t,k}} . \tag{2}
# $$
#
# *In words:* how strongly tile $k$ reflects, with its state $\psi_{t,k}$, from the station *towards this user*. $\Theta^r_k$ is the angle from the tile to the user. A simulation knows it. A receiver does not: it would have to know its place. It
# can know the tiles' states, which are the same for everybody.

# %% mystnb={"figure": {"caption": "The input of two users 30 cm apart. Each square is one of the 6464 standardised inputs: rows are pilots (magnitudes above the line, phases below it), the first column (drawn wide) is the measurement, the others are the tiles' coefficients. Only the first column changes from row to row: 64 numbers of the pilots, and two rows of 100 for the coefficients, 264 in all. The stripes change from user to user, without noise. In the phases the sign that the tile's state gives, the same for all users, is taken out.", "name": "fig-input"}, "image": {"alt": "Two pictures of 64 rows and 101 columns. The first column is irregular in both. All other columns are vertical stripes, constant over the upper 32 rows and again over the lower 32; the stripes of the two users differ."}} tags=["hide-input"]
two = np.array([[1.0, 4.0], [1.3, 4.0]])
others = rng.uniform(*room.limits, (500, 2))
flat = indoor.flattened_inputs(
    room, samples_at(room, np.concatenate([two, others]), rng)
)
flat = standard_scaler(flat).transform(flat)
T, K = room.n_pilots, room.n_tiles
measured = flat[:, : 2 * T].reshape(-1, 2, T, 1)
stripes = flat[:, 2 * T :].reshape(-1, 2, T, K)
stripes = stripes * np.sign(np.sum(stripes * stripes[:, :, :1], axis=0))
pictures = np.concatenate([np.repeat(measured, 4, axis=3), stripes], axis=3)
fig, panels = plt.subplots(2, 1, figsize=(7.2, 5.4), sharex=True)
for axes, picture, place in zip(panels, pictures, two, strict=False):
    image = axes.imshow(picture.reshape(2 * T, -1), vmin=-2, vmax=2, aspect="auto")
    axes.axhline(T - 0.5, color="white", lw=1.5)
    axes.axvline(3.5, color="white", lw=1.5)
    axes.set_yticks([T / 2, 3 * T / 2], ["magnitudes", "phases"])
    axes.set(title=f"user at x = {place[0]:g} m, y = {place[1]:g} m")
    axes.grid(False)
panels[1].set_xticks([1.5, 13, 53, 103], ["pilots", "tile 9", "49", "99"])
fig.colorbar(image, ax=panels, label="standardised input", shrink=0.7)
plt.show()

# %% [markdown]
# With the tiles at the users' height, the magnitude of one coefficient puts the user on a few rays from the tile; a hundred magnitudes leave one point:

# %% mystnb={"figure": {"caption": "Places at which the magnitude of a tile's coefficient is that of the user at (1 m, 4 m), for five of the hundred tiles at 1 m. Rays of all five colours meet at the user (star) only. No pilot was sent.", "name": "fig-level-curves"}, "image": {"alt": "A plan of the users' area with tiles on the walls below and to the right. Five coloured sets of straight rays, one for each of five tiles; one of each set passes through a black star at x 1 metre, y 4 metres."}} tags=["hide-input"]
x, y = np.linspace(-4, 4, 161), np.linspace(1, 10, 181)
field = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
strength, level = magnitudes(room, field), magnitudes(room, two[:1])[0]
fig, axes = plt.subplots(figsize=(5.6, 4.8))
for k, tile in enumerate((8, 24, 40, 62, 84)):
    values = strength[:, tile].reshape(len(y), len(x))
    axes.contour(x, y, values, levels=[level[tile]], colors=f"C{k}")
    spot = room.tiles.positions[tile, :2]
    axes.plot(*spot, "s", color=f"C{k}", clip_on=False)
    shift = (0, 0.3) if tile < 50 else (-0.8, 0)
    axes.annotate(
        f"tile {tile}", spot + shift, color=f"C{k}", ha="center", fontsize=9
    )
axes.plot(*two[0], "k*", ms=13)
axes.set(
    xlabel="x [m]",
    ylabel="y [m]",
    aspect="equal",
    xlim=(-4.3, 5.1),
    ylim=(-0.1, 10),
)
plt.show()

# %% [markdown]
# So no network is needed. Here is the whole method, for one user: record the magnitudes at 80,000 places, and take the place whose magnitudes are nearest.

# %%
recorded = rng.uniform(*room.limits, (80_000, 2))
known, asked = magnitudes(room, recorded), magnitudes(room, two[:1])
distance = np.linalg.norm((known - asked) / known.std(axis=0), axis=1)
guess = recorded[distance.argmin()]

# %% [markdown]
# The guess is off by a centimetre or two. Over all places of the first figure, half of the errors are below 1.5 cm and 95 % below 4 cm, at both heights. That is the spacing of the recording: the nearest recorded *place* is 1.4 cm away in the median. The perceptron on
# the same magnitudes is as good at 1 m, and several times worse at 3 m. The information is the same, so the loss is one of approximation. Seen from above, the coefficients of neighbouring places differ more than twice as much; such a function is harder to fit.
#
# ## Deal the inputs anew
#
# Take a trained network, give every user somebody else's pilots, and leave the coefficients. Then the other way round. An input that a network needs cannot be replaced.

# %% mystnb={"figure": {"caption": "The networks of the full training, 95 percent of the errors: as they are (filled), with everybody's pilots dealt anew (open), with the coefficients dealt anew (crosses). Light bars: 95-percent intervals over 7371 places. Every network of Table II on the published input whose run is in the kept file; epochs in brackets.", "name": "fig-dealt"}, "image": {"alt": "A row for each network and condition on a logarithmic axis. Filled and open circles lie together, at most a factor of two apart, at centimetres to decimetres. All crosses lie at eight metres."}} tags=["hide-input"]
rank = kept["percentiles"]
dealt = {}
for network in LABELS:
    for where in WORDS:
        run = f"{network}, both, {where}"
        if "dealt" in kept_runs.get(run, {}):
            whole = {
                "as it is": kept_runs[run]["errors"],
                **kept_runs[run]["dealt"],
            }
            entries = {key: {"errors": values} for key, values in whole.items()}
            file = {"percentiles": rank, "runs": entries}
            dealt[network, where] = {
                key: np.array([runs.error_interval(file, key, q) for q in (50, 95)])
                for key in entries
            }
fig, axes = plt.subplots(figsize=(7.2, 1.2 + 0.42 * len(dealt)))
looks = {
    "as it is": ("o", "C0"),
    "pilots": ("o", "white"),
    "coefficients": ("X", "C1"),
}
for row, by_input in enumerate(dealt.values()):
    for key, ends in by_input.items():
        marker, face = looks[key]
        colour = "C1" if key == "coefficients" else "C0"
        axes.plot(ends[1, 1:], [row, row], color=colour, lw=6, alpha=0.3)
        axes.plot(ends[1, 0], row, marker, color=colour, mfc=face, ms=7)
labels = [
    f"{LABELS[n]}, {WORDS[w]} ({kept_runs[f'{n}, both, {w}']['epochs']})"
    for n, w in dealt
]
axes.set_yticks(range(len(dealt)), labels)
axes.set(xscale="log", xlim=(0.02, 20), ylim=(len(dealt) - 0.5, -0.5))
axes.set_title(
    "● as it is   ○ pilots dealt anew   ✖ coefficients dealt anew", fontsize=10
)
axes.set_xlabel("95 % of the errors below")
figures.length_ticks(axes.xaxis)
plt.show()

# %% [markdown]
# Somebody else's coefficients send every network shown astray by metres. Somebody else's pilots cost the bidirectional LSTM at 1 m a few per cent at the 95 % point. They cost the perceptron more without echoes, at most a factor of two, and next to nothing with them. So
# these networks *lean on the coefficients*, and without echoes the perceptron does take something from the pilots. What is not in the figure has not been tested.
#
# :::{admonition} What if only the tiles' states were meant?
# :class: note dropdown
# Section IV says that the measured signal and "the reflection coefficients of the RIS tiles" are used, section IV-A that for each drawn position both were recorded: so they are those of the position. Were only the states $\psi_{t,k}$ meant, they would be the same for all
# users, and zeros after standardising. That is the row *pilots and tiles' states* of the first figure: metres.
# :::
#
# ## What the echoes do
#
# The paper finds that multipath makes no significant difference to a network trained with it, and that the network is robust to dynamic environments. Train the perceptron briefly at 3 m, once without echoes, once with a mixture: none, echoes as strong as the user's own
# signal, 20 dB stronger, and those of the walls. Then meet each.

# %% tags=["nbval-ignore-output"]
ECHOES = {"none": None, "0 dB": 0.0, "20 dB": 20.0, "walls": "walls"}
tests = {w: samples_at(high, places, rng, multipath=m) for w, m in ECHOES.items()}
quarters = [draw_samples(high, 3000, rng, multipath=m) for m in ECHOES.values()]
parts = ("positions", "pilots", "coefficients")
mixture = Samples(
    *(np.concatenate([getattr(q, p) for q in quarters]) for p in parts)
)
quiet = draw_samples(high, 12_000, rng)
taught = {
    "without echoes": train_network(high, quiet, "mlp", epochs=4),
    "with all of them": train_network(high, mixture, "mlp", epochs=4),
}

# %% mystnb={"figure": {"caption": "Median error of two perceptrons in four environments, tiles at 3 m; 12,000 users, four epochs, trained on this page. The last row gives every user somebody else's pilots, without echoes. Light bars: 95-percent intervals over 1053 places.", "name": "fig-echoes"}, "image": {"alt": "Five rows of points on a logarithmic axis. The network trained with all echoes stays at some three decimetres in all rows, also with pilots dealt anew. The network trained without echoes is at about four decimetres without echoes and with weak ones, at more than a metre with echoes of 20 decibels, at some three metres with those of the walls."}} tags=["hide-input"]
tests["pilots dealt"] = indoor.shuffled(
    tests["none"], "pilots", np.random.default_rng(1)
)
medians = {
    words: {
        w: percentiles(misses(net.predict(high, t)))[0] for w, t in tests.items()
    }
    for words, net in taught.items()
}
fig, axes = plt.subplots(figsize=(7.2, 2.6))
for k, (words, by_test) in enumerate(medians.items()):
    for row, (value, low, up) in enumerate(by_test.values()):
        axes.plot([low, up], [row, row], f"C{k}", lw=6, alpha=0.3)
        axes.plot(value, row, f"C{k}o")
    axes.text(
        1.2 if k else 0.75, 1 - k, f"trained {words}", color=f"C{k}", va="center"
    )
axes.set_yticks(range(len(tests)), ["no echoes", *list(tests)[1:4], "pilots dealt"])
axes.set(xscale="log", xlim=(0.2, 10), ylim=(4.5, -0.5), xlabel="median error")
figures.length_ticks(axes.xaxis)
plt.show()

# %% [markdown]
# Both observations come out, and the last row says why. Trained with echoes, the network is robust because it *does not read the pilots*: dealing them anew changes nothing. Trained without, it meets inputs far outside what it has learnt, and fails by metres:
# an input that is hardly needed is not harmless.
#
# ## What can be learnt from the pilots alone
#
# The pilots hold the place to micrometres. What fails is the form: each user's phases carry an offset of their own, jump at half a turn, and turn once for each 8.6 cm on the way to a tile. Products of pilots with each other's conjugates, their mean over $t$ taken out
# first, feel neither offset nor echoes; on them the same perceptron reaches decimetres (first figure). Better still is a table:
#
# 1. take the mean over $t$ out of each recorded vector, and with it the echoes of the direct link;
# 2. cover the area with overlapping discs, and for each keep the eight dimensions that hold most of the vectors recorded in it;
# 3. a new user is in the disc whose span holds most of the user's vector; average the recorded places there, weighted by likeness.

# %%
recorded = draw_samples(high, 40_000, rng, multipath="walls")
fingerprint = indoor.build_fingerprint(recorded)
echoing = tests["walls"].pilots
found = misses(fingerprint.predict(echoing))

# %% mystnb={"figure": {"caption": "Pilots alone, tiles at 3 m with the echoes of the walls, 40,000 recorded users. Nearest: the place of the recorded pilots that are most alike. Fingerprint: the table of spans. Dashed grey: the kept perceptron on the published input, which knows the answer, with 80,000.", "name": "fig-pilots-alone"}, "image": {"alt": "Percentile curves of the error on a logarithmic axis. The nearest recorded pilots begin at a centimetre and rise to decimetres and metres for the last twentieth of the users. The fingerprint begins alike and ends at a decimetre. The perceptron that knows the answer lies above the fingerprint."}} tags=["hide-input"]


def unit(pilots):
    """Pilots without their mean, as unit vectors."""
    rest = pilots - pilots.mean(axis=-1, keepdims=True)
    return (rest / np.linalg.norm(rest, axis=-1, keepdims=True)).astype(
        np.complex64
    )


alike = np.abs(unit(echoing).conj() @ unit(recorded.pilots).T).argmax(axis=1)
plain = misses(recorded.positions[alike])
fig, axes = plt.subplots(figsize=(7.2, 3.2))
published = kept_runs["mlp, both, 3 m, multipath"]["errors"]
axes.plot(rank, published, color="0.5", ls="--")
for words, errors, colour, place in (
    ("nearest", plain, "C1", (92, 1.6)),
    ("fingerprint", found, "C0", (70, 0.012)),
):
    figures.percentiles(
        axes, {words: errors}, marker="", color=colour, linestyle="-"
    )
    axes.text(*place, words, color=colour, ha="right")
axes.set(ylabel="position error", ylim=(2e-3, 10))
axes.text(70, 0.4, "perceptron that knows the answer", color="0.4", ha="right")
figures.length_ticks(axes.yaxis)
plt.show()

# %% tags=["hide-input"]
run = "fingerprint, 3 m, multipath"
rows = [
    ("nearest, 40,000 recorded", percentiles(plain), plain.max().item()),
    ("fingerprint, 40,000", percentiles(found), found.max().item()),
    ("fingerprint, 80,000 (kept)", of_run(run), runs.error_at(kept, run, 100)),
]
rows = [
    [words, *(spoken(v, lower=a, upper=b) for v, a, b in ends), spoken(worst)]
    for words, ends, worst in rows
]
head = ["pilots alone, 3 m, echoes", "50 %", "95 %", "largest"]
caption = (
    "Errors of two tables of recorded pilots, with 95 % intervals over the places."
)
table(rows, head=head, caption=caption, name="pilots-alone")

# %% [markdown]
# Under the echoes that are said to be hard, from inputs that the published network hardly uses, the table of spans loses nobody. It keeps 22 million numbers, fewer than the paper's network, and needs no gradient descent. Like every fingerprint it must be taken
# anew when the room changes ([what is realistic](what_is_realistic.ipynb)). [Maximum likelihood](at_the_bound.ipynb) needs the model instead, and reaches micrometres.
#
# ## Exercises
#
# **1.** In the figure of rays, keep the two tiles 8 and 40 only. How many candidates are left? Then choose two tiles on different walls.
#
# :::{hint}
# :class: dropdown
# Change the tuple of tiles in the folded cell, and look for crossings besides the star.
# :::
# :::{admonition} Solution 1
# :class: dropdown
# The rays of two tiles still cross in several points, on one wall or on two; each further tile removes some. How far ten tiles lead is exercise 2.
# :::

# %% tags=["hide-cell"]
close = np.all(np.abs(strength[:, [8, 40]] / level[[8, 40]] - 1) < 0.02, axis=1)
far = np.linalg.norm(field - two[0], axis=1) > 0.5
assert np.any(close & far), "other candidates"
assert not np.any(np.all(np.abs(strength / level - 1) < 0.1, axis=1) & far)

# %% [markdown]
# **2.** Locate by the magnitudes of ten tiles only, and 4000 recorded places.
#
# :::{hint}
# :class: dropdown
# Use every tenth column of `known`.
# :::
# :::{admonition} Solution 2
# :class: dropdown
# Half of the users are within a decimetre: ten magnitudes are enough for most of the answer.
# :::

# %% tags=["hide-cell"]
asked = magnitudes(room, places)[:, ::10] / known[:, ::10].std(axis=0)
spots = rng.uniform(*room.limits, (4000, 2))
ten = magnitudes(room, spots)[:, ::10] / known[:, ::10].std(axis=0)
few = misses(spots[pairwise_distances_argmin(asked, ten)])
assert 0.03 < few.median() < 0.1

# %% [markdown]
# **3.** Why does the fingerprint not feel a user's phase offset, though it averages nothing over phases?
#
# :::{hint}
# :class: dropdown
# How is the span of a disc made, and how is a likeness measured?
# :::
# :::{admonition} Solution 3
# :class: dropdown
# The span comes from products $\mathbf u\mathbf u^H$, and a likeness is a modulus. A factor $e^{j\phi}$ on $\mathbf u$ leaves both as they are.
# :::

# %% tags=["hide-cell"]
turned = echoing[:40] * np.exp(1j * rng.uniform(0, 2 * np.pi, (40, 1)))
moved = fingerprint.predict(turned) - fingerprint.predict(echoing[:40])
assert np.abs(moved).max() < 1e-9

# %% [markdown]
# ## What the paper claims


# %% tags=["hide-input"]
def judge(*cases):
    """Judge a statement in cases that are not drawn."""
    return ledger.holds(list(cases), drawn=False)


def add(name, ours, verdict, why, bound="none applies", **more):
    """Add a row of this page's paper."""
    more |= {"ours": ours, "verdict": verdict, "why": why, "bound": bound}
    entries.append(ledger.row("aguiar2024", name, **more))


entries = []
bounds = {w: spoken(ladder["bound"][w][1, 0]) for w in WORDS}
lstm = {key: spoken(ends[0, 0]) for key, ends in dealt["bilstm", "1 m"].items()}
ours = f"bidirectional LSTM at 1 m, median error {lstm['as it is']}; pilots dealt anew "
ours += (
    f"{lstm['pilots']}; coefficients dealt anew {lstm['coefficients']} (kept run)"
)
hurt = {
    f"{LABELS[n]}, {w}": [each["pilots"][0, 0] > each["coefficients"][0, 0]]
    for (n, w), each in dealt.items()
}
why = "whether somebody else's pilots hurt more than somebody else's coefficients"
verdict = ledger.holds(hurt, drawn=False)
add("reads-signals", ours, verdict, why, f"95 % at 1 m: {bounds['1 m']}")

complete = [n for n in LABELS if all(f"{n}, both, {w}" in kept_runs for w in WORDS)]
points = {n: {w: of_run(f"{n}, both, {w}")[1] for w in WORDS} for n in complete}
ratios = {
    n: each["3 m, multipath"][0] / each["3 m"][0] for n, each in points.items()
}
sizes = {"above a tenth": 1.1, "above a quarter": 1.25, "above a half": 1.5}
tried = {
    s: judge(*(r < most for r in ratios.values())) for s, most in sizes.items()
}
ours = ", ".join(f"{LABELS[n]} {ratio:.2f}" for n, ratio in ratios.items())
ours = f"95 % with echoes over 95 % without, 3 m: {ours} (kept runs)"
verdict = ledger.untestable("what difference is significant", tried=tried)
why = "the networks lean on the coefficients, which no echo changes"
limit = f"95 %: {bounds['3 m']}, {bounds['3 m, multipath']}"
add("network-multipath", ours, verdict, why, limit)

network = complete[0]
both = np.array([points[network][w] for w in ("1 m", "3 m")])
ends = {"lower": 100 * both[:, 1], "upper": 100 * both[:, 2]}
stated = claims.claim("aguiar2024", "network-height").printed
verdict = ledger.digits(stated, 100 * both[:, 0], decimals=0, **ends)
ours = " and ".join(spoken(v, lower=a, upper=b) for v, a, b in both)
why = "nearest recorded magnitudes are as good at 3 m as at 1 m; the network is not"
limit = f"95 %: {bounds['1 m']}, {bounds['3 m']}"
add("network-height", f"{LABELS[network]}: {ours} (kept runs)", verdict, why, limit)

own, stranger = medians["with all of them"], medians["without echoes"]
tried = {
    f"echoes, {w}": judge(own[w][1] <= own["none"][2]) for w in list(ECHOES)[1:]
}
verdict = ledger.untestable("which changes of the environment", tried=tried)
why = "whether the medians' intervals overlap with and without echoes, on this page"
ours = "a perceptron trained with all echoes, median error in each against none"
flaw = "its input holds the coefficients (2) of the user's own place"
flaw = flaw if verdict.verdict in ledger.VERDICTS[:2] else ""
add("dynamic", ours, verdict, why, flawed=flaw)
cases = {f"echoes, {w}": [stranger[w][1] > own[w][2]] for w in ("20 dB", "walls")}
ours = "a perceptron trained without echoes, median error against one trained with them"
why = "major, in our reading: echoes stronger than the user's own signal"
add("needs-retraining", ours, ledger.holds(cases, drawn=False), why)
ledger.record(*entries)

# %% [markdown]
# ## Checks

# %% tags=["hide-cell"]
constant = stripes - stripes[:, :, :1]
assert np.abs(constant).max() < 1e-3 and 2 * T + 2 * K == 264, "stripes"
assert np.abs(stripes[0] - stripes[1]).max() > 0.5, "from user to user"
assert np.linalg.norm(guess - two[0]) < 0.04
assert round(100 * np.sqrt(np.log(2) / np.pi * 72 / 80_000), 1) == 1.4, "spacing"
for ends in nearest.values():
    assert 0.012 < ends[0, 0] < 0.018 and 0.03 < ends[1, 0] < 0.042, "no radio"
alone = ladder["MLP, coefficients"]
assert alone["1 m"][1, 0] < 1.2 * nearest["1 m"][1, 0]
assert alone["3 m"][1, 0] > 2.5 * nearest["3 m"][1, 0], "approximation"
apart = []
for scene in (room, high):
    values = magnitudes(scene, room.grid)
    values = (values / values.std(axis=0)).reshape(81, 91, -1)
    apart.append(np.median(np.linalg.norm(np.diff(values, axis=0), axis=-1)))
assert apart[1] > 2 * apart[0], "neighbours differ more from above"
costs = {
    key: each["pilots"][1, 0] / each["as it is"][1, 0]
    for key, each in dealt.items()
}
assert costs["bilstm", "1 m"] < 1.1
assert max(costs["mlp", where] for where in WORDS) < 2
assert costs["mlp", "3 m, multipath"] < 1.1 < costs["mlp", "3 m"]
assert min(each["coefficients"][1, 0] for each in dealt.values()) > 5, "metres"
assert ladder["MLP, pilots and\ntiles' states"]["1 m"][1, 0] > 2
assert all(ends[1, 0] < 1 for ends in ladder["MLP, products (ours)"].values())
assert (
    stranger["walls"][0] > 5 * own["walls"][0]
    and stranger["20 dB"][0] > 2 * own["20 dB"][0]
)
assert own["pilots dealt"][0] < 1.1 * own["none"][0], "it stops reading the pilots"
assert round(100 * room.wavelength, 1) == 8.6
assert all(
    ends[1, 0] < 0.06 for ends in ladder["fingerprint, pilots (ours)"].values()
)
assert found.max() < 0.3 and plain.max() > 1, "nobody lost, some lost"
assert kept_runs["fingerprint, 3 m, multipath"][
    "parameters"
] < indoor.count_parameters("bilstm")

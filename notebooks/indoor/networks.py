# %% [markdown]
# # How close do four networks come to what the pilots allow?
#
# *A network locates in milliseconds and needs no model of the room. Whether it is worth training depends on what else the same pilots give.*
#
# :::{admonition} In three lines
# :class: tip
#
# * **Decimetres and centimetres, where micrometres are to be had.** With the tiles at 1 m the bidirectional LSTM keeps 95 % of its errors below two decimetres and the perceptron below
#   one; the paper prints 18 cm. Maximum likelihood on the same pilots: 3 µm.
# * **There is no sequence.** All 6464 inputs come in one time step, and only 264 of them differ. Of the network's 31 million parameters 4 million do work of their own.
# * **Dropout holds the recurrent networks back.** Without it, the RNN has less than half the loss after the same 225 training steps.
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

# %% mystnb={"figure": {"caption": "Position errors on the paper's grid of 7371 places. Open circles: 50 percent of the errors are smaller; filled ones: 95 percent. The light bars on the circles are 95-percent intervals. Networks and fingerprint are kept runs on 80,000 recorded users; their epochs stand beside the names, for the three conditions in turn (a dash: no run yet). Maximum likelihood is computed here, on every thirtieth place, and lies on the errors that the Cram\u00e9r\u2013Rao bound allows. Grey: printed in the paper, 95 percent.", "name": "fig-networks-ladder"}, "image": {"alt": "Rows of dumbbells on a logarithmic axis from 100 nanometres to 10 metres, three for each method. Always the middle: metres. Networks: centimetres to decimetres. Fingerprint: centimetres. Maximum likelihood and the bound: one to sixty micrometres."}} tags=["hide-input"]
import matplotlib.pyplot as plt
import numpy as np
import xarray as xr

from irsnb import indoor, montecarlo
from irsnb.indoor import (
    NETWORKS,
    Room,
    build_network,
    count_parameters,
    distinct_inputs,
    draw_samples,
    flattened_inputs,
    train_network,
)
from irsnb.indoor.networks import LABELS
from irsnb.report import claims, figures, ledger, runs
from irsnb.report.tables import spoken, table
from irsnb.training import load_keras, standard_scaler

figures.use_style()
keras = load_keras()
room, rng = Room(), np.random.default_rng(2024)
kept = runs.kept("indoor_networks")
made, kept_runs = kept["provenance"], kept["runs"]


def drawn(distances):
    """Errors [m] that 50 and 95 % do not exceed, each with its interval, (2, 3)."""
    errors = xr.DataArray(distances, dims="draw")
    return np.array([montecarlo.percentile(errors, q).values for q in (50, 95)])


ladder = {"always the middle": {}, **{LABELS[name]: {} for name in NETWORKS}}
ladder |= {"fingerprint": {}, "maximum likelihood": {}, "bound": {}}
for where, (height, multipath) in runs.CONDITIONS.items():
    method = "ml" if multipath is None else "ml-projected"
    scene, places = Room(height=height), room.grid[::30]
    ladder["always the middle"][where] = drawn(
        np.linalg.norm(room.grid - [0, 5.5], axis=-1)
    )
    named = {LABELS[name]: f"{name}, both, {where}" for name in NETWORKS}
    for label, run in (named | {"fingerprint": f"fingerprint, {where}"}).items():
        if run in kept_runs:
            ends = [runs.error_interval(kept, run, q) for q in (50, 95)]
            ladder[label][where] = np.array(ends)
    pilots = indoor.receive(scene, places, rng, multipath=multipath)
    found = indoor.locate(scene, pilots, method=method).position
    ladder["maximum likelihood"][where] = drawn(
        np.linalg.norm(found - places, axis=-1)
    )
    ladder["bound"][where] = drawn(
        indoor.errors_at_bound(scene, room.grid, rng, method=method)
    )


def epochs_of(name):
    """Epochs of a network's kept runs, for the three conditions in turn."""
    found = (kept_runs.get(f"{name}, both, {w}") for w in runs.CONDITIONS)
    return " / ".join(str(run["epochs"]) if run else "–" for run in found)


fig, axes = plt.subplots(figsize=(7.2, 5))
for row, by_where in enumerate(ladder.values()):
    for k, where in enumerate(runs.CONDITIONS):
        if where in by_where:
            y, ends = row + 0.25 * (k - 1), by_where[where]
            axes.plot(ends[:, 0], [y, y], f"C{k}", lw=1)
            axes.plot(ends[:, 1:].T, [[y, y], [y, y]], f"C{k}", lw=6, alpha=0.35)
            axes.plot(ends[0, 0], y, f"C{k}o", mfc="white")
            axes.plot(ends[1, 0], y, f"C{k}o")
figures.paper_points(axes, [0.18, 0.32], [0.75, 1.0], ms=7)
axes.text(0.45, 0.88, "printed", color="0.35", va="center", fontsize=9)
for k, words in enumerate(("tiles at 1 m", "tiles at 3 m", "at 3 m, with echoes")):
    axes.text(2e-7, 1 + 0.45 * k, words, color=f"C{k}", va="center")
axes.text(2e-7, 2.5, "○ 50 %  ● 95 % of the errors", va="center")
labels = [f"{LABELS[n]}\n{epochs_of(n)} epochs" for n in NETWORKS]
labels = ["always the middle", *labels, *list(ladder)[5:]]
axes.set_yticks(range(len(labels)), labels)
axes.invert_yaxis()
axes.set(xscale="log", xlim=(1e-7, 20), xlabel="position error")
figures.length_ticks(axes.xaxis)
plt.show()

# %% [markdown]
# <small>For readers of [the room](room.ipynb) and [the bound](at_the_bound.ipynb); you should have met a neural network before. Part II, Aguiar et al. (2024), sections IV and V, Tables I and II.
# 12 minutes to read. **Run time** under 60 s. Afterwards you can say what Table II's networks are, what they reach, and what to hold them against.</small>
#
# ## What goes in
#
# The paper treats locating as a regression. A simulation draws 100,000 users at random, and records for each what the network will be given: the $T=32$ pilots $y_t$ that the user measures, and the reflection
# coefficients $\beta_{t,k}$ of all $K=100$ tiles for all pilots, eq. (2). Magnitude and phase of both, each standardised, make one row of $2T(K+1) = 6464$ numbers, and the network answers with the two
# coordinates $(x, y)$. How many of these numbers differ? Add the rows of 300 users with random weights. Inputs that are copies of each other, up to their sign, get the same sum:

# %%
samples = draw_samples(room, 300, rng)
row = flattened_inputs(room, samples).astype(float)
row = standard_scaler(row).transform(row)
sums = np.sort(np.abs(rng.normal(size=300) @ row))
different = 1 + np.sum(np.diff(sums) > 1e-6)

# %% [markdown]
# 264, not 6464. The magnitude of (2) does not depend on $t$: one number for each tile, written 32 times. Its phase is the tile's state $\psi_{t,k}$, equal for all users, or half a turn more where the product of the array factors
# is negative; standardised, it is a sign, and again the same for all $t$. So there are 64 numbers of the pilots, 100 magnitudes and 100 signs. The
# [next page](what_the_network_reads.ipynb) draws this input, and asks how a receiver could know it.
#
# :::{admonition} Why the networks here are trained on 264 numbers
# :class: note dropdown
# The first layer adds up its inputs, so the copies of a number act through the sum of their weights. Adam, the paper's optimiser, takes steps that hardly depend on the gradient's size; so the sum of 32 weights moves 32 times as far
# as one. The same happens if the number is given once, 32 times as large, with the mean of the weights. In exact arithmetic the two trainings are the same; the package's tests compare them step by step. The figure of the training shows a perceptron on all 6464
# inputs beside the one on 264 as soon as that run is in the kept file.
# :::

# %% [markdown]
# ## Four networks, one time step
#
# Table I: a bidirectional LSTM with 500 hidden units each way, 40 % dropout, and dense layers of 2048, 512, 64 and 2. Table II compares it with an LSTM, a plain RNN, and a perceptron (MLP). Of the last the
# paper states 3.4 million parameters and no widths; ours are 512, 128 and 64. The printed counts fit only if the whole row is *one* time step. Then the LSTM starts from a state of zero, $\mathbf h_0 = \mathbf c_0 = \mathbf 0$, and takes one step:
#
# $$
# \mathbf c_1 = \mathbf f \odot \mathbf c_0 + \mathbf i \odot \mathbf g = \mathbf i \odot \mathbf g , \qquad
# \mathbf h_1 = \mathbf o \odot \tanh \mathbf c_1 , \qquad
# \mathbf i = \sigma(\mathbf W_i \mathbf x + \mathbf U_i \mathbf h_0 + \mathbf b_i) .
# $$
#
# *In words:* the input $\mathbf x$ sets the gates $\mathbf i$, $\mathbf f$, $\mathbf o$ and the candidate $\mathbf g$, each with weights $\mathbf W$, $\mathbf U$ and $\mathbf b$ of its own. The forget gate $\mathbf f$ multiplies zero,
# and so does every recurrent weight $\mathbf U$. Replace them all by noise, and see what changes:

# %%
once, copies = distinct_inputs(room, samples)
once = standard_scaler(once).transform(once)
network = build_network("bilstm", copies, seed=1)
before = network.predict_on_batch(once)
for weight in network.trainable_variables:
    values = weight.numpy()
    if weight.name == "recurrent_kernel":
        values = rng.normal(0, 10, values.shape)
    elif weight.name == "kernel" and values.shape == (264, 2000):
        values[:, 500:1000] = rng.normal(0, 10, (264, 500))  # the forget gate
    weight.assign(values)
change = np.abs(network.predict_on_batch(once) - before).max()

# %% [markdown]
# Nothing: `change` is exactly 0. The "bidirectional LSTM" is two gated dense layers side by side. It captures no temporal dependency, because its input has no time.

# %% mystnb={"figure": {"caption": "What the parameters of Table II's networks do. Dark: weights with work of their own. Middle: weights of inputs that repeat another input. Light: weights that multiply zero. Grey markers: printed in Table II.", "name": "fig-idle-weights"}, "image": {"alt": "Four stacked bars. Bidirectional LSTM: 31 million parameters, of which 4 million do work of their own, 18.6 million belong to copies and 8.5 million multiply zero. LSTM 16 million, RNN 5.6, MLP 3.4, with similar shares; the bars end at the printed numbers."}} tags=["hide-input"]
inputs, units = row.shape[1], 500
counts = {name: count_parameters(name) for name in NETWORKS}
ways = {"bilstm": 2, "lstm": 1, "rnn": 1, "mlp": 1}
idle = {
    name: ways[name] * (4 * units**2 + units * (inputs + 1))
    for name in ("bilstm", "lstm")
}
idle |= {"rnn": units**2, "mlp": 0}
gates = {"bilstm": 3 * units, "lstm": 3 * units, "rnn": units, "mlp": 512}
copied = {n: ways[n] * (inputs - different) * gates[n] for n in NETWORKS}
working = {n: counts[n] - idle[n] - copied[n] for n in NETWORKS}
printed = claims.claim("aguiar2024", "parameters").printed
fig, axes = plt.subplots(figsize=(7.2, 2.3))
start = np.zeros(4)
looks = (("own work", "C0"), ("copies", "C5"), ("multiply zero", "0.85"))
for (words, colour), part in zip(looks, (working, copied, idle), strict=True):
    wide = np.array([part[name] / 1e6 for name in NETWORKS])
    axes.barh(range(4), wide, left=start, color=colour)
    axes.text(start[0] + wide[0] / 2, -0.62, words, ha="center", fontsize=9)
    axes.text(start[0] + wide[0] / 2, 0, f"{wide[0]:.1f}", ha="center", va="center")
    start = start + wide
figures.paper_points(axes, printed, [0, 1, 2, 3])
axes.set_yticks(range(4), [LABELS[name] for name in NETWORKS])
axes.set(xlabel="parameters [millions]", ylim=(3.6, -1.0), xlim=(0, 33))
plt.show()

# %% [markdown]
# ## Training
#
# As the paper has it: 80 % of the users to learn from, 10 % to validate, 10 % to test; batches of 32; mean squared error of the standardised coordinates; Adam at 0.001, a fifth less after ten epochs without progress; the weights of
# the best validation loss kept. The full runs (80,000 users, up to 25 epochs) are kept in the package with their provenance. Here on the page two networks learn for three epochs from 2400 users, 225 steps, with and without dropout: the RNN, as
# the quickest of the recurrent ones, and the perceptron, from three seeds.

# %% tags=["nbval-ignore-output"]
few = draw_samples(room, 3000, rng)
test = indoor.samples_at(room, room.grid[::7], rng)
tasks = [("rnn", 0.4, 0), ("rnn", 0.0, 0)]
tasks += [("mlp", dropout, seed) for seed in range(3) for dropout in (0.4, 0.0)]
live = {}
for name, dropout, seed in tasks:
    settings = {"epochs": 3, "dropout": dropout, "seed": seed, "xla": False}
    learner = train_network(room, few, name, **settings)
    error = (learner.predict(room, test) - test.positions) / learner.outputs.scale_
    live[name, dropout, seed] = xr.DataArray(np.mean(error**2, axis=1), dims="draw")

# %% mystnb={"figure": {"caption": "Loss on users that were not learnt from, against the number of training steps: kept runs (lines) and this page's short ones after 225 steps (crosses). Dotted: the test loss that Table II prints for the network of that colour. A loss of 0.0003 is an RMS error of 6 cm.", "name": "fig-training"}, "image": {"alt": "Loss against steps on two logarithmic axes. Crosses at 225 steps lie near a hundredth and above. From 2500 steps on the line of the bidirectional LSTM falls steadily from six thousandths to half a thousandth; that of the perceptron falls with jumps to less than a ten-thousandth, far below its dotted line."}} tags=["hide-input"]
loss = {key: montecarlo.mean(values).values for key, values in live.items()}
losses = claims.claim("aguiar2024", "losses").printed
fig, axes = plt.subplots(figsize=(7.2, 3.6))
trained = [name for name in NETWORKS if f"{name}, both, 1 m" in kept_runs]
axes.set(xscale="log", yscale="log", xlim=(140, 4.5e5))
literal = kept_runs.get("mlp, flattened, 1 m", {"validation": []})["validation"]
steps = 2500 * np.arange(1, len(literal) + 1)
axes.plot(steps, literal, "k", lw=1, label="MLP, all 6464 inputs")
if literal:
    axes.legend(loc="lower left")
own = {"rnn": ("rnn", 0.4, 0), "mlp": ("mlp", 0.0, 0)}
for name, stated in zip(NETWORKS, losses, strict=True):
    look = figures.style(name)
    axes.plot([150, 62_500], [stated] * 2, color=look["color"], ls=":", lw=1.3)
    if name in trained:
        curve = kept_runs[f"{name}, both, 1 m"]["validation"]
        steps = 2500 * np.arange(1, len(curve) + 1)
        end = {"label": f"{LABELS[name]}, {len(curve)} epochs", "label_ends": True}
        figures.curves(axes, steps, {name: curve}, markevery=5, **end)
    if name in own:
        axes.plot(225, loss[own[name]][0], "x", color=look["color"], mew=2)
        text = f"{LABELS[name]}, here"
        axes.text(270, loss[own[name]][0], text, color=look["color"], va="center")
axes.text(160, 0.0012, "printed in Table II", color="0.35", fontsize=9)
axes.set(xlabel="training steps (batches of 32 users)", ylabel="loss")
plt.show()

# %% [markdown]
# The perceptron, with a ninth of the parameters, passes the bidirectional LSTM before the tenth epoch and ends far below its printed loss. Table II ranks it third. Each curve is one training; the
# jumps of the perceptron's show how much a single epoch can change.

# %% tags=["hide-input"]
shown = [
    method for method in ladder if ladder[method] and method != "always the middle"
]
head = ["95 % of the errors below", "1 m", "3 m", "3 m, echoes"]
rows = []
for method in shown:
    by_where = [ladder[method].get(where) for where in runs.CONDITIONS]
    told = [
        "no run yet"
        if ends is None
        else spoken(ends[1, 0], lower=ends[1, 1], upper=ends[1, 2])
        for ends in by_where
    ]
    rows.append([method, *told])
caption = f"The 95 % points of the first figure with their intervals. Kept runs: {made['samples']:,} users in all, seed {made['seed']}."
table(rows, head=head, caption=caption, name="networks")

# %% [markdown]
# The intervals are those of a percentile over places, for the one network that was trained. They do not hold what another training would give.
#
# ## What dropout does
#
# Dropout sets 40 % of the first layer's outputs to zero at random in each training step. It is a remedy against learning the noise of a small data set. Here are 80,000 users and next to no noise. Table I has dropout in the recurrent
# networks only.

# %% mystnb={"figure": {"caption": "Loss with dropout (filled) and without (open) after the same number of steps. This page: 225 steps; the light bars are 95-percent intervals over 1053 test places, and the perceptron is trained from three seeds. Kept: the full training, at the epochs that both runs have reached, as far as they have been made.", "name": "fig-dropout"}, "image": {"alt": "Rows of dumbbells on a logarithmic axis of loss. RNN after 225 steps: several thousandths with dropout, less than half as much without. Perceptron after 225 steps, three seeds: a few hundredths, somewhat less with dropout."}} tags=["hide-input"]
pairs = {"RNN, this page": [(loss["rnn", 0.4, 0], loss["rnn", 0.0, 0])]}
pairs["MLP, this page"] = [
    (loss["mlp", 0.4, seed], loss["mlp", 0.0, seed]) for seed in range(3)
]
for name, plain, other in (("bilstm", 1, "no dropout"), ("mlp", 0, "dropout")):
    found = [kept_runs.get(f"{name}, both, 1 m{end}") for end in ("", f", {other}")]
    if all(found):
        n = min(run["epochs"] for run in found)
        best = [[min(run["validation"][:n])] * 3 for run in found]
        pairs[f"{LABELS[name]}, kept, {n} epochs"] = [best if plain else best[::-1]]
fig, axes = plt.subplots(figsize=(7.2, 0.8 + 0.6 * len(pairs)))
for row_number, cases in enumerate(pairs.values()):
    for k, (filled, hollow) in enumerate(cases):
        y = row_number + 0.22 * (k - (len(cases) - 1) / 2)
        axes.plot([filled[0], hollow[0]], [y, y], "C0", lw=1)
        for ends, face in ((filled, "C0"), (hollow, "white")):
            axes.plot(ends[1:], [y, y], "C0", lw=6, alpha=0.3)
            axes.plot(ends[0], y, "o", color="C0", mfc=face)
axes.set_yticks(range(len(pairs)), list(pairs))
axes.set_title("● with dropout   ○ without", fontsize=10)
axes.set(
    xscale="log", xlabel="loss (mean squared error)", ylim=(len(pairs) - 0.5, -0.5)
)
plt.show()

# %% [markdown]
# Without dropout the RNN has less than half the loss; the small perceptron loses nothing by it. So dropout is one thing that holds the recurrent networks back, at least at the beginning of a training. Whether it also decides the end
# takes full trainings of one network both ways; the figure shows their rows where the kept file has them.
#
# ## Where it errs, and how much was to be had

# %% mystnb={"figure": {"caption": "The bidirectional LSTM's error over the users' area, the paper's Fig. 4a (kept run, tiles at 1 m on the walls below and to the right), and the same as a multiple of the Cram\u00e9r\u2013Rao bound at each place. Both scales are logarithmic.", "name": "fig-network-map"}, "image": {"alt": "Two maps of the users' area. Left, the error: patchy, a few centimetres nearly everywhere, decimetres in narrow strips along the edges. Right, the error over the bound: ten thousand to a hundred thousand times nearly everywhere, largest near the walls with tiles."}} tags=["hide-input"]
error_map = np.array(kept_runs["bilstm, both, 1 m"]["map"])
covariance = indoor.position_crlb(room, room.grid)
bound_map = np.sqrt(np.trace(covariance, axis1=-2, axis2=-1))
x, y = np.linspace(-4, 4, 81), np.linspace(1, 10, 91)
fig, panels = plt.subplots(1, 2, figsize=(7.4, 3.7), sharey=True)
times = error_map / bound_map
for axes, title, values, quantity in (
    (panels[0], "error", 100 * error_map, "error of the network [cm]"),
    (panels[1], "error over bound", times, "error over bound"),
):
    field = {title: values.reshape(81, 91).T}
    figures.maps(axes, x, y, field, quantity=quantity, log=True)
panels[1].set_ylabel("")
plt.show()

# %% [markdown]
# The errors are largest along the edges, as usual for a regression that cannot see beyond its data. Nowhere is a user lost. But at more than nine places of ten the error is over 3000 times the bound. This network reads something else than the pilots' phases.
#
# :::{admonition} How fast is a network?
# :class: note dropdown
# The paper compares 5 ms on a graphics card with 60 s of its earlier searches, whose machine it does not state. Times belong to programs and machines; multiplications belong to methods. A network needs one for each weight, 31 million. One value of
# the cost (5) needs $T K$ complex products, 12,800 real ones, and GA-PSO tries 5000 positions: 64 million. By that measure the network is twice as fast, not 10,000 times.
# :::
#
# ## Exercises
#
# **1.** How many parameters would the bidirectional LSTM have if each pilot were a time step?
#
# :::{hint}
# :class: dropdown
# Each step has $2(K+1)$ numbers. A cell has four gates, each with weights for its input, for its state, and a bias.
# :::
# :::{admonition} Solution 1
# :class: dropdown
# 5.9 million in place of 31.0: the input matrices shrink by a factor of 32, the recurrent ones stay. Table II's 31.0 million exclude it.
# :::

# %% tags=["hide-cell"]
cells = 2 * 4 * units * (inputs + units + 1)


def sequence_parameters(steps):
    """Parameters of the bidirectional LSTM if the row is cut into so many steps."""
    return counts["bilstm"] - cells + 2 * 4 * units * (inputs // steps + units + 1)


assert round(sequence_parameters(room.n_pilots) / 1e6, 1) == 5.9

# %% [markdown]
# **2.** What RMS position error belongs to the printed loss of 0.0003?
#
# :::{hint}
# :class: dropdown
# The loss is the mean of two squared errors, each over its coordinate's variance. A uniform coordinate of width $w$ has variance $w^2/12$.
# :::
# :::{admonition} Solution 2
# :class: dropdown
# $\sqrt{0.0003\,(8^2 + 9^2)/12} = 6$ cm, if both coordinates have the same loss.
# :::

# %% tags=["hide-cell"]
size = np.sqrt(0.0003 * (8**2 + 9**2) / 12)
assert round(100 * size) == 6

# %% [markdown]
# **3.** In the first figure's cell, replace `"ml-projected"` by `"ml"`. Which row moves, and how far? Why do the networks' rows not care?
#
# :::{hint}
# :class: dropdown
# What is constant in all pilots is projected out, or not. See [the bound](at_the_bound.ipynb).
# :::
# :::{admonition} Solution 3
# :class: dropdown
# The green dumbbell of maximum likelihood moves to metres: the echoes of the walls are stronger than the tiles' signal, and the model does not know them. The networks' input holds more than the pilots: see [the next page](what_the_network_reads.ipynb).
# :::

# %% tags=["hide-cell"]
high = Room(height=3.0)
echoing = indoor.receive(high, room.grid[::300], rng, multipath="walls")
astray = indoor.locate(high, echoing, method="ml").position - room.grid[::300]
assert np.median(np.linalg.norm(astray, axis=-1)) > 1

# %% [markdown]
# ## What the paper claims


# %% tags=["hide-input"]
def at_best(run, n):
    """Least validation loss of a kept run's first epochs."""
    return min(kept_runs[run]["validation"][:n])


def behind(first, second):
    """Whether the first network's loss is the larger one, for each condition that has both."""
    found = []
    for where in runs.CONDITIONS:
        names = [f"{name}, both, {where}" for name in (first, second)]
        if set(names) <= set(kept_runs):
            n = min(kept_runs[name]["epochs"] for name in names)
            found.append(at_best(names[0], n) > at_best(names[1], n))
    return found


def judge(*cases):
    """Judge a statement in cases that are not drawn."""
    return ledger.holds(list(cases), drawn=False)


def add(name, ours, verdict, why="", bound="none applies", **more):
    """Add a row of this page's paper."""
    more |= {"ours": ours, "verdict": verdict, "why": why, "bound": bound}
    entries.append(ledger.row("aguiar2024", name, **more))


def told(values, form):
    """Numbers with the names of their networks."""
    return ", ".join(f"{LABELS[n]} {v:{form}}" for n, v in values.items())


entries = []
at_1_m = {name: kept_runs[f"{name}, both, 1 m"] for name in trained}
bound_98 = np.percentile(indoor.errors_at_bound(room, room.grid, rng), 98)
bound_98 = f"98 % at 1 m: {spoken(bound_98)}"
layers = [
    1000,
    *(layer.units for layer in network.layers if hasattr(layer, "units")),
]
stated = claims.claim("aguiar2024", "layers").printed
why = "outputs of the layers from which the counts of parameters follow"
verdict = ledger.digits(stated, layers, decimals=0)
add("layers", ", ".join(map(str, layers)), verdict, why)
millions = [counts[name] / 1e6 for name in NETWORKS]
why = "with all 6464 numbers in one time step; the MLP's widths are ours"
verdict = ledger.digits(printed, millions, decimals=1)
add("parameters", ", ".join(f"{n:.2f}" for n in millions), verdict, why)
best = ", ".join(
    f"{LABELS[n]} {r['best']} of {r['epochs']}" for n, r in at_1_m.items()
)
verdict = ledger.untestable(
    "a curve of the loss, or the rule by which training stops"
)
add("epochs", f"epoch of the best validation loss: {best} (kept runs)", verdict)

divisors = [n for n in range(1, inputs + 1) if inputs % n == 0]
sizes = {n: round(sequence_parameters(n) / 1e6, 1) for n in divisors}
allowed = [n for n, size in sizes.items() if size == printed[0]]
cut = ((min(allowed), max(allowed)), (2, np.inf))
verdict = ledger.inconsistent(
    ledger.Statement("Table II", "31.0 million parameters"),
    ledger.Statement("Section IV-B", "forward and backward temporal dependencies"),
    quantity="time steps",
    readings={"the 6464 numbers cut into any number of equal steps": cut},
    otherwise=judge(change > 0),
)
ours = f"recurrent weights and forget gates replaced by noise: answers move by {change:.0f}"
why = f"{idle['bilstm'] / counts['bilstm']:.0%} of the parameters multiply zero"
add("temporal", ours, verdict, why)

test_losses = {name: run["test_loss"] for name, run in at_1_m.items()}
stated = [losses[NETWORKS.index(name)] for name in trained]
places_printed = [3 if name == "rnn" else 4 for name in trained]
verdict = ledger.digits(stated, list(test_losses.values()), decimals=places_printed)
after = ", ".join(str(run["epochs"]) for run in at_1_m.values())
ours = f"{told(test_losses, '.2g')} (kept runs after {after} epochs)"
why = "one training each; the MLP's widths are ours, and so is the room's power"
add("losses", ours, verdict, why)
rivals = {LABELS[n]: behind(n, "bilstm") for n in trained if n != "bilstm"}
why = "validation loss at equal epochs, in each condition that has both; one training each"
add("best-network", ours, ledger.holds(rivals, drawn=False), why)

names = [f"mlp, both, {where}" for where in runs.CONDITIONS]
mlp_98 = [runs.error_at(kept, name, 98) for name in names if name in kept_runs]
tried = {
    "as good as the bidirectional LSTM": judge(*behind("mlp", "bilstm")),
    "98 % below the printed 22 cm": judge(*(error > 0.22 for error in mlp_98)),
}
verdict = ledger.untestable("what is sufficient", tried=tried)
ours = f"MLP, 98 %, in {len(mlp_98)} conditions: {', '.join(map(spoken, mlp_98))} (kept runs)"
add("feed-forward", ours, verdict, bound=bound_98)
value, lower, upper = runs.error_interval(kept, "bilstm, both, 1 m", 98)
ends = {"lower": [100 * lower], "upper": [100 * upper]}
verdict = ledger.digits([22], [100 * value], decimals=0, **ends)
ours = spoken(value, lower=lower, upper=upper)
ours += f" after {at_1_m['bilstm']['epochs']} epochs (kept run)"
flaw = "its input holds the coefficients (2) of the user's own place"
flaw = flaw if verdict.verdict in ledger.VERDICTS[:2] else ""
why = "transmit power, cells and scaling are ours"
add("lstm-98", ours, verdict, why, bound_98, flawed=flaw)
ours = f"{np.mean(error_map > 0.01):.0%} of the errors above 1 cm (kept run)"
add(
    "lstm-resolution",
    ours,
    ledger.holds(error_map > 0.01, drawn=True),
    "",
    bound_98,
)
peaks = error_map.max() / np.median(error_map)
tried = {f"{n} times the median": judge(peaks < n) for n in (3, 10, 100)}
verdict = ledger.untestable("what counts as a peak", tried=tried)
ours = f"largest error {spoken(error_map.max())}, {peaks:.1f} times the median (kept run)"
add("lstm-map", ours, verdict, "", bound_98)

latency = {name: kept_runs["latency"]["ms"][name] for name in NETWORKS}
stated_ms = claims.claim("aguiar2024", "latency").printed
verdict = ledger.digits(stated_ms, list(latency.values()), decimals=1)
why = "milliseconds here as well; the paper's are those of a graphics card"
ours = f"{told(latency, '.1f')} ms (kept run, one core of a processor)"
add("latency", ours, verdict, why)
products = 5000 * 4 * room.n_pilots * room.n_tiles / np.array(list(counts.values()))
tried = {
    "printed times": judge(*(60_000 / ms > 1e4 for ms in stated_ms)),
    "multiplications": judge(*(products > 1e4)),
}
verdict = ledger.untestable("the machine and the program of the 60 s", tried=tried)
ours = ", ".join(f"{ratio:.0f}" for ratio in products)
add("faster", f"multiplications of GA-PSO over those of a network: {ours}", verdict)
ledger.record(*entries)

# %% [markdown]
# ## Checks

# %% tags=["hide-cell"]
assert different == once.shape[1] == copies.size == 264 and inputs == 2 * 32 * 101
assert change == 0 and allowed == [1], "one time step"
assert all(
    abs(counts[n] / 1e6 - p) <= 0.05 for n, p in zip(NETWORKS, printed, strict=True)
)
assert round(working["bilstm"] / 1e6) == 4 and round(counts["bilstm"] / 1e6) == 31
assert (
    np.isclose(copied["bilstm"], 18.6e6, rtol=1e-3)
    and 8.4e6 < idle["bilstm"] < 8.5e6
)
bilstm_95, mlp_95 = (ladder[LABELS[n]]["1 m"][1] for n in ("bilstm", "mlp"))
assert 0.1 < bilstm_95[0] < 0.2 and mlp_95[2] < 0.1, "decimetres, centimetres"
assert 2.5e-6 < ladder["bound"]["1 m"][1, 0] < 4e-6
for by_where in zip(
    ladder["maximum likelihood"].values(), ladder["bound"].values(), strict=True
):
    lower, upper = by_where[0][1, 1:]
    assert lower < by_where[1][1, 2] and by_where[1][1, 1] < upper, "on the bound"
assert all(ladder["always the middle"][w][0, 0] > 2 for w in runs.CONDITIONS)
assert loss["rnn", 0.4, 0][0] > 2 * loss["rnn", 0.0, 0][0], "dropout"
seeds = np.array([[loss["mlp", d, s][0] for s in range(3)] for d in (0.0, 0.4)])
assert seeds[1].mean() < 1.2 * seeds[0].mean(), "the perceptron loses nothing"
assert at_best("mlp, both, 1 m", 10) < at_best("bilstm, both, 1 m", 10)
assert kept_runs["mlp, both, 1 m"]["test_loss"] < 0.0007 / 2, (
    "below its printed loss"
)
assert error_map.max() < 0.5 and np.mean(times > 3000) > 0.9, "nobody is lost"
edge = np.any(np.abs(room.grid - [0, 5.5]) > [3.75, 4.25], axis=-1)
assert np.median(error_map[edge]) > 1.3 * np.median(error_map[~edge])
assert 4 * room.n_pilots * room.n_tiles == 12_800 and round(products[0]) == 2

# %% [markdown]
# # What the network really reads
#
# **Part II, a look inside the networks of Aguiar et al. (2024).** For readers of [the networks](networks.ipynb). **Run time** under 60 s on two cores at quick scale, where
# networks train for two epochs on a tenth of the data; the kept figures of the full training stand beside.
#
# After this notebook you can
#
# * test what a trained network uses, by dealing its inputs out anew;
# * recognise an input that contains the answer, and say which of the paper's observations it explains;
# * build a fingerprint of the room that reads measurements alone, and loses nobody.

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
from functools import partial

import matplotlib.pyplot as plt
import numpy as np
from tqdm import tqdm

from irsnb.indoor import (
    Room,
    build_fingerprint,
    count_parameters,
    draw_samples,
    errors_at_bound,
    reflection_coefficients,
    samples_at,
    shuffled,
    split_samples,
    train_network,
)
from irsnb.report import figures, ledger, runs, tables
from irsnb.report.tables import spoken

figures.use_style()
room = Room()
rng = np.random.default_rng(2024)
places = room.grid[::7]
n_samples, epochs = {"quick": (10_000, 2), "paper": (100_000, 25)}[runs.scale()]
samples = draw_samples(room, n_samples, rng)
grid = samples_at(room, places, rng)


def rough(metres):
    """A length with one digit: trained weights differ a little between machines."""
    digit = float(f"{metres:.0e}")
    return f"{digit:g} m" if digit >= 1 else f"{digit * 100:g} cm"


def misses(positions):
    """Distances from the true places [m]."""
    return np.linalg.norm(positions - places, axis=-1)


# %% [markdown]
# ## A coefficient that knows where you are
#
# A user stands somewhere in the room and wants to know where. The network of the paper is given the user's pilots, and with them the reflection coefficients
#
# $$
# \beta_{t,k} = \sqrt{F(\Theta^i_k)\, F(\Theta^r_k)}\; AF(\Theta^i_k)\, AF(\Theta^r_k)\, G_c\, e^{j\psi_{t,k}} . \tag{2}
# $$
#
# *In words:* how strongly tile $k$ shines **towards this user**. $\Theta^r_k$ is the angle from the tile to the user. A simulation knows it. A receiver does not: it would have to know
# where it is, which is what it asks. What a receiver can know beforehand is $\psi_{t,k}$, the tile's state, and that is the same for everyone.
#
# How much does the magnitude of (2) tell? Take two people a step apart.

# %% mystnb={"figure": {"caption": "The magnitude of the coefficients (2), tile by tile, at three places. No noise, no measurement. Tiles 0 to 49 stand along y = 0, 50 to 99 along x = 5.", "name": "fig-coefficients"}, "image": {"alt": "Three curves over the number of the tile, each with lobes and deep notches. The places lie 30 centimetres apart and their curves differ clearly, above all in where the notches are."}} tags=["hide-input"]
three = np.array([[1.0, 4.0], [1.3, 4.0], [1.0, 4.3]])
fig, axes = plt.subplots(figsize=(7.2, 3.2))
for place, magnitude, style in zip(
    three,
    np.abs(reflection_coefficients(room, three)),
    ("-", "--", ":"),
    strict=True,
):
    axes.plot(
        20 * np.log10(magnitude), style, label=f"x = {place[0]} m, y = {place[1]} m"
    )
axes.set(xlabel="tile", ylabel="magnitude [dB]", xlim=(0, 99), ylim=(-40, None))
fig.legend(loc="outside upper center", ncols=3)
plt.show()

# %% [markdown]
# A hundred smooth functions of the place, without noise. Who has them needs no radio: the nearest of the recorded places, by these numbers alone, is already a position.

# %%
training = split_samples(samples)[0]
strong = np.abs(training.coefficients)
asked = np.abs(grid.coefficients)
scale = strong.std(axis=0)
strong, asked = strong / scale, asked / scale
squared = (
    np.sum(asked**2, axis=1)[:, None]
    - 2 * asked @ strong.T
    + np.sum(strong**2, axis=1)
)
by_coefficients = misses(training.positions[squared.argmin(axis=1)])
spacing = 0.5 * np.sqrt(72 / len(training.positions))
print(
    "no measurement at all, nearest recorded |beta|: 50 %",
    spoken(np.median(by_coefficients)),
)
print(
    "                                                98 %",
    spoken(np.percentile(by_coefficients, 98)),
)
print("nearest recorded place, if one knew which it is: mean", spoken(spacing))

# %% [markdown]
# ## Same protocol, five inputs
#
# Now train the same network five times. The perceptron of Table II, because it is quick and, on the last page, was ahead of the bidirectional LSTM; the protocol is the paper's. Its input:
#
# * **both**: measurements and coefficients, as published;
# * **coefficients**: their magnitudes alone, no measurement;
# * **measurements**: magnitude and phase of the pilots alone;
# * **known**: the pilots, and of the coefficients what a receiver can know, the tiles' states. They are the same for every user, so standardised they are zeros;
# * **invariant**, ours: the pilots again, but as products of each with each other's conjugate, $\tilde y_s \tilde y_t^*$, where $\tilde y$ is $y$ without its mean over $t$. A phase offset cancels, and so does multipath of the direct link.

# %% tags=["nbval-ignore-output"]
KINDS = ("both", "coefficients", "measurements", "known", "invariant")
trained, errors = {}, {}
with tqdm(total=len(KINDS) * epochs, unit="epoch") as bar:
    for kind in KINDS:
        trained[kind] = train_network(
            room,
            samples,
            "mlp",
            kind,
            epochs,
            after_epoch=lambda _: bar.update(),
            xla=runs.scale() == "paper",
        )
        errors[kind] = misses(trained[kind].locate(room, grid))
middle = misses(np.array([0, 5.5]))
print("this page, 1 m, no multipath; error not exceeded by 98 %:")
for kind in KINDS:
    print(f"  {kind:14s} {rough(np.percentile(errors[kind], 98)):>8s}")
print(f"  {'the middle':14s} {rough(np.percentile(middle, 98)):>8s}")

# %% [markdown]
# And the same after the full training, 100,000 users and 25 epochs, for both heights and with the echoes of the walls:

# %%
kept = runs.kept("indoor_networks")
made, kept_runs = kept["provenance"], kept["runs"]
rank = np.array(kept["percentiles"])
at = partial(runs.error_at, kept)
CONDITIONS = ("1 m", "3 m", "3 m, multipath")
rooms = {where: Room(height=float(where[0])) for where in CONDITIONS}


def pair(run):
    """Errors that 50 % and 98 % of the users do not exceed."""
    return f"{spoken(at(run, 50))} / {spoken(at(run, 98))}"


WORDS = {
    "both": "both, as published",
    "coefficients": "coefficients alone, no measurement",
    "measurements": "measurements alone",
    "known": "measurements and the tiles' states",
    "invariant": "measurements, invariant (ours)",
}
rows = [
    [words, *(pair(f"mlp, {kind}, {where}") for where in CONDITIONS)]
    for kind, words in WORDS.items()
]
rows.append(
    [
        "fingerprint, measurements alone (ours)",
        *(pair(f"fingerprint, {where}") for where in CONDITIONS),
    ]
)
bounds = {
    where: errors_at_bound(
        each, places, rng, "ml-projected" if "multi" in where else "ml"
    )
    for where, each in rooms.items()
}
rows.append(
    [
        "errors at the Cramér–Rao bound",
        *(
            f"{spoken(np.median(values))} / {spoken(np.percentile(values, 98))}"
            for values in bounds.values()
        ),
    ]
)
rows.append(
    [
        "always the middle of the area",
        *[f"{spoken(np.median(middle))} / {spoken(np.percentile(middle, 98))}"] * 3,
    ]
)
print(f"kept runs: {made['samples']} users, seed {made['seed']}, {made['date']}")
tables.Table("reads", ["What is read: 50 % / 98 %", *CONDITIONS], rows)

# %% [markdown]
# **What it means.** Line by line:
#
# * The coefficients *without a single measurement* locate about as well as with them: a little better at 1 m, a little worse at 3 m. (One training each; "both" also has the coefficients' signs.)
# * The measurements as the paper writes them, magnitudes and phases, place half of the users within a metre; the worst of them are as far off as if one always answered "the middle". Under the echoes of the walls nothing is left at
#   all.
# * What a receiver can really know of the coefficients adds nothing. It could not: zeros.
# * The same perceptron on invariant products does far better, echoes or not. So measurements *can* be learnt from. The published input gives no reason to.
#
# So this network locates by the array factor, which the simulation wrote into its input, and hardly by radio.
#
# ## Deal the cards anew
#
# A second test, on one and the same trained network. Give every user somebody else's measurements, and leave the coefficients; then the other way round.

# %% tags=["nbval-ignore-output"]
dealt = {
    what: misses(
        trained["both"].locate(room, shuffled(grid, what, np.random.default_rng(1)))
    )
    for what in ("pilots", "coefficients")
}
loud = samples_at(room, places, rng, "walls")
surprised = misses(trained["both"].locate(room, loud))
typical = {
    "as they are": errors["both"],
    "measurements dealt anew": dealt["pilots"],
    "coefficients dealt anew": dealt["coefficients"],
    "echoes never trained with": surprised,
}
print("the network that reads both, 98 % of the errors below:")
for words, values in typical.items():
    print(f"  {words:26s} {rough(np.percentile(values, 98)):>8s}")
pilots_matter = np.median(dealt["pilots"]) / np.median(errors["both"])
coefficients_matter = np.median(dealt["coefficients"]) / np.median(errors["both"])
surprise = np.median(surprised) / np.median(errors["both"])

# %% mystnb={"figure": {"caption": "Percentiles of the error of the network that reads both, trained on this page: as it is; with everybody's measurements dealt out anew; with the coefficients dealt out anew. Black: errors drawn from the bound.", "name": "fig-shuffled"}, "image": {"alt": "Percentile curves on a logarithmic axis. As it is and with the measurements dealt anew lie close together at centimetres to decimetres; with the coefficients dealt anew the curve lies at metres. The bound lies at micrometres, far below."}} tags=["hide-input"]
fig, axes = plt.subplots(figsize=(7.2, 3.6))
for (words, values), style in zip(
    list(typical.items())[:3], ("-", "--", "-."), strict=True
):
    axes.plot(rank, np.percentile(values, rank) * 100, style, label=words)
axes.plot(
    rank,
    np.percentile(bounds["1 m"], rank) * 100,
    **figures.style("bound") | {"label": "errors at the bound"},
)
axes.set(
    yscale="log", xlabel="percentile", ylabel="position error [cm]", xlim=(0, 100)
)
fig.legend(loc="outside upper center", ncols=2)
plt.show()

# %% [markdown]
# The networks of the full training say the same, the paper's bidirectional LSTM among them:

# %%
dealt_rows = []
for run in ("bilstm, both, 1 m", *(f"mlp, both, {where}" for where in CONDITIONS)):
    one = kept_runs[run]
    dealt_rows.append(
        [
            run.replace("bilstm", "bidirectional LSTM").replace("mlp", "MLP"),
            pair(run),
            *(
                " / ".join(
                    spoken(float(np.interp(p, rank, one["dealt"][what])))
                    for p in (50, 98)
                )
                for what in ("pilots", "coefficients")
            ),
        ]
    )
tables.Table(
    "dealt",
    [
        "Kept runs: 50 % / 98 %",
        "as it is",
        "measurements dealt anew",
        "coefficients dealt anew",
    ],
    dealt_rows,
)

# %%
height_factors = {
    kind: at(f"mlp, {kind}, 3 m", 95) / at(f"mlp, {kind}, 1 m", 95)
    for kind in ("both", "coefficients")
}
print("from 1 m to 3 m the 95 % point grows:")
for kind, factor in height_factors.items():
    print(f"  {WORDS[kind]:34s} {factor:.1f} times")
apart = {}
for where in ("1 m", "3 m"):
    magnitudes = np.abs(reflection_coefficients(rooms[where], room.grid))
    magnitudes = (magnitudes / magnitudes.std(axis=0)).reshape(81, 91, -1)
    apart[where] = np.median(
        np.concatenate(
            [
                np.linalg.norm(np.diff(magnitudes, axis=axis), axis=-1).ravel()
                for axis in (0, 1)
            ]
        )
    )
print("standardised |beta| of places 10 cm apart differ by (median):")
print("  " + ", ".join(f"{value:.2f} at {where}" for where, value in apart.items()))

# %% [markdown]
# **What it means.** Somebody else's measurements cost the bidirectional LSTM next to nothing and the perceptron less than a factor of two; somebody else's coefficients send either metres away. Two observations of the paper follow, and neither is about radio:
#
# * Multipath makes little difference to the network. Multipath is in the measurements, and the network leans on the coefficients.
# * The network does worse with the tiles at 3 m. It gets worse without any measurement as well, by even more; so this, too, is in the coefficients. Not because they told places apart less well: from above the magnitudes of neighbouring places differ *more*. A function that varies faster may be
#   harder to learn from the same number of users; we have not tested that.
#
# ## What can be learnt from measurements alone
#
# The pilots hold the place to micrometres. What fails is the form: every user's phases carry an offset of their own, jump at half a turn, and go round once for each wavelength that the user moves. Of the 72 square metres a perceptron would
# have to learn one square wavelength after the other:

# %%
cells = 72 / room.wavelength**2
print(f"wavelength {room.wavelength * 100:.1f} cm: {cells:,.0f} square wavelengths")

# %% [markdown]
# Use instead what the chapter on [the bound](at_the_bound.ipynb) found: the signals of all places within some centimetres span few dimensions, and the span does not depend on anybody's phase offset. A fingerprint, learnt from the same
# recorded users, without any model of the room:
#
# 1. take out of each recorded vector its mean over $t$, and with it the multipath of the direct link;
# 2. for overlapping discs of 16 cm across, all over the area, keep the eight dimensions that hold most of the vectors recorded there;
# 3. a new user is in the disc whose span holds most of the user's vector; there, average the recorded places, weighted by likeness.

# %%
high = Room(height=3.0)
recorded = split_samples(draw_samples(high, 100_000, rng, "walls"))[0]
fingerprint = build_fingerprint(recorded)
echoing = samples_at(high, places, rng, "walls")
found = misses(fingerprint.locate(echoing.pilots))
unit = echoing.pilots / np.linalg.norm(echoing.pilots, axis=-1, keepdims=True)
stored = recorded.pilots / np.linalg.norm(recorded.pilots, axis=-1, keepdims=True)
nearest = np.concatenate(
    [
        np.abs(unit[i : i + 64].conj() @ stored.T).argmax(axis=1)
        for i in range(0, len(unit), 64)
    ]
)
plain = misses(recorded.positions[nearest])
print(f"3 m, echoes of the walls, {len(recorded.positions)} recorded users:")
print(f"{'':24s} 50 %       98 %     worst")
for words, values in (
    ("nearest recorded pilots", plain),
    ("spans of discs", found),
):
    told = [spoken(np.percentile(values, p)) for p in (50, 98, 100)]
    print(f"{words:24s} {told[0]:8s} {told[1]:>8s} {told[2]:>8s}")
budget = count_parameters("bilstm")
print(f"numbers kept: {fingerprint.n_parameters / 1e6:.1f} million;", end=" ")
print(f"the paper's network has {budget / 1e6:.1f} million")

# %% mystnb={"figure": {"caption": "What measurements alone give, tiles at 3 m with the echoes of the walls: perceptrons on phases and on invariant products (kept runs), nearest recorded pilots and the fingerprint of spans (this page). Dashed in grey: the published input, which knows the answer. Dotted: errors at the bound.", "name": "fig-honest"}, "image": {"alt": "Percentile curves on a logarithmic axis. The perceptron on phases lies at metres, that on invariant products at a decimetre, the published input a little lower. Nearest recorded pilots begin at centimetres and rise to metres for the last tenth of the users; the fingerprint stays at centimetres to the end. The bound is at tens of micrometres."}} tags=["hide-input"]
fig, axes = plt.subplots(figsize=(7.2, 4.2))
for kind, style in (("measurements", "-."), ("invariant", "--")):
    values = kept_runs[f"mlp, {kind}, 3 m, multipath"]["errors"]
    axes.plot(rank, np.array(values) * 100, style, label=f"MLP, {WORDS[kind]}")
axes.plot(
    rank,
    np.percentile(plain, rank) * 100,
    ":",
    lw=2.4,
    label="nearest recorded pilots",
)
axes.plot(
    rank,
    np.percentile(found, rank) * 100,
    "-",
    lw=2.4,
    label="fingerprint of spans",
)
axes.plot(
    rank,
    np.array(kept_runs["mlp, both, 3 m, multipath"]["errors"]) * 100,
    "--",
    color="0.5",
    label="MLP, both, as published",
)
axes.plot(
    rank,
    np.percentile(bounds["3 m, multipath"], rank) * 100,
    **figures.style("bound") | {"label": "errors at the bound"},
)
axes.set(
    yscale="log", xlabel="percentile", ylabel="position error [cm]", xlim=(0, 100)
)
fig.legend(loc="outside lower center", ncols=3)
plt.show()

# %% [markdown]
# **What it means.** With the multipath that is said to be hard, at the height that is said to be worse, from the measurements that the published network hardly uses, a table of spans finds everybody: the largest error stands above, and it is that of a
# neighbouring disc, not of another corner of the room. The table has fewer numbers than the paper's network, and needs no gradient descent. At 3 m it is better than the input that knows the answer, at 1 m nearly as good. It is what [the hybrid](hybrid.ipynb) should have
# stood on.
#
# ## What the paper claims, and what this page computed

# %% tags=["hide-input"]
lstm_dealt = {
    what: float(np.interp(50, rank, values))
    for what, values in kept_runs["bilstm, both, 1 m"]["dealt"].items()
}
kept_95 = {where: at(f"mlp, both, {where}", 95) * 100 for where in CONDITIONS}
alone_95 = {
    where: at(f"mlp, coefficients, {where}", 95) * 100 for where in CONDITIONS
}
listened = {where: at(f"mlp, measurements, {where}", 98) for where in CONDITIONS}
echo_ratio = kept_95["3 m, multipath"] / kept_95["3 m"]
bound_95 = {
    where: spoken(np.percentile(values, 95)) for where, values in bounds.items()
}
ledger.record(
    ledger.row(
        "aguiar2024",
        "reads-signals",
        ours=f"98 %: both {spoken(at('mlp, both, 1 m', 98))}, no measurement {spoken(at('mlp, coefficients, 1 m', 98))}, "
        f"measurements alone {spoken(listened['1 m'])} (kept runs, 1 m)",
        bound=f"98 %: {spoken(np.percentile(bounds['1 m'], 98))}",
        verdict=ledger.judge_share(
            float(at("mlp, both, 1 m", 98) < 0.5 * at("mlp, coefficients, 1 m", 98))
        ),
        why="the perceptron does as well without any signal; the bidirectional LSTM is sent astray by somebody else's coefficients "
        f"({spoken(lstm_dealt['coefficients'])} at 50 %), much less by somebody else's signal ({spoken(lstm_dealt['pilots'])})",
    ),
    ledger.row(
        "aguiar2024",
        "network-multipath",
        ours=f"95 % at 3 m: {kept_95['3 m']:.1f} cm without, {kept_95['3 m, multipath']:.1f} cm with the walls' echoes (kept runs)",
        bound=f"95 %: {bound_95['3 m']}, {bound_95['3 m, multipath']}",
        verdict="reproduced" if echo_ratio < 1.25 else "not reproduced",
        why="shown for the perceptron: not because it copes with multipath, but because it leans on the coefficients",
    ),
    ledger.row(
        "aguiar2024",
        "network-height",
        ours=f"{kept_95['1 m']:.1f} cm and {kept_95['3 m']:.1f} cm (kept runs of the MLP); coefficients alone "
        f"{alone_95['1 m']:.1f} and {alone_95['3 m']:.1f} cm",
        bound=f"95 %: {bound_95['1 m']}, {bound_95['3 m']}",
        verdict="same trend"
        if kept_95["3 m"] > kept_95["1 m"]
        else "not reproduced",
        why="shown for the perceptron; both figures are below the printed; without any measurement the height costs even more, "
        f"although coefficients 10 cm apart differ by {apart['1 m']:.2f} at 1 m and {apart['3 m']:.2f} at 3 m",
    ),
    ledger.row(
        "aguiar2024",
        "dynamic",
        ours=f"echoes never trained with: median error grows by less than a half: {surprise < 1.5}",
        verdict="not reproduced"
        if surprise >= 1.5
        else "not stated enough to test",
        why="the paper names no change of environment and excludes those never trained with, as ours is; that one leaves the coefficients as they are",
    ),
)

# %% [markdown]
# ## What the paper leaves open
#
# * **How a receiver would come by $\beta_{t,k}$.** Section IV says that "the signal measured by the UE and the reflection coefficients of the RIS tiles" are to be used, and section IV-A that for each drawn position "the reflection coefficient and the
#   corresponding measured signal were recorded": so they are those of the position. If only the tiles' states were meant, the network would be that of our line *measurements and the tiles' states*, and the
#   reported 22 cm out of its reach.
# * **The power of the multipath**: not stated. Ours are the echoes of the walls, up to two reflections that keep half of the amplitude each.
#
# ## Exercises
#
# 1. How many coefficients are needed? Locate by nearest neighbours with only ten tiles' magnitudes.
# 2. Why does the fingerprint not care about the phase offset, though it averages nothing over phases?

# %% [markdown]
# <details>
# <summary>Solution 1</summary>
#
# Ten tiles along the walls, five on each, are enough for most of it.
#
# </details>

# %% tags=["hide-cell"]
ten = slice(None, None, 10)
squared = np.sum((asked[:, None, ten] - strong[None, :4000, ten]) ** 2, axis=-1)
few = misses(training.positions[squared.argmin(axis=1)])
print("ten magnitudes, 4000 recorded places: 50 %", spoken(np.median(few)))

# %% [markdown]
# <details>
# <summary>Solution 2</summary>
#
# A span is made from products $\mathbf{u}\mathbf{u}^H$, and a likeness is a modulus. A factor $e^{j\phi}$ on $\mathbf{u}$ leaves both as they are. It needs double precision, though: the discs overlap, and
# often the best two hold the same of a user's vector up to a ten-millionth. With seven digits rounding would choose between them, and turning the phases would move some users to the disc beside, by centimetres.
#
# </details>

# %% tags=["hide-cell"]
turned = echoing.pilots[:50] * np.exp(1j * rng.uniform(0, 2 * np.pi, (50, 1)))
same = np.abs(fingerprint.locate(turned) - fingerprint.locate(echoing.pilots[:50]))
print(f"moved by less than a nanometre: {same.max() < 1e-9}")

# %% [markdown]
# ## Checks

# %%
assert np.percentile(by_coefficients, 98) < 0.2, "no radio needed"
assert pilots_matter < coefficients_matter and coefficients_matter > 3, "dealt anew"
assert lstm_dealt["pilots"] < 0.5 * lstm_dealt["coefficients"]
assert np.percentile(errors["measurements"], 98) > 2, "phases alone fail"
assert at("mlp, coefficients, 1 m", 98) < at("mlp, both, 1 m", 98) < 0.22
assert min(listened.values()) > 3, "after the full training, too"
assert (
    at("mlp, measurements, 3 m, multipath", 50)
    > 3
    > 1
    > at("mlp, measurements, 1 m", 50)
)
assert all(
    at(f"mlp, invariant, {where}", 98) < 0.3 * listened[where]
    for where in CONDITIONS
)
assert echo_ratio < 1.25 and min(height_factors.values()) > 1.5
assert apart["3 m"] > 2 * apart["1 m"], "from above they differ more, not less"
assert found.max() < 0.15 and np.percentile(found, 98) < 0.1, "the fingerprint"
assert np.percentile(plain, 100) > 1, "nearest pilots lose some"
assert fingerprint.n_parameters < budget
assert same.max() < 1e-9

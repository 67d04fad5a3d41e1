# %% [markdown]
# # Which method finds the user, and at what price?
#
# *Part II has met a dozen ways to locate a user from 32 pilots. Here they stand side by side: how far off, how often lost, and what each must be given.*
#
# :::{admonition} In three lines
# :class: tip
#
# * **One search settles it.** Maximum likelihood over the whole area is at the bound: half of the users within 0.7 µm, 98 % within 4.2 µm (3.3 to 5 µm), nobody lost. It needs the model of the room, no training, and some milliseconds an answer.
# * **The paper's methods stay far above the bound.** Networks answer in centimetres, ten thousand times as much. The network with the swarm, as published, has half of its users within a millimetre, but its last few are off by centimetres or decimetres. The five earlier searches lose half of the users or more.
# * **Under echoes the order changes.** What minimises the cost (5) is off by decimetres in a box and by metres over the area. Subtracting the mean over the pilots restores tens of micrometres, for the search and for the swarm alike.
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

# %% mystnb={"figure": {"caption": "All methods with the tiles at 1 m: error that 50 % of the users do not exceed (dot) and that 98 % do not exceed (bar), each with its 95 % interval (grey). Above the line: model and search; then what learns; then both. The black lines are the bound at 50 and 98 %. Users: 400 for maximum likelihood and the earlier searches (60 for ten times the budget), the first 60 of these for what this page runs; the 7371 places of the grid for what is learnt, every 30th of these for the swarms behind it. All cover the same area evenly.", "name": "fig-all-methods"}, "image": {"alt": "Rows of methods on a logarithmic axis of errors from a tenth of a micrometre to ten metres. Maximum likelihood, projected likelihood and the cost searched everywhere stretch over one decade of micrometres at two black lines. The five earlier searches reach from millimetres or metres to eight metres. Networks and the fingerprint span centimetres. The hybrid as published spans half a millimetre to a decimetre, its repaired forms lie at the black lines. Always the middle lies at three metres."}} tags=["hide-input"]
from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
from scipy.stats import binom

from irsnb.indoor import (
    NETWORKS,
    SEARCHES,
    Room,
    build_dictionary,
    count_parameters,
    errors_at_bound,
    locate,
    position_crlb,
    receive,
)
from irsnb.report import claims, figures, ledger, runs, tables
from irsnb.report.runs import CONDITIONS, hybrid_name
from irsnb.report.tables import spoken

figures.use_style()
searches, kept = runs.kept("indoor_searches"), runs.kept("indoor_networks")
costs = runs.kept("indoor_costs")["methods"]
kept_runs, rank = kept["runs"], np.array(kept["percentiles"])
made = searches["provenance"]
rooms = {where: Room(height=height) for where, (height, _) in CONDITIONS.items()}
SEARCHED = {"ml": "maximum likelihood", "ml-projected": "projected likelihood"}
SEARCHED["phase-cost"] = "cost (5), everywhere"

# The users of the kept searches, drawn again: the first of them are this page's.
rng = np.random.default_rng(made["seed"])
users = rng.uniform(*rooms["1 m"].limits, (made["users"], 2))
users = users[: {"quick": 60, "paper": 400}[runs.scale()]]
received = {
    where: receive(rooms[where], users, rng, multipath=multipath)
    for where, (_, multipath) in CONDITIONS.items()
}


def distance(positions):
    """Errors of the users [m]."""
    return np.linalg.norm(positions - users, axis=-1)


def live(where):
    """Percentiles of the error [m] of what this page runs itself, by method."""
    room, out = rooms[where], {}
    for method, label in SEARCHED.items():
        if where == "1 m" and method == "ml":
            continue
        # Told a noise that covers echoes: no misfit asks for a deeper search.
        told = replace(room, noise_dbm=-20.0)
        out[label] = distance(locate(told, received[where], method=method).position)
    out["always the middle"] = distance(room.limits.mean(axis=0))
    best = "ml-projected" if "multi" in where else "ml"
    out["bound"] = errors_at_bound(room, room.grid, rng, method=best)
    return {name: (np.percentile(e, rank), len(e)) for name, e in out.items()}


def learnt(where):
    """The same of kept runs: networks, fingerprint, and swarms in a box around either."""
    names = {
        figures.style(n)["label"]: f"{n}, both, {where}" for n in ("bilstm", "mlp")
    }
    names["fingerprint"] = f"fingerprint, {where}"
    names["MLP, then swarm"] = hybrid_name("mlp, both", where, "as published")
    for form in ("eliminated", "projected"):
        names[f"MLP, then swarm, {form}"] = hybrid_name("mlp, both", where, form)
    projected = hybrid_name("fingerprint", where, "projected", 0.1)
    names["fingerprint, then swarm, projected"] = projected
    there = {label: kept_runs[n] for label, n in names.items() if n in kept_runs}
    return {
        label: (np.array(run["errors"]), run["users"])
        for label, run in there.items()
    }


def searched():
    """The same of the kept searches, tiles at 1 m."""
    names = {figures.style(n)["label"]: n for n in ("ml", *SEARCHES)}
    names |= {"GA-PSO, offset eliminated": "ga-pso, eliminated"}
    names |= {"the same, 10 times the budget": "ga-pso, eliminated, 10 x"}
    return {
        label: (
            np.array(searches["errors"][n]),
            made["few"] if "10 x" in n else made["users"],
        )
        for label, n in names.items()
    }


def error(found, q):
    """Percentile of (curve, users) and the ends of its 95 % interval [m]."""
    curve, n = found
    ends = binom.ppf([0.025, 0.975], n, q / 100) / n * 100
    return np.interp([q, *ends], rank, curve)


by_where = {where: live(where) | learnt(where) for where in CONDITIONS}
at_1_m = by_where["1 m"] = by_where["1 m"] | searched()
groups = [
    [*SEARCHED.values(), *list(searched())[1:]],
    ["bidirectional LSTM", "MLP", "fingerprint"],
    [name for name in learnt("1 m") if "then" in name],
    ["always the middle"],
]
shown = [[name for name in group if name in at_1_m] for group in groups]
fig, axes = plt.subplots(figsize=(7.6, 5.6))
row, labels = 0, {}
for colour, group in zip(("C0", "C1", "C2", "0.45"), shown, strict=True):
    for name in group:
        ends = [error(at_1_m[name], q) for q in (50, 98)]
        labels[row] = name
        axes.plot([end[0] for end in ends], [row, row], color=colour, lw=3)
        for end, marker in zip(ends, "o|", strict=True):
            axes.plot(end[1:], [row, row], color="0.6", lw=7, alpha=0.5)
            axes.plot(end[0], row, marker, color=colour, ms=8, mew=2.5)
        row += 1
    row += 0.6
for q in (50, 98):
    value = error(at_1_m["bound"], q)[0]
    axes.axvline(value, **figures.style("bound", linestyle="-", lw=1.2))
    axes.annotate(f"{q} %", (value, -0.7), ha="center", fontsize=9)
axes.annotate("bound", (1.7e-6, -1.5), ha="center", fontsize=9)
axes.set(xscale="log", xlim=(1e-7, 20), ylim=(row, -2.2), xlabel="position error")
figures.length_ticks(axes.xaxis)
axes.set_yticks(list(labels), list(labels.values()))
plt.show()

# %% [markdown]
# <small>For readers of Part II, or before it, as a map. Aguiar et al. (2024), Figs. 5 to 7. 12 minutes to read. **Run time** under 30 s; networks, swarms and searches are kept runs at the paper's size (see the table at the end).
# Afterwards you can choose a method for what you know: the model, recorded data, or neither.</small>
#
# ## What is compared
#
# Users stand anywhere in the area of 8 m by 9 m. Each receives 32 pilots, $y_t = f + \sum_k \beta_{t,k} h_k + w_t$ by (4), and each method turns them into a position:
#
# * **Searched everywhere** ([at the bound](at_the_bound.ipynb)): the likelihood, with an unknown gain; the same without what is constant in all pilots, called *projected*; the paper's cost (5), with its phase offset in closed form.
# * **The earlier searches** ([the cost and its searches](cost_and_searches.ipynb)): descent, swarms and genetic algorithms on (5), 5000 evaluations each.
# * **Learnt** ([networks](networks.ipynb), [what they read](what_the_network_reads.ipynb)): the bidirectional LSTM, a perceptron (MLP), a fingerprint. The networks also read the reflection coefficients, which hold the user's own angle. The fingerprint reads pilots alone.
# * **Network, then swarm** ([the hybrid](network_then_swarm.ipynb)): the swarm searches a box around a learnt answer, over three unknowns as published, or with the offset eliminated, or on the projected likelihood.
# * **Always the middle** of the area, whatever is received: the baseline that every method must beat.
#
# The first three take one line:

# %%
fix = locate(rooms["1 m"], received["1 m"], method="ml")
errors = np.linalg.norm(fix.position - users, axis=-1)
lost = np.mean(errors > 0.01)

# %% [markdown]
# Of these 60 users none is off by more than 1 cm, nor of the 400 in the kept run. The three searches in the first figure lie on the bound (the cost (5), which discards amplitudes, has a bound 1.4 times as high). Each of the five earlier searches is off by a decimetre or more for half of the users. Two steps mend the best of them: the
# offset in closed form, and ten times the budget; then it is within ten times the bound. *What failed was the search, not the cost.*
#
# ## Every percentile
#
# Two numbers hide a tail. Here is the whole distribution for one of each kind.

# %% mystnb={"figure": {"caption": "Percentiles of the error, tiles at 1 m, for one method of each kind; bands are 95 % intervals, grey circles what the paper prints for its LSTM with the swarm, grey crosses for its LSTM alone. A swarm behind the network has two kinds of users: most are found to less than a millimetre, the last few are hardly better off than by the network alone.", "name": "fig-all-percentiles"}, "image": {"alt": "Curves of error against percentile on a logarithmic axis. Maximum likelihood lies on the dotted bound at a micrometre. The hybrid as published rises from a hundredth of a millimetre to decimetres. Networks lie flat at centimetres. GA-PSO starts at millimetres and reaches metres before the median. Always the middle is flat at metres."}} tags=["hide-input"]
CURVES = {
    "GA-PSO": ("GA-PSO", "C3"),
    "always the middle": ("the middle", "0.45"),
    "bidirectional LSTM": ("LSTM", "C1"),
    "MLP": ("MLP", "C4"),
    "MLP, then swarm": ("MLP, then swarm", "C2"),
    "maximum likelihood": ("maximum likelihood", "C0"),
}
SHIFTS = {"GA-PSO": 1.7, "the middle": 0.6, "LSTM": 1.9, "MLP": 0.5}
few = np.arange(2, 99)
fig, axes = plt.subplots(figsize=(7.2, 4.0))
lines = {
    label: np.array([error(at_1_m[name], q) for q in few])
    for name, (label, _) in CURVES.items()
}
for label, colour in CURVES.values():
    value, low, high = lines[label].T
    axes.fill_between(few, low, high, color=colour, alpha=0.2, lw=0)
    axes.plot(few, value, color=colour)
    end = 100, SHIFTS.get(label, 1) * value[-1]
    axes.annotate(label, end, color=colour, va="center", fontsize=9)
bound_curve = [error(at_1_m["bound"], q)[0] for q in few]
axes.plot(few, bound_curve, **figures.style("bound"))
axes.annotate("bound", (3, 5e-8), fontsize=9)
stated = {
    n: np.array(claims.claim("aguiar2024", n).printed) / 100
    for n in ("hybrid-1m", "network-height", "lstm-98")
}
figures.paper_points(axes, [80, 85, 95, 98], stated["hybrid-1m"])
lstm_printed = [stated["network-height"][0], stated["lstm-98"][0]]
figures.paper_points(axes, [95, 98], lstm_printed, marker="x", mew=2)
axes.set(yscale="log", xlim=(0, 128), xlabel="percentile", ylabel="position error")
axes.set_xticks(range(0, 101, 20))
figures.length_ticks(axes.yaxis)
plt.show()

# %% [markdown]
# The network's curve is flat: its error is one of approximation, nearly the same for all. The swarm's curve is steep. It lowers the median of the perceptron at least tenfold, and hardly helps the last few.
#
# ## Tiles at the ceiling, and echoes
#
# With the tiles at 3 m the signal is 26 dB weaker and the bound 25 times as high (medians). Echoes of the walls add the term $f$, the same in all pilots and far stronger than the tiles.

# %% mystnb={"figure": {"caption": "Error at 98 % under three conditions: tiles at 1 m (circles), at 3 m (squares), and at 3 m with the echoes of walls, floor and ceiling (triangles); bars are 95 % intervals. Black strokes: the bound at 98 %, at 1 m and at 3 m. A method whose triangle is far right does not stand echoes.", "name": "fig-all-conditions"}, "image": {"alt": "Rows of methods with three markers each on a logarithmic axis. Projected likelihood and the swarms on it have circle near four micrometres, square and triangle together near eighty. Maximum likelihood, the cost and the hybrids on the cost have triangles far to the right, from decimetres to metres. Networks and the fingerprint have all three markers at centimetres to decimetres."}} tags=["hide-input"]
rows = [n for group in shown for n in group if n in by_where["3 m"]]
fig, axes = plt.subplots(figsize=(7.6, 4.2))
marks = dict(zip(CONDITIONS, ("oC0", "sC2", "^C1"), strict=True))
for number, name in enumerate(rows):
    for where, look in marks.items():
        if name not in by_where[where]:
            continue
        value, low, high = error(by_where[where][name], 98)
        first = where if number == 0 else None
        axes.plot(value, number, look, ms=7, label=first, alpha=0.85)
        axes.plot([low, high], [number, number], "-", color=look[1:], lw=1.5)
for where in ("1 m", "3 m"):
    value = error(by_where[where]["bound"], 98)[0]
    axes.axvline(value, color="k", lw=1.2)
    axes.annotate(f"bound,\n{where}", (value, -0.8), ha="center", fontsize=8)
axes.set(xscale="log", xlabel="position error, 98 %", ylim=(len(rows) - 0.4, -2.2))
figures.length_ticks(axes.xaxis)
axes.set_yticks(range(len(rows)), rows)
axes.legend(loc="upper right", fontsize=8)
plt.show()

# %% [markdown]
# * **What knows $f$** stays at the bound: the projected likelihood, and any swarm on it, whatever answered first.
# * **What minimises (5)**, or the plain likelihood, is led away: by metres over the whole area, by decimetres where a box holds it.
# * **What learns** hardly notices. The fingerprint projects as well. The networks read mostly the coefficients, in which there are no echoes.
#
# ## What each must be given
#
# The searches need the model of the room; what learns needs recorded users instead. A swarm behind a network needs both. To compare work without a clock, count multiplications.

# %% mystnb={"figure": {"caption": "Work for one answer, in real multiplications, against the median error, tiles at 1 m. A network multiplies each of its parameters once; a swarm evaluates 100 tiles times 32 pilots 5000 times; the search everywhere compares the pilots with each block of its dictionary. Dotted: the median at the bound. The lower left is best.", "name": "fig-all-costs"}, "image": {"alt": "Scatter of methods on two logarithmic axes. Perceptron and LSTM at a few to thirty million multiplications and centimetres; the search everywhere at a similar number and below a micrometre; the swarm alone at sixty million and metres; network then swarm at about a hundred million and half a millimetre, or a micrometre with the offset eliminated; the genetic search with ten times the budget at six hundred million and micrometres."}} tags=["hide-input"]
dictionary = build_dictionary(rooms["1 m"], "ml")
everywhere = 4 * dictionary.spans.size / 1e6
swarm = 5000 * 4 * 32 * 100 / 1e6
size = {n: count_parameters(n) / 1e6 for n in NETWORKS}
WORK = {
    "maximum likelihood": everywhere,
    "PSO": swarm,
    "GA-PSO, offset eliminated": swarm,
    "the same, 10 times the budget": 10 * swarm,
    "bidirectional LSTM": size["bilstm"],
    "MLP": size["mlp"],
    "MLP, then swarm": size["mlp"] + swarm,
    "MLP, then swarm, eliminated": size["mlp"] + swarm,
}
fig, axes = plt.subplots(figsize=(7.2, 3.8))
for name, work in WORK.items():
    value, low, high = error(at_1_m[name], 50)
    colour = "C0" if name in groups[0] else "C1" if name in groups[1] else "C2"
    axes.errorbar(
        work, value, [[value - low], [high - value]], fmt="o", color=colour
    )
    axes.annotate(name, (1.12 * work, value), va="center", fontsize=8.5)
axes.axhline(error(at_1_m["bound"], 50)[0], **figures.style("bound"))
axes.set(xscale="log", yscale="log", xlim=(2, 8e3), ylabel="median error")
axes.set(xlabel="multiplications for one answer [millions]")
axes.set_xticks([3, 10, 30, 100, 300, 1000], [3, 10, 30, 100, 300, 1000])
figures.length_ticks(axes.yaxis)
plt.show()

# %% tags=["hide-input"]
GIVEN = {
    "maximum likelihood": ("model", "ml", "ml"),
    "GA-PSO": ("model", "ga-pso", "ga-pso"),
    "fingerprint": ("80,000 recorded users", "fingerprint", "fingerprint"),
    "bidirectional LSTM": ("80,000 users; training", "bilstm", "bilstm"),
    "MLP": ("80,000 users; training", "mlp", "mlp"),
    "MLP, then swarm": ("model, users; training", "mlp", "swarm in a box"),
}


def words(seconds):
    """A time in words."""
    value = seconds if seconds >= 0.1 else 1e3 * seconds
    return f"{float(f'{value:.1g}'):g} {'s' if seconds >= 0.1 else 'ms'}"


def cost_row(name):
    """What a method needs, its training or preparation, memory, and time an answer."""
    needs, store, answer = GIVEN[name]
    entry = costs[store]
    run = kept_runs.get(f"{store}, both, 1 m")
    before = f"{run['epochs']} epochs" if run else "none"
    if "preparation" in entry:
        before = words(entry["preparation"])
    memory = f"{entry['bytes'] / 1e6:.0f} MB" if "bytes" in entry else "none"
    spent = costs[answer]["ms"] + (entry["ms"] if answer != store else 0)
    return name, needs, before, memory, words(spent / 1e3)


tables.table(
    [cost_row(name) for name in GIVEN],
    head=(
        "method",
        "must be given",
        "before the first answer",
        "memory",
        "an answer",
    ),
    name="method-costs",
    caption="What each method costs. Times of one thread of a busy processor, for one user asked for alone; kept run, to one digit.",
)

# %% [markdown]
# Two things stand out. The search over the *whole* area costs less than a swarm in a box, because signals of a neighbourhood span few dimensions and are tested together. And a network's answer costs about as much as that search: at this size of room there is no brute force left to be saved.
#
# **Which to take?** If the model of the room is known, the projected likelihood, searched everywhere. If only recorded users are known, the fingerprint, which reads pilots alone. A network or a swarm is the choice where neither fits: models without a fast search, or arrays whose errors
# nobody can write down. All this holds for noise and echoes of the direct link only. [What is realistic](what_is_realistic.ipynb) shows what else the room has in store.
#
# ## Exercises
#
# **1.** In the {ref}`first figure <fig-all-methods>`, which methods are worse at 98 % than always answering "the middle"? How can that be?
#
# :::{hint}
# :class: dropdown
# How far can the middle be off, at most?
# :::
# :::{admonition} Solution
# :class: dropdown
# The five earlier searches as published. The middle is never off by more than 6 m; a search that ends in a wrong minimum can be off by the diagonal of the area, 12 m.
# :::

# %% tags=["hide-cell"]
# Solution 1.
middle = error(at_1_m["always the middle"], 98)[0]
worse = [name for name in at_1_m if error(at_1_m[name], 98)[0] > middle]
assert set(worse) >= {figures.style(n)["label"] for n in SEARCHES} and middle < 6.1

# %% [markdown]
# **2.** The kept runs of the hybrid have 246 users. How uncertain is their 98 % point, in users?
#
# :::{hint}
# :class: dropdown
# The number of users above the true 98 % point is binomial.
# :::
# :::{admonition} Solution
# :class: dropdown
# Between 1 and 10 users lie above it, in 95 % of such runs. So the 98 % point is anything from the 96th to the 99.6th percentile of the run.
# :::

# %% tags=["hide-cell"]
# Solution 2.
assert binom.ppf([0.025, 0.975], 246, 0.02).tolist() == [1, 10]

# %% [markdown]
# **3.** What does the projected likelihood cost where there are no echoes? Compare its rows.
#
# :::{hint}
# :class: dropdown
# One complex unknown more, of 32 pilots.
# :::
# :::{admonition} Solution
# :class: dropdown
# A few per cent of accuracy, which the first figure cannot show. Leave it on.
# :::

# %% tags=["hide-cell"]
# Solution 3.
pair = [error(at_1_m[SEARCHED[m]], 50) for m in ("ml", "ml-projected")]
assert 0.8 < pair[1][0] / pair[0][0] < 1.25

# %% [markdown]
# ## What the paper claims
#
# Comparisons of the swarm behind a network with the searches, and with the network alone, are judged on [their page](network_then_swarm.ipynb), those of the networks on [theirs](networks.ipynb).

# %% tags=["hide-input"]
products = {n: millions < everywhere for n, millions in size.items()}
ceiling = {
    n: [error(by_where[where][n], 98)[0] for where in ("1 m", "3 m")]
    for n in ("MLP", "MLP, then swarm")
}
ledger.record(
    ledger.row(
        "aguiar2024",
        "brute-force",
        ours="multiplications: search everywhere "
        + f"{everywhere:.0f} million; "
        + ", ".join(f"{n} {millions:.1f}" for n, millions in size.items()),
        verdict=ledger.untestable(
            "which brute-force search is meant",
            tried={
                "ours": ledger.holds(list(products.values()), drawn=False),
                "an even grid of 1 cm": ledger.holds(
                    [m < 801 * 901 * 4 * 32 / 1e6 for m in size.values()],
                    drawn=False,
                ),
            },
        ),
    ),
    ledger.row(
        "aguiar2024",
        "viable-3m",
        ours="98 % at 1 m and 3 m: "
        + "; ".join(
            f"{n} {spoken(low)}, {spoken(high)}"
            for n, (low, high) in ceiling.items()
        )
        + " (kept runs)",
        bound=f"98 % at 3 m: {spoken(error(by_where['3 m']['bound'], 98)[0])}",
        verdict=ledger.untestable(
            "which error is viable",
            tried={
                f"up to {spoken(limit)}": ledger.holds(
                    [high < limit for _, high in ceiling.values()], drawn=False
                )
                for limit in (1.0, 0.1, 0.01)
            },
        ),
    ),
)

# %% [markdown]
# ## Checks


# %% tags=["hide-cell"]
# Checks: one line for each number and statement of this page.
def at(name, q, where="1 m"):
    """Value and ends of a method's percentile [m]."""
    return error(at_1_m[name] if where == "1 m" else by_where[where][name], q)


assert lost == 0 and at("maximum likelihood", 100)[0] < 0.01
for q, stated in ((50, 0.7e-6), (98, 4.2e-6)):
    value, low, high = at("maximum likelihood", q)
    assert np.isclose(value, stated, rtol=0.05) and low < at("bound", q)[2]
for name in SEARCHED.values():
    low, high = at(name, 50)[1:]
    assert low < 1.7 * at("bound", 50)[2] and high > at("bound", 50)[1]
crlbs = {m: position_crlb(rooms["1 m"], users, method=m) for m in SEARCHED}
roots = {m: np.sqrt(np.trace(c, axis1=1, axis2=2)) for m, c in crlbs.items()}
assert 1.35 < np.median(roots["phase-cost"] / roots["ml"]) < 1.5
assert 1.0 < np.median(roots["ml-projected"] / roots["ml"]) < 1.05
for method in SEARCHES:
    assert at(figures.style(method)["label"], 50)[0] > 0.1
assert at("GA-PSO, offset eliminated", 50)[0] < 0.1 * at("GA-PSO", 50)[0]
for q in (50, 98):
    tenfold = at("the same, 10 times the budget", q)[0]
    assert tenfold < 10 * at("bound", q)[0]
for name in ("bidirectional LSTM", "MLP", "fingerprint"):
    assert 1e-3 < at(name, 50)[0] < 0.1 and at(name, 98)[0] < 0.5
assert at("MLP, then swarm", 50)[0] < min(1e-3, 0.1 * at("MLP", 50)[0])
assert at("MLP, then swarm", 98)[0] > 0.005
for name in ("MLP, then swarm, eliminated", "fingerprint, then swarm, projected"):
    assert at(name, 50)[0] < 2 * at("bound", 50)[0]
echoes = "3 m, multipath"
for name in ("projected likelihood", "MLP, then swarm, projected"):
    assert at(name, 50, echoes)[0] < 1.6 * at("bound", 50, "3 m")[2]
for name in ("maximum likelihood", "cost (5), everywhere", "MLP, then swarm"):
    assert at(name, 50, echoes)[0] > 0.01
for name in ("MLP", "fingerprint"):
    assert at(name, 98, echoes)[0] < 1.5 * at(name, 98, "3 m")[0]
signals = [np.mean(np.abs(received[w]) ** 2, axis=-1) for w in ("1 m", "3 m")]
assert 24 < 10 * np.log10(np.median(signals[0]) / np.median(signals[1])) < 28
assert 18 < at("bound", 50, "3 m")[0] / at("bound", 50)[0] < 32
assert everywhere < swarm and size["mlp"] < everywhere < 3 * size["bilstm"]
assert costs["ml"]["ms"] < 0.1 * costs["swarm in a box"]["ms"]

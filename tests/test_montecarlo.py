"""The Monte-Carlo engine: the same draws wherever they run, kept batches, intervals that cover."""

import dataclasses
import functools
import os
import subprocess
import sys
import time

import numpy as np
import pytest
import xarray as xr
from scipy import stats

from irsnb import checks
from irsnb.montecarlo import mean, narrower, percentile, ratio_to_bound, rms, share, sweep
from irsnb.montecarlo.content import changed_since, function_digest, package_digest, setting_digest
from irsnb.montecarlo.kept import cache_folder

GRID = {"snr_db": [0, 10, 20], "method": ["ml", "music"]}
quiet = functools.partial(sweep, progress=False)


def by_value():
    """A trial that is sent to other processes whole: they need not import this file."""

    def noisy(rng, draws, snr_db=0.0, method="ml"):
        """Products long enough that their last bits depend on the number of BLAS threads."""
        rows = rng.standard_normal((draws, 400))
        gain = 10 ** (-snr_db / 20) * (1 if method == "ml" else 2)
        error = gain * (rows @ rng.standard_normal((400, 2)))
        return {"error": error, "found": error[:, 0] > 0, "phasor": np.exp(1j * error[:, 1])}

    return noisy


noisy = by_value()


def plain(rng, draws, x=0, y=0):
    return {"u": rng.random(draws)}


def array(values, **coords):
    return xr.DataArray(values, coords, dims=("run", "draw"))


# --------------------------------------------------------------------------------------- the same draws


@pytest.fixture(scope="module")
def one_process():
    return quiet(noisy, GRID, draws=130, seed=3, batch_size=50, n_jobs=1)


def test_dimensions_are_settings_then_draws_then_the_rest(one_process):
    assert one_process["error"].dims == ("snr_db", "method", "draw", "error_axis_1")
    assert one_process["error"].shape == (3, 2, 130, 2)
    assert one_process["found"].dtype == bool and one_process["phasor"].dtype == complex
    assert one_process["snr_db"].values.tolist() == [0, 10, 20]
    assert one_process["method"].values.tolist() == ["ml", "music"]
    assert (one_process["n_draws"] == 130).all() and one_process["n_draws"].dims == ("snr_db", "method")
    assert one_process["draw"].values.tolist() == list(range(130))


def test_two_processes_draw_the_same_bits(one_process):
    assert quiet(noisy, GRID, draws=130, seed=3, batch_size=50, n_jobs=2).identical(one_process)


def test_threads_draw_the_same_bits(one_process):
    import joblib

    with joblib.parallel_config(backend="threading", n_jobs=3):
        assert quiet(noisy, GRID, draws=130, seed=3, batch_size=50).identical(one_process)


def test_two_workers_of_a_cluster_draw_the_same_bits(one_process, monkeypatch):
    import joblib
    from distributed import Client, LocalCluster

    options = dict(draws=130, seed=3, batch_size=50)
    with LocalCluster(2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None) as cluster:
        assert quiet(noisy, GRID, **options, cluster=cluster.scheduler_address).identical(one_process)
        monkeypatch.setenv("IRSNB_CLUSTER", cluster.scheduler_address)
        rule = narrower("found", share, absolute=0.06)
        stopped = quiet(noisy, GRID, draws=1000, seed=3, batch_size=50, until=rule)
        monkeypatch.delenv("IRSNB_CLUSTER")
        assert stopped.identical(quiet(noisy, GRID, draws=1000, seed=3, batch_size=50, until=rule))
        assert stopped["n_draws"].max() < 1000
        with Client(cluster, set_as_default=False) as client:
            workers = client.run(os.getpid)
            assert len(set(workers.values()) - {os.getpid()}) == 2
            with joblib.parallel_config(backend="dask", client=client):
                assert quiet(noisy, GRID, **options).identical(one_process)
            with pytest.raises(ZeroDivisionError) as caught:
                quiet(lambda rng, draws, x: {"u": [1 / 0]}, {"x": [5]}, draws=1, seed=0, cluster=client)
            assert caught.value.__notes__ == ["in the trial at x=5, batch 0"]
            with pytest.raises(ValueError, match="^cluster: worker tcp://.* other code of irsnb"):
                with monkeypatch.context() as patch:
                    patch.setattr(client, "run", lambda function: {"tcp://127.0.0.1:1": "other"})
                    quiet(plain, {"x": [1]}, draws=1, seed=0, cluster=client)


def test_blas_runs_on_one_thread_and_gets_its_threads_back():
    from threadpoolctl import threadpool_info, threadpool_limits

    def threads():
        return max(pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas")

    def trial(rng, draws, x):
        return {"threads": np.full(draws, threads())}

    with threadpool_limits(limits=2):
        drawn = quiet(trial, {"x": [1, 2]}, draws=3, seed=0, batch_size=1)
        assert (drawn["threads"] == 1).all() and threads() == 2


def test_further_settings_and_draws_leave_draws_as_they_are():
    few = quiet(plain, {"x": [1, 2], "y": ["a"]}, draws=70, seed=1, batch_size=30)
    many = quiet(plain, {"x": [2.0, 5.0, 1.0], "y": ["b", "a"]}, draws=200, seed=1, batch_size=30)
    same = many.sel(x=few["x"], y=few["y"]).isel(draw=slice(70))
    assert np.array_equal(same["u"], few["u"])


def test_settings_batches_and_seeds_are_independent():
    drawn = quiet(plain, {"x": range(30), "y": [0, 1]}, draws=400, seed=1, batch_size=50)["u"]
    other = quiet(plain, {"x": range(30), "y": [0, 1]}, draws=400, seed=2, batch_size=50)["u"]
    rows = np.concatenate([drawn.values.reshape(-1, 50), other.values.reshape(-1, 50)])
    assert len(np.unique(rows)) == rows.size
    # Pairs of independent rows correlate with a standard deviation of 1 / sqrt(50).
    correlations = np.corrcoef(rows)[np.triu_indices(len(rows), 1)]
    assert np.std(correlations) == pytest.approx(50**-0.5, rel=0.05)
    assert np.abs(correlations).max() < 0.85
    assert stats.kstest(rows.ravel(), "uniform").pvalue > 1e-3


def test_any_kind_of_value_is_a_setting():
    @dataclasses.dataclass(frozen=True)
    class Scene:
        height: float
        tiles: tuple

    scenes = [Scene(1.0, (2, 3)), Scene(2.0, (2, 3))]
    seen = []

    def trial(rng, draws, **setting):
        seen.append(setting)
        return {"u": rng.random(draws)}

    grid = {
        "scene": scenes,
        "order": [None, (1, 2), (1, 3)],
        "flag": [True, False],
        "gain": np.array([1, np.inf]),
    }
    drawn = quiet(trial, grid, draws=4, seed=0, batch_size=4)
    assert drawn["u"].shape == (2, 3, 2, 2, 4) and len(np.unique(drawn["u"])) == drawn["u"].size
    assert drawn["order"].values.tolist() == [None, (1, 2), (1, 3)]
    assert drawn["scene"].values[1] == scenes[1] and drawn["flag"].dtype == bool
    assert seen[-1] == {"scene": scenes[1], "order": (1, 3), "flag": False, "gain": np.inf}
    assert type(seen[0]["gain"]) is float
    pairs = quiet(trial, {"order": [(1, 2), (3, 4)]}, draws=1, seed=0)
    assert pairs["order"].values.tolist() == [(1, 2), (3, 4)]


def test_digests_of_settings_are_stable_and_tell_values_apart():
    # A fixed number: seeds must not change from one release to the next.
    assert setting_digest({"snr_db": 10, "method": "ml"}).hex()[:16] == "3c5daf84929d4887"
    values = [1, 1.5, True, "1", None, (1,), ((1,),), b"1", 1j, "None", (1, 2), "(1,2)", np.eye(2), np.eye(3)]
    values += [{1: 2}, {1, 2}, -1, 1e300, 2**70, np.inf, np.float32(0.1), 0.1, ("a", "b"), ("a,b",)]
    assert len({setting_digest({"x": value}) for value in values}) == len(values)
    assert setting_digest({"x": 1}) != setting_digest({"y": 1})


def test_trailing_axes_can_be_named():
    drawn = quiet(noisy, {"snr_db": [0]}, draws=3, seed=0, dims={"error": ["component"]})
    assert drawn["error"].dims == ("snr_db", "draw", "component")


# ------------------------------------------------------------------------------------- until, padding


def test_settings_stop_by_themselves_and_are_padded():
    def trial(rng, draws, p):
        hit = rng.random(draws) < p
        return {"hit": hit, "count": hit.astype(int), "phasor": np.exp(1j * hit)}

    grid, rule = {"p": [0.5, 0.05, 1e-6]}, narrower("hit", share, relative=0.2)
    drawn = quiet(trial, grid, draws=2000, seed=4, until=rule, batch_size=20)
    n_draws = drawn["n_draws"].values
    assert 20 < n_draws[0] < n_draws[1] < n_draws[2] == 2000
    assert (n_draws % 20 == 0).all()
    full = quiet(trial, grid, draws=2000, seed=4, batch_size=20)
    assert full["hit"].dtype == bool and drawn["hit"].dtype == float and drawn["phasor"].dtype == complex
    for number, n in enumerate(n_draws):
        assert np.array_equal(drawn["hit"][number, :n], full["hit"][number, :n])
        assert drawn["hit"][number, n:].isnull().all() and drawn["phasor"][number, n:].isnull().all()
    # It stops at the first batch after which the interval of Clopper and Pearson is narrow enough.
    for number in (0, 1):
        hits, n = np.cumsum(full["hit"][number].values), np.arange(1, 2001)
        lower = np.where(hits == 0, 0, stats.beta.ppf(0.025, np.maximum(hits, 1), n - hits + 1))
        upper = np.where(hits == n, 1, stats.beta.ppf(0.975, hits + 1, np.maximum(n - hits, 1)))
        enough = ((upper - lower) / 2 <= 0.2 * hits / n)[19::20]
        assert n_draws[number] == 20 * (np.argmax(enough) + 1)
    again = quiet(trial, grid, draws=2000, seed=4, until=rule, batch_size=20, n_jobs=2)
    assert again.identical(drawn)


def test_until_sees_all_draws_so_far_in_order():
    seen = []

    def until(draws):
        seen.append(draws["u"].values)
        return draws.sizes["draw"] >= 25

    drawn = quiet(plain, {"x": [1]}, draws=1000, seed=1, batch_size=10, until=until)
    assert [len(values) for values in seen] == [10, 20, 30] and drawn.sizes["draw"] == 30
    for values in seen:
        assert np.array_equal(values, drawn["u"][0, : len(values)])


def test_padding_does_not_count_in_any_reduction():
    rng = np.random.default_rng(0)
    full = rng.standard_normal((2, 300))
    padded = full.copy()
    padded[0, 120:] = np.nan
    lanes = xr.DataArray(
        padded, {"draw": np.arange(300), "n_draws": ("run", [120, 300])}, dims=("run", "draw")
    )
    for reduce in (
        mean,
        rms,
        functools.partial(percentile, q=30),
        functools.partial(ratio_to_bound, bound=2.0),
    ):
        for row, n in enumerate((120, 300)):
            alone = reduce(xr.DataArray(full[row, :n], dims="draw"))
            np.testing.assert_allclose(reduce(lanes)[row], alone, rtol=1e-12)
    # A comparison turns NaN into False; the number of draws still tells padding from draws.
    assert share(lanes < 9).sel(end="value").values.tolist() == [1.0, 1.0]
    later = share(lanes.isel(draw=slice(100, None)) < 9)
    assert np.array_equal(later[0], share(xr.DataArray(np.ones(20, bool), dims="draw")))


def test_a_nan_that_a_trial_returned_is_not_hidden():
    values = array([[1.0, np.nan, 3.0], [1.0, 2.0, 3.0]])
    for reduced in (mean(values), rms(values), percentile(values, 50)):
        assert reduced[0].isnull().all() and np.isfinite(reduced[1, 0])


# ----------------------------------------------------------------------------------------------- keep


def test_an_interrupted_sweep_goes_on_where_it_stopped(tmp_path):
    state = tmp_path / "calls"
    options = dict(draws=80, seed=1, batch_size=10, keep=tmp_path / "kept")

    def trial(rng, draws, x, fail_at=0):
        # The count lives in a file, because a trial's closure counts as its code.
        with open(os.environ["MONTECARLO_TEST_CALLS"], "a") as file:
            file.write(".")
        if os.path.getsize(os.environ["MONTECARLO_TEST_CALLS"]) == int(os.environ["MONTECARLO_TEST_FAIL"]):
            raise RuntimeError("stopped half-way")
        return {"u": x + rng.random(draws), "file": rng.random((draws, 2))}

    os.environ.update(MONTECARLO_TEST_CALLS=str(state), MONTECARLO_TEST_FAIL="12")
    grid = {"x": [1, 2]}
    with pytest.raises(RuntimeError, match="stopped half-way") as caught:
        quiet(trial, grid, **options)
    assert caught.value.__notes__ == ["in the trial at x=2, batch 3"]
    assert len(list((tmp_path / "kept").rglob("*.npz"))) == 11
    drawn = quiet(trial, grid, **options)
    assert state.stat().st_size == 12 + 5  # 16 batches in all, 11 of them kept
    assert quiet(trial, grid, **{**options, "keep": None}).identical(drawn)
    assert state.stat().st_size == 17 + 16
    # More draws, further settings, an earlier stop and two processes use what is there.
    assert quiet(trial, {"x": [2, 1]}, **options, until=lambda d: d.sizes["draw"] == 40).sizes["draw"] == 40
    fewer = quiet(trial, grid, **{**options, "draws": 79})
    assert fewer["u"].shape == (2, 79) and np.array_equal(fewer["u"], drawn["u"][:, :79])
    assert quiet(trial, grid, **options, n_jobs=2).identical(drawn)
    assert state.stat().st_size == 33
    more = quiet(trial, {"x": [1, 2, 3]}, **{**options, "draws": 90})
    assert state.stat().st_size == 33 + 2 + 9
    assert np.array_equal(more["u"][:2, :80], drawn["u"])
    # Damaged files are drawn anew.
    first, second, third = sorted((tmp_path / "kept").rglob("000000.npz"))
    first.write_bytes(b"")
    second.write_bytes(second.read_bytes()[:-30])
    damaged = bytearray(third.read_bytes())
    damaged[len(damaged) // 2] ^= 255
    third.write_bytes(damaged)
    assert quiet(trial, {"x": [1, 2, 3]}, **{**options, "draws": 90}).identical(more)
    assert state.stat().st_size == 44 + 3
    # Another seed or batch size finds nothing.
    quiet(trial, {"x": [1]}, **{**options, "seed": 2})
    quiet(trial, {"x": [1]}, **{**options, "batch_size": 20})
    assert state.stat().st_size == 47 + 8 + 4
    assert not list((tmp_path / "kept").rglob("*.part"))


def test_changed_code_finds_nothing_and_changed_comments_find_everything():
    def digest(text, name="trial", **names):
        scope = {"np": np, "__name__": "__main__", **names}
        exec(text, scope)
        return function_digest(scope[name])

    base = (
        "def helper(x):\n    return x + 1\n"
        "def trial(rng, draws, k=1):\n    return {'u': helper(rng.random(draws))}"
    )
    same = [
        base.replace("return x", "# why\n\n    return x"),
        base.replace("    return {", "    'A docstring.'\n    return {"),
        base.replace("    return x", "    'A docstring.'\n    return x"),
        "unused = 3\n\n" + base,
    ]
    others = [
        base.replace("x + 1", "x + 2"),
        base.replace("x + 1", "x - 1"),
        base.replace("k=1", "k=2"),
        base.replace("'u'", "'v'"),
        base.replace("helper(rng.random(draws))", "[helper(x) for x in rng.random(draws)]"),
        base.replace("rng.random", "rng.normal"),
        base.replace("x + 1", "x + offset"),
    ]
    assert {digest(text) for text in same} == {digest(base)}
    assert len({digest(text) for text in [base, *others]}) == len(others) + 1
    # Constants inside of comprehensions, globals, closures, arguments of partials, classes' methods, objects.
    assert len({digest(f"trial = lambda r, d: [{word!r} for _ in range(d)]") for word in "ab"}) == 2
    assert len({digest(others[-1], offset=offset) for offset in (1, 2, np.ones(3), np.zeros(3))}) == 4
    assert len({function_digest(functools.partial(plain, x=x)) for x in (1, 2)}) == 2
    made = "class A:\n    def f(self):\n        return 1\ndef trial(r, d):\n    return A().f()"
    classes = [made, made.replace("1", "2"), made.replace("A:", "A(list):")]
    assert len({digest(text) for text in classes}) == 3
    assert len({digest("def trial(r, d):\n    return a.f", a=stats.norm(scale)) for scale in (1, 2)}) == 2
    recursive = "def trial(n):\n    return n and trial(n - 1)"
    assert len({digest(recursive), digest(recursive.replace("1", "2"))}) == 2
    caught = "def trial(r, d):\n    a = r.f()\n    try:\n        r.g()\n    except OSError:\n        pass"
    moved = caught.replace("    a = r.f()\n    try:\n", "    try:\n        a = r.f()\n")
    assert digest(caught) != digest(moved)
    with pytest.raises(ValueError, match="^keep: lines is <generator .*; hand it over in settings"):
        digest("def trial(r, d):\n    return next(lines)", lines=(x for x in "ab"))


def test_digests_are_the_same_in_every_process(tmp_path):
    code = (
        "from irsnb.montecarlo.content import code_digest, function_digest, setting_digest\n"
        "def trial(rng, draws, x):\n    return {'u': draws in {'a', 'b', 'c', x}, **{'v': {1, 2}}}\n"
        "print(function_digest(trial), code_digest(), setting_digest({'x': {'a', 'b', 'c'}}).hex())"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert said[0] == said[1] and len(said[0].split()) == 3


def test_the_digest_of_the_package_sees_code_and_data(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "a.py").write_text('"""Words."""\n\n\ndef f(x):\n    """Words."""\n    return x + 1\n')
    (tmp_path / "data" / "b.json").write_text("1")

    def digest():
        return package_digest(tmp_path)

    first = digest()
    (tmp_path / "a.py").write_text("def f(x):\n    # Comment.\n    return x + 1\n")
    assert digest() == first
    (tmp_path / "a.py").write_text("def f(x):\n    return x + 2\n")
    second = digest()
    (tmp_path / "data" / "b.json").write_text("2")
    third = digest()
    (tmp_path / "c.py").write_text("")
    assert len({first, second, third, digest()}) == 4
    moment = (tmp_path / "c.py").stat().st_mtime
    assert changed_since(moment + 1, tmp_path) is None
    os.utime(tmp_path / "a.py", (moment + 9, moment + 9))
    assert changed_since(moment + 1, tmp_path) == tmp_path / "a.py"


def test_code_changed_after_import_is_not_kept(tmp_path, monkeypatch):
    from irsnb.montecarlo import kept

    monkeypatch.setattr(kept, "IMPORTED", 0.0)
    with pytest.raises(ValueError, match="^keep: irsnb/.* was changed after irsnb was imported"):
        quiet(plain, {"x": [1]}, draws=1, seed=0, keep=tmp_path)


def test_other_code_of_the_package_finds_nothing(tmp_path, monkeypatch):
    from irsnb.montecarlo import kept

    options = dict(draws=10, seed=0, batch_size=10, keep=tmp_path)
    quiet(plain, {"x": [1]}, **options)
    monkeypatch.setattr(kept, "code_digest", lambda: "other code of the package")
    quiet(plain, {"x": [1]}, **options)
    assert len(list(tmp_path.rglob("*.npz"))) == 2


def test_results_go_to_the_users_cache_folder(tmp_path, monkeypatch):
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA", "HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    quiet(plain, {"x": [1]}, draws=1, seed=0, keep=True)
    assert len(list((cache_folder() / "montecarlo").rglob("*.npz"))) == 1
    assert tmp_path in cache_folder().parents


# ------------------------------------------------------------------------------------------- intervals


def coverage(reduced, truth):
    """Share of runs whose interval holds the truth, checked to lie around its value as well."""
    value, lower, upper = (reduced.sel(end=end).values for end in ("value", "lower", "upper"))
    assert (lower <= value).all() and (value <= upper).all()
    return np.mean((lower <= truth) & (truth <= upper))


RUNS = 4000
"""A coverage of 95 % is seen to within 0.7 points (two standard deviations)."""


@pytest.mark.parametrize(
    "draw, mean_square",
    [
        (lambda rng, shape: rng.standard_normal(shape), 1.0),
        (lambda rng, shape: rng.laplace(size=shape), 2.0),
        (lambda rng, shape: rng.standard_t(10, shape), 10 / 8),
        # One error in ten is an outlier, five times as large.
        (lambda rng, shape: rng.standard_normal(shape) * np.where(rng.random(shape) < 0.1, 5, 1), 3.4),
    ],
    ids=["normal", "laplace", "student", "outliers"],
)
def test_rms_covers(draw, mean_square):
    errors = array(draw(np.random.default_rng(5), (RUNS, 300)))
    assert 0.93 < coverage(rms(errors), mean_square**0.5) < 0.97
    assert 0.93 < coverage(ratio_to_bound(errors, 0.5), mean_square**0.5 / 0.5) < 0.97


def test_rms_covers_where_chi_square_would_not():
    errors = np.random.default_rng(6).laplace(size=(RUNS, 300))
    assert 0.93 < coverage(rms(array(errors)), 2**0.5) < 0.97
    n, power = 300, np.mean(errors**2, axis=-1)
    ends = [n * power / stats.chi2.ppf(level, n) for level in (0.975, 0.025)]
    assert np.mean((ends[0] <= 2) & (2 <= ends[1])) < 0.85


@pytest.mark.parametrize("n", [15, 100])
@pytest.mark.parametrize("skewed", [False, True])
def test_mean_covers(n, skewed):
    rng = np.random.default_rng(7)
    draws = rng.exponential(size=(RUNS, n)) if skewed else rng.standard_normal((RUNS, n)) + 1
    assert 0.93 < coverage(mean(array(draws)), 1.0) < 0.97


@pytest.mark.parametrize("n, q", [(100, 50), (200, 90), (400, 5)])
def test_percentile_covers(n, q):
    draws = np.random.default_rng(8).exponential(size=(RUNS, n))
    reduced = percentile(array(draws), q)
    assert np.allclose(reduced.sel(end="value"), np.percentile(draws, q, axis=-1))
    assert 0.943 < coverage(reduced, -np.log(1 - q / 100)) < 0.975


def test_share_covers():
    n = 150
    ends = share(array(np.arange(n) < np.arange(n + 1)[:, None]))
    value, lower, upper = ends.values.T
    expected = [stats.binomtest(k, n).proportion_ci(method="exact") for k in range(n + 1)]
    assert np.allclose(lower, [each.low for each in expected]) and np.allclose(value, np.arange(n + 1) / n)
    assert np.allclose(upper, [each.high for each in expected])
    # Coverage without simulation: the binomial probability of all counts whose interval holds p.
    p = np.linspace(0.02, 0.98, 193)
    held = (lower[:, None] <= p) & (p <= upper[:, None])
    covered = np.sum(stats.binom.pmf(np.arange(n + 1)[:, None], n, p) * held, axis=0)
    assert 0.95 < covered.mean() < 0.975 and covered.min() > 0.95


def test_errors_of_vectors_are_their_lengths():
    errors = np.random.default_rng(9).standard_normal((3, 500, 2)) * [3, 4]
    data = xr.DataArray(errors, {"snr": [1, 2, 3]}, dims=("snr", "draw", "axis"))
    lengths = xr.DataArray(np.hypot(*np.moveaxis(errors, -1, 0)), {"snr": [1, 2, 3]}, dims=("snr", "draw"))
    xr.testing.assert_allclose(rms(data, "axis"), rms(lengths))
    bound = xr.DataArray([1.0, 5.0, 10.0], {"snr": [1, 2, 3]}, dims="snr")
    ratio = ratio_to_bound(data, bound, "axis")
    assert ratio.dims == ("snr", "end")
    assert np.allclose(ratio, rms(lengths) / bound)
    each = xr.DataArray(np.full((500,), 2.0), dims="draw") * bound
    assert np.allclose(ratio_to_bound(data, each, component="axis"), ratio / 2)
    assert np.allclose(rms(data[..., 0] + 1j * data[..., 1]), rms(lengths))


def test_whole_datasets_are_reduced():
    drawn = quiet(noisy, {"snr_db": [0, 20]}, draws=50, seed=0)
    both = rms(drawn[["error", "phasor"]], "error_axis_1")
    assert both["error"].dims == ("snr_db", "end") and both["phasor"].sel(end="value").values.tolist() == [
        1,
        1,
    ]
    assert both["end"].values.tolist() == ["value", "lower", "upper"]


def test_a_selected_setting_that_is_an_array_is_reduced():
    def trial(rng, draws, place):
        return {"error": rng.standard_normal(draws) * place.sum()}

    places = [np.array([1.0, 2.0]), np.array([3.0, 4.0, 5.0])]
    drawn = quiet(trial, {"place": places}, draws=50, seed=0)
    assert rms(drawn["error"].isel(place=1)).values.tolist() == rms(drawn["error"]).values[1].tolist()


def test_intervals_of_few_or_equal_draws():
    for reduce in (mean, rms):
        assert np.isnan(reduce(array([[2.0]]))[0, 1:]).all() and reduce(array([[2.0]]))[0, 0] == 2
        assert reduce(array([[2.0, 2.0]])).values.tolist() == [[2, 2, 2]]
    assert percentile(array([[1.0, 2.0, 3.0]]), 90).values[0].tolist() == pytest.approx([2.8, 1, np.inf])
    top = [percentile(array(np.arange(n)[None]), 95).sel(end="upper").item() for n in (71, 72)]
    assert top[0] == np.inf and top[1] == 71
    assert np.allclose(mean(array([[1e-200, 3e-200, 5e-200]])) * 1e200, mean(array([[1.0, 3.0, 5.0]])))


# ------------------------------------------------------------------------------------------- bad input

GOOD = dict(trial=plain, settings={"x": [1, 2]}, draws=3, seed=0)


@pytest.mark.parametrize(
    "name, value",
    [("trial", value) for value in (None, 3, "x", {})]
    + [("settings", value) for value in (None, {}, [1], "x", {"x": []}, {"x": 3}, {"x": "abc"}, {"z": [1]})]
    + [
        ("settings", {"x": value})
        for value in ({1, 2}, {1: 2}, np.eye(2), [1, 1.0], [np.nan], [object()], [len])
    ]
    + [("settings", {"x": value}) for value in (range(10**12), (x for x in "ab"), np.ma.array([1, 2]), None)]
    + [("settings", {name: [1]}) for name in ("draw", "rng", "n_draws", "not a name", 3, "")]
    + [("draws", value) for value in (0, -1, 2.0, "3", None, True, [3], 10**12)]
    + [("seed", value) for value in (-1, 1.5, None, "1", True, np.random.default_rng(0))]
    + [("until", value) for value in (3, "narrow", True)]
    + [("batch_size", value) for value in (0, 1.5, None, True, 10**12)]
    + [("n_jobs", value) for value in (0, 1.5, "2", True, 10**12)]
    + [("cluster", value) for value in (3, "here", b"tcp://", [])]
    + [("keep", value) for value in (3, "", [], 1.0)]
    + [("dims", value) for value in (3, [], {"v": ["a"]}, {"u": ["a"]}, {"u": 3}, {"u": [3]})]
    + [("progress", value) for value in (1, None, "no")],
)
def test_bad_arguments_are_named(name, value):
    with pytest.raises(ValueError, match=rf"^{name}\b"):
        sweep(**{**GOOD, "progress": False, name: value})


@pytest.mark.parametrize(
    "results",
    [None, {}, 3, [1, 2, 3], {"u": 1.0}, {"u": [1, 2]}, {"u": "abc"}, {"u": [[1], [1, 2], 3]}, {3: [1, 2, 3]}]
    + [
        {"u": [None] * 3},
        {"u": np.ma.array([1, 2, 3], mask=[1, 0, 0])},
        {"x": [1, 2, 3]},
        {"draw": [1, 2, 3]},
    ],
    ids=repr,
)
def test_what_a_trial_must_return(results):
    with pytest.raises(ValueError, match="^trial: .* (at x=1, batch 0|that is a setting's)"):
        quiet(lambda rng, draws, x: results, {"x": [1]}, draws=3, seed=0, batch_size=3)


def test_a_trial_must_return_the_same_each_time():
    def names(rng, draws, x):
        return {"u" if x < 2 else "v": rng.random(draws)}

    def shapes(rng, draws, x):
        return {"u": rng.random((draws, x))}

    with pytest.raises(ValueError, match=r"^trial: it returned \['v'\] at x=2, batch 0, but \['u'\] before"):
        quiet(names, {"x": [1, 2]}, draws=3, seed=0)
    with pytest.raises(
        ValueError, match=r"^trial: a draw of 'u' has shape \(2,\) at x=2, batch 0, but \(1,\)"
    ):
        quiet(shapes, {"x": [1, 2]}, draws=3, seed=0)


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_what_a_trial_raises_comes_through_with_its_place(n_jobs):
    def trial(rng, draws, x):
        return {"u": np.linalg.inv(np.zeros((draws, 2, 2)))}

    with pytest.raises(np.linalg.LinAlgError, match="Singular") as caught:
        quiet(trial, {"x": ["a"]}, draws=3, seed=0, n_jobs=n_jobs)
    assert caught.value.__notes__ == ["in the trial at x='a', batch 0"]


@pytest.mark.filterwarnings("ignore:.* tasks have been successfully executed:UserWarning")
@pytest.mark.parametrize("workers", [1, 2])
def test_what_a_rule_raises_comes_through(workers, tmp_path):
    import joblib

    def broken(draws):
        return 1 / (draws.sizes["draw"] < 500) > 2

    options = dict(settings={"x": [1, 2]}, draws=2000, seed=0, keep=tmp_path)
    with joblib.parallel_config(backend="threading", n_jobs=workers):
        # With nothing kept, then with all that was kept until the first failure.
        for _ in range(2):
            with pytest.raises(ZeroDivisionError):
                quiet(plain, **options, until=broken)
        with pytest.raises(
            ValueError, match="^until: it returned .* at x=1, batch 0; it must return True or"
        ):
            quiet(plain, **options, until=lambda draws: draws["u"] > 0)


def test_memory_is_refused_before_it_is_taken(monkeypatch):
    def wide(rng, draws, x):
        return {"u": rng.random((draws, 1000))}

    for until in (None, lambda draws: False):
        monkeypatch.setattr(checks, "MEMORY_LIMIT", 2e6)
        with pytest.raises(ValueError, match="^draws: got 10000; it would need"):
            quiet(wide, {"x": [1]}, draws=10_000, seed=0, until=until)


@pytest.mark.parametrize(
    "call, name",
    [
        (lambda good: rms(np.ones(3)), "data"),
        (lambda good: rms(good.rename(draw="row")), "data"),
        (lambda good: rms(good.astype(str)), "data"),
        (lambda good: rms(good[:, :0]), "data"),
        (lambda good: rms(good, "x"), "component"),
        (lambda good: rms(good, "draw"), "component"),
        (lambda good: mean(good * 1j), "data"),
        (lambda good: share(good + 1), "data"),
        (lambda good: share(good * np.nan), "data"),
        (lambda good: percentile(good, 0), "q"),
        (lambda good: percentile(good, 100), "q"),
        (lambda good: percentile(good, "50"), "q"),
        (lambda good: percentile(good, [50]), "q"),
        (lambda good: ratio_to_bound(good, 0), "bound"),
        (lambda good: ratio_to_bound(good, np.nan), "bound"),
        (lambda good: ratio_to_bound(good, None), "bound"),
        (lambda good: ratio_to_bound(good, 1j), "bound"),
        (lambda good: ratio_to_bound(good, [1.0, 2.0]), "bound"),
        (lambda good: ratio_to_bound(good, xr.DataArray([1.0], {"run": [7]}, dims="run")), "bound"),
        (lambda good: ratio_to_bound(good.to_dataset(name="a"), 1), "error"),
        (lambda good: narrower(3, rms, relative=0.1), "name"),
        (lambda good: narrower("u", "rms", relative=0.1), "reduction"),
        (lambda good: narrower("u", rms), "relative"),
        (lambda good: narrower("u", rms, relative=0.1, absolute=1), "relative"),
        (lambda good: narrower("u", rms, relative=-0.1), "relative"),
        (lambda good: narrower("u", rms, absolute="1"), "absolute"),
        (lambda good: narrower("v", rms, absolute=1)(xr.Dataset({"u": good})), "name"),
    ],
)
def test_bad_arguments_of_reductions_are_named(call, name):
    with pytest.raises(ValueError, match=rf"^{name}\b"):
        call(xr.DataArray(np.ones((1, 5)), {"run": [0]}, dims=("run", "draw")))


def test_importing_it_is_light():
    heavy = ["xarray", "joblib", "tqdm", "threadpoolctl", "dask", "distributed", "pandas", "scipy"]
    code = f"import sys, irsnb.montecarlo; print([name for name in {heavy} if name in sys.modules])"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_the_bar_can_be_switched_off(capfd, monkeypatch):
    import tqdm

    given = []

    class Bar(tqdm.tqdm):
        def __init__(self, **options):
            given.append(options)
            super().__init__(**{"disable": False, **options})

    def slow(rng, draws, x):
        time.sleep(0.6)
        return {"u": rng.random(draws)}

    monkeypatch.setattr(tqdm, "tqdm", Bar)
    sweep(slow, {"x": [1, 2]}, draws=1, seed=0)
    assert " 2/2 " in capfd.readouterr().err
    sweep(slow, {"x": [1, 2]}, draws=1, seed=0, progress=False)
    assert capfd.readouterr().err == ""
    # Left out, `disable` is what the environment variable TQDM_DISABLE says.
    assert "disable" not in given[0] and given[1]["disable"] is True

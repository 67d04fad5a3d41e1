"""Every way in which reading or fetching a street can go wrong, and DeepMIMO's own reader beside ours."""

import http.server
import io
import json
import shutil
import sys
import threading
import types
import zipfile
from importlib import resources
from pathlib import Path

import numpy as np
import pytest

from irsnb.hybrid import PAPER_USERS, load_scenario, paper_users
from irsnb.hybrid import deepmimo as module

DATA = resources.files("irsnb").joinpath("data", "o1_like_3p5")
FILES = sorted(path.name for path in DATA.iterdir())


@pytest.fixture
def copy(tmp_path):
    """A copy of the embedded scenario's folder; load it with folder=copy.parent."""
    return shutil.copytree(DATA, tmp_path / "o1_like_3p5")


@pytest.mark.parametrize("name", ["O1_like_3p5", "o1_28", "", None, "o1_3p5 ", "../o1_like_3p5"])
def test_unknown_names(name):
    with pytest.raises(ValueError, match="'o1_like_3p5'.*'o1_3p5'.*lower case"):
        load_scenario(name)


@pytest.mark.parametrize("name", ["o1_like_3p5", "o1_3p5"])
@pytest.mark.parametrize("folder", [3, b"street", ["street"]])
def test_a_folder_that_is_no_path(name, folder):
    with pytest.raises(ValueError, match="folder: got .*; it must be the path of the folder .*, or None"):
        load_scenario(name, folder=folder)


def test_a_folder_of_ones_own(copy, street):
    again = load_scenario(folder=copy.parent)
    np.testing.assert_array_equal(again.gain, street.gain)
    assert load_scenario(folder=str(copy.parent)).name == street.name


def test_a_missing_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match="o1_like_3p5 was not found"):
        load_scenario(folder=tmp_path)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("file", FILES)
def test_a_missing_file(copy, file):
    (copy / file).unlink()
    with pytest.raises(FileNotFoundError, match=f"{file} was not found; .*again"):
        load_scenario(folder=copy.parent)


@pytest.mark.parametrize("file", FILES)
def test_a_damaged_file(copy, file):
    whole = (copy / file).read_bytes()
    flipped = whole[:120] + bytes(255 - byte for byte in whole[120:160]) + whole[160:]
    for harmed in (whole[: len(whole) // 2], b"", b"<html>404</html>", flipped):
        (copy / file).write_bytes(harmed)
        with pytest.raises(ValueError, match=f"{file} is damaged .*again"):
            load_scenario(folder=copy.parent)


@pytest.mark.parametrize("file", ["params.json", "objects.json"])
def test_another_table(copy, file):
    (copy / file).write_text('{"a": [1, 2, 3]}', encoding="utf-8")
    with pytest.raises(ValueError, match=f"{file} is damaged .*entry is missing or wrong.*again"):
        load_scenario(folder=copy.parent)


def rewrite(path, change):
    """Replace the array in a file by what `change` makes of it."""
    with np.load(path) as archive:
        arrays = {key: change(archive[key]) for key in archive.files}
    np.savez_compressed(path, **arrays)


def one_nan(array):
    array = array.copy()
    array[3, 0] = np.nan
    return array


@pytest.mark.parametrize(
    ("key", "change"),
    [
        ("rx_pos", one_nan),
        ("rx_pos", lambda array: array[:-1]),
        ("tx_pos", lambda array: array * np.nan),
        ("tx_pos", lambda array: array[:, :2]),
        ("delay", one_nan),
        ("delay", lambda array: -array),
        ("power", one_nan),
        ("power", lambda array: array[:, :-1]),
        ("phase", lambda array: np.where(np.isnan(array), 0, array)),
        ("phase", lambda array: np.full_like(array, np.inf)),
        ("aod_el", lambda array: array[..., None]),
        ("aoa_az", lambda array: array.astype(str)),
        ("inter", lambda array: array[0]),
        ("inter_pos", lambda array: array[..., :2]),
        ("inter_pos", lambda array: array * np.nan),
    ],
)
def test_wrong_numbers(copy, key, change):
    file = copy / f"{key}_t000_tx000_r002.npz"
    rewrite(file, change)
    with pytest.raises(ValueError, match=f"{file.name} is damaged .*again"):
        load_scenario(folder=copy.parent)


def test_a_street_that_is_not_o1(copy):
    for file in copy.glob("tx_pos_t000*"):
        rewrite(file, lambda array: array + [0.0, 0.02, 0.0])
    with pytest.raises(ValueError, match=r"expected BS1 at \(235.504, 389.504, 6.0\) m, found .*389.524"):
        load_scenario(folder=copy.parent)


def test_users_that_are_not_o1s(copy):
    def move(array):
        array = array.copy()
        array[9 * 20] += [0, 0, 0.5]
        return array

    rewrite(copy / "rx_pos_t000_tx000_r002.npz", move)
    with pytest.raises(ValueError, match="expected a user in row 10, column 1 at .*298.971"):
        load_scenario(folder=copy.parent)


# DeepMIMO's own package, and the scenario that only it can hand out.


@pytest.fixture
def keyboard(monkeypatch):
    """A keyboard that fails the test if it is asked."""

    def asked(*_):
        raise AssertionError("asked at the keyboard")

    monkeypatch.setattr("builtins.input", asked)
    monkeypatch.setattr(sys, "stdin", types.SimpleNamespace(readline=asked, read=asked))


@pytest.fixture
def deepmimo():
    pytest.importorskip("deepmimo")
    return module._deepmimo()


@pytest.fixture
def real(tmp_path):
    """The embedded data under the real scenario's name: deepmimo reads both alike."""
    return shutil.copytree(DATA, tmp_path / "Data" / "o1_3p5")


def test_deepmimo_reads_the_same(street, deepmimo):
    with module._hushed(deepmimo, str(DATA.parent)):
        parts = [deepmimo.load("o1_like_3p5", tx_sets=[0], rx_sets=[group]) for group in (2, 3)]
        channel = []
        for part in parts:
            params = deepmimo.ChannelParameters(
                bs_antenna={"shape": [1, 1]},
                ue_antenna={"shape": [1, 1]},
                ofdm={"subcarriers": 1, "bandwidth": 1e5, "selected_subcarriers": [0]},
            )
            channel.append(part.compute_channels(params)[:, 0, 0, 0])
    first = 0
    for part in parts:
        users = slice(first, first + len(part.rx_pos))
        first = users.stop
        paths = part.power.shape[1]
        np.testing.assert_array_equal(part.rx_pos, street.positions[users])
        np.testing.assert_array_equal(part.delay, street.delay[users, :paths])
        np.testing.assert_allclose(
            part.power / 20, np.log10(np.abs(street.gain[users, :paths]) + (part.power * 0))
        )
        np.testing.assert_allclose(np.deg2rad(part.aod_az), street.azimuth[users, :paths], rtol=1e-6)
        np.testing.assert_allclose(np.deg2rad(90 - part.aod_el), street.elevation[users, :paths], atol=3e-7)
        np.testing.assert_array_equal(np.nan_to_num(part.inter, nan=-1), street.interactions[users, :paths])
    channel = np.concatenate(channel)
    np.testing.assert_allclose(channel, street.gain.sum(axis=1), atol=2e-6 * np.abs(street.gain).max())


def test_deepmimo_missing(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "deepmimo", None)
    with pytest.raises(ImportError, match=r"irsnb\[scenarios\]"):
        load_scenario("o1_3p5", folder=tmp_path)


def test_the_real_scenario_reads_like_ours(street, deepmimo, real, keyboard, capfd):
    before = deepmimo.config.get("scenarios_folder")
    found = load_scenario("o1_3p5", folder=real.parent)
    on = np.flatnonzero(street.rows > 0)
    assert found.name == "o1_3p5" and found.carrier == street.carrier
    assert len(found.positions) == len(on)
    order = [found.find(row, column) for row, column in zip(street.rows[on], street.columns[on], strict=True)]
    width = found.gain.shape[1]
    for name in ("positions", "gain", "delay", "azimuth", "elevation", "interactions", "corners"):
        mine = getattr(street, name)[on]
        mine = mine if name == "positions" else mine[:, :width]
        np.testing.assert_array_equal(getattr(found, name)[order], mine)
    assert len(found.buildings) == len(street.buildings)
    np.testing.assert_allclose(found.buildings[0].mean(axis=0), street.buildings[0].mean(axis=0), atol=1e-4)
    np.testing.assert_array_equal(paper_users(found), [found.find(*place) for place in PAPER_USERS])
    assert deepmimo.config.get("scenarios_folder") == before
    assert capfd.readouterr() == ("", "")


def test_the_real_scenario_not_there(deepmimo, tmp_path, keyboard, monkeypatch, capfd):
    with pytest.raises(FileNotFoundError, match=r"not found in .*download=True.*irsnb\[scenarios\]"):
        load_scenario("o1_3p5", folder=tmp_path)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match="deepmimo_scenarios"):
        load_scenario("o1_3p5")
    assert not list(tmp_path.iterdir())
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "file",
    [
        "params.json",
        "objects.json",
        "vertices.npz",
        "tx_pos_t000_tx000_r002.npz",
        "power_t000_tx000_r002.npz",
        *(file for file in FILES if file.endswith("_t000_tx000_r003.npz")),
    ],
)
@pytest.mark.parametrize("harm", ["missing", "truncated"])
def test_the_real_scenario_damaged(deepmimo, real, keyboard, file, harm):
    if harm == "missing":
        (real / file).unlink()
        error, pattern = FileNotFoundError, f"{file} was not found; remove .*download=True"
    else:
        (real / file).write_bytes((real / file).read_bytes()[:40])
        error, pattern = ValueError, f"{file} is damaged .*; remove .*download=True"
    kept = sorted(path.name for path in real.iterdir())
    with pytest.raises(error, match=pattern):
        load_scenario("o1_3p5", folder=real.parent, download=True)
    assert sorted(path.name for path in real.iterdir()) == kept


@pytest.mark.parametrize(("group", "lost"), [("r002", 400), ("r003", 451)])
def test_the_real_scenario_without_some_users(deepmimo, real, keyboard, group, lost):
    for file in real.glob(f"*_t000_tx000_{group}.npz"):
        file.unlink()
    with pytest.raises(ValueError, match=rf"expected a user in row .*\({lost} of 851 users .*; remove"):
        load_scenario("o1_3p5", folder=real.parent)


def test_the_real_scenario_without_what_is_not_needed(deepmimo, real, keyboard):
    """Another station's files, and a user grid that BS1 does not serve."""
    for file in real.glob("*_t001_*"):
        file.unlink()
    params = json.loads((real / "params.json").read_text(encoding="utf-8"))
    grid = params["txrx_sets"]["txrx_set_3"]
    params["txrx_sets"]["txrx_set_4"] = grid | {"id": 4, "id_orig": 4}
    (real / "params.json").write_text(json.dumps(params), encoding="utf-8")
    assert len(load_scenario("o1_3p5", folder=real.parent).positions) == 851


def test_the_real_scenario_without_a_network(deepmimo, tmp_path, keyboard, monkeypatch):
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ConnectionError, match="could not be downloaded .*o1_like_3p5"):
        load_scenario("o1_3p5", folder=tmp_path / "new" / "place", download=True)
    assert not list(tmp_path.iterdir())


def pretend(deepmimo, monkeypatch, folder=None, error=None):
    """Let deepmimo.download put a copy of `folder` where deepmimo would, or stop half way."""

    def download(name, output_dir=None):
        root = deepmimo.get_scenarios_dir()
        target = (
            shutil.copytree(DATA, f"{root}/{name}")
            if folder is None
            else shutil.copytree(folder, f"{root}/{name}")
        )
        if error is not None:
            shutil.rmtree(target)
            (Path(root) / "half.zip").write_bytes(b"PK")
            raise error
        return output_dir

    monkeypatch.setattr(deepmimo, "download", download)


def test_a_download_that_works(deepmimo, tmp_path, keyboard, monkeypatch):
    pretend(deepmimo, monkeypatch)
    root = tmp_path / "scenarios"
    found = load_scenario("o1_3p5", folder=root, download=True)
    assert found.name == "o1_3p5"
    assert [path.name for path in root.iterdir()] == ["o1_3p5"]
    # A second call reads what is there and fetches nothing.
    monkeypatch.setattr(deepmimo, "download", None)
    np.testing.assert_array_equal(load_scenario("o1_3p5", folder=root, download=True).gain, found.gain)


def test_a_download_that_breaks_off(deepmimo, tmp_path, keyboard, monkeypatch):
    pretend(deepmimo, monkeypatch, error=OSError("No space left on device"))
    with pytest.raises(ConnectionError, match="No space left"):
        load_scenario("o1_3p5", folder=tmp_path / "scenarios", download=True)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("file", ["power_t000_tx000_r002.npz", "objects.json"])
@pytest.mark.parametrize("harm", ["missing", "damaged"])
def test_a_download_that_is_incomplete(deepmimo, real, tmp_path, keyboard, monkeypatch, file, harm):
    if harm == "missing":
        (real / file).unlink()
    else:
        (real / file).write_bytes(b"")
    pretend(deepmimo, monkeypatch, folder=real)
    root = tmp_path / "scenarios"
    with pytest.raises((FileNotFoundError, ValueError)) as caught:
        load_scenario("o1_3p5", folder=root, download=True)
    said = str(caught.value)
    assert file in said and "incomplete, damaged" in said and "nothing of it was kept" in said
    assert said.endswith(f"try again, or unpack the archive from deepmimo.net as {root / 'o1_3p5'}")
    assert "remove" not in said and not root.exists()


@pytest.fixture
def serve(deepmimo, monkeypatch):
    """A function that lets deepmimo download from this machine: so many bytes are sent, of those promised."""
    answer = {}

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked = self.path.startswith("/api/download/secure?filename=o1_3p5.zip")
            body = json.dumps({"redirectUrl": "/archive"}).encode() if asked else answer["body"]
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body if asked else body[: answer["sent"]])

        def log_message(self, *_):
            """Say nothing."""

    def start(body, sent=None):
        answer.update(body=body, sent=sent)

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        here = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setattr(sys.modules["deepmimo.api.download"], "API_BASE_URL", here)
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        yield start
        server.shutdown()


def archive():
    """The embedded data, packed under the real scenario's name."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as target:
        for file in FILES:
            target.writestr(f"o1_3p5/{file}", DATA.joinpath(file).read_bytes())
    return packed.getvalue()


def test_deepmimos_own_download(serve, street, tmp_path, keyboard, capfd):
    serve(archive())
    root = tmp_path / "new" / "scenarios"
    found = load_scenario("o1_3p5", folder=root, download=True)
    assert found.name == "o1_3p5" and len(found.positions) == (street.rows > 0).sum()
    assert [path.name for path in root.iterdir()] == ["o1_3p5"]
    said = capfd.readouterr()
    assert "Downloading: 100%" in said.err and not said.out


@pytest.mark.parametrize("harm", ["cut", "junk"])
def test_deepmimos_own_download_breaks_off(serve, tmp_path, keyboard, harm):
    serve(*{"cut": (archive(), 100_000), "junk": (b"<html>404</html>",)}[harm])
    with pytest.raises(ConnectionError, match="could not be downloaded .*try again"):
        load_scenario("o1_3p5", folder=tmp_path / "new" / "scenarios", download=True)
    assert not list(tmp_path.iterdir())


def test_a_download_of_another_street(deepmimo, real, tmp_path, keyboard, monkeypatch):
    for file in real.glob("tx_pos_t000*"):
        rewrite(file, lambda array: array + [0.0, 1.0, 0.0])
    pretend(deepmimo, monkeypatch, folder=real)
    root = tmp_path / "scenarios"
    root.mkdir()
    (root / "mine.txt").write_text("kept", encoding="utf-8")
    with pytest.raises(ValueError, match="expected BS1"):
        load_scenario("o1_3p5", folder=root, download=True)
    assert [path.name for path in root.iterdir()] == ["mine.txt"]

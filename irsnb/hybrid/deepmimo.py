"""Streets in the form of DeepMIMO 4 on disk: the one that the package carries, and O1 itself.

``o1_like_3p5`` is ray-traced in a street built from what is published about O1, and comes with the package.
O1, ``o1_3p5``, is DeepMIMO's to hand out: it is fetched and read through the ``deepmimo`` package (4.0.5),
which this module alone imports. Both lie on disk in the form that deepmimo reads.
"""

import contextlib
import io
import itertools
import json
import os
import sys
import tempfile
import warnings
import zipfile
import zlib
from importlib import resources
from pathlib import Path

import numpy as np
from scipy.spatial import ConvexHull

from irsnb import checks
from irsnb.hybrid.scene import FIRST_USER, PITCH, SURFACE, TOLERANCE, Scenario, grid_places
from irsnb.hybrid.users import PAPER_USERS

__all__ = ["EMBEDDED", "REAL", "load_scenario"]

EMBEDDED, REAL = "o1_like_3p5", "o1_3p5"
_ANGLES = ("aoa_az", "aoa_el", "aod_az", "aod_el")
_KEYS = (*_ANGLES, "delay", "power", "phase", "inter", "inter_pos", "rx_pos", "tx_pos")
_ALL_PATHS = 1000
_UNREADABLE = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error, RecursionError)


def load_scenario(
    name: str = EMBEDDED, folder: str | os.PathLike | None = None, download: bool = False
) -> Scenario:
    """Read a street scenario.

    Parameters
    ----------
    name : {"o1_like_3p5", "o1_3p5"}
        The one in this package, or DeepMIMO's own: exactly so, in lower case.
    folder : path-like, optional
        Folder in which the scenario's folder stands: ``folder/name`` is read. By default the package's data,
        or for ``o1_3p5`` deepmimo's own: ``deepmimo_scenarios`` in the working directory.
    download : bool, optional
        Fetch ``o1_3p5`` into `folder` if it is not there; what stands there is never overwritten. For
        ``o1_like_3p5``, which is never fetched, it says nothing.

    Returns
    -------
    Scenario
        Of ``o1_3p5``, those users who are in the embedded scenario too, so that the two compare one to one;
        deepmimo reads the whole half million first, which takes some gigabytes of memory.

    Raises
    ------
    ValueError
        If the name is unknown, the folder is no path, a file is damaged, or BS1, a user of the paper or one
        of those kept is not where O1 has it.
    FileNotFoundError
        If the scenario, or one of its files, is missing.
    ConnectionError
        If the download fails; nothing of it is left behind.
    ImportError
        If ``o1_3p5`` is asked for and deepmimo is not installed.

    Examples
    --------
    >>> load_scenario()
    Scenario('o1_like_3p5', 882 users, up to 16 paths, 3.5 GHz)
    """
    checks.flag("download", download)
    if folder is not None and not isinstance(folder, (str, os.PathLike)):
        raise ValueError(
            f"folder: got {folder!r}; it must be the path of the folder in which the scenario's folder "
            "stands, or None for the default"
        )
    if not isinstance(name, str) or name not in (EMBEDDED, REAL):
        raise ValueError(
            f"name: got {name!r}; it must be {EMBEDDED!r}, which is in this package, or {REAL!r}, "
            "which deepmimo fetches (in lower case, as written here)"
        )
    if name == EMBEDDED:
        root = resources.files("irsnb").joinpath("data") if folder is None else Path(folder)
        with (
            resources.as_file(root.joinpath(name))
            if folder is None
            else contextlib.nullcontext(root / name) as place
        ):
            return _read_embedded(place)
    deepmimo = _deepmimo()
    root = (
        Path(folder).absolute()
        if folder is not None
        else Path.cwd() / deepmimo.config.get("scenarios_folder")
    )
    if not (root / name).exists():
        if not download:
            raise FileNotFoundError(
                f"{name} was not found in {root}. load_scenario({name!r}, download=True) fetches it there "
                f'(it needs the internet and `pip install "irsnb[scenarios]"`); {EMBEDDED!r} needs neither'
            )
        return _fetch(deepmimo, root, name)
    again = f"remove {root / name} and call load_scenario({name!r}, download=True)"
    return _read_real(deepmimo, root, name, again)


def _read_embedded(place):
    """The scenario in a folder of DeepMIMO's form, read with numpy alone."""
    if not place.is_dir():
        raise FileNotFoundError(
            f"{place} was not found; install irsnb again, or trace it anew: make scenario"
        )
    again = "install irsnb again, or trace it anew: make scenario"
    params, objects, _ = (
        _json(place / f"{stem}.json", again) for stem in ("params", "objects", "provenance")
    )
    vertices = _array(place / "vertices.npz", "vertices", again)
    try:
        carrier = float(params["rt_params"]["frequency"])
        sets = list(params["txrx_sets"].values())
        senders, receivers = (
            [(int(entry["id"]), int(entry["num_points"])) for entry in sets if entry[role]]
            for role in ("is_tx", "is_rx")
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _damaged(place / "params.json", f"an entry is missing or wrong: {error!r}", again) from None
    try:
        outlines = [
            vertices[np.unique(np.concatenate(entry["face_vertex_idxs"]).astype(int))]
            for entry in objects
            if entry["label"] == "buildings"
        ]
        buildings = _outlines(outlines)
    except (KeyError, TypeError, ValueError, IndexError) as error:
        raise _damaged(place / "objects.json", f"an entry is missing or wrong: {error!r}", again) from None

    # All of it, BS3's too, so that no file can be missing or damaged unnoticed.
    arrays = {
        (key, sender, index, receiver): _array(place / _file(key, sender, index, receiver), key, again)
        for sender, count in senders
        for index, (receiver, _), key in itertools.product(range(count), receivers, _KEYS)
    }

    def read(*key_and_pair):
        return arrays[key_and_pair]

    return _assemble(place, EMBEDDED, carrier, senders, receivers, buildings, read, again)


def _assemble(place, name, carrier, senders, receivers, buildings, read, again, wanted=None):
    """A Scenario from matrices that `read(key, sender set, index, receiver set)` hands out.

    `wanted` are the (row, column) to keep; every user if None. Sets are lists of (id, number of points).
    """
    if not np.isfinite(carrier) or carrier <= 0 or not senders or not receivers:
        raise _damaged(place / "params.json", "no carrier, no transmitter or no receiver", again)
    stations = []
    for sender, count in senders:
        for index, (receiver, _) in itertools.product(range(count), receivers):
            position = read("tx_pos", sender, index, receiver)
            if position is None:
                continue
            label = place / _file("tx_pos", sender, index, receiver)
            position = np.asarray(position, dtype=float).reshape(-1)
            if position.shape != (3,) or not np.isfinite(position).all():
                raise _damaged(label, "it must hold one position (1, 3)", again)
            stations.append((np.linalg.norm(position - SURFACE), sender, index, position))
    off, sender, index, surface = min(stations, default=(np.inf, 0, 0, None), key=lambda entry: entry[0])
    if off > TOLERANCE:
        found = (
            "no transmitter at all" if surface is None else f"the nearest transmitter at {surface.tolist()}"
        )
        raise ValueError(f"{place}: expected BS1 at {SURFACE} m, found {found}; {again}")

    parts = []
    for receiver, count in receivers:
        at = sender, index, receiver
        missing = [file for key in _KEYS if not _stored(file := place / _file(key, *at))]
        if len(missing) == len(_KEYS):
            continue  # BS1 does not serve this set at all; a user who is missed is named below
        if missing:
            raise FileNotFoundError(f"{missing[0]} was not found; {again}")
        users = np.asarray(read("rx_pos", *at), dtype=float)
        if users.shape != (count, 3) or not np.isfinite(users).all():
            raise _damaged(place / _file("rx_pos", *at), f"it must hold {count} finite positions", again)
        rows, columns = grid_places(users)
        if wanted is None:
            kept = np.arange(count)
        else:
            kept = np.flatnonzero(
                [place in wanted for place in zip(rows.tolist(), columns.tolist(), strict=True)]
            )
        if kept.size:
            parts.append(
                {"positions": users[kept], "rows": rows[kept], "columns": columns[kept]}
                | _paths(place, read, at, count, kept, again, strict=wanted is None)
            )
    if not parts:
        raise ValueError(f"{place}: expected users on O1's user grid 1, found none; {again}")
    width = max(part["gain"].shape[1] for part in parts)
    bounces = max(part["corners"].shape[2] for part in parts)
    empty = {"gain": 0, "interactions": -1}
    whole = {}
    for key in parts[0]:
        pieces = []
        for part in parts:
            array, grow = part[key], [(0, 0)] * part[key].ndim
            if key not in ("positions", "rows", "columns"):
                grow[1] = (0, width - array.shape[1])
            if key == "corners":
                grow[2] = (0, bounces - array.shape[2])
            pieces.append(
                np.pad(array, grow, constant_values=empty.get(key, np.nan)) if any(map(any, grow)) else array
            )
        whole[key] = np.concatenate(pieces)
    scenario = Scenario(name=name, carrier=carrier, surface=surface, buildings=buildings, **whole)
    _check_users(scenario, sorted(wanted) if wanted else PAPER_USERS, place, again)
    return scenario


def _paths(place, read, at, count, kept, again, strict):
    """Gain, delay, directions, codes and corners of the users `kept` of one pair of sets, strongest first.

    `strict` asks for a point for every bounce, as our own data has it.
    """
    raw = {}
    for key in ("inter", "power", "phase", "delay", "aod_az", "aod_el", "aoa_az", "aoa_el", "inter_pos"):
        array = read(key, *at)
        file = place / _file(key, *at)
        if array.dtype.kind not in "fiu":
            raise _damaged(file, f"it must hold numbers, not {array.dtype}", again)
        dimensions = 4 if key == "inter_pos" else 2
        paths = raw["inter"].shape[1] if raw else array.shape[1] if array.ndim > 1 else -1
        if array.ndim != dimensions or array.shape[:2] != (count, paths) or array.shape[3:] not in ((), (3,)):
            wanted = (
                f"({count}, {paths if paths >= 0 else 'paths'}{', bounces, 3' if dimensions == 4 else ''})"
            )
            raise _damaged(file, f"its shape is {array.shape} and must be {wanted}", again)
        array = raw[key] = array[kept].astype(float)
        if np.isinf(array).any():
            raise _damaged(file, "it holds an infinite number", again)
        if key == "inter_pos":
            continue
        if (np.isfinite(array) != np.isfinite(raw["inter"])).any():
            raise _damaged(file, "it has no number for a path, or one where no path is", again)
        if key == "delay" and (array <= 0).any():
            raise _damaged(file, "it holds a delay that is not above 0 s", again)
    there = np.isfinite(raw["inter"])
    gain = np.where(there, 10 ** (raw["power"] / 20) * np.exp(1j * np.deg2rad(raw["phase"])), 0)
    order = np.argsort(np.where(there, -raw["power"], np.inf), axis=1, kind="stable")
    order = order[:, : max(1, there.sum(axis=1).max())]

    def sort(array):
        return np.take_along_axis(array, order.reshape(order.shape + (1,) * (array.ndim - 2)), axis=1)

    bends = np.char.str_len(np.where(there, raw["inter"], 0).astype(int).astype(str)) * (raw["inter"] > 0)
    corners = raw["inter_pos"]
    present = np.isfinite(corners).all(axis=3)
    if strict and (present.sum(axis=2) < bends).any():
        raise _damaged(place / _file("inter_pos", *at), "it has no point for a bounce", again)
    return {
        "gain": sort(gain),
        "delay": sort(raw["delay"]),
        "azimuth": sort(np.deg2rad(raw["aod_az"])),
        "elevation": sort(np.deg2rad(90 - raw["aod_el"])),  # DeepMIMO counts from the zenith
        "interactions": sort(np.where(there, raw["inter"], -1).astype(int)),
        "corners": sort(corners),
    }


def _check_users(scenario, expected, place, again):
    """Raise unless a user stands in every (row, column) that is expected."""
    there = set(zip(scenario.rows.tolist(), scenario.columns.tolist(), strict=True))
    missing = [entry for entry in expected if entry not in there]
    if missing:
        row, column = missing[0]
        point = np.add(FIRST_USER, [PITCH * (column - 1), PITCH * (row - 1), 0])
        found = scenario.positions[scenario.nearest(point)]
        raise ValueError(
            f"{place}: expected a user in row {row}, column {column} at {np.round(point, 3).tolist()} m, "
            f"found the nearest at {np.round(found, 3).tolist()} ({len(missing)} of {len(expected)} users "
            f"expected are not there); {again}"
        )


def _outlines(blocks):
    """Ground outlines of blocks of vertices (V, 3): the convex hull seen from above."""
    outlines = []
    for block in blocks:
        level = np.unique(np.asarray(block, dtype=float)[:, :2], axis=0)
        outlines.append(level[ConvexHull(level).vertices])
    return tuple(outlines)


def _file(key, sender, index, receiver):
    return f"{key}_t{sender:03}_tx{index:03}_r{receiver:03}.npz"


def _stored(path):
    """Whether an array is on disk, in this file or in another format that deepmimo reads."""
    return any(path.with_suffix(suffix).is_file() for suffix in (".npz", ".mat", ".npy"))


def _damaged(path, why, again):
    return ValueError(f"{path} is damaged ({why}); {again}")


def _json(path, again):
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise FileNotFoundError(f"{path} was not found; {again}") from None
    except (OSError, ValueError, RecursionError) as error:
        raise _damaged(path, str(error), again) from None


def _array(path, key, again):
    try:
        with np.load(path, allow_pickle=False) as archive:
            return archive[key]
    except FileNotFoundError:
        raise FileNotFoundError(f"{path} was not found; {again}") from None
    except _UNREADABLE as error:
        raise _damaged(path, str(error), again) from None


@contextlib.contextmanager
def _hushed(deepmimo=None, root=None):
    """Keep deepmimo from printing, from asking at the keyboard, and from remembering our folder."""
    said, stdin = io.StringIO(), sys.stdin
    before = deepmimo.config.get("scenarios_folder") if deepmimo else None
    try:
        sys.stdin = io.StringIO("n\n" * 8)
        if root is not None:
            deepmimo.config.set("scenarios_folder", str(root))
        with contextlib.redirect_stdout(said), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield said
    finally:
        sys.stdin = stdin
        if root is not None:
            deepmimo.config.set("scenarios_folder", before)


def _deepmimo():
    try:
        with _hushed(), contextlib.redirect_stderr(io.StringIO()):
            import deepmimo
    except ImportError as error:
        raise ImportError(
            f'{REAL} needs deepmimo ({error}): pip install "irsnb[scenarios]"; {EMBEDDED!r} needs nothing'
        ) from None
    return deepmimo


def _fetch(deepmimo, root, name):
    """Download a scenario beside its place, check it, and only then put it there."""
    made = next((parent for parent in reversed((root, *root.parents)) if not parent.exists()), None)
    root.mkdir(parents=True, exist_ok=True)
    scenario = None
    try:
        with tempfile.TemporaryDirectory(dir=root, prefix=".irsnb-") as scratch:
            arrived = Path(scratch, "scenarios")
            with _hushed(deepmimo, arrived) as said:
                try:
                    deepmimo.download(name, output_dir=str(Path(scratch, "archive")))
                    reason = said.getvalue().strip().rpartition("\n")[2]
                except Exception as error:
                    reason = f"{type(error).__name__}: {error}"
            if not (arrived / name).is_dir():
                raise ConnectionError(
                    f"{name} could not be downloaded ({reason[:200]}). Check the network and try again, or "
                    f"unpack its archive from deepmimo.net as {root / name}; {EMBEDDED!r} needs no download"
                )
            scenario = _read_real(
                deepmimo,
                arrived,
                name,
                "what arrived is incomplete, damaged or another street, and nothing of it was kept: try "
                f"again, or unpack the archive from deepmimo.net as {root / name}",
            )
            os.rename(arrived / name, root / name)
    finally:
        if scenario is None and made is not None:
            with contextlib.suppress(OSError):
                for parent in (root, *root.parents):
                    parent.rmdir()
                    if parent == made:
                        break
    return scenario


def _read_real(deepmimo, root, name, again):
    """The users of the embedded scenario who stand on user grid 1, as deepmimo reads them."""
    place = root / name
    params, _ = (_json(place / f"{stem}.json", again) for stem in ("params", "objects"))
    if not _stored(place / "vertices.npz"):
        raise FileNotFoundError(f"{place / 'vertices.npz'} was not found; {again}")
    own = load_scenario(EMBEDDED)
    wanted = {entry for entry in zip(own.rows.tolist(), own.columns.tolist(), strict=True) if entry[0]}
    try:
        carrier = float(params["rt_params"]["frequency"])
        sets = sorted(params["txrx_sets"].values(), key=lambda entry: int(entry["id"]))
        senders = [(int(entry["id"]), int(entry["num_points"])) for entry in sets if entry["is_tx"]]
        receivers = [
            (int(entry["id"]), int(entry["num_points"]))
            for entry in sets
            if entry["is_rx"] and not entry["is_tx"]
        ]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _damaged(place / "params.json", f"an entry is missing or wrong: {error!r}", again) from None
    held = {}

    def load(keys, sender, index, receiver):
        with _hushed(deepmimo, root):
            return deepmimo.load(
                name,
                max_paths=_ALL_PATHS,
                tx_sets={sender: [index]},
                rx_sets={receiver: "all"},
                matrices=list(keys),
            )

    def read(key, *at):
        """One matrix: positions alone, where BS1 and the users are sought, else all of the pair at once."""
        keys = (key,) if key in ("tx_pos", "rx_pos") else _KEYS
        if (key, at) not in held:
            try:
                data = load(keys, *at)
                held.clear()
                held.update({(k, at): data[k] for k in keys})
            except Exception as error:
                for k in keys:
                    _array_if_there(place / _file(k, *at), k, again)
                raise _damaged(place, f"deepmimo says {type(error).__name__}: {error}", again) from None
        return held[key, at]

    with _hushed(deepmimo, root):
        try:
            objects = deepmimo.Scene.from_data(str(place)).get_objects(label="buildings")
            buildings = _outlines([np.vstack([face.vertices for face in entry.faces]) for entry in objects])
        except Exception as error:
            _array_if_there(place / "vertices.npz", "vertices", again)
            raise _damaged(
                place / "objects.json", f"deepmimo says {type(error).__name__}: {error}", again
            ) from None
    return _assemble(place, name, carrier, senders, receivers, buildings, read, again, wanted)


def _array_if_there(path, key, again):
    """Blame a file that numpy cannot read either."""
    if path.exists():
        _array(path, key, again)

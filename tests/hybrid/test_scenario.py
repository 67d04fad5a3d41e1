"""The street's data against physics worked out here anew, and every way in which reading it can go wrong."""

import http.server
import io
import itertools
import json
import shutil
import subprocess
import sys
import threading
import types
import zipfile
from importlib import resources
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pytest
from scipy.constants import epsilon_0, speed_of_light
from scipy.optimize import linear_sum_assignment

from irsnb.hybrid import scenario as module
from irsnb.hybrid.scenario import PAPER_USERS, load_scenario, paper_users, polar

DATA = resources.files("irsnb").joinpath("data", "o1_like_3p5")
FILES = sorted(path.name for path in DATA.iterdir())
TOOL = Path(__file__).resolve().parents[2] / "tools" / "scenario.py"
# Relative permittivity and conductivity [S/m] of O1's materials.
WALL, GROUND = (2.94, 0.028), (25.0, 0.02)


@pytest.fixture(scope="module")
def street():
    return load_scenario()


# An image method for boxes that stand along the axes, on flat ground.


def faces_of(buildings):
    """Faces as (axis, place, outward sign, low corner, high corner, material)."""
    faces = [(2, 0.0, 1.0, np.full(3, -np.inf), np.full(3, np.inf), GROUND)]
    for outline in buildings:
        low, high = np.append(outline.min(axis=0), 0.0), np.append(outline.max(axis=0), np.inf)
        for axis, (edge, sign) in itertools.product((0, 1), ((low, -1.0), (high, 1.0))):
            faces.append((axis, edge[axis], sign, low, high, WALL))
    return faces


def mirrored(point, face):
    image = point.copy()
    image[face[0]] = 2 * face[1] - point[face[0]]
    return image


def blocked(line, low, high):
    """Whether a leg of the line passes through the inside of a box (high, so that its roof is never met)."""
    for start, end in itertools.pairwise(line):
        along = end - start
        along = np.where(along == 0, 1e-300, along)
        first, last = (low[:, :2] - start[:2]) / along[:2], (high[:, :2] - start[:2]) / along[:2]
        enter, leave = np.minimum(first, last).max(axis=1), np.maximum(first, last).min(axis=1)
        if np.any(np.minimum(leave, 1 - 1e-9) - np.maximum(enter, 1e-9) > 1e-9):
            return True
    return False


def bent_line(start, end, faces):
    """Points of the specular line over the faces in their order, or None where it misses one."""
    images = [start]
    for face in faces:
        if face[2] * (images[-1][face[0]] - face[1]) <= 0:
            return None
        images.append(mirrored(images[-1], face))
    line = [end]
    for image, (axis, place, sign, low, high, _) in zip(images[:0:-1], faces[::-1], strict=True):
        if sign * (line[0][axis] - place) <= 0:
            return None
        share = (place - image[axis]) / (line[0][axis] - image[axis])
        point = image + share * (line[0] - image)
        point[axis] = place
        across = [other for other in range(3) if other != axis]
        if np.any(point[across] < low[across]) or np.any(point[across] > high[across]) or point[2] < 0:
            return None
        line.insert(0, point)
    return np.array([start, *line])


def vertical(ray):
    """Direction of a vertically polarised field that goes along a ray."""
    level = np.hypot(ray[0], ray[1])
    return np.array([ray[0] * ray[2] / level, ray[1] * ray[2] / level, -level])


def gain_of(line, faces, carrier):
    """Isotropic path gain of a line over half spaces, by Fresnel's coefficients, with the carrier's phase."""
    rays = np.diff(line, axis=0)
    rays /= np.linalg.norm(rays, axis=1, keepdims=True)
    field = vertical(rays[0]).astype(complex)
    for before, after, (axis, *_, (permittivity, conductivity)) in zip(
        rays[:-1], rays[1:], faces, strict=True
    ):
        eta = permittivity - 1j * conductivity / (2 * np.pi * carrier * epsilon_0)
        cosine = abs(before[axis])
        root = np.sqrt(eta - (1 - cosine**2))
        across = np.cross(before, np.eye(3)[axis])
        across /= np.linalg.norm(across)
        electric = (cosine - root) / (cosine + root)
        magnetic = (eta * cosine - root) / (eta * cosine + root)
        in_plane = field @ np.cross(before, across)
        field = electric * (field @ across) * across + magnetic * in_plane * np.cross(after, across)
    length = np.linalg.norm(np.diff(line, axis=0), axis=1).sum()
    turns = (carrier / speed_of_light * length) % 1
    spread = speed_of_light / carrier / (4 * np.pi * length)
    return spread * (field @ vertical(rays[-1])) * np.exp(-2j * np.pi * turns)


def in_front(start, faces, count):
    """Sequences of so many faces, each seen from its outside by the image before it."""
    if not count:
        yield []
        return
    for face in faces:
        if face[2] * (start[face[0]] - face[1]) > 0:
            yield from ([face, *others] for others in in_front(mirrored(start, face), faces, count - 1))


def image_paths(surface, user, buildings, carrier, bounces, faces=None):
    """All specular paths up to so many bounces, over some of the faces or all: (bounces, line, gain)."""
    faces = faces_of(buildings) if faces is None else faces
    low = np.array([np.append(outline.min(axis=0), 0) for outline in buildings])
    high = np.array([np.append(outline.max(axis=0), 0) for outline in buildings])
    paths = []
    for count in range(bounces + 1):
        for chosen in in_front(surface, faces, count):
            line = bent_line(surface, user, chosen)
            if line is not None and not blocked(line, low, high):
                paths.append((count, line, gain_of(line, chosen, carrier)))
    return paths


def deviations(scenario, users, bounces=2, faces=None):
    """Largest deviations of a scenario's paths of up to so many bounces from the image method's.

    Returns a dict: paths (how many), unmatched (on either side), length [m], direction [rad], corner [m],
    level (relative modulus), phase [rad].
    """
    worst = dict.fromkeys(("paths", "unmatched", "length", "direction", "corner", "level", "phase"), 0)
    for user in users:
        expected = image_paths(
            scenario.surface, scenario.positions[user], scenario.buildings, scenario.carrier, bounces, faces
        )
        for count in range(bounces + 1):
            lines = [(line, gain) for bends, line, gain in expected if bends == count]
            mine = np.flatnonzero(scenario.interactions[user] == int("1" * count or 0))
            worst["paths"] += len(mine)
            worst["unmatched"] += abs(len(lines) - len(mine))
            bends = np.array([line[1:-1] for line, _ in lines]).reshape(len(lines), 1, 3 * count)
            corners = scenario.corners[user, mine, :count].reshape(len(mine), 3 * count)
            off = np.abs(bends - corners).max(axis=2, initial=0)
            # One to one, so that a path found twice cannot stand in for a lost one.
            for at, number in zip(*linear_sum_assignment(off), strict=True):
                (line, gain), path = lines[at], mine[number]
                azimuth, elevation = scenario.azimuth[user, path], scenario.elevation[user, path]
                level = np.cos(elevation)
                ray = np.array([level * np.cos(azimuth), level * np.sin(azimuth), np.sin(elevation)])
                leave = (line[1] - line[0]) / np.linalg.norm(line[1] - line[0])
                length = np.linalg.norm(np.diff(line, axis=0), axis=1).sum()
                ratio = scenario.gain[user, path] / gain
                for key, value in {
                    "length": abs(speed_of_light * scenario.delay[user, path] - length),
                    "direction": np.linalg.norm(ray - leave),
                    "corner": off[at, number],
                    "level": abs(abs(ratio) - 1),
                    "phase": abs(np.angle(ratio)),
                }.items():
                    worst[key] = max(worst[key], value)
    return worst


def agrees(found):
    """Whether deviations are no more than the data's last digits: lengths to 0.1 mm and better."""
    return (
        found["unmatched"] == 0
        and found["length"] < 1e-9
        and found["direction"] < 1e-6
        and found["corner"] < 1e-4
        and found["level"] < 5e-3  # the tracer's own: 4e-3 for one weak double bounce, 1e-4 for the rest
        and found["phase"] < np.deg2rad(0.1)
    )


def sample(scenario):
    """The paper's users, the corners of the dense block, users near the surface and far ones."""
    near = np.flatnonzero(polar(scenario)[:, 2] < 12)
    return np.unique(
        np.r_[paper_users(scenario), 0, 19, 380, 399, near[::16], np.arange(400, len(scenario.positions), 83)]
    )


def changed(scenario, **arrays):
    """A copy of a scenario with some fields replaced."""
    values = {name: getattr(scenario, name) for name in scenario.__dataclass_fields__}
    return module.Scenario(**values | arrays)


def wall_for_ground(scenario):
    """The first user's ground bounce replaced by a copy of the wall's."""
    user = paper_users(scenario)[0]
    single = np.flatnonzero(scenario.interactions[user] == 1)
    height = scenario.corners[user, single, 0, 2]
    ground, wall = single[height.argmin()], single[height.argmax()]
    arrays = {
        name: getattr(scenario, name).copy() for name in ("gain", "delay", "azimuth", "elevation", "corners")
    }
    for array in arrays.values():
        array[user, ground] = array[user, wall]
    return arrays


def test_true_columns_of_tables_1_and_2(street):
    azimuth, elevation, distance = polar(street, paper_users(street)).T
    np.testing.assert_allclose(distance, [90.88, 90.93, 91.17, 91.14], atol=0.01)
    np.testing.assert_allclose(np.rad2deg(azimuth), [-85.63, -85.25, -85.01, -83.87], atol=0.01)
    np.testing.assert_allclose(np.rad2deg(elevation), [-2.52, -2.52, -2.51, -2.52], atol=0.01)


def test_what_the_scenario_holds(street):
    count, paths = street.gain.shape
    assert street.name == "o1_like_3p5" and street.carrier == 3.5e9
    assert street.wavelength == pytest.approx(0.0857, abs=5e-5)
    assert street.positions.shape == (count, 3) and street.corners.shape[:2] == (count, paths)
    there = street.interactions >= 0
    assert (there == (street.gain != 0)).all()
    for array in (street.delay, street.azimuth, street.elevation):
        assert (np.isfinite(array) == there).all()
    assert set(np.unique(street.interactions)) == {-1, 0, 1, 11, 111, 1111}
    assert (np.diff(np.abs(street.gain), axis=1) <= 0).all()
    bends = np.isfinite(street.corners).all(axis=-1).sum(axis=-1)
    assert (bends[there] == np.char.count(street.interactions[there].astype(str), "1")).all()
    for row, column in itertools.product(range(1, 21), repeat=2):
        assert street.find(row, column) == (row - 1) * 20 + column - 1
    assert [street.find(*place) for place in PAPER_USERS] == paper_users(street).tolist()
    assert len(np.unique(np.round(street.positions, 3), axis=0)) == count
    assert all(outline.ndim == 2 and outline.shape[1] == 2 for outline in street.buildings)
    assert not any(array.flags.writeable for array in (street.gain, street.positions, street.buildings[0]))


def test_users_at_the_distances_the_paper_speaks_of(street):
    distance = polar(street)[:, 2]
    near = (distance >= 6) & (distance <= 12)
    assert near.sum() >= 40
    assert (street.positions[near, 0] > street.surface[0] + 1).all()
    assert distance.max() < 101


def test_line_of_sight_is_a_spherical_wave(street):
    distance = polar(street)[:, 2]
    wave = 2 * np.pi / street.wavelength
    assert (street.interactions[:, 0] == 0).all()
    np.testing.assert_allclose(street.delay[:, 0] * speed_of_light, distance, rtol=1e-13)
    expected = np.exp(-1j * wave * distance) / (2 * wave * distance)
    np.testing.assert_allclose(street.gain[:, 0] / expected, 1, atol=5e-6)
    angles = np.stack([street.azimuth[:, 0], street.elevation[:, 0]], axis=-1)
    np.testing.assert_allclose(angles, polar(street)[:, :2], atol=2e-7)


def test_paths_against_images(street):
    users = sample(street)
    found = deviations(street, users)
    assert len(users) >= 16 and found["paths"] > 5 * len(users)
    assert agrees(found), found


def test_four_bounces_against_images(street):
    """Every path of a few users, over the faces that look at the street within 120 m of the surface."""
    y = street.surface[1]
    faces = [
        face
        for face in faces_of(street.buildings)
        if (face[3][1] - 120 < y < face[4][1] + 120)
        and (face[0] == 2 or 230 < (face[1] if face[0] == 0 else face[3][0]) < 294)
    ]
    users = [*paper_users(street)[::3], street.nearest([244, 394, 2]), street.nearest([272, 407, 2])]
    found = deviations(street, users, 4, faces)
    assert found["paths"] == (street.interactions[users] >= 0).sum()
    assert agrees(found), found


def test_every_path_is_its_image_points_wave(street):
    """Length and direction against the stored corners, for all bounces: the line from point to point."""
    there = street.interactions >= 0
    user, path = np.nonzero(there)
    corners = street.corners[user, path]
    ends = np.repeat(street.positions[user, None], corners.shape[1], axis=1)
    line = np.concatenate(
        [
            np.broadcast_to(street.surface, (len(user), 1, 3)),
            np.where(np.isnan(corners), ends, corners),
            street.positions[user, None],
        ],
        axis=1,
    )
    length = np.linalg.norm(np.diff(line, axis=1), axis=-1).sum(axis=1)
    np.testing.assert_allclose(street.delay[user, path] * speed_of_light, length, atol=1e-4)
    first = line[:, 1] - line[:, 0]
    np.testing.assert_allclose(street.azimuth[user, path], np.arctan2(first[:, 1], first[:, 0]), atol=2e-5)


@pytest.mark.parametrize(
    "plant",
    [
        lambda s: {"delay": s.delay + 1e-9},
        lambda s: {"gain": s.gain.conj()},
        lambda s: {"gain": s.gain * np.exp(2j * np.pi * s.carrier * np.nan_to_num(s.delay))},
        lambda s: {"gain": s.gain * 1.01},
        lambda s: {"azimuth": s.azimuth + 1e-5},
        lambda s: {"elevation": np.pi / 2 - s.elevation},
        lambda s: {"corners": s.corners + 1e-3},
        lambda s: {"interactions": np.where(s.interactions == 11, -1, s.interactions)},
        wall_for_ground,
    ],
    ids=["delay", "conjugate", "no carrier", "level", "azimuth", "zenith", "corners", "lost paths", "twice"],
)
def test_a_planted_error_is_caught(street, plant):
    users = paper_users(street)[:1]
    assert agrees(deviations(street, users))
    assert not agrees(deviations(changed(street, **plant(street)), users))


def test_small_enough_to_ship():
    assert sum(path.stat().st_size for path in DATA.iterdir()) < 2e6
    provenance = json.loads(DATA.joinpath("provenance.json").read_text(encoding="utf-8"))
    assert provenance["max_reflections"] == 4 and provenance["assumptions"] and provenance["date"]
    assert set(provenance["paths_dropped"].values()) == {0}
    assert {tuple(entry) for entry in provenance["materials"].values()} == {WALL, GROUND}


@pytest.fixture
def tool():
    """The script that traced the street; it needs sionna-rt only when it traces."""
    spec = spec_from_file_location("scenario_tool", TOOL)
    loaded = module_from_spec(spec)
    spec.loader.exec_module(loaded)
    return loaded


def altered(value):
    """Copies of a constant, each with one of the numbers or words in it changed."""
    if isinstance(value, dict):
        yield from (value | {key: other} for key in value for other in altered(value[key]))
    elif isinstance(value, tuple):
        for at, entry in enumerate(value):
            yield from ((*value[:at], other, *value[at + 1 :]) for other in altered(entry))
    else:
        yield 2 * value if isinstance(value, str) else value + max(1, value // 10)


def test_every_assumption_is_listed(street, tool, monkeypatch):
    listed = json.loads(DATA.joinpath("provenance.json").read_text(encoding="utf-8"))["assumptions"]
    assert tool.assumptions() == listed
    assert f"{(street.rows == 0).sum()} users of the patch stand off O1's grid" in listed[-1]
    constants = {
        name: value
        for name, value in vars(tool).items()
        if name.isupper() and name not in ("NAME", "FOLDER", "SPEED_OF_LIGHT")
    }
    assert len(constants) > 25
    for name, value in constants.items():
        for other in altered(value):
            with monkeypatch.context() as patch:
                patch.setattr(tool, name, other)
                assert tool.assumptions() != listed, f"{name} = {other} would read the same"


def test_the_assumptions_are_those_of_the_data(street, tool):
    np.testing.assert_array_equal(np.concatenate(list(tool.users().values())), street.positions)
    traced = [faces.reshape(-1, 3)[:, :2] for _, _, label, faces in tool.rectangles() if label == "buildings"]
    for corners, outline in zip(traced, street.buildings, strict=True):
        np.testing.assert_array_equal(corners.min(axis=0), outline.min(axis=0))
        np.testing.assert_array_equal(corners.max(axis=0), outline.max(axis=0))
    assert (np.isfinite(street.delay).sum(axis=1) <= tool.MAX_PATHS).all()
    assert np.nanmax(street.corners[..., 2]) < street.surface[2]


@pytest.mark.skipif(find_spec("sionna") is not None, reason="sionna-rt is installed")
def test_tracing_says_what_is_missing(tmp_path):
    done = subprocess.run(
        [sys.executable, TOOL, tmp_path / "street"], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 1 and not done.stdout
    assert done.stderr.startswith("irsnb: tracing needs sionna-rt") and done.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())


# Lookups.


def test_lookups_say_what_is_wrong(street):
    assert street.nearest(street.positions[123] + 0.01) == 123
    with pytest.raises(ValueError, match=r"got \(30, 1\).*rows and columns"):
        street.find(30, 1)
    with pytest.raises(ValueError, match="row, column"):
        street.find(0, 0)
    with pytest.raises(ValueError, match=r"point: got shape \(2, 3\)"):
        street.nearest(np.zeros((2, 3)))
    with pytest.raises(ValueError, match="point: got nan"):
        street.nearest([0, np.nan, 0])
    for users in ([-1], [882], [0.5], [[0]]):
        with pytest.raises(ValueError, match="indices from 0 to 881"):
            polar(street, users)
    assert polar(street).shape == (882, 3) and polar(street, 5).shape == (1, 3)


# Bad input, on copies.


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

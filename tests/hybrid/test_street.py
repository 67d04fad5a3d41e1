"""The street's data against physics worked out here anew, and the tool that made it."""

import itertools
import json
import subprocess
import sys
from importlib import resources
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pytest
from scipy.constants import epsilon_0, speed_of_light
from scipy.optimize import linear_sum_assignment

from irsnb.hybrid import PAPER_USERS, Scenario, paper_users, polar

DATA = resources.files("irsnb").joinpath("data", "o1_like_3p5")
TOOL = Path(__file__).resolve().parents[2] / "tools" / "scenario.py"
# Relative permittivity and conductivity [S/m] of O1's materials.
WALL, GROUND = (2.94, 0.028), (25.0, 0.02)


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
    return Scenario(**values | arrays)


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
        if name.isupper() and name not in ("EMBEDDED", "FOLDER", "SURFACE")
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
    with pytest.raises(ValueError, match="row: got 0"):
        street.find(0, 0)
    with pytest.raises(ValueError, match=r"point: got shape \(2, 3\)"):
        street.nearest(np.zeros((2, 3)))
    with pytest.raises(ValueError, match="point: got nan"):
        street.nearest([0, np.nan, 0])
    for users in ([-1], [882], [0.5], [[0]]):
        with pytest.raises(ValueError, match="^users: got"):
            polar(street, users)
    assert polar(street).shape == (882, 3) and polar(street, 5).shape == (1, 3)

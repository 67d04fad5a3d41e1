"""Trace the O1-like street and write it as a DeepMIMO 4 scenario: what `make scenario` calls.

    .venv/bin/python tools/scenario.py [FOLDER]

Needs the extra `tracing` (sionna-rt) and an LLVM library of version 19 or newer. The shipped data in
irsnb/data/o1_like_3p5 came from one run of this script; no test and no notebook runs it.

Sionna RT finds which faces each path touches and how strong it is, in single precision. Single precision
places a point 400 m from the origin within 0.03 mm, a tenth of a degree of carrier phase. So the street is
traced around the foot of BS1, and then every path is laid anew in double precision: the transmitter is
mirrored in the planes of the faces touched, in their order, and the line back from the receiver gives the
points, the length, the delay and both directions. From the tracer stay the sequence of faces and the complex
amplitude (spreading, polarisation and reflection losses), to which the carrier's -360 fc delay is added.

Against Fresnel's coefficients in double precision the modulus of a single bounce is right within 0.01 %, that
of a weak path with two bounces close together within 0.4 %. The likely reason: the tracer lifts points up to
a millimetre off their faces, so that a ray does not hit the face it leaves.
"""

import contextlib
import ctypes.util
import datetime
import importlib.metadata
import importlib.util
import json
import os
import re
import shutil
import sys
import tempfile
import time
import zipfile
from pathlib import Path

import numpy as np
from scipy.constants import speed_of_light

from irsnb.hybrid.deepmimo import EMBEDDED
from irsnb.hybrid.scene import COLUMNS, FIRST_USER, PITCH, ROWS, SURFACE

FOLDER = Path(__file__).resolve().parent.parent / "irsnb" / "data" / EMBEDDED
CARRIER = 3.5e9  # Hz

# Published: in O1's documentation or in the parameters of its siblings; user grid 1 is in irsnb.hybrid.scene.
BASE_STATIONS = {"BS1": SURFACE, "BS3": (235.504, 489.504, 6.0)}  # m
MAX_REFLECTIONS = 4  # O1 is traced with four reflections and no diffraction
MATERIALS = {  # relative permittivity, conductivity [S/m]
    "wall": (2.94, 0.028),  # O1's single-layer dielectric
    "ground": (25.0, 0.02),  # O1's wet earth
}
CROSS_STREET_WIDTH = 40.0  # m; the main street's too, which is 600 m long, but see the facades
BASE = (30.0, 60.0)  # m; of the buildings along the main street

# Read from the reflection points in a sibling's published data.
WEST_FACADE = 230.675  # m; the mean of 230.60 to 230.75: O1's own leans by 0.22 deg, here it is straight
EAST_FACADE = 293.28  # m
EAST_LENGTH, EAST_GAP = 30.0, 20.0  # m along the street; a block, and from block to block

# Chosen, because O1's figure alone shows it.
THICKNESS = 10.0  # m; so thick that nothing comes back from behind: every face is a half space
WEST_LENGTH = BASE[1]  # m along the street, wall to wall
WEST_DEPTH, EAST_DEPTH = BASE  # m, away from the street
WEST_HEIGHT, EAST_HEIGHT = 25.0, 20.0  # m; no path here climbs above 6 m, so the heights change nothing
CROSS_STREET = 640.0  # m; y of its middle, more than 100 m from every user kept here
SOUTH_END, NORTH_END = 260.0, 900.0  # m; blocks are laid from the cross street outward as far as this
GROUND = (150.0, 400.0, 200.0, 960.0)  # m; west, east, south, north edge of the flat ground
LEFT_OUT = (
    "the blocks along the cross street behind the first row",
    "vehicles, street furniture and vegetation",
    "diffraction, diffuse scattering and transmission through walls",
)

# Users kept: the paper's neighbourhood, the street around BS1, and a patch right in front of BS1.
DENSE = 20  # rows and columns 1 to this of user grid 1
SPARSE_FIRST, SPARSE_STEP, SPARSE_RADIUS = 11, 20, 100.0  # every 4 m of user grid 1 within 100 m of BS1
NEAR_STEP, NEAR_RANGE, NEAR_IN_FRONT = 8, (6.0, 12.0), 1.0  # every 1.6 m at 6 to 12 m, 1 m in front of BS1

MAX_PATHS = 25  # the strongest a user; DeepMIMO loads no more unless it is asked
RECEIVERS_A_CALL = 50  # many more at once and the tracer drops paths without a word
SAMPLES = 1_000_000  # rays a transmitter and call
ON_FACE = 1e-6  # m; a re-laid point must lie on its face within this


def fail(reason):
    sys.exit(f"irsnb: {reason}")


def tracer():
    """Import sionna.rt on the CPU, or say in one line what is missing."""
    if importlib.util.find_spec("sionna") is None:
        fail("tracing needs sionna-rt, which is not installed: pip install 'irsnb[tracing]'")
    library = os.environ.get("DRJIT_LIBLLVM_PATH")
    if library is None:
        found = [ctypes.util.find_library(name) for name in ("LLVM-19", "LLVM-20", "LLVM-21", "LLVM")]
        library = next(filter(None, found), "")
    elif not Path(library).is_file():
        fail(f"DRJIT_LIBLLVM_PATH names no file: {library}")
    # An older one is not refused by the tracer but ends it, so it must not come that far.
    version = re.search(r"\d+", Path(library).name)
    if not library or (version and int(version[0]) < 19):
        fail(
            f"tracing needs the LLVM library, version 19 or newer (found: {library or 'none'}). On Debian "
            "and Ubuntu: apt install libllvm19; if it stands elsewhere, set DRJIT_LIBLLVM_PATH to its file"
        )
    os.environ["DRJIT_LIBLLVM_PATH"] = library
    try:
        import mitsuba

        mitsuba.set_variant("llvm_ad_mono_polarized")
        import sionna.rt

        mitsuba.Float(1) + 1  # the library is opened here
    except ModuleNotFoundError as error:
        fail(f"tracing needs {error.name}, which is not installed: pip install 'irsnb[tracing]'")
    except (ImportError, RuntimeError) as error:
        fail(f"the tracer does not start ({str(error).splitlines()[0]}); it needs LLVM 19 or newer")
    return sionna.rt


def rectangles():
    """The street: a list of objects, each (name, material, label, faces (F, 4, 3) [m])."""

    def block(name, x, y, height):
        x, y = sorted(x), sorted(y)
        outline = [(x[0], y[0]), (x[1], y[0]), (x[1], y[1]), (x[0], y[1])]
        sides = [
            [(*a, 0.0), (*b, 0.0), (*b, height), (*a, height)]
            for a, b in zip(outline, outline[1:] + outline[:1], strict=True)
        ]
        return name, "wall", "buildings", np.array([*sides, [(*corner, height) for corner in outline]])

    west, east, south, north = GROUND
    ground = np.array([[(west, south, 0.0), (east, south, 0.0), (east, north, 0.0), (west, north, 0.0)]])
    street = [("ground", "ground", "terrain", ground)]
    for side, facade, depth, height, length, gap in (
        ("west", WEST_FACADE, -WEST_DEPTH, WEST_HEIGHT, WEST_LENGTH, 0.0),
        ("east", EAST_FACADE, EAST_DEPTH, EAST_HEIGHT, EAST_LENGTH, EAST_GAP),
    ):
        edge = CROSS_STREET_WIDTH / 2
        starts = [CROSS_STREET + edge + k * (length + gap) for k in range(20)]
        starts += [CROSS_STREET - edge - length - k * (length + gap) for k in range(20)]
        kept = sorted(y for y in starts if y >= SOUTH_END and y + length <= NORTH_END)
        for number, y in enumerate(kept, start=1):
            x = (facade, facade + depth)
            street.append(block(f"{side}_{number}", x, (y, y + length), height))
    return street


def grid_point(row, column):
    """Position of a place on user grid 1, both counted from 1 (or, off the grid, from below) [m]."""
    x, y, z = FIRST_USER
    return (x + PITCH * (column - 1), y + PITCH * (row - 1), z)


def users():
    """Receiver sets: {name: positions (N, 3) [m]}."""
    surface = np.array(BASE_STATIONS["BS1"])
    dense = [(row, column) for row in range(1, DENSE + 1) for column in range(1, DENSE + 1)]
    sparse = [
        (row, column)
        for row in range(SPARSE_FIRST, ROWS + 1, SPARSE_STEP)
        for column in range(SPARSE_FIRST, COLUMNS + 1, SPARSE_STEP)
        if np.linalg.norm(grid_point(row, column) - surface) <= SPARSE_RADIUS
    ]
    # The patch in front of BS1 keeps the grid's lines, and goes on where the grid ends towards the wall.
    middle = 1 + round((surface[1] - FIRST_USER[1]) / PITCH)
    around = range(-NEAR_STEP * 8, NEAR_STEP * 8 + 1, NEAR_STEP)
    near = [
        (middle + row, 1 + column)
        for row in around
        for column in around
        if NEAR_RANGE[0] <= np.linalg.norm(grid_point(middle + row, 1 + column) - surface) <= NEAR_RANGE[1]
        and grid_point(middle + row, 1 + column)[0] > surface[0] + NEAR_IN_FRONT
    ]
    places = list(dict.fromkeys(sparse + near))
    return {
        "dense": np.array([grid_point(*place) for place in dense]),
        "sparse": np.array([grid_point(*place) for place in places if place not in set(dense)]),
    }


def assumptions():
    """What the street is built and traced from, as a list of sentences: published, read off, or chosen."""
    stations = " and ".join(f"{name} at {place}" for name, place in BASE_STATIONS.items())
    beyond = np.sum(users()["sparse"][:, 0] < FIRST_USER[0] - PITCH / 2)
    west, east, south, north = GROUND
    return [
        f"Published: {stations} m; user grid 1 from {FIRST_USER} m on, {ROWS} rows of {COLUMNS} users, "
        f"{PITCH:g} m apart; the carrier, {CARRIER / 1e9:g} GHz.",
        f"Published: up to {MAX_REFLECTIONS} reflections; relative permittivity and conductivity in S/m, "
        f"{MATERIALS['wall']} of the walls and {MATERIALS['ground']} of the ground.",
        f"Published: the cross street is {CROSS_STREET_WIDTH:g} m wide, and the buildings along the main "
        f"street have bases of {BASE[0]:g} by {BASE[1]:g} m.",
        "Read from the reflection points in the published data of a scenario that is O1's sibling: the west "
        f"facade at x = {WEST_FACADE} m (there it leans by 0.22 deg, here it is straight), the east facade "
        f"at x = {EAST_FACADE} m, its blocks {EAST_LENGTH:g} m long with gaps of {EAST_GAP:g} m. The "
        "documentation gives the main street as 40 m wide; from facade to facade ours is "
        f"{EAST_FACADE - WEST_FACADE:.1f} m.",
        f"Chosen: the blocks on the west side are {WEST_LENGTH:g} m long, wall to wall, and {WEST_DEPTH:g} m "
        f"deep, those on the east side {EAST_DEPTH:g} m deep; heights are {WEST_HEIGHT:g} m in the west and "
        f"{EAST_HEIGHT:g} m in the east, which changes nothing, since no path climbs above the surface.",
        f"Chosen: the middle of the cross street is at y = {CROSS_STREET:g} m; from it blocks are laid "
        f"outward, which places the gaps, and none reaches beyond y = {SOUTH_END:g} or {NORTH_END:g} m.",
        f"Chosen: the ground is flat, from x = {west:g} to {east:g} m and from y = {south:g} to {north:g} m.",
        f"Chosen: walls and ground are {THICKNESS:g} m thick and nothing comes back from behind, so that "
        "each face is a half space.",
        "Chosen: antennas are isotropic and vertically polarised.",
        "Left out: " + "; ".join(LEFT_OUT) + ".",
        f"Traced: {SAMPLES} rays a transmitter for {RECEIVERS_A_CALL} users at a time; of each user's paths "
        f"the {MAX_PATHS} strongest, each laid anew so that it touches its faces within {ON_FACE:g} m.",
        f"Users: rows and columns 1 to {DENSE} of user grid 1; from row and column {SPARSE_FIRST} on every "
        f"{SPARSE_STEP}th, up to {SPARSE_RADIUS:g} m from BS1; and a patch of every {NEAR_STEP}th line "
        f"around BS1, {NEAR_RANGE[0]:g} to {NEAR_RANGE[1]:g} m from it and more than {NEAR_IN_FRONT:g} m "
        f"in front of it. {beyond} users of the patch stand off O1's grid, between it and the west facade.",
    ]


def build_scene(rt, street, origin, folder):
    """The street as a Sionna scene, shifted so that `origin` is at 0."""
    scene = rt.load_scene()
    scene.frequency = CARRIER
    materials = {
        name: rt.RadioMaterial(
            f"{name}_material",
            thickness=THICKNESS,
            relative_permittivity=permittivity,
            conductivity=conductivity,
        )
        for name, (permittivity, conductivity) in MATERIALS.items()
    }
    objects = []
    for name, material, _, faces in street:
        # Two triangles a face, in order: triangle t belongs to face t // 2.
        corners = (faces - origin).reshape(-1, 3)
        lines = ["ply", "format ascii 1.0", f"element vertex {len(corners)}"]
        lines += [f"property float {axis}" for axis in "xyz"]
        lines += [f"element face {2 * len(faces)}", "property list uchar int vertex_index", "end_header"]
        lines += [" ".join(f"{value:.9g}" for value in corner) for corner in corners]
        for first in range(0, len(corners), 4):
            lines += [f"3 {first} {first + 1} {first + 2}", f"3 {first} {first + 2} {first + 3}"]
        path = folder / f"{name}.ply"
        path.write_text("\n".join(lines) + "\n", encoding="ascii")
        objects.append(rt.SceneObject(fname=str(path), name=name, radio_material=materials[material]))
    scene.edit(add=objects)
    scene.tx_array = rt.PlanarArray(num_rows=1, num_cols=1, pattern="iso", polarization="V")
    scene.rx_array = scene.tx_array
    number = {scene.get(name).object_id: index for index, (name, *_) in enumerate(street)}
    return scene, number


def lay(transmitter, receiver, faces):
    """Points where the specular path touches the faces, by mirroring the transmitter, in double precision.

    Returns None where a point misses its face.
    """
    images, planes = [transmitter], []
    for face in faces:
        normal = np.cross(face[1] - face[0], face[3] - face[0])
        normal /= np.linalg.norm(normal)
        planes.append((face[0], normal))
        images.append(images[-1] - 2 * np.dot(images[-1] - face[0], normal) * normal)
    points, target = [], receiver
    for image, face, (corner, normal) in zip(images[:0:-1], faces[::-1], planes[::-1], strict=True):
        along = target - image
        share = np.dot(corner - image, normal) / np.dot(along, normal)
        point = image + share * along
        for a, b in ((face[0], face[1]), (face[0], face[3])):
            edge = b - a
            place = np.dot(point - a, edge) / np.linalg.norm(edge)
            if not -ON_FACE <= place <= np.linalg.norm(edge) + ON_FACE:
                return None
        if not 0 < share < 1:
            return None
        points.append(point)
        target = point
    return np.array(points[::-1]).reshape(-1, 3)


def trace(rt, scene, number, street, transmitter, receivers, origin, dropped):
    """Paths of every receiver: a list, one entry a receiver, of (amplitude, points), strongest first."""
    solver = rt.PathSolver(deterministic=True)
    found = []
    for first in range(0, len(receivers), RECEIVERS_A_CALL):
        batch = receivers[first : first + RECEIVERS_A_CALL]
        for name in (*scene.transmitters, *scene.receivers):
            scene.remove(name)
        scene.add(rt.Transmitter("tx", position=[float(v) for v in transmitter - origin]))
        for index, point in enumerate(batch):
            scene.add(rt.Receiver(f"rx{index}", position=[float(v) for v in point - origin]))
        paths = solver(
            scene,
            max_depth=MAX_REFLECTIONS,
            samples_per_src=SAMPLES,
            synthetic_array=True,
            los=True,
            specular_reflection=True,
            diffuse_reflection=False,
            refraction=False,
            diffraction=False,
        )
        real, imaginary = (part.numpy() for part in paths.a)
        amplitude = (real + 1j * imaginary)[:, 0, 0, 0, :]
        valid = paths.valid.numpy().reshape(len(batch), -1)
        kinds, objects, triangles = (
            getattr(paths, name).numpy()[:, :, 0, :] for name in ("interactions", "objects", "primitives")
        )
        seen = [np.array(device.position.numpy()).ravel() for device in scene.receivers.values()]
        assert np.allclose(seen, batch - origin, atol=1e-4), "the tracer reordered the receivers"
        for index, receiver in enumerate(batch):
            kept = {}
            for path in np.flatnonzero(valid[index]):
                touched = [
                    (number[int(objects[depth, index, path])], int(triangles[depth, index, path]) // 2)
                    for depth in range(MAX_REFLECTIONS)
                    if kinds[depth, index, path] != 0
                ]
                points = lay(transmitter, receiver, [street[o][3][f] for o, f in touched])
                if points is None:
                    dropped["off its face"] += 1
                    continue
                key = tuple(np.round(points, 5).ravel())
                if key in kept:  # one point on the seam of two triangles or blocks
                    dropped["found twice"] += 1
                    continue
                kept[key] = (amplitude[index, path], points)
            strongest = sorted(kept.values(), key=lambda path: -abs(path[0]))
            dropped["beyond the strongest"] += max(0, len(strongest) - MAX_PATHS)
            found.append(strongest[:MAX_PATHS])
    return found


def zenith_and_azimuth(vector):
    return np.degrees(np.arctan2(np.hypot(vector[0], vector[1]), vector[2])), np.degrees(
        np.arctan2(vector[1], vector[0])
    )


def matrices(transmitter, receivers, found, width):
    """DeepMIMO's arrays for one pair of sets: degrees, dBW for 0 dBW sent, seconds, NaN where no path is."""
    shape = (len(receivers), width)
    out = {key: np.full(shape, np.nan, np.float32) for key in ("aoa_az", "aoa_el", "aod_az", "aod_el")}
    out |= {key: np.full(shape, np.nan, np.float32) for key in ("power", "phase", "inter")}
    out["delay"] = np.full(shape, np.nan, np.float64)
    out["inter_pos"] = np.full((*shape, MAX_REFLECTIONS, 3), np.nan, np.float32)
    out["rx_pos"], out["tx_pos"] = receivers, transmitter[None, :]
    for user, (receiver, paths) in enumerate(zip(receivers, found, strict=True)):
        for path, (amplitude, points) in enumerate(paths):
            line = np.vstack([transmitter, points, receiver])
            delay = np.linalg.norm(np.diff(line, axis=0), axis=1).sum() / speed_of_light
            at = user, path
            out["aod_el"][at], out["aod_az"][at] = zenith_and_azimuth(line[1] - line[0])
            out["aoa_el"][at], out["aoa_az"][at] = zenith_and_azimuth(line[-2] - line[-1])
            out["delay"][at] = delay
            out["power"][at] = 20 * np.log10(abs(amplitude))
            turned = np.degrees(np.angle(complex(amplitude))) - 360 * (CARRIER * delay % 1)
            out["phase"][at] = (turned + 180) % 360 - 180
            out["inter"][at] = int("1" * len(points) or "0")
            out["inter_pos"][user, path, : len(points)] = points
    return out


def save(path, **arrays):
    """np.savez_compressed, but the same bytes for the same arrays."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for key, array in arrays.items():
            entry = zipfile.ZipInfo(f"{key}.npy")
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w") as file:
                np.lib.format.write_array(file, np.ascontiguousarray(array), allow_pickle=False)


def describe(street, sets):
    """params.json and objects.json as dictionaries, and the vertices (V, 3)."""
    vertices, objects = [], []
    names = list(MATERIALS)
    for index, (name, material, label, faces) in enumerate(street):
        corners = []
        for face in faces:
            rows = []
            for corner in face.tolist():
                if corner not in vertices:
                    vertices.append(corner)
                rows.append(vertices.index(corner))
            corners.append(rows)
        objects.append(
            {
                "name": name,
                "label": label,
                "id": index,
                "face_vertex_idxs": corners,
                "face_material_idxs": [names.index(material)] * len(faces),
            }
        )
    faces = sum(len(entry[3]) for entry in street)
    params = {
        "version": "4.0.5",
        "name": EMBEDDED,
        "rt_params": {
            "raytracer_name": "Sionna Ray Tracing",
            "raytracer_version": importlib.metadata.version("sionna-rt"),
            "frequency": CARRIER,
            "max_path_depth": MAX_REFLECTIONS,
            "max_reflections": MAX_REFLECTIONS,
            "max_diffractions": 0,
            "max_scattering": 0,
            "max_transmissions": 0,
            "diffuse_reflections": 0,
            "diffuse_diffractions": 0,
            "diffuse_transmissions": 0,
            "diffuse_final_interaction_only": False,
            "diffuse_random_phases": False,
            "terrain_reflection": True,
            "terrain_diffraction": False,
            "terrain_scattering": False,
            "num_rays": SAMPLES,
            "ray_casting_method": "uniform",
            "synthetic_array": True,
            "ray_casting_range_az": 360.0,
            "ray_casting_range_el": 180.0,
            "gps_bbox": [0, 0, 0, 0],
            "raw_params": {},
        },
        "scene": {
            "num_scenes": 1,
            "n_objects": len(street),
            "n_vertices": len(vertices),
            "n_faces": faces,
            "n_triangular_faces": 2 * faces,
            "representation": "hull",
        },
        "materials": {
            f"material_{index}": {
                "id": index,
                "name": name,
                "permittivity": MATERIALS[name][0],
                "conductivity": MATERIALS[name][1],
                "thickness": THICKNESS,
            }
            for index, name in enumerate(names)
        },
        "txrx_sets": {
            f"txrx_set_{index}": {
                "name": name,
                "id_orig": index,
                "id": index,
                "is_tx": name in BASE_STATIONS,
                "is_rx": name not in BASE_STATIONS,
                "num_points": points,
                "num_active_points": active,
                "num_ant": 1,
                "dual_pol": False,
                "ant_rel_positions": [[0, 0, 0]],
                "array_orientation": [0, 0, 0],
            }
            for index, (name, points, active) in enumerate(sets)
        },
    }
    return params, objects, np.array(vertices)


def main(folder):
    rt = tracer()
    street, receivers = rectangles(), users()
    origin = np.array([*BASE_STATIONS["BS1"][:2], 0.0])
    dropped = {"off its face": 0, "found twice": 0, "beyond the strongest": 0}
    folder.parent.mkdir(parents=True, exist_ok=True)
    started = time.perf_counter()
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-") as scratch:
        meshes, whole = Path(scratch, "meshes"), Path(scratch, folder.name)
        meshes.mkdir()
        whole.mkdir()
        scene, number = build_scene(rt, street, origin, meshes)
        count, active = {}, {}
        for t, (station, place) in enumerate(BASE_STATIONS.items()):
            transmitter = np.array(place)
            for r, (name, points) in enumerate(receivers.items(), start=len(BASE_STATIONS)):
                found = trace(rt, scene, number, street, transmitter, points, origin, dropped)
                count[f"{station} to {name}"] = sum(map(len, found))
                active[name] = max(active.get(name, 0), sum(map(bool, found)))
                arrays = matrices(transmitter, points, found, max(map(len, found)))
                for key, array in arrays.items():
                    save(whole / f"{key}_t{t:03}_tx000_r{r:03}.npz", **{key: array})
                print(f"{station} to {name}: {len(points)} users, {count[f'{station} to {name}']} paths")
        seconds = round(time.perf_counter() - started, 1)
        sets = [(name, 1, 1) for name in BASE_STATIONS]
        sets += [(name, len(points), active[name]) for name, points in receivers.items()]
        params, objects, vertices = describe(street, sets)
        save(whole / "vertices.npz", vertices=vertices)
        provenance = {
            "written_by": "tools/scenario.py",
            "date": datetime.date.today().isoformat(),
            "versions": {
                name: importlib.metadata.version(name) for name in ("sionna-rt", "mitsuba", "drjit", "numpy")
            },
            "seconds": seconds,
            "max_reflections": MAX_REFLECTIONS,
            "materials": MATERIALS,
            "paths": count,
            "paths_dropped": dropped,
            "phase": "degrees at the carrier, with -360 fc delay in it",
            "assumptions": assumptions(),
        }
        for name, entry in (("params", params), ("objects", objects), ("provenance", provenance)):
            text = json.dumps(entry, indent=1, ensure_ascii=False) + "\n"
            (whole / f"{name}.json").write_text(text, encoding="utf-8")
        # Whole or not at all: the old folder steps aside only when the new one is complete.
        old = Path(scratch, "old")
        with contextlib.suppress(FileNotFoundError):
            folder.rename(old)
        try:
            whole.rename(folder)
        except OSError:
            if old.exists():
                old.rename(folder)
            raise
        shutil.rmtree(old, ignore_errors=True)
    size = sum(path.stat().st_size for path in folder.iterdir())
    print(f"{folder.name}: {size / 1e3:.0f} kB in {seconds} s; dropped {dropped}")


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else FOLDER)

"""Names and values: the settings of a sweep, and the axes of what its trial returns."""

from collections.abc import Mapping

import numpy as np

from irsnb.montecarlo.content import setting_digest

__all__ = []

MAX_SETTINGS = 1_000_000
RESERVED = ("draw", "n_draws", "end", "rng", "draws")


class Axes:
    """Names of the axes of results."""

    def __init__(self, dims, settings):
        self.settings = list(settings)
        if dims is not None and not isinstance(dims, Mapping):
            raise ValueError(f"dims: got {dims!r}; it must be a dictionary of results to names of their axes")
        self.given = {name: _axis_names(name, axes) for name, axes in (dims or {}).items()}

    def of(self, name, n_axes):
        """Names of the axes after the draws'."""
        return self.given.get(name) or tuple(f"{name}_axis_{number}" for number in range(1, n_axes + 1))

    def check(self, layout):
        """Raise ``ValueError`` if names of results, axes and settings do not go together."""
        for name in layout:
            if name in (*RESERVED[:3], *self.settings):
                raise ValueError(
                    f"trial: it returned the name {name!r}; that is a setting's or one of {RESERVED[:3]}"
                )
        for name in self.given:
            if name not in layout:
                known = ", ".join(map(repr, layout))
                raise ValueError(f"dims: got names for {name!r}; the trial's results are {known}")
        sizes = {}
        for name, trailing in layout.items():
            axes = self.of(name, len(trailing))
            if len(axes) != len(trailing) or len(set(axes)) != len(axes):
                raise ValueError(f"dims[{name!r}]: got {axes}; it must be {len(trailing)} different names")
            for axis, size in zip(axes, trailing, strict=True):
                if axis in (*RESERVED[:3], *self.settings, *layout):
                    raise ValueError(f"dims[{name!r}]: got {axis!r}, which names something else already")
                if sizes.setdefault(axis, size) != size:
                    raise ValueError(
                        f"dims[{name!r}]: {axis!r} has size {size} here and {sizes[axis]} elsewhere"
                    )

    def dataset(self, arrays, coords=None, grid=()):
        """A Dataset of arrays whose axes are those of `grid`, draws and further ones."""
        import xarray as xr

        named = {}
        for name, array in arrays.items():
            further = self.of(name, array.ndim - len(grid) - 1)
            named[name] = ((*grid, "draw", *further), array)
        return xr.Dataset(named, coords)


def _axis_names(name, axes):
    axes = (axes,) if isinstance(axes, str) else axes
    if not isinstance(axes, list | tuple) or not all(isinstance(axis, str) and axis for axis in axes):
        raise ValueError(f"dims[{name!r}]: got {axes!r}; it must be names of the axes after that of draws")
    return tuple(axes)


def setting_values(settings: Mapping) -> dict[str, list]:
    """The settings as lists of Python values, checked."""
    if not isinstance(settings, Mapping) or not settings:
        raise ValueError(
            f"settings: got {settings!r}; it must be a dictionary of at least one name to its values"
        )
    values, size = {}, 1
    for name, given in settings.items():
        if not isinstance(name, str) or not name.isidentifier() or name in RESERVED:
            raise ValueError(
                f"settings: got the name {name!r}; it must be an identifier other than {RESERVED}"
            )
        label = f"settings[{name!r}]"
        wrong = (
            isinstance(given, str | bytes | Mapping | set | np.ma.MaskedArray)
            or getattr(given, "ndim", 1) != 1
        )
        if wrong or not hasattr(given, "__len__") or not hasattr(given, "__iter__"):
            raise ValueError(f"{label}: got {given!r}; it must be a list of values")
        size *= len(given)
        if not 0 < size <= MAX_SETTINGS:
            raise ValueError(
                f"{label}: got {len(given)} values; it must be one or more, and in all at most {MAX_SETTINGS}"
            )
        given = np.asarray(given).tolist() if hasattr(given, "dtype") else list(given)
        values[name] = [value.item() if isinstance(value, np.generic) else value for value in given]
        seen = set()
        for value in values[name]:
            if isinstance(value, float) and value != value:
                raise ValueError(f"{label}: got nan; it must be numbers that equal themselves")
            digest = setting_digest({name: value})
            if digest in seen:
                raise ValueError(f"{label}: got {value!r} twice; values must differ")
            seen.add(digest)
    return values


def coordinate(listed: list) -> np.ndarray:
    """Values as a plain array if they are of one kind, otherwise as objects."""
    plain = {bool: bool, str: str, int: int | float, float: int | float}.get(type(listed[0]))
    if plain and all(
        isinstance(value, plain) and (plain is bool or not isinstance(value, bool)) for value in listed
    ):
        return np.array(listed)
    objects = np.empty(len(listed), dtype=object)
    for number, value in enumerate(listed):
        objects[number] = value
    return objects

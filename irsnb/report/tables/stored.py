"""What the stored outputs of notebooks hold."""

import json
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from irsnb.report.tables.rendered import TABLE_KEY, Table

__all__ = ["collect_tables", "stored_outputs"]


def stored_outputs(folder: str | Path) -> Iterator[tuple[PurePosixPath, dict[str, Any]]]:
    """Return the notebook, relative to the folder, and the metadata of every stored output below a folder.

    Parameters
    ----------
    folder : path-like
        Where to look for ``*.ipynb``.

    Returns
    -------
    iterator of (pathlib.PurePosixPath, dict)

    Raises
    ------
    ValueError
        If the folder does not exist.
    """
    if not isinstance(folder, (str, Path)) or not folder or not Path(folder).is_dir():
        raise ValueError(f"folder: got {str(folder)!r}; it must be an existing folder that holds notebooks")
    return _outputs(Path(folder))


def _outputs(folder):
    for path in sorted(folder.rglob("*.ipynb")):
        if ".ipynb_checkpoints" in path.parts:
            continue
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            for output in cell.get("outputs", []):
                yield PurePosixPath(path.relative_to(folder).as_posix()), output.get("metadata", {})


def collect_tables(folder: str | Path) -> dict[str, Table]:
    """Gather the :class:`Table` outputs of every stored notebook below a folder, by name.

    Tables without a name are left out.

    Parameters
    ----------
    folder : path-like
        Where to look for ``*.ipynb``.

    Returns
    -------
    dict of str to Table

    Raises
    ------
    ValueError
        If the folder does not exist, or two cells make a table of the same name.
    """
    found = {}
    for path, metadata in stored_outputs(folder):
        if metadata.get(TABLE_KEY, {}).get("name"):
            stored = Table(**metadata[TABLE_KEY])
            if stored.name in found:
                raise ValueError(f"{path}: there is another table of the name {stored.name!r}")
            found[stored.name] = stored
    return found

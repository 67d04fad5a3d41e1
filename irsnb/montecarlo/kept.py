"""Batches kept on disk, so that an interrupted sweep goes on where it stopped."""

import os
import sys
import tempfile
import time
import zipfile
import zlib
from pathlib import Path

import numpy as np

from irsnb.montecarlo.content import PACKAGE, changed_since, code_digest, function_digest

__all__ = ["cache_folder"]

IMPORTED = time.time()


def cache_folder() -> Path:
    """The folder that the system gives to programs for what they can compute again, and irsnb's part of it.

    Returns
    -------
    Path
        Not necessarily there yet.
    """
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "irsnb"


class KeptBatches:
    """Results of batches in a folder: one for each trial and code, in it one for each setting and seed.

    Parameters
    ----------
    folder : Path
        Where sweeps are kept.
    trial : callable
        Its code, and irsnb's, name the first folder.
    seed, batch_size : int
        They name the second folder, with the setting.

    Raises
    ------
    ValueError
        If the folder cannot be made, if the trial's code refers to something that cannot be read, or if
        irsnb was changed after it was imported: it would be unclear which code results come from.
    """

    def __init__(self, folder: Path, trial, seed: int, batch_size: int):
        changed = changed_since(IMPORTED)
        if changed is not None:
            name = changed.relative_to(PACKAGE.parent).as_posix()
            raise ValueError(f"keep: {name} was changed after irsnb was imported; start Python again")
        self.folder = folder / f"{function_digest(trial)[:16]}-{code_digest()[:16]}"
        self.suffix, self.batch_size = f"seed{seed}-batch{batch_size}", batch_size
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise ValueError(
                f"keep: got {str(folder)!r}; it must be a folder that can be written: {error}"
            ) from None

    def path(self, setting: bytes, batch: int) -> Path:
        """The file of a batch, by the digest of its setting."""
        return self.folder / f"{setting.hex()[:32]}-{self.suffix}" / f"{batch:06d}.npz"

    def load(self, setting: bytes, batch: int) -> dict | None:
        """A batch's results, or None if they are not there or damaged."""
        try:
            with np.load(self.path(setting, batch), allow_pickle=False) as archive:
                names = archive["names"].tolist()
                results = {name: archive[f"result{number}"] for number, name in enumerate(names)}
                whole = all(array.shape[:1] == (self.batch_size,) for array in results.values())
                return results if results and whole else None
        except (OSError, EOFError, ValueError, KeyError, TypeError, zipfile.BadZipFile, zlib.error):
            return None

    def save(self, setting: bytes, batch: int, results: dict) -> None:
        """Keep a batch's results; whoever reads at the same time finds all of them, or nothing."""
        path = self.path(setting, batch)
        path.parent.mkdir(exist_ok=True)
        arrays = {f"result{number}": array for number, array in enumerate(results.values())}
        handle, part = tempfile.mkstemp(dir=path.parent, suffix=".part")
        try:
            with os.fdopen(handle, "wb") as file:
                np.savez(file, names=np.array(list(results)), **arrays)
            os.replace(part, path)
        except BaseException:
            os.unlink(part)
            raise

"""Put the repository's address into every place that holds it: ``python tools/address.py OWNER/NAME``.

The address in force is the one that ``pyproject.toml`` names. Only files that git tracks are read and
written. A second call with the former name undoes the first, byte for byte.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OWNER = r"[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}"
NAME = r"[A-Za-z0-9._-]{1,100}"
BEFORE, AFTER = rb"(?<![A-Za-z0-9-])", rb"(?![A-Za-z0-9_-])(?!\.(?!git(?![A-Za-z0-9._-]))[A-Za-z0-9_-])"
"""Around an address: ``github.com/a/b`` is found in ``github.com/a/b.git``, not in ``github.com/a/b-c``."""


def problem(repo):
    """Why a text cannot be the name of a repository, or None."""
    form = re.fullmatch(f"({OWNER})/({NAME})", repo, flags=re.ASCII)
    if form and len(form[1]) <= 39 and form[2] not in (".", "..") and not form[2].lower().endswith(".git"):
        return None
    return (
        f"REPO: got {repo!r}; it must be owner/name as GitHub has them, such as make address REPO=owner/name"
    )


def forms(repo):
    """Patterns and texts of the address: the repository's, and that of the site GitHub publishes from it."""
    owner, name = repo.split("/")
    texts = (f"github.com/{repo}".encode(), f"{owner.lower()}.github.io/{name}".encode())
    return [(re.compile(BEFORE + re.escape(text) + AFTER), text) for text in texts]


def present(root):
    """The repository that ``pyproject.toml`` names."""
    text = (root / "pyproject.toml").read_text(encoding="utf-8")
    return re.search(r'^Repository = "https://github\.com/([^"]+)"$', text, flags=re.M)[1]


def tracked(root):
    """The files that git tracks, without links and without what is deleted."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, check=True).stdout
    paths = [root / os.fsdecode(name) for name in listed.split(b"\0") if name]
    return [path for path in paths if path.is_file() and not path.is_symlink()]


def holders(repo, root):
    """The tracked files that hold a repository's address, with their bytes."""
    contents = ((path, path.read_bytes()) for path in tracked(root))
    return [(path, text) for path, text in contents if any(form.search(text) for form, _ in forms(repo))]


def move(repo, root):
    """Write the address of `repo` in place of the present one; return the files that changed."""
    former = present(root)
    if repo == former:
        return []
    taken = holders(repo, root) if repo.lower() != former.lower() else []
    if taken:
        place = taken[0][0].relative_to(root)
        raise ValueError(
            f"REPO: got {repo!r}; {place} links to it already, and the two could not be told apart"
        )
    found = holders(former, root)
    for path, text in found:
        for (form, _), (_, address) in zip(forms(former), forms(repo), strict=True):
            text = form.sub(address, text)
        path.write_bytes(text)
    return [path for path, _ in found]


def main(arguments):
    if len(arguments) != 1:
        return "irsnb: say which repository: make address REPO=owner/name"
    (repo,) = arguments
    wrong = problem(repo)
    if wrong:
        return f"irsnb: {wrong}"
    try:
        changed = move(repo, ROOT)
    except ValueError as error:
        return f"irsnb: {error}"
    except (OSError, subprocess.CalledProcessError):
        return "irsnb: git could not list the tracked files; call this in a clone of the repository"
    print(f"the address is github.com/{repo}: {len(changed)} files changed")
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

#!/bin/sh
# Make .venv from requirements.lock, once. A later call finds the stamp and does nothing.
# Whatever goes wrong is said in one line; the installer's own words go to a log.
set -eu
cd "$(dirname "$0")/.."
python=${PYTHON:-python3}
log=.venv-install.log

fail() { echo "irsnb: $*" >&2; exit 1; }

command -v "$python" >/dev/null 2>&1 ||
    fail "'$python' was not found. Install Python 3.11, 3.12 or 3.13, or name one: make book PYTHON=python3.12"
"$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null ||
    fail "$("$python" --version 2>&1) will not do. irsnb needs Python 3.11, 3.12 or 3.13: make book PYTHON=python3.12"

want=$(cat requirements.lock pyproject.toml tools/setup.sh | cksum)
[ "$(cat .venv/.installed 2>/dev/null || true)" = "$want" ] && exit 0

echo "irsnb: installing the pinned packages into .venv (once; about 2 GB with TensorFlow) ..."
rm -f "$log"
"$python" -m venv --clear .venv >>"$log" 2>&1 ||
    fail "'$python -m venv' failed (see $log). On Debian and Ubuntu: apt install python3-venv"
uv=$(sed -n 's/^\(uv==[^ ]*\).*/\1/p' requirements.lock)
offline="the packages could not be downloaded or installed (see $log). Check the network, then call make again"
.venv/bin/python -m pip install --disable-pip-version-check --retries 2 --quiet "$uv" >>"$log" 2>&1 || fail "$offline"
.venv/bin/uv pip sync --python .venv/bin/python --require-hashes --compile-bytecode requirements.lock >>"$log" 2>&1 || fail "$offline"
.venv/bin/uv pip install --python .venv/bin/python --no-deps --no-build-isolation --editable . >>"$log" 2>&1 ||
    fail "irsnb itself could not be installed (see $log)"
echo "$want" >.venv/.installed
rm -f "$log"

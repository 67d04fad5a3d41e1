"""Run a command as on another processor: ``python tools/processors.py SETTING COMMAND ...``.

Numbers depend on the instructions that numpy, the BLAS and the compilers below numba and TensorFlow choose
for the processor at hand. A setting narrows that choice; what a page prints must be the same under each.

======================  =====================================================================================
``native``              all that this processor has
``no-avx512``           no AVX-512 anywhere: a Haswell
``no-avx2``             neither AVX-512 nor AVX2 nor fused multiply-add anywhere: a Sandy Bridge
``other-blas``          OpenBLAS alone takes the kernels of an older processor
``other``               the first of these that differs from the processor at hand; ``.ci/run`` takes it
======================  =====================================================================================
"""

import json
import os
import platform
import subprocess
import sys

AVX512 = ("AVX512", "X86_V4")
AVX2 = ("AVX2", "FMA3", "X86_V3")
"""How the features of numpy's dispatch begin that a setting switches off."""

OLD_KERNELS = "ARMV8" if platform.machine() in ("aarch64", "arm64") else "Nehalem"

SETTINGS = {
    "native": ((), {}),
    "no-avx512": (
        AVX512,
        {
            "OPENBLAS_CORETYPE": "Haswell",
            "NUMBA_CPU_NAME": "haswell",
            "NUMBA_CPU_FEATURES": "",
            "XLA_FLAGS": "--xla_cpu_max_isa=AVX2",
        },
    ),
    "no-avx2": (
        AVX512 + AVX2,
        {
            "OPENBLAS_CORETYPE": "Sandybridge",
            "NUMBA_CPU_NAME": "sandybridge",
            "NUMBA_CPU_FEATURES": "",
            "XLA_FLAGS": "--xla_cpu_max_isa=AVX",
        },
    ),
    "other-blas": ((), {"OPENBLAS_CORETYPE": OLD_KERNELS}),
}
"""By name: what numpy goes without, and what the environment tells the other libraries."""

PROBE = """
import json, numpy, scipy.linalg, threadpoolctl
try:
    from numpy._core import _multiarray_umath as core
except ImportError:
    from numpy.core import _multiarray_umath as core
blas = [pool for pool in threadpoolctl.threadpool_info() if pool["internal_api"] == "openblas"]
print(json.dumps({
    "numpy": [name for name in core.__cpu_dispatch__ if core.__cpu_features__[name]],
    "blas": sorted({pool["architecture"] for pool in blas}),
}))
"""


def at_hand(environment=None):
    """What numpy and OpenBLAS use: features of numpy's dispatch, and names of OpenBLAS's kernels.

    Parameters
    ----------
    environment : mapping, optional
        Variables beside those of this process.

    Returns
    -------
    dict of str to list of str
        Under ``"numpy"`` and ``"blas"``; the latter is empty where another BLAS is in use.
    """
    done = subprocess.run(
        [sys.executable, "-c", PROBE],
        env=os.environ | (environment or {}),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return json.loads(done.stdout)


def environment(setting, here):
    """The variables that make a setting, on a processor that has what :func:`at_hand` says."""
    without, variables = SETTINGS[setting]
    left_out = [name for name in here["numpy"] if name.startswith(without)] if without else []
    if platform.machine() not in ("x86_64", "AMD64") and without:
        # Haswell and its like are names of x86 alone.
        variables = {}
    left_out += os.environ.get("NPY_DISABLE_CPU_FEATURES", "").split()
    return variables | ({"NPY_DISABLE_CPU_FEATURES": " ".join(left_out)} if left_out else {})


def differs(setting, here):
    """Whether a setting takes anything from the processor at hand."""
    without, variables = SETTINGS[setting]
    if without:
        return any(name.startswith(without) for name in here["numpy"])
    kernels = variables.get("OPENBLAS_CORETYPE")
    return bool(here["blas"]) and kernels is not None and here["blas"] != [kernels]


def other(here):
    """The first setting that differs from the processor at hand."""
    return next((name for name in SETTINGS if differs(name, here)), "native")


def problem(setting, here, there):
    """What a setting was to change and did not, as a line; None if all is as asked."""
    without, variables = SETTINGS[setting]
    kept = [name for name in there["numpy"] if without and name.startswith(without)]
    if kept:
        return f"irsnb: PROCESSOR={setting}: numpy still uses {', '.join(kept)}"
    kernels = variables.get("OPENBLAS_CORETYPE")
    if here["blas"] and kernels and differs(setting, here) and there["blas"] != [kernels]:
        return f"irsnb: PROCESSOR={setting}: OpenBLAS uses {', '.join(there['blas'])}, not {kernels}"
    return None


def main(arguments):
    """Check that the setting takes effect, say what it is, and become the command."""
    names = [*SETTINGS, "other"]
    if len(arguments) < 2 or arguments[0] not in names:
        given = arguments[0] if arguments else ""
        return f"irsnb: PROCESSOR: got {given!r}; it must be one of {', '.join(names)}"
    setting, *command = arguments
    if setting != "native":
        here = at_hand()
        setting = other(here) if setting == "other" else setting
        added = environment(setting, here)
        if not differs(setting, here):
            print(f"irsnb: PROCESSOR={setting}: this processor has nothing to go without", file=sys.stderr)
        found = problem(setting, here, at_hand(added))
        if found:
            return found
        os.environ.update(added)
    # Libraries may read these while they are imported, so the command starts afresh.
    print(f"processor: {setting}", flush=True)
    os.execvp(command[0], command)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Timings against peers on one core: every ratio is measured in one run, and the last run is kept."""

import os

# One core for everybody, set before numpy is loaded.
os.environ |= {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL")}
os.environ |= {f"TF_NUM_{kind}OP_THREADS": "1" for kind in ("INTRA", "INTER")}
if hasattr(os, "sched_setaffinity"):
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})

import datetime
import json
import platform
from pathlib import Path

import bench_elliptic
import bench_hybrid
import bench_indoor
import numpy as np

from irsnb.report.runs import machine

LAST = Path(__file__).with_name("last.json")


def main():
    rng = np.random.default_rng(0)
    tables = bench_elliptic.tables(rng) | bench_indoor.tables(rng) | bench_hybrid.tables(rng)
    used = f"{machine()}, Python {platform.python_version()}, numpy {np.__version__}"
    kept = {"machine": used, "date": datetime.date.today().isoformat(), "tables": {}}
    print(f"machine: {kept['machine']}")
    for title, rows in tables.items():
        print(f"\n{title:34s} {'cases':>9s} {'time each':>14s} {'times ours':>13s}")
        for name, count, each in rows:
            print(f"{name:34s} {count:9,d} {each * 1e6:11.3f} us {each / rows[0][2]:13,.1f}")
        kept["tables"][title] = [
            {
                "method": name,
                "targets": count,
                "microseconds": round(each * 1e6, 4),
                "ratio": float(f"{each / rows[0][2]:.3g}"),
            }
            for name, count, each in rows
        ]
    LAST.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

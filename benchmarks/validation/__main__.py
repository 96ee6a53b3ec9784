"""Time a full internal validation of a five-item score on 957 patients, and keep the table.

    python -m benchmarks.validation [resamples]

Every resample imputes its own patients (and those left out, by themselves), searches the score anew
and cuts its groups. Core seconds are those of all processes; they do not count waiting for other
programs, but a busy machine makes each of them do less. The wall time of an idle machine is about
core seconds over workers.
"""

from __future__ import annotations

import json
import os
import platform
import resource
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks.validation.cohort import PATIENTS, draw_cohort
from benchmarks.validation.pipeline import MEASURES, make_procedure
from jalon.validate import Running, draw_bootstrap, validate_procedure

HERE = Path(__file__).parent
RESAMPLES = 200
WORKERS = 2
PLANS = ((1, 1.0), (1, 0.5), (1, 0.25), (10, 0.2))
"""Completed tables, and the share of the resamples that is run."""

Row = dict[str, float | int]


def count_seconds() -> float:
    """Return the core seconds of this process and of those it has ended."""
    parts = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(part.ru_utime + part.ru_stime for part in parts)


def measure(tables: int, resamples: int) -> Row:
    """Validate once and tell what it took."""
    table, data = draw_cohort(np.random.default_rng(1))
    procedure = make_procedure(table, data, tables)
    plan = draw_bootstrap(PATIENTS, resamples, np.random.default_rng(2))
    load, began, before = os.getloadavg()[0], time.perf_counter(), count_seconds()
    found = validate_procedure(procedure, MEASURES, data, plan, Running(WORKERS))
    wall, core = time.perf_counter() - began, count_seconds() - before
    figure = found.figures["C"]
    return {
        "tables": tables,
        "resamples": resamples,
        "failed": found.failed,
        "core seconds": round(core, 1),
        "wall seconds": round(wall, 1),
        "core milliseconds each": round(1000 * core / resamples),
        "load before": round(load, 1),
        "apparent C": round(figure.apparent.value, 4),
        "corrected C": round(figure.corrections["optimism"].value, 4),
    }


def write_report(rows: list[Row]) -> str:
    """Write the table."""
    names = list(rows[0])
    lines = [
        f"{PATIENTS} patients, five-item score, ten candidates, {WORKERS} processes; "
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}.",
        "",
        f"| {' | '.join(names)} |",
        "|" + "---|" * len(names),
        *(f"| {' | '.join(str(row[name]) for name in names)} |" for row in rows),
    ]
    return "\n".join(lines) + "\n"


def main(arguments: list[str]) -> None:
    """Measure each plan, and keep the results of a full run."""
    resamples = int(arguments[0]) if arguments else RESAMPLES
    measure(1, 4)  # compiled code is loaded before the clock starts
    rows = []
    for tables, share in PLANS:
        rows.append(measure(tables, max(int(share * resamples), 4)))
        print("  ".join(f"{key} {value}" for key, value in rows[-1].items()), flush=True)
    if not arguments:
        (HERE / "results.md").write_text(write_report(rows), encoding="utf-8")
        (HERE / "results.json").write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])

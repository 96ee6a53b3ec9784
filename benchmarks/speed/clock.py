"""Timing: medians of repeated calls through the public interface, after one warm-up call."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from benchmarks.speed.data import Patients, write_for_r

BUDGET = 3.0
MOST = 60


def clock(work: Callable[[], object], least: int = 3) -> float:
    """Return the median seconds of a call."""
    work()
    seconds: list[float] = []
    while len(seconds) < least or (sum(seconds) < BUDGET and len(seconds) < MOST):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return median(seconds)


@contextmanager
def one_core() -> Iterator[None]:
    """Hold this process on one core, where the operating system can do so."""
    if not hasattr(os, "sched_setaffinity"):
        yield
        return
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, cores)


def once(work: Callable[[], object]) -> float:
    """Return the seconds of one call, for what is too slow to repeat."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def time_r(patients: Patients, tasks: list[str]) -> dict[str, float]:
    """Time R on the same patients; empty when there is no Rscript."""
    if shutil.which("Rscript") is None:
        return {}
    with tempfile.TemporaryDirectory() as name:
        write_for_r(patients, Path(name))
        script = Path(__file__).with_name("peers.R")
        command = ["Rscript", "--vanilla", str(script), name, *tasks]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    rows = (line.split() for line in done.stdout.splitlines())
    return {f"R {row[0]}": float(row[1]) for row in rows}

"""How time and memory grow with n: a Cox fit alone in a fresh process."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.speed.data import simulate
from jalon.core import SurvivalData
from jalon.stats import fit_cox

SIZES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)


def measure(n: int) -> dict[str, float]:
    """Fit once to load the compiled kernels, then time the fit of n patients."""
    small = simulate(1_000)
    fit_cox(small.x, SurvivalData(small.time, small.event))
    patients = simulate(n)
    data = SurvivalData(patients.time, patients.event)
    before = read_peak()
    start = time.perf_counter()
    fit_cox(patients.x, data)
    seconds = time.perf_counter() - start
    return {"n": n, "seconds": seconds, "input_mb": before, "peak_mb": read_peak()}


def read_peak() -> float:
    """Return the most memory this process has held, in MB; it forgets the parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return float(status.partition("VmHWM:")[2].split()[0]) / 1024


def measure_apart(n: int) -> dict[str, float]:
    """Measure in a process of its own, whose peak of memory is only this fit's."""
    command = [sys.executable, "-m", "benchmarks.speed.growth", str(n)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def measure_start() -> dict[str, float]:
    """Time a second process: import, and import with a first fit from the cache."""
    first = "import time; s = time.perf_counter(); import jalon.stats"
    fit = (
        "; from jalon.core import SurvivalData; "
        "data = SurvivalData([1, 2, 3, 4], [1, 1, 1, 0]); "
        "jalon.stats.fit_cox([[0.0], [1.0], [0.0], [1.0]], data)"
    )
    end = "; print(time.perf_counter() - s)"
    found = {}
    for name, code in (
        ("import jalon.stats", first + end),
        ("with a first fit", first + fit + end),
    ):
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=True
        )
        found[name] = float(done.stdout)
    return found


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]))))

"""How time and memory grow with n: a Cox fit alone in a fresh process."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time

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
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    fit_cox(patients.x, data)
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"n": n, "seconds": seconds, "input_mb": before / 1024, "peak_mb": after / 1024}


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

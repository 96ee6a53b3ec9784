"""How time and memory grow with n: each task alone in a fresh process."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.speed.data import Patients, simulate
from jalon.core import SurvivalData
from jalon.stats import concordance, fit_cox, fit_fine_gray, kaplan_meier

SIZES = (1_000, 10_000, 100_000, 1_000_000, 10_000_000)

TASKS: dict[str, tuple[Callable[[Patients], object], int]] = {
    "Cox, 10 covariates, Efron": (lambda p: fit_cox(p.x, outcomes(p)), 10_000_000),
    "Kaplan-Meier": (lambda p: kaplan_meier(outcomes(p)), 10_000_000),
    "Harrell's C with SE, continuous score": (
        lambda p: concordance(p.risk, outcomes(p)),
        1_000_000,
    ),
    "Fine-Gray, 10 covariates": (
        lambda p: fit_fine_gray(p.x, SurvivalData(p.time, p.cause), 1),
        1_000_000,
    ),
}
"""What is measured, and up to how many patients."""


def outcomes(patients: Patients) -> SurvivalData:
    return SurvivalData(patients.time, patients.event)


def measure(task: str, n: int) -> dict[str, float]:
    """Do it once to load the compiled kernels, then time it for n patients."""
    work = TASKS[task][0]
    work(simulate(1_000))
    patients = simulate(n)
    before = read_peak()
    start = time.perf_counter()
    work(patients)
    seconds = time.perf_counter() - start
    return {"n": n, "seconds": seconds, "input_mb": before, "peak_mb": read_peak()}


def read_peak() -> float:
    """Return the most memory this process has held, in MB; it forgets the parent's."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return float(status.partition("VmHWM:")[2].split()[0]) / 1024


def measure_apart(task: str, n: int) -> dict[str, float]:
    """Measure in a process of its own, whose peak of memory is only this task's."""
    command = [sys.executable, "-m", "benchmarks.speed.growth", task, str(n)]
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
    print(json.dumps(measure(sys.argv[1], int(sys.argv[2]))))

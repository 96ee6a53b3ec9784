"""Compare scores on patients not seen: many public data sets, repeated splits, paired.

    python -m benchmarks.generalisation [--splits 20] [--sets A,B] [--methods A,B] [--workers 2]

Every result is kept in ``out/generalisation`` as soon as it is there, so that a stopped run goes
on where it was; ``--fresh A,B`` learns the methods named again. The tables and the figure beside
this file are written when every set, split and method asked for is there.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import warnings
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(name, "1")

from benchmarks.generalisation.cohorts import Patients, read_cohorts  # noqa: E402
from benchmarks.generalisation.measures import judge  # noqa: E402
from benchmarks.generalisation.methods import FEWER, METHODS  # noqa: E402
from benchmarks.generalisation.splits import draw_split  # noqa: E402

CACHE = Path(__file__).parents[2] / "out" / "generalisation"
SPLITS = 20
Row = dict[str, float | str]


def main(arguments: list[str]) -> None:
    """Learn what is missing, then write the tables."""
    options = _read_options(arguments)
    cohorts = read_cohorts(options.sets)
    CACHE.mkdir(parents=True, exist_ok=True)
    for method in options.fresh or []:
        for path in CACHE.glob(f"*.{method}.json"):
            path.unlink()
    jobs = [
        (patients, number, method)
        for number in range(options.splits)
        for method in options.methods or METHODS
        for patients in cohorts
        if number < FEWER.get(method, number + 1)
        if not _path(patients.name, number, method).is_file()
    ]
    _work(jobs, options.workers)
    if options.methods:
        return
    from benchmarks.generalisation.report import write_report

    rows = [
        json.loads(_path(patients.name, number, method).read_text(encoding="utf-8"))
        for patients in cohorts
        for number in range(options.splits)
        for method in METHODS
        if number < FEWER.get(method, number + 1)
    ]
    write_report(rows, {patients.name: patients for patients in cohorts})


def _read_options(arguments: list[str]) -> argparse.Namespace:
    def words(text: str) -> list[str]:
        return text.split(",")

    parser = argparse.ArgumentParser(prog="python -m benchmarks.generalisation")
    parser.add_argument("--splits", type=int, default=SPLITS)
    parser.add_argument("--sets", type=words)
    parser.add_argument("--methods", type=words)
    parser.add_argument("--fresh", type=words)
    parser.add_argument("--workers", type=int, default=2)
    return parser.parse_args(arguments)


def _work(jobs: list[tuple[Patients, int, str]], workers: int) -> None:
    began = time.monotonic()
    with ProcessPoolExecutor(workers) as pool:
        waiting = [pool.submit(learn, *job) for job in jobs]
        for done, future in enumerate(as_completed(waiting), start=1):
            future.result()
            if done % 50 == 0 or done == len(jobs):
                print(f"{done} of {len(jobs)}, {time.monotonic() - began:.0f} s", flush=True)


def learn(patients: Patients, number: int, method: str) -> None:
    """Learn one score, judge it and keep the figures."""
    warnings.filterwarnings("ignore")  # peers warn about convergence
    began = time.process_time()
    split = draw_split(patients, number)
    prediction = METHODS[method](split)
    seconds = time.process_time() - began
    row: Row = {"set": patients.name, "split": number, "method": method}
    row |= judge(prediction, split).as_row() | {"seconds": seconds}
    path = _path(patients.name, number, method)
    unfinished = path.with_suffix(f".{os.getpid()}")
    unfinished.write_text(json.dumps(row), encoding="utf-8")
    unfinished.replace(path)


def _path(name: str, number: int, method: str) -> Path:
    return CACHE / f"{name}.{number}.{method}.json"


if __name__ == "__main__":
    main(sys.argv[1:])

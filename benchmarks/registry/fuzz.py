"""Mutated CSV files: each gives a checked intake or advice; no traceback, nothing written.

Run ``python -m benchmarks.registry.fuzz 100000``; the seed of a file that fails is told, and
``python -m benchmarks.registry.fuzz --seed SEED`` shows it again.
"""

from __future__ import annotations

import argparse
import platform
import random
import tempfile
import time
import traceback
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from multiprocessing import get_context
from pathlib import Path

import polars as pl

from benchmarks.registry.mutation import TABLE, mutate
from jalon.core.errors import JalonError
from jalon.registry.intake import check_sheet
from jalon.registry.sheet import SheetOptions, read_sheet

RESULTS = Path(__file__).parent / "results" / "fuzz.md"
TODAY = date(2026, 1, 1)
OPTIONS = (
    *[SheetOptions()] * 16,
    SheetOptions(separator=";", decimal=","),
    SheetOptions(separator=","),
    SheetOptions(encoding="latin-1"),
    SheetOptions(encoding="utf-16"),
)


def try_file(path: Path, options: SheetOptions) -> str:
    """Read and check one file, and say how it ended; anything else than advice is raised."""
    try:
        sheet = read_sheet(path, options)
        intake = check_sheet(sheet, TABLE, today=TODAY)
    except JalonError as error:
        if not str(error).strip() or "Traceback" in str(error):
            raise AssertionError("a refusal without words") from error
        return "refused with advice"
    check_frame(intake.frame, intake.is_clean)
    if len(intake.lines) != len(intake):
        raise AssertionError("a row without its line")
    return "taken" if intake.is_clean else "cells rejected"


def check_frame(frame: pl.DataFrame, clean: bool) -> None:
    """Check that what was taken is what the dictionary allows."""
    kinds = {"patient": pl.String, "visit": pl.Int64, "day": pl.Date, "ldh": pl.Float64}
    for name, kind in kinds.items():
        if frame.schema[name] != kind:
            raise AssertionError(f"{name} has another type")
    numbers = frame.select("ldh", "crp").to_numpy()
    if (numbers < 0).any() or (numbers == float("inf")).any():
        raise AssertionError("a number outside its range")
    if clean and (
        frame.select(TABLE.keys).null_count().sum_horizontal().item()
        or frame.select(TABLE.keys).is_duplicated().any()
        or frame["day"].null_count()
    ):
        raise AssertionError("a key that is missing or stands twice")


def run(count: int, first: int) -> tuple[Counter[str], list[int], float]:
    """Try so many files; return how they ended, the seeds that failed, and the seconds."""
    ended: Counter[str] = Counter()
    failed: list[int] = []
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mutant.csv"
        for seed in range(first, first + count):
            rng = random.Random(seed)
            content = mutate(rng)
            path.write_bytes(content)
            try:
                ended[try_file(path, rng.choice(OPTIONS))] += 1
            except KeyboardInterrupt:
                raise
            except BaseException:  # a panic of the reader is no Exception
                failed.append(seed)
                ended["TRACEBACK"] += 1
                if len(failed) <= 5:
                    print(f"seed {seed}")
                    traceback.print_exc()
            if path.read_bytes() != content or len(list(Path(folder).iterdir())) != 1:
                failed.append(seed)
                ended["WROTE SOMETHING"] += 1
    return ended, failed, time.perf_counter() - start


def run_all(count: int, first: int, jobs: int) -> tuple[Counter[str], list[int], float]:
    """Try so many files in several processes."""
    start = time.perf_counter()
    size = max(count // 50, 1)
    starts = range(first, first + count, size)
    sizes = [min(size, first + count - each) for each in starts]
    ended: Counter[str] = Counter()
    failed: list[int] = []
    # New processes, because polars' threads do not survive a fork.
    with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
        for part, wrong, _ in pool.map(run, sizes, starts):
            ended += part
            failed += wrong
            print(f"{sum(ended.values()):>9,} files, {len(failed)} failed", flush=True)
    return ended, failed, time.perf_counter() - start


def write_results(count: int, ended: Counter[str], failed: list[int], seconds: float) -> None:
    """Write the table that the repository keeps."""
    lines = [
        "# Mutated CSV files",
        "",
        f"{count:,} files, each a good synthetic file changed at random: broken quotes, NUL bytes,",
        "huge values, wrong dates, mixed codings, formulas in cells, flipped bytes, cuts, other",
        "separators, names twice. Each was read and checked as `jalon registry import` does before",
        "it opens a store. Made by `python -m benchmarks.registry.fuzz`.",
        "",
        "| how it ended | files |",
        "|---|---:|",
        *(f"| {what} | {number:,} |" for what, number in sorted(ended.items())),
        f"| traceback | {ended['TRACEBACK']:,} |",
        f"| something written | {ended['WROTE SOMETHING']:,} |",
        "",
        f"Failed seeds: {', '.join(map(str, failed[:20])) or 'none'}. {seconds:.0f} s in two",
        f"processes on two cores that others used too. Python {platform.python_version()},",
        f"polars {pl.__version__}.",
        "",
    ]
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text("\n".join(lines), encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int, nargs="?", default=1000)
    parser.add_argument("--seed", type=int, default=0, help="the first seed")
    parser.add_argument("--keep", action="store_true", help="write results/fuzz.md")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    given = parser.parse_args()
    ended, failed, seconds = run_all(given.count, given.seed, given.jobs)
    for what, number in sorted(ended.items()):
        print(f"{what:<22}{number:>9,}")
    print(f"{seconds:.0f} s, {len(failed)} failed")
    if given.keep:
        write_results(given.count, ended, failed, seconds)
    raise SystemExit(1 if failed else 0)


if __name__ == "__main__":
    main()

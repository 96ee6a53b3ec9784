"""Print one table of times and ratios, and keep it in ``results.md``.

``python -m benchmarks.speed`` runs everything; ``--small`` leaves out n above 100,000.
"""

from __future__ import annotations

import os
import platform
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.speed import growth, metrics, tasks
from benchmarks.speed.tasks import Row

RESULTS = Path(__file__).with_name("results.md")


def main(small: bool) -> None:
    warnings.filterwarnings("ignore")  # peers warn about pandas and convergence
    lines = [_machine(), "", *_head(("task", "n", "jalon, ms", "peer", "peer, ms", "peer / jalon"))]
    for line in lines:
        print(line)
    for work in _plan(small):
        done = work()
        for row in done if isinstance(done, list) else [done]:
            for line in _lines(row):
                print(line, flush=True)
                lines.append(line)
    extra = []
    for line in (*_grow(small), *_start()):
        print(line, flush=True)
        extra.append(line)
    if not small:
        RESULTS.write_text("\n".join([*lines, *extra]) + "\n", encoding="utf-8")


def _plan(small: bool) -> Iterator[Callable[[], Row | list[Row]]]:
    most = 100_000 if small else 1_000_000
    for n in (1_000, 100_000, 1_000_000):
        if n <= most:
            yield lambda n=n: tasks.time_cox(n)
    yield lambda: tasks.time_cells(most)
    yield lambda: tasks.time_bootstrap(1_000)
    yield lambda: tasks.time_bootstrap(10_000)
    yield lambda: tasks.time_curves(most)
    yield lambda: tasks.time_concordance(100_000)
    for n in (1_000, 100_000):
        yield lambda n=n: metrics.time_metrics(n)
    yield lambda: tasks.time_fine_gray(1_000)


def _head(names: tuple[str, ...]) -> list[str]:
    return [f"| {' | '.join(names)} |", "|" + "---|" * len(names)]


def _lines(row: Row) -> Iterator[str]:
    own = f"| {row.task} | {row.n:,} | {1000 * row.jalon:.3g} |"
    if not row.peers:
        yield f"{own} | | |"
    for name, seconds in row.peers.items():
        yield f"{own} {name} | {1000 * seconds:.3g} | {seconds / row.jalon:.2f} |"


def _grow(small: bool) -> Iterator[str]:
    yield ""
    yield from _head(("task", "n", "seconds", "peak memory, MB", "of which input, MB"))
    for task, (_, most) in growth.TASKS.items():
        for n in growth.SIZES:
            if n <= min(most, 100_000 if small else most):
                found = growth.measure_apart(task, n)
                memory = f"{found['peak_mb']:.0f} | {found['input_mb']:.0f}"
                yield f"| {task} | {n:,} | {found['seconds']:.3g} | {memory} |"


def _start() -> Iterator[str]:
    yield ""
    yield from _head(("a second process", "seconds"))
    for name, seconds in growth.measure_start().items():
        yield f"| {name} | {seconds:.2f} |"


def _machine() -> str:
    return f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores."


if __name__ == "__main__":
    main("--small" in sys.argv)

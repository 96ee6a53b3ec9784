"""Sharing one computation among the processor's cores, without changing its result."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass

ENOUGH = 300_000
"""Numbers to be treated below which a second worker would cost more than he saves."""


@dataclass(frozen=True, slots=True)
class Team:
    """Workers that share a computation.

    Attributes:
        workers: how many.
        pool: the threads of all but the first; None when he works alone.
    """

    workers: int
    pool: ThreadPoolExecutor | None

    def run(self, task: Callable[[int], None]) -> None:
        """Let each worker do his share, and wait for all.

        Args:
            task: does the share of the worker whose number it is given; compiled code that
                lets other threads run.
        """
        if self.pool is None:
            task(0)
            return
        others = [self.pool.submit(task, worker) for worker in range(1, self.workers)]
        task(0)
        for other in others:
            other.result()


ALONE = Team(1, None)
"""One worker."""


def count_cores() -> int:
    """Return how many cores this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on Linux
        return os.cpu_count() or 1


@contextmanager
def gather_team(amount: int, workers: int | None = None) -> Iterator[Team]:
    """Gather as many workers as a computation is worth.

    Args:
        amount: numbers to be treated; few of them are left to one worker.
        workers: how many; None for one per core.

    Yields:
        The team.

    Example:
        >>> done = []
        >>> with gather_team(10**6, workers=2) as team:
        ...     team.run(done.append)
        >>> sorted(done)
        [0, 1]
    """
    count = max(1, count_cores() if workers is None else workers)
    if count == 1 or amount < ENOUGH:
        yield ALONE
        return
    with ThreadPoolExecutor(max_workers=count - 1) as pool:
        yield Team(count, pool)

"""Sharing one computation among the processor's cores, without changing its result."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread
from typing import Any

ENOUGH = 300_000
"""Numbers to be treated below which a second worker would cost more than he saves."""

Task = Callable[[int], None]


class Helper:
    """A thread that waits for its share of one task after the other.

    A fit hands out some twenty tasks of a few milliseconds, and a plain queue wakes a thread
    sooner than an executor does.
    """

    __slots__ = ("_answers", "_tasks", "_thread")

    def __init__(self, number: int) -> None:
        """Name a worker, who has yet to come.

        Args:
            number: of this worker.
        """
        self._tasks: SimpleQueue[Task | None] = SimpleQueue()
        self._answers: SimpleQueue[BaseException | None] = SimpleQueue()
        self._thread = Thread(target=self._work, args=(number,), daemon=True)

    def come(self) -> None:
        """Start the thread."""
        self._thread.start()

    def start(self, task: Task) -> None:
        """Hand out a task."""
        self._tasks.put(task)

    def finish(self) -> BaseException | None:
        """Wait for the task handed out, and return what went wrong in it."""
        return self._answers.get()

    def leave(self) -> None:
        """End the thread, once it has done what it was given."""
        self._tasks.put(None)
        if self._thread.is_alive():
            self._thread.join()

    def _work(self, number: int) -> None:
        while (task := self._tasks.get()) is not None:
            try:
                task(number)
            except BaseException as problem:
                self._answers.put(problem)
            else:
                self._answers.put(None)


@dataclass(frozen=True, slots=True)
class Team:
    """Workers that share a computation.

    Attributes:
        helpers: all but the first, who is the caller.
    """

    helpers: tuple[Helper, ...] = ()

    @property
    def workers(self) -> int:
        """How many there are."""
        return 1 + len(self.helpers)

    def run(self, task: Task) -> None:
        """Let each worker do his share, and wait for all.

        Args:
            task: does the share of the worker whose number it is given; compiled code that
                lets other threads run.

        Raises:
            BaseException: what a worker raised, the caller's own before another's.
        """
        for helper in self.helpers:
            helper.start(task)
        try:
            task(0)
        finally:
            # Also after an error: nobody may still be writing when the caller goes on.
            problems = [helper.finish() for helper in self.helpers]
        for problem in problems:
            if problem is not None:
                raise problem

    def share(self, works: Sequence[Callable[[], Any]]) -> list[Any]:
        """Do several things, each by one of the workers.

        Args:
            works: what is to be done, in any order or at once.

        Returns:
            What each gave.
        """
        found = [None] * len(works)

        def task(worker: int) -> None:
            for one in range(worker, len(works), self.workers):
                found[one] = works[one]()

        self.run(task)
        return found


ALONE = Team()
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
    team = Team(tuple(Helper(number) for number in range(1, count)))
    try:
        # Within the try, because an interruption may come while a thread starts.
        for helper in team.helpers:
            helper.come()
        yield team
    finally:
        for helper in team.helpers:
            helper.leave()

"""Work shared between processes that begin as copies of this one, so that any function will do.

Learning a score is many short compiled calls between lines of Python. Threads take turns at the
interpreter and wait for it longer than they work: two were three times slower than one. Processes
do not wait for each other.
"""

from __future__ import annotations

import pickle
import signal
import sys
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Any, TypeVar

from jalon.core import JalonError

Result = TypeVar("Result")

_WORK: list[Callable[[Any], Any]] = []
"""In a copy: what it was made for."""


def map_apart(
    work: Callable[[int], Result], numbers: Sequence[int], workers: int
) -> Iterator[Result]:
    """Do work for each number on several processes, and give the results in order.

    Args:
        work: any function; what it changes outside itself is lost.
        numbers: its arguments.
        workers: how many at a time; with one, the work is done here.

    Yields:
        Results in the order of the numbers. When the caller stops, work not begun is not done.

    Raises:
        JalonError: a process was ended from outside. What the work raises is raised.
    """
    if workers < 2 or len(numbers) < 2:
        yield from map(work, numbers)
        return
    pool, call = _open(work, min(workers, len(numbers)))
    try:
        with warnings.catch_warnings():
            # Python warns of copies of a process with threads; those of libraries hold no lock.
            warnings.filterwarnings("ignore", ".*fork.*", DeprecationWarning)
            futures: list[Future[Result]] = [pool.submit(call, number) for number in numbers]
        for future in futures:
            yield future.result()
    except BrokenProcessPool:
        raise JalonError(
            "a process of the resampling was ended from outside, often for lack of memory; use "
            "fewer workers"
        ) from None
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _open(work: Callable[[int], Result], workers: int) -> tuple[Executor, Callable[[int], Result]]:
    if sys.platform != "linux":
        # Elsewhere a copy of a running process is not safe, and a fresh one cannot take the work.
        return ThreadPoolExecutor(workers), work
    try:
        pool = ProcessPoolExecutor(workers, get_context("fork"), _begin, (work,))
    except (OSError, ImportError):
        return ThreadPoolExecutor(workers), work
    return pool, _call


def _begin(work: Callable[[int], Any]) -> None:
    # An interrupt from the keyboard reaches every process; the first one decides for all.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _WORK[:] = [work]


def _call(number: int) -> Any:
    try:
        return _WORK[0](number)
    except Exception as reason:
        raise _carry(reason) from None


def _carry(reason: Exception) -> Exception:
    """Give an exception that survives the way between processes."""
    try:
        pickle.loads(pickle.dumps(reason))  # noqa: S301 - made here, a line above
    except Exception:  # whatever it is, its words remain
        kind = JalonError if isinstance(reason, JalonError) else RuntimeError
        return kind(str(reason))
    return reason

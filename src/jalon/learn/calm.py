"""One thread for linear algebra while the search runs: its matrices are small, its threads many."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock
from typing import Any

_LOCK = Lock()
_INSIDE: list[Any] = []
"""Limits in force: the first one in holds it, the last one out lifts it."""


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Let the linear algebra libraries use one thread, for as long as anybody is inside.

    Libraries that split products of small matrices between cores spend their time waiting for
    each other, the more so when the search itself runs in threads: twenty times slower was
    measured.
    """
    with _LOCK:
        _INSIDE.append(None if _INSIDE else _find_libraries().limit(limits=1, user_api="blas"))
    try:
        yield
    finally:
        with _LOCK:
            limit = _INSIDE[0]
            _INSIDE.pop()
            if not _INSIDE and limit is not None:
                limit.restore_original_limits()


@cache
def _find_libraries() -> Any:
    """Find the libraries once: the list of all that is loaded takes long to read."""
    import scipy.linalg.cython_blas  # noqa: F401, PLC0415 - a library must be loaded to be limited
    from threadpoolctl import ThreadpoolController  # noqa: PLC0415 - only when something is learned

    return ThreadpoolController()

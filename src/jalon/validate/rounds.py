"""The one loop of resampling: the same bytes for any number of workers, resumed where it stopped.

A round is one resample: it learns, judges, and gives numbers. Rounds are finished in order, so what
is kept is always the first so many of them.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from jalon.core import ConvergenceError, Floats, UnsuitableDataError
from jalon.validate.kept_rounds import load_rounds, save_rounds
from jalon.validate.workers import map_apart

MOST_FAILED = 0.2
"""Largest share of resamples that may be unable to give the figures."""

SECONDS_BETWEEN = 2.0
"""What is kept is written no more often than this; at the end, or when stopped, in any case."""


@dataclass(frozen=True, slots=True, eq=False)
class Round:
    """What one resample gave.

    Attributes:
        values: shape (k,), its numbers; all NaN when it failed.
        chosen: what was chosen on the way.
        failure: why it could not be learned; empty when it could.
    """

    values: Floats
    chosen: tuple[str, ...] = ()
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a resampling has come.

    Attributes:
        done: finished resamples, those resumed included.
        total: all of them.
        seconds_left: at the mean speed of this run so far; infinite before its first resample.
    """

    done: int
    total: int
    seconds_left: float


@dataclass(frozen=True, slots=True, eq=False)
class Running:
    """How a resampling is run; none of it changes a result.

    Attributes:
        workers: processes, on Linux; threads elsewhere, which share one interpreter and are
            little faster than one. What the work changes outside itself is lost.
        tell: is told after each resample how far it has come.
        keep: file for finished resamples; a run that was interrupted goes on from there. None
            keeps nothing.
        about: what else distinguishes this run from another on the same data, such as the
            settings of the pipeline, in any words; part of the file's identity.
    """

    workers: int = 1
    tell: Callable[[Standing], None] | None = None
    keep: Path | None = None
    about: str = ""


@dataclass(slots=True)
class _Shelf:
    """Finished rounds, and when they were last written."""

    running: Running
    identity: str
    rounds: list[Round] = field(default_factory=list)
    written: int = 0
    when: float = 0.0

    def put(self, found: Round) -> None:
        self.rounds.append(found)
        if time.monotonic() - self.when > SECONDS_BETWEEN:
            self.write()

    def write(self) -> None:
        if self.running.keep is not None and len(self.rounds) > self.written:
            parts = [(one.values, one.chosen, one.failure) for one in self.rounds]
            save_rounds(self.running.keep, self.identity, parts)
        self.written, self.when = len(self.rounds), time.monotonic()


def run_rounds(
    work: Callable[[int], Round], total: int, width: int, identity: str, running: Running
) -> list[Round]:
    """Do rounds of resampling, from the first that is not kept already.

    Args:
        work: does the round of a number, which alone decides its chance. A refusal of the data
            or a fit that does not converge makes it a failed one.
        total: how many rounds.
        width: numbers in each.
        identity: hash of everything that the rounds depend on.
        running: workers, who is told, and where finished rounds are kept.

    Returns:
        All rounds in order.

    Raises:
        UnsuitableDataError: more than a fifth of them failed; the message says why the first
            did.
        DataFileError: the file of kept rounds is damaged, or of something else.
    """
    shelf = _Shelf(running, identity, when=time.monotonic())
    if running.keep is not None:
        shelf.rounds += [Round(*parts) for parts in load_rounds(running.keep, identity, width)]
        del shelf.rounds[total:]
        shelf.written = len(shelf.rounds)
    began, before = time.monotonic(), len(shelf.rounds)
    try:
        for found in _do(work, range(before, total), width, running.workers):
            shelf.put(found)
            done = len(shelf.rounds)
            if running.tell is not None:
                pace = (time.monotonic() - began) / (done - before)
                running.tell(Standing(done, total, pace * (total - done)))
    finally:
        shelf.write()
    refuse_failures(shelf.rounds)
    return shelf.rounds


def refuse_failures(rounds: list[Round]) -> None:
    """Refuse a resampling of which too much failed.

    Args:
        rounds: its rounds.

    Raises:
        UnsuitableDataError: more than a fifth failed.
    """
    reasons = [one.failure for one in rounds if one.failure]
    if len(reasons) > MOST_FAILED * len(rounds):
        raise UnsuitableDataError(
            f"{len(reasons)} of {len(rounds)} resamples failed ({reasons[0]}); use more "
            "patients, or a simpler model or figure"
        )


def _do(work: Callable[[int], Round], numbers: range, width: int, workers: int) -> Iterator[Round]:
    """Give rounds in order; when stopped, those not begun are not done."""

    def one(number: int) -> Round:
        try:
            return work(number)
        except (UnsuitableDataError, ConvergenceError) as reason:
            return Round(np.full(width, np.nan), (), str(reason) or type(reason).__name__)

    yield from map_apart(one, numbers, workers)

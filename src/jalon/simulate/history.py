"""What happened to every synthetic patient before the infusion, in days before it."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from jalon.core.survival_data import Integers
from jalon.simulate.disease_course import Course

MAX_LINES = 9


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """Days from the infusion, all below zero; shape (n,) unless said.

    Attributes:
        lines: how many lines of treatment there were.
        diagnosis: day of the diagnosis.
        starts: shape (n, 9), first day of each line; lines that were not given are later
            than the decision.
        ends: shape (n, 9), last day of each line.
        decision: day on which CAR-T cells were decided.
        apheresis: day of the apheresis.
        lymphodepletion: first day of the lymphodepletion.
    """

    lines: Integers
    diagnosis: Integers
    starts: Integers
    ends: Integers
    decision: Integers
    apheresis: Integers
    lymphodepletion: Integers

    def take(self, who: Integers) -> History:
        """Return the history of some patients only."""
        return History(*(getattr(self, field.name)[who] for field in fields(self)))


def draw_history_again(course: Course, history: History, rng: np.random.Generator) -> History:
    """Draw what came before a second infusion: the same past, new days of preparation.

    Args:
        course: the courses of those who are infused again, counted from that infusion.
        history: what came before their first infusion, counted from the first.
        rng: source of randomness.

    Returns:
        Days before the second infusion.
    """
    rows = len(course)
    lymphodepletion = -rng.integers(4, 7, rows)
    apheresis = lymphodepletion - rng.integers(22, 30, rows)
    return replace(
        history,
        lines=history.lines + 1,
        decision=(apheresis - rng.integers(1, 5, rows)).astype(np.int64),
        apheresis=apheresis.astype(np.int64),
        lymphodepletion=lymphodepletion.astype(np.int64),
    )


def draw_history(course: Course, rng: np.random.Generator) -> History:
    """Draw what came before the infusion, backwards in time.

    Args:
        course: the hidden courses.
        rng: source of randomness.

    Returns:
        Days before the infusion, in their order: diagnosis, lines, decision, apheresis,
        lymphodepletion.
    """
    rows = len(course)
    lymphodepletion = -rng.integers(4, 8, rows)
    apheresis = lymphodepletion - rng.integers(25, 50, rows)
    decision = apheresis - rng.integers(3, 35, rows)
    # 48 % had three lines or more.
    lines = 2 + np.minimum(rng.geometric(0.62, rows) - 1, MAX_LINES - 2)
    lines = np.where(rng.random(rows) < 0.17, lines + 1, lines).clip(2, MAX_LINES)
    long = rng.integers(40, 160, (rows, MAX_LINES))
    gap = rng.integers(20, 200, (rows, MAX_LINES))
    given = np.arange(MAX_LINES) < lines[:, None]
    step = np.where(given, long + gap, 0)
    # What remains after each line, summed from the last one back.
    left = np.cumsum(step[:, ::-1], axis=1)[:, ::-1]
    starts = decision[:, None] - left
    return History(
        lines=lines.astype(np.int64),
        diagnosis=(starts[:, 0] - rng.integers(5, 45, rows)).astype(np.int64),
        starts=starts.astype(np.int64),
        ends=(starts + long).astype(np.int64),
        decision=decision.astype(np.int64),
        apheresis=apheresis.astype(np.int64),
        lymphodepletion=lymphodepletion.astype(np.int64),
    )

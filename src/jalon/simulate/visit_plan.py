"""When each synthetic patient was seen: every assessment's patient, time point and day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from jalon.core.survival_data import Integers
from jalon.dictionary import load_visits
from jalon.simulate.cast import Cast
from jalon.simulate.history import History

ATTENDED = 0.93
"""Share of the visits that a living patient keeps."""

PHASES = {"decision": 0, "apheresis": 0, "lymphodepletion": 0, "d0": 1, "d7": 2, "d14": 2}
"""Which part of the course a time point belongs to; after day 30, and at progression, 3."""


BEFORE = 2
"""How many time points come before the lymphodepletion."""


@dataclass(frozen=True, slots=True, eq=False)
class Attendance:
    """Every time that a patient was seen; the arrays have one entry per assessment.

    Attributes:
        who: index of the patient, ascending.
        moment: index of the time point in `names`.
        day: days from the infusion.
        names: the time points, in their order.
    """

    who: Integers
    moment: Integers
    day: Integers
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.who)

    @property
    def time_point(self) -> pl.Series:
        """The time point of each assessment."""
        return pl.Series(self.names, dtype=pl.String).gather(self.moment)

    @property
    def phase(self) -> Integers:
        """The part of the course: 0 before, 1 day 0, 2 the first month, 3 later."""
        return np.array([PHASES.get(name, 3) for name in self.names])[self.moment]


def draw_attendance(cast: Cast, history: History) -> Attendance:
    """Draw when each patient was seen: before, around and after the infusion.

    Args:
        cast: who plays.
        history: days before the infusion.

    Returns:
        The assessments, ordered by patient and day.
    """
    course, rng = cast.course, cast.rng
    zero = np.zeros(len(cast), dtype=np.int64)
    moments = {
        "decision": history.decision,
        "apheresis": history.apheresis,
        "lymphodepletion": history.lymphodepletion,
        "d0": zero,
        "d7": zero + 7,
        "d14": zero + 14,
    }
    for visit in load_visits():
        # Most visits fall near their day; all within their window.
        room = min(visit.day - visit.from_day, visit.to_day - visit.day)
        moments[visit.time_point] = visit.day + rng.integers(-room, room + 1, len(cast)) * 2 // 3
    always = len(PHASES)
    moments["progression"] = course.progressed
    day = np.stack(list(moments.values()), axis=1)
    kept = np.asarray(rng.random(day.shape) < ATTENDED)
    kept[:, :always] = True
    kept[:, -1] = True
    # Who was not infused is seen before; who is infused again has another calendar from then on.
    kept[:, BEFORE:] &= course.given[:, None]
    kept &= (day <= course.seen[:, None]) & (day < course.again[:, None])
    who, moment = np.nonzero(kept)
    return Attendance(
        who.astype(np.int64), moment.astype(np.int64), day[who, moment], tuple(moments)
    )

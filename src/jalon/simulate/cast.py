"""Everybody in the synthetic registry: courses, centres, numbers, and one source of chance."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import polars as pl

from jalon.core.survival_data import Integers
from jalon.simulate.day import to_dates
from jalon.simulate.disease_course import NEVER, Course


@dataclass(frozen=True, slots=True, eq=False)
class Cast:
    """Who plays, and the source of randomness that the tables share.

    Attributes:
        course: the hidden course of each patient.
        centres: codes of the centres.
        rng: source of randomness.
        infusion_number: which infusion the days are counted from.
    """

    course: Course
    centres: tuple[str, ...]
    rng: np.random.Generator
    infusion_number: int = 1

    def __len__(self) -> int:
        return len(self.course)

    @property
    def centre(self) -> pl.Series:
        """The code of each patient's centre."""
        return pl.Series("centre", self.centres, dtype=pl.String).gather(self.course.centre)

    @property
    def patient(self) -> pl.Series:
        """Each patient's number in the centre's own files, for example "A-0123"."""
        letters = pl.Series([name_letters(i) for i in range(len(self.centres))], dtype=pl.String)
        numbers = pl.Series(self.course.number).cast(pl.String).str.zfill(4)
        return (letters.gather(self.course.centre) + "-" + numbers).alias("patient")

    def begin_again(self) -> tuple[Cast, Integers]:
        """Return those who are infused again, their days counted from that infusion.

        Returns:
            The new cast, and each one's place in this one.
        """
        who = np.flatnonzero(self.course.is_again)
        parts = {field.name: getattr(self.course, field.name)[who] for field in fields(Course)}
        course = Course(**parts)
        day = course.again
        later = replace(
            course,
            infused=course.infused + day,
            progressed=np.full(len(who), NEVER),
            died=np.where(course.died < NEVER, course.died - day, NEVER),
            again=np.full(len(who), NEVER),
            seen=course.seen - day,
            axi_cel=~course.axi_cel,
        )
        return Cast(later, self.centres, self.rng, self.infusion_number + 1), who

    def date(self, days: Integers, where: np.ndarray | None = None) -> pl.Series:
        """Turn days from the infusion into dates.

        Args:
            days: shape (n,), days from each patient's infusion.
            where: shape (n,), false where the date is missing; None when none is.
        """
        return to_dates(self.course.infused + days, where)


def name_letters(index: int) -> str:
    """Name a centre's patients by letters, as spreadsheets name columns.

    Args:
        index: which centre, from 0.

    Example:
        >>> name_letters(0), name_letters(26)
        ('A', 'AA')
    """
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters

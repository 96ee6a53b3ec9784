"""How many patients the search for a score needs by Riley's criteria, by its own figures."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jalon.core import UnsuitableDataError
from jalon.core.numbers import write_count
from jalon.core.units import DAYS_PER
from jalon.report.tables import Cell, Count, Number
from jalon.study.learning import Learning
from jalon.study.protocol import StudyFile
from jalon.validate import (
    DevelopmentSize,
    expect_shrinkage,
    r2_from_concordance,
    r2_from_nagelkerke,
    size_development,
)

CAUTIOUS = 0.15
"""Nagelkerke R2 where nothing is known beforehand (Riley and others 2020, box 3)."""


@dataclass(frozen=True, slots=True)
class StudySize:
    """How large a study is, and how large it should be.

    Attributes:
        patients: those learned from.
        events: events of interest among them.
        parameters: candidate limits.
        needed: Riley's criteria.
        shrinkage: expected with the patients there are; 1 is no overfitting.
        guess: where the expected R2 comes from, in words.
    """

    patients: int
    events: int
    parameters: int
    needed: DevelopmentSize
    shrinkage: float
    guess: str

    @property
    def enough(self) -> bool:
        """Whether there are as many patients as are needed."""
        return self.patients >= self.needed.patients

    @property
    def short(self) -> str:
        """What was found, in a line of a terminal."""
        return (
            f"{write_count(self.patients)} of {write_count(self.needed.patients)} needed (Riley; "
            f"{self.guess})"
        )

    @property
    def sentence(self) -> str:
        """What was found, in one sentence."""
        return (
            f"Riley's criteria ask for {write_count(self.needed.patients)} patients with "
            f"{write_count(round(self.needed.events))} events for {self.parameters} candidate "
            f"limits ({self.guess}); there are {write_count(self.patients)} with "
            f"{write_count(self.events)}, whose expected shrinkage is {self.shrinkage:.2f}"
        )


def judge_size(study: StudyFile, learning: Learning) -> StudySize | None:
    """Compare the size of a study with Riley's criteria.

    Follow-up and event rate are the study's own. How much a score can explain is taken from the C
    that the study file expects, and else from a cautious guess: what the score itself turned out
    to explain is no argument, as it would be small where patients are too few.

    Args:
        study: the study.
        learning: the score and its data.

    Returns:
        The comparison; None where the criteria do not apply, as with an R2 out of range.
    """
    data = learning.data
    years = data.time / DAYS_PER["years"]
    patients, events = len(data), int(np.sum(data.event == 1))
    parameters = len(learning.terms.cut)
    rate, follow_up = events / float(years.sum()), float(years.mean())
    expected = study.protocol.learn.expected_c
    try:
        if expected is None:
            r2, guess = r2_from_nagelkerke(CAUTIOUS, rate, follow_up), "Nagelkerke R2 of 0.15"
        else:
            r2, guess = r2_from_concordance(expected, events, patients), f"C of {expected:g}"
        horizon = study.protocol.study.months[-1] / 12
        needed = size_development(r2, parameters, rate, horizon, follow_up)
        shrinkage = expect_shrinkage(r2, parameters, patients)
    except UnsuitableDataError:
        return None
    return StudySize(patients, events, parameters, needed, shrinkage, guess)


def size_rows(size: StudySize | None) -> tuple[tuple[Cell, ...], ...]:
    """Tabulate the comparison.

    Args:
        size: the comparison.

    Returns:
        Rows of what and how much; none where the criteria do not apply.
    """
    if size is None:
        return ()
    needed = size.needed
    return (
        (f"Patients needed in all, by Riley's criteria ({size.guess})", Count(needed.patients)),
        ("Patients needed for little overfitting", Count(needed.for_shrinkage)),
        ("Patients needed for a small drop of R2", Count(needed.for_optimism)),
        ("Patients needed for a precise overall risk", Count(needed.for_risk)),
        ("Events needed", Count(round(needed.events))),
        ("Expected shrinkage with the patients there are", Number(size.shrinkage, 2)),
    )

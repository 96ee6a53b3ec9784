"""Scores compared on the same patients."""

from __future__ import annotations

from dataclasses import dataclass

from jalon.core import Estimate


@dataclass(frozen=True, slots=True)
class ComparisonMeasure:
    """A measure in which scores are compared.

    Attributes:
        name: of the difference ("Difference in AUC by 60 months").
        digits: decimals written.
        lower_is_better: True for measures of error (Brier score).
    """

    name: str
    digits: int = 3
    lower_is_better: bool = False


@dataclass(frozen=True, slots=True)
class ComparisonRow:
    """One score against the reference.

    Attributes:
        label: name of the score.
        differences: one per measure: this score less the reference, with paired interval.
    """

    label: str
    differences: tuple[Estimate, ...]


@dataclass(frozen=True, slots=True)
class ComparisonPicture:
    """All that a comparison of scores shows.

    Attributes:
        reference: name of the score that the others are compared with.
        measures: one to four.
        rows: one per other score.
        patients: line about whom it rests on ("686 patients, 299 events"); "" for none.
    """

    reference: str
    measures: tuple[ComparisonMeasure, ...]
    rows: tuple[ComparisonRow, ...]
    patients: str = ""

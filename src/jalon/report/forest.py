"""Estimates by centre or by kind of patient, and what they say together."""

from __future__ import annotations

import math
from dataclasses import dataclass

from jalon.core import Estimate, UnsuitableDataError


@dataclass(frozen=True, slots=True)
class ForestRow:
    """One centre, or one kind of patients.

    Attributes:
        label: its name.
        estimates: one per measure, in their order; NaN values are written as a dash.
        patients: how many; NaN to leave the count out.
        events: how many of them had the event.
    """

    label: str
    estimates: tuple[Estimate, ...]
    patients: float = math.nan
    events: float = math.nan


@dataclass(frozen=True, slots=True)
class ForestSection:
    """Rows under one heading.

    Attributes:
        rows: in reading order.
        label: the heading ("Age band"); "" for none.
        p_values: one per measure, test that the rows do not differ; empty for none.
    """

    rows: tuple[ForestRow, ...]
    label: str = ""
    p_values: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class ForestMeasure:
    """What is measured in each row.

    Attributes:
        name: of the measure ("Concordance").
        log: True for ratios, drawn on a log scale.
        reference: a value with a line of its own, 1 for a ratio; None for none.
        pooled: the estimate of all rows together; None to leave it out.
        prediction: interval for a new row, its limits in ``low`` and ``high``; None for none.
        i2: share of the variation that is between rows, 0 to 1; NaN to leave it out.
        tau2: variance between rows on the scale of the pooling; NaN to leave it out.
        p: test that the rows do not differ; NaN to leave it out.
        digits: decimals written.
        sides: words under the left and the right end of the scale.
    """

    name: str
    log: bool = False
    reference: float | None = None
    pooled: Estimate | None = None
    prediction: Estimate | None = None
    i2: float = math.nan
    tau2: float = math.nan
    p: float = math.nan
    digits: int = 2
    sides: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class ForestPicture:
    """All that a forest plot shows.

    Attributes:
        head: what the rows are ("Held-out centre").
        measures: one to four.
        sections: the rows.
        pooled_label: name of the pooled row; "" for random effects.
        remark: a line below; "" says which interval is drawn.
        new_label: name of the row of the prediction interval; "" for a new centre.

    Raises:
        UnsuitableDataError: no measure or no row with a number, a row or section with another
            number of estimates than measures, or a ratio below 0.
    """

    head: str
    measures: tuple[ForestMeasure, ...]
    sections: tuple[ForestSection, ...]
    pooled_label: str = ""
    remark: str = ""
    new_label: str = ""

    def __post_init__(self) -> None:
        rows = self.rows
        values = [estimate.value for row in rows for estimate in row.estimates]
        if not self.measures or all(math.isnan(value) for value in values):
            raise UnsuitableDataError("no estimate was given; there is nothing to draw")
        for row in rows:
            self._check(row.label, len(row.estimates))
            for estimate, measure in zip(row.estimates, self.measures, strict=True):
                if measure.log and estimate.value < 0:
                    raise UnsuitableDataError(
                        f"“{row.label}”: {measure.name} is below 0 and has no place on a log scale"
                    )
        for section in self.sections:
            if section.p_values:
                self._check(section.label, len(section.p_values))

    @property
    def rows(self) -> list[ForestRow]:
        """All rows, in reading order."""
        return [row for section in self.sections for row in section.rows]

    def _check(self, label: str, count: int) -> None:
        if count != len(self.measures):
            raise UnsuitableDataError(
                f"“{label}”: {count} numbers for {len(self.measures)} measures; give one for each"
            )

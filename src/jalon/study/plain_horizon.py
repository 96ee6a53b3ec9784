"""In which unit a file counts time, and at which months risks are read."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jalon.core import Floats, SurvivalData
from jalon.core.units import DAYS_PER, TimeUnit

USUAL = (1.0, 3.0, 6.0, 12.0, 24.0, 60.0, 120.0, 240.0)
"""Months at which risks are read when nobody says."""

STILL_THERE = 0.1
"""Share of patients who must still be followed at a horizon that nobody asked for."""


@dataclass(frozen=True, slots=True)
class Horizon:
    """When risks are read.

    Attributes:
        unit: in which the file counts time.
        months: months from time zero.
        assumed: nobody said the unit, and the name of the column does not.
    """

    unit: TimeUnit
    months: tuple[float, ...]
    assumed: bool = False

    @property
    def times(self) -> Floats:
        """Shape (m,), the horizons in the unit of the file."""
        return np.array(self.months) * DAYS_PER["months"] / DAYS_PER[self.unit]

    def name(self, months: float) -> str:
        """Write a horizon as a clinician says it: ``5 years``, ``6 months``, ``28 days``."""
        for unit in ("years", "months", "days"):
            count = months * DAYS_PER["months"] / DAYS_PER[unit]
            if round(count, 6) == round(count) >= (2 if unit == "years" else 1):
                return f"{count:.0f} {unit if round(count) != 1 else unit[:-1]}"
        return f"{months:.3g} months"


def find_horizon(
    data: SurvivalData, column: str, unit: TimeUnit | None, months: tuple[float, ...]
) -> Horizon:
    """Choose the unit and the horizons of a file.

    Args:
        data: its outcomes.
        column: name of its time column, which may say the unit.
        unit: its unit; None when nobody said.
        months: the horizons asked for, in months; empty for the usual ones.

    Returns:
        The horizons; up to three that at least a tenth of the patients reach.
    """
    named: list[TimeUnit] = [one for one in DAYS_PER if one[:-1] in column.lower()]
    chosen = unit or (named[0] if named else "days")
    assumed = unit is None and not named
    if months:
        return Horizon(chosen, months, assumed)
    last = float(np.quantile(data.time, 1 - STILL_THERE)) * DAYS_PER[chosen] / DAYS_PER["months"]
    usual = tuple(month for month in USUAL if month <= last)[-3:]
    return Horizon(chosen, usual or (last / 2,), assumed)

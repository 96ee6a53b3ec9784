"""The tables that stand beside a survival figure: its numbers, read off the same record."""

from __future__ import annotations

from collections.abc import Sequence

from jalon.core import Curve, Estimate
from jalon.core.units import DAYS_PER
from jalon.report.labelled_curve import LabelledCurve
from jalon.report.tables.table import Cell, Count, Heading, Interval, Number, Table


def curve_table(curves: Sequence[LabelledCurve], months: Sequence[float], title: str) -> Table:
    """Tabulate curves at chosen months: at risk, events so far, estimate with interval.

    Args:
        curves: one per group, times in days.
        months: when to read them.
        title: the caption.

    Returns:
        One row per group and month; the estimate is empty once nobody is under
        observation any more, and before anybody is.
    """
    level = _levels(curves)
    columns = (
        Heading("Group"),
        Heading("Month"),
        Heading("At risk"),
        Heading("Events so far"),
        Heading(f"Estimate, %{level}"),
    )
    rows = tuple(_month_row(item, month) for item in curves for month in months)
    return Table(title, columns, rows)


def curve_steps(curves: Sequence[LabelledCurve], title: str) -> Table:
    """Tabulate every step of the curves, for the CSV file beside a figure.

    Args:
        curves: one per group, times in days.
        title: the caption.

    Returns:
        One row per group and distinct time, days and months, nothing rounded.
    """
    words = ("Group", "Day", "Month", "At risk", "Events", "Censored", "Estimate", "Std error")
    rows = tuple(row for item in curves for row in _step_rows(item))
    return Table(title, tuple(Heading(word) for word in words), rows)


def _levels(curves: Sequence[LabelledCurve]) -> str:
    levels = {item.curve.level for item in curves}
    return f" ({100 * levels.pop():g}% interval)" if len(levels) == 1 else " (interval)"


def _month_row(item: LabelledCurve, month: float) -> tuple[Cell, ...]:
    curve, day = item.curve, month * DAYS_PER["months"]
    row = int(curve.rows_at([day])[0])
    return (
        item.label,
        Number(month, 0 if float(month).is_integer() else 1),
        Count(float(curve.at_risk_at([day])[0])),
        Count(float(curve.events[: row + 1].sum())),
        _estimate_at(curve, row, day),
    )


def _estimate_at(curve: Curve, row: int, day: float) -> Interval | None:
    if not len(curve.time) or day > curve.time[-1]:
        return None
    if row < 0:
        return Interval(Estimate(curve.start, float("nan"), float("nan"), curve.level), 0, 100)
    return Interval(_estimate_of(curve, row), 0, 100)


def _estimate_of(curve: Curve, row: int) -> Estimate:
    value, low, high = (float(part[row]) for part in (curve.value, curve.low, curve.high))
    return Estimate(value, low, high, curve.level, curve.method)


def _step_rows(item: LabelledCurve) -> list[tuple[Cell, ...]]:
    curve = item.curve
    return [
        (
            item.label,
            Number(float(day)),
            Number(float(day) / DAYS_PER["months"]),
            Count(float(curve.at_risk[row])),
            Count(float(curve.events[row])),
            Count(float(curve.censored[row])),
            Interval(_estimate_of(curve, row)),
            Number(float(curve.std_error[row])),
        )
        for row, day in enumerate(curve.time)
    ]

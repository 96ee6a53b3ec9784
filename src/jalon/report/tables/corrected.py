"""Figures of merit before and after their optimism is taken off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jalon.core import Estimate
from jalon.report.tables.table import Heading, Interval, Number, Table
from jalon.report.wording import Language, Wording


@dataclass(frozen=True, slots=True)
class CorrectedRow:
    """One figure of merit.

    Attributes:
        label: its name ("Concordance").
        apparent: on the patients that the model was learned from.
        corrected: less its optimism, with its interval.
        ideal: what a perfect model reaches; "" when that says nothing.
        digits: decimals written.
    """

    label: str
    apparent: float
    corrected: Estimate
    ideal: str = ""
    digits: int = 2


def corrected_table(rows: Sequence[CorrectedRow], title: str, language: Language = "en") -> Table:
    """Tabulate figures of merit before and after correction for optimism.

    Args:
        rows: one per figure of merit.
        title: the caption.
        language: of the headings; numbers are written as in every table.

    Returns:
        One row each: apparent, optimism, corrected with its interval, ideal.

    Example:
        >>> row = CorrectedRow("Concordance", 0.70, Estimate(0.68, 0.65, 0.71))
        >>> corrected_table([row], "Concordance").rows[0][2]
        Number(value=0.02, digits=2)
    """
    wording = Wording(language)
    level = wording.level(rows[0].corrected.level if rows else 0.95)
    columns = (
        Heading(wording.say("corrected.measure")),
        Heading(wording.say("corrected.apparent")),
        Heading(wording.say("corrected.optimism")),
        Heading(wording.say("corrected.corrected", level=level)),
        Heading(wording.say("corrected.ideal")),
    )
    cells = tuple(
        (
            row.label,
            Number(row.apparent, row.digits),
            Number(round(row.apparent - row.corrected.value, 12), row.digits),
            Interval(row.corrected, row.digits),
            row.ideal,
        )
        for row in rows
    )
    return Table(title, columns, cells)

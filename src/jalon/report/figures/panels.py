"""Several frames on one sheet: side by side on a page, below each other in a column."""

from __future__ import annotations

from dataclasses import dataclass

from jalon.report.figures.plot import EDGE

_APART = 5.0
_NARROWEST = 46.0


@dataclass(frozen=True, slots=True)
class Panels:
    """Where panels stand.

    Attributes:
        count: how many.
        columns: side by side.
        width: of each panel in millimetres, its scales included.
    """

    count: int
    columns: int
    width: float

    def left(self, i: int) -> float:
        """Return the left edge of a panel."""
        return (i % self.columns) * (self.width + _APART)

    def rows(self) -> list[list[int]]:
        """Return the panels of each row."""
        order = list(range(self.count))
        return [order[i : i + self.columns] for i in range(0, self.count, self.columns)]


def plan_panels(count: int, width: float, narrowest: float = _NARROWEST) -> Panels:
    """Choose how many panels stand side by side.

    Args:
        count: panels in all.
        width: of the sheet in millimetres.
        narrowest: that a panel may be.

    Returns:
        The plan: as many columns as there is room for, the rows evenly filled.
    """
    most = max(1, int((width + _APART) // (narrowest + _APART)))
    rows = -(-count // most)
    columns = -(-count // rows)
    return Panels(count, columns, (width - EDGE - _APART * (columns - 1)) / columns)

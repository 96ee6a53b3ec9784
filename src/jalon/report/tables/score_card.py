"""The tables that stand beside a score card."""

from __future__ import annotations

from jalon.report.score_card import ScoreCard
from jalon.report.tables.table import Cell, Count, Heading, Interval, Number, Table


def card_points_table(card: ScoreCard) -> Table:
    """Tabulate the items of a score and their points.

    Args:
        card: the score card.

    Returns:
        One row per item.
    """
    rows = tuple((item.label, Number(item.points, 0)) for item in card.items)
    return Table(f"{card.title}: points", (Heading("Item"), Heading("Points")), rows)


def card_risk_table(card: ScoreCard) -> Table:
    """Tabulate the risk of each group of a score at the card's horizons.

    Args:
        card: the score card.

    Returns:
        One row per group; risks in per cent with their interval.
    """
    levels = sorted({100 * risk.level for group in card.groups for risk in group.risks})
    interval = f" ({levels[0]:g}% interval)" if len(levels) == 1 else " (interval)"
    columns = (
        Heading("Group"),
        Heading("Total points"),
        Heading("n"),
        *(Heading(f"By {month:g} months, %{interval}") for month in card.months),
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (group.label, group.totals, Count(group.n), *(Interval(r, 0, 100) for r in group.risks))
        for group in card.groups
    )
    return Table(f"{card.title}: {card.endpoint.lower()} by group", columns, rows)

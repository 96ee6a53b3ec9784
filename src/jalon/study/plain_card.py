"""The card of a learned score, laid out from its file alone."""

from __future__ import annotations

import math

from jalon.core import Estimate
from jalon.core.errors import UserError
from jalon.report import CardGroup, CardTotal, ScoreCard
from jalon.scores import ScoreDefinition
from jalon.study.score_words import list_card_items, write_range

MOST_TOTALS = 40
"""With more totals than this their risks are left to the file."""


def lay_card(definition: ScoreDefinition) -> ScoreCard:
    """Lay out the card of a score that ``jalon learn`` wrote.

    Args:
        definition: the score.

    Returns:
        Points of each condition, groups with the risk observed in them, risk of each total that
        somebody had, and what is proven.

    Raises:
        UserError: a score without observed risks, such as a published one.
    """
    months = tuple(sorted({risk.months for risk in definition.risks}))
    if not months:
        raise UserError(
            f"{definition.slug}: no risk was observed in its groups, so there is no card to draw; "
            "give a score.toml that jalon learn or jalon study wrote"
        )
    groups = []
    for group in definition.groups:
        risks = {r.months: r for r in definition.risks if r.group == group.slug}
        groups.append(
            CardGroup(
                write_range(group.low, group.high),
                group.label["en"],
                max((risk.n for risk in risks.values()), default=0),
                tuple(
                    Estimate(risks[m].value, risks[m].low, risks[m].high) if m in risks else _none()
                    for m in months
                ),
            )
        )
    proof = definition.learning.get("proof", "")
    said = f" The score: {proof}." if proof and proof != "none" else ""
    return ScoreCard(
        definition.name["en"],
        definition.outcome,
        months,
        list_card_items(definition),
        tuple(groups),
        f"{definition.population}. Groups: risk observed.{said} Research use only.",
        _list_totals(definition, months),
    )


def _list_totals(definition: ScoreDefinition, months: tuple[float, ...]) -> tuple[CardTotal, ...]:
    rows = [row for row in definition.learning.get("total", []) if row["patients"]]
    if len(rows) > MOST_TOTALS:
        return ()
    totals = []
    for row in rows:
        told = {round(float(one["months"]), 9): one for one in row["risk"]}
        risks = tuple(_read(told.get(round(month, 9), {})) for month in months)
        totals.append(CardTotal(f"{row['total']}", risks))
    return tuple(totals)


def _read(one: dict[str, float]) -> Estimate:
    value, low, high = (float(one.get(name, math.nan)) for name in ("value", "low", "high"))
    return Estimate(value, low, high)


def _none() -> Estimate:
    return Estimate(math.nan, math.nan, math.nan)

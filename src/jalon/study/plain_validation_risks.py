"""The risks that a score's file states: by total where it was learned here, else by group."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from jalon.core import Floats
from jalon.core.errors import UserError
from jalon.scores import Risk, ScoreDefinition
from jalon.study.plain_validation_items import ScoredPatients

LEAST, MOST = 0.0005, 0.9995
"""A stated risk of exactly 0 or 1 is taken as this: nobody can know either."""


@dataclass(frozen=True, slots=True)
class StatedRisks:
    """What a score's file says of absolute risks.

    Attributes:
        months: months that it states risks at, rising.
        by: "total" or "group"; empty where it states none.
        source: where they come from, in words; without any, the events that could be asked for.
    """

    months: tuple[float, ...]
    by: str
    source: str


def find_risks(definition: ScoreDefinition, event: str = "") -> StatedRisks:
    """Find out at which months a score's file states risks.

    Args:
        definition: the score.
        event: whose risks, where a file states those of several events, such as "death".

    Returns:
        The months; none where it states no risks for all of its totals or groups.

    Raises:
        UserError: an event that it states nothing of.
    """
    totals = _read_totals(definition)
    if totals:
        months = sorted(set.intersection(*(set(row) for row in totals.values())))
        patients = definition.learning.get("patients", "?")
        return StatedRisks(
            tuple(months), "total", f"learned from {patients} patients, by total points"
        )
    chosen = _choose_cohort(definition, event)
    if chosen:
        months = sorted({risk.months for risk in chosen})
        of = f"of {event}, " if event else ""
        return StatedRisks(tuple(months), "group", f"{of}observed in {chosen[0].cohort}, by group")
    events = dict.fromkeys(risk.event for risk in definition.risks if risk.event)
    if event and event not in events:
        known = ", ".join(events) or "none by event"
        raise UserError(
            f"--risk-of {event}: the file of {definition.short} states no such risks for each of "
            f"its groups; it states {known}"
        )
    if events and not event:
        return StatedRisks((), "", f"of {', '.join(events)}")
    return StatedRisks((), "", "")


def state_risks(
    scored: ScoredPatients, months: tuple[float, ...], event: str = ""
) -> Floats | None:
    """Give each patient the risks that a score's file states.

    Args:
        scored: the score computed for n patients.
        months: months of interest, which the file must state risks at.
        event: whose risks.

    Returns:
        Shape (n, m), NaN for a patient whose total or group is not certain, or whose total the
        file does not know; None where it states no risk at one of the months.
    """
    definition, assessed = scored.definition, scored.assessed
    stated = find_risks(definition, event)
    if not months or not all(_has(stated.months, month) for month in months):
        return None
    table = np.full((len(scored.complete), len(months)), np.nan)
    if stated.by == "total":
        for total, row in _read_totals(definition).items():
            rows = scored.complete & (assessed.points_low == total)
            table[rows] = [_read(row, month) for month in months]
    else:
        place = {group.slug: k for k, group in enumerate(definition.groups)}
        for risk in _choose_cohort(definition, event):
            for j, month in enumerate(months):
                if abs(risk.months - month) < 1e-6:
                    table[scored.complete & (assessed.group == place[risk.group]), j] = risk.value
    return np.asarray(np.clip(table, LEAST, MOST), dtype=np.float64)


def _has(months: tuple[float, ...], month: float) -> bool:
    return any(abs(one - month) < 1e-6 for one in months)


def _read(row: dict[float, float], month: float) -> float:
    return next(value for key, value in row.items() if abs(key - month) < 1e-6)


def _read_totals(definition: ScoreDefinition) -> dict[int, dict[float, float]]:
    """Risk by total and month; a file that states none for some total counts for nothing."""
    rows: list[dict[str, Any]] = list(definition.learning.get("total", ()))
    found = {
        int(row["total"]): {
            float(part["months"]): float(part["value"]) for part in row["risk"] if "value" in part
        }
        for row in rows
    }
    return found if found and all(found.values()) else {}


def _choose_cohort(definition: ScoreDefinition, event: str) -> list[Risk]:
    """Risks of the largest cohort that states one for every group."""
    slugs = {group.slug for group in definition.groups if group.applies}
    cohorts: dict[str, list[Risk]] = {}
    for risk in definition.risks:
        if risk.event == event:
            cohorts.setdefault(risk.cohort, []).append(risk)
    best: list[Risk] = []
    for risks in cohorts.values():
        whole = [
            month
            for month in {risk.months for risk in risks}
            if {risk.group for risk in risks if risk.months == month} >= slugs
        ]
        kept = [risk for risk in risks if risk.months in whole]
        if sum(risk.n for risk in kept) > sum(risk.n for risk in best) or (kept and not best):
            best = kept
    return best

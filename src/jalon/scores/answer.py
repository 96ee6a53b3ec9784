"""The answer for one patient, with all that is needed to read it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Literal

from jalon.scores.definition import Group, Risk, ScoreDefinition
from jalon.scores.reading import Remark
from jalon.scores.sentence import say

State = Literal["complete", "certain", "undetermined", "not_applicable"]


@dataclass(frozen=True, slots=True)
class Contribution:
    """What one item adds: from ``low`` to ``high`` points, equal when its value is known.

    Attributes:
        item: id of the item.
        low: fewest points; in a formula, what its term is at least.
        high: most points.
        why: the sentence that explains it, by language.
        source: where the value comes from: "value", "ratio" of two measures, "flag" for a
            judgement, "assumed", "settled" by another item of the same organ, or "missing".
    """

    item: str
    low: float
    high: float
    why: dict[str, str]
    source: str = "value"


@dataclass(frozen=True, slots=True)
class Alternative:
    """The answer by the other readings of values on which the sources disagree.

    Attributes:
        items: items whose value is in doubt.
        points_low: fewest points by any reading.
        points_high: most points by any reading.
        groups: every group by any reading, rising.
    """

    items: tuple[str, ...]
    points_low: float
    points_high: float
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """The answer for one patient.

    Attributes:
        points_low: fewest points the patient can have, given what is known; for a formula,
            the lowest value.
        points_high: most points; equal to ``points_low`` when nothing is missing.
        group: the risk group, or None while it is undetermined or no groups are known.
        possible: every group that is still possible, rising.
        missing: items that are not known.
        contributions: what each item adds, and why.
        definition: the score, with its population, time point, pitfalls, version and DOI.
        deciding: the missing items that could still change the answer.
        alternative: the answer by other readings, None when no value is in doubt.
        remarks: warnings of plausibility, of boundaries, of what was assumed, and notes.
        cuts: dichotomies by slug: True, False, or None while undetermined.
    """

    points_low: float
    points_high: float
    group: Group | None
    possible: tuple[Group, ...]
    missing: tuple[str, ...]
    contributions: tuple[Contribution, ...]
    definition: ScoreDefinition
    deciding: tuple[str, ...] = ()
    alternative: Alternative | None = None
    remarks: tuple[Remark, ...] = ()
    cuts: dict[str, bool | None] | None = None

    @property
    def state(self) -> State:
        """Whether all is known, the group is certain anyway, or it is undetermined."""
        if self.group is not None and not self.group.applies:
            return "not_applicable"
        if self.points_low == self.points_high:
            settled = self.group is not None or not self.definition.groups
            return "complete" if settled else "undetermined"
        return "certain" if self.group is not None else "undetermined"

    @property
    def flips(self) -> bool:
        """Whether another reading of a value in doubt could give another group or total."""
        other = self.alternative
        if other is None:
            return False
        if not self.definition.groups:
            return (other.points_low, other.points_high) != (self.points_low, self.points_high)
        ends = (other.groups[0], other.groups[-1])
        return ends != (self.possible[0], self.possible[-1])

    @property
    def risks(self) -> tuple[Risk, ...]:
        """Published risks of the group; none when it is undetermined or nothing is published."""
        if self.group is None:
            return ()
        return tuple(r for r in self.definition.risks if r.group == self.group.slug)

    @property
    def log2(self) -> float | None:
        """Logarithm to base 2 of a formula's value, None when it is not known or not positive."""
        formula = self.definition.formula
        if formula is None or not formula.multiplies or self.points_low != self.points_high:
            return None
        return math.log2(self.points_low) if self.points_low > 0 else None


def write_answer(answer: Assessment, language: str = "en") -> dict[str, Any]:
    """Write an answer as plain values, ready for JSON.

    Args:
        answer: the answer.
        language: "en" or "fr".

    Returns:
        Points, group, risks, contributions and remarks, and what to know about the score.
        Limits that are not known are None.
    """
    definition = answer.definition
    return {
        "score": definition.slug,
        "version": definition.version,
        "name": say(definition.name, language),
        "availability": definition.availability,
        "reason": say(definition.reason, language) if definition.reason else "",
        "state": answer.state,
        "points_low": _number(answer.points_low),
        "points_high": _number(answer.points_high),
        "log2": answer.log2,
        "group": _group(answer.group, language),
        "possible": [_group(group, language) for group in answer.possible],
        "cuts": answer.cuts or {},
        "missing": list(answer.missing),
        "deciding": list(answer.deciding),
        "alternative": _alternative(answer, language),
        "contributions": [
            {
                "item": part.item, "low": _number(part.low), "high": _number(part.high),
                "source": part.source, "why": say(part.why, language),
            }
            for part in answer.contributions
        ],
        "remarks": [
            {"kind": r.kind, "item": r.item, "text": say(r.text, language)} for r in answer.remarks
        ],
        "risks": [_risk(risk, language) for risk in answer.risks],
        **{
            key: definition.text(key, language)
            for key in ("population", "outcome", "time_point", "pitfalls")
        },
        "citation": definition.citation,
        "doi": definition.doi,
    }  # fmt: skip


def _group(group: Group | None, language: str) -> dict[str, str] | None:
    return None if group is None else {"slug": group.slug, "label": say(group.label, language)}


def _alternative(answer: Assessment, language: str) -> dict[str, Any] | None:
    other = answer.alternative
    if other is None:
        return None
    return {
        "items": list(other.items),
        "points_low": other.points_low,
        "points_high": other.points_high,
        "groups": [_group(group, language) for group in other.groups],
        "flips": answer.flips,
    }


def _risk(risk: Risk, language: str) -> dict[str, Any]:
    event, cohort = risk.words(language)
    return {
        "months": risk.months, "value": risk.value, "low": _number(risk.low),
        "high": _number(risk.high), "n": risk.n or None, "cohort": cohort, "event": event,
    }  # fmt: skip


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None

"""A learned score as a definition: the same record as a published one."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from jalon.learn.score import LearnedScore
from jalon.learn.terms import Terms
from jalon.scores import Group, Item, ScoreDefinition, Step

GROUP_NAMES: dict[int, tuple[tuple[str, str, str], ...]] = {
    1: (("all", "all", "tous"),),
    2: (("low", "low", "faible"), ("high", "high", "élevé")),
    3: (("low", "low", "faible"), ("middle", "middle", "moyen"), ("high", "high", "élevé")),
    4: (
        ("low", "low", "faible"),
        ("low_middle", "low-middle", "moyen faible"),
        ("high_middle", "high-middle", "moyen élevé"),
        ("high", "high", "élevé"),
    ),
    5: (
        ("low", "low", "faible"),
        ("low_middle", "low-middle", "moyen faible"),
        ("middle", "middle", "moyen"),
        ("high_middle", "high-middle", "moyen élevé"),
        ("high", "high", "élevé"),
    ),
}


@dataclass(frozen=True, slots=True)
class CardText:
    """The words of a learned score.

    Attributes:
        slug: name in files; never that of a published score.
        short: name in tables.
        name: title by language.
        population: in whom it was learned.
        outcome: what it predicts.
        time_point: when its items are measured.
        citation: how it was made.
        pitfalls: what a user should know.
    """

    slug: str
    short: str
    name: dict[str, str]
    population: str
    outcome: str
    time_point: str
    citation: str
    pitfalls: tuple[str, ...] = ()


def write_card(
    score: LearnedScore, terms: Terms, text: CardText, learning: dict[str, Any]
) -> ScoreDefinition:
    """Turn a learned score into a definition whose items never give fewer than 0 points.

    Lowering every item to start at 0 shifts all totals by the same amount, which changes
    neither the order of patients nor the partial likelihood.

    Args:
        score: the learned score.
        terms: the terms it was learned from.
        text: its words.
        learning: how it was found, kept with it.

    Returns:
        The definition.
    """
    items, shift = [], 0
    for index in range(len(terms.candidates)):
        item, lowest = _write_item(score, terms, index)
        if item is not None:
            items.append(item)
            shift += lowest
    return ScoreDefinition(
        slug=text.slug,
        short=text.short,
        name=text.name,
        status="learned",
        version="1",
        citation=text.citation,
        doi="",
        population=text.population,
        outcome=text.outcome,
        time_point=text.time_point,
        items=tuple(items),
        groups=_write_groups(items, tuple(limit - shift for limit in score.limits)),
        pitfalls=text.pitfalls,
        learning=learning,
    )


def find_shift(score: LearnedScore, terms: Terms) -> int:
    """Return what must be subtracted from raw totals to get the totals of the card.

    Args:
        score: the learned score.
        terms: the terms it was learned from.

    Returns:
        The lowest raw total that any patient could have.
    """
    return sum(_write_item(score, terms, i)[1] for i in range(len(terms.candidates)))


def _write_item(score: LearnedScore, terms: Terms, index: int) -> tuple[Item | None, int]:
    used = [t for t in range(len(terms.cut)) if terms.variable[t] == index and score.points[t]]
    if not used:
        return None, 0
    candidate = terms.candidates[index]
    heights = [0]
    for term in used:
        heights.append(heights[-1] + score.points[term])
    lowest = min(heights)
    later = tuple(
        Step(points=height - lowest, above=float(terms.cut[term]))
        for height, term in zip(heights[1:], used, strict=True)
    )
    label = {"en": candidate.label or candidate.name}
    steps = (Step(points=-lowest), *later)
    return Item(candidate.name, label, candidate.unit, steps, levels=candidate.levels), lowest


def _write_groups(items: list[Item], limits: tuple[int, ...]) -> tuple[Group, ...]:
    low = sum(item.range[0] for item in items)
    high = sum(item.range[1] for item in items)
    edges = [low - 1, *limits, high]
    names = GROUP_NAMES[len(limits) + 1]
    return tuple(
        Group(slug, {"en": english, "fr": french}, below + 1, top)
        for (slug, english, french), (below, top) in zip(names, pairwise(edges), strict=True)
    )

"""From what each item may give to every total and group that is still possible. Exact."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

from jalon.core.errors import DefinitionError
from jalon.scores.definition import Group, ScoreDefinition
from jalon.scores.rule import Row

Choices = Mapping[str, tuple[int, ...]]
"""Points that each item may give, by its id."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is still possible.

    Attributes:
        totals: every total that is possible, rising.
        groups: indices of the groups that are possible, rising; none without groups.
        notes: what rows or overrides say, when they are certain.
        overridden: whether one item alone decides the group, in every possible case.
    """

    totals: tuple[int, ...]
    groups: tuple[int, ...]
    notes: tuple[dict[str, str], ...] = ()
    overridden: bool = False


def combine(definition: ScoreDefinition, choices: Choices) -> Outcome:
    """Return every total and group that agrees with what is known.

    Args:
        definition: a sum of points or a decision table.
        choices: points that each item may give.

    Returns:
        Totals and groups.
    """
    if definition.rule == "table":
        return _combine_rows(definition, choices)
    return _combine_sum(definition, choices)


def _combine_rows(definition: ScoreDefinition, choices: Choices) -> Outcome:
    hits = sorted(set(_find_rows(definition.rows, 0, dict(choices))))
    totals = sorted({total for k in hits for total in definition.rows[k].totals})
    groups = {_index_of(definition, total) for total in totals} if definition.groups else set()
    notes = [definition.rows[k].note for k in hits] if len(hits) == 1 else []
    return Outcome(tuple(totals), tuple(sorted(groups)), tuple(note for note in notes if note))


def _find_rows(
    rows: tuple[Row, ...], start: int, choices: dict[str, tuple[int, ...]]
) -> Iterator[int]:
    """Every row that may be the first to fit, splitting only where a row may or may not fit."""
    for k in range(start, len(rows)):
        inside = {
            name: tuple(p for p in choices[name] if p in allowed)
            for name, allowed in rows[k].when.items()
        }
        if not all(inside.values()):
            continue
        torn = next((name for name, fit in inside.items() if fit != choices[name]), None)
        if torn is None:
            yield k
            return
        outside = tuple(p for p in choices[torn] if p not in inside[torn])
        yield from _find_rows(rows, k, choices | {torn: inside[torn]})
        choices = choices | {torn: outside}


def _combine_sum(definition: ScoreDefinition, choices: Choices) -> Outcome:
    limit = min((override.points for override in definition.overrides), default=None)
    states = {(0, 0)}
    for members in definition.organs():
        worst = {max(each) for each in product(*(choices[item.id] for item in members))}
        states = {(total + p, max(most, p)) for total, most in states for p in worst}
    totals = tuple(sorted({total for total, _ in states}))
    over = limit is not None and all(most >= limit for _, most in states)
    notes = tuple(
        override.note
        for override in definition.overrides
        if all(most >= override.points for _, most in states)
    )
    if not definition.groups:
        return Outcome(totals, (), notes, over)
    groups = {_lift(definition, total, most) for total, most in states}
    return Outcome(totals, tuple(sorted(groups)), notes, over)


def _lift(definition: ScoreDefinition, total: int, most: int) -> int:
    """The group of a total, or a higher one to which a single item lifts it."""
    index = _index_of(definition, total)
    for override in definition.overrides:
        if most >= override.points:
            index = max(index, find_group(definition, override.group))
    return index


def find_group(definition: ScoreDefinition, slug: str) -> int:
    """Return the index of a group.

    Args:
        definition: the score.
        slug: the group.

    Returns:
        Its place, the lowest group being 0.

    Raises:
        DefinitionError: no such group.
    """
    for index, group in enumerate(definition.groups):
        if group.slug == slug:
            return index
    raise DefinitionError(f"{definition.slug} has no group {slug}")


def _index_of(definition: ScoreDefinition, total: int) -> int:
    group: Group = definition.group_of(total)
    return definition.groups.index(group)


def find_deciding(
    definition: ScoreDefinition, choices: Choices, missing: tuple[str, ...]
) -> tuple[str, ...]:
    """Return the missing items of which some value would narrow the answer.

    Args:
        definition: the score.
        choices: points that each item may give.
        missing: items that are not known.

    Returns:
        Their ids; none when the group is certain already.
    """
    now = _answer(definition, choices)
    if len(now) == 1:
        return ()
    return tuple(
        name
        for name in missing
        # The most and the fewest points come first: they most often tell at once.
        if any(
            _answer(definition, {**choices, name: (p,)}) != now
            for p in (choices[name][-1], *choices[name][:-1])
        )
    )


def _answer(definition: ScoreDefinition, choices: Choices) -> tuple[int, ...]:
    found = combine(definition, choices)
    return found.groups if definition.groups else found.totals

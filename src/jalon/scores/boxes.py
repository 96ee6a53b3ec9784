"""A decision table cut into pieces that do not overlap, for formats that know no order of rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jalon.scores.definition import ScoreDefinition


@dataclass(frozen=True, slots=True)
class Box:
    """Points of items for which one row of a table is the first to fit.

    Attributes:
        row: index of the row.
        totals: what the row gives.
        points: points that each item may have; an item that is not named may have any.
    """

    row: int
    totals: tuple[int, ...]
    points: dict[str, tuple[int, ...]]


def list_boxes(definition: ScoreDefinition) -> tuple[Box, ...]:
    """Cut a decision table into boxes: every patient lies in exactly one.

    Args:
        definition: a decision table.

    Returns:
        The boxes, by row.
    """
    every = {item.id: item.choices for item in definition.items}
    return tuple(
        Box(row, definition.rows[row].totals, {k: p for k, p in inside.items() if p != every[k]})
        for row, inside in _cut(definition, 0, every)
    )


def _cut(
    definition: ScoreDefinition, start: int, choices: dict[str, tuple[int, ...]]
) -> Iterator[tuple[int, dict[str, tuple[int, ...]]]]:
    """What of these choices fits each row first; what a row leaves over goes to the next."""
    for k in range(start, len(definition.rows)):
        inside = {
            name: tuple(p for p in choices[name] if p in allowed)
            for name, allowed in definition.rows[k].when.items()
        }
        if not all(inside.values()):
            continue
        for name, fit in inside.items():
            outside = tuple(p for p in choices[name] if p not in fit)
            if outside:
                yield from _cut(definition, k + 1, choices | {name: outside})
                choices = choices | {name: fit}
        yield k, choices
        return

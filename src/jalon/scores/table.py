"""Sums, decision tables and formulas on columns. Needs numpy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core.errors import DefinitionError
from jalon.scores.column import (
    Codes,
    Fault,
    ItemColumn,
    Numbers,
    Truths,
    raise_fault,
    step_codes,
)
from jalon.scores.combine import find_group
from jalon.scores.definition import ScoreDefinition
from jalon.scores.formula import NOWHERE, add_terms
from jalon.scores.item import Item
from jalon.scores.rule import Term

Whole = npt.NDArray[np.int64]
Ends = tuple[Whole, Whole, Whole, Whole]
"""Lowest and highest total, first and last group."""


@dataclass(frozen=True, slots=True, eq=False)
class Choices:
    """Points that an item may still give to n patients, as numbers of sets of points.

    Attributes:
        item: the item.
        sets: the sets of points that occur.
        code: shape (n,), which set.
        doubtful: shape (n,), whether the value lies where the sources disagree.
        wide: shape (n,), which set when every reading is allowed.
    """

    item: Item
    sets: tuple[tuple[int, ...], ...]
    code: Codes
    doubtful: Truths
    wide: Codes

    def widen(self) -> Choices:
        """Return the same with every reading allowed."""
        return Choices(self.item, self.sets, self.wide, self.doubtful, self.wide)


def choose(column: tuple[ItemColumn, Truths]) -> Choices:
    """Return which points an item may still give to each patient.

    Args:
        column: what is known of the item, and where another item of its set answers for it.

    Returns:
        The choices.
    """
    known, settled = column
    item, value = known.item, known.value
    points = [step.points for step in item.steps]
    sets = [*((p,) for p in points), item.choices, (item.choices[0],)]
    code = step_codes(item, value)
    missing = known.missing
    if known.judged is not None:
        by_flag = np.where(known.judged == 1, len(points) - 1, 0)
        code = np.where(np.isnan(value), by_flag, code)
    code = np.where(missing, len(points), code)
    code = np.where(missing & settled, len(points) + 1, code)
    wide, doubtful = code, np.zeros(len(value), dtype=bool)
    for dispute in item.disputes:
        upper = value == dispute.low if dispute.below is None else value < dispute.below
        held = (value >= dispute.low) & upper
        for step, own in enumerate(points):
            more = tuple(sorted({own, *dispute.points}))
            here = held & (code == step)
            if len(more) > 1 and here.any():
                sets.append(more)
                wide = np.where(here, len(sets) - 1, wide)
                doubtful = doubtful | here
    return Choices(item, tuple(sets), code, doubtful, wide)


def settle_sets(columns: tuple[ItemColumn, ...]) -> list[tuple[ItemColumn, Truths]]:
    """Say for each item where another one of its set answers for it.

    Args:
        columns: what is known of each item.

    Returns:
        Each column with a shape (n,) mask.
    """
    n = len(columns[0].value)
    known: dict[str, Truths] = {}
    for each in columns:
        if each.item.settles:
            before = known.get(each.item.exclusive, np.zeros(n, dtype=bool))
            known[each.item.exclusive] = before | ~each.missing
    nobody = np.zeros(n, dtype=bool)
    return [(each, known.get(each.item.exclusive, nobody)) for each in columns]


def add_up(definition: ScoreDefinition, choices: list[Choices], n: int) -> Ends:
    """Add the points of all items.

    Args:
        definition: a sum of points.
        choices: points that each item may give.
        n: patients.

    Returns:
        Totals and groups, at least and at most.
    """
    low, high = np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    least, most = low - 10**6, high - 10**6
    for members in definition.organs():
        names = {item.id for item in members}
        own = [each for each in choices if each.item.id in names]
        fewest = np.max([_points(each, min) for each in own], axis=0)
        top = np.max([_points(each, max) for each in own], axis=0)
        low, high = low + fewest, high + top
        if definition.overrides:
            least, most = np.maximum(least, fewest), np.maximum(most, top)
    return low, high, *_place(definition, (low, high), (least, most))


def _points(each: Choices, pick: object) -> Whole:
    ends = [(min if pick is min else max)(points) for points in each.sets]
    return np.array(ends, dtype=np.int64)[each.code]


def _place(
    definition: ScoreDefinition, totals: tuple[Whole, Whole], worst: tuple[Whole, Whole]
) -> tuple[Whole, Whole]:
    if not definition.groups:
        none = np.full(len(totals[0]), -1, dtype=np.int64)
        return none, none
    tops = np.array([group.high for group in definition.groups])
    first, last = (np.searchsorted(tops, total).astype(np.int64) for total in totals)
    for override in definition.overrides:
        index = find_group(definition, override.group)
        first = np.where(worst[0] >= override.points, np.maximum(first, index), first)
        last = np.where(worst[1] >= override.points, np.maximum(last, index), last)
    return first, last


def look_up(definition: ScoreDefinition, choices: list[Choices], n: int) -> Ends:
    """Read the answers off a decision table.

    Args:
        definition: a decision table.
        choices: points that each item may give.
        n: patients.

    Returns:
        Totals and groups, at least and at most.
    """
    used = [each for each in choices if any(each.item.id in row.when for row in definition.rows)]
    low, high = _fill(definition, used)
    place = np.zeros(n, dtype=np.intp)
    for each in used:
        place = place * len(each.sets) + each.code
    first, last = low.ravel()[place], high.ravel()[place]
    nobody = np.zeros(n, dtype=np.int64)
    return first, last, *_place(definition, (first, last), (nobody, nobody))


def _fill(definition: ScoreDefinition, used: list[Choices]) -> tuple[Whole, Whole]:
    """Every known case answered once, then every set of cases by its lowest and highest."""
    shape = tuple(len(each.item.choices) for each in used)
    low, high = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
    done = np.zeros(shape, dtype=bool)
    for row in definition.rows:
        fits = ~done
        for axis, each in enumerate(used):
            if each.item.id in row.when:
                allowed = np.isin(each.item.choices, row.when[each.item.id])
                fits &= allowed.reshape([-1 if k == axis else 1 for k in range(len(used))])
        low[fits], high[fits] = min(row.totals), max(row.totals)
        done |= fits
    for axis, each in enumerate(used):
        index = {points: k for k, points in enumerate(each.item.choices)}
        picks = [[index[p] for p in points] for points in each.sets]
        low = np.stack([low.take(p, axis).min(axis) for p in picks], axis)
        high = np.stack([high.take(p, axis).max(axis) for p in picks], axis)
    return low, high


def evaluate_columns(
    definition: ScoreDefinition, columns: tuple[ItemColumn, ...], n: int
) -> tuple[Numbers, Numbers]:
    """Evaluate a formula, as ``evaluate`` does for one patient.

    Args:
        definition: a formula.
        columns: what is known of each item.
        n: patients.

    Returns:
        Shape (n,) lowest and highest values.

    Raises:
        DefinitionError: values for which a term has no answer.
    """
    formula = definition.formula
    if formula is None:
        raise DefinitionError(f"{definition.slug}: the rule is a formula; give one")
    by_item = {each.item.id: each for each in columns}
    if formula.multiplies:
        return _multiply(formula.terms, by_item, n)
    low, high = np.zeros(n), np.zeros(n)
    for name in dict.fromkeys(term.item for term in formula.terms):
        own = [term for term in formula.terms if term.item == name]
        least, most = _add_item(own, by_item[name], n)
        low, high = low + least, high + most
    return low, high


def _multiply(
    terms: tuple[Term, ...], columns: dict[str, ItemColumn], n: int
) -> tuple[Numbers, Numbers]:
    low, high = np.ones(n), np.ones(n)
    for term in terms:
        column = columns[term.item]
        _refuse_zero(term, column, n)
        missing = np.isnan(column.value)
        lowest, highest = column.item.span or NOWHERE
        least = np.where(missing, lowest, column.value)
        most = np.where(missing, highest, column.value)
        with np.errstate(divide="ignore", invalid="ignore"):
            if term.weight > 0:
                nothing = (high == 0) | (most == 0)
                low, high = low * least, np.where(nothing, 0.0, high * most)
            else:
                low, high = low / most, np.where(high == 0, 0.0, high / least)
    return low, high


def _add_item(terms: list[Term], column: ItemColumn, n: int) -> tuple[Numbers, Numbers]:
    """All terms of one item: at its value, or at their least and greatest where it is missing."""
    missing = np.isnan(column.value)
    total = np.zeros(n)
    for term in terms:
        _refuse_zero(term, column, n)
        total = total + _weigh(term, column, n)
    least, most = add_terms(terms, column.item.span or NOWHERE)
    return np.where(missing, least, total), np.where(missing, most, total)


def _weigh(term: Term, column: ItemColumn, n: int) -> Numbers:
    value = column.value
    if term.link == "log2":
        with np.errstate(divide="ignore", invalid="ignore"):
            logarithm: Numbers = term.weight * np.log2(value)
        return logarithm
    if term.link != "level":
        linked = np.maximum(value - term.knot, 0.0) if term.link == "excess" else value
        return term.weight * linked
    weights, unknown = np.zeros(n), ~np.isnan(value)
    for level, weight in term.levels:
        weights = np.where(value == level, weight, weights)
        unknown = unknown & (value != level)
    _refuse(column.item, unknown, "not one of the levels of the formula", n)
    return weights


def _refuse_zero(term: Term, column: ItemColumn, n: int) -> None:
    if term.needs_positive:
        problem = "not > 0 (give half the detection limit and say so)"
        _refuse(column.item, column.value <= 0, problem, n)


def _refuse(item: Item, where: Truths, problem: str, n: int) -> None:
    rows = np.flatnonzero(where)
    if len(rows):
        raise_fault(Fault(item.id, rows, problem), n)

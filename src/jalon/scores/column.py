"""Columns of a registry read item by item, as ``reading`` reads one patient. Needs numpy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core.errors import DefinitionError
from jalon.scores.definition import ScoreDefinition
from jalon.scores.item import Item, Measure
from jalon.scores.reading import NEAR, advise_unit, factor_of

Numbers = npt.NDArray[np.float64]
Truths = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.intp]
SHOWN = 5
"""Rows that a message names; the rest are counted."""


@dataclass(frozen=True, slots=True, eq=False)
class Fault:
    """Values of a column that cannot be used.

    Attributes:
        column: name of the input.
        rows: which, the first being 0.
        problem: what is wrong with them.
        advice: what to do.
    """

    column: str
    rows: npt.NDArray[np.intp]
    problem: str
    advice: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class ItemColumn:
    """What is known of one item for n patients.

    Attributes:
        item: the item.
        value: shape (n,), values in the item's unit, NaN where not known.
        judged: shape (n,), 0 or 1 by the item's flag, NaN where not judged; None without one.
    """

    item: Item
    value: Numbers
    judged: Numbers | None

    @property
    def missing(self) -> Truths:
        """Shape (n,), where neither a value nor a judgement is known."""
        unknown: Truths = np.isnan(self.value)
        return unknown if self.judged is None else unknown & np.isnan(self.judged)


def read_columns(
    definition: ScoreDefinition, columns: Mapping[str, Numbers], units: Mapping[str, str], n: int
) -> tuple[tuple[ItemColumn, ...], tuple[Fault, ...]]:
    """Read the columns of a registry for each item of a score.

    Args:
        definition: the score.
        columns: shape (n,) values by name of an item, a measure or a flag.
        units: unit of a column, where it is not that of the item.
        n: patients.

    Returns:
        One column per item, and all values that cannot be used.
    """
    faults: list[Fault] = []
    plain: dict[str, Numbers] = {}
    sources: tuple[Item | Measure, ...] = (*definition.items, *definition.measures)
    for each in sources:
        if each.id in columns:
            plain[each.id] = _change_unit(each, columns[each.id], units.get(each.id, ""))
            faults += _find_impossible(each, plain[each.id], bool(units.get(each.id)))
    found = []
    for item in definition.items:
        value = plain.get(item.id, np.full(n, np.nan))
        if item.over and all(name in plain for name in item.over):
            value, more = _add_ratio(item, value, plain[item.over[0]], plain[item.over[1]])
            faults += more
        judged = columns.get(item.flag) if item.flag else None
        if judged is not None:
            faults += _check_flag(item, value, judged)
        if item.assumed is not None:
            gone = np.isnan(value) if judged is None else np.isnan(value) & np.isnan(judged)
            value = np.where(gone, item.assumed, value)
        found.append(ItemColumn(item, value, judged))
    return tuple(found), tuple(faults)


def raise_fault(fault: Fault, n: int) -> None:
    """Raise the error of values that cannot be used.

    Args:
        fault: the values.
        n: patients.

    Raises:
        DefinitionError: always; it names the column and rows, never a value.
    """
    rows = ", ".join(str(row + 1) for row in fault.rows[:SHOWN])
    more = "" if len(fault.rows) <= SHOWN else ", …"
    advice = f"; {fault.advice}" if fault.advice else ""
    raise DefinitionError(
        f"{fault.column}: {fault.problem} for {len(fault.rows)} of {n} patients "
        f"(rows {rows}{more}){advice}"
    )


def snap_column(value: Numbers, limits: tuple[float, ...]) -> Numbers:
    """Put values that equal a limit but for rounding on the limit, as ``snap`` does.

    Args:
        value: shape (n,), converted values or ratios.
        limits: limits of the item.

    Returns:
        Shape (n,), the values to compare with limits.
    """
    for limit in limits:
        value = np.where(np.abs(value - limit) <= NEAR * abs(limit), limit, value)
    return value


def _change_unit(item: Item | Measure, value: Numbers, unit: str) -> Numbers:
    times, over, less = factor_of(item, unit) if unit else (1.0, 1.0, 0.0)
    if (times, over, less) == (1.0, 1.0, 0.0):
        return value
    changed: Numbers = (value - less) * times / over
    return snap_column(changed, item.limits) if isinstance(item, Item) else changed


def _find_impossible(item: Item | Measure, value: Numbers, unit_said: bool) -> list[Fault]:
    limits = item.span if isinstance(item, Item) else item.possible
    advice = ""
    if limits is None:
        outside = np.flatnonzero(np.isinf(value))
        problem = "infinite"
    else:
        outside = np.flatnonzero((value < limits[0]) | (value > limits[1]))
        problem = f"outside {limits[0]:g} to {limits[1]:g} {item.unit}".rstrip()
        if len(outside) and not unit_said:
            advice = advise_unit(item, float(np.median(value[outside])), shown=False)
    faults = [Fault(item.id, outside, problem, advice)] if len(outside) else []
    if isinstance(item, Item) and (item.whole or item.levels):
        broken = np.flatnonzero((value != np.floor(value)) & ~np.isnan(value))
        faults += [Fault(item.id, broken, "not a whole number")] if len(broken) else []
    return faults


def _add_ratio(
    item: Item, value: Numbers, top: Numbers, bottom: Numbers
) -> tuple[Numbers, list[Fault]]:
    top_name, bottom_name = item.over or ("", "")
    faults = []
    given = ~np.isnan(top) & ~np.isnan(bottom)
    zero = np.flatnonzero(given & (bottom <= 0))
    if len(zero):
        faults.append(Fault(bottom_name, zero, "not above 0, but a ratio is taken to it"))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = snap_column(top / bottom, item.limits)
        apart = np.flatnonzero(np.abs(value - ratio) > 0.01 * np.abs(ratio))
    if len(apart):
        problem = f"more than 1 % from {top_name} over {bottom_name}"
        faults.append(Fault(item.id, apart, problem, "give only one of them"))
    own = Item(item.id, item.label, item.unit, possible=item.possible, plausible=item.plausible)
    faults += _find_impossible(own, np.where(given & (bottom > 0), ratio, np.nan), True)
    return np.where(np.isnan(value), ratio, value), faults


def _check_flag(item: Item, value: Numbers, flag: Numbers) -> list[Fault]:
    name = item.flag or ""
    odd = np.flatnonzero(~(np.isnan(flag) | (flag == 0) | (flag == 1)))
    if len(odd):
        return [Fault(name, odd, "neither 0 nor 1")]
    by_value = np.array([step.points for step in item.steps])[step_codes(item, value)]
    by_flag = np.where(flag == 1, item.steps[-1].points, item.steps[0].points)
    clash = np.flatnonzero(~np.isnan(value) & ~np.isnan(flag) & (by_value != by_flag))
    problem = f"{item.id} and {name} contradict each other"
    return [Fault(item.id, clash, problem, "give the value alone")] if len(clash) else []


def step_codes(item: Item, value: Numbers) -> Codes:
    """Return which step of an item each value reaches.

    Args:
        item: the item.
        value: shape (n,), values in its unit.

    Returns:
        Shape (n,), index of the step; 0 where the value is not known.
    """
    codes = np.zeros(len(value), dtype=np.intp)
    for step in item.steps[1:]:
        codes += value > step.limit if step.above is not None else value >= step.limit
    return codes

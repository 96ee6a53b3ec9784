"""What was given about a patient, read item by item: value, unit, judgement, or not known."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from jalon.core.errors import DefinitionError
from jalon.core.units import Quantity, convert, find_factor, list_units
from jalon.scores.definition import ScoreDefinition
from jalon.scores.item import Item, Measure

NEAR = 1e-9
"""A converted value or a ratio this close to a limit, relatively, is on the limit: 90 g/L or
5.4 over 1.8 must not miss it by a rounding error. Values given in the item's own unit are
compared as they are."""

Source = Literal["value", "ratio", "flag", "assumed", "settled", "missing"]


@dataclass(frozen=True, slots=True)
class Between:
    """A value that is known only to lie in a range, such as one below a detection limit.

    Attributes:
        low: lowest value it can have.
        high: highest value.
        unit: unit of both; empty for the item's own.
    """

    low: float
    high: float
    unit: str = ""


Value = float | str | Quantity | Between | None
Inputs = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Remark:
    """Something a user should see beside an answer.

    Attributes:
        kind: "plausibility", "boundary", "assumed", "note" or "value".
        item: the item it belongs to, empty for the whole answer.
        text: what it says, by language.
    """

    kind: str
    item: str
    text: dict[str, str]


@dataclass(frozen=True, slots=True)
class Reading:
    """What is known of one item.

    Attributes:
        item: the item.
        source: where the value comes from.
        low: lowest value it can have, NaN when only a judgement is known or nothing.
        high: highest value; equal to ``low`` when the value is known.
        points: points that are still possible, rising; one when they are known.
        readings: the same with every reading where the sources disagree.
    """

    item: Item
    source: Source
    low: float
    high: float
    points: tuple[int, ...]
    readings: tuple[int, ...]


def read_items(definition: ScoreDefinition, inputs: Inputs) -> tuple[Reading, ...]:
    """Read what was given for each item of a score.

    Args:
        definition: the score.
        inputs: values by name of an item, a measure or a flag.

    Returns:
        One reading per item, in the definition's order.

    Raises:
        DefinitionError: a name the score does not know, a value that is impossible, or two
            that contradict each other.
    """
    refuse_unknown(definition, inputs)
    readings = [_read_item(definition, item, inputs) for item in definition.items]
    settled = {r.item.exclusive for r in readings if r.item.settles and r.source != "missing"}
    return tuple(
        _settle(each) if each.item.exclusive in settled and each.source == "missing" else each
        for each in readings
    )


def refuse_unknown(definition: ScoreDefinition, names: Iterable[str]) -> None:
    """Refuse names that a score does not ask for.

    Args:
        definition: the score.
        names: names of inputs.

    Raises:
        DefinitionError: a name that is not an item, a measure or a flag.
    """
    known = {name for item in definition.items for name in (item.id, item.flag) if name}
    known |= {measure.id for measure in definition.measures}
    known |= {name for item in definition.items for name in item.over or ()}
    unknown = sorted(set(names) - known)
    if unknown:
        raise DefinitionError(
            f"{definition.slug} has no item {', '.join(unknown)}; it asks for "
            f"{', '.join(sorted(known))}"
        )


def snap(value: float, limits: Iterable[float]) -> float:
    """Return the limit that a computed value equals but for rounding, else the value.

    Args:
        value: a converted value or a ratio.
        limits: limits of its item.

    Returns:
        The value to compare with limits.
    """
    for limit in limits:
        if abs(value - limit) <= NEAR * abs(limit):
            return limit
    return value


def _settle(reading: Reading) -> Reading:
    """Another item of the set answers for this one: it adds nothing."""
    least = (reading.item.choices[0],)
    return Reading(reading.item, "settled", math.nan, math.nan, least, least)


def _read_item(definition: ScoreDefinition, item: Item, inputs: Inputs) -> Reading:
    direct = read_value(item, inputs.get(item.id))
    ratio = _read_ratio(definition, item, inputs)
    flag = _read_flag(item, inputs)
    if direct and ratio and not _agree(direct, ratio):
        top, bottom = item.over or ("", "")
        raise DefinitionError(
            f"{item.id} differs from {top} over {bottom} by more than 1 %; give only one of them"
        )
    source: Source = "value" if direct else "ratio"
    span = direct or ratio
    if span is None and flag is None:
        if item.assumed is None:
            return Reading(item, "missing", math.nan, math.nan, item.choices, item.choices)
        source, span = "assumed", (item.assumed, item.assumed)
    if span is None:
        points = (item.steps[int(flag or 0)].points,)
        return Reading(item, "flag", math.nan, math.nan, points, points)
    reading = _place(item, source, span)
    if flag is not None and reading.points != (item.steps[int(flag)].points,):
        raise DefinitionError(
            f"{item.id} and {item.flag} contradict each other; give the value alone"
        )
    return reading


def _place(item: Item, source: Source, span: tuple[float, float]) -> Reading:
    low, high = span
    if not item.steps:
        return Reading(item, source, low, high, (), ())
    if low == high:
        return Reading(item, source, low, high, (item.points_for(low),), item.readings_of(low))
    first = max(k for k, step in enumerate(item.steps) if step.holds(low))
    last = max(k for k, step in enumerate(item.steps) if step.holds(high))
    points = {step.points for step in item.steps[first : last + 1]}
    every = points.union(*(d.points for d in item.disputes if low <= d.low <= high))
    return Reading(item, source, low, high, tuple(sorted(points)), tuple(sorted(every)))


def _read_flag(item: Item, inputs: Inputs) -> int | None:
    value = inputs.get(item.flag) if item.flag else None
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if value not in (0, 1):
        raise DefinitionError(f"{item.flag}: {value} is neither 0 nor 1")
    return int(value)


def _read_ratio(
    definition: ScoreDefinition, item: Item, inputs: Inputs
) -> tuple[float, float] | None:
    if item.over is None:
        return None
    top, bottom = (
        read_value(_find_source(definition, name), inputs.get(name)) for name in item.over
    )
    if top is None or bottom is None:
        return None
    if bottom[0] <= 0:
        raise DefinitionError(f"{item.over[1]} must be above 0: a ratio is taken to it")
    low, high = (snap(x / y, item.limits) for x, y in zip(top, reversed(bottom), strict=True))
    _refuse_impossible(item, (low, high), "")
    return low, high


def _find_source(definition: ScoreDefinition, name: str) -> Item | Measure:
    sources: tuple[Item | Measure, ...] = (*definition.items, *definition.measures)
    return next(each for each in sources if each.id == name)


def _agree(first: tuple[float, float], second: tuple[float, float]) -> bool:
    return all(abs(a - b) <= 0.01 * abs(b) for a, b in zip(first, second, strict=True))


def read_value(item: Item | Measure, given: Value) -> tuple[float, float] | None:
    """Read one value in the unit of its item.

    Args:
        item: the item or measure.
        given: what was given; None or NaN when not known.

    Returns:
        Lowest and highest value it can have, None when not known.

    Raises:
        DefinitionError: an unknown unit or level, or a value that is impossible.
    """
    if given is None or given == "":
        return None
    if isinstance(given, str):
        return _read_level(item, given)
    if isinstance(given, Between):
        low, high, unit = float(given.low), float(given.high), given.unit
    elif isinstance(given, Quantity):
        low, high, unit = float(given.value), float(given.value), given.unit
    else:
        low, high, unit = float(given), float(given), ""
    if math.isnan(low) or math.isnan(high):
        return None
    if low > high:
        raise DefinitionError(f"{item.id}: a range runs from its low to its high value")
    if unit:
        low, high = (change_unit(item, value, unit) for value in (low, high))
    _refuse_impossible(item, (low, high), unit)
    return low, high


def change_unit(item: Item | Measure, value: float, unit: str) -> float:
    """Turn a value into the unit of its item; one that meets a limit is put on it.

    Args:
        item: the item or measure.
        value: the value.
        unit: its unit.

    Returns:
        The value in the item's unit.

    Raises:
        DefinitionError: a unit that the item does not have.
    """
    times, over, less = factor_of(item, unit)
    if (times, over, less) == (1.0, 1.0, 0.0):
        return value
    changed = (value - less) * times / over
    return snap(changed, item.limits) if isinstance(item, Item) else changed


def factor_of(item: Item | Measure, unit: str) -> tuple[float, float, float]:
    """Return how to turn a unit into that of an item, as ``find_factor`` does.

    Args:
        item: the item or measure.
        unit: the unit of the values.

    Returns:
        What to multiply by, to divide by, and to take off before.

    Raises:
        DefinitionError: a unit that the item does not have.
    """
    if unit == item.unit:
        return 1.0, 1.0, 0.0
    if not item.analyte:
        raise DefinitionError(
            f"{item.id} is given in {item.unit or 'no unit'}, not in {unit}; no conversion is known"
        )
    return find_factor(unit, item.unit, item.analyte)


def _read_level(item: Item | Measure, given: str) -> tuple[float, float]:
    levels = item.levels if isinstance(item, Item) else ()
    if given in levels:
        value = float(levels.index(given))
        return value, value
    known = f"one of {', '.join(levels)}" if levels else "a number"
    raise DefinitionError(f"{item.id}: {given!r} is not {known}")


def _refuse_impossible(item: Item | Measure, span: tuple[float, float], unit: str) -> None:
    limits = item.span if isinstance(item, Item) else item.possible
    for value in span:
        if math.isinf(value) and limits is None:
            raise DefinitionError(f"{item.id}: an infinite value cannot be used")
        if limits is not None and not limits[0] <= value <= limits[1]:
            advice = advise_unit(item, value) if not unit else ""
            raise DefinitionError(
                f"{item.id}: {_show(value, item.unit)} is outside {limits[0]:g} to {limits[1]:g}"
                f"{'; ' if advice else ''}{advice}"
            )
        whole = isinstance(item, Item) and (item.whole or item.levels) and span[0] == span[1]
        if whole and value != math.floor(value):
            raise DefinitionError(f"{item.id}: {value:g} is not a whole number")


def advise_unit(item: Item | Measure, value: float, shown: bool = True) -> str:
    """Say in which other unit a value would be plausible.

    Args:
        item: the item or measure.
        value: a value that is not plausible in its unit.
        shown: whether the message may repeat it.

    Returns:
        Advice to end a message with; empty when no other unit fits either.
    """
    usual = item.plausible or item.possible
    if not item.analyte or usual is None:
        return ""
    for unit in list_units(item.analyte):
        changed = convert(Quantity(value, unit), item.unit, item.analyte)
        if unit != item.unit and usual[0] <= changed <= usual[1]:
            number = f"{changed:.3g}" if changed < 1000 else f"{changed:.0f}"
            value_there = f" ({number} {item.unit})" if shown else ""
            return f"if it is in {unit}, say so{value_there}"
    return ""


def _show(value: float, unit: str) -> str:
    return f"{value:g} {'' if unit in ('count', 'ratio', 'points') else unit}".rstrip()

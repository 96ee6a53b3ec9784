"""What a request gives about a patient, read field by field; each mistake names its field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jalon.calculator.problem import Fault, Problem
from jalon.core.errors import DefinitionError
from jalon.core.units import Quantity
from jalon.scores import Assessment, Between, Item, Measure, ScoreDefinition, assess
from jalon.scores.reading import Value, read_value


class ContradictionError(DefinitionError):
    """Two values of one request contradict each other."""


def list_sources(definition: ScoreDefinition) -> tuple[Item | Measure, ...]:
    """Return the items of a score and the measures some of them are ratios of.

    Args:
        definition: the score.

    Returns:
        Items first.
    """
    return (*definition.items, *definition.measures)


def list_inputs(definition: ScoreDefinition) -> dict[str, Item | Measure | None]:
    """Return what a score may be given, by name.

    Args:
        definition: the score.

    Returns:
        Items and measures; None for a judgement 0 or 1.
    """
    found: dict[str, Item | Measure | None] = {item.id: item for item in definition.items}
    found |= {each.id: each for each in definition.measures}
    return found | {item.flag: None for item in definition.items if item.flag}


def assess_given(definition: ScoreDefinition, values: Any, place: str) -> Assessment:
    """Compute a score from the values of a request.

    Args:
        definition: the score.
        values: by name a number, the name of a level, ``{value, unit}``, ``{low, high, unit}``
            or null.
        place: JSON pointer of the values.

    Returns:
        The answer.

    Raises:
        Problem: every field that cannot be used; or values that contradict each other.
    """
    if not isinstance(values, dict):
        raise Problem(422, (Fault(place, "give an object of values by the name of the item"),))
    known = list_inputs(definition)
    given: dict[str, Value] = {}
    faults: list[Fault] = []
    status = 409
    for name, value in values.items():
        try:
            given[name] = _read(known, name, value)
        except DefinitionError as error:
            status = status if isinstance(error, ContradictionError) else 422
            token = name[:60].replace("~", "~0").replace("/", "~1")
            faults.append(Fault(f"{place}/{token}", str(error)))
    if faults:
        raise Problem(status, tuple(faults[:20]))
    try:
        return assess(definition, given)
    except DefinitionError as error:
        named = [name for name in given if name in str(error).replace(":", " ").split()]
        pointer = f"{place}/{named[0]}" if named else place
        raise Problem(409, (Fault(pointer, str(error)),)) from None


def _read(known: Mapping[str, Item | Measure | None], name: str, value: Any) -> Value:
    """One value; the engine itself says whether it is possible."""
    if name not in known:
        raise DefinitionError(f"the score asks for {', '.join(known)}; this is none of them")
    source = known[name]
    if source is None:
        return _read_flag(name, value)
    if isinstance(source, Item) and source.levels and isinstance(value, dict):
        raise DefinitionError(f"{name}: give one of {', '.join(source.levels)}, or null")
    read = _shape(name, value)
    if isinstance(read, Between):
        _check_range(source, read)
    read_value(source, read)
    return read


def _check_range(source: Item | Measure, given: Between) -> None:
    if isinstance(source, Item) and source.whole and any(x % 1 for x in (given.low, given.high)):
        raise DefinitionError(f"{source.id}: the ends of a range must be whole numbers")
    if given.low > given.high:
        raise ContradictionError(f"{source.id}: a range runs from its low to its high value")


def _read_flag(name: str, value: Any) -> Value:
    if value is None:
        return None
    if isinstance(value, bool):
        return float(value)
    if isinstance(value, int | float) and value in (0, 1):
        return float(value)
    raise DefinitionError(f"{name}: give true, false, 0, 1 or null")


def _shape(name: str, value: Any) -> Value:
    if value is None:
        return None
    if isinstance(value, str):
        if not value:
            raise DefinitionError(f"{name}: give null for a value that is not known")
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    if isinstance(value, dict):
        return _read_object(name, value)
    raise DefinitionError(f"{name}: give a number, a level, {{value, unit}} or null")


def _read_object(name: str, value: dict[str, Any]) -> Value:
    keys, unit = set(value), value.get("unit", "")
    if not isinstance(unit, str):
        raise DefinitionError(f"{name}: unit is a text")
    wanted = ("value",) if "value" in keys else ("low", "high")
    if not keys <= {*wanted, "unit"} or not {*wanted} <= keys:
        raise DefinitionError(f"{name}: give {{value, unit}} or {{low, high, unit}}")
    numbers = [value[key] for key in wanted]
    if any(isinstance(x, bool) or not isinstance(x, int | float) for x in numbers):
        raise DefinitionError(f"{name}: {' and '.join(wanted)} must be numbers")
    if len(numbers) == 2:
        return Between(float(numbers[0]), float(numbers[1]), unit)
    return Quantity(float(numbers[0]), unit) if unit else float(numbers[0])

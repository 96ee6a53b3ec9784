"""Random patients that try the edges: exact limits, their neighbours, units, ranges, nothing."""

import math

from jalon.core.errors import DefinitionError
from jalon.core.units import Quantity, convert, list_units, spell_unit
from jalon.scores import Between


def _limits_of(item):
    steps = [step.limit for step in getattr(item, "steps", ())[1:]]
    disputes = [end for d in getattr(item, "disputes", ()) for end in (d.low, d.below)]
    return steps + [end for end in disputes if end is not None]


def _draw_number(rng, item):
    limits, levels = _limits_of(item), getattr(item, "levels", ())
    span = item.possible or ((0, len(levels) - 1) if levels else (0, 100))
    which = rng.random()
    if limits and which < 0.45:
        value = rng.choice(limits)
        if which > 0.3:
            value += rng.choice([-1, 1])
        elif which > 0.2:
            value = math.nextafter(value, rng.choice([-math.inf, math.inf]))
    elif which < 0.95:
        value = rng.uniform(*(item.plausible or (span[0] - 1, span[1] + 1)))
    else:
        value = rng.uniform(*span)
    if rng.random() < 0.98:
        value = min(max(value, span[0]), span[1])
    if (getattr(item, "whole", False) or levels) and rng.random() < 0.99:
        return float(round(value))
    return round(value, rng.randint(0, 3)) if rng.random() < 0.7 else value


def _draw_value(rng, item):
    value, which = _draw_number(rng, item), rng.random()
    if item.analyte and which < 0.5:
        unit = rng.choice(list_units(item.analyte))
        try:
            return {"value": convert(Quantity(value, item.unit), unit, item.analyte), "unit": unit}
        except DefinitionError:  # a unit that only others are turned into
            return value
    if which < 0.53:
        low, high = sorted((value, _draw_number(rng, item)))
        return {"low": low, "high": high, "unit": ""}
    levels = getattr(item, "levels", ())
    if levels and which < 0.7 and value in range(len(levels)):
        return levels[int(value)]
    return value


def draw_patient(rng, definition):
    """Inputs of one patient as JSON has them; a fifth of the values is not known."""
    given = {}
    for item in (*definition.items, *definition.measures):
        which, over = rng.random(), getattr(item, "over", None)
        if which < 0.2 or (over and which < 0.6):
            continue
        if getattr(item, "flag", None) and which > 0.9:
            given[item.flag] = rng.choice([0, 1])
        else:
            given[item.id] = _draw_value(rng, item)
    return given


def as_inputs(given):
    """The same inputs as the engine in Python takes them."""

    def turn(value):
        if isinstance(value, dict):
            return Between(**value) if "low" in value else Quantity(**value)
        return value

    return {name: turn(value) for name, value in given.items()}


def as_given(inputs):
    """Inputs of the engine in Python as JSON has them."""

    def turn(value):
        if isinstance(value, Between):
            return {"low": value.low, "high": value.high, "unit": spell_unit(value.unit)}
        if isinstance(value, Quantity):
            return {"value": value.value, "unit": spell_unit(value.unit)}
        return value

    return {name: turn(value) for name, value in inputs.items()}

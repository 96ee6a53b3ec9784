"""Counts on several days, as a body gives them: graded, or refused with the field named."""

from __future__ import annotations

from typing import Any

from jalon.calculator.problem import refuse
from jalon.core.errors import DefinitionError
from jalon.core.units import list_units
from jalon.scores import Assessment, ScoreDefinition, assess_series

FIELDS = ("series", "days", "unit", "until")
"""What a body may give beside the counts."""

MOST_COUNTS, FARTHEST_DAY = 2_000, 100_000


def grade_counts(definition: ScoreDefinition, body: dict[str, Any]) -> Assessment:
    """Grade a patient from counts on several days.

    Args:
        definition: a score that reads series.
        body: ``series``, ``days`` and ``counts``, and perhaps ``unit`` and ``until``.

    Returns:
        The grade, as ``assess_series`` gives it.

    Raises:
        Problem: a field that is missing or cannot be used, by its JSON pointer.
    """
    series = body.get("series")
    known = [spec.id for spec in definition.series]
    if series not in known:
        raise refuse(422, f"give one of {', '.join(known)}", "/series")
    days, counts = _read_list(body, "days"), _read_list(body, "counts")
    for k, day in enumerate(days):
        _require_day(day, f"/days/{k}")
    if len(days) != len(counts):
        raise refuse(422, f"{len(days)} days and {len(counts)} counts; give one a day", "/counts")
    unit, until = body.get("unit", ""), body.get("until")
    if not isinstance(unit, str):
        raise refuse(422, "unit is a text", "/unit")
    if until is not None:
        _require_day(until, "/until")
    try:
        return assess_series(definition, series, days, counts, unit, until)
    except DefinitionError as error:
        raise refuse(422, str(error), "/counts") from None


def _read_list(body: dict[str, Any], name: str) -> list[Any]:
    found = body.get(name)
    if not isinstance(found, list) or not found:
        raise refuse(422, f"{name} is a list of numbers", f"/{name}")
    if len(found) > MOST_COUNTS:
        raise refuse(422, f"{len(found)} {name}; send at most {MOST_COUNTS:,}", f"/{name}")
    for k, value in enumerate(found):
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise refuse(422, "give a number; leave out days without a count", f"/{name}/{k}")
    return found


def _require_day(day: Any, pointer: str) -> None:
    whole = isinstance(day, int | float) and not isinstance(day, bool) and day == int(day)
    if not whole or abs(day) > FARTHEST_DAY:
        raise refuse(422, "a day is a whole number, the infusion being day 0", pointer)


def describe_counts(definition: ScoreDefinition) -> dict[str, Any]:
    """Return the body of a request about counts as OpenAPI writes it.

    Args:
        definition: a score that reads series.

    Returns:
        Schema and example of ``application/json``.
    """
    first = definition.series[0]
    measure = definition.measure(first.measure)
    units = [measure.unit, *(list_units(measure.analyte) if measure.analyte else ())]
    span = measure.possible or (0.0, 1e12)
    day = {"type": "integer", "minimum": -FARTHEST_DAY, "maximum": FARTHEST_DAY}
    listed = {"type": "array", "minItems": 1, "maxItems": MOST_COUNTS}
    schema = {
        "type": "object",
        "additionalProperties": False,
        "required": ["series", "days", "counts"],
        "properties": {
            "series": {"enum": [spec.id for spec in definition.series]},
            "days": {**listed, "items": day, "description": "day 0 is the infusion"},
            "counts": {
                **listed, "description": measure.label["en"],
                "items": {"type": "number", "minimum": span[0], "maximum": span[1]},
            },
            "unit": {"enum": list(dict.fromkeys(units)), "description": "of the counts"},
            "until": {**day, "description": "last day that counts"},
            "language": {"type": "string", "enum": ["en", "fr"]},
        },
    }  # fmt: skip
    days = list(range(first.first, min(first.first + 14, first.last) + 1))
    example = {"series": first.id, "days": days, "counts": [1] * len(days)}
    examples = {"counts": {"summary": "one count a day", "value": example}}
    return {"required": True,
            "content": {"application/json": {"schema": schema, "examples": examples}}}  # fmt: skip

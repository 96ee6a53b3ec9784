"""The JSON schema of what a score may be given, from its definition."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from jalon.calculator.given import list_inputs
from jalon.core.units import list_units
from jalon.scores import Item, Measure, ScoreDefinition, list_examples, list_slugs
from jalon.scores.reading import factor_of

LANGUAGE = {"type": "string", "enum": ["en", "fr"], "description": "language of the answer"}


def describe_values(definition: ScoreDefinition) -> dict[str, Any]:
    """Return the schema of a patient's values.

    Args:
        definition: the score.

    Returns:
        An object of which each property may be left out or null: not known.
    """
    positive = set()
    if definition.formula:
        positive = {term.item for term in definition.formula.terms if term.needs_positive}
    sources = list_inputs(definition)
    bottoms = {item.over[1] for item in definition.items if item.over}
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {
            name: _describe(source, strict=name in positive | bottoms)
            for name, source in sources.items()
        },
    }


def _describe(source: Item | Measure | None, strict: bool) -> dict[str, Any]:
    if source is None:
        return {"enum": [0, 1, True, False, None], "description": "as judged"}
    label = source.label["en"]
    if isinstance(source, Item) and source.levels:
        count = len(source.levels)
        return {"description": label, "enum": [*source.levels, *range(count), None]}
    whole = isinstance(source, Item) and source.whole
    kind = "integer" if whole else "number"
    own = {"type": kind, **_bound(source.possible, strict)}
    choices: list[dict[str, Any]] = [own, {"type": "null"}]
    units = [source.unit, *(list_units(source.analyte) if source.analyte else ())]
    for unit in dict.fromkeys(units):
        known = {"unit": {"const": unit}}
        number = own
        if unit != source.unit:
            number = {"type": kind, **_bound(_in_unit(source, unit), strict)}
        needed = () if unit == source.unit else ("unit",)
        choices.append(_object({"value": number, **known}, ("value", *needed)))
        choices.append(_object({"low": number, "high": number, **known}, ("low", "high", *needed)))
    unit = f", {source.unit}" if source.unit else ""
    return {"description": f"{label}{unit}", "anyOf": choices}


def _object(properties: dict[str, Any], required: tuple[str, ...]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(required),
        "properties": properties,
    }


def _bound(span: tuple[float, float] | None, strict: bool) -> dict[str, float]:
    if span is None:
        return {"minimum": -1e300, "maximum": 1e300}
    if strict and span[0] <= 0:
        return {"exclusiveMinimum": 0, "maximum": span[1]}
    return {"minimum": span[0], "maximum": span[1]}


def _in_unit(source: Item | Measure, unit: str) -> tuple[float, float] | None:
    """The possible range in another unit, drawn in by a hair for its rounding."""
    if source.possible is None:
        return None
    times, over, less = factor_of(source, unit)
    low, high = (end * over / times + less for end in source.possible)
    hair = 1e-9 * max(abs(low), abs(high))
    return (low + hair if low or less else low), high - hair


def describe_request(definition: ScoreDefinition, patients: int = 0) -> dict[str, Any]:
    """Return the body of a request as OpenAPI writes it.

    Args:
        definition: the score.
        patients: most patients of a batch; 0 for a request about one patient.

    Returns:
        Schema and examples of ``application/json``.
    """
    values = describe_values(definition)
    examples = {
        f"example {k}": {"summary": why, "value": {"values": inputs}}
        for k, (why, inputs) in enumerate(_list_examples(definition), start=1)
    }
    properties: dict[str, Any] = {"values": values, "language": LANGUAGE}
    if patients:
        several = [each["value"] for each in examples.values()]
        examples = {"batch": {"summary": "several patients", "value": {"patients": several}}}
        one = {
            "type": "object", "additionalProperties": False, "required": ["values"],
            "properties": {"values": values},
        }  # fmt: skip
        many = {"type": "array", "items": one, "maxItems": patients}
        properties = {"patients": many, "language": LANGUAGE}
    required = ["patients" if patients else "values"]
    schema = {
        "type": "object",
        "additionalProperties": False,
        "required": required,
        "properties": properties,
    }
    return {"required": True, "content": {"application/json": {"schema": schema,
                                                               "examples": examples}}}  # fmt: skip


def _list_examples(definition: ScoreDefinition) -> list[tuple[str, dict[str, Any]]]:
    if definition.slug not in list_slugs():
        return [("nothing is known", {})]
    return _read_examples(definition.slug)


@lru_cache(maxsize=64)
def _read_examples(slug: str) -> list[tuple[str, dict[str, Any]]]:
    """Read once: the schema of a score is written for three addresses."""
    found: list[tuple[str, dict[str, Any]]] = []
    for example in list_examples(slug):
        plain = all(isinstance(value, int | float | str) for value in example.inputs.values())
        if example.inputs and plain and "error" not in example.expected:
            found.append((example.why or "a patient", dict(example.inputs)))
    return found[:3] or [("nothing is known", {})]

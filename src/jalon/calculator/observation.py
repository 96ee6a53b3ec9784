"""A patient's values from FHIR R4 resources: the last usable observation of each item."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from jalon.calculator.given import list_sources
from jalon.core.errors import DefinitionError
from jalon.core.units import Quantity
from jalon.scores import Between, Item, Measure, ScoreDefinition
from jalon.scores.codes import LOINC, find_answer, find_ucum, list_loinc, read_ucum
from jalon.scores.reading import Value, read_value

STATUSES = {"final", "amended", "corrected"}
AGE = "30525-0"
BARE = {"1", "{score}"}
"""Codes of UCUM for numbers without a unit."""


@dataclass(slots=True)
class Chart:
    """What a patient's record says about the items of a score.

    Attributes:
        inputs: values, as ``assess`` takes them.
        dates: day of each value, by the same names; None where the record has none.
        notes: what was found and could not be used.
    """

    inputs: dict[str, Value] = field(default_factory=dict)
    dates: dict[str, date | None] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


def read_chart(definition: ScoreDefinition, patient: Any, observations: Any, today: date) -> Chart:
    """Read a patient's record for a score.

    Args:
        definition: the score.
        patient: a FHIR Patient, or None.
        observations: a Bundle of Observations, a list of them, or None.
        today: the day of the question.

    Returns:
        Values with their dates; what is not found is left out, so not known.
    """
    chart = Chart()
    found = [each for each in list_resources(observations) if str(each.get("status")) in STATUSES]
    found.sort(key=lambda each: read_day(each) or date.min, reverse=True)
    for source in list_sources(definition):
        if AGE in list_loinc(source) or source.id == "age":
            _read_age(chart, source, patient, today)
        if source.id not in chart.inputs:
            _read_source(chart, definition, source, (found, today))
    return chart


def list_resources(bundle: Any) -> list[dict[str, Any]]:
    """Return the resources of a Bundle, or of a plain list, whatever else it holds left out.

    Args:
        bundle: what was sent.

    Returns:
        Observations.
    """
    if isinstance(bundle, dict):
        entries = bundle.get("entry")
        listed = [each.get("resource") for each in _dicts(entries)]
    else:
        listed = bundle if isinstance(bundle, list) else []
    return [each for each in _dicts(listed) if each.get("resourceType") == "Observation"]


def _dicts(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def read_day(observation: dict[str, Any]) -> date | None:
    """Return the day of an observation.

    Args:
        observation: the resource.

    Returns:
        The day it was taken, or issued; None when the record does not say.
    """
    period = _dict(observation.get("effectivePeriod"))
    for text in (observation.get("effectiveDateTime"), observation.get("effectiveInstant"),
                 period.get("end"), period.get("start"), observation.get("issued")):  # fmt: skip
        day = parse_day(text)
        if day is not None:
            return day
    return None


def parse_day(text: Any) -> date | None:
    """Read a FHIR date; of a year or a month alone the first day counts.

    Args:
        text: for example ``2024-05-01T08:00:00Z`` or ``2024``.

    Returns:
        The day, None when it is none.
    """
    if not isinstance(text, str) or not text[:4].isascii():
        return None
    full = {4: f"{text}-01-01", 7: f"{text}-01"}.get(len(text), text[:10])
    try:
        return date.fromisoformat(full) if len(full) == 10 else None
    except ValueError:
        return None


def _read_age(chart: Chart, source: Item | Measure, patient: Any, today: date) -> None:
    """Completed years; of a year or month of birth alone, both ages that are possible."""
    text = _dict(patient).get("birthDate")
    first = parse_day(text)
    if first is None or not isinstance(text, str):
        return
    oldest = _years(first, today)
    youngest = oldest if len(text) == 10 else oldest - 1
    value: Value = float(oldest) if youngest == oldest else Between(float(youngest), float(oldest))
    if _usable(chart, source, value):
        chart.inputs[source.id], chart.dates[source.id] = value, today


def _years(birth: date, today: date) -> int:
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))


def _read_source(
    chart: Chart, definition: ScoreDefinition, source: Item | Measure,
    record: tuple[list[dict[str, Any]], date],
) -> None:  # fmt: skip
    observations, today = record
    codes = set(list_loinc(source))
    if isinstance(source, Measure) and any(
        item.over and item.over[1] == source.id for item in definition.items
    ):
        return  # a laboratory's limit, read beside the value it belongs to
    for observation in observations:
        if not codes & set(_list_codes(observation.get("code"), LOINC)):
            continue
        day = read_day(observation)
        if day is not None and day > today:
            chart.notes.append(f"{source.label['en']}: dated {day}, in the future; not used")
            continue
        value = _read_value(chart, source, observation)
        if value is not None and _usable(chart, source, value):
            chart.inputs[source.id], chart.dates[source.id] = value, day
            _read_limit(chart, definition, source, observation)
            return


def _list_codes(concept: Any, system: str) -> Iterator[str]:
    for coding in _dicts(_dict(concept).get("coding")):
        if coding.get("system") == system and isinstance(coding.get("code"), str):
            yield coding["code"]


def _usable(chart: Chart, source: Item | Measure, value: Value) -> bool:
    try:
        return read_value(source, value) is not None
    except DefinitionError as error:
        chart.notes.append(f"{error}; not used")
        return False


def _read_value(chart: Chart, source: Item | Measure, observation: dict[str, Any]) -> Value:
    for code in _list_codes(observation.get("valueCodeableConcept"), LOINC):
        answer = find_answer(code)
        if answer is not None:
            return answer
    number = observation.get("valueInteger")
    if isinstance(number, int) and not isinstance(number, bool):
        return float(number) if _is_bare(source) else None
    quantity = _dict(observation.get("valueQuantity"))
    value = _read_quantity(chart, source, quantity)
    comparator = quantity.get("comparator")
    if not comparator or not isinstance(value, Quantity):
        return value
    ends = source.span if isinstance(source, Item) else source.possible
    if ends is None or comparator not in ("<", "<=", ">", ">="):
        return None
    known = read_value(source, value)
    if known is None:
        return None
    return Between(ends[0], known[1]) if comparator[0] == "<" else Between(known[0], ends[1])


def _is_bare(source: Item | Measure) -> bool:
    return find_ucum(source.unit) in {*BARE, "%"}


def _read_quantity(chart: Chart, source: Item | Measure, quantity: dict[str, Any]) -> Value:
    value = quantity.get("value")
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    code = quantity.get("code") or quantity.get("unit") or ""
    if isinstance(code, str) and _is_bare(source) and code in {"", find_ucum(source.unit), *BARE}:
        return Quantity(float(value), source.unit)
    if not isinstance(code, str) or not code:
        chart.notes.append(f"{source.label['en']}: sent without a unit; not used")
        return None
    read = Quantity(float(value), read_ucum(code))
    return read if _usable(chart, source, read) else None


def _read_limit(
    chart: Chart, definition: ScoreDefinition, source: Item | Measure, observation: dict[str, Any]
) -> None:
    """The laboratory's own limit of normal, sent with the value."""
    for item in definition.items:
        if not item.over or item.over[0] != source.id or item.unit not in {"x ULN", "x LLN"}:
            continue
        end = "high" if item.unit == "x ULN" else "low"
        bottom = next((m for m in definition.measures if m.id == item.over[1]), None)
        for bounds in _dicts(observation.get("referenceRange")):
            limit = _dict(bounds.get(end))
            told = {"code": _dict(observation.get("valueQuantity")).get("code")} | limit
            value = _read_quantity(chart, bottom, told) if bottom else None
            if bottom and value is not None and bottom.id not in chart.inputs:
                chart.inputs[bottom.id], chart.dates[bottom.id] = value, read_day(observation)

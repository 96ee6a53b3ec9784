"""Score definitions as TOML files: read with every mistake named, written back the same."""

from __future__ import annotations

import json
import math
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from functools import partial
from pathlib import Path
from typing import Any

from jalon.core.errors import DefinitionError
from jalon.scores.definition import Group, Performance, Risk, ScoreDefinition
from jalon.scores.item import Dispute, Item, Measure, Step
from jalon.scores.rule import Cut, Formula, Override, Row, Series, Summary, Term
from jalon.scores.schema import (
    Reader,
    anything,
    build,
    decimal,
    many,
    mapping,
    number,
    one_of,
    one_or_many,
    pair,
    refuse_unknown_keys,
    text,
    truth,
    whole,
    words,
)

_TEXTS = (
    "slug", "short", "status", "version", "citation", "doi", "population", "outcome", "time_point",
)  # fmt: skip
_LISTS = {
    "items": "item", "groups": "group", "rows": "row", "risks": "risk", "measures": "measure",
    "overrides": "override", "cuts": "cut", "performance": "performance", "series": "series",
}  # fmt: skip
"""Fields of the definition that a file writes as [[headings]], and the heading."""
_OTHERS = (
    "name", "ranks_by", "pitfalls", "learning", "rule", "availability", "reason", "checked",
    "unverified", "fr", "formula", "items_of", "example",
)  # fmt: skip

_STEP: dict[str, Reader] = {"points": whole, "above": decimal, "at_least": decimal}
_DISPUTE: dict[str, Reader] = {
    "low": decimal, "below": decimal, "points": many(whole), "why": words,
}  # fmt: skip
_MEASURE: dict[str, Reader] = {
    "id": text, "label": words, "unit": text, "analyte": text,
    "possible": pair(decimal), "plausible": pair(decimal),
}  # fmt: skip
_ITEM: dict[str, Reader] = {
    **_MEASURE,
    "steps": many(lambda value, place: build(Step, value, place, _STEP)),
    "flag": text,
    "levels": many(text),
    "level_labels": mapping(many(text)),
    "help": words,
    "whole": truth,
    "over": pair(text),
    "exclusive": text,
    "settles": truth,
    "assumed": decimal,
    "disputes": many(lambda value, place: build(Dispute, value, place, _DISPUTE)),
    "loinc": text,
}
_GROUP: dict[str, Reader] = {
    "slug": text, "label": words, "low": whole, "high": whole, "applies": truth,
}  # fmt: skip
_RISK: dict[str, Reader] = {
    "group": text, "months": decimal, "value": decimal, "low": decimal, "high": decimal,
    "n": whole, "cohort": text, "event": text, "event_fr": text,
    "cohort_fr": text,
}  # fmt: skip
_PERFORMANCE: dict[str, Reader] = {
    "cohort": text, "outcome": text, "measure": text, "value": decimal, "group": text,
    "low": decimal, "high": decimal, "p": text, "note": text,
}  # fmt: skip
_ROW: dict[str, Reader] = {
    "totals": one_or_many(whole), "when": mapping(one_or_many(whole)), "note": words,
}  # fmt: skip
_TERM: dict[str, Reader] = {
    "item": text, "link": one_of("linear", "log2", "excess", "level", "power"),
    "weight": decimal, "knot": decimal, "levels": many(pair(decimal)),
}  # fmt: skip
_FORMULA: dict[str, Reader] = {
    "terms": many(lambda value, place: build(Term, value, place, _TERM)),
    "symbol": text, "limits": many(decimal), "decimals": whole, "plausible": pair(decimal),
    "usual_median": decimal,
}  # fmt: skip
_OVERRIDE: dict[str, Reader] = {"points": whole, "group": text, "note": words}
_CUT: dict[str, Reader] = {"slug": text, "at_least": number, "label": words}
_SUMMARY: dict[str, Reader] = {
    "item": text, "what": one_of("days", "never", "lowest", "minimum"),
    "at_most": decimal, "below": decimal,
}  # fmt: skip
_SERIES: dict[str, Reader] = {
    "id": text, "measure": text, "first": whole, "last": whole, "gives": mapping(decimal),
    "summaries": many(lambda value, place: build(Summary, value, place, _SUMMARY)),
    "recovery": whole, "gap": whole,
}  # fmt: skip
_FRENCH: dict[str, Reader] = {
    "population": text, "outcome": text, "time_point": text, "pitfalls": many(text),
}  # fmt: skip
_EXAMPLE = (
    "why", "inputs", "series", "days", "counts", "unit", "until", "points", "value", "log2",
    "group", "possible", "state", "missing", "deciding", "items", "cuts", "boundary",
    "other_points", "other_groups", "flips", "remark", "error",
)  # fmt: skip
_RECORDS: dict[str, tuple[type, dict[str, Reader]]] = {
    "items": (Item, _ITEM), "groups": (Group, _GROUP), "rows": (Row, _ROW),
    "risks": (Risk, _RISK), "measures": (Measure, _MEASURE), "cuts": (Cut, _CUT),
    "overrides": (Override, _OVERRIDE), "performance": (Performance, _PERFORMANCE),
    "series": (Series, _SERIES),
}  # fmt: skip


def parse_definition(text: str, source: str = "score") -> ScoreDefinition:
    """Read a score definition from TOML text.

    Args:
        text: the content of the file.
        source: its name, for messages.

    Returns:
        The definition.

    Raises:
        DefinitionError: not TOML, or a key that is missing, unknown or of the wrong kind; the
            message names the file, the place and the key.
    """
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise DefinitionError(f"{source} is not TOML: {error}") from None
    return read_table(table, source)


def load_definition(path: Path) -> ScoreDefinition:
    """Read a score definition from a TOML file.

    Args:
        path: the file.

    Returns:
        The definition.

    Raises:
        DefinitionError: the file is absent, not UTF-8, not TOML, or not a score.
    """
    try:
        content = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DefinitionError(f"{path.name} cannot be read: {error}") from None
    return parse_definition(content, path.name)


def read_table(table: dict[str, Any], source: str) -> ScoreDefinition:
    """Read a score definition from the table of its file.

    Args:
        table: the content of the file, worked examples among it.
        source: its name, for messages.

    Returns:
        The definition.

    Raises:
        DefinitionError: a key that is missing, unknown or of the wrong kind.
    """
    for place, example in enumerate(table.get("example", ()), start=1):
        refuse_unknown_keys(example, _EXAMPLE, f"{source}, example {place}")
    if all(key in table for key in (*_TEXTS, "name")):
        refuse_unknown_keys(table, (*_TEXTS, *_OTHERS, *_LISTS.values()), source)
    plain = {key: value for key, value in table.items() if key not in ("example", "items_of")}
    for field, heading in _LISTS.items():
        plain[field] = plain.pop(heading, [])
    readers: dict[str, Reader] = {
        **dict.fromkeys(_TEXTS, text), "name": words, "ranks_by": text, "pitfalls": many(text),
        "learning": anything, "rule": one_of("sum", "table", "formula"), "availability": text,
        "reason": words, "checked": text, "unverified": many(text),
        "fr": _read_french,
        "formula": lambda value, place: build(Formula, value, place, _FORMULA),
    }  # fmt: skip
    for field, (record, keys) in _RECORDS.items():
        readers[field] = many(partial(_build_named, record=record, keys=keys))
    if "items_of" in table:
        other = _find_other(table["items_of"])
        plain["items"] = [write_table(item) for item in other.items]
        plain["measures"] = [write_table(measure) for measure in other.measures]
    try:
        return build(ScoreDefinition, plain, source, readers)
    except DefinitionError as error:
        message = str(error)
        known = message.startswith(source)
        raise DefinitionError(message if known else f"{source}: {message}") from None


def _build_named(value: Any, place: str, record: type, keys: dict[str, Reader]) -> Any:
    for field, heading in _LISTS.items():
        place = place.replace(f", {field} ", f", {heading} ")
    name = value.get("id") or value.get("slug") if isinstance(value, Mapping) else None
    if record is Risk and isinstance(value, Mapping):
        value = {"low": math.nan, "high": math.nan, "n": 0, **value}
    return build(record, value, f"{place} ({name})" if isinstance(name, str) else place, keys)


def _read_french(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise DefinitionError(f"{place}: give a table [fr]")
    refuse_unknown_keys(value, _FRENCH, place)
    return {key: _FRENCH[key](said, f"{place}.{key}") for key, said in value.items()}


def _find_other(slug: str) -> ScoreDefinition:
    """The score whose items are taken, so that each number appears once."""
    from jalon.scores.catalogue import find_definition  # noqa: PLC0415 - it reads by this file

    return find_definition(slug)


def write_definition(definition: ScoreDefinition) -> str:
    """Write a score definition as TOML that ``parse_definition`` reads back unchanged.

    Args:
        definition: the score.

    Returns:
        The text of the file.
    """
    import tomli_w  # noqa: PLC0415 - only writing needs it; the bedside reads

    return tomli_w.dumps(list_fields(definition))


def write_json(definition: ScoreDefinition) -> str:
    """Write a score definition as JSON, with the keys of the TOML file.

    Args:
        definition: the score.

    Returns:
        The text; a median that was not reached is null.
    """
    return json.dumps(_without_infinity(list_fields(definition)), ensure_ascii=False, indent=2)


def list_fields(definition: ScoreDefinition) -> dict[str, Any]:
    """Return a definition as plain tables and lists, under the keys of its TOML file.

    Args:
        definition: the score.

    Returns:
        What differs from the values a file may leave out.
    """
    table = write_table(definition)
    plain = {key: value for key, value in table.items() if not isinstance(value, list | dict)}
    rest = {_LISTS.get(key, key): value for key, value in table.items() if key not in plain}
    return plain | {"ranks_by": definition.ranks_by} | rest


def write_table(record: Any) -> dict[str, Any]:
    """Return a record as a table, without what a file may leave out.

    Args:
        record: a record of this room.

    Returns:
        Keys and plain values.
    """
    table = {}
    for each in fields(record):
        value = getattr(record, each.name)
        made = each.default_factory() if each.default_factory is not MISSING else each.default
        nothing = value is None or (isinstance(value, float) and math.isnan(value))
        if not nothing and (made is MISSING or value != made):
            table[each.name] = _plain(value)
    return table


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return write_table(value)
    if isinstance(value, tuple | list):
        return [_plain(entry) for entry in value]
    if isinstance(value, Mapping):
        return {key: _plain(entry) for key, entry in value.items()}
    return value


def _without_infinity(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_infinity(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_without_infinity(entry) for entry in value]
    return None if isinstance(value, float) and math.isinf(value) else value

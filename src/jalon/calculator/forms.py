"""What a page needs to know about a score: its definition, its fields, units and words."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Literal

from jalon.core.units import find_factor, list_units
from jalon.scores import Item, Measure, Row, ScoreDefinition, write_json
from jalon.scores.card import write_equation
from jalon.scores.sentence import say, write_number, write_step, write_unit

Words = dict[str, str]
LANGUAGES = ("en", "fr")
FEW = 9
"""A whole number with at most so many values is chosen by one tap, not typed."""


def hash_definition(definition: ScoreDefinition) -> str:
    """Return the fingerprint of a score's definition.

    Args:
        definition: the score.

    Returns:
        The SHA-256 of what ``jalon score export SLUG --json`` prints, in hexadecimal.
    """
    return hashlib.sha256((write_json(definition) + "\n").encode()).hexdigest()


def describe_form(definition: ScoreDefinition) -> dict[str, Any]:
    """Return all that the browser needs to compute a score and to explain the answer.

    Args:
        definition: a score, computed or blocked.

    Returns:
        The definition as its JSON file has it, and beside it words of steps and factors of
        units, ready for JSON.
    """
    sources: tuple[Item | Measure, ...] = (*definition.items, *definition.measures)
    return {
        "definition": json.loads(write_json(definition)),
        "form": {
            "units": {each.id: _list_factors(each) for each in sources},
            "unit_words": {each.id: _both(write_unit, each.unit) for each in sources},
            "steps": {item.id: describe_steps(item) for item in definition.items},
            "range": list(definition.range) if _adds_up(definition) else None,
        },
        "sha256": hash_definition(definition),
    }


def _adds_up(definition: ScoreDefinition) -> bool:
    return definition.computes and definition.rule == "sum"


def _both(write: Any, *given: Any) -> Words:
    return {language: write(*given, language) for language in LANGUAGES}


def _list_factors(item: Item | Measure) -> list[dict[str, Any]]:
    """Every unit of a value, in the order of the table of units, with how it is converted."""
    found = []
    for unit in list_units(item.analyte) if item.analyte else (item.unit,):
        times, over, less = (
            find_factor(unit, item.unit, item.analyte) if item.analyte else (1.0, 1.0, 0.0)
        )
        words = _both(write_unit, unit)
        found.append({"unit": unit, "times": times, "over": over, "less": less, **words})
    return found


def describe_steps(item: Item) -> list[Words]:
    """Say for which values each step of an item holds.

    Args:
        item: the item.

    Returns:
        One text per step, by language.
    """
    return [_both(write_step, item, index) for index in range(len(item.steps))]


def list_fields(definition: ScoreDefinition) -> list[dict[str, Any]]:
    """Return the fields of a score's form, item by item.

    Args:
        definition: the score.

    Returns:
        For each item its label, help and inputs: numbers with their units, or choices.
    """
    shown: set[str] = set()
    fields = []
    for item in definition.items:
        inputs: list[dict[str, Any]] = []
        for name in item.over or ():
            measure = next((each for each in definition.measures if each.id == name), None)
            if measure and name not in shown:
                inputs.append(_ask_number(measure, measure.label))
                shown.add(name)
        inputs.append(_ask(item))
        fields.append({
            "id": item.id, "label": item.label, "help": item.help, "inputs": inputs,
            "ratio": bool(item.over), "flag": _ask_judgement(item), "steps": describe_steps(item),
        })  # fmt: skip
    return fields


def list_series(definition: ScoreDefinition) -> list[dict[str, Any]]:
    """Return the counts on several days from which a score can be read.

    Args:
        definition: the score.

    Returns:
        For each series its name, what is counted, and the units of the counts.
    """
    found = []
    for series in definition.series:
        measure = definition.measure(series.measure)
        words = {
            "en": f"{measure.label['en']}, day {series.first} to {series.last}",
            "fr": f"{say(measure.label, 'fr')}, J{series.first} à J{series.last}",
        }
        found.append({**_ask_number(measure, words), "id": series.id})
    return found


def _ask(item: Item) -> dict[str, Any]:
    values = _list_values(item)
    if not values:
        return _ask_number(item, item.label)
    return {"kind": "choice", "id": item.id, "label": item.label, "choices": values}


def _list_values(item: Item) -> list[tuple[str, Words]]:
    """The values of a category or of a small count; none when the value is typed."""
    if item.levels:
        labels = {
            language: item.level_labels.get(language) or item.level_labels.get("en") or item.levels
            for language in LANGUAGES
        }
        return [
            (str(k), {language: labels[language][k] for language in LANGUAGES})
            for k in range(len(item.levels))
        ]
    if item.whole and item.possible and item.possible[1] - item.possible[0] < FEW:
        first, last = (int(end) for end in item.possible)
        return [(str(k), _both(write_number, k)) for k in range(first, last + 1)]
    return []


def _ask_number(each: Item | Measure, label: Words) -> dict[str, Any]:
    units = [
        {"unit": unit["unit"], "en": unit["en"], "fr": unit["fr"]} for unit in _list_factors(each)
    ]
    return {"kind": "number", "id": each.id, "label": label, "unit": each.unit, "units": units}


def _ask_judgement(item: Item) -> dict[str, Any] | None:
    """The yes or no that stands for a value where only a judgement was kept."""
    if item.flag is None or item.levels:
        return None
    steps = describe_steps(item)
    return {
        "kind": "choice", "id": item.flag, "label": item.label,
        "choices": [(str(k), words) for k, words in enumerate(steps)],
    }  # fmt: skip


Rule = Literal["points", "rows", "equation"]


def describe_rule(definition: ScoreDefinition) -> dict[str, Any]:
    """Write how the items become the answer, so that a reader can check it by hand.

    Args:
        definition: the score.

    Returns:
        The equation of a formula, the rows of a decision table, or nothing for a plain sum;
        and the groups with their totals.
    """
    rows = [_describe_row(definition, row) for row in definition.rows]
    groups = [
        {"label": group.label, "totals": _write_totals(definition, k)}
        for k, group in enumerate(definition.groups)
    ]
    overrides = [override.note for override in definition.overrides]
    return {
        "equation": write_equation(definition) if definition.formula else "",
        "rows": rows, "groups": groups,
        "overrides": overrides, "exclusive": any(item.exclusive for item in definition.items),
    }  # fmt: skip


def _write_totals(definition: ScoreDefinition, index: int) -> Words:
    group = definition.groups[index]
    if definition.formula is None:
        text = str(group.low) if group.low == group.high else f"{group.low}-{group.high}"
        return dict.fromkeys(LANGUAGES, text)
    limits = definition.formula.limits
    below = {"en": "at most ", "fr": "au plus "}
    above = {"en": "above ", "fr": "au-dessus de "}
    found = {}
    for language in LANGUAGES:
        parts = [f"{above[language]}{write_number(limits[index - 1], language)}"] if index else []
        if index < len(limits):
            parts.append(f"{below[language]}{write_number(limits[index], language)}")
        found[language] = ", ".join(parts)
    return found


def _describe_row(definition: ScoreDefinition, row: Row) -> dict[str, Any]:
    found: dict[str, Any] = {"when": [], "then": {}}
    for name, points in row.when.items():
        item = definition.item(name)
        bands = [k for k, step in enumerate(item.steps) if step.points in points]
        found["when"].append({"label": item.label, "value": {
            language: (" ou " if language == "fr" else " or ").join(
                write_step(item, k, language) for k in bands
            )
            for language in LANGUAGES
        }})  # fmt: skip
    for language in LANGUAGES:
        found["then"][language] = (" ou " if language == "fr" else " or ").join(
            say(definition.group_of(total).label, language) if definition.groups else str(total)
            for total in row.totals
        )
    return found

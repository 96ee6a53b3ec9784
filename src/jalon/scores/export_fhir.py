"""A score as a FHIR R4 Questionnaire: what it asks, with codes, units and limits."""

from __future__ import annotations

import json
import re
from typing import Any

from jalon.core.errors import DefinitionError
from jalon.core.units import list_units
from jalon.scores.codes import LOINC, UCUM, find_ucum, list_loinc
from jalon.scores.definition import ScoreDefinition
from jalon.scores.item import Item, Measure

BASE = "urn:jalon:questionnaire:"
EXTENSION = "http://hl7.org/fhir/StructureDefinition/"


def write_questionnaire(definition: ScoreDefinition) -> str:
    """Write a score as a FHIR R4 Questionnaire.

    Args:
        definition: the score.

    Returns:
        The resource as JSON. An item's ``linkId`` is its name in the definition; an answer may
        be left out, and nothing is required.

    Raises:
        DefinitionError: a score that cannot be computed.

    Reference:
        HL7 FHIR R4 (4.0.1), Questionnaire.

    Example:
        >>> from jalon.scores import find_definition
        >>> json.loads(write_questionnaire(find_definition("ipi")))["item"][0]["linkId"]
        'age'
    """
    if not definition.computes:
        raise DefinitionError(
            f"{definition.short} cannot be written as a Questionnaire: {definition.reason['en']}"
        )
    content: dict[str, Any] = {
        "resourceType": "Questionnaire",
        "language": "en",
        "url": BASE + definition.slug,
        "version": definition.version,
        "name": re.sub(r"\W", "", definition.slug.title()) or "Score",
        **_translate("title", definition.name),
        "status": "active",
        "experimental": True,
        "subjectType": ["Patient"],
        "description": f"{definition.population}. {definition.outcome}. "
        f"{definition.time_point}. Research use only.",
        "copyright": definition.citation,
        "item": [_ask(item) for item in definition.items],
    }
    asked = {item.id for item in definition.items}
    used = {name for item in definition.items for name in item.over or ()} - asked
    content["item"] += [_ask(each) for each in definition.measures if each.id in used]
    content["item"] += [_ask_flag(item) for item in definition.items if item.flag]
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"


def _translate(key: str, words: dict[str, str]) -> dict[str, Any]:
    """A text in English, with its French words beside it."""
    found: dict[str, Any] = {key: words["en"]}
    if words.get("fr", words["en"]) != words["en"]:
        french = [
            {"url": "lang", "valueCode": "fr"},
            {"url": "content", "valueString": words["fr"]},
        ]
        found[f"_{key}"] = {"extension": [{"url": EXTENSION + "translation", "extension": french}]}
    return found


def _ask(source: Item | Measure) -> dict[str, Any]:
    codes = list_loinc(source)
    found: dict[str, Any] = {"linkId": source.id}
    if codes:
        found["code"] = [{"system": LOINC, "code": code} for code in codes]
    if isinstance(source, Item) and source.levels:
        return {
            **found, **_translate("text", source.label), "type": "choice", "required": False,
            "answerOption": [_offer(source, level) for level in range(len(source.levels))],
        }  # fmt: skip
    unit = f", {source.unit}" if source.unit else ""
    words = {language: text + unit for language, text in source.label.items()}
    kind = "integer" if isinstance(source, Item) and source.whole else "decimal"
    if source.analyte:
        kind = "quantity"
    extensions = _list_units_of(source) if source.analyte else _limit(source, kind)
    if extensions:
        found["extension"] = extensions
    return {**found, **_translate("text", words), "type": kind, "required": False}


def _offer(item: Item, level: int) -> dict[str, Any]:
    names = {language: labels[level] for language, labels in item.level_labels.items()}
    words = {"en": item.levels[level], **names}
    return {"valueCoding": {"code": item.levels[level], **_translate("display", words)}}


def _ask_flag(item: Item) -> dict[str, Any]:
    words = {"en": f"{item.label['en']}, as judged"}
    words["fr"] = f"{item.label.get('fr', item.label['en'])}, selon le jugement"
    return {
        "linkId": item.flag, **_translate("text", words), "type": "boolean", "required": False,
    }  # fmt: skip


def _limit(source: Item | Measure, kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    if kind == "decimal" and find_ucum(source.unit):
        coding = {"system": UCUM, "code": find_ucum(source.unit)}
        found.append({"url": EXTENSION + "questionnaire-unit", "valueCoding": coding})
    for name, value in zip(("minValue", "maxValue"), source.possible or (), strict=False):
        whole = kind == "integer"
        key, number = ("valueInteger", int(value)) if whole else ("valueDecimal", value)
        found.append({"url": EXTENSION + name, key: number})
    return found


def _list_units_of(source: Item | Measure) -> list[dict[str, Any]]:
    others = [unit for unit in list_units(source.analyte) if unit != source.unit]
    return [
        {
            "url": EXTENSION + "questionnaire-unitOption",
            "valueCoding": {"system": UCUM, "code": find_ucum(unit), "display": unit},
        }
        for unit in (source.unit, *others)
        if find_ucum(unit)
    ]

"""The fields of a score in PMML: what is given, and what is read off two measures."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

from jalon.scores.definition import ScoreDefinition
from jalon.scores.item import Item, Measure
from jalon.scores.pmml_value import apply, constant, refer, write_plain
from jalon.scores.reading import NEAR
from jalon.scores.sentence import say

REFUSED = -1.0
"""A ratio that contradicts the value given for it, or has nothing to be taken to; no step of
any item reaches it, so the reader gives no result."""


def name_field(item: Item) -> str:
    """Return the field that holds an item's value.

    Args:
        item: the item.

    Returns:
        The item's own field, or the derived one where it may be a ratio.
    """
    return f"{item.id}_read" if item.over else item.id


def describe_fields(definition: ScoreDefinition) -> tuple[Element, Element]:
    """Describe what a score is given.

    Args:
        definition: the score.

    Returns:
        The data dictionary and the mining schema.
    """
    asked: dict[str, Item | Measure] = {item.id: item for item in definition.items}
    used = {name for item in definition.items for name in item.over or ()}
    asked |= {each.id: each for each in definition.measures if each.id in used}
    flags = [item for item in definition.items if item.flag]
    dictionary = Element("DataDictionary", numberOfFields=str(len(asked) + len(flags)))
    schema = Element("MiningSchema")
    for each in asked.values():
        _describe(dictionary, each)
        field = SubElement(schema, "MiningField", name=each.id)
        if isinstance(each, Item) and each.assumed is not None:
            value = each.levels[int(each.assumed)] if each.levels else each.assumed
            field.set("missingValueReplacement", write_plain(value))
            field.set("missingValueTreatment", "asValue")
    for item in flags:
        flag = SubElement(
            dictionary, "DataField", name=str(item.flag), optype="categorical", dataType="integer",
            displayName=f"{say(item.label, 'en')}, as judged",
        )  # fmt: skip
        for value in ("0", "1"):
            SubElement(flag, "Value", value=value)
        SubElement(schema, "MiningField", name=str(item.flag))
    return dictionary, schema


def _describe(dictionary: Element, each: Item | Measure) -> None:
    unit = f", {each.unit}" if each.unit else ""
    node = SubElement(dictionary, "DataField", name=each.id,
                      displayName=f"{say(each.label, 'en')}{unit}")  # fmt: skip
    if isinstance(each, Item) and each.levels:
        node.set("optype", "categorical")
        node.set("dataType", "string")
        for level in each.levels:
            SubElement(node, "Value", value=level)
        return
    node.set("optype", "continuous")
    node.set("dataType", "integer" if isinstance(each, Item) and each.whole else "double")
    if each.possible:
        SubElement(
            node, "Interval", closure="closedClosed",
            leftMargin=write_plain(each.possible[0]), rightMargin=write_plain(each.possible[1]),
        )  # fmt: skip


def derive_ratio(item: Item) -> list[Element]:
    """Derive an item that may be given as the ratio of two measures.

    Args:
        item: the item.

    Returns:
        Derived fields: the ratio, put on a limit that it meets but for rounding; then the value
        that counts. None when the item is no ratio.
    """
    if item.over is None:
        return []
    top, bottom = item.over
    ratio = apply(
        "if", apply("and", *(apply("isNotMissing", refer(name)) for name in item.over)),
        apply("if", apply("greaterThan", refer(bottom), constant(0.0)),
              apply("/", refer(top), refer(bottom)), constant(REFUSED)),
    )  # fmt: skip
    snapped = refer(f"{item.id}_ratio")
    for limit in reversed(item.limits):
        away = apply("abs", apply("-", refer(f"{item.id}_ratio"), constant(limit)))
        near = apply("lessOrEqual", away, constant(NEAR * abs(limit)))
        snapped = apply("if", near, constant(limit), snapped)
    near_enough = apply(
        "lessOrEqual", apply("abs", apply("-", refer(item.id), refer(f"{item.id}_snapped"))),
        apply("*", constant(0.01), apply("abs", refer(f"{item.id}_snapped"))),
    )  # fmt: skip
    value = apply(
        "if", apply("isMissing", refer(f"{item.id}_snapped")), refer(item.id),
        apply("if", apply("isMissing", refer(item.id)), refer(f"{item.id}_snapped"),
              apply("if", near_enough, refer(item.id), constant(REFUSED))),
    )  # fmt: skip
    steps = {"ratio": ratio, "snapped": snapped, "read": value}
    return [_derive(f"{item.id}_{name}", expression) for name, expression in steps.items()]


def _derive(name: str, expression: Element) -> Element:
    node = Element("DerivedField", name=name, optype="continuous", dataType="double")
    node.append(expression)
    return node

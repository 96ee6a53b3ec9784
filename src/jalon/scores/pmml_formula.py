"""A formula as the one characteristic of a PMML Scorecard, by a complex partial score."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

from jalon.core.errors import DefinitionError
from jalon.scores.definition import ScoreDefinition
from jalon.scores.item import Item
from jalon.scores.pmml_field import name_field
from jalon.scores.pmml_value import Test, apply, constant, every, refer, write_predicate
from jalon.scores.rule import Formula, Term


def write_formula(definition: ScoreDefinition) -> Element:
    """Write a formula as a characteristic.

    Args:
        definition: a formula.

    Returns:
        The element, which gives nothing while an item is missing or has no answer.

    Raises:
        DefinitionError: the definition has no formula.
    """
    if definition.formula is None:
        raise DefinitionError(f"{definition.slug}: the rule is a formula; give one")
    tests: list[Test] = []
    for item in definition.items:
        field = name_field(item)
        tests.append(("isNotMissing", field, ""))
        if item.levels:
            continue
        if any(term.needs_positive for term in definition.formula.terms if term.item == item.id):
            tests.append(("greaterThan", field, 0.0))
        if item.possible:
            tests.append(("greaterOrEqual", field, item.possible[0]))
            tests.append(("lessOrEqual", field, item.possible[1]))
    node = Element("Characteristic", name="formula")
    attribute = SubElement(node, "Attribute")
    attribute.append(write_predicate(every(tests)))
    SubElement(attribute, "ComplexPartialScore").append(_join(definition, definition.formula))
    return node


def _join(definition: ScoreDefinition, formula: Formula) -> Element:
    """In the order in which the engine adds or multiplies, so that rounding is the same."""
    if formula.multiplies:
        total = constant(1.0)
        for term in formula.terms:
            operator = "*" if term.weight > 0 else "/"
            total = apply(operator, total, refer(name_field(definition.item(term.item))))
        return total
    total = constant(0.0)
    for name in dict.fromkeys(term.item for term in formula.terms):
        own = [_link(definition, term) for term in formula.terms if term.item == name]
        part = own[0]
        for more in own[1:]:
            part = apply("+", part, more)
        total = apply("+", total, part)
    return total


def _link(definition: ScoreDefinition, term: Term) -> Element:
    item = definition.item(term.item)
    value = refer(name_field(item))
    if term.link == "level":
        return _choose(item, term)
    if item.levels:
        chosen = constant(float(len(item.levels) - 1))
        for number, name in reversed(list(enumerate(item.levels[:-1]))):
            chosen = apply("if", apply("equal", refer(item.id), constant(name)),
                           constant(float(number)), chosen)  # fmt: skip
        value = chosen
    if term.link == "log2":
        value = apply("/", apply("ln", value), apply("ln", constant(2.0)))
    if term.link == "excess":
        value = apply("max", apply("-", value, constant(term.knot)), constant(0.0))
    return apply("*", constant(term.weight), value)


def _choose(item: Item, term: Term) -> Element:
    """The weight of a level. Numbers are compared by order: readers differ on 2 and 2.0."""
    *rest, (_, weight) = sorted(term.levels)
    chosen = constant(weight)
    for level, own in reversed(rest):
        limit = item.levels[int(level)] if item.levels else level
        operator = "equal" if item.levels else "lessOrEqual"
        test = apply(operator, refer(name_field(item)), constant(limit))
        chosen = apply("if", test, constant(own), chosen)
    return chosen

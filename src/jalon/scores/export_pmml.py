"""A score as a Scorecard of PMML 4.4, for the engines of databases and statistics programs.

PMML answers a patient of whom enough is known; where the engine of this room gives a range of
points, a PMML reader gives no result. Sums, decision tables and formulas all fit a Scorecard:
a table is one characteristic whose attributes do not overlap, a formula a complex partial score.
"""

from __future__ import annotations

from itertools import product
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from jalon.core.errors import DefinitionError
from jalon.scores.boxes import list_boxes
from jalon.scores.definition import ScoreDefinition
from jalon.scores.item import Item
from jalon.scores.pmml_condition import fits
from jalon.scores.pmml_field import derive_ratio, describe_fields, name_field
from jalon.scores.pmml_formula import write_formula
from jalon.scores.pmml_group import write_groups
from jalon.scores.pmml_value import Test, either, every, write_predicate


def write_pmml(definition: ScoreDefinition) -> str:
    """Write a score as a Scorecard of PMML 4.4.

    Args:
        definition: the score.

    Returns:
        The XML. Its fields are the items, in the unit of the definition, their measures and
        flags; it gives ``points`` and, where groups are known, ``group``.

    Raises:
        DefinitionError: a score that cannot be computed.

    Reference:
        Data Mining Group, PMML 4.4, Scorecard.

    Example:
        >>> from jalon.scores import find_definition
        >>> write_pmml(find_definition("ipi")).count("<Characteristic ")
        5
    """
    if not definition.computes:
        raise DefinitionError(
            f"{definition.short} cannot be written as PMML: {definition.reason['en']}"
        )
    root = Element("PMML", xmlns="http://www.dmg.org/PMML-4_4", version="4.4")
    root.append(_write_header(definition))
    dictionary, schema = describe_fields(definition)
    root.append(dictionary)
    model = SubElement(
        root, "Scorecard", modelName=definition.slug, functionName="regression",
        initialScore="0", useReasonCodes="false",
    )  # fmt: skip
    model.append(schema)
    model.append(write_groups(definition))
    derived = [node for item in definition.items for node in derive_ratio(item)]
    if derived:
        SubElement(model, "LocalTransformations").extend(derived)
    model.append(_write_characteristics(definition))
    indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + tostring(root, encoding="unicode") + "\n"


def _write_header(definition: ScoreDefinition) -> Element:
    node = Element("Header", description=f"{definition.name['en']}. {definition.population}. "
                   "Research use only.", modelVersion=definition.version)  # fmt: skip
    told = {
        "citation": definition.citation,
        "doi": definition.doi,
        "outcome": definition.outcome,
        "time_point": definition.time_point,
        "partial": definition.reason.get("en", ""),
    }
    for name, value in told.items():
        if value:
            SubElement(node, "Extension", name=name, value=value)
    SubElement(node, "Application", name="jalon")
    return node


def _write_characteristics(definition: ScoreDefinition) -> Element:
    node = Element("Characteristics")
    if definition.rule == "formula":
        node.append(write_formula(definition))
    elif definition.rule == "table":
        table = SubElement(node, "Characteristic", name="table")
        for box in list_boxes(definition):
            if len(box.totals) == 1:
                tests = [fits(definition.item(k), allowed) for k, allowed in box.points.items()]
                tests += [_agrees(item) for item in definition.items if item.over]
                _add_attribute(table, box.totals[0], tests)
    else:
        for members in definition.organs():
            name = members[0].exclusive or members[0].id
            part = SubElement(node, "Characteristic", name=f"{name}_points")
            for points, test in _worst_of(members):
                _add_attribute(part, points, [test])
    return node


def _agrees(item: Item) -> Test:
    """Refuse a ratio that contradicts its value, also where a row does not ask for it."""
    field = name_field(item)
    return either([("isMissing", field, ""), ("greaterOrEqual", field, 0.0)])


def _add_attribute(node: Element, points: int, tests: list[Test]) -> None:
    attribute = SubElement(node, "Attribute", partialScore=str(points))
    attribute.append(write_predicate(every(tests)) if tests else Element("True"))


def _worst_of(members: tuple[Item, ...]) -> list[tuple[int, Test]]:
    """For each number of points: every member gives at most so many, and one of them just so."""
    found = []
    for points in sorted({max(each) for each in product(*(item.choices for item in members))}):
        if len(members) == 1:
            found.append((points, fits(members[0], (points,))))
            continue
        most = [_fits_in_set(item, members, points, exact=False) for item in members]
        one = [
            _fits_in_set(item, members, points, exact=True)
            for item in members
            if points in item.choices
        ]
        found.append((points, every([*most, either(one)])))
    return found


def _fits_in_set(item: Item, members: tuple[Item, ...], points: int, exact: bool) -> Test:
    allowed = tuple(p for p in item.choices if (p == points if exact else p <= points))
    test = fits(item, allowed)
    settlers = [each for each in members if each.settles and each is not item]
    if not settlers or item.choices[0] not in allowed:
        return test
    known = either([("isNotMissing", name_field(each), "") for each in settlers])
    return either([test, every([("isMissing", name_field(item), ""), known])])

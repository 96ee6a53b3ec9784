"""What a PMML Scorecard of a score gives: points, and the group they belong to."""

from __future__ import annotations

from xml.etree.ElementTree import Element, SubElement

from jalon.scores.combine import find_group
from jalon.scores.definition import ScoreDefinition
from jalon.scores.pmml_condition import fits
from jalon.scores.pmml_value import apply, constant, refer, write_test
from jalon.scores.reading import NEAR


def write_groups(definition: ScoreDefinition) -> Element:
    """Write the output of a score.

    Args:
        definition: the score.

    Returns:
        The element, with ``points`` and, where groups are known, ``group``.
    """
    node = Element("Output")
    SubElement(node, "OutputField", name="points", optype="continuous", dataType="double",
               feature="predictedValue")  # fmt: skip
    if not definition.groups:
        return node
    field = SubElement(node, "OutputField", name="group", optype="categorical",
                       dataType="string", feature="transformedValue")  # fmt: skip
    field.append(_choose(definition))
    return node


def _choose(definition: ScoreDefinition) -> Element:
    """The last group is tested, too: a reader without a result has no group."""
    groups = definition.groups
    limits = definition.formula.limits if definition.formula else ()
    if limits:
        over = _compare("greaterThan", limits[-1])
        chosen = apply("if", over, constant(groups[-1].slug))
    elif definition.formula:
        chosen = apply("if", apply("isNotMissing", refer("points")), constant(groups[-1].slug))
    else:
        most = apply("lessOrEqual", refer("points"), constant(float(groups[-1].high)))
        chosen = apply("if", most, constant(groups[-1].slug))
    for index in range(len(groups) - 2, -1, -1):
        if limits:
            test = _compare("lessOrEqual", limits[index])
        else:
            test = apply("lessOrEqual", refer("points"), constant(float(groups[index].high)))
        chosen = apply("if", test, constant(groups[index].slug), chosen)
    for override in definition.overrides:
        chosen = _lift(definition, chosen, (override.points, override.group))
    return chosen


def _compare(operator: str, limit: float) -> Element:
    """A value on a limit, but for rounding, is in the group below."""
    return apply(
        operator, apply("-", refer("points"), constant(limit)), constant(NEAR * abs(limit))
    )


def _lift(definition: ScoreDefinition, chosen: Element, override: tuple[int, str]) -> Element:
    """One item with so many points puts the patient at least into the group."""
    points, slug = override
    index = find_group(definition, slug)
    tests = [
        write_test(fits(item, tuple(p for p in item.choices if p >= points)))
        for item in definition.items
        if item.range[1] >= points
    ]
    total = apply("lessOrEqual", refer("points"), constant(float(definition.groups[index].high)))
    some = tests[0] if len(tests) == 1 else apply("or", *tests)
    return apply("if", apply("and", total, some), constant(slug), chosen)

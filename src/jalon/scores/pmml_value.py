"""Conditions and expressions of PMML, as elements of its XML."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement

Test = tuple[str, str, float | str | tuple[str, ...]] | tuple[str, tuple["Test", ...]]
"""A comparison of a field, or "and" / "or" of several."""


def every(tests: Sequence[Test]) -> Test:
    """Join conditions that must all hold.

    Args:
        tests: one condition or more.

    Returns:
        Their conjunction.
    """
    return tests[0] if len(tests) == 1 else ("and", tuple(tests))


def either(tests: Sequence[Test]) -> Test:
    """Join conditions of which one must hold.

    Args:
        tests: one condition or more.

    Returns:
        Their disjunction.
    """
    return tests[0] if len(tests) == 1 else ("or", tuple(tests))


def write_predicate(test: Test) -> Element:
    """Write a condition as a predicate of PMML.

    Args:
        test: the condition.

    Returns:
        The element.
    """
    if len(test) == 2:
        node = Element("CompoundPredicate", booleanOperator=test[0])
        node.extend(write_predicate(part) for part in test[1])
        return node
    operator, field, value = test
    if isinstance(value, tuple):
        node = Element("SimpleSetPredicate", field=field, booleanOperator="isIn")
        array = SubElement(node, "Array", type="string", n=str(len(value)))
        array.text = " ".join(f'"{word}"' for word in value)
        return node
    node = Element("SimplePredicate", field=field, operator=operator)
    if not operator.startswith("is"):
        node.set("value", write_plain(value))
    return node


def write_test(test: Test) -> Element:
    """Write a condition as an expression of PMML.

    Args:
        test: the condition.

    Returns:
        The element.
    """
    if len(test) == 2:
        return apply(test[0], *(write_test(part) for part in test[1]))
    operator, field, value = test
    if isinstance(value, tuple):
        return apply("isIn", refer(field), *(constant(word) for word in value))
    if operator.startswith("is"):
        return apply(operator, refer(field))
    return apply(operator, refer(field), constant(value))


def apply(function: str, *parts: Element) -> Element:
    """Write a function and its arguments.

    Args:
        function: a built-in function of PMML.
        parts: its arguments.

    Returns:
        The element.
    """
    node = Element("Apply", function=function)
    node.extend(parts)
    return node


def refer(field: str) -> Element:
    """Write a reference to a field.

    Args:
        field: its name.

    Returns:
        The element.
    """
    return Element("FieldRef", field=field)


def constant(value: float | str) -> Element:
    """Write a constant.

    Args:
        value: a number or a word.

    Returns:
        The element.
    """
    node = Element("Constant", dataType="string" if isinstance(value, str) else "double")
    node.text = write_plain(value)
    return node


def write_plain(value: float | str) -> str:
    """Write a number so that it is read back the same, without needless decimals.

    Args:
        value: a number or a word.

    Returns:
        The text.
    """
    if isinstance(value, str):
        return value
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))

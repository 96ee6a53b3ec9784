"""The range of a formula in SQL. NULL is a limit that nothing bounds."""

from __future__ import annotations

import math

from jalon.core.errors import DefinitionError
from jalon.scores.definition import ScoreDefinition
from jalon.scores.formula import NOWHERE, add_terms
from jalon.scores.reading import NEAR
from jalon.scores.rule import Formula, Term
from jalon.scores.sql_value import quote, write_number


def write_formula_range(definition: ScoreDefinition) -> tuple[str, str]:
    """Write the lowest and the highest value of a formula.

    Args:
        definition: a formula.

    Returns:
        Two expressions over the values of items.

    Raises:
        DefinitionError: no formula, or a product of which a factor has no possible range.
    """
    if definition.formula is None:
        raise DefinitionError(f"{definition.slug}: the rule is a formula; give one")
    if definition.formula.multiplies:
        return _multiply(definition, definition.formula, 0), _multiply(
            definition, definition.formula, 1
        )
    return _add(definition, definition.formula, 0), _add(definition, definition.formula, 1)


def _bound(value: float) -> str:
    return write_number(value) if math.isfinite(value) else "CAST(NULL AS DOUBLE PRECISION)"


def _column(name: str) -> str:
    return f"CAST({quote(f'{name} value')} AS DOUBLE PRECISION)"


def _add(definition: ScoreDefinition, formula: Formula, end: int) -> str:
    parts = []
    for name in dict.fromkeys(term.item for term in formula.terms):
        terms = [term for term in formula.terms if term.item == name]
        span = add_terms(terms, definition.item(name).span or NOWHERE)
        known = " + ".join(_link(term) for term in terms)
        missing = f"{quote(f'{name} value')} IS NULL"
        parts.append(f"CASE WHEN {missing} THEN {_bound(span[end])} ELSE {known} END")
    return " + ".join(parts)


def _link(term: Term) -> str:
    value = _column(term.item)
    if term.link == "level":
        cases = [f"WHEN {write_number(level)} THEN {weight!r}" for level, weight in term.levels]
        return f"CASE {quote(f'{term.item} value')} {' '.join(cases)} END"
    if term.link == "log2":
        positive = f"CASE WHEN {value} > 0 THEN {value} END"
        return f"{term.weight!r} * LN({positive}) / {math.log(2.0)!r}"
    if term.link == "excess":
        above = f"{value} - {write_number(term.knot)}"
        return f"CASE WHEN {above} > 0 THEN {term.weight!r} * ({above}) ELSE 0 END"
    return f"{term.weight!r} * {value}"


def _multiply(definition: ScoreDefinition, formula: Formula, end: int) -> str:
    """A product of factors and divisors, each at the end that makes it least or greatest."""
    product = "1.0"
    nothing: list[str] = []
    unbounded: list[str] = []
    for term in formula.terms:
        span = definition.item(term.item).span
        if span is None:
            raise DefinitionError(
                f"{definition.slug}, item {term.item}: give its possible range, so that a "
                "missing value can be written as SQL"
            )
        divides = term.weight < 0
        used = f"COALESCE({_column(term.item)}, {write_number(span[1 - end if divides else end])})"
        (unbounded if divides else nothing).append(f"{used} = 0")
        product = f"{product} {'/' if divides else '*'} {used}"
    cases = [f"WHEN {test} THEN 0.0" for test in nothing]
    cases += [f"WHEN {test} THEN NULL" for test in unbounded]
    return f"CASE {' '.join(cases)} ELSE {product} END"


def write_group_of(limits: tuple[float, ...], value: str, unbounded: int) -> str:
    """Write the number of the group of a formula's value.

    Args:
        limits: rising limits; a value on a limit, but for rounding, is in the group below.
        value: the column of the value.
        unbounded: the group when the value is NULL, nothing bounding it.

    Returns:
        The expression.
    """
    cases = [f"WHEN {value} IS NULL THEN {unbounded}"]
    cases += [
        f"WHEN {value} - {write_number(limit)} <= {write_number(NEAR * abs(limit))} THEN {k}"
        for k, limit in enumerate(limits)
    ]
    return f"CASE {' '.join(cases)} ELSE {len(limits)} END"


def list_positive(formula: Formula) -> frozenset[str]:
    """Return the items for which a value of 0 has no answer.

    Args:
        formula: the formula.

    Returns:
        Their ids.
    """
    return frozenset(term.item for term in formula.terms if term.needs_positive)

"""The few named links a formula is made of, on ranges: a known value is a range of one point."""

from __future__ import annotations

import math
from collections.abc import Mapping

from jalon.core.errors import DefinitionError
from jalon.scores.item import Item, Span
from jalon.scores.reading import Reading, snap
from jalon.scores.rule import Formula, Term

NOWHERE = (-math.inf, math.inf)


def evaluate(formula: Formula, readings: Mapping[str, Reading]) -> Span:
    """Return the lowest and highest value a formula can have.

    Args:
        formula: the formula.
        readings: what is known of each item.

    Returns:
        Both ends, equal when every item is known; infinite where nothing bounds them.

    Raises:
        DefinitionError: a value for which a term has no answer, such as the logarithm of 0.
    """
    parts = [(term, _span_of(term, readings[term.item])) for term in formula.terms]
    return _multiply(parts) if formula.multiplies else _add(parts)


def contribute(term: Term, reading: Reading) -> Span:
    """Return what one term adds to a formula, or multiplies it by.

    Args:
        term: the term.
        reading: what is known of its item.

    Returns:
        Lowest and highest.
    """
    return link(term, _span_of(term, reading))


def _span_of(term: Term, reading: Reading) -> Span:
    item = reading.item
    if reading.source == "missing":
        return item.span or NOWHERE
    if term.needs_positive and reading.low <= 0:
        raise DefinitionError(
            f"{item.id} must be > 0; when it is below what the laboratory can detect, give half "
            "of that limit and say so"
        )
    if term.link == "level":
        _refuse_unknown_level(term, item, reading)
    return reading.low, reading.high


def _refuse_unknown_level(term: Term, item: Item, reading: Reading) -> None:
    known = [value for value, _ in term.levels]
    if reading.low == reading.high and reading.low not in known:
        names = ", ".join(f"{value:g}" for value in known)
        raise DefinitionError(f"{item.id}: {reading.low:g} is not one of {names}")


def link(term: Term, span: Span) -> Span:
    """Return the least and the greatest that a term can be over a range of values.

    Args:
        term: the term.
        span: lowest and highest value of its item.

    Returns:
        Lowest and highest of the term.
    """
    low, high = span
    if term.link == "level":
        weights = [weight for value, weight in term.levels if low <= value <= high]
        return min(weights), max(weights)
    if term.link == "power":
        return (low, high) if term.weight > 0 else (_invert(high), _invert(low))
    ends = [term.weight * _transform(term, value) for value in span]
    return min(ends), max(ends)


def _transform(term: Term, value: float) -> float:
    if term.link == "log2":
        return math.log2(value) if value > 0 else -math.inf
    return max(value - term.knot, 0.0) if term.link == "excess" else value


def _invert(value: float) -> float:
    return 1.0 / value if value > 0 else math.inf


def _add(parts: list[tuple[Term, Span]]) -> Span:
    low = high = 0.0
    for item in dict.fromkeys(term.item for term, _ in parts):
        terms = [term for term, _ in parts if term.item == item]
        span = next(span for term, span in parts if term.item == item)
        least, most = add_terms(terms, span)
        low, high = low + least, high + most
    return low, high


def add_terms(terms: list[Term], span: Span) -> Span:
    """Return the least and the greatest that all terms of one item can be together.

    Args:
        terms: terms of one item: pieces of straight lines, one logarithm, or levels.
        span: lowest and highest value of the item.

    Returns:
        Lowest and highest of their sum, which lie at an end, a knot or a level.
    """
    if terms[0].link == "level":
        return link(terms[0], span)
    low, high = span
    turns = {term.knot for term in terms if term.link == "excess" and low < term.knot < high}
    sums = [
        sum(term.weight * _transform(term, value) for term in terms)
        for value in (low, high, *turns)
    ]
    return min(sums), max(sums)


def _multiply(parts: list[tuple[Term, Span]]) -> Span:
    # Divided rather than multiplied by an inverse, so that 467 x 1 / 100 is exactly 4.67.
    low = high = 1.0
    for term, (least, most) in parts:
        if term.weight > 0:
            low, high = low * least, 0.0 if 0.0 in (high, most) else high * most
        else:
            low, high = _divide(low, most), _divide(high, least)
    return low, high


def _divide(value: float, by: float) -> float:
    if by > 0:
        return value / by
    return 0.0 if value == 0 else math.inf


def group_of_value(limits: tuple[float, ...], value: float) -> int:
    """Return the group of a formula's value.

    Args:
        limits: rising limits between the groups; a value on a limit is in the group below.
        value: the value.

    Returns:
        Index of the group.
    """
    placed = snap(value, limits)
    return sum(placed > limit for limit in limits)

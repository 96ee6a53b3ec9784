"""Computing a score for one patient. Missing is never zero."""

from __future__ import annotations

from jalon.core.errors import DefinitionError
from jalon.scores.answer import Alternative, Assessment, Contribution
from jalon.scores.combine import combine, find_deciding
from jalon.scores.definition import Group, ScoreDefinition
from jalon.scores.formula import contribute, evaluate, group_of_value
from jalon.scores.item import Span
from jalon.scores.reading import Inputs, Reading, Remark, read_items
from jalon.scores.remark import remark_on, remark_value
from jalon.scores.sentence import explain_reading, explain_term


def assess(definition: ScoreDefinition, inputs: Inputs) -> Assessment:
    """Compute a score for one patient.

    Args:
        definition: the score.
        inputs: by item id, a number in the item's unit, a ``Quantity`` with its unit, the
            name of a level, or a ``Between``; the two measures an item is the ratio of; or
            0/1 by an item's flag. None, NaN or left out when not known.

    Returns:
        Points as a range when items are missing, the group when it is already certain, else
        the items that would decide it; with sentences, warnings and other readings.

    Raises:
        DefinitionError: a score that cannot be computed, an input it does not know, a value
            that is impossible, or two values that contradict each other.

    Example:
        >>> from jalon.scores import find_definition
        >>> answer = assess(find_definition("ipi"), {"age": 70, "stage": 4, "ecog": 1,
        ...                                          "extranodal_sites": 1})
        >>> answer.points_low, answer.points_high, answer.state, answer.deciding
        (2, 3, 'undetermined', ('ldh_ratio',))
    """
    refuse_blocked(definition)
    readings = read_items(definition, inputs)
    remarks = remark_on(definition, inputs, readings)
    if definition.rule == "formula":
        return _assess_formula(definition, readings, remarks)
    return assess_readings(definition, readings, remarks)


def refuse_blocked(definition: ScoreDefinition) -> None:
    """Refuse to compute a score of which too little is known.

    Args:
        definition: the score.

    Raises:
        DefinitionError: the score is a placeholder; the message says why.
    """
    if not definition.computes:
        raise DefinitionError(f"{definition.short} cannot be computed: {definition.reason['en']}")


def assess_readings(
    definition: ScoreDefinition, readings: tuple[Reading, ...], remarks: tuple[Remark, ...]
) -> Assessment:
    """Compute a sum of points or a decision table from what was read of each item.

    Args:
        definition: the score.
        readings: what is known of each item.
        remarks: what was already worth a word.

    Returns:
        The answer.
    """
    choices = {reading.item.id: reading.points for reading in readings}
    found = combine(definition, choices)
    missing = tuple(r.item.id for r in readings if r.source == "missing")
    open_items = tuple(r.item.id for r in readings if len(r.points) > 1)
    possible = tuple(definition.groups[k] for k in found.groups)
    low, high = found.totals[0], found.totals[-1]
    return Assessment(
        points_low=low,
        points_high=high,
        group=possible[0] if len(possible) == 1 else None,
        possible=possible,
        missing=missing,
        contributions=tuple(_contribute(definition, reading) for reading in readings),
        definition=definition,
        deciding=find_deciding(definition, choices, open_items),
        alternative=_read_otherwise(definition, readings),
        remarks=remarks + tuple(Remark("note", "", note) for note in found.notes),
        cuts=_cut(definition, (low, high)),
    )


def _contribute(definition: ScoreDefinition, reading: Reading) -> Contribution:
    why = explain_reading(reading, counts=definition.rule == "sum")
    return Contribution(reading.item.id, reading.points[0], reading.points[-1], why, reading.source)


def _read_otherwise(
    definition: ScoreDefinition, readings: tuple[Reading, ...]
) -> Alternative | None:
    doubtful = tuple(r.item.id for r in readings if len(r.readings) > len(r.points))
    if not doubtful:
        return None
    found = combine(definition, {r.item.id: r.readings for r in readings})
    groups = tuple(definition.groups[k] for k in found.groups)
    return Alternative(doubtful, found.totals[0], found.totals[-1], groups)


def _cut(definition: ScoreDefinition, span: Span) -> dict[str, bool | None]:
    low, high = span
    return {
        cut.slug: None if low < cut.at_least <= high else low >= cut.at_least
        for cut in definition.cuts
    }


def _assess_formula(
    definition: ScoreDefinition, readings: tuple[Reading, ...], remarks: tuple[Remark, ...]
) -> Assessment:
    if definition.formula is None:
        raise DefinitionError(f"{definition.slug}: the rule is a formula; give one")
    by_item = {reading.item.id: reading for reading in readings}
    low, high = evaluate(definition.formula, by_item)
    possible = _groups_between(definition, (low, high))
    open_items = tuple(r.item.id for r in readings if r.source == "missing" or r.low != r.high)
    settled = len(possible) == 1 or low == high
    parts = []
    for term in definition.formula.terms:
        span = contribute(term, by_item[term.item])
        why = explain_term(by_item[term.item], term, span)
        parts.append(Contribution(term.item, *span, why, by_item[term.item].source))
    return Assessment(
        points_low=low,
        points_high=high,
        group=possible[0] if len(possible) == 1 else None,
        possible=possible,
        missing=tuple(r.item.id for r in readings if r.source == "missing"),
        contributions=tuple(parts),
        definition=definition,
        deciding=() if settled else open_items,
        remarks=remarks + remark_value(definition, (low, high)),
        cuts=_cut(definition, (low, high)),
    )


def _groups_between(definition: ScoreDefinition, span: Span) -> tuple[Group, ...]:
    if definition.formula is None or not definition.groups:
        return ()
    first, last = (group_of_value(definition.formula.limits, end) for end in span)
    return definition.groups[first : last + 1]

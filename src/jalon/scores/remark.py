"""What a user should see beside an answer: odd values, boundaries, assumptions."""

from __future__ import annotations

from collections.abc import Iterable

from jalon.scores.definition import ScoreDefinition
from jalon.scores.item import Item, Measure, Span
from jalon.scores.reading import Inputs, Reading, Remark, advise_unit, read_value
from jalon.scores.sentence import say, write_number, write_value


def remark_on(
    definition: ScoreDefinition, inputs: Inputs, readings: Iterable[Reading]
) -> tuple[Remark, ...]:
    """Return what is worth a word about the values that were given.

    Args:
        definition: the score.
        inputs: what was given.
        readings: what was read of it.

    Returns:
        Plausibility, assumptions and boundaries, item by item.
    """
    found: list[Remark] = []
    for reading in readings:
        item = reading.item
        found += _doubt_value(item, (reading.low, reading.high), reading.source)
        if reading.source == "assumed":
            found.append(_tell_assumption(item))
        if len(reading.readings) > len(reading.points):
            found += _tell_disputes(reading)
    for measure in definition.measures:
        span = read_value(measure, inputs.get(measure.id))
        if span is not None:
            found += _doubt_value(measure, span, "value")
    return tuple(found)


def remark_value(definition: ScoreDefinition, span: Span) -> tuple[Remark, ...]:
    """Return a word about a formula's value that is hardly plausible.

    Args:
        definition: the score.
        span: lowest and highest value.

    Returns:
        At most one remark.
    """
    formula = definition.formula
    if formula is None or span[0] != span[1]:
        return ()
    if formula.multiplies and span[0] == 0:
        return (Remark("value", "", _ZERO),)
    if formula.plausible is None:
        return ()
    low, high = formula.plausible
    if low <= span[0] <= high:
        return ()
    value, ends = span[0], (low, high)
    shown = {language: [write_number(x, language, 3) for x in (value, *ends)] for language in _BOTH}
    text = {
        "en": f"{formula.symbol} {shown['en'][0]} is outside the usual {shown['en'][1]} to "
        f"{shown['en'][2]}; check the units of every item",
        "fr": f"{formula.symbol} {shown['fr'][0]} est hors des valeurs habituelles, de "
        f"{shown['fr'][1]} à {shown['fr'][2]} ; vérifier l'unité de chaque donnée",
    }
    return (Remark("plausibility", "", text),)


_BOTH = ("en", "fr")
_ZERO = {
    "en": "the value is 0 and has no logarithm; for a result below detection give half of what "
    "the laboratory can detect, and say so",
    "fr": "la valeur est 0 et n'a pas de logarithme ; pour un résultat sous le seuil de détection, "
    "saisir la moitié de ce seuil et le préciser",
}


def _doubt_value(item: Item | Measure, span: Span, source: str) -> list[Remark]:
    usual = item.plausible
    if usual is None or source in {"missing", "flag", "settled", "assumed"} or span[0] != span[1]:
        return []
    value = span[0]
    if usual[0] <= value <= usual[1]:
        return []
    english, french = (_write_doubt(item, value, usual, language) for language in _BOTH)
    advice = advise_unit(item, value)
    text = {"en": f"{english}; {advice}" if advice else english, "fr": french}
    return [Remark("plausibility", item.id, text)]


def _write_doubt(item: Item | Measure, value: float, usual: Span, language: str) -> str:
    low, high = (write_number(end, language) for end in usual)
    label, shown = say(item.label, language), write_value(item, value, language)
    if language == "fr":
        return (
            f"{label} : {shown} est inhabituel (le plus souvent de {low} à {high}) ; "
            "vérifier la valeur et son unité"
        )
    return f"{label}: {shown} is unusual (mostly {low} to {high}); check the value and its unit"


def _tell_assumption(item: Item) -> Remark:
    values = {language: write_value(item, item.assumed or 0.0, language) for language in _BOTH}
    text = {
        "en": f"{say(item.label, 'en')}: not given, taken as {values['en']}",
        "fr": f"{say(item.label, 'fr')} : non précisé, pris comme {values['fr']}",
    }
    return Remark("assumed", item.id, text)


def _tell_disputes(reading: Reading) -> list[Remark]:
    item = reading.item
    held = [d for d in item.disputes if reading.low <= d.low <= reading.high or
            d.holds(reading.low)]  # fmt: skip
    return [
        Remark(
            "boundary",
            item.id,
            {
                "en": f"{say(item.label, 'en')}: {say(dispute.why, 'en')}",
                "fr": f"{say(item.label, 'fr')} : {say(dispute.why, 'fr')}",
            },
        )
        for dispute in held
    ]

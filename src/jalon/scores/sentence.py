"""The sentences of an answer, in English and in French."""

from __future__ import annotations

import math

from jalon.scores.item import Item, Measure, Span
from jalon.scores.reading import Reading
from jalon.scores.rule import Term

Words = dict[str, str]

UNITS_FR = {
    "years": "ans",
    "months": "mois",
    "days": "jours",
    "count": "",
    "x ULN": "x LSN",
    "% of predicted": "% de la théorique",
    "ratio": "",
    "SUV": "SUV",
    "C": "°C",
}
UNITS_EN = {"count": "", "ratio": "", "C": "°C"}


def write_number(value: float, language: str, digits: int = 6) -> str:
    """Write a number as the language does.

    Args:
        value: the number.
        language: "en" or "fr".
        digits: significant digits.

    Returns:
        For example ``1.5`` or ``1,5``.
    """
    text = f"{value:.{digits}g}"
    if "e" in text:
        text = f"{value:.0f}"
    return text.replace(".", ",") if language == "fr" else text


def write_unit(unit: str, language: str) -> str:
    """Write a unit as the language does.

    Args:
        unit: the unit as the definition has it.
        language: "en" or "fr".

    Returns:
        The unit, empty where the number needs none.
    """
    return (UNITS_FR if language == "fr" else UNITS_EN).get(unit, unit)


def write_value(item: Item | Measure, value: float, language: str) -> str:
    """Write a value with its unit, or the name of its level.

    Args:
        item: the item or measure.
        value: the value in its unit.
        language: "en" or "fr".

    Returns:
        For example ``12.5 g/dL``.
    """
    if isinstance(item, Item) and item.levels:
        return name_level(item, int(value), language)
    return f"{write_number(value, language)} {write_unit(item.unit, language)}".rstrip()


def name_level(item: Item, level: int, language: str) -> str:
    """Name a level of a category.

    Args:
        item: the item.
        level: its number.
        language: "en" or "fr".

    Returns:
        Its label in the language, else its name.
    """
    labels = item.level_labels.get(language) or item.level_labels.get("en") or item.levels
    return labels[level]


def say(label: dict[str, str], language: str) -> str:
    """Return a text in a language, else in English.

    Args:
        label: the text by language.
        language: "en" or "fr".

    Returns:
        The text.
    """
    return label.get(language) or label["en"]


def write_step(item: Item, index: int, language: str) -> str:
    """Say for which values a step holds.

    Args:
        item: the item.
        index: which of its steps.
        language: "en" or "fr".

    Returns:
        For example ``above 60`` or ``at least 75, at most 175``.
    """
    step, steps = item.steps[index], item.steps
    after = steps[index + 1] if index + 1 < len(steps) else None
    if item.levels:
        first = 0 if index == 0 else math.floor(step.limit) + (step.above is not None)
        if step.at_least is not None:
            first = math.ceil(step.at_least)
        last = len(item.levels)
        if after is not None:
            last = (
                math.floor(after.limit) + 1 if after.above is not None else math.ceil(after.limit)
            )
        joiner = " ou " if language == "fr" else " or "
        return joiner.join(name_level(item, level, language) for level in range(first, last))
    words = {"en": ("above", "at least", "at most", "below"),
             "fr": ("au-dessus de", "au moins", "au plus", "moins de")}  # fmt: skip
    above, at_least, at_most, below = words["fr" if language == "fr" else "en"]
    if item.whole and after is not None and after.at_least == step.limit + 1:
        return write_number(step.limit, language)
    parts = []
    if index:
        parts.append(f"{above if step.above is not None else at_least} "
                     f"{write_number(step.limit, language)}")  # fmt: skip
    if after is not None:
        parts.append(f"{at_most if after.above is not None else below} "
                     f"{write_number(after.limit, language)}")  # fmt: skip
    return ", ".join(parts)


def write_points(low: float, high: float, language: str) -> str:
    """Write points, or a range of them.

    Args:
        low: fewest.
        high: most.
        language: "en" or "fr".

    Returns:
        For example ``1 point`` or ``0 to 2 points``.
    """
    many = abs(high) > 1 if language == "fr" else high != 1
    unit = "points" if many else "point"
    if low == high:
        return f"{low:g} {unit}"
    return f"{low:g} {'à' if language == 'fr' else 'to'} {high:g} {unit}"


def explain_reading(reading: Reading, counts: bool) -> Words:
    """Say in a sentence what an item adds and why.

    Args:
        reading: what is known of it.
        counts: whether its points are added up; in a decision table they are not.

    Returns:
        The sentence by language.
    """
    return {language: _explain(reading, counts, language) for language in ("en", "fr")}


def _explain(reading: Reading, counts: bool, language: str) -> str:
    item, fr = reading.item, language == "fr"
    label, colon = say(item.label, language), " : " if fr else ": "
    points = write_points(reading.points[0], reading.points[-1], language)
    tail = f", {points}" if counts else ""
    if reading.source == "missing":
        return f"{label}{colon}{'inconnu' if fr else 'not known'}{tail}"
    if reading.source == "settled":
        words = "déjà jugé pour cet organe" if fr else "already judged for this organ"
        return f"{label}{colon}{words}{tail}"
    bands = [k for k, step in enumerate(item.steps) if step.points in reading.points]
    band = (" ou " if fr else " or ").join(write_step(item, k, language) for k in bands)
    if reading.source == "flag":
        return f"{label}{colon}{band} ({'jugement' if fr else 'as judged'}){tail}"
    if reading.low != reading.high:
        return f"{label}{colon}{band}{tail}"
    value = write_value(item, reading.low, language)
    if reading.source == "assumed":
        given = "non précisé, pris comme" if fr else "not given, taken as"
        return f"{label}{colon}{given} {value}{tail}"
    return (
        f"{label}{colon}{value}{tail}" if item.levels else f"{label}{colon}{value} ({band}){tail}"
    )


def explain_term(reading: Reading, term: Term, span: Span) -> Words:
    """Say in a sentence what a term of a formula is and why.

    Args:
        reading: what is known of its item.
        term: the term.
        span: lowest and highest it can be.

    Returns:
        The sentence by language.
    """
    return {language: _explain_term(reading, term, span, language) for language in ("en", "fr")}


def _explain_term(reading: Reading, term: Term, span: Span, language: str) -> str:
    item, fr = reading.item, language == "fr"
    start = f"{say(item.label, language)}{' : ' if fr else ': '}"
    if reading.source == "missing":
        return start + ("inconnu" if fr else "not known")
    if reading.low != reading.high:
        ends = [write_value(item, end, language) for end in (reading.low, reading.high)]
        return start + (" à " if fr else " to ").join(ends)
    value = write_value(item, reading.low, language)
    if term.link == "power":
        multiply, divide = ("multiplié", "divisé") if fr else ("multiplied", "divided")
        return f"{start}{value}, {multiply if term.weight > 0 else divide}"
    weight, result = (write_number(x, language) for x in (term.weight, span[0]))
    if term.link == "level":
        return f"{start}{value}, {result}"
    inner = value
    if term.link == "log2":
        inner = f"log2({write_number(reading.low, language)})"
    if term.link == "excess":
        above = "au-dessus de" if fr else "above"
        inner = f"{value} {above} {write_number(term.knot, language)}"
    return f"{start}{inner} × {weight} = {result}"

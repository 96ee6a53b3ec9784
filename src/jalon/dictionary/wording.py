"""What a column may hold, said in the reader's language."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from jalon.core.errors import UserError
from jalon.dictionary.column import Column, Level
from jalon.dictionary.nearest import suggest

FILE = Path(__file__).parent / "words.toml"

Language = Literal["en", "fr"]
UNITS = {"10^9": "10⁹", "10^6": "10⁶", "ug": "µg", "umol": "µmol", "/uL": "/µL", "m2": "m²"}
"""Parts of units as the dictionary writes them, and as they are printed."""

LANGUAGES: tuple[Language, ...] = ("en", "fr")


def find_language(text: str) -> Language:
    """Return the language that a person names.

    Args:
        text: "en" or "fr".

    Raises:
        UserError: another language.
    """
    for language in LANGUAGES:
        if text.lower() == language:
            return language
    raise UserError(f"unknown --language{suggest(text, LANGUAGES)}; use en or fr")


@cache
def load_words(language: Language) -> MappingProxyType[str, str]:
    """Return the fixed words of codebook and templates, typeset.

    Args:
        language: the reader's language.

    Example:
        >>> load_words("fr")["required"]
        'obligatoire'
    """
    content = tomllib.loads(FILE.read_text(encoding="utf-8"))[language]
    return MappingProxyType({key: typeset(text, language) for key, text in content.items()})


def typeset(text: str, language: Language) -> str:
    r"""Set a text with the spaces that its language wants.

    Args:
        text: text with plain spaces.
        language: its language; only French has spaces before signs.

    Returns:
        The text with spaces that do not break before signs.

    Example:
        >>> typeset("Sexe : 2 %", "fr") == "Sexe\u202f: 2\u202f%"
        True
    """
    if language == "fr":
        for sign in ":;?!%»":
            text = text.replace(f" {sign}", f"\u202f{sign}")
        text = text.replace("« ", "«\u202f")
    return text


def say_label(thing: Column | Level, language: Language) -> str:
    """Return the label of a column or a level; the English one where French is absent.

    Args:
        thing: the column or the level.
        language: the reader's language.
    """
    if isinstance(thing, Level):
        text = thing.fr if language == "fr" and thing.fr else thing.en
    else:
        text = thing.label_fr if language == "fr" and thing.label_fr else thing.label_en
    return typeset(text, language)


def say_help(column: Column, language: Language) -> str:
    """Return the help of a column; the English one where French is absent.

    Args:
        column: the column.
        language: the reader's language.
    """
    text = column.help_fr if language == "fr" and column.help_fr else column.help_en
    return typeset(text, language)


def say_unit(unit: str) -> str:
    """Write a unit as laboratories print it.

    Args:
        unit: the unit of the dictionary.

    Example:
        >>> say_unit("10^9/L"), say_unit("ug/L"), say_unit("kg/m2")
        ('10⁹/L', 'µg/L', 'kg/m²')
    """
    for plain, printed in UNITS.items():
        unit = unit.replace(plain, printed)
    return "°C" if unit == "C" else unit


def say_kind(column: Column, language: Language) -> str:
    """Say what kind of value a column holds.

    Args:
        column: the column.
        language: the reader's language.

    Returns:
        For example "whole number"; its levels are not repeated.
    """
    return load_words(language)[column.kind]


def say_limits(column: Column, language: Language) -> str:
    """Say which numbers are allowed.

    Args:
        column: the column.
        language: the reader's language.

    Returns:
        For example "18 to 120"; empty when all are.
    """
    words = load_words(language)
    if column.low is not None and column.high is not None:
        return _range(column.low, column.high, language)
    parts = [
        f"{words[name]} {say_number(limit, language)}"
        for name, limit in (
            ("at_least", column.low),
            ("above", column.above),
            ("at_most", column.high),
            ("below", column.below),
        )
        if limit is not None
    ]
    return ", ".join(parts)


def say_refused(column: Column, language: Language) -> str:
    """Say which numbers are refused.

    Args:
        column: the column.
        language: the reader's language.

    Returns:
        For example "refused outside 18 to 120"; empty when none is.
    """
    limits = {"below": column.low, "above": column.high}
    if column.above is not None:
        limits["at_or_below"] = column.above
    if column.below is not None:
        limits["at_or_above"] = column.below
    return _say_outside("refused", limits, language)


def say_asked(column: Column, language: Language) -> str:
    """Say which numbers are asked about.

    Args:
        column: the column.
        language: the reader's language.

    Returns:
        For example "asked about below 40"; empty when none is.
    """
    limits = {"below": column.soft_low, "above": column.soft_high}
    return _say_outside("asked", limits, language)


def say_number(number: float, language: Language) -> str:
    """Write a number as its reader does.

    Args:
        number: the number.
        language: the reader's language.

    Example:
        >>> say_number(15000, "en"), say_number(0.5, "fr")
        ('15,000', '0,5')
    """
    # Years and other short numbers are written in one piece.
    text = f"{number:,.10g}" if abs(number) >= 10_000 else f"{number:.10g}"
    if language == "fr":
        return text.replace(",", "\u202f").replace(".", ",")
    return text


def _range(low: float, high: float, language: Language) -> str:
    first, last = say_number(low, language), say_number(high, language)
    return f"{first} {load_words(language)['to']} {last}"


def _say_outside(verb: str, limits: dict[str, float | None], language: Language) -> str:
    words = load_words(language)
    given = {name: limit for name, limit in limits.items() if limit is not None}
    if not given:
        return ""
    if set(given) == {"below", "above"}:
        within = _range(given["below"], given["above"], language)
        return f"{words[verb]} {words['outside']} {within}"
    parts = [f"{words[name]} {say_number(limit, language)}" for name, limit in given.items()]
    return f"{words[verb]} {', '.join(parts)}"

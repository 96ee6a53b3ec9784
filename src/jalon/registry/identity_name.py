"""Does the name of a column say that it identifies a person directly?"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "identity.toml"

HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|(?<=[A-Za-z])(?=[0-9])")
WORD = re.compile(r"[a-z]+")
MOJIBAKE = re.compile("[ÃÂ][\u0080-\u00bf]")

LONG = 6
"""A shorter word is not looked into for words written together."""


@dataclass(frozen=True, slots=True)
class NameRule:
    """Words that make a column's name identifying.

    Attributes:
        name: short name of the rule.
        text: what such a column holds.
        anywhere: phrases refused wherever they stand.
        things: words refused unless the name says which thing is meant.
        alone: phrases refused when only words for a person stand beside.
    """

    name: str
    text: str
    anywhere: frozenset[tuple[str, ...]]
    things: frozenset[str]
    alone: frozenset[tuple[str, ...]]


@cache
def load_rules() -> tuple[NameRule, ...]:
    """Return the rules, read once from ``identity.toml``."""
    return tuple(
        NameRule(
            entry["name"],
            entry["text"],
            frozenset(tuple(phrase.split()) for phrase in entry["anywhere"]),
            frozenset(entry["things"]),
            frozenset(tuple(phrase.split()) for phrase in entry["alone"]),
        )
        for entry in _read()["rule"]
    )


def find_name_rule(header: str) -> NameRule | None:
    """Return the rule by which a column's name identifies a person, or None.

    Args:
        header: the name as it stands in the file.

    Returns:
        The first rule that fits.

    Example:
        >>> [rule.name if (rule := find_name_rule(name)) else None
        ...  for name in ("Nom de naissance", "nombre de lignes", "tumour_name", "DateNaissance")]
        ['name', None, None, 'birth']
    """
    words = split_words(header)
    return next((rule for rule in load_rules() if _fits(rule, words)), None)


def says_birth(header: str) -> bool:
    """Say whether a column's name speaks of birth, for example "birth_year".

    Args:
        header: the name as it stands in the file.
    """
    return not _words("birth").isdisjoint(split_words(header))


def says_own_number(header: str) -> bool:
    """Say whether a column is named like a centre's own number of a patient.

    Args:
        header: the name as it stands in the file.

    Example:
        >>> says_own_number("N° du patient"), says_own_number("N° de lot")
        (True, False)
    """
    words = {word for word in split_words(header) if word not in _words("small")}
    return bool(words) and words <= _words("own_number")


def split_words(header: str) -> list[str]:
    """Split a name into words: lower case, without accents, digits and small marks.

    Args:
        header: the name as it stands in the file.

    Returns:
        Its words in their order.

    Example:
        >>> split_words("Prénom_Usuel(s)"), split_words("dateNaissance2")
        (['prenom', 'usuel', 's'], ['date', 'naissance'])
    """
    if MOJIBAKE.search(header):
        with suppress(UnicodeError):
            header = header.encode("cp1252").decode("utf-8")
    plain = unicodedata.normalize("NFKD", header)
    plain = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return WORD.findall(HUMP.sub(" ", plain).lower())


def _fits(rule: NameRule, words: list[str]) -> bool:
    short = [word for word in words if word not in _words("small")]
    if _written_together(rule, whole=True).match("".join(words)):
        return True
    if any(_holds(each, phrase) for each in (words, short) for phrase in rule.anywhere):
        return True
    if any(_written_together(rule, whole=False).match(word) for word in words if len(word) > LONG):
        return True
    if not rule.things.isdisjoint(short) and _words("thing").isdisjoint(short):
        return True
    bare = tuple(word for word in short if word not in _words("person"))
    return bare in rule.alone


@cache
def _written_together(rule: NameRule, *, whole: bool) -> re.Pattern[str]:
    """The same words without anything between them, for example ``datedenaissance``."""
    small = f"(?:{'|'.join(_words('small'))})?"
    phrases = [*rule.anywhere]
    if whole:
        phrases += [*rule.alone, *((word,) for word in rule.things)]
    listed = "|".join(sorted(small.join(phrase) for phrase in phrases))
    person = f"(?:{'|'.join(word for word in _words('person') if len(word) > 1)})?"
    return re.compile(f"^{person}{small}(?:{listed}){small}{person}$")


def _holds(words: list[str], phrase: tuple[str, ...]) -> bool:
    size = len(phrase)
    return any(tuple(words[i : i + size]) == phrase for i in range(len(words) - size + 1))


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(_read()[name])


@cache
def _read() -> dict[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))

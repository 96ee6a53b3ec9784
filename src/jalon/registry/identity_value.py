"""Do the values of a column look like what identifies a person directly?"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date

import polars as pl

E_MAIL = r"[^\s@]+@[^\s@]+\.[A-Za-z]{2,}"
NIR = (
    r"(?:^|[^0-9])([1-478][ .\-]?[0-9]{2}[ .\-]?[0-9]{2}[ .\-]?(?:[0-9]{2}|2[ABab])"
    r"[ .\-]?[0-9]{3}[ .\-]?[0-9]{3}(?:[ .\-]?[0-9]{2})?)(?:[^0-9]|$)"
)
PHONE = (
    r"(?:^|[^0-9])(?:"
    r"(?:(?:\+|00) ?33[ .\-]?(?:\(0\))?[ .\-]?)[1-9](?:[ .\-]?[0-9]{2}){4}"
    r"|0[1-9](?:[ .\-/][0-9]{2}){4}"
    r"|\+[1-9][0-9]{0,2}[ .\-(]{0,2}[0-9](?:[ .\-()]{0,2}[0-9]){6,13}"
    r")(?:[^0-9]|$)"
    r"|^(?:\([0-9]{3}\) ?|[0-9]{3}-)[0-9]{3}-[0-9]{4}$"
)
BARE_PHONE = r"^0[1-9][0-9]{8}$"
FULL_DATE = (
    r"^(?:[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}(?:[T ].*)?|[0-9]{1,2}[-/. ][0-9]{1,2}[-/. ]"
    r"(?:[0-9]{4}|[0-9]{2})(?: .*)?|(?:19|20)[0-9]{6}|[0-3][0-9][01][0-9](?:19|20)[0-9]{2}"
    r"|[1-4][0-9]{4}(?:\.0+)?|[0-9]{1,2}(?:er)?[ \-.]*\p{L}{3,}\.?[ \-]*[0-9]{2,4})$"
)
LAST_FIRST = r"^\p{Lu}[\p{Lu}'’\- ]*\p{Lu}[ ,]+\p{Lu}\p{Ll}+(?:[- ]\p{Lu}\p{Ll}+)*$"
FIRST_LAST = r"^\p{Lu}\p{Ll}+(?:[- ]\p{Lu}\p{Ll}+)*\s+\p{Lu}[\p{Lu}'’\- ]*\p{Lu}$"
WITH_COMMA = r"^\p{Lu}[\p{L}'’\- ]+,\s*\p{Lu}[\p{L}'’\-. ]*$"
TWO_WORDS = r"^\p{Lu}[\p{Ll}'’\-]+(?:[ \-]\p{Lu}[\p{Ll}'’\-]+)+$"
ONE_WORD = r"^\p{L}[\p{L}'’\-]{3,}$"
LOOKS_LIKE_NAME = f"{LAST_FIRST}|{FIRST_LAST}|{WITH_COMMA}"

DECIMAL = r"^[+-]?[0-9]*[.,][0-9]*(?:[eE][+-]?[0-9]+)?$"
"""One decimal mark between digits: a measurement, however many digits it has."""

SHORTEST = 4
"""No value of fewer letters identifies anybody by itself."""

SAMPLE = 20_000
"""Different texts whose key is computed one by one."""

OLDEST_DISEASE = 1985
"""A column of days whose middle lies before this year holds births, not the disease."""


def find_value_rule(texts: pl.Series, *, says_birth: bool, names: bool | None) -> tuple[str, str]:
    """Return the rule by which a column's values identify persons, and one such text.

    Args:
        texts: the column's cells; empty where there is no value.
        says_birth: whether the column's name speaks of birth.
        names: whether names of persons are looked for: True in a column that tells patients
            apart, where any text that looks like one is refused; None in a column that the
            dictionary does not know, where most must; False elsewhere.

    Returns:
        What the column holds and the text by which it was found; two empty texts when nothing
        was found. The text is for finding its line only.
    """
    known = texts.filter(texts.str.len_bytes() >= SHORTEST)
    known = known.unique(maintain_order=True)
    long = known.filter(known.str.len_bytes() >= 6)
    checks: list[tuple[str, Callable[[pl.Series], pl.Series]]] = [
        ("e-mail addresses", _find_e_mails),
        ("national numbers (NIR)", _find_national),
        ("telephone numbers", _find_phones),
    ]
    for text, check in checks if len(long) else []:
        found = check(long)
        if len(found):
            return text, str(found[0])
    if says_birth and len(dates := known.filter(known.str.contains(FULL_DATE))):
        return "full dates of birth", str(dates[0])
    if len(long) and len(births := _find_births(long)):
        return "full dates of birth (days, most of them long before the disease)", str(births[0])
    if names is not False and len(found := _find_names(known, texts, sure=bool(names))):
        return "names of persons", str(found[0])
    return "", ""


def is_national_number(text: str) -> bool:
    """Say whether a text is a French national number (NIR): 15 digits with its key, or 13.

    Args:
        text: digits, 2A or 2B for Corsica; blanks, points and hyphens between are allowed.

    Returns:
        True when the key fits, or, without a key, when each part can be.

    Example:
        >>> is_national_number("2 69 05 49 588 157 80"), is_national_number("269054958815781")
        (True, False)
    """
    digits = re.sub(r"[ .\-]", "", text).upper()
    if len(digits) not in {13, 15}:
        return False
    number, key = digits[:13], digits[13:]
    month, place = number[3:5], number[5:7]
    if place == "00" or number[7:10] == "000" or number[10:13] == "000":
        return False
    if not key:
        return "01" <= month <= "12"
    corsica = {"2A": "19", "2B": "18"}
    plain = int(number[:5] + corsica.get(place, place) + number[7:])
    return int(key) == 97 - plain % 97


def _find_e_mails(texts: pl.Series) -> pl.Series:
    return texts.filter(texts.str.contains("@", literal=True) & texts.str.contains(E_MAIL))


def _find_national(texts: pl.Series) -> pl.Series:
    # Codes and times of as many digits pass the test now and then: most of them must.
    shaped = texts.filter(texts.str.len_bytes() >= 13)
    shaped = shaped.filter(shaped.str.contains(NIR) & ~shaped.str.contains(DECIMAL)).head(SAMPLE)
    numbers = shaped.str.extract(NIR)
    good = pl.Series([is_national_number(text) for text in numbers.to_list()], dtype=pl.Boolean)
    return shaped.filter(good) if 2 * int(good.sum()) >= len(shaped) else shaped.clear()


def _find_phones(texts: pl.Series) -> pl.Series:
    long = texts.filter(texts.str.len_bytes() >= 10)
    found = long.filter(long.str.contains(PHONE))
    if len(found):
        return found
    # Ten digits without a mark may be a centre's numbering, then all begin alike.
    bare = long.filter(long.str.contains(BARE_PHONE))
    starts = bare.str.slice(0, 2).unique()
    many = 2 * len(bare) >= len(texts) and (len(starts) > 1 or starts.is_in(["06", "07"]).any())
    return bare if many else bare.clear()


def _find_births(texts: pl.Series) -> pl.Series:
    shaped = texts.filter(texts.str.contains(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}|[-/.][0-9]{4}$"))
    years = shaped.str.extract(r"^([0-9]{4})-[0-9]{2}-[0-9]{2}").fill_null(
        shaped.str.extract(r"^[0-9]{1,2}[-/.][0-9]{1,2}[-/.]([0-9]{4})$")
    )
    years = years.cast(pl.Int64, strict=False).drop_nulls()
    middle = years.median() if len(years) >= 3 else None
    old = isinstance(middle, float) and 1880 <= middle < min(OLDEST_DISEASE, date.max.year)
    return shaped if old else shaped.clear()


def _find_names(known: pl.Series, texts: pl.Series, *, sure: bool) -> pl.Series:
    pattern = f"{LOOKS_LIKE_NAME}|{TWO_WORDS}" if sure else LOOKS_LIKE_NAME
    found = known.filter(known.str.contains(pattern))
    rows = int((texts != "").sum())
    if sure and len(found):
        return found
    if sure:
        words = known.filter(known.str.contains(ONE_WORD))
        every = texts.filter(texts != "").n_unique()
        return words if len(words) > 1 and 2 * len(words) >= every else words.clear()
    many = len(found) >= max(3.0, min(20.0, rows / 4)) and 2 * len(found) >= len(known)
    return found if many else found.clear()

"""Codes of LOINC and UCUM for what a score asks."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files
from typing import Any

from jalon.core.units import find_loinc, spell_unit
from jalon.scores.item import Item, Measure

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"


def list_loinc(source: Item | Measure) -> tuple[str, ...]:
    """Return the LOINC codes under which a value may be sent.

    Args:
        source: an item or a measure.

    Returns:
        The code of the definition or of its analyte first, then others of the same quantity;
        none where no code is noted.
    """
    own = source.loinc if isinstance(source, Item) else ""
    first = own or (find_loinc(source.analyte) if source.analyte else "")
    return (first, *_read()["also"].get(first, ())) if first else ()


def find_ucum(unit: str) -> str:
    """Return the UCUM code of a unit.

    Args:
        unit: a unit of a definition.

    Returns:
        The code; empty where none is noted.
    """
    return str(_read()["ucum"].get(unit, ""))


def read_ucum(code: str) -> str:
    """Return the unit a UCUM code stands for, in the spelling of the definitions.

    Args:
        code: for example ``10*9/L`` or ``Cel``.

    Returns:
        The unit; a code that is not known is returned as it is.
    """
    back = {ucum: unit for unit, ucum in reversed(_read()["ucum"].items())}
    return str(back.get(code) or spell_unit(code))


def find_answer(code: str) -> float | None:
    """Return the number of a coded answer.

    Args:
        code: a LOINC answer, for example ``LA9623-5``.

    Returns:
        The number, None when the answer is not noted.
    """
    found = _read()["answers"].get(code)
    return None if found is None else float(found)


@lru_cache(maxsize=1)
def _read() -> dict[str, Any]:
    return tomllib.loads((files("jalon.scores") / "codes.toml").read_text(encoding="utf-8"))

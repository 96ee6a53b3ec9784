"""Units of time, and of what laboratories measure, each analyte with its own factors."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any, Literal

from jalon.core.errors import DefinitionError

TimeUnit = Literal["days", "weeks", "months", "years"]

DAYS_PER: dict[TimeUnit, float] = {
    "days": 1.0,
    "weeks": 7.0,
    "months": 365.25 / 12,
    "years": 365.25,
}
"""Days in one unit of time (the Julian year of 365.25 days, twelve equal months)."""


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit, for example 12.5 g/dL.

    Attributes:
        value: the number.
        unit: its unit, as ``list_units`` writes it, or a usual other spelling of it.
    """

    value: float
    unit: str


def convert(quantity: Quantity, to: str, analyte: str) -> float:
    """Return a laboratory value in another unit of the same analyte.

    Args:
        quantity: the value and its unit.
        to: the unit that is wanted.
        analyte: what was measured, for example ``creatinine``; ``list_analytes`` tells which.

    Returns:
        The value in the unit that is wanted, to 12 significant digits, so that a round value
        stays round (2.01 x 10^9/L are 2010 per microlitre, not 2009.9999999999998).

    Raises:
        DefinitionError: an analyte or a unit that is not known.

    Example:
        >>> convert(Quantity(70.72, "umol/L"), "mg/dL", "creatinine")
        0.8
    """
    times, over, less = find_factor(quantity.unit, to, analyte)
    return float(f"{(quantity.value - less) * times / over:.12g}")


def find_factor(unit: str, to: str, analyte: str) -> tuple[float, float, float]:
    """Return how to turn one unit of an analyte into another.

    Args:
        unit: the unit of the values.
        to: the unit that is wanted.
        analyte: what was measured.

    Returns:
        ``times``, ``over`` and ``less``: a value, less the third, times the first, over the
        second, is the value in the unit that is wanted.

    Raises:
        DefinitionError: an analyte or a unit that is not known, or one of them is missing.
    """
    unit, to = spell_unit(unit), spell_unit(to)
    if unit == to:
        return 1.0, 1.0, 0.0
    known = _units_of(analyte)
    for each in (unit, to):
        if each not in known:
            raise DefinitionError(
                f"{each or 'no unit'} is not a unit of {analyte}; use {' or '.join(known)}"
            )
    start, end = known[unit], known[to]
    if len(end) > 2:
        raise DefinitionError(f"{analyte} cannot be turned into {to}; use {next(iter(known))}")
    less = start[2] if len(start) > 2 else 0.0
    return float(start[0] * end[1]), float(start[1] * end[0]), float(less)


def spell_unit(unit: str) -> str:
    """Return a unit in the spelling used here, for example ``umol/L`` for ``µmol/L``.

    Args:
        unit: a unit as somebody wrote it.

    Returns:
        The same unit; one that is not known is returned as it was written.
    """
    text = unit.strip()
    return str(_read()["aliases"].get(text, text))


def list_analytes() -> tuple[str, ...]:
    """Return every analyte whose units are known, in alphabetical order.

    Returns:
        Names such as ``albumin``.
    """
    return tuple(sorted(name for name in _read() if name != "aliases"))


def list_units(analyte: str) -> tuple[str, ...]:
    """Return the units in which an analyte may be given.

    Args:
        analyte: what was measured.

    Returns:
        Units, the one that others are counted from first.

    Raises:
        DefinitionError: an analyte that is not known.

    Example:
        >>> list_units("crp")
        ('mg/dL', 'mg/L')
    """
    return tuple(_units_of(analyte))


def find_loinc(analyte: str) -> str:
    """Return the LOINC code under which laboratories usually send an analyte.

    Args:
        analyte: what was measured.

    Returns:
        The code, or an empty text where none is noted.

    Raises:
        DefinitionError: an analyte that is not known.
    """
    _units_of(analyte)
    return str(_read()[analyte].get("loinc", ""))


def _units_of(analyte: str) -> dict[str, list[float]]:
    found = _read().get(analyte)
    if found is None or analyte == "aliases":
        raise DefinitionError(
            f"no analyte is called {analyte!r}; known are {', '.join(list_analytes())}"
        )
    units: dict[str, list[float]] = found["units"]
    return units


@lru_cache(maxsize=1)
def _read() -> dict[str, Any]:
    text = (files("jalon.core") / "units.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)

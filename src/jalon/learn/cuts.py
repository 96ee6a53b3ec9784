"""Where a variable may be cut: limits that clinicians use first, else the data's own quantiles."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any, get_args

import numpy as np

from jalon.core import Floats
from jalon.core.errors import StudyFileError
from jalon.learn.terms import Direction

CLINICAL = "clinical"
"""What a person writes for the list of limits that comes with jalon."""

FEW = 10
"""A number with at most so many different values is cut between all of them."""

DIGITS = 3
"""Quantiles are rounded to so many digits: nobody remembers a limit of 12.4189."""


@dataclass(frozen=True, slots=True)
class CutRule:
    """Where one variable is cut.

    Attributes:
        cuts: limits; a term holds for values strictly above one.
        direction: whether more of it may only add points ("up"), only take them ("down").
        label: what a clinician reads.
        unit: unit of values and limits.
        source: who uses these limits.
        levels: names of an ordered category, lowest first; the limits then lie between them.
        cost: what measuring it takes from a budget.
        cv: coefficient of variation of a repeated measurement, as a share; 0 for none.
    """

    cuts: tuple[float, ...] = ()
    direction: Direction = "any"
    label: str = ""
    unit: str = ""
    source: str = ""
    levels: tuple[str, ...] = ()
    cost: float = 0.0
    cv: float = 0.0


def load_cuts(path: Path) -> dict[str, CutRule]:
    """Read a file of limits, one table per variable.

    Args:
        path: a TOML file; the name ``clinical`` means the list that comes with jalon.

    Returns:
        The rule of each variable, by its name.

    Raises:
        StudyFileError: a file that cannot be read, or a key or value that is not known.

    Example:
        >>> load_cuts(Path("clinical"))["crp_mg_l"].cuts
        (30.0,)
    """
    try:
        if str(path) == CLINICAL:
            packed = resources.files("jalon.learn") / "clinical_cuts.toml"
            text = packed.read_text(encoding="utf-8")
        else:
            text = path.read_text(encoding="utf-8")
        tables = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise StudyFileError(
            path, f"cannot be read: {reason}; name a TOML file of limits"
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise StudyFileError(path, f"is not a TOML file of limits: {error}") from None
    return {name: _read_rule(path, name, table) for name, table in tables.items()}


def _read_rule(path: Path, name: str, table: Any) -> CutRule:
    if not isinstance(table, dict):
        raise StudyFileError(path, "give a table, as [age] with cuts = [60] below it", name)
    known = CutRule.__dataclass_fields__
    for key in table:
        if key not in known:
            raise StudyFileError(
                path, f"this key is not known; use {', '.join(known)}", f"{name}.{key}"
            )
    cuts, levels = table.get("cuts", []), table.get("levels", [])
    if bool(cuts) == bool(levels):
        raise StudyFileError(path, "give either cuts or levels", name)
    if not isinstance(cuts, list) or not all(_is_number(cut) for cut in cuts):
        raise StudyFileError(path, "give a list of numbers, as [1, 2]", f"{name}.cuts")
    if not isinstance(levels, list) or (levels and len({str(one) for one in levels}) < 2):
        raise StudyFileError(path, "give two levels or more, lowest first", f"{name}.levels")
    if table.get("direction", "any") not in get_args(Direction):
        raise StudyFileError(path, "choose any, up or down", f"{name}.direction")
    if not _is_number(table.get("cost", 0)) or table.get("cost", 0) < 0:
        raise StudyFileError(path, "give a number of 0 or more", f"{name}.cost")
    if not _is_number(table.get("cv", 0)) or not 0 <= table.get("cv", 0) <= 1:
        raise StudyFileError(path, "give a share from 0 to 1, 0.05 for 5 %", f"{name}.cv")
    limits = range(len(levels) - 1) if levels else sorted(cuts)
    words = {key: str(table[key]) for key in ("label", "unit", "source") if key in table}
    return CutRule(
        cuts=tuple(float(cut) for cut in limits),
        direction=table.get("direction", "any"),
        levels=tuple(str(level) for level in levels),
        cost=float(table.get("cost", 0)),
        cv=float(table.get("cv", 0)),
        **words,
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def quantile_cuts(values: Floats, parts: int) -> tuple[float, ...]:
    """Cut a number into parts of about equal size.

    Args:
        values: shape (n,), none missing.
        parts: how many parts, 2 or more.

    Returns:
        Rising limits, rounded to three digits; between all values where there are few.

    Example:
        >>> quantile_cuts(np.arange(1.0, 101.0), 4)
        (25.0, 50.0, 75.0)
    """
    distinct = np.unique(values)
    if len(distinct) <= min(FEW, parts):
        return every_cut(values)
    found = np.quantile(values, np.arange(1, parts) / parts, method="inverted_cdf")
    rounded = {float(f"{cut:.{DIGITS}g}") for cut in found}
    return tuple(sorted(cut for cut in rounded if distinct[0] <= cut < distinct[-1]))


def every_cut(values: Floats) -> tuple[float, ...]:
    """Cut a number between all its values.

    Args:
        values: shape (n,), none missing.

    Returns:
        Every value but the largest.

    Example:
        >>> every_cut(np.array([2.0, 1.0, 2.0, 5.0]))
        (1.0, 2.0)
    """
    return tuple(np.unique(values)[:-1].tolist())

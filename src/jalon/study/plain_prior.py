"""A file of published effects: what others found, and how surely."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path
from typing import Any

from jalon.core.errors import StudyFileError
from jalon.learn import PublishedEffect

NUMBERS = ("above", "hazard_ratio", "low", "high", "log_hazard_ratio", "std_error")

KEYS = ("variable", *NUMBERS, "source")
"""What may stand in the table of one effect."""

WIDTH = 2 * 1.959963984540054
"""Standard errors between the ends of a 95% interval."""


def load_effects(path: Path) -> tuple[PublishedEffect, ...]:
    """Read published effects, one ``[[effect]]`` table each.

    An effect is that of being above a limit: ``variable``, ``above`` (left out for yes and no),
    then ``hazard_ratio`` with its 95% interval ``low`` and ``high``, or ``log_hazard_ratio`` with
    ``std_error``; and ``source``.

    Args:
        path: a TOML file.

    Returns:
        The effects, as they stand.

    Raises:
        StudyFileError: a file that cannot be read, or a key or value that cannot be meant.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "it is not UTF-8 text"
        raise StudyFileError(
            path, f"cannot be read: {reason}; name a TOML file of published effects"
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise StudyFileError(path, f"is not a TOML file of published effects: {error}") from None
    rows = tables.get("effect")
    if not isinstance(rows, list) or not rows or set(tables) != {"effect"}:
        raise StudyFileError(
            path, "give one [[effect]] table per effect, and nothing else, as [[effect]] with "
            'variable = "nodes", above = 3, hazard_ratio = 1.9, low = 1.5, high = 2.4 below it',
        )  # fmt: skip
    return tuple(_read_effect(path, number, row) for number, row in enumerate(rows, start=1))


def _read_effect(path: Path, number: int, row: Any) -> PublishedEffect:
    where = f"effect {number}"
    if not isinstance(row, dict):
        raise StudyFileError(path, "give a table", where)
    for key in row:
        if key not in KEYS:
            raise StudyFileError(
                path, f"this key is not known; use {', '.join(KEYS)}", f"{where}, {key}"
            )
    name = row.get("variable")
    if not isinstance(name, str) or not name:
        raise StudyFileError(path, 'say which variable, as variable = "nodes"', where)
    above = _read_number(path, where, row, "above", 0.0)
    if "hazard_ratio" in row:
        log_ratio, std_error = _read_ratio(path, where, row)
    else:
        log_ratio = _read_number(path, where, row, "log_hazard_ratio")
        std_error = _read_number(path, where, row, "std_error")
    if not std_error > 0:
        raise StudyFileError(path, "the standard error must be above 0", f"{where}, std_error")
    return PublishedEffect(name, above, log_ratio, std_error**2, str(row.get("source", "")))


def _read_ratio(path: Path, where: str, row: dict[str, Any]) -> tuple[float, float]:
    ratio, low, high = (_read_number(path, where, row, k) for k in ("hazard_ratio", "low", "high"))
    if not 0 < low < high or not low <= ratio <= high:
        raise StudyFileError(
            path, f"a hazard ratio of {ratio:g} with interval {low:g} to {high:g}: give "
            "0 < low < high, with the ratio between them", where,
        )  # fmt: skip
    return math.log(ratio), math.log(high / low) / WIDTH


def _read_number(
    path: Path, where: str, row: dict[str, Any], key: str, usual: float | None = None
) -> float:
    value = row.get(key, usual)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        text = "is missing" if value is None else "is no number"
        needs = "hazard_ratio, low and high, or log_hazard_ratio and std_error"
        raise StudyFileError(path, f"{key} {text}; an effect needs {needs}", where)
    return float(value)

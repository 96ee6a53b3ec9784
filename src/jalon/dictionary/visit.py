"""The visits that every treated patient owes."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, ClassVar

from pydantic import TypeAdapter

FILE = Path(__file__).parent / "visits.toml"


@dataclass(frozen=True, slots=True)
class Visit:
    """One planned visit after the infusion.

    Attributes:
        time_point: its name in the tables, for example "d90".
        day: the planned day after the infusion.
        from_day: the first day that still counts as this visit.
        to_day: the last day that still counts as this visit.
        label_en: its name for a reader, in English.
        label_fr: the same in French.
    """

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    time_point: str
    day: int
    from_day: int
    to_day: int
    label_en: str
    label_fr: str


@cache
def load_visits() -> tuple[Visit, ...]:
    """Return the planned visits in their order, read once from ``visits.toml``.

    Example:
        >>> [visit.day for visit in load_visits()][:5]
        [30, 90, 180, 270, 360]
    """
    content = tomllib.loads(FILE.read_text(encoding="utf-8"))
    return TypeAdapter(tuple[Visit, ...]).validate_python(content["visit"])

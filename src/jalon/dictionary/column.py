"""What one column of a table means, and which values it may hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

ColumnKind = Literal["number", "integer", "flag", "category", "identifier", "date"]


@dataclass(frozen=True, slots=True)
class Level:
    """One allowed value of a category or flag.

    Attributes:
        value: how the value is kept after reading; "0" or "1" for a flag.
        en: its label in English.
        fr: its label in French.
        aliases: other spellings found in files, read as ``value``.
        since: the first day on which the value can be, for example the day on which a product
            was authorised; ISO date, empty when there is none.
    """

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    value: str
    en: str = ""
    fr: str = ""
    aliases: tuple[str, ...] = ()
    since: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """The one description of a column.

    Attributes:
        name: its header in the file.
        kind: "number", "integer", "flag" (0 or 1), "category", "identifier" or "date".
        label_en: its name for a reader, in English.
        label_fr: its name for a reader, in French.
        unit: unit of a number, for example "mm", "fmol/L", "days".
        required: whether the column must be there and every row must have a value.
        low: smallest value allowed.
        high: largest value allowed.
        above: values must be strictly above this.
        below: values must be strictly below this.
        levels: the allowed values of a category, in their order.
        missing: texts that mean missing, besides the empty cell.
        help_en: one sentence for whoever fills it in, in English.
        help_fr: the same in French.
        ucum: the unit's UCUM code, for programs; empty when there is none.
        soft_low: a value below this is allowed but asked about.
        soft_high: a value above this is allowed but asked about.
        time_points: when it is collected; empty when that is not said.
        source: the paper, score or form that needs it.
    """

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    name: str
    kind: ColumnKind
    label_en: str
    label_fr: str = ""
    unit: str = ""
    required: bool = False
    low: float | None = None
    high: float | None = None
    above: float | None = None
    below: float | None = None
    levels: tuple[Level, ...] = ()
    missing: tuple[str, ...] = ()
    help_en: str = ""
    help_fr: str = ""
    ucum: str = ""
    soft_low: float | None = None
    soft_high: float | None = None
    time_points: tuple[str, ...] = ()
    source: str = ""

    @property
    def is_numeric(self) -> bool:
        """Whether the column holds a measured or counted number."""
        return self.kind in {"number", "integer"}

    @property
    def expected(self) -> str:
        """Say in words what a value must be, for example "a number above 0 days".

        Example:
            >>> Column("age", "integer", "Age", unit="years", low=18, high=120).expected
            'a whole number from 18 to 120 years'
            >>> Column("dead", "flag", "Died").expected
            '0 or 1'
        """
        if self.kind == "flag":
            return " or ".join(self._spellings() or ("0", "1"))
        if self.kind == "category":
            return "one of " + ", ".join(self._spellings())
        if self.kind == "identifier":
            return "an identifier"
        if self.kind == "date":
            return "a date (year-month-day)"
        words = ["a whole number" if self.kind == "integer" else "a number", self._limits()]
        return " ".join(word for word in (*words, self.unit) if word)

    def _spellings(self) -> tuple[str, ...]:
        return tuple(text for level in self.levels for text in (level.value, *level.aliases))

    def _limits(self) -> str:
        if self.low is not None and self.high is not None:
            return f"from {self.low:g} to {self.high:g}"
        parts = [
            f"{words} {limit:g}"
            for words, limit in (
                ("of at least", self.low),
                ("above", self.above),
                ("of at most", self.high),
                ("below", self.below),
            )
            if limit is not None
        ]
        return " and ".join(parts)

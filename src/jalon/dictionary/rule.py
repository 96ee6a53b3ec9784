"""Soft rules: what should agree within a row. A broken one is a question, not a refusal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal


@dataclass(frozen=True, slots=True)
class FlagRule:
    """A flag says whether a number is above a limit, for example IPI's age item.

    Attributes:
        kind: "flag".
        flag: the column holding 0 or 1.
        number: the column holding the number.
        above: the flag should be 1 exactly when the number is above this.
    """

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    kind: Literal["flag"]
    flag: str
    number: str
    above: float

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the rule compares."""
        return (self.flag, self.number)

    @property
    def text(self) -> str:
        """The rule in words."""
        return f"{self.flag} should be 1 exactly when {self.number} is above {self.above:g}"


@dataclass(frozen=True, slots=True)
class SumRule:
    """A total should equal the sum of its parts.

    Attributes:
        kind: "sum".
        total: the column holding the total.
        parts: the columns that are added.
    """

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    kind: Literal["sum"]
    total: str
    parts: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the rule compares."""
        return (self.total, *self.parts)

    @property
    def text(self) -> str:
        """The rule in words."""
        return f"{self.total} should be the sum of {', '.join(self.parts)}"


@dataclass(frozen=True, slots=True)
class OrderRule:
    """One time should not come after another.

    Attributes:
        kind: "order".
        first: the column that should be smaller or equal.
        then: the column that should be larger or equal.
    """

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    kind: Literal["order"]
    first: str
    then: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the rule compares."""
        return (self.first, self.then)

    @property
    def text(self) -> str:
        """The rule in words."""
        return f"{self.first} should not be after {self.then}"


Rule = FlagRule | SumRule | OrderRule

RULES: dict[str, type[FlagRule] | type[SumRule] | type[OrderRule]] = {
    "flag": FlagRule,
    "sum": SumRule,
    "order": OrderRule,
}
"""The kinds of rule, by the word that a dictionary uses."""

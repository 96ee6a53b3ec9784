"""What one table means: its columns, its key, where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from jalon.core.errors import DefinitionError
from jalon.dictionary.column import Column
from jalon.dictionary.nearest import suggest
from jalon.dictionary.rule import Rule


@dataclass(frozen=True, slots=True)
class Table:
    """The one description of a table.

    Attributes:
        name: short name, usually that of its file.
        label_en: title in English.
        label_fr: title in French.
        source: where the data come from, with the reference to cite.
        licence: on what terms they may be used.
        data_kind: "real" patients, or "synthetic" rows that look like patients.
        key: the column that tells patients apart; None when the file has none.
        keys: for a table of the registry, the columns that together tell a centre's rows apart.
        parent: the table that must hold a row with the same keys before this one can.
        date: the column that says when the row happened.
        missing: texts that mean missing in every column, besides the empty cell.
        ignore_unknown: whether columns that are not described here are left out quietly
            instead of being refused.
        columns: the columns, in their order.
        rules: soft rules between columns.
    """

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    name: str
    label_en: str
    source: str
    licence: str
    data_kind: Literal["real", "synthetic"] = "real"
    label_fr: str = ""
    key: str | None = None
    keys: tuple[str, ...] = ()
    parent: str | None = None
    date: str | None = None
    missing: tuple[str, ...] = ()
    ignore_unknown: bool = False
    columns: tuple[Column, ...] = ()
    rules: tuple[Rule, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns, in their order."""
        return tuple(column.name for column in self.columns)

    def column(self, name: str) -> Column:
        """Return the column called ``name``.

        Args:
            name: its header in the file.

        Raises:
            DefinitionError: the table has no such column.
        """
        for column in self.columns:
            if column.name == name:
                return column
        raise DefinitionError(
            f"table {self.name} has no column {name}{suggest(name, self.names)}; "
            f"it has {', '.join(self.names)}"
        )

"""Where a data file holds dated facts: this event, on that day, if that column says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import get_args

from jalon.core.errors import DefinitionError
from jalon.core.units import TimeUnit
from jalon.dictionary import Table


@dataclass(frozen=True, slots=True)
class Fact:
    """One kind of dated event in a data file.

    Attributes:
        event: its name, as endpoints use it, for example "death".
        time: the column with its time.
        column: the column that says whether it happened.
        equals: the value of that column when it happened.
    """

    event: str
    time: str
    column: str
    equals: int | str = 1


def find_time_unit(table: Table, facts: Sequence[Fact], last_seen: str) -> TimeUnit:
    """Return the one unit in which a table's time columns are written.

    Args:
        table: the dictionary.
        facts: the dated facts whose times are used.
        last_seen: the column with the time of last contact.

    Raises:
        DefinitionError: a column without a unit of time, or two units.
    """
    names = list(dict.fromkeys([*(fact.time for fact in facts), last_seen]))
    units = {name: table.column(name).unit for name in names}
    known: tuple[TimeUnit, ...] = get_args(TimeUnit)
    for name, unit in units.items():
        if unit not in known:
            raise DefinitionError(
                f"column {name} of {table.name} is used as a time but its unit is "
                f"{unit or 'not given'}; write days, weeks, months or years in the dictionary"
            )
    if len(set(units.values())) > 1:
        listed = ", ".join(f"{name} in {unit}" for name, unit in units.items())
        raise DefinitionError(f"time columns of {table.name} differ in unit: {listed}")
    return known[known.index(units[last_seen])]

"""A centre's file becomes typed rows of one table, and every cell that cannot be is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

import numpy as np
import polars as pl

from jalon.core.survival_data import Integers
from jalon.dictionary import Table
from jalon.registry.identity import check_identity
from jalon.registry.intake_part import IntakePart, type_part
from jalon.registry.mapping import Mapping, choose_parts
from jalon.registry.match import Match, check_columns, list_unknown, match_columns
from jalon.registry.rejection import Rejections, join_rejections
from jalon.registry.sheet import Sheet

PATIENT = "patient"
"""The column that has the centre's own number of a patient."""


@dataclass(frozen=True, slots=True, eq=False)
class Intake:
    """The rows of one file that belong to one table, checked against the dictionary.

    Attributes:
        table: what the rows are.
        frame: one typed column per column of the table, in its order; null where missing or
            rejected. The patients still have the centre's own numbers.
        lines: shape (n,), the line of each row in the file.
        rejections: every cell that cannot be; the file may be imported only when there is none.
        questions: cells that can be but are unusual.
        given: the columns that the file or the mapping gave.
        read_as: how the file was understood, in words.
        notes: what a person should know of the reading.
        sha256: hash of the file's bytes.
        mapping_sha256: hash of the mapping's file; empty without one.
    """

    table: Table
    frame: pl.DataFrame
    lines: Integers
    rejections: Rejections
    questions: Rejections
    given: frozenset[str]
    read_as: str
    notes: tuple[str, ...]
    sha256: str
    mapping_sha256: str = ""

    def __len__(self) -> int:
        return self.frame.height

    @property
    def is_clean(self) -> bool:
        """Whether no cell was rejected."""
        return len(self.rejections) == 0


def check_sheet(
    sheet: Sheet, table: Table, mapping: Mapping | None = None, today: date | None = None
) -> Intake:
    """Check a file's cells against the dictionary, without looking at any store.

    Args:
        sheet: the file as it was read.
        table: what its rows are.
        mapping: what the centre's own names and codes mean; None when the file has ours.
        today: the day after which no date can be; None for the day on which it runs.

    Returns:
        Typed rows, and every cell that was rejected.

    Raises:
        DataFileError: a column that identifies persons, or columns that do not fit.
        UserError: a mapping for other tables.
    """
    parts = choose_parts(mapping, table)
    matches = [match_columns(sheet, table, part) for part in parts]
    named = frozenset(name for part in (mapping.parts if mapping else ()) for name in part.columns)
    _refuse_persons(sheet, table, matches)
    check_columns(sheet, table, matches, named)
    day = today or datetime.now(UTC).date()
    several = mapping is not None and len(mapping.parts) > 1
    typed = [type_part(sheet, table, match, day, several=several) for match in matches]
    return _join(sheet, table, mapping, typed, several=several)


def _refuse_persons(sheet: Sheet, table: Table, matches: Sequence[Match]) -> None:
    # Other identifiers name a project or a hospital, which may well be words.
    identifiers = {match.theirs[PATIENT] for match in matches if PATIENT in match.theirs}
    unknown = list_unknown(sheet, matches)
    check_identity(sheet, identifiers, unknown, table.names)


def _join(
    sheet: Sheet, table: Table, mapping: Mapping | None, typed: list[IntakePart], *, several: bool
) -> Intake:
    frame = pl.concat([part.frame for part in typed])
    lines = np.concatenate([part.lines for part in typed])
    notes = [*sheet.notes, *(note for part in typed for note in part.notes)]
    if several:
        # One file gives rows of several tables, so a patient's own row stands on many lines.
        first = frame.select(pl.struct(pl.all()).is_first_distinct()).to_series()
        count = len(first) - int(first.sum())
        if count:
            notes.append(f"{count:,} rows of table {table.name} that say the same were kept once")
        frame, lines = frame.filter(first), lines[first.to_numpy()]
    column = typed[0].match.name(table.keys[0]) if table.keys else ""
    twice = _find_twice(table, frame, lines, column)
    return Intake(
        table=table,
        frame=frame,
        lines=lines,
        rejections=join_rejections([*(part.rejections for part in typed), twice]),
        questions=join_rejections(part.questions for part in typed),
        given=frozenset[str]().union(*(part.match.given for part in typed)),
        read_as=sheet.read_as,
        notes=tuple(notes),
        sha256=sheet.sha256,
        mapping_sha256=mapping.sha256 if mapping else "",
    )


def _find_twice(table: Table, frame: pl.DataFrame, lines: Integers, column: str) -> Rejections:
    """Reject rows whose keys stand on an earlier line, and say on which."""
    keys = list(table.keys)
    if not keys:
        return join_rejections([])
    rows = frame.select(keys).with_columns(line=pl.Series(lines, dtype=pl.Int64)).drop_nulls(keys)
    again = rows.filter(~pl.struct(keys).is_first_distinct())
    if not again.height:
        return join_rejections([])
    first = rows.filter(pl.struct(keys).is_first_distinct()).rename({"line": "first"})
    named = " and ".join(keys)
    advice = pl.format("it stands on line {} too; keep one line, or correct " + named, "first")
    found = again.join(first, on=keys, how="left", maintain_order="left").select(
        "line",
        column=pl.lit(column),
        found=pl.lit(f"the same {named} as on an earlier line"),
        rule=pl.lit("row given twice"),
        advice=advice,
    )
    return Rejections(found)

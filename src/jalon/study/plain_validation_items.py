"""The items of a score found in the columns of a CSV file without a dictionary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Floats
from jalon.core.errors import DataFileError, UserError
from jalon.dictionary import suggest
from jalon.scores import AssessedColumns, ScoreDefinition, assess_many
from jalon.study.plain_candidates import ColumnSource, read_source
from jalon.study.plain_table import PlainTable


@dataclass(frozen=True, slots=True, eq=False)
class ScoredPatients:
    """A score computed for every row of a file.

    Attributes:
        definition: the score.
        assessed: points and groups, ranges where items are missing.
        complete: shape (n,), whether nothing is left open.
        missing: items by how many rows lack them, the most first; those that nobody lacks left
            out.
        columns: columns of the file that were read.
    """

    definition: ScoreDefinition
    assessed: AssessedColumns
    complete: npt.NDArray[np.bool_]
    missing: dict[str, int]
    columns: tuple[str, ...]

    @property
    def rank(self) -> Floats:
        """Shape (n,), what patients are ranked by: points, or groups where those are all."""
        by_group = self.definition.ranks_by == "groups"
        return (self.assessed.group if by_group else self.assessed.points_low).astype(np.float64)


def find_columns(
    definition: ScoreDefinition, table: PlainTable, renamed: Mapping[str, str]
) -> dict[str, ColumnSource]:
    """Say from which column each input of a score is read.

    Args:
        definition: the score.
        table: the file.
        renamed: column of an input by its name, where they differ.

    Returns:
        How each input that the file has is read, by name of the input.
    """
    learned = {row["name"]: row for row in definition.learning.get("candidate", ())}
    found = {}
    for name in _list_inputs(definition):
        row = learned.get(name)
        column = renamed.get(name, row["column"] if row else name)
        if column not in table.cells:
            continue
        if row is not None:
            found[name] = ColumnSource(name, column, row["kind"], tuple(row.get("texts", ())))
        else:
            flag = table.flags(column) is not None
            found[name] = ColumnSource(name, column, "flag" if flag else "number")
    return found


def covers(definition: ScoreDefinition, found: Mapping[str, ColumnSource]) -> bool:
    """Tell whether a file has a column for every item of a score.

    Args:
        definition: the score.
        found: from ``find_columns``.

    Returns:
        True when it has: the value, its flag, or both measures that it is the ratio of.
    """
    return not _list_absent(definition, found)


def score_rows(
    definition: ScoreDefinition, table: PlainTable, renamed: Mapping[str, str]
) -> ScoredPatients:
    """Compute a score for every row of a file.

    Args:
        definition: the score.
        table: the file.
        renamed: column of an input by its name, where they differ.

    Returns:
        The answers; a patient who lacks an item has a range.

    Raises:
        DataFileError: items that the file has no column for, or cells that cannot be meant.
        UserError: a renamed input that the score does not have.
    """
    names = _list_inputs(definition)
    for name in renamed:
        if name not in names:
            raise UserError(
                f"--column {name}=…: {definition.short} has no such item{suggest(name, names)}; it "
                f"asks for {', '.join(names)}"
            )
    found = find_columns(definition, table, renamed)
    absent = _list_absent(definition, found)
    if absent:
        example = absent[0]
        hint = suggest(example, table.cells)
        raise DataFileError(
            table.path,
            f"{definition.short} asks for {', '.join(absent)}, and no column is called so{hint}; "
            f"say which one it is with --column {example!r}=COLUMN",
            line=1,
        )
    values = {name: read_source(table, source) for name, source in found.items()}
    assessed = assess_many(definition, values)
    complete = assessed.points_low == assessed.points_high
    if definition.ranks_by == "groups":
        complete = assessed.group >= 0
    return ScoredPatients(
        definition,
        assessed,
        np.asarray(complete),
        _count_missing(definition, values),
        tuple(dict.fromkeys(source.column for source in found.values())),
    )


def _list_inputs(definition: ScoreDefinition) -> list[str]:
    names = [name for item in definition.items for name in (item.id, item.flag) if name]
    return [*names, *(measure.id for measure in definition.measures)]


def _list_absent(definition: ScoreDefinition, found: Mapping[str, ColumnSource]) -> list[str]:
    absent = []
    for item in definition.items:
        by_ratio = item.over is not None and all(name in found for name in item.over)
        given = item.id in found or (item.flag is not None and item.flag in found) or by_ratio
        if not given and item.assumed is None:
            absent.append(item.id)
    return absent


def _count_missing(definition: ScoreDefinition, values: Mapping[str, Floats]) -> dict[str, int]:
    counts = {}
    for item in definition.items:
        parts = [values[name] for name in (item.id, item.flag) if name and name in values]
        if item.over is not None and all(name in values for name in item.over):
            parts.append(np.asarray(values[item.over[0]] + values[item.over[1]]))
        if parts:
            counts[item.id] = int(np.sum(np.all([np.isnan(part) for part in parts], axis=0)))
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return {name: count for name, count in ordered if count}

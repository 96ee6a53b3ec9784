"""Cells of a file that were rejected: where, why, and what to do; never what they hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

import polars as pl

from jalon.core.survival_data import Integers
from jalon.registry.fault import Fault


@dataclass(frozen=True, slots=True)
class Rejection:
    """One cell of a file that was rejected, and what to do; never what it holds.

    Attributes:
        line: its line in the file.
        column: its column.
        found: the kind of value that stands there.
        rule: the short name of the rule.
        advice: what to do.
    """

    line: int
    column: str
    found: str
    rule: str
    advice: str


@dataclass(frozen=True, slots=True, eq=False)
class Rejections:
    """Any number of rejected cells; a million of them take no more than their frame.

    Attributes:
        frame: one row per cell, with the columns of ``SCHEMA``, by line.
    """

    SCHEMA: ClassVar[dict[str, type[pl.DataType]]] = {
        "line": pl.Int64,
        "column": pl.String,
        "found": pl.String,
        "rule": pl.String,
        "advice": pl.String,
    }

    frame: pl.DataFrame

    def __len__(self) -> int:
        return self.frame.height

    def __iter__(self) -> Iterator[Rejection]:
        for row in self.frame.iter_rows():
            yield Rejection(*row)


def gather_rejections(found: Iterable[Rejection]) -> Rejections:
    """Gather single rejections into one collection, by line.

    Args:
        found: rejected cells, in any order.

    Returns:
        The same cells.

    Example:
        >>> text = Rejection(3, "ldh", "text", "number", "give a number")
        >>> len(gather_rejections([text]))
        1
    """
    rows = [(one.line, one.column, one.found, one.rule, one.advice) for one in found]
    frame = pl.DataFrame(rows, schema=Rejections.SCHEMA, orient="row")
    return Rejections(frame.sort("line", maintain_order=True))


def join_rejections(parts: Iterable[Rejections]) -> Rejections:
    """Join collections into one, by line.

    Args:
        parts: any number of collections.

    Returns:
        All their cells.
    """
    frames = [part.frame for part in parts]
    empty = pl.DataFrame(schema=Rejections.SCHEMA)
    return Rejections(pl.concat([empty, *frames]).sort("line", maintain_order=True))


def reject_cells(fault: Fault, lines: Integers, column: str, advice: str) -> Rejections:
    """Reject every cell of one fault.

    Args:
        fault: which rows, and what stands there.
        lines: the line of each row.
        column: the column, as the person knows it.
        advice: what to do.

    Returns:
        One rejection per row.
    """
    where = pl.Series("line", lines, dtype=pl.Int64).filter(fault.rows)
    columns = {"column": column, "found": fault.found, "rule": fault.rule, "advice": advice}
    frame = where.to_frame().with_columns(
        pl.lit(text, dtype=pl.String).alias(name) for name, text in columns.items()
    )
    return Rejections(frame)

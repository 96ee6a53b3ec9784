"""A CSV file becomes cells that know their line: fast where it is plain, carefully elsewhere."""

from __future__ import annotations

import csv
import io
from itertools import islice
from pathlib import Path

import numpy as np
import polars as pl

from jalon.core.errors import DataFileError
from jalon.registry.finding import refuse
from jalon.registry.rows import find_misfits, read_records
from jalon.registry.sheet.clean_csv import read_clean
from jalon.registry.sheet.separator import find_declared, find_separator
from jalon.registry.sheet.sheet import Raw

SAMPLE = 1_000_000
"""Bytes from which the separator is found out."""

BLANKS = (b" ", b"\t", b"\v", b"\f")

BLOCK = 20_000
"""Rows that the careful way keeps as Python objects at one time."""


def split_csv(path: Path, content: bytes, separator: str | None) -> tuple[Raw, str]:
    """Split a CSV text into cells.

    Args:
        path: the file, for messages.
        content: its text in UTF-8.
        separator: what the person said stands between values; None to find it out.

    Returns:
        The cells, and the separator.

    Raises:
        DataFileError: no text, broken quotes, rows with too few or too many values, or a
            separator that cannot be told for sure.
        UserError: a separator that is not known here.
    """
    if not content.strip():
        raise DataFileError(path, "is empty; it needs a line of column names and one per patient")
    first, _, rest = content.partition(b"\n")
    declared = find_declared(first.decode("utf-8", "replace"))
    skipped = 1 if declared else 0
    body = rest if declared else content
    sample = _first_lines(body)
    mark = find_separator(path, sample, separator or declared)
    width = _count_names(sample, mark)
    frame = read_clean(body, mark, width)
    if frame is None:
        return split_carefully(path, body.decode("utf-8"), mark, skipped), mark
    header = tuple(str(name) for name in frame.row(0))
    lines = np.arange(2, frame.height + 1, dtype=np.int64) + skipped
    blanks = not body.isascii() or any(blank in body for blank in BLANKS)
    return Raw(header, frame.slice(1), lines, 1 + skipped, has_blanks=blanks), mark


def split_carefully(path: Path, text: str, mark: str, skipped: int) -> Raw:
    """Split any CSV text into cells, row by row.

    Args:
        path: the file, for messages.
        text: its content.
        mark: the character between values.
        skipped: how many lines of the file stand before the text.

    Returns:
        The cells.

    Raises:
        DataFileError: broken quotes, or rows with too few or too many values.
    """
    # A line said in a message counts from the file's first line.
    records = read_records(path, "\n" * skipped + text, mark, lambda: "")
    line, names = next(records, (1, []))
    lines: list[int] = []
    frames: list[pl.DataFrame] = []
    while block := list(islice(records, BLOCK)):
        refuse(path, find_misfits(block, len(names)))
        lines += [number for number, _ in block]
        columns = list(zip(*(values for _, values in block), strict=True))
        frames.append(_frame(len(names), columns))
    cells = pl.concat(frames) if frames else _frame(len(names), [])
    return Raw(tuple(names), cells, np.array(lines, dtype=np.int64), line)


def _frame(width: int, columns: list[tuple[str, ...]]) -> pl.DataFrame:
    filled = columns or [()] * width
    return pl.DataFrame(
        [pl.Series(str(place), values, dtype=pl.String) for place, values in enumerate(filled)]
    )


def _first_lines(body: bytes) -> str:
    piece = body[:SAMPLE]
    if len(piece) < len(body):
        piece = piece[: piece.rfind(b"\n") + 1] or piece
    return piece.decode("utf-8", "ignore")


def _count_names(sample: str, mark: str) -> int:
    try:
        for values in csv.reader(io.StringIO(sample, newline=""), delimiter=mark):
            if any(value.strip() for value in values) or len(values) > 1:
                return len(values)
    except csv.Error:
        pass
    return 0

"""Is a CSV text so plain that a fast reader gives the same cells on the same lines?"""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
import polars as pl

QUOTE, NEWLINE, RETURN = 34, 10, 13
CHUNK = 1 << 24
"""Bytes looked at in one piece, so that memory stays small."""

MAX_LINE = 131_072
"""A longer line may hold a value longer than the careful reader allows."""


def read_clean(content: bytes, separator: str, width: int) -> pl.DataFrame | None:
    """Read a CSV text fast, or return None where only the careful way keeps lines exact.

    Args:
        content: the text in UTF-8.
        separator: the character between values.
        width: how many values the header has.

    Returns:
        All rows including the header, one column of texts each, or None when a row has
        another number of values, a quoted value holds a quote or runs over lines, a line
        is blank, or a line ends in an unusual way.
    """
    if width < 2 or not content:
        return None
    first = content.find(b"\n")
    end = b"\r\n" if content[first - 1 : first] == b"\r" else b"\n"
    trimmed = content.rstrip(b"\r\n") + end
    if not all(_is_clean(piece, ord(separator), width) for piece in _pieces(trimmed)):
        return None
    names = [str(place) for place in range(width)]
    return pl.read_csv(
        io.BytesIO(trimmed),
        has_header=False,
        separator=separator,
        quote_char='"',
        schema=dict.fromkeys(names, pl.String),
    ).fill_null("")


def _pieces(content: bytes) -> Iterator[np.ndarray[tuple[int], np.dtype[np.uint8]]]:
    """Yield pieces that each end with the end of a line."""
    data = np.frombuffer(content, dtype=np.uint8)
    start = 0
    while start < len(content):
        end = content.rfind(b"\n", start, start + CHUNK) + 1
        if end == 0:
            end = content.find(b"\n", start) + 1
        yield data[start:end]
        start = end


def _is_clean(piece: np.ndarray[tuple[int], np.dtype[np.uint8]], mark: int, width: int) -> bool:
    is_mark, is_end = piece == mark, piece == NEWLINE
    ends = np.flatnonzero(is_end)
    if np.diff(ends, prepend=-1).max() > MAX_LINE or not _ends_alike(piece, ends):
        return False
    quotes = np.flatnonzero(piece == QUOTE)
    if len(quotes):
        if not _quotes_whole_values(piece, quotes, mark):
            return False
        inside = np.logical_xor.accumulate(piece == QUOTE)
        if (inside & is_end).any():
            return False
        is_mark &= ~inside
    marks = piece[is_mark | is_end]
    if len(marks) % width:
        return False
    rows = marks.reshape(-1, width)
    return bool((rows[:, :-1] == mark).all() and (rows[:, -1] == NEWLINE).all())


def _ends_alike(piece: np.ndarray[tuple[int], np.dtype[np.uint8]], ends: np.ndarray) -> bool:
    returns = np.flatnonzero(piece == RETURN)
    if not len(returns):
        return True
    # A lone return ends a line for one reader and not for the other.
    return len(returns) == len(ends) and bool((returns + 1 == ends).all())


def _quotes_whole_values(
    piece: np.ndarray[tuple[int], np.dtype[np.uint8]],
    quotes: np.ndarray,
    mark: int,
) -> bool:
    if len(quotes) % 2:
        return False
    opening, closing = quotes[::2], quotes[1::2]
    before = piece[np.maximum(opening - 1, 0)]
    starts = (opening == 0) | (before == mark) | (before == NEWLINE)
    after = piece[closing + 1]
    stops = (after == mark) | (after == NEWLINE) | (after == RETURN)
    return bool(starts.all() and stops.all())

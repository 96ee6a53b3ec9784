"""What stands between the values of a CSV text: said by the person, or found out and told."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

from jalon.core.errors import DataFileError, UserError
from jalon.registry.rows import SEPARATORS

MARKS = (",", ";", "\t", "|")
NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "pipe"}
SAMPLE_LINES = 200
DECLARED = re.compile(r"^sep=([,;|\t])\r?\n?$", re.IGNORECASE)
"""What Excel writes as the first line of a file to say its separator."""


def name_separator(mark: str) -> str:
    """Return what a person calls a separator, for example "semicolon"."""
    return NAMES[mark]


def find_declared(first_line: str) -> str | None:
    """Return the separator that a first line such as ``sep=;`` declares, or None."""
    found = DECLARED.match(first_line)
    return found.group(1) if found else None


def find_separator(path: Path, text: str, asked: str | None) -> str:
    """Return what stands between the values of a CSV text.

    Args:
        path: the file, for messages.
        text: its beginning, whole lines, the header first.
        asked: what the person said; None to find it out.

    Returns:
        One of the four separators.

    Raises:
        DataFileError: when more than one would do, and none was said.
        UserError: a separator that is not known here.
    """
    if asked is not None:
        if asked not in SEPARATORS:
            raise UserError('unknown --separator; use ",", ";", "|" or tab')
        return SEPARATORS[asked]
    widths = {mark: _widths(text, mark) for mark in MARKS}
    present = [mark for mark in MARKS if widths[mark][0] > 1]
    if not present:
        return ","
    # The right separator splits every row alike; another mark may stand in one value or two.
    fitting = [mark for mark in present if len(set(widths[mark])) == 1]
    if len(fitting) == 1:
        return fitting[0]
    candidates = fitting or present
    if len(candidates) == 1:
        return candidates[0]
    listed = " or ".join(NAMES[mark] for mark in candidates)
    advice = f"the values may be separated by {listed}; say which with --separator"
    raise DataFileError(path, advice, line=1)


def _widths(sample: str, mark: str) -> list[int]:
    """How many values the first rows have, blank lines left out."""
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=mark)
    widths: list[int] = []
    try:
        for values in reader:
            if any(value.strip() for value in values) or len(values) > 1:
                widths.append(len(values))
            if len(widths) == SAMPLE_LINES:
                break
    except csv.Error:
        # The careful reading names the line; here the rows before it must do.
        pass
    return widths or [1]

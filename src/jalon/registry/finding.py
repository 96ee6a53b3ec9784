"""What is wrong with a file, gathered so that a person can mend it all at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from jalon.core.errors import DataFileError
from jalon.core.survival_data import Integers

MAX_FINDINGS = 20
"""How many kinds of problem one message lists."""

MAX_LINES = 5
"""How many further lines one problem lists."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of problem, and every line that has it.

    Attributes:
        text: what was expected, and what to do; never what a patient's cell holds.
        lines: lines of the file, ascending; empty when the file as a whole is meant.
        column: name of the column; None when no single one is meant.
    """

    text: str
    lines: tuple[int, ...] = ()
    column: str | None = None

    @property
    def text_with_lines(self) -> str:
        """The text, and on which further lines the same was found."""
        further = self.lines[1:]
        if not further:
            return self.text
        shown = ", ".join(str(line) for line in further[:MAX_LINES])
        dots = ", …" if len(further) > MAX_LINES else ""
        word = "line" if len(further) == 1 else "lines"
        return f"{self.text} (also on {len(further):,} more {word}: {shown}{dots})"

    @property
    def place(self) -> str:
        """Where it is, for example "line 12, column age"."""
        parts = [f"line {self.lines[0]}"] if self.lines else []
        return ", ".join([*parts, f"column {self.column}"] if self.column else parts)


def find(mask: pl.Series, lines: Integers, column: str, text: str) -> list[Finding]:
    """Turn the rows where ``mask`` is true into at most one finding.

    Args:
        mask: one truth per row; null counts as false.
        lines: the line of each row in the file.
        column: name of the column.
        text: what was expected.

    Returns:
        One finding with all its lines, or none.
    """
    rows = mask.fill_null(value=False).to_numpy()
    if not rows.any():
        return []
    return [Finding(text, tuple(int(line) for line in lines[rows]), column)]


def refuse(path: Path, findings: Iterable[Finding]) -> None:
    """Refuse the file when anything was found; the earliest line comes first.

    Args:
        path: the file.
        findings: what is wrong with it.

    Raises:
        DataFileError: when there is at least one finding.
    """
    ordered = sorted(findings, key=lambda finding: finding.lines[:1])
    if not ordered:
        return
    first, *rest = ordered
    more = [
        f"{other.place}: {other.text_with_lines}" if other.place else other.text
        for other in rest[:MAX_FINDINGS]
    ]
    if len(rest) > MAX_FINDINGS:
        more.append(f"{len(rest) - MAX_FINDINGS} further kinds of problem are not listed")
    line = first.lines[0] if first.lines else None
    raise DataFileError(path, first.text_with_lines, line, first.column, tuple(more))

"""The label that must be seen on a figure, for example SYNTHETIC DATA."""

from __future__ import annotations

from jalon.report.figures.palette import WARNING
from jalon.report.figures.sheet import Sheet
from jalon.report.figures.typeface import wrap_words

SIZE = 7.0
LINE = 3.4
_EDGE = 1.0
_FIRST_LINE = 3.4


def break_note(note: str, width: float) -> tuple[str, ...]:
    """Break a note to fit the sheet.

    Args:
        note: the words, "" for none.
        width: of the sheet in millimetres.

    Returns:
        The lines; none for no note.
    """
    return tuple(wrap_words(note, SIZE, width - 2 * _EDGE, "SemiBold")) if note else ()


def write_note(sheet: Sheet, lines: tuple[str, ...]) -> None:
    """Write a note in the top right corner.

    Args:
        sheet: the paper.
        lines: as ``break_note`` returns them.
    """
    for i, line in enumerate(lines):
        y = _FIRST_LINE + i * LINE
        right = sheet.width - _EDGE
        sheet.write(right, y, line, SIZE, weight="SemiBold", align="right", colour=WARNING)

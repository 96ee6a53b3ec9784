"""What stands above the frame of a survival figure: the note, the result, the legend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from jalon.report.figures.note import break_note, write_note
from jalon.report.figures.palette import STROKES
from jalon.report.figures.sheet import Sheet
from jalon.report.figures.survival_layout import (
    KEY_WIDTH,
    LINE,
    SMALL,
    SurvivalLayout,
    legend_entry_width,
)
from jalon.report.figures.typeface import measure_width, wrap_words

_EDGE = 1.0
_FIRST_LINE = 3.4


@dataclass(frozen=True, slots=True)
class Header:
    """The lines above the frame.

    Attributes:
        note_lines: a label that must be seen, broken to fit; empty for none.
        result_lines: the result, broken to fit; empty for none.
        shared: True when note and result stand on one line.
        height: of the whole header in millimetres.
    """

    note_lines: tuple[str, ...]
    result_lines: tuple[str, ...]
    shared: bool
    height: float


def plan_header(result: str, note: str, layout: SurvivalLayout) -> Header:
    """Break the result to fit and find how much room the header takes.

    Args:
        result: a short text, "" for none.
        note: a label that must be seen, "" for none.
        layout: of the rest of the figure.

    Returns:
        The plan of the header.
    """
    room = layout.width - layout.left - _EDGE
    lines = tuple(wrap_words(result, SMALL, room)) if result else ()
    both = measure_width(result, SMALL) + measure_width(note, SMALL, "SemiBold") + 6
    label = break_note(note, layout.width)
    shared = len(label) == 1 and len(lines) == 1 and both <= room
    count = len(lines) + (0 if shared else len(label)) + sum(layout.legend_heights)
    return Header(label, lines, shared, 2.0 + LINE * count + (0.8 if count else 0))


def write_header(sheet: Sheet, layout: SurvivalLayout, header: Header) -> None:
    """Write the note at the right, then the result and the legend from the left.

    Args:
        sheet: the paper.
        layout: of the rest of the figure.
        header: the plan.
    """
    write_note(sheet, header.note_lines)
    y = _FIRST_LINE + (0 if header.shared else LINE * len(header.note_lines))
    for line in header.result_lines:
        sheet.write(layout.left, y, line, SMALL)
        y += LINE
    for row, height in zip(layout.legend_rows, layout.legend_heights, strict=True):
        _write_legend_row(sheet, layout, row, y)
        y += LINE * height


def _write_legend_row(sheet: Sheet, layout: SurvivalLayout, row: Sequence[int], y: float) -> None:
    x = layout.left
    for i in row:
        ends = (x, y - 0.9), (x + KEY_WIDTH, y - 0.9)
        sheet.rule(*ends, STROKES[i].colour, 1.2, STROKES[i].dashes)
        for k, line in enumerate(layout.label_lines[i]):
            sheet.write(x + KEY_WIDTH + 1.5, y + k * LINE, line, SMALL)
        x += legend_entry_width(" ".join(layout.label_lines[i]))

"""What stands around the frame of a line chart: the note, the key, the names of its lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from jalon.core import UnsuitableDataError
from jalon.report.figures.key import Key, KeyEntry, plan_key, write_key
from jalon.report.figures.note import LINE as NOTE_LINE
from jalon.report.figures.note import break_note, write_note
from jalon.report.figures.palette import MOST_CURVES, STROKES
from jalon.report.figures.plot import EDGE, LINE, Box, Scale, left_margin, title_lines
from jalon.report.figures.sheet import Sheet
from jalon.report.figures.side_labels import SideLabels, plan_side_labels, write_side_labels
from jalon.report.labelled_line import LabelledLine
from jalon.report.wording import Wording

_MOST_BANDS = 3


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above and beside the frame of a line chart.

    Attributes:
        note: lines of the label that must be seen.
        key: the key above the frame.
        side: names right of the frame; None when the key holds them.
        left: edge of the frame in millimetres.
        width: of the frame.
        top: edge of the frame.
    """

    note: tuple[str, ...]
    key: Key
    side: SideLabels | None
    left: float
    width: float
    top: float

    def frame(self, height: float) -> Box:
        """Return the frame, made taller when the names beside it need the room."""
        return Box(
            self.left, self.top, self.width, max(height, self.side.height + 1 if self.side else 0)
        )

    def write(self, sheet: Sheet) -> None:
        """Write the note and the key."""
        write_note(sheet, self.note)
        write_key(sheet, self.key, EDGE, note_height(self.note))

    def name_lines(self, sheet: Sheet, lines: Sequence[LabelledLine], y: Scale, box: Box) -> None:
        """Write the names of lines beside their ends."""
        if self.side is not None:
            wanted = [find_end(line, y, box) for line in lines if line.label]
            write_side_labels(sheet, self.side, box.right, wanted, (box.top, box.bottom))


def note_height(note: tuple[str, ...]) -> float:
    """Return the room that a note takes at the top of a sheet."""
    return 1.2 + NOTE_LINE * len(note) + (0.6 if note else 0.0)


def plan_head(
    names: Sequence[KeyEntry],
    extras: Sequence[KeyEntry],
    note: str,
    y: Scale,
    width: float,
) -> Head:
    """Find room for the note, the names of the lines and what else must be explained.

    Args:
        names: of the lines, beside the frame where there is room.
        extras: what else must be explained, always above.
        note: a label that must be seen, "" for none.
        y: the upright scale.
        width: of the sheet in millimetres.

    Returns:
        The plan.
    """
    names = [entry for entry in names if entry.label]
    side = plan_side_labels(names, width) if names else None
    above = list(extras) if side or not names else [*names, *extras]
    lines = break_note(note, width)
    key = plan_key(above, width - 2 * EDGE)
    left = left_margin(y)
    right = side.width if side else EDGE + 3.0
    title = LINE * len(title_lines(y.title, width - 2 * EDGE))
    top = note_height(lines) + key.height + (1.6 if key.rows else 0.0) + title + 2.4
    return Head(lines, key, side, left, width - left - right, top)


def find_end(line: LabelledLine, y: Scale, box: Box) -> float:
    """Return how far down a line ends on the sheet; the middle of the frame for no line."""
    known = np.flatnonzero(np.isfinite(line.y))
    if not len(known):
        return box.top + box.height / 2
    return min(max(y.place(float(line.y[known[-1]]), box), box.top), box.bottom)


def name_entries(lines: Sequence[LabelledLine]) -> list[KeyEntry]:
    """Return the entries of lines in the order of the palette."""
    return [KeyEntry(line.label, stroke) for line, stroke in zip(lines, STROKES, strict=False)]


def banded(lines: Sequence[LabelledLine]) -> list[LabelledLine]:
    """Return the lines whose bands are drawn: all of three, the first alone of more."""
    shown = lines if len(lines) <= _MOST_BANDS else lines[:1]
    return [line for line in shown if line.limited]


def band_entries(lines: Sequence[LabelledLine], wording: Wording) -> list[KeyEntry]:
    """Return the entry that explains the bands; none when there is no interval."""
    shown = banded(lines)
    if not shown:
        return []
    level = wording.level(shown[0].level)
    if len(shown) == len(lines):
        return [KeyEntry(wording.say("axis.band", level=level), STROKES[0], "band")]
    labels = " / ".join(line.label for line in shown)
    return [KeyEntry(wording.say("axis.band_of", level=level, label=labels), STROKES[0], "band")]


def check_lines(lines: Sequence[LabelledLine], what: str) -> None:
    """Refuse what cannot be drawn or told apart.

    Args:
        lines: to be drawn.
        what: they show.

    Raises:
        UnsuitableDataError: no line, too many, or none with a number.
    """
    if not any(line.seen for line in lines):
        raise UnsuitableDataError(f"no {what} was given; there is nothing to draw")
    if len(lines) > MOST_CURVES:
        raise UnsuitableDataError(
            f"{len(lines)} lines cannot be told apart on one figure; draw at most {MOST_CURVES}"
        )

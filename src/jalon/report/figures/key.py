"""The key above a frame: what each line and mark stands for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from matplotlib.patches import Rectangle

from jalon.report.figures.palette import INK, Stroke
from jalon.report.figures.sheet import Sheet
from jalon.report.figures.typeface import measure_width, wrap_words

Mark = Literal["line", "thin", "band", "dot", "ring", "diamond", "square"]
SMALL = 7.0
LINE = 3.3
SAMPLE = 6.0
_AFTER = 1.4
_APART = 4.0


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """One line of the key.

    Attributes:
        label: what it stands for.
        stroke: colour and dashes.
        mark: what is drawn before the label.
    """

    label: str
    stroke: Stroke
    mark: Mark = "line"


@dataclass(frozen=True, slots=True)
class Key:
    """A key, broken to fit: rows of entries, each with its lines."""

    rows: tuple[tuple[tuple[KeyEntry, tuple[str, ...]], ...], ...]

    @property
    def height(self) -> float:
        """Of all rows, in millimetres."""
        return sum(LINE * max(len(lines) for _, lines in row) for row in self.rows)


def plan_key(entries: Sequence[KeyEntry], room: float) -> Key:
    """Fill rows from left to right; an entry too long for a row is broken.

    Args:
        entries: what to explain.
        room: width in millimetres.

    Returns:
        The key.
    """
    rows: list[list[tuple[KeyEntry, tuple[str, ...]]]] = []
    used = room
    for entry in entries:
        lines = tuple(wrap_words(entry.label, SMALL, room - SAMPLE - _AFTER))
        wide = SAMPLE + _AFTER + max(measure_width(line, SMALL) for line in lines)
        if used + wide > room:
            rows.append([])
            used = 0.0
        rows[-1].append((entry, lines))
        used += wide + _APART
    return Key(tuple(tuple(row) for row in rows))


def write_key(sheet: Sheet, key: Key, left: float, top: float) -> None:
    """Write a key.

    Args:
        sheet: the paper.
        key: as ``plan_key`` returns it.
        left: edge in millimetres.
        top: edge in millimetres.
    """
    y = top + 2.4
    for row in key.rows:
        x = left
        for entry, lines in row:
            draw_sample(sheet, entry, x, y - 0.9)
            for i, line in enumerate(lines):
                sheet.write(x + SAMPLE + _AFTER, y + i * LINE, line, SMALL)
            wide = max(measure_width(line, SMALL) for line in lines)
            x += SAMPLE + _AFTER + wide + _APART
        y += LINE * max(len(lines) for _, lines in row)


def draw_sample(sheet: Sheet, entry: KeyEntry, x: float, y: float) -> None:
    """Draw what stands before the label of an entry.

    Args:
        sheet: the paper.
        entry: of the key.
        x: left edge of the sample.
        y: its middle.
    """
    colour, middle = entry.stroke.colour, x + SAMPLE / 2
    if entry.mark == "band":
        draw_patch(sheet, (x, y - 1.0, SAMPLE, 2.0), colour, 0.22)
    elif entry.mark in ("line", "thin"):
        points = 1.2 if entry.mark == "line" else 0.6
        sheet.rule((x, y), (x + SAMPLE, y), colour, points, entry.stroke.dashes)
    elif entry.mark == "diamond":
        mark = sheet.dot(middle, y, colour, 4.6)
        mark.set_marker("D")
    elif entry.mark == "square":
        draw_patch(sheet, (middle - 1.0, y - 1.0, 2.0, 2.0), colour, 1.0)
    else:
        sheet.dot(middle, y, colour, 3.8, filled=entry.mark == "dot")


def draw_patch(
    sheet: Sheet, place: tuple[float, float, float, float], colour: str, alpha: float = 1.0
) -> Rectangle:
    """Draw a filled rectangle.

    Args:
        sheet: the paper.
        place: left, top, width and height in millimetres.
        colour: of the ink.
        alpha: 0 clear to 1 solid.

    Returns:
        The rectangle as placed.
    """
    left, top, width, height = place
    patch = Rectangle(
        (left / sheet.width, 1 - (top + height) / sheet.height),
        width / sheet.width,
        height / sheet.height,
        facecolor=colour,
        alpha=alpha,
        linewidth=0,
        zorder=2.5,  # above the rules that it stands on
        transform=sheet.figure.transFigure,
    )
    sheet.figure.add_artist(patch)
    return patch


PLAIN = Stroke(INK, None)

"""A frame with two scales, and the lines that are drawn in it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from jalon.core import Floats
from jalon.report.figures.palette import INK, RULE, Stroke
from jalon.report.figures.sheet import Sheet
from jalon.report.figures.typeface import font, measure_width, wrap_words
from jalon.report.labelled_line import LabelledLine
from jalon.report.wording import Wording

SMALL = 7.0
NORMAL = 7.5
LINE = 3.3
EDGE = 1.0
_FINEST = 0.12


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the sheet, in millimetres from its top left corner."""

    left: float
    top: float
    width: float
    height: float

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.top + self.height

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.left + self.width


@dataclass(frozen=True, slots=True)
class Scale:
    """One scale of a frame.

    Attributes:
        low: where it begins.
        high: where it ends.
        ticks: where numbers stand.
        labels: the numbers as written.
        title: what it measures.
    """

    low: float
    high: float
    ticks: tuple[float, ...]
    labels: tuple[str, ...]
    title: str = ""

    @property
    def label_width(self) -> float:
        """Room that the widest number needs."""
        return max((measure_width(label, SMALL) for label in self.labels), default=0.0)

    def place(self, value: float, box: Box) -> float:
        """Return how far down a value stands on the sheet, this being the upright scale."""
        return box.bottom - (value - self.low) / (self.high - self.low) * box.height

    def across(self, value: float, box: Box) -> float:
        """Return how far right a value stands on the sheet, this being the level scale."""
        return box.left + (value - self.low) / (self.high - self.low) * box.width


def choose_step(low: float, high: float, most: int) -> float:
    """Return the smallest step of 1, 2 or 5 times a power of ten with at most ``most`` steps."""
    raw = (high - low) / max(most, 1)
    power = 10 ** math.floor(math.log10(raw))
    steps = (m * power for m in (1.0, 2.0, 5.0, 10.0))
    return float(next(step for step in steps if step >= raw * (1 - 1e-9)))


def number_scale(
    low: float, high: float, most: int, wording: Wording, title: str = "", factor: float = 1
) -> Scale:
    """Return a scale whose ends are kept and whose ticks are round numbers.

    Args:
        low: where it begins.
        high: where it ends.
        most: steps between ticks.
        wording: how numbers are written.
        title: what it measures.
        factor: multiplies the numbers written, 100 for percentages.

    Returns:
        The scale.
    """
    step = choose_step(low * factor, high * factor, most) / factor
    first, last = math.ceil(low / step - 1e-6), math.floor(high / step + 1e-6)
    digits = max(0, -math.floor(math.log10(step * factor) + 1e-9))
    ticks = tuple(i * step for i in range(first, last + 1))
    labels = tuple(wording.number(tick * factor, digits) for tick in ticks)
    return Scale(low, high, ticks, labels, title)


def round_out(low: float, high: float, most: int) -> tuple[float, float]:
    """Return the round numbers just outside a range."""
    if high - low < 1e-12:
        low, high = low - 0.05 * max(abs(low), 1), high + 0.05 * max(abs(high), 1)
    step = choose_step(low, high, most)
    return math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step


def left_margin(y: Scale) -> float:
    """Return the room left of a frame."""
    return EDGE + y.label_width + 2.6


def bottom_margin(x: Scale, width: float) -> float:
    """Return the room below a frame of a width."""
    return 5.0 + LINE * len(_title_lines(x, width)) + (1.3 if x.title else 0.0)


def _title_lines(x: Scale, width: float) -> list[str]:
    return wrap_words(x.title, NORMAL, width + 6) if x.title else []


def title_lines(title: str, room: float) -> list[str]:
    """Return the lines of the name of the upright scale, written above the frame."""
    return wrap_words(title, NORMAL, room) if title else []


def draw_frame(sheet: Sheet, box: Box, x: Scale, y: Scale, title_left: float | None = None) -> Axes:
    """Draw the scales; the name of the upright one stands above the frame, from the edge.

    Args:
        sheet: the paper.
        box: the frame.
        x: the level scale.
        y: the upright scale; its title is written above the frame.
        title_left: where that title begins; None for left of its numbers.

    Returns:
        Axes to draw in.
    """
    axes = sheet.axes(box.left, box.top, box.width, box.height)
    axes.set_xlim(x.low, x.high)
    axes.set_ylim(y.low, y.high)
    axes.patch.set_visible(False)
    for side, spine in axes.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_linewidth(0.6)
        spine.set_color(INK)
    axes.set_xticks(x.ticks, x.labels)
    axes.set_yticks(y.ticks, y.labels)
    axes.tick_params(length=2.2, width=0.6, color=INK, pad=2.4)
    for label in [*axes.get_xticklabels(), *axes.get_yticklabels()]:
        label.set_fontproperties(font(SMALL))
    axes.grid(axis="y", color=RULE, linewidth=0.25, alpha=0.6)
    axes.set_axisbelow(True)
    middle = box.left + box.width / 2
    for i, line in enumerate(_title_lines(x, box.width)):
        sheet.write(middle, box.bottom + 7.4 + LINE * i, line, NORMAL, align="center")
    left = max(box.left - left_margin(y), 0.0) + EDGE if title_left is None else title_left
    lines = title_lines(y.title, sheet.width - left - EDGE)
    for i, line in enumerate(lines):
        sheet.write(left, box.top - 2.4 - LINE * (len(lines) - 1 - i), line, NORMAL)
    return axes


def draw_line(
    axes: Axes, line: LabelledLine, stroke: Stroke, box: Box, *, band: bool = True
) -> None:
    """Draw a line and the band of its interval, no finer than the paper can show.

    Args:
        axes: of ``draw_frame``.
        line: what is drawn.
        stroke: its colour and dashes.
        box: the frame.
        band: False leaves the interval out.
    """
    low, high = axes.get_xlim()
    rows = thin_rows(line.x, _FINEST * (high - low) / box.width)
    x, y = line.x[rows], line.y[rows]
    if band and line.low is not None and line.high is not None:
        below, above = line.low[rows], line.high[rows]
        known = np.isfinite(below) & np.isfinite(above)
        axes.fill_between(
            x,
            below,
            above,
            where=known.tolist(),
            color=stroke.colour,
            alpha=stroke.wash,
            linewidth=0,
        )
        for row in np.flatnonzero(_without_neighbour(np.where(known, below, np.nan))):
            ends = (float(below[row]), float(above[row]))
            axes.plot((x[row], x[row]), ends, color=stroke.colour, linewidth=0.8)
    (drawn,) = axes.plot(x, y, color=stroke.colour, linewidth=1.1, solid_joinstyle="round")
    if stroke.dashes:
        drawn.set_dashes(stroke.dashes)
    bottom, top = axes.get_ylim()
    alone = _without_neighbour(y) & (y >= bottom) & (y <= top)
    if np.any(alone):
        axes.plot(x[alone], y[alone], "o", color=stroke.colour, markersize=2.6, clip_on=False)


def thin_rows(x: Floats, width: float) -> npt.NDArray[np.intp]:
    """Return the first and last row of each bin of width ``width``; ``x`` rises."""
    if len(x) < 200:
        return np.arange(len(x))
    bins = np.floor(x / width)
    new = np.append(True, bins[1:] != bins[:-1])
    return np.flatnonzero(new | np.append(new[1:], True))


def _without_neighbour(y: Floats) -> npt.NDArray[np.bool_]:
    """Mark the heights that no line would show, because both neighbours are missing."""
    known = np.isfinite(y)
    before, after = np.append(False, known[:-1]), np.append(known[1:], False)
    return np.asarray(known & ~before & ~after)


def find_span(lines: Sequence[LabelledLine], *, bands: bool = True) -> tuple[float, float]:
    """Return the lowest and the highest number that lines and their intervals reach."""
    parts = [line.y for line in lines]
    if bands:
        parts += [part for line in lines for part in (line.low, line.high) if part is not None]
    values = np.concatenate(parts) if parts else np.zeros(0)
    values = values[np.isfinite(values)]
    return (float(values.min()), float(values.max())) if len(values) else (0.0, 1.0)

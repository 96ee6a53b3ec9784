"""How well scores rank patients: one dot and interval per score and data set."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from jalon.core import UnsuitableDataError
from jalon.report.discrimination import DiscriminationRow
from jalon.report.figures.note import break_note, write_note
from jalon.report.figures.palette import ACCENT, INK, QUIET, RULE
from jalon.report.figures.sheet import Sheet, house_settings
from jalon.report.figures.typeface import measure_width, wrap_words
from jalon.report.wording import ENGLISH, Language, Wording

_TEXT = 7.5
_SMALL = 7.0
_LINE = 3.4
_EDGE = 1.0
_GAP = 3.5


@dataclass(frozen=True, slots=True)
class _Scale:
    """The horizontal scale: concordances from ``first`` to ``last`` between two edges."""

    first: float
    last: float
    left: float
    right: float

    def x(self, value: float) -> float:
        """Return where a concordance stands."""
        share = (value - self.first) / (self.last - self.first)
        return self.left + share * (self.right - self.left)

    def ticks(self) -> list[float]:
        """Return tenths inside the scale, or twentieths when there is room for them."""
        apart = 0.05 * (self.right - self.left) / (self.last - self.first)
        step = 1 if apart > 8 and self.last - self.first < 0.35 else 2
        return [i / 20 for i in range(0, 21, step) if self.first <= i / 20 <= self.last]


def discrimination_figure(
    rows: Sequence[DiscriminationRow],
    note: str = "",
    width_mm: float = 180,
    language: Language = "en",
) -> str:
    """Draw how well scores rank patients: apparent, corrected, external, and rivals.

    A concordance of 0.5 is a coin toss; 1 is a perfect ranking.

    Args:
        rows: one per score and data set, drawn in this order.
        note: a label that must be seen, for example ``SYNTHETIC DATA``.
        width_mm: print width: 85 for a column, 180 for a page.
        language: of the words on the figure.

    Returns:
        SVG text; the same input gives the same bytes.

    Raises:
        UnsuitableDataError: no row, or no row with a number.
    """
    if all(math.isnan(row.estimate.value) for row in rows):
        raise UnsuitableDataError("no concordance was given; there is nothing to draw")
    wording = Wording(language)
    with house_settings():
        sheet = draw_discrimination(rows, note, width_mm, wording)
        return sheet.svg(wording.say("discrimination.title"), _describe(rows, note, wording))


def draw_discrimination(
    rows: Sequence[DiscriminationRow], note: str, width: float, wording: Wording = ENGLISH
) -> Sheet:
    """Draw the rows on a sheet of the height that they need.

    Args:
        rows: one per score and data set.
        note: a label that must be seen, "" for none.
        width: in millimetres.
        wording: the language.

    Returns:
        The sheet, for ``Sheet.svg``.
    """
    numbers = max(measure_width(wording.interval(row.estimate), _TEXT) for row in rows)
    names = _name_lines(rows, 0.36 * width)
    left = _EDGE + max(_block_width(lines) for lines in names) + _GAP
    scale = _choose_scale(rows, left, width - _EDGE - numbers - _GAP)
    label = break_note(note, width)
    top = 3.0 + _LINE * len(label) + (1.0 if label else 0.0)
    heights = [max(5.2, _LINE * len(lines) + 1.9) for lines in names]
    sheet = Sheet(width, top + sum(heights) + 10.2)
    _draw_scale(sheet, scale, (top, top + sum(heights)), wording)
    write_note(sheet, label)
    y = top
    for row, lines, height in zip(rows, names, heights, strict=True):
        _draw_row(sheet, (row, lines), scale, y + height / 2, wording)
        y += height
    return sheet


def _name_lines(rows: Sequence[DiscriminationRow], room: float) -> list[list[tuple[str, bool]]]:
    """Return the lines of each row's name: its label, then who it rests on (quiet)."""
    lines = []
    for row in rows:
        label = [(line, False) for line in wrap_words(row.label, _TEXT, room)]
        basis = wrap_words(row.n_text, _SMALL, room) if row.n_text else []
        lines.append(label + [(line, True) for line in basis])
    return lines


def _block_width(lines: Sequence[tuple[str, bool]]) -> float:
    return max(measure_width(words, _SMALL if quiet else _TEXT) for words, quiet in lines)


def _choose_scale(rows: Sequence[DiscriminationRow], left: float, right: float) -> _Scale:
    """Choose twentieths around all intervals, 0.5 always in sight."""
    numbers = [row.estimate.value for row in rows]
    numbers += [n for row in rows for n in (row.estimate.low, row.estimate.high)]
    known = [n for n in numbers if not math.isnan(n)]
    first = min(0.5, math.floor(min(known) * 20) / 20)
    last = max(first + 0.25, math.ceil(max(known) * 20) / 20)
    return _Scale(max(first, 0.0), min(last, 1.0), left, right)


def _draw_scale(sheet: Sheet, scale: _Scale, ends: tuple[float, float], wording: Wording) -> None:
    top, bottom = ends
    ticks = scale.ticks()
    digits = 1 if all(round(tick * 20) % 2 == 0 for tick in ticks) else 2
    for tick in ticks:
        x = scale.x(tick)
        chance = tick == 0.5
        sheet.rule((x, top), (x, bottom), QUIET if chance else RULE, 0.5 if chance else 0.25)
        sheet.rule((x, bottom), (x, bottom + 0.9), INK, 0.6)
        sheet.write(x, bottom + 3.9, wording.number(tick, digits), _SMALL, align="center")
    sheet.rule((scale.left, bottom), (scale.right, bottom), INK, 0.6)
    middle = (scale.left + scale.right) / 2
    words = wording.say("discrimination.axis")
    sheet.write(middle, bottom + 8.0, words, _TEXT, align="center")


def _draw_row(
    sheet: Sheet,
    named: tuple[DiscriminationRow, Sequence[tuple[str, bool]]],
    scale: _Scale,
    middle: float,
    wording: Wording,
) -> None:
    row, lines = named
    first = middle - _LINE * (len(lines) - 1) / 2 + 0.95
    for i, (words, quiet) in enumerate(lines):
        size, colour = (_SMALL, QUIET) if quiet else (_TEXT, INK)
        sheet.write(_EDGE, first + i * _LINE, words, size, colour=colour)
    words = wording.interval(row.estimate)
    sheet.write(sheet.width - _EDGE, middle + 0.95, words, _TEXT, align="right")
    estimate, colour = row.estimate, INK if row.reference else ACCENT
    if not math.isnan(estimate.low) and not math.isnan(estimate.high):
        ends = (scale.x(estimate.low), middle), (scale.x(estimate.high), middle)
        sheet.rule(*ends, colour, 1.0)
    if not math.isnan(estimate.value):
        sheet.dot(scale.x(estimate.value), middle, colour, 4.2, filled=not row.reference)


def _describe(rows: Sequence[DiscriminationRow], note: str, wording: Wording) -> str:
    """Say in words what the figure shows, for those who cannot see it."""
    sentences = [f"{note}."] if note else []
    for row in rows:
        basis = f", {row.n_text}" if row.n_text else ""
        numbers = wording.interval(row.estimate)
        sentences.append(wording.say("forest.one", label=f"{row.label}{basis}", numbers=numbers))
    return " ".join(sentences)

"""How many variables a score needs: its concordance by size, before and after correction."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from jalon.core import UnsuitableDataError
from jalon.report.figures.note import break_note, write_note
from jalon.report.figures.palette import ACCENT, INK, PALE, QUIET, RULE
from jalon.report.figures.sheet import Sheet, house_settings
from jalon.report.figures.typeface import measure_width
from jalon.report.wording import ENGLISH, Language, Wording

_TEXT = 7.5
_SMALL = 7.0
_EDGE = 1.0


@dataclass(frozen=True, slots=True)
class ParsimonyPoint:
    """The score of one size.

    Attributes:
        size: most variables.
        corrected: concordance, corrected for optimism.
        std_error: its standard error.
        apparent: concordance on the patients it was learned from; NaN to leave it out.
    """

    size: int
    corrected: float
    std_error: float
    apparent: float = math.nan


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where sizes and concordances stand on the sheet."""

    left: float
    right: float
    top: float
    bottom: float
    sizes: tuple[int, int]
    values: tuple[float, float]

    def x(self, size: float) -> float:
        """Return where a size stands, half a step from either edge."""
        first, last = self.sizes
        return self.left + (size - first + 0.5) / (last - first + 1) * (self.right - self.left)

    def y(self, value: float) -> float:
        """Return where a concordance stands."""
        low, high = self.values
        return self.bottom - (value - low) / (high - low) * (self.bottom - self.top)


def parsimony_figure(
    points: Sequence[ParsimonyPoint],
    chosen: int,
    note: str = "",
    width_mm: float = 85,
    language: Language = "en",
) -> str:
    """Draw what each further variable brings to a score, and the size that was chosen.

    Args:
        points: one per size.
        chosen: the size that was chosen.
        note: a label that must be seen, for example ``SYNTHETIC DATA``.
        width_mm: print width: 85 for a column, 180 for a page.
        language: of the words on the figure.

    Returns:
        SVG text; the same input gives the same bytes.

    Raises:
        UnsuitableDataError: no size, a size twice, a number missing, or a chosen size that is
            not drawn.
    """
    _check(points, chosen)
    wording = Wording(language)
    with house_settings():
        sheet = draw_parsimony(points, chosen, note, width_mm, wording)
        words = _describe(points, chosen, note, wording)
        return sheet.svg(wording.say("parsimony.title"), words)


def _check(points: Sequence[ParsimonyPoint], chosen: int) -> None:
    sizes = [point.size for point in points]
    if not sizes:
        raise UnsuitableDataError("no size was given; there is nothing to draw")
    if len(set(sizes)) < len(sizes):
        raise UnsuitableDataError("a size is given twice; give each once")
    if chosen not in sizes:
        raise UnsuitableDataError(f"size {chosen} was chosen but is not among those to draw")
    if any(math.isnan(point.corrected) or math.isnan(point.std_error) for point in points):
        raise UnsuitableDataError("a size has no corrected concordance or no standard error")


def draw_parsimony(
    points: Sequence[ParsimonyPoint],
    chosen: int,
    note: str,
    width: float,
    wording: Wording = ENGLISH,
) -> Sheet:
    """Draw the path on a sheet.

    Args:
        points: one per size.
        chosen: the size that was chosen.
        note: a label that must be seen, "" for none.
        width: in millimetres.
        wording: the language.

    Returns:
        The sheet, for ``Sheet.svg``.
    """
    ordered = sorted(points, key=lambda point: point.size)
    label = break_note(note, width)
    shown = any(not math.isnan(point.apparent) for point in ordered)
    top = 13.6 + 3.4 * len(label) + (1.0 if label else 0.0)
    sheet = Sheet(width, top + 56.0)
    values = _choose_range(ordered)
    left = _EDGE + measure_width("0.00", _SMALL) + 2.5
    sizes = (ordered[0].size, ordered[-1].size)
    frame = _Frame(left, width - _EDGE, top, top + 46.0, sizes, values)
    write_note(sheet, label)
    _draw_key(sheet, (left, top - 7.4), shown, wording)
    _draw_axes(sheet, frame, ordered, chosen, wording)
    _draw_threshold(sheet, frame, ordered)
    for point in ordered:
        _draw_point(sheet, frame, point, point.size == chosen)
    return sheet


def _choose_range(points: Sequence[ParsimonyPoint]) -> tuple[float, float]:
    """Choose fiftieths around all that is drawn."""
    known = [point.corrected + side * point.std_error for point in points for side in (-1, 1)]
    known += [point.apparent for point in points if not math.isnan(point.apparent)]
    low = math.floor(min(known) * 50 + 1e-9) / 50
    high = math.ceil(max(known) * 50 - 1e-9) / 50
    return low, max(high, low + 0.06)


def _draw_key(sheet: Sheet, place: tuple[float, float], shown: bool, wording: Wording) -> None:
    left, y = place
    x = left
    sheet.dot(x + 1.0, y - 0.95, ACCENT, 4.2)
    words = wording.say("parsimony.corrected")
    sheet.write(x + 3.0, y, words, _SMALL)
    if shown:
        x += 3.0 + measure_width(words, _SMALL) + 4.0
        sheet.dot(x + 1.0, y - 0.95, QUIET, 3.6, filled=False)
        sheet.write(x + 3.0, y, wording.say("parsimony.apparent"), _SMALL)
    sheet.rule((left, y + 2.65), (left + 2.0, y + 2.65), RULE, 0.8)
    sheet.write(left + 3.0, y + 3.6, wording.say("parsimony.limit"), _SMALL)


def _draw_axes(
    sheet: Sheet,
    frame: _Frame,
    points: Sequence[ParsimonyPoint],
    chosen: int,
    wording: Wording,
) -> None:
    low, high = frame.values
    step = 1 if high - low <= 0.125 else 2 if high - low <= 0.25 else 5
    first = math.ceil(low * 50 - 1e-9)
    for tick in range(first, math.floor(high * 50 + 1e-9) + 1):
        if tick % step:
            continue
        y = frame.y(tick / 50)
        sheet.rule((frame.left, y), (frame.right, y), PALE, 0.4)
        sheet.write(frame.left - 1.5, y + 0.9, wording.number(tick / 50, 2), _SMALL, align="right")
    sheet.rule((frame.left, frame.bottom), (frame.right, frame.bottom), INK, 0.6)
    for point in points:
        x, bold = frame.x(point.size), point.size == chosen
        sheet.rule((x, frame.bottom), (x, frame.bottom + 0.9), INK, 0.6)
        sheet.write(
            x,
            frame.bottom + 4.0,
            f"{point.size}",
            _SMALL,
            weight="SemiBold" if bold else "Regular",
            align="center",
        )
    middle = (frame.left + frame.right) / 2
    words = wording.say("parsimony.x")
    sheet.write(middle, frame.bottom + 8.4, words, _TEXT, align="center")
    sheet.write(_EDGE, frame.top - 11.0, wording.say("parsimony.y"), _TEXT)


def _draw_threshold(sheet: Sheet, frame: _Frame, points: Sequence[ParsimonyPoint]) -> None:
    """Draw the best corrected concordance less one standard error: the size must reach it."""
    best = max(points, key=lambda point: (round(point.corrected, 9), -point.size))
    y = frame.y(best.corrected - best.std_error)
    sheet.rule((frame.left, y), (frame.right, y), RULE, 0.8)


def _draw_point(sheet: Sheet, frame: _Frame, point: ParsimonyPoint, chosen: bool) -> None:
    x = frame.x(point.size)
    colour = ACCENT
    ends = (point.corrected - point.std_error, point.corrected + point.std_error)
    sheet.rule((x, frame.y(ends[0])), (x, frame.y(ends[1])), colour, 1.4 if chosen else 0.8)
    sheet.dot(x, frame.y(point.corrected), colour, 5.6 if chosen else 3.8)
    if not math.isnan(point.apparent):
        sheet.dot(x + 1.6, frame.y(point.apparent), QUIET, 3.6, filled=False)


def _describe(points: Sequence[ParsimonyPoint], chosen: int, note: str, wording: Wording) -> str:
    """Say in words what the figure shows, for those who cannot see it."""
    sentences = [f"{note}."] if note else []
    for point in sorted(points, key=lambda one: one.size):
        value = wording.number(point.corrected, 3)
        sentences.append(wording.say("parsimony.one", size=f"{point.size}", value=value))
    sentences.append(wording.say("parsimony.chosen", size=f"{chosen}"))
    return " ".join(sentences)

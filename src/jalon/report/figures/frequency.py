"""How often each choice of a pipeline is made again on resampled patients."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from jalon.core import UnsuitableDataError
from jalon.report.figures.head import note_height
from jalon.report.figures.key import KeyEntry, draw_patch, plan_key, write_key
from jalon.report.figures.note import break_note, write_note
from jalon.report.figures.palette import ACCENT, INK, PALE, Stroke
from jalon.report.figures.plot import EDGE, LINE, NORMAL, SMALL
from jalon.report.figures.sheet import Sheet, house_settings
from jalon.report.figures.typeface import Weight, measure_width, wrap_words
from jalon.report.wording import Language, Wording

_ROW = 4.2
_BAR = 2.5
_OTHER = "#bdbdbd"
_GAP = 2.5


@dataclass(frozen=True, slots=True)
class FrequencyBar:
    """How often one choice was made.

    Attributes:
        label: the choice ("LDH", "LDH above 250 U/L", "groups at 2 and 4 points").
        share: share of resamples that made it, 0 to 1; NaN is written as a dash.
        chosen: True when the final model made it too.
        section: heading that it stands under; "" for none. Bars of one section follow each
            other.
    """

    label: str
    share: float
    chosen: bool = True
    section: str = ""


def frequency_figure(
    bars: Sequence[FrequencyBar], note: str = "", width_mm: float = 85, language: Language = "en"
) -> str:
    """Draw how often each variable, cut-point or group limit is chosen again.

    Args:
        bars: in reading order; dark when the final model made the same choice.
        note: a label that must be seen, for example ``SYNTHETIC DATA``.
        width_mm: print width: 85 for a column, 180 for a page.
        language: of the words on the figure.

    Returns:
        SVG text; the same input gives the same bytes.

    Raises:
        UnsuitableDataError: no bar with a number, or a share outside 0 to 1.
    """
    if all(math.isnan(bar.share) for bar in bars):
        raise UnsuitableDataError("no share was given; there is nothing to draw")
    if any(not -1e-9 <= bar.share <= 1 + 1e-9 for bar in bars if not math.isnan(bar.share)):
        raise UnsuitableDataError("a share is outside 0 to 1; give shares, not per cent")
    wording = Wording(language)
    with house_settings():
        sheet = draw_frequency(bars, note, width_mm, wording)
        return sheet.svg(wording.say("frequency.title"), _describe(bars, note, wording))


def draw_frequency(
    bars: Sequence[FrequencyBar], note: str, width: float, wording: Wording
) -> Sheet:
    """Draw the bars on a sheet of the height that they need.

    Args:
        bars: in reading order.
        note: a label that must be seen, "" for none.
        width: in millimetres.
        wording: the language.

    Returns:
        The sheet, for ``Sheet.svg``.
    """
    lines, key = break_note(note, width), plan_key(_entries(bars, wording), width - 2 * EDGE)
    names = [wrap_words(bar.label, SMALL, (0.45 if width < 120 else 0.36) * width) for bar in bars]
    left = EDGE + max(measure_width(line, SMALL) for part in names for line in part) + _GAP
    number = max(measure_width(_share(bar, wording), SMALL) for bar in bars)
    right = width - EDGE - number - 1.5
    heads = [section for section, _ in groupby(bars, lambda bar: bar.section) if section]
    start = note_height(lines)
    top = start + key.height + 2.0
    rows = sum(_ROW + LINE * (len(part) - 1) for part in names) + _ROW * len(heads)
    sheet = Sheet(width, top + rows + 9.8)
    write_note(sheet, lines)
    write_key(sheet, key, EDGE, start)
    _draw_scale(sheet, (left, right), (top, top + rows + 0.6), wording)
    y, section = top, ""
    for bar, part in zip(bars, names, strict=True):
        if bar.section and bar.section != section:
            sheet.write(EDGE, y + 3.0, bar.section, SMALL, weight="SemiBold")
            y += _ROW
        section = bar.section
        _draw_bar(sheet, bar, part, (left, right, y), wording)
        y += _ROW + LINE * (len(part) - 1)
    return sheet


def _entries(bars: Sequence[FrequencyBar], wording: Wording) -> list[KeyEntry]:
    if all(bar.chosen for bar in bars):
        return []
    entries = [KeyEntry(wording.say("frequency.chosen"), Stroke(ACCENT, None), "square")]
    return [*entries, KeyEntry(wording.say("frequency.other"), Stroke(_OTHER, None), "square")]


def _draw_scale(
    sheet: Sheet, sides: tuple[float, float], ends: tuple[float, float], wording: Wording
) -> None:
    left, right = sides
    step = 25 if right - left > 30 else 50
    for tick in range(0, 101, step):
        x = left + tick / 100 * (right - left)
        sheet.rule((x, ends[0]), (x, ends[1]), PALE, 0.4)
        sheet.rule((x, ends[1]), (x, ends[1] + 0.9), INK, 0.6)
        sheet.write(x, ends[1] + 3.9, f"{tick}", SMALL, align="center")
    sheet.rule((left, ends[1]), (right, ends[1]), INK, 0.6)
    words = wording.say("frequency.axis")
    middle = (left + right) / 2
    sheet.write(middle, ends[1] + 7.6, words, NORMAL, align="center")


def _draw_bar(
    sheet: Sheet,
    bar: FrequencyBar,
    lines: Sequence[str],
    place: tuple[float, float, float],
    wording: Wording,
) -> None:
    left, right, y = place
    for i, line in enumerate(lines):
        sheet.write(EDGE, y + 3.0 + i * LINE, line, SMALL)
    long = 0.0 if math.isnan(bar.share) else bar.share * (right - left)
    if long > 0:
        middle = y + 3.0 - 0.95
        colour = ACCENT if bar.chosen else _OTHER
        draw_patch(sheet, (left, middle - _BAR / 2, long, _BAR), colour)
    weight: Weight = "SemiBold" if bar.chosen else "Regular"
    edge = sheet.width - EDGE
    sheet.write(edge, y + 3.0, _share(bar, wording), SMALL, align="right", weight=weight)


def _share(bar: FrequencyBar, wording: Wording) -> str:
    if 0 < bar.share < 0.005:
        return f"< {wording.percent(0.01)}"
    return wording.percent(bar.share)


def _describe(bars: Sequence[FrequencyBar], note: str, wording: Wording) -> str:
    """Say in words what the figure shows, for those who cannot see it."""
    sentences = [f"{note}."] if note else []
    for bar in bars:
        chosen = f", {wording.say('frequency.chosen')}" if bar.chosen else ""
        share = _share(bar, wording)
        sentences.append(wording.say("frequency.one", label=bar.label, share=share, chosen=chosen))
    return " ".join(sentences)

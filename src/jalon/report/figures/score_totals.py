"""The lower part of a score card: the risk of each total."""

from __future__ import annotations

import math

from jalon.core import Estimate
from jalon.core.numbers import write_number
from jalon.report.figures.palette import INK, QUIET, RULE
from jalon.report.figures.sheet import Sheet
from jalon.report.figures.typeface import measure_width
from jalon.report.score_card import ScoreCard

_TEXT = 7.5
_SMALL = 7.0
_ROW = 3.7
_HEAD = 8.7


def totals_height(card: ScoreCard) -> float:
    """Return the room that the risks by total need, in millimetres.

    Args:
        card: the score.

    Returns:
        0 where none are shown.
    """
    return _HEAD + _ROW * len(card.totals) + 3.4 if card.totals else 0.0


def draw_totals(sheet: Sheet, card: ScoreCard, block: tuple[float, float, float]) -> None:
    """Write the risk of each total under the groups.

    Args:
        sheet: where to.
        card: the score.
        block: left edge, right edge and top.
    """
    if not card.totals:
        return
    left, right, top = block
    widest = max(measure_width(row.total, _TEXT) for row in card.totals)
    first = left + max(widest, measure_width("Total", _SMALL)) + 4.0
    each = (right - first) / max(len(card.months), 1)
    columns = [first + k * each for k in range(len(card.months))]
    y = top + 3.6
    sheet.write(first, y, "Estimated from all totals, by", _SMALL, weight="SemiBold")
    y += 3.5
    sheet.write(left, y, "Total", _SMALL, weight="SemiBold")
    heads = [f"{month:g} months" for month in card.months]
    if any(measure_width(words, _SMALL) > each - 1.0 for words in heads):
        heads = [f"{month:g} mo" for month in card.months]
    for x, words in zip(columns, heads, strict=True):
        sheet.write(x, y, words, _SMALL)
    y += 1.6
    sheet.rule((left, y), (right, y), INK, 0.6)
    whole = all(_measure(risk) <= each - 1.5 for row in card.totals for risk in row.risks)
    for row in card.totals:
        y += _ROW
        sheet.write(left, y - 0.3, row.total, _TEXT)
        for x, risk in zip(columns, row.risks, strict=True):
            value, interval = write_risk(risk)
            sheet.write(x, y - 0.3, value, _TEXT)
            if whole and interval:
                further = x + measure_width(f"{value} ", _TEXT) + 0.4
                sheet.write(further, y - 0.3, interval, _SMALL, colour=QUIET)
    sheet.rule((left, y + 1.4), (right, y + 1.4), RULE, 0.25)


def _measure(risk: Estimate) -> float:
    value, interval = write_risk(risk)
    return measure_width(f"{value} ", _TEXT) + 0.4 + measure_width(interval, _SMALL)


def describe_totals(card: ScoreCard) -> list[str]:
    """Say the risks by total in words, for those who cannot see them.

    Args:
        card: the score.

    Returns:
        One sentence per total.
    """
    return [
        f"Total {row.total}: "
        + ", ".join(
            f"{' '.join(write_risk(risk)).strip()} by {month:g} months"
            for risk, month in zip(row.risks, card.months, strict=True)
        )
        + "."
        for row in card.totals
    ]


def write_risk(risk: Estimate) -> tuple[str, str]:
    """Return the value and the interval in per cent, as written on the card.

    Args:
        risk: on the scale 0 to 1.

    Returns:
        Both as text; a dash for what is not known.
    """
    if math.isnan(risk.value):
        return "–", ""
    value = f"{write_number(100 * risk.value, 0)} %"
    if math.isnan(risk.low) or math.isnan(risk.high):
        return value, ""
    return value, f"({write_number(100 * risk.low, 0)}-{write_number(100 * risk.high, 0)})"

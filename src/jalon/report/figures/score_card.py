"""The score card: what gives points, and what the points mean for a patient."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from jalon.core import Estimate
from jalon.core.numbers import write_count
from jalon.report.figures.note import break_note, write_note
from jalon.report.figures.palette import ACCENT, INK, PALE, QUIET, RULE
from jalon.report.figures.score_totals import (
    describe_totals,
    draw_totals,
    totals_height,
    write_risk,
)
from jalon.report.figures.sheet import Sheet, house_settings
from jalon.report.figures.typeface import measure_width, wrap_words
from jalon.report.score_card import CardGroup, ScoreCard

_TEXT = 7.5
_SMALL = 7.0
_LINE = 3.5
_ROW = 5.0
_STEP_ROW = 4.0
_INDENT = 3.0
_GROUP_ROW = 6.6
_EDGE = 1.0
_GAP = 3.0


@dataclass(frozen=True, slots=True)
class _Block:
    """A part of the card: its left and right edge and where it begins."""

    left: float
    right: float
    top: float

    @property
    def width(self) -> float:
        return self.right - self.left


@dataclass(frozen=True, slots=True)
class _Row:
    """One row of the items: its words, its points, how far in, and whether a rule ends it."""

    lines: tuple[str, ...]
    points: int | None
    indent: float
    ends: bool

    @property
    def height(self) -> float:
        return (_ROW if self.ends else _STEP_ROW) + _LINE * (len(self.lines) - 1)


@dataclass(frozen=True, slots=True)
class _Columns:
    """Where the columns of the risk block stand."""

    total: float
    group: float
    count: float
    risks: tuple[float, ...]
    risk_width: float
    group_lines: tuple[tuple[str, ...], ...]
    folded: bool


def score_card_figure(card: ScoreCard, note: str = "", width_mm: float = 180) -> str:
    """Draw a score as a card: points per item, then total, group and risk.

    Each risk stands as a number with its interval above a bar from 0 to 100 %, so that
    groups are compared at a glance.

    Args:
        card: the score.
        note: a label that must be seen, for example ``SYNTHETIC DATA``.
        width_mm: print width: 85 for a column (parts below each other), 180 for a page
            (side by side).

    Returns:
        SVG text; the same input gives the same bytes.
    """
    with house_settings():
        sheet = draw_score_card(card, note, width_mm)
        return sheet.svg(f"Score card: {card.title}", _describe(card, note))


def draw_score_card(card: ScoreCard, note: str, width: float) -> Sheet:
    """Draw the card on a sheet of the height that it needs.

    Args:
        card: the score.
        note: a label that must be seen, "" for none.
        width: in millimetres.

    Returns:
        The sheet, for ``Sheet.svg``.
    """
    label = break_note(note, width)
    title = wrap_words(card.title, 8, width - 2 * _EDGE, "SemiBold")
    items, risks = _place_blocks(card, width, 2.7 + _LINE * (len(title) + len(label)))
    columns = _place_columns(card, risks)
    if items.top == risks.top:  # side by side: the rules under both headings meet
        items = replace(items, top=items.top + _LINE * len(_head_lines(card, risks, columns)))
    footer = wrap_words(card.footer, _SMALL, width - 2 * _EDGE) if card.footer else []
    below = risks.top + _risks_height(card, columns)
    end = max(items.top + _items_height(card, items), below + totals_height(card))
    sheet = Sheet(width, end + _LINE * len(footer) + 1.6)
    write_note(sheet, label)
    for i, line in enumerate(title):
        sheet.write(_EDGE, 3.6 + (i + len(label)) * _LINE, line, 8, weight="SemiBold")
    _draw_items(sheet, card, items)
    _draw_risks(sheet, card, risks, columns)
    draw_totals(sheet, card, (risks.left, risks.right, below))
    for i, line in enumerate(footer):
        sheet.write(_EDGE, end + 2.2 + i * _LINE, line, _SMALL, colour=QUIET)
    return sheet


def _place_blocks(card: ScoreCard, width: float, top: float) -> tuple[_Block, _Block]:
    """Put the two parts side by side on a page, below each other in a column."""
    if width < 120 or _need_risks(card) > 0.555 * width - _EDGE:
        items = _Block(_EDGE, width - _EDGE, top)
        below = top + _items_height(card, items) + 2.0
        return items, _Block(_EDGE, width - _EDGE, below)
    middle = 0.4 * width
    return _Block(_EDGE, middle, top), _Block(middle + 0.045 * width, width - _EDGE, top)


def _need_risks(card: ScoreCard) -> float:
    """Return the narrowest width of the block of risks: its numbers and a little for names."""
    totals = max((measure_width(group.totals, _TEXT) for group in card.groups), default=0.0)
    counts = max((measure_width(write_count(group.n), _TEXT) for group in card.groups), default=0.0)
    risks = len(card.months) * (_widest_risk(card, folded=True) + _GAP) - _GAP
    return max(totals, measure_width("Total", _TEXT)) + counts + 3 * _GAP + 9.0 + risks


def _list_rows(card: ScoreCard, block: _Block) -> list[_Row]:
    """List the rows of the items: the name of a variable once above its steps."""
    rows: list[_Row] = []
    for name, run in groupby(card.items, key=lambda item: item.variable):
        items = list(run)
        if not name or len(items) == 1:
            rows += [_Row(_wrap(item.label, block), item.points, 0.0, True) for item in items]
            continue
        rows.append(_Row(_wrap(name, block), None, 0.0, False))
        rows += [
            _Row(_wrap(item.step or item.label, block, _INDENT), item.points, _INDENT, False)
            for item in items
        ]
        rows[-1] = replace(rows[-1], ends=True)
    return rows


def _wrap(words: str, block: _Block, indent: float = 0.0) -> tuple[str, ...]:
    return tuple(wrap_words(words, _TEXT, block.width - 12 - indent))


def _items_height(card: ScoreCard, block: _Block) -> float:
    return 6.0 + sum(row.height for row in _list_rows(card, block)) + 2.0


def _place_columns(card: ScoreCard, block: _Block) -> _Columns:
    totals = ["Total", *(group.totals for group in card.groups)]
    counts = ["n", *(write_count(group.n) for group in card.groups)]
    total = max(measure_width(word, _TEXT) for word in totals)
    count = max(measure_width(word, _TEXT) for word in counts)
    room = block.width - total - count - 3 * _GAP
    group, names = _place_names(card, room)
    left = block.right - room + group
    each = (room - group + _GAP) / max(len(card.months), 1)
    return _Columns(
        total=block.left,
        group=block.left + total + _GAP,
        count=left - _GAP,
        risks=tuple(left + i * each for i in range(len(card.months))),
        risk_width=each - _GAP,
        group_lines=names,
        folded=_widest_risk(card, folded=False) > each - _GAP,
    )


def _place_names(card: ScoreCard, room: float) -> tuple[float, tuple[tuple[str, ...], ...]]:
    """Return the width of the column of group names, and the names broken to fit it.

    The risks get the room they need even when folded; names wrap before numbers suffer.
    """
    names = [group.label for group in card.groups]
    widest = max((measure_width(name, _TEXT) for name in names), default=0.0)
    risks = len(card.months) * (_widest_risk(card, folded=True) + _GAP) - _GAP
    parts = [part for name in names for part in name.replace("-", "- ").split()]
    longest = max((measure_width(part, _TEXT) for part in parts), default=0.0)
    width = max(min(widest, 0.3 * room, room - risks), min(longest, room - risks), 9.0)
    return width, tuple(tuple(_break_name(name, width)) for name in names)


def _break_name(name: str, width: float) -> list[str]:
    """Break a name between its words, or after a hyphen where that is not enough."""
    if all(measure_width(word, _TEXT) <= width for word in name.split()):
        return wrap_words(name, _TEXT, width)
    return wrap_words(name.replace("-", "- "), _TEXT, width)


def _row_heights(columns: _Columns) -> list[float]:
    extra = _LINE if columns.folded else 0.0
    return [
        max(_GROUP_ROW + extra, _ROW + _LINE * (len(lines) - 1)) for lines in columns.group_lines
    ]


def _head_lines(card: ScoreCard, block: _Block, columns: _Columns) -> list[str]:
    left = columns.risks[0] if columns.risks else block.left
    return wrap_words(f"{card.endpoint} by", _SMALL, block.right - left, "SemiBold")


def _risks_height(card: ScoreCard, columns: _Columns) -> float:
    block = _Block(columns.total, columns.risks[-1] + columns.risk_width, 0)
    heads = len(_head_lines(card, block, columns))
    return 6.0 + _LINE * heads + sum(_row_heights(columns)) + 2.0


def _draw_items(sheet: Sheet, card: ScoreCard, block: _Block) -> None:
    y = block.top + 3.0
    sheet.write(block.left, y, "Item", _SMALL, weight="SemiBold")
    sheet.write(block.right, y, "Points", _SMALL, weight="SemiBold", align="right")
    y += 1.6
    sheet.rule((block.left, y), (block.right, y), INK, 0.6)
    for row in _list_rows(card, block):
        if row.points is not None:
            points = f"{row.points:d}".replace("-", "\u2212")
            sheet.write(block.right, y + 3.5, points, _TEXT, weight="SemiBold", align="right")
        for i, line in enumerate(row.lines):
            sheet.write(block.left + row.indent, y + 3.5 + i * _LINE, line, _TEXT)
        y += row.height
        if row.ends:
            sheet.rule((block.left, y), (block.right, y), RULE, 0.25)


def _draw_risks(sheet: Sheet, card: ScoreCard, block: _Block, columns: _Columns) -> None:
    y = block.top + 3.0
    for line in _head_lines(card, block, columns):
        sheet.write(columns.risks[0], y, line, _SMALL, weight="SemiBold")
        y += _LINE
    sheet.write(columns.total, y, "Total", _SMALL, weight="SemiBold")
    sheet.write(columns.group, y, "Group", _SMALL, weight="SemiBold")
    sheet.write(columns.count, y, "n", _SMALL, weight="SemiBold", align="right")
    months = [f"{month:g} months" for month in card.months]
    if any(measure_width(words, _SMALL) > columns.risk_width + _EDGE - 0.2 for words in months):
        months = [f"{month:g} mo" for month in card.months]
    for x, words in zip(columns.risks, months, strict=True):
        sheet.write(x, y, words, _SMALL)
    y += 1.6
    sheet.rule((block.left, y), (block.right, y), INK, 0.6)
    rows = zip(card.groups, columns.group_lines, _row_heights(columns), strict=True)
    for group, lines, height in rows:
        _draw_group(sheet, group, lines, columns, y)
        y += height
        sheet.rule((block.left, y), (block.right, y), RULE, 0.25)


def _draw_group(
    sheet: Sheet, group: CardGroup, lines: Sequence[str], columns: _Columns, top: float
) -> None:
    y = top + 3.5
    sheet.write(columns.total, y, group.totals, _TEXT)
    for i, line in enumerate(lines):
        sheet.write(columns.group, y + i * _LINE, line, _TEXT)
    sheet.write(columns.count, y, write_count(group.n), _TEXT, align="right")
    for x, risk in zip(columns.risks, group.risks, strict=True):
        value, interval = write_risk(risk)
        sheet.write(x, y, value, _TEXT, weight="SemiBold")
        if columns.folded:
            sheet.write(x, y + _LINE, interval, _SMALL, colour=QUIET)
        else:
            after = x + measure_width(f"{value} ", _TEXT, "SemiBold") + 0.4
            sheet.write(after, y, interval, _SMALL, colour=QUIET)
        _draw_bar(sheet, x, y + 1.7 + (_LINE if columns.folded else 0), columns.risk_width, risk)


def _draw_bar(sheet: Sheet, x: float, y: float, width: float, risk: Estimate) -> None:
    """Draw a risk on a scale from 0 to 100 %: the interval as a bar, the value as a dot."""
    sheet.rule((x, y), (x + width, y), PALE, 1.6)
    if not math.isnan(risk.low) and not math.isnan(risk.high):
        sheet.rule((x + risk.low * width, y), (x + risk.high * width, y), ACCENT, 1.6)
    if not math.isnan(risk.value):
        sheet.dot(x + risk.value * width, y, ACCENT, 2.8)


def _widest_risk(card: ScoreCard, *, folded: bool) -> float:
    """Return the room that the widest risk needs, its interval beside it or below it."""
    widths = [0.0]
    for risk in (risk for group in card.groups for risk in group.risks):
        value, interval = write_risk(risk)
        one, two = measure_width(f"{value} ", _TEXT, "SemiBold"), measure_width(interval, _SMALL)
        widths.append(max(one, two) if folded else one + 0.4 + two)
    return max(widths)


def _describe(card: ScoreCard, note: str) -> str:
    """Say in words what the card shows, for those who cannot see it."""
    items = "; ".join(f"{item.label}: {item.points:d}" for item in card.items)
    sentences = [f"{note}."] if note else []
    sentences.append(f"Points: {items}.")
    for group in card.groups:
        risks = ", ".join(
            f"{' '.join(write_risk(risk)).strip()} by {month:g} months"
            for risk, month in zip(group.risks, card.months, strict=True)
        )
        sentences.append(
            f"Total {group.totals}, {group.label}, n {write_count(group.n)}: "
            f"{card.endpoint.lower()} {risks}."
        )
    return " ".join([*sentences, *describe_totals(card), card.footer]).strip()

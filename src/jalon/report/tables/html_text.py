"""Tables as HTML: no vertical rules, numbers aligned on the decimal mark, lettered notes."""

from __future__ import annotations

import math
import re
import string
from dataclasses import dataclass
from html import escape

from jalon.core.numbers import write_count, write_estimate, write_number, write_p, write_share
from jalon.report.tables.table import Cell, Count, Interval, Number, PValue, Table, Text

_WHOLE_PART = re.compile(r"[<>]?\s?-?[\d,]*")
DASH = "–"


@dataclass(frozen=True, slots=True)
class _Footnotes:
    """Footnotes in reading order; the same words share one letter."""

    words: tuple[str, ...]

    def mark(self, note: str) -> str:
        """Return the superscript letter of a note, or nothing for no note."""
        if not note:
            return ""
        return f'<sup class="note">{_letter(self.words.index(note))}</sup>'


def table_html(table: Table) -> str:
    """Write a table for a page.

    Args:
        table: the table.

    Returns:
        A ``<table>`` element, everything in it escaped; the first column holds the row
        headings. Notes stand in its ``<tfoot>``.

    Example:
        >>> from jalon.report.tables.table import Heading
        >>> "188 (42)" in table_html(Table("t", (Heading("LDH"), Heading("n (%)")), ()))
        False
    """
    footnotes = _collect_footnotes(table)
    widths = [_whole_width([row[i] for row in table.rows]) for i in range(len(table.columns))]
    head = "".join(
        f'<th scope="col"{_class_of(width)}>{escape(h.words)}{footnotes.mark(h.note)}</th>'
        for h, width in zip(table.columns, widths, strict=True)
    )
    body = "\n".join(_row_html(row, widths, footnotes) for row in table.rows)
    return (
        f"<table>\n<caption><div>{escape(table.title)}</div></caption>\n"
        f"<thead>\n<tr>{head}</tr>\n</thead>\n<tbody>\n{body}\n</tbody>\n"
        f"{_foot_html(table, footnotes)}</table>"
    )


def cell_text(cell: Cell) -> str:
    """Write one cell as a reader sees it.

    Args:
        cell: the cell.

    Returns:
        The text, not escaped and without the letter of its note.

    Example:
        >>> cell_text(Count(188, 448)), cell_text(PValue(0.0123)), cell_text(None)
        ('188 (42)', '.012', '')
    """
    match cell:
        case None | str():
            return cell or ""
        case Text():
            return cell.words
        case Number(value, digits):
            return DASH if math.isnan(value) else write_number(value, digits)
        case PValue(p):
            return DASH if math.isnan(p) else write_p(p)
        case Count(count, whole):
            return write_count(count) if whole is None else write_share(count, whole)
        case Interval():
            return _interval_text(cell)


def _interval_text(cell: Interval) -> str:
    """Write an estimate; one without any interval is written alone."""
    estimate = cell.estimate
    if math.isnan(estimate.low) and math.isnan(estimate.high):
        return write_number(estimate.value * cell.scale, cell.digits)
    return write_estimate(estimate, cell.digits, cell.scale)


def _collect_footnotes(table: Table) -> _Footnotes:
    notes = [heading.note for heading in table.columns]
    notes += [cell.note for row in table.rows for cell in row if isinstance(cell, Text)]
    return _Footnotes(tuple(dict.fromkeys(note for note in notes if note)))


def _letter(index: int) -> str:
    """Return the letter of a footnote: a to z, then aa, ab and so on."""
    tens, ones = divmod(index, 26)
    return (_letter(tens - 1) if tens else "") + string.ascii_lowercase[ones]


def _is_number(cell: Cell) -> bool:
    return isinstance(cell, Count | Number | Interval | PValue)


def _split_number(cell: Cell) -> tuple[str, str]:
    """Split what is written into what stands left of the decimal mark and the rest."""
    text = cell_text(cell)
    found = _WHOLE_PART.match(text)
    whole = found.group() if found else ""
    return whole, text[len(whole) :]


def _whole_width(cells: list[Cell]) -> int:
    """Return the characters to reserve left of the decimal mark; 0 for a column of words."""
    return max((len(_split_number(cell)[0]) for cell in cells if _is_number(cell)), default=0)


def _class_of(width: int) -> str:
    return ' class="number"' if width else ""


def _row_html(row: tuple[Cell, ...], widths: list[int], footnotes: _Footnotes) -> str:
    first, *others = row
    indent = first.indent if isinstance(first, Text) else 0
    class_name = f' class="indent-{min(indent, 3)}"' if indent else ""
    cells = [f'<th scope="row"{class_name}>{_cell_html(first, widths[0], footnotes)}</th>']
    for cell, width in zip(others, widths[1:], strict=True):
        looks = _class_of(width if _is_number(cell) else 0)
        cells.append(f"<td{looks}>{_cell_html(cell, width, footnotes)}</td>")
    return f"<tr>{''.join(cells)}</tr>"


def _cell_html(cell: Cell, width: int, footnotes: _Footnotes) -> str:
    if not _is_number(cell):
        note = cell.note if isinstance(cell, Text) else ""
        return escape(cell_text(cell)) + footnotes.mark(note)
    whole, rest = _split_number(cell)
    return f'<span class="whole" style="min-width:{width}ch">{escape(whole)}</span>{escape(rest)}'


def _foot_html(table: Table, footnotes: _Footnotes) -> str:
    lines = [escape(note) for note in table.notes]
    lines += [f"{footnotes.mark(note)} {escape(note)}" for note in footnotes.words]
    if not lines:
        return ""
    inside = "<br>".join(lines)
    return f'<tfoot>\n<tr><td colspan="{len(table.columns)}">{inside}</td></tr>\n</tfoot>\n'

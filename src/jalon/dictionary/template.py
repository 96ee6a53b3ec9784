"""Empty tables for a person to fill in: CSV files, or one workbook with lists and help."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from typing import TYPE_CHECKING

from jalon.dictionary.column import Column
from jalon.dictionary.table import Table
from jalon.dictionary.wording import (
    Language,
    load_words,
    say_help,
    say_kind,
    say_label,
    say_limits,
    say_unit,
)
from jalon.dictionary.workbook import write_workbook

if TYPE_CHECKING:
    from openpyxl import Workbook
    from openpyxl.worksheet.datavalidation import DataValidation
    from openpyxl.worksheet.worksheet import Worksheet

SEPARATORS: dict[Language, str] = {"en": ",", "fr": ";"}
"""What a spreadsheet program of that language expects between values."""

LAST_ROW = 1_048_576
"""The last row that a sheet can have."""

LISTS = "lists"
"""The hidden sheet with the allowed values."""


def write_csv_template(table: Table, language: Language) -> bytes:
    """Write a table's header as a file that a spreadsheet program opens with its accents.

    Args:
        table: the table.
        language: the language of the spreadsheet program that will open it.

    Returns:
        UTF-8 text with a byte order mark; only the names of the columns.

    Example:
        >>> from jalon.dictionary import find_table
        >>> write_csv_template(find_table("objection"), "en")[:10].decode("utf-8-sig")
        'patient'
    """
    return _write_csv([table.names], language)


def write_csv_help(table: Table, language: Language) -> bytes:
    """Write what each column of a table means and may hold, to lie beside the template.

    Args:
        table: the table.
        language: the reader's language.

    Returns:
        UTF-8 text with a byte order mark, one line per column.
    """
    return _write_csv([_help_header(language), *_help_rows(table, language)], language)


def write_xlsx_template(tables: Sequence[Table], language: Language) -> bytes:
    """Write a workbook with a sheet per table, drop-down lists, and help on each header.

    Args:
        tables: the tables, each a sheet of its name.
        language: the language of the help.

    Returns:
        The content of an XLSX file; the same dictionary gives the same bytes.
    """
    import openpyxl  # noqa: PLC0415 - heavy, and only in the extra "registry"

    workbook = openpyxl.Workbook()
    workbook.remove(workbook.worksheets[0])
    for table in tables:
        workbook.create_sheet(table.name)
    _add_help(workbook, tables, language)
    lists = workbook.create_sheet(LISTS)
    lists.sheet_state = "hidden"
    for table in tables:
        _fill_sheet(workbook[table.name], lists, table, language)
    return write_workbook(workbook)


def describe_values(column: Column, language: Language) -> str:
    """Say in one line what a column may hold.

    Args:
        column: the column.
        language: the reader's language.

    Returns:
        Its levels with their meaning, or its kind with limits.
    """
    if column.levels:
        return "; ".join(
            f"{level.value} = {label}" if label else level.value
            for level in column.levels
            for label in (say_label(level, language),)
        )
    limits = say_limits(column, language)
    return f"{say_kind(column, language)} {limits}".strip()


def _help_header(language: Language) -> list[str]:
    words = load_words(language)
    names = ("column", "meaning", "values", "unit", "required", "help")
    return [words["sheet"], *(words[name] for name in names)]


def _help_rows(table: Table, language: Language) -> list[list[str]]:
    required = load_words(language)["required"]
    return [
        [
            table.name,
            column.name,
            say_label(column, language),
            describe_values(column, language),
            say_unit(column.unit),
            required if column.required else "",
            say_help(column, language),
        ]
        for column in table.columns
    ]


def _write_csv(rows: Sequence[Sequence[str]], language: Language) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=SEPARATORS[language], lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode("utf-8-sig")


def _add_help(workbook: Workbook, tables: Sequence[Table], language: Language) -> None:
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415

    sheet = workbook.create_sheet(load_words(language)["help"].lower())
    sheet.append(_help_header(language))
    for table in tables:
        for row in _help_rows(table, language):
            sheet.append(row)
    for cell in sheet[1]:
        cell.font = Font(bold=True)
    for letter, width in zip("ABCDEFG", (16, 26, 38, 60, 14, 12, 70), strict=True):
        sheet.column_dimensions[letter].width = width
        for cell in sheet[letter]:
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    sheet.freeze_panes = "A2"


def _fill_sheet(sheet: Worksheet, lists: Worksheet, table: Table, language: Language) -> None:
    from openpyxl.comments import Comment  # noqa: PLC0415
    from openpyxl.styles import Font, PatternFill  # noqa: PLC0415
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    sheet.append(list(table.names))
    sheet.freeze_panes = "B2"
    needed = PatternFill("solid", start_color="D9EAF6")
    for position, column in enumerate(table.columns, start=1):
        letter = get_column_letter(position)
        cell = sheet.cell(1, position)
        cell.font = Font(bold=column.required)
        if column.required:
            cell.fill = needed
        cell.comment = Comment(_say_comment(column, language), "jalon", height=150, width=330)
        sheet.column_dimensions[letter].width = max(len(column.name) + 3, 12)
        sheet.column_dimensions[letter].number_format = _choose_format(column)
        validation = _make_validation(column, lists, language)
        if validation is not None:
            validation.add(f"{letter}2:{letter}{LAST_ROW}")
            sheet.add_data_validation(validation)


def _say_comment(column: Column, language: Language) -> str:
    words = load_words(language)
    need = words["required"] if column.required else words["optional"]
    unit = f" ({say_unit(column.unit)})" if column.unit else ""
    colon = "\u202f:" if language == "fr" else ":"
    lines = [
        f"{say_label(column, language)}{unit}",
        say_help(column, language),
        f"{words['values']}{colon} {describe_values(column, language)}",
        need,
    ]
    return "\n".join(line for line in lines if line)


def _choose_format(column: Column) -> str:
    """Choose how a sheet keeps the cells: texts as texts, so that 007 stays 007."""
    formats = {"date": "yyyy-mm-dd", "identifier": "@", "category": "@", "integer": "0"}
    return formats.get(column.kind, "General")


def _make_validation(column: Column, lists: Worksheet, language: Language) -> DataValidation | None:
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415

    limits: dict[str, str | None]
    if column.kind in {"category", "flag"}:
        limits = {"type": "list", "formula1": _list_values(column, lists)}
    elif column.kind == "date":
        limits = {"type": "date", "operator": "greaterThan", "formula1": "1"}
    elif column.is_numeric and column.low is not None and column.high is not None:
        kind = "whole" if column.kind == "integer" else "decimal"
        limits = {
            "type": kind,
            "operator": "between",
            "formula1": f"{column.low:.10g}",
            "formula2": f"{column.high:.10g}",
        }
    else:
        return None
    made = DataValidation(allow_blank=True, showErrorMessage=True, **limits)
    made.errorTitle = column.name
    made.error = describe_values(column, language)[:250]
    return made


def _list_values(column: Column, lists: Worksheet) -> str:
    """Write a column's allowed values into the hidden sheet; return where they stand."""
    from openpyxl.utils import get_column_letter  # noqa: PLC0415

    values = [level.value for level in column.levels] or ["0", "1"]
    position = 1 if lists.cell(1, 1).value is None else lists.max_column + 1
    for row, value in enumerate(values, start=1):
        # A flag's values are numbers, so that a typed 1 is one of them.
        lists.cell(row, position, int(value) if column.kind == "flag" else value)
    letter = get_column_letter(position)
    return f"{LISTS}!${letter}$1:${letter}${len(values)}"

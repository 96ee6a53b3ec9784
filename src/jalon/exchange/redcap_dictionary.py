"""The registry's dictionary as a REDCap data dictionary, and a centre's own one read."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from jalon.core.errors import DataFileError
from jalon.core.files import write_file
from jalon.dictionary import Table, list_tables, suggest
from jalon.dictionary.wording import Language
from jalon.exchange.redcap_field import (
    PATIENT,
    Choice,
    RedcapField,
    choose_exchanged,
    is_repeated,
    name_fields,
)
from jalon.exchange.redcap_template import describe_fields
from jalon.registry.finding import Finding, refuse
from jalon.registry.sheet import SheetOptions, read_sheet

COLUMNS = {
    "Variable / Field Name": "field_name",
    "Form Name": "form_name",
    "Section Header": "section_header",
    "Field Type": "field_type",
    "Field Label": "field_label",
    "Choices, Calculations, OR Slider Labels": "select_choices_or_calculations",
    "Field Note": "field_note",
    "Text Validation Type OR Show Slider Number": "text_validation_type_or_show_slider_number",
    "Text Validation Min": "text_validation_min",
    "Text Validation Max": "text_validation_max",
    "Identifier?": "identifier",
    "Branching Logic (Show field only if...)": "branching_logic",
    "Required Field?": "required_field",
    "Custom Alignment": "custom_alignment",
    "Question Number (surveys only)": "question_number",
    "Matrix Group Name": "matrix_group_name",
    "Matrix Ranking?": "matrix_ranking",
    "Field Annotation": "field_annotation",
}
"""The 18 columns of a data dictionary, and what REDCap's API calls each."""

NEEDED = ("Variable / Field Name", "Form Name", "Field Type", "Field Label")
"""Columns without which a data dictionary cannot be read."""

KINDS = (
    "text", "notes", "radio", "dropdown", "checkbox", "yesno", "truefalse", "calc", "slider",
    "file", "descriptive", "sql",
)  # fmt: skip
"""REDCap's field types."""

CHOSEN = ("radio", "dropdown", "checkbox")
"""Field types whose answers the dictionary lists."""


def write_redcap_dictionary(
    path: Path, language: Language = "en", tables: Sequence[Table] | None = None
) -> tuple[Path, Path]:
    """Write the registry's dictionary as a data dictionary that REDCap can load.

    A second file beside it says which instruments repeat, because the data dictionary has no
    place for that. It has the form of REDCap's "Repeating Instruments and Events".

    Args:
        path: where the data dictionary goes, a CSV file.
        language: of labels and notes, "en" or "fr".
        tables: tables of the registry; None for all of them.

    Returns:
        The data dictionary, and beside it ``<name>_repeating.csv``.

    Raises:
        UserError: an unknown language.
    """
    chosen = list_tables() if tables is None else tuple(tables)
    rows = [_write_field(field) for field in describe_fields(chosen, language)]
    beside = path.with_name(f"{path.stem}_repeating.csv")
    write_file(path, _format([tuple(COLUMNS), *rows]))
    write_file(beside, _format([("form_name", "custom_form_label"), *_list_repeating(chosen)]))
    return path, beside


def read_redcap_dictionary(path: Path) -> tuple[RedcapField, ...]:
    """Read the data dictionary of a centre's own REDCap project.

    Args:
        path: the CSV file as REDCap gives it, from the Data Dictionary page or from the API.

    Returns:
        Its fields, in their order.

    Raises:
        DataFileError: not a data dictionary, an unknown field type, a name twice, or choices
            that are not "code, label | code, label".
    """
    # Numbers stay texts here, so no decimal mark has to be found out.
    sheet = read_sheet(path, SheetOptions(decimal="."))
    names = _find_columns(path, sheet.header)
    lines = [int(line) for line in sheet.lines]
    found: list[Finding] = []
    fields = [
        _read_field({name: row[own] for name, own in names.items()}, line, found)
        for row, line in zip(sheet.cells.iter_rows(named=True), lines, strict=True)
    ]
    refuse(path, [*found, *_find_repeated(fields, lines)])
    return tuple(fields)


def split_choices(text: str) -> tuple[Choice, ...] | None:
    """Split the choices of a field.

    Args:
        text: "code, label | code, label".

    Returns:
        The choices, or None when the text is not written so or names a code twice.

    Example:
        >>> split_choices("1, Yes | 0, No, never")
        (Choice(code='1', label='Yes'), Choice(code='0', label='No, never'))
        >>> split_choices("yes or no") is None
        True
    """
    choices = []
    for part in text.split("|"):
        code, comma, label = part.partition(",")
        if not comma or not re.fullmatch(r"[A-Za-z0-9._-]+", code.strip()):
            return None
        choices.append(Choice(code.strip(), label.strip()))
    codes = [choice.code for choice in choices]
    return tuple(choices) if len(set(codes)) == len(codes) else None


def _write_field(field: RedcapField) -> tuple[str, ...]:
    choices = " | ".join(f"{choice.code}, {choice.label}" for choice in field.choices)
    cells = {
        "Variable / Field Name": field.name,
        "Form Name": field.form,
        "Section Header": field.section,
        "Field Type": field.kind,
        "Field Label": field.label,
        "Choices, Calculations, OR Slider Labels": choices or field.calculation,
        "Field Note": field.note,
        "Text Validation Type OR Show Slider Number": field.validation,
        "Text Validation Min": field.low,
        "Text Validation Max": field.high,
        "Identifier?": "y" if field.identifier else "",
        "Branching Logic (Show field only if...)": field.branching,
        "Required Field?": "y" if field.required else "",
        "Field Annotation": field.annotation,
    }
    return tuple(cells.get(name, "") for name in COLUMNS)


def _list_repeating(tables: Sequence[Table]) -> list[tuple[str, str]]:
    names = name_fields(tables)
    rows = []
    for table in choose_exchanged(tables):
        if is_repeated(table):
            keys = [f"[{names[table.name, key]}]" for key in table.keys if key != PATIENT]
            rows.append((table.name, " ".join(keys)))
    return rows


def _format(rows: Iterable[Sequence[str]]) -> str:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue()


def _find_columns(path: Path, header: tuple[str, ...]) -> dict[str, str]:
    """The name that each column has here: REDCap's pages and its API call it differently."""
    found = {name: own for name, short in COLUMNS.items() for own in (short, name) if own in header}
    absent = [name for name in NEEDED if name not in found]
    if absent:
        raise DataFileError(
            path,
            f'is not a REDCap data dictionary: it has no column "{absent[0]}"'
            f"{suggest(absent[0], header)}; download it from the project's Data Dictionary page",
            line=1,
        )
    return found


def _read_field(cells: dict[str, str], line: int, found: list[Finding]) -> RedcapField:
    name, kind = cells["Variable / Field Name"], cells["Field Type"].lower()
    choices: tuple[Choice, ...] | None = ()
    listed = cells.get("Choices, Calculations, OR Slider Labels", "")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", name):
        text = "expected a field's name: small letters, digits and underscores, a letter first"
        found.append(Finding(text, (line,), "Variable / Field Name"))
    if kind not in KINDS:
        text = f"unknown field type; REDCap has {', '.join(KINDS)}"
        found.append(Finding(text, (line,), "Field Type"))
    if kind in CHOSEN:
        choices = split_choices(listed)
        if choices is None:
            text = 'expected choices such as "1, Yes | 0, No", each code once'
            found.append(Finding(text, (line,), "Choices, Calculations, OR Slider Labels"))
    return RedcapField(
        name=name,
        form=cells["Form Name"],
        kind=kind,
        label=cells["Field Label"],
        choices=choices or (),
        calculation=listed if kind in {"calc", "slider", "sql"} else "",
        validation=cells.get("Text Validation Type OR Show Slider Number", ""),
        low=cells.get("Text Validation Min", ""),
        high=cells.get("Text Validation Max", ""),
        section=cells.get("Section Header", ""),
        note=cells.get("Field Note", ""),
        identifier=cells.get("Identifier?", "").lower() == "y",
        branching=cells.get("Branching Logic (Show field only if...)", ""),
        required=cells.get("Required Field?", "").lower() == "y",
        annotation=cells.get("Field Annotation", ""),
    )


def _find_repeated(fields: list[RedcapField], lines: list[int]) -> list[Finding]:
    seen: set[str] = set()
    found = []
    for field, line in zip(fields, lines, strict=True):
        if field.name in seen:
            text = "this field stands on an earlier line; a name is unique in a project"
            found.append(Finding(text, (line,), "Variable / Field Name"))
        seen.add(field.name)
    return found

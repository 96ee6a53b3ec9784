"""Fields of a REDCap project, and how the registry's columns are called there."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from jalon.dictionary import Column, Table

RECORD_ID = "record_id"
"""First field of a project made from the registry's dictionary: the patient's local number."""

PATIENT = "patient"
"""Column of the registry's tables that holds that number."""

CHECKED = "___"
"""What stands in an export between a checkbox field and one of its codes."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer that a field offers.

    Attributes:
        code: how the answer is kept.
        label: how it is shown.
    """

    code: str
    label: str


@dataclass(frozen=True, slots=True)
class RedcapField:
    """One field of a REDCap project: one row of its data dictionary.

    Attributes:
        name: its variable name, unique in the project.
        form: the instrument that it stands on.
        kind: REDCap's field type: "text", "notes", "radio", "dropdown", "checkbox", "yesno",
            "truefalse", "calc", "slider", "file", "descriptive" or "sql".
        label: its question.
        choices: the answers that it offers; empty when it is not a choice.
        calculation: the formula of a calculated field, or the labels of a slider.
        validation: how a text is checked, for example "integer" or "date_ymd".
        low: smallest value that is accepted without a warning, as text; empty when none.
        high: largest value that is accepted without a warning, as text; empty when none.
        section: heading above the field.
        note: small text below the field.
        identifier: whether the field can identify a person.
        branching: when the field is shown; empty when always.
        required: whether an answer is required.
        annotation: remarks for whoever builds the project, and action tags.
    """

    name: str
    form: str
    kind: str
    label: str
    choices: tuple[Choice, ...] = ()
    calculation: str = ""
    validation: str = ""
    low: str = ""
    high: str = ""
    section: str = ""
    note: str = ""
    identifier: bool = False
    branching: str = ""
    required: bool = False
    annotation: str = ""

    @property
    def export_names(self) -> tuple[str, ...]:
        """The columns that a flat export has for this field.

        Example:
            >>> choices = (Choice("1", "Liver"), Choice("-9", "Other"))
            >>> RedcapField("site", "lesions", "checkbox", "Site", choices).export_names
            ('site___1', 'site____9')
            >>> RedcapField("hint", "lesions", "descriptive", "Read this first").export_names
            ()
        """
        if self.kind == "checkbox":
            return tuple(name_box(self.name, choice.code) for choice in self.choices)
        return () if self.kind == "descriptive" else (self.name,)


def name_box(field: str, code: str) -> str:
    """Return the column that an export has for one code of a checkbox field.

    Args:
        field: the field's name.
        code: the code; in the column's name a letter is small, a minus or point is "_".

    Returns:
        The column's name.
    """
    return field + CHECKED + re.sub(r"[^a-z0-9_]", "_", code.lower())


def choose_exchanged(tables: Sequence[Table]) -> tuple[Table, ...]:
    """Return the tables whose rows belong to a patient; a REDCap record is a patient.

    Args:
        tables: tables of the registry.

    Returns:
        Those that can be instruments of a project, in their order.
    """
    return tuple(table for table in tables if PATIENT in table.names)


def is_repeated(table: Table) -> bool:
    """Tell whether a patient can have several rows of a table.

    Args:
        table: the table.

    Returns:
        True when more than the patient's number tells its rows apart.
    """
    return table.keys != (PATIENT,)


def name_fields(tables: Sequence[Table]) -> dict[tuple[str, str], str]:
    """Return the field's name of each column; names are unique in a REDCap project.

    Args:
        tables: tables of the registry; those without patients are left out.

    Returns:
        For each (table, column), the name: the table's name, then the column's. The patient's
        number is the record's and has the same name everywhere.

    Example:
        >>> from jalon.dictionary import Column, Table
        >>> columns = (Column("patient", "identifier", "Patient"), Column("date", "date", "Date"))
        >>> table = Table("infusion", "Infusion", "", "", columns=columns)
        >>> name_fields([table])["infusion", "date"]
        'infusion_date'
    """
    exchanged = choose_exchanged(tables)
    taken = {RECORD_ID}
    for table in exchanged:
        taken |= {f"{table.name}_complete", f"{table.name}_timestamp"}
    names = {}
    for table in exchanged:
        for column in table.names:
            if column == PATIENT:
                names[table.name, column] = RECORD_ID
                continue
            name = _free(_spell(table.name, column), taken)
            taken.add(name)
            names[table.name, column] = name
    return names


def code_levels(column: Column) -> dict[str, str]:
    """Return the code of each level of a category or flag.

    Args:
        column: the column.

    Returns:
        For each level's value its code: the value itself where REDCap allows it as a code
        (letters, digits, points, dashes and underscores), else the nearest text that it allows.

    Example:
        >>> from jalon.dictionary import Level
        >>> column = Column("grade", "category", "Grade", levels=(Level("3+"), Level("3")))
        >>> code_levels(column)
        {'3+': '3_', '3': '3'}
    """
    taken: set[str] = set()
    codes = {}
    for level in column.levels:
        code = _free(re.sub(r"[^A-Za-z0-9._-]", "_", level.value), taken)
        # REDCap takes two codes that differ only in case for one.
        taken.add(code.lower())
        codes[level.value] = code
    return codes


def _spell(table: str, column: str) -> str:
    name = column if column.startswith(f"{table}_") else f"{table}_{column}"
    name = re.sub(r"_+", "_", re.sub(r"[^a-z0-9_]", "_", name.lower())).strip("_")
    return name if name[:1].isalpha() else f"f_{name}"


def _free(name: str, taken: set[str]) -> str:
    if name.lower() not in taken:
        return name
    number = 2
    while f"{name}_{number}".lower() in taken:
        number += 1
    return f"{name}_{number}"

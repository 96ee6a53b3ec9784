"""A flat export of a REDCap project: which record, event and repeat each row is about."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from jalon.core.errors import DataFileError
from jalon.core.survival_data import Integers
from jalon.exchange.redcap_field import CHECKED
from jalon.registry.finding import Finding, find, refuse
from jalon.registry.sheet import Sheet, SheetOptions, read_sheet

EVENT = "redcap_event_name"
INSTRUMENT = "redcap_repeat_instrument"
INSTANCE = "redcap_repeat_instance"
GROUP = "redcap_data_access_group"
SURVEY = "redcap_survey_identifier"
STRUCTURE = (EVENT, INSTRUMENT, INSTANCE, GROUP, SURVEY)
"""Columns that REDCap adds itself, after the record's."""

COMPLETE = "_complete"
"""End of the column that says how far an instrument is: 0, 1 or 2; empty when never opened."""

NAME = re.compile(r"[a-z][a-z0-9_]*")
LABELS = ("Event Name", "Repeat Instrument", "Repeat Instance", "Data Access Group", "Complete?")
EAV = {"record", "field_name", "value"}
RAW = 'export again with "CSV / Microsoft Excel (raw data)"'


@dataclass(frozen=True, slots=True, eq=False)
class Export:
    """A flat export, its structure checked.

    Attributes:
        sheet: the cells as they stand.
        record: the column with the record's number, the first one.
        fields: the columns that hold answers.
        forms: for each field its instrument; empty when the export does not say.
    """

    sheet: Sheet
    record: str
    fields: tuple[str, ...]
    forms: dict[str, str]

    @property
    def path(self) -> Path:
        """The file."""
        return self.sheet.path

    @property
    def lines(self) -> Integers:
        """Shape (n,), the line of each row."""
        return self.sheet.lines

    def take(self, name: str) -> pl.Series:
        """Return a column's texts; empty texts when the export has no such column."""
        if name in self.sheet.cells.columns:
            return self.sheet.cells[name]
        return pl.Series(name, [""], dtype=pl.String).new_from_index(0, self.sheet.cells.height)


def read_export(path: Path, decimal: str | None) -> Export:
    """Read a flat export and check its structure.

    Args:
        path: the CSV file, raw values with raw headers.
        decimal: the decimal mark of its numbers; None to find it out.

    Returns:
        Its rows, with what each is about.

    Raises:
        DataFileError: labels instead of codes, one value per row instead of one record, no
            record's number, an impossible repeat, or a row twice.
    """
    _refuse_other_kinds(path, _peek(path))
    # A foreign project has columns of prose: only columns that are read decide on the mark.
    sheet = read_sheet(path, SheetOptions(decimal=decimal or "."))
    _refuse_other_kinds(path, sheet.header)
    record = sheet.header[0]
    if record in STRUCTURE:
        raise DataFileError(path, "the first column must be the record's number; " + RAW, line=1)
    fields = tuple(
        name
        for name in sheet.header
        if name not in {record, *STRUCTURE} and not name.endswith(COMPLETE)
    )
    export = Export(sheet, record, fields, _find_forms(sheet.header, record))
    refuse(path, [*_check_status(export), *_check_rows(export)])
    return export


def _refuse_other_kinds(path: Path, header: Sequence[str]) -> None:
    if set(header) >= EAV:
        raise DataFileError(
            path, 'has one line per value; export again with type "flat", one line per record', 1
        )
    if set(header) & set(LABELS) or (header and not NAME.fullmatch(header[0])):
        raise DataFileError(
            path,
            "the first line holds labels, not the names of fields, so answers may be labels "
            f"too; {RAW}",
            line=1,
        )


def _peek(path: Path) -> list[str]:
    """The names of a CSV file's first line, however broken the rest is.

    An export with labels has the same name for the status of every instrument; without a look
    ahead it would be refused for that, and not for the labels.
    """
    if not path.is_file():
        return []
    with path.open("rb") as stream:
        first = stream.readline(1_000_000)
    try:
        text = first.decode("utf-8-sig")
        mark = next((sign for sign in re.sub(r'"[^"]*"', "", text) if sign in ",;\t|"), ",")
        names = next(csv.reader(io.StringIO(text), delimiter=mark), [])
    except (UnicodeError, csv.Error):
        return []
    is_text = text.rstrip("\r\n").replace("\t", "").isprintable()
    return [name.strip() for name in names] if is_text else []


def _find_forms(header: tuple[str, ...], record: str) -> dict[str, str]:
    """An instrument's fields stand before the column of its status."""
    forms: dict[str, str] = {}
    waiting: list[str] = []
    for name in header:
        if name.endswith(COMPLETE):
            form = name.removesuffix(COMPLETE)
            forms |= {field: form for field in waiting if field != f"{form}_timestamp"}
            waiting = []
        elif name != record and name not in STRUCTURE:
            waiting.append(name)
    return forms


def _check_status(export: Export) -> list[Finding]:
    found = []
    names = [name for name in export.sheet.header if name.endswith(COMPLETE)]
    odd = export.sheet.cells.select(~pl.col(names).is_in(["", "0", "1", "2"]))
    for name in (name for name in names if odd[name].any()):
        text = f"expected an instrument's status (0, 1, 2 or empty), found another text; {RAW}"
        found += find(odd[name], export.lines, name, text)
    return found


def _check_rows(export: Export) -> list[Finding]:
    record, lines = export.take(export.record), export.lines
    instrument, instance = export.take(INSTRUMENT), export.take(INSTANCE)
    found = find(record == "", lines, export.record, "a row needs its record's number")
    whole = instance.str.contains(r"^[1-9][0-9]{0,8}$")
    text = "expected the number of a repeat (1, 2, ...), found another text"
    found += find((instance != "") & ~whole, lines, INSTANCE, text)
    text = "a row of a repeating instrument needs the number of the repeat"
    found += find((instrument != "") & (instance == ""), lines, INSTANCE, text)
    # An export of some instruments may have rows of others; a label is never such a name.
    text = f"expected the name of an instrument, found another text; {RAW}"
    label = (instrument != "") & ~instrument.str.contains(f"^{NAME.pattern}$")
    found += find(label, lines, INSTRUMENT, text)
    about = [record, export.take(EVENT), instrument, instance]
    names = ["record", "event", "instrument", "instance"]
    rows = pl.DataFrame([part.alias(name) for part, name in zip(about, names, strict=True)])
    text = "this row stands twice: same record, event and repeat; keep one"
    again = rows.is_duplicated() & ~rows.select(pl.struct(pl.all()).is_first_distinct()).to_series()
    return found + find(again & (record != ""), lines, export.record, text)


def is_box(name: str) -> bool:
    """Tell whether a column of an export is one answer of a checkbox field."""
    return CHECKED in name

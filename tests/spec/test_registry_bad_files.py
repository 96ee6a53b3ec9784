"""Bad files of a centre: what is wrong with each, and what a person is told.

The good file holds two infusions of synthetic patients. A file that cannot be read is refused;
a cell that cannot be is rejected with line, column, kind of value, rule and advice. No message
repeats what a cell holds.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from jalon.core import JalonError
from jalon.dictionary import find_table
from jalon.registry.intake import Intake, check_sheet
from jalon.registry.mapping import load_mapping
from jalon.registry.sheet import SheetOptions, read_sheet

HEADER = "patient,infusion_number,product,infusion_date,dose_cells\n"
ROW = "K7701,1,axi_cel,2021-03-04,180.5\n"
OTHER = "K7702,1,tisa_cel,2021-05-06,\n"
GOOD = HEADER + ROW + OTHER
FRENCH = (
    GOOD.replace(",", ";").replace("180.5", "180,5").replace("2021-03-04", "04/03/2021")
)  # fmt: skip


def take(folder: Path, content: str | bytes, mapping: str = "", **options: str) -> Intake:
    path = folder / "infusion.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    chosen = None
    if mapping:
        (folder / "mapping.toml").write_text(mapping, encoding="utf-8")
        chosen = load_mapping(folder / "mapping.toml")
    sheet = read_sheet(path, SheetOptions(**options))
    return check_sheet(sheet, find_table("infusion"), chosen, date(2026, 1, 1))


REFUSED: dict[str, tuple[str | bytes, str]] = {
    "empty file": ("", "infusion.csv: is empty"),
    "only blank lines": ("\n \n", "infusion.csv: is empty"),
    "header only": (HEADER, "has column names but no rows"),
    "empty rows only": (HEADER + ",,,,\n", "has column names but no rows"),
    "no header": (ROW + OTHER, "line 1: no column is known of table infusion"),
    "NUL": (GOOD.replace("K7702", "K77\0"), "line 3: holds NUL bytes"),
    "binary": (bytes(range(128, 256)) * 20, "line 1: "),
    "quote not closed": (GOOD.replace("K7702", '"K7702'), "line 3: this row cannot be split"),
    "text after a quote": (GOOD.replace("K7701", '"K7701"x'), "line 2: this row cannot be split"),
    "huge value": (GOOD.replace("K7701", "x" * 200_000), "line 2: this row cannot be split"),
    "row cut short": (HEADER + "K7701,1\n" + OTHER, "line 2: fewer values than the 5 columns"),
    "decimal comma, not quoted": (
        GOOD.replace("180.5", "180,5"),
        "line 2: more values than the 5 columns of the header; a value that holds the separator "
        "(a decimal comma?) must stand in quotes",
    ),
    "both decimal marks": (
        FRENCH + "K7703;1;axi_cel;2021-05-06;99.5\n",
        "line 2, column 5: numbers are written with a decimal comma here and with a decimal point "
        "in line 4, column 5",
    ),
    "thousands or decimals": (
        FRENCH.replace("180,5", "1,250"),
        "line 2, column 5: a mark before three digits may be a decimal mark or stand between "
        "thousands",
    ),
    "two separators": ("a;b,c\n1;2,3\n", "separated by comma or semicolon; say which with"),
    "name twice": (GOOD.replace("dose_cells", "product"), "line 1: columns 3, 5 have the same"),
    "values without a name": (
        GOOD.replace("dose_cells", ""),
        "line 1: 1 column has values but no name (column 5)",
    ),
    "DOS coding": (
        GOOD.replace("K7701", "é").encode("cp850") + b"pr\x82nom",
        "is neither UTF-8 nor Latin-1 nor Windows-1252",
    ),
    "two codings": (
        GOOD.replace("K7701", "é").encode() + "è".encode("latin-1"),
        "line 4: is partly UTF-8 (line 2) and partly another coding",
    ),
    "old or encrypted spreadsheet": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99),
        "is an old XLS spreadsheet, or one protected by a password",
    ),
    "archive cut short": (b"PK\x03\x04 and more", "is not a whole spreadsheet"),
    "Parquet cut short": (b"PAR1 and more", "is not a whole Parquet file"),
    "PDF": (b"%PDF-1.7", "is a PDF document"),
    "column unknown": (
        GOOD.replace("dose_cells", "dose_cell"),
        "line 1: 1 column is not in table infusion: dose_cell (did you mean dose_cells?); say in "
        "a mapping what each means",
    ),
    "required column absent": (
        GOOD.replace("infusion_number", "number_of_infusion"),
        "1 required column is absent: infusion_number",
    ),
    "a name": (
        GOOD.replace("dose_cells", "Nom de naissance"),
        "line 1, column Nom de naissance: a column of this name holds a person's name",
    ),
    "national number": (
        GOOD.replace("K7701", "2 69 05 49 588 157 80"),
        "line 2, column patient: values look like national numbers (NIR)",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_file_that_cannot_be_read_is_refused(case: str, tmp_path: Path) -> None:
    content, told = REFUSED[case]
    with pytest.raises(JalonError) as caught:
        take(tmp_path, content)
    message = str(caught.value)
    assert told in message
    for value in ("K7701", "K7702", "180", "588"):
        assert value not in message


DMY = 'table = "infusion"\ndates = "dmy"\n'
PATIENT, DAY = "patient", "infusion_date"
REJECTED: dict[str, tuple[str, str, tuple[int, str, str, str]]] = {
    "no patient": (GOOD.replace("K7702", ""), "", (3, PATIENT, "an empty cell", "required")),
    "the same row twice": (
        GOOD + ROW,
        "",
        (
            4,
            PATIENT,
            "the same patient and infusion_number as on an earlier line",
            "row given twice",
        ),
    ),
    "a formula": (GOOD.replace("K7702", "=1+1"), "", (3, PATIENT, "a formula", "identifier")),
    "a line break": (
        GOOD.replace("K7702", '"K77\n02"'),
        "",
        (3, PATIENT, "a text with line breaks or control characters", "identifier"),
    ),
    "an error cell": (
        GOOD.replace("180.5", "#REF!"),
        "",
        (2, "dose_cells", "a spreadsheet's error", "spreadsheet error"),
    ),
    "a product unknown": (
        GOOD.replace("axi_cel", "axicel"),
        "",
        (2, "product", "another text", "allowed value"),
    ),
    "31 February": (
        GOOD.replace("2021-03-04", "2021-02-31"),
        "",
        (2, DAY, "a date that does not exist", "date"),
    ),
    "31/02 in French": (
        FRENCH.replace("04/03", "31/02"),
        DMY,
        (2, DAY, "a date that does not exist", "date"),
    ),
    "the order of a date not said": (
        FRENCH,
        "",
        (2, DAY, "a date whose order of day and month is not known", "date"),
    ),
    "a year of two digits": (
        FRENCH.replace("04/03/2021", "04/03/21"),
        DMY,
        (2, DAY, "a date with a year of two digits", "date"),
    ),
    "a spreadsheet's day number": (
        GOOD.replace("2021-03-04", "44259"),
        "",
        (2, DAY, "a number, perhaps a spreadsheet's day number", "date"),
    ),
    "a month": (
        GOOD.replace("2021-03-04", "2021-03"),
        "",
        (2, DAY, "a date without its day or month", "date"),
    ),
    "a time of day": (
        GOOD.replace("2021-03-04", "2021-03-04 10:30"),
        "",
        (2, DAY, "a date with a time of day", "date"),
    ),
    "a day to come": (
        GOOD.replace("2021-03-04", "2031-03-04"),
        "",
        (2, DAY, "a date in the future", "date"),
    ),
    "another century": (
        GOOD.replace("2021-03-04", "0021-03-04"),
        "",
        (2, DAY, "a date before 1900", "date"),
    ),
    "text in a number": (
        GOOD.replace("180.5", "high"),
        "",
        (2, "dose_cells", "text that is not a number", "number"),
    ),
    "a unit in a number": (
        GOOD.replace("180.5", "180 M"),
        "",
        (2, "dose_cells", "a number with text after it", "number"),
    ),
    "a sign before a number": (
        GOOD.replace("180.5", "<180"),
        "",
        (2, "dose_cells", "a number with a sign such as < before it", "number"),
    ),
    "groups of digits": (
        GOOD.replace("180.5", "1 180"),
        "",
        (2, "dose_cells", "a number in groups of three digits", "number"),
    ),
    "NaN": (
        GOOD.replace("180.5", "NaN"),
        "",
        (2, "dose_cells", "a word or sign that is not a number", "number"),
    ),
    "half an infusion": (
        GOOD.replace("K7702,1", "K7702,1.5"),
        "",
        (3, "infusion_number", "a number that is not whole", "whole number"),
    ),
    "a dose below zero": (
        GOOD.replace("180.5", "-1"),
        "",
        (2, "dose_cells", "a number below the range", "range"),
    ),
    "a dose too high": (
        GOOD.replace("180.5", "99999"),
        "",
        (2, "dose_cells", "a number above the range", "range"),
    ),
}


@pytest.mark.parametrize("case", REJECTED)
def test_a_cell_that_cannot_be_is_rejected(case: str, tmp_path: Path) -> None:
    content, mapping, expected = REJECTED[case]
    (one,) = take(tmp_path, content, mapping).rejections
    assert (one.line, one.column, one.found, one.rule) == expected
    assert len(one.advice) > 10
    for value in ("K770", "180", "axicel", "2021", "high"):
        assert value not in one.found + one.advice


def test_good_files_are_taken(tmp_path: Path) -> None:
    mapped = DMY
    kept = {
        "comma": take(tmp_path, GOOD),
        "French": take(tmp_path, FRENCH.replace("2021-05-06", "06/05/2021"), mapped),
        "Latin-1": take(tmp_path, GOOD.encode("latin-1")),
        "UTF-16": take(tmp_path, GOOD.encode("utf-16")),
        "carriage returns": take(tmp_path, GOOD.replace("\n", "\r\n")),
        "old Mac": take(tmp_path, GOOD.replace("\n", "\r")),
        "quotes": take(tmp_path, '"' + GOOD.replace(",", '","').replace("\n", '"\n"')[:-1]),
    }
    for name, intake in kept.items():
        assert intake.is_clean, name
        assert intake.frame.equals(kept["comma"].frame), name
        assert intake.lines.tolist() == [2, 3]


def test_spreadsheets_and_parquet_give_the_same_rows(tmp_path: Path) -> None:
    table, day = find_table("infusion"), date(2026, 1, 1)
    expected = take(tmp_path, GOOD).frame
    book = openpyxl.Workbook()
    book.active.append(HEADER.strip().split(","))
    book.active.append(["K7701", 1, "axi_cel", date(2021, 3, 4), 180.5])
    book.active.append(["K7702", 1, "tisa_cel", date(2021, 5, 6), None])
    book.save(tmp_path / "infusion.xlsx")
    frame = expected.select(HEADER.strip().split(","))
    frame.write_parquet(tmp_path / "infusion.parquet")
    for name in ("infusion.xlsx", "infusion.parquet"):
        intake = check_sheet(read_sheet(tmp_path / name), table, None, day)
        assert intake.is_clean
        assert intake.frame.equals(expected)
    assert expected.schema["infusion_date"] == pl.Date

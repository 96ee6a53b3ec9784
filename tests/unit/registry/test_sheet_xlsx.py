"""A spreadsheet becomes texts, and what a person cannot see in it is told."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import datetime, time
from pathlib import Path

import openpyxl
import pytest

from jalon.core import DataFileError, UserError
from jalon.registry.sheet import Sheet, SheetOptions, read_sheet

Book = openpyxl.Workbook


def save(folder: Path, fill: Callable[[Book], object], change: Callable = lambda x: x) -> Path:
    book = openpyxl.Workbook()
    fill(book)
    stream = io.BytesIO()
    book.save(stream)
    path = folder / "centre.xlsx"
    path.write_bytes(change(stream.getvalue()))
    return path


def rows(*values: tuple) -> Callable[[Book], None]:
    def fill(book: Book) -> None:
        for row in values:
            book.active.append(row)

    return fill


def replace_member(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """Write the archive again with one member changed."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for member in old.infolist():
            data = old.read(member)
            new.writestr(member, change(data) if member.filename == name else data)
    return stream.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


def test_values_become_texts_of_full_precision(tmp_path: Path) -> None:
    path = save(tmp_path, rows(
        ("patient", "ldh", "day", "when", "yes", "id", "clock"),
        (" A1 ", 0.1, datetime(2020, 2, 29), datetime(2020, 2, 29, 12, 30), True, 12.0,
         time(8, 15)),
        (None, None, None, None, None, None, None),
        ("=A", 1, None, None, False, 7, None),
    ))  # fmt: skip
    # The last row's "=A" is a formula without a saved value; write it as a text instead.
    book = openpyxl.load_workbook(path)
    book.active["A4"].data_type = "s"
    book.save(path)
    sheet = read_sheet(path)
    assert sheet.cells.rows() == [
        ("A1", "0.1", "2020-02-29", "2020-02-29T12:30:00", "1", "12", "08:15:00"),
        ("=A", "1", "", "", "0", "7", ""),
    ]
    assert sheet.lines.tolist() == [2, 4]
    assert (sheet.kind, sheet.decimal, sheet.read_as) == ("xlsx", ".", "XLSX, sheet Sheet")


def two_sheets(book: Book) -> None:
    book.active.title = "Patients"
    book.active.append(("patient",))
    book.active.append(("A",))
    other = book.create_sheet("Visites")
    other.append(("patient",))
    other.append(("B",))
    book.create_sheet("Feuil3")


def test_one_of_several_sheets_must_be_named(tmp_path: Path) -> None:
    path = save(tmp_path, two_sheets)
    with pytest.raises(DataFileError, match="one with --sheet: Patients, Visites"):
        read_sheet(path)
    assert read_sheet(path, SheetOptions(sheet="Visites")).cells["patient"].to_list() == ["B"]
    with pytest.raises(UserError, match=r"no sheet Visits \(did you mean Visites\?\)"):
        read_sheet(path, SheetOptions(sheet="Visits"))


def test_hidden_sheets_and_rows_are_told(tmp_path: Path) -> None:
    def fill(book: Book) -> None:
        two_sheets(book)
        book["Visites"].sheet_state = "hidden"
        book["Patients"].row_dimensions[2].hidden = True

    sheet = read_sheet(save(tmp_path, fill))
    assert sheet.read_as == "XLSX, sheet Patients"
    assert sheet.notes == ("hidden sheet Visites was not read", "1 hidden row was read too")


@pytest.mark.parametrize("area", ["A1:B1", "A3:A4"])
def test_merged_cells_are_refused_with_their_place(tmp_path: Path, area: str) -> None:
    def fill(book: Book) -> None:
        rows(("patient", "ldh"), ("A", 1), ("B", 2), ("C", 3))(book)
        book.active.merge_cells(area)

    with pytest.raises(DataFileError, match=f"merged.*{area}"):
        read_sheet(save(tmp_path, fill))


def test_a_formula_gives_its_saved_value(tmp_path: Path) -> None:
    path = save(
        tmp_path,
        rows(("patient", "ldh"), ("A", "=1+1")),
        lambda content: replace_member(
            content,
            SHEET,
            lambda xml: xml.replace(b"<v></v>", b"<v>2</v>").replace(b"<v />", b"<v>2</v>"),
        ),
    )
    assert read_sheet(path).cells.rows() == [("A", "2")]


def test_a_formula_without_a_saved_value_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="without a saved value: B2"):
        read_sheet(save(tmp_path, rows(("patient", "ldh"), ("A", "=1+1"))))


def test_error_cells_are_told_with_their_place(tmp_path: Path) -> None:
    sheet = read_sheet(save(tmp_path, rows(("patient", "ldh"), ("A", "#REF!"), ("B", "#N/A"))))
    assert sheet.notes == ("cells hold a spreadsheet's error: B2, B3",)


def test_numbers_typed_as_texts_follow_the_decimal_option(tmp_path: Path) -> None:
    path = save(tmp_path, rows(("patient", "ldh"), ("A", "1,5"), ("B", 2.5)))
    assert read_sheet(path, SheetOptions(decimal=",")).cells["ldh"].to_list() == ["1.5", "2.5"]


def add_member(name: str, data: bytes) -> Callable[[bytes], bytes]:
    def change(content: bytes) -> bytes:
        stream = io.BytesIO(content)
        with zipfile.ZipFile(stream, "a", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, data)
        return stream.getvalue()

    return change


def encrypt(content: bytes) -> bytes:
    """Say in the archive's directory that its members are encrypted."""
    changed, at = bytearray(content), content.find(b"PK\x01\x02")
    changed[at + 8] |= 1
    return bytes(changed)


BAD = {
    "a password": (encrypt, "is protected by a password"),
    "cut short": (lambda content: content[:-200], "not a whole spreadsheet"),
    "cut in the middle": (lambda content: content[:900], "not a whole spreadsheet"),
    "damaged sheet": (
        lambda content: replace_member(content, SHEET, lambda xml: xml[: len(xml) // 2]),
        "not a whole spreadsheet",
    ),
    "definitions": (
        lambda content: replace_member(
            content, SHEET, lambda xml: b'<!DOCTYPE x [<!ENTITY a "b">]>' + xml
        ),
        "definitions that no spreadsheet program writes",
    ),
    "a bomb": (add_member("xl/media/zero.bin", bytes(120_000_000)), "unpacks to far more"),
    "a row beyond the end": (
        lambda content: replace_member(
            content, SHEET, lambda xml: xml.replace(b'r="2"', b'r="999999999"')
        ),
        "beyond the last one of a sheet",
    ),
    "OpenDocument": (add_member("content.xml", b"<x/>"), "is an OpenDocument file"),
    "XLSB": (add_member("xl/workbook.bin", b""), "is a binary spreadsheet"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_broken_spreadsheet_is_refused_with_advice(tmp_path: Path, case: str) -> None:
    change, told = BAD[case]
    with pytest.raises(DataFileError, match=told):
        read_sheet(save(tmp_path, rows(("patient", "ldh"), ("A", 1), ("B", 2)), change))


def test_an_encrypted_or_old_spreadsheet_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "centre.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    with pytest.raises(DataFileError, match="protected by a password"):
        read_sheet(path)


def test_another_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "centre.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("patients.csv", "a,b\n1,2\n")
    with pytest.raises(DataFileError, match="zip archive and no XLSX"):
        read_sheet(path)


def test_every_cut_and_flip_gives_a_sheet_or_advice(tmp_path: Path) -> None:
    path = save(tmp_path, rows(("patient", "ldh"), ("A", 1), ("B", 2.5)))
    content = path.read_bytes()
    for at in range(0, len(content), 41):
        for changed in (content[:at], content[:at] + bytes([content[at] ^ 16]) + content[at + 1 :]):
            path.write_bytes(changed)
            try:
                sheet = read_sheet(path)
            except DataFileError:
                continue
            assert isinstance(sheet, Sheet)

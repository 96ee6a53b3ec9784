"""Templates: a person fills them in, and they are imported as they are."""

import csv
import io
from datetime import date

import openpyxl
import pytest

from jalon.dictionary import find_table, list_tables
from jalon.dictionary.template import (
    describe_values,
    write_csv_help,
    write_csv_template,
    write_xlsx_template,
)
from jalon.registry.intake import check_sheet
from jalon.registry.sheet import SheetOptions, read_sheet

TABLES = list_tables()
NAMES = [table.name for table in TABLES]
LANGUAGES = ["en", "fr"]
TODAY = date(2026, 1, 5)

ROW = {
    "patient": "0007",
    "infusion_number": 1,
    "product": "tisa_cel",
    "access": "market",
    "prior_lines": 2,
    "decision_date": date(2021, 3, 1),
    "apheresis_date": date(2021, 3, 9),
    "lymphodepletion_date": date(2021, 4, 12),
    "infusion_date": date(2021, 4, 17),
    "dose_per_kg": 3.5,
    "bridging_given": 0,
}


@pytest.fixture(scope="module", params=LANGUAGES)
def book(request):
    return openpyxl.load_workbook(io.BytesIO(write_xlsx_template(TABLES, request.param)))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("table", TABLES, ids=NAMES)
def test_csv_holds_the_names_of_the_columns(table, language):
    content = write_csv_template(table, language)
    assert content.startswith(b"\xef\xbb\xbf")
    separator = {"en": ",", "fr": ";"}[language]
    (header,) = csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=separator)
    assert tuple(header) == table.names


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("table", TABLES, ids=NAMES)
def test_help_explains_every_column(table, language):
    separator = {"en": ",", "fr": ";"}[language]
    text = write_csv_help(table, language).decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    assert [row[1] for row in rows[1:]] == list(table.names)
    assert all(row[2] and row[3] for row in rows[1:])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_csv_template_filled_in_is_taken_without_a_mapping(language, tmp_path):
    separator, decimal = {"en": (",", "."), "fr": (";", ",")}[language]
    table, path = find_table("infusion"), tmp_path / "infusion.csv"
    cells = [ROW.get(name, "") for name in table.names]
    line = separator.join(str(cell).replace(".", decimal) for cell in cells)
    path.write_bytes(write_csv_template(table, language) + line.encode() + b"\r\n")
    check(check_sheet(read_sheet(path), table, today=TODAY))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_workbook_filled_in_is_taken_without_a_mapping(language, tmp_path):
    table, path = find_table("infusion"), tmp_path / "registry.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(write_xlsx_template(TABLES, language)))
    book["infusion"].append([ROW.get(name) for name in table.names])
    book.save(path)
    check(check_sheet(read_sheet(path, SheetOptions(sheet="infusion")), table, today=TODAY))


def check(intake):
    assert len(intake.rejections) == 0
    row = intake.frame.row(0, named=True)
    assert {name: row[name] for name in ROW} == ROW


def test_a_workbook_has_a_sheet_per_table_then_help(book):
    assert book.sheetnames[: len(NAMES)] == NAMES
    assert book.sheetnames[-1] == "lists"
    assert book["lists"].sheet_state == "hidden"
    for table in TABLES:
        header = [cell.value for cell in book[table.name][1]]
        assert tuple(header) == table.names
        assert all(cell.comment and cell.comment.text.strip() for cell in book[table.name][1])


def test_lists_offer_exactly_the_allowed_values(book):
    lists = book["lists"]
    for table in TABLES:
        offered = {}
        for validation in book[table.name].data_validations.dataValidation:
            if validation.type == "list":
                place = validation.formula1.removeprefix("lists!").replace("$", "")
                values = [cell.value for (cell,) in lists[place]]
                offered[str(validation.sqref).split(":")[0].rstrip("0123456789")] = values
        for column, cell in zip(table.columns, book[table.name][1], strict=True):
            if column.kind == "category":
                assert offered[cell.column_letter] == [level.value for level in column.levels]
            elif column.kind == "flag":
                assert offered[cell.column_letter] == [0, 1]
            else:
                assert cell.column_letter not in offered


def test_limits_and_formats_follow_the_dictionary(book):
    sheet = book["infusion"]
    rules = {str(v.sqref).split(":")[0]: v for v in sheet.data_validations.dataValidation}
    lines = list(find_table("infusion").names).index("prior_lines")
    letter = sheet[1][lines].column_letter
    found = rules[f"{letter}2"]
    assert (found.type, found.operator, found.formula1, found.formula2) == (
        "whole", "between", "0", "20",
    )  # fmt: skip
    assert sheet.column_dimensions["A"].number_format == "@"


def test_the_same_dictionary_gives_the_same_bytes():
    assert write_xlsx_template(TABLES[:3], "fr") == write_xlsx_template(TABLES[:3], "fr")


def test_values_are_told_in_one_line():
    sex = find_table("patient").column("sex")
    assert describe_values(sex, "en") == "male = male; female = female"
    assert describe_values(find_table("patient").column("birth_month"), "fr") == (
        "nombre entier 1 à 12"
    )

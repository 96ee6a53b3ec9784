"""Which file is which table of which centre."""

import pytest
from openpyxl import Workbook

from jalon.core import UserError
from jalon.registry.inbox import find_table_in, sort_letters


def make(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("stem", "table"),
    [
        ("patient", "patient"),
        ("LYS-Patients 2026", "patient"),
        ("prior_line_LYS", "prior_line"),
        ("treatment-after", "treatment_after"),
        ("patient_event", "patient"),
        ("inpatient", None),
        ("export", None),
    ],
)
def test_the_name_tells_the_table(stem, table):
    assert find_table_in(stem) == table


def test_folders_in_a_folder_are_centres(tmp_path):
    make(tmp_path, "S01/patient.csv", "S02/patient.csv", "S02/event.csv", ".hidden/patient.csv")
    found = sort_letters([tmp_path], None)
    assert {centre: [one.table for one in several] for centre, several in found.items()} == {
        "S01": ["patient"],
        "S02": ["event", "patient"],
    }


def test_a_folder_of_files_needs_its_centre(tmp_path):
    make(tmp_path, "patient.csv", "notes.docx")
    with pytest.raises(UserError, match="--centre"):
        sort_letters([tmp_path], None)
    assert [one.table for one in sort_letters([tmp_path], "LYS")["LYS"]] == ["patient"]


def test_a_named_table_counts_more_than_the_name_of_the_file(tmp_path):
    make(tmp_path, "patient.csv")
    found = sort_letters([tmp_path / "patient.csv"], "LYS", ["event"])
    assert found["LYS"][0].table == "event"


@pytest.mark.parametrize(
    ("name", "words"), [("patent.csv", "did you mean patient.csv"), ("export.csv", "--table")]
)
def test_what_cannot_be_told_is_asked(tmp_path, name, words):
    make(tmp_path, "patient.csv", "export.csv")
    with pytest.raises(UserError, match=words):
        sort_letters([tmp_path / name], "LYS")


def test_an_empty_folder_is_said(tmp_path):
    with pytest.raises(UserError, match="no file of a table"):
        sort_letters([tmp_path], "LYS")


def test_each_sheet_called_by_a_table_is_one(tmp_path):
    book = Workbook()
    book.active.title = "patient"
    book.create_sheet("event")
    book.create_sheet("how to")
    book.save(tmp_path / "all.xlsx")
    found = sort_letters([tmp_path / "all.xlsx"], "LYS")["LYS"]
    assert [(one.table, one.sheet) for one in found] == [("patient", "patient"), ("event", "event")]

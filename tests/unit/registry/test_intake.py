"""A sheet becomes typed rows; each cell that cannot be is rejected with its line and reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from jalon.core import DataFileError, UserError
from jalon.dictionary import Column, Level, Table
from jalon.registry.intake import Intake, check_sheet
from jalon.registry.mapping import Mapping, MappingPart, Unit
from jalon.registry.sheet import read_sheet

TODAY = date(2026, 1, 1)
TABLE = Table(
    name="assessment",
    label_en="Assessments",
    source="made for this test",
    licence="Apache-2.0",
    data_kind="synthetic",
    keys=("patient", "time_point"),
    missing=("NA",),
    columns=(
        Column("patient", "identifier", "Patient", required=True),
        Column(
            "time_point",
            "category",
            "Time point",
            levels=(Level("d0", aliases=("J0",)), Level("d30", aliases=("J30",))),
        ),
        Column("date", "date", "Date"),
        Column("ldh", "number", "LDH", unit="U/L", low=10, high=20_000, soft_high=5000),
        Column("crp", "number", "CRP", unit="mg/L", low=0, high=1000, missing=("nf",)),
        Column("ecog", "integer", "ECOG", low=0, high=4),
        Column("bulk", "flag", "Bulk", levels=(Level("1", aliases=("oui",)),)),
    ),
)
PATIENT = Table(
    name="patient",
    label_en="Patients",
    source="made for this test",
    licence="Apache-2.0",
    data_kind="synthetic",
    keys=("patient",),
    columns=(
        Column("patient", "identifier", "Patient", required=True),
        Column("sex", "category", "Sex", levels=(Level("male"), Level("female"))),
    ),
)


def take(folder: Path, text: str, mapping: Mapping | None = None, table: Table = TABLE) -> Intake:
    path = folder / "centre.csv"
    path.write_text(text, encoding="utf-8")
    return check_sheet(read_sheet(path), table, mapping, TODAY)


def found(intake: Intake) -> list[tuple[int, str, str, str]]:
    return [(one.line, one.column, one.found, one.rule) for one in intake.rejections]


def test_each_kind_has_its_type_and_missing_is_null(tmp_path: Path) -> None:
    intake = take(
        tmp_path,
        "ecog;ldh;patient;time_point;crp;bulk;date\n"
        "1;250,5;A;J0;nf;oui;2020-02-29\nNA;;B;d30;12;;2020-03-01T00:00:00\n",
    )
    assert intake.frame.schema == {
        "patient": pl.String,
        "time_point": pl.String,
        "date": pl.Date,
        "ldh": pl.Float64,
        "crp": pl.Float64,
        "ecog": pl.Int64,
        "bulk": pl.Int64,
    }
    assert intake.frame.rows() == [
        ("A", "d0", date(2020, 2, 29), 250.5, None, 1, 1),
        ("B", "d30", date(2020, 3, 1), None, 12.0, None, None),
    ]
    assert intake.is_clean
    assert intake.lines.tolist() == [2, 3]
    assert intake.given == frozenset(TABLE.names)
    assert intake.read_as == "CSV, semicolon, decimal comma, UTF-8"


def test_an_absent_optional_column_is_missing_and_not_given(tmp_path: Path) -> None:
    intake = take(tmp_path, "patient,time_point\nA,d0\n")
    assert intake.given == {"patient", "time_point"}
    assert intake.frame.width == 7
    assert intake.frame["ldh"].to_list() == [None]


def test_questions_are_unusual_values_and_stay(tmp_path: Path) -> None:
    intake = take(tmp_path, "patient,time_point,ldh\nA,d0,6000\nB,d0,90000\n")
    (question,) = intake.questions
    assert (question.line, question.column, question.rule) == (2, "ldh", "usual range")
    assert "above 5000 U/L is unusual" in question.advice
    assert intake.frame["ldh"].to_list() == [6000.0, None]
    assert found(intake) == [(3, "ldh", "a number above the range", "range")]


def test_the_earlier_line_of_a_row_given_twice_is_named(tmp_path: Path) -> None:
    intake = take(tmp_path, "patient,time_point\nA,d0\nB,d0\n\nA,d30\nA,J0\nA,d0\n")
    assert found(intake) == [
        (6, "patient", "the same patient and time_point as on an earlier line", "row given twice"),
        (7, "patient", "the same patient and time_point as on an earlier line", "row given twice"),
    ]
    assert "it stands on line 2 too" in next(iter(intake.rejections)).advice


def test_one_rejection_per_cell_and_no_value_in_any(tmp_path: Path) -> None:
    intake = take(
        tmp_path,
        "patient,time_point,ldh,ecog,date\nA,d99,9e9,1.5,31/02/2020\n,d0,x7,9,2020-13-01\n",
    )
    cells = [(one.line, one.column) for one in intake.rejections]
    assert len(cells) == len(set(cells)) == 8
    text = "".join(f"{one.found}{one.advice}" for one in intake.rejections)
    for value in ("d99", "9e9", "1.5", "31/02", "x7", "13-01"):
        assert value not in text


def test_a_mapping_turns_names_codes_units_and_dates(tmp_path: Path) -> None:
    part = MappingPart(
        "assessment",
        columns={"N°": "patient", "CRP mg/dL": "crp", "Jour": "date", "PS": "ecog", "Vu par": ""},
        units={"crp": "mg/dL"},
        levels={"bulk": {"grosse masse": "1", "aucune": "0", "?": ""}},
        missing=("inconnu",),
        dates="dmy",
        constants={"time_point": "d30"},
    )
    text = (
        "N°;CRP mg/dL;Jour;PS;Vu par;bulk\nA;1,2;29/02/2020;1;X;grosse masse\n"
        "B;inconnu;1/3/2020;inconnu;Y;?\n"
    )
    intake = take(tmp_path, text, Mapping((part,), sha256="abc"))
    assert intake.is_clean
    assert intake.frame.rows() == [
        ("A", "d30", date(2020, 2, 29), None, 12.0, 1, 1),
        ("B", "d30", date(2020, 3, 1), None, None, None, None),
    ]
    assert intake.given == {"patient", "time_point", "date", "crp", "ecog", "bulk"}
    assert intake.mapping_sha256 == "abc"


def test_rejections_name_the_columns_as_the_person_knows_them(tmp_path: Path) -> None:
    part = MappingPart("assessment", {"PS": "ecog"}, constants={"time_point": "d0"})
    intake = take(tmp_path, "patient,PS\nA,9\nA,1\n", Mapping((part,)))
    assert [(one.line, one.column) for one in intake.rejections] == [(2, "PS"), (3, "patient")]


@pytest.mark.parametrize(
    ("unit", "told", "kept"),
    [
        ("mg/L", "12.5", 12.5),
        ("mg/dL", "1.25", 12.5),
        (Unit("mg/dL", analyte="crp"), "1.25", 12.5),
        (Unit("ug/mL", times=1.0), "12.5", 12.5),
    ],
)
def test_a_unit_is_converted_before_the_range_is_checked(
    tmp_path: Path, unit: str | Unit, told: str, kept: float
) -> None:
    part = MappingPart("assessment", units={"crp": unit})
    intake = take(tmp_path, f"patient,time_point,crp\nA,d0,{told}\n", Mapping((part,)))
    assert intake.frame["crp"].to_list() == [kept]


def test_a_wide_file_gives_a_row_for_each_time_point_that_has_something(tmp_path: Path) -> None:
    mapping = Mapping(
        (
            MappingPart("patient", {"id": "patient", "s": "sex"}, levels={"sex": {"M": "male"}}),
            MappingPart(
                "assessment", {"id": "patient", "LDH J0": "ldh"}, constants={"time_point": "d0"}
            ),
            MappingPart(
                "assessment", {"id": "patient", "LDH J30": "ldh"}, constants={"time_point": "d30"}
            ),
        )
    )
    text = "id,s,LDH J0,LDH J30\nA,M,200,300\nB,,250,\n"
    visits = take(tmp_path, text, mapping)
    assert visits.frame.select("patient", "time_point", "ldh").rows() == [
        ("A", "d0", 200.0),
        ("B", "d0", 250.0),
        ("A", "d30", 300.0),
    ]
    assert visits.lines.tolist() == [2, 3, 2]
    assert visits.is_clean
    patients = take(tmp_path, text, mapping, PATIENT)
    assert patients.frame.rows() == [("A", "male")]
    assert "1 row has nothing for table patient here" in patients.notes[0]


def test_a_patient_on_every_visits_line_is_kept_once_unless_lines_disagree(tmp_path: Path) -> None:
    mapping = Mapping(
        (
            MappingPart("patient", {"sex": "sex", "time_point": "", "ldh": ""}),
            MappingPart("assessment", {"sex": ""}),
        )
    )
    text = "patient,sex,time_point,ldh\nA,male,d0,20\nA,male,d30,30\n"
    patients = take(tmp_path, text, mapping, PATIENT)
    assert (patients.frame.rows(), patients.is_clean) == ([("A", "male")], True)
    patients = take(tmp_path, text + "A,female,d0,20\n", mapping, PATIENT)
    assert found(patients) == [
        (4, "patient", "the same patient as on an earlier line", "row given twice")
    ]


COLUMNS = {
    "no column known": ("a,b\n1,2\n", "no column is known of table assessment"),
    "a column unknown": (
        "patient,time_point,LDH\nA,d0,1\n",
        "1 column is not in table assessment: LDH (did you mean ldh?); say in a mapping",
    ),
    "a required column absent": (
        "patient,tp\nA,d0\n",
        "1 required column is absent: time_point",
    ),
}


@pytest.mark.parametrize("case", COLUMNS)
def test_columns_that_do_not_fit_are_refused(tmp_path: Path, case: str) -> None:
    text, told = COLUMNS[case]
    with pytest.raises(DataFileError) as caught:
        take(tmp_path, text)
    assert told in str(caught.value)


def test_a_mapping_must_name_columns_of_the_file_and_the_table(tmp_path: Path) -> None:
    part = MappingPart("assessment", {"Pat": "patient"})
    with pytest.raises(DataFileError, match=r"in the mapping but not in the file: Pat \(did you"):
        take(tmp_path, "patient,time_point\nA,d0\n", Mapping((part,)))
    with pytest.raises(UserError, match="gives no rows of table patient; it gives assessment"):
        take(tmp_path, "patient,time_point\nA,d0\n", Mapping((part,)), PATIENT)


def test_a_date_may_be_of_tomorrow_but_not_later(tmp_path: Path) -> None:
    text = "patient,time_point,date\nA,d0,2026-01-02\nB,d0,2026-01-03\n"
    assert found(take(tmp_path, text)) == [(3, "date", "a date in the future", "date")]


def test_a_whole_number_stays_whole_in_another_unit(tmp_path: Path) -> None:
    column = Column("days", "integer", "Days", unit="days", soft_low=7)
    table = replace(PATIENT, columns=(*PATIENT.columns, column))
    part = MappingPart("patient", units={"days": "weeks"})
    text = "patient,days\nA,2\nB,0.5\nC,1e200\nD,\nE,0\nF,x\n"
    intake = take(tmp_path, text, Mapping((part,)), table)
    assert intake.frame["days"].to_list() == [14, None, None, None, 0, None]
    assert [(line, kind) for line, _, kind, _ in found(intake)] == [
        (3, "a number that is not whole"),
        (4, "a number that is not whole"),
        (7, "text that is not a number"),
    ]
    assert [(one.line, one.found) for one in intake.questions] == [
        (6, "a number below the usual range")
    ]

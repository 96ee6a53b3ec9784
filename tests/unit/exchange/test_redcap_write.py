from datetime import date

import polars as pl
import pytest

from jalon.core.errors import UserError
from jalon.dictionary import find_table
from jalon.exchange import write_redcap

PATIENT, INFUSION = find_table("patient"), find_table("infusion")


def columns_of(path, *names):
    frame = pl.read_csv(path, infer_schema=False).fill_null("")
    return frame.select(names).rows()


def test_export_has_a_row_for_the_record_and_one_for_each_repeat(tmp_path):
    path = tmp_path / "e.csv"
    patients = pl.DataFrame({"centre": ["C 1", "C 1"], "patient": ["b", "a"], "birth_year": [1, 2]})
    infusions = pl.DataFrame(
        {
            "centre": ["C 1"] * 2,
            "patient": ["a", "a"],
            "infusion_number": [2, 1],
            "infusion_date": [None, date(2020, 1, 2)],
            "dose_cells": [0.1, 200.0],
        }
    )
    write_redcap([(find_table("centre"), pl.DataFrame()), (PATIENT, patients),
                  (INFUSION, infusions)], path)  # fmt: skip
    assert columns_of(
        path, "record_id", "redcap_repeat_instrument", "redcap_repeat_instance",
        "redcap_data_access_group", "patient_birth_year", "patient_complete", "infusion_number",
        "infusion_date", "infusion_dose_cells", "infusion_complete",
    ) == [
        ("a", "", "", "c_1", "2", "2", "", "", "", ""),
        ("a", "infusion", "1", "c_1", "", "", "1", "2020-01-02", "200", "2"),
        ("a", "infusion", "2", "c_1", "", "", "2", "", "0.1", "2"),
        ("b", "", "", "c_1", "1", "2", "", "", "", ""),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("table", "frame", "words"),
    [
        (PATIENT, {"patient": ["a", "a"]}, "one row per patient"),
        (PATIENT, {"patient": ["a", None]}, "without a patient's number"),
        (PATIENT, {"sex": ["male"]}, "without a patient's number"),
        (PATIENT, {"patient": ["a"], "sex": ["m"]}, "not among its levels"),
        (PATIENT, {"patient": ["=1+1"]}, "formula"),
        (INFUSION, {"patient": ["a", "a"], "centre": ["x", "y"]}, "two centres"),
    ],
)
def test_rows_that_no_project_can_hold_are_refused(tmp_path, table, frame, words):
    with pytest.raises(UserError, match=words):
        write_redcap([(table, pl.DataFrame(frame))], tmp_path / "e.csv")
    assert not list(tmp_path.iterdir())

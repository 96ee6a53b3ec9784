import pytest

from jalon.core.errors import DataFileError, UserError
from jalon.dictionary import list_tables
from jalon.exchange import RedcapMapping, load_redcap_mapping, read_redcap

TABLES = list_tables()
MARKS = {"event": "redcap_event_name", "form": "redcap_repeat_instrument",
         "nr": "redcap_repeat_instance", "group": "redcap_data_access_group"}  # fmt: skip


def export(tmp_path, text, name="export.csv"):
    """Write an export; the names of REDCap's own columns are shortened above."""
    lines = [line.strip() for line in text.strip().splitlines()]
    header = ",".join(MARKS.get(name, name) for name in lines[0].split(","))
    path = tmp_path / name
    path.write_text("\n".join([header, *lines[1:]]) + "\n", encoding="utf-8")
    return path


def read(path, mapping=None, missing=(), centre=None):
    found = read_redcap(path, TABLES, mapping, missing, centre)
    return {
        table.name: [
            {"line": int(line)} | {name: text for name, text in row.items() if text}
            for line, row in zip(sheet.lines, sheet.cells.iter_rows(named=True), strict=True)
        ]
        for table, sheet in found
    }


def mapping(tmp_path, text):
    path = tmp_path / "mapping.toml"
    path.write_text(text, encoding="utf-8")
    return load_redcap_mapping(path, TABLES)


def test_classic_project_of_the_registrys_dictionary(tmp_path):
    path = export(
        tmp_path,
        """
        record_id,patient_sex,patient_complete,infusion_number,infusion_product,infusion_complete
        7,male,2,1,axi_cel,2
        8,female,2,,,0
        9,,0,,,0
        """,
    )
    assert read(path) == {
        "patient": [
            {"line": 2, "patient": "7", "sex": "male"},
            {"line": 3, "patient": "8", "sex": "female"},
        ],
        "infusion": [{"line": 2, "patient": "7", "infusion_number": "1", "product": "axi_cel"}],
    }


def test_repeating_instruments(tmp_path):
    path = export(
        tmp_path,
        """
        record_id,form,nr,patient_sex,patient_complete,infusion_number,infusion_complete
        7,,,male,2,,
        7,infusion,1,,,1,2
        7,infusion,2,,,,0
        8,,,,1,,
        """,
    )
    assert read(path) == {
        # A form that was looked at is a row, as is a repeat that was opened.
        "patient": [{"line": 2, "patient": "7", "sex": "male"}, {"line": 5, "patient": "8"}],
        "infusion": [
            {"line": 3, "patient": "7", "infusion_number": "1"},
            {"line": 4, "patient": "7"},
        ],
    }


def test_events_named_as_time_points_give_them(tmp_path):
    path = export(
        tmp_path,
        """
        record_id,event,nr,patient_sex,patient_complete,assessment_time_point,assessment_ecog,assessment_complete
        7,decision_arm_1,,male,2,,1,2
        7,d30_arm_1,,,,,0,2
        7,J90_arm_1,1,,,,2,2
        7,J90_arm_1,2,,,D90,3,2
        7,unplanned_arm_2,1,,,acute,4,2
        """,
    )
    found = read(path)
    assert [row["time_point"] for row in found["assessment"]] == [
        "decision", "d30", "d90", "D90", "acute",
    ]  # fmt: skip
    assert [row["line"] for row in found["assessment"]] == [2, 3, 4, 5, 6]
    assert [row["line"] for row in found["patient"]] == [2]


def test_time_point_that_is_not_the_events_is_refused(tmp_path):
    path = export(
        tmp_path,
        """
        record_id,event,assessment_time_point,assessment_ecog,assessment_complete
        7,d30_arm_1,d90,1,2
        """,
    )
    with pytest.raises(DataFileError, match="not that of the row's event") as caught:
        read(path)
    assert (caught.value.line, caught.value.column) == (2, "assessment_time_point")


def test_missing_codes_are_empty_and_others_stay(tmp_path):
    path = export(
        tmp_path,
        """
        record_id,patient_sex,patient_birth_year,patient_registered_on,patient_complete
        7,UNK,-9,NI,2
        8,NASK,1950,2020-01-02 10:30,2
        """,
    )
    found = read(path, missing=("UNK", "-9", "NI"))
    # NASK was not declared, so the import will reject it by its line and column.
    assert found["patient"] == [
        {"line": 2, "patient": "7"},
        {"line": 3, "patient": "8", "sex": "NASK", "birth_year": "1950",
         "registered_on": "2020-01-02"},
    ]  # fmt: skip


@pytest.mark.parametrize("code", ["male", "1950", "axi_cel", "0"])
def test_missing_code_that_is_an_answer_is_refused(tmp_path, code):
    path = export(
        tmp_path,
        """
        record_id,patient_sex,patient_birth_year,patient_diabetes,infusion_product
        7,male,1950,0,axi_cel
        """,
    )
    with pytest.raises(UserError, match="also a possible answer"):
        read(path, missing=(code,))


def test_number_that_is_a_missing_code_in_one_field_is_said_to_be(tmp_path):
    path = export(tmp_path, "record_id,response_delta_suvmax\n7,-9\n8,-66.5")
    with pytest.raises(UserError, match=r'"-9" = "" under \[redcap.codes.response_delta_suvmax'):
        read(path, missing=("-9",))
    known = RedcapMapping(codes={"response_delta_suvmax": {"-9": ""}})
    found = read(path, known, missing=("-9",))
    assert [row.get("delta_suvmax") for row in found["response"]] == [None, "-66.5"]


def test_missing_code_that_redcap_cannot_have_is_refused(tmp_path):
    path = export(tmp_path, "record_id,patient_sex\n7,male")
    with pytest.raises(UserError, match="cannot be a missing data code"):
        read(path, missing=("not known",))


def test_lines_count_through_quoted_line_breaks(tmp_path):
    path = tmp_path / "e.csv"
    path.write_text(
        'record_id,remark,patient_sex\n7,"two\nlines; and ""quotes""",male\n8,,female\n',
        encoding="utf-8-sig",
    )
    assert [row["line"] for row in read(path)["patient"]] == [2, 4]


@pytest.mark.parametrize("mark", [";", "\t", "|"])
def test_other_separators(tmp_path, mark):
    path = tmp_path / "e.csv"
    path.write_text(f"record_id{mark}patient_sex{mark}x\n7{mark}male{mark}\n", encoding="utf-8")
    assert read(path)["patient"] == [{"line": 2, "patient": "7", "sex": "male"}]


def test_decimal_comma_is_found_in_what_is_read_only(tmp_path):
    path = tmp_path / "e.csv"
    path.write_text(
        "record_id;remark;infusion_number;infusion_dose_cells\n7;1.5;1;200,25\n", encoding="utf-8"
    )
    [(table, sheet)] = read_redcap(path, TABLES)
    assert (table.name, sheet.decimal, sheet.cells["dose_cells"][0]) == ("infusion", ",", "200,25")


@pytest.mark.parametrize(
    ("text", "words", "line", "column"),
    [
        ("record_id,patient_sex\n,male", "needs its record", 2, "record_id"),
        ("record_id,patient_sex\n7,male\n7,female", "stands twice", 3, "record_id"),
        ("record_id,form,nr,patient_sex\n7,infusion,,male", "number of the repeat", 2, MARKS["nr"]),
        ("record_id,form,nr,patient_sex\n7,infusion,x,male", "number of a repeat", 2, MARKS["nr"]),
        (
            "record_id,form,nr,infusion_number,infusion_complete\n7,Infusion,1,1,2",
            "the name of an instrument", 2, MARKS["form"],
        ),
        (
            "record_id,form,nr,patient_sex,patient_complete,infusion_number,infusion_complete\n"
            "7,infusion,1,male,,1,2",
            "another instrument", 2, "patient_sex",
        ),
        (
            "record_id,patient_sex,patient_complete\n7,male,Complete",
            "raw data", 2, "patient_complete",
        ),
        ("record_id,age\n7,50", "none of the fields", 1, None),
        ("Record ID,Sex,Complete?,Age,Complete?\n7,male,Complete,7,Complete", "labels", 1, None),
        ("record,field_name,value\n7,patient_sex,male", 'type "flat"', 1, None),
        ("redcap_event_name,patient_sex\nd30,male", "record's number", 1, None),
    ],
)  # fmt: skip
def test_broken_exports_are_refused_with_line_and_field(tmp_path, text, words, line, column):
    names = text.split("\n")
    header = ",".join(MARKS.get(name, name) for name in names[0].split(","))
    path = tmp_path / "e.csv"
    path.write_text("\n".join([header, *names[1:]]) + "\n", encoding="utf-8")
    with pytest.raises(DataFileError, match=words) as caught:
        read(path)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert "male" not in str(caught.value).partition("are:")[0]


@pytest.mark.parametrize(
    ("header", "value", "words"),
    [
        ("last_name", "x", "name"),
        ("dob", "1950-01-02", "birth"),
        ("remark", "anna@example.org", "e-mail"),
        ("remark", "2 69 05 49 588 157 80", "NIR"),
    ],
)
def test_field_that_identifies_persons_is_refused_even_when_not_read(
    tmp_path, header, value, words
):
    path = export(tmp_path, f"record_id,patient_sex,{header}\n7,male,{value}")
    with pytest.raises(DataFileError, match=words) as caught:
        read(path)
    assert caught.value.column == header
    assert value not in str(caught.value) or value == "x"


def test_export_without_any_answer_is_refused(tmp_path):
    path = export(tmp_path, "record_id,patient_sex,patient_complete\n7,,0")
    with pytest.raises(DataFileError, match="none of the fields that are read is filled in"):
        read(path)


def test_absent_file_is_refused(tmp_path):
    with pytest.raises(DataFileError, match="no such file"):
        read(tmp_path / "e.csv")


GROUPS = """
    record_id,group,patient_sex
    7,lyon,male
    8,paris,female
    9,lyon,female
    """


def test_one_centre_at_a_time(tmp_path):
    path = export(tmp_path, GROUPS)
    with pytest.raises(DataFileError, match=r"2 data access groups \(lyon, paris\)"):
        read(path)
    with pytest.raises(DataFileError, match=r"no data access group is centre LYS"):
        read(path, centre="LYS")
    known = RedcapMapping(centres={"lyon": "LYS"})
    [(_, sheet)] = read_redcap(path, TABLES, known, (), "LYS")
    assert sheet.cells["patient"].to_list() == ["7", "9"]
    assert sheet.notes == ("1 row of other data access groups left out",)
    assert [row["patient"] for row in read(path, centre="Paris")["patient"]] == ["8"]


def test_record_without_a_group_is_refused_when_others_have_one(tmp_path):
    path = export(tmp_path, GROUPS + "10,,male")
    with pytest.raises(DataFileError, match="in no data access group") as caught:
        read(path, centre="lyon")
    assert caught.value.line == 5


def test_export_without_groups_is_of_the_centre_that_is_said(tmp_path):
    path = export(tmp_path, "record_id,patient_sex\n7,male")
    assert len(read(path, centre="LYS")["patient"]) == 1


OWN = """
[redcap]
missing_codes = ["UNK", "-9"]
patient = "[consent_arm_1][local_number]"

[redcap.events]
month_1_arm_1 = "d30"
screening_arm_1 = "decision"

[redcap.codes.gender]
1 = "male"
2 = "female"
9 = ""

[[redcap.rows]]
table = "patient"
columns = { sex = "gender", birth_year = "[consent_arm_1][yob]", diabetes = "ill___1" }
events = ["screening_arm_1"]

[[redcap.rows]]
table = "infusion"
columns = { infusion_date = "day0", product = "drug" }
instance_to = "infusion_number"
instrument = "cells"

[[redcap.rows]]
table = "assessment"
columns = { ldh = "ldh_value", date = "seen_on" }
set = { infusion_number = "1" }
event_to = "time_point"
instance_to = "repeat"
"""

OWN_EXPORT = """
    study,event,form,nr,local_number,yob,gender,ill___1,ill___2,ill___unk,screen_complete,ldh_value,seen_on,visit_complete,day0,drug,cells_complete
    1,consent_arm_1,,,A-1,1950,,0,0,,0,,,0,,,0
    1,screening_arm_1,,,,,1,1,0,,2,300,2020-01-01,2,,,
    1,month_1_arm_1,,,,,,,,,,250.5,2020-03-01,2,,,
    1,month_1_arm_1,,2,,,,,,,,UNK,2020-03-02,2,,,
    1,screening_arm_1,cells,1,,,,,,,,,,,2020-02-01,axi_cel,2
    1,screening_arm_1,cells,2,,,,,,,,,,,,tisa_cel,2
    2,consent_arm_1,,,B-2,1960,,0,0,,0,,,0,,,0
    2,screening_arm_1,,,,,9,,,1,2,,,0,,,
    3,consent_arm_1,,,C-3,1961,,0,0,,0,,,0,,,0
    3,screening_arm_1,,,,,2,0,0,,1,,,0,,,
    """


def test_project_of_a_centres_own(tmp_path):
    found = read(export(tmp_path, OWN_EXPORT), mapping(tmp_path, OWN))
    assert found["patient"] == [
        {"line": 3, "patient": "A-1", "sex": "male", "birth_year": "1950", "diabetes": "1"},
        # Checked: unknown; so neither yes nor no.
        {"line": 9, "patient": "B-2", "birth_year": "1960"},
        {"line": 11, "patient": "C-3", "sex": "female", "birth_year": "1961", "diabetes": "0"},
    ]
    assert found["infusion"] == [
        {"line": 6, "patient": "A-1", "infusion_number": "1", "product": "axi_cel",
         "infusion_date": "2020-02-01"},
        {"line": 7, "patient": "A-1", "infusion_number": "2", "product": "tisa_cel"},
    ]  # fmt: skip
    same = {"patient": "A-1", "infusion_number": "1"}
    assert found["assessment"] == [
        {"line": 3, "repeat": "1", "time_point": "decision", "date": "2020-01-01", "ldh": "300"}
        | same,
        {"line": 4, "repeat": "1", "time_point": "d30", "date": "2020-03-01", "ldh": "250.5"}
        | same,
        {"line": 5, "repeat": "2", "time_point": "d30", "date": "2020-03-02"} | same,
    ]


@pytest.mark.parametrize(
    ("before", "after", "words", "line", "column"),
    [
        ("arm_1,,,,,1,1", "arm_1,,,,,3,1", r"\[redcap.codes.gender\] does not have", 3, "gender"),
        ("C-3", "", "no patient's number", 10, "local_number"),
        ("screening_arm_1,cells,1", "screening_arm_1,cels,1", "another instrument", 6, "day0"),
        ("1,month_1_arm_1,,,", "1,month_9_arm_1,,,", "no time point", 4, MARKS["event"]),
        ("2,consent", "1,consent_b,,,A-9,,,,,,,,,,,,\n2,consent", "", None, None),
    ],
)
def test_what_the_mapping_does_not_know_is_refused(tmp_path, before, after, words, line, column):
    path = export(tmp_path, OWN_EXPORT.replace(before, after))
    if not words:  # another event's answer does not count
        assert read(path, mapping(tmp_path, OWN))["patient"][0]["patient"] == "A-1"
        return
    with pytest.raises(DataFileError, match=words) as caught:
        read(path, mapping(tmp_path, OWN))
    assert (caught.value.line, caught.value.column) == (line, column)


def test_two_answers_where_one_is_needed_are_refused(tmp_path):
    text = OWN.replace("[consent_arm_1][local_number]", "local_number")
    path = export(tmp_path, OWN_EXPORT.replace("1,month_1_arm_1,,,,", "1,month_1_arm_1,,,A-9,"))
    with pytest.raises(DataFileError, match="another answer on an earlier line") as caught:
        read(path, mapping(tmp_path, text))
    assert (caught.value.line, caught.value.column) == (4, "local_number")


def test_wide_forms_become_rows(tmp_path):
    text = """
    [redcap]
    [[redcap.rows]]
    table = "assessment"
    columns = { ldh = "ldh_d30" }
    set = { infusion_number = "1", time_point = "d30", repeat = "1" }
    [[redcap.rows]]
    table = "assessment"
    columns = { ldh = "ldh_d90", ecog = "ecog_d90" }
    set = { infusion_number = "1", time_point = "d90", repeat = "1" }
    """
    path = export(
        tmp_path,
        """
        id,ldh_d30,ldh_d90,ecog_d90,labs_complete
        1,100,,,2
        2,110,120,1,2
        """,
    )
    found = read(path, mapping(tmp_path, text))["assessment"]
    assert [(row["line"], row["time_point"], row["ldh"]) for row in found] == [
        (2, "d30", "100"), (3, "d30", "110"), (3, "d90", "120"),
    ]  # fmt: skip


def test_field_that_the_export_has_not_is_refused(tmp_path):
    path = export(tmp_path, OWN_EXPORT.replace("gender", "gendre"))
    with pytest.raises(DataFileError, match=r"gender \(did you mean gendre\?\)"):
        read(path, mapping(tmp_path, OWN))


def test_events_of_the_mapping_need_events_in_the_export(tmp_path):
    path = export(tmp_path, "study,gender,ill___1\n1,1,0")
    text = """
    [redcap]
    [[redcap.rows]]
    table = "patient"
    columns = { sex = "gender" }
    events = ["screening_arm_1"]
    """
    with pytest.raises(DataFileError, match="no redcap_event_name"):
        read(path, mapping(tmp_path, text))
    text = text.replace('"gender"', '"gender", birth_year = "[screening_arm_1][ill___1]"')
    with pytest.raises(DataFileError, match="no column redcap_event_name"):
        read(path, mapping(tmp_path, text))

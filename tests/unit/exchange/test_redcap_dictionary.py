import csv
import re

import pytest

from jalon.core.errors import DataFileError, UserError
from jalon.dictionary import Column, Level, Table, list_tables
from jalon.exchange import describe_fields, read_redcap_dictionary, write_redcap_dictionary
from jalon.exchange.redcap_field import Choice, code_levels, name_fields

# As REDCap's own template has them.
HEADER = (
    "Variable / Field Name,Form Name,Section Header,Field Type,Field Label,"
    '"Choices, Calculations, OR Slider Labels",Field Note,'
    "Text Validation Type OR Show Slider Number,Text Validation Min,Text Validation Max,"
    "Identifier?,Branching Logic (Show field only if...),Required Field?,Custom Alignment,"
    "Question Number (surveys only),Matrix Group Name,Matrix Ranking?,Field Annotation"
)
PATIENT = Column("patient", "identifier", "Patient", required=True)


def table(*columns, name="visit", keys=("patient",)):
    return Table(name, "Visit", "", "", keys=keys, columns=(PATIENT, *columns))


def field_of(column, language="en"):
    return describe_fields([table(column)], language)[1]


def write(path, *rows):
    path.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    return path


def row(name, kind="text", choices="", form="visit"):
    return f'{name},{form},,{kind},Label,"{choices}",' + "," * 11


def test_first_line_is_that_of_redcap(tmp_path):
    path, _ = write_redcap_dictionary(tmp_path / "d.csv")
    assert path.read_text(encoding="utf-8").split("\n")[0] == HEADER


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_column_of_a_patient_is_a_field_and_comes_back(tmp_path, language):
    path, _ = write_redcap_dictionary(tmp_path / "d.csv", language)
    fields = read_redcap_dictionary(path)
    assert fields == describe_fields(list_tables(), language)
    columns = sum(len(t.columns) - 1 for t in list_tables() if "patient" in t.names)
    assert len(fields) == 1 + columns
    assert fields[0].name == "record_id"


def test_redcap_can_take_every_name_code_and_number(tmp_path):
    path, _ = write_redcap_dictionary(tmp_path / "d.csv")
    fields = read_redcap_dictionary(path)
    names = [field.name for field in fields]
    assert len(set(names)) == len(names)
    forms = {field.form for field in fields}
    assert not {f"{form}_complete" for form in forms} & set(names)
    for field in fields:
        assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", field.name)
        assert len(field.name) <= 100
        assert all(re.fullmatch(r"[A-Za-z0-9._-]+", choice.code) for choice in field.choices)
        codes = [choice.code.lower() for choice in field.choices]
        assert len(set(codes)) == len(codes)
        for limit in (field.low, field.high):
            assert limit == "" or float(limit) == float(limit)
            assert limit == "" or field.validation in {"integer", "number"}
    # Instruments must be in one piece each.
    order = [field.form for field in fields]
    assert [f for i, f in enumerate(order) if i == 0 or order[i - 1] != f] == list(
        dict.fromkeys(order)
    )


def test_file_beside_lists_repeating_instruments_with_their_keys(tmp_path):
    _, beside = write_redcap_dictionary(tmp_path / "d.csv")
    with beside.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    repeated = {t.name for t in list_tables() if "patient" in t.names and t.keys != ("patient",)}
    assert {row["form_name"] for row in rows} == repeated
    names = {field.name for field in describe_fields(list_tables(), "en")}
    for entry in rows:
        keys = re.findall(r"\[(\w+)\]", entry["custom_form_label"])
        assert keys
        assert set(keys) <= names
    assert beside.name == "d_repeating.csv"


def test_kinds_and_limits():
    number = field_of(Column("ldh", "number", "LDH", unit="U/L", low=10, high=20000.5))
    assert (number.kind, number.validation) == ("text", "number")
    assert (number.low, number.high, number.note) == ("10", "20000.5", "U/L, 10 to 20,000.5")
    strict = field_of(Column("n", "integer", "N", above=0, below=10))
    assert (strict.validation, strict.low, strict.high) == ("integer", "1", "9")
    dose = field_of(Column("d", "number", "D", above=0, soft_high=2.5), "fr")
    assert (dose.low, dose.note) == ("0", "au-dessus de 0, question posée au-dessus de 2,5")
    assert field_of(Column("on", "date", "On")).validation == "date_ymd"
    assert field_of(Column("dead", "flag", "Died")).kind == "yesno"
    assert field_of(Column("who", "identifier", "Who")).identifier
    levels = tuple(Level(f"l{i}", f"L | {i}", f"N{i}") for i in range(7))
    long = field_of(Column("c", "category", "C", levels=levels, required=True), "fr")
    assert (long.kind, long.required, long.choices[0]) == ("dropdown", True, Choice("l0", "N0"))
    short = field_of(Column("c", "category", "C", levels=levels[:2]))
    assert (short.kind, short.choices[0].label) == ("radio", "L / 0")


def test_names_that_would_clash_are_told_apart():
    first = table(Column("date", "date", ""), Column("visit_date", "date", ""))
    second = table(Column("complete", "flag", ""), name="end")
    names = name_fields([first, second])
    assert names["visit", "date"] == "visit_date"
    assert names["visit", "visit_date"] == "visit_date_2"
    assert names["end", "complete"] == "end_complete_2"
    assert names["end", "patient"] == "record_id"


def test_codes_that_redcap_does_not_allow_are_replaced_and_stay_apart():
    column = Column(
        "g", "category", "", levels=tuple(map(Level, ("3+", "3*", "a", "A", "-1", "1.5")))
    )
    codes = code_levels(column)
    assert codes["-1"] == "-1"
    assert codes["1.5"] == "1.5"
    assert codes["3+"] == "3_"
    assert len({code.lower() for code in codes.values()}) == 6


def test_language_and_tables_are_checked(tmp_path):
    with pytest.raises(UserError, match="en or fr"):
        write_redcap_dictionary(tmp_path / "d.csv", "de")
    alone = Table("centre", "", "", "", columns=(Column("centre", "identifier", ""),))
    with pytest.raises(UserError, match="nothing to collect"):
        describe_fields([alone], "en")
    assert not list(tmp_path.iterdir())


def test_dictionary_of_a_project_of_its_own(tmp_path):
    path = write(
        tmp_path / "d.csv",
        row("study_id"),
        row("sites", "checkbox", "1, Liver | -9, Other, any | c3, Bone"),
        row("hint", "descriptive"),
        row("total", "calc", "[a]+[b]"),
        row("ok", "yesno"),
    )
    fields = read_redcap_dictionary(path)
    assert [field.kind for field in fields] == ["text", "checkbox", "descriptive", "calc", "yesno"]
    assert fields[1].choices[1] == Choice("-9", "Other, any")
    assert fields[1].export_names == ("sites___1", "sites____9", "sites___c3")
    assert fields[2].export_names == ()
    assert fields[3].calculation == "[a]+[b]"


def test_semicolons_byte_order_mark_and_names_of_the_api(tmp_path):
    text = "field_name;form_name;field_type;field_label;select_choices_or_calculations\n"
    text += "id;visit;text;Number;\nsex;visit;radio;Sex;1, male | 2, female\n"
    path = tmp_path / "d.csv"
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert read_redcap_dictionary(path)[1].choices == (Choice("1", "male"), Choice("2", "female"))


@pytest.mark.parametrize(
    ("rows", "line", "words"),
    [
        ([row("id"), row("Sex")], 3, "small letters"),
        ([row("id"), row("sex", "picture")], 3, "unknown field type"),
        ([row("id"), row("sex", "radio", "male or female")], 3, "1, Yes"),
        ([row("id"), row("sex", "radio", "1, a | 1, b")], 3, "each code once"),
        ([row("id"), row("id")], 3, "earlier line"),
    ],
)
def test_mistakes_are_named_with_their_line(tmp_path, rows, line, words):
    with pytest.raises(DataFileError, match=words) as caught:
        read_redcap_dictionary(write(tmp_path / "d.csv", *rows))
    assert caught.value.line == line


def test_another_file_is_not_a_dictionary(tmp_path):
    path = tmp_path / "d.csv"
    path.write_text("record_id,age\n1,50\n", encoding="utf-8")
    with pytest.raises(DataFileError, match="not a REDCap data dictionary"):
        read_redcap_dictionary(path)

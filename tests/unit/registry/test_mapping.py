"""A mapping file says what a centre's columns mean; mistakes in it are told by their key."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.registry.test_intake import PATIENT, TABLE, TODAY

from jalon.core import StudyFileError
from jalon.dictionary import list_tables
from jalon.registry.mapping import Mapping, MappingPart, Unit, load_mapping, write_mapping
from jalon.registry.mapping_suggest import suggest_mapping
from jalon.registry.preview import preview
from jalon.registry.sheet import read_sheet

TABLES = (TABLE, PATIENT)
GOOD = """
table = "assessment"
dates = "dmy"
missing = ["inconnu"]
[constants]
time_point = "d30"
[columns]
"N°" = "patient"
"Commentaire" = ""
[units]
crp = "mg/dL"
ldh = { unit = "ukat/L", analyte = "ldh" }
[levels.bulk]
"grosse" = "1"
"?" = ""
"""


def load(folder: Path, text: str) -> Mapping:
    path = folder / "centre.toml"
    path.write_text(text, encoding="utf-8")
    return load_mapping(path, TABLES)


def test_a_mapping_is_read(tmp_path: Path) -> None:
    (part,) = load(tmp_path, GOOD).parts
    assert part.columns == {"N°": "patient", "Commentaire": ""}
    assert part.unit_of("crp") == Unit("mg/dL")
    assert part.unit_of("ldh") == Unit("ukat/L", "ldh")
    assert part.unit_of("ecog") is None
    assert (part.dates, part.missing) == ("dmy", ("inconnu",))
    assert len(load(tmp_path, GOOD).sha256) == 64


def test_what_stands_before_the_parts_holds_for_each(tmp_path: Path) -> None:
    mapping = load(
        tmp_path,
        'dates = "dmy"\n[columns]\nid = "patient"\n'
        '[[part]]\ntable = "patient"\n[part.columns]\ns = "sex"\n'
        '[[part]]\ntable = "assessment"\ndates = "iso"\n[part.constants]\ntime_point = "d0"\n',
    )
    first, second = mapping.parts
    assert first.columns == {"id": "patient", "s": "sex"}
    assert (first.dates, second.dates) == ("dmy", "iso")
    assert second.columns == {"id": "patient"}
    assert mapping.tables == ("patient", "assessment")


MISTAKES = {
    "not TOML": ("table = ", "is not valid TOML"),
    "no table": ('[columns]\na = "patient"\n', "table: this key is needed"),
    "unknown table": (
        'table = "asessment"\n',
        "table: no table asessment (did you mean assessment?)",
    ),
    "unknown key": (
        'table = "patient"\ncolumn = 1\n',
        "column: unknown key (did you mean columns?)",
    ),
    "unknown column": (
        'table = "patient"\n[columns]\na = "sexe"\n',
        'columns."a": table patient has no column sexe (did you mean sex?)',
    ),
    "column twice": (
        'table = "patient"\n[columns]\na = "sex"\nb = "sex"\n',
        'columns."a": two columns of the file are mapped to sex',
    ),
    "column and constant": (
        'table = "assessment"\n[columns]\na = "time_point"\n[constants]\ntime_point = "d0"\n',
        'columns."a": time_point is also under constants',
    ),
    "unit of a text": (
        'table = "patient"\n[units]\nsex = "mg"\n',
        "units.sex: only a number or an integer has a unit",
    ),
    "unknown unit": (
        'table = "assessment"\n[units]\ncrp = "g"\n',
        "units.crp: g is not a unit of crp; use mg/dL or mg/L",
    ),
    "no way to convert": (
        'table = "assessment"\n[units]\necog = "g"\n',
        "units.ecog: ecog is kept in no unit",
    ),
    "factor of zero": (
        'table = "assessment"\n[units]\ncrp = { unit = "g", times = 0.0 }\n',
        "units.crp: times is a number",
    ),
    "unit without its name": (
        'table = "assessment"\n[units]\ncrp = { analyte = "crp" }\n',
        "units.crp",
    ),
    "levels of a number": (
        'table = "assessment"\n[levels.ldh]\na = "1"\n',
        "levels.ldh: only a category or a flag",
    ),
    "unknown level": (
        'table = "patient"\n[levels.sex]\nM = "mal"\n',
        'levels.sex."M": mal is no value of sex (did you mean male?); it has male, female',
    ),
    "unknown constant": (
        'table = "assessment"\n[constants]\ntime_point = "d31"\n',
        "constants.time_point: d31 is no value of time_point (did you mean d30?)",
    ),
    "constant patient": ('table = "patient"\n[constants]\npatient = "1"\n', "constants.patient"),
    "unknown order": ('table = "patient"\ndates = "ymd"\n', "dates: input should be 'iso', 'dmy'"),
    "a number for a text": ('table = "patient"\n[columns]\na = 1\n', "columns.a: input should be"),
    "a part's mistake": (
        '[[part]]\ntable = "patient"\n[[part]]\ntable = "patient"\n[part.columns]\na = "sexe"\n',
        'part.2.columns."a"',
    ),
    "a table before parts": (
        'table = "patient"\n[[part]]\ntable = "patient"\n',
        "table: does not stand before [[part]]",
    ),
    "no list of parts": ("part = 1\n", "part: expected a list"),
    "no parts": ("part = []\n", "part: give at least one"),
}


@pytest.mark.parametrize("case", MISTAKES)
def test_a_mistake_is_told_by_its_key(tmp_path: Path, case: str) -> None:
    text, told = MISTAKES[case]
    with pytest.raises(StudyFileError) as caught:
        load(tmp_path, text)
    assert told in str(caught.value)


def test_an_absent_or_binary_mapping_is_refused(tmp_path: Path) -> None:
    (tmp_path / "centre.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(StudyFileError, match="not UTF-8"):
        load_mapping(tmp_path / "centre.toml", TABLES)
    with pytest.raises(StudyFileError, match=r"no such mapping .*did you mean centre.toml"):
        load_mapping(tmp_path / "center.toml", TABLES)


def test_a_written_mapping_is_read_as_it_was(tmp_path: Path) -> None:
    mapping = load(tmp_path, GOOD)
    write_mapping(mapping, tmp_path / "again.toml")
    assert load_mapping(tmp_path / "again.toml", TABLES).parts == mapping.parts
    several = Mapping((*mapping.parts, MappingPart("patient", {"N°": "patient"})))
    write_mapping(several, tmp_path / "several.toml")
    assert load_mapping(tmp_path / "several.toml", TABLES).parts == several.parts


def sheet_of(folder: Path, text: str):
    path = folder / "centre.csv"
    path.write_text(text, encoding="utf-8")
    return read_sheet(path)


def test_a_mapping_is_suggested_from_names_labels_and_near_spellings(tmp_path: Path) -> None:
    sheet = sheet_of(
        tmp_path,
        "Patient;Time-point;LDH (UI/L);CRP (mg/dL);Date;ECOG ;Nom;bulk;Remarque\n"
        "A;J0;250;1,5;31/01/2020;1;X;Oui;\n",
    )
    (part,) = suggest_mapping(sheet, TABLE).parts
    assert part.columns == {
        "Patient": "patient",
        "Time-point": "time_point",
        "LDH (UI/L)": "ldh",
        "CRP (mg/dL)": "crp",
        "Date": "date",
        "ECOG": "ecog",
        "Nom": "",
        "bulk": "bulk",
        "Remarque": "",
    }
    assert part.units == {"crp": "mg/dL"}
    assert part.levels == {"bulk": {"Oui": "1"}}
    assert part.dates == "dmy"


@pytest.mark.parametrize("table", list_tables(), ids=lambda table: table.name)
@pytest.mark.parametrize("language", ["name", "label_en", "label_fr"])
def test_labels_of_the_dictionary_are_recognised(tmp_path: Path, table, language: str) -> None:
    names = [getattr(column, language) for column in table.columns]
    if len(set(names)) < len(names):
        return
    sheet = sheet_of(
        tmp_path, ";".join(f'"{name}"' for name in names) + "\n" + ";".join("1" * len(names))
    )
    (part,) = suggest_mapping(sheet, table).parts
    expected = [column.name for column in table.columns]
    if table.name != "centre":
        assert list(part.columns.values()) == expected


def test_a_preview_counts_and_shows_no_value(tmp_path: Path) -> None:
    sheet = sheet_of(tmp_path, "patient,time_point,L,Nom\nA,d0,250,Zoe\nB,,x9,\nC,d0,7.5,\n")
    rows = preview(Mapping((MappingPart("assessment", {"L": "ldh"}),)), sheet, TABLES, TODAY)
    told = {row.theirs: (row.ours, row.filled, row.converted, row.kinds) for row in rows}
    assert told == {
        "patient": ("patient", 3, 3, "text 3"),
        "time_point": ("time_point", 2, 2, "text 2"),
        "L": ("ldh", 3, 1, "whole number 1 · decimal number 1 · text 1"),
        "Nom": ("", 1, 0, "text 1"),
    }
    assert "a person's name" in next(row.refused for row in rows if row.theirs == "Nom")


def test_a_preview_tells_constants(tmp_path: Path) -> None:
    sheet = sheet_of(tmp_path, "patient\nA\n")
    part = MappingPart("assessment", constants={"time_point": "d0"})
    assert [
        (row.theirs, row.ours, row.kinds) for row in preview(Mapping((part,)), sheet, TABLES, TODAY)
    ] == [("patient", "patient", "text 1"), ("", "time_point", "the same in every row")]


@pytest.mark.parametrize("name", ["N° patient", "ID", "Patient ID", "code_patient", "Numéro"])
def test_a_centres_own_number_is_recognised(tmp_path: Path, name: str) -> None:
    (part,) = suggest_mapping(sheet_of(tmp_path, f"{name};LDH\n1;2\n"), TABLE).parts
    assert part.columns == {name: "patient", "LDH": "ldh"}

"""Bad data files: what is wrong with each, and what a person is told.

The good file is a header and rows in the form of ``gbsg.csv``. No message repeats what a
patient's cell holds.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from jalon.core import DataFileError, UserError
from jalon.dictionary import Table, load_table
from jalon.registry import read

HEADER = "pid,age,meno,size,grade,nodes,pgr,er,hormon,rfstime,status\n"
ROW = "901,49,0,18,2,2,0,0,0,1838,0\n"
OTHER = "902,55,1,20,3,16,0,0,0,403,1\n"
GOOD = HEADER + ROW + OTHER


@pytest.fixture(scope="module")
def gbsg(dictionaries: Path) -> Table:
    return load_table(dictionaries / "gbsg.toml")


def told(folder: Path, table: Table, content: str | bytes, **options: str) -> str:
    path = folder / "patients.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with pytest.raises(DataFileError) as caught:
        read(path, table, **options)
    return str(caught.value)


BAD_FILES: dict[str, tuple[str | bytes, str]] = {
    "empty file": ("", "patients.csv: is empty"),
    "only blank lines": ("\n  \n", "patients.csv: is empty"),
    "header only": (HEADER, "patients.csv: has column names but no rows"),
    "no header": (ROW + OTHER, "line 1: the first line holds none of the column names"),
    "semicolons": (
        GOOD.replace(",", ";"),
        'line 1: the columns are not separated by ","; add --separator ";"',
    ),
    "semicolons and quotes": (
        '"pid";"age"\n"901";"49"\n',
        'line 1: the columns are not separated by ","; add --separator ";"',
    ),
    "tabs": (
        GOOD.replace(",", "\t"),
        'line 1: the columns are not separated by ","; add --separator tab',
    ),
    "decimal comma in quotes": (
        GOOD.replace(",18,", ',"18,5",'),
        "line 2, column size: expected a number above 0 and of at most 300 mm, found a decimal "
        'comma where a decimal point is read; add --decimal ","',
    ),
    "decimal comma without quotes": (
        GOOD.replace(",18,", ",18,5,"),
        "line 2: more values than the 11 columns of the header; a value that holds the separator "
        "(a decimal comma?) must stand in quotes",
    ),
    "row cut short": (
        HEADER + "901,49\n" + OTHER,
        "line 2: fewer values than the 11 columns of the header",
    ),
    "duplicated patient": (
        GOOD + ROW,
        "line 4, column pid: duplicated patient: this identifier stands on an earlier line",
    ),
    "patient without number": (
        GOOD.replace("902", " "),
        "line 3, column pid: a value is required here, found none; give an identifier",
    ),
    "time zero": (
        GOOD.replace("1838", "0"),
        "line 2, column rfstime: expected a number above 0 and of at most 25000 days, "
        "found a number below the range",
    ),
    "time negative": (
        GOOD.replace("1838", "-1838"),
        "line 2, column rfstime: expected a number above 0",
    ),
    "time missing": (
        GOOD.replace("1838", ""),
        "line 2, column rfstime: a value is required here, found none; give a number above 0",
    ),
    "event coded 2": (
        GOOD.replace("403,1", "403,2"),
        "line 3, column status: expected 0 or 1, found another text",
    ),
    "event missing": (
        GOOD.replace("403,1", "403,"),
        "line 3, column status: a value is required here, found none; give 0 or 1",
    ),
    "word in a number": (
        GOOD.replace(",49,", ",forty,"),
        "line 2, column age: expected a whole number from 15 to 110 years, found text that is not "
        "a number",
    ),
    "NaN": (
        GOOD.replace(",18,", ",NaN,"),
        "line 2, column size: expected a number above 0 and of at most 300 mm, found a word or "
        "sign that is not a number; leave the cell empty",
    ),
    "infinity": (GOOD.replace(",18,", ",-inf,"), "line 2, column size: expected a number"),
    "number too large": (
        GOOD.replace(",18,", ",1e999,"),
        "line 2, column size: expected a number above 0 and of at most 300 mm, found a number too "
        "large to be meant",
    ),
    "half a year of age": (
        GOOD.replace(",49,", ",49.5,"),
        "line 2, column age: expected a whole number from 15 to 110 years, found a number that is "
        "not whole",
    ),
    "age in months": (
        GOOD.replace(",49,", ",588,"),
        "line 2, column age: expected a whole number from 15 to 110 years, found a number above "
        "the range; correct it, or check its unit",
    ),
    "column name twice": (
        GOOD.replace("er,hormon", "pgr,hormon"),
        "line 1, column pgr: 2 columns have this name",
    ),
    "required column absent": (
        GOOD.replace("rfstime", "rfs_time"),
        "line 1: 1 required column is absent: rfstime (did you mean rfs_time?)",
    ),
    "200 columns not in the dictionary": (
        HEADER.strip() + "".join(f",gene{i}" for i in range(200)) + "\n",
        "line 1: 200 columns are not in dictionary gbsg: gene0, gene1, gene2, gene3, gene4, …; "
        "add each to the dictionary, or set ignore_unknown = true",
    ),
    "column without a name": (
        GOOD.replace("\n", ",\n"),
        "line 1: 1 column is not in dictionary gbsg: (no name)",
    ),
    "not UTF-8": (
        (GOOD + "Mülheim").encode("latin-1"),
        "line 4: is not UTF-8 text; save it as UTF-8, or say how it is coded, often "
        "--encoding latin-1",
    ),
    "UTF-16": (GOOD.encode("utf-16"), "line 1: looks like UTF-16 text; add --encoding utf-16"),
    "NUL bytes": (GOOD.encode() + b"\0\0", "line 4: holds NUL bytes"),
    "spreadsheet": (b"PK\x03\x04 and more", "patients.csv: is a spreadsheet or zip archive"),
    "quote not closed": (
        GOOD.replace("902", '"902'),
        'line 3: this row cannot be split into values: a quote (") is not closed',
    ),
    "text after a quote": (
        GOOD.replace("902", '"902"x'),
        "line 3: this row cannot be split into values",
    ),
    "huge value": (GOOD.replace("902", "9" * 200_000), "line 3: this row cannot be split"),
}


@pytest.mark.parametrize("case", BAD_FILES)
def test_a_bad_file_is_refused_with_advice(case: str, tmp_path: Path, gbsg: Table) -> None:
    content, expected = BAD_FILES[case]
    message = told(tmp_path, gbsg, content)
    assert expected in message
    assert "901" not in message
    assert "902" not in message


def test_the_good_file_is_read(tmp_path: Path, gbsg: Table) -> None:
    path = tmp_path / "patients.csv"
    path.write_text(GOOD)
    batch = read(path, gbsg)
    assert batch.frame["rfstime"].to_list() == [1838.0, 403.0]
    assert batch.frame["pid"].to_list() == ["901", "902"]


def test_the_named_option_mends_each_file(tmp_path: Path, gbsg: Table) -> None:
    path = tmp_path / "patients.csv"
    mended = [
        (GOOD.replace(",", ";").encode(), {"separator": ";"}),
        (GOOD.replace(",", "\t").encode(), {"separator": "tab"}),
        (GOOD.replace(",18,", ',"18,0",').encode(), {"decimal": ","}),
        (GOOD.encode("utf-16"), {"encoding": "utf-16"}),
        (b"\xef\xbb\xbf" + GOOD.encode(), {}),
    ]
    for content, options in mended:
        path.write_bytes(content)
        assert read(path, gbsg, **options).frame["size"].to_list() == [18.0, 20.0]


def test_a_decimal_point_is_refused_where_a_comma_was_named(tmp_path: Path, gbsg: Table) -> None:
    content = GOOD.replace(",", ";").replace(";18;", ";18.5;")
    message = told(tmp_path, gbsg, content, separator=";", decimal=",")
    assert 'found a decimal point where a decimal comma is read; add --decimal "."' in message


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path, gbsg: Table) -> None:
    rows = "".join(f"{i},4,0,big,2,2,0,0,0,1838,0\n" for i in range(700, 720))
    assert told(tmp_path, gbsg, HEADER + rows).splitlines() == [
        "patients.csv, line 2, column age: expected a whole number from 15 to 110 years, found a "
        "number below the range; correct it, or check its unit "
        "(also on 19 more lines: 3, 4, 5, 6, 7, …)",
        "and 1 more:",
        "  line 2, column size: expected a number above 0 and of at most 300 mm, found text that "
        "is not a number (also on 19 more lines: 3, 4, 5, 6, 7, …)",
    ]


def test_line_numbers_count_lines_of_the_file(tmp_path: Path, gbsg: Table) -> None:
    content = HEADER + '"90\n1",49,0,18,2,2,0,0,0,1838,0\n\n' + OTHER.replace("1\n", "7\n")
    assert "line 5, column status" in told(tmp_path, gbsg, content)


def test_a_wrong_path_names_the_nearest_file(example_data: Path, gbsg: Table) -> None:
    with pytest.raises(DataFileError, match=r"gbsq\.csv: no such file .*did you mean gbsg\.csv"):
        read(example_data / "gbsq.csv", gbsg)
    with pytest.raises(DataFileError, match="no such folder"):
        read(example_data / "nowhere" / "gbsg.csv", gbsg)
    with pytest.raises(DataFileError, match="data: is a folder; name a CSV file"):
        read(example_data, gbsg)
    with pytest.raises(DataFileError, match="null: is not a regular file"):
        read(Path("/dev/null"), gbsg)
    with pytest.raises(DataFileError, match="cannot be read: file name too long"):
        read(example_data / ("x" * 300), gbsg)


def test_text_that_is_not_in_the_named_encoding_is_refused(tmp_path: Path, gbsg: Table) -> None:
    odd = b"\xff\xfe" + GOOD.encode("utf-16-le") + b"x"
    assert "is not utf-16 text" in told(tmp_path, gbsg, odd, encoding="utf-16")
    nul = ("\ufeff" + GOOD + "\0").encode("utf-16-le")
    assert "line 4: holds NUL characters" in told(tmp_path, gbsg, nul, encoding="utf-16")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"separator": "comma"}, "unknown --separator"),
        ({"decimal": ";"}, "unknown --decimal"),
        ({"encoding": "ebcdic"}, "unknown --encoding"),
    ],
)
def test_an_unknown_option_is_refused(
    tmp_path: Path, gbsg: Table, options: dict[str, str], message: str
) -> None:
    path = tmp_path / "patients.csv"
    path.write_text(GOOD)
    with pytest.raises(UserError, match=message):
        read(path, gbsg, **options)

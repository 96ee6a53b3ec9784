"""A file becomes texts in columns, and how it was understood is said."""

from __future__ import annotations

import hashlib
from pathlib import Path

import polars as pl
import pytest

from jalon.core import DataFileError, UserError
from jalon.registry.sheet import Sheet, SheetOptions, read_sheet


def read(folder: Path, content: str | bytes, **options: str) -> Sheet:
    path = folder / "centre.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return read_sheet(path, SheetOptions(**options))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a,b\n1.5,2\n", "CSV, comma, decimal point, UTF-8"),
        ("a;b\n1,5;2\n", "CSV, semicolon, decimal comma, UTF-8"),
        ("a;b\n1.5;2\n", "CSV, semicolon, decimal point, UTF-8"),
        ("a\tb\n1\t2\n", "CSV, tab, no decimals, UTF-8"),
        ("a|b\nx|2,25\n", "CSV, pipe, decimal comma, UTF-8"),
        ('a,b\n"1,5",2\n', "CSV, comma, decimal comma, UTF-8"),
        ("\ufeffa;b\n1;2\n", "CSV, semicolon, no decimals, UTF-8"),
        ("a;b\né;2\n".encode("latin-1"), "CSV, semicolon, no decimals, Latin-1"),
        ("a;b\n€;2\n".encode("cp1252"), "CSV, semicolon, no decimals, Windows-1252"),
        ("a;b\né;2\n".encode("utf-16"), "CSV, semicolon, no decimals, UTF-16"),
        ("sep=;\na;b\n1,5;x,y\n", "CSV, semicolon, decimal comma, UTF-8"),
    ],
)
def test_what_was_found_out_is_said(tmp_path: Path, content: str | bytes, said: str) -> None:
    sheet = read(tmp_path, content)
    assert sheet.read_as == said
    assert sheet.header == ("a", "b")


def test_a_sheet_keeps_texts_lines_hash_and_size(tmp_path: Path) -> None:
    content = '\ufeffa, b \r\n 1 ,"x;y"\r\n2,\r\n'
    sheet = read(tmp_path, content)
    assert sheet.cells.rows() == [("1", "x;y"), ("2", "")]
    assert sheet.header == ("a", "b")
    assert sheet.lines.tolist() == [2, 3]
    assert (sheet.kind, sheet.separator, sheet.decimal, sheet.encoding) == (
        "csv",
        ",",
        ".",
        "utf-8",
    )
    assert sheet.sha256 == hashlib.sha256(content.encode()).hexdigest()
    assert sheet.size == len(content.encode())
    assert len(sheet) == 2


def test_lines_count_blank_lines_and_quoted_line_breaks(tmp_path: Path) -> None:
    sheet = read(tmp_path, 'a,b\n"x\ny",2\n\nz,3\n,\nw,4\n')
    assert sheet.lines.tolist() == [2, 5, 7]
    assert sheet.notes == ("1 row without any value left out",)


def test_the_line_of_the_header_counts_when_a_separator_is_declared(tmp_path: Path) -> None:
    sheet = read(tmp_path, "sep=;\na;b\n1;2\n")
    assert (sheet.header_line, sheet.lines.tolist()) == (2, [3])
    careful = read(tmp_path, 'sep=;\na;b\n"1\n";2\n3;4\n')
    assert (careful.header_line, careful.lines.tolist()) == (2, [3, 5])


def test_columns_without_name_and_values_are_left_out_and_told(tmp_path: Path) -> None:
    sheet = read(tmp_path, "a;;b;\n1;;2;\n")
    assert sheet.header == ("a", "b")
    assert sheet.notes == ("2 columns without a name and without values left out",)


def test_one_column_needs_no_separator(tmp_path: Path) -> None:
    assert read(tmp_path, "patient\nA1\nA2\n").cells["patient"].to_list() == ["A1", "A2"]


def test_what_was_said_is_not_found_out(tmp_path: Path) -> None:
    assert read(tmp_path, "a;b\n1,5;2.5\n", decimal=",").decimal == ","
    assert read(tmp_path, "a;b,c\n1;2,3\n", separator=";").header == ("a", "b,c")
    assert read(tmp_path, "a;b\n1,234;2\n", decimal=".").decimal == "."
    assert read(tmp_path, "a;prénom\n1;2\n".encode("cp850"), encoding="cp850").header[1] == "prénom"
    assert read(tmp_path, "a;é\n1;2\n".encode("mac-roman"), encoding="mac-roman").header[1] == "é"
    assert read(tmp_path, "a\tb\n1\t2\n", separator="tab").separator == "\t"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"separator": ":"}, "unknown --separator"),
        ({"decimal": ";"}, "unknown --decimal"),
        ({"encoding": "klingon"}, "unknown --encoding"),
        ({"encoding": "idna"}, "unknown --encoding"),
    ],
)
def test_unknown_options_are_refused(tmp_path: Path, options: dict[str, str], told: str) -> None:
    with pytest.raises(UserError, match=told):
        read(tmp_path, "a,b\n1,2\n", **options)


def test_a_decimal_with_a_leading_zero_is_no_thousand(tmp_path: Path) -> None:
    assert read(tmp_path, "a;b\n0,123;x\n").decimal == ","
    assert read(tmp_path, "a;b\n1,234;x\n12,5;y\n").decimal == ","


def test_columns_without_a_name_are_told_by_their_place(tmp_path: Path) -> None:
    with pytest.raises(DataFileError) as caught:
        read(tmp_path, "DUPONT Marie;LDH;CRP\nx;1,5;2.5\n")
    assert "DUPONT" not in str(caught.value)
    assert caught.value.column == "2"


def test_a_parquet_file_keeps_its_types_as_texts(tmp_path: Path) -> None:
    path = tmp_path / "centre.parquet"
    frame = pl.DataFrame({
        "text": [" a ", None],
        "whole": [12, None],
        "float": [0.1 + 0.2, None],
        "code": [12.0, None],
        "yes": [True, False],
        "day": pl.Series(["2020-02-29", None]).str.to_date(),
        "time": pl.Series(["2020-02-29 00:00:00", "2020-02-29 12:30:00"]).str.to_datetime(),
        "level": pl.Series(["I", "II"], dtype=pl.Categorical),
        "exact": pl.Series(["1.20", None]).str.to_decimal(scale=2),
        "huge": [2**60, None],
        "none": pl.Series([None, None], dtype=pl.Null),
    })  # fmt: skip
    frame.write_parquet(path)
    sheet = read_sheet(path)
    assert sheet.cells.row(0) == (
        "a", "12", "0.30000000000000004", "12", "1", "2020-02-29", "2020-02-29T00:00:00", "I",
        "1.20", str(2**60), "",
    )  # fmt: skip
    assert sheet.cells.row(1)[4:7] == ("0", "", "2020-02-29T12:30:00")
    assert (sheet.kind, sheet.read_as, sheet.lines.tolist()) == ("parquet", "Parquet", [1, 2])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda content: content[:-20], "not a whole Parquet file"),
        (lambda content: content[:8], "not a whole Parquet file"),
        (lambda content: content[:50] + b"x" * 20 + content[70:-40] + b"PAR1", "not a whole"),
    ],
)
def test_a_damaged_parquet_file_is_refused(tmp_path: Path, change, told: str) -> None:
    path = tmp_path / "centre.parquet"
    pl.DataFrame({"patient": ["a"] * 100, "ldh": range(100)}).write_parquet(path)
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(DataFileError, match=told):
        read_sheet(path)


def test_nested_values_of_parquet_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "centre.parquet"
    pl.DataFrame({"patient": ["a"], "sites": [["liver", "lung"]]}).write_parquet(path)
    with pytest.raises(DataFileError, match="column sites: holds values of type List"):
        read_sheet(path)


def test_a_file_too_large_for_memory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jalon.registry.sheet.read.MAX_BYTES", 10)
    with pytest.raises(DataFileError, match="is larger than 1e-08 GB; split it"):
        read(tmp_path, "patient,ldh\nA,1\n")


def test_an_absent_file_or_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match="no such file"):
        read_sheet(tmp_path / "none.csv")
    with pytest.raises(DataFileError, match="is a folder"):
        read_sheet(tmp_path)

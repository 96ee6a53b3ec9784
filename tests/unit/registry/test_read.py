"""A file becomes typed rows; what is odd but possible becomes a question."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from jalon.core import DataFileError
from jalon.dictionary import Column, FlagRule, Level, OrderRule, SumRule, Table
from jalon.registry import Issue, read

TABLE = Table(
    name="visits",
    label_en="Visits",
    source="made for this test",
    licence="Apache-2.0",
    data_kind="synthetic",
    key="id",
    missing=("NA",),
    columns=(
        Column("id", "identifier", "Patient"),
        Column("ldh", "number", "LDH", unit="U/L", low=0, missing=("nd",)),
        Column("sites", "integer", "Sites"),
        Column("old", "flag", "Over 60", levels=(Level("1", aliases=("yes",)),)),
        Column("stage", "category", "Stage", levels=(Level("I", aliases=("1",)), Level("II"))),
    ),
)


def read_text(folder: Path, text: str, table: Table = TABLE, **options: str):
    path = folder / "visits.csv"
    path.write_bytes(text.encode())
    return read(path, table, **options)


def test_each_kind_has_its_type_and_missing_is_null(tmp_path: Path) -> None:
    batch = read_text(
        tmp_path, "id,ldh,sites,old,stage\na,1.5,3,yes,1\nb, nd ,NA,0,\n c ,2e2,4.0, 1 ,II\n"
    )
    assert batch.frame.schema == {
        "id": pl.String,
        "ldh": pl.Float64,
        "sites": pl.Int64,
        "old": pl.Int64,
        "stage": pl.String,
    }
    assert batch.frame.rows() == [
        ("a", 1.5, 3, 1, "I"),
        ("b", None, None, 0, None),
        ("c", 200.0, 4, 1, "II"),
    ]
    assert (len(batch), batch.lines.tolist(), batch.issues) == (3, [2, 3, 4], ())


def test_the_hash_is_that_of_the_bytes(tmp_path: Path) -> None:
    text = "\ufeffid,ldh,sites,old,stage\r\na,1,1,1,I\r\n"
    assert read_text(tmp_path, text).sha256 == hashlib.sha256(text.encode()).hexdigest()


def test_columns_come_in_the_order_of_the_dictionary(tmp_path: Path) -> None:
    batch = read_text(tmp_path, "stage,id,old,ldh,sites\nI,a,1,2,3\n")
    assert batch.frame.rows() == [("a", 2.0, 3, 1, "I")]


def test_an_absent_optional_column_is_missing_for_everyone(tmp_path: Path) -> None:
    batch = read_text(tmp_path, "id,ldh,old,stage\na,1,1,I\nb,2,0,I\n")
    assert batch.frame["sites"].to_list() == [None, None]
    assert batch.issues == (Issue("not in the file, read as missing for everyone", ("sites",)),)


def test_unknown_columns_are_left_out_when_the_dictionary_says_so(tmp_path: Path) -> None:
    text = "id,ldh,sites,old,stage,gene\na,1,1,1,I,x\n"
    batch = read_text(tmp_path, text, replace(TABLE, ignore_unknown=True))
    assert batch.frame.width == 5
    assert batch.issues == (Issue("not in the dictionary, left out", ("gene",)),)


def test_decimal_commas_and_semicolons(tmp_path: Path) -> None:
    text = "id;ldh;sites;old;stage\na;12,25;3;1;I\n"
    batch = read_text(tmp_path, text, separator=";", decimal=",")
    assert batch.frame["ldh"].to_list() == [12.25]


def test_latin_1_text_is_read_when_named(tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"
    path.write_bytes("id,ldh,sites,old,stage\né,1,1,1,I\n".encode("latin-1"))
    assert read(path, TABLE, encoding="latin-1").frame["id"].to_list() == ["é"]


def test_only_the_last_wrong_number_of_a_row_is_not_enough(tmp_path: Path) -> None:
    with pytest.raises(DataFileError) as caught:
        read_text(tmp_path, "id,ldh,sites,old,stage\na,1,x,1,I\nb,-1,1,1,I\nb,1,1,9,III\n")
    error = caught.value
    assert (error.line, error.column) == (2, "sites")
    assert [text.split(":")[0] for text in error.more] == [
        "line 3, column ldh",
        "line 4, column old",
        "line 4, column stage",
        "line 4, column id",
    ]


def test_more_than_twenty_kinds_of_problem_are_counted(tmp_path: Path) -> None:
    names = [f"x{i}" for i in range(25)]
    table = replace(TABLE, key=None, columns=tuple(Column(n, "number", n) for n in names))
    with pytest.raises(DataFileError) as caught:
        read_text(tmp_path, ",".join(names) + "\n" + ",".join("x" * 25) + "\n", table)
    assert len(caught.value.more) == 21
    assert caught.value.more[-1] == "4 further kinds of problem are not listed"


@pytest.mark.parametrize(
    ("rule", "lines"),
    [
        (FlagRule("flag", flag="old", number="ldh", above=60), (2, 5)),
        (SumRule("sum", total="sites", parts=("old", "ldh")), (3,)),
        (OrderRule("order", first="ldh", then="sites"), (3,)),
    ],
)
def test_a_broken_soft_rule_is_a_question_with_its_lines(
    tmp_path: Path, rule: FlagRule | SumRule | OrderRule, lines: tuple[int, ...]
) -> None:
    text = "id,ldh,sites,old,stage\na,60,61,1,I\nb,61,1,1,I\nc,,1,1,I\nd,61,61,0,I\n"
    (issue,) = read_text(tmp_path, text, replace(TABLE, rules=(rule,))).issues
    assert (issue.text, issue.columns, issue.lines) == (rule.text, rule.columns, lines)
    assert issue.count == len(lines)

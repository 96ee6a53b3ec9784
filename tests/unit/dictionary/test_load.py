"""Dictionary files are read whole, and a slip in one is named by its key."""

from __future__ import annotations

from pathlib import Path

import pytest

from jalon.core import DefinitionError, StudyFileError
from jalon.dictionary import FlagRule, OrderRule, SumRule, load_table

GOOD = """
name = "small"
label_en = "A small table"
label_fr = "Une petite table"
source = "made for this test"
licence = "Apache-2.0"
data_kind = "synthetic"
key = "id"
missing = ["NA"]

[column.id]
kind = "identifier"
label_en = "Patient"
required = true

[column.age]
kind = "number"
label_en = "Age"
unit = "years"
low = 0
high = 120

[column.sex]
kind = "category"
label_en = "Sex"
levels = [{ value = "F", en = "female", fr = "femme", aliases = ["female"] }, { value = "M" }]

[column.old]
kind = "flag"
label_en = "Older than 60"

[column.total]
kind = "integer"
label_en = "Total"

[[rule]]
kind = "flag"
flag = "old"
number = "age"
above = 60

[[rule]]
kind = "sum"
total = "total"
parts = ["old", "old"]

[[rule]]
kind = "order"
first = "age"
then = "total"
"""


def write(folder: Path, content: str) -> Path:
    path = folder / "small.toml"
    path.write_text(content, encoding="utf-8")
    return path


def test_a_dictionary_is_read_in_its_order(tmp_path: Path) -> None:
    table = load_table(write(tmp_path, GOOD))
    assert table.names == ("id", "age", "sex", "old", "total")
    assert (table.key, table.data_kind, table.missing) == ("id", "synthetic", ("NA",))
    assert table.column("sex").levels[0].aliases == ("female",)
    assert [type(rule) for rule in table.rules] == [FlagRule, SumRule, OrderRule]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("id", "an identifier"),
        ("age", "a number from 0 to 120 years"),
        ("sex", "one of F, female, M"),
        ("old", "0 or 1"),
        ("total", "a whole number"),
    ],
)
def test_a_column_says_what_it_expects(tmp_path: Path, name: str, words: str) -> None:
    assert load_table(write(tmp_path, GOOD)).column(name).expected == words


def test_an_unknown_column_names_the_nearest(tmp_path: Path) -> None:
    table = load_table(write(tmp_path, GOOD))
    with pytest.raises(DefinitionError, match=r"no column Age \(did you mean age\?\)"):
        table.column("Age")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("low = 0", "lwo = 0", r"column\.age\.lwo: unknown key \(did you mean low\?\)"),
        ("low = 0", 'low = "0"', r"column\.age\.low: input should be a valid number"),
        ("low = 0", "low = 121", r"column\.age\.low: the lower limit is above the upper"),
        ("low = 0", "above = 0\nlow = 0", r"column\.age\.low: give low or above"),
        ("low = 0", "low = nan", r"column\.age\.low: a limit is a finite number"),
        ('kind = "number"', 'kind = "real"', r"column\.age\.kind: input should be 'number'"),
        ('label_en = "Age"\n', "", r"column\.age\.label_en: this key is needed"),
        ('label_en = "Age"', 'label_en = "Age"\nname = "x"', r"column\.age\.name: unknown key"),
        ('aliases = ["female"]', 'alias = ["f"]', r"levels\.1\.alias: .*did you mean aliases"),
        ('aliases = ["female"]', 'aliases = ["M"]', r"column\.sex\.levels: M is written twice"),
        ('{ value = "M" }', '{ value = " " }', r"column\.sex\.levels: .* is empty or begins"),
        ('kind = "identifier"', 'kind = "category"', r"column\.id\.levels: a category needs"),
        ('kind = "category"', 'kind = "integer"', r"column\.sex\.levels: only a category or"),
        (
            'kind = "category"',
            'kind = "flag"',
            r'column\.sex\.levels: the levels of a flag are "0"',
        ),
        ('label_en = "Patient"', 'label_en = "P"\nlow = 1', r"column\.id\.low: only a number"),
        ('key = "id"', 'key = "ids"', r"key: no column ids is described \(did you mean id\?\)"),
        ('key = "id"', 'kye = "id"', r"kye: unknown key \(did you mean key\?\)"),
        ('"synthetic"', '"mixed"', r"data_kind: input should be 'real' or 'synthetic'"),
        ('flag = "old"', 'flag = "odl"', r"rule\.1: no column odl is described"),
        ('flag = "old"', 'flag = "sex"', r"rule\.1: sex is not a number or a flag"),
        ('kind = "order"', 'kind = "after"', r"rule\.3\.kind: expected one of flag, sum, order"),
        ('then = "total"', "", r"rule\.3\.then: this key is needed"),
        ('[[rule]]\nkind = "flag"', '[rule]\nkind = "flag"', "is not valid TOML"),
        ("[column.id]", "[columns.id]", r"columns: unknown key \(did you mean column\?\)"),
        ("[column.age]", "[[column.age]]", r"column\.age: expected a heading"),
        ('name = "small"', 'name = "small', "is not valid TOML"),
    ],
)
def test_a_slip_is_refused_with_its_key(tmp_path: Path, old: str, new: str, message: str) -> None:
    assert old in GOOD
    with pytest.raises(StudyFileError, match=f"small.toml.*{message}"):
        load_table(write(tmp_path, GOOD.replace(old, new, 1)))


def test_a_table_needs_columns(tmp_path: Path) -> None:
    head = GOOD[: GOOD.index("[column.id]")]
    with pytest.raises(StudyFileError, match="column: describe at least one column"):
        load_table(write(tmp_path, head))


def test_a_rule_that_is_no_list_is_refused(tmp_path: Path) -> None:
    content = GOOD[: GOOD.index("[[rule]]")]
    with pytest.raises(StudyFileError, match=r"rule: expected a list; write \[\[rule\]\]"):
        load_table(write(tmp_path, content + '[rule]\nkind = "flag"\n'))


def test_an_absent_dictionary_names_the_nearest(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    with pytest.raises(StudyFileError, match=r"no such dictionary .*did you mean small\.toml"):
        load_table(tmp_path / "smal.toml")


def test_a_dictionary_in_another_encoding_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "small.toml"
    path.write_bytes(GOOD.replace("small table", "pré").encode("latin-1"))
    with pytest.raises(StudyFileError, match="is not UTF-8 text"):
        load_table(path)


def test_every_dictionary_of_a_study_speaks_two_languages(dictionaries: Path) -> None:
    tables = [load_table(path) for path in sorted(dictionaries.glob("*.toml"))]
    assert len(tables) >= 5
    for table in tables:
        assert table.label_fr
        assert table.source
        assert [column.name for column in table.columns if not column.label_fr] == []
        levels = [level for column in table.columns for level in column.levels]
        assert [level.value for level in levels if not (level.en and level.fr)] == []

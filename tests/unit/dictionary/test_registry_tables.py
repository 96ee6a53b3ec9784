"""The registry's dictionary: whole, in both languages, in units that can be converted."""

from __future__ import annotations

from itertools import pairwise

import pytest

from jalon.core import UserError
from jalon.core.units import list_analytes, list_units
from jalon.dictionary import Column, Table, find_table, list_tables, load_visits
from jalon.dictionary.tables import TABLES

COLUMNS = [(table, column) for table in list_tables() for column in table.columns]
NUMBERS = [(table, column) for table, column in COLUMNS if column.is_numeric]
KEYS = {
    "centre": ("centre",),
    "patient": ("patient",),
    "disease": ("patient",),
    "prior_line": ("patient", "line_number"),
    "infusion": ("patient", "infusion_number"),
    "assessment": ("patient", "infusion_number", "time_point", "repeat"),
    "response": ("patient", "infusion_number", "time_point", "repeat"),
    "toxicity": ("patient", "infusion_number", "kind", "episode"),
    "treatment_after": ("patient", "treatment_number"),
    "event": ("patient", "kind", "event_number"),
    "objection": ("patient", "project", "objected_on"),
}
IDENTIFYING = ("name", "birth_date", "birthday", "address", "postcode", "phone", "mail", "nir")

SAME_UNIT = {"leukocytes": "anc", "lymphocytes": "anc", "monocytes": "anc"}
"""Further columns whose values are converted like those of an analyte."""


def of(part: object) -> str:
    """Name a table or a column in a test's title."""
    return getattr(part, "name", str(part))


def analyte_of(column: Column) -> str:
    """Return the analyte that a column measures or gives a limit of; empty when there is none."""
    name = column.name.removesuffix("_uln").removesuffix("_lln").removeprefix("lowest_confirmed_")
    name = SAME_UNIT.get(name, "volume" if name == "mtv" else name)
    return name if name in list_analytes() else ""


@pytest.mark.parametrize("table", list_tables(), ids=of)
def test_keys_are_required_and_in_their_order(table: Table) -> None:
    assert table.keys == KEYS[table.name]
    for column in map(table.column, table.keys):
        assert column.required
        assert column.kind != "integer" or column.low == 1
        assert column.kind != "number"


@pytest.mark.parametrize("table", list_tables(), ids=of)
def test_a_parent_comes_first_and_lends_its_keys(table: Table) -> None:
    assert TABLES.index(table.name) == list_tables().index(table)
    if table.parent:
        parent = find_table(table.parent)
        assert TABLES.index(parent.name) < TABLES.index(table.name)
        assert table.keys[: len(parent.keys)] == parent.keys


def test_parents_are_those_of_the_design() -> None:
    parents = {table.name: table.parent for table in list_tables()}
    inside = {"assessment", "response", "toxicity"}
    assert {name for name, parent in parents.items() if parent == "infusion"} == inside
    alone = {"centre", "patient", "objection"}
    assert {name for name, parent in parents.items() if parent is None} == alone


@pytest.mark.parametrize("table", list_tables(), ids=of)
def test_every_table_says_when_its_rows_happened(table: Table) -> None:
    assert table.date
    assert table.column(table.date).kind == "date"
    assert table.label_fr
    assert table.licence == "Apache-2.0"


@pytest.mark.parametrize(("table", "column"), COLUMNS, ids=of)
def test_every_column_is_described_in_both_languages(table: Table, column: Column) -> None:
    for text in (column.label_en, column.label_fr, column.help_en, column.help_fr, column.source):
        assert text
        assert text == text.strip()
    assert column.help_en.endswith(".")
    assert column.help_fr.endswith(".")
    for level in column.levels:
        assert level.en
        assert level.fr
    # A French colon or semicolon has a space before it, and the apostrophe is the round one.
    for text in (column.label_fr, column.help_fr, *(level.fr for level in column.levels)):
        assert "'" not in text
        assert not any(f"{letter}{mark}" in text for letter in "abcdeéilnorstux" for mark in ":;")


@pytest.mark.parametrize("table", list_tables(), ids=of)
def test_no_label_stands_twice(table: Table) -> None:
    for labels in zip(*((c.label_en, c.label_fr) for c in table.columns), strict=True):
        assert len(set(labels)) == len(labels)


@pytest.mark.parametrize(("table", "column"), NUMBERS, ids=of)
def test_a_number_has_limits_and_a_unit(table: Table, column: Column) -> None:
    assert column.low is not None or column.above is not None
    assert column.high is not None
    assert bool(column.unit) == bool(column.ucum)
    bare = {"ecog", "stage", "grade", "deauville", "episode", "repeat", "cycles", "prior_lines"}
    counted = column.name.endswith(("_number", "_year", "_month")) or column.name in bare
    assert column.unit or counted or column.name.startswith("cirs_")


@pytest.mark.parametrize(("table", "column"), NUMBERS, ids=of)
def test_laboratory_values_are_in_units_that_can_be_converted(table: Table, column: Column) -> None:
    analyte = analyte_of(column)
    if analyte:
        assert column.unit in list_units(analyte)


def test_every_analyte_of_the_registry_is_found() -> None:
    found = {analyte_of(column) for _, column in NUMBERS} - {""}
    assert set(list_analytes()) - found == {"duration"}


def test_time_points_are_the_same_everywhere() -> None:
    levels = [column.levels for _, column in COLUMNS if column.name == "time_point"]
    assert len(levels) == 2
    assert levels[0] == levels[1]
    names = [level.value for level in levels[0]]
    assert [v.time_point for v in load_visits()] == [n for n in names if n in visit_names()]
    used = {name for _, column in COLUMNS for name in column.time_points}
    assert used <= set(names)


def visit_names() -> set[str]:
    """Return the time points that have a visit."""
    return {visit.time_point for visit in load_visits()}


def test_visits_are_those_of_the_registry_and_do_not_overlap() -> None:
    visits = load_visits()
    early = ["d30", "d90", "d180", "d270", "d360", "m18", "m24", "m36"]
    assert [v.time_point for v in visits] == early + [f"y{year}" for year in range(4, 16)]
    for visit in visits:
        assert visit.from_day <= visit.day <= visit.to_day
        assert visit.label_en
        assert visit.label_fr
    for earlier, later in pairwise(visits):
        assert earlier.to_day < later.from_day
    # 15 years, leap days counted.
    assert visits[-1].day == round(15 * 365.25)


def test_products_have_a_first_day_of_lawful_use() -> None:
    since = {level.value: level.since for level in find_table("infusion").column("product").levels}
    # French early access began in July 2018, before the European authorisation of August.
    assert since == {
        "axi_cel": "2018-07-01",
        "tisa_cel": "2018-07-01",
        "liso_cel": "2022-04-04",
    }


@pytest.mark.parametrize("table", list_tables()[1:], ids=of)
def test_nothing_identifies_a_patient(table: Table) -> None:
    identifiers = {column.name for column in table.columns if column.kind == "identifier"}
    assert identifiers <= {"patient", "project", "recorded_by", "withdrawn_by"}
    for column in table.columns:
        assert not any(word in column.name.split("_") for word in IDENTIFYING)
        assert column.name not in IDENTIFYING


def test_a_mistyped_table_is_suggested() -> None:
    with pytest.raises(UserError, match="did you mean infusion"):
        find_table("infusions")

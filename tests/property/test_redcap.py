"""Rows of the registry written as a REDCap export and read again are the same rows."""

import string
from datetime import date
from pathlib import Path

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jalon.dictionary import list_tables
from jalon.exchange import read_redcap, write_redcap
from jalon.exchange.redcap_field import choose_exchanged
from jalon.registry.cells import type_cells

TABLES = choose_exchanged(list_tables())
BY_NAME = {table.name: table for table in TABLES}
TYPES = {
    "number": pl.Float64, "integer": pl.Int64, "flag": pl.Int64,
    "category": pl.String, "identifier": pl.String, "date": pl.Date,
}  # fmt: skip
MISSING = ("-999", "UNK", "NASK")

# What begins like a formula is refused, and blanks at the ends do not count.
SIGNS = string.ascii_letters + string.digits + " é€;,'\"|\n.-_"
# A number without a digit may be a name, and is refused.
PATIENTS = st.builds(
    "{}{}".format, st.integers(0, 99_999), st.text(string.ascii_letters + "-_.é/", max_size=4)
)
TEXTS = st.text(SIGNS, max_size=12).map(str.strip).filter(
    lambda text: text and text[0] not in "-'" and text not in MISSING
)  # fmt: skip


def values_of(column):
    if column.kind == "date":
        return st.dates(date(1990, 1, 1), date(2040, 12, 31))
    if column.kind == "flag":
        return st.sampled_from([0, 1])
    if column.kind == "category":
        return st.sampled_from([level.value for level in column.levels])
    if column.kind == "identifier":
        return TEXTS
    low = column.low if column.low is not None else column.above if column.above is not None else 0
    high = column.high if column.high is not None else column.below or low + 1000
    if column.kind == "integer":
        return st.integers(int(low) + (column.above is not None), int(high))
    # Thirteen digits and more may be a national number, and are refused.
    return st.floats(low, high).map(lambda number: round(number, 5))


@st.composite
def frames(draw):
    names = st.lists(PATIENTS, min_size=1, max_size=4, unique=True)
    patients = draw(names)
    chosen = draw(st.lists(st.sampled_from(TABLES), min_size=1, max_size=4, unique=True))
    found = []
    for table in (table for table in TABLES if table in chosen):
        others = [column for column in table.columns if column.name not in table.keys]
        some = draw(st.lists(st.sampled_from(others), max_size=6, unique=True))
        keys = [table.column(key) for key in table.keys if key != "patient"]
        width = 1 + len(keys)
        rows = draw(
            st.lists(
                st.tuples(
                    st.sampled_from(patients),
                    *(values_of(column) for column in keys),
                    *(st.none() | values_of(column) for column in some),
                ),
                min_size=1,
                max_size=5,
                unique_by=lambda row: row[:width],  # noqa: B023 - used at once
            )
        )
        schema = {column.name: TYPES[column.kind] for column in (*keys, *some)}
        frame = pl.DataFrame(rows, {"patient": pl.String, **schema}, orient="row")
        found.append((table.name, frame))
    return found


def type_sheet(table, sheet):
    columns = []
    for name in sheet.header:
        texts = sheet.cells[name]
        typed = type_cells(table.column(name), texts.set(texts == "", None), sheet.decimal, "iso")
        assert typed.faults == ()
        columns.append(typed.values.alias(name))
    return pl.DataFrame(columns)


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(named=frames())
def test_written_and_read_again_is_the_same(named, tmp_path_factory):
    tables = [(BY_NAME[name], frame) for name, frame in named]
    path: Path = tmp_path_factory.mktemp("redcap") / "export.csv"
    write_redcap(tables, path)
    found = dict(read_redcap(path, TABLES, missing_codes=MISSING))
    assert list(found) == [table for table, _ in tables]
    for table, frame in tables:
        typed = type_sheet(table, found[table])
        keys = list(table.keys)
        assert typed.select(frame.columns).sort(keys).equals(frame.sort(keys))
        others = [name for name in typed.columns if name not in frame.columns]
        assert all(typed[name].is_null().all() for name in others)
        assert found[table].lines.tolist() == sorted(set(found[table].lines.tolist()))

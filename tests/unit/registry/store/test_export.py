"""Exports: the current rows of a centre, recorded, safe to open, all or nothing."""

import json

import openpyxl
import polars as pl
import pytest
import sqlalchemy as sa

from jalon.core.errors import UserError
from jalon.core.files import hash_file
from jalon.dictionary import find_table, list_tables
from jalon.registry.export import SHEET_ROWS, export_tables, find_format, write_frame
from jalon.registry.store.current import read_current
from jalon.registry.store.schema import audit
from jalon.registry.store.verify import verify_audit

PATIENT = find_table("patient")


def read_rows(store, table, centre=None):
    with store.read() as connection:
        frame = read_current(connection, table, centre)
    return frame.sort(list(dict.fromkeys(("centre", *table.keys))))


def read_audit(store):
    with store.read() as connection:
        rows = connection.execute(sa.select(audit).order_by(audit.c.seq)).mappings().all()
    return [(row["by"], row["action"], json.loads(row["details"])) for row in rows]


def test_all_tables_of_a_centre_and_nothing_of_another(filled, tmp_path):
    to = tmp_path / "out"
    written = export_tables(filled, list_tables(), to, "parquet", centre="S01", by="ann")
    assert sorted(path.name for path in to.iterdir()) == sorted(
        f"{table.name}.parquet" for table in list_tables()
    )
    for table, part in zip(list_tables(), written, strict=True):
        frame = pl.read_parquet(part.path)
        assert frame.equals(read_rows(filled, table, "S01")), table.name
        assert set(frame["centre"]) <= {"S01"}
        assert (part.rows, part.sha256) == (frame.height, hash_file(part.path))
    by, action, details = read_audit(filled)[-1]
    assert (by, action, details["centre"], details["format"]) == ("ann", "export", "S01", "parquet")
    assert details["tables"]["patient"] == {
        "rows": written[1].rows, "sha256": written[1].sha256,
    }  # fmt: skip
    assert verify_audit(filled) == []


def test_who_objects_is_in_the_centres_own_export(filled, tmp_path):
    export_tables(filled, [PATIENT], tmp_path / "p.csv", "csv", centre="S02", by="ann")
    with filled.read() as connection:
        objecting = read_current(connection, find_table("objection"), "S02")["patient"]
    assert set(objecting) <= set(pl.read_csv(tmp_path / "p.csv")["patient"])


def test_one_table_is_one_file_and_the_same_rows_give_the_same_bytes(sqlite_maker, tmp_path):
    store = sqlite_maker.make("export_bytes", filled=True)
    for kind in ("csv", "parquet", "xlsx"):
        paths = [tmp_path / f"{turn}.{kind}" for turn in (1, 2)]
        for path in paths:
            export_tables(store, [PATIENT], path, kind, centre=None, by="ann")
        assert paths[0].read_bytes() == paths[1].read_bytes(), kind
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        f"{turn}.{kind}" for turn in (1, 2) for kind in ("csv", "parquet", "xlsx")
    )
    store.close()


def test_a_sheet_holds_the_same_rows(sqlite_maker, tmp_path):
    store = sqlite_maker.make("export_sheet", filled=True)
    export_tables(store, [PATIENT], tmp_path / "p.xlsx", "xlsx", centre=None, by="ann")
    sheet = openpyxl.load_workbook(tmp_path / "p.xlsx")["patient"]
    rows = list(sheet.iter_rows(values_only=True))
    frame = read_rows(store, PATIENT)
    assert rows[0] == tuple(frame.columns)
    assert [row[1] for row in rows[1:]] == frame["patient"].to_list()
    assert {row[5] for row in rows[1:]} == set(frame["birth_year"])
    store.close()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_no_cell_begins_a_formula(kind, tmp_path):
    frame = pl.DataFrame({"a": ["=1+1", "@x", "fine", "-2"], "b": [-1.5, 0.0, 1.0, 2.0]})
    path = tmp_path / f"p.{kind}"
    write_frame(frame, path, kind)
    if kind == "csv":
        read = pl.read_csv(path)
        assert read["b"].to_list() == [-1.5, 0.0, 1.0, 2.0]
        cells = read["a"].to_list()
    else:
        (sheet,) = openpyxl.load_workbook(path)
        assert {cell.data_type for row in sheet for cell in row} <= {"s", "n"}
        cells = [cell.value for cell in sheet["A"][1:]]
    assert cells == ["'=1+1", "'@x", "fine", "'-2"]


def test_nothing_is_written_over_and_nothing_half(sqlite_maker, tmp_path):
    store = sqlite_maker.make("export_refused", filled=True)
    before = len(read_audit(store))
    taken = tmp_path / "taken.csv"
    taken.write_text("mine")
    with pytest.raises(UserError, match="is there already"):
        export_tables(store, [PATIENT], taken, "csv", centre=None, by="ann")
    with pytest.raises(UserError, match="no row of centre S99"):
        export_tables(store, [PATIENT], tmp_path / "x.csv", "csv", centre="S99", by="ann")
    with pytest.raises(UserError, match="cannot be made"):
        export_tables(store, [PATIENT], taken / "in" / "x.csv", "csv", centre=None, by="ann")
    assert taken.read_text() == "mine"
    assert [path.name for path in tmp_path.iterdir()] == ["taken.csv"]
    assert len(read_audit(store)) == before
    store.close()


def test_more_rows_than_a_sheet_holds_are_refused(tmp_path):
    frame = pl.DataFrame({"a": pl.zeros(SHEET_ROWS + 1, eager=True)})
    with pytest.raises(UserError, match="use --format csv or parquet"):
        write_frame(frame, tmp_path / "long.xlsx", "xlsx")


def test_the_format_is_named_or_follows_the_file(tmp_path):
    assert find_format(None, tmp_path / "a.parquet") == "parquet"
    assert find_format(None, tmp_path / "folder") == "csv"
    assert find_format("XLSX", tmp_path / "a.csv") == "xlsx"
    with pytest.raises(UserError, match="did you mean csv"):
        find_format("cvs", tmp_path)

"""An invented registry goes into REDCap's form and comes back through the import's checks."""

import polars as pl
import pytest

from jalon.dictionary import find_table, list_tables
from jalon.exchange import read_redcap, write_redcap
from jalon.registry.intake import check_sheet
from jalon.simulate import simulate_tables

CENTRES = ["S01", "S02"]


@pytest.fixture(scope="module")
def tables():
    return simulate_tables(30, seed=4, centres=CENTRES)


@pytest.mark.parametrize("centre", CENTRES)
def test_each_centre_gets_its_own_rows_back(tables, centre, tmp_path):
    path = tmp_path / "export.csv"
    write_redcap([(find_table(name), frame) for name, frame in tables.items()], path)
    found = {}
    for table, sheet in read_redcap(path, list_tables(), centre=centre):
        intake = check_sheet(sheet, table)
        assert intake.is_clean
        found[table.name] = intake.frame
    for name, frame in tables.items():
        own = frame.filter(pl.col("centre") == centre)
        if "patient" not in frame.columns or not own.height:
            continue
        keys = list(find_table(name).keys)
        expected = own.select(find_table(name).names).sort(keys)
        assert found[name].sort(keys).equals(expected), name

"""The synthetic registry as files, and those files read back."""

from datetime import date

import polars as pl
import pytest

from jalon.dictionary import find_table
from jalon.registry.intake import check_sheet
from jalon.registry.sheet import read_sheet
from jalon.simulate import simulate_tables, write_tables

CENTRES = ["S01", "S02"]


@pytest.fixture(scope="module")
def tables():
    return simulate_tables(40, seed=8, centres=CENTRES)


def test_one_file_per_centre_and_table(tables, tmp_path):
    paths = write_tables(tables, tmp_path)
    assert {path.relative_to(tmp_path).parts[0] for path in paths} == set(CENTRES)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] != []
    assert all(path.read_bytes() for path in paths)
    again = write_tables(tables, tmp_path / "again")
    for first, second in zip(paths, again, strict=True):
        assert first.read_bytes() == second.read_bytes()


def test_every_file_is_taken_as_it_is(tables, tmp_path):
    for path in write_tables(tables, tmp_path):
        table = find_table(path.stem)
        intake = check_sheet(read_sheet(path), table, today=date(2022, 5, 2))
        assert len(intake.rejections) == 0, path
        mine = tables[path.stem].filter(pl.col("centre") == path.parent.name)
        assert intake.frame.select(table.names).equals(mine.select(table.names)), path

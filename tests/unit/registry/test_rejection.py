"""Rejected cells are gathered, written safely, and shown."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from rich.console import Console

from jalon.cli.registry_rejections import show_rejections
from jalon.registry.fault import Fault
from jalon.registry.rejection import (
    Rejection,
    gather_rejections,
    join_rejections,
    reject_cells,
)
from jalon.registry.safe_csv import make_safe, write_safe_csv

FIRST = Rejection(7, "ldh", "text", "number", "give a number")
SECOND = Rejection(3, "=x", "an empty cell", "required", "-give, one; =now")


def test_rejections_are_told_by_line() -> None:
    found = gather_rejections([FIRST, SECOND])
    assert list(found) == [SECOND, FIRST]
    assert list(join_rejections([found, gather_rejections([FIRST])])) == [SECOND, FIRST, FIRST]
    assert len(join_rejections([])) == 0


def test_a_fault_rejects_each_of_its_rows() -> None:
    fault = Fault(pl.Series([True, False, True]), "text", "number")
    found = reject_cells(fault, np.array([2, 3, 9]), "LDH", "give a number")
    assert [(one.line, one.column) for one in found] == [(2, "LDH"), (9, "LDH")]


def test_the_file_is_safe_in_a_spreadsheet(tmp_path: Path) -> None:
    path = tmp_path / "new" / "rejections.csv"
    write_safe_csv(gather_rejections([FIRST, SECOND]).frame, path)
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    assert rows[0] == ["line", "column", "found", "rule", "advice"]
    assert rows[1] == ["3", "'=x", "an empty cell", "required", "'-give, one; '=now"]
    assert [one.name for one in path.parent.iterdir()] == ["rejections.csv"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\t=1", "\r=1", "\n=1", "＝1"])
def test_a_text_that_a_spreadsheet_would_run_is_quoted(text: str) -> None:
    assert make_safe(pl.DataFrame({"a": [text]}))["a"][0].startswith("'")
    assert make_safe(pl.DataFrame({text: ["a"]})).columns[0].startswith("'")


def test_numbers_and_harmless_texts_stay() -> None:
    frame = pl.DataFrame({"n": [-1.5, None], "t": ["a-b", "x=1, y"], "e": ["", None]})
    assert make_safe(frame).equals(frame)


def test_categories_are_guarded_too() -> None:
    frame = pl.DataFrame({"a": pl.Series(["=1", "b"], dtype=pl.Categorical)})
    assert make_safe(frame)["a"].to_list() == ["'=1", "b"]


def test_a_write_that_fails_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "out.csv"
    path.write_text("old")

    def fail(*_: object, **__: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(pl.DataFrame, "write_csv", fail)
    with pytest.raises(OSError, match="disk full"):
        write_safe_csv(pl.DataFrame({"a": [1]}), path)
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_cells_that_are_wrong_alike_are_shown_in_one_row() -> None:
    many = [Rejection(line, "[b]ldh", "text", "number", "give a number") for line in range(2, 12)]
    console = Console(record=True, width=120, file=io.StringIO())
    show_rejections(gather_rejections([*many, SECOND]), "centre.csv", console=console)
    text = console.export_text()
    assert "centre.csv: 11 cells rejected, 2 kinds" in text
    assert "2, 3, 4 +7  [b]ldh" in text
    assert "=x" in text
    show_rejections(gather_rejections([*many, SECOND]), "centre.csv", 1, console)
    assert "and 1 further kind" in console.export_text()


def test_a_narrow_terminal_gets_a_list() -> None:
    console = Console(record=True, width=60, file=io.StringIO())
    show_rejections(gather_rejections([FIRST]), "centre.csv", console=console)
    assert console.export_text().split("\n") == [
        "centre.csv: 1 cell rejected",
        "line 7  ldh  number: text",
        f"{'    give a number':<60}",
        "",
    ]

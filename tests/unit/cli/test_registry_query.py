"""Queries and checks as a person types them (synthetic rows)."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner, Result

from jalon.cli.main import app
from jalon.core.errors import UserError
from jalon.dictionary import find_table
from jalon.registry.store.current import list_types
from jalon.registry.store.store import create_store
from jalon.registry.store.versions import write_rows

RULE = "assessment.ldh.unusual"


class Cli:
    """A store of synthetic patients, and the command that speaks to it."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.imports = 0

    def put(self, centre: str, patient: str, ldh: float) -> None:
        self.imports += 1
        table = find_table("assessment")
        row: dict[str, Any] = {"centre": centre, "line": 7, "patient": patient, "ldh": ldh}
        row |= {"infusion_number": 1, "time_point": "d30", "repeat": 1, "date": date(2024, 1, 1)}
        row |= {"ldh_uln": 250.0}
        frame = pl.DataFrame([row], schema=list_types(table) | {"line": pl.Int64})
        with self.store.write("importer", "2024-02-01T00:00:00+00:00") as writing:
            write_rows(writing, table, frame, self.imports, frozenset(row))

    @property
    def store(self) -> Any:
        return create_store(self.url, "synthetic", "tester")[0]

    def run(self, *arguments: str) -> str:
        done = self.try_run(*arguments)
        if done.exception and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == 0
        return done.stdout

    def try_run(self, *arguments: str) -> Result:
        env = {"JALON_STORE": self.url, "JALON_BY": "tester", "COLUMNS": "100"}
        return CliRunner().invoke(app, ["registry", *arguments], env=env)

    def list(self, *arguments: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.run("query", "list", "--json", *arguments))
        return [query for query in found if query["rule"] == RULE]


@pytest.fixture
def cli(tmp_path: Path) -> Cli:
    made = Cli(f"sqlite:///{tmp_path / 'r.db'}")
    made.put("LYS", "p", 9000.0)
    made.put("PAR", "q", 9000.0)
    made.run("check", "--on", "2024-06-01", "--quiet")
    return made


def test_check_tells_what_it_found_and_finds_nothing_new_twice(cli: Cli) -> None:
    told = json.loads(cli.run("check", "--on", "2024-06-01", "--json"))
    assert (told["centres"], told["rows"], told["opened"]) == (["LYS", "PAR"], 2, 0)
    assert {"centre": "LYS", "table": "assessment", "rule": RULE, "rows": 1} in told["broken"]
    shown = cli.run("check", "--on", "2024-06-01")
    assert "2 rows of 2 centres · synthetic patients" in shown
    assert RULE in shown


def test_check_of_one_centre(cli: Cli) -> None:
    assert json.loads(cli.run("check", "--centre", "PAR", "--json"))["centres"] == ["PAR"]
    with pytest.raises(UserError, match="no row of centre XYZ is stored; there are LYS, PAR"):
        cli.run("check", "--centre", "XYZ")


def test_list_shows_the_question_once_with_its_advice(cli: Cli) -> None:
    shown = cli.run("query", "list", "--on", "2030-01-01")
    assert shown.count("LDH is usually from") == 2  # once per centre
    assert "check the value and its unit" in shown
    assert "infusion 1, d30" in shown
    assert "synthetic patients" in shown
    french = cli.run("query", "list", "--language", "fr", "--centre", "LYS")
    assert "habituellement" in french


def test_list_says_what_it_leaves_out(cli: Cli) -> None:
    assert "more are not shown" in cli.run("query", "list", "--limit", "1")
    assert "more are not shown" not in cli.run("query", "list", "--limit", "0")
    assert "no such query" in cli.run("query", "list", "--state", "closed")


def test_the_life_of_a_query(cli: Cli) -> None:
    name = cli.list("--centre", "LYS")[0]["query_id"]
    cli.run("query", "answer", name[:8], "--comment", "measured twice")
    assert "done for 1 query" in cli.run("query", "confirm", name)
    assert [q["state"] for q in cli.list("--state", "all", "--centre", "LYS")] == ["confirmed"]
    cli.run("query", "ask", name, "--comment", "by which laboratory?")
    history = json.loads(cli.run("query", "show", name, "--json"))
    assert [e["state"] for e in history["events"]] == ["open", "answered", "confirmed", "open"]
    assert history["row_key"]["time_point"] == "d30"
    shown = cli.run("query", "show", name)
    assert "by which laboratory?" in shown
    assert "measured twice" in shown


def test_a_mended_row_is_closed_by_the_next_check(cli: Cli) -> None:
    cli.put("LYS", "p", 300.0)
    assert json.loads(cli.run("check", "--json", "--on", "2024-06-01"))["closed"] == 1
    assert [q["centre"] for q in cli.list()] == ["PAR"]


def test_all_steps_or_none(cli: Cli) -> None:
    names = [query["query_id"] for query in cli.list()]
    cli.run("query", "answer", names[0], "--comment", "right")
    with pytest.raises(UserError, match="is open; the centre answers it first"):
        cli.run("query", "confirm", *names)
    assert {q["state"] for q in cli.list()} == {"open", "answered"}


def test_a_comment_that_names_somebody_is_refused(cli: Cli) -> None:
    name = cli.list()[0]["query_id"]
    with pytest.raises(UserError, match="seems to hold a person's name"):
        cli.run("query", "answer", name, "--comment", "Mme Martin confirmed it")


def test_an_export_that_was_filled_in_answers(cli: Cli, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert "queries_LYS.csv" in cli.run("query", "export", "--to", str(out))
    path = out / "queries_LYS.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["centre"] for row in rows} == {"LYS"}
    mine = next(row for row in rows if row["columns"] == "ldh")
    assert (mine["line"], mine["row"]) == ("7", "infusion 1, d30")
    mine["answer"] = "right; measured twice"
    # As a French spreadsheet saves it.
    with path.open("w", encoding="latin-1", newline="", errors="replace") as stream:
        writer = csv.DictWriter(stream, rows[0].keys(), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
    assert "1 answered" in cli.run("query", "answer", "--file", str(path), "--centre", "LYS")
    assert cli.list("--state", "answered")[0]["comment"] == "right; measured twice"
    refused = "line 2: this query is answered|this query is answered"
    with pytest.raises(UserError, match=refused):
        cli.run("query", "answer", "--file", str(path))


def test_one_file_is_for_one_centre(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "lys.csv"
    with pytest.raises(UserError, match="one file is for one centre"):
        cli.run("query", "export", "--to", str(path))
    assert "lys.csv" in cli.run("query", "export", "--to", str(path), "--centre", "LYS")
    assert path.is_file()


def test_answers_of_another_centre_are_refused(cli: Cli, tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    name = cli.list("--centre", "PAR")[0]["query_id"]
    path.write_text(f"query,answer\n{name},yes\n", encoding="utf-8")
    with pytest.raises(UserError, match="not asked of centre LYS"):
        cli.run("query", "answer", "--file", str(path), "--centre", "LYS")
    path.write_text("query,reply\nq123,yes\n", encoding="utf-8")
    with pytest.raises(UserError, match="has no column answer"):
        cli.run("query", "answer", "--file", str(path))
    path.write_text(f"query,answer\n{name},\n", encoding="utf-8")
    with pytest.raises(UserError, match="holds no answer"):
        cli.run("query", "answer", "--file", str(path))


def test_a_cell_that_a_spreadsheet_would_run_is_made_text(cli: Cli, tmp_path: Path) -> None:
    name = cli.list("--centre", "LYS")[0]["query_id"]
    cli.run("query", "answer", name, "--comment", "=1+1 is right")
    cli.run("query", "export", "--to", str(tmp_path), "--state", "answered", "--quiet")
    text = (tmp_path / "queries_LYS.csv").read_text(encoding="utf-8")
    assert "'=1+1" in text


def test_scorecard(cli: Cli, tmp_path: Path) -> None:
    found = json.loads(cli.run("query", "scorecard", "--json", "--on", "2024-06-01"))
    whole = next(r for r in found if (r["centre"], r["table"]) == ("all", "all"))
    assert whole["rows"] == 2
    assert whole["open"] >= 2
    path = tmp_path / "card.csv"
    shown = cli.run("query", "scorecard", "--on", "2024-06-01", "--to", str(path))
    assert "expected cells that hold a value" in shown
    assert len(path.read_text(encoding="utf-8").splitlines()) == 1 + 3 * 12
    one = cli.run("query", "scorecard", "--centre", "LYS", "--tables")
    assert "assessment" in one
    assert "PAR" not in one

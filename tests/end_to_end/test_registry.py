"""The whole chain on invented patients: files, store, questions, snapshot, study, an objection."""

import json
import tomllib
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from jalon.cli.main import app
from jalon.core import JalonError

STUDY = Path("examples/registry/synthetic_score.toml")


def run(*words, code=0):
    """Run a verb and return what it said."""
    done = CliRunner().invoke(app, [str(word) for word in words])
    if code == 0 and done.exception is not None:
        raise done.exception
    assert done.exit_code == code or isinstance(done.exception, JalonError), done.output
    return str(done.exception) if isinstance(done.exception, JalonError) else done.output


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A registry with everything in it, and a study that ran on a snapshot of it."""
    folder = tmp_path_factory.mktemp("world")
    patch = pytest.MonkeyPatch()
    patch.setenv("JALON_STORE", f"sqlite:///{folder / 'registry.db'}")
    patch.setenv("JALON_KEYS", str(folder / "keys.toml"))
    patch.setenv("JALON_BY", "tester")
    centres = ("--centre", "S01", "--centre", "S02")
    run("registry", "synthetic", 180, "--to", folder / "files", *centres, "--quiet")
    run("registry", "init", "--synthetic", *centres)
    run("registry", "import", folder / "files", "--quiet")
    run("registry", "snapshot", "--project", "synthetic score", "--to", folder / "snapshot")
    text = STUDY.read_text(encoding="utf-8").replace("../../out/registry", str(folder))
    text = text.replace('centre = "centre"\nby = ["sex"]', "")
    text = text.replace("max_variables = 5", "max_variables = 2\nnodes = 5")
    (folder / "study.toml").write_text(text, encoding="utf-8")
    run("study", "run", folder / "study.toml", "--out", folder / "out", "--resamples", 2, "--quiet")
    yield folder
    patch.undo()


def test_the_report_says_that_no_patient_is_real(world):
    page = (world / "out" / "report.html").read_text(encoding="utf-8")
    assert "SYNTHETIC DATA" in page
    score = tomllib.loads((world / "out" / "score.toml").read_text(encoding="utf-8"))
    assert 1 <= len(score["item"]) <= 2


def test_the_same_files_again_change_nothing(world):
    told = json.loads(run("registry", "import", world / "files", "--json"))
    assert all(part["before"] for receipt in told for part in receipt["taken"])
    before = json.loads(run("registry", "audit", "verify", "--json"))
    run("registry", "import", world / "files", "--quiet")
    assert json.loads(run("registry", "audit", "verify", "--json")) == before


def test_a_trial_keeps_nothing(world, tmp_path):
    rows = pl.read_csv(world / "files" / "S01" / "patient.csv", infer_schema=False)
    changed = rows.with_columns(sex=pl.lit("female"))
    changed.write_csv(tmp_path / "patient.csv")
    before = json.loads(run("registry", "audit", "verify", "--json"))
    words = ("registry", "import", tmp_path / "patient.csv", "--centre", "S01", "--dry-run")
    told = json.loads(run(*words, "--json"))[0]
    assert told["kept"] is False
    assert told["taken"][0]["changed"] == rows.filter(pl.col("sex") != "female").height > 0
    assert json.loads(run("registry", "audit", "verify", "--json")) == before


def test_one_wrong_cell_and_nothing_is_taken(world, tmp_path):
    rows = pl.read_csv(world / "files" / "S01" / "patient.csv", infer_schema=False)
    year = pl.when(pl.int_range(pl.len()) == 3).then(pl.lit("=1+1")).otherwise("birth_year")
    rows.with_columns(year.alias("birth_year")).write_csv(tmp_path / "patient.csv")
    before = json.loads(run("registry", "audit", "verify", "--json"))
    to = tmp_path / "rejected.csv"
    words = ("registry", "import", tmp_path / "patient.csv", "--centre", "S01", "--rejections", to)
    told = run(*words, code=2)
    assert "nothing was imported" in told
    found = pl.read_csv(to)
    assert found.select("file", "line", "column").rows() == [("patient.csv", 5, "birth_year")]
    assert "1+1" not in told + to.read_text(encoding="utf-8")
    assert json.loads(run("registry", "audit", "verify", "--json")) == before


def test_an_objection_reaches_snapshots_runs_and_scores(world):
    first = pl.read_csv(world / "files" / "S02" / "patient.csv", infer_schema=False)["patient"]
    objecting = pl.read_csv(world / "files" / "S02" / "objection.csv", infer_schema=False)
    number = next(one for one in first if one not in objecting["patient"].to_list())
    words = ("--centre", "S02", "--patient", number)
    told = run("registry", "object", *words, "--project", "Synthetic-Score")
    assert "1 snapshot is out of date" in told
    again = run("study", "run", world / "study.toml", "--out", world / "more", "--quiet", code=2)
    assert "out of date" in again
    assert not (world / "more").exists()
    statement = run("registry", "statement", *words)
    assert "learned score score.toml" in statement
    assert "out of date since" in statement
    run("registry", "snapshot", "--project", "synthetic score", "--to", world / "second")
    counts = [
        json.loads((world / name / "manifest.json").read_text(encoding="utf-8"))["patients"]
        for name in ("snapshot", "second")
    ]
    assert counts[0] - counts[1] == 1
    assert number not in statement
    assert "whole" in run("registry", "audit", "verify")


def test_no_local_number_is_in_the_store(world):
    content = (world / "registry.db").read_bytes()
    numbers = pl.read_csv(world / "files" / "S01" / "patient.csv", infer_schema=False)["patient"]
    assert len(numbers) > 20
    assert not [one for one in numbers if one.encode() in content]


def test_a_centre_gets_its_own_file_back_and_another_does_not(world, tmp_path):
    listed = json.loads(run("registry", "kept", "--centre", "S01", "--json"))
    patients = next(one for one in listed if one["table_name"] == "patient")
    words = ("registry", "kept", "--centre", "S01", "--import", patients["import_id"])
    run(*words, "--to", tmp_path / "back.csv")
    sent = (world / "files" / "S01" / "patient.csv").read_bytes()
    assert (tmp_path / "back.csv").read_bytes() == sent
    told = run("registry", "kept", "--centre", "S02", "--import", patients["import_id"], code=2)
    assert "no import" in told

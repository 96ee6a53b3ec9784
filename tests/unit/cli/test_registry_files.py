"""`jalon registry` calendar, codebook, export, synthetic and template, as a person runs them."""

import json

import icalendar
import polars as pl
import pytest
import typer
from tests.registry_world import fill
from typer.testing import CliRunner

from jalon.cli.registry_calendar import calendar
from jalon.cli.registry_codebook import codebook
from jalon.cli.registry_export import export
from jalon.cli.registry_synthetic import synthetic
from jalon.cli.registry_template import template
from jalon.core.errors import UserError
from jalon.dictionary import list_tables
from jalon.registry.store.store import create_store
from jalon.simulate import simulate_tables

app = typer.Typer()
for verb in (calendar, codebook, export, synthetic, template):
    app.command(verb.__name__)(verb)


def run(*words):
    result = CliRunner().invoke(app, [str(word) for word in words])
    if isinstance(result.exception, UserError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    url = f"sqlite:///{tmp_path_factory.mktemp('registry') / 'files.db'}"
    store, _ = create_store(url, "synthetic", "tester")
    fill(store)
    store.close()
    return url


def test_calendar_counts_each_centre(url):
    text = run("calendar", "--store", url, "--on", "2022-05-02").stdout
    lines = text.splitlines()
    assert lines[0] == "visits on 2022-05-02    synthetic patients"
    assert lines[1].split() == [
        "centre", "patients", "overdue", "due", "upcoming", "done", "lost", "ended",
    ]  # fmt: skip
    rows = [line.split() for line in lines[2:]]
    assert [row[0] for row in rows] == ["S01", "S02", "all"]
    sums = [int(a) + int(b) for a, b in zip(rows[0][1:], rows[1][1:], strict=True)]
    assert sums == [int(number.replace(",", "")) for number in rows[2][1:]]


def test_calendar_lists_and_writes_what_is_asked_for(url, tmp_path):
    csv, ics = tmp_path / "owed.csv", tmp_path / "owed.ics"
    words = ("--store", url, "--on", "2022-05-02", "--centre", "S01")
    result = run("calendar", *words, "--state", "overdue,due", "--csv", csv, "--ics", ics)
    frame = pl.read_csv(csv)
    assert set(frame["state"]) <= {"overdue", "due"}
    assert set(frame["centre"]) == {"S01"}
    listed = [line for line in result.stdout.splitlines() if line.endswith(("overdue", "  due"))]
    assert len(listed) == frame.height
    assert icalendar.Calendar.from_ical(ics.read_bytes()).walk("VEVENT")
    assert not [name for name in frame["patient"] if name in ics.read_text()]
    found = json.loads(run("calendar", *words, "--state", "overdue", "--json").stdout)
    assert len(found["visits"]) == frame.filter(state="overdue").height
    assert found["data_kind"] == "synthetic"


def test_calendar_says_what_is_wrong(url):
    for words, message in (
        (("--centre", "S77"), "no patient of centre S77"),
        (("--state", "late"), "unknown --state late"),
        (("--on", "yesterday"), "is no day"),
        (("--language", "de"), "use en or fr"),
    ):
        with pytest.raises(UserError, match=message):
            run("calendar", "--store", url, *words)


def test_export_warns_and_records(url, tmp_path):
    result = run("export", "all", "--store", url, "--to", tmp_path / "all", "--by", "ann")
    assert "a project gets a snapshot" in result.stderr
    assert "patients of every centre" in result.stderr
    assert "synthetic patients" in result.stdout
    assert len(list((tmp_path / "all").iterdir())) == len(list_tables())
    words = ("export", "event", "--store", url, "--centre", "S02", "--to", tmp_path / "e.xlsx")
    found = json.loads(run(*words, "--by", "ann", "--json").stdout)
    assert [row["table"] for row in found["files"]] == ["event"]
    with pytest.raises(UserError, match="did you mean event"):
        run("export", "events", "--store", url, "--to", tmp_path / "x", "--by", "ann")


@pytest.mark.parametrize(("name", "begins"), [("c.html", "<!doctype html>"), ("c.md", "# ")])
def test_codebook_is_a_page(name, begins, tmp_path):
    result = run("codebook", "--to", tmp_path / name, "--language", "fr")
    assert (tmp_path / name).read_text(encoding="utf-8").startswith(begins)
    assert "11 tables" in result.stdout


def test_codebook_of_another_kind_is_refused(tmp_path):
    with pytest.raises(UserError, match=r"ends in \.html or \.md"):
        run("codebook", "--to", tmp_path / "c.pdf")


def test_template_never_writes_over_a_filled_one(tmp_path):
    run("template", "patient", "event", "--to", tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"patient.csv", "event.csv", "help"}
    (tmp_path / "patient.csv").write_text("filled in")
    with pytest.raises(UserError, match="may hold patients"):
        run("template", "--to", tmp_path)
    assert (tmp_path / "patient.csv").read_text() == "filled in"
    run("template", "--to", tmp_path, "--xlsx", "--language", "fr")
    assert (tmp_path / "registry.xlsx").stat().st_size > 10_000


def test_synthetic_files_are_those_of_the_seed(tmp_path):
    result = run("synthetic", 30, "--to", tmp_path / "a", "--seed", 3, "--centre", "S01")
    assert "no real person" in result.stdout
    frame = pl.read_csv(tmp_path / "a" / "S01" / "infusion.csv", try_parse_dates=True)
    expected = simulate_tables(30, 3, ["S01"])["infusion"]
    assert frame["infusion_date"].to_list() == expected["infusion_date"].to_list()
    result = run("synthetic", 30, "--to", tmp_path / "b", "--centre", "S01", "--faults", 0.2)
    assert "broken on purpose" in result.stdout
    with pytest.raises(UserError, match="not empty"):
        run("synthetic", 30, "--to", tmp_path / "b")

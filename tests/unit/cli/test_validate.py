"""``jalon score validate``: what is judged, what is written, what is refused."""

import csv
import json

import numpy as np
import pytest
from typer.testing import CliRunner

from jalon.cli.main import app
from jalon.core import JalonError, SurvivalData
from jalon.stats import concordance
from jalon.study import plain_validation_folder, plain_verdict

NODES = """
slug = "nodes"
short = "Nodes"
status = "learned"
version = "1"
citation = "Made up for a test."
doi = ""
population = "nobody"
outcome = "relapse"
time_point = "diagnosis"
ranks_by = "points"
pitfalls = []
name = {en = "Nodes and grade"}
item = [
    {id = "nodes", unit = "", label = {en = "Nodes"}, steps = [
        {points = 0}, {above = 3, points = 1}, {above = 9, points = 2}]},
    {id = "grade", unit = "", label = {en = "Grade"}, steps = [
        {points = 0}, {above = 1, points = 1}, {above = 2, points = 2}]},
]
group = [
    {slug = "low", low = 0, high = 1, label = {en = "low"}},
    {slug = "middle", low = 2, high = 2, label = {en = "middle"}},
    {slug = "high", low = 3, high = 4, label = {en = "high"}},
]
"""
RISKS = """
risk = [
    {group = "low", months = 36, value = 0.2, n = 100, cohort = "made up"},
    {group = "middle", months = 36, value = 0.4, n = 100, cohort = "made up"},
    {group = "high", months = 36, value = 0.6, n = 100, cohort = "made up"},
]
"""


@pytest.fixture(autouse=True)
def _quickly(monkeypatch, request):
    """Few resamples, and figures only where a test is about them."""
    monkeypatch.setattr(plain_verdict, "RESAMPLES", 5)
    if "drawn" not in request.fixturenames:
        monkeypatch.setattr(plain_validation_folder, "draw_figures", lambda _: ({}, ()))


@pytest.fixture
def drawn():
    """Says that a test is about the figures."""


def run(*arguments):
    return CliRunner().invoke(app, [str(one) for one in arguments])


def read_rows(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture
def on_gbsg(example_data, tmp_path):
    """A score tried on real patients: a function of further options."""
    score = tmp_path / "nodes.toml"
    score.write_text(NODES + RISKS, encoding="utf-8")

    def call(*options):
        given = ("--cohort", example_data / "gbsg.csv", "--time", "rfstime", "--event", "status")
        return run("score", "validate", score, *given, "--out", tmp_path / "out", *options)

    return call


def test_everything_is_judged_and_written(on_gbsg, example_data, tmp_path, drawn):
    done = on_gbsg("--by", "meno", "--by", "age", "--stratum", "grade")
    assert done.exit_code == 0, done.output
    assert [x for x in done.output.splitlines() if len(x) > 80 and "wrote" not in x] == []
    record = json.loads((tmp_path / "out" / "validation.json").read_text(encoding="utf-8"))
    rows = read_rows(example_data / "gbsg.csv")
    time, event, nodes, grade = (
        np.array([float(row[name]) for row in rows])
        for name in ("rfstime", "status", "nodes", "grade")
    )
    points = (nodes > 3) * 1.0 + (nodes > 9) + (grade > 1) + (grade > 2)
    expected = concordance(points, SurvivalData(time, event)).estimate
    assert record["discrimination"]["harrell"]["value"] == pytest.approx(expected.value, rel=1e-12)
    assert record["months"] == [36.0]
    assert record["patients"] == 686
    month = record["calibration"][0]
    risk = np.select([points < 2, points == 2], [0.2, 0.4], 0.6)
    assert month["ratio"]["expected"] == pytest.approx(risk.mean(), rel=1e-12)
    assert set(record["subgroups"]) == {"meno", "age"}
    assert list(record["subgroups"]["age"]["levels"]) == ["to 48", ">48 to 59", ">59"]
    assert len(record["centres"]["centres"]) == 3
    assert list(record["comparisons"]) == ["full Cox model"]
    assert "net benefit" in record["footnote"]["warning"]
    figures = {path.stem for path in (tmp_path / "out" / "figures").iterdir()}
    assert figures >= {"roc", "auc_over_time", "groups", "calibration_36", "net_benefit_36"}
    assert figures >= {"centres", "subgroups", "comparison", "roc_narrow", "groups_narrow"}
    table = read_rows(tmp_path / "out" / "tables" / "figures.csv")
    assert float(table[0]["Value"]) == record["discrimination"]["harrell"]["value"]


@pytest.mark.usefixtures("drawn")
def test_figures_in_french_say_that_patients_are_made_up(on_gbsg, tmp_path):
    assert on_gbsg("--compare", "none", "--language", "fr", "--synthetic").exit_code == 0
    for path in (tmp_path / "out" / "figures").iterdir():
        assert "DONNÉES SYNTHÉTIQUES" in path.read_text(encoding="utf-8"), path.name
    groups = (tmp_path / "out" / "figures" / "groups.svg").read_text(encoding="utf-8")
    assert "Sans status" in groups


def test_another_language_is_refused(on_gbsg):
    answer = on_gbsg("--language", "de")
    assert answer.exit_code != 0
    assert "choose en, fr" in str(answer.exception)


def test_nothing_is_written_about_one_patient(on_gbsg, tmp_path):
    assert on_gbsg("--compare", "cox").exit_code == 0

    def longest(value):
        if isinstance(value, dict):
            kept = [part for key, part in value.items() if key != "curve"]
            return max(map(longest, kept), default=0)
        if isinstance(value, list):
            return max([len(value), *map(longest, value)])
        return 0

    text = (tmp_path / "out" / "validation.json").read_text(encoding="utf-8")
    # No list is as long as the cohort: neither influences nor risks of the patients are kept.
    assert longest(json.loads(text)) < 200


def test_same_seed_same_bytes(on_gbsg, tmp_path, drawn):
    found = []
    for _ in range(2):
        assert on_gbsg("--quiet", "--by", "meno", "--seed", "3").exit_code == 0
        files = sorted(path for path in (tmp_path / "out").rglob("*") if path.is_file())
        found.append({path.name: path.read_bytes() for path in files})
    assert found[0] == found[1]


def test_without_risks_only_the_rest_is_judged(on_gbsg, tmp_path):
    (tmp_path / "nodes.toml").write_text(NODES, encoding="utf-8")
    done = on_gbsg("--compare", "none", "--months", "24,48")
    assert done.exit_code == 0
    assert "states no risks" in " ".join(done.output.split())
    record = json.loads((tmp_path / "out" / "validation.json").read_text(encoding="utf-8"))
    assert record["calibration"] == []
    assert record["accuracy"] is None
    assert len(record["discrimination"]["auc"]["auc"]["estimates"]) == 2


def test_missing_items_are_ranges_counted_and_not_ranked(on_gbsg, example_data, tmp_path):
    rows = read_rows(example_data / "gbsg.csv")
    for row in rows[:40]:
        row["grade"] = ""
    cohort = tmp_path / "some.csv"
    with cohort.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    done = on_gbsg("--cohort", cohort, "--json")
    record = json.loads(done.output)
    assert record["incomplete"] == 40
    assert record["missing"] == {"grade": 40}
    assert record["patients"] == 646


def test_competing_causes(on_gbsg, example_data, tmp_path):
    rows = read_rows(example_data / "gbsg.csv")
    for k, row in enumerate(rows):
        row["status"] = int(row["status"]) * (1 + (k % 4 == 0))
    cohort = tmp_path / "causes.csv"
    with cohort.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    record = json.loads(on_gbsg("--cohort", cohort, "--cause", "1", "--json").output)
    assert record["competing"] > 50
    assert record["separation"]["gray"] is not None
    assert record["calibration"][0]["ratio"]["observed"]["value"] < 0.4
    refused = on_gbsg("--cohort", cohort)
    assert "--cause" in str(refused.exception)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--months", "900"), "fewer than 10 patients followed longer"),
        (("--by", "menno"), "meno"),
        (("--by", "status"), "it says the outcome"),
        (("--column", "nodes"), "item=column"),
        (("--column", "node=er"), "has no such item"),
        (("--compare", "no_such_score"), "no_such_score"),
        (("--risk-of", "death"), "states no such risks"),
        (("--event", "pid"), "several kinds of event"),
        (("--unit", "hours"), "choose days"),
    ],
)
def test_refusals_say_what_to_do(on_gbsg, tmp_path, options, words):
    done = on_gbsg(*options)
    assert isinstance(done.exception, JalonError)
    assert words in str(done.exception)
    assert not (tmp_path / "out").exists()


def test_another_folder_is_not_overwritten(on_gbsg, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine", encoding="utf-8")
    assert "not the result of an earlier validation" in str(on_gbsg().exception)
    assert (tmp_path / "out" / "thesis.txt").read_text(encoding="utf-8") == "mine"


def test_absent_items_are_named(on_gbsg, example_data, tmp_path):
    rows = read_rows(example_data / "gbsg.csv")
    cohort = tmp_path / "other.csv"
    with cohort.open("w", encoding="utf-8", newline="") as stream:
        names = [name for name in rows[0] if name != "nodes"]
        writer = csv.DictWriter(stream, names, extrasaction="ignore")
        writer.writeheader()
        writer.writerows(rows)
    assert "asks for nodes" in str(on_gbsg("--cohort", cohort).exception)
    assert on_gbsg("--cohort", cohort, "--column", "nodes=size", "--quiet").exit_code == 0

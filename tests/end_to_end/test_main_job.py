"""The real studies on the real patients, with few resamples: what is in the outputs."""

import csv
import json
import math
import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

from jalon.core.files import hash_file
from jalon.scores import assess_many, load_definition
from jalon.study import RunOptions, load_study, run_study

FEW = 4


def run(path, out, data=None, workers=2, resamples=FEW):
    return run_study(load_study(path, data), RunOptions(out, resamples, workers))


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def cells(path):
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.reader(stream))


@pytest.fixture(scope="module")
def studies(dictionaries):
    return dictionaries.parent


@pytest.fixture(scope="module")
def breast(studies, tmp_path_factory):
    return run(studies / "breast_real.toml", tmp_path_factory.mktemp("breast") / "out")


@pytest.fixture(scope="module")
def follicular(studies, tmp_path_factory):
    return run(studies / "follicular_real.toml", tmp_path_factory.mktemp("follic") / "out")


@pytest.fixture(scope="module")
def dlbcl(studies, dlbcl_folder, tmp_path_factory):
    out = tmp_path_factory.mktemp("dlbcl") / "out"
    return run(studies / "dlbcl_real.toml", out, dlbcl_folder)


def test_outputs_of_the_breast_study(breast):
    names = {
        p.relative_to(breast.folder).as_posix() for p in breast.folder.rglob("*") if p.is_file()
    }
    assert {
        "report.html",
        "score.toml",
        "score_overall_survival.toml",
        "provenance.json",
        "tables/patients.csv",
        "tables/attrition.csv",
        "figures/recurrence_free_survival_groups_validation.svg",
        "figures/recurrence_free_survival_groups_validation.csv",
    } <= names
    assert not [name for name in names if Path(name).name.startswith(".")]


def test_counts_are_those_of_the_field(breast):
    """2,982 and 686 patients; 1,713, 1,272 and 299 events: as published for this pair."""
    result = breast.results["recurrence_free_survival"]
    assert result.trials["development"].patients == 2982
    assert result.trials["development"].events == 1713
    assert result.trials["validation"].patients == 686
    assert result.trials["validation"].events == 299
    assert breast.results["overall_survival"].trials["development"].events == 1272


def test_concordance_is_near_the_published_models(breast):
    """McLernon 2023 report C 0.65 (0.62-0.69) in GBSG for a Cox model with splines."""
    figure = breast.results["recurrence_free_survival"]
    external = figure.trials["validation"].concordance.estimate
    assert 0.62 < external.value < 0.70
    assert external.low < 0.65 < external.high
    inside = figure.internal.figures["concordance"]
    assert 0.66 < inside.corrected.value <= inside.apparent.value + 0.002 < 0.71
    assert figure.slope is not None
    assert 0.7 < figure.slope.value < 1.4


def test_score_file_gives_the_totals_that_were_validated(breast):
    definition = load_definition(breast.folder / "score.toml")
    trial = breast.results["recurrence_free_survival"].trials["validation"]
    values = trial.outcome.cohort.values
    answer = assess_many(definition, {item.id: values[item.id] for item in definition.items})
    assert np.array_equal(answer.points_low, trial.assessed.points_low)
    assert 3 <= len(definition.groups) <= 4
    assert len(definition.items) <= 5
    assert "IPI" not in definition.name["en"]
    assert definition.learning["proof"] == "proven optimal for its objective"
    held = definition.learning["certificate"]
    assert held["bound"] == pytest.approx(held["value"], abs=held["tolerance"])
    assert held["gained"] > 200


def test_risks_rise_from_group_to_group_in_development(breast):
    definition = load_definition(breast.folder / "score.toml")
    for months in (24, 60):
        risks = [risk.value for risk in definition.risks if risk.months == months]
        assert risks == sorted(risks)
        assert all(r.low <= r.value <= r.high for r in definition.risks)
    assert sum(risk.n for risk in definition.risks if risk.months == 60) == 2982


def test_at_risk_numbers_start_with_everyone(breast):
    rows = rows_of(breast.folder / "figures" / "recurrence_free_survival_groups_validation.csv")
    first = {row["Group"]: float(row["At risk"]) for row in reversed(rows)}
    assert sum(first.values()) == 686


def test_table_one_counts_everyone(breast):
    rows = cells(breast.folder / "tables" / "patients.csv")
    text = "\n".join(",".join(row) for row in rows)
    assert "1387" in text  # Rotterdam, 20 mm or less
    assert "Positive lymph nodes" in text


def test_report_is_self_contained_and_says_what_it_is(breast):
    page = (breast.folder / "report.html").read_text(encoding="utf-8")
    assert "real data" in page
    assert "Research use only" in page
    assert "What a careful reader should doubt" in page
    assert re.search(r"proven (optimal|to be within)", page)
    loads = re.findall(r'(?:src|href)="([^"#][^"]*)"', page)
    assert [link for link in loads if not link.startswith("data:")] == []
    assert "@import" not in page
    assert not re.search(r"\bnan\b", re.sub(r"<[^>]+>|<style.*?</style>", " ", page), re.IGNORECASE)


def test_provenance_names_everything(breast, example_data):
    record = json.loads((breast.folder / "provenance.json").read_text(encoding="utf-8"))
    assert record["data"]["rotterdam.csv"] == hash_file(example_data / "rotterdam.csv")
    assert len(record["study"]["sha256"]) == len(record["code"]["source_sha256"]) == 64
    assert record["seed"] == 20261120
    assert record["settings"] == {"resamples": FEW}
    assert set(record["times"]) == {"began", "ended"}


def test_twice_the_same_bytes_whatever_the_workers(studies, tmp_path):
    first = run(studies / "follicular_real.toml", tmp_path / "a", workers=1)
    second = run(studies / "follicular_real.toml", tmp_path / "b", workers=3)
    names = sorted(p.relative_to(first.folder) for p in first.folder.rglob("*") if p.is_file())
    assert names == sorted(
        p.relative_to(second.folder) for p in second.folder.rglob("*") if p.is_file()
    )
    for name in names:
        one, two = (folder / name for folder in (first.folder, second.folder))
        if name.name == "provenance.json":
            left, right = (json.loads(path.read_text(encoding="utf-8")) for path in (one, two))
            assert left.pop("times") != right.pop("times")
            assert left == right
        else:
            assert one.read_bytes() == two.read_bytes(), name


def test_competing_risks_of_the_follicular_study(follicular):
    """272 relapses and 76 deaths without relapse among 541 patients (Pintilie 2006)."""
    result = follicular.results["relapse_incidence"]
    course = result.courses["development"]
    event = course.outcome.data.event
    assert [int(np.sum(event == code)) for code in (0, 1, 2)] == [193, 272, 76]
    # Whoever is not free of both has had one of them: the curves share one whole.
    whole = course.free.value[-1] + sum(curve.value[-1] for curve in course.incidence.values())
    assert whole == pytest.approx(1.0, abs=1e-12)
    trial = result.trials["development"]
    assert trial.gray is not None
    assert trial.gray.p < 0.01
    assert all(curve.kind == "incidence" for curve in trial.curves.values())
    assert "Gray" in (follicular.folder / "report.html").read_text(encoding="utf-8")


def test_ipi_of_real_lymphoma_patients(dlbcl):
    """Every Duke patient: complete, certain in spite of a missing item, or undetermined."""
    result = dlbcl.results["overall_survival"]
    ipi, r_ipi = result.rivals["development"]
    trial = ipi.trial
    assert len(trial.complete) == 962
    assert trial.events < 305
    group = trial.assessed.group
    gap = trial.assessed.points_high - trial.assessed.points_low
    assert np.array_equal(gap == 0, trial.complete)
    assert np.all(group[trial.complete] >= 0)
    assert 0 < np.sum((group >= 0) & ~trial.complete) < np.sum(~trial.complete)
    # The file's own IPI is the sum of its five items: ours agrees wherever it is given,
    # but for the two patients whose item says otherwise than their age.
    given = trial.outcome.cohort.column("ipi")
    known = ~np.isnan(given) & trial.complete
    assert np.sum(known) > 700
    assert np.sum(given[known] != trial.assessed.points_low[known]) <= 2
    assert 0.64 < ipi.published.value < 0.72
    assert r_ipi.published.value < ipi.published.value


def test_dlbcl_study_counts_its_patients(dlbcl):
    result = dlbcl.results["overall_survival"]
    development, validation = result.trials["development"], result.trials["validation"]
    assert (len(development.complete), development.patients) == (962, 753)
    assert (validation.patients, validation.events) == (127, 46)
    assert 0.6 < validation.concordance.estimate.value < 0.8
    attrition = cells(dlbcl.folder / "tables" / "attrition.csv")
    assert any("39" in row for row in attrition)
    text = (dlbcl.folder / "tables" / "overall_survival_side_by_side.csv").read_text()
    assert "IPI" in text
    assert "R-IPI" in text


def test_learned_score_is_not_called_ipi(dlbcl):
    table = tomllib.loads((dlbcl.folder / "score.toml").read_text(encoding="utf-8"))
    assert "ipi" not in table["slug"]
    assert "IPI" not in table["name"]["en"]
    assert math.isfinite(table["learning"]["log_hazard_per_point"])


def test_no_patient_of_the_closed_files_is_in_the_report(dlbcl, dlbcl_folder):
    """Identifiers of patients never leave: not in the page, nor in any table or figure."""
    names = [row["id"] for row in rows_of(dlbcl_folder / "dlbcl_chapuy2018.csv")]
    for path in dlbcl.folder.rglob("*"):
        if path.is_file():
            text = path.read_text(encoding="utf-8")
            assert not [name for name in names if name in text], path.name

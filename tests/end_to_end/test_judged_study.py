"""A study whose report judges risks, stability, centres and parts of the patients."""

import csv

import numpy as np
import pytest

from jalon.core import StudyFileError
from jalon.study import RunOptions, load_study, run_study

ENDPOINT = "relapse_incidence"
VALIDATE = '[validate]\ncentre = "stage"\nby = ["age", "stage", "ch"]\n\n[learn]'


@pytest.fixture(scope="module")
def write(tmp_path_factory, dictionaries, example_data):
    folder = tmp_path_factory.mktemp("study")
    text = (dictionaries.parent / "follicular_real.toml").read_text(encoding="utf-8")
    text = text.replace("../examples/data", example_data.as_posix())
    text = text.replace('"dictionaries/', f'"{dictionaries.as_posix()}/')

    def make(validate):
        path = folder / "judged.toml"
        path.write_text(text.replace("[learn]", validate), encoding="utf-8")
        return load_study(path)

    return make


@pytest.fixture(scope="module")
def judged(write, tmp_path_factory):
    out = tmp_path_factory.mktemp("judged") / "out"
    return run_study(write(VALIDATE), RunOptions(out, 4, 1))


def rows_of(judged, name):
    path = judged.folder / "figures" / f"{ENDPOINT}_{name}.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_resample_is_kept_for_every_patient(judged):
    found = judged.results[ENDPOINT].resampled
    assert found.month == 120
    assert found.risks.shape == found.groups.shape == (4, 541)
    assert np.all((found.risks >= 0) & (found.risks <= 1))
    # More points, more risk, and never a lower group.
    order = np.argsort(found.risk, kind="stable")
    assert np.all(np.diff(found.group[order]) >= 0)


def test_corrected_figures_by_the_last_month(judged):
    figures = judged.results[ENDPOINT].internal.figures
    assert 0.5 < figures["auc"].corrected.value < figures["auc"].apparent.value < 0.7
    assert figures["accuracy"].corrected.value < figures["accuracy"].apparent.value < 0.1


def test_groups_and_thresholds_hold_all_patients(judged):
    rows = rows_of(judged, "instability")
    assert sum(float(row["Patients"]) for row in rows) == 541
    benefit = rows_of(judged, "net_benefit_development_60")
    assert float(benefit[0]["Treated"]) <= 1
    everyone = [float(row["Treating everyone"]) for row in benefit]
    assert everyone == sorted(everyone, reverse=True)


def test_centres_and_parts_count_everybody(judged):
    centres = judged.results[ENDPOINT].centres
    assert sum(one.merits.patients for one in centres.centres) == 541
    assert all(one.learned_from + one.merits.patients == 541 for one in centres.centres)
    rows = rows_of(judged, "parts_development")
    for label in ("Age", "Stage II"):
        assert sum(float(row["Patients"]) for row in rows if row["By"] == label) == 541


def test_details_are_folded_and_said_in_words(judged):
    page = (judged.folder / "report.html").read_text(encoding="utf-8")
    assert page.count("<details>") == page.count("</details>") >= 6
    assert "Each stage II left out in turn" in page
    assert "Is it as good for everyone?" in page
    assert "percentage points on average" in page


def test_without_the_part_there_is_nothing_of_it(write, tmp_path):
    found = run_study(write("[learn]"), RunOptions(tmp_path / "out", 2, 1))
    page = (found.folder / "report.html").read_text(encoding="utf-8")
    assert "left out in turn" not in page
    assert "as good for everyone" not in page


@pytest.mark.parametrize(
    ("validate", "words"),
    [
        ('[validate]\ncentre = "hospital"\n\n[learn]', "validate.centre: hospital is neither"),
        ('[validate]\nby = ["sex"]\n\n[learn]', "validate.by: sex is neither"),
        ('[validate]\ncenter = "stage"\n\n[learn]', "validate.center: this key is not known"),
    ],
)
def test_names_that_are_not_there_are_refused_at_once(write, tmp_path, validate, words):
    with pytest.raises(StudyFileError, match=words):
        run_study(write(validate), RunOptions(tmp_path / "out", 2, 1))

"""A study whose candidates lack values: imputed inside the resampling, resumed, and sized."""

import csv
import tomllib

import numpy as np
import pytest

from jalon.core import StudyFileError
from jalon.study import RunOptions, load_study, run_study

IMPUTE = 'missing = "impute"\ntables = 2\n'
ENDPOINT = "relapse_incidence"


@pytest.fixture(scope="module")
def lacking(tmp_path_factory, dictionaries, example_data):
    """The follicular study, haemoglobin and stage blanked for some; more lines for [learn]."""
    folder = tmp_path_factory.mktemp("study")
    rng = np.random.default_rng(1)
    with (example_data / "follic.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))
    for row in rows[1:]:
        if rng.random() < 0.2:
            row[1] = ""
        if rng.random() < 0.1:
            row[2] = ""
    with (folder / "follic.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)
    words = (dictionaries / "follic.toml").read_text(encoding="utf-8")
    (folder / "follic.toml").write_text(words.replace("required = true", ""), encoding="utf-8")
    text = (dictionaries.parent / "follicular_real.toml").read_text(encoding="utf-8")
    text = text.replace("../examples/data", ".").replace("dictionaries/", "")

    def write(more):
        path = folder / "lacking.toml"
        path.write_text(text + "nodes = 5\n" + more, encoding="utf-8")
        return load_study(path)

    return write


def run(study, out, workers=1, tell=None):
    return run_study(study, RunOptions(out, 4, workers), tell)


@pytest.fixture(scope="module")
def plain(lacking, tmp_path_factory):
    return run(lacking("expected_c = 0.65\n"), tmp_path_factory.mktemp("plain") / "out")


@pytest.fixture(scope="module")
def imputed(lacking, tmp_path_factory):
    return run(lacking(IMPUTE), tmp_path_factory.mktemp("imputed") / "out", workers=2)


def test_everybody_is_learned_from_and_the_report_says_so(plain, imputed):
    result = imputed.results[ENDPOINT]
    assert plain.results[ENDPOINT].learning.complete.sum() < 400
    assert result.learning.complete.sum() == len(result.outcome.cohort) == 541
    page = (imputed.folder / "report.html").read_text(encoding="utf-8")
    assert "were imputed 2 times, anew in every resample" in page
    assert "missing values imputed 2 times" in page
    score = (imputed.folder / "score.toml").read_text(encoding="utf-8")
    assert "imputed_tables = 2" in score
    assert "patients = 541" in score
    assert set(result.learning.completed.missing) == {"haemoglobin", "stage"}
    for name in ("concordance", "group concordance"):
        one = result.internal.figures[name]
        assert one.corrected.value == pytest.approx(one.apparent.value - one.optimism)
        assert one.corrected.low < one.corrected.value < one.corrected.high
        # The headline trusts patients whom a resample has not seen; Harrell's stands beside it.
        assert one.harrell is not None
        assert one.harrell.low < one.harrell.value < one.harrell.high


def test_an_interrupted_study_goes_on_and_gives_the_same_bytes(lacking, imputed, tmp_path):
    class Stop:
        def say(self, step, text, aside=""):
            pass

        def advance(self, step, done, total):
            if done == 2:
                raise KeyboardInterrupt

    class Count(Stop):
        def advance(self, step, done, total):
            steps.append(done)

    steps = []
    with pytest.raises(KeyboardInterrupt):
        run(lacking(IMPUTE), tmp_path / "out", tell=Stop())
    assert [path.suffix for path in tmp_path.iterdir()] == [".resamples"]
    run(lacking(IMPUTE), tmp_path / "out", tell=Count())
    assert steps == [3, 4]
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    for name in ("report.html", "score.toml"):
        one, two = ((folder / name).read_bytes() for folder in (imputed.folder, tmp_path / "out"))
        assert one == two


def test_too_few_patients_are_a_doubt(plain, imputed):
    cautious, hopeful = (part.results[ENDPOINT].size for part in (imputed, plain))
    assert not cautious.enough
    assert hopeful.guess == "C of 0.65"
    page = (imputed.folder / "report.html").read_text(encoding="utf-8")
    assert "criteria ask for" in page
    assert "expected_c = 0.65" in (plain.folder / "score.toml").read_text(encoding="utf-8")
    tomllib.loads((imputed.folder / "score.toml").read_text(encoding="utf-8"))


def test_limits_and_groups_that_were_chosen_again(imputed):
    name = f"{ENDPOINT}_chosen_limits.csv"
    with (imputed.folder / "tables" / name).open(encoding="utf-8", newline="") as stream:
        rows = list(csv.reader(stream))[1:]
    used = sum(points != 0 for points in imputed.results[ENDPOINT].learning.score.points)
    own = [row for row in rows if row[1] == "yes"]
    assert len(own) == used + 1
    assert own[-1][0].endswith("groups")
    assert all(0 <= float(row[2]) <= 100 for row in rows)


def test_words_that_are_not_known(lacking):
    for more in ('missing = "guess"\n', "tables = 0\n", "expected_c = 0.3\n"):
        with pytest.raises(StudyFileError, match=r"learn\."):
            lacking(more)

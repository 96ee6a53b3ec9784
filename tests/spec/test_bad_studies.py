"""What a person is told about a study that cannot be run: the words, and nothing written."""

import re

import pytest

from jalon.core import JalonError, UserError
from jalon.study import RunOptions, load_study, run_study


@pytest.fixture
def study_folder(tmp_path, dictionaries, example_data):
    """A copy of the follicular study with its dictionary and data, to be spoiled."""
    text = (dictionaries.parent / "follicular_real.toml").read_text(encoding="utf-8")
    text = text.replace('data = "../examples/data"', 'data = "."')
    (tmp_path / "study.toml").write_text(text, encoding="utf-8")
    (tmp_path / "dictionaries").mkdir()
    dictionary = (dictionaries / "follic.toml").read_text(encoding="utf-8")
    (tmp_path / "dictionaries" / "follic.toml").write_text(dictionary, encoding="utf-8")
    data = (example_data / "follic.csv").read_text(encoding="utf-8")
    (tmp_path / "follic.csv").write_text(data, encoding="utf-8")
    return tmp_path


def spoil(path, pattern, new, count=1):
    text = path.read_text(encoding="utf-8")
    spoiled, found = re.subn(pattern, new, text, count=count, flags=re.MULTILINE)
    assert found
    path.write_text(spoiled, encoding="utf-8")


def refuse(folder, message, kind=JalonError):
    out = folder / "results" / "out"
    with pytest.raises(kind, match=message) as caught:
        run_study(load_study(folder / "study.toml"), RunOptions(out, 2, 1))
    assert not out.parent.exists()
    assert caught.value.exit_code == 2
    return str(caught.value)


STUDY = {
    "typing mistake in a key": (r"^max_points", "max_ponits", "learn.max_ponits: this key is not"),
    "missing key": (r"^seed = .*$", "", "study.seed: this key is missing"),
    "not TOML": (r"^\[study\]", "[study", "is not a TOML file"),
    "unknown endpoint": (
        r"relapse_incidence",
        "relaps_incidence",
        "did you mean relapse_incidence",
    ),
    "unknown column": (r'column = "hgb"', 'column = "hb"', "has no column hb"),
    "unknown data file": (r"follic\.csv", "folic.csv", r"folic\.csv.*follic\.csv"),
    "unknown dictionary": (r"dictionaries/follic\.toml", "dictionaries/x.toml", "x.toml"),
    "wrong unit": (r'unit = "g/L"', 'unit = "g/dL"', "is in g/dL, but column hgb is in g/L"),
    "facts that do not suffice": (
        r'event = "death"',
        'event = "fall"',
        "needs to know relapse and",
    ),
    "more variables than given": (r"max_variables = 3", "max_variables = 5", "only 3 candidate"),
    "a level that nobody has": (r'1 = "no"', '7 = "no"', "no level|does not|hold"),
    "limits outside the range": (r"cuts = \[40.*$", "cuts = [400]", "age: every limit"),
    "a separator that is not": (r'^file = "f', 'separator = "||"\nfile = "f', "separator"),
    "cuts and levels": (
        r'^levels = \["no", "yes"\]',
        'levels = ["no", "yes"]\ncuts = [1]',
        "not both",
    ),
    "criterion that leaves nobody": (
        r"^last_seen",
        'criteria = [{ label = "over 200", column = "age", above = 200 }]\nlast_seen',
        "no patient is left after 'over 200'",
    ),
    "a price that nothing is worth": (
        r"^groups = 3",
        "groups = 3\nprice = 1000",
        "no score in these",
    ),
}


@pytest.mark.parametrize("case", STUDY)
def test_study_file(study_folder, case):
    pattern, new, message = STUDY[case]
    spoil(study_folder / "study.toml", pattern, new)
    refuse(study_folder, message, UserError)


# Columns of follic.csv: age,hgb,clinstg,ch,rt,time,status
DATA = {
    "all censored": (r",[12]$", ",0", 0, "all 541 patients are censored"),
    "constant variable": (r"^[\d.]+,", "60,", 0, "age is the same for all 541 patients"),
    "time zero": (r"[^,]+,1$", "0,1", 1, "line 2.*column time|above 0"),
    "event not in the list": (r",1$", ",9", 1, "line 2, column status"),
    "not a number": (r"^56,", "abc,", 1, "line 2, column age"),
    "missing where required": (r"^56,", ",", 1, "line 2, column age"),
}


@pytest.mark.parametrize("case", DATA)
def test_data_file(study_folder, case):
    pattern, new, count, message = DATA[case]
    spoil(study_folder / "follic.csv", pattern, new, count)
    refuse(study_folder, message, UserError)


def test_one_event(study_folder):
    path = study_folder / "follic.csv"
    spoil(path, r",1$", ",0", 0)
    spoil(path, r",0$", ",1", 1)
    refuse(study_folder, "only 1 event among 541 patients", UserError)


def test_a_variable_that_leaks_the_outcome(study_folder):
    """Chemotherapy rewritten to be 1 exactly for those who relapsed."""
    path = study_folder / "follic.csv"
    spoil(path, r",[NY],Y,([^,]+),1$", r",Y,Y,\1,1", 0)
    spoil(path, r",[NY],Y,([^,]+),([02])$", r",N,Y,\1,\2", 0)
    spoil(
        study_folder / "study.toml",
        r"^\[\[endpoint\]\]",
        '[[variable]]\nname = "leak"\nlabel = "Leak"\nlevels = ["no", "yes"]\n'
        'development = { column = "ch" }\n\n[[endpoint]]',
    )
    refuse(study_folder, "leak > 0 separates the outcome perfectly", UserError)


def test_patient_value_is_never_repeated(study_folder):
    spoil(study_folder / "follic.csv", r"^56,", "SECRET-NAME,", 1)
    assert "SECRET" not in refuse(study_folder, "column age", UserError)


def test_no_data_folder(study_folder):
    study = load_study(study_folder / "study.toml", study_folder / "nowhere")
    with pytest.raises(UserError, match="--data FOLDER"):
        run_study(study, RunOptions(study_folder / "out", 2, 1))


def test_a_folder_with_other_things_is_not_replaced(study_folder):
    out = study_folder / "mine"
    out.mkdir()
    (out / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(UserError, match="not the result of an earlier run"):
        run_study(load_study(study_folder / "study.toml"), RunOptions(out, 2, 1))
    assert [path.name for path in out.iterdir()] == ["thesis.txt"]


def test_an_earlier_run_is_replaced_and_nothing_else_is_left(study_folder):
    out = study_folder / "results" / "out"
    study = load_study(study_folder / "study.toml")
    run_study(study, RunOptions(out, 2, 1))
    (out / "old.txt").write_text("old", encoding="utf-8")
    run_study(study, RunOptions(out, 2, 1))
    assert not (out / "old.txt").exists()
    assert [path.name for path in out.parent.iterdir()] == ["out"]


def test_synthetic_data_cannot_be_called_real(study_folder):
    path = study_folder / "dictionaries" / "follic.toml"
    spoil(path, r'^data_kind = "real"', 'data_kind = "synthetic"')
    refuse(study_folder, "holds synthetic patients", UserError)


def test_synthetic_data_say_so_on_the_page_and_on_every_figure(study_folder):
    path = study_folder / "dictionaries" / "follic.toml"
    spoil(path, r'^data_kind = "real"', 'data_kind = "synthetic"')
    spoil(study_folder / "study.toml", r'"real data"', '"SYNTHETIC DATA"')
    out = study_folder / "out"
    run_study(load_study(study_folder / "study.toml"), RunOptions(out, 2, 1))
    assert "SYNTHETIC DATA" in (out / "report.html").read_text(encoding="utf-8")
    figures = list((out / "figures").glob("*.svg"))
    assert figures
    assert all("SYNTHETIC DATA" in path.read_text(encoding="utf-8") for path in figures)


def test_two_scores_cannot_be_asked_of_the_validation_cohort_alone(study_folder):
    spoil(
        study_folder / "study.toml",
        r'slug = "relapse_incidence"',
        'slug = "relapse_incidence"\ncohorts = ["validation"]',
    )
    refuse(study_folder, "needs the development cohort", UserError)

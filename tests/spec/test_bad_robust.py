"""What is said when a robust score, a prior, a path or a comparison cannot be had."""

import numpy as np
import pytest
from tests.spec.test_bad_learning import ROWS, learn, make_columns, with_column

from jalon.core import JalonError

CENTRE = with_column("site", ["A", "B", "C"] * (ROWS // 3))
GAPS = with_column("age", ["" if k % 9 == 0 else 40 + k % 37 for k in range(ROWS)])

BAD = {
    "an unknown way": (make_columns(), ("--robust", "luck"), "not known; give imputations"),
    "tables that are no number": (
        GAPS, ("--robust", "imputations:many"), "expected a number after ':'",
    ),
    "one table": (GAPS, ("--robust", "imputations:1"), "whole number from 2 to 1000"),
    "nothing to impute": (
        make_columns(), ("--robust", "imputations:2"), "there is nothing to impute",
    ),
    "no centre": (make_columns(), ("--robust", "worst-centre"), "say with --stratum which column"),
    "a share above 1": (
        CENTRE, ("--robust", "worst-centre:3", "--stratum", "site"), "share of the centres",
    ),
    "centres of few events": (
        with_column("site", range(ROWS)), ("--robust", "worst-centre", "--stratum", "site"),
        "fewer than two centres have 10 events",
    ),
    "near-equals of the worst centre": (
        CENTRE, ("--robust", "worst-centre", "--stratum", "site", "--pick", "2"),
        "keeps no near-equals",
    ),
    "no variation": (make_columns(), ("--robust", "measurement"), "as --cv crp=0.05"),
    "a variation of no candidate": (
        make_columns(), ("--robust", "measurement", "--cv", "ldh=0.1"), "no candidate variable",
    ),
    "a variation of a category": (
        make_columns(), ("--robust", "measurement", "--cv", "stage is I=0.1"), "is no number",
    ),
    "a variation in per cent": (
        make_columns(), ("--robust", "measurement", "--cv", "age=5"), "a share from 0 to 1",
    ),
    "a variation without a number": (
        make_columns(), ("--robust", "measurement", "--cv", "age"), "as crp=0.05",
    ),
    "a value below zero that varies": (
        with_column("balance", np.arange(ROWS) % 7 - 3),
        ("--robust", "measurement", "--cv", "balance=0.1"), "has values below 0",
    ),
    "a path of imputed tables": (
        GAPS, ("--robust", "imputations:2", "--path"), "run it without --robust imputations",
    ),
    "a comparison of imputed tables": (
        GAPS, ("--robust", "imputations:2", "--compare"), "without --robust imputations",
    ),
    "resamples that are too few": (
        make_columns(), ("--robust", "stability:1"), "whole number from 2",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_refused_in_words_and_nothing_written(case, tmp_path):
    columns, options, message = BAD[case]
    done = learn(tmp_path, *options, columns=columns)
    assert isinstance(done.exception, JalonError), done.output
    assert message in str(done.exception)
    assert done.exception.exit_code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["patients.csv"]


NODES = '[[effect]]\nvariable = "nodes"\nabove = 3\n'
EFFECTS = {
    "not there": (None, "cannot be read"),
    "not TOML": ("[[effect", "is not a TOML file of published effects"),
    "no effect": ("a = 1", "give one [[effect]] table per effect"),
    "no variable": ("[[effect]]\nabove = 3", "say which variable"),
    "a typing mistake": (NODES + "hr = 2", "effect 1, hr: this key is not known"),
    "no numbers": (NODES, "log_hazard_ratio is missing; an effect needs hazard_ratio, low and"),
    "an interval upside down": (
        NODES + "hazard_ratio = 2\nlow = 3\nhigh = 1.5", "give 0 < low < high",
    ),
    "text for a number": (NODES + 'hazard_ratio = "2"', "hazard_ratio is no number"),
    "no standard error": (
        NODES + "log_hazard_ratio = 0.5\nstd_error = 0", "standard error must be above 0",
    ),
    "another variable": (
        '[[effect]]\nvariable = "node"\nabove = 3\nlog_hazard_ratio = 1\nstd_error = 1',
        "no candidate variable (did you mean nodes?)",
    ),
    "a level that is none": (
        '[[effect]]\nvariable = "stage is I"\nabove = 3\nlog_hazard_ratio = 1\nstd_error = 1',
        "is no number; its limits are 0, not 3",
    ),
    "a limit that nobody is above": (
        '[[effect]]\nvariable = "nodes"\nabove = 99\nlog_hazard_ratio = 1\nstd_error = 1',
        "nodes above 99 has a published effect, but tells nobody apart",
    ),
    "two effects of one limit": (
        2 * (NODES + "log_hazard_ratio = 1\nstd_error = 1\n"), "has two published effects",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", EFFECTS)
def test_a_file_of_effects_is_refused_with_its_place(case, tmp_path):
    text, message = EFFECTS[case]
    folder = tmp_path / "prior"
    folder.mkdir()
    if text is not None:
        (folder / "effects.toml").write_text(text, encoding="utf-8")
    done = learn(tmp_path, "--prior", str(folder / "effects.toml"))
    assert isinstance(done.exception, JalonError), done.output
    assert message in str(done.exception)
    assert not (tmp_path / "mine.toml").exists()


@pytest.mark.parametrize("way", ["worst-centre", "measurement"])
def test_a_prior_does_not_go_with_every_way(way, tmp_path):
    options = ("--robust", way, "--cv", "age=0.1", "--stratum", "site", "--prior", "effects.toml")
    done = learn(tmp_path, *options, columns=CENTRE)
    assert "learn with one of the two" in str(done.exception)


def known_of_the_dead():
    """A cause of death, which nobody has who lives."""
    columns = make_columns()
    columns["chapter"] = ["Heart" if one == "1" else "" for one in columns["dead"]]
    return columns


def test_a_column_that_only_the_dead_have_is_refused_by_name(tmp_path):
    done = learn(tmp_path, "--variables", "age,nodes,chapter", columns=known_of_the_dead())
    assert isinstance(done.exception, JalonError), done.output
    assert "column chapter: it is known of" in str(done.exception)
    assert "and gives it away; take it out of --variables" in str(done.exception)
    assert not (tmp_path / "mine.toml").exists()


def test_a_column_that_only_the_dead_have_is_left_out_where_nobody_asked(tmp_path):
    done = learn(tmp_path, columns=known_of_the_dead())
    assert done.exit_code == 0, done.exception
    assert "chapter left out: it is known of" in " ".join(done.output.split())


def test_no_time_still_gives_a_score_with_a_finite_gap(tmp_path):
    done = learn(tmp_path, "--seconds", "0")
    assert done.exit_code == 0, done.exception
    words = " ".join(done.output.split())
    assert "proven to be within" in words or "proven optimal" in words
    assert "inf" not in words


def test_equal_columns_are_kept_once_and_said(tmp_path):
    columns = make_columns()
    columns["again"] = list(columns["nodes"])
    done = learn(tmp_path, "--variables", "age,nodes,again", columns=columns)
    assert done.exit_code == 0, done.exception
    assert "is the same as nodes > 0; kept once" in " ".join(done.output.split())


def test_few_events_per_candidate_are_said_and_stay_with_the_score(tmp_path):
    columns = make_columns()
    rng = np.random.default_rng(2)
    for k in range(20):
        columns[f"x{k}"] = [f"{one:.3f}" for one in rng.normal(size=ROWS)]
    done = learn(tmp_path, "--parts", "2", columns=columns)
    assert done.exit_code == 0, done.exception
    assert "fewer than 10 per variable" in " ".join(done.output.split())
    text = (tmp_path / "mine.toml").read_text(encoding="utf-8")
    assert "fewer than 10 per variable" in text

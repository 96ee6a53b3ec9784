"""The command: quick help, explained errors, no traceback, plain lines without a terminal."""

import io
import json
import subprocess
import sys

import pytest
from rich.console import Console
from typer.testing import CliRunner

from jalon.cli.main import app
from jalon.cli.terminal import Terminal
from jalon.core.errors import JalonError

HEAVY = (
    "numpy", "numba", "scipy", "polars", "pydantic", "matplotlib", "jinja2",
    "jalon.study", "jalon.stats", "jalon.learn", "jalon.report", "jalon.registry",
)  # fmt: skip
PROBE = f"""
import sys
sys.argv = ["jalon", "--help"]
from jalon.cli.main import main
try:
    main()
except SystemExit:
    pass
print([name for name in {HEAVY!r} if name in sys.modules])
"""


def jalon(*arguments):
    command = [sys.executable, "-m", "jalon.cli.main", *arguments]
    return subprocess.run(command, check=False, capture_output=True, text=True)


def test_help_imports_nothing_heavy():
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True)
    assert "Run a study file" in done.stdout
    assert done.stdout.strip().splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["study", "run", "studies/none.toml"], "there is no such study file"),
        (["study", "list", "nowhere"], "there is no study file in nowhere"),
        (["score", "show", "ipl"], "Did you mean ipi"),
        (["score", "apply", "ipi", "age"], "is not item=value"),
        (["score", "apply", "ipi", "weight=70"], "ipi has no item weight"),
        (["score", "show", "none.toml"], "none.toml cannot be read"),
    ],
)
def test_user_error_has_words_and_exit_code_two(arguments, message):
    done = jalon(*arguments)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr + done.stdout


def test_unknown_option_is_refused_with_exit_code_two():
    done = jalon("study", "run", "--fast")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_version():
    assert jalon("--version").stdout.startswith("jalon 0.")


def run(*arguments):
    return CliRunner().invoke(app, list(arguments))


def test_score_list_and_show():
    assert "International Prognostic Index" in run("score", "list").output
    shown = run("score", "show", "ipi").output
    assert "above 60" in shown
    assert "Research use only." in shown


def test_apply_gives_a_range_when_items_are_missing():
    text = run("score", "apply", "ipi", "age=70", "ldh_ratio=2").output
    assert "points  2 to 5" in text
    assert "undetermined: low-intermediate or high-intermediate or high" in text
    assert "missing stage, ecog, extranodal_sites" in text


def test_apply_gives_points_and_group_when_all_is_known():
    values = ["age=70", "ldh_ratio=2", "stage=4", "ecog=1", "extranodal_sites=0"]
    text = run("score", "apply", "ipi", *values).output
    assert "points  3\n" in text
    assert "group   high-intermediate" in text


def test_data_check_says_what_fits_and_what_to_ask(example_data, dictionaries):
    good = run("data", "check", str(example_data / "gbsg.csv"), str(dictionaries / "gbsg.toml"))
    assert "686 rows fit" in good.output
    bad = jalon("data", "check", str(example_data / "gbsg.csv"), str(dictionaries / "follic.toml"))
    assert bad.returncode == 2
    assert "Traceback" not in bad.stderr


def test_a_file_with_semicolons_is_read_as_the_message_advises(
    tmp_path, example_data, dictionaries
):
    """European spreadsheets: semicolons and decimal commas."""
    text = (example_data / "follic.csv").read_text(encoding="utf-8")
    (tmp_path / "follic.csv").write_text(text.replace(",", ";").replace(".", ","), "latin-1")
    study, out = str(dictionaries.parent / "follicular_real.toml"), str(tmp_path / "out")
    plain = ["study", "run", study, "--data", str(tmp_path), "--out", out, "--resamples", "2"]
    first = jalon(*plain)
    assert '--separator ";"' in first.stderr
    second = jalon(*plain, "--separator", ";")
    assert '--decimal ","' in second.stderr
    third = jalon(*plain, "--separator", ";", "--decimal", ",", "--encoding", "latin-1", "--quiet")
    assert (third.returncode, third.stdout, third.stderr) == (0, "", "")
    assert (tmp_path / "out" / "report.html").is_file()


def test_study_list(monkeypatch, dictionaries):
    text = run("study", "list", str(dictionaries.parent)).output
    assert "breast_real.toml" in text
    assert "real data" in text


def write_lines(terminal):
    with Console(force_terminal=terminal, width=100, record=True, file=io.StringIO()) as console:
        told = Terminal(console)
        told.say("data", "a.csv 10", "sha256 12ab…")
        for done in range(1, 9):
            told.advance("validating survival", done, 8)
        told.close()
    return console.export_text()


def test_plain_lines_where_nobody_watches():
    lines = write_lines(terminal=False).splitlines()
    assert lines[0].startswith("data        a.csv 10")
    assert [line.split()[2] for line in lines[1:]] == ["2/8", "4/8", "6/8", "8/8"]


def test_a_bar_on_a_terminal():
    text = write_lines(terminal=True)
    assert "8/8" in text
    assert "resamples" in text


def test_json_is_one_object(tmp_path, dictionaries):
    study = dictionaries.parent / "follicular_real.toml"
    done = jalon(
        "study", "run", str(study), "--json", "--resamples", "2", "--out", str(tmp_path / "o")
    )
    found = json.loads(done.stdout)
    assert found["data"] == "real data"
    assert 0.5 < found["endpoints"]["relapse_incidence"]["corrected"]["c"] < 0.7


def test_every_error_says_its_exit_code():
    def below(kind):
        return [kind, *(deep for sub in kind.__subclasses__() for deep in below(sub))]

    assert all(kind.exit_code in (1, 2, 3) for kind in below(JalonError))


@pytest.mark.parametrize(
    ("library", "words", "extra"),
    [
        ("sqlalchemy", ["audit", "verify", "--store", "sqlite:///x.db"], "registry"),
        ("openpyxl", ["template", "--xlsx", "--to", "nowhere"], "registry"),
    ],
)
def test_a_library_of_an_extra_that_is_not_there_is_advice(library, words, extra):
    lacking = f"""
import sys
sys.modules["{library}"] = None
sys.argv = ["jalon", "registry", *{words!r}]
from jalon.cli.main import main
main()
"""
    done = subprocess.run(
        [sys.executable, "-c", lacking], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert f"{library} is not installed; pip install 'jalon[{extra}]'" in done.stderr
    assert "Traceback" not in done.stderr

"""``jalon score grade``: counts of several days, a row a count, graded patient by patient."""

import pytest
from typer.testing import CliRunner

from jalon.cli.main import app
from jalon.core import JalonError


def run(*arguments):
    return CliRunner().invoke(app, ["score", "grade", *(str(each) for each in arguments)])


def refuse(*arguments):
    done = run(*arguments)
    assert isinstance(done.exception, JalonError), done.exception
    return str(done.exception)


@pytest.fixture
def counts(tmp_path):
    path = tmp_path / "anc.csv"
    rows = ["id;J;PNN;fin"]
    rows += [f"a;{day};{'0,4' if 1 <= day < 8 else '2,5'};" for day in range(31)]
    rows += [f"b;{day};0,3;9" for day in range(10)]
    rows += ["c;40;1,0;", "d;3;;"]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


OPTIONS = ("--map", "patient=id", "--map", "day=J", "--map", "count=PNN", "--map", "until=fin",
           "--unit", "count=G/L", "--separator", ";", "--decimal", ",")  # fmt: skip


def test_a_row_per_patient(counts):
    done = run("icaht_neutropenia", counts, "--series", "early", *OPTIONS)
    assert "patients  4" in done.output
    assert "no count in the window" in done.output
    written = counts.with_name("anc_icaht_neutropenia.csv").read_text(encoding="utf-8")
    assert written.splitlines()[1:] == [
        "a;31;2;2;grade2;",
        "b;10;2;2;grade2;",
        "c;1;;;;",
        "d;0;;;;",
    ]


def test_other_reading_is_told(tmp_path):
    path = tmp_path / "late.csv"
    path.write_text("patient,day,count\nx,40,1800\nx,50,90\nx,60,1600\n", encoding="utf-8")
    done = run("icaht_neutropenia", path, "--series", "late", "--out", tmp_path / "o.csv")
    assert "1 patients have another grade by the other reading" in done.output
    assert "another reading changes the answer" in (tmp_path / "o.csv").read_text()


@pytest.mark.parametrize(
    ("content", "series", "message"),
    [
        ("patient,day\na,1\n", "early", "there is no column 'count'; say which holds the count"),
        ("patient,day,count\na,x,400\n", "early", "line 2, column day: not a number"),
        ("patient,day,count\na,1.5,400\n", "early", "line 2, column day: not a whole number"),
        ("patient,day,count\na,1,many\n", "early", "line 2, column count: not a number"),
        ("patient,day,count\na,1,999999\n", "early", "column count: outside what is possible"),
        ("patient,day,count\na,1,400\n", "middle", "reads no series 'middle'; known: early, late"),
    ],
)
def test_refused_with_line_and_advice_and_no_value(tmp_path, content, series, message):
    path = tmp_path / "c.csv"
    path.write_text(content, encoding="utf-8")
    told = refuse("icaht_neutropenia", path, "--series", series)
    assert message in told
    assert "999999" not in told

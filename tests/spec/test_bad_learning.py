"""What a person is told when no score can be learned from a file: where, what, what to do."""

import numpy as np
import pytest
from typer.testing import CliRunner

from jalon.cli.main import app
from jalon.core import JalonError

ROWS = 240


def make_columns():
    """Patients whose nodes matter, whose age does not."""
    rng = np.random.default_rng(4)
    nodes, age = rng.integers(0, 9, ROWS), rng.integers(30, 80, ROWS)
    stage = rng.choice(["I", "II", "III"], ROWS)
    waited = rng.exponential(40, ROWS) / np.exp(0.3 * nodes)
    until = rng.uniform(2, 30, ROWS)
    return {
        "months": [f"{t:.2f}" for t in np.minimum(waited, until)],
        "dead": [str(int(w <= u)) for w, u in zip(waited, until, strict=True)],
        "age": [str(one) for one in age],
        "nodes": [str(one) for one in nodes],
        "stage": stage.tolist(),
    }


def write(path, columns, mark=","):
    lines = [mark.join(columns), *(mark.join(row) for row in zip(*columns.values(), strict=True))]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def learn(folder, *options, columns=None, mark=","):
    """Run the command on a file of these columns, and return its words if it refuses."""
    write(folder / "patients.csv", columns or make_columns(), mark)
    out = [] if "--out" in options else ["--out", str(folder / "mine.toml")]
    given = ["--max-variables", "1", "--max-steps", "1", "--near", "0", *options]
    command = ["learn", str(folder / "patients.csv"), "--time", "months", "--event", "dead"]
    return CliRunner().invoke(app, [*command, *given, *out])


def spoiled(name, value, row=10):
    """One cell of a column is changed; ``row`` 10 is line 12 of the file."""
    columns = make_columns()
    columns[name][row] = value
    return columns


def with_column(name, values):
    return {**make_columns(), name: [str(one) for one in values]}


def leak():
    columns = make_columns()
    columns["died_here"] = list(columns["dead"])
    return columns


def other_time():
    columns = make_columns()
    columns["seen_until"] = list(columns["months"])
    return columns


BAD = {
    "no event": (with_column("dead", [0] * ROWS), (), "without an event nothing can be learned"),
    "few events": (
        with_column("dead", [1] * 5 + [0] * (ROWS - 5)), (), "only 5 events among 240 patients",
    ),
    "one term": (
        with_column("sex", [0, 1] * (ROWS // 2)), ("--variables", "sex"),
        "column sex: sex > 0 is the only candidate term",
    ),
    "a column that is the same for all": (
        with_column("site", ["A"] * ROWS), ("--variables", "age,site"),
        "patients.csv, column site: it is the same for every patient",
    ),
    "text where a time is expected": (
        spoiled("months", "soon"), (), "line 12, column months: expected a number, found text",
    ),
    "text where an event is expected": (
        spoiled("dead", "perhaps"), (), "line 12, column dead: expected a number",
    ),
    "text among numbers": (
        spoiled("age", "old"), (), "line 12, column age: expected a number, found text",
    ),
    "an infinite value": (spoiled("age", "inf"), (), "line 12, column age: expected a number"),
    "a negative time": (
        spoiled("months", "-3"), (), "line 12, column months: this time is negative",
    ),
    "a decimal comma": (
        with_column("age", ['"4,5"'] * ROWS), (), "column age: expected a number, found a decimal",
    ),
    "an event that is half": (spoiled("dead", "0.5"), (), "line 12, column dead: expected 0 for"),
    "several causes": (spoiled("dead", "2"), (), "say which one with --cause"),
    "events coded 1 and 2": (
        with_column("dead", [1, 2] * (ROWS // 2)), (), "code censored as 0",
    ),
    "a cause that nobody has": (make_columns(), ("--cause", "3"), "nobody has event 3"),
    "a column that gives the outcome away": (leak(), (), "column died_here: died_here > 0"),
    "another follow-up time": (
        other_time(), ("--variables", "age,seen_until"),
        "column seen_until: it equals months for 240 of 240 patients",
    ),
    "an unknown column": (
        make_columns(), ("--variables", "age,nods"), "nods (did you mean nodes?)",
    ),
    "an unknown weight": (make_columns(), ("--weight", "wt"), "there is no column --weight wt"),
    "an unknown forbidden column": (
        make_columns(), ("--forbid", "agee"), "no such column (did you mean age?)",
    ),
    "an unknown wish": (
        make_columns(), ("--require", "nodess"), "no candidate variable (did you mean nodes?)",
    ),
    "a category asked for as a whole": (
        make_columns(), ("--require", "stage"), "name one of its levels: 'stage is",
    ),
    "weights that are all zero": (
        with_column("w", [0] * ROWS), ("--weight", "w"), "column w: every weight is 0",
    ),
    "a negative weight": (
        with_column("w", [-1] + [1] * (ROWS - 1)), ("--weight", "w"),
        "line 2, column w: this weight is negative",
    ),
    "an entry after the end": (
        with_column("since", [99] * ROWS), ("--entry", "since"),
        "line 2, column since: this entry is not before months",
    ),
    "more wishes than one score fulfils": (
        make_columns(), ("--require", "age", "--require", "nodes"), "no score fulfils all wishes",
    ),
    "more variables than there are": (
        make_columns(), ("--variables", "age,nodes", "--max-variables", "3"),
        "--max-variables 3, but there are only 2 candidate variables: age, nodes",
    ),
    "nobody complete": (
        with_column("x", [""] * ROWS), ("--variables", "age,x"), "column x",
    ),
    "the outcome as a variable": (
        make_columns(), ("--variables", "age,dead"), "dead says the outcome",
    ),
    "the name of a published score": (
        make_columns(), ("--out", "R-IPI.toml"), "R-IPI is the name of a published score",
    ),
    "a result that is no TOML file": (make_columns(), ("--out", "mine.csv"), "ends in .toml"),
    "an unknown unit": (make_columns(), ("--unit", "moons"), "choose days, weeks, months, years"),
    "an unknown target": (make_columns(), ("--target", "luck"), "choose teacher or events"),
    "a horizon that is no number": (make_columns(), ("--months", "12;60"), "give numbers above 0"),
    "a horizon after the last patient": (
        make_columns(), ("--months", "600"), "nobody was followed beyond",
    ),
    "a pair of one": (make_columns(), ("--exclude", "age"), "give two names"),
    "nothing worth its price": (make_columns(), ("--price", "500"), "there is no score in these"),
    "a near-equal that is not": (
        make_columns(), ("--pick", "9999", "--near", "0.01"), "there is no near-equal number 9999",
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


CUTS = {
    "not there": (None, "none.toml: cannot be read"),
    "not TOML": ("[age", "is not a TOML file of limits"),
    "no table": ("age = 3", "age: give a table"),
    "a typing mistake": ("[age]\ncut = [60]", "age.cut: this key is not known"),
    "no limits": ("[age]\nunit = 'years'", "age: give either cuts or levels"),
    "text for a limit": ("[age]\ncuts = ['old']", "age.cuts: give a list of numbers"),
    "a direction that is none": ("[age]\ncuts = [60]\ndirection = 'left'", "choose any, up or"),
    "limits outside the range": ("[age]\ncuts = [600]", "age: every limit (600) puts all"),
    "levels that are not in the data": ("[stage]\nlevels = ['a', 'b']", "none of the levels"),
}


@pytest.mark.parametrize("case", CUTS)
def test_a_file_of_limits_is_refused_with_its_key(case, tmp_path):
    text, message = CUTS[case]
    folder = tmp_path / "cuts"
    folder.mkdir()
    if text is not None:
        (folder / "none.toml").write_text(text, encoding="utf-8")
    done = learn(tmp_path, "--cuts", str(folder / "none.toml"))
    assert isinstance(done.exception, JalonError), done.output
    assert message in str(done.exception)
    assert not (tmp_path / "mine.toml").exists()


def test_another_separator_is_named(tmp_path):
    done = learn(tmp_path, mark=";")
    assert 'add --separator ";"' in str(done.exception)


def test_two_columns_of_one_name(tmp_path):
    text = "months,dead,age,age\n1,1,40,40\n"
    (tmp_path / "twice.csv").write_text(text, encoding="utf-8")
    command = ["learn", str(tmp_path / "twice.csv"), "--time", "months", "--event", "dead"]
    done = CliRunner().invoke(app, command)
    assert "line 1, column age: two columns have this name" in str(done.exception)


def with_another_outcome():
    """Months to relapse, the same as months for those without, and whether it was seen."""
    columns = make_columns()
    rng = np.random.default_rng(5)
    relapsed = rng.random(ROWS) < 0.4
    months = np.array(columns["months"], float)
    waited = np.where(relapsed, months * rng.uniform(0.1, 0.9, ROWS), months)
    columns["months_2"] = [f"{t:.2f}" for t in waited]
    columns["relapsed"] = [str(int(r)) for r in relapsed]
    columns["married"] = [str(int(m)) for m in rng.random(ROWS) < 0.5]
    return columns


def test_another_outcome_is_left_out_unless_it_is_asked_for(tmp_path):
    done = learn(tmp_path, columns=with_another_outcome())
    assert done.exit_code == 0
    words = " ".join(done.output.split())
    assert "months_2 left out" in words
    assert "relapsed left out: it is named like an event" in words
    assert "married left out" not in words
    asked = learn(tmp_path, "--variables", "nodes,relapsed", columns=with_another_outcome())
    assert "relapsed left out" not in " ".join(asked.output.split())


def test_an_existing_file_that_is_no_learned_score_is_kept(tmp_path):
    other = tmp_path / "notes.toml"
    other.write_text("a = 1\n", encoding="utf-8")
    done = learn(tmp_path, "--out", str(other))
    assert "is there already" in str(done.exception)
    assert other.read_text(encoding="utf-8") == "a = 1\n"

"""``jalon learn``: what is written, what is shown, what is kept when it is stopped."""

import json
import tomllib

import pytest
from rich.console import Console
from typer.testing import CliRunner

from jalon.cli.learn import learn
from jalon.cli.main import app
from jalon.cli.terminal import Terminal
from jalon.core import JalonError, UserError
from jalon.learn import Progress
from jalon.scores import load_definition
from jalon.study.plain_score import check_slug

SMALL = ("--max-variables", "2", "--max-steps", "1", "--seconds", "30")


def run(*arguments):
    return CliRunner().invoke(app, [str(one) for one in arguments])


def on_rotterdam(example_data, out, *options):
    given = ("--time", "dtime", "--event", "death", *SMALL, "--out", out, *options)
    return run("learn", example_data / "rotterdam.csv", *given)


@pytest.fixture(scope="module")
def written(tmp_path_factory, example_data):
    """A score learned once on real patients: its file and what was shown."""
    out = tmp_path_factory.mktemp("learned") / "breast.toml"
    done = on_rotterdam(
        example_data, out, "--variables", "age,nodes,grade,size", "--months", "60,120"
    )
    assert done.exit_code == 0, done.output
    return out, done.output


def test_card_fits_eighty_columns_and_says_what_is_proven(written):
    _, shown = written
    lines = shown.splitlines()
    assert all(len(line) <= 80 for line in lines if not line.startswith("wrote"))
    assert "patients    2,982, 1,272 events" in shown
    assert "proven optimal for its objective" in shown
    assert "by 5 years" in shown
    assert "proven to be all" in shown
    assert "in days (assumed; --unit says otherwise)" in shown


def test_file_holds_all_that_made_the_score(written):
    out, _ = written
    definition = load_definition(out)
    assert definition.slug == "breast"
    assert {risk.months for risk in definition.risks} == {60.0, 120.0}
    learning = tomllib.loads(out.read_text(encoding="utf-8"))["learning"]
    assert learning["columns"] == {"time": "dtime", "event": "death"}
    assert learning["settings"]["max_variables"] == 2
    assert learning["certificate"]["gap"] <= learning["certificate"]["tolerance"]
    assert learning["certificate"]["nodes"] > 0
    assert len(learning["data_sha256"]) == 64
    used = {row["variable"] for row in learning["term"]}
    assert used == {item.id for item in definition.items}
    assert [row["total"] for row in learning["total"]] == list(range(definition.range[1] + 1))


def test_a_category_is_one_term_per_level(written):
    out, _ = written
    rows = tomllib.loads(out.read_text(encoding="utf-8"))["learning"]["candidate"]
    names = [row["name"] for row in rows if row["column"] == "size"]
    # by frequency: 1,387, 1,291 and 304 patients
    assert names == ["size is <=20", "size is 20-50", "size is >50"]


def test_the_score_answers_at_the_bedside(written):
    out, _ = written
    items = [item.id for item in load_definition(out).items]
    done = run("score", "apply", out, *(f"{name}=1" for name in items))
    assert done.exit_code == 0
    assert "points  " in done.output


def test_verify_confirms_and_finds_what_was_changed(written, example_data, tmp_path):
    out, _ = written
    data = example_data / "rotterdam.csv"
    good = run("score", "verify", out, "--data", data, "--seconds", "0")
    assert good.exit_code == 0, good.output
    assert "the same file" in good.output
    assert "gives the points that were found" in good.output
    assert "objective confirmed" in good.output or "objective and bound" in good.output
    forged = tmp_path / "forged.toml"
    text = out.read_text(encoding="utf-8")
    table = tomllib.loads(text)["learning"]["certificate"]
    forged.write_text(text.replace(f"value = {table['value']}", "value = 9000.0"), encoding="utf-8")
    bad = run("score", "verify", forged, "--data", data, "--seconds", "0")
    assert bad.exit_code == 1
    assert "does not hold" in bad.output


def test_verify_needs_to_know_how_it_was_learned(written, example_data, tmp_path):
    text = written[0].read_text(encoding="utf-8")
    (tmp_path / "bare.toml").write_text(text[: text.index("[learning]")], encoding="utf-8")
    done = run("score", "verify", tmp_path / "bare.toml", "--data", example_data / "rotterdam.csv")
    assert "does not say how it was learned" in str(done.exception)


def test_json_is_one_object_without_nan(example_data, tmp_path):
    out = tmp_path / "a.toml"
    done = on_rotterdam(example_data, out, "--variables", "nodes,grade,er", "--json")
    found = json.loads(done.output, parse_constant=pytest.fail)
    assert found["certificate"]["proven"] is True
    assert found["patients"] == 2982
    assert found["near_equals"]["scores"] >= 1
    assert sum(row["patients"] for row in found["groups"]) == 2982


def test_another_near_equal_can_be_picked_and_is_said(example_data, tmp_path):
    out = tmp_path / "a.toml"
    options = ("--variables", "nodes,grade,er", "--near", "0.05", "--pick", "2")
    done = on_rotterdam(example_data, out, *options)
    assert done.exit_code == 0, done.output
    assert "chosen by hand from the near-equals" in done.output
    assert load_definition(out).learning["picked"] is True
    checked = run(
        "score", "verify", out, "--data", example_data / "rotterdam.csv", "--seconds", "0"
    )
    assert "a near-equal chosen instead of the best" in checked.output


def test_missing_is_left_out_and_counted_never_zero(example_data, tmp_path):
    lines = (example_data / "rotterdam.csv").read_text(encoding="utf-8").splitlines()
    place = lines[0].split(",").index("nodes")
    for k in (1, 2, 3):
        cells = lines[k].split(",")
        cells[place] = ("", "NA", "unknown")[k - 1]
        lines[k] = ",".join(cells)
    (tmp_path / "gaps.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    done = run(
        "learn", tmp_path / "gaps.csv", "--time", "dtime", "--event", "death", *SMALL,
        "--variables", "nodes,grade", "--missing", "unknown", "--out", tmp_path / "a.toml",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "3 left out" in done.output
    assert "3 of 2,982 rows lack the outcome or a candidate" in done.output


def test_clinical_limits_come_first(example_data, tmp_path):
    out = tmp_path / "a.toml"
    done = on_rotterdam(example_data, out, "--variables", "age,nodes", "--cuts", "clinical")
    assert "limits in use for age" in done.output
    rows = load_definition(out).learning["candidate"]
    age = next(row for row in rows if row["name"] == "age")
    assert age["cuts"] == [40.0, 60.0, 75.0]
    assert "NCCN-IPI" in age["source"]


def test_competing_causes_and_centres(example_data, tmp_path):
    out = tmp_path / "a.toml"
    done = run(
        "learn", example_data / "follic.csv", "--time", "time", "--event", "status",
        "--cause", "1", "--stratum", "ch", "--unit", "years", "--variables", "age,hgb,clinstg",
        *SMALL, "--out", out,
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "competing" in done.output
    assert load_definition(out).learning["columns"]["stratum"] == "ch"


def test_stopped_by_hand_still_writes_an_honest_gap(example_data, tmp_path, monkeypatch):
    def stop(self, now):
        raise KeyboardInterrupt

    monkeypatch.setattr(Terminal, "follow", stop)
    out = tmp_path / "a.toml"
    done = run(
        "learn", example_data / "rotterdam.csv", "--time", "dtime", "--event", "death",
        "--variables", "age,nodes,grade,size,er,pgr", "--max-steps", "2", "--near", "0",
        "--out", out,
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "best found; proven to be within" in done.output
    assert load_definition(out).learning["certificate"]["gap"] > 0


def test_quiet_writes_nothing_but_the_file(example_data, tmp_path):
    out = tmp_path / "a.toml"
    done = on_rotterdam(example_data, out, "--variables", "nodes,grade", "--quiet")
    assert done.output == ""
    assert out.is_file()


def test_progress_is_one_line_on_a_terminal_and_none_elsewhere():
    for watched in (True, False):
        with Console(force_terminal=watched, width=80, record=True) as console:
            terminal = Terminal(console)
            terminal.follow(Progress(2.0, 120.5, 118.25, 40))
            terminal.close()
        text = console.export_text()
        assert ("best 120.50 · bound 118.25 · gap 2.25" in text) is watched


@pytest.mark.parametrize("slug", ["ipi", "R-IPI", "CAR_IPI", "car hematotox"])
def test_published_names_are_never_taken(slug):
    with pytest.raises(UserError, match="published score"):
        check_slug(slug)


def test_command_has_a_first_sentence():
    assert (learn.__doc__ or "").startswith("Learn a score of whole points")
    assert issubclass(UserError, JalonError)


def test_a_limit_at_every_value_leaves_out_those_with_too_few_events(example_data, tmp_path):
    out = tmp_path / "a.toml"
    done = run(
        "learn", example_data / "gbsg.csv", "--time", "rfstime", "--event", "status",
        "--variables", "size,nodes", "--exhaustive", "--max-variables", "1", "--max-steps", "1",
        "--near", "0", "--out", out,
    )  # fmt: skip
    assert done.exit_code == 0, done.exception
    assert "proven optimal" in done.output

"""``jalon learn`` with what makes a score robust: what is shown, written, and confirmed."""

import json
import tomllib

import pytest
from tests.spec.test_bad_learning import ROWS, learn, make_columns, write
from typer.testing import CliRunner

from jalon.cli.main import app
from jalon.scores import load_definition

LESS = ("--forbid", "stage", "--max-variables", "2", "--parts", "4", "--seconds", "20")
EFFECTS = """
[[effect]]
variable = "nodes"
above = 3.5
hazard_ratio = 3.0
low = 2.0
high = 4.5
source = "another cohort"
"""


def with_gaps():
    """Every ninth age and every seventh stage are not known."""
    columns = make_columns()
    columns["age"] = ["" if k % 9 == 0 else one for k, one in enumerate(columns["age"])]
    columns["stage"] = ["" if k % 7 == 0 else one for k, one in enumerate(columns["stage"])]
    return columns


def with_centres():
    return {**make_columns(), "site": ["A", "B", "C"] * (ROWS // 3)}


def settle(folder, *options, columns=None):
    """Learn, and return the facts of the file with what was shown."""
    done = learn(folder, *LESS, *options, columns=columns)
    assert done.exit_code == 0, done.exception
    assert all(len(line) <= 80 for line in done.output.splitlines() if "wrote" not in line)
    text = (folder / "mine.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)["learning"], done.output


def verify(folder, columns):
    write(folder / "patients.csv", columns)
    command = ["score", "verify", str(folder / "mine.toml"), "--data", str(folder / "patients.csv")]
    return CliRunner().invoke(app, command)


def test_imputed_patients_are_kept_and_the_proof_is_confirmed(tmp_path):
    columns = with_gaps()
    facts, shown = settle(
        tmp_path, "--robust", "imputations:3", "--variables", "age,nodes,stage",
        columns=columns,
    )  # fmt: skip
    assert facts["patients"] == ROWS
    robust = facts["robust"]
    assert robust["tables"] == 3
    assert robust["gaps"]["age"] == len(range(0, ROWS, 9))
    assert len(robust["cost_by_table"]) == 3
    assert robust["sentence"].split(";")[0] in " ".join(shown.split())
    assert sum(row["patients"] for row in facts["total"]) == pytest.approx(ROWS)
    checked = verify(tmp_path, columns)
    assert "objective and bound confirmed" in checked.output


def test_a_category_is_imputed_as_one_level_of_each_patient(tmp_path):
    columns = with_gaps()
    options = ("--robust", "imputations:2", "--variables", "age,nodes,stage")
    done = learn(tmp_path, *options, "--parts", "4", columns=columns)
    assert done.exit_code == 0, done.exception
    rows = tomllib.loads((tmp_path / "mine.toml").read_text(encoding="utf-8"))["learning"]
    assert rows["robust"]["gaps"]["stage is I"] == len(range(0, ROWS, 7))


def test_worst_centre_names_it_and_is_confirmed(tmp_path):
    columns = with_centres()
    options = ("--robust", "worst-centre", "--stratum", "site")
    facts, _ = settle(tmp_path, *options, columns=columns)
    robust = facts["robust"]
    assert [one["name"] for one in robust["centre"]] == ["A", "B", "C"]
    assert sum(one["weight"] for one in robust["centre"]) == pytest.approx(1.0)
    assert max(one["excess"] for one in robust["centre"]) == pytest.approx(robust["worst_excess"])
    assert robust["worst_excess"] <= robust["worst_excess_of_plain"] + 1e-9
    checked = verify(tmp_path, columns)
    assert "objective and bound confirmed" in checked.output
    text = (tmp_path / "mine.toml").read_text(encoding="utf-8")
    value = facts["certificate"]["value"]
    forged = text.replace(f"value = {value}", f"value = {value - 1}", 1)
    (tmp_path / "mine.toml").write_text(forged, encoding="utf-8")
    assert "does not hold" in verify(tmp_path, columns).output


@pytest.mark.parametrize("way", ["measurement", "measurement-worst"])
def test_measurement_knows_its_variation_from_command_or_file(way, tmp_path):
    folder = tmp_path / "cuts"
    folder.mkdir()
    (folder / "c.toml").write_text("[nodes]\ncuts = [1, 3, 6]\ncv = 0.2\n", encoding="utf-8")
    facts, _ = settle(
        tmp_path, "--robust", f"{way}:4", "--cv", "age=0.1", "--cuts", str(folder / "c.toml")
    )
    assert facts["robust"]["variation"] == {"nodes": 0.2, "age": 0.1}
    assert facts["robust"]["copies"] == 4
    assert "objective and bound confirmed" in verify(tmp_path, make_columns()).output


def test_published_effects_are_written_with_their_influence(tmp_path):
    path = tmp_path / "prior"
    path.mkdir()
    (path / "effects.toml").write_text(EFFECTS, encoding="utf-8")
    facts, shown = settle(tmp_path, "--prior", str(path / "effects.toml"), "--near", "0.02")
    prior = facts["prior"]
    assert prior["effect"][0]["source"] == "another cohort"
    assert prior["cost"] >= -1e-9
    # The published limit is a limit of the score, in the place of one that says the same.
    assert 3.5 in next(one["cuts"] for one in facts["candidate"] if one["name"] == "nodes")
    assert "drawn to 1 published effect" in " ".join(shown.split())
    assert "objective and bound confirmed" in verify(tmp_path, make_columns()).output


def test_stability_path_and_rivals_stand_in_the_file_and_on_the_card(tmp_path):
    options = ("--forbid", "stage", "--parts", "3", "--max-steps", "1", "--seconds", "20")
    done = learn(
        tmp_path, *options, "--robust", "stability:6", "--path", "--compare", "--max-variables", "0"
    )
    assert done.exit_code == 0, done.exception
    facts = tomllib.loads((tmp_path / "mine.toml").read_text(encoding="utf-8"))["learning"]
    assert facts["stability"]["draws"] == 6
    assert 0 <= facts["stability"]["variable"][-1]["share"] <= 1
    steps = facts["path"]["step"]
    assert [step["size"] for step in steps] == [1, 2]
    assert facts["path"]["used"] == facts["path"]["chosen"] == facts["settings"]["max_variables"]
    assert all(step["corrected"] < 1 for step in steps)
    assert facts["rivals"]["row"][0]["name"] == "learned score"
    assert len(facts["rivals"]["row"]) == 7
    figure = (tmp_path / "mine-path.svg").read_text(encoding="utf-8")
    assert figure.startswith("<?xml") or figure.startswith("<svg")
    for heading in ("stability", "path", "compared"):
        assert f"\n{heading}" in done.output
    assert load_definition(tmp_path / "mine.toml").learning["path"]["chosen"] in {1, 2}


def test_json_holds_what_is_beside_the_score(tmp_path):
    done = learn(tmp_path, *LESS, "--robust", "stability:4", "--json")
    found = json.loads(done.output, parse_constant=pytest.fail)
    assert found["stability"]["draws"] == 4
    assert found["path"] is None


def test_same_request_same_bytes(tmp_path):
    columns = with_gaps()
    texts = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        settle(folder, "--robust", "imputations:2", "--variables", "age,nodes", columns=columns)
        texts.append((folder / "mine.toml").read_bytes())
    assert texts[0] == texts[1]


def test_an_interrupt_ends_a_look_beside_and_keeps_the_score(tmp_path, monkeypatch):
    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr("jalon.study.plain_beside.write_rivals", stop)
    facts, shown = settle(tmp_path, "--compare")
    assert "rivals" not in facts
    assert "rivals was stopped before it was finished" in " ".join(shown.split())


def test_the_card_is_drawn_from_the_file_alone(tmp_path):
    settle(tmp_path, "--months", "6,12")
    (tmp_path / "patients.csv").unlink()
    for size in ("a4", "a5", "column"):
        out = tmp_path / f"{size}.svg"
        command = ["score", "card", str(tmp_path / "mine.toml"), "--size", size, "--out", str(out)]
        done = CliRunner().invoke(app, command)
        assert done.exit_code == 0, done.exception
        text = out.read_text(encoding="utf-8")
        assert "by 6 months" in text
        assert "proven optimal for its objective" in text


def test_a_card_needs_observed_risks_and_a_known_size(tmp_path):
    settle(tmp_path)
    command = ["score", "card", str(tmp_path / "mine.toml")]
    done = CliRunner().invoke(app, [*command, "--size", "a3"])
    assert "choose a4, a5, column" in str(done.exception)
    done = CliRunner().invoke(app, [*command, "--out", "card.png"])
    assert "the figure is SVG" in str(done.exception)
    bare = (tmp_path / "mine.toml").read_text(encoding="utf-8").split("[[risk]]")[0]
    (tmp_path / "bare.toml").write_text(bare, encoding="utf-8")
    done = CliRunner().invoke(app, ["score", "card", str(tmp_path / "bare.toml")])
    assert done.exit_code != 0

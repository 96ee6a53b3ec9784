"""``jalon score export`` in the forms that other programs read."""

import json
from xml.etree import ElementTree

import pytest
from typer.testing import CliRunner

from jalon.cli.main import app
from jalon.core import DefinitionError
from jalon.scores import load_definition


def run(*words):
    return CliRunner().invoke(app, ["score", "export", *map(str, words)])


def test_each_form_is_what_it_says(tmp_path):
    assert ElementTree.fromstring(run("ipi", "--pmml").output).get("version") == "4.4"
    assert "SELECT k AS" in run("ipi", "--sql").output
    assert json.loads(run("ipi", "--questionnaire").output)["resourceType"] == "Questionnaire"
    out = tmp_path / "ipi.sql"
    assert "wrote" in run("ipi", "--sql", "--out", out).output
    assert out.read_text(encoding="utf-8") == run("ipi", "--sql").output


@pytest.mark.parametrize("form", ["--pmml", "--sql", "--questionnaire"])
def test_a_learned_score_is_written_too(form, tmp_path):
    text = run("r_ipi").output.replace('status = "published"', 'status = "learned"')
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    assert load_definition(path).status == "learned"
    assert run(path, form).output == run("r_ipi", form).output


@pytest.mark.parametrize("form", ["--pmml", "--sql", "--questionnaire"])
def test_a_blocked_score_is_refused(form):
    found = run("inflamix", form)
    assert isinstance(found.exception, DefinitionError)
    assert "licence" in str(found.exception)

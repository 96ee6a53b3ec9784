"""``jalon serve calculator``: what is served, where, and what is said when it cannot be."""

import builtins
from pathlib import Path

import pytest
import uvicorn
from typer.testing import CliRunner

from jalon.cli.main import app
from jalon.core.errors import DefinitionError, UserError

LEARNED = Path(__file__).parents[2] / "browser" / "learned.toml"


def test_published_and_learned_scores_are_served_without_a_log_of_requests(monkeypatch):
    seen = {}
    monkeypatch.setattr(uvicorn, "run", lambda app, **given: seen.update(given, app=app))
    arguments = ["serve", "calculator", "--port", "8123", "--score", str(LEARNED)]
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 0, done.output
    assert "http://127.0.0.1:8123/" in done.output
    assert seen["access_log"] is False
    assert (seen["host"], seen["port"]) == ("127.0.0.1", 8123)
    assert {"ipi", "breast_real_recurrence_free_survival"} <= set(seen["app"].state.library.scores)


def test_without_its_extra_it_says_what_to_install(monkeypatch):
    real = builtins.__import__

    def absent(name, *rest, **more):
        if name == "uvicorn":
            raise ModuleNotFoundError("No module named 'uvicorn'", name="uvicorn")
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", absent)
    done = CliRunner().invoke(app, ["serve", "calculator"])
    assert isinstance(done.exception, UserError)
    assert 'pip install "jalon[calculator]"' in str(done.exception)


def test_a_file_that_is_no_score_is_refused(tmp_path):
    path = tmp_path / "score.toml"
    path.write_text("slug = 1", encoding="utf-8")
    done = CliRunner().invoke(app, ["serve", "calculator", "--score", str(path)])
    assert isinstance(done.exception, DefinitionError)


@pytest.mark.parametrize("lang", ["en", "fr"])
def test_offline_file_is_written_in_the_language_asked_for(tmp_path, lang):
    path = tmp_path / "ipi.html"
    done = CliRunner().invoke(
        app, ["score", "export", "ipi", "--html", "--lang", lang, "--out", str(path)]
    )
    assert done.exit_code == 0, done.output
    assert f'<html lang="{lang}">' in path.read_text(encoding="utf-8")

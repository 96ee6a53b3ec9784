"""The tutorials run as they are printed: the same commands, the same answers."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from jalon.cli.main import app

TUTORIALS = Path(__file__).parents[2] / "docs" / "tutorials"
HOW_TO = TUTORIALS.parent / "how-to"
BLOCK = re.compile(r"^```console\n\$ (.*?[^\\])\n(.*?)^```", re.MULTILINE | re.DOTALL)
TOOK = re.compile(r"took [0-9]+ s")


@pytest.fixture
def workplace(tmp_path, monkeypatch, example_data):
    """A folder as the reader sees it: the example data, and the file of limits of the page."""
    (tmp_path / "examples").mkdir()
    (tmp_path / "examples" / "data").symlink_to(example_data)
    page = (TUTORIALS / "learn-a-score.md").read_text(encoding="utf-8")
    limits = re.search(r"^```toml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    assert limits is not None
    (tmp_path / "limits.toml").write_text(limits.group(1), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return tmp_path


def test_learn_a_score(workplace):
    page = (TUTORIALS / "learn-a-score.md").read_text(encoding="utf-8")
    blocks = BLOCK.findall(page)
    assert len(blocks) == 4
    for command, printed in blocks:
        words = shlex.split(command.replace("\\\n", " "))
        assert words[0] == "jalon"
        done = CliRunner().invoke(app, words[1:])
        assert done.exit_code == 0, done.exception
        assert TOOK.sub("took", done.output) == TOOK.sub("took", printed)
    assert (workplace / "breast.toml").is_file()


def test_validate_a_score(workplace):
    page = (HOW_TO / "validate-a-score.md").read_text(encoding="utf-8")
    blocks = BLOCK.findall(page)
    assert len(blocks) == 2
    for command, printed in blocks:
        words = shlex.split(command.replace("\\\n", " "))
        done = CliRunner().invoke(app, words[1:])
        assert done.exit_code == 0, done.exception
        assert TOOK.sub("took", done.output) == TOOK.sub("took", printed)
    assert (workplace / "external" / "figures" / "roc.svg").is_file()

"""Where a file or a function must be split."""

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src"
FILES = sorted(SOURCE.rglob("*.py"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_file_and_its_functions_are_short(path):
    text = path.read_text(encoding="utf-8")
    # An index of names grows with the room and has nothing to split.
    assert text.count("\n") < 400
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            doc = ast.get_docstring(node, clean=False)
            words = doc.count("\n") + 1 if doc else 0
            length = (node.end_lineno or node.lineno) - node.lineno + 1 - words
            assert length <= 50, f"{node.name} has {length} lines"

"""A dictionary file (TOML) becomes a Table; a mistake in it is refused with its key."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from jalon.core.errors import StudyFileError
from jalon.dictionary.column import Column, Level
from jalon.dictionary.consistency import find_contradiction
from jalon.dictionary.nearest import suggest
from jalon.dictionary.rule import RULES, Rule
from jalon.dictionary.table import Table

T = TypeVar("T")


def load_table(path: Path) -> Table:
    """Read the dictionary that says what each column of a data file means.

    Args:
        path: a TOML file with the table's own keys, one ``[column.<name>]`` per column
            and one ``[[rule]]`` per soft rule.

    Returns:
        The table.

    Raises:
        StudyFileError: the file is absent, is not TOML, has an unknown key or a wrong
            value, or contradicts itself; the message names the dotted key.

    Example:
        >>> table = load_table(Path("studies/dictionaries/follic.toml"))
        >>> table.data_kind, table.column("hgb").expected
        ('real', 'a number from 20 to 250 g/L')
    """
    content = _read_toml(path)
    columns = _mapping(path, content.pop("column", {}), "column", "[column.age]")
    rules = content.pop("rule", [])
    for name in ("columns", "rules"):
        if name in content:
            raise StudyFileError(path, f"unknown key (did you mean {name[:-1]}?)", key=name)
    content["columns"] = [_column(path, name, entry) for name, entry in columns.items()]
    content["rules"] = _rules(path, rules)
    table = _table(path, content)
    contradiction = find_contradiction(table)
    if contradiction:
        raise StudyFileError(path, contradiction[1], key=contradiction[0])
    return table


def _read_toml(path: Path) -> dict[str, Any]:
    if not path.is_file():
        folder = path.parent
        near = [entry.name for entry in folder.iterdir()] if folder.is_dir() else []
        raise StudyFileError(path, f"no such dictionary in {folder}{suggest(path.name, near)}")
    try:
        return tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise StudyFileError(path, "is not UTF-8 text; save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise StudyFileError(path, f"is not valid TOML: {error}") from error


def _mapping(path: Path, value: Any, key: str, example: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise StudyFileError(path, f"expected a heading, for example {example}", key=key)
    return value


def _column(path: Path, name: str, entry: Any) -> Column:
    key = f"column.{name}"
    fields = _mapping(path, entry, key, f"[{key}]")
    if "name" in fields:
        raise StudyFileError(path, "unknown key; the name is in the heading", key=f"{key}.name")
    return _validate(path, Column, {**fields, "name": name}, key)


def _rules(path: Path, entries: Any) -> list[Rule]:
    if not isinstance(entries, list):
        raise StudyFileError(path, "expected a list; write [[rule]]", key="rule")
    rules: list[Rule] = []
    for i, entry in enumerate(entries, start=1):
        key = f"rule.{i}"
        kind = _mapping(path, entry, key, "[[rule]]").get("kind")
        if not isinstance(kind, str) or kind not in RULES:
            raise StudyFileError(path, f"expected one of {', '.join(RULES)}", key=f"{key}.kind")
        rules.append(_validate(path, RULES[kind], entry, key))
    return rules


def _table(path: Path, content: dict[str, Any]) -> Table:
    # Columns and rules were validated one by one, so that a key keeps its written name.
    parts: dict[str, Any] = {name: tuple(content.pop(name)) for name in ("columns", "rules")}
    return replace(_validate(path, Table, content, ""), **parts)


def _validate(path: Path, kind: type[T], fields: dict[str, Any], key: str) -> T:
    # Through JSON, because pydantic's strict mode (no "5" for 5) then still takes a list
    # for a tuple, as TOML has only lists.
    try:
        return TypeAdapter(kind).validate_json(json.dumps(fields, default=str), strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        place = [str(part + 1 if isinstance(part, int) else part) for part in first["loc"]]
        dotted = ".".join([key, *place] if key else place)
        raise StudyFileError(path, _advise(first, kind), key=dotted) from error


def _advise(problem: Any, kind: type) -> str:
    if problem["type"] in {"unexpected_keyword_argument", "extra_forbidden"}:
        known = [*getattr(kind, "__dataclass_fields__", ()), *Level.__dataclass_fields__]
        return f"unknown key{suggest(str(problem['loc'][-1]), known)}"
    if problem["type"] in {"missing", "missing_argument"}:
        return "this key is needed"
    message = str(problem["msg"])
    return message[:1].lower() + message[1:]

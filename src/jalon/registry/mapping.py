"""What a centre's own names and codes mean: a file that turns its columns into ours."""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from pydantic import TypeAdapter, ValidationError

from jalon.core.errors import StudyFileError, UserError
from jalon.core.files import write_file
from jalon.dictionary import Table, list_tables, suggest
from jalon.registry.days import DateOrder
from jalon.registry.mapping_check import find_mistake


@dataclass(frozen=True, slots=True)
class Unit:
    """The unit of a column of the file, where it is not ours.

    Attributes:
        unit: the unit as the file has it, for example "mg/dL".
        analyte: what was measured; empty when our column's name says it.
        times: what to multiply by, for a unit that is not known here; None otherwise.
    """

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    unit: str
    analyte: str = ""
    times: float | None = None


@dataclass(frozen=True, slots=True)
class MappingPart:
    """How the columns of a file become those of one table.

    Attributes:
        table: name of the table.
        columns: for each column of the file, ours; empty for one that is left out.
        units: for each of our columns, the unit that the file has.
        levels: for each of our columns, what the texts of the file mean; empty for missing.
        missing: texts that mean missing in every column, besides the dictionary's.
        dates: how dates that are not year-month-day are written.
        constants: our columns that are the same in every row.
    """

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    table: str
    columns: dict[str, str] = field(default_factory=dict)
    units: dict[str, str | Unit] = field(default_factory=dict)
    levels: dict[str, dict[str, str]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
    dates: DateOrder = "iso"
    constants: dict[str, str] = field(default_factory=dict)

    def unit_of(self, column: str) -> Unit | None:
        """Return the unit that the file has for one of our columns; None when it is ours."""
        unit = self.units.get(column)
        return Unit(unit) if isinstance(unit, str) else unit


@dataclass(frozen=True, slots=True)
class Mapping:
    """What one file's columns mean, for one table or several.

    Attributes:
        parts: one for each table, or for each time point of a wide file.
        sha256: hash of the file that it was read from; empty when there is none.
    """

    parts: tuple[MappingPart, ...]
    sha256: str = ""

    @property
    def tables(self) -> tuple[str, ...]:
        """Names of the tables, each once, in their order."""
        return tuple(dict.fromkeys(part.table for part in self.parts))

    def of_table(self, name: str) -> tuple[MappingPart, ...]:
        """Return the parts that give rows of one table."""
        return tuple(part for part in self.parts if part.table == name)


SHARED = ("columns", "units", "levels", "missing", "dates")
"""What stands before the first [[part]] holds for every part."""


def load_mapping(path: Path, tables: Iterable[Table] | None = None) -> Mapping:
    """Read the file that says what a centre's columns and codes mean.

    Args:
        path: a TOML file with ``table``, ``[columns]`` and, where needed, ``[units]``,
            ``[levels.<column>]``, ``missing``, ``dates`` and ``[constants]``; or several
            ``[[part]]`` with these keys.
        tables: the tables that it may name; None for those of the registry.

    Returns:
        The mapping, checked against the dictionary.

    Raises:
        StudyFileError: no such file, not TOML, or a mistake, with its dotted key.
    """
    content, sha256 = _read(path)
    known = {table.name: table for table in (list_tables() if tables is None else tables)}
    parts = []
    for key, fields in _split(path, content):
        part = _validate(path, fields, key)
        if part.table not in known:
            hint = suggest(part.table, known)
            problem = f"no table {part.table}{hint}; there are {', '.join(known)}"
            raise StudyFileError(path, problem, key=f"{key}table")
        mistake = find_mistake(part, known[part.table])
        if mistake is not None:
            raise StudyFileError(path, mistake[1], key=f"{key}{mistake[0]}")
        parts.append(part)
    return Mapping(tuple(parts), sha256)


def write_mapping(mapping: Mapping, path: Path) -> None:
    """Write a mapping as a TOML file for a person to read and change.

    Args:
        mapping: what to write.
        path: where the file goes.
    """
    import tomli_w  # noqa: PLC0415 - only for writing

    entries = [_list_entries(part) for part in mapping.parts]
    content = entries[0] if len(entries) == 1 else {"part": entries}
    head = "# Left: the column of your file. Right: ours; empty to leave it out.\n"
    write_file(path, head + tomli_w.dumps(content))


def _list_entries(part: MappingPart) -> dict[str, Any]:
    entries: dict[str, Any] = {"table": part.table, "dates": part.dates}
    if part.missing:
        entries["missing"] = list(part.missing)
    for name in ("constants", "columns"):
        if getattr(part, name):
            entries[name] = dict(getattr(part, name))
    if part.units:
        entries["units"] = {name: _write_unit(unit) for name, unit in part.units.items()}
    if part.levels:
        entries["levels"] = {name: dict(texts) for name, texts in part.levels.items()}
    return entries


def _write_unit(unit: str | Unit) -> Any:
    if isinstance(unit, str):
        return unit
    values = {"unit": unit.unit, "analyte": unit.analyte, "times": unit.times}
    return {name: value for name, value in values.items() if value not in {None, ""}}


def _read(path: Path) -> tuple[dict[str, Any], str]:
    if not path.is_file():
        near = [entry.name for entry in path.parent.iterdir()] if path.parent.is_dir() else []
        raise StudyFileError(path, f"no such mapping in {path.parent}{suggest(path.name, near)}")
    content = path.read_bytes()
    try:
        return tomllib.loads(content.decode("utf-8-sig")), hashlib.sha256(content).hexdigest()
    except UnicodeDecodeError as error:
        raise StudyFileError(path, "is not UTF-8 text; save it as UTF-8") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise StudyFileError(path, f"is not valid TOML: {error}") from error


def _split(path: Path, content: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    """Return each part with what all parts share, and the beginning of its dotted keys."""
    if "part" not in content:
        return [("", content)]
    parts = content.pop("part")
    if not isinstance(parts, list) or not all(isinstance(part, dict) for part in parts):
        raise StudyFileError(path, "expected a list; write [[part]]", key="part")
    other = sorted(set(content) - set(SHARED))
    if other:
        problem = f"does not stand before [[part]]; only {', '.join(SHARED)} hold for all parts"
        raise StudyFileError(path, problem, key=other[0])
    if not parts:
        raise StudyFileError(path, "give at least one [[part]]", key="part")
    return [
        (f"part.{place}.", {**content, **part, **_merge(content, part)})
        for place, part in enumerate(parts, start=1)
    ]


def _merge(shared: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    return {
        name: {**shared[name], **own[name]}
        for name in ("columns", "units", "levels")
        if isinstance(shared.get(name), dict) and isinstance(own.get(name), dict)
    }


def _validate(path: Path, fields: dict[str, Any], key: str) -> MappingPart:
    try:
        text = json.dumps(fields, default=str)
        return TypeAdapter(MappingPart).validate_json(text, strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        place = [part for part in first["loc"] if part not in {"str", "Unit"}]
        dotted = key + ".".join(str(part) for part in place)
        raise StudyFileError(path, _advise(first), key=dotted.rstrip(".")) from error


def _advise(problem: Any) -> str:
    if problem["type"] in {"unexpected_keyword_argument", "extra_forbidden"}:
        known = [*MappingPart.__dataclass_fields__, *Unit.__dataclass_fields__]
        return f"unknown key{suggest(str(problem['loc'][-1]), known)}"
    if problem["type"] in {"missing", "missing_argument"}:
        return "this key is needed"
    message = str(problem["msg"])
    return message[:1].lower() + message[1:]


def choose_parts(mapping: Mapping | None, table: Table) -> tuple[MappingPart, ...]:
    """Return the parts of a mapping that give rows of a table.

    Args:
        mapping: the mapping; None when the file has our own names.
        table: the table.

    Returns:
        At least one part.

    Raises:
        UserError: the mapping names other tables only.
    """
    if mapping is None:
        return (MappingPart(table.name),)
    parts = mapping.of_table(table.name)
    if not parts:
        named = ", ".join(mapping.tables)
        raise UserError(f"the mapping gives no rows of table {table.name}; it gives {named}")
    return parts

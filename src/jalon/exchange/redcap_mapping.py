"""Which field of a centre's own REDCap project goes to which column of the registry."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, ClassVar

from pydantic import TypeAdapter, ValidationError

from jalon.core.errors import StudyFileError
from jalon.dictionary import Table, suggest
from jalon.exchange.redcap_field import PATIENT

PLACE = re.compile(r"(?:\[(?P<event>[a-z0-9_]+)\])?\[?(?P<field>[a-z][a-z0-9_]*)\]?")
"""How a field is named: ``age``, or ``[baseline_arm_1][age]`` for that of another event."""


@dataclass(frozen=True, slots=True)
class RowPlan:
    """Rows of one table: which rows of the export they come from, and each column's field.

    Attributes:
        table: the table of the registry.
        columns: for each column its field: ``field`` of the same row, or ``[event][field]`` of
            the same record in another event.
        set: for each column with one value for all of these rows, that value.
        instrument: rows of this repeating instrument only, besides rows that do not repeat;
            empty for any.
        events: rows of these events only, by unique name; empty for any.
        event_to: the column that the event's time point goes to; empty for none.
        instance_to: the column that the number of the repeat goes to; empty for none.
    """

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    table: str
    columns: dict[str, str]
    set: dict[str, str] = field(default_factory=dict)
    instrument: str = ""
    events: tuple[str, ...] = ()
    event_to: str = ""
    instance_to: str = ""

    @property
    def given(self) -> tuple[str, ...]:
        """Every column that these rows have, besides the patient."""
        names = [*self.columns, *self.set, self.event_to, self.instance_to]
        return tuple(dict.fromkeys(name for name in names if name))


@dataclass(frozen=True, slots=True)
class RedcapMapping:
    """How a centre's own REDCap project is read.

    Attributes:
        rows: what goes where; empty when the project was made from the registry's dictionary.
        patient: the field with the patient's number; empty when it is the record's.
        missing_codes: the project's missing data codes, for example "UNK" and "-9".
        events: for each event its time point; an event that is not named here has its own name.
        centres: for each data access group the centre's code in the registry.
        codes: for each field, the registry's value of each of its codes; the empty text means
            missing.
    """

    __pydantic_config__: ClassVar[Any] = {"extra": "forbid"}

    rows: tuple[RowPlan, ...] = ()
    patient: str = ""
    missing_codes: tuple[str, ...] = ()
    events: dict[str, str] = field(default_factory=dict)
    centres: dict[str, str] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)


def load_redcap_mapping(path: Path, tables: Sequence[Table]) -> RedcapMapping:
    """Read how a centre's own REDCap project goes into the registry's tables.

    Args:
        path: a TOML file with a heading ``[redcap]``; other headings are left alone.
        tables: tables of the registry.

    Returns:
        The mapping.

    Raises:
        StudyFileError: the file is absent, is not TOML, has an unknown key, table or column, a
            column twice, or no way to fill a table's key; the message names the dotted key.
    """
    mapping = _validate(path, _read(path))
    for number, plan in enumerate(mapping.rows, start=1):
        problem = _check_plan(plan, {table.name: table for table in tables})
        if problem:
            raise StudyFileError(path, problem[1], key=f"redcap.rows.{number}.{problem[0]}")
    if mapping.patient and split_place(mapping.patient) is None:
        raise StudyFileError(path, _PLACE_ADVICE, key="redcap.patient")
    return mapping


def hash_reading(mapping: RedcapMapping | None, missing_codes: Sequence[str] = ()) -> str:
    """Return a hash of how an export is read; another reading of the same file is no repeat.

    Args:
        mapping: how the project is read; None for one of the registry's own dictionary.
        missing_codes: missing data codes, besides those of the mapping.

    Returns:
        64 hexadecimal digits; the empty text when nothing was said of the reading.

    Example:
        >>> hash_reading(None), len(hash_reading(None, ["UNK"]))
        ('', 64)
    """
    if mapping is None and not missing_codes:
        return ""
    said = {"mapping": asdict(mapping or RedcapMapping()), "missing": sorted(set(missing_codes))}
    text = json.dumps(said, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


_PLACE_ADVICE = "expected a field such as age, or [baseline_arm_1][age] for one of another event"


def split_place(text: str) -> tuple[str, str] | None:
    """Split the name of a field into its event and itself.

    Args:
        text: ``field``, ``[field]`` or ``[event][field]``.

    Returns:
        The event (empty for the same row) and the field; None when the text is no such name.

    Example:
        >>> split_place("[baseline_arm_1][age]"), split_place("age")
        (('baseline_arm_1', 'age'), ('', 'age'))
    """
    found = PLACE.fullmatch(text.strip())
    if found is None or text.count("[") != text.count("]"):
        return None
    return found["event"] or "", found["field"]


def _read(path: Path) -> Any:
    if not path.is_file():
        raise StudyFileError(path, f"no such mapping in {path.parent}")
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError as error:
        raise StudyFileError(path, "is not UTF-8 text; save it as UTF-8") from error
    except tomllib.TOMLDecodeError as error:
        raise StudyFileError(path, f"is not valid TOML: {error}") from error
    if not isinstance(content.get("redcap"), dict):
        raise StudyFileError(path, "has no heading [redcap]", key="redcap")
    return content["redcap"]


def _validate(path: Path, content: Any) -> RedcapMapping:
    try:
        # Through JSON, because strict mode (no 5 for "5") then still takes a list for a tuple.
        text = json.dumps(content, default=str)
        return TypeAdapter(RedcapMapping).validate_json(text, strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        parts = [str(part + 1 if isinstance(part, int) else part) for part in first["loc"]]
        raise StudyFileError(path, _advise(first), key=".".join(["redcap", *parts])) from error


def _advise(problem: Any) -> str:
    if problem["type"] in {"unexpected_keyword_argument", "extra_forbidden"}:
        known = [*RedcapMapping.__dataclass_fields__, *RowPlan.__dataclass_fields__]
        return f"unknown key{suggest(str(problem['loc'][-1]), known)}"
    if problem["type"] in {"missing", "missing_argument"}:
        return "this key is needed"
    if problem["type"] == "string_type":
        return 'expected a text in quotes, for example "1"'
    message = str(problem["msg"])
    return message[:1].lower() + message[1:]


def _check_plan(plan: RowPlan, tables: dict[str, Table]) -> tuple[str, str] | None:
    table = tables.get(plan.table)
    if table is None or PATIENT not in table.names:
        known = [name for name, other in tables.items() if PATIENT in other.names]
        hint = suggest(plan.table, known)
        return "table", f"no table {plan.table} of patients{hint}; there are {', '.join(known)}"
    return _check_names(plan, table) or _check_places(plan) or _check_key(plan, table)


def _check_names(plan: RowPlan, table: Table) -> tuple[str, str] | None:
    groups = {
        "columns": tuple(plan.columns),
        "set": tuple(plan.set),
        "event_to": (plan.event_to,) if plan.event_to else (),
        "instance_to": (plan.instance_to,) if plan.instance_to else (),
    }
    seen: dict[str, str] = {}
    for key, names in groups.items():
        for name in names:
            if name == PATIENT:
                return key, "the patient is the record; another field is named by redcap.patient"
            if name not in table.names:
                return key, f"table {table.name} has no column {name}{suggest(name, table.names)}"
            if name in seen and {key, seen[name]} != {"columns", "event_to"}:
                return key, f"column {name} is already filled by {seen[name]}"
            seen[name] = key
    return None


def _check_places(plan: RowPlan) -> tuple[str, str] | None:
    if not plan.columns:
        return "columns", "name at least one field"
    places = {name: split_place(text) for name, text in plan.columns.items()}
    for name, place in places.items():
        if place is None:
            return f"columns.{name}", _PLACE_ADVICE
    if all(place and place[0] for place in places.values()):
        return "columns", "name at least one field of the rows themselves, without [event]"
    return None


def _check_key(plan: RowPlan, table: Table) -> tuple[str, str] | None:
    absent = [key for key in table.keys if key != PATIENT and key not in plan.given]
    if not absent:
        return None
    return "columns", (
        f"nothing fills {', '.join(absent)}, by which rows of table {table.name} are told apart; "
        "name a field, or use set, event_to or instance_to"
    )

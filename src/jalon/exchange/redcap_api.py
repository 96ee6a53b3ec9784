"""A REDCap project fetched through its API, as the same sheets as from an exported file."""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from jalon.core.errors import UserError
from jalon.dictionary import Table
from jalon.exchange.redcap import read_redcap
from jalon.exchange.redcap_access import RedcapAccess
from jalon.exchange.redcap_client import CallError, call, connect
from jalon.exchange.redcap_export import COMPLETE
from jalon.exchange.redcap_field import CHECKED, PATIENT, choose_exchanged, is_repeated, name_fields
from jalon.exchange.redcap_mapping import RedcapMapping, split_place
from jalon.registry.identity_name import find_name_rule
from jalon.registry.sheet import Sheet


@dataclass(frozen=True, slots=True)
class Download:
    """A project's records, fetched and kept as the flat export that REDCap would write.

    Attributes:
        path: the file; only its owner can read it.
        records: how many records it holds.
        missing_codes: the project's missing data codes, as far as the server says.
        repeating: instruments that repeat.
        absent: columns that the project has, but that the token's user may not export.
    """

    path: Path
    records: int
    missing_codes: tuple[str, ...]
    repeating: tuple[str, ...]
    absent: tuple[str, ...]


def download_redcap(
    access: RedcapAccess,
    path: Path,
    fields: Sequence[str],
    progress: Callable[[int, int], None] | None = None,
) -> Download:
    """Fetch some fields of all records of a REDCap project into a file, batch by batch.

    Args:
        access: where the project is, and its token.
        path: where the flat export goes; the file is whole or not there.
        fields: names of fields; those that the project does not have are not asked for.
        progress: told after each batch how many records came, and of how many.

    Returns:
        What was fetched.

    Raises:
        UserError: PyCap is not installed, no answer, a refusal, or an answer that is broken or
            incomplete; with advice, never with the token.
    """
    project = connect(access)
    info = call("project", project.export_project_info)
    if not isinstance(info, dict):
        raise CallError("project: the answer is not what REDCap sends; try again")
    names = call("field names", project.export_field_names)
    metadata = call("metadata", lambda: project.metadata)
    _check_list(names, "export_field_name", "field names")
    _check_list(metadata, "field_name", "metadata")
    asked = choose_fields(metadata, fields)
    records = _list_records(project, asked[0])
    header, body = _fetch_batches(project, asked, records, access, progress)
    _write_private(path, header + body)
    there = next(csv.reader([header]))
    expected = [
        str(entry["export_field_name"])
        for entry in names
        if entry.get("original_field_name", entry["export_field_name"]) in asked
    ]
    return Download(
        path,
        len(records),
        _split_codes(str(info.get("missing_data_codes") or "")),
        _list_repeating(project, info),
        tuple(name for name in expected if name not in there),
    )


def fetch_redcap(
    access: RedcapAccess,
    path: Path,
    tables: Sequence[Table],
    mapping: RedcapMapping | None = None,
    centre: str | None = None,
) -> list[tuple[Table, Sheet]]:
    """Fetch a REDCap project and read it as an exported file is read.

    Args:
        access: where the project is, and its token.
        path: where the flat export is kept; its lines are those that messages name.
        tables: tables of the registry.
        mapping: how a project of the centre's own is read; None for one made from the
            registry's data dictionary.
        centre: the centre whose patients are read, by data access group; None when the project
            holds one group at most.

    Returns:
        Each table of which the project has rows, with its rows.

    Raises:
        UserError: the server cannot be asked, or what it sent cannot be read; see
            `download_redcap` and `read_redcap`.
    """
    download = download_redcap(access, path, _list_needed(tables, mapping))
    sheets = read_redcap(path, tables, mapping, download.missing_codes, centre, decimal=".")
    notes = _list_notes(download, tables, mapping)
    return [
        (table, replace(sheet, notes=(*sheet.notes, *notes.get(table.name, ()))))
        for table, sheet in sheets
    ]


def choose_fields(metadata: Sequence[dict[str, Any]], fields: Sequence[str]) -> list[str]:
    """Return the names to ask a project for: not one field more than is needed.

    Args:
        metadata: the project's fields as its API describes them.
        fields: the fields that are read.

    Returns:
        The record's field, the fields, and what tells whether an instrument was filled in: its
        status and, where a checkbox is read, its other answers that hold no text.
    """
    record = str(metadata[0]["field_name"])
    wanted = [entry for entry in metadata if entry["field_name"] in fields]
    boxed = {entry.get("form_name") for entry in wanted if entry.get("field_type") == "checkbox"}
    beside = [
        entry
        for entry in metadata
        if entry.get("form_name") in boxed and entry not in wanted and _holds_no_text(entry)
    ]
    forms = dict.fromkeys(str(entry.get("form_name")) for entry in wanted)
    names = [str(entry["field_name"]) for entry in (*wanted, *beside)]
    return list(dict.fromkeys([record, *names, *(form + COMPLETE for form in forms)]))


def _holds_no_text(entry: dict[str, Any]) -> bool:
    checked = str(entry.get("text_validation_type_or_show_slider_number") or "")
    coded = entry.get("field_type") in {"radio", "dropdown", "checkbox", "yesno", "truefalse"}
    named = entry.get("identifier") == "y" or find_name_rule(str(entry["field_name"])) is not None
    return (coded or checked.startswith(("integer", "number"))) and not named


def _list_needed(tables: Sequence[Table], mapping: RedcapMapping | None) -> list[str]:
    if mapping is None or not mapping.rows:
        return list(dict.fromkeys(name_fields(tables).values()))
    texts = [text for plan in mapping.rows for text in plan.columns.values()]
    places = map(split_place, [*texts, mapping.patient])
    return list(dict.fromkeys(place[1].partition(CHECKED)[0] for place in places if place))


def _list_notes(
    download: Download, tables: Sequence[Table], mapping: RedcapMapping | None
) -> dict[str, tuple[str, ...]]:
    """What a person should know of a project that was made from the registry's dictionary."""
    if mapping is not None and mapping.rows:
        return {}
    names = name_fields(tables)
    notes = {}
    for table in choose_exchanged(tables):
        mine = [names[table.name, column] for column in table.names if column != PATIENT]
        hidden = [name for name in mine if name in download.absent]
        found = []
        if hidden:
            found.append(f"the token's user may not export {', '.join(hidden)}: read as missing")
        if is_repeated(table) and table.name not in download.repeating:
            found.append(
                f"instrument {table.name} does not repeat in this project, so each patient has "
                "one row of it at most"
            )
        notes[table.name] = tuple(found)
    return notes


def _list_records(project: Any, record: str) -> list[str]:
    text = call("records", lambda: project.export_records("csv", fields=[record]))
    rows = _split(text, "records")
    if not rows or record not in rows[0]:
        raise CallError("records: the token's user may not export data of this project")
    place = rows[0].index(record)
    return list(dict.fromkeys(row[place] for row in rows[1:] if row[place]))


def _fetch_batches(
    project: Any,
    fields: list[str],
    records: list[str],
    access: RedcapAccess,
    progress: Callable[[int, int], None] | None,
) -> tuple[str, str]:
    if not records:
        raise UserError("the project has no records that the token's user may export")
    header, parts = "", []
    for start in range(0, len(records), access.batch):
        chosen = records[start : start + access.batch]
        text = _fetch(project, fields, chosen)
        first, _, body = text.partition("\n")
        if header and first.rstrip("\r") != header.rstrip("\n"):
            raise CallError("records: the project was changed meanwhile; fetch it again")
        header = first.rstrip("\r") + "\n"
        parts.append(body if not body or body.endswith("\n") else f"{body}\n")
        if progress is not None:
            progress(start + len(chosen), len(records))
    return header, "".join(parts)


def _fetch(project: Any, fields: list[str], records: list[str]) -> str:
    text = str(
        call(
            "records",
            lambda: project.export_records(
                "csv",
                records=records,
                fields=fields,
                raw_or_label="raw",
                raw_or_label_headers="raw",
                event_name="unique",
                export_data_access_groups=True,
                export_blank_for_gray_form_status=True,
            ),
        )
    ).lstrip("\ufeff")
    rows = _split(text, "records")
    came = {row[0] for row in rows[1:]}
    if not rows or any(len(row) != len(rows[0]) for row in rows) or came != set(records):
        raise CallError(
            "records: the answer is incomplete, or records were deleted meanwhile; fetch again, "
            "with smaller batches when it happens twice"
        )
    return text


def _split(text: object, what: str) -> list[list[str]]:
    if not isinstance(text, str):
        raise CallError(f"{what}: the answer is not what REDCap sends; try again")
    try:
        rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff"), newline=""), strict=True))
    except csv.Error:
        raise CallError(f"{what}: the answer broke off; try again") from None
    return [row for row in rows if row]


def _check_list(entries: object, key: str, what: str) -> None:
    sound = isinstance(entries, list) and entries and all(
        isinstance(entry, dict) and key in entry for entry in entries
    )  # fmt: skip
    if not sound:
        raise CallError(f"{what}: the answer is not what REDCap sends; try again")


def _list_repeating(project: Any, info: dict[str, Any]) -> tuple[str, ...]:
    if not int(info.get("has_repeating_instruments_or_events") or 0):
        return ()
    entries = call("repeating instruments", project.export_repeating_instruments_events)
    _check_list(entries, "form_name", "repeating instruments")
    events = {str(entry.get("event_name", "")) for entry in entries if not entry["form_name"]}
    forms = [str(entry["form_name"]) for entry in entries if entry["form_name"]]
    if events:
        mapped = call("instruments of events", project.export_instrument_event_mappings)
        _check_list(mapped, "form", "instruments of events")
        forms += [str(entry["form"]) for entry in mapped if entry["unique_event_name"] in events]
    return tuple(dict.fromkeys(forms))


def _split_codes(text: str) -> tuple[str, ...]:
    """Codes of "-9, Unknown | NASK, Not asked", one to a line or between bars."""
    parts = [part.partition(",")[0].strip() for part in re.split(r"[|\n]", text)]
    return tuple(dict.fromkeys(part for part in parts if part))


def _write_private(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise

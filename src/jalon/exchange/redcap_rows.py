"""Rows of one table, taken from a REDCap export by a plan."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from jalon.core.errors import DataFileError
from jalon.dictionary import Column, Table, suggest
from jalon.exchange.redcap_answers import Answers
from jalon.exchange.redcap_export import COMPLETE, EVENT, INSTANCE, INSTRUMENT, Export
from jalon.exchange.redcap_field import PATIENT, choose_exchanged, name_fields
from jalon.exchange.redcap_mapping import RedcapMapping, RowPlan, split_place
from jalon.registry.finding import Finding, find

LINE = "line of the export"
"""Name of the column that carries each row's line; no column of the registry has blanks."""

TIME_POINT = "time_point"
"""Column of the registry that an event of a longitudinal project stands for."""


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """What rows are taken from.

    Attributes:
        answers: the export's answers.
        mapping: how the project is read.
        kept: one truth per row of the export, whether it is read at all.
        patients: the patient's number of each row.
        own: whether the project was made from the registry's dictionary.
    """

    answers: Answers
    mapping: RedcapMapping
    kept: pl.Series
    patients: pl.Series
    own: bool

    @property
    def export(self) -> Export:
        """The export."""
        return self.answers.export


def plan_own(export: Export, tables: Sequence[Table]) -> tuple[RowPlan, ...]:
    """Return the plans of a project that was made from the registry's own data dictionary.

    Args:
        export: the export.
        tables: tables of the registry.

    Returns:
        One plan for each table of which the export has at least one field.

    Raises:
        DataFileError: the export has none of the fields.
    """
    names = name_fields(tables)
    plans = []
    for table in choose_exchanged(tables):
        fields = {column: names[table.name, column] for column in table.names}
        columns = {
            column: field
            for column, field in fields.items()
            if column != PATIENT and field in export.fields
        }
        if columns:
            point = TIME_POINT if TIME_POINT in table.names else ""
            plans.append(RowPlan(table.name, columns, instrument=table.name, event_to=point))
    if not plans:
        raise DataFileError(
            export.path,
            "has none of the fields of the registry's data dictionary (for example "
            f"{next(name for key, name in names.items() if key[1] != PATIENT)}); a project of "
            "your own needs a mapping file with a heading [redcap]",
            line=1,
        )
    return tuple(plans)


def check_places(export: Export, mapping: RedcapMapping) -> None:
    """Refuse a mapping that names fields which the export does not have.

    Args:
        export: the export.
        mapping: how the project is read.

    Raises:
        DataFileError: a field that is absent, or an event in an export without events.
    """
    texts = [text for plan in mapping.rows for text in plan.columns.values()]
    texts += [mapping.patient] if mapping.patient else []
    has_events = EVENT in export.sheet.header
    for event, field in filter(None, map(split_place, texts)):
        if field not in export.sheet.header:
            advice = f"the mapping names a field that the export does not have: {field}"
            raise DataFileError(export.path, advice + suggest(field, export.sheet.header), line=1)
        if event and not has_events:
            raise DataFileError(
                export.path,
                f"the mapping names event {event}, but the export has no column {EVENT}",
                line=1,
            )
    asked = [plan.table for plan in mapping.rows if plan.events or plan.event_to]
    if asked and not has_events and mapping.rows:
        raise DataFileError(
            export.path,
            f"the mapping takes rows of {asked[0]} from events, but the export has no {EVENT}",
            line=1,
        )


def take_rows(source: Source, plan: RowPlan, table: Table) -> tuple[pl.DataFrame, list[Finding]]:
    """Take the rows of one plan.

    Args:
        source: what they are taken from.
        plan: which rows, and each column's field.
        table: the table that they go to.

    Returns:
        One column of texts per column of the plan, with the patient and the line; and what is
        wrong with them.
    """
    places = {name: split_place(text) or ("", text) for name, text in plan.columns.items()}
    near = {name: field for name, (event, field) in places.items() if not event}
    chosen = _choose(source, plan, near)
    findings = _find_misplaced(source, plan, near)
    answers, cells = source.answers, source.export.sheet.cells
    texts = cells.select(
        answers.read(field, table.column(name)).alias(name) for name, (_, field) in places.items()
    )
    unknown = {
        field: rows
        for name, (_, field) in places.items()
        if (rows := answers.find_unknown(field, table.column(name))) is not None
    }
    findings += _explain_unknown(source, cells.select(**unknown), chosen)
    for name, (event, field) in places.items():
        if event:
            found, more = look_up(source.export, texts[name], event, chosen, field)
            texts, findings = texts.with_columns(found.alias(name)), findings + more
    frame = texts.with_columns(
        source.patients.alias(PATIENT),
        pl.Series(LINE, source.export.lines),
        *(pl.lit(text, dtype=pl.String).alias(name) for name, text in plan.set.items()),
    )
    if plan.instance_to:
        instance = source.export.take(INSTANCE)
        frame = frame.with_columns(instance.set(instance == "", "1").alias(plan.instance_to))
    if plan.event_to and EVENT in source.export.sheet.header:
        frame, more = _add_time_point(source, plan, table.column(plan.event_to), frame, chosen)
        findings += more
    return frame.filter(chosen), findings


def look_up(
    export: Export, texts: pl.Series, event: str, asked: pl.Series, field: str
) -> tuple[pl.Series, list[Finding]]:
    """Give every row of a record the record's answer in one event.

    Args:
        export: the export.
        texts: the field's answers, one per row.
        event: the event's unique name; empty for any.
        asked: one truth per row, whether its record's answer is needed.
        field: the field, for messages.

    Returns:
        The answer for each row, empty where there is none; and records with two answers.
    """
    records = export.take(export.record).alias("record")
    there = texts != ""
    if event:
        there &= export.take(EVENT) == event
    rows = pl.DataFrame([records, texts.alias("text"), pl.Series("line", export.lines)])
    needed = rows.filter(there & records.is_in(records.filter(asked).unique().to_list()))
    answers = needed.unique(["record", "text"], keep="first", maintain_order=True)
    again = answers.filter(~answers["record"].is_first_distinct())
    found = []
    if again.height:
        text = "the record has another answer on an earlier line, and only one can be used"
        found.append(Finding(text, tuple(again["line"].to_list()), field))
    first = answers.unique("record", keep="first", maintain_order=True)
    joined = rows.select("record").join(
        first.select("record", "text"), on="record", how="left", maintain_order="left"
    )
    return joined["text"].fill_null(""), found


def _explain_unknown(source: Source, unknown: pl.DataFrame, chosen: pl.Series) -> list[Finding]:
    return [
        finding
        for field in unknown.columns
        for finding in find(
            unknown[field] & chosen,
            source.export.lines,
            field,
            f"a code that [redcap.codes.{field}] does not have; add it there, or, when it is a "
            "missing data code of the whole project, to missing_codes",
        )
    ]


def _choose(source: Source, plan: RowPlan, near: dict[str, str]) -> pl.Series:
    """Rows in which somebody answered one of the fields, or opened a repeat of the instrument."""
    export = source.export
    given = [source.answers.take(field) != "" for field in dict.fromkeys(near.values())]
    if source.own and plan.instrument + COMPLETE in export.sheet.header:
        given.append(pl.col(plan.instrument + COMPLETE).is_in(["1", "2"]))
    chosen = export.sheet.cells.select(pl.any_horizontal(given)).to_series()
    if plan.instrument:
        instrument = export.take(INSTRUMENT)
        chosen &= instrument.is_in(["", plan.instrument])
        chosen |= instrument == plan.instrument
    if plan.events:
        chosen &= export.take(EVENT).is_in(list(plan.events))
    return chosen & source.kept


def _find_misplaced(source: Source, plan: RowPlan, near: dict[str, str]) -> list[Finding]:
    if not plan.instrument:
        return []
    instrument = source.export.take(INSTRUMENT)
    foreign = ~instrument.is_in(["", plan.instrument]) & source.kept
    fields = list(near.values())
    given = source.export.sheet.cells.select((pl.col(fields) != "") & foreign)
    text = (
        "a value of another instrument than the one that this row repeats; export again from "
        "REDCap, and do not move cells"
    )
    return [
        finding
        for field in (field for field in fields if given[field].any())
        for finding in find(given[field], source.export.lines, field, text)
    ]


def _add_time_point(
    source: Source, plan: RowPlan, column: Column, frame: pl.DataFrame, chosen: pl.Series
) -> tuple[pl.DataFrame, list[Finding]]:
    events = source.export.take(EVENT)
    known = {text.lower(): level.value for level in column.levels
             for text in (level.value, *level.aliases)}  # fmt: skip
    points = {
        event: source.mapping.events.get(event, known.get(_strip_arm(event).lower(), ""))
        for event in events.unique().to_list()
    }
    point = events.replace_strict(points, default="", return_dtype=pl.String)
    empty = _repeat(chosen, "")
    said = frame[plan.event_to] if plan.event_to in frame.columns else empty
    canonical = said.str.to_lowercase().replace(known)
    differs = (said != "") & (point != "") & (canonical != point)
    where = plan.columns.get(plan.event_to, EVENT)
    lines = source.export.lines
    text = "the time point written here is not that of the row's event; correct one of them"
    found = find(differs & chosen, lines, where, text)
    if not source.own:
        text = "this event has no time point; give it one under [redcap.events], or name events"
        found += find((said == "") & (point == "") & chosen, lines, EVENT, text)
    filled = said.set(said == "", None).fill_null(point).alias(plan.event_to)
    return frame.with_columns(filled), found


def _strip_arm(event: str) -> str:
    return re.sub(r"_arm_\d+$", "", event)


def _repeat(like: pl.Series, text: str) -> pl.Series:
    return pl.Series([text], dtype=pl.String).new_from_index(0, len(like))

"""A flat export of a REDCap project becomes one sheet per table of the registry."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from jalon.core.errors import DataFileError, UserError
from jalon.dictionary import Table
from jalon.exchange.redcap_answers import Answers, check_missing
from jalon.exchange.redcap_export import GROUP, STRUCTURE, Export, read_export
from jalon.exchange.redcap_field import name_fields
from jalon.exchange.redcap_mapping import RedcapMapping, RowPlan, split_place
from jalon.exchange.redcap_rows import LINE, Source, check_places, look_up, plan_own, take_rows
from jalon.registry.finding import Finding, find, refuse
from jalon.registry.identity import check_identity
from jalon.registry.sheet import Sheet
from jalon.registry.sheet.decimal import find_decimal


def read_redcap(
    path: Path,
    tables: Sequence[Table],
    mapping: RedcapMapping | None = None,
    missing_codes: Sequence[str] = (),
    centre: str | None = None,
    decimal: str | None = None,
) -> list[tuple[Table, Sheet]]:
    """Read a flat export of a REDCap project: classic, longitudinal or with repeats.

    A project made from the registry's data dictionary needs no mapping. Cells stay texts, each
    row with its line in the export; the import types and checks them as those of any file.

    Args:
        path: the CSV file, raw values with raw headers.
        tables: tables of the registry.
        mapping: how a project of the centre's own is read; None for one made from the
            registry's data dictionary.
        missing_codes: missing data codes of the project, besides those of the mapping; such a
            cell becomes an empty one.
        centre: the centre whose patients are read, by data access group; None when the export
            holds one group at most.
        decimal: the decimal mark of the numbers; None to find it out.

    Returns:
        Each table of which the export has rows, with its rows.

    Raises:
        DataFileError: the file is no such export, an unknown code, a field that is absent, a
            field that identifies persons (even one that is not read), or nothing to read; with
            line and field, never with what a patient's cell holds.
        UserError: a missing data code that could also be an answer.
    """
    chosen = mapping or RedcapMapping()
    export = read_export(path, decimal)
    own = not chosen.rows
    check_places(export, chosen)
    plans = plan_own(export, tables) if own else chosen.rows
    _refuse_persons(export, chosen, plans, tables)
    by_name = {table.name: table for table in tables}
    missing = tuple(dict.fromkeys((*chosen.missing_codes, *missing_codes)))
    _check_missing(missing, chosen, plans, by_name)
    kept, note = _choose_centre(export, chosen, centre)
    answers = Answers(export, missing, chosen.codes)
    patients, findings = _find_patients(answers, chosen, kept)
    source = Source(answers, chosen, kept, patients, own)
    frames: dict[str, list[pl.DataFrame]] = {}
    for plan in plans:
        frame, more = take_rows(source, plan, by_name[plan.table])
        findings += more
        frames.setdefault(plan.table, []).append(frame)
    refuse(path, findings)
    sheets = [
        (table, _make_sheet(export, table, frames[table.name], decimal, note))
        for table in tables
        if any(frame.height for frame in frames.get(table.name, []))
    ]
    if not sheets:
        raise DataFileError(path, "has records, but none of the fields that are read is filled in")
    return sheets


def _refuse_persons(
    export: Export, mapping: RedcapMapping, plans: Sequence[RowPlan], tables: Sequence[Table]
) -> None:
    """Look at every column, also at those that are not read: the file is kept as it is."""
    taken = {split_place(text) for plan in plans for text in plan.columns.values()}
    place = split_place(mapping.patient) if mapping.patient else None
    read = {pair[1] for pair in (*taken, place) if pair}
    check_identity(
        export.sheet,
        identifiers={export.record} | ({place[1]} if place else set()),
        unknown={name for name in export.fields if name not in read},
        described={*STRUCTURE, *name_fields(tables).values()},
    )


def _check_missing(
    missing: Sequence[str],
    mapping: RedcapMapping,
    plans: Sequence[RowPlan],
    tables: dict[str, Table],
) -> None:
    for plan in plans:
        if plan.table not in tables:
            raise UserError(f"the mapping names table {plan.table}, which is not among the tables")
        for name, text in plan.columns.items():
            field = (split_place(text) or ("", text))[1]
            column, known = tables[plan.table].column(name), mapping.codes.get(field, {})
            # Where the mapping lists the codes of a choice, no other text is an answer.
            if not (known and (column.levels or column.kind == "flag")):
                check_missing([code for code in missing if code not in known], field, column)


def _choose_centre(
    export: Export, mapping: RedcapMapping, centre: str | None
) -> tuple[pl.Series, str]:
    """Rows of one centre, and how to say which were left out."""
    groups = export.take(GROUP)
    everyone = groups.is_not_null()
    named = sorted(set(groups.unique().to_list()) - {""})
    if not named:
        return everyone, ""
    if centre is None:
        if len(named) > 1:
            raise DataFileError(
                export.path,
                f"holds patients of {len(named)} data access groups ({', '.join(named)}); "
                "import one centre at a time and say which",
            )
        return everyone, ""
    codes = {group: mapping.centres.get(group, group) for group in named}
    mine = [group for group, code in codes.items() if code.lower() == centre.lower()]
    if not mine:
        raise DataFileError(
            export.path,
            f"no data access group is centre {centre}; there are {', '.join(named)}; say which "
            f'centre each is under [redcap.centres], for example {named[0]} = "{centre}"',
        )
    text = "this record is in no data access group, so its centre is not known; assign it"
    refuse(export.path, find(groups == "", export.lines, GROUP, text))
    kept = groups.is_in(mine)
    left = int((~kept).sum())
    word = "row" if left == 1 else "rows"
    return kept, f"{left:,} {word} of other data access groups left out" if left else ""


def _find_patients(
    answers: Answers, mapping: RedcapMapping, kept: pl.Series
) -> tuple[pl.Series, list[Finding]]:
    export = answers.export
    records = export.take(export.record)
    place = split_place(mapping.patient) if mapping.patient else None
    if place is None:
        return records, []
    event, field = place
    meant = dict.fromkeys(answers.missing, "")
    texts = export.sheet.cells.select(answers.take(field).replace(meant)).to_series()
    numbers, found = look_up(export, texts, event, kept, field)
    text = "the record has no patient's number in this field; fill it in"
    return numbers, [*found, *find((numbers == "") & kept, export.lines, field, text)]


def _make_sheet(
    export: Export, table: Table, frames: list[pl.DataFrame], decimal: str | None, note: str
) -> Sheet:
    whole = pl.concat(frames, how="diagonal").sort(LINE, maintain_order=True)
    lines = whole[LINE].to_numpy()
    names = [name for name in table.names if name in whole.columns]
    cells = whole.select(pl.col(names).fill_null(""))
    mark = decimal or "."
    numbers = cells.select(name for name in names if table.column(name).is_numeric)
    if decimal is None and numbers.width:
        mark, _ = find_decimal(export.path, numbers, lines, export.sheet.separator)
    return Sheet(
        path=export.path,
        kind=export.sheet.kind,
        cells=cells,
        lines=lines,
        read_as=f"REDCap export, {export.sheet.read_as}",
        decimal=mark,
        separator=export.sheet.separator,
        encoding=export.sheet.encoding,
        sha256=export.sheet.sha256,
        size=export.sheet.size,
        notes=tuple(text for text in (*export.sheet.notes, note) if text),
    )

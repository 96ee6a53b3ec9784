"""``jalon registry calendar``: the visits that patients owe, and which to ask for."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jalon.cli.registry_options import (
    CentreOption,
    DateOption,
    JsonOption,
    QuietOption,
    StoreOption,
    open_registry,
    read_day,
)

if TYPE_CHECKING:
    import polars as pl

    from jalon.registry.store.store import Store

SHOWN = 40
"""How many visits are listed on the screen."""


def calendar(  # noqa: PLR0913, PLR0917 - the options of a verb
    centre: CentreOption = None,
    state: Annotated[
        str | None,
        typer.Option(help="List these: overdue, due, upcoming, done, lost, ended; with commas."),
    ] = None,
    on: DateOption = None,
    lost_after: Annotated[
        int | None, typer.Option(min=1, help="Days without news after which a patient is lost.")
    ] = None,
    csv: Annotated[Path | None, typer.Option(help="Write the visits as a CSV file.")] = None,
    ics: Annotated[
        Path | None, typer.Option(help="Write the open visits for a calendar, no patient in it.")
    ] = None,
    language: Annotated[str, typer.Option(help="Language of the calendar file.")] = "en",
    store: StoreOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Show the visits that each centre's patients owe: due, overdue, lost to follow-up."""
    from jalon.dictionary import load_visits  # noqa: PLC0415 - heavy
    from jalon.dictionary.wording import find_language  # noqa: PLC0415
    from jalon.registry.calendar import LOST_AFTER, choose_visits, plan_visits  # noqa: PLC0415
    from jalon.registry.ics import write_ics  # noqa: PLC0415
    from jalon.registry.safe_csv import write_safe_csv  # noqa: PLC0415

    day, spoken, opened = read_day(on), find_language(language), open_registry(store)
    tables = _read_tables(opened, centre)
    planned = plan_visits(tables, load_visits(), day, lost_after or LOST_AFTER)
    wanted = [text.strip() for text in (state or "").split(",") if text.strip()]
    chosen = choose_visits(planned, wanted) if wanted else planned
    if csv:
        write_safe_csv(chosen, csv)
    if ics:
        from jalon.core.files import write_file  # noqa: PLC0415

        write_file(ics, write_ics(chosen, load_visits(), day, spoken))
    if as_json:
        _write_json(planned, chosen if wanted else None, day, opened.data_kind)
    elif not quiet:
        _show(planned, chosen if wanted else None, day, opened.data_kind)
        for path in (csv, ics):
            if path:
                typer.echo(f"wrote {path}")


def _read_tables(opened: Store, centre: str | None) -> dict[str, pl.DataFrame]:
    from jalon.core.errors import UserError  # noqa: PLC0415
    from jalon.dictionary import list_tables  # noqa: PLC0415 - heavy
    from jalon.registry.store.current import read_current  # noqa: PLC0415 - heavy

    with opened.read() as connection:
        tables = {
            table.name: read_current(connection, table, centre)
            for table in list_tables()
            if "patient" in table.keys
        }
    if centre is not None and not any(frame.height for frame in tables.values()):
        raise UserError(f"the registry has no patient of centre {centre}")
    return tables


def _show(planned: pl.DataFrame, chosen: pl.DataFrame | None, day: date, data_kind: str) -> None:
    from jalon.registry.calendar import STATES, count_visits  # noqa: PLC0415 - heavy

    kind = "synthetic patients" if data_kind == "synthetic" else "real patients"
    typer.echo(f"visits on {day}    {kind}")
    counts = count_visits(planned)
    names = ("patients", *STATES)
    width = max([len("centre"), *(len(name) for name in counts["centre"])])
    typer.echo(f"  {'centre':<{width}}" + "".join(f"{name:>10}" for name in names))
    for row in counts.iter_rows(named=True):
        numbers = "".join(f"{row[name]:>10,}" for name in names)
        typer.echo(f"  {row['centre']:<{width}}{numbers}")
    if counts.height > 1:
        total = "".join(f"{counts[name].sum():>10,}" for name in names)
        typer.echo(f"  {'all':<{width}}{total}")
    if chosen is None:
        return
    typer.echo("")
    for row in chosen.head(SHOWN).iter_rows(named=True):
        typer.echo(
            f"  {row['centre']:<{width}}  {row['patient']}  {row['infusion_number']}  "
            f"{row['time_point']:<5}  {row['planned']}  ({row['from']} to {row['to']})  "
            f"{row['state']}"
        )
    if chosen.height > SHOWN:
        typer.echo(f"  … and {chosen.height - SHOWN:,} more; write them all with --csv FILE")


def _write_json(
    planned: pl.DataFrame, chosen: pl.DataFrame | None, day: date, data_kind: str
) -> None:
    from jalon.registry.calendar import count_visits  # noqa: PLC0415 - heavy

    found: dict[str, object] = {
        "on": day.isoformat(),
        "data_kind": data_kind,
        "centres": count_visits(planned).to_dicts(),
    }
    if chosen is not None:
        found["visits"] = chosen.to_dicts()
    typer.echo(json.dumps(found, default=str))

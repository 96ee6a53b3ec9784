"""``jalon registry check``: every rule, every row that is stored."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import typer

from jalon.cli.registry_options import (
    ByOption,
    CentreOption,
    DateOption,
    JsonOption,
    QuietOption,
    StoreOption,
    name_actor,
    open_registry,
    read_day,
)

if TYPE_CHECKING:
    from rich.table import Table

    from jalon.registry.store.recheck import Checked

MAX_CENTRES = 8
"""Up to so many centres each have a column."""


def check(
    store: StoreOption = None,
    centre: CentreOption = None,
    on: DateOption = None,
    by: ByOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Check every row again, open queries about what breaks a rule, close those that are mended."""
    from jalon.core.errors import UserError  # noqa: PLC0415
    from jalon.registry.store.recheck import check_store, list_centres  # noqa: PLC0415 - heavy

    day, opened = read_day(on), open_registry(store)
    with opened.write(name_actor(by)) as writing:
        if centre is not None and centre not in (known := list_centres(writing.connection)):
            raise UserError(f"no row of centre {centre} is stored; there are {', '.join(known)}")
        checked = check_store(writing, day, None if centre is None else [centre])
    if as_json:
        _write(checked)
    elif not quiet:
        _show(checked, opened.data_kind)


def _show(checked: Checked, data_kind: str) -> None:
    from rich.console import Console  # noqa: PLC0415

    console = Console(highlight=False)
    kind = " · synthetic patients" if data_kind == "synthetic" else ""
    word = "centre" if len(checked.centres) == 1 else "centres"
    console.print(f"checked  {checked.rows:,} rows of {len(checked.centres)} {word}{kind}")
    settled = checked.settled
    console.print(
        f"queries  {settled.opened:,} opened · {settled.reopened:,} asked again · "
        f"{settled.closed:,} closed"
    )
    if checked.broken.is_empty():
        console.print("no row breaks a rule")
        return
    console.print()
    many = len(checked.centres) > MAX_CENTRES
    console.print(_count_rules(checked) if many else _spread_rules(checked))
    if many:
        console.print()
        console.print(_count_centres(checked))


def _spread_rules(checked: Checked) -> Table:
    grid = _grid("rule", *checked.centres, "all")
    for (rule,), part in checked.broken.sort("rule").group_by("rule", maintain_order=True):
        rows = dict(part.select("centre", "rows").iter_rows())
        each = [f"{rows[name]:,}" if name in rows else "-" for name in checked.centres]
        grid.add_row(str(rule), *each, f"{part['rows'].sum():,}")
    return grid


def _count_rules(checked: Checked) -> Table:
    grid = _grid("rule", "rows", "centres")
    for (rule,), part in checked.broken.sort("rule").group_by("rule", maintain_order=True):
        grid.add_row(str(rule), f"{part['rows'].sum():,}", f"{part.height:,}")
    return grid


def _count_centres(checked: Checked) -> Table:
    grid = _grid("centre", "rows", "rules")
    for (centre,), part in checked.broken.group_by("centre", maintain_order=True):
        grid.add_row(str(centre), f"{part['rows'].sum():,}", f"{part.height:,}")
    return grid


def _grid(first: str, *others: str) -> Table:
    from rich.table import Table  # noqa: PLC0415

    grid = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    grid.add_column(first, no_wrap=True)
    for head in others:
        grid.add_column(head, justify="right", no_wrap=True)
    return grid


def _write(checked: Checked) -> None:
    settled = checked.settled
    told = {
        "centres": checked.centres,
        "rows": checked.rows,
        "opened": settled.opened,
        "reopened": settled.reopened,
        "closed": settled.closed,
        "broken": checked.broken.to_dicts(),
    }
    typer.echo(json.dumps(told, ensure_ascii=False))

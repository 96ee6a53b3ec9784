"""``jalon registry mapping``: what a centre's own columns mean, suggested and tried."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jalon.cli.registry_options import JsonOption

if TYPE_CHECKING:
    from jalon.registry.preview import PreviewRow


def mapping(
    file: Annotated[Path, typer.Argument(help="A centre's file.")],
    table: Annotated[
        str | None, typer.Option(help="The table to suggest a mapping for, when there is none.")
    ] = None,
    use: Annotated[
        Path | None, typer.Option("--mapping", help="The mapping to try, instead of a new one.")
    ] = None,
    to: Annotated[
        Path | None, typer.Option(help="Write the suggested mapping to this TOML file.")
    ] = None,
    sheet: Annotated[str | None, typer.Option(help="Which sheet of a spreadsheet.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show what would become of each column; no value of a patient is shown."""
    from jalon.core.errors import UserError  # noqa: PLC0415
    from jalon.dictionary import find_table  # noqa: PLC0415 - heavy
    from jalon.registry.inbox import find_table_in  # noqa: PLC0415 - heavy
    from jalon.registry.mapping import load_mapping, write_mapping  # noqa: PLC0415 - heavy
    from jalon.registry.mapping_suggest import suggest_mapping  # noqa: PLC0415 - heavy
    from jalon.registry.preview import preview  # noqa: PLC0415 - heavy
    from jalon.registry.sheet import SheetOptions, read_sheet  # noqa: PLC0415 - heavy

    read = read_sheet(file, SheetOptions(sheet=sheet))
    if use is not None:
        chosen = load_mapping(use)
    else:
        name = table or find_table_in(file.stem)
        if name is None:
            raise UserError(f"which table is {file.name}? name it with --table")
        chosen = suggest_mapping(read, find_table(name))
    rows = preview(chosen, read)
    if to is not None and use is None:
        write_mapping(chosen, to)
    _show(rows, read.read_as, as_json=as_json)
    if to is not None and use is None and not as_json:
        typer.echo(f"wrote {to}: read it, change it, then import with --mapping {to}")


def _show(rows: tuple[PreviewRow, ...], read_as: str, *, as_json: bool) -> None:
    import json  # noqa: PLC0415
    from dataclasses import asdict  # noqa: PLC0415

    from rich.console import Console  # noqa: PLC0415 - heavy
    from rich.table import Table  # noqa: PLC0415 - heavy
    from rich.text import Text  # noqa: PLC0415 - heavy

    if as_json:
        typer.echo(json.dumps([asdict(row) for row in rows], ensure_ascii=False))
        return
    typer.echo(read_as)
    drawn = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("their column", "becomes", "filled", "readable", "holds"):
        drawn.add_column(name, justify="right" if name in {"filled", "readable"} else "left")
    several = len({row.table for row in rows if row.table}) > 1
    for row in rows:
        ours = f"{row.table}.{row.ours}" if several else row.ours
        target = ours if row.ours else "left out"
        told = row.refused or row.kinds
        readable = f"{row.converted:,}" if row.ours else ""
        cells = (row.theirs or "(the same everywhere)", target, f"{row.filled:,}", readable, told)
        few = bool(row.refused) or (bool(row.ours) and row.converted < row.filled)
        drawn.add_row(*(Text(cell) for cell in cells), style="bold" if few else "")
    Console(highlight=False).print(drawn)

"""``jalon registry fetch``: a REDCap project becomes the file that it would export."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jalon.cli.registry_options import CentreOption


def fetch(
    url: Annotated[str, typer.Argument(help="Address of the project's API.")],
    to: Annotated[Path, typer.Option(help="Where the export goes; readable by you only.")],
    token_file: Annotated[
        Path | None,
        typer.Option(help="File with the token, readable by you only; else JALON_REDCAP_TOKEN."),
    ] = None,
    centre: CentreOption = None,
    mapping: Annotated[
        Path | None, typer.Option(help="TOML file that says how the centre's project is read.")
    ] = None,
) -> None:
    """Fetch a REDCap project as a flat export, and tell what it holds; nothing is imported."""
    from jalon.dictionary import list_tables  # noqa: PLC0415 - heavy
    from jalon.exchange import fetch_redcap, load_redcap_mapping, open_access  # noqa: PLC0415

    tables = list_tables()
    chosen = load_redcap_mapping(mapping, tables) if mapping else None
    sheets = fetch_redcap(open_access(url, token_file), to, tables, chosen, centre)
    for table, sheet in sheets:
        typer.echo(f"  {table.name:<16}{len(sheet):>9,} rows")
        for note in sheet.notes:
            typer.echo(f"    note: {note}")
    typer.echo(f"wrote {to}; import it with: jalon registry import {to} --format redcap")

"""``jalon registry template``: empty tables for a person to fill in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jalon.cli.registry_options import QuietOption
from jalon.core.errors import UserError

if TYPE_CHECKING:
    from jalon.dictionary.wording import Language

WORKBOOK = "registry.xlsx"


def template(
    to: Annotated[Path, typer.Option(help="The folder to write into.")],
    tables: Annotated[
        list[str] | None, typer.Argument(help="Which tables; all when none is named.")
    ] = None,
    xlsx: Annotated[
        bool, typer.Option("--xlsx", help="One workbook with lists and help, a sheet per table.")
    ] = False,
    redcap: Annotated[
        bool, typer.Option("--redcap", help="A data dictionary to make a REDCap project from.")
    ] = False,
    language: Annotated[str, typer.Option(help="Language of the help: en or fr.")] = "en",
    quiet: QuietOption = False,
) -> None:
    """Write files to fill in; filled in, they can be imported as they are."""
    from jalon.core.files import write_file  # noqa: PLC0415
    from jalon.dictionary.wording import find_language  # noqa: PLC0415

    if redcap:
        _write_redcap(to, tables or [], find_language(language))
        return
    files = _make(tables or [], find_language(language), xlsx)
    taken = [name for name in files if (to / name).exists()]
    if taken:
        raise UserError(
            f"{taken[0]} is in {to} already and may hold patients; name another folder, "
            "or move it away first"
        )
    for name, content in files.items():
        write_file(to / name, content)
    if not quiet:
        typer.echo(
            f"wrote {len(files)} files into {to}" if len(files) > 1 else f"wrote {to / WORKBOOK}"
        )


def _write_redcap(to: Path, names: list[str], language: Language) -> None:
    from jalon.dictionary import find_table  # noqa: PLC0415 - heavy
    from jalon.exchange import write_redcap_dictionary  # noqa: PLC0415 - heavy

    tables = tuple(find_table(name) for name in dict.fromkeys(names)) or None
    to.mkdir(parents=True, exist_ok=True)
    for path in write_redcap_dictionary(to / "redcap_dictionary.csv", language, tables):
        typer.echo(f"wrote {path}")


def _make(names: list[str], language: Language, xlsx: bool) -> dict[str, bytes]:
    from jalon.dictionary import find_table, list_tables  # noqa: PLC0415 - heavy
    from jalon.dictionary.template import (  # noqa: PLC0415
        write_csv_help,
        write_csv_template,
        write_xlsx_template,
    )

    tables = tuple(find_table(name) for name in dict.fromkeys(names)) or list_tables()
    if xlsx:
        return {WORKBOOK: write_xlsx_template(tables, language)}
    files = {}
    for table in tables:
        files[f"{table.name}.csv"] = write_csv_template(table, language)
        files[f"help/{table.name}.csv"] = write_csv_help(table, language)
    return files

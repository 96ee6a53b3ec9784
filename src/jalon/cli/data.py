"""``jalon data``: check a data file against its dictionary, and nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

data_app = typer.Typer(help="Check a data file against its dictionary.", no_args_is_help=True)


@data_app.callback()
def _start() -> None:
    """Keep ``check`` a verb of its own, however many verbs there are."""


@data_app.command("check")
def check(
    file: Annotated[Path, typer.Argument(help="The CSV file.")],
    dictionary: Annotated[Path, typer.Argument(help="The TOML file that describes its columns.")],
    separator: Annotated[str, typer.Option(help='What stands between values: ";" or tab.')] = ",",
    decimal: Annotated[str, typer.Option(help='The decimal mark: "." or ",".')] = ".",
    encoding: Annotated[str, typer.Option(help="How its text is coded.")] = "utf-8",
) -> None:
    """Say whether a file can be used, and what to mend; nothing is written."""
    from jalon.dictionary import load_table  # noqa: PLC0415 - heavy
    from jalon.registry import read  # noqa: PLC0415 - heavy

    batch = read(file, load_table(dictionary), separator, decimal, encoding)
    typer.echo(f"{file.name}: {len(batch):,} rows fit {dictionary.name}")
    for issue in batch.issues:
        lines = ", ".join(str(line) for line in issue.lines[:5])
        more = ", …" if issue.count > 5 else ""
        where = f" ({issue.count} rows: line {lines}{more})" if issue.lines else ""
        typer.echo(f"question: {issue.text}{where}")

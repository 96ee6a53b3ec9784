"""``jalon registry import``: a centre's files, as a whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from jalon.cli.registry_options import (
    ByOption,
    CentreOption,
    JsonOption,
    KeysOption,
    QuietOption,
    StoreOption,
    name_actor,
    open_registry,
    require_store,
)
from jalon.cli.registry_receipt import describe_receipt, show_rejected, tell_receipts

if TYPE_CHECKING:
    from jalon.registry.delivery import Part, Receipt


FilesArgument = Annotated[
    list[Path],
    typer.Argument(
        help="Files, or folders of files called by their tables; *.csv, *.xlsx, *.parquet. "
        "Folders in a folder are called by their centres."
    ),
]
TableOption = Annotated[
    str | None, typer.Option("--table", help="The table, when the name does not say.")
]
MappingOption = Annotated[
    Path | None,
    typer.Option("--mapping", help="TOML file that says what the centre's columns mean."),
]
FormOption = Annotated[
    Literal["auto", "redcap"], typer.Option("--format", help="redcap: a flat export.")
]
TrialOption = Annotated[
    bool, typer.Option("--dry-run", help="Do it all, tell what would happen, keep nothing.")
]
RejectionsOption = Annotated[
    Path | None,
    typer.Option("--rejections", help="Also write the rejected cells to this CSV file."),
]
CodeOption = Annotated[
    list[str] | None, typer.Option("--missing-code", help="REDCap's codes for missing; repeat.")
]


def import_(  # noqa: PLR0913, PLR0917 - the options of a verb
    files: FilesArgument,
    table: TableOption = None,
    centre: CentreOption = None,
    mapping: MappingOption = None,
    form: FormOption = "auto",
    dry_run: TrialOption = False,
    rejections: RejectionsOption = None,
    separator: Annotated[str | None, typer.Option(help="What stands between values.")] = None,
    decimal: Annotated[str | None, typer.Option(help='The decimal mark: "." or ",".')] = None,
    encoding: Annotated[str | None, typer.Option(help="How the text is coded.")] = None,
    sheet: Annotated[str | None, typer.Option(help="Which sheet of a spreadsheet.")] = None,
    missing_code: CodeOption = None,
    store: StoreOption = None,
    keys: KeysOption = None,
    by: ByOption = None,
    as_json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Check a centre's files and take them into the registry: all of it or nothing."""
    from jalon.cli.registry_reading import Asked, read_deliveries  # noqa: PLC0415 - heavy
    from jalon.registry.rejected import RejectedError  # noqa: PLC0415 - heavy
    from jalon.registry.sheet import SheetOptions  # noqa: PLC0415 - heavy

    options = SheetOptions(separator, decimal, encoding, sheet)
    redcap = form == "redcap"
    asked = Asked(files, table, centre, mapping, options, redcap, tuple(missing_code or ()))
    try:
        deliveries = read_deliveries(asked, None if as_json or quiet else typer.echo)
        receipts = _take(deliveries, store, keys, by, dry_run=dry_run)
    except RejectedError as error:
        show_rejected(error, rejections, as_json=as_json)
        raise typer.Exit(error.exit_code) from None
    if as_json:
        typer.echo(json.dumps([describe_receipt(one) | {"kept": not dry_run} for one in receipts]))
    elif not quiet:
        tell_receipts(receipts)
        if dry_run:
            typer.echo("this was a trial: nothing was kept")


def _take(
    deliveries: dict[str, list[Part]],
    store: str | None,
    keys: Path | None,
    by: str | None,
    *,
    dry_run: bool,
) -> list[Receipt]:
    from jalon.registry.delivery import take_delivery  # noqa: PLC0415 - heavy
    from jalon.registry.pseudonym import find_key  # noqa: PLC0415 - heavy

    found = {centre: find_key(centre, keys) for centre in deliveries}
    opened = open_registry(require_store(store))
    receipts: list[Receipt] = []
    with opened.write(name_actor(by), keep=not dry_run) as writing:
        for centre, parts in sorted(deliveries.items()):
            receipts.append(take_delivery(writing, parts, found[centre]))
    opened.close()
    return receipts

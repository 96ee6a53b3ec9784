"""``jalon registry statement``: what a patient's objection touched."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from jalon.cli.registry_options import KeysOption, StoreOption, open_registry


def statement(
    centre: Annotated[str, typer.Option(help="Code of the patient's centre.")],
    patient: Annotated[str, typer.Option(help="The centre's own number of the patient.")],
    to: Annotated[Path | None, typer.Option(help="A file to write it to; else shown.")] = None,
    language: Annotated[Literal["en", "fr"], typer.Option(help="en or fr.")] = "en",
    store: StoreOption = None,
    keys: KeysOption = None,
) -> None:
    """Tell the data protection officer which extracts, runs and scores hold a patient's data."""
    from jalon.registry.pseudonym import find_key, name_patient  # noqa: PLC0415 - heavy
    from jalon.registry.statement import trace_objection  # noqa: PLC0415 - heavy
    from jalon.registry.statement_text import write_statement  # noqa: PLC0415 - heavy

    pseudonym = name_patient(find_key(centre, keys), patient)
    opened = open_registry(store)
    with opened.read() as connection:
        found = trace_objection(connection, centre, pseudonym)
    text = write_statement(found, opened.data_kind, language)
    if to is None:
        typer.echo(text)
        return
    temporary = to.with_name(f".{to.name}.new")
    temporary.write_text(text, encoding="utf-8")
    temporary.replace(to)
    typer.echo(f"wrote {to}")

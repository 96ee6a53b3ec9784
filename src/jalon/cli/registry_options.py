"""Options that every verb of the registry shares."""

from __future__ import annotations

import getpass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jalon.core.errors import UserError

if TYPE_CHECKING:
    from jalon.registry.store.store import Store

StoreOption = Annotated[
    str | None,
    typer.Option(
        "--store",
        help="Where the registry is: sqlite:///FILE or postgresql+psycopg://USER@HOST/DATABASE.",
        envvar="JALON_STORE",
    ),
]
KeysOption = Annotated[
    Path | None,
    typer.Option("--keys", help="File of the centres' keys.", envvar="JALON_KEYS"),
]
ByOption = Annotated[
    str | None,
    typer.Option("--by", help="Who does it, for the audit; your login name.", envvar="JALON_BY"),
]
CentreOption = Annotated[str | None, typer.Option("--centre", help="Code of the centre.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Answer for a program.")]
QuietOption = Annotated[bool, typer.Option("--quiet", help="Say nothing but errors.")]
DateOption = Annotated[
    str | None, typer.Option("--on", help="The day, year-month-day; today when not given.")
]


def require_store(url: str | None) -> str:
    """Return the address of the registry, or say how to give it."""
    if not url:
        raise UserError("say where the registry is: --store sqlite:///registry.db, or JALON_STORE")
    return url


def open_registry(url: str | None) -> Store:
    """Open the registry that an option or the environment names."""
    from jalon.registry.store.store import open_store  # noqa: PLC0415 - heavy

    return open_store(require_store(url))


def name_actor(by: str | None) -> str:
    """Return who acts: the option's name, or that of the login."""
    if by and by.strip():
        return by.strip()
    try:
        return getpass.getuser()
    except (KeyError, OSError) as error:
        raise UserError("say who does this, for the audit: --by NAME, or JALON_BY") from error


def read_day(text: str | None) -> date:
    """Return a day as it was written, or today."""
    if text is None:
        return date.today()  # the day of the person at the keyboard
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise UserError(
            f"{text} is no day; write it as year-month-day, for example 2026-11-26"
        ) from error

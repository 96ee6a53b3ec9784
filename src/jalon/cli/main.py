"""The ``jalon`` command."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

import jalon
from jalon.cli.data import data_app
from jalon.cli.learn import learn
from jalon.cli.registry import registry_app
from jalon.cli.score import score_app
from jalon.cli.score_card import card
from jalon.cli.serve import serve_app
from jalon.cli.study import study_app
from jalon.cli.terminal import show_error
from jalon.cli.validate import validate
from jalon.core.errors import JalonError, UserError

EXTRAS = {
    "adbc_driver_postgresql": "postgresql",
    "adbc_driver_sqlite": "registry",
    "alembic": "registry",
    "cryptography": "registry",
    "icalendar": "registry",
    "openpyxl": "registry",
    "psycopg": "postgresql",
    "pyarrow": "registry",
    "redcap": "redcap",
    "sqlalchemy": "registry",
}
"""Which extra of the package brings a library that is not there."""

app = typer.Typer(
    name="jalon",
    help="From a CAR-T registry to a trusted prognostic score at the bedside. Research use only.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(study_app, name="study")
app.add_typer(data_app, name="data")
score_app.command("validate")(validate)
app.add_typer(score_app, name="score")
app.add_typer(serve_app, name="serve")
app.add_typer(registry_app, name="registry")
app.command("learn")(learn)
score_app.command("card")(card)


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"jalon {jalon.__version__}")
        raise typer.Exit


@app.callback()
def _start(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    del version


def main() -> None:
    """Run the command; explained errors end without a traceback."""
    try:
        app()
    except JalonError as error:
        show_error(error)
        sys.exit(error.exit_code)
    except ModuleNotFoundError as error:
        name = (error.name or "").split(".")[0]
        if name not in EXTRAS:
            raise
        show_error(UserError(f"{name} is not installed; pip install 'jalon[{EXTRAS[name]}]'"))
        sys.exit(UserError.exit_code)
    except KeyboardInterrupt:
        typer.echo("stopped; nothing was written", err=True)
        sys.exit(130)


if __name__ == "__main__":
    main()

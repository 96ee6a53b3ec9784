"""``jalon serve``: the calculator in a browser, on this machine or for a ward."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jalon.core.errors import UserError

serve_app = typer.Typer(help="Serve the calculator to browsers.", no_args_is_help=True)


@serve_app.callback()
def _start() -> None:
    """Keep the name of the one thing that is served."""


@serve_app.command("calculator")
def calculator(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 for any free one.")] = 8000,
    scores: Annotated[
        list[Path] | None,
        typer.Option("--score", help="A learned score.toml to serve beside the published ones."),
    ] = None,
    embedders: Annotated[
        list[str] | None,
        typer.Option("--embed", help="Origin of a page that may show it in a frame."),
    ] = None,
) -> None:
    """Serve a page per score. Values stay in the browser; nothing is stored or logged."""
    try:
        import uvicorn  # noqa: PLC0415 - an extra

        from jalon.calculator.app import create_app  # noqa: PLC0415 - heavy, and an extra
    except ModuleNotFoundError as error:
        raise UserError(
            f'{error.name} is not installed; the calculator needs: pip install "jalon[calculator]"'
        ) from None
    from jalon.scores import load_definition  # noqa: PLC0415

    app = create_app([load_definition(path) for path in scores or ()], embedders or ())
    typer.echo(f"calculator at http://{host}:{port}/  Research use only. Ctrl-C stops it.")
    uvicorn.run(app, host=host, port=port, access_log=False, log_level="warning",
                server_header=False)  # fmt: skip

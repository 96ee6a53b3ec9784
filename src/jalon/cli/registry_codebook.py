"""``jalon registry codebook``: what every table and column means, as one page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jalon.cli.registry_options import QuietOption


def codebook(
    to: Annotated[
        Path | None, typer.Option(help="The page; its name ends in .html or .md.")
    ] = None,
    language: Annotated[str, typer.Option(help="en or fr.")] = "en",
    quiet: QuietOption = False,
) -> None:
    """Write the dictionary as one page that opens with the network off."""
    from jalon.core.errors import UserError  # noqa: PLC0415
    from jalon.core.files import write_file  # noqa: PLC0415
    from jalon.dictionary.codebook import build_codebook  # noqa: PLC0415 - heavy
    from jalon.dictionary.codebook_page import (  # noqa: PLC0415 - it needs jinja2
        write_codebook_html,
        write_codebook_markdown,
    )
    from jalon.dictionary.wording import find_language  # noqa: PLC0415
    from jalon.registry.store.dictionary_version import hash_dictionary  # noqa: PLC0415

    chosen = find_language(language)
    path = to or Path(f"codebook.{chosen}.html")
    writers = {".html": write_codebook_html, ".md": write_codebook_markdown}
    if path.suffix not in writers:
        raise UserError(f"{path.name} is no page; give a name that ends in .html or .md")
    book = build_codebook(chosen, hash_dictionary()[:12])
    write_file(path, writers[path.suffix](book))
    if not quiet:
        columns = f"{len(book.tables)} tables, {book.column_count} columns"
        typer.echo(f"wrote {path}: {columns}, {book.rule_count} rules, dictionary {book.version}")

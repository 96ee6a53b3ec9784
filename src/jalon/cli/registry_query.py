"""``jalon registry query``: what is asked of the centres, and what they answered."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jalon.cli.registry_options import (
    ByOption,
    CentreOption,
    DateOption,
    JsonOption,
    QuietOption,
    StoreOption,
    name_actor,
    open_registry,
    read_day,
)
from jalon.core.errors import UserError

if TYPE_CHECKING:
    from jalon.dictionary.wording import Language
    from jalon.registry.store.writing import Writing

query_app = typer.Typer(help="What is asked of the centres.", no_args_is_help=True)

IdsArgument = Annotated[
    list[str], typer.Argument(help="Names of queries, or the first letters of each.", metavar="ID")
]
CommentOption = Annotated[
    str, typer.Option("--comment", help="Why; nothing that identifies the patient.")
]
LanguageOption = Annotated[
    str, typer.Option("--language", help="Language of the questions: en or fr.")
]
StateOption = Annotated[
    str, typer.Option("--state", help="open, answered, confirmed, closed, or all; with commas.")
]


@query_app.command("list")
def list_(  # noqa: PLR0913, PLR0917 - the options of a verb
    store: StoreOption = None,
    centre: CentreOption = None,
    state: StateOption = "open,answered",
    table: Annotated[str | None, typer.Option(help="Only of this table.")] = None,
    rule: Annotated[str | None, typer.Option(help="Only of this rule.")] = None,
    patient: Annotated[str | None, typer.Option(help="Only of this patient (pseudonym).")] = None,
    on: DateOption = None,
    limit: Annotated[int, typer.Option(min=0, help="How many to show; 0 for all.")] = 40,
    language: LanguageOption = "en",
    as_json: JsonOption = False,
) -> None:
    """Show queries, those that wait longest first."""
    from jalon.cli.registry_query_show import show_queries, write_queries  # noqa: PLC0415
    from jalon.registry.store.query_list import Choice, list_queries  # noqa: PLC0415 - heavy

    day, opened = read_day(on), open_registry(store)
    choice = Choice(centre, read_states(state), table, rule, patient)
    with opened.read() as connection:
        found = list_queries(connection, choice)
    if as_json:
        write_queries(found, day)
    else:
        show_queries(found, day, limit, read_language(language), opened.data_kind)


@query_app.command("show")
def show(
    query: Annotated[str, typer.Argument(help="Name of the query, or its first letters.")],
    store: StoreOption = None,
    language: LanguageOption = "en",
    as_json: JsonOption = False,
) -> None:
    """Show one query and all that happened to it."""
    from jalon.cli.registry_query_show import show_history, write_history  # noqa: PLC0415
    from jalon.registry.store.query_list import list_one, read_history  # noqa: PLC0415 - heavy

    opened = open_registry(store)
    with opened.read() as connection:
        asked, history = list_one(connection, query), read_history(connection, query)
    if as_json:
        write_history(asked, history)
    else:
        show_history(asked, history, read_language(language), opened.data_kind)


@query_app.command("answer")
def answer(  # noqa: PLR0913, PLR0917 - the options of a verb
    queries: Annotated[
        list[str] | None, typer.Argument(help="Names of queries, or first letters.", metavar="ID")
    ] = None,
    comment: CommentOption = "",
    file: Annotated[
        Path | None,
        typer.Option("--file", help="An export with its column answer filled in (CSV or XLSX)."),
    ] = None,
    centre: CentreOption = None,
    store: StoreOption = None,
    by: ByOption = None,
    quiet: QuietOption = False,
) -> None:
    """Answer for the centre: queries one by one, or a whole export that was filled in."""
    from jalon.registry.store.query_book import answer_query  # noqa: PLC0415 - heavy

    if bool(queries) == bool(file):
        raise UserError("name queries with --comment, or give --file; not both")
    if file is None:
        move(lambda w, name: answer_query(w, name, comment), queries or [], store, by, quiet)
        return
    from jalon.registry.store.query_answers import answer_file  # noqa: PLC0415 - heavy

    opened = open_registry(store)
    with opened.write(name_actor(by)) as writing:
        count = answer_file(writing, file, centre)
    if not quiet:
        typer.echo(f"{count:,} answered from {file.name}")


@query_app.command("confirm")
def confirm(
    queries: IdsArgument,
    comment: CommentOption = "",
    store: StoreOption = None,
    by: ByOption = None,
    quiet: QuietOption = False,
) -> None:
    """Accept answered values as right; nothing more is asked until a value changes."""
    from jalon.registry.store.query_book import confirm_query  # noqa: PLC0415 - heavy

    move(lambda w, name: confirm_query(w, name, comment), queries, store, by, quiet)


@query_app.command("ask")
def ask(
    queries: IdsArgument,
    comment: CommentOption = "",
    store: StoreOption = None,
    by: ByOption = None,
    quiet: QuietOption = False,
) -> None:
    """Ask again about answered or confirmed values."""
    from jalon.registry.store.query_book import ask_again  # noqa: PLC0415 - heavy

    move(lambda w, name: ask_again(w, name, comment), queries, store, by, quiet)


@query_app.command("close")
def close(
    queries: IdsArgument,
    comment: CommentOption = "",
    on: DateOption = None,
    store: StoreOption = None,
    by: ByOption = None,
    quiet: QuietOption = False,
) -> None:
    """Close queries whose rule holds now; an import or a check does it by itself."""
    from jalon.registry.store.recheck import close_query  # noqa: PLC0415 - heavy

    day = read_day(on)
    move(lambda w, name: close_query(w, name, day, comment), queries, store, by, quiet)


@query_app.command("scorecard")
def scorecard(
    store: StoreOption = None,
    centre: CentreOption = None,
    tables: Annotated[bool, typer.Option("--tables", help="A line per table too.")] = False,
    on: DateOption = None,
    to: Annotated[Path | None, typer.Option(help="Write it as a CSV file too.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show how complete and how soon each centre's rows are, and what is still asked."""
    from jalon.cli.registry_query_show import show_scorecard, write_scorecard  # noqa: PLC0415
    from jalon.registry.safe_csv import write_safe_csv  # noqa: PLC0415 - heavy
    from jalon.registry.store.figures import read_scorecard  # noqa: PLC0415 - heavy

    day, opened = read_day(on), open_registry(store)
    with opened.read() as connection:
        card = read_scorecard(connection, day, centre)
    if to is not None:
        write_safe_csv(card, to)
    if as_json:
        write_scorecard(card)
    else:
        show_scorecard(card, opened.data_kind, tables)


@query_app.command("export")
def export(  # noqa: PLR0913, PLR0917 - the options of a verb
    to: Annotated[
        Path,
        typer.Option(help="Folder of the files, one per centre; or a CSV file for one centre."),
    ],
    store: StoreOption = None,
    centre: CentreOption = None,
    state: StateOption = "open",
    on: DateOption = None,
    language: LanguageOption = "en",
    quiet: QuietOption = False,
) -> None:
    """Write queries as one CSV file per centre, safe to open in a spreadsheet.

    The centre fills in the column answer and sends the file back: jalon registry query answer
    --file FILE.
    """
    from jalon.registry.store.query_answers import export_queries  # noqa: PLC0415 - heavy
    from jalon.registry.store.query_list import Choice  # noqa: PLC0415 - heavy

    day, opened = read_day(on), open_registry(store)
    choice = Choice(centre, read_states(state))
    with opened.read() as connection:
        written = export_queries(connection, choice, to, day, read_language(language))
    if quiet:
        return
    for path, count in written:
        typer.echo(f"{count:>7,}  {path}")
    if not written:
        typer.echo("nothing is asked; no file was written")


def move(
    step: Callable[[Writing, str], str],
    names: list[str],
    store: str | None,
    by: str | None,
    quiet: bool,
) -> None:
    """Take one step for each query, all of them or none.

    Args:
        step: takes the step for the query of a name and returns its whole name.
        names: the names.
        store: address of the store.
        by: who does it.
        quiet: whether to say nothing.
    """
    opened = open_registry(store)
    with opened.write(name_actor(by)) as writing:
        done = [step(writing, name) for name in dict.fromkeys(names)]
    if not quiet:
        word = "query" if len(done) == 1 else "queries"
        typer.echo(f"done for {len(done):,} {word}: {', '.join(name[:8] for name in done)}")


def read_states(text: str) -> tuple[str, ...]:
    """Return the states that a person names; none for all."""
    from jalon.cli.lists import split_list  # noqa: PLC0415

    return () if text == "all" else split_list(text)


def read_language(text: str) -> Language:
    """Return "en" or "fr"."""
    from jalon.dictionary.wording import find_language  # noqa: PLC0415 - heavy

    return find_language(text)

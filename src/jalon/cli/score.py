"""``jalon score``: list scores, show one, compute one for a patient, verify a learned one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jalon.cli.validate import validate
from jalon.core.errors import UserError

if TYPE_CHECKING:
    from jalon.scores import Item, ScoreDefinition, Step

score_app = typer.Typer(
    help="List scores, show one, compute one, verify one, validate one.", no_args_is_help=True
)
score_app.command("validate")(validate)


@score_app.command("list")
def list_scores() -> None:
    """List the published scores."""
    from jalon.scores import find_definition, list_slugs  # noqa: PLC0415

    for slug in list_slugs():
        typer.echo(f"{slug:<16}  {find_definition(slug).name['en']}")


@score_app.command("show")
def show(
    score: Annotated[str, typer.Argument(help="A published score, or a score.toml file.")],
) -> None:
    """Show what a score asks, what it gives points for, and its groups."""
    definition = _find(score)
    typer.echo(f"{definition.name['en']}\n{definition.population}\n")
    for item in definition.items:
        typer.echo(f"  {item.id:<24}{item.label['en']}{f', {item.unit}' if item.unit else ''}")
        for step in item.steps:
            typer.echo(f"    {_limit(step, item):<22}{step.points:>3}")
    typer.echo("")
    for group in definition.groups:
        typer.echo(f"  {group.low:>2} to {group.high:<4}{group.label['en']}")
    typer.echo(f"\n{definition.citation} {definition.doi}".rstrip())
    typer.echo("Research use only.")


@score_app.command("apply")
def apply(
    score: Annotated[str, typer.Argument(help="A published score, or a score.toml file.")],
    values: Annotated[
        list[str] | None,
        typer.Argument(help="item=value, in the score's units; leave out unknown."),
    ] = None,
) -> None:
    """Compute a score for one patient; what is not known widens the answer."""
    from jalon.scores import assess  # noqa: PLC0415

    definition = _find(score)
    answer = assess(definition, dict(_read_value(text) for text in values or ()))
    low, high = answer.points_low, answer.points_high
    typer.echo(f"points  {low}" if low == high else f"points  {low} to {high}")
    if answer.group is not None:
        typer.echo(f"group   {answer.group.label['en']}")
    else:
        names = " or ".join(group.label["en"] for group in answer.possible)
        typer.echo(f"group   undetermined: {names}")
    if answer.missing:
        typer.echo(f"missing {', '.join(answer.missing)}")
    typer.echo("Research use only.")


@score_app.command("verify")
def verify(
    score: Annotated[Path, typer.Argument(help="A score.toml that jalon learn wrote.")],
    data: Annotated[Path, typer.Option(help="The CSV file that it was learned from.")],
    seconds: Annotated[
        float, typer.Option(min=0, help="How long the bound may take to be proven anew.")
    ] = 60.0,
) -> None:
    """Compute a learned score's objective and bound again, by another and slower way."""
    from jalon.study.plain_check import check_plain  # noqa: PLC0415 - heavy

    found = check_plain(score, data, seconds)
    stated, shown = found.certificate, found.verification
    same = "the same file" if found.same_file else "another file than it was learned from"
    typer.echo(f"{found.name}\n")
    typer.echo(f"data       {data.name}, {found.patients:,} patients: {same}")
    card = "gives the points that were found" if found.card_fits else "was changed by hand"
    chosen = " (a near-equal chosen instead of the best)" if found.picked else ""
    typer.echo(f"card       {card}{chosen}")
    typer.echo(f"stated     {stated.sentence}")
    typer.echo(f"           objective {stated.value:.6f}, no score below {stated.bound:.6f}")
    typer.echo(f"computed   objective {shown.objective:.6f}, no score below {shown.bound:.6f}")
    typer.echo(f"           {shown.parts:,} parts of the search in {shown.seconds:.0f} s")
    typer.echo(f"so         {shown.sentence}")
    if not found.agrees:
        raise typer.Exit(1)


def _find(score: str) -> ScoreDefinition:
    from jalon.scores import find_definition, load_definition  # noqa: PLC0415

    return load_definition(Path(score)) if score.endswith(".toml") else find_definition(score)


def _read_value(text: str) -> tuple[str, float]:
    name, equals, value = text.rpartition("=")  # a category may be called "size is <=20"
    try:
        if not equals:
            raise ValueError
        return name, float(value)
    except ValueError:
        raise UserError(f"{text!r} is not item=value with a number; for example age=63") from None


def _limit(step: Step, item: Item) -> str:
    is_first = step.above is None and step.at_least is None
    if item.levels:
        return item.levels[0 if is_first else int(step.limit) + 1]
    if is_first:
        upper = item.steps[1]
        return f"{upper.limit:g} or less" if upper.above is not None else f"below {upper.limit:g}"
    return f"above {step.above:g}" if step.above is not None else f"{step.at_least:g} or more"

"""``jalon score``: list, show and compute scores, for one patient or for a file; verify."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jalon.core.errors import UserError

if TYPE_CHECKING:
    from jalon.scores import ScoreDefinition
    from jalon.scores.reading import Value
    from jalon.study.score_file import ScoredFile

score_app = typer.Typer(
    help="List, show, compute, export, verify, validate or draw scores.", no_args_is_help=True
)


class Language(StrEnum):
    """A language of the answers."""

    en = "en"
    fr = "fr"


ScoreName = Annotated[str, typer.Argument(help="A published score, or a score.toml file.")]
Lang = Annotated[Language, typer.Option("--lang", help="Language of the answer.")]


@score_app.command("list")
def list_scores() -> None:
    """List the published scores, and which of them can be computed."""
    from jalon.scores import find_definition, list_slugs  # noqa: PLC0415

    found = {slug: find_definition(slug) for slug in list_slugs()}
    width = max(len(slug) for slug in found)
    for slug, definition in found.items():
        state = "" if definition.availability == "ready" else definition.availability
        room = 80 - width - 11
        name = definition.name["en"]
        shown = name if len(name) <= room else f"{name[: room - 1].rstrip()}…"
        typer.echo(f"{slug:<{width}}  {state:<7}  {shown}")
    counts = [each.availability for each in found.values()]
    typer.echo(
        f"\n{len(found)} scores: {counts.count('ready')} computed, {counts.count('partial')} in "
        f"part, {counts.count('blocked')} named only to say why they cannot be."
    )


@score_app.command("show")
def show(score: ScoreName, lang: Lang = Language.en) -> None:
    """Show what a score asks, what it gives points for, its groups and its pitfalls."""
    from jalon.scores import write_card  # noqa: PLC0415

    typer.echo(write_card(_find(score), lang.value), nl=False)


@score_app.command("apply")
def apply(  # noqa: PLR0913, PLR0917 - one argument per option
    score: ScoreName,
    values: Annotated[
        list[str] | None,
        typer.Argument(help="A CSV file, or item=value of one patient; leave out unknown."),
    ] = None,
    units: Annotated[
        list[str] | None, typer.Option("--unit", help="Unit of an item: crp=mg/L.")
    ] = None,
    columns: Annotated[
        list[str] | None, typer.Option("--map", help="Column of an item in the file: crp=CRP_J0.")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="File to write, for a CSV file.")] = None,
    separator: Annotated[str, typer.Option(help="Between the values of the file.")] = ",",
    decimal: Annotated[str, typer.Option(help='Decimal mark of the file: "." or ",".')] = ".",
    encoding: Annotated[str, typer.Option(help="How its text is coded.")] = "utf-8",
    lang: Lang = Language.en,
    as_json: Annotated[
        bool, typer.Option("--json", help="Answer for one patient as JSON.")
    ] = False,
) -> None:
    """Compute a score for one patient, or for every row of a CSV file.

    What is not known widens the answer; a missing value is never 0.
    """
    from jalon.cli.pairs import read_pairs  # noqa: PLC0415

    definition, given = _find(score), values or []
    named = read_pairs(units, "--unit")
    if len(given) == 1 and _is_file(given[0]):
        from jalon.study.score_file import FileRequest, score_file  # noqa: PLC0415 - heavy

        path = Path(given[0])
        request = FileRequest(
            path, read_pairs(columns, "--map"), named, _tab(separator), decimal, encoding
        )
        target = out or path.with_name(f"{path.stem}_{definition.slug}.csv")
        _refuse_same(path, target)
        _report(definition, score_file(definition, request), target)
        return
    _answer(definition, _read_patient(definition, given, named), lang.value, as_json)


@score_app.command("grade")
def grade(  # noqa: PLR0913, PLR0917 - each argument is an option of the command
    score: ScoreName,
    file: Annotated[Path, typer.Argument(help="A CSV file with a row for each count.")],
    series: Annotated[str, typer.Option(help='Which series, for example "early".')],
    units: Annotated[
        list[str] | None, typer.Option("--unit", help="Unit of the counts: count=G/L.")
    ] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option("--map", help="Columns of patient, day, count and until: count=PNN."),
    ] = None,
    out: Annotated[Path | None, typer.Option(help="File to write.")] = None,
    separator: Annotated[str, typer.Option(help="Between the values of the file.")] = ",",
    decimal: Annotated[str, typer.Option(help='Decimal mark of the file: "." or ",".')] = ".",
) -> None:
    """Grade every patient from counts of several days; one row per patient is written."""
    from jalon.cli.pairs import read_pairs  # noqa: PLC0415
    from jalon.study.score_file import FileRequest  # noqa: PLC0415 - heavy
    from jalon.study.score_series import grade_file  # noqa: PLC0415 - heavy

    definition = _find(score)
    named, units_of = read_pairs(columns, "--map"), read_pairs(units, "--unit")
    request = FileRequest(file, named, units_of, _tab(separator), decimal)
    target = out or file.with_name(f"{file.stem}_{definition.slug}.csv")
    _refuse_same(file, target)
    _report(definition, grade_file(definition, series, request), target, "patients")


def _is_file(text: str) -> bool:
    return text.lower().endswith((".csv", ".tsv", ".txt")) or Path(text).is_file()


def _tab(separator: str) -> str:
    return "\t" if separator in ("tab", "\\t") else separator


def _refuse_same(path: Path, target: Path) -> None:
    if target.resolve() == path.resolve():
        raise UserError(f"--out {target} is the file that is read; name another one")


def _report(
    definition: ScoreDefinition, scored: ScoredFile, target: Path, what: str = "rows"
) -> None:
    from jalon.core.files import write_file  # noqa: PLC0415

    write_file(target, scored.text)
    typer.echo(f"{definition.name['en']}\n")
    typer.echo(f"{what:<9} {scored.rows:,}")
    taken = ", ".join(
        name if name == column else f"{name} from {column}" for name, column in scored.used.items()
    )
    typer.echo(f"taken     {taken}")
    absent = [
        item.id
        for item in definition.items
        if item.id not in scored.used
        and item.flag not in scored.used
        and not all(name in scored.used for name in item.over or ("",))
    ]
    if absent and what == "rows":
        typer.echo(f"absent    {', '.join(absent)}: not known for anybody")
    width = max(len(name) for name in scored.counts)
    for k, (name, count) in enumerate(scored.counts.items()):
        typer.echo(f"{'groups' if k == 0 else '':<10}{name:<{width}}  {count:>9,}")
    for warning in scored.warnings:
        typer.echo(f"look at   {warning}")
    typer.echo(f"wrote     {target}")
    if definition.availability == "partial":
        typer.echo(f"in part   {definition.reason['en']}")
    typer.echo("Research use only.")


def _answer(
    definition: ScoreDefinition, inputs: dict[str, Value], language: str, as_json: bool
) -> None:
    from jalon.scores import assess, write_answer  # noqa: PLC0415

    answer = assess(definition, inputs)
    if as_json:
        import json  # noqa: PLC0415

        typer.echo(json.dumps(write_answer(answer, language), ensure_ascii=False, indent=2))
        return
    from jalon.cli.answer import write_screen  # noqa: PLC0415

    typer.echo(write_screen(answer, language), nl=False)


@score_app.command("export")
def export(  # noqa: PLR0913, PLR0917 - one argument per option
    score: ScoreName,
    toml: Annotated[bool, typer.Option("--toml", help="As a TOML file.")] = False,
    json: Annotated[bool, typer.Option("--json", help="As JSON.")] = False,
    card: Annotated[bool, typer.Option("--card", help="As a page of plain text.")] = False,
    html: Annotated[bool, typer.Option("--html", help="As a calculator in one file.")] = False,
    pmml: Annotated[bool, typer.Option("--pmml", help="As a PMML 4.4 Scorecard.")] = False,
    sql: Annotated[bool, typer.Option("--sql", help="As a SQL query.")] = False,
    questionnaire: Annotated[
        bool, typer.Option("--questionnaire", help="As a FHIR R4 Questionnaire.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="File to write; else the screen.")] = None,
    lang: Lang = Language.en,
) -> None:
    """Write a score for others to read, to compute, or to ask: as TOML where nothing is chosen."""
    from jalon.core.files import write_file  # noqa: PLC0415
    from jalon.scores import write_card, write_definition, write_json  # noqa: PLC0415
    from jalon.scores.export_fhir import write_questionnaire  # noqa: PLC0415
    from jalon.scores.export_pmml import write_pmml  # noqa: PLC0415
    from jalon.scores.export_sql import write_sql  # noqa: PLC0415

    asked = {
        "toml": toml, "json": json, "card": card, "html": html, "pmml": pmml, "sql": sql,
        "questionnaire": questionnaire,
    }  # fmt: skip
    chosen = [name for name, wanted in asked.items() if wanted]
    if len(chosen) > 1:
        raise UserError(f"give one of --{' and --'.join(chosen)}, not both")
    definition = _find(score)
    text = {
        "toml": lambda: write_definition(definition),
        "json": lambda: write_json(definition) + "\n",
        "card": lambda: write_card(definition, lang.value),
        "html": lambda: _write_html(definition, lang.value),
        "pmml": lambda: write_pmml(definition),
        "sql": lambda: write_sql(definition),
        "questionnaire": lambda: write_questionnaire(definition),
    }[chosen[0] if chosen else "toml"]()
    if out is None:
        typer.echo(text, nl=False)
        return
    write_file(out, text)
    typer.echo(f"wrote {out}")


def _write_html(definition: ScoreDefinition, language: str) -> str:
    from jalon.calculator.pages import write_offline  # noqa: PLC0415 - it needs jinja2

    return write_offline(definition, language)


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


def _read_patient(
    definition: ScoreDefinition, texts: list[str], units: dict[str, str]
) -> dict[str, Value]:
    from jalon.core.units import Quantity  # noqa: PLC0415

    patient: dict[str, Value] = {}
    for text in texts:
        name, value = _read_value(definition, text)
        if name in patient:
            raise UserError(f"{name} was given twice; give it once")
        if name in units and isinstance(value, float):
            value = Quantity(value, units[name])
        patient[name] = value
    return patient


def _read_value(definition: ScoreDefinition, text: str) -> tuple[str, Value]:
    name, equals, value = text.rpartition("=")  # a category may be called "size is <=20"
    named = {item.id for item in definition.items if item.levels}
    if equals and name in named and not _is_number(value):
        return name, value
    if not equals or not _is_number(value):
        raise UserError(f"{text!r} is not item=value with a number; for example age=63")
    return name, float(value)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True

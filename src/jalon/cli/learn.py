"""``jalon learn``: a score of whole points from a CSV file, with its certificate."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jalon.cli.terminal import Terminal, count_seconds
from jalon.core.errors import UserError

if TYPE_CHECKING:
    from jalon.study.plain_score import LearnRequest

UNITS = ("days", "weeks", "months", "years")

_INPUT, _SCORE, _WISHES, _EFFORT = "The file", "The score", "Wishes", "The search"


FileArgument = Annotated[Path, typer.Argument(metavar="DATA.csv", help="One row per patient.")]
TimeColumnOption = Annotated[str, typer.Option("--time", help="Column: follow-up from time zero.")]
EventOption = Annotated[str, typer.Option(help="Column: 0 censored, 1 event, 2 … other causes.")]
EntryOption = Annotated[
    str | None, typer.Option(help="Column: when observation began.", rich_help_panel=_INPUT)
]
WeightOption = Annotated[
    str | None, typer.Option(help="Column: weight of a patient.", rich_help_panel=_INPUT)
]
StratumOption = Annotated[
    str | None,
    typer.Option(help="Column: centre, with a hazard of its own.", rich_help_panel=_INPUT),
]
CauseOption = Annotated[
    int, typer.Option(min=0, help="Which event, of several causes.", rich_help_panel=_INPUT)
]
IncidenceOption = Annotated[
    bool,
    typer.Option(
        "--incidence",
        help="Learn for the cumulative incidence of the cause, not its hazard.",
        rich_help_panel=_INPUT,
    ),
]
UnitOption = Annotated[
    str | None,
    typer.Option(help="Time is in days, weeks, months or years.", rich_help_panel=_INPUT),
]
MissingOption = Annotated[
    str, typer.Option(help="Further texts that mean not known.", rich_help_panel=_INPUT)
]
SeparatorOption = Annotated[
    str, typer.Option(help='Between values: ";" or tab.', rich_help_panel=_INPUT)
]
DecimalOption = Annotated[
    str, typer.Option(help='Decimal mark: "." or ",".', rich_help_panel=_INPUT)
]
EncodingOption = Annotated[str, typer.Option(help="How text is coded.", rich_help_panel=_INPUT)]
VariablesOption = Annotated[
    str,
    typer.Option(help="Columns that may enter, as a,b,c; else all.", rich_help_panel=_SCORE),
]
MaxVariablesOption = Annotated[
    int, typer.Option(min=0, help="Most variables; 0: five.", rich_help_panel=_SCORE)
]
MaxPointsOption = Annotated[
    int, typer.Option(min=1, help="Most points of one limit.", rich_help_panel=_SCORE)
]
MaxStepsOption = Annotated[
    int, typer.Option(min=1, help="Most limits of one variable.", rich_help_panel=_SCORE)
]
PriceOption = Annotated[
    float,
    typer.Option(min=0, help="Log-likelihood a limit must bring.", rich_help_panel=_SCORE),
]
TargetOption = Annotated[
    str,
    typer.Option(help="Follow a ridge model (teacher) or the events.", rich_help_panel=_SCORE),
]
CutsOption = Annotated[
    Path | None,
    typer.Option(help="TOML file of limits; clinical: the list of jalon.", rich_help_panel=_SCORE),
]
PartsOption = Annotated[
    int,
    typer.Option(min=2, help="Other numbers are cut into so many.", rich_help_panel=_SCORE),
]
ExhaustiveOption = Annotated[
    bool,
    typer.Option("--exhaustive", help="… or at every value.", rich_help_panel=_SCORE),
]
GroupsOption = Annotated[
    int, typer.Option(min=1, max=5, help="Most risk groups.", rich_help_panel=_SCORE)
]
MonthsOption = Annotated[
    str, typer.Option(help="Read risks at months, as 12,60.", rich_help_panel=_SCORE)
]
DaysOption = Annotated[str, typer.Option(help="… or at days, as 28,90.", rich_help_panel=_SCORE)]
RequireOption = Annotated[
    list[str] | None, typer.Option(help="Must be in; repeat.", rich_help_panel=_WISHES)
]
ForbidOption = Annotated[
    list[str] | None,
    typer.Option(help="Column or level left out; repeat.", rich_help_panel=_WISHES),
]
ExcludeOption = Annotated[
    list[str] | None,
    typer.Option(help="a,b: at most one of the two; repeat.", rich_help_panel=_WISHES),
]
BudgetOption = Annotated[
    float,
    typer.Option(help="Most that measuring may cost.", rich_help_panel=_WISHES),
]
MaxTotalOption = Annotated[
    int, typer.Option(min=0, help="Largest total; 0: any.", rich_help_panel=_WISHES)
]
RisingOption = Annotated[
    bool,
    typer.Option(
        "--rising",
        help="Points only rise, or only fall, with a value.",
        rich_help_panel=_WISHES,
    ),
]
EvenOption = Annotated[
    bool,
    typer.Option("--even", help="All steps of a variable are equal.", rich_help_panel=_WISHES),
]
NearOption = Annotated[
    float,
    typer.Option(
        min=0, max=1, help="Near-equals: lose this share at most.", rich_help_panel=_EFFORT
    ),
]
PickOption = Annotated[
    int, typer.Option(min=1, help="Use near-equal number …", rich_help_panel=_EFFORT)
]
SecondsOption = Annotated[
    float, typer.Option(min=0, help="Longest search.", rich_help_panel=_EFFORT)
]
SeedOption = Annotated[
    int, typer.Option(help="Deals the teacher's folds.", rich_help_panel=_EFFORT)
]
WorkersOption = Annotated[int, typer.Option(min=1, help="Threads.", rich_help_panel=_EFFORT)]
OutOption = Annotated[Path, typer.Option(help="The score's file.")]
NameOption = Annotated[str, typer.Option(help="Title of the score.")]
AsJsonOption = Annotated[bool, typer.Option("--json", help="Write JSON, and nothing else.")]
QuietOption = Annotated[bool, typer.Option("--quiet", help="Write nothing.")]


def learn(  # noqa: PLR0913, PLR0917 - each argument is an option of the command
    file: FileArgument,
    time_column: TimeColumnOption,
    event: EventOption,
    entry: EntryOption = None,
    weight: WeightOption = None,
    stratum: StratumOption = None,
    cause: CauseOption = 0,
    incidence: IncidenceOption = False,
    unit: UnitOption = None,
    missing: MissingOption = "",
    separator: SeparatorOption = ",",
    decimal: DecimalOption = ".",
    encoding: EncodingOption = "utf-8",
    variables: VariablesOption = "",
    max_variables: MaxVariablesOption = 0,
    max_points: MaxPointsOption = 5,
    max_steps: MaxStepsOption = 4,
    price: PriceOption = 0.1,
    target: TargetOption = "teacher",
    cuts: CutsOption = None,
    parts: PartsOption = 10,
    exhaustive: ExhaustiveOption = False,
    groups: GroupsOption = 4,
    months: MonthsOption = "",
    days: DaysOption = "",
    require: RequireOption = None,
    forbid: ForbidOption = None,
    exclude: ExcludeOption = None,
    budget: BudgetOption = float("inf"),
    max_total: MaxTotalOption = 0,
    rising: RisingOption = False,
    even: EvenOption = False,
    near: NearOption = 0.01,
    pick: PickOption = 1,
    seconds: SecondsOption = 60.0,
    seed: SeedOption = 1,
    workers: WorkersOption = 2,
    out: OutOption = Path("score.toml"),
    name: NameOption = "",
    as_json: AsJsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Learn a score of whole points, and prove how good it is.

    Each column that says no outcome may enter; rows that lack a value are left out and counted.
    Ctrl-C ends the search early: the best score so far is written, with the gap that is left.
    """
    _run(dict(locals()))


def _run(given: dict[str, Any]) -> None:
    """Learn, write the file, show the score."""
    from jalon.cli.learned import show_score, summarise  # noqa: PLC0415 - heavy
    from jalon.core.files import write_file  # noqa: PLC0415
    from jalon.scores import write_definition  # noqa: PLC0415
    from jalon.study.plain_score import check_slug, learn_plain  # noqa: PLC0415 - heavy

    start = time.perf_counter()
    request = _read_request(given)
    out, quiet, as_json = given["out"], given["quiet"], given["as_json"]
    _check_out(out)
    check_slug(request.slug)
    terminal = Terminal()
    silent = quiet or as_json
    try:
        found = learn_plain(
            request,
            (lambda *_: None) if silent else terminal.say,
            None if silent else terminal.follow,
        )
    finally:
        terminal.close()
    write_file(out, write_definition(found.definition))
    if as_json:
        typer.echo(json.dumps(summarise(found, out), ensure_ascii=False))
    elif not quiet:
        show_score(terminal.console, found)
        terminal.say("wrote", str(out), f"took {count_seconds(start)}")


def _read_request(given: dict[str, Any]) -> LearnRequest:
    """Turn what was typed into what is asked for."""
    from jalon.learn import Effort, GroupSettings, SearchSettings, Wishes  # noqa: PLC0415 - heavy
    from jalon.study.plain_candidates import CandidateOptions  # noqa: PLC0415 - heavy
    from jalon.study.plain_outcome import OutcomeColumns  # noqa: PLC0415 - heavy
    from jalon.study.plain_score import LearnRequest  # noqa: PLC0415 - heavy
    from jalon.study.plain_table import ReadOptions  # noqa: PLC0415 - heavy

    _check_choices(given)
    return LearnRequest(
        path=given["file"],
        read=ReadOptions(
            given["separator"], given["decimal"], given["encoding"], _split(given["missing"])
        ),
        outcome=OutcomeColumns(
            given["time_column"], given["event"], given["entry"], given["weight"],
            given["stratum"], given["cause"], given["incidence"],
        ),
        choice=CandidateOptions(
            _split(given["variables"]), tuple(given["forbid"] or ()), given["cuts"],
            given["parts"], given["exhaustive"],
        ),
        search=SearchSettings(
            given["max_variables"], given["max_steps"], given["max_points"], given["price"],
            target=given["target"], seed=given["seed"],
        ),
        wishes=Wishes(
            tuple(given["require"] or ()), (), _read_pairs(given["exclude"] or ()),
            given["budget"], given["max_total"], given["rising"], given["even"],
        ),
        effort=Effort(
            seconds=given["seconds"], near=max(given["near"], 1e-9 if given["pick"] > 1 else 0),
            workers=given["workers"],
        ),
        groups=GroupSettings(most=given["groups"]),
        unit=given["unit"],
        months=_read_months(given["months"], given["days"]),
        pick=given["pick"],
        name=given["name"],
        slug=given["out"].stem,
    )  # fmt: skip


def _check_choices(given: dict[str, Any]) -> None:
    if given["target"] not in {"teacher", "events"}:
        raise UserError(f"--target {given['target']}: choose teacher or events")
    if given["unit"] not in {None, *UNITS}:
        raise UserError(f"--unit {given['unit']}: choose {', '.join(UNITS)}")
    if not given["budget"] >= 0:
        raise UserError(f"--budget {given['budget']:g}: give a number of 0 or more")


def _check_out(out: Path) -> None:
    """Refuse before the search what could not be written after it."""
    if out.suffix != ".toml":
        raise UserError(f"--out {out}: a score's file ends in .toml")
    if out.is_dir():
        raise UserError(f"--out {out}: is a folder; name a file in it, as {out / 'score.toml'}")
    if out.exists():
        import tomllib  # noqa: PLC0415

        try:
            learned = "learning" in tomllib.loads(out.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            learned = False
        if not learned:
            raise UserError(f"--out {out}: is there already and is no learned score; name another")


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _read_pairs(texts: Sequence[str]) -> tuple[tuple[str, str], ...]:
    pairs = []
    for text in texts:
        names = _split(text)
        if len(names) != 2:
            raise UserError(f"--exclude {text}: give two names, as age,stage; at most one is used")
        pairs.append((names[0], names[1]))
    return tuple(pairs)


def _read_months(months: str, days: str) -> tuple[float, ...]:
    from jalon.core.units import DAYS_PER  # noqa: PLC0415

    if months and days:
        raise UserError("give --months or --days, not both")
    try:
        found = sorted({float(part) for part in _split(months or days)})
    except ValueError:
        found = [-1.0]
    if not all(0 < one < 1e6 for one in found):
        word = "months" if months else "days"
        raise UserError(f"--{word} {months or days}: give numbers above 0, as 12,60")
    scale = 1 / DAYS_PER["months"] if days else 1.0
    return tuple(one * scale for one in found)

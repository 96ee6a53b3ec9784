"""``jalon learn``: a score of whole points from a CSV file, with its certificate."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from jalon.cli.learn_options import (
    AsJsonOption,
    BudgetOption,
    CauseOption,
    CompareOption,
    CutsOption,
    DaysOption,
    DecimalOption,
    EncodingOption,
    EntryOption,
    EvenOption,
    EventOption,
    ExcludeOption,
    ExhaustiveOption,
    FileArgument,
    ForbidOption,
    GroupsOption,
    IncidenceOption,
    MaxPointsOption,
    MaxStepsOption,
    MaxTotalOption,
    MaxVariablesOption,
    MissingOption,
    MonthsOption,
    NameOption,
    NearOption,
    OutOption,
    PartsOption,
    PathOption,
    PickOption,
    PriceOption,
    PriorOption,
    QuietOption,
    RequireOption,
    RisingOption,
    RobustOption,
    SecondsOption,
    SeedOption,
    SeparatorOption,
    StratumOption,
    TargetOption,
    TimeColumnOption,
    UnitOption,
    VariablesOption,
    VariationOption,
    WeightOption,
    WorkersOption,
)
from jalon.cli.lists import read_months, split_list
from jalon.cli.terminal import Terminal, count_seconds
from jalon.core.errors import UserError

if TYPE_CHECKING:
    from jalon.study.plain_request import LearnRequest

UNITS = ("days", "weeks", "months", "years")


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
    robust: RobustOption = "",
    cv: VariationOption = None,
    prior: PriorOption = None,
    path: PathOption = False,
    compare: CompareOption = False,
    seconds: SecondsOption = 60.0,
    seed: SeedOption = 1,
    workers: WorkersOption = 2,
    out: OutOption = Path("score.toml"),
    name: NameOption = "",
    as_json: AsJsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Learn a score of whole points, and prove how good it is.

    Each column that says no outcome may enter; rows that lack a value are left out and counted,
    or completed with --robust imputations. Ctrl-C ends the search early: the best score so far
    is written, with the gap that is left.
    """
    _run(dict(locals()))


def _run(given: dict[str, Any]) -> None:
    """Learn, write the file, show the score."""
    from jalon.cli.learned import draw_path, show_score, summarise  # noqa: PLC0415 - heavy
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
    quietly: tuple[Any, ...] = (_ignore, None, _ignore)
    aloud = (terminal.say, terminal.follow, terminal.advance)
    try:
        found = learn_plain(request, *(quietly if silent else aloud))
    finally:
        terminal.close()
    write_file(out, write_definition(found.definition))
    if found.path is not None:
        write_file(out.with_name(f"{out.stem}-path.svg"), draw_path(found.path))
    if as_json:
        typer.echo(json.dumps(summarise(found, out), ensure_ascii=False))
    elif not quiet:
        show_score(terminal.console, found)
        terminal.say("wrote", str(out), f"took {count_seconds(start)}")
        if found.path is not None:
            terminal.say("", str(out.with_name(f"{out.stem}-path.svg")), "the figure of the path")


def _ignore(*_: object) -> None:
    """Say nothing."""


def _read_request(given: dict[str, Any]) -> LearnRequest:
    """Turn what was typed into what is asked for."""
    from jalon.learn import Effort, GroupSettings, SearchSettings, Wishes  # noqa: PLC0415 - heavy
    from jalon.study.plain_candidates import CandidateOptions  # noqa: PLC0415 - heavy
    from jalon.study.plain_outcome import OutcomeColumns  # noqa: PLC0415 - heavy
    from jalon.study.plain_request import (  # noqa: PLC0415 - heavy
        BesideOptions,
        LearnRequest,
        read_robust,
    )
    from jalon.study.plain_table import ReadOptions  # noqa: PLC0415 - heavy

    _check_choices(given)
    way, draws = read_robust(given["robust"])
    return LearnRequest(
        path=given["file"],
        read=ReadOptions(
            given["separator"], given["decimal"], given["encoding"], split_list(given["missing"])
        ),
        outcome=OutcomeColumns(
            given["time_column"], given["event"], given["entry"], given["weight"],
            given["stratum"], given["cause"], given["incidence"],
        ),
        choice=CandidateOptions(
            split_list(given["variables"]), tuple(given["forbid"] or ()), given["cuts"],
            given["parts"], given["exhaustive"], way.kind == "imputations",
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
        way=replace(way, variation=_read_variation(given["cv"] or ()), prior=given["prior"]),
        beside=BesideOptions(draws, given["path"], given["compare"]),
        unit=given["unit"],
        months=read_months(given["months"], given["days"]),
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


def _read_pairs(texts: Sequence[str]) -> tuple[tuple[str, str], ...]:
    pairs = []
    for text in texts:
        names = split_list(text)
        if len(names) != 2:
            raise UserError(f"--exclude {text}: give two names, as age,stage; at most one is used")
        pairs.append((names[0], names[1]))
    return tuple(pairs)


def _read_variation(texts: Sequence[str]) -> dict[str, float]:
    found: dict[str, float] = {}
    for text in texts:
        name, _, amount = text.rpartition("=")
        try:
            share = float(amount)
        except ValueError:
            share = -1.0
        if not name or not 0 <= share <= 1:
            raise UserError(
                f"--cv {text}: give a column and a share from 0 to 1, as crp=0.05 for 5 %"
            )
        found[name.strip()] = share
    return found

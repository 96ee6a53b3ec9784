"""``jalon score validate``: a score's file judged on a new cohort."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jalon.cli.lists import read_months, split_list
from jalon.cli.terminal import Terminal, count_seconds
from jalon.core.errors import UserError

if TYPE_CHECKING:
    from jalon.study.plain_validation_cohort import ValidationRequest

LANGUAGES = ("en", "fr")
UNITS = ("days", "weeks", "months", "years")
_COHORT, _JUDGED = "The cohort", "What is judged"

ScoreArgument = Annotated[
    str, typer.Argument(help="A published score, or a score.toml file.", metavar="SCORE")
]
CohortOption = Annotated[Path, typer.Option(help="CSV file, one row per patient.")]
TimeOption = Annotated[str, typer.Option("--time", help="Column: follow-up from time zero.")]
EventOption = Annotated[str, typer.Option(help="Column: 0 censored, 1 event, 2 … other causes.")]
CauseOption = Annotated[
    int, typer.Option(min=0, help="Which event, of several causes.", rich_help_panel=_COHORT)
]
UnitOption = Annotated[
    str | None,
    typer.Option(help="Time is in days, weeks, months or years.", rich_help_panel=_COHORT),
]
ColumnOption = Annotated[
    list[str] | None,
    typer.Option(help="item=column, where names differ; repeat.", rich_help_panel=_COHORT),
]
MissingOption = Annotated[
    str, typer.Option(help="Further texts that mean not known.", rich_help_panel=_COHORT)
]
SeparatorOption = Annotated[
    str, typer.Option(help='Between values: ";" or tab.', rich_help_panel=_COHORT)
]
DecimalOption = Annotated[
    str, typer.Option(help='Decimal mark: "." or ",".', rich_help_panel=_COHORT)
]
EncodingOption = Annotated[str, typer.Option(help="How text is coded.", rich_help_panel=_COHORT)]
MonthsOption = Annotated[
    str,
    typer.Option(help="Judge at months, as 12,60; else those of the score.",
                 rich_help_panel=_JUDGED),
]  # fmt: skip
DaysOption = Annotated[str, typer.Option(help="… or at days, as 28,90.", rich_help_panel=_JUDGED)]
RiskOfOption = Annotated[
    str,
    typer.Option(help="Which event's risks, if the score states several.",
                 rich_help_panel=_JUDGED),
]  # fmt: skip
StratumOption = Annotated[
    str,
    typer.Option(help="Column: centre, region or period; judged in each.",
                 rich_help_panel=_JUDGED),
]  # fmt: skip
ByOption = Annotated[
    list[str] | None,
    typer.Option(help="Column that parts the patients, as sex; repeat.", rich_help_panel=_JUDGED),
]
CompareOption = Annotated[
    str,
    typer.Option(
        help="Scores, as ipi,other.toml,ldh,cox; else all whose items are there; none.",
        rich_help_panel=_JUDGED,
    ),
]
SeedOption = Annotated[int, typer.Option(min=0, help="Of all chance.", rich_help_panel=_JUDGED)]
LanguageOption = Annotated[
    str, typer.Option(help="Of the figures: en or fr.", rich_help_panel=_JUDGED)
]
SyntheticOption = Annotated[
    bool,
    typer.Option("--synthetic", help="Patients are made up; figures say so.",
                 rich_help_panel=_COHORT),
]  # fmt: skip
OutOption = Annotated[Path, typer.Option(help="Folder for figures and tables.")]
AsJsonOption = Annotated[bool, typer.Option("--json", help="Write JSON, and nothing else.")]
QuietOption = Annotated[bool, typer.Option("--quiet", help="Write nothing.")]


def validate(  # noqa: PLR0913, PLR0917 - each argument is an option of the command
    score: ScoreArgument,
    cohort: CohortOption,
    time_column: TimeOption,
    event: EventOption,
    cause: CauseOption = 0,
    unit: UnitOption = None,
    column: ColumnOption = None,
    missing: MissingOption = "",
    separator: SeparatorOption = ",",
    decimal: DecimalOption = ".",
    encoding: EncodingOption = "utf-8",
    months: MonthsOption = "",
    days: DaysOption = "",
    risk_of: RiskOfOption = "",
    stratum: StratumOption = "",
    by: ByOption = None,
    compare: CompareOption = "",
    seed: SeedOption = 1,
    language: LanguageOption = "en",
    synthetic: SyntheticOption = False,
    out: OutOption = Path("validation"),
    as_json: AsJsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Judge a score on new patients: ranking, calibration, net benefit, for whom, against what.

    Patients who lack an item have a range of points; they are counted, and not ranked.
    """
    _run(dict(locals()))


def _run(given: dict[str, Any]) -> None:
    """Judge, write the folder, show the summary."""
    from jalon.cli.validated import show_validation  # noqa: PLC0415 - heavy
    from jalon.study.plain_validation import validate_plain  # noqa: PLC0415 - heavy
    from jalon.study.plain_validation_folder import (  # noqa: PLC0415 - heavy
        MADE_BY,
        MARK,
        write_validation,
    )
    from jalon.study.plain_validation_record import write_record  # noqa: PLC0415 - heavy
    from jalon.study.result_folder import check_result_folder  # noqa: PLC0415 - heavy

    start = time.perf_counter()
    request, out = _read_request(given), given["out"]
    check_result_folder(out, MARK, MADE_BY)
    terminal = Terminal()
    silent = given["quiet"] or given["as_json"]
    found = validate_plain(request, (lambda *_: None) if silent else terminal.say)
    undrawn = write_validation(out, found)
    if given["as_json"]:
        typer.echo(json.dumps(write_record(found), ensure_ascii=False))
    elif not given["quiet"]:
        show_validation(terminal.console, found, undrawn)
        terminal.say("wrote", f"{out}/", f"took {count_seconds(start)}")


def _read_request(given: dict[str, Any]) -> ValidationRequest:
    """Turn what was typed into what is asked for."""
    from jalon.study.plain_outcome import OutcomeColumns  # noqa: PLC0415 - heavy
    from jalon.study.plain_table import ReadOptions  # noqa: PLC0415 - heavy
    from jalon.study.plain_validation_cohort import ValidationRequest  # noqa: PLC0415 - heavy

    if given["unit"] not in {None, *UNITS}:
        raise UserError(f"--unit {given['unit']}: choose {', '.join(UNITS)}")
    if given["language"] not in LANGUAGES:
        raise UserError(f"--language {given['language']}: choose {', '.join(LANGUAGES)}")
    return ValidationRequest(
        score=given["score"],
        path=given["cohort"],
        read=ReadOptions(
            given["separator"], given["decimal"], given["encoding"], split_list(given["missing"])
        ),
        outcome=OutcomeColumns(given["time_column"], given["event"], cause=given["cause"]),
        unit=given["unit"],
        months=read_months(given["months"], given["days"]),
        renamed=_read_columns(given["column"] or ()),
        stratum=given["stratum"],
        by=tuple(dict.fromkeys(given["by"] or ())),
        compare=_read_compared(given["compare"]),
        risk_of=given["risk_of"],
        seed=given["seed"],
        language=given["language"],
        synthetic=given["synthetic"],
    )


def _read_compared(text: str) -> tuple[str, ...] | None:
    if not text:
        return None
    return () if text == "none" else tuple(dict.fromkeys(split_list(text)))


def _read_columns(texts: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    pairs = []
    for text in texts:
        name, equals, column = text.partition("=")
        if not equals or not name or not column:
            raise UserError(f"--column {text}: give item=column, as ldh_ratio=ldh")
        pairs.append((name, column))
    return tuple(pairs)

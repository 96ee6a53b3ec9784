"""The options of ``jalon learn``, one alias each."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

_INPUT, _SCORE, _WISHES, _EFFORT = "The file", "The score", "Wishes", "The search"
_ROBUST = "Robust, and beside it"

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
RobustOption = Annotated[
    str,
    typer.Option(
        metavar="WAY[:NUMBER]",
        help="imputations, worst-centre, measurement, measurement-worst or stability.",
        rich_help_panel=_ROBUST,
    ),
]
VariationOption = Annotated[
    list[str] | None,
    typer.Option(
        "--cv",
        help="crp=0.05: a repeated measurement varies by 5 %; repeat.",
        rich_help_panel=_ROBUST,
    ),
]
PriorOption = Annotated[
    Path | None,
    typer.Option(help="TOML file of published effects to draw to.", rich_help_panel=_ROBUST),
]
PathOption = Annotated[
    bool,
    typer.Option(
        "--path",
        help="The best score of 1 to 10 variables, with a figure.",
        rich_help_panel=_ROBUST,
    ),
]
CompareOption = Annotated[
    bool,
    typer.Option(
        "--compare", help="Beside the usual recipes and Cox models.", rich_help_panel=_ROBUST
    ),
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

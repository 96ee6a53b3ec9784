"""What a person asks of ``jalon learn``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from jalon.core.errors import UserError
from jalon.core.units import TimeUnit
from jalon.learn import Effort, GroupSettings, SearchSettings, Wishes
from jalon.study.plain_candidates import CandidateOptions
from jalon.study.plain_outcome import OutcomeColumns
from jalon.study.plain_table import ReadOptions

Kind = Literal["plain", "imputations", "worst-centre", "measurement", "measurement-worst"]

TABLES = 10
"""Completed tables, or replicates of a measurement, when nobody says how many."""

DRAWS = 100
"""Resamples of stability when nobody says how many."""

SHAPES = (
    "imputations or imputations:20 (how many completed tables); worst-centre, or "
    "worst-centre:0.25 (the worst quarter of the centres); measurement or measurement:20 (how "
    "many replicates), measurement-worst for the worst of them; stability or stability:200 (how "
    "many resamples)"
)


@dataclass(frozen=True, slots=True)
class WayOptions:
    """What a score is to be robust against.

    Attributes:
        kind: "plain" for nothing; "imputations", what is not known of patients; "worst-centre",
            the centre that it serves worst; "measurement", the error of the laboratory, by the
            mean or the worst of several replicates.
        tables: completed tables, or replicates.
        share: share of the centres whose mean counts; 0 for the one worst.
        variation: coefficient of variation of columns, as shares.
        prior: file of published effects; None for none.
    """

    kind: Kind = "plain"
    tables: int = TABLES
    share: float = 0.0
    variation: Mapping[str, float] = field(default_factory=dict)
    prior: Path | None = None


@dataclass(frozen=True, slots=True)
class BesideOptions:
    """What is shown beside a score.

    Attributes:
        stability: resamples on which the score is learned again; 0 for none.
        path: the best score of every size.
        compare: what the usual recipes make of the same patients.
    """

    stability: int = 0
    path: bool = False
    compare: bool = False


@dataclass(frozen=True, slots=True)
class LearnRequest:
    """What a person asks for.

    Attributes:
        path: the CSV file.
        read: how it is written.
        outcome: which columns say what happened.
        choice: which columns may enter the score, and where they are cut.
        search: what the score may look like; ``max_variables`` 0 for five, or fewer where
            fewer are given, or what the path chooses.
        wishes: what a clinician asks of it; names may be columns.
        effort: limits of the proof, and how wide the near-equals are kept.
        groups: the rules for risk groups.
        way: what it is to be robust against.
        beside: what is shown beside it.
        unit: of time; None when nobody said.
        months: horizons of the risks; empty for the usual ones.
        pick: number of the near-equal to use instead; 1 for the best.
        name: title of the score; empty to make one.
        slug: its name in files.
    """

    path: Path
    read: ReadOptions
    outcome: OutcomeColumns
    choice: CandidateOptions
    search: SearchSettings
    wishes: Wishes
    effort: Effort
    groups: GroupSettings
    way: WayOptions = field(default_factory=WayOptions)
    beside: BesideOptions = field(default_factory=BesideOptions)
    unit: TimeUnit | None = None
    months: tuple[float, ...] = ()
    pick: int = 1
    name: str = ""
    slug: str = "score"


def read_robust(text: str) -> tuple[WayOptions, int]:
    """Read what a score is to be robust against, as ``imputations:20``.

    Args:
        text: as typed; empty for nothing.

    Returns:
        The way of learning, and the resamples of stability.

    Raises:
        UserError: a word that is not known, or a number that cannot be used.

    Example:
        >>> read_robust("worst-centre:0.25")[0].share, read_robust("stability")[1]
        (0.25, 100)
    """
    name, mark, amount = text.strip().partition(":")
    if not name:
        return WayOptions(), 0
    if name == "worst-centre":
        share = _read_amount(text, amount, mark) if mark else 0.0
        if not 0 <= share <= 1:
            raise UserError(
                f"--robust {text}: give the share of the centres that counts, above 0 to 1, as "
                "worst-centre:0.25; without a number the one worst centre counts"
            )
        return WayOptions("worst-centre", share=share), 0
    count = _read_amount(text, amount, mark) if mark else float(TABLES)
    if name in {"imputations", "measurement", "measurement-worst", "stability"}:
        if count != round(count) or not 2 <= count <= 1000:
            raise UserError(f"--robust {text}: give a whole number from 2 to 1000, as {name}:20")
        if name == "stability":
            return WayOptions(), int(count) if mark else DRAWS
        return WayOptions(name, tables=int(count)), 0  # type: ignore[arg-type]
    raise UserError(f"--robust {text}: not known; give {SHAPES}")


def _read_amount(text: str, amount: str, mark: str) -> float:
    try:
        return float(amount)
    except ValueError:
        raise UserError(
            f"--robust {text}: expected a number after {mark!r}; give {SHAPES}"
        ) from None


def check_request(request: LearnRequest) -> None:
    """Refuse wishes that do not go together, before anything is computed.

    Args:
        request: what is asked for.

    Raises:
        UserError: two options that exclude each other, with what to do.
    """
    way, beside = request.way, request.beside
    if way.kind == "worst-centre":
        if request.outcome.stratum is None:
            raise UserError(
                "--robust worst-centre: say with --stratum which column names the centre"
            )
        if way.prior is not None:
            raise UserError(
                "--prior does not go with --robust worst-centre; learn with one of the two"
            )
    if way.prior is not None and way.kind.startswith("measurement"):
        raise UserError("--prior does not go with --robust measurement; learn with one of the two")
    if request.pick > 1 and way.kind in {"worst-centre", "measurement-worst"}:
        raise UserError(
            f"--pick {request.pick}: the search of --robust {way.kind} keeps no near-equals; leave "
            "--pick out"
        )
    if beside.path and way.kind == "imputations":
        raise UserError(
            "--path needs patients with every candidate known; run it without --robust imputations"
        )
    if beside.compare and way.kind == "imputations":
        raise UserError(
            "--compare needs patients with every candidate known; run it without --robust "
            "imputations"
        )

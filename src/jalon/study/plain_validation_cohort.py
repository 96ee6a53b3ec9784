"""A cohort on which a score is judged: who is in it, what happened, and what was predicted."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, SurvivalData
from jalon.core.errors import DataFileError, UserError
from jalon.core.units import DAYS_PER, TimeUnit
from jalon.report.wording import Language
from jalon.scores import ScoreDefinition, find_definition, load_definition
from jalon.study.plain_horizon import Horizon, find_horizon
from jalon.study.plain_outcome import OutcomeColumns, read_outcome
from jalon.study.plain_table import PlainTable, ReadOptions
from jalon.study.plain_validation_items import ScoredPatients, score_rows
from jalon.study.plain_validation_risks import StatedRisks, find_risks, state_risks
from jalon.validate import Predicted

LEAST_EVENTS = 10
"""With fewer events nothing can be said."""

LEAST_LEFT = 10
"""Patients who must still be followed after a month for it to be judged."""


@dataclass(frozen=True, slots=True)
class ValidationRequest:
    """What a person asks for.

    Attributes:
        score: a published score's slug, or the path of a score's file.
        path: the cohort, a CSV file.
        read: how it is written.
        outcome: which columns say what happened.
        unit: of time; None when nobody said.
        months: when risks are read; empty for those of the score's file.
        renamed: column of an item by its name, where they differ.
        stratum: column that says the centre; empty for none.
        by: columns that part the patients.
        compare: further scores, as slugs or paths; None for those whose items are there.
        risk_of: event whose stated risks are meant, where a file states those of several.
        seed: of all chance.
        language: of the figures.
        synthetic: whether the patients are made up; every figure then says so.
    """

    score: str
    path: Path
    read: ReadOptions
    outcome: OutcomeColumns
    unit: TimeUnit | None = None
    months: tuple[float, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    stratum: str = ""
    by: tuple[str, ...] = ()
    compare: tuple[str, ...] | None = None
    risk_of: str = ""
    seed: int = 1
    language: Language = "en"
    synthetic: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class ValidationCohort:
    """The patients that a score is judged on, times in days.

    Attributes:
        table: the file.
        scored: the score computed for every row.
        ranked: shape (n,), rows with a known outcome and every item.
        data: outcomes of these, 1 the event and 2 any other.
        predicted: what the score says of them, with a column of risks per month.
        horizon: when risks are read.
        stated: what the file says of risks.
        unknown_outcome: rows without a known outcome.
        incomplete: further rows that lack an item.
    """

    table: PlainTable
    scored: ScoredPatients
    ranked: npt.NDArray[np.bool_]
    data: SurvivalData
    predicted: Predicted
    horizon: Horizon
    stated: StatedRisks
    unknown_outcome: int
    incomplete: int

    @property
    def group(self) -> npt.NDArray[np.int64]:
        """Shape (m,), group of the ranked patients, -1 where it is not certain."""
        return np.asarray(self.scored.assessed.group[self.ranked])

    @property
    def days(self) -> Floats:
        """Shape (k,), the months of interest in days."""
        return np.array(self.horizon.months) * DAYS_PER["months"]


def find_score(score: str) -> ScoreDefinition:
    """Find a score by its slug or its file.

    Args:
        score: a published score's slug, or a path that ends in .toml.

    Returns:
        The definition.

    Raises:
        DefinitionError: no such score.
        UserError: a score that cannot be computed.
    """
    found = load_definition(Path(score)) if score.endswith(".toml") else find_definition(score)
    if not found.computes:
        why = found.reason.get("en", "its definition is not published")
        raise UserError(f"{found.short} cannot be computed: {why}")
    return found


def gather(
    request: ValidationRequest, definition: ScoreDefinition, table: PlainTable
) -> tuple[ValidationCohort, tuple[str, ...]]:
    """Read outcomes and items of a cohort.

    Args:
        request: what is asked for.
        definition: the score.
        table: the file.

    Returns:
        The cohort, and what a reader should know.

    Raises:
        DataFileError: cells that cannot be meant, or too few events to judge anything.
    """
    outcome = read_outcome(table, request.outcome)
    scored = score_rows(definition, table, dict(request.renamed))
    ranked = outcome.known & scored.complete
    own = outcome.data.take(scored.complete[outcome.known])
    events = int(np.sum(own.event == 1))
    if events < LEAST_EVENTS:
        raise DataFileError(
            table.path,
            f"{events} events among the {len(own):,} patients with outcome and every item known; "
            f"at least {LEAST_EVENTS} are needed to judge a score",
        )
    stated = find_risks(definition, request.risk_of)
    horizon, notes = _choose_months(request, own, stated)
    scale = DAYS_PER[horizon.unit]
    data = SurvivalData(own.time * scale, own.event)
    risks = state_risks(scored, horizon.months, request.risk_of)
    cohort = ValidationCohort(
        table=table,
        scored=scored,
        ranked=ranked,
        data=data,
        predicted=_predict(scored, ranked, risks),
        horizon=horizon,
        stated=stated,
        unknown_outcome=int(np.sum(~outcome.known)),
        incomplete=int(np.sum(outcome.known & ~scored.complete)),
    )
    own_patients = definition.learning.get("data_sha256") == table.sha256
    if own_patients:
        notes = (
            f"{definition.short} was learned from this very file: every figure here flatters it",
            *notes,
        )
    return cohort, (*notes, *_note_risks(cohort, risks))


def _predict(
    scored: ScoredPatients, ranked: npt.NDArray[np.bool_], risks: Floats | None
) -> Predicted:
    """What the score says of the ranked; without risks where it states none for some of them."""
    score = scored.rank[ranked]
    some = None if risks is None else risks[ranked]
    if some is not None and np.any(np.isnan(some)):
        some = None
    per_point = scored.definition.learning.get("log_hazard_per_point")
    return Predicted(score, some, None if per_point is None else score * float(per_point))


def _choose_months(
    request: ValidationRequest, data: SurvivalData, stated: StatedRisks
) -> tuple[Horizon, tuple[str, ...]]:
    """The months asked for, else those of the file that the cohort reaches, else the usual ones."""
    asked = find_horizon(data, request.outcome.time, request.unit, request.months)
    scale = DAYS_PER["months"] / DAYS_PER[asked.unit]

    def reached(month: float) -> bool:
        event = data.event == 1
        by = np.any(event & (data.time <= month * scale))
        return bool(by) and int(np.sum(data.time > month * scale)) >= LEAST_LEFT

    wanted = request.months or stated.months or asked.months
    kept = tuple(month for month in wanted if reached(month))
    lost = [f"{month:g}" for month in wanted if not reached(month)]
    notes = []
    if lost:
        notes.append(
            f"not judged by month {', '.join(lost)}: no event by then, or fewer than {LEAST_LEFT} "
            "patients followed longer"
        )
    if not kept:
        if request.months:
            raise UserError(
                f"--months {', '.join(lost)}: the cohort has no event by then, or fewer than "
                f"{LEAST_LEFT} patients followed longer; choose others"
            )
        kept = tuple(month for month in asked.months if reached(month))
    if not kept:
        raise UserError("no usual month lies within follow-up; give --months, or --unit of time")
    return Horizon(asked.unit, kept, asked.assumed), tuple(notes)


def _note_risks(cohort: ValidationCohort, risks: Floats | None) -> tuple[str, ...]:
    short, notes = cohort.scored.definition.short, []
    if cohort.stated.by and cohort.predicted.risk is not None:
        notes.append(f"predicted risks are those stated in the file of {short}: "
                     f"{cohort.stated.source}")  # fmt: skip
    elif not cohort.stated.by and cohort.stated.source:
        notes.append(
            f"the file of {short} states risks {cohort.stated.source}; say which is meant with "
            "--risk-of, so that calibration, accuracy and net benefit can be judged"
        )
    elif not cohort.stated.by:
        notes.append(
            f"the file of {short} states no risks, so that calibration, accuracy and net benefit "
            "cannot be judged; what needs none is"
        )
    elif risks is None:
        months = ", ".join(f"{month:g}" for month in cohort.stated.months)
        notes.append(
            f"the file of {short} states risks at month {months} only, so that calibration, "
            "accuracy and net benefit are not judged at the months asked for"
        )
    else:
        notes.append(
            f"the file of {short} states no risk for some patients, so that calibration, accuracy "
            "and net benefit are not judged"
        )
    return tuple(notes)

"""What a score is compared with: scores whose items are there, LDH alone, a full Cox model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import ConvergenceError, Floats, SurvivalData, UnsuitableDataError
from jalon.core.errors import DefinitionError, UserError
from jalon.scores import ScoreDefinition, find_definition, list_slugs
from jalon.stats import (
    fit_cause_specific,
    fit_cox,
    predict_incidence,
    predict_survival,
)
from jalon.study.plain_candidates import MOST_LEVELS
from jalon.study.plain_table import PlainTable
from jalon.study.plain_validation_cohort import ValidationCohort, ValidationRequest, find_score
from jalon.study.plain_validation_items import ScoredPatients, covers, find_columns, score_rows
from jalon.study.plain_validation_risks import state_risks
from jalon.validate import Predicted, draw_folds

FOLDS = 10
LEAST_SHARED = 30
"""Patients that a comparison needs."""

EVENTS_PER_COEFFICIENT = 5
LDH = ("ldh_ratio", "ldh", "ldh_uln_ratio", "ldh_above_normal")


@dataclass(frozen=True, slots=True, eq=False)
class Rival:
    """Another prediction for the ranked patients.

    Attributes:
        name: what it is called.
        known: shape (m,), which of the ranked patients it is known for.
        predicted: what it says of these.
        aside: what a reader should know of it.
    """

    name: str
    known: npt.NDArray[np.bool_]
    predicted: Predicted
    aside: str = ""


def find_rivals(
    request: ValidationRequest, cohort: ValidationCohort
) -> tuple[tuple[Rival, ...], tuple[str, ...]]:
    """Find what a score can be compared with.

    Args:
        request: what is asked for.
        cohort: the patients.

    Returns:
        The rivals: those asked for, else every published score whose items the file has; LDH
        alone where there is such a column; a Cox model of every column that is used. And what
        could not be compared.

    Raises:
        UserError: a score asked for that is not known or cannot be computed.
        DataFileError: one whose items are not there.
    """
    table, own = cohort.table, cohort.scored.definition
    renamed = dict(request.renamed)
    asked = request.compare
    scores = _read_asked(asked, own) if asked is not None else _list_present(table, own, renamed)
    rivals, notes = [], []
    used = list(cohort.scored.columns)
    for definition in scores:
        known = {name: column for name, column in renamed.items() if _asks(definition, name)}
        scored = score_rows(definition, table, known)
        used += [column for column in scored.columns if column not in used]
        rivals.append(_state(scored, cohort, request.risk_of))
    if asked is None or "ldh" in asked:
        rivals += _take_ldh(cohort, renamed)
    if asked is None or "cox" in asked:
        try:
            rivals.append(_fit_all(cohort, used, request.seed))
        except (UnsuitableDataError, ConvergenceError) as reason:
            notes.append(f"no full Cox model to compare with: {reason}")
    kept = [one for one in rivals if _enough(one, cohort)]
    notes += [
        f"not compared with {one.name}: it is known for {int(one.known.sum()):,} of the ranked"
        for one in rivals
        if not _enough(one, cohort)
    ]
    notes += [f"{one.name}: {one.aside}" for one in kept if one.aside]
    return tuple(kept), tuple(notes)


def _read_asked(asked: tuple[str, ...], own: ScoreDefinition) -> list[ScoreDefinition]:
    found = []
    for name in asked:
        if name in {"ldh", "cox"}:
            continue
        definition = find_score(name)
        if definition.slug == own.slug and definition.status == own.status:
            raise UserError(f"--compare {name}: it is the score that is judged; name others")
        found.append(definition)
    return found


def _list_present(
    table: PlainTable, own: ScoreDefinition, renamed: dict[str, str]
) -> list[ScoreDefinition]:
    found = []
    for slug in list_slugs():
        definition = find_definition(slug)
        same = slug == own.slug and own.status == "published"
        if same or not definition.computes or definition.series:
            continue
        if covers(definition, find_columns(definition, table, renamed)):
            found.append(definition)
    return found


def _asks(definition: ScoreDefinition, name: str) -> bool:
    inputs = {one for item in definition.items for one in (item.id, item.flag)}
    return name in inputs | {measure.id for measure in definition.measures}


def _state(scored: ScoredPatients, cohort: ValidationCohort, event: str) -> Rival:
    known = scored.complete[cohort.ranked]
    stated = any(risk.event == event for risk in scored.definition.risks)
    risks = state_risks(scored, cohort.horizon.months, event if stated else "")
    rows = np.flatnonzero(cohort.ranked)[known]
    some = None if risks is None else risks[rows]
    if some is not None and np.any(np.isnan(some)):
        some = None
    return Rival(scored.definition.short, known, Predicted(scored.rank[rows], some))


def _take_ldh(cohort: ValidationCohort, renamed: dict[str, str]) -> list[Rival]:
    table = cohort.table
    named = [name for name in table.cells if name.lower().startswith("ldh")]
    first = [renamed.get(one, one) for one in LDH]
    for name in dict.fromkeys([*(one for one in first if one in table.cells), *named]):
        values = _read_numbers(table, name)
        if values is None:
            continue
        own = values[cohort.ranked]
        known = ~np.isnan(own)
        if len(np.unique(own[known])) > 1:
            return [Rival("LDH alone", known, Predicted(own[known]), f"column {name}")]
    return []


def _read_numbers(table: PlainTable, name: str) -> Floats | None:
    flags = table.flags(name)
    if flags is not None:
        return flags
    return table.numbers(name) if table.is_number(name) else None


def _fit_all(cohort: ValidationCohort, used: list[str], seed: int) -> Rival:
    """Predict each patient by a Cox model of all columns, fitted to the other folds."""
    x = _encode(cohort.table, used)[cohort.ranked]
    known = ~np.any(np.isnan(x), axis=1)
    x, data = x[known], cohort.data.take(known)
    x = x[:, np.ptp(x, axis=0) > 0] if len(x) else x
    events = int(np.sum(data.event == 1))
    if not x.size or events < EVENTS_PER_COEFFICIENT * x.shape[1]:
        raise UnsuitableDataError(
            f"{events} events are too few for {x.shape[1]} coefficients of {', '.join(used)}"
        )
    score, risk = np.empty(len(x)), np.empty((len(x), len(cohort.days)))
    plan = draw_folds(len(x), FOLDS, np.random.default_rng([seed, 2]))
    for learned, judged in plan.splits:
        score[judged], risk[judged] = _predict(x, data, (learned, judged), cohort.days)
    aside = (
        f"of {', '.join(used)} as they are, fitted to nine tenths of these very patients at a "
        "time; a ceiling, not a rival that anyone could have brought"
    )
    return Rival("full Cox model", known, Predicted(score, risk), aside)


def _predict(
    x: Floats,
    data: SurvivalData,
    split: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]],
    days: Floats,
) -> tuple[Floats, Floats]:
    learned, judged = split
    part = data.take(learned)
    fit = fit_cox(x[learned], part.cause(1))
    score = x[judged] @ fit.coefficients
    if np.any(part.event == 2):
        every = fit_cause_specific(x[learned], part)
        return score, predict_incidence(every, x[judged], days, 1).value
    return score, 1 - predict_survival(fit, x[judged], days).value


def _encode(table: PlainTable, used: list[str]) -> Floats:
    """Numbers as they are, yes and no as 1 and 0, categories as one column per level but one."""
    columns = []
    for name in used:
        values = _read_numbers(table, name)
        if values is not None:
            columns.append(values)
            continue
        texts = table.text(name).to_list()
        levels = sorted({text for text in texts if text is not None})
        if len(levels) > MOST_LEVELS:
            raise DefinitionError(f"{name} has {len(levels)} levels, too many for a model")
        columns += [
            np.array([np.nan if text is None else float(text == level) for text in texts])
            for level in levels[1:]
        ]
    return np.column_stack(columns)


def _enough(rival: Rival, cohort: ValidationCohort) -> bool:
    events = int(np.sum(cohort.data.event[rival.known] == 1))
    return int(rival.known.sum()) >= LEAST_SHARED and events >= 10

"""The Cox model that completed tables are for, as part of their imputation."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.stats.kernels.cox import CONVERGED, Climb, evaluate, maximise
from jalon.stats.kernels.cox_sums import Sums, accumulate
from jalon.stats.kernels.cox_ties import EFRON
from jalon.stats.kernels.regression_draw import factorise_kept, solve_upper
from jalon.stats.kernels.risk_sets import RiskSets
from jalon.stats.regression.cox_climb import explain, make_sums
from jalon.stats.regression.design import Columns
from jalon.stats.regression.risk_sets import Timeline, arrange_risk_sets
from jalon.stats.ties import merge_ties


@dataclass(frozen=True, slots=True, eq=False)
class CauseModel:
    """A Cox model of one cause, its patients in order, its covariates still to come.

    Attributes:
        sets: the risk sets, with covariates of 0.
        rows: shape (m,), row of the table of each patient in the sets.
        until: shape (n,), last block of deaths of each patient's stratum by the end of follow-up;
            -1 for none.
        since: shape (n,), the same by entry.
        died: shape (n,), who had the event.
    """

    sets: RiskSets
    rows: Integers
    until: Integers
    since: Integers
    died: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class OutcomeModel:
    """Cox models, one per cause, on the same covariates.

    Attributes:
        causes: one model per cause that happened.
        cause: shape (n,), 0 for censored, else 1 + the place of the cause.
        columns: shape (k,), columns of the design that are their covariates.
        names: shape (k,), in words.
    """

    causes: tuple[CauseModel, ...]
    cause: Integers
    columns: npt.NDArray[np.intp]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class OutcomeDraw:
    """Coefficients and baseline hazards, drawn from what a completed table leaves open.

    Attributes:
        fitted: shape (c, k), coefficients of the fit, where the next may start from.
        drawn: shape (c, d), drawn coefficients; 0 for columns of the design outside the model.
        hazard: shape (n, c), cumulative baseline hazard over each patient's own follow-up, given
            the drawn coefficients.
        cause: shape (n,), 0 for censored, else 1 + the place of the cause.
    """

    fitted: Floats
    drawn: Floats
    hazard: Floats
    cause: Integers


def state_outcome_model(
    data: SurvivalData, columns: npt.NDArray[np.intp], names: tuple[str, ...]
) -> OutcomeModel:
    """Sort the patients for the Cox models of all causes, once.

    Args:
        data: outcomes of n patients.
        columns: shape (k,), columns of the design that are the covariates.
        names: shape (k,), in words.

    Returns:
        The models.

    Raises:
        UnsuitableDataError: weights, no event, or no covariate.
    """
    if data.weight is not None and np.any(data.weight != 1):
        raise UnsuitableDataError(
            'imputation for a Cox model takes no case weights; repeat the rows, or use outcome_as="'
            'predictors"'
        )
    found = np.unique(data.event[data.event > 0])
    if len(found) == 0 or len(columns) == 0:
        what = "event" if len(found) == 0 else "covariate that varies"
        raise UnsuitableDataError(
            f'there is no {what}, so no Cox model to impute for; use outcome_as="predictors"'
        )
    causes = tuple(_sort(data.cause(int(k)), len(columns)) for k in found)
    place = np.searchsorted(found, data.event) + 1
    return OutcomeModel(causes, np.where(data.event > 0, place, 0), columns, names)


def _sort(data: SurvivalData, k: int) -> CauseModel:
    blank, columns = np.zeros((len(data), k)), Columns(np.zeros(k), np.ones(k), ())
    line = arrange_risk_sets(blank, data, None, columns)
    time, entry = merge_ties(data.time, data.entry)
    stratum = np.zeros(len(data), np.int64) if data.stratum is None else data.stratum
    since = np.full(len(data), -1) if entry is None else _find_last(entry, stratum, line)
    until = _find_last(time, stratum, line)
    return CauseModel(line.sets, line.rows, until, since, data.event == 1)


def _find_last(time: Floats, stratum: Integers, line: Timeline) -> Integers:
    """Return the last block of each patient's stratum that is not after a time."""
    last = np.full(len(time), -1)
    for code in np.unique(line.stratum):
        blocks, inside = np.flatnonzero(line.stratum == code), stratum == code
        place = np.searchsorted(line.time[blocks], time[inside], side="right")
        last[inside] = np.where(place > 0, blocks[0] + place - 1, -1)
    return last


def draw_outcome_model(
    model: OutcomeModel, z: Floats, last: OutcomeDraw | None, rng: np.random.Generator
) -> OutcomeDraw:
    """Fit the models to a completed table and draw what it leaves open.

    Args:
        model: the models.
        z: shape (n, d), the design, all columns completed.
        last: what was drawn before, to start from; None at first.
        rng: the source of chance.

    Returns:
        Coefficients and hazards.

    Raises:
        UnsuitableDataError: a column is a combination of others or separates.
        ConvergenceError: no maximum was found.

    Reference:
        Bartlett JW, Seaman SR, White IR, Carpenter JR (2015), doi:10.1177/0962280214521348,
        sections 3 and 4.2: normal about the fit, then Breslow's hazard given the draw (here
        Efron's, as patients may be tied).
    """
    k, chosen = len(model.columns), z[:, model.columns]
    fitted = np.zeros((len(model.causes), k)) if last is None else last.fitted.copy()
    drawn = np.zeros((len(model.causes), z.shape[1]))
    hazard = np.empty((len(z), len(model.causes)))
    for c, cause in enumerate(model.causes):
        sets = cause.sets._replace(x=np.ascontiguousarray(chosen[cause.rows]))
        sums = make_sums(sets, EFRON)
        fitted[c] = _fit(sets, fitted[c], sums, model.names).beta
        factor = factorise_kept(sums.information)[0]
        one = fitted[c] + solve_upper(factor, rng.standard_normal(k))
        drawn[c, model.columns] = one
        hazard[:, c] = _accumulate(cause, sets, one, sums)
    return OutcomeDraw(fitted, drawn, hazard, model.cause)


def _fit(sets: RiskSets, start: Floats, sums: Sums, names: tuple[str, ...]) -> Climb:
    found = maximise(sets, start, EFRON, sums)
    if found.outcome != CONVERGED and start.any():
        found = maximise(sets, np.zeros(len(start)), EFRON, sums)
    if found.outcome != CONVERGED:
        explain(found, sets.x, names)
    return found


def _accumulate(cause: CauseModel, sets: RiskSets, beta: Floats, sums: Sums) -> Floats:
    """Sum the baseline hazard over each patient's follow-up."""
    evaluate(sets, beta, EFRON, sums)
    factor = float(np.exp(-sums.top.max()))
    # Those who die together share the last step: each leaves at a point of it.
    short = factor * (sums.steps[0] - sums.steps[1])
    accumulate(sums, sets.opening, factor, np.ones(len(beta)))
    total = np.append(sums.steps[0], 0.0)
    hazard = total[cause.until] - total[cause.since]
    return np.asarray(hazard - np.where(cause.died, np.append(short, 0.0)[cause.until], 0.0))

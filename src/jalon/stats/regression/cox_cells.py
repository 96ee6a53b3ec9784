"""Cox regression on counts by time and pattern: a million patients in milliseconds."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from jalon.core import Floats, Integers, UnsuitableDataError
from jalon.stats.kernels.cox import CONVERGED, finish_climb, react, start_climb
from jalon.stats.kernels.cox_cells import close_cells, expect_events, sum_patterns
from jalon.stats.regression.cell_table import CellTable
from jalon.stats.regression.cox_climb import explain
from jalon.stats.regression.cox_fit import Baseline, CoxFit, Ties, report_cox


@dataclass(frozen=True, slots=True, eq=False)
class CellSets:
    """Counts of those at risk and of the dying, at each time of death.

    Attributes:
        x: shape (k, p), standardised patterns.
        mean: shape (p,), mean of the covariates over patients.
        scale: shape (p,), their standard deviation.
        risk: shape (g, k), patients at risk.
        died: shape (g, k), events.
        deaths: shape (g,), events of all patterns.
        events: shape (k,), events at all times.
        rows: shape (g,), row of the table of each time.
        weight: number of patients.
    """

    x: Floats
    mean: Floats
    scale: Floats
    risk: Floats
    died: Floats
    deaths: Floats
    events: Floats
    rows: Integers
    weight: float


def fit_cox_cells(cells: CellTable, ties: Ties = "efron", level: float = 0.95) -> CoxFit:
    """Estimate hazard ratios from counts, as ``fit_cox`` would from the patients.

    Args:
        cells: counts by time and pattern, of one site or merged.
        ties: "efron" or "breslow"; Efron's way needs whole counts.
        level: coverage of the intervals, 0 to 1.

    Returns:
        The same fit as from the patients, but without its rows, so without residuals.

    Raises:
        UnsuitableDataError: no event, a covariate that is constant, a combination of the others
            or that separates, exact ties, or counts that are not whole with Efron's ties.
        ConvergenceError: no maximum was found.

    Reference:
        Cox DR (1972), doi:10.1111/j.2517-6161.1972.tb00899.x, equation 12; Efron B (1977),
        doi:10.1080/01621459.1977.10480613.

    Example:
        >>> from jalon.core import SurvivalData
        >>> from jalon.stats.regression import count_cells
        >>> data = SurvivalData(time=[1, 1, 6, 6, 8, 9], event=[1, 0, 1, 1, 0, 1])
        >>> cells = count_cells([[1], [1], [1], [0], [0], [0]], data)
        >>> round(fit_cox_cells(cells, ties="breslow").hazard_ratios[0].value, 4)
        4.3723
    """
    _refuse_cells(cells, ties)
    sets = _arrange_cells(cells)
    p, g = sets.x.shape[1], len(sets.rows)
    steps, drift = np.empty((4, g)), np.empty((g, p))
    climber, onwards, top = start_climb(np.zeros(p)), True, 0.0
    while onwards:
        reached, gradient, information, top = _evaluate(
            sets, climber.trial, ties == "efron", (steps, drift)
        )
        onwards = react(climber, sets.weight, reached, gradient, information)
    climb = finish_climb(climber, top)
    if climb.outcome != CONVERGED:
        explain(climb, sets.x, cells.names)
    return report_cox(
        climb,
        information,
        (sets.mean, sets.scale, cells.names),
        (round(sets.weight), round(float(sets.died.sum())), ties, level),
        (_accumulate(cells, sets, (steps, drift), top), None),
    )


def _evaluate(
    sets: CellSets, beta: Floats, efron: bool, found: tuple[Floats, Floats]
) -> tuple[float, Floats, Floats, float]:
    """Log likelihood, its derivatives, and the largest linear predictor."""
    linear = sets.x @ beta
    top = float(linear.max())
    hazard = np.exp(linear - top)
    # Own loops, because a numerical library's threads cost more than such small sums.
    packed = np.ascontiguousarray(hazard * np.vstack([np.ones(len(hazard)), sets.x.T]))
    deaths = sets.events
    with np.errstate(all="ignore"):
        value, information = close_cells(
            sum_patterns(sets.risk, packed),
            sum_patterns(sets.died, packed),
            sets.deaths,
            efron,
            found,
        )
        # Products of the patients, each pattern as often as its expected events.
        expected = hazard * expect_events(found[0], sets.risk, sets.died)
        information = information + (sets.x.T * expected) @ sets.x
        gradient = (deaths - expected) @ sets.x
        value += float(deaths @ (linear - top))
    return float(value), gradient, information, top


def _arrange_cells(cells: CellTable) -> CellSets:
    everyone = cells.died + cells.censored
    count = everyone.sum(axis=0)
    mean = count @ cells.pattern / count.sum()
    centred = cells.pattern - mean
    scale = np.sqrt(count @ centred**2 / count.sum())
    flat = ~(scale > 1e-12 * np.abs(mean))
    if flat.any():
        raise UnsuitableDataError(
            f"{cells.names[int(np.argmax(flat))]} is the same for all patients, so its effect "
            "cannot be estimated; leave it out"
        )
    rows = np.flatnonzero(cells.died.any(axis=1))
    for first, end in _list_strata(cells.stratum):
        part = everyone[first:end]
        np.cumsum(part[::-1], axis=0, out=part[::-1])
    return CellSets(
        x=centred / scale,
        mean=mean,
        scale=scale,
        risk=everyone[rows],
        died=cells.died[rows],
        deaths=cells.died[rows].sum(axis=1),
        events=cells.died.sum(axis=0),
        rows=rows,
        weight=float(count.sum()),
    )


def _list_strata(stratum: Integers) -> list[tuple[int, int]]:
    cuts = np.flatnonzero(np.diff(stratum)) + 1
    return list(pairwise([0, *cuts.tolist(), len(stratum)]))


def _accumulate(
    cells: CellTable, sets: CellSets, found: tuple[Floats, Floats], top: float
) -> Baseline:
    steps, drift = found
    hazard, variance = steps[0] * np.exp(-top), steps[2] * np.exp(-2 * top)
    drift = drift * np.exp(-top) * sets.scale
    stratum = cells.stratum[sets.rows]
    for first, end in _list_strata(stratum):
        for part in (hazard, variance, drift):
            np.cumsum(part[first:end], axis=0, out=part[first:end])
    return Baseline(cells.time[sets.rows], stratum, hazard, variance, drift)


def _refuse_cells(cells: CellTable, ties: Ties) -> None:
    if ties == "exact":
        raise UnsuitableDataError("exact ties need the patients themselves; use fit_cox")
    if not cells.died.any():
        raise UnsuitableDataError(
            "none of the patients has the event; choose another endpoint or wait for longer "
            "follow-up"
        )
    if ties == "efron" and np.any(cells.died != np.rint(cells.died)):
        raise UnsuitableDataError(
            'weights that are not whole do not say who of the tied dies first; use ties="breslow"'
        )

"""Cox regression: how much each covariate multiplies the hazard."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, ndtr

from jalon.core import ConvergenceError, Floats, SurvivalData, UnsuitableDataError
from jalon.stats.kernels.cox import COLLINEAR, CONVERGED, RUNAWAY, Climb, Sums, maximise
from jalon.stats.regression.cox_fit import Baseline, CoxFit, ModelTest, Ties, take_ratios
from jalon.stats.regression.cox_rows import CoxRows
from jalon.stats.regression.design import Design, prepare_design, read_covariates
from jalon.stats.regression.risk_sets import (
    Timeline,
    arrange_risk_sets,
    keep_weighted,
    require_one_cause,
)


def fit_cox(
    x: npt.ArrayLike,
    data: SurvivalData,
    ties: Ties = "efron",
    level: float = 0.95,
    offset: npt.ArrayLike | None = None,
    names: Sequence[str] | None = None,
) -> CoxFit:
    """Estimate by how much each covariate multiplies the hazard, the others held equal.

    Strata have their own baseline hazard, weights count a patient several times (the
    standard errors take them as repeated patients), and patients with an entry time are at
    risk only after it. Patients of weight 0 are left out.

    Args:
        x: shape (n, p), covariates, one row per patient, no missing value.
        data: outcomes of the same patients, with one cause of event.
        ties: "efron" lets patients who die on the same day leave the risk set one after the
            other, "breslow" keeps all of them in it.
        level: coverage of the intervals, 0 to 1.
        offset: shape (n,), a known part of the log hazard, such as an earlier model's.
        names: shape (p,), the columns in words, for messages and tables.

    Returns:
        Coefficients, hazard ratios with intervals, tests and baseline hazard.

    Raises:
        UnsuitableDataError: no event, several causes, a missing value, a column that is
            constant, a combination of the others, or that separates those who have the event.
        ConvergenceError: no maximum was found.

    Reference:
        Cox DR (1972), doi:10.1111/j.2517-6161.1972.tb00899.x, equation 12; for ties
        Breslow N (1974), doi:10.2307/2529620, and Efron B (1977),
        doi:10.1080/01621459.1977.10480613, as in Therneau T, Grambsch P (2000),
        doi:10.1007/978-1-4757-3294-8, section 3.3.

    Example:
        >>> data = SurvivalData(time=[1, 1, 6, 6, 8, 9], event=[1, 0, 1, 1, 0, 1])
        >>> fit = fit_cox([[1], [1], [1], [0], [0], [0]], data, ties="breslow")
        >>> round(fit.hazard_ratios[0].value, 4)
        4.3723
    """
    covariates, words = read_covariates(x, len(data), names)
    known = None if offset is None else _read_offset(offset, len(data))
    rows = keep_weighted(data)
    if rows is not None:
        covariates, data = covariates[rows], data.take(rows)
        known = None if known is None else known[rows]
    require_one_cause(data)
    design = prepare_design(covariates, words, data.weight)
    timeline = arrange_risk_sets(design.x, data, known)
    g, p = len(timeline.time), len(words)
    sums = Sums(np.empty((3, g)), np.empty((g, p)), np.empty(p), np.empty((p, p)))
    climb = maximise(timeline.sets, ties == "efron", sums)
    if climb.outcome != CONVERGED:
        _explain(climb, design)
    return _report(climb, sums, design, timeline, (CoxRows(covariates, data, known), ties, level))


def _report(
    climb: Climb,
    sums: Sums,
    design: Design,
    timeline: Timeline,
    settings: tuple[CoxRows, Ties, float],
) -> CoxFit:
    """Bring the fit back to the units of the covariates."""
    rows, ties, level = settings
    information = np.tril(sums.information) + np.tril(sums.information, -1).T
    inverse = np.linalg.inv(information)
    # Divided twice, because the product of two scales may be too small for a float.
    covariance = (inverse + inverse.T) / 2 / design.scale / design.scale[:, None]
    error = np.sqrt(np.diagonal(inverse)) / design.scale
    beta, df = climb.beta / design.scale, len(climb.beta)
    z, wald = beta / error, float(climb.beta @ information @ climb.beta)
    return CoxFit(
        names=design.names,
        coefficients=beta,
        covariance=covariance,
        standard_errors=error,
        z=z,
        p=2 * ndtr(-np.abs(z)),
        hazard_ratios=take_ratios(beta, error, level),
        log_likelihood_null=climb.null,
        log_likelihood=climb.loglik,
        likelihood_ratio=_test(2 * (climb.loglik - climb.null), df),
        wald=_test(wald, df),
        score=_test(climb.score, df),
        n=len(rows.data),
        events=int(timeline.sets.deaths.sum()),
        iterations=climb.taken,
        ties=ties,
        level=level,
        means=design.mean,
        baseline=_accumulate(climb, sums, design, timeline),
        rows=rows,
    )


def _test(statistic: float, df: int) -> ModelTest:
    statistic = max(statistic, 0.0)
    return ModelTest(statistic, df, float(chdtrc(df, statistic)))


def _accumulate(climb: Climb, sums: Sums, design: Design, timeline: Timeline) -> Baseline:
    """Sum the hazard over time, afresh in each stratum."""
    steps = np.column_stack([sums.steps[0], sums.steps[2], sums.drift])
    steps *= np.exp(-climb.top)
    steps[:, 1] *= np.exp(-climb.top)
    steps[:, 2:] *= design.scale
    opening = np.flatnonzero(timeline.sets.opening)
    for first, end in zip(opening, np.append(opening[1:], len(steps)), strict=True):
        np.cumsum(steps[first:end], axis=0, out=steps[first:end])
    hazard, variance, drift = steps[:, 0].copy(), steps[:, 1].copy(), steps[:, 2:].copy()
    return Baseline(timeline.time, timeline.stratum, hazard, variance, drift)


def _explain(climb: Climb, design: Design) -> NoReturn:
    """Say which column is the reason that there is no answer."""
    if climb.outcome == COLLINEAR:
        raise UnsuitableDataError(
            f"{design.names[climb.blame]} is a combination of the columns before it, or does not "
            "vary among patients at risk (of one stratum) when events happen; leave it out"
        )
    if climb.outcome == RUNAWAY:
        spread = np.ptp(design.x, axis=0)
        worst = climb.blame if climb.blame >= 0 else int(np.argmax(np.abs(climb.step) * spread))
        raise UnsuitableDataError(
            f"{design.names[worst]} separates the patients who have the event from the others at "
            "risk: its hazard ratio is infinite or zero. Leave it out, or merge it with another "
            "category"
        )
    raise ConvergenceError(
        f"the Cox fit found no maximum in {climb.taken} steps; look for extreme values in "
        f"{', '.join(design.names)}"
    )


def _read_offset(offset: npt.ArrayLike, n: int) -> Floats:
    values = np.asarray(offset, dtype=np.float64)
    if values.shape != (n,) or not np.all(np.isfinite(values)):
        raise UnsuitableDataError(
            f"offset is not one finite number for each of the {n} patients; complete it first"
        )
    return values

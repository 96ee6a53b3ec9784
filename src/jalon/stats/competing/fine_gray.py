"""Fine-Gray regression: what a covariate does to the cumulative incidence of one cause."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from jalon.core import Floats, SurvivalData, UnsuitableDataError
from jalon.stats.competing.censoring import add_censoring
from jalon.stats.competing.effects import find_factor, read_effects
from jalon.stats.competing.fine_gray_fit import (
    ChangingEffects,
    FineGrayFit,
    SubdistributionBaseline,
)
from jalon.stats.competing.fine_gray_model import (
    ChangingModel,
    FineGrayModel,
    Parts,
    SteadyModel,
)
from jalon.stats.competing.fine_gray_sets import (
    FineGrayTimeline,
    arrange_fine_gray,
    code_censoring,
    require_cause,
)
from jalon.stats.competing.newton import Summit, climb
from jalon.stats.regression.design import Design, prepare_design
from jalon.stats.regression.glm_fit import take_intervals, take_ratios, take_test
from jalon.stats.regression.risk_sets import keep_weighted


def fit_fine_gray(
    x: npt.ArrayLike | ChangingEffects,
    data: SurvivalData,
    cause: int = 1,
    level: float = 0.95,
    names: Sequence[str] | None = None,
    censoring_group: npt.ArrayLike | None = None,
) -> FineGrayFit:
    """Estimate how covariates raise or lower the share of patients who ever have one cause.

    Patients who had another cause stay in the comparison with the weight G(u-) / G(t-), their
    chance of not being censored since. A ratio above 1 means a higher cumulative incidence;
    unlike a hazard ratio it mixes what the covariate does to this cause and to the others.

    Args:
        x: shape (n, p), covariates, one row per patient, no missing value; or
            ``ChangingEffects`` when some effects change with time.
        data: outcomes of the same patients; ``weight`` (as counts of patients) is honoured.
        cause: the event code whose incidence is modelled, 1 or more.
        level: coverage of the intervals, 0 to 1.
        names: shape (p,), the columns in words, fixed before changing, for messages and tables.
        censoring_group: shape (n,), groups whose censoring is estimated separately (the
            ``cengroup`` of R's ``crr``); None for one group.

    Returns:
        Coefficients, subdistribution hazard ratios with intervals, tests and baseline.

    Raises:
        UnsuitableDataError: no event of the cause, left truncation, strata, a missing value, a
            column that is constant, a combination of the others, or that separates.
        ConvergenceError: no maximum was found.

    Reference:
        Fine and Gray (1999), doi:10.1080/01621459.1999.10474144, the weighted score function and
        its sandwich variance, with the conventions of R's ``cmprsk::crr`` 2.2-11: Breslow's
        ties, G estimated with everyone seen until a day at risk of censoring on it, G(t-) in
        the weights.

    Example:
        >>> data = SurvivalData(time=[1, 2, 3, 4, 5, 6], event=[1, 2, 1, 0, 1, 2])
        >>> fit = fit_fine_gray([[1], [0], [1], [0], [0], [1]], data)
        >>> round(fit.hazard_ratios[0].value, 3), fit.events, fit.competing
        (2.737, 3, 2)
    """
    covariates, words = read_effects(x, len(data), names)
    group = code_censoring(censoring_group, data)
    rows = keep_weighted(data)
    if rows is not None:
        covariates, data, group = covariates[rows], data.take(rows), group[rows]
    require_cause(data, cause)
    design = prepare_design(covariates, words, data.weight)
    timeline = arrange_fine_gray(design.x, data, cause, group)
    factor = find_factor(x, timeline.time)
    model: FineGrayModel = SteadyModel(timeline.sets)
    if isinstance(x, ChangingEffects):
        model = ChangingModel(timeline.sets, factor)
    summit = climb(model.evaluate, design)
    baseline = SubdistributionBaseline(timeline.time, np.empty(0), factor)
    return _report(
        summit, model.take_apart(summit.beta), design, timeline, (baseline, cause, level)
    )


def _report(
    summit: Summit,
    parts: Parts,
    design: Design,
    timeline: FineGrayTimeline,
    settings: tuple[SubdistributionBaseline, int, float],
) -> FineGrayFit:
    """Bring the fit back to the units of the covariates."""
    baseline, cause, level = settings
    information, spread = _measure(summit, parts, timeline)
    error = np.sqrt(np.diagonal(spread)) / design.scale
    beta = summit.beta / design.scale
    null, reached, df = summit.null, summit.slopes.value, len(beta)
    kind, deaths = timeline.sets.kind, timeline.sets.deaths
    return FineGrayFit(
        names=design.names,
        cause=cause,
        coefficients=beta,
        covariance=spread / design.scale / design.scale[:, np.newaxis],
        information=information * design.scale * design.scale[:, np.newaxis],
        standard_errors=error,
        z=beta / error,
        p=2 * ndtr(-np.abs(beta / error)),
        hazard_ratios=take_ratios(take_intervals(beta, error, level)),
        log_likelihood_null=null,
        log_likelihood=reached,
        likelihood_ratio=take_test(2 * (reached - null), df),
        wald=take_test(float(summit.beta @ np.linalg.solve(spread, summit.beta)), df),
        n=len(kind),
        events=int(np.sum(kind == 1)),
        competing=int(np.sum(kind == 2)),
        iterations=summit.taken,
        level=level,
        means=design.mean,
        baseline=SubdistributionBaseline(baseline.time, parts.hazard, baseline.factor),
        score_residuals=(parts.dead - deaths[:, np.newaxis] * parts.mean) * design.scale,
    )


def _measure(summit: Summit, parts: Parts, timeline: FineGrayTimeline) -> tuple[Floats, Floats]:
    """Return the information and the sandwich covariance, for standardised covariates."""
    lower = np.tril(summit.slopes.information)
    information = lower + np.tril(lower, -1).T
    weight = timeline.sets.weight
    scores = add_censoring(parts.residuals, parts.moved, weight, timeline.censoring)
    bread = np.linalg.inv(information)
    meat = (scores.T * weight) @ scores
    spread = bread @ meat @ bread
    spread = (spread + spread.T) / 2
    if not np.all(np.diagonal(spread) > 1e-12 * np.diagonal(bread)):
        raise UnsuitableDataError(
            "the scores of the patients do not vary, as when everyone has the event at one time, "
            "so no standard error exists; look at the follow-up times"
        )
    return information, spread

"""Firth's penalised Cox regression: finite hazard ratios where a group has no event."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from jalon.core import Estimate, Floats, SurvivalData, UnsuitableDataError
from jalon.stats.arguments import require_choice
from jalon.stats.regression.cox_fit import Baseline, ModelTest, Ties, take_ratios, take_test
from jalon.stats.regression.cox_hill import Hill, Spot, ascend, look, raise_hill
from jalon.stats.regression.cox_profile import make_profile
from jalon.stats.regression.cox_rows import CoxRows, read_rows
from jalon.stats.regression.cox_summit import describe_baseline


@dataclass(frozen=True, slots=True, eq=False)
class FirthCoxFit:
    """Hazard ratios that exist even when a covariate separates those who have the event.

    Attributes:
        names: shape (p,), the covariates in words.
        coefficients: shape (p,), penalised log hazard ratios per unit.
        covariance: shape (p, p), inverse of the information without penalty.
        standard_errors: shape (p,), of the coefficients.
        wald_ratios: hazard ratios with Wald intervals.
        wald_p: shape (p,), two-sided p-values of these.
        estimates: coefficients with profile intervals of the penalised likelihood; prefer them,
            since the likelihood of separated data is far from symmetric.
        hazard_ratios: their exponentials.
        tests: penalised likelihood-ratio test that each coefficient is 0.
        p: shape (p,), p-values of ``tests``.
        log_likelihood_null: penalised log likelihood when all coefficients are 0, the
            covariates being measured in their standard deviations.
        log_likelihood: penalised log likelihood of the fit.
        likelihood_ratio: test of all coefficients by these two.
        wald: test of all coefficients by their covariance.
        n: patients with weight above 0.
        events: how many of them had the event.
        iterations: steps taken.
        ties: how tied deaths were treated.
        level: coverage of the intervals, 0 to 1.
        means: shape (p,), weighted means of the covariates.
        baseline: the hazard at those means.
        rows: the patients themselves.
    """

    names: tuple[str, ...]
    coefficients: Floats
    covariance: Floats
    standard_errors: Floats
    wald_ratios: tuple[Estimate, ...]
    wald_p: Floats
    estimates: tuple[Estimate, ...]
    hazard_ratios: tuple[Estimate, ...]
    tests: tuple[ModelTest, ...]
    p: Floats
    log_likelihood_null: float
    log_likelihood: float
    likelihood_ratio: ModelTest
    wald: ModelTest
    n: int
    events: int
    iterations: int
    ties: Ties
    level: float
    means: Floats
    baseline: Baseline
    rows: CoxRows


def fit_firth_cox(
    x: npt.ArrayLike,
    data: SurvivalData,
    ties: Ties = "breslow",
    level: float = 0.95,
    offset: npt.ArrayLike | None = None,
    names: Sequence[str] | None = None,
) -> FirthCoxFit:
    """Estimate hazard ratios that stay finite when a group has no event, or very few.

    The penalty takes away the bias of small samples. It is the answer when ``fit_cox`` says
    that a covariate separates.

    Args:
        x: shape (n, p), covariates, one row per patient, no missing value.
        data: outcomes of the same patients, with one cause of event.
        ties: "breslow" as R's ``coxphf`` has them, or "efron".
        level: coverage of the intervals, 0 to 1.
        offset: shape (n,), a known part of the log hazard.
        names: shape (p,), the columns in words, for messages and tables.

    Returns:
        Coefficients with profile intervals and penalised likelihood-ratio tests.

    Raises:
        UnsuitableDataError: no event, several causes, a missing value, a column that is constant
            or a combination of the others, or exact ties.
        ConvergenceError: no maximum, or no limit of an interval, was found.

    Reference:
        Heinze G, Schemper M (2001), doi:10.1111/j.0006-341X.2001.00114.x, section 2; Firth D
        (1993), doi:10.1093/biomet/80.1.27, section 3.

    Example:
        >>> data = SurvivalData(time=[1, 2, 3, 4, 5, 6], event=[1, 1, 1, 0, 0, 0])
        >>> fit = fit_firth_cox([[1], [1], [1], [0], [0], [0]], data)
        >>> round(fit.hazard_ratios[0].value, 1)
        13.0
    """
    require_choice(ties, "ties", Ties)
    if ties == "exact":
        raise UnsuitableDataError(
            'Firth\'s penalty is not defined for exact ties here; use ties="breslow"'
        )
    rows, words = read_rows(x, data, offset, names)
    hill = raise_hill(rows, words, ties, firth=True)
    null = look(hill, np.zeros(len(words)))
    _refuse_collinear(null, words)
    top = ascend(hill, null.beta)
    return _report(hill, null, top, rows, (ties, level))


def _report(
    hill: Hill, null: Spot, top: Spot, rows: CoxRows, settings: tuple[Ties, float]
) -> FirthCoxFit:
    ties, level = settings
    scale, profile = hill.columns.scale, make_profile(hill, top, level)
    inverse = np.linalg.inv(top.information)
    error, beta = np.sqrt(np.diagonal(inverse)) / scale, top.beta / scale
    # The determinant depends on the units of the covariates: R takes their standard deviations.
    units = float(np.log(scale / rows.x.std(axis=0, ddof=1)).sum())
    return FirthCoxFit(
        names=hill.columns.names,
        coefficients=beta,
        covariance=(inverse + inverse.T) / 2 / scale / scale[:, None],
        standard_errors=error,
        wald_ratios=take_ratios(beta, error, level),
        wald_p=2 * ndtr(-np.abs(beta / error)),
        estimates=profile.estimates,
        hazard_ratios=profile.ratios,
        tests=profile.tests,
        p=np.array([test.p for test in profile.tests]),
        log_likelihood_null=null.value + units,
        log_likelihood=top.value + units,
        likelihood_ratio=take_test(2 * (top.value - null.value), len(beta)),
        wald=take_test(float(top.beta @ top.information @ top.beta), len(beta)),
        n=len(rows.data),
        events=int(hill.sets.deaths.sum()),
        iterations=top.steps,
        ties=ties,
        level=level,
        means=hill.columns.mean,
        baseline=describe_baseline(hill, top),
        rows=rows,
    )


def _refuse_collinear(null: Spot, names: tuple[str, ...]) -> None:
    """The penalty makes separated effects finite, but not those of redundant columns."""
    for last in range(1, len(names) + 1):
        part = null.information[:last, :last]
        if np.linalg.matrix_rank(part, tol=1e-10 * np.trace(part), hermitian=True) < last:
            raise UnsuitableDataError(
                f"{names[last - 1]} is a combination of the columns before it, or does not vary "
                "among patients at risk (of one stratum) when events happen; leave it out"
            )

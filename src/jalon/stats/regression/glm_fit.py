"""The result of a logistic or Poisson regression."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from jalon.core import Estimate, Floats
from jalon.stats.regression.cox_fit import ModelTest
from jalon.stats.regression.glm_family import FamilyName
from jalon.stats.regression.glm_rows import GlmData
from jalon.stats.survival.interval import find_z


@dataclass(frozen=True, slots=True, eq=False)
class GlmFit:
    """Odds ratios (logistic) or rate ratios (Poisson) with their uncertainty.

    Attributes:
        family: "logistic" or "poisson".
        names: shape (p,), "intercept" and the covariates in words.
        coefficients: shape (p,), log odds or log rate of the intercept, then log ratios
            per unit of each covariate.
        covariance: shape (p, p), inverse of the information.
        standard_errors: shape (p,), of the coefficients.
        z: shape (p,), coefficient over standard error.
        p: shape (p,), two-sided p-values of ``z``.
        estimates: the coefficients with their Wald intervals.
        ratios: their exponentials; the first is the odds or rate where all covariates are 0.
        log_likelihood_null: log likelihood with the intercept (and offset) alone.
        log_likelihood: log likelihood of the fit.
        deviance: twice the distance of the fit from a perfect one.
        null_deviance: the same with the intercept (and offset) alone.
        aic: Akaike's criterion.
        bic: Schwarz's criterion, with the log of the number of rows.
        likelihood_ratio: test of all covariates by the two likelihoods.
        wald: test of all covariates by their covariance.
        score: test of all covariates by the slope where they have no effect (Rao).
        n: rows with weight above 0.
        events: sum of their weighted outcomes.
        iterations: Newton steps taken.
        level: coverage of the intervals, 0 to 1.
        fitted: shape (n,), expected outcome of each row: its probability or count.
        data: the rows themselves, from which profiles and robust variances are made.
    """

    family: FamilyName
    names: tuple[str, ...]
    coefficients: Floats
    covariance: Floats
    standard_errors: Floats
    z: Floats
    p: Floats
    estimates: tuple[Estimate, ...]
    ratios: tuple[Estimate, ...]
    log_likelihood_null: float
    log_likelihood: float
    deviance: float
    null_deviance: float
    aic: float
    bic: float
    likelihood_ratio: ModelTest
    wald: ModelTest
    score: ModelTest
    n: int
    events: float
    iterations: int
    level: float
    fitted: Floats
    data: GlmData


def take_intervals(beta: Floats, error: Floats, level: float) -> tuple[Estimate, ...]:
    """Give each coefficient its Wald interval.

    Args:
        beta: shape (p,), coefficients.
        error: shape (p,), standard errors.
        level: coverage, 0 to 1.

    Returns:
        One estimate per coefficient.
    """
    half = find_z(level) * error
    rows = np.stack([beta, beta - half, beta + half], axis=1).tolist()
    return tuple(Estimate(value, low, high, level, "Wald") for value, low, high in rows)


def take_ratios(estimates: tuple[Estimate, ...]) -> tuple[Estimate, ...]:
    """Exponentiate coefficients and their limits.

    Args:
        estimates: coefficients with intervals.

    Returns:
        Ratios; one per unit of a covariate in a very large unit may be infinite.
    """
    with np.errstate(over="ignore"):
        rows = np.exp([[part.value, part.low, part.high] for part in estimates]).tolist()
    return tuple(
        Estimate(value, low, high, part.level, part.method)
        for (value, low, high), part in zip(rows, estimates, strict=True)
    )


def take_test(statistic: float, df: int) -> ModelTest:
    """Refer a statistic to the chi-square distribution.

    Args:
        statistic: the statistic; a rounding error below 0 becomes 0.
        df: degrees of freedom; 0 tests nothing and has p = 1.

    Returns:
        The test.
    """
    statistic = max(float(statistic), 0.0)
    return ModelTest(statistic, df, float(chdtrc(df, statistic)) if df else 1.0)

"""The result of a Cox regression."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import chdtrc, ndtr

from jalon.core import Estimate, Floats, Integers, UnsuitableDataError
from jalon.stats.kernels.cox import Climb
from jalon.stats.regression.cox_rows import CoxRows
from jalon.stats.survival.interval import find_z

Ties = Literal["efron", "breslow", "exact"]


@dataclass(frozen=True, slots=True)
class ModelTest:
    """A test of all coefficients at once.

    Attributes:
        statistic: chi-square statistic.
        df: degrees of freedom.
        p: p-value.
    """

    statistic: float
    df: int
    p: float


@dataclass(frozen=True, slots=True, eq=False)
class Baseline:
    """The hazard of a patient whose covariates are all at their means.

    Attributes:
        time: shape (g,), times of death, ascending within each stratum.
        stratum: shape (g,), stratum code of each row.
        hazard: shape (g,), cumulative hazard.
        variance: shape (g,), variance of the cumulative hazard, coefficients held fixed.
        drift: shape (g, p), cumulative hazard times the (centred) mean covariates of those
            at risk, from which the uncertainty of the coefficients follows.
    """

    time: Floats
    stratum: Integers
    hazard: Floats
    variance: Floats
    drift: Floats


@dataclass(frozen=True, slots=True, eq=False)
class CoxFit:
    """Hazard ratios with their uncertainty, and what is needed to predict survival.

    Attributes:
        names: shape (p,), the covariates in words.
        coefficients: shape (p,), log hazard ratios per unit.
        covariance: shape (p, p), inverse of the observed information.
        standard_errors: shape (p,), of the coefficients.
        z: shape (p,), coefficient over standard error.
        p: shape (p,), two-sided p-values of ``z``.
        hazard_ratios: one per covariate with its Wald interval, made on the log scale.
        log_likelihood_null: log partial likelihood when all coefficients are 0.
        log_likelihood: log partial likelihood of the fit.
        likelihood_ratio: test of all coefficients by the two likelihoods.
        wald: test of all coefficients by their covariance.
        score: test of all coefficients by the slope at 0; for one group indicator the
            log-rank test, but for ties.
        n: patients with weight above 0.
        events: how many of them had the event.
        iterations: Newton steps taken.
        ties: how tied deaths were treated.
        level: coverage of the intervals, 0 to 1.
        means: shape (p,), weighted means of the covariates.
        baseline: the hazard at those means.
        rows: the patients themselves; None for a fit made from counts.
    """

    names: tuple[str, ...]
    coefficients: Floats
    covariance: Floats
    standard_errors: Floats
    z: Floats
    p: Floats
    hazard_ratios: tuple[Estimate, ...]
    log_likelihood_null: float
    log_likelihood: float
    likelihood_ratio: ModelTest
    wald: ModelTest
    score: ModelTest
    n: int
    events: int
    iterations: int
    ties: Ties
    level: float
    means: Floats
    baseline: Baseline
    rows: CoxRows | None

    @property
    def patients(self) -> CoxRows:
        """The patients; an error for a fit made from counts, which has none."""
        if self.rows is None:
            raise UnsuitableDataError(
                "this fit was made from counts, which do not tell patients apart; use fit_cox on "
                "the patients"
            )
        return self.rows

    @property
    def aic(self) -> float:
        """Akaike's criterion: twice the coefficients less twice the log likelihood."""
        return 2 * (len(self.names) - self.log_likelihood)

    @property
    def bic(self) -> float:
        """Schwarz's criterion, in which a Cox model's sample size is its number of events."""
        return len(self.names) * math.log(self.events) - 2 * self.log_likelihood


def take_ratios(beta: Floats, error: Floats, level: float) -> tuple[Estimate, ...]:
    """Give hazard ratios with Wald intervals, made on the log scale.

    Args:
        beta: shape (p,), coefficients.
        error: shape (p,), their standard errors.
        level: coverage, 0 to 1.

    Returns:
        One per coefficient; per unit of a covariate in a very large unit it may be infinite.
    """
    half = find_z(level) * error
    with np.errstate(over="ignore"):
        rows = np.exp(np.stack([beta, beta - half, beta + half], axis=1)).tolist()
    return tuple(Estimate(value, low, high, level, "Wald") for value, low, high in rows)


def take_test(statistic: float, df: int) -> ModelTest:
    """Compare a statistic with the chi-square distribution.

    Args:
        statistic: the statistic; below 0, which is rounding, it is 0.
        df: degrees of freedom.

    Returns:
        The test.
    """
    statistic = max(statistic, 0.0)
    return ModelTest(statistic, df, float(chdtrc(df, statistic)))


def report_cox(
    climb: Climb,
    information: Floats,
    columns: tuple[Floats, Floats, tuple[str, ...]],
    settings: tuple[int, int, Ties, float],
    parts: tuple[Baseline, CoxRows | None],
) -> CoxFit:
    """Bring a fit back to the units of the covariates.

    Args:
        climb: the climb over standardised coefficients.
        information: shape (p, p), at its end, lower triangle.
        columns: means, scales and names of the covariates.
        settings: patients, events, ties and level.
        parts: baseline hazard, and the patients or None.

    Returns:
        The fit.
    """
    (mean, scale, names), (n, events, ties, level) = columns, settings
    information = np.tril(information) + np.tril(information, -1).T
    inverse = np.linalg.inv(information)
    # Divided twice, because the product of two scales may be too small for a float.
    covariance = (inverse + inverse.T) / 2 / scale / scale[:, None]
    error = np.sqrt(np.diagonal(inverse)) / scale
    beta, df = climb.beta / scale, len(climb.beta)
    z, wald = beta / error, float(climb.beta @ information @ climb.beta)
    return CoxFit(
        names=names,
        coefficients=beta,
        covariance=covariance,
        standard_errors=error,
        z=z,
        p=2 * ndtr(-np.abs(z)),
        hazard_ratios=take_ratios(beta, error, level),
        log_likelihood_null=climb.null,
        log_likelihood=climb.loglik,
        likelihood_ratio=take_test(2 * (climb.loglik - climb.null), df),
        wald=take_test(wald, df),
        score=take_test(climb.score, df),
        n=n,
        events=events,
        iterations=climb.taken,
        ties=ties,
        level=level,
        means=mean,
        baseline=parts[0],
        rows=parts[1],
    )

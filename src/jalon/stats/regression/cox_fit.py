"""The result of a Cox regression."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import ndtri

from jalon.core import Estimate, Floats, Integers
from jalon.stats.regression.cox_rows import CoxRows

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
        rows: the patients themselves.
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
    rows: CoxRows

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
    half = float(ndtri((1 + level) / 2)) * error
    with np.errstate(over="ignore"):
        rows = np.exp(np.stack([beta, beta - half, beta + half], axis=1)).tolist()
    return tuple(Estimate(value, low, high, level, "Wald") for value, low, high in rows)

"""The result of a Cox regression."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from jalon.core import Estimate, Floats, Integers

Ties = Literal["efron", "breslow"]


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

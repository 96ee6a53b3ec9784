"""The result of a Fine-Gray regression, and the covariates that it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy.typing as npt

from jalon.core import Estimate, Floats
from jalon.stats.regression.cox_fit import ModelTest


@dataclass(frozen=True, slots=True, eq=False)
class ChangingEffects:
    """Covariates of which some have an effect that changes with time.

    Attributes:
        fixed: shape (n, p), covariates whose effect stays the same; None for none.
        changing: shape (n, q), covariates that are multiplied by functions of time. To let an
            effect change from a level, put the covariate in both.
        function: takes times, shape (m,), and gives shape (m,) or (m, q): what multiplies
            ``changing`` at each of them.

    Example:
        >>> import numpy as np
        >>> stage = np.array([[0.0], [1.0], [1.0]])
        >>> ChangingEffects(stage, stage, np.log).changing.shape
        (3, 1)
    """

    fixed: npt.ArrayLike | None
    changing: npt.ArrayLike
    function: Callable[[Floats], npt.ArrayLike]


@dataclass(frozen=True, slots=True, eq=False)
class SubdistributionBaseline:
    """The subdistribution hazard of a patient whose covariates are all at their means.

    Attributes:
        time: shape (m,), times of an event of the cause, ascending.
        hazard: shape (m,), step at each time (not cumulated).
        factor: shape (m, q), what multiplies each changing covariate at each time; q = 0
            without them.
    """

    time: Floats
    hazard: Floats
    factor: Floats


@dataclass(frozen=True, slots=True, eq=False)
class FineGrayFit:
    """Subdistribution hazard ratios with their uncertainty, and what is needed to predict.

    Attributes:
        names: shape (p,), the covariates in words.
        cause: the event code whose incidence is modelled.
        coefficients: shape (p,), log subdistribution hazard ratios per unit.
        covariance: shape (p, p), sandwich covariance, which allows for the estimated censoring.
        information: shape (p, p), minus the second derivative of the log pseudo-likelihood.
        standard_errors: shape (p,), of the coefficients, from ``covariance``.
        z: shape (p,), coefficient over standard error.
        p: shape (p,), two-sided p-values of ``z``.
        hazard_ratios: one per covariate with its Wald interval, made on the log scale.
        log_likelihood_null: log pseudo-likelihood when all coefficients are 0.
        log_likelihood: log pseudo-likelihood of the fit.
        likelihood_ratio: twice their difference, referred to chi-square as ``cmprsk`` does;
            with other causes and censoring its p-value is only a guide.
        wald: test of all coefficients by the sandwich covariance.
        n: patients with weight above 0.
        events: how many of them had the event.
        competing: how many had another cause.
        iterations: Newton steps taken.
        level: coverage of the intervals, 0 to 1.
        means: shape (p,), weighted means of the covariates.
        baseline: the subdistribution hazard at those means.
        score_residuals: shape (m, p), observed less expected covariates at each time of an
            event, to see whether an effect changes with time.
    """

    names: tuple[str, ...]
    cause: int
    coefficients: Floats
    covariance: Floats
    information: Floats
    standard_errors: Floats
    z: Floats
    p: Floats
    hazard_ratios: tuple[Estimate, ...]
    log_likelihood_null: float
    log_likelihood: float
    likelihood_ratio: ModelTest
    wald: ModelTest
    n: int
    events: int
    competing: int
    iterations: int
    level: float
    means: Floats
    baseline: SubdistributionBaseline
    score_residuals: Floats

"""Firth's penalised logistic regression: finite odds ratios where covariates separate."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from jalon.core import ConvergenceError, Estimate, Floats
from jalon.stats.regression.cox_fit import ModelTest
from jalon.stats.regression.glm import bring_back, start_at, take_errors
from jalon.stats.regression.glm_family import LOGISTIC, check_binary
from jalon.stats.regression.glm_fit import take_intervals, take_ratios, take_test
from jalon.stats.regression.glm_rows import Basis, GlmData, add_columns, make_basis, read_rows
from jalon.stats.regression.newton import Objective, Point, climb
from jalon.stats.regression.profile import find_limits, list_ridges, make_intervals


@dataclass(frozen=True, slots=True, eq=False)
class FirthFit:
    """Odds ratios that exist even when a covariate separates the outcomes.

    Attributes:
        names: shape (p,), "intercept" and the covariates in words.
        coefficients: shape (p,), penalised log odds of the intercept, then log odds ratios.
        covariance: shape (p, p), inverse of the information of the augmented patients, each
            of whom counts his weight plus his leverage (as R's logistf from version 1.24).
        standard_errors: shape (p,), from ``covariance``.
        covariance_information: shape (p, p), inverse of the plain information at the estimate
            (Heinze and Schemper 2002; R's brglm2 and older logistf).
        standard_errors_information: shape (p,), from ``covariance_information``.
        wald_estimates: coefficients with Wald intervals by ``standard_errors``.
        wald_p: shape (p,), two-sided p-values of these.
        estimates: coefficients with profile intervals of the penalised likelihood; prefer them,
            since the likelihood of separated data is far from symmetric.
        ratios: their exponentials, the odds ratios.
        tests: penalised likelihood-ratio test that each coefficient is 0.
        p: shape (p,), p-values of ``tests``.
        log_likelihood_null: penalised log likelihood with all covariates' coefficients 0, the
            penalty being that of the full model.
        log_likelihood: penalised log likelihood of the fit.
        likelihood_ratio: test of all covariates by these two.
        n: rows with weight above 0.
        events: sum of their weighted outcomes.
        iterations: steps taken.
        level: coverage of the intervals, 0 to 1.
        fitted: shape (n,), probability of the outcome of each row.
        data: the rows themselves.
    """

    names: tuple[str, ...]
    coefficients: Floats
    covariance: Floats
    standard_errors: Floats
    covariance_information: Floats
    standard_errors_information: Floats
    wald_estimates: tuple[Estimate, ...]
    wald_p: Floats
    estimates: tuple[Estimate, ...]
    ratios: tuple[Estimate, ...]
    tests: tuple[ModelTest, ...]
    p: Floats
    log_likelihood_null: float
    log_likelihood: float
    likelihood_ratio: ModelTest
    n: int
    events: float
    iterations: int
    level: float
    fitted: Floats
    data: GlmData


def fit_firth_logistic(
    x: npt.ArrayLike | None,
    y: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    offset: npt.ArrayLike | None = None,
    level: float = 0.95,
    names: Sequence[str] | None = None,
) -> FirthFit:
    """Estimate odds ratios with few events or with a covariate that separates the outcomes.

    Half the log determinant of the information is added to the log likelihood. That removes
    the first-order bias away from 0 and keeps every estimate finite. The probabilities are
    pulled a little towards one half.

    Args:
        x: shape (n, p), covariates, one row per patient, without intercept and without missing
            values; None for the intercept alone.
        y: shape (n,), outcome, 0 no or 1 yes.
        weight: shape (n,), case weights, >= 0; None for one each.
        offset: shape (n,), a known part of the log odds.
        level: coverage of the intervals, 0 to 1.
        names: shape (p,), the columns in words, for messages and tables.

    Returns:
        Coefficients, odds ratios with profile intervals and penalised likelihood-ratio tests.

    Raises:
        UnsuitableDataError: everyone or nobody has the outcome, a missing value, a column that
            is constant or a combination of the others.
        ConvergenceError: no maximum, or no profile limit, was found.

    Reference:
        Firth D (1993), doi:10.1093/biomet/80.1.27, section 3.3; tests and intervals as in
        Heinze G, Schemper M (2002), doi:10.1002/sim.1047, sections 2 and 3.

    Example:
        All 4 treated patients respond, 1 of 4 others: as if half a patient were added to each
        cell, the odds ratio is (4.5/0.5) / (1.5/3.5).

        >>> fit = fit_firth_logistic([[1]] * 4 + [[0]] * 4, [1, 1, 1, 1, 1, 0, 0, 0])
        >>> round(fit.ratios[1].value, 6)
        21.0
    """
    data = read_rows(x, y, weight, offset, names)
    check_binary(data.y)
    basis = make_basis(data)
    objective = Objective(LOGISTIC, basis.q, data, firth=True)
    null = climb(objective, start_at(LOGISTIC, basis, data), np.eye(len(data.names))[:, :1])
    top = climb(objective, null.point.gamma)
    if not (null.settled and top.settled):
        raise ConvergenceError(
            f"the penalised regression found no maximum in {top.steps} steps; look for extreme "
            f"values in {', '.join(data.names[1:]) or 'the offset'}"
        )
    return _report(objective, basis, (null.point, top.point), (top.steps, level))


def _report(
    objective: Objective, basis: Basis, points: tuple[Point, Point], settings: tuple[int, float]
) -> FirthFit:
    """Bring the fit back to the units of the covariates, profile and test it."""
    (null, top), (steps, level), data = points, settings, objective.data
    beta = basis.back @ top.gamma
    augmented, plain = _invert(top.curvature), _invert(top.information)
    error = take_errors(basis, augmented)
    ridges = list_ridges(objective, basis, top, error)
    profiles = make_intervals(data.names, ridges, level, find_limits)
    return FirthFit(
        names=data.names,
        coefficients=beta,
        covariance=bring_back(basis, augmented),
        standard_errors=error,
        covariance_information=bring_back(basis, plain),
        standard_errors_information=take_errors(basis, plain),
        wald_estimates=take_intervals(beta, error, level),
        wald_p=2 * ndtr(-np.abs(beta / error)),
        estimates=profiles.estimates,
        ratios=take_ratios(profiles.estimates),
        tests=profiles.tests,
        p=np.array([test.p for test in profiles.tests]),
        # The penalty depends on the units of the covariates by this constant.
        log_likelihood_null=null.value - _log_scale(basis),
        log_likelihood=top.value - _log_scale(basis),
        likelihood_ratio=take_test(2 * (top.value - null.value), len(data.names) - 1),
        n=len(data.y),
        events=float(data.weight @ data.y),
        iterations=steps,
        level=level,
        fitted=LOGISTIC.mean(add_columns(data.x, beta) + data.offset),
        data=data,
    )


def _invert(matrix: Floats) -> Floats:
    return np.asarray(np.linalg.inv(matrix), dtype=np.float64)


def _log_scale(basis: Basis) -> float:
    return float(np.linalg.slogdet(basis.back)[1])

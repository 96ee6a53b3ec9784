"""Ridge Cox regression: coefficients held near 0, for many or correlated covariates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc

from jalon.core import Estimate, Floats, SurvivalData, UnsuitableDataError
from jalon.stats.regression.cox_fit import Baseline, Ties, take_ratios
from jalon.stats.regression.cox_hill import Hill, Spot, ascend, look, raise_hill
from jalon.stats.regression.cox_rows import CoxRows, read_rows
from jalon.stats.regression.cox_summit import describe_baseline


@dataclass(frozen=True, slots=True)
class Ridge:
    """How strongly coefficients are held near 0.

    Attributes:
        theta: the penalty is theta / 2 times the sum of squared coefficients; one number, or one
            per covariate, 0 for those that are not held.
        scale: whether a coefficient counts per standard deviation of its covariate (so that
            units do not matter) instead of per unit.
    """

    theta: float | Sequence[float]
    scale: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class RidgeCoxFit:
    """Hazard ratios drawn towards 1.

    Attributes:
        names: shape (p,), the covariates in words.
        coefficients: shape (p,), log hazard ratios per unit.
        covariance: shape (p, p), inverse of the information with the penalty's.
        standard_errors: shape (p,), from ``covariance``.
        covariance_sampling: shape (p, p), how the coefficients vary between samples, their
            bias apart: ``covariance`` times information times ``covariance``.
        hazard_ratios: one per covariate, with Wald interval by ``covariance``.
        effective_df: degrees of freedom that the penalty leaves.
        log_likelihood_null: log partial likelihood when all coefficients are 0.
        log_likelihood: log partial likelihood of the fit, without penalty.
        penalty: what was taken from it.
        chi2: twice the gain in log partial likelihood.
        p: its p-value, by chi-square with the effective degrees of freedom: a rough guide.
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
    covariance_sampling: Floats
    hazard_ratios: tuple[Estimate, ...]
    effective_df: float
    log_likelihood_null: float
    log_likelihood: float
    penalty: float
    chi2: float
    p: float
    n: int
    events: int
    iterations: int
    ties: Ties
    level: float
    means: Floats
    baseline: Baseline


def fit_ridge_cox(
    x: npt.ArrayLike,
    data: SurvivalData,
    ridge: Ridge,
    ties: Ties = "efron",
    offset: npt.ArrayLike | None = None,
    names: Sequence[str] | None = None,
) -> RidgeCoxFit:
    """Estimate hazard ratios that are drawn towards 1, more so the less the data say.

    Args:
        x: shape (n, p), covariates, one row per patient, no missing value; p may exceed n when
            all are held.
        data: outcomes of the same patients, with one cause of event.
        ridge: strength of the penalty.
        ties: "efron" or "breslow".
        offset: shape (n,), a known part of the log hazard.
        names: shape (p,), the columns in words, for messages and tables.

    Returns:
        Coefficients, 95% intervals and effective degrees of freedom.

    Raises:
        UnsuitableDataError: no event, several causes, a missing value, a constant column, a
            penalty that is negative or not one per column, or exact ties.
        ConvergenceError: no maximum was found.

    Reference:
        Verweij PJM, van Houwelingen HC (1994), doi:10.1002/sim.4780132307, section 2; degrees of
        freedom: Gray RJ (1992), doi:10.1080/01621459.1992.10476248; as ``ridge`` of the R
        package survival.

    Example:
        >>> data = SurvivalData(time=[1, 1, 6, 6, 8, 9], event=[1, 0, 1, 1, 0, 1])
        >>> fit = fit_ridge_cox([[1], [1], [1], [0], [0], [0]], data, Ridge(theta=1))
        >>> round(fit.hazard_ratios[0].value, 2), round(fit.effective_df, 2)
        (3.14, 0.69)
    """
    if ties == "exact":
        raise UnsuitableDataError('a ridge is not defined for exact ties here; use ties="efron"')
    rows, words = read_rows(x, data, offset, names)
    hill = raise_hill(rows, words, ties, _read_penalty(ridge, rows.x))
    null = look(hill, np.zeros(len(words)))
    return _report(hill, null, ascend(hill, null.beta), rows, ties)


def _read_penalty(ridge: Ridge, x: Floats) -> Floats:
    p = x.shape[1]
    theta = np.asarray(ridge.theta, dtype=np.float64)
    if theta.shape not in ((), (p,)):
        raise UnsuitableDataError(
            f"theta has {theta.size} values for {p} columns; give one, or one per column"
        )
    theta = np.broadcast_to(theta, (p,))
    if not np.all(np.isfinite(theta) & (theta >= 0)):
        raise UnsuitableDataError("theta is negative or missing; give 0 or more")
    # R takes the variance of all rows, weights apart.
    return theta * x.var(axis=0, ddof=1) if ridge.scale else np.array(theta)


def _report(hill: Hill, null: Spot, top: Spot, rows: CoxRows, ties: Ties) -> RidgeCoxFit:
    scale, level = hill.columns.scale, 0.95
    inverse = np.linalg.inv(top.curvature)
    inverse = (inverse + inverse.T) / 2
    units = np.outer(scale, scale)
    error, beta = np.sqrt(np.diagonal(inverse)) / scale, top.beta / scale
    df = float(np.trace(inverse @ top.information))
    chi2 = max(2 * (top.likelihood - null.likelihood), 0.0)
    return RidgeCoxFit(
        names=hill.columns.names,
        coefficients=beta,
        covariance=inverse / units,
        standard_errors=error,
        covariance_sampling=inverse @ top.information @ inverse / units,
        hazard_ratios=take_ratios(beta, error, level),
        effective_df=df,
        log_likelihood_null=null.likelihood,
        log_likelihood=top.likelihood,
        penalty=top.likelihood - top.value,
        chi2=chi2,
        p=float(chdtrc(df, chi2)),
        n=len(rows.data),
        events=int(hill.sets.deaths.sum()),
        iterations=top.steps,
        ties=ties,
        level=level,
        means=hill.columns.mean,
        baseline=describe_baseline(hill, top),
    )

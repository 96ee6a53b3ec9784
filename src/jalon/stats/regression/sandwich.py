"""Robust (sandwich) variance of logistic and Poisson coefficients."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from jalon.core import Estimate, Floats, UnsuitableDataError
from jalon.stats.arguments import require_choice
from jalon.stats.cluster import read_clusters
from jalon.stats.regression.cox_fit import ModelTest
from jalon.stats.regression.glm import bring_back, take_errors, take_wald
from jalon.stats.regression.glm_diagnostics import measure_leverage
from jalon.stats.regression.glm_family import LOGISTIC, POISSON
from jalon.stats.regression.glm_fit import GlmFit, take_intervals, take_ratios, take_test
from jalon.stats.regression.glm_rows import make_basis

Correction = Literal["HC0", "HC1", "HC2", "HC3"]


@dataclass(frozen=True, slots=True, eq=False)
class RobustVariance:
    """Intervals and tests that hold when the model's variance does not.

    Attributes:
        names: shape (p,), "intercept" and the covariates in words.
        covariance: shape (p, p), of the coefficients.
        standard_errors: shape (p,), of the coefficients.
        z: shape (p,), coefficient over standard error.
        p: shape (p,), two-sided p-values of ``z``.
        estimates: coefficients with robust Wald intervals.
        ratios: their exponentials.
        wald: test of all covariates.
        clusters: number of clusters; of rows when there are none.
    """

    names: tuple[str, ...]
    covariance: Floats
    standard_errors: Floats
    z: Floats
    p: Floats
    estimates: tuple[Estimate, ...]
    ratios: tuple[Estimate, ...]
    wald: ModelTest
    clusters: int


def robust_covariance(
    fit: GlmFit,
    cluster: npt.ArrayLike | None = None,
    correction: Correction = "HC0",
    count_clusters: bool = True,
    level: float | None = None,
) -> RobustVariance:
    """Give standard errors that do not trust the model's variance, nor patients to be independent.

    They are needed with weights that are not counts (propensity scores), with several patients
    per centre, and for relative risks from Poisson regression.

    Args:
        fit: a logistic or Poisson fit.
        cluster: shape (n,), code or name of the group in which patients are alike, one per row
            of the fit (those of weight 0 are not among them); None when all are independent.
        correction: for small samples: "HC0" none, "HC1" by rows over rows less coefficients
            (with clusters rows less one), "HC2" and "HC3" by the leverage of each patient,
            without clusters only.
        count_clusters: whether to multiply by clusters over clusters less one.
        level: coverage of the intervals, 0 to 1; None for that of the fit.

    Returns:
        Covariance, intervals and tests.

    Raises:
        UnsuitableDataError: a single cluster, one of unknown cluster, or leverages with clusters.

    Reference:
        White H (1980), doi:10.2307/1912934, theorem 1; MacKinnon JG, White H (1985),
        doi:10.1016/0304-4076(85)90158-7, equations 6 to 12; clusters and factors as in Zeileis A,
        Köll S, Graham N (2020), doi:10.18637/jss.v095.i01, equations 8 to 10.

    Example:
        With a single binary covariate the robust and the model's errors agree.

        >>> from jalon.stats.regression import fit_logistic
        >>> fit = fit_logistic([[1]] * 5 + [[0]] * 5, [1, 1, 1, 0, 0, 1, 0, 0, 0, 0])
        >>> error = robust_covariance(fit).standard_errors[1]
        >>> bool(round(error, 6) == round(fit.standard_errors[1], 6))
        True
    """
    require_choice(correction, "correction", Correction)
    family = LOGISTIC if fit.family == "logistic" else POISSON
    basis, data = make_basis(fit.data), fit.data
    rows = basis.q * (data.weight * (data.y - fit.fitted))[:, None]
    spread = data.weight * family.variance(fit.fitted)
    bread = np.linalg.inv((basis.q.T * spread) @ basis.q)
    if cluster is None:
        clusters, factor = fit.n, _correct(fit, correction)
        meat = (rows.T * factor) @ rows
    else:
        codes, clusters = read_clusters(cluster, fit.n)
        sums = np.zeros((clusters, rows.shape[1]))
        np.add.at(sums, codes, rows)
        share = _correct_clusters(fit, correction)
        meat = share * (clusters / (clusters - 1) if count_clusters else 1.0) * sums.T @ sums
    inner = bread @ meat @ bread
    gamma = np.asarray(np.linalg.solve(basis.back, fit.coefficients), dtype=np.float64)
    wald = take_test(take_wald(gamma, inner), len(fit.names) - 1)
    moments = bring_back(basis, inner), take_errors(basis, inner)
    return _report(fit, moments, wald, clusters, level)


def _report(
    fit: GlmFit,
    moments: tuple[Floats, Floats],
    wald: ModelTest,
    clusters: int,
    level: float | None,
) -> RobustVariance:
    covariance, error = moments
    z = fit.coefficients / error
    estimates = take_intervals(fit.coefficients, error, fit.level if level is None else level)
    return RobustVariance(
        names=fit.names,
        covariance=covariance,
        standard_errors=error,
        z=z,
        p=2 * ndtr(-np.abs(z)),
        estimates=estimates,
        ratios=take_ratios(estimates),
        wald=wald,
        clusters=clusters,
    )


def _correct(fit: GlmFit, correction: Correction) -> Floats:
    """One factor per row."""
    n, p = fit.n, len(fit.names)
    if correction == "HC0":
        return np.ones(n)
    if correction == "HC1":
        if n <= p:
            raise UnsuitableDataError(
                f"{n} rows for {p} coefficients leave nothing for HC1; use HC0 or fewer covariates"
            )
        return np.full(n, n / (n - p))
    rest = 1 - measure_leverage(fit)
    if np.any(rest < 1e-10):
        raise UnsuitableDataError(
            "some patients alone decide a coefficient (leverage 1), so HC2 and HC3 do not exist; "
            "use HC0 or HC1"
        )
    return 1 / rest if correction == "HC2" else 1 / rest**2


def _correct_clusters(fit: GlmFit, correction: Correction) -> float:
    n, p = fit.n, len(fit.names)
    if correction == "HC0":
        return 1.0
    if correction == "HC1" and n > p:
        return (n - 1) / (n - p)
    raise UnsuitableDataError(
        f"{correction} is not defined for these clusters; use HC0, or HC1 with more rows than "
        "coefficients"
    )

"""Robust variance of a Cox fit: patients alike within clusters, or weights that are not counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, ndtr

from jalon.core import Estimate, Floats, Integers, UnsuitableDataError
from jalon.stats.cluster import read_clusters, sum_clusters
from jalon.stats.regression.cox_fit import CoxFit, ModelTest, take_ratios
from jalon.stats.regression.cox_place import place_fit, refuse_exact
from jalon.stats.regression.cox_residuals import measure_score


@dataclass(frozen=True, slots=True, eq=False)
class RobustCox:
    """Hazard ratios whose intervals do not trust the model's variance.

    Attributes:
        names: shape (p,), the covariates in words.
        coefficients: shape (p,), those of the fit.
        covariance: shape (p, p), robust.
        standard_errors: shape (p,), robust.
        naive_errors: shape (p,), those of the fit.
        z: shape (p,), coefficient over robust standard error.
        p: shape (p,), two-sided p-values of ``z``.
        hazard_ratios: one per covariate with its robust Wald interval.
        wald: test of all coefficients by the robust covariance.
        score: test of all coefficients by the slope at 0 and how it varies between clusters.
        clusters: number of clusters; of rows when there are none.
        level: coverage of the intervals, 0 to 1.
    """

    names: tuple[str, ...]
    coefficients: Floats
    covariance: Floats
    standard_errors: Floats
    naive_errors: Floats
    z: Floats
    p: Floats
    hazard_ratios: tuple[Estimate, ...]
    wald: ModelTest
    score: ModelTest
    clusters: int
    level: float


def robust_cox(
    fit: CoxFit, cluster: npt.ArrayLike | None = None, level: float | None = None
) -> RobustCox:
    """Give standard errors that hold for clustered patients and for weights that are not counts.

    With propensity or sampling weights the standard errors of the fit itself are wrong, since
    they take a weight of 2 for two patients: use these (R's ``coxph`` does so by itself when
    weights are not whole numbers).

    Args:
        fit: a Cox fit with Efron's or Breslow's ties.
        cluster: shape (n,), code or name of the group in which patients are alike (centre,
            matched pair, patient with several rows), one per row of the fit (those of weight 0
            are not among them); None when all rows are independent.
        level: coverage of the intervals, 0 to 1; None for that of the fit.

    Returns:
        Covariance, intervals and tests, the errors of the fit beside them. With
        ``dataclasses.replace(fit, covariance=robust.covariance)`` predictions carry this
        uncertainty of the coefficients, as those of R's ``survfit`` do.

    Raises:
        UnsuitableDataError: exact ties, clusters that are not one code per row, or fewer
            clusters than coefficients.

    Reference:
        Lin DY, Wei LJ (1989), doi:10.1080/01621459.1989.10478874, section 2; clusters: Lee EW,
        Wei LJ, Amato DA (1992), doi:10.1007/978-94-015-7983-4_14; weights: Binder DA (1992),
        doi:10.1093/biomet/79.1.139; computed as Therneau T, Grambsch P (2000),
        doi:10.1007/978-1-4757-3294-8, section 7.2.

    Example:
        >>> from jalon.core import SurvivalData
        >>> from jalon.stats.regression import fit_cox
        >>> data = SurvivalData(time=[1, 1, 6, 6, 8, 9], event=[1, 0, 1, 1, 0, 1])
        >>> fit = fit_cox([[1], [1], [1], [0], [0], [0]], data, ties="breslow")
        >>> robust_cox(fit).standard_errors.round(3).tolist()
        [0.822]
    """
    refuse_exact(fit, "robust standard errors")
    codes, clusters = read_clusters(cluster, fit.n)
    coverage = fit.level if level is None else level
    influence = _sum_scores(fit, fit.coefficients, codes, clusters) @ fit.covariance
    covariance = influence.T @ influence
    error = np.sqrt(np.diagonal(covariance))
    slopes = _sum_scores(fit, np.zeros_like(fit.coefficients), codes, clusters)
    z = fit.coefficients / error
    return RobustCox(
        names=fit.names,
        coefficients=fit.coefficients,
        covariance=covariance,
        standard_errors=error,
        naive_errors=fit.standard_errors,
        z=z,
        p=2 * ndtr(-np.abs(z)),
        hazard_ratios=take_ratios(fit.coefficients, error, coverage),
        wald=_test(fit.coefficients, covariance, clusters),
        score=_test(slopes.sum(axis=0), slopes.T @ slopes, clusters),
        clusters=clusters,
        level=coverage,
    )


def _sum_scores(fit: CoxFit, coefficients: Floats, codes: Integers, clusters: int) -> Floats:
    place = place_fit(fit, coefficients)
    score = measure_score(fit, place, place.describe())
    return sum_clusters(score * fit.patients.weight[:, None], codes, clusters)


def _test(vector: Floats, matrix: Floats, clusters: int) -> ModelTest:
    """Length of a vector in the metric of a covariance, scaled first so that units do not count."""
    error = np.sqrt(np.diagonal(matrix))
    df = len(vector)
    flat = matrix / np.outer(error, error)
    if clusters < df or np.linalg.matrix_rank(flat, tol=1e-9, hermitian=True) < df:
        raise UnsuitableDataError(
            f"{clusters} clusters do not tell the {df} coefficients apart, so their robust "
            "covariance is singular; use fewer covariates or smaller clusters"
        )
    statistic = float(vector / error @ np.linalg.solve(flat, vector / error))
    return ModelTest(statistic, df, float(chdtrc(df, statistic)))

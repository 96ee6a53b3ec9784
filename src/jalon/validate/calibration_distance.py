"""How far a calibration curve lies from the diagonal, with an interval."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy.special import chdtrc

from jalon.core import Estimate, Floats, Integers
from jalon.stats import ModelTest, spline_basis
from jalon.validate.bootstrap import Bootstrap, bootstrap_figures
from jalon.validate.pseudo_regression import fit_pseudo

METHOD = "bootstrap percentile, reflected"


def measure_distances(predicted: Floats, observed: Floats) -> Floats:
    """Give the mean, median, 90th percentile and largest distance between two risks.

    Args:
        predicted: shape (n,), predicted risks.
        observed: shape (n,), the curve at the same patients.

    Returns:
        Shape (4,): ICI, E50, E90 and Emax.
    """
    error = np.abs(predicted - observed)
    return np.array([error.mean(), *np.quantile(error, [0.5, 0.9]), error.max()])


def draw_distances(
    measure: Callable[[Integers], Floats],
    whole: Floats,
    n: int,
    bootstrap: Bootstrap | None,
    diagonal: ModelTest,
) -> list[Estimate]:
    """Give distances their intervals.

    A distance is never negative: chance makes it larger, in the cohort and once more in its
    resamples, which never reach 0. Therefore the upper limit is the percentile, the lower one its
    reflection, as far below the distance as the percentile is above it; and it is 0 unless the
    curve can be told from the diagonal.

    Args:
        measure: gives the distances of the patients at some rows.
        whole: shape (k,), the distances of all patients.
        n: patients.
        bootstrap: how to resample; None leaves the intervals NaN.
        diagonal: test that the curve is the diagonal.

    Returns:
        One estimate per distance.

    Reference:
        Davison AC, Hinkley DV (1997), doi:10.1017/CBO9780511802843, section 5.2 (basic bootstrap
        interval), for the lower limit.
    """
    if bootstrap is None:
        return [Estimate(float(part), np.nan, np.nan) for part in whole]
    found = bootstrap_figures(measure, n, bootstrap)
    told = diagonal.p < 1 - bootstrap.level
    return [replace(one, low=_reflect(one) if told else 0.0, method=METHOD) for one in found]


def _reflect(one: Estimate) -> float:
    return min(max(2 * one.value - one.high, 0.0), one.value)


def compare_diagonal(scale: Floats, values: Floats, knots: Floats) -> ModelTest:
    """Ask whether a calibration curve can be told from the diagonal.

    Args:
        scale: shape (n,), log(-log(1 - predicted risk)).
        values: shape (n,), pseudo-values.
        knots: shape (k,), of the restricted cubic spline.

    Returns:
        Wald test, with robust errors, that neither an intercept nor a spline need be added to the
        predictions.
    """
    design = np.column_stack([np.ones((len(scale), 1)), spline_basis(scale, knots)])
    fit = fit_pseudo(values, design, scale)
    df = design.shape[1]
    # Robust errors of few patients are too small by about this.
    fair = (len(scale) - df) / len(scale)
    statistic = fair * float(fit.coefficients @ np.linalg.solve(fit.covariance, fit.coefficients))
    return ModelTest(statistic, df, float(chdtrc(df, statistic)))

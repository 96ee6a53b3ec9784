"""Tests of some coefficients of a fit: is the curve a line, does a factor matter at all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from scipy.special import chdtrc

from jalon.core import Floats, UnsuitableDataError
from jalon.stats.regression.cox_fit import ModelTest


class Likelihood(Protocol):
    """A fit with its log likelihood."""

    @property
    def names(self) -> tuple[str, ...]:
        """The coefficients in words."""

    @property
    def log_likelihood(self) -> float:
        """Log likelihood of the fit."""

    @property
    def n(self) -> int:
        """Patients of the fit."""


class Coefficients(Protocol):
    """A fit with its coefficients."""

    @property
    def names(self) -> tuple[str, ...]:
        """The coefficients in words."""

    @property
    def coefficients(self) -> Floats:
        """Their values."""

    @property
    def covariance(self) -> Floats:
        """Their covariance."""


def wald_test(fit: Coefficients, columns: Sequence[int | str]) -> ModelTest:
    """Test whether some coefficients are all 0, by Wald's test.

    For a spline give its bent columns: that tests whether the effect is linear. For all of its
    columns: whether there is any effect.

    Args:
        fit: a Cox, logistic, Poisson or parametric fit.
        columns: which coefficients, by place (the intercept, where there is one, is 0) or name.

    Returns:
        Chi-square statistic, degrees of freedom and p-value.

    Raises:
        UnsuitableDataError: no column, a name that the fit has not, or coefficients whose
            covariance is singular.

    Reference:
        Harrell FE (2015), Regression Modeling Strategies, 2nd edition,
        doi:10.1007/978-3-319-19425-7, section 9.2.2 and equation 9.27.

    Example:
        >>> from jalon.stats.regression import fit_logistic
        >>> fit = fit_logistic([[1], [1], [0], [0]], [1, 0, 1, 0], weight=[6, 4, 2, 8])
        >>> abs(wald_test(fit, [1]).p - fit.wald.p) < 1e-12
        True
    """
    places = [_find_column(fit.names, column) for column in columns]
    if len(places) == 0 or len(set(places)) < len(places):
        raise UnsuitableDataError("give at least one column, and each only once")
    beta = fit.coefficients[places]
    part = fit.covariance[np.ix_(places, places)]
    # Scaled to correlations, so that units do not make the matrix look singular.
    error = np.sqrt(np.diagonal(part))
    try:
        distance = np.linalg.solve(part / np.outer(error, error), beta / error)
    except np.linalg.LinAlgError as reason:
        raise UnsuitableDataError(
            "the covariance of these coefficients is singular; test fewer of them"
        ) from reason
    statistic = float(beta / error @ distance)
    return ModelTest(statistic, len(places), float(chdtrc(len(places), statistic)))


def compare_fits(smaller: Likelihood, larger: Likelihood) -> ModelTest:
    """Test whether the further columns of a larger model are needed, by the likelihood ratio.

    Args:
        smaller: a fit on some of the columns.
        larger: a fit of the same kind on the same patients with all of them.

    Returns:
        Chi-square statistic, degrees of freedom and p-value.

    Raises:
        UnsuitableDataError: other patients, or a larger model that is not larger.

    Reference:
        Wilks SS (1938), doi:10.1214/aoms/1177732360.

    Example:
        >>> from jalon.stats.regression import fit_logistic
        >>> y, weight = [1, 0, 1, 0], [6, 4, 2, 8]
        >>> smaller = fit_logistic(None, y, weight)
        >>> larger = fit_logistic([[1], [1], [0], [0]], y, weight)
        >>> round(compare_fits(smaller, larger).statistic, 4)
        3.4522
    """
    df = len(larger.names) - len(smaller.names)
    if smaller.n != larger.n:
        raise UnsuitableDataError(
            f"the fits have {smaller.n} and {larger.n} patients; fit both on the same ones"
        )
    if df <= 0:
        raise UnsuitableDataError("the second fit has no more columns than the first")
    gain = 2 * (larger.log_likelihood - smaller.log_likelihood)
    if gain < -1e-6 * abs(larger.log_likelihood):
        raise UnsuitableDataError(
            "the larger fit is worse than the smaller one, so it is not an extension of it; fit "
            "both on the same patients with the same outcome"
        )
    statistic = max(gain, 0.0)
    return ModelTest(statistic, df, float(chdtrc(df, statistic)))


def _find_column(names: tuple[str, ...], column: int | str) -> int:
    if isinstance(column, str):
        if column not in names:
            raise UnsuitableDataError(f"the fit has no column {column}; it has {', '.join(names)}")
        return names.index(column)
    if not 0 <= column < len(names):
        raise UnsuitableDataError(f"the fit has columns 0 to {len(names) - 1}, not {column}")
    return int(column)

"""The result of a parametric survival regression, and what it predicts."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Estimate, Floats, UnsuitableDataError
from jalon.stats.arguments import read_floats
from jalon.stats.regression.cox_fit import ModelTest
from jalon.stats.regression.design import read_new_patients
from jalon.stats.regression.glm_rows import add_columns
from jalon.stats.regression.prediction import SurvivalPrediction
from jalon.stats.regression.survival_distribution import SHAPES, Distribution, survive
from jalon.stats.survival.interval import find_z


@dataclass(frozen=True, slots=True, eq=False)
class ParametricFit:
    """Time ratios with their uncertainty, and the scatter of log time.

    Attributes:
        distribution: shape of the scatter.
        names: shape (p,), "intercept" and the covariates in words.
        coefficients: shape (p,), on the scale of log time, per unit.
        scale: spread of log time around what is expected; 1 over it is Weibull's shape. It is 1
            for "exponential", one half for "rayleigh".
        covariance: shape (p + 1, p + 1), of the coefficients and the log of the scale;
            (p, p) where the scale is known.
        standard_errors: shape (p + 1,) or (p,), the same.
        z: shape (p,), coefficient over standard error.
        p: shape (p,), two-sided p-values of ``z``.
        estimates: coefficients with Wald intervals.
        time_ratios: their exponentials; the first is a time, where all covariates are 0.
        log_likelihood_null: log likelihood without covariates.
        log_likelihood: log likelihood of the fit.
        likelihood_ratio: test of all covariates by these two.
        wald: test of all covariates by their covariance.
        n: patients with weight above 0.
        events: their weighted events.
        level: coverage of the intervals, 0 to 1.
    """

    distribution: Distribution
    names: tuple[str, ...]
    coefficients: Floats
    scale: float
    covariance: Floats
    standard_errors: Floats
    z: Floats
    p: Floats
    estimates: tuple[Estimate, ...]
    time_ratios: tuple[Estimate, ...]
    log_likelihood_null: float
    log_likelihood: float
    likelihood_ratio: ModelTest
    wald: ModelTest
    n: int
    events: float
    level: float

    @property
    def aic(self) -> float:
        """Akaike's criterion; the scale counts as a parameter when it was estimated."""
        return 2 * (len(self.standard_errors) - self.log_likelihood)

    @property
    def bic(self) -> float:
        """Schwarz's criterion, with the log of the number of patients."""
        return len(self.standard_errors) * math.log(self.n) - 2 * self.log_likelihood


@dataclass(frozen=True, slots=True, eq=False)
class QuantilePrediction:
    """Times by which given shares of patients have had the event.

    Attributes:
        share: shape (m,), the shares asked for.
        value: shape (n, m), time by which each share has had the event.
        low: shape (n, m), lower limit, made on the log scale.
        high: shape (n, m), upper limit.
        std_error: shape (n, m), of ``value``.
        level: coverage of the interval, 0 to 1.
    """

    share: Floats
    value: Floats
    low: Floats
    high: Floats
    std_error: Floats
    level: float


def predict_quantile(
    fit: ParametricFit,
    x: npt.ArrayLike | None,
    share: npt.ArrayLike = 0.5,
    offset: npt.ArrayLike | None = None,
) -> QuantilePrediction:
    """Predict the time by which a share of such patients has had the event.

    Args:
        fit: a parametric fit.
        x: shape (n, p), covariates in the order of the fit, without intercept; None when the
            fit has none.
        share: shape (m,), between 0 and 1; one half is the median.
        offset: shape (n,), known part of the log time, when the fit had one.

    Returns:
        Times with intervals.

    Raises:
        UnsuitableDataError: another number of columns, or a share that is not inside 0 to 1.

    Reference:
        Kalbfleisch JD, Prentice RL (2002), doi:10.1002/9781118032985, section 3.6.

    Example:
        >>> from jalon.core import SurvivalData
        >>> from jalon.stats.regression import fit_parametric
        >>> fit = fit_parametric(None, SurvivalData([4, 6], [1, 1]), "exponential")
        >>> predict_quantile(fit, None).value.round(3).tolist()
        [[3.466]]
    """
    shares = np.atleast_1d(read_floats(share, "share"))
    if not np.all((shares > 0) & (shares < 1)):
        raise UnsuitableDataError("each share must lie between 0 and 1, for example 0.5")
    rows, center = _read_rows(fit, x, offset)
    moved = fit.scale * SHAPES[fit.distribution].quantile(shares)
    value = np.exp(center[:, None] + moved)
    error = np.empty_like(value)
    for j, shift in enumerate(moved):
        error[:, j] = _take_error(fit, rows, np.full(len(rows), shift))
    half = find_z(fit.level) * error
    return QuantilePrediction(
        shares, value, value * np.exp(-half), value * np.exp(half), value * error, fit.level
    )


def predict_parametric_survival(
    fit: ParametricFit,
    x: npt.ArrayLike | None,
    times: npt.ArrayLike,
    offset: npt.ArrayLike | None = None,
) -> SurvivalPrediction:
    """Predict the probability of each patient to be free of the event at given times.

    Args:
        fit: a parametric fit.
        x: shape (n, p), covariates in the order of the fit, without intercept; None when the
            fit has none.
        times: shape (m,), above 0, in the unit of the fit; beyond the last event it is the
            shape of the distribution that speaks, not the data.
        offset: shape (n,), known part of the log time, when the fit had one.

    Returns:
        Survival with its interval, made on the scale of log time.

    Raises:
        UnsuitableDataError: another number of columns, or times that are not above 0.

    Reference:
        Kalbfleisch JD, Prentice RL (2002), doi:10.1002/9781118032985, section 3.6.

    Example:
        >>> from jalon.core import SurvivalData
        >>> from jalon.stats.regression import fit_parametric
        >>> fit = fit_parametric(None, SurvivalData([4, 6], [1, 1]), "exponential")
        >>> predict_parametric_survival(fit, None, [5]).value.round(3).tolist()
        [[0.368]]
    """
    moments = np.atleast_1d(read_floats(times, "times"))
    if not np.all((moments > 0) & np.isfinite(moments)):
        raise UnsuitableDataError("each time must be above 0 and finite")
    rows, center = _read_rows(fit, x, offset)
    z = (np.log(moments) - center[:, None]) / fit.scale
    error = np.empty_like(z)
    for j in range(len(moments)):
        # The log scale moves the standardised time by z, the coefficients by their rows.
        error[:, j] = _take_error(fit, rows, fit.scale * z[:, j]) / fit.scale
    half = find_z(fit.level) * error
    log_survival, slope, _ = SHAPES[fit.distribution].survival(z)
    return SurvivalPrediction(
        time=moments,
        value=survive(fit.distribution, z),
        low=survive(fit.distribution, z + half),
        high=survive(fit.distribution, z - half),
        std_error=np.exp(log_survival) * np.abs(slope) * error,
        level=fit.level,
        method="log time",
    )


def _read_rows(
    fit: ParametricFit, x: npt.ArrayLike | None, offset: npt.ArrayLike | None
) -> tuple[Floats, Floats]:
    """Rows with intercept, and the expected log time of each."""
    known = np.zeros(1) if offset is None else np.atleast_1d(read_floats(offset, "offset"))
    if x is None:
        if len(fit.names) > 1:
            raise UnsuitableDataError(
                f"x is missing; give the {len(fit.names) - 1} covariates of the fit"
            )
        rows = np.ones((len(known), 1))
    else:
        table = read_new_patients(x, fit.names[1:])
        rows = np.column_stack([np.ones(len(table)), table])
    return rows, add_columns(rows, fit.coefficients) + known


def _take_error(fit: ParametricFit, rows: Floats, shift: Floats) -> Floats:
    """Standard error of expected log time plus a shift that grows with the scale."""
    wide = rows if len(fit.covariance) == rows.shape[1] else np.column_stack([rows, shift])
    error: Floats = np.sqrt(np.einsum("ij,jk,ik->i", wide, fit.covariance, wide))
    return error

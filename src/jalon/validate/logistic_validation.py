"""Internal validation of a logistic model: the figures of merit of Harrell's ``validate``."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.special import expit, logit
from scipy.stats import rankdata

from jalon.core import Estimate, Floats, Integers, UnsuitableDataError
from jalon.stats import GlmFit, fit_logistic
from jalon.validate.gini import gini_difference
from jalon.validate.resampling import Resampling
from jalon.validate.validation import ValidatedFigure, Validation, validate_model


@dataclass(frozen=True, slots=True, eq=False)
class _Learned:
    fit: GlmFit
    rows: Integers


def validate_logistic(
    x: npt.ArrayLike,
    y: npt.ArrayLike,
    resampling: Resampling,
    level: float = 0.95,
    workers: int = 1,
) -> Validation:
    """Correct the figures of merit of a logistic model for their optimism.

    The covariates are taken as chosen beforehand; when the data chose them, give the whole
    choice to ``validate_model``.

    Args:
        x: shape (n, p), covariates, without intercept.
        y: shape (n,), outcome, 0 no or 1 yes.
        resampling: which patients to learn from and to judge on.
        level: coverage of the intervals, 0 to 1.
        workers: threads; the result does not depend on it.

    Returns:
        "Dxy" (2 AUC - 1), "R2" (Nagelkerke), "intercept", "slope", "D" (likelihood gained), "U"
        (unreliability: likelihood lost by a wrong intercept and slope), both per patient, "Q" (D -
        U), "B" (Brier score), "g" and "gp" (mean difference between two patients, of log odds and
        of risk) and "Emax", the largest error of a risk that the corrected intercept and slope
        imply, which has no interval. On other patients R2, D, g and gp are those after intercept
        and slope are put right, as in R's ``rms``.

    Raises:
        UnsuitableDataError: as ``fit_logistic``, or as ``validate_model``.
        ConvergenceError: as ``fit_logistic``.

    Reference:
        Harrell FE (2015), Regression Modeling Strategies, 2nd edition,
        doi:10.1007/978-3-319-19425-7, sections 5.3 and 10.9.

    Example:
        >>> from jalon.validate import draw_bootstrap
        >>> rng = np.random.default_rng(1)
        >>> x = rng.normal(size=(200, 2))
        >>> y = (rng.random(200) < expit(x[:, 0])).astype(int)
        >>> found = validate_logistic(x, y, draw_bootstrap(200, 20, rng)).figures
        >>> 0.8 < found["slope"].corrected.value < 1
        True
    """
    table, outcome = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    if table.ndim != 2 or len(table) != len(outcome):
        raise UnsuitableDataError(
            f"covariates of shape {table.shape} for {len(outcome)} outcomes; give one row per "
            "patient"
        )

    def fit(rows: Integers) -> _Learned:
        return _Learned(fit_logistic(table[rows], outcome[rows]), rows)

    def judge(model: _Learned, rows: Integers) -> dict[str, float]:
        beta = model.fit.coefficients
        odds, had = beta[0] + table[rows] @ beta[1:], outcome[rows]
        own = rows is model.rows or np.array_equal(rows, model.rows)
        return _judge(odds, had, model.fit if own else None)

    found = validate_model(fit, judge, resampling, level, workers)
    figures = dict(found.figures)
    line = figures["intercept"].corrected.value, figures["slope"].corrected.value
    worst = largest_error(*line)
    resamples = figures["slope"].resamples
    figures["Emax"] = ValidatedFigure(
        0.0, 0.0, worst, -worst, Estimate(worst, np.nan, np.nan, level, "none"), resamples
    )
    return Validation(figures, found.training, found.test, found.failed)


def largest_error(intercept: float, slope: float) -> float:
    """Give the largest error of a risk when its log odds must be stretched and shifted.

    Args:
        intercept: log odds to be added.
        slope: what the predicted log odds are multiplied by, above 0.

    Returns:
        The largest distance between a predicted risk and the right one, over all risks.

    Raises:
        UnsuitableDataError: missing numbers.

    Example:
        >>> round(largest_error(0.0, 1.0), 6)
        0.0
    """
    if not (np.isfinite(intercept) and np.isfinite(slope)):
        raise UnsuitableDataError("intercept and slope must be finite numbers")

    def gap(odds: float) -> float:
        return -abs(float(expit(odds) - expit(intercept + slope * odds)))

    grid = logit(np.linspace(0.001, 0.999, 999))
    start = int(np.argmin([gap(odds) for odds in grid]))
    ends = grid[max(start - 1, 0)], grid[min(start + 1, len(grid) - 1)]
    near = minimize_scalar(gap, bounds=ends, method="bounded", options={"xatol": 1e-10})
    return float(max(-near.fun, -gap(grid[start])))


def _judge(odds: Floats, y: Floats, own: GlmFit | None) -> dict[str, float]:
    """Figures of predicted log odds; ``own`` is the fit when they are of the same patients."""
    n = len(y)
    fit = fit_logistic(odds[:, None], y) if own is None else own
    intercept, slope = (0.0, 1.0) if own is not None else map(float, fit.coefficients)
    null, gain = -2 * fit.log_likelihood_null, fit.likelihood_ratio.statistic
    as_is = 2 * float(np.sum(np.logaddexp(0, odds) - y * odds))
    lost = (as_is + 2 * fit.log_likelihood - 2) / n
    right = intercept + slope * odds
    return {
        "Dxy": _rank(odds, y),
        "R2": float(-np.expm1(-gain / n) / -np.expm1(-null / n)),
        "intercept": intercept,
        "slope": slope,
        "D": (gain - 1) / n,
        "U": lost,
        "Q": (gain - 1) / n - lost,
        "B": float(np.mean((expit(odds) - y) ** 2)),
        "g": gini_difference(right),
        "gp": gini_difference(expit(right)),
    }


def _rank(odds: Floats, y: Floats) -> float:
    """Twice the area under the curve less 1, from the ranks (Mann and Whitney)."""
    cases, n = float(y.sum()), len(y)
    excess = float(rankdata(odds) @ y) - cases * (cases + 1) / 2
    return 2 * excess / (cases * (n - cases)) - 1

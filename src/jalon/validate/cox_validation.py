"""Internal validation of a Cox model: the figures of merit of Harrell's ``validate``."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.stats import CoxFit, concordance_value, fit_cox, predict_survival
from jalon.validate.calibration import draw_risk, read_risk_at
from jalon.validate.gini import gini_difference
from jalon.validate.resampling import Resampling
from jalon.validate.risks import read_horizon
from jalon.validate.validation import Validation, validate_model


@dataclass(frozen=True, slots=True, eq=False)
class _Learned:
    fit: CoxFit
    rows: Integers


def validate_cox(
    x: npt.ArrayLike,
    data: SurvivalData,
    resampling: Resampling,
    level: float = 0.95,
    workers: int = 1,
) -> Validation:
    """Correct the figures of merit of a Cox model for their optimism.

    The covariates are taken as chosen beforehand; when the data chose them, give the whole
    choice to ``validate_model``.

    Args:
        x: shape (n, p), covariates.
        data: outcomes of the same patients, with one cause of event.
        resampling: which patients to learn from and to judge on.
        level: coverage of the intervals, 0 to 1.
        workers: threads; the result does not depend on it.

    Returns:
        "Dxy" (2 C - 1), "R2" (Nagelkerke), "slope", "D" (likelihood gained) and "U" (unreliability:
        likelihood lost by a wrong slope), both over that without model, "Q" (D - U) and "g" (mean
        difference of log hazard between two patients, Gini). On other patients R2, D and g are
        those after the slope is put right, and U is without its penalty of 2, as in R's ``rms``.

    Raises:
        UnsuitableDataError: as ``fit_cox``, or as ``validate_model``.
        ConvergenceError: as ``fit_cox``.

    Reference:
        Harrell FE (2015), Regression Modeling Strategies, 2nd edition,
        doi:10.1007/978-3-319-19425-7, sections 5.3 and 20.10.

    Example:
        >>> from jalon.validate import draw_bootstrap
        >>> rng = np.random.default_rng(1)
        >>> x = rng.normal(size=(80, 2))
        >>> data = SurvivalData(rng.exponential(np.exp(-x[:, 0])), np.ones(80, dtype=int))
        >>> found = validate_cox(x, data, draw_bootstrap(80, 20, rng)).figures["slope"]
        >>> found.apparent, 0.9 < found.corrected.value < 1.1
        (1.0, True)
    """
    table = _read_table(x, data)

    def fit(rows: Integers) -> _Learned:
        return _Learned(fit_cox(table[rows], data.take(rows)), rows)

    def judge(model: _Learned, rows: Integers) -> dict[str, float]:
        index, some = table[rows] @ model.fit.coefficients, data.take(rows)
        own = rows is model.rows or np.array_equal(rows, model.rows)
        return _judge_own(model.fit, index, some) if own else _judge_other(index, some)

    return validate_model(fit, judge, resampling, level, workers)


def validate_cox_groups(
    x: npt.ArrayLike,
    data: SurvivalData,
    horizon: float,
    cuts: npt.ArrayLike,
    resampling: Resampling,
    workers: int = 1,
) -> Validation:
    """Correct the calibration of a Cox model in groups of predicted survival for its optimism.

    Args:
        x: shape (n, p), covariates.
        data: outcomes of the same patients, with one cause of event.
        horizon: time of interest, above 0.
        cuts: shape (g - 1,), limits between groups of predicted survival, rising; a patient on a
            limit belongs above it. The same limits hold in every resample.
        resampling: which patients to learn from and to judge on.
        workers: threads; the result does not depend on it.

    Returns:
        Per group "group 1" (lowest survival) to g: observed (Kaplan-Meier) less mean predicted
        survival; NaN figures of resamples with an empty group are left out.

    Raises:
        UnsuitableDataError: limits that do not rise, or as ``validate_cox``.
        ConvergenceError: as ``fit_cox``.

    Reference:
        Harrell FE (2015), Regression Modeling Strategies, 2nd edition,
        doi:10.1007/978-3-319-19425-7, section 20.10, ``calibrate``.
    """
    table, time = _read_table(x, data), read_horizon(horizon)
    limits = np.atleast_1d(np.asarray(cuts, dtype=np.float64))
    if limits.ndim != 1 or not np.all(np.diff(limits) > 0):
        raise UnsuitableDataError("cuts must be different numbers in rising order")

    def fit(rows: Integers) -> CoxFit:
        return fit_cox(table[rows], data.take(rows))

    def judge(model: CoxFit, rows: Integers) -> dict[str, float]:
        survival = predict_survival(model, table[rows], time).value[:, 0]
        place = np.searchsorted(limits, survival, side="right")
        gaps = {}
        for group in range(len(limits) + 1):
            chosen = place == group
            gaps[f"group {group + 1}"] = _find_gap(survival[chosen], data.take(rows[chosen]), time)
        return gaps

    return validate_model(fit, judge, resampling, workers=workers)


def _judge_own(fit: CoxFit, index: Floats, data: SurvivalData) -> dict[str, float]:
    """Figures on the patients learned from, where the slope is 1 by construction."""
    null, gain = -2 * fit.log_likelihood_null, fit.likelihood_ratio.statistic
    lost = -2 / null
    return _list(index, data, (1.0, (gain - 1) / null, lost), _share(gain, null, fit.n))


def _judge_other(index: Floats, data: SurvivalData) -> dict[str, float]:
    """Figures on other patients, on whom the slope is estimated anew."""
    index = index - index.mean()  # only differences count, and a large offset would overflow
    fit = fit_cox(index[:, None], data)
    slope, null = float(fit.coefficients[0]), -2 * fit.log_likelihood_null
    gain = fit.likelihood_ratio.statistic
    # With the index as offset the likelihood without covariates is that of the index as it is.
    held = fit_cox(index[:, None], data, offset=index).log_likelihood_null
    lost = 2 * (fit.log_likelihood - held) / null
    return _list(slope * index, data, (slope, (gain - 1) / null, lost), _share(gain, null, fit.n))


def _list(
    index: Floats, data: SurvivalData, parts: tuple[float, float, float], share: float
) -> dict[str, float]:
    slope, gained, lost = parts
    # A slope below 0 turns the index round, which must not turn the ranking round.
    sign = -1.0 if slope < 0 else 1.0
    return {
        "Dxy": sign * (2 * concordance_value(sign * index, data) - 1) if slope else 0.0,
        "R2": share,
        "slope": slope,
        "D": gained,
        "U": lost,
        "Q": gained - lost,
        "g": gini_difference(index),
    }


def _share(gain: float, null: float, n: int) -> float:
    return float(-np.expm1(-gain / n) / -np.expm1(-null / n))


def _find_gap(survival: Floats, data: SurvivalData, horizon: float) -> float:
    """Observed less predicted survival of one group; NaN where it cannot be observed."""
    last = data.time == data.time.max(initial=0)
    if not len(survival) or (data.time[last][0] < horizon and not np.all(data.event[last])):
        return np.nan
    if not np.any((data.event > 0) & (data.time <= horizon)):
        return float(1 - survival.mean())
    risk, _ = read_risk_at(draw_risk(data, 1, 0.95), horizon)
    return float(1 - risk.value - survival.mean())


def _read_table(x: npt.ArrayLike, data: SurvivalData) -> Floats:
    table = np.asarray(x, dtype=np.float64)
    if table.ndim != 2 or len(table) != len(data):
        raise UnsuitableDataError(
            f"covariates of shape {table.shape} for {len(data)} patients; give one row per patient"
        )
    return table

"""Would other patients have given the same predictions? Models of resamples, side by side.

The resamples' predictions for the patients of the cohort come from ``validate_procedure``, whose
procedure says which prediction to ``watch``.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import ConvergenceError, Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.stats.arguments import read_floats
from jalon.validate.calibration_smooth import smooth_calibration
from jalon.validate.risks import read_level

GRID = 50
"""Predictions at which curves are drawn."""


@dataclass(frozen=True, slots=True, eq=False)
class PredictionInstability:
    """How far a patient's prediction would move with other patients to learn from.

    Attributes:
        original: shape (n,), prediction of the model.
        low: shape (n,), lower percentile of the resamples' predictions.
        high: shape (n,), upper percentile.
        error: shape (n,), mean absolute difference of the resamples' predictions and the model's
            (mean absolute prediction error, MAPE).
        mean_error: its mean over the patients.
        resamples: number of models.
        level: share of the models between ``low`` and ``high``.
    """

    original: Floats
    low: Floats
    high: Floats
    error: Floats
    mean_error: float
    resamples: int
    level: float


@dataclass(frozen=True, slots=True, eq=False)
class CalibrationInstability:
    """Calibration curves of the resamples' models among the patients of the cohort.

    Attributes:
        predicted: shape (g,), predicted risks, rising.
        original: shape (g,), observed risk there, of the model itself; NaN outside its range.
        curves: shape (B, g), the same of each resample's model.
        error: shape (B,), mean distance of observed from predicted risk over the patients (ICI).
        failed: models whose curve cannot be drawn.
    """

    predicted: Floats
    original: Floats
    curves: Floats
    error: Floats
    failed: int


@dataclass(frozen=True, slots=True, eq=False)
class ClassificationInstability:
    """How often a patient would be put on the other side of a threshold.

    Attributes:
        thresholds: shape (t,), risks at or above which a patient counts as at high risk.
        share: shape (t, n), share of the resamples' models that decide otherwise.
        index: shape (t,), its mean over the patients.
    """

    thresholds: Floats
    share: Floats
    index: Floats


@dataclass(frozen=True, slots=True, eq=False)
class GroupInstability:
    """How often a patient would be put in another risk group.

    Attributes:
        share: shape (n,), share of the resamples' models that put the patient in another group.
        index: shape (g,), its mean over the patients of each group.
        moves: shape (g, k), of the patients of each group, the share put in each group by the
            resamples' models, which may have more groups.
    """

    share: Floats
    index: Floats
    moves: Floats


def measure_instability(
    original: npt.ArrayLike, resampled: npt.ArrayLike, level: float = 0.95
) -> PredictionInstability:
    """Say how far each patient's prediction would move with other patients to learn from.

    Args:
        original: shape (n,), predictions of the model, such as risks.
        resampled: shape (B, n), predictions of each resample's model for the same patients; rows of
            NaN are left out.
        level: share of the models to lie between the limits, 0 to 1.

    Returns:
        Percentiles and mean error of each patient, arrays to draw.

    Raises:
        UnsuitableDataError: shapes that do not fit, or fewer than two models.

    Reference:
        Riley RD, Collins GS (2023), doi:10.1002/bimj.202200302, sections 3.1 and 3.2.

    Example:
        >>> found = measure_instability([0.2, 0.6], [[0.1, 0.6], [0.3, 0.8]])
        >>> found.error.round(3).tolist(), round(found.mean_error, 3)
        ([0.1, 0.1], 0.1)
    """
    own, models = _read(original, resampled)
    tail = (1 - read_level(level)) / 2
    low, high = np.quantile(models, [tail, 1 - tail], axis=0)
    error = np.abs(models - own).mean(axis=0)
    return PredictionInstability(own, low, high, error, float(error.mean()), len(models), level)


def compare_calibration(
    original: npt.ArrayLike,
    resampled: npt.ArrayLike,
    data: SurvivalData,
    horizon: float,
    cause: int = 1,
) -> CalibrationInstability:
    """Draw the calibration curve of each resample's model among the patients of the cohort.

    Args:
        original: shape (n,), predicted risks of the model, above 0 and below 1.
        resampled: shape (B, n), of each resample's model; rows of NaN are left out.
        data: outcomes of the same patients, without late entry or weights.
        horizon: time at which the risks are predicted, above 0.
        cause: the event code of interest.

    Returns:
        Curves on one grid of predictions, arrays to draw.

    Raises:
        UnsuitableDataError: shapes that do not fit, fewer than two models, or as
            ``smooth_calibration`` for the model itself.
        ConvergenceError: as ``smooth_calibration`` for the model itself.

    Reference:
        Riley RD, Collins GS (2023), doi:10.1002/bimj.202200302, section 3.3; curves: Austin PC and
        others (2020), doi:10.1002/sim.8570.
    """
    own, models = _read(original, resampled)
    low, high = np.quantile(models, [0.005, 0.995])
    grid = np.linspace(float(low), float(high), GRID)
    first, _ = _draw(own, data, (horizon, cause), grid)
    curves, errors, failed = [], [], 0
    for risk in models:
        try:
            curve, error = _draw(risk, data, (horizon, cause), grid)
        except (UnsuitableDataError, ConvergenceError):
            curve, error, failed = np.full(GRID, np.nan), np.nan, failed + 1
        curves.append(curve)
        errors.append(error)
    return CalibrationInstability(grid, first, np.array(curves), np.array(errors), failed)


def classify_again(
    original: npt.ArrayLike, resampled: npt.ArrayLike, thresholds: npt.ArrayLike
) -> ClassificationInstability:
    """Say how often each patient would be put on the other side of a threshold.

    Args:
        original: shape (n,), predictions of the model.
        resampled: shape (B, n), of each resample's model; rows of NaN are left out.
        thresholds: shape (t,), a patient at or above one counts as at high risk.

    Returns:
        Shares of the models, arrays to draw.

    Raises:
        UnsuitableDataError: shapes that do not fit, missing thresholds, or fewer than two models.

    Reference:
        Riley RD, Collins GS (2023), doi:10.1002/bimj.202200302, section 3.4.

    Example:
        >>> found = classify_again([0.2, 0.6], [[0.1, 0.6], [0.3, 0.8]], [0.25])
        >>> found.share.tolist(), found.index.tolist()
        ([[0.5, 0.0]], [0.25])
    """
    own, models = _read(original, resampled)
    limits = np.atleast_1d(read_floats(thresholds, "thresholds"))
    if limits.ndim != 1 or not len(limits) or np.isnan(limits).any():
        raise UnsuitableDataError("thresholds must be numbers, at least one")
    share = np.array([np.mean((models >= one) != (own >= one), axis=0) for one in limits])
    return ClassificationInstability(limits, share, share.mean(axis=1))


def regroup(original: npt.ArrayLike, resampled: npt.ArrayLike) -> GroupInstability:
    """Say how often each patient would be put in another risk group.

    Args:
        original: shape (n,), group of each patient, 0 the lowest.
        resampled: shape (B, n), groups by each resample's model, which may make more or fewer of
            them; rows of NaN are left out.

    Returns:
        Shares of the models, arrays to draw.

    Raises:
        UnsuitableDataError: shapes that do not fit, codes that are not 0, 1, …, or fewer than two
            models.

    Reference:
        Riley RD, Collins GS (2023), doi:10.1002/bimj.202200302, section 3.4, for more than two
        groups.

    Example:
        >>> found = regroup([0, 1, 1], [[0, 1, 0], [0, 2, 1]])
        >>> found.index.tolist(), found.moves.tolist()
        ([0.0, 0.5], [[1.0, 0.0, 0.0], [0.25, 0.5, 0.25]])
    """
    own, models = _read(original, resampled)
    if np.any(own != np.rint(own)) or np.any(models != np.rint(models)) or models.min() < 0:
        raise UnsuitableDataError("groups are to be numbered 0, 1, …")
    if own.min() < 0:
        raise UnsuitableDataError("groups are to be numbered 0, 1, …")
    groups: Integers = own.astype(np.int64)
    size, most = int(groups.max()) + 1, int(max(groups.max(), models.max())) + 1
    share = np.mean(models != own, axis=0)
    index, moves = np.full(size, np.nan), np.full((size, most), np.nan)
    for group in range(size):
        inside = groups == group
        if inside.any():
            index[group] = share[inside].mean()
            moves[group] = [np.mean(models[:, inside] == other) for other in range(most)]
    return GroupInstability(share, index, moves)


def _read(original: npt.ArrayLike, resampled: npt.ArrayLike) -> tuple[Floats, Floats]:
    own, models = read_floats(original, "original"), read_floats(resampled, "resampled")
    if own.ndim != 1 or not len(own) or models.ndim != 2 or models.shape[1] != len(own):
        raise UnsuitableDataError(
            f"predictions have shapes {own.shape} and {models.shape}; give one row of resampled "
            "predictions per model, for the same patients"
        )
    models = models[~np.isnan(models).all(axis=1)]
    if len(models) < 2:
        raise UnsuitableDataError(f"{len(models)} models of resamples; give at least two")
    if np.isnan(own).any() or np.isnan(models).any():
        raise UnsuitableDataError("a prediction is missing; leave these patients out")
    return own, models


def _draw(
    risk: Floats, data: SurvivalData, when: tuple[float, int], grid: Floats
) -> tuple[Floats, float]:
    found = smooth_calibration(risk, data, when[0], when[1], knots=3)
    order = np.argsort(found.predicted, kind="stable")
    curve = np.interp(grid, found.predicted[order], found.observed[order], np.nan, np.nan)
    return curve, float(found.error_mean.value)

"""A smooth calibration curve: the risk observed among patients of about the same prediction."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Estimate, Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.stats import (
    fit_cox,
    fit_fine_gray,
    place_knots,
    predict_incidence,
    predict_survival,
    pseudo_values,
    spline_basis,
)
from jalon.validate.benefit import observe_all
from jalon.validate.bootstrap import Bootstrap
from jalon.validate.calibration_distance import (
    compare_diagonal,
    draw_distances,
    measure_distances,
)
from jalon.validate.risks import judge, read_horizon


@dataclass(frozen=True, slots=True, eq=False)
class SmoothCalibration:
    """The observed risk as a smooth function of the predicted one, and how far they lie apart.

    Attributes:
        predicted: shape (n,), the predicted risks.
        observed: shape (n,), the risk observed among patients of about that prediction.
        knots: shape (k,), where the curve bends, on the scale log(-log(1 - risk)).
        error_mean: mean distance between the two, over patients (integrated calibration index,
            ICI).
        error_50: median distance (E50).
        error_90: 90th percentile of the distances (E90).
        error_max: largest distance (Emax).
    """

    predicted: Floats
    observed: Floats
    knots: Floats
    error_mean: Estimate
    error_50: Estimate
    error_90: Estimate
    error_max: Estimate


def smooth_calibration(
    risk: npt.ArrayLike,
    data: SurvivalData,
    horizon: float,
    cause: int = 1,
    knots: int | npt.ArrayLike = 3,
    bootstrap: Bootstrap | None = None,
) -> SmoothCalibration:
    """Draw a smooth calibration curve and measure how far it lies from the diagonal.

    The event is regressed on a restricted cubic spline of log(-log(1 - predicted risk)), by a Cox
    model, or by a Fine-Gray model when causes compete, and the risk is read at the time of
    interest.

    Args:
        risk: shape (n,), predicted probability of the event by ``horizon``, above 0 and below 1.
        data: outcomes of the same patients, without late entry or weights.
        horizon: time of interest, above 0.
        cause: the event code of interest.
        knots: how many knots, at least 3, placed at percentiles; or the knots themselves on the
            scale log(-log(1 - risk)).
        bootstrap: how to resample patients for the intervals of the distances, the curve being
            fitted anew each time; None leaves the intervals NaN.

    Returns:
        The curve at each patient's prediction, and the distances; their lower limit is 0 unless the
        curve can be told from the diagonal.

    Raises:
        UnsuitableDataError: risks of 0 or 1, too few different ones for a spline, late entry,
            weights, no event of the cause by ``horizon``, or nobody followed that long.
        ConvergenceError: as ``fit_cox`` or ``fit_fine_gray``.

    Reference:
        Austin PC, Harrell FE, van Klaveren D (2020), doi:10.1002/sim.8570, for the
        curve by a Cox model; competing risks: Austin PC and others (2022),
        doi:10.1186/s41512-021-00114-6.

    Example:
        >>> rng = np.random.default_rng(3)
        >>> risk = rng.uniform(0.1, 0.9, 400)
        >>> time = rng.exponential(-1 / np.log(1 - risk))
        >>> data = SurvivalData(np.minimum(time, 2), (time <= 2).astype(int))
        >>> round(smooth_calibration(risk, data, 1.0).error_mean.value, 3) < 0.05
        True
    """
    time, chance = read_horizon(horizon), _require_inside(risk, data)
    observe_all(judge(chance, data, cause), time)
    scale = np.log(-np.log1p(-chance))
    bends = place_knots(scale, knots) if isinstance(knots, int) else np.asarray(knots, dtype=float)
    observed = _draw(scale, data, (time, cause), bends)

    def measure(rows: Integers) -> Floats:
        some = scale[rows]
        places = place_knots(some, knots) if isinstance(knots, int) else bends
        curve = _draw(some, data.take(rows), (time, cause), places)
        return measure_distances(chance[rows], curve)

    whole = measure_distances(chance, observed)
    if bootstrap is None:
        found = [Estimate(float(part), np.nan, np.nan) for part in whole]
    else:
        diagonal = compare_diagonal(scale, pseudo_values(data, time, cause)[:, 0], bends)
        found = draw_distances(measure, whole, len(data), bootstrap, diagonal)
    return SmoothCalibration(chance, observed, bends, *found)


def _draw(scale: Floats, data: SurvivalData, aim: tuple[float, int], knots: Floats) -> Floats:
    """The risk by the time of interest, as a smooth function of the scale."""
    horizon, cause = aim
    basis = spline_basis(scale, knots)
    if np.all((data.event == 0) | (data.event == cause)):
        fit = fit_cox(basis, data.cause(cause), names=_name(basis))
        observed: Floats = 1 - predict_survival(fit, basis, horizon).value[:, 0]
        return observed
    model = fit_fine_gray(basis, data, cause, names=_name(basis))
    return predict_incidence(model, basis, horizon).value[:, 0]


def _name(basis: Floats) -> list[str]:
    return [f"spline {k}" for k in range(basis.shape[1])]


def _require_inside(risk: npt.ArrayLike, data: SurvivalData) -> Floats:
    chance = np.asarray(risk, dtype=np.float64)
    if data.weight is not None:
        raise UnsuitableDataError(
            "case weights are not used here; repeat the rows, or leave the weights out"
        )
    bad = int(np.sum((chance == 0) | (chance == 1)))
    if bad:
        raise UnsuitableDataError(
            f"{bad} of {chance.size} risks are exactly 0 or 1, which has no place on the scale "
            "log(-log(1 - risk)); leave these patients out or bound the risks"
        )
    return chance

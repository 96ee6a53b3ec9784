"""A smooth calibration curve by pseudo-values, with its pointwise interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from jalon.core import Estimate, Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.stats import ModelTest, place_knots, spline_basis
from jalon.stats.arguments import require_choice
from jalon.stats.kernels.local_lines import fit_local_lines, spread_local_lines
from jalon.stats.survival.interval import find_z
from jalon.validate.bootstrap import Bootstrap
from jalon.validate.calibration_distance import compare_diagonal, draw_distances, measure_distances
from jalon.validate.calibration_weak import read_scale
from jalon.validate.pseudo_regression import find_least, fit_pseudo, take_back
from jalon.validate.risks import read_level

Smoother = Literal["loess", "spline"]

MOST_PLACES = 1001
"""With more different predictions than this the line is fitted at so many and joined between."""


@dataclass(frozen=True, slots=True)
class SmoothRules:
    """How a curve is made smooth.

    Attributes:
        smoother: "spline" fits one restricted cubic spline on the scale log(-log(1 - risk));
            "loess" straight lines to neighbours, which follows the data more closely and makes
            the distances larger than they are.
        span: share of the patients that count as neighbours, for "loess".
        knots: how many knots, at least 3, for "spline".
        level: coverage of the pointwise intervals, 0 to 1.
    """

    smoother: Smoother = "spline"
    span: float = 0.33
    knots: int = 3
    level: float = 0.95


SPLINE = SmoothRules()
"""The rules when none are given."""


@dataclass(frozen=True, slots=True, eq=False)
class PseudoCalibration:
    """The observed risk as a smooth function of the predicted one.

    Attributes:
        predicted: shape (m,), the different predictions, rising; ready to be drawn.
        observed: shape (m,), the risk observed among patients of about that prediction.
        low: shape (m,), lower pointwise limit.
        high: shape (m,), upper pointwise limit.
        patients: shape (m,), how many have each prediction, for a rug.
        error_mean: mean distance between the two, over patients (ICI).
        error_50: median distance (E50).
        error_90: 90th percentile of the distances (E90).
        error_max: largest distance (Emax).
        diagonal: test that the curve is the diagonal; the distances have lower limit 0 unless
            it is told from it.
        level: coverage of the intervals, 0 to 1.
    """

    predicted: Floats
    observed: Floats
    low: Floats
    high: Floats
    patients: Integers
    error_mean: Estimate
    error_50: Estimate
    error_90: Estimate
    error_max: Estimate
    diagonal: ModelTest
    level: float


def calibrate_smoothly(
    risk: npt.ArrayLike,
    data: SurvivalData,
    horizon: float,
    cause: int = 1,
    rules: SmoothRules = SPLINE,
    bootstrap: Bootstrap | None = None,
) -> PseudoCalibration:
    """Draw what happened against what was predicted, smoothly, and measure the distance.

    Each patient's pseudo-value stands for the outcome, so that nothing is assumed of hazards, and
    competing causes are allowed.

    Args:
        risk: shape (n,), predicted probability of the event by ``horizon``, above 0 and below 1.
        data: outcomes of the same patients, without late entry or weights.
        horizon: time of interest, above 0, within follow-up.
        cause: the event code of interest.
        rules: how the curve is made smooth, and the coverage of its intervals.
        bootstrap: how to resample patients for the intervals of the distances; None leaves them
            NaN.

    Returns:
        The curve at the different predictions, and the distances. The pointwise errors are robust.

    Raises:
        UnsuitableDataError: risks that are no probabilities, or 0 or 1, or too alike for a curve;
            late entry, weights, no event of the cause, or nobody followed that long.
        ConvergenceError: the regression on a spline does not settle.

    Reference:
        Austin PC, Putter H, Giardiello D, van Klaveren D (2022), doi:10.1186/s41512-021-00114-6;
        van Geloven N and others (2022), doi:10.1136/bmj-2021-069249; lines: Cleveland WS (1979),
        doi:10.1080/01621459.1979.10481038, section 2.

    Example:
        >>> rng = np.random.default_rng(3)
        >>> risk = rng.uniform(0.1, 0.9, 400)
        >>> time = rng.exponential(-1 / np.log(1 - risk))
        >>> data = SurvivalData(np.minimum(time, 2), (time <= 2).astype(int))
        >>> found = calibrate_smoothly(risk, data, 1.0)
        >>> found.error_mean.value < 0.06
        True
    """
    _check_rules(rules)
    scale, values = read_scale(risk, data, horizon, cause)
    chance, z = take_back(scale), find_z(read_level(rules.level))
    places, place, counts = np.unique(chance, return_inverse=True, return_counts=True)
    if len(places) < 3:
        raise UnsuitableDataError(
            f"there are only {len(places)} different predictions; show them as groups "
            "(calibrate_groups)"
        )
    observed, low, high = _draw(chance, values, rules, z)

    def measure(rows: Integers) -> Floats:
        some = read_scale(chance[rows], data.take(rows), horizon, cause)[1]
        at, back = np.unique(chance[rows], return_inverse=True)
        curve = _draw(chance[rows], some, rules, 0.0)[0]
        return measure_distances(at[back], curve[back])

    diagonal = compare_diagonal(scale, values, place_knots(scale, max(rules.knots, 3)))
    whole = measure_distances(chance, observed[place])
    errors = draw_distances(measure, whole, len(data), bootstrap, diagonal)
    return PseudoCalibration(
        predicted=places,
        observed=observed,
        low=low,
        high=high,
        patients=counts.astype(np.int64),
        error_mean=errors[0],
        error_50=errors[1],
        error_90=errors[2],
        error_max=errors[3],
        diagonal=diagonal,
        level=rules.level,
    )


def _check_rules(rules: SmoothRules) -> None:
    require_choice(rules.smoother, "smoother", Smoother)
    if not 0 < rules.span <= 1:
        raise UnsuitableDataError(f"span is {rules.span}; give the share of neighbours, 0 to 1")


def _draw(
    chance: Floats, values: Floats, rules: SmoothRules, z: float
) -> tuple[Floats, Floats, Floats]:
    """Return the curve at the different predictions, rising, and its limits."""
    if rules.smoother == "spline":
        return _draw_spline(chance, values, rules.knots, z)
    order = np.argsort(chance, kind="stable")
    x, y = chance[order], values[order]
    places = np.unique(x)
    at = places if len(places) <= MOST_PLACES else np.unique(np.quantile(x, _SHARES))
    width = max(min(int(rules.span * len(x) + 1e-5), len(x)), 2)
    line = fit_local_lines(x, y, at, width)
    rest = y - np.interp(x, at, line)
    error = np.sqrt(spread_local_lines(x, rest, at, width)) if z else np.zeros(len(at))
    height, spread = np.interp(places, at, line), np.interp(places, at, error)
    bounded = [np.clip(height + sign * z * spread, 0.0, 1.0) for sign in (0.0, -1.0, 1.0)]
    return bounded[0], bounded[1], bounded[2]


_SHARES = np.linspace(0, 1, MOST_PLACES)


def _draw_spline(
    chance: Floats, values: Floats, knots: int, z: float
) -> tuple[Floats, Floats, Floats]:
    scale = np.log(-np.log1p(-chance))
    bends = place_knots(scale, knots)
    ones = np.ones((len(scale), 1))
    rows = values, np.column_stack([ones, spline_basis(scale, bends)]), np.zeros(len(scale))
    at = np.unique(scale)
    design = np.column_stack([np.ones(len(at)), spline_basis(at, bends)])
    if not z:
        curve = take_back(design @ find_least(*rows))
        return curve, curve, curve
    fit = fit_pseudo(*rows)
    index = design @ fit.coefficients
    spread = np.einsum("ij,jk,ik->i", design, fit.covariance, design)
    half = z * np.sqrt(np.maximum(spread, 0.0))
    return take_back(index), take_back(index - half), take_back(index + half)

"""Restricted cubic splines: a smooth effect of a covariate, straight in the tails."""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, UnsuitableDataError
from jalon.stats.arguments import read_floats

Normalisation = Literal["range", "last interval", "none"]

FEWEST_KNOTS = 3
FEWEST_VALUES = 6
SMALL_SAMPLE = 100
"""With fewer values the outer knots are the fifth smallest and the fifth largest."""


def place_knots(x: npt.ArrayLike, count: int = 5, tied_share: float = 0.05) -> Floats:
    """Choose where a spline may bend: at fixed percentiles, so that the data choose nothing.

    The outer knots lie at the 10th and 90th percentile for 3 knots, at the 5th and 95th for 4
    to 6 and at the 2.5th and 97.5th for more; the others are spread evenly between. With
    fewer than 100 values the outer ones are the fifth smallest and the fifth largest value.

    Args:
        x: shape (n,), values of the covariate; NaN is left out.
        count: number of knots, at least 3. Fewer may come back where values are tied.
        tied_share: when the lowest or the highest value is this common and no value between
            is, the outer knot moves to the next value inwards and the percentiles are taken
            of the values beyond it; 0 to never do so.

    Returns:
        Shape (k,), knots, rising.

    Raises:
        UnsuitableDataError: fewer than 6 values, or too few different ones for 3 knots.

    Reference:
        Harrell FE (2015), Regression Modeling Strategies, 2nd edition,
        doi:10.1007/978-3-319-19425-7, section 2.4.6 and table 2.3; the rule for ties is that
        of ``rcspline.eval`` in his R package Hmisc.

    Example:
        >>> place_knots(range(101), count=3).tolist()
        [10.0, 50.0, 90.0]
    """
    values = read_floats(x, "x").ravel()
    values = np.sort(values[~np.isnan(values)])
    if count < FEWEST_KNOTS:
        raise UnsuitableDataError(
            f"{count} knots cannot make a restricted cubic spline; ask for at least {FEWEST_KNOTS}"
        )
    if len(values) < FEWEST_VALUES:
        raise UnsuitableDataError(
            f"{len(values)} values are too few to place knots; give the knots, or {FEWEST_VALUES} "
            "values"
        )
    different = np.unique(values)
    if len(different) - 2 <= count:
        return _require_knots(different[1:-1])
    first, last, inner = _move_outer_knots(values, tied_share)
    knots = _place_inner_knots(inner, count, (first, last))
    return _require_knots(np.unique(np.concatenate([first, knots, last])))


def spline_basis(
    x: npt.ArrayLike, knots: npt.ArrayLike, normalisation: Normalisation = "range"
) -> Floats:
    """Turn one covariate into the columns of a restricted cubic spline.

    A regression on these columns draws a curve that bends only between the knots and is a
    straight line before the first and after the last. The first column is the covariate
    itself; the effect is linear when the coefficients of all others are 0 (``wald_test``).

    Args:
        x: shape (n,), values of the covariate, finite.
        knots: shape (k,), at least 3, rising, as from ``place_knots``.
        normalisation: what the bent columns are divided by: "range" the squared distance of the
            outer knots, "last interval" the cubed distance of the last two, "none" nothing.
            It changes coefficients, never the curve.

    Returns:
        Shape (n, k - 1), columns for a regression.

    Raises:
        UnsuitableDataError: missing values, or knots that do not rise.

    Reference:
        Harrell FE (2015), Regression Modeling Strategies, 2nd edition,
        doi:10.1007/978-3-319-19425-7, equations 2.25 and 2.26 ("range" is his norm=2).

    Example:
        >>> spline_basis([0, 2, 4], knots=[0, 1, 2]).tolist()
        [[0.0, 0.0], [2.0, 1.5], [4.0, 4.5]]
    """
    values, bends = read_floats(x, "x"), read_floats(knots, "knots")
    if values.ndim != 1 or not np.all(np.isfinite(values)):
        raise UnsuitableDataError(
            "the covariate is not one finite number per patient; leave out or impute missing ones"
        )
    if bends.ndim != 1 or len(bends) < FEWEST_KNOTS or not np.all(np.diff(bends) > 0):
        raise UnsuitableDataError(
            f"knots must be at least {FEWEST_KNOTS} different numbers in rising order"
        )
    inner, before, last = bends[:-2], bends[-2], bends[-1]
    size = {
        "range": (last - bends[0]) ** 2,
        "last interval": (last - before) ** 3,
        "none": 1.0,
    }[normalisation]

    def cube(knot: Floats | np.float64) -> Floats:
        above: Floats = np.maximum(values[:, None] - knot, 0.0) ** 3
        return above

    tail = (before - inner) * cube(last) - (last - inner) * cube(before)
    return np.column_stack([values, (cube(inner) + tail / (last - before)) / size])


def _move_outer_knots(values: Floats, tied_share: float) -> tuple[Floats, Floats, Floats]:
    """Take an outer knot beside a pile of ties, and leave only the values beyond it."""
    none = np.empty(0)
    different, counts = np.unique(values, return_counts=True)
    share = counts / len(values)
    if not 0 < tied_share < 1 or share[1:-1].max() >= tied_share:
        return none, none, values
    first, last = none, none
    if share[0] >= tied_share:
        first = different[1:2]
        values = values[values > first[0]]
    if share[-1] >= tied_share and len(values):
        last = values[values < values.max()].max(keepdims=True)
        values = values[values < last[0]]
    return first, last, values


def _place_inner_knots(values: Floats, count: int, moved: tuple[Floats, Floats]) -> Floats:
    """Place the knots that remain at percentiles of the values that remain."""
    first, last = moved
    wanted = count - len(first) - len(last)
    if wanted == 1:
        return np.array([np.median(values)])
    outer = 0.1 if count == FEWEST_KNOTS else 0.05 if count <= 6 else 0.025
    start = 0.5 if wanted == 2 else outer
    knots = np.quantile(values, np.linspace(start, 1 - outer, wanted))
    if len(np.unique(knots)) < min(wanted, FEWEST_KNOTS):
        knots = _place_among_ties(values, (2 * wanted, outer), moved)
    if 5 <= len(values) < SMALL_SAMPLE:
        if not len(first):
            knots[0] = values[4]
        if not len(last):
            knots[min(wanted, len(knots)) - 1] = values[-5]
    return knots


def _place_among_ties(
    values: Floats, grid: tuple[int, float], moved: tuple[Floats, Floats]
) -> Floats:
    """Try twice as many percentiles, of which most coincide."""
    (number, outer), (first, last) = grid, moved
    knots: Floats = np.quantile(values, np.linspace(outer, 1 - outer, number))
    if len(first) and len(np.unique(knots)) < FEWEST_KNOTS:
        middle = (first + last) / 2 if len(last) else [np.median(values)]
        end = last if len(last) else [np.quantile(values, 1 - outer)]
        knots = np.sort(np.concatenate([first, middle, end]))
    return knots


def _require_knots(knots: Floats) -> Floats:
    if len(knots) < FEWEST_KNOTS:
        raise UnsuitableDataError(
            f"the covariate has too few different values for a spline (only {len(knots)} knots "
            "could be placed); use categories, or give the knots"
        )
    return knots

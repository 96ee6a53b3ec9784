"""An incomplete column as the outcome of a regression on the others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from jalon.core import ConvergenceError, Floats, Integers
from jalon.stats.kernels.donors import match_donors
from jalon.stats.kernels.regression_draw import (
    fit_linear,
    fit_logistic_draw,
    fit_ordinal_draw,
    gather,
    lay_rows,
    predict,
    solve_upper,
)
from jalon.stats.missing.plan import Method

MOST_STEPS = 60
ENOUGH = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """An incomplete column and what it is imputed from.

    Attributes:
        column: its number in the table.
        name: its name in words.
        method: how it is imputed.
        known: rows where it is known.
        missing: rows where it is missing.
        values: shape (known,), its known values.
        levels: shape (k,), its distinct values, ascending.
        predictors: columns of the design that it is imputed from.
        dropped: further columns that were asked for but are the same for everyone.
        donors: from how many nearest patients a value is taken.
    """

    column: int
    name: str
    method: Method
    known: Integers
    missing: Integers
    values: Floats
    levels: Floats
    predictors: npt.NDArray[np.intp]
    dropped: npt.NDArray[np.intp]
    donors: int


@dataclass(frozen=True, slots=True, eq=False)
class Fill:
    """Values drawn for the missing rows of one column.

    Attributes:
        values: shape (missing,), drawn values.
        kept: shape (predictors,), which predictors were used.
        coefficients: what was estimated, where the next fit may start from.
    """

    values: Floats
    kept: npt.NDArray[np.bool_]
    coefficients: Floats


@dataclass(frozen=True, slots=True, eq=False)
class LinearDraw:
    """Coefficients of the regression of a number, intercept first, on its standardised values.

    Attributes:
        fitted: shape (1 + predictors,), by least squares.
        drawn: shape (1 + predictors,), drawn from what the data leave open.
        sigma: the standard deviation about the regression, drawn likewise.
        kept: shape (1 + predictors,), which were used.
    """

    fitted: Floats
    drawn: Floats
    sigma: float
    kept: npt.NDArray[np.bool_]


def fill_target(target: Target, z: Floats, start: Floats | None, rng: np.random.Generator) -> Fill:
    """Draw values for the missing rows of one column, given the others.

    Args:
        target: the column.
        z: shape (n, d), the design, all columns completed.
        start: coefficients of the last fit of this column; None at the first.
        rng: the source of chance.

    Returns:
        The values.

    Raises:
        ConvergenceError: a logistic or ordinal fit did not converge.

    Reference:
        van Buuren S (2018) Flexible imputation of missing data, algorithms 3.1 (normal), 3.3
        (matching, type 1) and 3.4 (logistic), doi:10.1201/9780429492259; White IR, Daniel R,
        Royston P (2010), doi:10.1016/j.csda.2010.04.005, for the rows that keep logistic and
        ordinal fits finite under perfect prediction.
    """
    if len(target.levels) == 1:
        # Only when unusable columns are left out: nothing else was ever seen.
        alone = np.full(len(target.missing), target.levels[0])
        return Fill(alone, np.ones(len(target.predictors), dtype=bool), np.empty(0))
    return _METHODS[target.method](target, z, start, rng)


def _fill_linear(
    target: Target, z: Floats, _start: Floats | None, rng: np.random.Generator
) -> Fill:
    made = draw_linear(target, z, rng)
    wanted = predict(gather(z, target.missing, target.predictors, 1), made.drawn)
    if target.method == "normal":
        mean, spread = target.values.mean(), target.values.std()
        noise = made.sigma * rng.standard_normal(len(wanted))
        return Fill(mean + spread * (wanted + noise), made.kept[1:], made.fitted)
    uniform = rng.random(len(wanted))
    seen = predict(gather(z, target.known, target.predictors, 1), made.fitted)
    rows = match_donors(seen, wanted, target.donors, uniform)
    return Fill(target.values[rows], made.kept[1:], made.fitted)


def _fill_logistic(
    target: Target, z: Floats, start: Floats | None, rng: np.random.Generator
) -> Fill:
    chance, fitted = draw_logistic(target, z, start, rng)
    chosen = (rng.random(len(chance)) <= chance).astype(np.int64)
    return Fill(target.levels[chosen], np.ones(len(target.predictors), dtype=bool), fitted)


def _fill_ordinal(
    target: Target, z: Floats, start: Floats | None, rng: np.random.Generator
) -> Fill:
    below, fitted = draw_ordinal(target, z, start, rng)
    chosen = np.sum(rng.random(len(below))[:, None] > below, axis=1)
    return Fill(target.levels[chosen], np.ones(len(target.predictors), dtype=bool), fitted)


def draw_linear(target: Target, z: Floats, rng: np.random.Generator) -> LinearDraw:
    """Regress the standardised values of a number on its predictors and draw coefficients.

    Args:
        target: the column.
        z: shape (n, d), the design.
        rng: the source of chance.

    Returns:
        Coefficients fitted and drawn, and a drawn spread.
    """
    x = gather(z, target.known, target.predictors, 1)
    mean, spread = target.values.mean(), target.values.std()
    coefficients, factor, kept, squares = fit_linear(x, (target.values - mean) / spread)
    sigma = float(np.sqrt(squares / rng.chisquare(max(len(x) - int(kept.sum()), 1))))
    normal = np.where(kept, rng.standard_normal(len(kept)), 0.0)
    return LinearDraw(coefficients, coefficients + sigma * solve_upper(factor, normal), sigma, kept)


def draw_logistic(
    target: Target, z: Floats, start: Floats | None, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Draw logistic coefficients and give the chance of the higher level.

    Args:
        target: a column of two levels.
        z: shape (n, d), the design.
        start: coefficients of its last fit, or None.
        rng: the source of chance.

    Returns:
        Chances (missing,), and the fitted coefficients.

    Raises:
        ConvergenceError: the fit did not converge.
    """
    x, y, weight = augment_rows(target, z, 1)
    first = np.zeros(x.shape[1]) if start is None else start
    fitted, factor, done = fit_logistic_draw(x, y, weight, first, MOST_STEPS, ENOUGH)
    if not done and start is not None:
        return draw_logistic(target, z, None, rng)
    _require(done, target)
    drawn = fitted + solve_upper(factor, rng.standard_normal(len(fitted)))
    return expit(predict(gather(z, target.missing, target.predictors, 1), drawn)), fitted


def draw_ordinal(
    target: Target, z: Floats, start: Floats | None, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Draw proportional-odds coefficients and give the chances of levels up to each.

    Args:
        target: a column of k levels.
        z: shape (n, d), the design.
        start: coefficients of its last fit, or None.
        rng: the source of chance.

    Returns:
        Cumulative chances (missing, k - 1), and the fitted coefficients.

    Raises:
        ConvergenceError: the fit did not converge.
    """
    x, y, weight = augment_rows(target, z, 0)
    first = _first_cuts(y, weight, x.shape[1]) if start is None else start
    fitted, factor, done = fit_ordinal_draw(x, y, weight, first, MOST_STEPS, ENOUGH)
    if not done and start is not None:
        return draw_ordinal(target, z, None, rng)
    _require(done, target)
    step = solve_upper(factor, rng.standard_normal(len(fitted)))
    cuts, slopes = _move(fitted, step, len(target.levels) - 1)
    eta = predict(gather(z, target.missing, target.predictors, 0), slopes)
    return expit(cuts[None, :] - eta[:, None]), fitted


def augment_rows(target: Target, z: Floats, lead: int) -> tuple[Floats, Floats, Floats]:
    """Return predictors, levels and weights of the known rows and the light rows beside them.

    Args:
        target: a column with levels.
        z: shape (n, d), the design.
        lead: 1 for a column of ones before the predictors, else 0.

    Returns:
        Predictors (r, lead + q), level numbers (r,) and weights (r,).
    """
    x, light, weight = lay_rows(z, target.known, target.predictors, len(target.levels), lead)
    level = np.searchsorted(target.levels, target.values).astype(np.float64)
    return x, np.concatenate((level, light)), weight


def _first_cuts(y: Floats, weight: Floats, q: int) -> Floats:
    share = np.cumsum(np.bincount(y.astype(np.int64), weight))[:-1] / weight.sum()
    return np.concatenate((np.log(share / (1 - share)), np.zeros(q)))


def _move(fitted: Floats, step: Floats, cuts: int) -> tuple[Floats, Floats]:
    """Step away from an ordinal fit, on the logarithm of the gaps so that cut points rise."""
    gaps = np.diff(fitted[:cuts])
    gaps = gaps * np.exp(np.diff(step[:cuts]) / gaps)
    lowest = fitted[0] + step[0]
    return lowest + np.concatenate(([0.0], np.cumsum(gaps))), fitted[cuts:] + step[cuts:]


def _require(done: bool, target: Target) -> None:
    if not done:
        raise ConvergenceError(
            f"the regression that imputes {target.name} did not converge; give it fewer "
            "predictors, join rare levels, or impute it by matching"
        )


_METHODS: dict[Method, Callable[[Target, Floats, Floats | None, np.random.Generator], Fill]] = {
    "matching": _fill_linear,
    "normal": _fill_linear,
    "logistic": _fill_logistic,
    "ordinal": _fill_ordinal,
}

"""Balance: how alike the two arms are, before and after matching or weighting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, Integers, UnsuitableDataError
from jalon.stats.arguments import require_choice
from jalon.stats.propensity.arms import Flags, read_arms, read_column, read_weight
from jalon.stats.regression.design import read_covariates

Spread = Literal["treated", "control", "pooled", "all"]


@dataclass(frozen=True, slots=True, eq=False)
class Balance:
    """How the covariates differ between the arms.

    Attributes:
        names: shape (p,), the covariates in words.
        binary: shape (p,), whether a covariate has no values but 0 and 1.
        mean_treated: shape (p,), (weighted) mean of the treated.
        mean_control: shape (p,), (weighted) mean of the controls.
        difference: shape (p,), difference of the means, treated minus controls.
        spread: shape (p,), standard deviation that differences are measured in, the same
            before and after.
        standardised: shape (p,), difference over spread; infinite when everybody of each arm
            has the same value, but not the same in both.
        variance_ratio: shape (p,), variance of the treated over that of the controls; NaN for
            a binary covariate, and where it does not exist.
        ecdf_mean: shape (p,), mean distance between the two cumulative distributions, over the
            distinct values of all patients; for a binary covariate the difference of shares.
        ecdf_max: shape (p,), greatest such distance, the Kolmogorov-Smirnov statistic.
        pair_distance: shape (p,), mean absolute difference within pairs, over spread; NaN
            without pairs.
    """

    names: tuple[str, ...]
    binary: Flags
    mean_treated: Floats
    mean_control: Floats
    difference: Floats
    spread: Floats
    standardised: Floats
    variance_ratio: Floats
    ecdf_mean: Floats
    ecdf_max: Floats
    pair_distance: Floats


@dataclass(frozen=True, slots=True)
class LoveRow:
    """One line of a Love plot.

    Attributes:
        name: the covariate in words.
        before: its difference in the patients as they came.
        after: its difference in the matched or weighted patients.
    """

    name: str
    before: float
    after: float


def measure_balance(
    x: npt.ArrayLike,
    treated: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    names: Sequence[str] | None = None,
    spread: Spread | npt.ArrayLike = "treated",
    pairs: Integers | None = None,
) -> Balance:
    """Measure how alike the treated and the controls are, covariate by covariate.

    Args:
        x: shape (n, p), covariates, a category as one column of 0 and 1 per level.
        treated: shape (n,), 1 treated, 0 control.
        weight: shape (n,), weights from matching or weighting; None before either.
        names: shape (p,), the columns in words.
        spread: whose standard deviation, always unweighted, is the unit: the "treated" for an
            effect in the treated, the "control", "pooled" (root of the mean of both arms'
            variances) for an effect in all, or "all" patients together; or shape (p,), given
            numbers. A binary covariate of share s has variance s (1 - s). Where the unit of
            one arm is 0, that within both arms together is used.
        pairs: shape (m, 2), pairs of a matching, for distances within them.

    Returns:
        Means, differences, variance ratios and distances of distributions.

    Raises:
        UnsuitableDataError: an arm without patients or without weight, or a missing value.

    Reference:
        Austin PC (2009), doi:10.1002/sim.3697, sections 3.1 and 3.2; conventions of ``summary``
        of the R package MatchIt 4.5.1 (doi:10.18637/jss.v042.i08).

    Example:
        >>> found = measure_balance([[60.0], [70.0], [50.0], [60.0]], [1, 1, 0, 0])
        >>> found.difference.tolist(), found.variance_ratio.tolist()
        ([10.0], [1.0])
    """
    arms = read_arms(treated)
    table, words = read_covariates(x, arms.size, names)
    for column, word in zip(table.T, words, strict=True):
        read_column(column, arms.size, word)
    weights = read_weight(weight, arms)
    w1, w0 = weights[arms] / weights[arms].sum(), weights[~arms] / weights[~arms].sum()
    binary = np.all((table == 0) | (table == 1), axis=0)
    mean_treated, mean_control = w1 @ table[arms], w0 @ table[~arms]
    difference = mean_treated - mean_control
    unit = _choose_unit(table, arms, binary, spread)
    ecdf = np.array([_compare_distributions(column, arms, (w1, w0)) for column in table.T]).T
    share = np.abs(difference)
    return Balance(
        names=words,
        binary=binary,
        mean_treated=mean_treated,
        mean_control=mean_control,
        difference=difference,
        spread=unit,
        standardised=_divide(difference, unit),
        variance_ratio=_compare_variances(table, arms, binary, (w1, w0)),
        ecdf_mean=np.where(binary, share, ecdf[0]),
        ecdf_max=np.where(binary, share, ecdf[1]),
        pair_distance=_measure_pairs(table, pairs, unit),
    )


def love_plot(
    before: Balance, after: Balance, binary: Literal["standardised", "raw"] = "standardised"
) -> tuple[LoveRow, ...]:
    """List what a Love plot shows: each covariate's difference before and after.

    Args:
        before: balance of the patients as they came.
        after: balance of the same covariates after matching or weighting.
        binary: whether differences of binary covariates are "standardised" or "raw"
            differences of shares.

    Returns:
        One row per covariate, the largest difference before first.

    Raises:
        UnsuitableDataError: different covariates.

    Reference:
        Love TE (2004), as in Ahmed et al. (2006), doi:10.1093/eurheartj/ehi890, figure 1.

    Example:
        >>> before = measure_balance([[60.0], [70.0], [50.0], [60.0]], [1, 1, 0, 0], names=["age"])
        >>> love_plot(before, before)[0].name
        'age'
    """
    require_choice(binary, "binary", Literal["standardised", "raw"])
    if before.names != after.names:
        raise UnsuitableDataError("the two balances have different covariates; use the same x")
    values = [
        np.where(part.binary & (binary == "raw"), part.difference, part.standardised)
        for part in (before, after)
    ]
    order = np.argsort(-np.abs(values[0]), kind="stable")
    return tuple(LoveRow(before.names[j], float(values[0][j]), float(values[1][j])) for j in order)


def _choose_unit(
    table: Floats, arms: Flags, binary: Flags, spread: Spread | npt.ArrayLike
) -> Floats:
    if not isinstance(spread, str):
        unit = read_column(spread, table.shape[1], "spread")
        if np.any(unit <= 0):
            raise UnsuitableDataError("spread is not above 0 for some covariates")
        return unit
    one, other = _vary(table[arms], binary), _vary(table[~arms], binary)
    if spread == "all":
        return np.asarray(np.sqrt(_vary(table, binary)))
    chosen = {"treated": one, "control": other, "pooled": (one + other) / 2}
    if spread not in chosen:
        raise UnsuitableDataError(
            f'spread is "{spread}"; give "treated", "control", "pooled" or "all"'
        )
    unit = np.sqrt(chosen[spread])
    # Constant but for rounding counts as constant, whatever the unit of the covariate.
    flat = ~(unit > 1e-8 * np.abs(table).max(axis=0))
    return np.asarray(np.where(flat, np.sqrt(_vary_within(table, arms, binary)), unit))


def _vary(table: Floats, binary: Flags, weight: Floats | None = None) -> Floats:
    """Return variances: s (1 - s) for a share, else unbiased for weights that sum to 1."""
    w = np.full(len(table), 1 / len(table)) if weight is None else weight
    mean = w @ table
    rest = 1 - np.sum(w**2)
    within = w @ (table - mean) ** 2
    free = within / rest if rest > 1e-12 else np.full_like(mean, np.nan)
    return np.asarray(np.where(binary, mean * (1 - mean), free))


def _vary_within(table: Floats, arms: Flags, binary: Flags) -> Floats:
    """Return the variance within arms, each arm counting by its patients."""
    n = len(table)
    total = sum(
        np.sum((table[arm] - table[arm].mean(axis=0)) ** 2, axis=0) for arm in (arms, ~arms)
    )
    return np.asarray(total / np.where(binary, n, max(n - 2, 1)))


def _compare_variances(
    table: Floats, arms: Flags, binary: Flags, weights: tuple[Floats, Floats]
) -> Floats:
    one, other = (
        _vary(table[arm], binary, w) for arm, w in zip((arms, ~arms), weights, strict=True)
    )
    return np.where(binary, np.nan, _divide(one, other))


def _compare_distributions(
    column: Floats, arms: Flags, weights: tuple[Floats, Floats]
) -> tuple[float, float]:
    signed = np.empty(len(column))
    signed[arms], signed[~arms] = weights[0], -weights[1]
    order = np.argsort(column, kind="stable")
    ends = np.append(np.diff(column[order]) != 0, True)
    gap = np.abs(np.cumsum(signed[order]))[ends]
    gap[-1] = 0.0
    return float(gap.mean()), float(gap.max())


def _measure_pairs(table: Floats, pairs: Integers | None, unit: Floats) -> Floats:
    if pairs is None or len(pairs) == 0:
        return np.full(table.shape[1], np.nan)
    return _divide(np.mean(np.abs(table[pairs[:, 0]] - table[pairs[:, 1]]), axis=0), unit)


def _divide(part: Floats, whole: Floats) -> Floats:
    """Divide, with nothing over nothing being no difference and something over it infinite."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where((part == 0) & (whole == 0), 0.0, part / whole)

"""Is a hazard ratio the same at all times: the score test of proportional hazards."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import chdtrc
from scipy.stats import rankdata

from jalon.core import Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.stats.arguments import require_choice
from jalon.stats.kernels.cox_moments import sum_variances
from jalon.stats.regression.cox_fit import CoxFit, ModelTest
from jalon.stats.regression.cox_place import Place, place_fit, refuse_exact
from jalon.stats.regression.cox_residuals import take_schoenfeld
from jalon.stats.regression.terms import group_columns
from jalon.stats.survival.kaplan_meier import kaplan_meier

_NAMED = Literal["km", "rank", "identity", "log"]
Clock = _NAMED | Callable[[Floats], Floats]


@dataclass(frozen=True, slots=True, eq=False)
class ProportionalHazards:
    """Tests that each hazard ratio stays the same, and what is needed to draw it over time.

    Attributes:
        terms: names of the k terms.
        tests: score test of each term against an effect that changes with the clock.
        overall: the same for all terms at once.
        time: shape (d,), times of death, ascending within each stratum.
        stratum: shape (d,), stratum of each.
        clock: shape (d,), these times on the transformed scale.
        effect: shape (d, k), about the coefficient at each time: scaled Schoenfeld residual plus
            coefficient; for a term of several columns in multiples of its fitted effect. NaN
            in strata in which the term does not vary.
        covariance: shape (k, k), of a row of ``effect``.
    """

    terms: tuple[str, ...]
    tests: tuple[ModelTest, ...]
    overall: ModelTest
    time: Floats
    stratum: Integers
    clock: Floats
    effect: Floats
    covariance: Floats


def proportional_hazards(
    fit: CoxFit, clock: Clock = "km", terms: Sequence[str] | None = None
) -> ProportionalHazards:
    """Test whether hazard ratios are the same early and late.

    A small p-value says that the effect changes along the clock; look at ``effect`` to see
    how. A large one does not prove that it stays the same.

    Args:
        fit: a Cox fit with Efron's or Breslow's ties.
        clock: the scale of time along which an effect may change: "km" one less the
            Kaplan-Meier curve, "rank" of the times, "identity", "log", or a function of the
            times of all patients.
        terms: shape (p,), the term that each column belongs to, such as the name of a factor
            for each of its indicators, which are then tested together; None to test each
            column by itself.

    Returns:
        Tests, and the points of the plot of each effect over time.

    Raises:
        UnsuitableDataError: exact ties, a time of 0 with "log", or a clock that stands still.

    Reference:
        Grambsch PM, Therneau TM (1994), doi:10.1093/biomet/81.3.515, section 3, as an exact
        score test: Therneau T, Grambsch P (2000), doi:10.1007/978-1-4757-3294-8, chapter 6, and
        ``cox.zph`` of the R package survival from version 3.0.

    Example:
        >>> from jalon.core import SurvivalData
        >>> from jalon.stats.regression import fit_cox
        >>> data = SurvivalData(time=[1, 1, 6, 6, 8, 9], event=[1, 0, 1, 1, 0, 1])
        >>> fit = fit_cox([[1], [1], [1], [0], [0], [0]], data)
        >>> round(proportional_hazards(fit, clock="identity").overall.p, 3)
        0.625
    """
    refuse_exact(fit, "tests of proportional hazards")
    place, groups = place_fit(fit), group_columns(fit.names, terms)
    shown = _read_clock(clock, fit.patients.data)
    event = fit.patients.data.event == 1
    centred = shown - shown[event].mean()
    if not np.any(np.abs(centred[event]) > 1e-12 * np.abs(shown[event]).max()):
        raise UnsuitableDataError(
            "all events are at one time on this clock, so no change can be seen"
        )
    dead = place.timeline.rows[place.died]
    block, residual = place.block[place.died], take_schoenfeld(place, place.describe())
    slope = (centred[dead] * fit.patients.weight[dead]) @ residual
    at_block = centred[place.timeline.rows[place.sets.start[:-1]]]
    plain, once, twice = _sum_information(place, at_block)
    tests = [_test_change(slope, (plain, once, twice), columns) for columns in groups.values()]
    everything = np.arange(len(fit.names))
    effect, covariance = _draw_effect(fit, place, residual, plain, list(groups.values()))
    return ProportionalHazards(
        terms=tuple(groups),
        tests=tuple(tests),
        overall=_test_change(slope, (plain, once, twice), everything),
        time=place.timeline.time[block],
        stratum=place.timeline.stratum[block],
        clock=shown[dead],
        effect=effect,
        covariance=covariance,
    )


def _read_clock(clock: Clock, data: SurvivalData) -> Floats:
    time = data.time
    if callable(clock):
        shown = np.asarray(clock(time), dtype=np.float64)
        if shown.shape != time.shape or not np.all(np.isfinite(shown)):
            raise UnsuitableDataError("clock does not give one finite number for each time")
        return shown
    if clock == "identity":
        return time
    if clock == "rank":
        return np.asarray(rankdata(time), dtype=np.float64)
    if clock == "log":
        if np.any(time <= 0):
            raise UnsuitableDataError(
                f"{int(np.sum(time <= 0))} times are 0, without logarithm; choose another clock"
            )
        return np.log(time)
    require_choice(clock, "clock", _NAMED)
    curve = kaplan_meier(SurvivalData(time, data.event, data.entry))
    before = np.searchsorted(curve.time, time, side="left")
    return 1.0 - np.append(1.0, curve.value)[before]


def _sum_information(place: Place, clock: Floats) -> Floats:
    """Sum the information over deaths, as it is, times the clock, and times its square."""
    factor = np.stack([np.ones_like(clock), clock, clock**2])
    lower = sum_variances(place.sets, place.part, place.efron, factor)
    strict: Floats = np.tril(lower, -1)
    return np.asarray(lower + np.swapaxes(strict, 1, 2), dtype=np.float64)


def _test_change(
    slope: Floats, information: tuple[Floats, Floats, Floats] | Floats, columns: Integers
) -> ModelTest:
    """Score test of interactions with the clock, all main effects being estimated."""
    plain, once, twice = information
    cross = once[:, columns]
    left = twice[np.ix_(columns, columns)] - cross.T @ np.linalg.solve(plain, cross)
    u, df = slope[columns], len(columns)
    if np.any(np.diagonal(left) <= 1e-12 * np.diagonal(twice)[columns]):
        raise UnsuitableDataError(
            "too few events to see a change of effect with time; leave the test out"
        )
    statistic = float(u @ np.linalg.solve(left, u))
    return ModelTest(statistic, df, float(chdtrc(df, statistic)))


def _draw_effect(
    fit: CoxFit, place: Place, residual: Floats, plain: Floats, groups: list[Integers]
) -> tuple[Floats, Floats]:
    """Divide each residual by the average variance of its covariates, and add the coefficient."""
    stratum = place.timeline.stratum[place.block[place.died]]
    varies = _find_varying(fit, groups)
    codes = sorted(varies)
    used = np.array([varies[code] * np.sum(stratum == code) for code in codes], dtype=np.float64)
    pairs = np.minimum(used[:, :, None], used[:, None, :]).sum(axis=0)
    scale = place.scale
    mean = plain / np.maximum(pairs, 1.0) * np.outer(scale, scale)
    merge = _merge_columns(fit.coefficients, groups)
    first = [columns[0] for columns in groups]
    mean, shown = merge.T @ mean @ merge, residual * scale @ merge
    effect = np.full_like(shown, np.nan)
    for row, code in enumerate(codes):
        here, kept = np.flatnonzero(stratum == code), np.flatnonzero(used[row, first])
        if len(kept) and len(here):
            block = mean[np.ix_(kept, kept)]
            effect[np.ix_(here, kept)] = np.linalg.solve(block, shown[np.ix_(here, kept)].T).T
    own = [fit.coefficients[c[0]] if len(c) == 1 else 1.0 for c in groups]
    return effect + np.array(own), np.linalg.inv(mean)


def _merge_columns(coefficients: Floats, groups: list[Integers]) -> Floats:
    """Several columns of a term become one, along the fitted effect."""
    merge = np.zeros((len(coefficients), len(groups)))
    for k, columns in enumerate(groups):
        merge[columns, k] = coefficients[columns] if len(columns) > 1 else 1.0
    return merge


def _find_varying(fit: CoxFit, groups: list[Integers]) -> dict[int, Floats]:
    """Say of each stratum whether each column varies in it, a term being taken as a whole."""
    data, found = fit.patients.data, {}
    codes = np.zeros(len(data), np.int64) if data.stratum is None else data.stratum
    for code in np.unique(codes):
        varies = np.ptp(fit.patients.x[codes == code], axis=0) > 0
        for columns in groups:
            varies[columns] = varies[columns].any()
        found[int(code)] = varies.astype(np.float64)
    return found

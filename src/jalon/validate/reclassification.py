"""Reclassification: does a new prediction move patients the right way?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr, ndtri

from jalon.core import Estimate, Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.validate.benefit import Cases, observe_all, rate_chosen
from jalon.validate.risks import judge, read_horizon, read_level, read_risk


@dataclass(frozen=True, slots=True)
class Gain:
    """An improvement with its interval and test.

    Attributes:
        estimate: the improvement with its normal interval.
        std_error: its standard error.
        z: estimate over standard error; NaN when that is 0.
        p: two-sided p-value for no improvement.
    """

    estimate: Estimate
    std_error: float
    z: float
    p: float


@dataclass(frozen=True, slots=True, eq=False)
class Reclassification:
    """How a new prediction moves patients who have the event, and those who do not.

    Attributes:
        improvement: net reclassification improvement (NRI), the sum of the next two, -2 to 2; not
            a share of patients.
        events: share of those with the event who move up less the share who move down.
        non_events: share of those without who move down less the share who move up.
        up: shape (2,), share who move up, with the event and without.
        down: shape (2,), share who move down.
        table: shape (2, c, c), patients by category before (rows) and after (columns), with
            the event and without; one category when there are no cuts.
    """

    improvement: Gain
    events: Gain
    non_events: Gain
    up: Floats
    down: Floats
    table: Integers


@dataclass(frozen=True, slots=True, eq=False)
class Discrimination:
    """How much further apart a new prediction sets those with and without the event.

    Attributes:
        improvement: integrated discrimination improvement (IDI), the sum of the next two.
        events: mean rise of the risk of those with the event (integrated sensitivity).
        non_events: mean fall of the risk of those without (integrated specificity).
    """

    improvement: Gain
    events: Gain
    non_events: Gain


def reclassify(
    old: npt.ArrayLike,
    new: npt.ArrayLike,
    y: npt.ArrayLike,
    cuts: Sequence[float] | None = None,
    level: float = 0.95,
) -> Reclassification:
    """Count who moves to a higher or lower risk when one prediction replaces another.

    The measure can improve by chance alone when the new model was fitted to the same patients;
    ``compare_decision_curves`` says what the moves are worth.

    Args:
        old: shape (n,), predicted probabilities of the first model.
        new: shape (n,), those of the second.
        y: shape (n,), outcome, 0 no or 1 yes.
        cuts: limits between categories of risk, rising, above 0 and below 1; a patient on a
            limit belongs above it. None counts every move, however small.
        level: coverage of the intervals, 0 to 1.

    Returns:
        Net reclassification improvement with its parts.

    Raises:
        UnsuitableDataError: risks that are no probabilities, outcomes that are not 0 or 1 or not
            both, or limits that do not rise.

    Reference:
        Pencina MJ and others (2008), doi:10.1002/sim.2929, for categories; continuous, and the
        errors: Pencina MJ, D'Agostino RB, Steyerberg EW (2011), doi:10.1002/sim.4085.

    Example:
        >>> found = reclassify([0.2, 0.4, 0.3, 0.6], [0.4, 0.3, 0.1, 0.7], [1, 1, 0, 0])
        >>> found.events.estimate.value, found.non_events.estimate.value
        (0.0, 0.0)
    """
    before, after, had = _read_pair(old, new, y)
    limits = _read_cuts(cuts)
    rows, columns = (np.searchsorted(limits, part, side="right") for part in (before, after))
    move = np.sign(after - before if cuts is None else columns - rows)
    up, down = (np.array([np.mean(move[group] == way) for group in (had, ~had)]) for way in (1, -1))
    sizes = np.array([had.sum(), np.sum(~had)])
    net = np.array([up[0] - down[0], down[1] - up[1]])
    variance = (up + down - net**2) / sizes
    size = len(limits) + 1
    table = np.zeros((2, size, size), dtype=np.int64)
    np.add.at(table, ((~had).astype(int), rows, columns), 1)
    whole, one, two = _find_gains(net, variance, level)
    return Reclassification(whole, one, two, up, down, table)


def improve_discrimination(
    old: npt.ArrayLike, new: npt.ArrayLike, y: npt.ArrayLike, level: float = 0.95
) -> Discrimination:
    """Measure how much a new prediction raises the risk of those with the event above the others.

    Args:
        old: shape (n,), predicted probabilities of the first model.
        new: shape (n,), those of the second.
        y: shape (n,), outcome, 0 no or 1 yes, at least two patients of each.
        level: coverage of the intervals, 0 to 1.

    Returns:
        Integrated discrimination improvement with its parts.

    Raises:
        UnsuitableDataError: risks that are no probabilities, or outcomes that are not 0 or 1 or
            fewer than two of each.

    Reference:
        Pencina MJ and others (2008), doi:10.1002/sim.2929, for the measure and its error.

    Example:
        >>> found = improve_discrimination([0.2, 0.4, 0.3, 0.6], [0.4, 0.4, 0.1, 0.6], [1, 1, 0, 0])
        >>> round(found.improvement.estimate.value, 6)
        0.2
    """
    before, after, had = _read_pair(old, new, y)
    if min(had.sum(), np.sum(~had)) < 2:
        raise UnsuitableDataError(
            "fewer than two patients with or without the event; their spread is not known"
        )
    rise = after - before
    groups = rise[had], -rise[~had]
    mean = np.array([group.mean() for group in groups])
    variance = np.array([group.var(ddof=1) / len(group) for group in groups])
    return Discrimination(*_find_gains(mean, variance, level))


def reclassify_at(
    old: npt.ArrayLike,
    new: npt.ArrayLike,
    data: SurvivalData,
    horizon: float,
    cuts: Sequence[float] | None = None,
    cause: int = 1,
) -> Reclassification:
    """Estimate who moves to a higher or lower risk, when some patients are censored.

    The share with the event by the time of interest is estimated among those who move up, among
    those who move down and among all.

    Args:
        old: shape (n,), predicted probabilities of the event by ``horizon`` of the first model.
        new: shape (n,), those of the second.
        data: outcomes of the same patients, without late entry; whole weights count patients.
        horizon: time of interest, above 0; events at it count.
        cuts: limits between categories of risk; None counts every move.
        cause: the event code of interest.

    Returns:
        Net reclassification improvement with 95% intervals; ``table`` counts all patients with an
        event of the cause by ``horizon`` and all others, the censored among them.

    Raises:
        UnsuitableDataError: risks that are no probabilities, late entry, no event by ``horizon``,
            everyone has it, or those who move were not followed that long.

    Reference:
        Pencina MJ, D'Agostino RB, Steyerberg EW (2011), doi:10.1002/sim.4085, for the
        measure; the errors follow from each patient's influence.

    Example:
        >>> data = SurvivalData(time=[1, 2, 9, 9], event=[1, 1, 0, 0])
        >>> found = reclassify_at([0.2, 0.4, 0.3, 0.6], [0.4, 0.5, 0.1, 0.6], data, 5)
        >>> found.events.estimate.value, found.non_events.estimate.value
        (1.0, 0.5)
    """
    time, limits = read_horizon(horizon), _read_cuts(cuts)
    judged, before = judge(new, data, cause), read_risk(old, len(data))
    before = before[judged.order]
    share, pull = observe_all(judged, time)
    if share == 1:
        raise UnsuitableDataError(f"everyone has the event by time {time:g}; choose an earlier one")
    rows, columns = (np.searchsorted(limits, part, side="right") for part in (before, judged.risk))
    move = np.sign(judged.risk - before if cuts is None else columns - rows)
    parts = [rate_chosen(judged, time, move == way) for way in (1, -1)]
    rates, pulls = (np.stack([part[k][1:] for part in parts]) for k in (0, 1))
    if np.any(np.isnan(rates)):
        raise UnsuitableDataError(
            f"those who move were not followed to time {time:g}; choose an earlier time"
        )
    whole = np.array([share, 1 - share])
    ratio = rates / whole
    moved = (pulls - ratio[:, :, None] * np.stack([pull, -pull])) / whole[None, :, None]
    signs = np.array([1.0, -1.0])
    net, moves = (ratio[0] - ratio[1]) * signs, (moved[0] - moved[1]) * signs[:, None]
    cases = Cases(judged.weight, judged.counts)
    errors = [cases.find_error(part) for part in (moves.sum(axis=0), *moves)]
    values = (float(net.sum()), *map(float, net))
    gains = [_find_gain(value, error, 0.95) for value, error in zip(values, errors, strict=True)]
    table = np.zeros((2, len(limits) + 1, len(limits) + 1), dtype=np.int64)
    other = (judged.code != 1) | (judged.time > time)
    np.add.at(table, (other.astype(int), rows, columns), 1)
    return Reclassification(gains[0], gains[1], gains[2], ratio[0], ratio[1], table)


def _find_gains(value: Floats, variance: Floats, level: float) -> tuple[Gain, Gain, Gain]:
    """The sum of two independent parts, and each of them."""
    read_level(level)
    return (
        _find_gain(float(value.sum()), float(np.sqrt(variance.sum())), level),
        _find_gain(float(value[0]), float(np.sqrt(variance[0])), level),
        _find_gain(float(value[1]), float(np.sqrt(variance[1])), level),
    )


def _find_gain(value: float, error: float, level: float) -> Gain:
    half = float(ndtri((1 + level) / 2)) * error
    z = value / error if error > 0 else np.nan
    estimate = Estimate(value, value - half, value + half, level, "normal")
    return Gain(estimate, error, z, float(2 * ndtr(-abs(z))))


def _read_pair(
    old: npt.ArrayLike, new: npt.ArrayLike, y: npt.ArrayLike
) -> tuple[Floats, Floats, npt.NDArray[np.bool_]]:
    outcome = np.asarray(y, dtype=np.float64)
    if outcome.ndim != 1 or not np.all((outcome == 0) | (outcome == 1)):
        raise UnsuitableDataError("outcomes must be 0 no or 1 yes, one per patient")
    if not 0 < outcome.sum() < len(outcome):
        raise UnsuitableDataError("everyone or nobody has the outcome; there is nothing to compare")
    return read_risk(old, len(outcome)), read_risk(new, len(outcome)), outcome == 1


def _read_cuts(cuts: Sequence[float] | None) -> Floats:
    limits = np.asarray([] if cuts is None else cuts, dtype=np.float64)
    good = limits.ndim == 1 and np.all((limits > 0) & (limits < 1)) and np.all(np.diff(limits) > 0)
    if not good or (cuts is not None and not len(limits)):
        raise UnsuitableDataError(
            "cuts must be different probabilities in rising order, above 0 and below 1"
        )
    return limits

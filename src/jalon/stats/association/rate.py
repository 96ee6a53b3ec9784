"""Events per time under observation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import gammaincinv, pdtr, pdtrc
from scipy.stats import poisson

from jalon.core import Estimate, UnsuitableDataError
from jalon.stats.association.hypothesis import (
    RELATIVE_TIE,
    Alternative,
    check_alternative,
    check_level,
    normal_quantiles,
    read_number,
)
from jalon.stats.association.proportion import binomial_test


@dataclass(frozen=True, slots=True)
class RateTest:
    """An exact test of a rate, or of two.

    Attributes:
        p: exact p-value.
        estimate: the rate, or the first rate over the second, with its exact interval.
    """

    p: float
    estimate: Estimate


def rate(
    events: float,
    time: float,
    method: Literal["exact", "byar"] = "exact",
    level: float = 0.95,
    alternative: Alternative = "two-sided",
) -> Estimate:
    """Estimate events per unit of time under observation, with an interval.

    Args:
        events: events seen, a whole number.
        time: patients' time under observation added up, above 0, in any unit.
        method: "exact" (Garwood), or Byar's approximation as in R's epitools.
        level: coverage of the interval.
        alternative: "greater" bounds the rate from below only, "less" from above only.

    Returns:
        The rate. R's ``pois.exact`` stops its search early and differs from this by up to
        1e-4 events; ``poisson.test`` does not.

    Raises:
        UnsuitableDataError: events that are not a whole number >= 0, or no time.

    Reference:
        Garwood (1936), doi:10.1093/biomet/28.3-4.437; Rothman and Boice (1979), Epidemiologic
        analysis with a programmable calculator, p. 29 (Byar).

    Example:
        >>> one = rate(3, 250)
        >>> one.value, round(one.low, 5), round(one.high, 5)
        (0.012, 0.00247, 0.03507)
    """
    _check(events, time)
    check_level(level)
    check_alternative(alternative)
    if method not in ("exact", "byar"):
        raise UnsuitableDataError(f"the method {method!r} is not known; choose exact or byar")
    if method == "byar":
        middle = events + 0.5
        low, high = (
            middle * (1 - 1 / (9 * middle) + z / 3 * np.sqrt(1 / middle)) ** 3
            for z in normal_quantiles(level, alternative)
        )
    else:
        tail = (1 - level) / (2 if alternative == "two-sided" else 1)
        low = gammaincinv(events, tail) if events > 0 else 0.0
        high = gammaincinv(events + 1, 1 - tail)
    low = 0.0 if alternative == "less" else float(low) / time
    high = np.inf if alternative == "greater" else float(high) / time
    return Estimate(events / time, low, high, level, method)


def rate_test(
    events: float,
    time: float,
    hypothesis: float = 1.0,
    alternative: Alternative = "two-sided",
    level: float = 0.95,
) -> RateTest:
    """Test exactly whether events happen at a given rate.

    Args:
        events: events seen, a whole number.
        time: time under observation, above 0.
        hypothesis: the rate tested, >= 0.
        alternative: two-sided adds up all counts no more probable than the one seen.
        level: coverage of the interval.

    Returns:
        The test, and the rate with Garwood's interval.

    Raises:
        UnsuitableDataError: events that are not a whole number >= 0, no time, or a rate below 0.

    Reference:
        Fay (2010), R Journal 2(1):53-58 (the minimum likelihood method).

    Example:
        >>> round(rate_test(2, 10, 0.5).p, 3)
        0.258
    """
    estimate = rate(events, time, "exact", level, alternative)
    if not 0 <= hypothesis < np.inf:
        raise UnsuitableDataError("the rate tested must be 0 or more")
    return RateTest(_poisson_p(events, hypothesis * time, alternative), estimate)


def compare_rates(
    events: tuple[float, float],
    time: tuple[float, float],
    hypothesis: float = 1.0,
    alternative: Alternative = "two-sided",
    level: float = 0.95,
) -> RateTest:
    """Test exactly whether events happen at the same rate in two groups.

    Args:
        events: events of the first and of the second group, not both 0.
        time: their times under observation.
        hypothesis: the ratio tested, above 0.
        alternative: "greater" for a ratio above the hypothesis.
        level: coverage of the interval.

    Returns:
        The test, and the first rate over the second with its exact interval.

    Raises:
        UnsuitableDataError: events that are not whole numbers >= 0, none at all, or no time.

    Reference:
        Przyborowski and Wilenski (1940), doi:10.1093/biomet/31.3-4.313; Fay (2010),
        doi:10.1093/biostatistics/kxp050.

    Example:
        >>> round(compare_rates((11, 21), (800, 3011)).estimate.value, 4)
        1.9715
    """
    if not len(events) == len(time) == 2:
        raise UnsuitableDataError("give events and times of two groups")
    for one, span in zip(events, time, strict=True):
        _check(one, span)
    if sum(events) == 0 or not 0 < hypothesis < np.inf:
        raise UnsuitableDataError("give at least one event, and a ratio above 0 to test")
    first, second = time
    share = hypothesis * first / (hypothesis * first + second)
    test = binomial_test(events[0], sum(events), share, alternative, level)
    low, high = (
        part / (1 - part) * second / first if part < 1 else np.inf
        for part in (test.share.low, test.share.high)
    )
    ratio = (events[0] / first) / (events[1] / second) if events[1] else np.inf
    return RateTest(test.p, Estimate(ratio, low, high, level, "exact"))


def _check(events: float, time: float) -> None:
    events, time = read_number(events, "events"), read_number(time, "time")
    if not 0 <= events < np.inf or events != round(events) or not 0 < time < np.inf:
        raise UnsuitableDataError(
            "give events as a whole number >= 0, and a time under observation above 0"
        )


def _poisson_p(events: float, mean: float, alternative: Alternative) -> float:
    lower, upper = float(pdtr(events, mean)), float(pdtrc(events - 1, mean)) if events else 1.0
    if alternative != "two-sided":
        return lower if alternative == "less" else upper
    if mean in (0, events):
        return float(events == mean)
    seen = poisson.pmf(events, mean) * RELATIVE_TIE
    if events < mean:
        last = int(np.ceil(2 * mean - events))
        while poisson.pmf(last, mean) > seen:
            last *= 2
        # The other tail: its probabilities fall, so those small enough are the last ones.
        few = np.count_nonzero(poisson.pmf(np.arange(np.ceil(mean), last + 1), mean) <= seen)
        return min(1.0, lower + float(pdtrc(last - few, mean)))
    few = np.count_nonzero(poisson.pmf(np.arange(np.floor(mean) + 1), mean) <= seen)
    return min(1.0, upper + (float(pdtr(few - 1, mean)) if few else 0.0))

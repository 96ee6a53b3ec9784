"""Intervals of any figures of merit, by resampling patients."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Estimate, Floats, Integers, UnsuitableDataError
from jalon.validate.rounds import Round, Running, run_rounds


@dataclass(frozen=True, slots=True, eq=False)
class Bootstrap:
    """How patients are resampled for an interval.

    Attributes:
        rng: the source of chance.
        resamples: how many.
        level: coverage of the percentile interval, 0 to 1.
    """

    rng: np.random.Generator
    resamples: int = 500
    level: float = 0.95


def bootstrap_figures(
    compute: Callable[[Integers], npt.ArrayLike], n: int, settings: Bootstrap
) -> list[Estimate]:
    """Give figures of merit the interval of their values over resampled patients.

    Args:
        compute: gives k figures of the patients at some rows (repeats allowed).
        n: patients.
        settings: how to resample.

    Returns:
        One estimate per figure: its value for all patients, with the percentiles of the
        resamples.

    Raises:
        UnsuitableDataError: no patient, fewer than 2 resamples, a level outside 0 to 1, or more
            than a fifth of the resamples unable to give the figures, which the message says.

    Reference:
        Efron B, Tibshirani RJ (1993), An Introduction to the Bootstrap,
        doi:10.1007/978-1-4899-4541-9, section 13.3.

    Example:
        >>> values = np.arange(100.0)
        >>> settings = Bootstrap(np.random.default_rng(1), resamples=200)
        >>> mean = bootstrap_figures(lambda rows: [values[rows].mean()], 100, settings)[0]
        >>> mean.value, 40 < mean.low < 46, 53 < mean.high < 59
        (49.5, True, True)
    """
    if n < 1 or settings.resamples < 2:
        raise UnsuitableDataError(
            f"{n} patients and {settings.resamples} resamples make no interval; ask for at least 2 "
            "resamples"
        )
    if not 0 < settings.level < 1:
        raise UnsuitableDataError(
            f"level is {settings.level:g}; give a share between 0 and 1, as 0.95"
        )
    whole = np.atleast_1d(np.asarray(compute(np.arange(n)), dtype=np.float64))
    streams = settings.rng.spawn(settings.resamples)

    def work(number: int) -> Round:
        return Round(np.atleast_1d(compute(streams[number].integers(0, n, n))))

    rounds = run_rounds(work, settings.resamples, whole.size, "", Running())
    drawn = [one.values for one in rounds if not one.failure]
    tail = (1 - settings.level) / 2
    ends: Floats = np.quantile(np.array(drawn), [tail, 1 - tail], axis=0)
    return [
        Estimate(float(value), float(low), float(high), settings.level, "bootstrap percentiles")
        for value, low, high in zip(whole, ends[0], ends[1], strict=True)
    ]

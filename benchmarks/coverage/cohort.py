"""Simulated follow-up in whole days: exponential hazards, staggered entry, loss at random."""

from __future__ import annotations

import numpy as np

from jalon.core import Floats, SurvivalData

MEDIAN = 399.5
RATE = np.log(2) / MEDIAN
"""Daily hazard; the median lies between two days, so that no step is flat at one half."""
LOST = 1 / 2500


def follow(rng: np.random.Generator, hazard: Floats) -> SurvivalData:
    """Follow patients of given daily hazards: recruited over 3 years, followed for 2 to 5.

    Times are rounded up to days, events before censorings, so that of n patients many are tied
    and P(T > t) is still exactly exp(-hazard t) for each whole t.
    """
    n = len(hazard)
    event = np.ceil(rng.exponential(size=n) / hazard)
    stop = np.minimum(
        np.floor(rng.uniform(2, 5, n) * 365.25), np.ceil(rng.exponential(1 / LOST, n))
    )
    return SurvivalData(np.minimum(event, stop), event <= stop)

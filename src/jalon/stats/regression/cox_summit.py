"""The baseline hazard at a summit that was reached with a penalty."""

from __future__ import annotations

import numpy as np

from jalon.stats.kernels.cox_sums import accumulate
from jalon.stats.regression.cox_fit import Baseline
from jalon.stats.regression.cox_hill import Hill, Spot, look


def describe_baseline(hill: Hill, top: Spot) -> Baseline:
    """Give the hazard of a patient whose covariates are all at their means.

    Args:
        hill: the hill, whose sums are used up.
        top: its summit.

    Returns:
        The cumulative hazard.
    """
    look(hill, top.beta)
    timeline, sums = hill.timeline, hill.sums
    accumulate(sums, timeline.sets.opening, float(np.exp(-sums.top.max())), hill.columns.scale)
    hazard, variance = sums.steps[0].copy(), sums.steps[2].copy()
    return Baseline(timeline.time, timeline.stratum, hazard, variance, sums.drift.copy())

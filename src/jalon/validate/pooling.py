"""One figure of merit over several centres or groups, and how far these differ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from jalon.core import ConvergenceError, Estimate
from jalon.stats import ModelTest, PoolInterval, TauMethod, pool_effects, predict_study
from jalon.validate.merit import Merit, MeritName, Merits, Scale, bring_back

HARTUNG: PoolInterval = "knapp-hartung, widened"


@dataclass(frozen=True, slots=True)
class PooledMerit:
    """A figure of merit over all centres.

    Attributes:
        estimate: what it is on average, with the interval of Hartung and Knapp.
        prediction: where it will lie in a new centre, averaged over how much centres may differ;
            NaN limits with fewer than three centres.
        higgins: the usual interval for a new centre, which takes the variance between centres as
            known and holds too few new centres; as R's metafor prints it.
        heterogeneity: Cochran's test that it is the same everywhere.
        i_squared: share of the variation between centres that is not chance.
        tau: standard deviation of the true figures between centres, on ``scale``.
        scale: on which it was pooled.
        method: how the variance between centres was estimated.
        centres: how many gave the figure.
    """

    estimate: Estimate
    prediction: Estimate
    higgins: Estimate
    heterogeneity: ModelTest
    i_squared: Estimate
    tau: float
    scale: Scale
    method: TauMethod
    centres: int


def pool_merits(
    found: Mapping[str, Merits],
    names: Sequence[MeritName],
    level: float,
    method: TauMethod = "REML",
) -> tuple[dict[MeritName, PooledMerit], tuple[str, ...]]:
    """Average each figure over centres, by random effects.

    Args:
        found: the figures of each centre.
        names: which figures.
        level: coverage of the intervals, 0 to 1.
        method: estimator of the variance between centres; DerSimonian-Laird where it does not
            settle.

    Returns:
        The pooled figures, and what could not be pooled.
    """
    pooled: dict[MeritName, PooledMerit] = {}
    notes = []
    for name in names:
        parts = [one.figures[name] for one in found.values() if name in one.figures]
        missing = [label for label, one in found.items() if name not in one.figures]
        if len(parts) < 2:
            if parts:
                notes.append(f"{name}: only one centre gives it, so that it cannot be pooled")
            continue
        if missing:
            notes.append(f"{name}: pooled without {', '.join(missing)}, which cannot give it")
        pooled[name] = _pool(parts, level, method)
    return pooled, tuple(notes)


def _pool(parts: list[Merit], level: float, method: TauMethod) -> PooledMerit:
    effect = np.array([part.effect for part in parts])
    variance = np.array([part.std_error for part in parts]) ** 2
    k = len(parts)
    df = k - 2 if k > 2 else None
    try:
        found = pool_effects(effect, variance, method, HARTUNG, level, df)
    except ConvergenceError:
        found = pool_effects(effect, variance, "DL", HARTUNG, level, df)
    scale = parts[0].scale
    usual, mean = found.prediction, found.estimate.value
    if k < 3:
        usual = prediction = Estimate(mean, np.nan, np.nan, level, "too few centres")
    else:
        prediction = replace(predict_study(effect, variance, level), value=mean)
    return PooledMerit(
        estimate=bring_back(found.estimate, scale),
        prediction=bring_back(prediction, scale),
        higgins=bring_back(usual, scale),
        heterogeneity=found.heterogeneity,
        i_squared=found.i_squared,
        tau=float(np.sqrt(found.tau2.value)),
        scale=scale,
        method=found.method,
        centres=k,
    )

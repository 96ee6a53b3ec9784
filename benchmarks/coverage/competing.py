"""Coverage of a cumulative incidence at a time and of a Fine-Gray model's coefficients."""

from __future__ import annotations

import numpy as np
from benchmarks.coverage.tally import Row, summarise

from jalon.core import Estimate, Floats, SurvivalData
from jalon.stats import aalen_johansen, fit_fine_gray, value_at

TRUTH = np.array([0.5, -0.5])
SHARE = 0.5
"""Share of patients who would ever have the first cause, covariates being 0."""
DAYS, YEAR = 300, 365
AT_YEAR = SHARE * (1 - float(np.exp(-YEAR / DAYS)))


def run(rng: np.random.Generator, n: int, repeats: int) -> list[Row]:
    """Simulate cohorts of n patients and tell how often each interval covers the truth."""
    shares: dict[str, list[Estimate]] = {"log-log": [], "plain": []}
    effects: list[list[Estimate]] = [[], []]
    for _ in range(repeats):
        data = draw(rng, np.zeros((n, 2)))
        for interval, estimates in shares.items():
            curve = aalen_johansen(data, interval=interval)
            estimates.append(value_at(curve, YEAR)[0])
        x = np.column_stack((rng.normal(size=n), (rng.random(n) < 0.5).astype(float)))
        fit = fit_fine_gray(x, draw(rng, x))
        for estimates, ratio in zip(effects, fit.hazard_ratios, strict=True):
            estimates.append(
                Estimate(*(float(np.log(part)) for part in (ratio.value, ratio.low, ratio.high)))
            )
    rows = [
        summarise(f"Aalen-Johansen at 1 year, {interval}", n, estimates, AT_YEAR)
        for interval, estimates in shares.items()
    ]
    names = ("number", "factor")
    return rows + [
        summarise(f"Fine-Gray log ratio, {name}", n, estimates, float(truth))
        for name, estimates, truth in zip(names, effects, TRUTH, strict=True)
    ]


def draw(rng: np.random.Generator, x: Floats) -> SurvivalData:
    """Draw days and causes of the model of Fine and Gray (1999), section 4, and follow them."""
    n, power = len(x), np.exp(x @ TRUTH)
    ever = 1 - (1 - SHARE) ** power
    first = rng.random(n) < ever
    # The time of the first cause, given that it happens: 1 - F(t) = (1 - p (1 - e^-t))^power.
    u = rng.random(n) * ever
    own = -np.log(1 - (1 - (1 - u) ** (1 / power)) / SHARE)
    time = np.ceil(DAYS * np.where(first, own, rng.exponential(size=n)))
    stop = np.floor(rng.uniform(1, 4, n) * 365.25)
    return SurvivalData(np.minimum(time, stop), np.where(time <= stop, np.where(first, 1, 2), 0))

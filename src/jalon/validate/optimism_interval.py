"""Interval of a figure of merit whose optimism was taken off."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

from jalon.core import Estimate, Floats

METHOD = "shifted by the optimism and widened"
UNSURE = 0.5
"""Standard deviation of a cohort's own optimism, as a share of its mean.

Near the best fit, optimism is a sum of p squares, one for each of p coefficients, so that this
share is the square root of 2 / p: 0.63 for five covariates, 0.5 for eight, 0.37 for fifteen.
"""


def correct_estimate(apparent: Estimate, drops: Floats) -> Estimate:
    """Take the optimism off a figure of merit, with an interval for what new patients will show.

    What is to be covered is the figure that this very score has among new patients. The apparent
    interval is made as if the score had been given beforehand. It leaves out that this cohort was
    lucky or unlucky: the bootstrap tells the mean optimism, while that of one cohort varies by
    about half of it; and that the mean of B resamples has an error of its own. Both are added:

        reach² = (apparent limit - apparent)² + z² ((optimism / 2)² + Var(drops) / B)

    on each side. The explanation ``internal-validation`` compares it with other intervals.

    Args:
        apparent: the figure on the cohort that the score was learned from, with its interval.
        drops: shape (B,), for each resample the figure of its own score on the resample less that
            on the cohort.

    Returns:
        The corrected figure; limits stay missing where the apparent ones are.

    Reference:
        Noma H et al. (2021), doi:10.1002/sim.9148, who shift the bootstrap interval of the apparent
        figure, or repeat the whole bootstrap in each resample, which this avoids. The rule above is
        this project's own.

    Example:
        >>> import numpy as np
        >>> found = correct_estimate(Estimate(0.70, 0.65, 0.75), np.array([0.03, 0.01]))
        >>> round(found.value, 3), round(found.low, 3), round(found.high, 3)
        (0.68, 0.623, 0.737)
    """
    optimism = float(drops.mean()) if len(drops) else 0.0
    extra = widen_squared(drops, apparent.level)
    value = apparent.value - optimism
    low, high = (
        float(np.sqrt((limit - apparent.value) ** 2 + extra))
        for limit in (apparent.low, apparent.high)
    )
    words = f"{apparent.method}, {METHOD}"
    return Estimate(value, value - low, value + high, apparent.level, words)


def widen_squared(drops: Floats, level: float) -> float:
    """Return the square of what the two errors of an optimism add to an interval's reach.

    Args:
        drops: shape (B,), as for ``correct_estimate``.
        level: coverage of the interval, 0 to 1.

    Returns:
        The square.
    """
    count = len(drops)
    optimism = float(drops.mean()) if count else 0.0
    # One resample shows no variation.
    chance = float(np.var(drops, ddof=1)) / count if count > 1 else 0.0
    return float(ndtri((1 + level) / 2)) ** 2 * ((UNSURE * optimism) ** 2 + chance)

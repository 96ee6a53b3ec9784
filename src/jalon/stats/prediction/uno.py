"""Uno's concordance, which does not depend on how many patients were censored."""

from __future__ import annotations

import numpy.typing as npt

from jalon.core import SurvivalData
from jalon.stats.concordance import Concordance, concordance


def uno_concordance(
    risk: npt.ArrayLike, data: SurvivalData, horizon: float | None = None, level: float = 0.95
) -> Concordance:
    """Estimate how often the higher risk has the event first, as if nobody had been censored.

    Harrell's C depends on the censoring of the study at hand, because pairs of late events are
    seen less often. Here each pair counts by 1 / G squared, G being the probability to be still
    uncensored just before the event: events come before censorings of the same day, and leave
    the patients at risk of being censored that day. Equal risks count one half.

    The numbers are those of R's ``survival::concordance(timewt = "n/G2", ymax = horizon)``. R's
    ``survC1::Est.Cval`` differs in the fourth or fifth digit: it counts events strictly before
    the horizon, leaves those who have the event at risk of being censored that day, does not
    compare an event with a patient censored on the very day, and cuts scores after the fifth
    decimal.

    Args:
        risk: shape (n,), any score, higher for an earlier event.
        data: outcomes of the same patients, with one cause of event, all seen from time zero.
            Each stratum has its own G, and pairs are made within it.
        horizon: events after this time are not counted; choose it where enough patients are
            still followed, since the weights grow towards the end. None for all.
        level: coverage of the interval, 0 to 1.

    Returns:
        C, its interval and standard error, which takes G as known, and the weighted pairs.

    Raises:
        UnsuitableDataError: no event, several causes, entry times, or no comparable pair.

    Reference:
        Uno H et al. (2011), doi:10.1002/sim.4154, equation 6; Therneau T, Atkinson E,
        "Concordance", vignette of the R package survival, for the standard error.

    Example:
        >>> data = SurvivalData(time=[1, 2, 3, 4, 5], event=[1, 0, 1, 1, 0])
        >>> round(uno_concordance([5, 1, 2, 4, 3], data).estimate.value, 4)
        0.619
    """
    return concordance(risk, data, level, horizon, "n/G2")

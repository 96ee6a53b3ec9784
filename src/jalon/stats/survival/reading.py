"""Reading a curve: its height at given times."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from jalon.core import Curve, Estimate, UnsuitableDataError
from jalon.stats.arguments import read_floats


def value_at(curve: Curve, times: npt.ArrayLike) -> list[Estimate]:
    """Return a curve's height with its interval at some times, for example at 12 months.

    Args:
        curve: any step curve.
        times: finite times, at least 0, in the curve's unit.

    Returns:
        One estimate per time. Before the first row it is the curve's start, known without
        error. **Beyond the last row the last height is carried on**, as R's
        ``summary(extend = TRUE)`` does: where follow-up has ended the curve says nothing new,
        so show ``curve.at_risk_at(times)``, 0 there, beside it.

    Raises:
        UnsuitableDataError: a time that is negative, missing or infinite.

    Example:
        >>> from jalon.core import SurvivalData
        >>> from jalon.stats import kaplan_meier
        >>> curve = kaplan_meier(SurvivalData(time=[5, 8, 9, 9], event=[1, 0, 0, 0]))
        >>> [estimate.value for estimate in value_at(curve, [0, 6])]
        [1.0, 0.75]
    """
    wanted = np.atleast_1d(read_floats(times, "times"))
    if not np.all(np.isfinite(wanted)) or np.any(wanted < 0):
        raise UnsuitableDataError("times holds a missing, infinite or negative time; give >= 0")
    row = curve.rows_at(wanted) + 1
    columns = (np.append(curve.start, part)[row] for part in (curve.value, curve.low, curve.high))
    return [
        Estimate(float(value), float(low), float(high), curve.level, curve.method)
        for value, low, high in zip(*columns, strict=True)
    ]

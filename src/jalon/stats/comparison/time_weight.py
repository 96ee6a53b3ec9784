"""How much each event time counts in a test of the log-rank family."""

from __future__ import annotations

from typing import Literal

import numpy as np

from jalon.core import Floats, UnsuitableDataError
from jalon.stats.survival.ratio import divide

TimeWeight = Literal["survival", "gehan", "tarone-ware", "peto", "modified-peto"]
SCHEMES: tuple[str, ...] = ("survival", "gehan", "tarone-ware", "peto", "modified-peto")


def weigh_times(
    at_risk: Floats, events: Floats, scheme: TimeWeight, rho: float, gamma: float
) -> Floats:
    """Return the weight of each event time, from the patients of all groups together.

    Args:
        at_risk: shape (m,), at risk just before each time.
        events: shape (m,), events at each time.
        scheme: what weighs; ``log_rank`` describes each.
        rho: power of the survival just before, for "survival".
        gamma: power of 1 minus that survival, for "survival".

    Returns:
        Shape (m,).

    Raises:
        UnsuitableDataError: an unknown scheme, powers given to a scheme without any, or a
            power that makes a weight infinite.

    Example:
        >>> weigh_times(np.array([4.0, 2.0]), np.array([1.0, 1.0]), "survival", 1, 0).tolist()
        [1.0, 0.75]
    """
    if scheme not in SCHEMES:
        raise UnsuitableDataError(
            f"weight {scheme!r} is not known; choose one of {', '.join(SCHEMES)}"
        )
    if scheme == "survival":
        return _weigh_by_survival(at_risk, events, rho, gamma)
    if rho != 0 or gamma != 0:
        raise UnsuitableDataError(f"rho and gamma have no meaning for weight {scheme!r}; leave 0")
    if scheme == "gehan":
        return at_risk
    if scheme == "tarone-ware":
        return np.sqrt(at_risk)
    # One patient more at risk keeps the estimate above 0 at the last event.
    survival = np.cumprod(1 - events / (at_risk + 1), dtype=np.float64)
    return survival if scheme == "peto" else survival * at_risk / (at_risk + 1)


def _weigh_by_survival(at_risk: Floats, events: Floats, rho: float, gamma: float) -> Floats:
    if rho == 0 and gamma == 0:
        return np.ones(len(events))
    after = np.cumprod(1 - divide(events, at_risk), dtype=np.float64)
    before = np.append(1.0, after[:-1])[: len(after)]
    with np.errstate(divide="ignore"):
        weight = np.asarray(before**rho * (1 - before) ** gamma)
    if not np.all(np.isfinite(weight)):
        raise UnsuitableDataError(
            f"rho = {rho:g} and gamma = {gamma:g} give some event an infinite weight; use powers "
            "of at least 0"
        )
    return weight

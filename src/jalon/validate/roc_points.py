"""The time-dependent ROC curve: whom a score would pick out by a time, at every threshold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, SurvivalData, UnsuitableDataError
from jalon.stats.arguments import read_floats
from jalon.stats.prediction.outcome import read_outcome


@dataclass(frozen=True, slots=True, eq=False)
class RocPoints:
    """The points of a time-dependent ROC curve.

    Attributes:
        threshold: shape (m,), falling: a patient at or above it is picked out; the first is
            infinite and picks out nobody.
        true_positive: shape (m,), share of those with the event who are picked out, rising.
        false_positive: shape (m,), share of the others who are.
    """

    threshold: Floats
    true_positive: Floats
    false_positive: Floats


def draw_roc(risk: npt.ArrayLike, data: SurvivalData, time: float, cause: int = 1) -> RocPoints:
    """Trace whom a score would pick out of those who have the event by a time, and of the others.

    Patients censored by then count through those who stayed, as in ``time_auc``, whose AUC is the
    area under these points.

    Args:
        risk: shape (n,), any score, higher for an earlier event.
        data: outcomes of the same patients, without late entry or weights; codes other than
            ``cause`` are not the event.
        time: the time, within follow-up; events at it count.
        cause: the event code of interest.

    Returns:
        One point per different score, and the start.

    Raises:
        UnsuitableDataError: a missing score, nobody with the event or nobody without it by then, or
            a time beyond follow-up.

    Reference:
        Blanche P, Dartigues J-F, Jacqmin-Gadda H (2013), doi:10.1002/sim.5958, section 3.

    Example:
        >>> data = SurvivalData(time=[1, 2, 3, 4], event=[1, 1, 0, 1])
        >>> draw_roc([4, 2, 3, 1], data, 2.5).true_positive.tolist()
        [0.0, 0.5, 0.5, 1.0, 1.0]
    """
    score = read_floats(risk, "risk")
    if score.shape != (len(data),) or not np.all(np.isfinite(score)):
        raise UnsuitableDataError(
            f"risk is not one finite number for each of the {len(data)} patients; complete it or "
            "leave patients out"
        )
    outcome = read_outcome(data, time, cause, None)
    case = outcome.case[:, 0]
    control = outcome.free[:, 0] + outcome.other[:, 0]
    if not case.any() or not control.any():
        raise UnsuitableDataError(
            f"everybody or nobody had the event by time {time:g}; choose another time"
        )
    values, place = np.unique(-score, return_inverse=True)
    shares = [
        np.append(0.0, np.cumsum(np.bincount(place, weights=part)) / part.sum())
        for part in (case, control)
    ]
    return RocPoints(np.append(np.inf, -values), shares[0], shares[1])

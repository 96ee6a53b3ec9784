"""Optimal matching: the pairs whose distances have the smallest sum."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import linear_sum_assignment

from jalon.core import Floats, Integers, UnsuitableDataError
from jalon.stats.propensity.arms import code_strata, read_arms, read_column
from jalon.stats.propensity.matching import Matching, report_pairs
from jalon.stats.propensity.nearest import Caliper

MOST_CELLS = 2**26
"""Half a gigabyte of distances, the most that is asked of a computer at once."""


def match_optimal(
    score: npt.ArrayLike,
    treated: npt.ArrayLike,
    ratio: int = 1,
    caliper: Caliper | None = None,
    strata: npt.ArrayLike | None = None,
) -> Matching:
    """Match patients so that the distances within pairs are smallest in sum.

    As many pairs as possible are made first; where there are not enough controls within reach
    for everyone, a first control for one patient goes before a second for another. Among such
    matchings the one with the smallest sum of distances is returned.

    Args:
        score: shape (n,), what patients must be similar in: the propensity, or better its
            logit.
        treated: shape (n,), 1 treated, 0 control.
        ratio: controls for each treated patient, from 1.
        caliper: greatest distance allowed; None for no limit.
        strata: shape (n,) or (n, v), variables on which pairs must agree exactly.

    Returns:
        Pairs, sets and weights.

    Raises:
        UnsuitableDataError: an arm without patients, a missing value, nobody within reach,
            or more than 2**26 distances in a stratum.

    Reference:
        Rosenbaum PR (1989), doi:10.1080/01621459.1989.10478868, section 3.1; solved by the
        algorithm of Crouse DF (2016), doi:10.1109/TAES.2016.140952, as scipy has it.

    Example:
        >>> match_optimal([2.0, 3.0, 2.5, 0.5], [1, 1, 0, 0]).pairs.tolist()
        [[0, 3], [1, 2]]
    """
    arms = read_arms(treated)
    values = read_column(score, arms.size, "score")
    if ratio < 1 or ratio != int(ratio):
        raise UnsuitableDataError(
            f"the ratio is {ratio}; give a whole number of controls, 1 or more"
        )
    width = np.inf if caliper is None else caliper.measure(values)
    code = code_strata(strata, arms.size)
    found = [np.empty((0, 2), dtype=np.int64)]
    for stratum in np.intersect1d(code[arms], code[~arms]):
        here = code == stratum
        rows, others = np.flatnonzero(here & arms), np.flatnonzero(here & ~arms)
        found.append(_assign(values, rows, others, (ratio, width)))
    pairs = np.concatenate(found)
    far = np.abs(values[pairs[:, 0]] - values[pairs[:, 1]])
    return report_pairs(pairs[np.lexsort((pairs[:, 1], far, pairs[:, 0]))], values, arms, width)


def _assign(
    score: Floats, treated: Integers, control: Integers, limits: tuple[int, float]
) -> Integers:
    ratio, width = limits
    # Copies of a patient beyond the number of controls could never be used.
    ratio = min(ratio, len(control))
    if ratio * len(treated) * len(control) > MOST_CELLS:
        raise UnsuitableDataError(
            f"{len(treated)} treated patients and {len(control)} controls are too many for an "
            "optimal matching; match within strata, or use the nearest neighbour"
        )
    distance = np.abs(score[treated, np.newaxis] - score[control])
    cost = _charge(distance, ratio, width)
    row, column = linear_sum_assignment(cost)
    patient = row % len(treated)
    allowed = distance[patient, column] <= width
    found: Integers = np.column_stack([treated[patient], control[column]])[allowed]
    return found


def _charge(distance: Floats, ratio: int, width: float) -> Floats:
    """Return the cost of each pair, copies of the treated patients below each other."""
    allowed = distance <= width
    n1, n0 = distance.shape
    if ratio == 1 and allowed.all():
        return distance
    # A pair more outweighs any saving of distance, and so does a patient's earlier copy.
    most = min(ratio * n1, n0)
    step = (most + 1) * max(float(distance[allowed].max(initial=0.0)), np.finfo(float).tiny)
    forbidden = step * ratio * (most + 1)
    copies = [np.where(allowed, distance + r * step, forbidden) for r in range(ratio)]
    return np.concatenate(copies)

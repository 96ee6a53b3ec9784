"""Matched patients: pairs, sets and weights, and matching on equal strata."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, Integers, UnsuitableDataError
from jalon.stats.arguments import require_choice
from jalon.stats.propensity.arms import Flags, code_strata, read_arms
from jalon.stats.propensity.effective_size import effective_size

Estimand = Literal["ATT", "ATC", "ATE"]


@dataclass(frozen=True, slots=True, eq=False)
class Matching:
    """Who was matched with whom.

    Attributes:
        pairs: shape (m, 2), row of the treated patient and of a control, ascending by the
            first; a treated patient with several controls has several rows, best first. Empty
            after ``match_strata``, which makes sets rather than pairs.
        subclass: shape (n,), number of the matched set from 0; -1 for the unmatched, and for
            everyone when controls were used again and so belong to several sets.
        weight: shape (n,), weight in the matched sample; 0 for the unmatched.
        caliper: greatest distance that was allowed, in units of the distance; infinite when
            there was no limit.
        distance: mean distance within pairs; NaN without pairs.
        treated: how many treated patients were matched.
        control: how many controls were matched.
        unmatched: how many treated patients found no control. Where it is not 0 the effect is
            that in the matched patients, no longer in all the treated.
        effective_treated: effective number of matched treated patients.
        effective_control: effective number of matched controls.
    """

    pairs: Integers
    subclass: Integers
    weight: Floats
    caliper: float
    distance: float
    treated: int
    control: int
    unmatched: int
    effective_treated: float
    effective_control: float


def match_strata(
    strata: npt.ArrayLike, treated: npt.ArrayLike, estimand: Estimand = "ATT"
) -> Matching:
    """Match all patients who agree on some variables exactly.

    Args:
        strata: shape (n,) or (n, v), the variables.
        treated: shape (n,), 1 treated, 0 control.
        estimand: whose effect the weights aim at: "ATT" of the treated, "ATC" of the
            controls, "ATE" of both together.

    Returns:
        One set for each combination of values that is seen in both arms. Weights of an arm sum
        to its number of matched patients.

    Raises:
        UnsuitableDataError: an arm without patients, a missing value, or no combination that
            is seen in both arms.

    Reference:
        Stuart EA (2010), doi:10.1214/09-STS313, sections 3.1 and 3.3; weights as in the R package
        MatchIt (Ho, Imai, King, Stuart 2011, doi:10.18637/jss.v042.i08).

    Example:
        >>> match_strata(["a", "a", "a", "b"], [1, 0, 0, 0]).weight.tolist()
        [1.0, 1.0, 1.0, 0.0]
    """
    arms = read_arms(treated)
    require_choice(estimand, "estimand", Estimand)
    code = code_strata(strata, arms.size)
    size = np.stack([np.bincount(code[arm], minlength=code.max() + 1) for arm in (~arms, arms)])
    shared = np.all(size > 0, axis=0)
    if not shared.any():
        raise UnsuitableDataError(
            "no combination of the strata is seen in both arms; match on fewer or coarser variables"
        )
    number = np.where(shared, np.cumsum(shared) - 1, -1)[code]
    aim = {"ATT": size[1], "ATC": size[0], "ATE": size[0] + size[1]}[estimand]
    own = size[arms.astype(np.int64), code]
    weight = np.where(number >= 0, aim[code] / np.maximum(own, 1), 0.0)
    for arm in (arms, ~arms):
        weight[arm] *= np.count_nonzero(weight[arm]) / weight[arm].sum()
    return _report(np.empty((0, 2), dtype=np.int64), number, weight, arms, (np.inf, np.nan))


def report_pairs(pairs: Integers, score: Floats, arms: Flags, caliper: float) -> Matching:
    """Turn pairs into sets and weights.

    A control weighs the share that it is of the controls of its treated patient, summed over
    those patients when it is used again; then weights of controls are scaled to sum to the
    number of matched controls.

    Args:
        pairs: shape (m, 2), rows of the treated and of the control.
        score: shape (n,), what the distance was measured on.
        arms: shape (n,), True for the treated.
        caliper: greatest distance that was allowed.

    Returns:
        The matched sample.

    Raises:
        UnsuitableDataError: no pair.
    """
    if len(pairs) == 0:
        raise UnsuitableDataError(
            "no treated patient has a control within reach: the arms do not overlap, or the "
            "caliper is too narrow; look at the scores of both arms, widen the caliper, or match "
            "on fewer strata"
        )
    treated, control = pairs.T
    share = 1 / np.bincount(treated, minlength=arms.size)[treated]
    weight = np.bincount(control, weights=share, minlength=arms.size).astype(np.float64)
    weight *= np.count_nonzero(weight) / weight.sum()
    weight[treated] = 1.0
    subclass = np.full(arms.size, -1, dtype=np.int64)
    if len(np.unique(control)) == len(control):
        _, subclass[treated] = np.unique(treated, return_inverse=True)
        subclass[control] = subclass[treated]
    distance = float(np.mean(np.abs(score[treated] - score[control])))
    return _report(pairs, subclass, weight, arms, (caliper, distance))


def _report(
    pairs: Integers, subclass: Integers, weight: Floats, arms: Flags, reach: tuple[float, float]
) -> Matching:
    matched = int(np.count_nonzero(weight[arms]))
    return Matching(
        pairs=pairs,
        subclass=subclass,
        weight=weight,
        caliper=reach[0],
        distance=reach[1],
        treated=matched,
        control=int(np.count_nonzero(weight[~arms])),
        unmatched=int(arms.sum()) - matched,
        effective_treated=effective_size(weight[arms]),
        effective_control=effective_size(weight[~arms]),
    )

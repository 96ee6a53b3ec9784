"""Propensity weights: make the arms alike by counting some patients more than others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, UnsuitableDataError
from jalon.stats.arguments import require_choice
from jalon.stats.propensity.arms import Flags, read_arms, read_column
from jalon.stats.propensity.effective_size import effective_size

Target = Literal["ATE", "ATT", "ATC", "overlap", "matching", "entropy"]


@dataclass(frozen=True, slots=True, eq=False)
class PropensityWeights:
    """Weights of a comparison, and whether a few patients carry it.

    Attributes:
        weight: shape (n,), each patient's weight; 0 for those trimmed.
        target: the patients in whom the weighted arms estimate the effect.
        effective_treated: effective number of treated patients; far below their number when
            a few have large weights.
        effective_control: effective number of controls.
        largest: the largest weight as a multiple of the mean weight of its arm. Above about 10
            one patient decides much: look for poor overlap, trim, cap, or weigh for "overlap".
        trimmed: how many patients were given weight 0 because their propensity is extreme.
        capped: how many weights were moved to a limit.
    """

    weight: Floats
    target: Target
    effective_treated: float
    effective_control: float
    largest: float
    trimmed: int
    capped: int


def weigh_patients(
    probability: npt.ArrayLike,
    treated: npt.ArrayLike,
    target: Target = "ATE",
    stabilise: bool = False,
    trim: float = 0.0,
    cap: tuple[float, float] = (0.0, 1.0),
) -> PropensityWeights:
    """Weigh patients so that treated and controls are alike in what the propensity knows.

    With propensity p, the treated weigh h(p) / p and controls h(p) / (1 - p).

    Args:
        probability: shape (n,), propensity, between 0 and 1.
        treated: shape (n,), 1 treated, 0 control.
        target: in whom the effect is estimated: "ATE" all patients (h = 1), "ATT" the treated
            (h = p), "ATC" the controls (h = 1 - p), "overlap" those who might as well have been
            in the other arm (h = p (1 - p)), and the like "matching" (h = the smaller of p and
            1 - p) and "entropy" (h = -p log p - (1 - p) log(1 - p)).
        stabilise: multiply by the share of the patient's own arm; for "ATE" only.
        trim: patients with a propensity below this or above 1 minus it get weight 0.
        cap: quantiles of the weights; those beyond are moved to the quantile.

    Returns:
        Weights with effective sizes and the largest weight.

    Raises:
        UnsuitableDataError: an arm without patients (left), a missing propensity, one that is
            0 or 1 where that makes a weight infinite, or impossible settings.

    Reference:
        Li, Morgan and Zaslavsky (2018), doi:10.1080/01621459.2016.1260466, table 1; stabilised
        weights: Hernan, Brumback and Robins (2000), doi:10.1097/00001648-200009000-00012;
        trimming: Crump, Hotz, Imbens and Mitnik (2009), doi:10.1093/biomet/asn055, section 3;
        capping: Cole and Hernan (2008), doi:10.1093/aje/kwn164; matching weights: Li and Greene
        (2013), doi:10.1515/ijb-2012-0030.

    Example:
        >>> found = weigh_patients([0.5, 0.8, 0.5, 0.2], [1, 1, 0, 0])
        >>> found.weight.tolist()
        [2.0, 1.25, 2.0, 1.25]
    """
    arms = read_arms(treated)
    p = read_column(probability, arms.size, "probability")
    _check(p, (stabilise, target), trim, cap)
    kept = (p >= trim) & (p <= 1 - trim)
    for arm, word in ((arms, "treated"), (~arms, "control")):
        if not np.any(kept & arm):
            raise UnsuitableDataError(
                f"no {word} patient has a propensity between {trim:g} and {1 - trim:g}; trim less"
            )
    weight = _weigh(p, arms, target)
    if stabilise:
        share = float(arms.mean())
        weight *= np.where(arms, share, 1 - share)
    weight[~kept] = 0.0
    weight, capped = _cap(weight, kept, cap)
    return _report(weight, arms, target, (int(np.sum(~kept)), capped))


def _check(
    p: Floats, stabilised: tuple[bool, Target], trim: float, cap: tuple[float, float]
) -> None:
    if np.any((p < 0) | (p > 1)):
        raise UnsuitableDataError(
            "probability is outside 0 to 1; give the propensity, not its logit"
        )
    stabilise, target = stabilised
    require_choice(target, "target", Target)
    if stabilise and target != "ATE":
        raise UnsuitableDataError(
            f'weights for "{target}" are not stabilised; leave it out, or weigh for "ATE"'
        )
    if not 0 <= trim < 0.5:
        raise UnsuitableDataError(f"trim is {trim:g}; give a propensity from 0 to 0.5, as 0.1")
    if not 0 <= cap[0] < cap[1] <= 1:
        raise UnsuitableDataError(
            f"cap is {cap[0]:g} to {cap[1]:g}; give two rising quantiles, as (0.01, 0.99)"
        )


def _weigh(p: Floats, arms: Flags, target: Target) -> Floats:
    own, other = np.where(arms, p, 1 - p), np.where(arms, 1 - p, p)
    # Written without dividing what cancels: such weights exist also at 0 and 1.
    if target == "overlap":
        return other
    if target == "ATE":
        part = np.ones_like(p)
    elif target == "matching":
        part = np.minimum(p, 1 - p)
    elif target == "entropy":
        with np.errstate(divide="ignore", invalid="ignore"):
            part = -np.where(p > 0, p * np.log(p), 0) - np.where(p < 1, (1 - p) * np.log1p(-p), 0)
    else:
        aim = arms if target == "ATT" else ~arms
        own, part = np.where(aim, 1.0, own), np.where(aim, 1.0, other)
    stuck = int(np.count_nonzero(own == 0))
    if stuck:
        raise UnsuitableDataError(
            f"{stuck} patients were certain, by their propensity, to be in the other arm, so their "
            'weight is infinite; leave them out by trim, or weigh for "overlap"'
        )
    return part / own


def _cap(weight: Floats, kept: Flags, cap: tuple[float, float]) -> tuple[Floats, int]:
    low, high = np.quantile(weight[kept], cap)
    capped = np.where(kept, np.clip(weight, low, high), 0.0)
    return capped, int(np.count_nonzero(capped != weight))


def _report(
    weight: Floats, arms: Flags, target: Target, moved: tuple[int, int]
) -> PropensityWeights:
    largest = 0.0
    for arm in (arms, ~arms):
        given = weight[arm][weight[arm] > 0]
        if given.size == 0:
            raise UnsuitableDataError(
                "every weight of one arm is 0: its propensities leave nothing to compare; look at "
                "the overlap of the arms"
            )
        largest = max(largest, float(given.max() / given.mean()))
    return PropensityWeights(
        weight=weight,
        target=target,
        effective_treated=effective_size(weight[arms]),
        effective_control=effective_size(weight[~arms]),
        largest=largest,
        trimmed=moved[0],
        capped=moved[1],
    )

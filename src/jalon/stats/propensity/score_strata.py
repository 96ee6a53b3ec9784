"""Strata of the propensity: patients of similar score, to be compared within each."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from jalon.core import Integers, UnsuitableDataError
from jalon.stats.arguments import require_choice
from jalon.stats.propensity.arms import read_arms, read_column
from jalon.stats.propensity.matching import Estimand


def cut_score(
    score: npt.ArrayLike, treated: npt.ArrayLike, strata: int = 5, estimand: Estimand = "ATT"
) -> Integers:
    """Cut a propensity into strata that hold as many patients each, ready for ``match_strata``.

    Args:
        score: shape (n,), the propensity or its logit.
        treated: shape (n,), 1 treated, 0 control.
        strata: how many, 2 or more.
        estimand: whose quantiles are the limits: "ATT" those of the treated, "ATC" of the
            controls, "ATE" of all patients.

    Returns:
        Shape (n,), stratum of each patient, from 0; a limit itself is in the stratum above.
        Patients beyond the least and greatest limit are in the first and last one.

    Raises:
        UnsuitableDataError: an arm without patients, a missing score, or scores so alike that
            two limits are the same.

    Reference:
        Rosenbaum and Rubin (1984), doi:10.1080/01621459.1984.10478078; as ``method =
        "subclass"`` of the R package MatchIt 4.5.1, which also moves patients where a stratum
        has none of one arm (``match_strata`` leaves such a stratum out).

    Example:
        >>> cut_score([0.1, 0.2, 0.3, 0.4, 0.6, 0.8], [0, 1, 0, 1, 1, 1], 2).tolist()
        [0, 0, 0, 0, 1, 1]
    """
    require_choice(estimand, "estimand", Estimand)
    arms = read_arms(treated)
    values = read_column(score, arms.size, "score")
    if strata < 2 or strata != int(strata):
        raise UnsuitableDataError(f"strata is {strata}; give a whole number, 2 or more")
    whose = {"ATT": arms, "ATC": ~arms, "ATE": np.ones_like(arms)}[estimand]
    limits = np.quantile(values[whose], np.arange(1, int(strata)) / strata)
    if np.any(np.diff(limits) <= 0):
        raise UnsuitableDataError(
            f"the scores are too alike for {strata} strata, two limits are the same; take fewer"
        )
    return np.searchsorted(limits, values, side="right").astype(np.int64)

"""Propensity: the probability of receiving the treatment, given what was known before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from jalon.core import Floats, UnsuitableDataError
from jalon.stats.arguments import require_choice
from jalon.stats.propensity.arms import Flags, read_arms, read_column
from jalon.stats.regression.design import read_covariates
from jalon.stats.regression.glm_fit import GlmFit
from jalon.stats.regression.logistic import fit_logistic

RangeOf = Literal["both", "treated", "control"]


@dataclass(frozen=True, slots=True, eq=False)
class Propensity:
    """Each patient's propensity, and how far the two arms overlap.

    Attributes:
        probability: shape (n,), probability of being treated.
        logit: shape (n,), its log odds, the better scale for distances.
        low: smallest probability that is seen in both arms' ranges.
        high: largest such probability; below ``low`` when the arms do not overlap at all.
        outside_treated: treated patients outside ``low`` to ``high``, who have no like among
            the controls.
        outside_control: controls outside ``low`` to ``high``.
        model: the logistic regression, its intercept first.
    """

    probability: Floats
    logit: Floats
    low: float
    high: float
    outside_treated: int
    outside_control: int
    model: GlmFit


def fit_propensity(
    x: npt.ArrayLike,
    treated: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    names: Sequence[str] | None = None,
) -> Propensity:
    """Estimate each patient's probability of being treated from what was known before.

    Args:
        x: shape (n, p), covariates measured before treatment, one row per patient, without
            intercept and without missing values.
        treated: shape (n,), 1 treated, 0 control.
        weight: shape (n,), sampling weights; None for one each.
        names: shape (p,), the columns in words, for messages.

    Returns:
        Probabilities and log odds. Patients with equal covariates have equal ones to the last
        digit, so that ties stay ties.

    Raises:
        UnsuitableDataError: an arm without patients, a missing value, a column that is
            constant, a combination of the others, or that separates the arms.
        ConvergenceError: the logistic regression found no maximum.

    Reference:
        Rosenbaum and Rubin (1983), doi:10.1093/biomet/70.1.41, section 2.3, equation 2.3.

    Example:
        >>> found = fit_propensity([[1], [1], [1], [0], [0], [0]], [1, 1, 0, 1, 0, 0])
        >>> found.probability.round(3).tolist()
        [0.667, 0.667, 0.667, 0.333, 0.333, 0.333]
    """
    arms = read_arms(treated)
    table, _ = read_covariates(x, arms.size, names)
    try:
        model = fit_logistic(table, arms, weight, names=names)
    except UnsuitableDataError as error:
        raise UnsuitableDataError(
            f"in the propensity model, whose outcome is being treated: {error}"
        ) from error
    # Summed column by column: a matrix product may round equal rows differently.
    logit = np.full(arms.size, model.coefficients[0])
    for column, slope in zip(table.T, model.coefficients[1:], strict=True):
        logit += column * slope
    probability = expit(logit)
    low, high = _overlap(probability, arms)
    outside = (probability < low) | (probability > high)
    return Propensity(
        probability=probability,
        logit=logit,
        low=low,
        high=high,
        outside_treated=int(np.sum(outside & arms)),
        outside_control=int(np.sum(outside & ~arms)),
        model=model,
    )


def find_overlap(score: npt.ArrayLike, treated: npt.ArrayLike, within: RangeOf = "both") -> Flags:
    """Say which patients are within the range of scores that both arms have.

    Args:
        score: shape (n,), propensity on any scale.
        treated: shape (n,), 1 treated, 0 control.
        within: whose range counts: patients must be within the range of "both" arms, of
            the "treated" or of the "control" arm.

    Returns:
        Shape (n,), True for patients within the range.

    Raises:
        UnsuitableDataError: an arm without patients, or a missing score.

    Reference:
        Dehejia and Wahba (1999), doi:10.1080/01621459.1999.10473858, section 3.2.

    Example:
        >>> find_overlap([0.2, 0.6, 0.5, 0.9], [0, 0, 1, 1]).tolist()
        [False, True, True, False]
    """
    arms = read_arms(treated)
    values = read_column(score, arms.size, "score")
    require_choice(within, "within", RangeOf)
    if within == "both":
        low, high = _overlap(values, arms)
    else:
        own = values[arms if within == "treated" else ~arms]
        low, high = float(own.min()), float(own.max())
    return (values >= low) & (values <= high)


def _overlap(score: Floats, arms: Flags) -> tuple[float, float]:
    one, other = score[arms], score[~arms]
    return float(max(one.min(), other.min())), float(min(one.max(), other.max()))

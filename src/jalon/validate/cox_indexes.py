"""What a Cox model explains of its own patients, in the indexes that journals ask for."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from jalon.core import Estimate, UnsuitableDataError
from jalon.stats import CoxFit, GlmFit, ModelTest, concordance, nagelkerke
from jalon.validate.gini import gini_difference


@dataclass(frozen=True, slots=True)
class CoxIndexes:
    """Apparent figures of merit of a Cox model; they flatter it (``validate_cox``).

    Attributes:
        n: patients.
        events: how many had the event.
        likelihood_ratio: test of the whole model.
        score: the score test of the whole model.
        nagelkerke: Nagelkerke's R squared over the number of patients.
        r2: share of likelihood gained per patient, 1 - exp(-LR / n).
        r2_adjusted: the same less a penalty of one per coefficient.
        r2_events: share gained per event, which censoring does not lower.
        r2_events_adjusted: the same less the penalty.
        dxy: Somers' D between log hazard and survival, 2 C - 1, with its interval.
        g: mean difference of log hazard between two patients (Gini).
        gr: its exponential, a typical hazard ratio between two patients.
    """

    n: int
    events: int
    likelihood_ratio: ModelTest
    score: ModelTest
    nagelkerke: float
    r2: float
    r2_adjusted: float
    r2_events: float
    r2_events_adjusted: float
    dxy: Estimate
    g: float
    gr: float


def describe_cox(fit: CoxFit) -> CoxIndexes:
    """Say what a Cox model explains, and how far apart it sets patients.

    Args:
        fit: a Cox fit on patients without case weights.

    Returns:
        The indexes of R's ``rms::cph``; the R squared ones have no interval
        (``bootstrap_figures`` makes one).

    Raises:
        UnsuitableDataError: weights, or a fit from counts.

    Reference:
        Harrell FE (2015), Regression Modeling Strategies, 2nd edition,
        doi:10.1007/978-3-319-19425-7, section 20.10; Nagelkerke NJD (1991),
        doi:10.1093/biomet/78.3.691.

    Example:
        >>> from jalon.core import SurvivalData
        >>> from jalon.stats import fit_cox
        >>> data = SurvivalData(time=[1, 1, 6, 6, 8, 9], event=[1, 0, 1, 1, 0, 1])
        >>> found = describe_cox(fit_cox([[1], [1], [1], [0], [0], [0]], data))
        >>> round(found.gr, 4)
        2.735
    """
    rows = fit.patients
    if np.any(rows.weight != 1):
        raise UnsuitableDataError(
            "case weights are not used here; repeat the rows, or leave the weights out"
        )
    index = rows.log_hazard(fit.coefficients)
    found, gain, p = concordance(index, rows.data, fit.level), fit.likelihood_ratio, len(fit.names)
    c, g = found.estimate, gini_difference(index)
    fair = gain.statistic - p

    def share(statistic: float, size: int) -> float:
        return float(-np.expm1(-max(statistic, 0.0) / size))

    return CoxIndexes(
        n=fit.n,
        events=fit.events,
        likelihood_ratio=gain,
        score=fit.score,
        nagelkerke=nagelkerke(fit),
        r2=share(gain.statistic, fit.n),
        r2_adjusted=share(fair, fit.n),
        r2_events=share(gain.statistic, fit.events),
        r2_events_adjusted=share(fair, fit.events),
        dxy=Estimate(2 * c.value - 1, 2 * c.low - 1, 2 * c.high - 1, fit.level, c.method),
        g=g,
        gr=math.exp(g),
    )


def heuristic_shrinkage(fit: CoxFit | GlmFit) -> float:
    """Guess by how much coefficients must shrink to hold in new patients, without resampling.

    Args:
        fit: a Cox, logistic or Poisson fit.

    Returns:
        (LR - p) / LR, LR being the likelihood ratio statistic and p its degrees of freedom; 0
        when chance alone would do as well. It is a rule of thumb without interval.

    Raises:
        UnsuitableDataError: a fit without covariates.

    Reference:
        van Houwelingen JC, le Cessie S (1990), doi:10.1002/sim.4780091109, section 5.

    Example:
        >>> from jalon.core import SurvivalData
        >>> from jalon.stats import fit_cox
        >>> data = SurvivalData(time=[1, 1, 6, 6, 8, 9], event=[1, 0, 1, 1, 0, 1])
        >>> round(heuristic_shrinkage(fit_cox([[1], [1], [1], [0], [0], [0]], data)), 4)
        0.4552
    """
    test = fit.likelihood_ratio
    if test.df == 0:
        raise UnsuitableDataError("the fit has no covariate whose effect could shrink")
    if test.statistic <= test.df:
        return 0.0
    return (test.statistic - test.df) / test.statistic

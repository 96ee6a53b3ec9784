"""Concordance: how often the patient with the higher risk has the event first."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from jalon.core import Estimate, Floats, SurvivalData, UnsuitableDataError
from jalon.stats.arguments import read_floats, require_choice
from jalon.stats.cluster import read_clusters, sum_clusters
from jalon.stats.pairs import PairWeight, count_all, divide
from jalon.stats.regression.risk_sets import require_one_cause
from jalon.stats.survival.interval import find_z


@dataclass(frozen=True, slots=True, eq=False)
class Concordance:
    """Harrell's C with the pairs that it was counted from.

    Attributes:
        estimate: C and its normal interval, from the infinitesimal jackknife.
        std_error: standard error of C.
        concordant: (weighted) pairs in which the higher risk had the event first.
        discordant: pairs in which the lower risk had it first.
        tied_risk: comparable pairs of equal risk; each counts one half.
        tied_time: pairs with both events at one time, not comparable.
        tied_both: such pairs of equal risk.
        influence: shape (n,), how much C rests on each patient, or on each cluster in the order
            of their codes; the variance is the sum of its squares.
    """

    estimate: Estimate
    std_error: float
    concordant: float
    discordant: float
    tied_risk: float
    tied_time: float
    tied_both: float
    influence: Floats


@dataclass(frozen=True, slots=True)
class ConcordanceDifference:
    """How much better one score ranks the same patients than another.

    Attributes:
        estimate: first C minus second C, with its normal interval.
        std_error: its standard error, which knows that the patients are the same.
        p: two-sided p-value for no difference.
    """

    estimate: Estimate
    std_error: float
    p: float


def concordance(
    risk: npt.ArrayLike,
    data: SurvivalData,
    level: float = 0.95,
    horizon: float | None = None,
    time_weight: PairWeight = "n",
    cluster: npt.ArrayLike | None = None,
) -> Concordance:
    """Estimate how often, of two patients, the one with the higher risk has the event first.

    A pair counts when it is known who had the event first; pairs of equal risk count one
    half. Pairs are made within strata only, and, where patients entered late, only between
    patients under observation at the same time.

    Args:
        risk: shape (n,), any score, higher for an earlier event.
        data: outcomes of the same patients, with one cause of event.
        level: coverage of the interval, 0 to 1.
        horizon: events after this time are not counted; None for all.
        time_weight: how much the pairs of an event count, by its time, G and S being the
            Kaplan-Meier estimates of censoring and of survival just before it: "n" all alike
            (Harrell); "n/G2" by 1 / G squared (Uno, see ``uno_concordance``); "S" by n S / number
            at risk; "S/G" by that over G (Schemper); "I" by 1 / number at risk.
        cluster: shape (n,), code or name of the group in which patients are alike, or of the
            patient whose rows they are; None when all rows are independent.

    Returns:
        C, its interval and standard error, and the pairs behind it. The interval is
        symmetric, so near 1 its upper limit may exceed 1.

    Raises:
        UnsuitableDataError: no event, several causes, or no comparable pair.

    Reference:
        Harrell FE et al. (1982), doi:10.1001/jama.1982.03320430047030, for C; Therneau T,
        Atkinson E, "Concordance", vignette of the R package survival, for ties and for
        the standard error.

    Example:
        >>> data = SurvivalData(time=[1, 2, 3, 4], event=[1, 1, 0, 1])
        >>> concordance([4, 2, 3, 1], data).estimate.value
        0.8
    """
    require_choice(time_weight, "time_weight", PairWeight)
    counts, influence = count_all(read_risk(risk, data), data, horizon, time_weight)
    if cluster is not None:
        influence = sum_clusters(influence, *read_clusters(cluster, len(data)))
    error = float(np.sqrt(np.einsum("i,i", influence, influence)))
    concordant, discordant, tied_risk, tied_time, tied_both = counts.tolist()
    return Concordance(
        _estimate(divide(counts), error, level),
        error,
        concordant,
        discordant,
        tied_risk,
        tied_time,
        tied_both,
        influence,
    )


def concordance_value(risk: npt.ArrayLike, data: SurvivalData) -> float:
    """Give C alone, without its standard error: for the many refits of a bootstrap.

    Args:
        risk: shape (n,), any score, higher for an earlier event.
        data: outcomes of the same patients, with one cause of event; whole weights count a
            patient several times, as if the rows were repeated.

    Returns:
        C, the same number as ``concordance(risk, data).estimate.value``.

    Raises:
        UnsuitableDataError: no event, several causes, or no comparable pair.

    Example:
        >>> data = SurvivalData(time=[1, 2, 3, 4], event=[1, 1, 0, 1])
        >>> concordance_value([4, 2, 3, 1], data)
        0.8
    """
    return divide(count_all(read_risk(risk, data), data, None, "n", wanted=False).counts)


def compare_concordance(first: Concordance, second: Concordance) -> ConcordanceDifference:
    """Compare two scores of the same patients.

    Args:
        first: concordance of one score.
        second: concordance of the other, from the same outcomes in the same order.

    Returns:
        The difference of the two C, with an interval at the level of ``first``.

    Raises:
        UnsuitableDataError: the two are of different numbers of patients.

    Reference:
        Therneau T, Atkinson E, "Concordance", vignette of the R package survival.

    Example:
        >>> data = SurvivalData(time=[1, 2, 3, 4], event=[1, 1, 0, 1])
        >>> a, b = concordance([4, 2, 3, 1], data), concordance([4, 3, 2, 1], data)
        >>> round(compare_concordance(a, b).estimate.value, 3)
        -0.2
    """
    if len(first.influence) != len(second.influence):
        raise UnsuitableDataError(
            f"the two scores are of {len(first.influence)} and {len(second.influence)} patients; "
            "compare them on the same patients (or clusters)"
        )
    difference = first.estimate.value - second.estimate.value
    error = float(np.sqrt(np.sum((first.influence - second.influence) ** 2)))
    # Two scores that rank alike differ by nothing, with certainty.
    p = 1.0 if error == 0 else 2 * float(ndtr(-abs(difference) / error))
    return ConcordanceDifference(_estimate(difference, error, first.estimate.level), error, p)


def hold_competing(data: SurvivalData, cause: int) -> SurvivalData:
    """Keep patients with a competing event under observation for ever.

    A patient who died without relapse will never relapse, so he outlives every relapse and
    stays comparable: concordance then asks who relapses at all as well as who relapses first.

    Args:
        data: outcomes with several causes.
        cause: the cause of interest.

    Returns:
        The same patients: the cause as event 1; competing events as censored after the last
        time of all; the rest censored as before.

    Reference:
        Wolbers M et al. (2009), doi:10.1097/EDE.0b013e3181a39056, section "Discrimination".

    Example:
        >>> held = hold_competing(SurvivalData(time=[3, 5, 9], event=[2, 1, 0]), cause=1)
        >>> held.time.tolist(), held.event.tolist()
        ([10.0, 5.0, 9.0], [0, 1, 0])
    """
    competing = (data.event != 0) & (data.event != cause)
    beyond = float(data.time.max(initial=0.0)) + 1.0
    return SurvivalData(
        time=np.where(competing, beyond, data.time),
        event=(data.event == cause).astype(np.int64),
        entry=data.entry,
        weight=data.weight,
        stratum=data.stratum,
    )


def _estimate(value: float, error: float, level: float) -> Estimate:
    half = find_z(level) * error
    return Estimate(value, value - half, value + half, level, "jackknife")


def read_risk(risk: npt.ArrayLike, data: SurvivalData) -> Floats:
    """Read a score.

    Args:
        risk: shape (n,), any score.
        data: outcomes of the same patients.

    Returns:
        The score.

    Raises:
        UnsuitableDataError: not one finite number per patient, no event, or several causes.
    """
    scores = np.array(read_floats(risk, "risk"))
    if scores.shape != (len(data),):
        raise UnsuitableDataError(
            f"risk has shape {scores.shape} but there are {len(data)} patients; give one number "
            "per patient"
        )
    missing = int(np.sum(~np.isfinite(scores)))
    if missing:
        raise UnsuitableDataError(
            f"risk is missing or infinite for {missing} of {len(data)} patients; leave them out"
        )
    require_one_cause(data)
    return scores

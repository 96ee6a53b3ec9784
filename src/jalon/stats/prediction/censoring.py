"""Weights for patients lost from view: one over the probability to be still uncensored."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, SurvivalData, UnsuitableDataError
from jalon.stats.arguments import read_floats
from jalon.stats.regression.cox import fit_cox
from jalon.stats.regression.prediction import predict_survival
from jalon.stats.survival.event_table import EventTable, count_events
from jalon.stats.ties import merge_ties


@dataclass(frozen=True, slots=True, eq=False)
class Censoring:
    """How probable it is that a patient is still uncensored, G.

    Attributes:
        times: shape (m,), the times of interest.
        before: shape (n,), G just before each patient's own time, the weight of an event.
        at: shape (n, m), or (1, m) when it is the same for all; G just after each of
            ``times``, the weight of a patient who is still event-free then.
        estimated: True when it is the Kaplan-Meier estimate of these very patients, whose
            uncertainty is part of the standard errors; False for weights taken as known.
    """

    times: Floats
    before: Floats
    at: Floats
    estimated: bool


def estimate_censoring(data: SurvivalData, times: npt.ArrayLike) -> Censoring:
    """Estimate by Kaplan-Meier how probable it is to be still uncensored.

    The event ends the observation of censoring. On a day with both, events come first: those
    who have the event that day are no longer at risk of being censored, so G falls by
    c / (at risk - events). With this convention the weights of all patients sum to n and the
    weighted share of event-free patients is the Kaplan-Meier estimate, whatever the ties. It
    is that of R's ``prodlim(reverse = TRUE)`` and of ``survival::concordance``; ``survfit`` with
    the event indicator turned round, as ``follow_up`` here, leaves them at risk.

    Args:
        data: n patients; every event code above 0 is an event.
        times: shape (m,), times of interest, at least 0.

    Returns:
        G before each patient's time and at each of ``times``.

    Raises:
        UnsuitableDataError: no patient, entry times or weights, or an impossible time.

    Reference:
        Graf E et al. (1999),
        doi:10.1002/(SICI)1097-0258(19990915/30)18:17/18<2529::AID-SIM274>3.0.CO;2-5,
        section 3.

    Example:
        >>> data = SurvivalData(time=[1, 2, 2, 2, 3, 4], event=[1, 1, 0, 0, 0, 1])
        >>> found = estimate_censoring(data, [2, 3.5])
        >>> found.before.tolist(), found.at.tolist()
        ([1.0, 1.0, 1.0, 1.0, 0.5, 0.25], [[0.5, 0.25]])
    """
    require_plain(data)
    moments = read_times(times)
    joined = SurvivalData(merge_ties(data.time)[0], data.event)
    return weigh_censoring(joined, count_events(joined), moments)


def weigh_censoring(data: SurvivalData, table: EventTable, times: Floats) -> Censoring:
    """Estimate by Kaplan-Meier how probable it is to be still uncensored, from counts.

    Args:
        data: n patients, their tied times exactly equal.
        table: their counts.
        times: shape (m,), times of interest.

    Returns:
        As ``estimate_censoring``.
    """
    left = table.at_risk - table.every
    stay = np.divide(left - table.censored, left, out=np.ones(len(left)), where=left > 0)
    steps = np.concatenate(([1.0], np.cumprod(stay)))
    return Censoring(
        times=times,
        before=steps[np.searchsorted(table.time, data.time, side="left")],
        at=steps[np.searchsorted(table.time, times, side="right")][np.newaxis, :],
        estimated=True,
    )


def estimate_censoring_cox(x: npt.ArrayLike, data: SurvivalData, times: npt.ArrayLike) -> Censoring:
    """Estimate by a Cox model how probable it is to be still uncensored, given covariates.

    For follow-up that depends on the patient, such as on the year of treatment. Ties as Efron
    has them. On a day with events and censorings those with the event stay at risk of being
    censored, and G "just before" a day is without the censorings of that day, as in R's
    ``pec::ipcw(method = "cox")``.

    Args:
        x: shape (n, p), covariates that may tell who is censored, no missing value.
        data: n patients; every event code above 0 is an event.
        times: shape (m,), times of interest, at least 0.

    Returns:
        G before each patient's time and at each of ``times``, taken as known.

    Raises:
        UnsuitableDataError: nobody was censored, or as ``fit_cox``.
        ConvergenceError: as ``fit_cox``.

    Reference:
        Gerds TA, Schumacher M (2006), doi:10.1002/bimj.200610301, section 3.

    Example:
        >>> data = SurvivalData(time=[1, 2, 3, 4, 5, 6], event=[1, 0, 0, 1, 0, 1])
        >>> estimate_censoring_cox([[1], [1], [0], [0], [1], [0]], data, [4]).at.round(3).tolist()
        [[0.415], [0.415], [0.773], [0.773], [0.415], [0.773]]
    """
    require_plain(data)
    moments = read_times(times)
    time, _ = merge_ties(data.time)
    if np.all(data.event > 0):
        raise UnsuitableDataError("nobody was censored; leave out the model of censoring")
    fit = fit_cox(x, SurvivalData(time, data.event == 0))
    table = read_floats(x, "x")
    # The baseline is needed at n times for n patients, so it is read once and raised.
    ratio = np.exp((table - fit.means) @ fit.coefficients)
    hazard = np.append(0.0, fit.baseline.hazard)
    row = np.searchsorted(fit.baseline.time, time, side="left")
    return Censoring(
        times=moments,
        before=np.exp(-hazard[row] * ratio),
        at=predict_survival(fit, table, moments).value,
        estimated=False,
    )


def read_times(times: npt.ArrayLike) -> Floats:
    """Read the times of interest: at least one, finite, not negative.

    Args:
        times: one time or several.

    Returns:
        Shape (m,).

    Raises:
        UnsuitableDataError: none, or an impossible one.
    """
    moments = np.atleast_1d(read_floats(times, "times"))
    if moments.ndim != 1 or len(moments) == 0:
        raise UnsuitableDataError("times is empty or has two dimensions; give one list of times")
    if not np.all(np.isfinite(moments)) or np.any(moments < 0):
        raise UnsuitableDataError("times holds a missing, infinite or negative time; give >= 0")
    return moments


def require_plain(data: SurvivalData) -> None:
    """Refuse outcomes that the weights are not made for.

    Args:
        data: outcomes.

    Raises:
        UnsuitableDataError: no patient, entry times, or case weights.
    """
    if len(data) == 0:
        raise UnsuitableDataError("no patient is left; widen the selection")
    if data.entry is not None:
        raise UnsuitableDataError(
            "some patients entered late; accuracy at a time needs everyone seen from time zero"
        )
    if data.weight is not None:
        raise UnsuitableDataError(
            "case weights are not used here; repeat the rows, or leave the weights out"
        )


def require_cause(data: SurvivalData, cause: int) -> None:
    """Refuse a cause that nobody had.

    Args:
        data: outcomes.
        cause: the event code of interest.

    Raises:
        UnsuitableDataError: no patient has an event of the cause.
    """
    if cause < 1 or not np.any(data.event == cause):
        raise UnsuitableDataError(
            f"none of the {len(data)} patients has an event of cause {cause}; choose another "
            "cause or wait for longer follow-up"
        )

"""Brier score: how far predicted risks are from what happened."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Estimate, Floats, SurvivalData, UnsuitableDataError
from jalon.stats.arguments import read_floats
from jalon.stats.kernels.accuracy import rate_brier
from jalon.stats.prediction.at_times import AtTimes, intervals, spread, summarise
from jalon.stats.prediction.censoring import Censoring
from jalon.stats.prediction.outcome import Outcome, read_outcome, spread_censoring


@dataclass(frozen=True, slots=True, eq=False)
class BrierScore:
    """The mean squared error of predicted risks, and what is gained over knowing no covariate.

    Attributes:
        error: the Brier score, 0 to 1; lower is better, 0.25 is a risk of one half for all.
        null: the Brier score of the same incidence, Kaplan-Meier's or Aalen-Johansen's of these
            patients, predicted for everybody.
        accuracy: index of prediction accuracy, 1 - ``error`` / ``null``: 1 is perfect, 0 no
            better than the null prediction, negative is worse. It is missing while nobody had
            the event.
    """

    error: AtTimes
    null: AtTimes
    accuracy: AtTimes


def brier_score(
    risk: npt.ArrayLike,
    data: SurvivalData,
    times: npt.ArrayLike,
    cause: int = 1,
    level: float = 0.95,
    censoring: Censoring | None = None,
) -> BrierScore:
    """Measure how far predicted risks are from what happened by given times.

    A patient who had the event by the time should have had risk 1, one who was then event-free
    or had a competing event, risk 0. Patients censored by then count through those who stayed,
    who are weighted by 1 / G. An event on the very day counts as by the time, G is taken just
    before a patient's event (events come before censorings of that day), and at the time itself
    for those still event-free after it. Somebody censored on the very day is not counted.

    Args:
        risk: shape (n, m), predicted probability of the event by each time, 0 to 1; shape (n,)
            for one time.
        data: outcomes of the same patients; codes other than ``cause`` are competing events.
        times: shape (m,), in the unit of ``data``, within follow-up.
        cause: the event code predicted, 1 or more.
        level: coverage of the intervals, 0 to 1.
        censoring: weights from elsewhere, made for the same patients and times and taken as
            known; None to estimate them by Kaplan-Meier and count their uncertainty in.

    Returns:
        Brier score, that of the null prediction, and their comparison. The null prediction is
        taken as known. The numbers are those of R's ``riskRegression::Score(cens.model = "km")``;
        the interval of the accuracy, which it does not give, is by the delta method.

    Raises:
        UnsuitableDataError: a missing risk or one outside 0 to 1, wrong shapes, or a time after
            which nobody is left while some had been censored.

    Reference:
        Graf E et al. (1999),
        doi:10.1002/(SICI)1097-0258(19990915/30)18:17/18<2529::AID-SIM274>3.0.CO;2-5,
        section 3; Kattan MW, Gerds TA (2018), doi:10.1186/s41512-018-0029-2, section "IPA".

    Example:
        >>> data = SurvivalData(time=[1, 2, 3, 4], event=[1, 1, 0, 1])
        >>> score = brier_score([0.9, 0.8, 0.1, 0.1], data, times=2.5)
        >>> score.error.value.round(4).tolist(), score.accuracy.value.round(2).tolist()
        ([0.0175], [0.93])
    """
    outcome = read_outcome(data, times, cause, censoring)
    table = _read_risks(risk, outcome)
    if not 0 < level < 1:
        raise UnsuitableDataError("level is not between 0 and 1; 0.95 is the habit")
    value, influence = _average(table, outcome)
    base, base_influence = _average(_null_risk(outcome)[np.newaxis], outcome)
    return BrierScore(
        error=summarise(outcome.times, value, influence, level, (0.0, 1.0)),
        null=summarise(outcome.times, base, base_influence, level, (0.0, 1.0)),
        accuracy=_compare(outcome.times, (value, influence), (base, base_influence), level),
    )


def integrate_brier(
    error: AtTimes, end: float | None = None, start: float = 0.0
) -> tuple[Estimate, float]:
    """Average a Brier score over time.

    The score is a step curve: each value holds from its time to the next, and it is 0 from
    ``start`` to the first time. Give it at all distinct times of the data for the integral that
    R's ``pec::crps`` computes from ``pec(exact = TRUE)``.

    Args:
        error: the Brier score at rising times.
        end: until when to average, not after the last of the times; None for the last.
        start: from when.

    Returns:
        The integrated Brier score with its interval, and its standard error.

    Raises:
        UnsuitableDataError: times that do not rise, or a span that they do not cover.

    Reference:
        Graf E et al. (1999),
        doi:10.1002/(SICI)1097-0258(19990915/30)18:17/18<2529::AID-SIM274>3.0.CO;2-5,
        section 5.

    Example:
        >>> data = SurvivalData(time=[1, 2, 3, 4], event=[1, 1, 0, 1])
        >>> half = [[0.5, 0.5]] * 4
        >>> integrate_brier(brier_score(half, data, times=[1, 3]).error)[0].value
        0.16666666666666666
    """
    stop = float(error.time[-1]) if end is None else end
    if np.any(np.diff(error.time) <= 0):
        raise UnsuitableDataError("the times do not rise; give the Brier score at rising times")
    if not start < stop <= error.time[-1]:
        raise UnsuitableDataError(
            f"the Brier score is known to {error.time[-1]:g}, which does not cover the span from "
            f"{start:g} to {stop:g}; choose a span within it"
        )
    edges = np.clip(np.append(error.time, stop), start, stop)
    width = np.diff(edges) / (stop - start)
    value = error.value @ width[:, np.newaxis]
    spreads = spread((error.influence @ width)[:, np.newaxis])
    estimate = intervals(value, spreads, error.estimates[0].level, (0.0, 1.0))[0]
    return estimate, float(spreads[0])


def _average(risk: Floats, outcome: Outcome) -> tuple[Floats, Floats]:
    """Mean weighted squared error at each time, and each patient's influence on it."""
    n, m = outcome.case.shape
    value, influence, known = np.empty(m), np.empty((m, n)), np.empty(n)
    columns = np.ascontiguousarray(risk.T)
    for j in range(m):
        value[j], alive = rate_brier(
            columns[j], outcome.case[:, j], outcome.other[:, j], outcome.free[:, j],
            influence[j], known,
        )  # fmt: skip
        if outcome.estimated:
            spread_censoring(outcome, j, (known, alive), influence[j])
    return value, influence.T


def _compare(
    times: Floats, model: tuple[Floats, Floats], null: tuple[Floats, Floats], level: float
) -> AtTimes:
    nothing = np.full(len(times), np.nan)
    ratio = np.divide(model[0], null[0], out=nothing.copy(), where=null[0] > 0)
    scale = np.divide(1.0, null[0], out=nothing.copy(), where=null[0] > 0)
    influence = (ratio * null[1] - model[1]) * scale
    return summarise(times, 1 - ratio, influence, level, (-np.inf, 1.0))


def _null_risk(outcome: Outcome) -> Floats:
    """The incidence of all patients (Aalen-Johansen) at each time."""
    table = outcome.table
    free = np.append(1.0, np.cumprod(1 - table.every / table.at_risk)[:-1])
    own = table.events[:, outcome.cause - 1] / table.at_risk
    steps = np.append(0.0, np.cumsum(free * own))
    return np.asarray(steps[np.searchsorted(table.time, outcome.times, side="right")])


def _read_risks(risk: npt.ArrayLike, outcome: Outcome) -> Floats:
    table = read_floats(risk, "risk")
    if table.ndim == 1:
        table = table[:, np.newaxis]
    n, m = len(outcome.data), len(outcome.times)
    if table.shape != (n, m):
        raise UnsuitableDataError(
            f"risk has shape {table.shape} but there are {n} patients and {m} times; give one "
            "column per time"
        )
    wrong = int(np.sum(~((table >= 0) & (table <= 1)).all(axis=1)))
    if wrong:
        raise UnsuitableDataError(
            f"risk is missing or outside 0 to 1 for {wrong} of {n} patients; give probabilities "
            "of the event, one minus survival"
        )
    return table

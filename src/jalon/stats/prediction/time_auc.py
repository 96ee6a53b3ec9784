"""Time-dependent AUC: does the score tell who has the event by a time from who has not?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.stats.arguments import read_floats, require_choice
from jalon.stats.kernels.accuracy import rate_auc
from jalon.stats.kernels.concordance import rank_risk
from jalon.stats.order import sort_rows
from jalon.stats.prediction.at_times import AtTimes, summarise
from jalon.stats.prediction.censoring import Censoring
from jalon.stats.prediction.lost import spread_in_order
from jalon.stats.prediction.outcome import Outcome, read_outcome, spread_censoring

Controls = Literal["others", "event-free"]
Convention = Literal["days", "order"]


@dataclass(frozen=True, slots=True, eq=False)
class AucRules:
    """What is compared with what.

    Attributes:
        controls: "others" compares those who had the event with everybody known not to have had
            it, competing events included; "event-free" with those still free of any event. The
            two are the same without competing events.
        convention: "days" counts an event on the very day as by the time, and takes tied times
            together in the standard error, as R's ``riskRegression::Score`` does; "order" counts
            events strictly before the time, and breaks ties by the order of the rows in the
            standard error, as R's ``timeROC`` does. Where no time is tied, nor equal to a time
            asked for, the two agree.
        censoring: weights from elsewhere, for the same patients and times; None to estimate
            them by Kaplan-Meier and count their uncertainty in.
    """

    controls: Controls = "others"
    convention: Convention = "days"
    censoring: Censoring | None = None


BY_DAYS = AucRules()
"""The rules when none are given."""


@dataclass(frozen=True, slots=True, eq=False)
class TimeAuc:
    """Area under the time-dependent ROC curve.

    Attributes:
        auc: the area at each time, 0 to 1; 0.5 is chance.
        cases: shape (m,), how many had the event by each time.
        controls: shape (m,), how many they are compared with.
        incidence: shape (m,), weighted share of patients who had the event.
        event_free: shape (m,), weighted share of patients still free of any event.
    """

    auc: AtTimes
    cases: Integers
    controls: Integers
    incidence: Floats
    event_free: Floats


class _Sides(NamedTuple):
    """Weights of cases and controls at one time, and each patient's comparisons."""

    case: Floats
    control: Floats
    below: Floats
    above: Floats


def time_auc(
    risk: npt.ArrayLike,
    data: SurvivalData,
    times: npt.ArrayLike,
    cause: int = 1,
    level: float = 0.95,
    rules: AucRules = BY_DAYS,
) -> TimeAuc:
    """Estimate how often a patient who has the event by a time had the higher risk score.

    The cumulative/dynamic AUC: of a patient who had the event by the time and one who had not,
    how often the first had the higher score; equal scores count one half. Patients censored by
    then count through those who stayed, weighted by 1 / G: G just before the event for events
    (events come before censorings of a day), G at the time for those event-free after it.

    Args:
        risk: shape (n,), any score, higher for an earlier event; or shape (n, m), such as the
            predicted risk by each time.
        data: outcomes of the same patients; codes other than ``cause`` are competing events.
        times: shape (m,), in the unit of ``data``, within follow-up.
        cause: the event code of interest, 1 or more.
        level: coverage of the intervals, 0 to 1.
        rules: who is compared with whom, and how ties and censoring are treated.

    Returns:
        AUC at each time. The standard error comes from each patient's influence and knows that
        the weights were estimated; with ``rules.censoring`` that are not, they are taken as
        known.

    Raises:
        UnsuitableDataError: a missing score, wrong shapes, no event or no control at a time, or
            a time beyond follow-up.

    Reference:
        Blanche P, Dartigues J-F, Jacqmin-Gadda H (2013), doi:10.1002/sim.5958, sections 3 and 4;
        Hung H, Chiang C-T (2010), doi:10.1002/cjs.10046, equation 2.

    Example:
        >>> data = SurvivalData(time=[1, 2, 3, 4], event=[1, 1, 0, 1])
        >>> time_auc([4, 2, 3, 1], data, times=2.5).auc.value.tolist()
        [0.75]
    """
    if not 0 < level < 1:
        raise UnsuitableDataError("level is not between 0 and 1; 0.95 is the habit")
    require_choice(rules.controls, "controls", Controls)
    require_choice(rules.convention, "convention", Convention)
    reach: Literal["by", "before"] = "by" if rules.convention == "days" else "before"
    outcome = read_outcome(data, times, cause, rules.censoring, reach)
    table = _read_scores(risk, outcome)
    control = outcome.free + (outcome.other if rules.controls == "others" else 0.0)
    _require_both(outcome, control)
    ranks = [rank_risk(sort_rows(column), column) for column in table.T.copy()]
    value, influence = np.empty(len(outcome.times)), np.empty(outcome.case.T.shape)
    for j in range(len(value)):
        ranking = ranks[j % len(ranks)]
        if rules.convention == "order":
            sides = _take_sides(ranking, outcome.case[:, j], control[:, j])
            value[j] = np.mean(sides.case * sides.below) / (
                sides.case.mean() * sides.control.mean()
            )
            influence[j] = _influence_in_order(sides, value[j], outcome, j, rules)
        else:
            value[j] = _rate(ranking, control[:, j], outcome, j, influence[j])
    return TimeAuc(
        auc=summarise(outcome.times, value, influence.T, level, (0.0, 1.0)),
        cases=np.count_nonzero(outcome.case, axis=0).astype(np.int64),
        controls=np.count_nonzero(control, axis=0).astype(np.int64),
        incidence=outcome.case.mean(axis=0),
        event_free=outcome.free.mean(axis=0),
    )


def _take_sides(ranking: tuple[Integers, int], case: Floats, control: Floats) -> _Sides:
    """Sum for each patient the controls of lower and the cases of higher score, ties half."""
    rank, levels = ranking
    n = len(rank)
    cases = np.bincount(rank, weights=case, minlength=levels + 1)
    controls = np.bincount(rank, weights=control, minlength=levels + 1)
    below = np.cumsum(controls) - controls / 2
    above = cases.sum() - np.cumsum(cases) + cases / 2
    return _Sides(case, control, below[rank] / n, above[rank] / n)


def _rate(
    ranking: tuple[Integers, int], control: Floats, outcome: Outcome, j: int, influence: Floats
) -> float:
    """The area at one time, tied times taken together; fills the influence."""
    parts = np.empty((2, len(control))).T
    area, alive = rate_auc(*ranking, outcome.case[:, j], control, outcome.free[:, j], parts)
    influence[:] = parts[:, 0]
    if outcome.estimated:
        spread_censoring(outcome, j, (parts[:, 1], alive), influence)
    return float(area)


def _influence_in_order(
    sides: _Sides, auc: float, outcome: Outcome, j: int, rules: AucRules
) -> Floats:
    case, control, below, above = sides
    share, rest = case.mean(), control.mean()
    # Of the numerator and of the two shares in the denominator.
    hits = (case * below + control * above) / (share * rest)
    if rules.controls == "others" and outcome.other[:, j].any():
        # timeROC writes the denominator as F (1 - F), so ties enter through F alone.
        slope = auc * (1 - 2 * share) / (share * (1 - share))
        hits = (case * below + control * above) / (share * (1 - share))
        term, constant = hits - slope * case, slope * share - 2 * auc
    else:
        term, constant = hits - auc * (case / share + control / rest), 0.0
    influence = term + constant
    if outcome.estimated:
        alive = np.where(outcome.free[:, j] > 0, term, 0.0)
        moment = float(outcome.times[j])
        influence = influence + spread_in_order(outcome.data, term - alive, alive, moment)
    return np.asarray(influence)


def _require_both(outcome: Outcome, control: Floats) -> None:
    for j, moment in enumerate(outcome.times.tolist()):
        if not outcome.case[:, j].any():
            raise UnsuitableDataError(
                f"nobody had the event by time {moment:g}; choose a later time"
            )
        if not control[:, j].any():
            raise UnsuitableDataError(
                f"nobody is left without the event after time {moment:g}; choose an earlier time"
            )


def _read_scores(risk: npt.ArrayLike, outcome: Outcome) -> Floats:
    table = read_floats(risk, "risk")
    if table.ndim == 1:
        table = table[:, np.newaxis]
    n, m = len(outcome.data), len(outcome.times)
    if table.shape not in ((n, 1), (n, m)):
        raise UnsuitableDataError(
            f"risk has shape {table.shape} but there are {n} patients and {m} times; give one "
            "column for all times or one per time"
        )
    missing = int(np.sum(~np.isfinite(table).all(axis=1)))
    if missing:
        raise UnsuitableDataError(
            f"risk is missing or infinite for {missing} of {n} patients; leave them out"
        )
    return table

"""A learned score with the risk that each of its totals means by one month, for every resample."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jalon.core import ConvergenceError, Estimate, Floats, Integers, SurvivalData
from jalon.core.errors import UnsuitableDataError
from jalon.core.units import DAYS_PER
from jalon.learn import LearnedScore, find_group
from jalon.learn.risk_model import fit_risk
from jalon.stats import brier_score, time_auc
from jalon.stats.prediction import time_auc_values
from jalon.study.outcome import draw_risk, read_risk
from jalon.validate import Measure, ProcedureValidation

WATCHED = "risks and groups"
"""The prediction that is kept of every resample: risks of all patients, then their groups."""

LEAST_LEFT = 10
"""Patients who must still be followed after a month for risks to be judged there."""


@dataclass(frozen=True, slots=True, eq=False)
class RatedScore:
    """A score and the risk of each of its totals.

    Attributes:
        score: points and groups.
        lowest: its lowest total.
        risks: shape (k,), risk of each total from the lowest up; empty where none is asked for.
    """

    score: LearnedScore
    lowest: int
    risks: Floats


@dataclass(frozen=True, slots=True, eq=False)
class ResampledRisks:
    """What the scores of the resamples say of the patients learned from.

    Attributes:
        month: the time of interest.
        risk: shape (n,), risk of each patient by the score itself.
        risks: shape (B, n), by the scores of the resamples that gave one.
        group: shape (n,), group of each patient, 0 the lowest.
        groups: shape (B, n), groups by the scores of the resamples.
    """

    month: float
    risk: Floats
    risks: Floats
    group: Floats
    groups: Floats


def find_last_month(months: tuple[float, ...], data: SurvivalData) -> float | None:
    """Find the last month that enough patients reach.

    Args:
        months: the months of the study.
        data: outcomes, times in days.

    Returns:
        The last one with an event by then and 10 patients followed longer; None for none.
    """
    event = data.time[data.event == 1]
    for month in sorted(months, reverse=True):
        day = month * DAYS_PER["months"]
        if np.any(event <= day) and int(np.sum(data.time > day)) >= LEAST_LEFT:
            return month
    return None


def rate_score(
    score: LearnedScore, total: Integers, data: SurvivalData, month: float | None
) -> RatedScore:
    """Estimate the risk of each total of a score, from the patients it was learned from.

    Args:
        score: the score.
        total: shape (n,), their points.
        data: their outcomes in days with every cause; patients of weight 0 do not count.
        month: when the risk is read; None for no risks.

    Returns:
        The score with risks by one factor of the hazard per point; the same for all totals where
        they do not differ.
    """
    points = np.array(score.points, dtype=np.int64)
    lowest, highest = int(points[points < 0].sum()), int(points[points > 0].sum())
    if month is None:
        return RatedScore(score, lowest, np.empty(0))
    kept = np.flatnonzero(np.ones(len(data)) if data.weight is None else data.weight)
    part, day = data.take(kept), month * DAYS_PER["months"]
    levels = np.arange(lowest, highest + 1)
    try:
        rows = fit_risk(total[kept], part, 1).predict(levels, np.array([day]))
        risks = np.array([row[0].value for row in rows])
    except (UnsuitableDataError, ConvergenceError):
        competes = bool(np.any(part.event > 1))
        risks = np.full(len(levels), read_risk(draw_risk(part, competes), month).value)
    return RatedScore(score, lowest, risks)


def predict_totals(rated: RatedScore, total: Integers) -> dict[str, Floats]:
    """Give what a score says of patients with these totals.

    Args:
        rated: the score.
        total: shape (n,), their points.

    Returns:
        Points, groups and log hazard, by name; where there are risks also these, and risks and
        groups one after the other.
    """
    points = total.astype(np.float64)
    groups = find_group(total, rated.score.limits).astype(np.float64)
    found = {"points": points, "groups": groups, "log hazard": rated.score.scale * points}
    if len(rated.risks):
        risk = rated.risks[total - rated.lowest]
        found |= {"risk": risk, WATCHED: np.concatenate([risk, groups])}
    return found


def list_month_measures(month: float) -> list[Measure]:
    """List the figures of merit by a month that are corrected too.

    Args:
        month: the month.

    Returns:
        AUC and index of prediction accuracy.
    """
    day = month * DAYS_PER["months"]

    def area(risk: Floats, data: SurvivalData) -> float:
        return float(time_auc_values(risk, data, [day])[0])

    def estimate_area(risk: Floats, data: SurvivalData) -> Estimate:
        return time_auc(risk, data, day).auc.estimates[0]

    def accuracy(risk: Floats, data: SurvivalData) -> float:
        return float(brier_score(risk, data, day).accuracy.value[0])

    def estimate_accuracy(risk: Floats, data: SurvivalData) -> Estimate:
        return brier_score(risk, data, day).accuracy.estimates[0]

    return [
        Measure("auc", "points", area, estimate_area),
        Measure("accuracy", "risk", accuracy, estimate_accuracy),
    ]


def split_watched(found: ProcedureValidation, month: float) -> ResampledRisks | None:
    """Take risks and groups of the resamples apart.

    Args:
        found: the validation, which watched both.
        month: the month of the risks.

    Returns:
        Risks and groups; None with fewer than two resamples that gave a score.
    """
    n = len(found.watched) // 2
    rows = found.predictions[~np.isnan(found.predictions).any(axis=1)]
    if not n or len(rows) < 2:
        return None
    # Averages over completed tables: a patient's group is the nearest.
    group, groups = np.rint(found.watched[n:]), np.rint(rows[:, n:])
    return ResampledRisks(month, found.watched[:n], rows[:, :n], group, groups)

"""Discrimination: everything that says how well a score ranks patients, in one call."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import ConvergenceError, Estimate, SurvivalData, UnsuitableDataError
from jalon.stats import (
    RoystonD,
    TimeAuc,
    concordance,
    hold_competing,
    incidence_concordance,
    royston_d,
    time_auc,
    uno_concordance,
)
from jalon.validate.auc_curve import AucCurve, draw_auc
from jalon.validate.risks import read_level


@dataclass(frozen=True, slots=True, eq=False)
class DiscriminationReport:
    """How well a score ranks patients.

    Attributes:
        harrell: Harrell's C; with competing causes their patients stay event-free for ever.
        uno: the same, weighted so that it does not depend on the censoring; with competing
            causes by inverse probability of censoring (Wolbers).
        auc: time-dependent AUC at the times asked for.
        curve: the AUC over time; None where there are too few events for one.
        royston: D and the variation explained; of the cause-specific hazard when causes
            compete; None where the score has one value or the fit did not settle.
        patients: how many were ranked.
        events: how many of them had the event.
        competing: how many had another.
        notes: what could not be computed, and why.
    """

    harrell: Estimate
    uno: Estimate
    auc: TimeAuc
    curve: AucCurve | None
    royston: RoystonD | None
    patients: int
    events: int
    competing: int
    notes: tuple[str, ...]


def discriminate(
    risk: npt.ArrayLike,
    data: SurvivalData,
    times: npt.ArrayLike,
    rng: np.random.Generator,
    cause: int = 1,
    level: float = 0.95,
) -> DiscriminationReport:
    """Say in every usual figure how well a score tells patients of high from those of low risk.

    Args:
        risk: shape (n,), any score, higher for an earlier event.
        data: outcomes of the same patients, all seen from time zero, without weights; codes other
            than ``cause`` compete.
        times: shape (m,), times at which the AUC is read, within follow-up.
        rng: the source of chance for the band of the curve.
        cause: the event code of interest.
        level: coverage of the intervals, 0 to 1.

    Returns:
        Harrell's and Uno's C (events up to the last of ``times`` for Uno's), AUC, Royston's D and
        R squared, each with its interval.

    Raises:
        UnsuitableDataError: a score that is missing, no event, late entry or weights, or a time
            beyond follow-up.

    Reference:
        McLernon DJ and others (2023), doi:10.7326/M22-0844, "discrimination"; competing
        risks: van Geloven N and others (2022), doi:10.1136/bmj-2021-069249.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> score = rng.normal(size=300)
        >>> data = SurvivalData(rng.exponential(np.exp(-score)), np.ones(300))
        >>> found = discriminate(score, data, [0.5, 1.0], rng)
        >>> 0.65 < found.harrell.value < 0.85, found.royston.separation.low > 1
        (True, True)
    """
    read_level(level)
    competes = bool(np.any((data.event != 0) & (data.event != cause)))
    held = hold_competing(data, cause) if competes else data.cause(cause)
    until = float(np.max(np.asarray(times, dtype=float)))
    notes: list[str] = []
    return DiscriminationReport(
        harrell=concordance(risk, held, level).estimate,
        uno=(
            incidence_concordance(risk, data, cause, until, level).estimate
            if competes
            else uno_concordance(risk, data.cause(cause), until, level).estimate
        ),
        auc=time_auc(risk, data, times, cause, level),
        curve=_draw_curve((risk, data, rng), cause, level, notes),
        royston=_separate(risk, data.cause(cause), level, notes),
        patients=len(data),
        events=int(np.sum(data.event == cause)),
        competing=int(np.sum((data.event != 0) & (data.event != cause))),
        notes=tuple(notes),
    )


def _draw_curve(
    given: tuple[npt.ArrayLike, SurvivalData, np.random.Generator],
    cause: int,
    level: float,
    notes: list[str],
) -> AucCurve | None:
    try:
        return draw_auc(*given, None, cause, level)
    except UnsuitableDataError as reason:
        notes.append(f"no AUC over time: {reason}")
        return None


def _separate(
    risk: npt.ArrayLike, data: SurvivalData, level: float, notes: list[str]
) -> RoystonD | None:
    try:
        return royston_d(risk, data, level, error="robust")
    except (UnsuitableDataError, ConvergenceError) as reason:
        notes.append(f"no Royston's D: {reason}")
        return None

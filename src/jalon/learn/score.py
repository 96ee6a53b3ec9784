"""Learning a score: from candidate terms and outcomes to points and risk groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jalon.core import Integers, SurvivalData, UnsuitableDataError
from jalon.learn.groups import GroupSettings, cut_totals
from jalon.learn.loss import LARGEST_LOG_HAZARD, Bits, fit_scale, order_risk
from jalon.learn.search import SearchSettings, lay_field, search_points
from jalon.learn.terms import Terms

LEAST_EVENTS = 20
"""With fewer events than this no score is learned."""


@dataclass(frozen=True, slots=True)
class LearnedScore:
    """An integer score found on a cohort.

    Attributes:
        points: one whole number per term, 0 for terms that are not used.
        scale: log hazard per point, in the cohort it was learned on.
        loss: negative log partial likelihood (Breslow) of the score.
        null_loss: the same without any score.
        limits: highest total of each risk group but the last, in units of ``total``.
    """

    points: tuple[int, ...]
    scale: float
    loss: float
    null_loss: float
    limits: tuple[int, ...]

    def total(self, bits: Bits) -> Integers:
        """Return shape (n,), the total points of patients with these terms (p, n)."""
        return np.array(self.points, dtype=np.int64) @ bits.astype(np.int64)


def learn_score(
    terms: Terms,
    data: SurvivalData,
    search: SearchSettings | None = None,
    groups: GroupSettings | None = None,
) -> LearnedScore:
    """Find integer points and risk groups that tell apart who has the event earlier.

    The loss is the Cox partial likelihood itself; the points are whole numbers throughout.
    The search is a heuristic: the result is the best that was found, without a proof.

    Args:
        terms: candidate terms of n patients.
        data: outcomes of the same patients, event 1 being the event; weights count patients.
        search: the limits of the search; None for the usual ones.
        groups: the rules for risk groups; None for the usual ones.

    Returns:
        The score. When no term is worth its price every point is 0 and there is no group.

    Raises:
        UnsuitableDataError: too few events, fewer variables than asked for, or a variable
            that separates the outcome perfectly.
    """
    settings = search or SearchSettings()
    check_outcome(data)
    check_terms(terms, data, settings)
    return refit_score(terms, data, settings, groups)


def refit_score(
    terms: Terms,
    data: SurvivalData,
    search: SearchSettings,
    groups: GroupSettings | None = None,
) -> LearnedScore:
    """Learn a score again on a resample, without the checks that concern the whole cohort.

    Args:
        terms: candidate terms of n patients.
        data: outcomes of the same patients; weights say how often each was drawn.
        search: the limits of the search.
        groups: the rules for risk groups; None for the usual ones.

    Returns:
        The score.
    """
    risk = order_risk(data)
    found = search_points(lay_field(terms.bits, terms.variable, terms.signs(), risk, search))
    total = np.array(found.points, dtype=np.int64) @ terms.bits.astype(np.int64)
    _, null_loss = fit_scale(np.zeros(len(risk.order), dtype=np.int64), risk)
    limits = cut_totals(total, data, groups)
    return LearnedScore(found.points, found.scale, found.loss, null_loss, limits)


def check_outcome(data: SurvivalData) -> None:
    """Refuse outcomes from which no score can be learned.

    Args:
        data: outcomes.

    Raises:
        UnsuitableDataError: no event, fewer than 20, causes not chosen, or left truncation.
    """
    events = int(np.count_nonzero(data.event == 1))
    if events == 0:
        raise UnsuitableDataError(
            f"all {len(data)} patients are censored: without an event nothing can be learned; "
            "check how the event is coded (1 = event)"
        )
    if events < LEAST_EVENTS:
        noun = "event" if events == 1 else "events"
        raise UnsuitableDataError(
            f"only {events} {noun} among {len(data)} patients; a score is not learned from fewer "
            f"than {LEAST_EVENTS}"
        )
    if np.any(data.event > 1):
        raise UnsuitableDataError(
            "the outcome has several causes; choose one with data.cause(k) before learning"
        )
    if data.entry is not None:
        raise UnsuitableDataError("a score cannot yet be learned from left-truncated follow-up")


def check_terms(terms: Terms, data: SurvivalData, search: SearchSettings) -> None:
    """Refuse candidate variables that cannot give an honest score.

    Args:
        terms: candidate terms.
        data: outcomes of the same patients.
        search: the limits of the search.

    Raises:
        UnsuitableDataError: fewer variables than asked for, or perfect separation.
    """
    given = len(terms.candidates)
    if given < search.max_variables:
        raise UnsuitableDataError(
            f"max_variables = {search.max_variables}, but only {given} candidate variables are "
            f"given; ask for {given} or give more"
        )
    risk = order_risk(data)
    for term in range(len(terms.cut)):
        bits = terms.bits[term, risk.order].astype(np.int64)
        # The scale stops at its limit only when the likelihood keeps rising without end.
        scale = max(fit_scale(bits, risk)[0], fit_scale(1 - bits, risk)[0])
        if scale > 0.99 * LARGEST_LOG_HAZARD:
            raise UnsuitableDataError(
                f"{terms.name(term)} separates the outcome perfectly: all events lie on one side. "
                "Such a variable usually leaks the outcome; take it out of the candidates"
            )

"""What is refused before a score is learned, and what is said beside it."""

from __future__ import annotations

import numpy as np

from jalon.core import SurvivalData, UnsuitableDataError
from jalon.learn.kernels.support import LARGEST
from jalon.learn.objective import lay_ground
from jalon.learn.settings import SearchSettings
from jalon.learn.settle import fit_bounds
from jalon.learn.terms import Terms

LEAST_EVENTS = 20
"""With fewer events than this no score is learned."""

EVENTS_PER_VARIABLE = 10
"""Fewer events than this per candidate variable are warned about."""

CHANCE = 1e-6
"""A term that tells the outcome of everybody is a leak when chance would do so less often."""


def check_outcome(data: SurvivalData, candidates: int) -> tuple[str, ...]:
    """Refuse outcomes from which no score can be learned.

    Args:
        data: outcomes.
        candidates: how many candidate variables there are.

    Returns:
        Warnings that stay with the score.

    Raises:
        UnsuitableDataError: no event, or fewer than 20.
    """
    weight = np.ones(len(data)) if data.weight is None else np.asarray(data.weight)
    events = int(np.count_nonzero((data.event == 1) & (weight > 0)))
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
    if events < EVENTS_PER_VARIABLE * candidates:
        return (
            f"{events} events for {candidates} candidate variables: fewer than "
            f"{EVENTS_PER_VARIABLE} per variable; expect a score that other patients would change",
        )
    return ()


def check_terms(terms: Terms, data: SurvivalData, search: SearchSettings) -> None:
    """Refuse candidate variables that cannot give an honest score.

    Args:
        terms: candidate terms.
        data: outcomes of the same patients.
        search: what the score may look like.

    Raises:
        UnsuitableDataError: fewer variables than asked for, perfect separation, or a term that
            gives the outcome away.
    """
    given = len(terms.candidates)
    if given < search.max_variables:
        raise UnsuitableDataError(
            f"max_variables = {search.max_variables}, but only {given} candidate variables are "
            f"given; ask for {given} or give more"
        )
    _check_separation(terms, data, search)
    _check_leaks(terms, data)


def _check_separation(terms: Terms, data: SurvivalData, search: SearchSettings) -> None:
    """Refuse a term along which the likelihood rises without end.

    A limit with too few events on a side is not used, so it does no harm.
    """
    events = (data.event == 1).astype(np.float64)
    above = terms.bits @ events
    used = np.flatnonzero(np.minimum(above, events.sum() - above) >= max(search.least_events, 1))
    size = len(used)
    if not size:
        return
    ground = lay_ground(terms.bits[used], data.cause(1))
    rows = fit_bounds(ground, np.arange(size)[:, None], np.zeros((size, 1)), np.full(size, np.inf))
    # A coefficient stops at its limit only when the likelihood keeps rising without end.
    for term in used[np.abs(rows[:, 1]) > 0.9 * LARGEST]:
        raise UnsuitableDataError(_separated(terms.name(int(term))))


def _separated(name: str) -> str:
    return (
        f"{name} separates the outcome perfectly: all events lie on one side. Such a variable "
        "usually leaks the outcome; take it out of the candidates"
    )


def _check_leaks(terms: Terms, data: SurvivalData) -> None:
    """Refuse a term one side of which tells the outcome of everybody there, against all chance."""
    had = data.event == 1
    share, events = float(had.mean()), int(had.sum())
    if share in (0.0, 1.0):
        return
    above, holders = terms.bits @ had.astype(np.int64), terms.bits.sum(axis=1, dtype=np.int64)
    least = np.log(CHANCE)
    for term in range(len(terms.cut)):
        sides = (
            (int(above[term]), int(holders[term])),
            (events - int(above[term]), len(had) - int(holders[term])),
        )
        if any(died == 0 and count * np.log1p(-share) < least for died, count in sides):
            raise UnsuitableDataError(_separated(terms.name(term)))
        for died, count in sides:
            if died == count and count * np.log(share) < least:
                raise UnsuitableDataError(
                    f"{terms.name(term)}: all {count} patients on one side of it had the event, "
                    f"against {100 * share:.0f} % of everybody. Such a variable is known only "
                    "after the outcome; take it out of the candidates"
                )

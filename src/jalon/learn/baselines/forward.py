"""Scores from Cox models grown term by term, with their coefficients rounded."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from jalon.core import Floats, SurvivalData, UnsuitableDataError
from jalon.learn.baselines.cox import SortedTerms, fit_terms, sort_terms, try_terms
from jalon.learn.baselines.score import (
    BaselineScore,
    BaselineSettings,
    find_open,
    round_to_largest,
    score_points,
    spread_points,
)
from jalon.learn.terms import Terms


def sullivan_score(
    terms: Terms,
    data: SurvivalData,
    settings: BaselineSettings | None = None,
    variables: Sequence[str] = (),
) -> BaselineScore:
    """Make a score as most clinical scores are made: a Cox model, divided and rounded.

    Terms are added one by one, each the one that raises the partial likelihood most. Then
    every coefficient is divided by the smallest and rounded; by a larger number where the
    largest would otherwise get more than ``max_points``.

    Args:
        terms: candidate terms of n patients.
        data: outcomes of the same patients, event 1 being the event.
        settings: how large the score may be; None for the usual limits.
        variables: the variables to use, all their terms (the limits then do not count); empty
            to select them.

    Returns:
        The score. Directions that were set for a variable are not imposed, and where no term is
        worth its price every point is 0.

    Raises:
        UnsuitableDataError: an unknown variable, terms that separate the outcome, or outcomes
            that cannot be used.

    Reference:
        Sullivan LM, Massaro JM, D'Agostino RB (2004), doi:10.1002/sim.1742, section 2, steps 5
        and 6, with the smallest coefficient as the constant B.
    """
    limits = settings or BaselineSettings()
    sheet = sort_terms(terms, data)
    chosen = _find_terms(terms, variables) if variables else _grow(sheet, terms, limits)
    points = np.zeros(len(terms.cut))
    if chosen:
        beta, _ = fit_terms(sheet, chosen)
        size = np.abs(beta)
        unit = max(size.min(), size.max() / limits.max_points)
        points = spread_points(chosen, np.round(beta / unit), terms)
    return score_points("Sullivan rounding", points, terms, data)


def stepwise_score(
    terms: Terms, data: SurvivalData, settings: BaselineSettings | None = None
) -> BaselineScore:
    """Make a score from a stepwise Cox model, its largest coefficient getting the most points.

    Steps add or drop the term that improves Akaike's criterion most, within the limits.

    Args:
        terms: candidate terms of n patients.
        data: outcomes of the same patients, event 1 being the event.
        settings: how large the score may be; None for the usual limits.

    Returns:
        The score. Directions that were set for a variable are not imposed.

    Raises:
        UnsuitableDataError: terms that separate the outcome, or outcomes that cannot be used.

    Reference:
        Venables WN, Ripley BD (2002), doi:10.1007/978-0-387-21706-2, section 6.8, for the steps.
    """
    limits = settings or BaselineSettings()
    sheet = sort_terms(terms, data)
    chosen = _step(sheet, terms, limits)
    points = np.zeros(len(terms.cut))
    if chosen:
        beta, _ = fit_terms(sheet, chosen)
        points = spread_points(chosen, round_to_largest(beta, limits.max_points), terms)
    return score_points("stepwise, rounded", points, terms, data)


def _find_terms(terms: Terms, variables: Sequence[str]) -> list[int]:
    names = [candidate.name for candidate in terms.candidates]
    unknown = sorted(set(variables) - set(names))
    if unknown:
        raise UnsuitableDataError(
            f"{', '.join(unknown)} is not among the candidates; choose from {', '.join(names)}"
        )
    return [t for t in range(len(terms.cut)) if names[terms.variable[t]] in variables]


def _grow(sheet: SortedTerms, terms: Terms, settings: BaselineSettings) -> list[int]:
    """Add the best term while it is worth its price and there is room."""
    chosen: list[int] = []
    beta, loss = fit_terms(sheet, chosen)
    while True:
        best = _best_addition(sheet, terms, chosen, beta, settings)
        if best is None or loss - best[1] <= settings.price:
            return sorted(chosen)
        chosen.append(best[0])
        beta, loss = fit_terms(sheet, chosen)


def _step(sheet: SortedTerms, terms: Terms, settings: BaselineSettings) -> list[int]:
    """Add or drop one term at a time; the criterion falls at each step, so that it ends."""
    chosen: list[int] = []
    beta, loss = fit_terms(sheet, chosen)
    while True:
        moves: list[tuple[float, list[int]]] = []
        best = _best_addition(sheet, terms, chosen, beta, settings)
        if best is not None:
            moves.append((best[1] + settings.price, [*chosen, best[0]]))
        for term in chosen:
            rest = [one for one in chosen if one != term]
            moves.append((fit_terms(sheet, rest)[1] - settings.price, rest))
        if not moves or min(moves)[0] >= loss - 1e-9:
            return sorted(chosen)
        chosen = min(moves)[1]
        beta, loss = fit_terms(sheet, chosen)


def _best_addition(
    sheet: SortedTerms, terms: Terms, chosen: list[int], beta: Floats, settings: BaselineSettings
) -> tuple[int, float] | None:
    """Term whose addition explains most, with the loss that it reaches; the first of equals."""
    candidates = find_open(terms, chosen, settings)
    if not candidates:
        return None
    losses = try_terms(
        sheet.bits,
        np.array(chosen, dtype=np.int64),
        beta,
        np.array(candidates, dtype=np.int64),
        sheet.weight,
        sheet.event,
        sheet.close,
    )
    place = int(np.argmin(np.round(losses, 9)))
    return (candidates[place], float(losses[place])) if np.isfinite(losses[place]) else None

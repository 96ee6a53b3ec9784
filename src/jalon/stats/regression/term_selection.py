"""Which terms a Cox model needs: one added after the other, one left out, or chosen by steps."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from jalon.core import Floats, Integers
from jalon.stats.regression.cox import fit_cox
from jalon.stats.regression.cox_fit import CoxFit, ModelTest, take_test
from jalon.stats.regression.terms import group_columns

Criterion = Literal["aic", "bic"]
Direction = Literal["backward", "forward", "both"]


@dataclass(frozen=True, slots=True, eq=False)
class TermTests:
    """Likelihood-ratio tests of the terms of a model.

    Attributes:
        terms: names of the k terms.
        log_likelihood: shape (k,), log partial likelihood of the model of each row.
        aic: shape (k,), its Akaike criterion.
        bic: shape (k,), its Schwarz criterion, by the number of events.
        tests: one per term.
    """

    terms: tuple[str, ...]
    log_likelihood: Floats
    aic: Floats
    bic: Floats
    tests: tuple[ModelTest, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Selection:
    """Terms chosen step by step. Their p-values and intervals do not know of the choice.

    Attributes:
        terms: names of the terms kept.
        fit: the model of these; None when no term is kept.
        criterion: its criterion.
        path: what was left out ("- term") or taken in ("+ term") at each step.
    """

    terms: tuple[str, ...]
    fit: CoxFit | None
    criterion: float
    path: tuple[str, ...]


def assess_added_terms(fit: CoxFit, terms: Sequence[str] | None = None) -> TermTests:
    """Test each term against the model of the terms before it (analysis of deviance).

    Args:
        fit: a Cox fit.
        terms: shape (p,), the term that each column belongs to; None for one per column.

    Returns:
        One row per term, in the order of the columns: the model with this term and those
        before it, and what the term gains.

    Reference:
        Therneau T, Grambsch P (2000), doi:10.1007/978-1-4757-3294-8, section 3.4, likelihood
        ratio test.

    Example:
        >>> from jalon.core import SurvivalData
        >>> data = SurvivalData(time=[1, 1, 6, 6, 8, 9], event=[1, 0, 1, 1, 0, 1])
        >>> fit = fit_cox([[1], [1], [1], [0], [0], [0]], data)
        >>> assess_added_terms(fit).tests == (fit.likelihood_ratio,)
        True
    """
    groups = group_columns(fit.names, terms)
    places = list(groups.values())
    grown = [np.concatenate(places[: k + 1]) for k in range(len(places))]
    reached = [_reach(fit, columns) for columns in grown]
    before = [fit.log_likelihood_null, *reached[:-1]]
    return _tabulate(fit, tuple(groups), grown, reached, (before, reached, places))


def assess_dropped_terms(fit: CoxFit, terms: Sequence[str] | None = None) -> TermTests:
    """Test each term against the model of all others.

    Args:
        fit: a Cox fit.
        terms: shape (p,), the term that each column belongs to; None for one per column.

    Returns:
        One row per term: the model without it, and what is lost.

    Reference:
        Therneau T, Grambsch P (2000), doi:10.1007/978-1-4757-3294-8, section 3.4, likelihood
        ratio test.

    Example:
        >>> from jalon.core import SurvivalData
        >>> data = SurvivalData(time=[1, 1, 6, 6, 8, 9], event=[1, 0, 1, 1, 0, 1])
        >>> fit = fit_cox([[1], [1], [1], [0], [0], [0]], data)
        >>> assess_dropped_terms(fit).tests == (fit.likelihood_ratio,)
        True
    """
    groups = group_columns(fit.names, terms)
    places = list(groups.values())
    left = [np.setdiff1d(np.arange(len(fit.names)), columns) for columns in places]
    reached = [_reach(fit, columns) for columns in left]
    full = [fit.log_likelihood] * len(reached)
    return _tabulate(fit, tuple(groups), left, reached, (reached, full, places))


def select_terms(
    fit: CoxFit,
    terms: Sequence[str] | None = None,
    criterion: Criterion = "aic",
    direction: Direction = "backward",
) -> Selection:
    """Choose terms by steps, each the one that improves the criterion most.

    The result is too good to be true: validate it with the choice inside the resampling.

    Args:
        fit: a Cox fit with all candidate terms.
        terms: shape (p,), the term that each column belongs to; None for one per column.
        criterion: "aic", or "bic" by the number of events.
        direction: "backward" leaves out, starting from all terms; "forward" takes in, starting
            from none; "both" starts from all and does either.

    Returns:
        The terms kept and the path to them.

    Reference:
        Venables WN, Ripley BD (2002), doi:10.1007/978-0-387-21706-2, section 6.8; as ``step``
        of R.

    Example:
        >>> from jalon.core import SurvivalData
        >>> data = SurvivalData(time=[1, 1, 6, 6, 8, 9], event=[1, 0, 1, 1, 0, 1])
        >>> fit = fit_cox([[1], [1], [1], [0], [0], [0]], data, names=["arm"])
        >>> select_terms(fit).path
        ('- arm',)
    """
    groups = group_columns(fit.names, terms)
    price = 2.0 if criterion == "aic" else math.log(fit.events)
    kept = [] if direction == "forward" else list(groups)
    best, path = _price(fit, groups, kept, price), []
    while True:
        moves = {}
        for term in groups:
            if (term in kept) == (direction == "forward") and direction != "both":
                continue
            trial = [one for one in groups if (one in kept) != (one == term)]
            sign = "-" if term in kept else "+"
            moves[f"{sign} {term}"] = (_price(fit, groups, trial, price), trial)
        if not moves:
            break
        move, (value, trial) = min(moves.items(), key=lambda item: item[1][0])
        if value >= best:
            break
        best, kept = value, trial
        path.append(move)
    columns = _join(groups, kept)
    chosen = _refit(fit, columns) if len(columns) else None
    return Selection(tuple(kept), chosen, best, tuple(path))


def _tabulate(
    fit: CoxFit,
    terms: tuple[str, ...],
    models: list[Integers],
    reached: list[float],
    pairs: tuple[list[float], list[float], list[Integers]],
) -> TermTests:
    sizes, deviance = np.array([len(one) for one in models]), -2 * np.array(reached)
    tests = [
        take_test(2 * (more - less), len(columns))
        for less, more, columns in zip(*pairs, strict=True)
    ]
    return TermTests(
        terms,
        np.array(reached),
        deviance + 2 * sizes,
        deviance + math.log(fit.events) * sizes,
        tuple(tests),
    )


def _join(groups: dict[str, Integers], kept: list[str]) -> Integers:
    return np.sort(np.concatenate([groups[term] for term in kept])) if kept else np.empty(0, int)


def _price(fit: CoxFit, groups: dict[str, Integers], kept: list[str], price: float) -> float:
    columns = _join(groups, kept)
    return -2 * _reach(fit, columns) + price * len(columns)


def _reach(fit: CoxFit, columns: Integers) -> float:
    """Log likelihood of the model of some columns."""
    if len(columns) == 0:
        return fit.log_likelihood_null
    if len(columns) == len(fit.names):
        return fit.log_likelihood
    return _refit(fit, columns).log_likelihood


def _refit(fit: CoxFit, columns: Integers) -> CoxFit:
    names, rows = [fit.names[place] for place in columns], fit.patients
    return fit_cox(rows.x[:, columns], rows.data, fit.ties, fit.level, rows.offset, names)

"""The ways of learning a score: plainly, or robust against what was declared, with the cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from jalon.core import SurvivalData
from jalon.learn import (
    CentreSettings,
    Effort,
    GroupSettings,
    LearnedScore,
    MeasurementSettings,
    SearchSettings,
    Terms,
    Wishes,
    learn_imputed,
    learn_measured,
    learn_score,
    learn_with_prior,
    learn_worst_centre,
    shrink_terms,
)
from jalon.learn.aim import Tell
from jalon.study.plain_request import WayOptions
from jalon.study.plain_stock import Stock


@dataclass(frozen=True, slots=True)
class Limits:
    """What a score may look like, and how long it may be searched for.

    Attributes:
        search: what the score may look like.
        groups: the rules for risk groups.
        wishes: what a clinician asks of it.
        effort: limits of the proofs.
    """

    search: SearchSettings
    groups: GroupSettings
    wishes: Wishes
    effort: Effort


@dataclass(frozen=True, slots=True, eq=False)
class Learnt:
    """A score as its way of learning found it.

    Attributes:
        score: the score.
        terms: that its points belong to.
        data: outcomes of the columns of ``terms``.
        facts: what is to be known of the way, for the score's file; empty for the plain one.
    """

    score: LearnedScore
    terms: Terms
    data: SurvivalData
    facts: dict[str, Any]


def learn_way(
    stock: Stock, way: WayOptions, limits: Limits, centres: tuple[str, ...], tell: Tell
) -> Learnt:
    """Learn a score in the way that was asked for.

    Args:
        stock: what it is learned from.
        way: what it is to be robust against.
        limits: what it may look like.
        centres: names of the strata, by their code.
        tell: is told where the search stands, where one search does the work.

    Returns:
        The score, and what the way costs.

    Raises:
        UnsuitableDataError: data from which no such score can be learned.
    """
    if way.kind == "imputations":
        return _learn_imputed(stock, limits, tell)
    if way.kind == "worst-centre":
        return _learn_worst(stock, way, limits, centres)
    if way.kind != "plain":
        return _learn_measured(stock, way, limits, tell)
    if stock.effects:
        return _learn_prior(stock, limits, tell)
    score = learn_score(
        stock.terms, stock.data, limits.search, limits.groups,
        wishes=limits.wishes, effort=limits.effort, tell=tell,
    )  # fmt: skip
    return Learnt(score, stock.terms, stock.data, {})


def _learn_imputed(stock: Stock, limits: Limits, tell: Tell) -> Learnt:
    shrinkage = shrink_terms(stock.terms, stock.effects) if stock.effects else None
    found = learn_imputed(
        stock.candidates, stock.tables, stock.data, limits.search, limits.groups,
        wishes=limits.wishes, shrinkage=shrinkage, effort=limits.effort, tell=tell,
    )  # fmt: skip
    gaps = {name: int(np.isnan(values).sum()) for name, values in stock.columns.items()}
    lacking = int(np.any([np.isnan(values) for values in stock.columns.values()], axis=0).sum())
    mean, most = float(np.mean(found.costs)), float(np.max(found.costs))
    proven = max(found.gaps) <= 1e-5
    sentence = (
        f"one score for {stock.copies} completed tables; {lacking:,} of {len(stock.data):,} "
        f"patients lack a candidate. It gives away {_write(mean)} log-likelihood units on average "
        f"({_write(most)} at most) against the best score of each table alone"
        + ("" if proven else ", as far as these were found in the time")
    )
    facts: dict[str, Any] = {
        "kind": "imputations",
        "sentence": sentence,
        "tables": stock.copies,
        "patients_with_gaps": lacking,
        "gaps": {name: count for name, count in gaps.items() if count},
        "cost": mean,
        "cost_by_table": list(found.costs),
        "gap_by_table": list(found.gaps),
    }
    more: dict[str, Any] = {"robust": facts}
    if stock.effects:
        more["prior"] = {
            "sentence": "the score is drawn to published effects, in every table alike",
            "effect": _write_effects(stock),
        }
    return Learnt(found.score, stock.terms, stock.stacked, more)


def _learn_worst(stock: Stock, way: WayOptions, limits: Limits, centres: tuple[str, ...]) -> Learnt:
    rules = CentreSettings(level=1.0 - way.share if way.share else 1.0)
    found = learn_worst_centre(
        stock.terms, stock.data, limits.search, rules,
        groups=limits.groups, wishes=limits.wishes, effort=limits.effort,
    )  # fmt: skip
    names = [", ".join(centres[k] for k in part) for part in found.centres]
    worst = names[int(np.argmax(found.excess))]
    what = f"the worst of {len(names)} centres"
    if way.share:
        what = f"the worst {100 * way.share:g} % of {len(names)} centres"
    sentence = (
        f"one score for {what}, which lose {found.worst:.3f} per event beyond what they could "
        f"reach alone, {found.plain_worst:.3f} with the plain score; most is lost in centre "
        f"{worst}. For all patients together it gives away {_write_cost(found.cost, found.plain)}"
    )
    facts: dict[str, Any] = {
        "kind": "worst-centre",
        "sentence": sentence,
        "share": way.share,
        "level": rules.level,
        "least_events": rules.least_events,
        "baseline": rules.baseline,
        "penalty": found.penalty,
        "worst_excess": found.worst,
        "worst_excess_bound": found.bound,
        "worst_excess_of_plain": found.plain_worst,
        "cost": found.cost,
        "centre": [
            {"name": name, "events": events, "excess": own, "excess_of_plain": other, "weight": w}
            for name, events, own, other, w in zip(
                names, found.events, found.excess, found.plain_excess, found.weight, strict=True
            )
        ],
    }
    return Learnt(found.score, stock.terms, stock.data, {"robust": facts})


def _learn_measured(stock: Stock, way: WayOptions, limits: Limits, tell: Tell) -> Learnt:
    judge = measure_error(way)
    found = learn_measured(
        stock.candidates, stock.columns, stock.data, judge, limits.search, limits.groups,
        rng=np.random.default_rng(limits.search.seed), wishes=limits.wishes,
        effort=limits.effort, tell=tell,
    )  # fmt: skip
    terms = found.terms
    used = [j for j, points in enumerate(found.score.points) if points]
    crossed = max((found.crossing[j] for j in used), default=0.0)
    varied = ", ".join(f"{name} {100 * cv:g} %" for name, cv in way.variation.items())
    sentence = (
        f"learned from {way.tables} repeated measurements with {varied} variation, by their "
        f"{judge.judge}; a repeat moves at most {100 * crossed:.1f} % of the patients across a "
        "limit in use. On the values as they stand it gives away "
        f"{_write_cost(found.cost, found.plain)}"
    )
    facts: dict[str, Any] = {
        "kind": way.kind,
        "sentence": sentence,
        "copies": way.tables,
        "variation": dict(way.variation),
        "cost": found.cost,
        "crossing": [
            {
                "variable": terms.candidates[terms.variable[j]].name,
                "above": float(terms.cut[j]),
                "share": found.crossing[j],
            }
            for j in used
        ],
    }
    if found.weight:
        facts["weight"] = list(found.weight)
    return Learnt(found.score, terms, stock.data, {"robust": facts})


def measure_error(way: WayOptions) -> MeasurementSettings:
    """Return how values would differ if they were measured again."""
    judge: Any = "worst" if way.kind == "measurement-worst" else "mean"
    return MeasurementSettings(dict(way.variation), way.tables, judge)


def _learn_prior(stock: Stock, limits: Limits, tell: Tell) -> Learnt:
    found = learn_with_prior(
        stock.terms, stock.data, stock.effects, limits.search, limits.groups,
        wishes=limits.wishes, effort=limits.effort, tell=tell,
    )  # fmt: skip
    moved = [
        {
            "variable": stock.terms.candidates[stock.terms.variable[j]].name,
            "above": float(stock.terms.cut[j]),
            "with": found.score.points[j],
            "without": found.plain.points[j],
        }
        for j, change in enumerate(found.moved)
        if change
    ]
    count = len(stock.effects)
    sentence = (
        f"the score is drawn to {count} published {'effect' if count == 1 else 'effects'}; "
        f"{_say_moved(moved)}. On these patients it gives away "
        f"{_write_cost(found.cost, found.plain)}"
    )
    facts = {
        "sentence": sentence,
        "cost": found.cost,
        "cost_at_own_scale": found.best_loss - found.plain.loss,
        "effect": _write_effects(stock),
        "moved": moved,
    }
    return Learnt(found.score, stock.terms, stock.data, {"prior": facts})


def _say_moved(moved: list[dict[str, Any]]) -> str:
    if not moved:
        return "its points would be the same without them"
    shown = [
        f"{one['with']} instead of {one['without']} for {one['variable']} above {one['above']:g}"
        for one in moved[:4]
    ]
    more = f", and {len(moved) - 4} more" if len(moved) > 4 else ""
    return f"they change its steps: {', '.join(shown)}{more}"


def _write_effects(stock: Stock) -> list[dict[str, Any]]:
    return [
        {
            "variable": one.name,
            "above": one.cut,
            "log_hazard_ratio": one.log_hazard_ratio,
            "variance": one.variance,
            "source": one.source,
        }
        for one in stock.effects
    ]


def _write_cost(cost: float, plain: LearnedScore) -> str:
    gained = plain.null_loss - plain.loss
    share = f" ({_write(100 * cost / gained, 1)} % of what the plain score gains)"
    return f"{_write(cost)} log-likelihood units{share if gained > 0 else ''}"


def _write(cost: float, digits: int = 2) -> str:
    """Write a number without the sign of one that rounds to 0."""
    return f"{round(cost, digits) + 0.0:.{digits}f}"

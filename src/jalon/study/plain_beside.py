"""What is shown beside a score: would it come out again, how many variables, what others make."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeVar

import numpy as np

from jalon.core import Estimate, JalonError, SurvivalData
from jalon.learn import (
    BaselineSettings,
    LearnedScore,
    ParsimonyPath,
    PathSettings,
    PublishedEffect,
    ResampleSettings,
    Terms,
    compare_baselines,
    measure_stability,
    shrink_terms,
    trace_path,
)
from jalon.study.plain_request import BesideOptions
from jalon.study.plain_way import Limits

Advance = Callable[[str, int, int], None]
"""Is told the long step, how far it is, and of how much."""

T = TypeVar("T")

SHOWN = 0.005
"""Frequencies below this are left out of the file."""


@dataclass(frozen=True, slots=True, eq=False)
class Ground:
    """Patients on whom a score is looked at once more.

    Attributes:
        terms: candidate terms.
        data: outcomes that are learned from.
        limits: what the score may look like.
        effects: published effects that it is drawn to.
        advance: is told how far a long step is.
    """

    terms: Terms
    data: SurvivalData
    limits: Limits
    effects: tuple[PublishedEffect, ...]
    advance: Advance


class Beside:
    """What a person wants to see beside a score, looked at in turn.

    An interrupt from the keyboard ends one look, never what was learned.
    """

    def __init__(self, ground: Ground, options: BesideOptions) -> None:
        self.ground, self.options = ground, options
        self.path: ParsimonyPath | None = None
        self.stopped: tuple[str, ...] = ()

    def choose_size(self, asked: int) -> Limits:
        """Follow the path where one is wanted; it says how many variables where nobody did."""
        limits = self.ground.limits
        if self.options.path:
            self.path = self._look("path", lambda: follow_path(self.ground))
        if self.path is None or asked:
            return limits
        return replace(limits, search=replace(limits.search, max_variables=self.path.chosen))

    def look(self, score: LearnedScore, limits: Limits) -> dict[str, Any]:
        """Return the facts of everything that was asked for.

        Args:
            score: the score.
            limits: what it was allowed to look like.

        Returns:
            Tables for the score's file.
        """
        ground = replace(self.ground, limits=limits)
        facts: dict[str, dict[str, Any] | None] = {}
        if self.path is not None:
            facts["path"] = write_path(self.path, limits.search.max_variables)
        if self.options.stability:
            draws = self.options.stability
            facts["stability"] = self._look(
                "stability", lambda: write_stability(ground, score, draws)
            )
        if self.options.compare:
            facts["rivals"] = self._look("rivals", lambda: write_rivals(ground, score))
        return {name: one for name, one in facts.items() if one is not None}

    def _look(self, name: str, what: Callable[[], T]) -> T | None:
        try:
            return what()
        except KeyboardInterrupt:
            self.stopped += (f"{name} was stopped before it was finished, so it is not shown",)
            return None


def write_stability(ground: Ground, score: LearnedScore, draws: int) -> dict[str, Any]:
    """Learn a score again on halves of the patients, and count what stays.

    Args:
        ground: the patients.
        score: the score.
        draws: how often.

    Returns:
        Frequencies of variables, pairs and limits, for the score's file.
    """
    terms, limits = ground.terms, ground.limits
    shrinkage = shrink_terms(terms, ground.effects) if ground.effects else None
    settings = ResampleSettings(draws, workers=limits.effort.workers)
    found = measure_stability(
        score, terms, ground.data, limits.search, settings,
        rng=np.random.default_rng(limits.search.seed), wishes=limits.wishes, shrinkage=shrinkage,
        tell=lambda done: ground.advance("stability", done, draws),
    )  # fmt: skip
    used = {int(terms.variable[j]) for j, points in enumerate(score.points) if points}
    order = np.argsort(-found.inclusion, kind="stable").tolist()
    pairs = [
        {"one": found.names[v], "other": found.names[w], "share": float(found.together[v, w])}
        for k, v in enumerate(order)
        for w in order[k + 1 :]
        if found.together[v, w] >= SHOWN
    ]
    limit = [
        {
            "variable": terms.candidates[terms.variable[j]].name,
            "above": float(terms.cut[j]),
            "share": float(found.cuts[j]),
            "in_score": bool(score.points[j]),
        }
        for j in range(len(terms.cut))
        if found.cuts[j] >= SHOWN or score.points[j]
    ]
    return {
        "draws": draws,
        "kind": settings.kind,
        "agreement": float(found.with_score.mean()),
        "agreement_of_two_draws": found.between,
        "variable": [
            {
                "name": found.names[v],
                "share": float(found.inclusion[v]),
                "in_score": v in used,
            }
            for v in order
            if found.inclusion[v] >= SHOWN or v in used
        ],
        "pair": sorted(pairs, key=lambda one: -float(one["share"]))[:50],
        "limit": limit,
    }


def follow_path(ground: Ground) -> ParsimonyPath:
    """Learn the best score of every size from 1 to 10 variables.

    Args:
        ground: the patients.

    Returns:
        The path, its concordances corrected for optimism.
    """
    limits = ground.limits
    return trace_path(
        ground.terms, ground.data, limits.search, PathSettings(workers=limits.effort.workers),
        rng=np.random.default_rng(limits.search.seed), wishes=limits.wishes, effort=limits.effort,
        tell=lambda done, total: ground.advance("path sizes and", done, total),
    )  # fmt: skip


def write_path(path: ParsimonyPath, used: int) -> dict[str, Any]:
    """Write down a path for the score's file.

    Args:
        path: the path.
        used: most variables of the score that was learned.

    Returns:
        One row per size, and which sizes the rules choose.
    """
    return {
        "used": used,
        "chosen": path.chosen,
        "best": path.best,
        "by_criterion": path.by_criterion,
        "penalty": path.penalty,
        "step": [
            {
                "size": step.size,
                "variables": list(step.variables),
                "loss": step.loss,
                "gap": step.gap,
                "criterion": step.criterion,
                "concordance": step.concordance,
                "std_error": step.std_error,
                "optimism": step.optimism,
                "corrected": step.corrected,
            }
            for step in path.steps
        ],
    }


def write_rivals(ground: Ground, score: LearnedScore) -> dict[str, Any]:
    """Make the usual kinds of score from the same patients, for comparison.

    Args:
        ground: the patients.
        score: the learned score.

    Returns:
        One row per recipe, and what differs; a recipe that refuses says why.
    """
    search = ground.limits.search
    settings = BaselineSettings(
        max_variables=search.max_variables, max_terms=search.max_terms,
        max_points=search.max_points, seed=search.seed,
    )  # fmt: skip
    note = ""
    data = ground.data
    if np.any(data.event > 1):
        data = data.cause(1)
        note = "by the hazard of the cause: the recipes do not know cumulative incidence"
    try:
        rows = compare_baselines(ground.terms, data, settings, score)
    except JalonError as error:
        return {"note": f"not compared: {error}", "row": []}
    return {
        "note": note,
        "row": [
            {
                "name": row.name,
                "variables": row.variables,
                "limits": row.terms,
                "loss": row.loss,
                "gained": row.gained,
                "concordance": _write_estimate(row.concordance),
                "note": row.note,
            }
            for row in rows
        ],
    }


def _write_estimate(one: Estimate) -> dict[str, float]:
    parts = asdict(one)
    return {name: float(parts[name]) for name in ("value", "low", "high")}

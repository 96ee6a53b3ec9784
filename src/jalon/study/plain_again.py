"""What a robust score was learned from, laid out a second time so that its proof can be checked."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from jalon.core import Floats, SurvivalData
from jalon.learn import (
    Candidate,
    CentreSettings,
    PublishedEffect,
    SearchSettings,
    Stated,
    Terms,
    Verification,
    Wishes,
    build_terms,
    perturb_columns,
    shrink_terms,
    stack_tables,
    verify_score,
)
from jalon.learn.centres import group_centres
from jalon.learn.verify_worst import StatedWorst, verify_worst
from jalon.study.plain_candidates import ColumnSource
from jalon.study.plain_gaps import fill_gaps


@dataclass(frozen=True, slots=True)
class StatedWay:
    """How a score's file says that it was learned.

    Attributes:
        kind: what it is robust against; "plain" for nothing.
        copies: completed tables or replicates.
        facts: the table ``robust`` of the file.
        effects: published effects that it was drawn to.
    """

    kind: str
    copies: int
    facts: Mapping[str, Any]
    effects: tuple[PublishedEffect, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Laid:
    """Terms and outcomes that a certificate is about."""

    terms: Terms
    data: SurvivalData


def read_way(learning: Mapping[str, Any]) -> StatedWay:
    """Read how a score was learned.

    Args:
        learning: the table ``learning`` of its file.

    Returns:
        The way.

    Raises:
        KeyError: something is not said.
    """
    facts = learning.get("robust", {})
    kind = facts.get("kind", "plain")
    copies = 1
    if kind == "imputations":
        copies = int(facts["tables"])
    elif kind.startswith("measurement"):
        copies = int(facts["copies"])
    effects = tuple(
        PublishedEffect(
            row["variable"], float(row["above"]), float(row["log_hazard_ratio"]),
            float(row["variance"]), row["source"],
        )
        for row in learning.get("prior", {}).get("effect", [])
    )  # fmt: skip
    return StatedWay(kind, copies, facts, effects)


def lay_again(
    way: StatedWay,
    found: tuple[Sequence[ColumnSource], Sequence[Candidate], dict[str, Floats]],
    data: SurvivalData,
    seed: int,
) -> Laid:
    """Lay out terms and outcomes, in as many copies as the way needs.

    Args:
        way: how the score was learned.
        found: how the candidates are read, their limits, and their values.
        data: outcomes that were learned from.
        seed: of all chance.

    Returns:
        Terms and outcomes.
    """
    sources, candidates, columns = found
    if way.kind == "imputations":
        tables = fill_gaps(sources, columns, data, (way.copies, seed, 2))
        return Laid(*stack_tables(candidates, tables, data))
    if way.kind.startswith("measurement"):
        variation = {str(name): float(cv) for name, cv in way.facts["variation"].items()}
        measured = perturb_columns(columns, variation, way.copies, np.random.default_rng(seed))
        return Laid(*stack_tables(candidates, measured, data))
    return Laid(build_terms(candidates, columns), data)


def verify_way(
    way: StatedWay,
    laid: Laid,
    stated: Stated,
    search: SearchSettings,
    asked: tuple[Wishes, float],
) -> Verification:
    """Compute objective and bound again, by the slow search that suits the way.

    Args:
        way: how the score was learned.
        laid: from what.
        stated: the score and its certificate.
        search: what it was allowed to look like.
        asked: what was wished, and how long the bound may take.

    Returns:
        What was confirmed.
    """
    wishes, seconds = asked
    if way.kind in {"worst-centre", "measurement-worst"}:
        facts, rules = way.facts, CentreSettings(baseline="nothing")
        unit = np.repeat(np.arange(way.copies), len(laid.data) // way.copies)
        weight = facts.get("weight", [])
        if way.kind == "worst-centre":
            rules = CentreSettings(
                float(facts["level"]), float(facts["least_events"]), facts["baseline"]
            )
            unit = group_centres(laid.data, rules.least_events)[0]
            weight = [one["weight"] for one in facts["centre"]]
        penalty = float(facts.get("penalty", 0.0))
        claim = StatedWorst(stated, unit, np.array(weight, dtype=np.float64), penalty)
        return verify_worst(
            laid.terms, laid.data, claim, search, rules, wishes=wishes, seconds=seconds
        )
    shrinkage = shrink_terms(laid.terms, way.effects) if way.effects else None
    return verify_score(
        laid.terms, laid.data, stated, search,
        wishes=wishes, shrinkage=shrinkage, copies=way.copies, seconds=seconds,
    )  # fmt: skip

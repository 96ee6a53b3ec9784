"""What a learned score's file says of how it was learned: enough to learn and check it again."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

import jalon
from jalon.core import Estimate, SurvivalData
from jalon.learn import LearnedScore, ScoreRisks, SearchSettings, Terms, Wishes
from jalon.learn.certificate import SCOPE
from jalon.study.plain_candidates import PlainCandidates
from jalon.study.plain_horizon import Horizon
from jalon.study.plain_outcome import OutcomeColumns
from jalon.study.plain_table import PlainTable


@dataclass(frozen=True, slots=True, eq=False)
class ScoreRecord:
    """What a score was learned from.

    Attributes:
        table: the file.
        outcome: which columns say what happened.
        found: the candidate variables.
        search: what the score may look like.
        wishes: what was asked of it.
        horizon: when risks are read.
        notes: what a reader should know.
        facts: what it is robust against, and what was shown beside it.
    """

    table: PlainTable
    outcome: OutcomeColumns
    found: PlainCandidates
    search: SearchSettings
    wishes: Wishes
    horizon: Horizon
    notes: tuple[str, ...]
    facts: dict[str, Any] = field(default_factory=dict)


def write_record(
    record: ScoreRecord,
    score: LearnedScore,
    best: LearnedScore,
    terms: Terms,
    data: SurvivalData,
    risks: ScoreRisks,
) -> dict[str, Any]:
    """Write down how a score was learned, for its file.

    Args:
        record: what it was learned from.
        score: the score.
        best: the best score, which the certificate is about; the same unless another was picked.
        terms: the candidate terms.
        data: outcomes of the patients.
        risks: by total.

    Returns:
        A table for TOML; nothing in it is about one patient.
    """
    options, certificate = record.table.options, best.certificate
    return {
        "jalon": jalon.__version__,
        "data": record.table.path.name,
        "data_sha256": record.table.sha256,
        "rows": len(record.table),
        "patients": len(data),
        "events": int(np.sum(data.event == 1)),
        "proof": certificate.sentence if certificate else "none",
        "scope": SCOPE,
        "notes": list(record.notes),
        "log_hazard_per_point": score.scale,
        "loss": score.loss,
        "loss_without_score": score.null_loss,
        "time_unit": record.horizon.unit,
        "picked": score.points != best.points,
        "near_equals": len(best.near),
        "near_equals_complete": best.near_complete,
        "columns": {name: value for name, value in asdict(record.outcome).items() if value},
        "file": {
            "separator": options.separator,
            "decimal": options.decimal,
            "encoding": options.encoding,
            "missing": list(options.missing),
        },
        "settings": asdict(record.search),
        "wishes": asdict(record.wishes),
        "certificate": _write_certificate(best),
        "candidate": _write_candidates(record.found),
        "term": _write_terms(score, best, terms),
        "total": _write_totals(record.horizon, risks),
        **record.facts,
    }


def _write_certificate(best: LearnedScore) -> dict[str, Any]:
    certificate = best.certificate
    if certificate is None:
        return {}
    return {**asdict(certificate), "gap": certificate.gap, "log_hazard_per_point": best.scale}


def _write_candidates(found: PlainCandidates) -> list[dict[str, Any]]:
    rows = []
    for source, candidate in zip(found.sources, found.candidates, strict=True):
        row: dict[str, Any] = {
            "name": source.name,
            "column": source.column,
            "kind": source.kind,
            "cuts": list(candidate.cuts),
            "direction": candidate.direction,
            "label": candidate.label,
            "unit": candidate.unit,
            "outlay": candidate.outlay,
        }
        if source.levels:
            row["texts"] = list(source.levels)
        if candidate.levels:
            row["levels"] = list(candidate.levels)
        if source.column in found.limits_from:
            row["source"] = found.limits_from[source.column]
        rows.append(row)
    return rows


def _write_terms(score: LearnedScore, best: LearnedScore, terms: Terms) -> list[dict[str, Any]]:
    """List the points of each raw term that is used; all others have none."""
    return [
        {
            "variable": terms.candidates[terms.variable[term]].name,
            "above": float(terms.cut[term]),
            "points": score.points[term],
            "best_points": best.points[term],
        }
        for term in range(len(terms.cut))
        if score.points[term] or best.points[term]
    ]


def _write_totals(horizon: Horizon, risks: ScoreRisks) -> list[dict[str, Any]]:
    return [
        {
            "total": row.total,
            "patients": row.n,
            "events": row.events,
            "risk": [
                {"months": month, **_write_estimate(one)}
                for month, one in zip(horizon.months, row.predicted, strict=True)
            ],
        }
        for row in risks.totals
    ]


def _write_estimate(one: Estimate) -> dict[str, float]:
    parts = {"value": one.value, "low": one.low, "high": one.high}
    return {name: part for name, part in parts.items() if not math.isnan(part)}

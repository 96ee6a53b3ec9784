"""Everything that a validation found, as plain values; nothing is about one patient."""

from __future__ import annotations

import math
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

import jalon
from jalon.study.plain_validation import PlainValidation

OWN = ("influence", "moved")
"""Fields that hold a number per patient."""


def write_record(found: PlainValidation) -> dict[str, Any]:
    """Write a validation as one object for ``validation.json``.

    Args:
        found: the validation.

    Returns:
        Plain values; what does not exist is null.
    """
    cohort, request, verdict = found.cohort, found.request, found.verdict
    definition = cohort.scored.definition
    return {
        "jalon": jalon.__version__,
        "score": {
            "slug": definition.slug,
            "name": definition.name["en"],
            "status": definition.status,
            "version": definition.version,
            "doi": definition.doi,
        },
        "data": {"file": cohort.table.path.name, "sha256": cohort.table.sha256},
        "columns": _clear(
            {
                "time": request.outcome.time,
                "event": request.outcome.event,
                "cause": request.outcome.cause,
                "stratum": request.stratum,
                "by": list(request.by),
                "renamed": dict(request.renamed),
            }
        ),
        "seed": request.seed,
        "time_unit": cohort.horizon.unit,
        "months": list(cohort.horizon.months),
        "rows": len(cohort.table),
        "patients": len(cohort.data),
        "events": verdict.discrimination.events,
        "competing": verdict.discrimination.competing,
        "unknown_outcome": cohort.unknown_outcome,
        "incomplete": cohort.incomplete,
        "missing": cohort.scored.missing,
        "stated_risks": _clear(cohort.stated),
        "discrimination": _clear(verdict.discrimination),
        "roc": _clear(verdict.roc),
        "separation": _clear(verdict.separation),
        "calibration": [_write_month(month) for month in verdict.months],
        "accuracy": _clear(verdict.accuracy),
        "centres": _clear(verdict.centres),
        "subgroups": _clear(verdict.subgroups),
        "comparisons": _clear(verdict.comparisons),
        "rival_decisions": _clear(verdict.rival_decisions),
        "footnote": {
            "net_reclassification": _clear(verdict.moves),
            "warning": MOVES,
        },
        "notes": list(found.notes),
    }


MOVES = (
    "net reclassification can rise by chance alone and by poor calibration, and says nothing of "
    "what the moves are worth; read the net benefit instead"
)
"""What must be read beside a net reclassification."""


def _write_month(month: Any) -> dict[str, Any]:
    part: dict[str, Any] = _clear(month)
    for one in (part["recalibration"] or {}).values():
        one.pop("risk")
    return part


def _clear(value: Any) -> Any:
    """Turn records and arrays into plain values, leaving out what is one number per patient."""
    if is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in fields(value) if field.name not in OWN]
        return {name: _clear(getattr(value, name)) for name in names}
    if isinstance(value, dict):
        return {str(key): _clear(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_clear(part) for part in value]
    if isinstance(value, np.ndarray):
        return _clear(value.tolist())
    if isinstance(value, np.generic):
        return _clear(value.item())
    return None if isinstance(value, float) and not math.isfinite(value) else value

"""A score file judged on a new cohort: one CSV file without a dictionary, one call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from jalon.core.errors import UserError
from jalon.study.plain_table import read_plain
from jalon.study.plain_validation_cohort import (
    ValidationCohort,
    ValidationRequest,
    find_score,
    gather,
)
from jalon.study.plain_validation_parts import read_label
from jalon.study.plain_validation_rivals import Rival, find_rivals
from jalon.study.plain_verdict import Verdict, give_verdict


@dataclass(frozen=True, slots=True, eq=False)
class PlainValidation:
    """A score judged on a cohort, and all that is to be said of it.

    Attributes:
        request: what was asked for.
        cohort: the patients.
        rivals: the scores that it was compared with.
        verdict: every figure.
        notes: what a reader should know.
    """

    request: ValidationRequest
    cohort: ValidationCohort
    rivals: tuple[Rival, ...]
    verdict: Verdict
    notes: tuple[str, ...]


def validate_plain(
    request: ValidationRequest, say: Callable[[str, str, str], None]
) -> PlainValidation:
    """Judge a score on a cohort.

    Args:
        request: what is asked for.
        say: is told each finished step: its name, what came of it, a remark.

    Returns:
        Every figure, and what could not be computed.

    Raises:
        UserError: a score, a file or a column that cannot be used.
    """
    definition = find_score(request.score)
    table = read_plain(request.path, request.read, request.outcome.names)
    for role, name in (("--stratum", request.stratum), *(("--by", one) for one in request.by)):
        if name in request.outcome.names:
            raise UserError(f"{role} {name}: it says the outcome; name a column known beforehand")
    labels = tuple(read_label(table, name, "--by") for name in request.by)
    centre = read_label(table, request.stratum, "--stratum") if request.stratum else None
    cohort, notes = gather(request, definition, table)
    _say_cohort(say, cohort)
    rivals, more = find_rivals(request, cohort)
    verdict = give_verdict(cohort, rivals, labels, centre, request.seed)
    words = f"C {verdict.discrimination.harrell.value:.2f}"
    say("judged", f"{len(cohort.data):,} patients, {verdict.discrimination.events:,} events", words)
    return PlainValidation(request, cohort, rivals, verdict, (*notes, *more, *verdict.notes))


def _say_cohort(say: Callable[[str, str, str], None], cohort: ValidationCohort) -> None:
    table = cohort.table
    say("data", f"{table.path.name} {len(table):,} rows", f"sha256 {table.sha256[:4]}…")
    events, others = (int(np.sum(cohort.data.event == code)) for code in (1, 2))
    more = f", {others:,} competing" if others else ""
    left = cohort.unknown_outcome + cohort.incomplete
    aside = f"{left:,} not ranked" if left else "nobody left out"
    say("patients", f"{len(cohort.data):,}, {events:,} events{more}", aside)
    for name, count in list(cohort.scored.missing.items())[:3]:
        say("", f"{name} not known for {count:,}", "a range, not ranked")

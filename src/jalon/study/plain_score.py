"""A score learned from a CSV file without a dictionary: read, cut, learn, describe."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from jalon.core import SurvivalData, UnsuitableDataError
from jalon.core.errors import DataFileError, UserError
from jalon.core.units import TimeUnit
from jalon.dictionary import suggest
from jalon.learn import (
    CardText,
    Effort,
    GroupSettings,
    LearnedScore,
    Progress,
    ScoreRisks,
    SearchSettings,
    Terms,
    Wishes,
    build_terms,
    estimate_risks,
    find_shift,
    learn_score,
    pick_score,
    write_card,
)
from jalon.learn.near import NearSummary, summarise_near
from jalon.scores import Risk, ScoreDefinition, list_slugs
from jalon.study.plain_candidates import (
    CandidateOptions,
    PlainCandidates,
    find_candidates,
)
from jalon.study.plain_horizon import Horizon, find_horizon
from jalon.study.plain_outcome import OutcomeColumns, read_outcome
from jalon.study.plain_record import ScoreRecord, write_record
from jalon.study.plain_table import PlainTable, ReadOptions, read_plain

FOREIGN = ("car_ipi", "car_impi", "car_hematotox", "easix", "nccn_ipi", "aaipi", "pc_pi")
"""Further names that belong to other people's scores."""


@dataclass(frozen=True, slots=True)
class LearnRequest:
    """What a person asks for.

    Attributes:
        path: the CSV file.
        read: how it is written.
        outcome: which columns say what happened.
        choice: which columns may enter the score, and where they are cut.
        search: what the score may look like; ``max_variables`` 0 for five, or fewer where
            fewer are given.
        wishes: what a clinician asks of it; names may be columns.
        effort: limits of the proof, and how wide the near-equals are kept.
        groups: the rules for risk groups.
        unit: of time; None when nobody said.
        months: horizons of the risks; empty for the usual ones.
        pick: number of the near-equal to use instead; 1 for the best.
        name: title of the score; empty to make one.
        slug: its name in files.
    """

    path: Path
    read: ReadOptions
    outcome: OutcomeColumns
    choice: CandidateOptions
    search: SearchSettings
    wishes: Wishes
    effort: Effort
    groups: GroupSettings
    unit: TimeUnit | None = None
    months: tuple[float, ...] = ()
    pick: int = 1
    name: str = ""
    slug: str = "score"


@dataclass(frozen=True, slots=True, eq=False)
class PlainScore:
    """A score, and all that is to be said of it.

    Attributes:
        definition: the score as it is written to its file.
        score: points, certificate, near-equals.
        terms: the candidate terms.
        data: outcomes of the patients it was learned from, with every cause.
        risks: by total and by group.
        horizon: when they are read.
        near: the near-equals in short; None when none were asked for.
        left_out: rows without a known outcome or candidate.
        notes: what a reader should know.
        picked: how far the picked near-equal is from the best, in log-likelihood units.
    """

    definition: ScoreDefinition
    score: LearnedScore
    terms: Terms
    data: SurvivalData
    risks: ScoreRisks
    horizon: Horizon
    near: NearSummary | None
    left_out: int
    notes: tuple[str, ...]
    picked: float

    @property
    def sentence(self) -> str:
        """What may be said of how good the score is."""
        proof = self.score.certificate.sentence if self.score.certificate else "nothing proven"
        if not self.picked:
            return proof
        return (
            f"chosen by hand from the near-equals, {self.picked:.2g} log-likelihood units behind "
            f"the best, which is {proof}"
        )


def learn_plain(
    request: LearnRequest,
    say: Callable[[str, str, str], None],
    tell: Callable[[Progress], None] | None = None,
) -> PlainScore:
    """Learn a score from a CSV file.

    Args:
        request: what is asked for.
        say: is told each finished step: its name, what came of it, a remark.
        tell: is told where the search stands.

    Returns:
        The score.

    Raises:
        UserError: a file, a column or a wish that cannot be used.
    """
    check_slug(request.slug)
    table = read_plain(request.path, request.read, request.outcome.names)
    outcome = read_outcome(table, request.outcome)
    found = find_candidates(table, request.outcome.names, outcome.known, request.choice)
    data = outcome.data.take(found.complete[outcome.known])
    horizon = find_horizon(data, request.outcome.time, request.unit, request.months)
    left_out = len(table) - len(data)
    _say_data(say, table, data, horizon, left_out)
    names = tuple(one.name for one in found.candidates)
    wishes = _name_wishes(request, names)
    search = request.search
    if not search.max_variables:
        search = replace(search, max_variables=min(5, len(names)))
    elif search.max_variables > len(names):
        raise UserError(
            f"--max-variables {search.max_variables}, but there are only {len(names)} candidate "
            f"variables: {', '.join(names)}"
        )
    learned = data if request.outcome.incidence else data.cause(1)
    with explain(table, names):
        found = _drop_rare(found, learned, search.least_events)
        terms = _cut_terms(found)
        say("terms", f"{len(terms.cut)} limits of {len(names)} variables", _say_limits(found))
        best = learn_score(
            terms, learned, search, request.groups,
            wishes=wishes, effort=request.effort, tell=tell,
        )  # fmt: skip
        score = best
        if request.pick != 1:
            score = pick_score(best, request.pick, terms, learned, request.groups)
    if not any(score.points):
        raise DataFileError(
            table.path, "no candidate explains the outcome by more than the price of one limit "
            f"({search.price:g} log-likelihood units); there is no score in these data",
        )  # fmt: skip
    notes = (*score.notes, *found.notes, *_count_notes(data, left_out, len(table)))
    record = ScoreRecord(table, request.outcome, found, search, wishes, horizon, notes)
    with explain(table, names):
        definition, risks = _write(request, record, score, best, terms, data)
    near = summarise_near(terms, best.near, best.near_complete) if best.near else None
    picked = 0.0
    if request.pick != 1:
        picked = best.near[request.pick - 1].cost - best.near[0].cost
    return PlainScore(definition, score, terms, data, risks, horizon, near, left_out, notes, picked)


def check_slug(slug: str) -> None:
    """Refuse the name of a score that somebody published.

    Args:
        slug: the name wanted.

    Raises:
        UserError: it is taken.
    """
    plain = "".join(letter for letter in slug.lower() if letter.isalnum())
    for taken in (*list_slugs(), *FOREIGN):
        if plain == taken.replace("_", ""):
            raise UserError(
                f"{slug} is the name of a published score; a learned score never takes it. Choose "
                "another name for --out or --slug"
            )
    if not plain:
        raise UserError(f"{slug!r} is no name; give letters or digits")


@contextmanager
def explain(table: PlainTable, names: tuple[str, ...]) -> Iterator[None]:
    """Add file and column to what the maths finds wrong with the data.

    Args:
        table: the file.
        names: of the candidates.
    """
    try:
        yield
    except UnsuitableDataError as error:
        text = str(error)
        column = next((n for n in sorted(names, key=len)[::-1] if text.startswith(n)), None)
        raise DataFileError(table.path, text, column=column) from None


def _drop_rare(found: PlainCandidates, data: SurvivalData, least: float) -> PlainCandidates:
    """Leave out limits from the data with too few events on a side: nothing is learned there."""
    event = (data.event == 1) * (1.0 if data.weight is None else data.weight)
    kept = []
    for one, source in zip(found.candidates, found.sources, strict=True):
        values = found.columns[one.name]
        above = [float(event[values > cut].sum()) for cut in one.cuts]
        enough = tuple(
            cut
            for cut, share in zip(one.cuts, above, strict=True)
            if min(share, event.sum() - share) >= least
        )
        mine = source.kind == "number" and source.column not in found.limits_from
        kept.append(replace(one, cuts=enough) if mine and enough else one)
    return replace(found, candidates=tuple(kept))


def _cut_terms(found: PlainCandidates) -> Terms:
    terms = build_terms(found.candidates, found.columns)
    if len(terms.cut) < 2:
        raise UnsuitableDataError(
            f"{terms.name(0)} is the only candidate term: there is nothing to choose from; give "
            "more variables or more limits"
        )
    return terms


def _name_wishes(request: LearnRequest, names: tuple[str, ...]) -> Wishes:
    wishes = request.wishes
    asked = [*wishes.required, *(name for pair in wishes.exclusions for name in pair)]
    for name in asked:
        if name in names:
            continue
        levels = [one for one in names if one.startswith(f"{name} is ")]
        if levels:
            raise UserError(
                f"{name} is a category; name one of its levels: {', '.join(map(repr, levels))}"
            )
        raise UserError(
            f"{name} is asked for, but is no candidate variable{suggest(name, names)}; there are "
            f"{', '.join(names)}"
        )
    return wishes


def _say_data(
    say: Callable[[str, str, str], None],
    table: PlainTable,
    data: SurvivalData,
    horizon: Horizon,
    left_out: int,
) -> None:
    events = int(np.sum(data.event == 1))
    say("data", f"{table.path.name} {len(table):,} rows", f"sha256 {table.sha256[:4]}…")
    others = int(np.sum(data.event > 1))
    more = f", {others:,} competing" if others else ""
    aside = f"{left_out:,} left out: something is not known" if left_out else "nobody left out"
    say("patients", f"{len(data):,}, {events:,} events{more}", aside)
    assumed = " (assumed; --unit says otherwise)" if horizon.assumed else ""
    say("time", f"in {horizon.unit}{assumed}", f"up to {data.time.max():g}")


def _say_limits(found: PlainCandidates) -> str:
    if not found.limits_from:
        return "limits from the data"
    return f"limits in use for {', '.join(found.limits_from)}"


def _count_notes(data: SurvivalData, left_out: int, rows: int) -> tuple[str, ...]:
    notes = []
    if left_out:
        notes.append(
            f"{left_out:,} of {rows:,} rows lack the outcome or a candidate and were left out"
        )
    if data.weight is not None and not data.weight.all():
        notes.append(f"{int(np.sum(data.weight == 0)):,} patients have weight 0 and do not count")
    return tuple(notes)


def _write(
    request: LearnRequest,
    record: ScoreRecord,
    score: LearnedScore,
    best: LearnedScore,
    terms: Terms,
    data: SurvivalData,
) -> tuple[ScoreDefinition, ScoreRisks]:
    event, path = request.outcome.event, request.path
    text = CardText(
        slug=request.slug,
        short=request.slug,
        name={"en": request.name or f"Score for {event}, learned from {path.name}"},
        population=f"{len(data):,} patients of {path.name}",
        outcome=event,
        time_point="time zero of the file",
        citation=f"Learned by jalon from {path.name}; not validated in other patients.",
        pitfalls=record.notes,
    )
    shift = find_shift(score, terms)
    bare = write_card(score, terms, text, {})
    total = score.total(terms.bits) - shift
    limits = tuple(limit - shift for limit in score.limits)
    risks = estimate_risks(total, data, record.horizon.times, limits, span=bare.range)
    observed = tuple(
        Risk(group.slug, month, one.value, one.low, one.high, round(row.n), path.name)
        for group, row in zip(bare.groups, risks.groups, strict=True)
        for month, one in zip(record.horizon.months, row.observed, strict=True)
        if not np.isnan(one.value)
    )
    learning = write_record(record, score, best, terms, data, risks)
    return replace(bare, risks=observed, learning=learning), risks

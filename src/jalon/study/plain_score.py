"""A score learned from a CSV file without a dictionary: read, cut, learn, describe."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from jalon.core import SurvivalData
from jalon.core.errors import DataFileError, UserError
from jalon.learn import (
    CardText,
    LearnedScore,
    ParsimonyPath,
    Progress,
    ScoreRisks,
    Terms,
    estimate_risks,
    find_shift,
    pick_score,
    write_card,
)
from jalon.learn.near import NearSummary, summarise_near
from jalon.learn.pooled_risks import pool_risks
from jalon.scores import Risk, ScoreDefinition, list_slugs
from jalon.study.plain_beside import Advance, Beside, Ground
from jalon.study.plain_candidates import PlainCandidates
from jalon.study.plain_horizon import Horizon
from jalon.study.plain_record import ScoreRecord, write_record
from jalon.study.plain_request import LearnRequest, check_request
from jalon.study.plain_source import (
    Say,
    Source,
    check_wishes,
    choose_search,
    choose_variation,
    explain,
    read_source_file,
)
from jalon.study.plain_stock import Stock, lay_stock
from jalon.study.plain_way import Learnt, Limits, learn_way

FOREIGN = ("car_ipi", "car_impi", "car_hematotox", "easix", "nccn_ipi", "aaipi", "pc_pi")
"""Further names that belong to other people's scores."""


@dataclass(frozen=True, slots=True, eq=False)
class PlainScore:
    """A score, and all that is to be said of it.

    Attributes:
        definition: the score as it is written to its file.
        score: points, certificate, near-equals.
        terms: the candidate terms; of all completed tables where something was imputed.
        data: outcomes of the patients it was learned from, with every cause.
        risks: by total and by group.
        horizon: when they are read.
        near: the near-equals in short; None when none were asked for.
        left_out: rows without a known outcome or candidate.
        notes: what a reader should know.
        picked: how far the picked near-equal is from the best, in log-likelihood units.
        path: the best score of every size; None when nobody asked.
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
    path: ParsimonyPath | None = None

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
    say: Say,
    tell: Callable[[Progress], None] | None = None,
    advance: Advance = lambda *_: None,
) -> PlainScore:
    """Learn a score from a CSV file.

    Args:
        request: what is asked for.
        say: is told each finished step: its name, what came of it, a remark.
        tell: is told where the search stands.
        advance: is told how far another long step is.

    Returns:
        The score.

    Raises:
        UserError: a file, a column or a wish that cannot be used.
    """
    check_slug(request.slug)
    check_request(request)
    source = read_source_file(request, say)
    names, table = source.names, source.table
    way = replace(request.way, variation=choose_variation(request, source.found))
    search = choose_search(request, names)
    limits = Limits(search, request.groups, check_wishes(request, names), request.effort)
    with explain(table, names):
        begun = time.perf_counter()
        chance = (search.seed, limits.effort.workers)
        stock = lay_stock(source.found, source.learned, way, source.effects, chance)
        if stock.tables:
            say("imputed", f"{stock.copies} completed tables", _took(begun))
        _say_terms(say, stock, source.found)
        ground = Ground(stock.terms, source.learned, limits, source.effects, advance)
        beside = Beside(ground, request.beside)
        limits = beside.choose_size(request.search.max_variables)
        begun = time.perf_counter()
        learnt = learn_way(stock, way, limits, source.centres, tell)
        if learnt.facts:
            say("learned", _name_way(learnt), _took(begun))
        score = learnt.score
        if request.pick != 1:
            score = pick_score(score, request.pick, learnt.terms, learnt.data, limits.groups)
    if not any(score.points):
        raise DataFileError(
            table.path, "no candidate explains the outcome by more than the price of one limit "
            f"({search.price:g} log-likelihood units); there is no score in these data",
        )  # fmt: skip
    with explain(table, names):
        facts = learnt.facts | beside.look(score, limits)
        notes = (*score.notes, *source.found.notes, *source.notes, *beside.stopped)
        record = ScoreRecord(
            table, request.outcome, source.found, limits.search, limits.wishes, source.horizon,
            notes, facts,
        )  # fmt: skip
        definition, risks = _write(request, record, score, learnt, source)
    best = learnt.score
    near = summarise_near(learnt.terms, best.near, best.near_complete) if best.near else None
    picked = best.near[request.pick - 1].cost - best.near[0].cost if request.pick != 1 else 0.0
    return PlainScore(
        definition, score, learnt.terms, source.data, risks, source.horizon, near,
        source.left_out, notes, picked, beside.path,
    )  # fmt: skip


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


def _took(begun: float) -> str:
    return f"took {time.perf_counter() - begun:.0f} s"


def _say_terms(say: Say, stock: Stock, found: PlainCandidates) -> None:
    limits = "limits from the data"
    if found.limits_from:
        limits = f"limits in use for {', '.join(found.limits_from)}"
    say("terms", f"{len(stock.terms.cut)} limits of {len(found.candidates)} variables", limits)


def _name_way(learnt: Learnt) -> str:
    """Say which searches were made."""
    kind = learnt.facts.get("robust", {}).get("kind")
    words = {
        "imputations": "over all tables, and in each alone",
        "worst-centre": "for the worst centre, and plainly",
        "measurement": "over repeated measurements, and plainly",
        "measurement-worst": "for the worst measurement, and plainly",
        None: "with published effects, and without",
    }
    return words[kind]


def _write(
    request: LearnRequest, record: ScoreRecord, score: LearnedScore, learnt: Learnt, source: Source
) -> tuple[ScoreDefinition, ScoreRisks]:
    event, path = request.outcome.event, request.path
    text = CardText(
        slug=request.slug,
        short=request.slug,
        name={"en": request.name or f"Score for {event}, learned from {path.name}"},
        population=f"{len(source.data):,} patients of {path.name}",
        outcome=event,
        time_point="time zero of the file",
        citation=f"Learned by jalon from {path.name}; not validated in other patients.",
        pitfalls=record.notes,
    )
    bare = write_card(score, learnt.terms, text, {})
    risks = _estimate(record, score, learnt, source, bare.range)
    observed = tuple(
        Risk(group.slug, month, one.value, one.low, one.high, round(row.n), path.name)
        for group, row in zip(bare.groups, risks.groups, strict=True)
        for month, one in zip(record.horizon.months, row.observed, strict=True)
        if not np.isnan(one.value)
    )
    learning: dict[str, Any] = write_record(
        record, score, learnt.score, learnt.terms, source.data, risks
    )
    return replace(bare, risks=observed, learning=learning), risks


def _estimate(
    record: ScoreRecord,
    score: LearnedScore,
    learnt: Learnt,
    source: Source,
    span: tuple[int, int],
) -> ScoreRisks:
    """Estimate the risks of each completed table, and pool them."""
    shift = find_shift(score, learnt.terms)
    total = score.total(learnt.terms.bits) - shift
    limits = tuple(limit - shift for limit in score.limits)
    times = record.horizon.times
    copies = len(total) // len(source.data)
    return pool_risks(
        [
            estimate_risks(part, source.data, times, limits, span=span)
            for part in np.split(total, copies)
        ]
    )

"""A learned score's file checked against the data that it was learned from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np

from jalon.core.errors import DefinitionError
from jalon.learn import (
    Candidate,
    CardText,
    LearnedScore,
    SearchSettings,
    Terms,
    Wishes,
    find_shift,
    write_card,
)
from jalon.learn.certificate import Certificate
from jalon.learn.verify import Stated, Verification
from jalon.scores import ScoreDefinition, load_definition
from jalon.study.plain_again import lay_again, read_way, verify_way
from jalon.study.plain_candidates import ColumnSource, read_source
from jalon.study.plain_outcome import OutcomeColumns, read_outcome
from jalon.study.plain_source import explain
from jalon.study.plain_table import ReadOptions, read_plain


@dataclass(frozen=True, slots=True)
class ScoreCheck:
    """What a second computation says of a score's file.

    Attributes:
        name: title of the score.
        patients: patients it was computed for.
        same_file: whether the data file is byte for byte the one it was learned from.
        card_fits: whether the items of the file give the points that the file says were found.
        picked: whether the card is a near-equal that a person chose instead of the best.
        certificate: what was claimed.
        verification: what was found.
    """

    name: str
    patients: int
    same_file: bool
    card_fits: bool
    picked: bool
    certificate: Certificate
    verification: Verification

    @property
    def agrees(self) -> bool:
        """Whether nothing contradicts the file."""
        return self.card_fits and self.verification.agrees


def check_plain(path: Path, data: Path, seconds: float) -> ScoreCheck:
    """Compute a learned score's objective and bound again from its data.

    Args:
        path: the score's file.
        data: the CSV file that it was learned from.
        seconds: how long the bound may take.

    Returns:
        What was confirmed.

    Raises:
        DefinitionError: a file that says too little of how it was learned.
        DataFileError: data that cannot be read as the file says.
    """
    definition = load_definition(path)
    learning = definition.learning
    try:
        sources, candidates = _read_candidates(learning["candidate"])
        columns = OutcomeColumns(**learning["columns"])
        options = ReadOptions(**_tuples(learning["file"]))
        search = SearchSettings(**learning["settings"])
        wishes = _read_wishes(learning["wishes"])
        stated = learning["certificate"]
        names = [field.name for field in fields(Certificate)]
        certificate = Certificate(**{name: stated[name] for name in names})
        scale, rows = float(stated["log_hazard_per_point"]), list(learning["term"])
    except (KeyError, TypeError) as error:
        raise DefinitionError(
            f"{path.name} does not say how it was learned ({error}), so it cannot be verified; "
            "only files written by jalon learn can"
        ) from None
    table = read_plain(data, options, columns.names)
    outcome = read_outcome(table, columns)
    values = {source.name: read_source(table, source) for source in sources}
    way = read_way(learning)
    complete = outcome.known
    if way.kind != "imputations":
        complete = complete & ~np.any([np.isnan(one) for one in values.values()], axis=0)
    patients = outcome.data.take(complete[outcome.known])
    columns_of = {name: one[complete] for name, one in values.items()}
    learned = patients if columns.incidence else patients.cause(1)
    with explain(table, tuple(values)):
        laid = lay_again(way, (sources, candidates, columns_of), learned, search.seed)
        points = _place_points(laid.terms, rows, "best_points", path)
        stated_score = Stated(points, scale, certificate)
        found = verify_way(way, laid, stated_score, search, (wishes, seconds))
    return ScoreCheck(
        definition.name["en"],
        len(patients),
        table.sha256 == learning.get("data_sha256"),
        _fits(definition, laid.terms, _place_points(laid.terms, rows, "points", path)),
        bool(learning.get("picked")),
        certificate,
        found,
    )


def _read_candidates(
    rows: list[dict[str, Any]],
) -> tuple[list[ColumnSource], list[Candidate]]:
    sources, candidates = [], []
    for row in rows:
        name, texts = row["name"], tuple(row.get("texts", ()))
        sources.append(ColumnSource(name, row["column"], row["kind"], texts))
        candidates.append(
            Candidate(
                name, tuple(row["cuts"]), row["direction"], row["label"], row["unit"],
                tuple(row.get("levels", ())), outlay=float(row["outlay"]),
            )
        )  # fmt: skip
    return sources, candidates


def _tuples(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(one) if isinstance(one, list) else one for key, one in table.items()}


def _read_wishes(table: Mapping[str, Any]) -> Wishes:
    pairs = tuple((str(one), str(other)) for one, other in table["exclusions"])
    return replace(Wishes(**_tuples(table)), exclusions=pairs)


def _place_points(
    terms: Terms, rows: list[dict[str, Any]], key: str, path: Path
) -> tuple[int, ...]:
    """Give each raw term its points; the file lists only those that have some."""
    place = {
        (terms.candidates[variable].name, float(cut)): k
        for k, (variable, cut) in enumerate(zip(terms.variable, terms.cut, strict=True))
    }
    points = [0] * len(place)
    for row in rows:
        term = (row["variable"], float(row["above"]))
        if term not in place:
            raise DefinitionError(
                f"{path.name}: {term[0]} > {term[1]:g} tells nobody apart in these data; they are "
                "not those that the score was learned from"
            )
        points[place[term]] = int(row[key])
    return tuple(points)


def _fits(definition: ScoreDefinition, terms: Terms, points: tuple[int, ...]) -> bool:
    """Tell whether the items of a file are those that its points give."""
    bare = LearnedScore(points, 1.0, 0.0, 0.0, ())
    shift = find_shift(bare, terms)
    limits = tuple(group.high + shift for group in definition.groups[:-1])
    score = replace(bare, limits=limits)
    text = CardText("x", "x", {}, "", "", "", "")
    try:
        card = write_card(score, terms, text, {})
    except (DefinitionError, KeyError):
        return False
    told = [(group.low, group.high) for group in definition.groups]
    return card.items == definition.items and told == [(g.low, g.high) for g in card.groups]

"""What a score is learned from: terms and outcomes, in as many copies as its way needs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from jalon.core import Floats, SurvivalData, UnsuitableDataError
from jalon.core.errors import StudyFileError
from jalon.dictionary import suggest
from jalon.learn import (
    Candidate,
    PublishedEffect,
    Terms,
    build_terms,
    stack_tables,
)
from jalon.study.plain_candidates import PlainCandidates
from jalon.study.plain_gaps import fill_gaps
from jalon.study.plain_prior import load_effects
from jalon.study.plain_request import WayOptions


@dataclass(frozen=True, slots=True, eq=False)
class Stock:
    """What a score is learned from.

    Attributes:
        candidates: the variables and their limits.
        columns: values (n,) of each; NaN where they were imputed.
        tables: completed tables; empty where nothing was imputed.
        terms: of the patients, or of all completed tables below each other.
        data: outcomes of the n patients.
        stacked: outcomes of the columns of ``terms``.
        effects: published effects that the score is drawn to.
    """

    candidates: tuple[Candidate, ...]
    columns: dict[str, Floats]
    tables: tuple[dict[str, Floats], ...]
    terms: Terms
    data: SurvivalData
    stacked: SurvivalData
    effects: tuple[PublishedEffect, ...]

    @property
    def copies(self) -> int:
        """How often each patient stands in the terms."""
        return max(len(self.tables), 1)


def lay_stock(
    found: PlainCandidates,
    data: SurvivalData,
    way: WayOptions,
    effects: tuple[PublishedEffect, ...],
    chance: tuple[int, int],
) -> Stock:
    """Cut the candidates, of completed tables where something is missing.

    Args:
        found: the candidates of a file.
        data: outcomes that are learned from.
        way: what the score is to be robust against.
        effects: published effects, their limits among those of the candidates.
        chance: seed and threads of the imputation.

    Returns:
        The stock.

    Raises:
        UnsuitableDataError: one term only, nothing to impute, or an effect of a limit that all
            patients are on one side of.
    """
    tables: tuple[dict[str, Floats], ...] = ()
    if way.kind == "imputations":
        tables = fill_gaps(found.sources, found.columns, data, (way.tables, *chance))
        terms, stacked = stack_tables(found.candidates, tables, data)
    else:
        terms, stacked = build_terms(found.candidates, found.columns), data
    if len(terms.cut) < 2:
        raise UnsuitableDataError(
            f"{terms.name(0)} is the only candidate term: there is nothing to choose from; give "
            "more variables or more limits"
        )
    known = {
        (terms.candidates[v].name, float(c)) for v, c in zip(terms.variable, terms.cut, strict=True)
    }
    for effect in effects:
        if (effect.name, float(effect.cut)) not in known:
            raise UnsuitableDataError(
                f"{effect.name} above {effect.cut:g} has a published effect, but tells nobody "
                "apart in these data; take it out of the file of effects"
            )
    return Stock(found.candidates, found.columns, tables, terms, data, stacked, effects)


def add_effects(
    found: PlainCandidates, path: Path
) -> tuple[PlainCandidates, tuple[PublishedEffect, ...]]:
    """Read published effects, and cut the candidates at their limits too.

    Args:
        found: the candidates of a file.
        path: file of effects.

    Returns:
        The candidates and the effects.

    Raises:
        StudyFileError: an effect of a variable that is no candidate, or of a limit that a
            category has not.
    """
    effects = load_effects(path)
    names = [one.name for one in found.candidates]
    for number, effect in enumerate(effects, start=1):
        if effect.name not in names:
            raise StudyFileError(
                path, f"{effect.name} is no candidate variable{suggest(effect.name, names)}; there "
                f"are {', '.join(names)}", f"effect {number}",
            )  # fmt: skip
        place = names.index(effect.name)
        one, source = found.candidates[place], found.sources[place]
        if source.kind != "number" and effect.cut not in one.cuts:
            limits = ", ".join(f"{cut:g}" for cut in one.cuts)
            raise StudyFileError(
                path, f"{effect.name} is no number; its limits are {limits}, not {effect.cut:g}",
                f"effect {number}",
            )  # fmt: skip
    pairs = zip(found.candidates, found.sources, strict=True)
    cut = tuple(
        _cut_at(one, source.kind, found.columns[one.name], effects) for one, source in pairs
    )
    return replace(found, candidates=cut), effects


def _cut_at(
    one: Candidate, kind: str, values: Floats, effects: tuple[PublishedEffect, ...]
) -> Candidate:
    """Add limits, in the place of others that put the same patients on the same side."""
    limits = [effect.cut for effect in effects if effect.name == one.name]
    if kind != "number" or not limits:
        return one
    told = {np.packbits(values > limit).tobytes() for limit in limits}
    kept = [cut for cut in one.cuts if np.packbits(values > cut).tobytes() not in told]
    return replace(one, cuts=tuple(sorted({*kept, *limits})))


def drop_rare(
    found: PlainCandidates,
    data: SurvivalData,
    least: float,
    effects: tuple[PublishedEffect, ...] = (),
) -> PlainCandidates:
    """Leave out limits from the data with too few events on a side: nothing is learned there.

    Args:
        found: the candidates.
        data: outcomes of the same patients.
        least: fewest events on a side.
        effects: published effects, whose limits stay.

    Returns:
        The candidates with the limits that are left; a variable keeps all where none is.
    """
    event = (data.event == 1) * (1.0 if data.weight is None else data.weight)
    stay = {(effect.name, effect.cut) for effect in effects}
    kept = []
    for one, source in zip(found.candidates, found.sources, strict=True):
        values = found.columns[one.name]
        known = float(event[~np.isnan(values)].sum())
        above = [float(event[values > cut].sum()) for cut in one.cuts]
        enough = tuple(
            cut
            for cut, share in zip(one.cuts, above, strict=True)
            if min(share, known - share) >= least or (one.name, cut) in stay
        )
        mine = source.kind == "number" and source.column not in found.limits_from
        kept.append(replace(one, cuts=enough) if mine and enough else one)
    return replace(found, candidates=tuple(kept))

"""The patients of a CSV file: who is learned from, in which unit of time, with which candidates."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np

from jalon.core import SurvivalData, UnsuitableDataError
from jalon.core.errors import DataFileError, UserError
from jalon.dictionary import suggest
from jalon.learn import PublishedEffect, SearchSettings, Wishes
from jalon.study.plain_candidates import PlainCandidates, find_candidates
from jalon.study.plain_horizon import Horizon, find_horizon
from jalon.study.plain_outcome import name_strata, read_outcome
from jalon.study.plain_request import LearnRequest
from jalon.study.plain_stock import add_effects, drop_rare
from jalon.study.plain_table import PlainTable, read_plain

Say = Callable[[str, str, str], None]
"""Is told a finished step: its name, what came of it, a remark."""


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """The patients of a file.

    Attributes:
        table: the file.
        found: their candidate variables.
        data: outcomes of the patients who are learned from, with every cause.
        learned: the same as the search sees them.
        horizon: unit of time, and when risks are read.
        centres: names of the strata, by their code.
        effects: published effects that the score is to be drawn to.
    """

    table: PlainTable
    found: PlainCandidates
    data: SurvivalData
    learned: SurvivalData
    horizon: Horizon
    centres: tuple[str, ...]
    effects: tuple[PublishedEffect, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the candidates."""
        return tuple(one.name for one in self.found.candidates)

    @property
    def left_out(self) -> int:
        """Rows of the file that are not learned from."""
        return len(self.table) - len(self.data)

    @property
    def notes(self) -> tuple[str, ...]:
        """What is to be said of who was left out."""
        notes = []
        if self.left_out:
            lack = "the outcome" if self._keeps_gaps() else "the outcome or a candidate"
            notes.append(
                f"{self.left_out:,} of {len(self.table):,} rows lack {lack} and were left out"
            )
        weight = self.data.weight
        if weight is not None and not weight.all():
            notes.append(f"{int(np.sum(weight == 0)):,} patients have weight 0 and do not count")
        return tuple(notes)

    def _keeps_gaps(self) -> bool:
        return any(np.isnan(values).any() for values in self.found.columns.values())


def read_source_file(request: LearnRequest, say: Say) -> Source:
    """Read a file, its outcome and its candidates.

    Args:
        request: what is asked for.
        say: is told what was read.

    Returns:
        The patients.

    Raises:
        UserError: a file, a column or an effect that cannot be used.
    """
    table = read_plain(request.path, request.read, request.outcome.names)
    outcome = read_outcome(table, request.outcome)
    found = find_candidates(table, request.outcome.names, outcome, request.choice)
    data = outcome.data.take(found.complete[outcome.known])
    horizon = find_horizon(data, request.outcome.time, request.unit, request.months)
    centres = name_strata(table, request.outcome)
    learned = data if request.outcome.incidence else data.cause(1)
    effects: tuple[PublishedEffect, ...] = ()
    if request.way.prior is not None:
        found, effects = add_effects(found, request.way.prior)
    with explain(table, tuple(one.name for one in found.candidates)):
        found = drop_rare(found, learned, request.search.least_events, effects)
    source = Source(table, found, data, learned, horizon, centres, effects)
    _say_data(say, source)
    return source


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


def _say_data(say: Say, source: Source) -> None:
    table, data, horizon = source.table, source.data, source.horizon
    events = int(np.sum(data.event == 1))
    say("data", f"{table.path.name} {len(table):,} rows", f"sha256 {table.sha256[:4]}…")
    others = int(np.sum(data.event > 1))
    more = f", {others:,} competing" if others else ""
    lost = source.left_out
    aside = f"{lost:,} left out: something is not known" if lost else "nobody left out"
    say("patients", f"{len(data):,}, {events:,} events{more}", aside)
    assumed = " (assumed; --unit says otherwise)" if horizon.assumed else ""
    say("time", f"in {horizon.unit}{assumed}", f"up to {data.time.max():g}")


def choose_search(request: LearnRequest, names: tuple[str, ...]) -> SearchSettings:
    """Return what the score may look like, its most variables settled.

    Args:
        request: what is asked for.
        names: of the candidates.

    Returns:
        The settings.

    Raises:
        UserError: more variables than there are.
    """
    search = request.search
    if not search.max_variables:
        return replace(search, max_variables=min(5, len(names)))
    if search.max_variables > len(names):
        raise UserError(
            f"--max-variables {search.max_variables}, but there are only {len(names)} candidate "
            f"variables: {', '.join(names)}"
        )
    return search


def check_wishes(request: LearnRequest, names: tuple[str, ...]) -> Wishes:
    """Return the wishes, every name in them a candidate.

    Args:
        request: what is asked for.
        names: of the candidates.

    Returns:
        The wishes.

    Raises:
        UserError: a name that is no candidate.
    """
    wishes = request.wishes
    asked = [*wishes.required, *(name for pair in wishes.exclusions for name in pair)]
    for name in asked:
        check_name(name, names, "is asked for")
    return wishes


def choose_variation(request: LearnRequest, found: PlainCandidates) -> dict[str, float]:
    """Put together the variation that the file of limits and the command declare.

    Args:
        request: what is asked for; what was typed goes before the file.
        found: the candidates.

    Returns:
        Coefficient of variation of each candidate that varies.

    Raises:
        UserError: none declared, or one of a column that is no candidate number.
    """
    if not request.way.kind.startswith("measurement"):
        return {}
    names = tuple(one.name for one in found.candidates)
    numbers = {one.name for one in found.sources if one.kind == "number"}
    for name in request.way.variation:
        check_name(name, names, "has a coefficient of variation")
        if name not in numbers:
            raise UserError(f"--cv {name}: {name} is no number; only measured numbers vary")
    declared = {name: cv for name, cv in found.variation.items() if name in numbers}
    both = {name: cv for name, cv in (declared | dict(request.way.variation)).items() if cv}
    if not both:
        raise UserError(
            "--robust measurement: say how much a repeated measurement varies, as --cv crp=0.05 "
            "for 5 %, or cv = 0.05 in the file of limits"
        )
    return both


def check_name(name: str, names: tuple[str, ...], what: str) -> None:
    """Refuse a name that is no candidate.

    Args:
        name: as typed.
        names: of the candidates.
        what: what was asked of it, as "is asked for".

    Raises:
        UserError: it is none.
    """
    if name in names:
        return
    levels = [one for one in names if one.startswith(f"{name} is ")]
    if levels:
        raise UserError(
            f"{name} is a category; name one of its levels: {', '.join(map(repr, levels))}"
        )
    raise UserError(
        f"{name} {what}, but is no candidate variable{suggest(name, names)}; there are "
        f"{', '.join(names)}"
    )

"""A score as data: items with steps of points, a rule, groups of totals, published risks.

A published score and a learned one are the same record, so one engine, one page and one
export serve both. Standard library only: the bedside loads this without numpy.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from itertools import pairwise, product
from typing import Any, Literal

from jalon.core.errors import DefinitionError
from jalon.scores.item import Item, Measure, check_item
from jalon.scores.rule import Cut, Formula, Override, Row, RuleKind, Series

RanksBy = Literal["points", "groups"]
Availability = Literal["ready", "partial", "blocked"]


@dataclass(frozen=True, slots=True)
class Group:
    """A risk group: all totals from ``low`` to ``high``, both included.

    The groups of a formula are counted 0, 1, … instead, with ``low`` and ``high`` that number;
    the formula's own ``limits`` lie between them.

    Attributes:
        slug: name in files.
        label: what a clinician reads, by language.
        low: lowest total.
        high: highest total.
        applies: False for the answer that the score does not apply to such a patient.
    """

    slug: str
    label: dict[str, str]
    low: int
    high: int
    applies: bool = True


@dataclass(frozen=True, slots=True)
class Risk:
    """An absolute risk observed in a group.

    Attributes:
        group: slug of the group.
        months: months from time zero.
        value: probability of the event by then, 0 to 1.
        low: lower limit of the 95% interval, NaN when not known.
        high: upper limit.
        n: patients of the group, 0 when the paper does not say.
        cohort: who was observed.
        event: what happened, for example "death"; empty for the outcome of the score itself.
        event_fr: the same in French.
        cohort_fr: the cohort in French.
    """

    group: str
    months: float
    value: float
    low: float
    high: float
    n: int
    cohort: str
    event: str = ""
    event_fr: str = ""
    cohort_fr: str = ""

    def words(self, language: str) -> tuple[str, str]:
        """Return the event and the cohort in a language, else in English."""
        if language == "fr":
            return self.event_fr or self.event, self.cohort_fr or self.cohort
        return self.event, self.cohort


@dataclass(frozen=True, slots=True)
class Performance:
    """What a paper found about the score, other than an absolute risk at a date.

    Attributes:
        cohort: who was observed.
        outcome: of what.
        measure: for example "hazard ratio", "AUC" or "median, months".
        value: the number; infinite for a median that was not reached.
        group: slug of the group it belongs to, or a comparison such as "high v low"; empty
            for the whole score.
        low: lower limit of its 95% interval, NaN when not given.
        high: upper limit.
        p: p-value as printed.
        note: what a reader should know.
    """

    cohort: str
    outcome: str
    measure: str
    value: float
    group: str = ""
    low: float = math.nan
    high: float = math.nan
    p: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ScoreDefinition:
    """Everything that is needed to compute a score and to read its answer.

    Attributes:
        slug: name in files and addresses.
        short: name in tables and figures ("IPI").
        name: title by language.
        status: "published" or "learned".
        version: version of the definition.
        citation: where it was published, or how it was learned.
        doi: identifier of the source; empty for a learned score.
        population: in whom it was made.
        outcome: what it predicts.
        time_point: when its items are measured.
        items: what is asked; none for a score that cannot be computed.
        groups: risk groups, rising, without gap or overlap; none where no limits are known.
        ranks_by: whether patients are ranked by "points", or by "groups" where the score is
            nothing but its groups.
        risks: observed risks by group.
        pitfalls: what a user should know.
        learning: how a learned score was found; empty for a published one.
        rule: how items become the answer: "sum" of points, decision "table", or "formula".
        rows: rows of the decision table.
        formula: the formula.
        measures: values that are asked only to compute an item.
        series: counts on several days from which items are read.
        overrides: rules beside the total.
        cuts: dichotomies beside the groups.
        availability: "ready"; "partial", a part is computed and ``reason`` says what is not
            known; "blocked", the score is named here only to say why it cannot be computed.
        reason: why it is partial or blocked, by language.
        performance: what papers found about the score.
        checked: how the facts were read: "primary", "secondary", "implementation" or "seed".
        unverified: facts that were noted from memory.
        fr: French words for population, outcome, time_point and pitfalls.
    """

    slug: str
    short: str
    name: dict[str, str]
    status: str
    version: str
    citation: str
    doi: str
    population: str
    outcome: str
    time_point: str
    items: tuple[Item, ...]
    groups: tuple[Group, ...]
    ranks_by: RanksBy = "points"
    risks: tuple[Risk, ...] = ()
    pitfalls: tuple[str, ...] = ()
    learning: dict[str, Any] = field(default_factory=dict)
    rule: RuleKind = "sum"
    rows: tuple[Row, ...] = ()
    formula: Formula | None = None
    measures: tuple[Measure, ...] = ()
    series: tuple[Series, ...] = ()
    overrides: tuple[Override, ...] = ()
    cuts: tuple[Cut, ...] = ()
    availability: Availability = "ready"
    reason: dict[str, str] = field(default_factory=dict)
    performance: tuple[Performance, ...] = ()
    checked: str = ""
    unverified: tuple[str, ...] = ()
    fr: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        check_definition(self)

    @property
    def computes(self) -> bool:
        """Whether there is anything to compute."""
        return self.availability != "blocked"

    @property
    def range(self) -> tuple[int, int]:
        """Lowest and highest total a patient can have; a formula has none."""
        if self.rule == "formula" or not self.computes:
            raise DefinitionError(f"{self.slug} has no points, so no range of them")
        if self.rule == "table":
            totals = [total for row in self.rows for total in row.totals]
            return min(totals), max(totals)
        low = high = 0
        for members in self.organs():
            low += max(item.range[0] for item in members)
            high += max(item.range[1] for item in members)
        return low, high

    def organs(self) -> tuple[tuple[Item, ...], ...]:
        """Return the items, those of one exclusive set together."""
        sets: dict[str, list[Item]] = {}
        for item in self.items:
            sets.setdefault(item.exclusive or f" {item.id}", []).append(item)
        return tuple(tuple(members) for members in sets.values())

    def item(self, name: str) -> Item:
        """Return an item by its id."""
        return next(item for item in self.items if item.id == name)

    def measure(self, name: str) -> Measure:
        """Return a measure by its id."""
        return next(measure for measure in self.measures if measure.id == name)

    def group_of(self, total: int) -> Group:
        """Return the risk group of a total.

        Raises:
            DefinitionError: the total lies outside the score's range.
        """
        for group in self.groups:
            if group.low <= total <= group.high:
                return group
        raise DefinitionError(f"{self.slug}: a total of {total} is in no group")

    def text(self, key: str, language: str = "en") -> Any:
        """Return population, outcome, time_point or pitfalls in a language, else in English."""
        return self.fr.get(key) or getattr(self, key) if language == "fr" else getattr(self, key)


def check_definition(score: ScoreDefinition) -> None:
    """Refuse a definition that contradicts itself; called when one is made.

    Args:
        score: the definition.

    Raises:
        DefinitionError: what is wrong, where, and what to do.
    """
    if score.ranks_by not in {"points", "groups"}:
        raise DefinitionError(f"{score.slug}: ranks_by is either points or groups")
    if score.availability not in {"ready", "partial", "blocked"}:
        raise DefinitionError(f"{score.slug}: availability is ready, partial or blocked")
    if score.availability != "ready" and not score.reason:
        raise DefinitionError(f"{score.slug}: a {score.availability} score needs a reason")
    if not score.computes:
        if score.items or score.groups or score.rows or score.formula:
            raise DefinitionError(
                f"{score.slug}: a blocked score has no items, groups or numbers; take them out"
            )
        return
    for item in score.items:
        check_item(f"{score.slug}, item {item.id}", item)
    _check_names(score)
    _check_rule(score)
    if score.groups:
        _check_groups(score)


def _check_names(score: ScoreDefinition) -> None:
    names = [item.id for item in score.items] + [measure.id for measure in score.measures]
    names += [item.flag for item in score.items if item.flag]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise DefinitionError(f"{score.slug}: {', '.join(twice)} is named twice; rename one")
    sources = names
    for item in score.items:
        for name in item.over or ():
            if name not in sources:
                raise DefinitionError(f"{score.slug}, item {item.id}: no measure is called {name}")


def _check_rule(score: ScoreDefinition) -> None:
    ids = {item.id for item in score.items}
    if score.rule == "formula":
        terms = score.formula.terms if score.formula else ()
        used = {term.item for term in terms}
        if used != ids:
            odd = ", ".join(sorted(used ^ ids))
            raise DefinitionError(f"{score.slug}: terms and items differ in {odd or 'all'}")
        return
    bare = [item.id for item in score.items if not item.steps]
    if bare:
        raise DefinitionError(f"{score.slug}, item {bare[0]}: give its steps of points")
    if score.rule == "table":
        _check_table(score)


def _check_table(score: ScoreDefinition) -> None:
    if not score.rows or score.rows[-1].when:
        raise DefinitionError(
            f"{score.slug}: the last row of a table has no when, so that every patient fits one"
        )
    choices = {item.id: set(item.choices) for item in score.items}
    for number, row in enumerate(score.rows, start=1):
        for name, points in row.when.items():
            if name not in choices or not set(points) <= choices[name]:
                raise DefinitionError(
                    f"{score.slug}, row {number}: {name} = {list(points)} is nothing an item gives"
                )


def list_totals(score: ScoreDefinition) -> tuple[int, ...]:
    """Return every total that some patient can have, rising.

    Args:
        score: a sum of points or a decision table.

    Returns:
        The totals: for points 0 or 4, 0 or 2, and 0 or 5 they are 0, 2, 4, 5, 6, 7, 9, 11.
    """
    if score.rule == "table":
        return tuple(sorted({total for row in score.rows for total in row.totals}))
    sums = {0}
    for members in score.organs():
        worst = {max(each) for each in product(*(item.choices for item in members))}
        sums = {total + points for total in sums for points in worst}
    return tuple(sorted(sums))


def _check_groups(score: ScoreDefinition) -> None:
    edges = [(group.low, group.high) for group in score.groups]
    if score.rule == "formula":
        limits = score.formula.limits if score.formula else ()
        if edges != [(k, k) for k in range(len(limits) + 1)]:
            raise DefinitionError(
                f"{score.slug}: {len(limits)} limits of a formula make {len(limits) + 1} groups, "
                f"counted from 0; seen {edges}"
            )
        return
    low, high = score.range
    rising = all(a[0] <= a[1] < b[0] for a, b in pairwise(edges))
    covered = all(any(a <= total <= b for a, b in edges) for total in list_totals(score))
    joined = all(b[0] == a[1] + 1 for a, b in pairwise(edges)) or score.status == "published"
    if edges[0][0] != low or edges[-1][1] != high or not (rising and covered and joined):
        raise DefinitionError(
            f"{score.slug}: groups must cover totals {low} to {high} without gap or overlap; "
            f"seen {edges}"
        )

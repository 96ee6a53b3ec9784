"""A score as data: items with steps of points, groups of totals, published risks.

A published score and a learned one are the same record, so one engine, one page and one
export serve both. Standard library only: the bedside loads this without numpy.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal

from jalon.core.errors import DefinitionError

RanksBy = Literal["points", "groups"]


@dataclass(frozen=True, slots=True)
class Step:
    """Points that an item gives from a limit upwards, until the next step.

    Attributes:
        points: points of the item on this step.
        above: the step holds for values strictly above this limit.
        at_least: the step holds for values at or above this limit.
    """

    points: int
    above: float | None = None
    at_least: float | None = None

    def holds(self, value: float) -> bool:
        """Say whether the step is reached; the first step of an item always is."""
        if self.above is not None:
            return value > self.above
        return self.at_least is None or value >= self.at_least

    @property
    def limit(self) -> float:
        """The limit of the step, minus infinity for the first."""
        if self.above is not None:
            return self.above
        return float("-inf") if self.at_least is None else self.at_least


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is asked about a patient, and the points it gives.

    Attributes:
        id: name of the input.
        label: what a clinician reads, by language.
        unit: unit of the value and of the limits.
        steps: rising limits; the last one reached gives the points.
        flag: name of an input 0/1 that may be given instead of the value, where a registry
            kept only the judgement; only for items with two steps.
        levels: names of the values 0, 1, …, for an ordered category; empty for a number.
    """

    id: str
    label: dict[str, str]
    unit: str
    steps: tuple[Step, ...]
    flag: str | None = None
    levels: tuple[str, ...] = ()

    def points_for(self, value: float) -> int:
        """Return the points of a known value."""
        return [step for step in self.steps if step.holds(value)][-1].points

    @property
    def range(self) -> tuple[int, int]:
        """Fewest and most points the item can give: what a missing value may hide."""
        points = [step.points for step in self.steps]
        return min(points), max(points)


@dataclass(frozen=True, slots=True)
class Group:
    """A risk group: all totals from ``low`` to ``high``, both included."""

    slug: str
    label: dict[str, str]
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class Risk:
    """An absolute risk observed in a group.

    Attributes:
        group: slug of the group.
        months: months from time zero.
        value: probability of the event by then, 0 to 1.
        low: lower limit of the 95% interval, NaN when not known.
        high: upper limit.
        n: patients of the group.
        cohort: who was observed.
    """

    group: str
    months: float
    value: float
    low: float
    high: float
    n: int
    cohort: str


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
        items: what is asked.
        groups: risk groups, rising, without gap or overlap.
        ranks_by: whether patients are ranked by "points", or by "groups" where the score is
            nothing but its groups.
        risks: observed risks by group.
        pitfalls: what a user should know.
        learning: how a learned score was found; empty for a published one.
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

    def __post_init__(self) -> None:
        for item in self.items:
            _check_steps(self.slug, item)
        if self.ranks_by not in {"points", "groups"}:
            raise DefinitionError(f"{self.slug}: ranks_by is either points or groups")
        _check_groups(self)

    @property
    def range(self) -> tuple[int, int]:
        """Fewest and most points a patient can have."""
        ranges = [item.range for item in self.items]
        return sum(low for low, _ in ranges), sum(high for _, high in ranges)

    def group_of(self, total: int) -> Group:
        """Return the risk group of a total.

        Raises:
            DefinitionError: the total lies outside the score's range.
        """
        for group in self.groups:
            if group.low <= total <= group.high:
                return group
        raise DefinitionError(f"{self.slug}: a total of {total} is in no group")


def _check_steps(slug: str, item: Item) -> None:
    place = f"{slug}, item {item.id}"
    if len(item.steps) < 2:
        raise DefinitionError(f"{place}: give a first step and at least one limit")
    first, *later = item.steps
    if first.above is not None or first.at_least is not None:
        raise DefinitionError(f"{place}: the first step holds from the lowest value; give no limit")
    for step in later:
        if (step.above is None) == (step.at_least is None):
            raise DefinitionError(f"{place}: each later step needs either above or at_least")
    if any(b.limit <= a.limit for a, b in pairwise(later)):
        raise DefinitionError(f"{place}: limits must rise from step to step")
    if item.flag is not None and len(item.steps) != 2:
        raise DefinitionError(f"{place}: a flag can stand only for an item with two steps")


def _check_groups(score: ScoreDefinition) -> None:
    low, high = score.range
    edges = [(group.low, group.high) for group in score.groups]
    joined = all(b[0] == a[1] + 1 for a, b in pairwise(edges))
    if not edges or edges[0][0] != low or edges[-1][1] != high or not joined:
        raise DefinitionError(
            f"{score.slug}: groups must cover totals {low} to {high} without gap or overlap; "
            f"seen {edges}"
        )

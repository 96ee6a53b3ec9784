"""What a score asks about a patient: items, their steps of points, and what lies behind them."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

from jalon.core.errors import DefinitionError

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Step:
    """Points that an item gives from a limit upwards, until the next step.

    Attributes:
        points: points of the item on this step; in a decision table, the number of the step.
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
class Dispute:
    """Values for which the sources disagree, with every reading that was found.

    Attributes:
        low: the first value in doubt.
        below: the values in doubt lie below this one; None when ``low`` alone is in doubt.
        points: points by each reading.
        why: who reads it how, by language.
    """

    low: float
    points: tuple[int, ...]
    why: dict[str, str]
    below: float | None = None

    def holds(self, value: float) -> bool:
        """Say whether a value is in doubt."""
        if self.below is None:
            return value == self.low
        return self.low <= value < self.below


@dataclass(frozen=True, slots=True)
class Measure:
    """A value that is asked only because an item is its ratio to another one.

    Attributes:
        id: name of the input.
        label: what a clinician reads, by language.
        unit: unit of the value.
        analyte: name in ``jalon.core.units``, empty when there is only one unit.
        possible: values outside are refused.
        plausible: values outside are taken, with a warning.
    """

    id: str
    label: dict[str, str]
    unit: str
    analyte: str = ""
    possible: Span | None = None
    plausible: Span | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that is asked about a patient, and the points it gives.

    Attributes:
        id: name of the input.
        label: what a clinician reads, by language.
        unit: unit of the value and of the limits.
        steps: rising limits; the last one reached gives the points. None for an item of a
            formula.
        flag: name of an input 0/1 that may be given instead of the value, where a registry
            kept only the judgement; only for items with two steps.
        levels: names of the values 0, 1, …, for an ordered category; empty for a number.
        level_labels: what a clinician reads for each level, by language.
        help: how to find the value, by language.
        analyte: name in ``jalon.core.units``, for other units; empty when there is only one.
        possible: values outside are refused.
        plausible: values outside are taken, with a warning.
        whole: whether only whole numbers are possible.
        over: ids of two measures: the item may be given as the first over the second, for
            example LDH and the laboratory's upper limit of normal.
        exclusive: items with the same word here describe one organ; the worst of them counts.
        settles: within such a set, whether this item alone answers for the whole set when it
            is known, so that measurements behind it may be left out.
        assumed: the value that is taken, and said to be taken, when the item is not given;
            None where a missing value stays unknown.
        disputes: values for which the sources disagree.
        loinc: code under which a laboratory or a hospital sends the value, empty when none.
    """

    id: str
    label: dict[str, str]
    unit: str
    steps: tuple[Step, ...] = ()
    flag: str | None = None
    levels: tuple[str, ...] = ()
    level_labels: dict[str, tuple[str, ...]] = field(default_factory=dict)
    help: dict[str, str] = field(default_factory=dict)
    analyte: str = ""
    possible: Span | None = None
    plausible: Span | None = None
    whole: bool = False
    over: tuple[str, str] | None = None
    exclusive: str = ""
    settles: bool = False
    assumed: float | None = None
    disputes: tuple[Dispute, ...] = ()
    loinc: str = ""

    def points_for(self, value: float) -> int:
        """Return the points of a known value."""
        return [step for step in self.steps if step.holds(value)][-1].points

    def readings_of(self, value: float) -> tuple[int, ...]:
        """Return the points of a known value by every reading, our own among them."""
        own = {self.points_for(value)}
        return tuple(sorted(own.union(*(d.points for d in self.disputes if d.holds(value)))))

    @property
    def limits(self) -> tuple[float, ...]:
        """Every limit and every edge of a dispute, rising."""
        found = {step.limit for step in self.steps[1:]}
        for dispute in self.disputes:
            found |= {dispute.low} if dispute.below is None else {dispute.low, dispute.below}
        return tuple(sorted(found))

    @property
    def choices(self) -> tuple[int, ...]:
        """All points the item can give, rising: what a missing value may hide."""
        return tuple(sorted({step.points for step in self.steps}))

    @property
    def range(self) -> tuple[int, int]:
        """Fewest and most points the item can give."""
        return self.choices[0], self.choices[-1]

    @property
    def span(self) -> Span | None:
        """Values that are possible at all; for a category, the numbers of its levels."""
        if self.levels and self.possible is None:
            return 0.0, float(len(self.levels) - 1)
        return self.possible


def check_item(place: str, item: Item) -> None:
    """Refuse an item whose steps, flag or levels contradict themselves.

    Args:
        place: what to call it in messages.
        item: the item.

    Raises:
        DefinitionError: what is wrong and what to do.
    """
    if item.steps:
        _check_steps(place, item)
    if item.settles and not item.exclusive:
        raise DefinitionError(f"{place}: settles means something only within an exclusive set")
    for language, names in item.level_labels.items():
        if len(names) != len(item.levels):
            raise DefinitionError(
                f"{place}: {len(item.levels)} levels have {len(names)} labels in {language!r}; "
                "give one each"
            )
    for low, high in (span for span in (item.possible, item.plausible) if span):
        if not low < high:
            raise DefinitionError(f"{place}: a range runs from a low to a higher value")


def _check_steps(place: str, item: Item) -> None:
    if len(item.steps) < 2:
        raise DefinitionError(f"{place}: give a first step and at least one limit")
    first, *later = item.steps
    if first.above is not None or first.at_least is not None:
        raise DefinitionError(f"{place}: the first step holds from the lowest value; give no limit")
    for step in later:
        if (step.above is None) == (step.at_least is None):
            raise DefinitionError(f"{place}: each later step needs either above or at_least")
    # "at least 5, then above 5" is a step that holds for 5 alone.
    edges = [(step.limit, step.above is not None) for step in later]
    if any(b <= a for a, b in pairwise(edges)):
        raise DefinitionError(f"{place}: limits must rise from step to step")
    if item.flag is not None and len(item.steps) != 2:
        raise DefinitionError(f"{place}: a flag can stand only for an item with two steps")
    if any(not set(d.points) <= set(item.choices) for d in item.disputes):
        raise DefinitionError(f"{place}: a dispute names points that no step gives")

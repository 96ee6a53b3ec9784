"""How items become one answer: a sum, a decision table, or one of a few named formulas."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

RuleKind = Literal["sum", "table", "formula"]
Link = Literal["linear", "log2", "excess", "level", "power"]


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a decision table; the first row that fits gives the answer.

    Attributes:
        totals: the total, or several where even a patient without a missing item stays
            undetermined.
        when: points that each named item may have for the row to fit; an item that is not
            named may have any. The last row of a table names none.
        note: what to say when the row fits, by language.
    """

    totals: tuple[int, ...]
    when: dict[str, tuple[int, ...]] = field(default_factory=dict)
    note: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Term:
    """One term of a formula.

    Attributes:
        item: the item it takes.
        link: "linear", the value; "log2", its logarithm to base 2; "excess", how far it lies
            above ``knot``, else 0; "level", one weight per value of a category; "power", the
            value to the power ``weight``, in a product.
        weight: what the linked value is multiplied by; for "power", the exponent, 1 or -1.
        knot: where an "excess" starts.
        levels: value of the category and its weight, for "level".
    """

    item: str
    link: Link
    weight: float = 1.0
    knot: float = 0.0
    levels: tuple[tuple[float, float], ...] = ()

    @property
    def needs_positive(self) -> bool:
        """Whether a value of 0 has no answer."""
        return self.link == "log2" or (self.link == "power" and self.weight < 0)


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula: terms that are added, or multiplied when all of them are powers.

    Attributes:
        terms: the terms.
        symbol: what the value is called, for example "EASIX" or "linear predictor".
        limits: rising limits between the groups; a value on a limit is in the group below.
        decimals: decimals to show.
        plausible: values outside are shown with a warning.
        usual_median: a cohort whose median lies above has probably one unit wrong; None when
            nothing is known.
    """

    terms: tuple[Term, ...]
    symbol: str
    limits: tuple[float, ...] = ()
    decimals: int = 2
    plausible: tuple[float, float] | None = None
    usual_median: float | None = None

    @property
    def multiplies(self) -> bool:
        """Whether the terms are multiplied."""
        return all(term.link == "power" for term in self.terms)


@dataclass(frozen=True, slots=True)
class Override:
    """A rule beside the total: one item with many points is enough for a group.

    Attributes:
        points: an item with at least so many points…
        group: …puts the patient at least into this group.
        note: what to say then, by language.
    """

    points: int
    group: str
    note: dict[str, str]


@dataclass(frozen=True, slots=True)
class Cut:
    """A dichotomy that papers use beside the groups, often known when the group is not.

    Attributes:
        slug: its name.
        at_least: yes from this total on.
        label: what it says, by language.
    """

    slug: str
    at_least: float
    label: dict[str, str]


@dataclass(frozen=True, slots=True)
class Summary:
    """What is read off a series of counts and given to an item.

    Attributes:
        item: the item.
        what: "days", how many days; "never", 1 when that held on every day of the window;
            "lowest", the lowest count that a second one confirms; "minimum", the lowest.
        at_most: days with a count at or below this limit.
        below: days with a count below this limit.
    """

    item: str
    what: Literal["days", "never", "lowest", "minimum"]
    at_most: float | None = None
    below: float | None = None

    def holds(self, count: float) -> bool:
        """Say whether a day with this count belongs to it."""
        if self.at_most is not None:
            return count <= self.at_most
        return self.below is not None and count < self.below


@dataclass(frozen=True, slots=True)
class Series:
    """Counts on several days, and what is read off them.

    Attributes:
        id: name of the series.
        measure: the count: name of an entry of the definition's measures.
        first: first day of the window, the infusion being day 0.
        last: last day of the window, included.
        gives: values of items that hold for the whole series, for example its phase.
        summaries: what is read off.
        recovery: days in a row above the limit that end an episode; shorter recoveries are
            joined. 0 where days are simply counted.
        gap: days without a count that may be filled in between two counts.
    """

    id: str
    measure: str
    first: int
    last: int
    gives: dict[str, float]
    summaries: tuple[Summary, ...]
    recovery: int = 0
    gap: int = 7

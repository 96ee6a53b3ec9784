"""A score as a card: what gives points, and what the points mean."""

from __future__ import annotations

from dataclasses import dataclass

from jalon.core import Estimate


@dataclass(frozen=True, slots=True)
class CardItem:
    """One item of a score.

    Attributes:
        label: the condition in the clinician's words ("LDH above normal").
        points: what it adds when it holds.
        variable: what is measured ("LDH"), where several neighbouring items are of the same; the
            card then says it once above them.
        step: the condition without that name ("above normal").
    """

    label: str
    points: int
    variable: str = ""
    step: str = ""


@dataclass(frozen=True, slots=True)
class CardGroup:
    """One risk group of a score.

    Attributes:
        totals: the totals that fall in it, as written ("0-1").
        label: its name ("low").
        n: patients of the group behind the risks.
        risks: one estimate per horizon of the card, on the scale 0 to 1.
    """

    totals: str
    label: str
    n: int
    risks: tuple[Estimate, ...]


@dataclass(frozen=True, slots=True)
class CardTotal:
    """The risk of one total of a score.

    Attributes:
        total: the points, as written ("12").
        risks: one estimate per horizon of the card, on the scale 0 to 1.
    """

    total: str
    risks: tuple[Estimate, ...]


@dataclass(frozen=True, slots=True)
class ScoreCard:
    """A whole score on one card.

    Attributes:
        title: name of the score.
        endpoint: what the risk is of ("Progression or death").
        months: the horizons, in months from time zero.
        items: what gives points, in reading order.
        groups: the risk groups, lowest risk first.
        footer: one line below, for example how good the score is proven to be.
        totals: the risk by total, lowest first; empty to leave it out.

    Raises:
        ValueError: a group or a total has not one risk per horizon.
    """

    title: str
    endpoint: str
    months: tuple[float, ...]
    items: tuple[CardItem, ...]
    groups: tuple[CardGroup, ...]
    footer: str = ""
    totals: tuple[CardTotal, ...] = ()

    def __post_init__(self) -> None:
        for group in self.groups:
            if len(group.risks) != len(self.months):
                raise ValueError(
                    f"score card, group “{group.label}”: {len(group.risks)} risks for "
                    f"{len(self.months)} horizons; give one estimate per horizon"
                )
        for row in self.totals:
            if len(row.risks) != len(self.months):
                raise ValueError(
                    f"score card, total {row.total}: {len(row.risks)} risks for "
                    f"{len(self.months)} horizons; give one estimate per horizon"
                )

"""The shapes of what the interface for programs sends, as its OpenAPI describes them."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class NamedGroup(BaseModel):
    """A risk group."""

    slug: str
    label: str


class GivenContribution(BaseModel):
    """What one item adds, at least and at most, and why."""

    item: str
    low: float | None
    high: float | None
    source: Literal["value", "ratio", "flag", "assumed", "settled", "missing"]
    why: str


class GivenRemark(BaseModel):
    """A warning or a note."""

    kind: Literal["plausibility", "boundary", "assumed", "note", "value"]
    item: str
    text: str


class GivenRisk(BaseModel):
    """A published risk of the group; limits of its 95% interval are null when not published."""

    months: float
    value: float = Field(ge=0, le=1)
    low: float | None
    high: float | None
    n: int | None
    cohort: str
    event: str


class OtherReading(BaseModel):
    """The answer by other readings of values on which the sources disagree."""

    items: list[str]
    points_low: float
    points_high: float
    groups: list[NamedGroup]
    flips: bool


class Answer(BaseModel):
    """The answer for one patient, with all that is needed to read it."""

    score: str
    version: str
    sha256: str = Field(description="of the definition as JSON, as the export writes it")
    name: str
    availability: Literal["ready", "partial"]
    reason: str
    state: Literal["complete", "certain", "undetermined", "not_applicable"]
    points_low: float | None = Field(description="fewest points; null when nothing bounds them")
    points_high: float | None
    log2: float | None
    group: NamedGroup | None = Field(description="null while it is undetermined")
    possible: list[NamedGroup]
    cuts: dict[str, bool | None]
    missing: list[str]
    deciding: list[str] = Field(description="missing items that could still change the answer")
    alternative: OtherReading | None
    contributions: list[GivenContribution]
    remarks: list[GivenRemark]
    risks: list[GivenRisk]
    population: str
    outcome: str
    time_point: str
    pitfalls: list[str]
    citation: str
    doi: str


class Answers(BaseModel):
    """The answers for several patients, in their order."""

    answers: list[Answer]


class Summary(BaseModel):
    """A score in the list."""

    slug: str
    short: str
    name: dict[str, str]
    version: str
    sha256: str
    status: str
    availability: Literal["ready", "partial", "blocked"]
    reason: dict[str, str]
    doi: str


class Catalogue(BaseModel):
    """The scores that are served."""

    scores: list[Summary]

"""What a score may look like, what it is learned from, and how long the proof may take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Target = Literal["teacher", "events"]


@dataclass(frozen=True, slots=True)
class SearchSettings:
    """What a score may look like, and what it is judged by.

    Attributes:
        max_variables: most variables in the score.
        max_terms: most limits per variable.
        max_points: largest number of points that passing one limit may add or take away.
        price: log-likelihood units that one more limit must bring to be worth its place.
        least_events: fewest events needed on each side of a limit.
        target: "events" follows the events themselves; "teacher" follows the events that a
            ridge Cox model of all candidate terms expects, whose noise is far smaller.
        seed: deals patients to the folds that choose the teacher's penalty.
    """

    max_variables: int = 5
    max_terms: int = 6
    max_points: int = 5
    price: float = 0.1
    least_events: float = 5.0
    target: Target = "teacher"
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Wishes:
    """What a clinician asks of a score.

    Attributes:
        required: variables that must be in.
        forbidden: variables that may not be used.
        exclusions: pairs of variables of which at most one may be in.
        budget: the most that measuring all its variables may cost; infinite for no limit. The
            cost of each is on its ``Candidate``.
        max_total: largest total of the card; 0 for no limit.
        rising: points of a variable only rise, or only fall, with its value.
        even: all steps of a variable are equal.
    """

    required: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    exclusions: tuple[tuple[str, str], ...] = ()
    budget: float = float("inf")
    max_total: int = 0
    rising: bool = False
    even: bool = False


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to search for a proof, and how wide a set of near-equals to keep.

    Attributes:
        seconds: time limit; a proof that it cuts short depends on the machine.
        nodes: limit of parts opened, the same on every machine.
        near: scores that reach all but this share of the best one's gain over no score are
            near-equals; 0 keeps none.
        most: near-equals kept.
        workers: threads; the result does not depend on it.
    """

    seconds: float = 60.0
    nodes: int = 1_000_000
    near: float = 0.0
    most: int = 20_000
    workers: int = 2

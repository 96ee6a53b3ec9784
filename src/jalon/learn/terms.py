"""Candidate terms: each variable cut at the limits a clinician would accept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from jalon.core import Floats, Integers, UnsuitableDataError
from jalon.learn.kernels.ground import Bits

Direction = Literal["any", "up", "down"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A variable that may enter the score, and where it may be cut.

    Attributes:
        name: the variable.
        cuts: limits; the term at a limit holds for values strictly above it.
        direction: "up" when only higher values may add points, "down" when only lower ones
            may, "any" when the data may decide.
        label: what a clinician reads.
        unit: unit of the values and of the limits.
        levels: names of the values 0, 1, … of an ordered category; empty for a number.
        charge: log-likelihood units that the variable must bring to be worth its place.
        outlay: what measuring it takes from a budget, in any one unit.
    """

    name: str
    cuts: tuple[float, ...]
    direction: Direction = "any"
    label: str = ""
    unit: str = ""
    levels: tuple[str, ...] = ()
    charge: float = 0.0
    outlay: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Terms:
    """The candidate terms of a cohort, one row of zeros and ones per term.

    Attributes:
        candidates: the variables, in the order in which they were given.
        variable: shape (p,), which candidate each term belongs to.
        cut: shape (p,), its limit.
        bits: shape (p, n), 1 where the value is above the limit.
    """

    candidates: tuple[Candidate, ...]
    variable: Integers
    cut: Floats
    bits: Bits

    def signs(self) -> Integers:
        """Return shape (p,): 1 where points may only rise, -1 only fall, 0 either."""
        code = {"up": 1, "down": -1, "any": 0}
        return np.array([code[self.candidates[v].direction] for v in self.variable], dtype=np.int64)

    def name(self, term: int) -> str:
        """Return a term as text, ``nodes > 3``."""
        return f"{self.candidates[self.variable[term]].name} > {self.cut[term]:g}"


def build_terms(candidates: Sequence[Candidate], columns: Mapping[str, Floats]) -> Terms:
    """Cut every candidate variable at every one of its limits.

    Args:
        candidates: at least one variable, each with at least one limit.
        columns: shape (n,) values of each variable, none missing.

    Returns:
        The terms; limits that put the same patients on the same side are kept once.

    Raises:
        UnsuitableDataError: a variable that is missing, has missing values, or is the same
            for every patient.
    """
    variable: list[int] = []
    cut: list[float] = []
    rows: list[Bits] = []
    for index, candidate in enumerate(candidates):
        values = _values(candidate, columns)
        seen: set[bytes] = set()
        for limit in sorted(candidate.cuts):
            bits = (values > limit).astype(np.uint8)
            if bits.min() == bits.max() or bits.tobytes() in seen:
                continue
            seen.add(bits.tobytes())
            variable.append(index)
            cut.append(limit)
            rows.append(bits)
        if not seen:
            limits = ", ".join(f"{limit:g}" for limit in candidate.cuts)
            raise UnsuitableDataError(
                f"{candidate.name}: every limit ({limits}) puts all patients on one side; give "
                "limits inside its range"
            )
    return Terms(
        tuple(candidates),
        np.array(variable, dtype=np.int64),
        np.array(cut, dtype=np.float64),
        np.ascontiguousarray(np.array(rows, dtype=np.uint8)),
    )


def _values(candidate: Candidate, columns: Mapping[str, Floats]) -> Floats:
    if candidate.name not in columns:
        raise UnsuitableDataError(
            f"{candidate.name} is a candidate variable but has no column; known: "
            f"{', '.join(sorted(columns))}"
        )
    values = np.asarray(columns[candidate.name], dtype=np.float64)
    missing = int(np.isnan(values).sum())
    if missing:
        raise UnsuitableDataError(
            f"{candidate.name} is missing for {missing} of {values.size} patients; leave them out "
            "by a criterion, or complete them first"
        )
    if values.size and values.min() == values.max():
        raise UnsuitableDataError(
            f"{candidate.name} is the same for all {values.size} patients, so it cannot tell them "
            "apart; take it out of the candidates"
        )
    return values

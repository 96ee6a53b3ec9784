"""Which patients a model is learned from, and which it is then judged on, again and again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from jalon.core import Integers, UnsuitableDataError

ResamplingKind = Literal["bootstrap", "0.632", "left out", "folds"]
BootstrapKind = Literal["bootstrap", "0.632", "left out"]

LARGEST_SEED = 2**63

Split = tuple[Integers, Integers]
"""Rows to learn from (repeats allowed) and rows to judge on."""


@dataclass(frozen=True, slots=True, eq=False)
class Resampling:
    """A plan of resampling.

    Attributes:
        kind: "bootstrap" judges on all patients, "0.632" and "left out" on those not drawn (the
            latter is bootstrap cross-validation), "folds" on those left out in turn
            (cross-validation).
        n: patients.
        splits: rows to learn from and rows to judge on, once per resample.
        seeds: shape (B,), seed of what else is left to chance in each resample, such as
            imputation.
        repeats: of how many whole divisions the folds are; else the number of resamples.
    """

    kind: ResamplingKind
    n: int
    splits: tuple[Split, ...]
    seeds: Integers
    repeats: int

    def chance(self, number: int) -> np.random.Generator:
        """Return the source of chance of one resample, the same each time."""
        return np.random.default_rng(int(self.seeds[number]))


def draw_bootstrap(
    n: int,
    resamples: int,
    rng: np.random.Generator,
    kind: BootstrapKind = "bootstrap",
) -> Resampling:
    """Draw as many patients as there are, with replacement, again and again.

    Args:
        n: patients, at least 2.
        resamples: how many times.
        rng: the source of chance.
        kind: whether to judge on all patients or on those not drawn.

    Returns:
        The plan; each resample has its own stream of chance, so that the first ones do not depend
        on how many there are.

    Raises:
        UnsuitableDataError: fewer than two patients or no resample.

    Reference:
        Harrell FE, Lee KL, Mark DB (1996),
        doi:10.1002/(SICI)1097-0258(19960229)15:4<361::AID-SIM168>3.0.CO;2-4, section 5; "0.632":
        Efron B (1983), doi:10.1080/01621459.1983.10477973.

    Example:
        >>> plan = draw_bootstrap(5, 3, np.random.default_rng(1))
        >>> [len(learned) for learned, judged in plan.splits]
        [5, 5, 5]
    """
    if n < 2 or resamples < 1:
        raise UnsuitableDataError(
            f"{resamples} resamples of {n} patients; give at least 1 of at least 2 patients"
        )
    streams = rng.spawn(resamples)
    drawn = [stream.integers(0, n, n) for stream in streams]
    seeds = np.array([stream.integers(LARGEST_SEED) for stream in streams])
    return replace(use_rows(drawn, n, kind), seeds=seeds)


def use_rows(drawn: list[Integers], n: int, kind: BootstrapKind = "bootstrap") -> Resampling:
    """Make a plan of bootstrap resamples that were drawn elsewhere.

    Args:
        drawn: rows of each resample, 0 to n - 1.
        n: patients.
        kind: as for ``draw_bootstrap``.

    Returns:
        The plan; the seeds are the numbers of the resamples.

    Raises:
        UnsuitableDataError: no resample, a row that does not exist, or, unless judged on all
            patients, a resample that leaves nobody out.

    Example:
        >>> use_rows([np.array([0, 0, 2])], 3, "0.632").splits[0][1].tolist()
        [1]
    """
    everyone, splits = np.arange(n), []
    for rows in drawn:
        if not len(rows) or rows.min() < 0 or rows.max() >= n:
            raise UnsuitableDataError(f"a resample is empty or has rows outside 0 to {n - 1}")
        judged = everyone if kind == "bootstrap" else np.setdiff1d(everyone, rows)
        if not len(judged):
            raise UnsuitableDataError("a resample leaves nobody out to be judged on")
        splits.append((np.asarray(rows, dtype=np.int64), judged))
    if not splits:
        raise UnsuitableDataError("there is no resample; draw at least one")
    return Resampling(kind, n, tuple(splits), np.arange(len(splits)), len(splits))


def draw_folds(n: int, folds: int, rng: np.random.Generator, repeats: int = 1) -> Resampling:
    """Divide patients at random into groups, each to be left out in turn (cross-validation).

    Args:
        n: patients.
        folds: how many groups, 2 to n; sizes differ by one at most.
        rng: the source of chance.
        repeats: how many divisions.

    Returns:
        The plan.

    Raises:
        UnsuitableDataError: fewer than 2 or more than n groups, or no division.

    Reference:
        Stone M (1974), doi:10.1111/j.2517-6161.1974.tb00994.x.

    Example:
        >>> plan = draw_folds(6, 3, np.random.default_rng(1))
        >>> sorted(np.concatenate([judged for learned, judged in plan.splits]).tolist())
        [0, 1, 2, 3, 4, 5]
    """
    if not 2 <= folds <= n or repeats < 1:
        raise UnsuitableDataError(
            f"{repeats} divisions of {n} patients into {folds} groups; ask for 2 to {n} groups"
        )
    splits, seeds = [], []
    for stream in rng.spawn(repeats):
        place = stream.permutation(np.arange(n) % folds)
        splits += [(np.flatnonzero(place != k), np.flatnonzero(place == k)) for k in range(folds)]
        seeds.append(stream.integers(LARGEST_SEED, size=folds))
    return Resampling("folds", n, tuple(splits), np.concatenate(seeds), repeats)

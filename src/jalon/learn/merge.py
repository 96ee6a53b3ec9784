"""A smaller ground for one support: with few terms and many patients, most rows are alike."""

from __future__ import annotations

import numpy as np

from jalon.core import Integers
from jalon.learn.kernels.cells import count_cells
from jalon.learn.kernels.ground import Ground

GAIN = 4
"""Rows are merged when that leaves at most one in this many."""


def may_merge(ground: Ground, size: int) -> bool:
    """Tell whether merging rows pays for supports of ``size`` terms."""
    small = GAIN * 2**size * len(ground.deaths) <= len(ground.weight)
    return small and not ground.tail.size


def merge_rows(ground: Ground, chosen: Integers) -> tuple[Ground, Integers]:
    """Merge the rows that a support cannot tell apart, when there are many of them.

    Args:
        ground: rows and risk sets.
        chosen: shape (s,), the terms of the support.

    Returns:
        A ground that gives the same loss on this support, and its terms there; the ground as
        it came where merging would not pay.
    """
    sets = len(ground.deaths)
    if not may_merge(ground, len(chosen)):
        return ground, chosen
    counts = count_cells(ground, chosen)
    # Patterns nobody has are dropped alike in every set, so that each set keeps one width.
    seen = np.flatnonzero(counts.any(axis=0))
    width = len(seen)
    code = ((seen[None, :] >> np.arange(len(chosen))[:, None]) & 1).astype(np.uint8)
    begins = np.append(True, ground.first[1:] != ground.first[:-1])
    opening = np.maximum.accumulate(np.where(begins, np.arange(sets), 0))
    closing = np.append(np.flatnonzero(begins)[1:], sets)[np.cumsum(begins) - 1]
    terms = np.ascontiguousarray(np.tile(code, sets))
    # The shrinkage of the other terms is a constant that every loss counts.
    order = np.append(chosen, np.delete(np.arange(len(ground.ridge)), chosen))
    merged = ground._replace(
        rows=np.ascontiguousarray(terms.T),
        terms=terms,
        weight=np.ascontiguousarray(counts[:, seen]).ravel(),
        first=opening * width,
        last=(np.arange(sets) + 1) * width,
        finish=closing * width,
        linear=ground.linear[chosen],
        ridge=ground.ridge[order],
        centre=ground.centre[order],
    )
    return merged, np.arange(len(chosen))

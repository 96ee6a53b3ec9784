"""Rows and measures of a forest plot, from merits of parts of a cohort."""

from __future__ import annotations

import math
from collections.abc import Sequence

from jalon.core import Estimate
from jalon.report import ForestMeasure, ForestRow
from jalon.validate import MeritName, Merits, PooledMerit

NOTHING = Estimate(math.nan, math.nan, math.nan)
Shown = Sequence[tuple[MeritName, str]]
"""Which merits a plot shows, and what each is called there."""


def list_merits(label: str, merits: Merits, shown: Shown) -> ForestRow:
    """Give the row of one part.

    Args:
        label: of the part.
        merits: how good the score is in it.
        shown: which merits.

    Returns:
        The row; a merit that the part does not have is NaN.
    """
    estimates = tuple(
        merits.figures[name].estimate if name in merits.figures else NOTHING for name, _ in shown
    )
    return ForestRow(label, estimates, merits.patients, merits.events)


def measure_forest(pooled: dict[MeritName, PooledMerit], shown: Shown) -> tuple[ForestMeasure, ...]:
    """Give the measures of a plot, each with its ideal and what the parts say together.

    Args:
        pooled: merits pooled over parts; a merit that is not there has no pooled estimate.
        shown: which merits.

    Returns:
        The measures.
    """
    measures = []
    for name, title in shown:
        reference, ratio = (0.5 if name == "concordance" else 1.0), name == "ratio"
        part = pooled.get(name)
        if part is None:
            measures.append(ForestMeasure(title, ratio, reference))
            continue
        new = None if math.isnan(part.prediction.low) else part.prediction
        measures.append(
            ForestMeasure(
                title, ratio, reference, part.estimate, new,
                part.i_squared.value, part.tau**2, part.heterogeneity.p,
            )
        )  # fmt: skip
    return tuple(measures)

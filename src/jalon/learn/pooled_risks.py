"""Absolute risks over completed tables: one answer, whose interval knows what was imputed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from jalon.core import Estimate, UnsuitableDataError
from jalon.learn.risks import GroupRisk, ScoreRisks, TotalRisk
from jalon.stats.missing import pool_estimates

Z = 1.959963984540054


def pool_risks(tables: Sequence[ScoreRisks]) -> ScoreRisks:
    """Join the risks of a score in several completed tables of the same patients.

    Risks are pooled by Rubin's rules on the complementary log-log scale; patients and events
    are means over the tables.

    Args:
        tables: risks of the same score, at the same times, over the same totals and groups.

    Returns:
        The pooled risks. A risk that some table cannot give is the mean of the others, without
        limits.

    Raises:
        UnsuitableDataError: no table, or tables of different scores.

    Reference:
        Marshall A et al. (2009), doi:10.1186/1471-2288-9-57, table 1.
    """
    if not tables:
        raise UnsuitableDataError("no completed table was given; give at least one")
    first = tables[0]
    shape = (first.times, [row.total for row in first.totals], first.limits)
    for table in tables:
        if (table.times, [row.total for row in table.totals], table.limits) != shape:
            raise UnsuitableDataError(
                "the tables have other times, totals or groups; estimate the risks of one score "
                "with one span in all of them"
            )
    slope = float(np.mean([table.log_hazard for table in tables]))
    totals = [_pool_total(rows) for rows in zip(*(t.totals for t in tables), strict=True)]
    groups = [_pool_group(rows) for rows in zip(*(t.groups for t in tables), strict=True)]
    return ScoreRisks(first.times, slope, tuple(totals), tuple(groups))


def _pool_total(rows: Sequence[TotalRisk]) -> TotalRisk:
    return replace(
        rows[0],
        n=float(np.mean([row.n for row in rows])),
        events=float(np.mean([row.events for row in rows])),
        observed=_pool_each([row.observed for row in rows]),
        predicted=_pool_each([row.predicted for row in rows]),
        sparse=any(row.sparse for row in rows),
    )


def _pool_group(rows: Sequence[GroupRisk]) -> GroupRisk:
    return replace(
        rows[0],
        n=float(np.mean([row.n for row in rows])),
        events=float(np.mean([row.events for row in rows])),
        observed=_pool_each([row.observed for row in rows]),
        sparse=any(row.sparse for row in rows),
    )


def _pool_each(rows: Sequence[Sequence[Estimate]]) -> tuple[Estimate, ...]:
    return tuple(_pool(parts) for parts in zip(*rows, strict=True))


def _pool(parts: Sequence[Estimate]) -> Estimate:
    table = np.array([(one.value, one.low, one.high) for one in parts])
    known = np.all((table > 0) & (table < 1), axis=1)
    if len(parts) == 1:
        return parts[0]
    if not known.all():
        seen = table[~np.isnan(table[:, 0]), 0]
        value = float(seen.mean()) if len(seen) else np.nan
        return Estimate(value, np.nan, np.nan, parts[0].level, parts[0].method)
    scaled = np.log(-np.log1p(-table))
    variance = ((scaled[:, 2] - scaled[:, 1]) / (2 * Z)) ** 2
    pooled = pool_estimates(scaled[:, 0], variance)
    ends = (float(pooled.value[0]), float(pooled.low[0]), float(pooled.high[0]))
    value, low, high = (float(-np.expm1(-np.exp(end))) for end in ends)
    return Estimate(value, low, high, parts[0].level, parts[0].method)

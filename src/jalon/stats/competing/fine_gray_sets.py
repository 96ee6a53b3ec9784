"""Patients arranged for Fine-Gray regression: who is at risk when, and with which weight."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.stats.comparison.groups import code_groups
from jalon.stats.competing.cause import require_number
from jalon.stats.competing.censoring import CensoringBlocks, block_censoring
from jalon.stats.kernels.fine_gray import FineGraySets
from jalon.stats.order import sort_rows
from jalon.stats.ties import merge_ties


@dataclass(frozen=True, slots=True, eq=False)
class FineGrayTimeline:
    """The risk sets, the times that they belong to, and the censoring of each group.

    Attributes:
        sets: patients by rising time.
        time: shape (m,), times of an event of the cause.
        censoring: one record per group with its own censoring.
    """

    sets: FineGraySets
    time: Floats
    censoring: tuple[CensoringBlocks, ...]


def arrange_fine_gray(
    x: Floats, data: SurvivalData, cause: int, group: Integers
) -> FineGrayTimeline:
    """Sort patients by time and give each a weight after an event of another cause.

    Args:
        x: shape (n, p), covariates.
        data: outcomes of the same patients, weights above 0, some event of the cause.
        cause: the event code of interest.
        group: shape (n,), codes 0 to k - 1 of groups with their own censoring.

    Returns:
        The risk sets.
    """
    merged, _ = merge_ties(data.time)
    order = sort_rows(merged)
    time, group, event = np.array(merged[order]), group[order], data.event[order]
    kind = np.where(event == cause, 1, np.where(event > 0, 2, 0)).astype(np.int64)
    weight = np.ones(len(time)) if data.weight is None else data.weight[order]
    own = kind == 1
    moments, first = np.unique(time[own], return_index=True)
    censoring = block_censoring(time, (kind == 0).astype(np.float64), weight, group)
    own_free = np.empty(len(time))
    for one in censoring:
        own_free[one.rows] = one.free_before(time[one.rows])
    deaths = np.add.reduceat(weight[own], first)
    share = np.zeros((len(censoring), len(moments)))
    place = np.searchsorted(moments, time[own])
    np.add.at(share, (group[own], place), weight[own] / deaths[place])
    sets = FineGraySets(
        x=np.ascontiguousarray(x[order]),
        weight=weight,
        kind=kind,
        place=np.cumsum(np.append(False, time[1:] > time[:-1])),
        since=np.searchsorted(moments, time, side="left"),
        upto=np.searchsorted(moments, time, side="right"),
        group=group,
        own_free=own_free,
        free=np.array([one.free_before(moments) for one in censoring]),
        deaths=deaths,
        share=share,
    )
    return FineGrayTimeline(sets, moments, censoring)


def require_cause(data: SurvivalData, cause: int) -> None:
    """Refuse outcomes that Fine-Gray regression cannot take.

    Args:
        data: outcomes.
        cause: the event code of interest.

    Raises:
        UnsuitableDataError: no event of the cause, left truncation or strata.
    """
    require_number(cause)
    if not np.any(data.event == cause):
        raise UnsuitableDataError(
            f"none of the {len(data)} patients has an event of cause {cause}; choose another "
            "cause or wait for longer follow-up"
        )
    if data.entry is not None or data.stratum is not None:
        raise UnsuitableDataError(
            "Fine-Gray regression by censoring weights takes no left truncation and no strata; "
            "fit fine_gray_weights(data, cause) by fit_cox instead"
        )


def code_censoring(group: npt.ArrayLike | None, data: SurvivalData) -> Integers:
    """Number the groups with their own censoring.

    Args:
        group: shape (n,), numbers or text; None for one group.
        data: outcomes of the same patients.

    Returns:
        Shape (n,), codes from 0.

    Raises:
        UnsuitableDataError: not one group per patient, or a missing one.
    """
    if group is None:
        return np.zeros(len(data), dtype=np.int64)
    labels = np.asarray(group)
    known = set(labels.ravel().tolist()) if labels.shape == data.time.shape else set()
    if len(known) == 1 and None not in known and labels[0] == labels[0]:
        return np.zeros(len(data), dtype=np.int64)
    return code_groups(group, data).code

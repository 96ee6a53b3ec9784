"""Completed tables under each other: one fit for all of them."""

from __future__ import annotations

import numpy as np

from jalon.core import SurvivalData, UnsuitableDataError


def stack_outcomes(data: SurvivalData, copies: int) -> SurvivalData:
    """Repeat outcomes, one copy for each completed table, all copies together weighing as much.

    Every copy has strata of its own, so that nobody is compared with a patient of another table,
    or with himself.

    Args:
        data: outcomes of n patients.
        copies: how often, 1 or more.

    Returns:
        Outcomes of copies x n patients, in the order of the tables.

    Raises:
        UnsuitableDataError: no copy.

    Reference:
        Wood AM, White IR, Royston P (2008), doi:10.1002/sim.3177, section 2.2 (weights of one
        over the number of tables).

    Example:
        >>> data = SurvivalData(time=[5, 8], event=[1, 0])
        >>> stacked = stack_outcomes(data, 2)
        >>> stacked.time.tolist(), stacked.weight.tolist(), stacked.stratum.tolist()
        ([5.0, 8.0, 5.0, 8.0], [0.5, 0.5, 0.5, 0.5], [0, 0, 1, 1])
    """
    if copies < 1:
        raise UnsuitableDataError(f"{copies} copies were asked for; ask for at least 1")
    size = len(data)
    weight = np.ones(size) if data.weight is None else np.asarray(data.weight)
    stratum = np.zeros(size, np.int64) if data.stratum is None else np.asarray(data.stratum)
    code = np.unique(stratum, return_inverse=True)[1]
    copy = np.repeat(np.arange(copies), size)
    return SurvivalData(
        np.tile(data.time, copies),
        np.tile(data.event, copies),
        None if data.entry is None else np.tile(data.entry, copies),
        np.tile(weight / copies, copies),
        copy * (int(code.max(initial=0)) + 1) + np.tile(code, copies),
    )

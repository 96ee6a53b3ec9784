"""What a score is judged by, laid out once for every search: sorted rows, penalties, rules."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.learn.kernels.ground import Bits, Ground
from jalon.learn.kernels.sums import weigh_terms
from jalon.stats.competing.censoring import block_censoring
from jalon.stats.ties import merge_ties


@dataclass(frozen=True, slots=True, eq=False)
class Shrinkage:
    """What each coefficient is drawn to, and how strongly.

    Attributes:
        precision: shape (p,), inverse variance of the prior of each log hazard ratio, >= 0.
        centre: shape (p,), its mean.
    """

    precision: Floats
    centre: Floats


def lay_ground(
    bits: Bits,
    data: SurvivalData,
    shrinkage: Shrinkage | None = None,
    subdistribution: bool = False,
) -> Ground:
    """Sort patients once and sum what never changes.

    Ties follow Breslow (doi:10.2307/2529620). Patients of weight 0 are left out.

    Args:
        bits: shape (p, n), one row per term.
        data: outcomes of the same patients; event 1 is the event. Other causes are censored,
            or keep a falling weight with ``subdistribution``.
        shrinkage: what the coefficients are drawn to; None for no penalty.
        subdistribution: learn for the cumulative incidence (Fine and Gray 1999,
            doi:10.1080/01621459.1999.10474144) instead of the cause-specific hazard.

    Returns:
        The ground of the search.

    Raises:
        UnsuitableDataError: late entry together with ``subdistribution``.
    """
    size = len(data)
    weight = np.ones(size) if data.weight is None else np.asarray(data.weight)
    stratum = np.zeros(size, np.int64) if data.stratum is None else np.asarray(data.stratum)
    time, entry = merge_ties(np.asarray(data.time), data.entry)
    if subdistribution and entry is not None:
        raise UnsuitableDataError(
            "Fine-Gray weights are not defined here for patients who enter late; learn the "
            "cause-specific score instead"
        )
    patient, leaving, at = _list_rows(time, entry, weight, stratum)
    group = stratum[patient]
    deaths = np.where(leaving, 0.0, weight[patient] * (data.event[patient] == 1))
    ends = np.flatnonzero(np.append((group[1:] != group[:-1]) | (at[1:] != at[:-1]), True)) + 1
    died = np.add.reduceat(deaths, np.append(0, ends[:-1])) if ends.size else np.zeros(0)
    sets = ends[died > 0]
    first = np.searchsorted(group, group[sets - 1], side="left")
    finish = np.searchsorted(group, group[sets - 1], side="right")
    tail, fading = np.zeros(0), np.zeros(0)
    if subdistribution:
        tail, fading = _weigh_tails(data, time, weight, stratum, patient, sets)
    ordered = np.ascontiguousarray(bits[:, patient])
    rows = np.ascontiguousarray(ordered.T)
    terms = bits.shape[0]
    shrunk = shrinkage or Shrinkage(np.zeros(terms), np.zeros(terms))
    return Ground(
        rows=rows,
        terms=ordered,
        weight=np.where(leaving, -1.0, 1.0) * weight[patient],
        tail=tail,
        first=first.astype(np.int64),
        last=sets.astype(np.int64),
        finish=finish.astype(np.int64),
        deaths=died[died > 0],
        fading=fading,
        linear=weigh_terms(ordered, deaths),
        ridge=np.ascontiguousarray(shrunk.precision, dtype=np.float64),
        centre=np.ascontiguousarray(shrunk.centre, dtype=np.float64),
    )


def _list_rows(
    time: Floats, entry: Floats | None, weight: Floats, stratum: Integers
) -> tuple[Integers, npt.NDArray[np.bool_], Floats]:
    """Return, by stratum and falling time: the patient of each row, whether it leaves, its time."""
    patient, leaving, at = np.arange(len(time)), np.zeros(len(time), bool), time
    if entry is not None:
        late = np.flatnonzero(entry > 0)
        patient = np.concatenate([patient, late])
        leaving = np.concatenate([leaving, np.ones(late.size, bool)])
        at = np.concatenate([time, entry[late]])
    kept = np.flatnonzero(weight[patient] > 0)
    kept = kept[np.lexsort((-at[kept], stratum[patient[kept]]))]
    return patient[kept], leaving[kept], at[kept]


def _weigh_tails(
    data: SurvivalData,
    time: Floats,
    weight: Floats,
    stratum: Integers,
    patient: Integers,
    sets: Integers,
) -> tuple[Floats, Floats]:
    """Return the weight of competing events after their time, and the factor of each risk set."""
    # Patients of weight 0 are not there: the last of them would leave nobody to be censored.
    order = np.argsort(time, kind="stable")
    order = order[weight[order] > 0]
    codes = np.full(len(time), -1)
    codes[order] = np.unique(stratum[order], return_inverse=True)[1]
    blocks = block_censoring(
        time[order], (data.event[order] == 0).astype(np.float64), weight[order], codes[order]
    )
    free_at = np.ones(len(time))
    fading = np.empty(len(sets))
    of_set = codes[patient[sets - 1]]
    for code, block in enumerate(blocks):
        own = np.flatnonzero(codes == code)
        free_at[own] = block.free_before(time[own])
        mine = of_set == code
        fading[mine] = block.free_before(time[patient[sets[mine] - 1]])
    competing = data.event[patient] > 1
    tail = np.where(competing, weight[patient] / np.maximum(free_at[patient], 1e-300), 0.0)
    return tail, fading

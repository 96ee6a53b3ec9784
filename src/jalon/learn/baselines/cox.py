"""Small Cox regressions on terms, many in a row: patients sorted once, Breslow's form for ties."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from jalon.core import Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.learn.terms import Terms
from jalon.stats.ties import merge_ties

LARGEST = 12.0
"""A log hazard ratio beyond this is separation: the likelihood rises without end."""

STEPS = 40
"""Newton steps before a fit counts as failed."""


@dataclass(frozen=True, slots=True, eq=False)
class SortedTerms:
    """Terms of patients in the order in which the partial likelihood meets them.

    Attributes:
        bits: shape (n, p), one row per patient, by stratum and falling time.
        weight: shape (n,), case weights, all above 0.
        event: shape (n,), weight of the event, 0 when censored.
        close: shape (n,), 2 on the last patient of a stratum, 1 on the last of tied times.
    """

    bits: Floats
    weight: Floats
    event: Floats
    close: npt.NDArray[np.uint8]


def sort_terms(terms: Terms, data: SurvivalData) -> SortedTerms:
    """Sort the patients once for every later fit.

    Args:
        terms: candidate terms of n patients.
        data: outcomes of the same patients, event 1 being the event.

    Returns:
        Terms and outcomes in order, patients of weight 0 left out.

    Raises:
        UnsuitableDataError: another number of patients, no event, several causes, or late entry.
    """
    if terms.bits.shape[1] != len(data):
        raise UnsuitableDataError(
            f"the terms are of {terms.bits.shape[1]} patients but the outcomes of {len(data)}; "
            "give both of the same patients"
        )
    if np.any(data.event > 1):
        raise UnsuitableDataError("the outcome has several causes; choose one with data.cause(k)")
    if data.entry is not None:
        raise UnsuitableDataError(
            "the comparison scores do not know late entry; compare on patients seen from time zero"
        )
    weight = np.ones(len(data)) if data.weight is None else data.weight
    stratum = np.zeros(len(data), dtype=np.int64) if data.stratum is None else data.stratum
    if not np.any((data.event == 1) & (weight > 0)):
        raise UnsuitableDataError("no event was seen; there is nothing to learn from")
    time = merge_ties(data.time)[0]
    order = np.lexsort((-time, stratum))
    order = order[weight[order] > 0]
    close = np.ones(len(order), dtype=np.uint8)
    group, day = stratum[order], time[order]
    close[:-1] = np.where(group[1:] != group[:-1], 2, day[1:] != day[:-1])
    close[-1] = 2
    held = np.ascontiguousarray(weight[order])
    bits = np.ascontiguousarray(terms.bits[:, order].T.astype(np.float64))
    return SortedTerms(bits, held, held * (data.event[order] == 1), close)


def fit_terms(sheet: SortedTerms, columns: list[int]) -> tuple[Floats, float]:
    """Fit the Cox regression of some terms.

    Args:
        sheet: sorted patients.
        columns: the terms.

    Returns:
        Log hazard ratios, and the negative log partial likelihood.

    Raises:
        UnsuitableDataError: terms that repeat each other, or separate the outcome.
    """
    kept = np.array(columns, dtype=np.int64)
    beta, loss, reached = climb(
        sheet.bits, kept, np.zeros(len(kept)), sheet.weight, sheet.event, sheet.close
    )
    if not reached:
        raise UnsuitableDataError(
            f"a Cox regression on {len(columns)} terms has no maximum: some terms repeat each "
            "other or separate the outcome; take them out of the candidates"
        )
    return beta, float(loss)


@njit(cache=True, nogil=True)
def sum_slopes(  # pragma: no cover - compiled, takes plain arrays
    bits: Floats,
    columns: Integers,
    beta: Floats,
    weight: Floats,
    event: Floats,
    close: npt.NDArray[np.uint8],
) -> tuple[float, Floats, Floats]:
    """Sum loss, slope and curvature of a Cox regression on zeros and ones.

    Args:
        bits: shape (n, p), sorted patients.
        columns: shape (q,), the terms of the model.
        beta: shape (q,), their log hazard ratios.
        weight: shape (n,), case weights.
        event: shape (n,), event weights.
        close: shape (n,), ends of tied times and strata.

    Returns:
        Negative log partial likelihood, slope and curvature.
    """
    q = columns.size
    loss, died, sum0 = 0.0, 0.0, 0.0
    slope, bend = np.zeros(q), np.zeros((q, q))
    sum1, sum2 = np.zeros(q), np.zeros((q, q))
    active = np.empty(q, dtype=np.int64)
    for i in range(len(bits)):
        count, line = 0, 0.0
        for j in range(q):
            if bits[i, columns[j]] > 0:
                active[count] = j
                count += 1
                line += beta[j]
        part = weight[i] * np.exp(line)
        sum0 += part
        died += event[i]
        loss -= event[i] * line
        for a in range(count):
            j = active[a]
            sum1[j] += part
            slope[j] -= event[i]
            for b in range(a + 1):
                sum2[j, active[b]] += part
        if close[i] > 0:
            if died > 0:
                loss += died * np.log(sum0)
                _add_deaths(died, sum0, sum1, sum2, slope, bend)
                died = 0.0
            if close[i] == 2:
                sum0 = 0.0
                sum1[:], sum2[:] = 0.0, 0.0
    return loss, slope, bend + bend.T - np.diag(np.diag(bend))


@njit(cache=True, nogil=True)
def _add_deaths(  # pragma: no cover - compiled
    died: float, sum0: float, sum1: Floats, sum2: Floats, slope: Floats, bend: Floats
) -> None:
    """Add the deaths of one time to slope and (lower) curvature."""
    once = died / sum0
    for j in range(slope.size):
        mean = sum1[j] / sum0
        slope[j] += died * mean
        for k in range(j + 1):
            bend[j, k] += once * (sum2[j, k] - mean * sum1[k])


@njit(cache=True, nogil=True)
def climb(  # pragma: no cover - compiled, takes plain arrays
    bits: Floats,
    columns: Integers,
    start: Floats,
    weight: Floats,
    event: Floats,
    close: npt.NDArray[np.uint8],
) -> tuple[Floats, float, bool]:
    """Fit a Cox regression by Newton's method with halved steps.

    Args:
        bits: shape (n, p), sorted patients.
        columns: shape (q,), the terms of the model.
        start: shape (q,), where to begin.
        weight: shape (n,), case weights.
        event: shape (n,), event weights.
        close: shape (n,), ends of tied times and strata.

    Returns:
        Log hazard ratios, loss, and whether these are a minimum: not for terms that repeat
        each other or separate the outcome.
    """
    beta = start.copy()
    loss, slope, bend = sum_slopes(bits, columns, beta, weight, event, close)
    if columns.size == 0:
        return beta, loss, True
    for _ in range(STEPS):
        for j in range(columns.size):
            if bend[j, j] <= 1e-12:
                return beta, loss, False
        # A pivot lost to rounding is a term that the others repeat.
        scale = np.sqrt(np.diag(bend))
        unit = bend / np.outer(scale, scale)
        if np.linalg.cond(unit) > 1e9:
            return beta, loss, False
        step = np.linalg.solve(unit, slope / scale) / scale
        decrement = np.dot(step, slope)
        step /= max(1.0, np.abs(step).max() / 3.0)
        factor = 1.0
        found = sum_slopes(bits, columns, beta - step, weight, event, close)
        while found[0] > loss + 1e-10 * abs(loss) and factor > 1e-4:
            factor *= 0.5
            found = sum_slopes(bits, columns, beta - factor * step, weight, event, close)
        beta = beta - factor * step
        loss, slope, bend = found
        if np.abs(beta).max() > LARGEST:
            return beta, loss, False
        if decrement < 1e-9:
            return beta, loss, True
    return beta, loss, False


@njit(cache=True, nogil=True)
def try_terms(  # noqa: PLR0913, PLR0917 # pragma: no cover - compiled, takes plain arrays
    bits: Floats,
    chosen: Integers,
    beta: Floats,
    candidates: Integers,
    weight: Floats,
    event: Floats,
    close: npt.NDArray[np.uint8],
) -> Floats:
    """Fit a model once with each candidate term added.

    Args:
        bits: shape (n, p), sorted patients.
        chosen: shape (q,), terms already in the model.
        beta: shape (q,), their log hazard ratios.
        candidates: shape (m,), terms to try.
        weight: shape (n,), case weights.
        event: shape (n,), event weights.
        close: shape (n,), ends of tied times and strata.

    Returns:
        Shape (m,), losses; infinite where the model has no maximum.
    """
    losses = np.full(candidates.size, np.inf)
    columns = np.empty(chosen.size + 1, dtype=np.int64)
    start = np.zeros(chosen.size + 1)
    columns[:-1], start[:-1] = chosen, beta
    for k in range(candidates.size):
        columns[-1] = candidates[k]
        _, loss, reached = climb(bits, columns, start, weight, event, close)
        if reached:
            losses[k] = loss
    return losses

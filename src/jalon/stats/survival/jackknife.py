"""The infinitesimal jackknife: how much each patient's weight moves the curve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.stats.cluster import read_clusters
from jalon.stats.survival.event_table import EventTable
from jalon.stats.survival.ratio import divide
from jalon.stats.survival.rounding import find_root


@dataclass(frozen=True, slots=True, eq=False)
class _Paths:
    """How a patient's influence on the incidence F(t) moves, row by row.

    The influence is ``p_i(t) - F(t) b_i(t)``. While i is at risk its two parts fall along
    ``p`` and ``b``; at i's own event they jump by ``jump_p`` (and ``jump_own`` when the event
    is of the cause of interest) and ``jump_b``.
    """

    incidence: Floats
    p: Floats
    b: Floats
    jump_own: Floats
    jump_p: Floats
    jump_b: Floats


def jackknife_error(data: SurvivalData, table: EventTable, cause: int | None = None) -> Floats:
    """Return the robust standard error of a cumulative incidence, or of survival.

    Args:
        data: n patients.
        table: their counts, m rows.
        cause: the cause of interest; None for any event, that is for survival.

    Returns:
        Shape (m,): square root of the sum over patients of (weight x influence) squared.

    Reference:
        Andersen, Borgan, Gill and Keiding (1993), doi:10.1007/978-1-4612-4348-9, section
        II.8, for the derivative of the product integral with respect to the hazards.
    """
    paths = _trace(table, _own_events(table, cause))
    weight = np.ones(len(data)) if data.weight is None else data.weight
    row = _find_rows(table, data.time)
    start_row, start_p, start_b = _start(data, table, paths)
    event = data.event > 0
    own = event if cause is None else data.event == cause
    p = own * paths.jump_own[row] + event * paths.jump_p[row] - paths.p[row] + start_p
    b = event * paths.jump_b[row] - paths.b[row] + start_b

    def sum_gone(values: Floats) -> Floats:
        return _accumulate(row, weight**2 * values, len(table.time))

    def sum_staying(values: Floats) -> Floats:
        return _accumulate(start_row, weight**2 * values, len(table.time)) - sum_gone(values)

    f, u = paths.incidence, paths.p - paths.incidence * paths.b
    gone = sum_gone(p * p) - 2 * f * sum_gone(p * b) + f**2 * sum_gone(b * b)
    staying = u**2 * sum_staying(np.ones(len(data)))
    if data.entry is not None:
        # Those who entered late have lost only what came after their entry.
        staying -= 2 * u * (sum_staying(start_p) - f * sum_staying(start_b))
        staying += sum_staying(start_p**2) - 2 * f * sum_staying(start_p * start_b)
        staying += f**2 * sum_staying(start_b**2)
    error = find_root(gone + staying, sum_gone(p * p) + f**2 * sum_gone(b * b))
    return _hold(error, table)


def hazard_jackknife_error(data: SurvivalData, table: EventTable) -> Floats:
    """Return the robust standard error of a cumulative hazard.

    A patient's influence on the Nelson-Aalen estimate is 1 / Y at his own event, less the sum of
    d / Y^2 over the events that he was at risk for.

    Args:
        data: n patients.
        table: their counts, m rows.

    Returns:
        Shape (m,): square root of the sum over patients of (weight x influence) squared.

    Reference:
        Andersen, Borgan, Gill and Keiding (1993), doi:10.1007/978-1-4612-4348-9, section IV.1.
    """
    weight = np.ones(len(data)) if data.weight is None else data.weight
    rate = divide(np.ones_like(table.at_risk), table.at_risk)
    met = np.cumsum(table.every * rate**2)
    row = _find_rows(table, data.time)
    begin = np.zeros(len(data))
    start_row = np.zeros(len(data), dtype=np.int64)
    if data.entry is not None:
        start_row = _find_rows(table, data.entry)
        begin = met[start_row]
    final = (data.event > 0) * rate[row] - met[row] + begin
    rows = len(table.time)
    gone = _accumulate(row, weight**2 * final**2, rows)

    def sum_staying(values: Floats) -> Floats:
        return _accumulate(start_row, values, rows) - _accumulate(row, values, rows)

    square = weight**2
    staying = met**2 * sum_staying(square) - 2 * met * sum_staying(square * begin)
    staying += sum_staying(square * begin**2)
    size = gone + met**2 * _accumulate(start_row, square, rows)
    return _hold(find_root(gone + staying, size), table)


def cluster_error(data: SurvivalData, table: EventTable, cluster: npt.ArrayLike) -> Floats:
    """Return the robust standard error of survival when patients are alike within clusters.

    Args:
        data: n patients.
        table: their counts, m rows.
        cluster: shape (n,), code or name of each patient's cluster.

    Returns:
        Shape (m,): square root of the sum over clusters of the squared sum of the influences
        of their patients.

    Raises:
        UnsuitableDataError: not one code per patient, or a single cluster.
    """
    paths, row = _trace(table, table.every), _find_rows(table, data.time)
    start_row, start_p, start_b = _start(data, table, paths)
    event = data.event > 0
    p = event * (paths.jump_own[row] + paths.jump_p[row]) - paths.p[row] + start_p
    b = event * paths.jump_b[row] - paths.b[row] + start_b
    steps = _list_steps(data, cluster, (start_row, row), (start_p, p), (start_b, b))
    total = _square_clusters(steps, paths.p - paths.incidence * paths.b, paths.incidence)
    return _hold(total, table)


def hazard_cluster_error(data: SurvivalData, table: EventTable, cluster: npt.ArrayLike) -> Floats:
    """Return the robust standard error of a cumulative hazard for patients in clusters.

    Args:
        data: n patients.
        table: their counts, m rows.
        cluster: shape (n,), code or name of each patient's cluster.

    Returns:
        Shape (m,), as ``cluster_error``.

    Raises:
        UnsuitableDataError: not one code per patient, or a single cluster.
    """
    rate = divide(np.ones_like(table.at_risk), table.at_risk)
    met = np.cumsum(table.every * rate**2)
    row = _find_rows(table, data.time)
    start_row, begin = np.zeros(len(data), dtype=np.int64), np.zeros(len(data))
    if data.entry is not None:
        start_row = _find_rows(table, data.entry)
        begin = met[start_row]
    final = (data.event > 0) * rate[row] - met[row] + begin
    none = np.zeros(len(data))
    steps = _list_steps(data, cluster, (start_row, row), (begin, final), (none, none))
    return _hold(_square_clusters(steps, met, np.zeros(len(met))), table)


@dataclass(frozen=True, slots=True, eq=False)
class _Steps:
    """How the influence of each cluster changes, one step when a patient enters or leaves.

    It is ``own - staying * path(t) - other * incidence(t)``, the three being sums over the
    patients of the cluster; here they are, before and after each step.
    """

    row: Integers
    before: Floats
    after: Floats


def _list_steps(
    data: SurvivalData,
    cluster: npt.ArrayLike,
    rows: tuple[Integers, Integers],
    own: tuple[Floats, Floats],
    other: tuple[Floats, Floats],
) -> _Steps:
    """Sum the patients of each cluster in the order in which they enter and leave."""
    codes, _ = read_clusters(cluster, len(data))
    weight = np.ones(len(data)) if data.weight is None else data.weight
    one = np.ones(len(data))
    enter = np.stack([own[0], one, other[0]])
    leave = np.stack([own[1] - own[0], -one, other[1] - other[0]])
    row, code = np.concatenate(rows), np.concatenate([codes, codes])
    order = np.lexsort((row, code))
    change = (np.concatenate([enter, leave], axis=1) * np.tile(weight, 2))[:, order]
    total = np.cumsum(change, axis=1)
    # What earlier clusters summed to is taken off.
    starts = np.flatnonzero(np.diff(code[order], prepend=-1))
    past = np.repeat(
        np.where(starts > 0, total[:, starts - 1], 0.0), np.diff(np.append(starts, len(row))), 1
    )
    return _Steps(row[order], total - change - past, total - past)


def _square_clusters(steps: _Steps, path: Floats, incidence: Floats) -> Floats:
    """Return the root of the sum over clusters of their squared influence, at each row."""

    def sum_products(i: int, j: int) -> Floats:
        gain = steps.after[i] * steps.after[j] - steps.before[i] * steps.before[j]
        return _accumulate(steps.row, gain, len(path))

    own, staying, other = (sum_products(i, i) for i in range(3))
    size = own + path**2 * staying + incidence**2 * other
    cross = path * sum_products(0, 1) + incidence * sum_products(0, 2)
    total = size - 2 * cross + 2 * path * incidence * sum_products(1, 2)
    return find_root(total, size)


def _hold(error: Floats, table: EventTable) -> Floats:
    """Keep the error of the last event: rounding must not move a limit where nothing happens."""
    last = np.maximum.accumulate(np.where(table.every > 0, np.arange(len(error)), -1))
    return np.where(last >= 0, error[last], 0.0)


def choose_robust(data: SurvivalData | EventTable, variance: str) -> bool:
    """Decide whether a variance must be robust.

    Args:
        data: patients or counts.
        variance: "robust", "auto" or the name of another variance.

    Returns:
        True for "robust", and for "auto" when some weight is not a whole number: such weights
        are not counts of patients, so formulas for counts would be wrong.
    """
    if variance == "auto" and isinstance(data, SurvivalData) and data.weight is not None:
        return bool(np.any(data.weight != np.round(data.weight)))
    return variance == "robust"


def need_patients(data: SurvivalData | EventTable) -> SurvivalData:
    """Return the patients who count.

    Args:
        data: patients or counts.

    Returns:
        The patients of weight above 0; the others have no row in the counts.

    Raises:
        UnsuitableDataError: counts, which do not keep each patient's weight.
    """
    if isinstance(data, EventTable):
        raise UnsuitableDataError(
            "robust variance needs the patients; counts do not keep each one's weight"
        )
    return data if data.weight is None or data.weight.all() else data.take(data.weight > 0)


def keep_clusters(
    data: SurvivalData | EventTable, cluster: npt.ArrayLike, variance: str
) -> tuple[SurvivalData, npt.NDArray[np.generic]]:
    """Return the patients who count, with their clusters.

    Args:
        data: patients or counts.
        cluster: shape (n,), code or name of each patient's cluster.
        variance: "robust", "auto" or the name of another variance.

    Returns:
        The patients of weight above 0, and the cluster of each.

    Raises:
        UnsuitableDataError: counts, another variance, or not one code per patient.
    """
    if variance not in ("robust", "auto"):
        raise UnsuitableDataError(
            f"the {variance} variance takes all patients as independent; leave variance out, or "
            "the clusters"
        )
    patients, codes = need_patients(data), np.asarray(cluster)
    if isinstance(data, SurvivalData) and patients is not data and codes.shape == (len(data),):
        codes = codes[np.asarray(data.weight) > 0]
    return patients, codes


def _own_events(table: EventTable, cause: int | None) -> Floats:
    if cause is None:
        return table.every
    known = cause <= table.events.shape[1]
    return table.events[:, cause - 1] if known else np.zeros(len(table.time))


def _trace(table: EventTable, own: Floats) -> _Paths:
    every, at_risk = table.every, table.at_risk
    hazard = divide(every, at_risk)
    before = np.append(1.0, np.cumprod(1 - hazard)[:-1])
    incidence = np.cumsum(before * divide(own, at_risk))
    # Once nobody is left the incidence cannot move: what happens then has no such influence.
    jump_b = divide(np.ones_like(every), at_risk - every)
    jump_p = incidence * jump_b
    jump_own = divide(before, at_risk)
    p = np.cumsum(jump_own * divide(own, at_risk) + jump_p * hazard)
    return _Paths(incidence, p, np.cumsum(jump_b * hazard), jump_own, jump_p, jump_b)


def _start(data: SurvivalData, table: EventTable, paths: _Paths) -> tuple[Integers, Floats, Floats]:
    if data.entry is None:
        nothing = np.zeros(len(data))
        return np.zeros(len(data), dtype=np.int64), nothing, nothing
    row = _find_rows(table, data.entry)
    return row, paths.p[row], paths.b[row]


def _find_rows(table: EventTable, time: Floats) -> Integers:
    return np.searchsorted(table.time, time, side="right") - 1


def _accumulate(row: Integers, values: Floats, rows: int) -> Floats:
    return np.cumsum(np.bincount(row, weights=values, minlength=rows))

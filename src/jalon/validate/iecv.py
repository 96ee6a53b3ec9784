"""Internal-external cross-validation: leave each centre out in turn, learn, and judge there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from jalon.core import ConvergenceError, Integers, SurvivalData, UnsuitableDataError
from jalon.stats import TauMethod
from jalon.validate.merit import Aim, MeritName, Merits, measure_merits
from jalon.validate.pooling import PooledMerit, pool_merits
from jalon.validate.predicted import Predicted

Model = TypeVar("Model")

POOLED: tuple[MeritName, ...] = ("concordance", "slope", "ratio")


@dataclass(frozen=True, slots=True)
class CentreRule:
    """Which centres are large enough to stand alone, and how all are averaged.

    Attributes:
        least_patients: a centre with fewer is put together with other small ones.
        least_events: so is one with fewer events of interest.
        method: estimator of the variance between centres.
    """

    least_patients: int = 20
    least_events: int = 10
    method: TauMethod = "REML"


USUAL = CentreRule()
"""The rule when none is given."""


@dataclass(frozen=True, slots=True, eq=False)
class HeldOut:
    """One centre, judged by what was learned in all others.

    Attributes:
        name: of the centre, or of the small ones together.
        centres: the centres that it is made of.
        learned_from: patients of the other centres.
        merits: figures among its own patients; None where nothing could be learned without it.
        reason: why not; empty where it could.
    """

    name: str
    centres: tuple[str, ...]
    learned_from: int
    merits: Merits | None
    reason: str


@dataclass(frozen=True, slots=True, eq=False)
class CentreValidation:
    """How good a way of learning is in centres that it has not seen.

    Attributes:
        centres: one per centre left out, the largest first.
        pooled: each figure over all centres, with the interval for a new one.
        rule: which centres were put together, in words; empty when none was.
        notes: what could not be computed, and why.
    """

    centres: tuple[HeldOut, ...]
    pooled: dict[MeritName, PooledMerit]
    rule: str
    notes: tuple[str, ...]


def leave_centres_out(  # noqa: PLR0913, PLR0917 - one call states the whole experiment
    fit: Callable[[Integers], Model],
    predict: Callable[[Model, Integers], Predicted],
    data: SurvivalData,
    centre: npt.ArrayLike,
    aim: Aim,
    rule: CentreRule = USUAL,
    progress: Callable[[int], None] | None = None,
) -> CentreValidation:
    """Learn without one centre and judge in it, for each centre in turn, and average.

    Args:
        fit: learns a model from the patients at some rows. All that was chosen by looking at the
            data belongs inside.
        predict: says what a model predicts for the patients at some rows.
        data: outcomes of all patients, without late entry or weights.
        centre: shape (n,), centre of each patient, or region, product, or calendar period.
        aim: the time, cause and coverage that centres are judged by.
        rule: which centres are too small to stand alone, and how all are averaged.
        progress: called with the number of centres done.

    Returns:
        C, calibration slope and observed over expected of each centre, and their random-effects
        averages with the prediction interval for a new centre. C is pooled on the logit and
        observed over expected on the log scale.

    Raises:
        UnsuitableDataError: not one centre per patient, a missing one, or fewer than two left when
            the small ones are put together.

    Reference:
        Royston P, Parmar MKB, Sylvester R (2004), doi:10.1002/sim.1691; Debray TPA and others
        (2017), doi:10.1136/bmj.i6460, for the averages.

    Example:
        >>> from jalon.stats import fit_cox
        >>> rng = np.random.default_rng(1)
        >>> x, centre = rng.normal(size=(400, 1)), np.repeat(["a", "b", "c", "d"], 100)
        >>> data = SurvivalData(rng.exponential(np.exp(-x[:, 0])), np.ones(400))
        >>> found = leave_centres_out(
        ...     lambda rows: fit_cox(x[rows], data.take(rows)).coefficients,
        ...     lambda model, rows: Predicted(x[rows] @ model, log_hazard=x[rows] @ model),
        ...     data, centre, Aim(1.0),
        ... )
        >>> len(found.centres), found.pooled["concordance"].prediction.low > 0.6
        (4, True)
    """
    names, codes = _read_centres(centre, len(data))
    parts, words = _join_small(names, codes, data, aim, rule)
    held = []
    for done, (name, members) in enumerate(parts, start=1):
        inside = np.isin(codes, members)
        held.append(_hold_out(fit, predict, data, inside, aim, (name, names[members])))
        if progress is not None:
            progress(done)
    judged = {one.name: one.merits for one in held if one.merits is not None}
    pooled, notes = pool_merits(judged, POOLED, aim.level, rule.method)
    failed = tuple(f"{one.name}: {one.reason}" for one in held if one.reason)
    own = tuple(f"{name}: {text}" for name, merits in judged.items() for text in merits.notes)
    return CentreValidation(tuple(held), pooled, words, (*failed, *own, *notes))


def _hold_out(
    fit: Callable[[Integers], Model],
    predict: Callable[[Model, Integers], Predicted],
    data: SurvivalData,
    inside: npt.NDArray[np.bool_],
    aim: Aim,
    who: tuple[str, npt.NDArray[np.str_]],
) -> HeldOut:
    rest, own = np.flatnonzero(~inside), np.flatnonzero(inside)
    merits, reason = None, ""
    try:
        merits = measure_merits(predict(fit(rest), own), data.take(own), aim)
    except (UnsuitableDataError, ConvergenceError) as error:
        reason = str(error)
    return HeldOut(who[0], tuple(who[1].tolist()), len(rest), merits, reason)


def _read_centres(centre: npt.ArrayLike, n: int) -> tuple[npt.NDArray[np.str_], Integers]:
    values = np.asarray(centre, dtype=object)
    if values.shape != (n,):
        raise UnsuitableDataError(
            f"centres of shape {values.shape} for {n} patients; give one centre per patient"
        )
    missing = int(sum(one is None or one != one for one in values.tolist()))  # noqa: PLR0124 - NaN
    if missing:
        raise UnsuitableDataError(
            f"the centre of {missing} of {n} patients is not known; leave them out, or give them "
            "a centre of their own"
        )
    texts = np.array([str(one) for one in values.tolist()])
    names, codes = np.unique(texts, return_inverse=True)
    return names, codes.astype(np.int64)


def _join_small(
    names: npt.NDArray[np.str_], codes: Integers, data: SurvivalData, aim: Aim, rule: CentreRule
) -> tuple[list[tuple[str, Integers]], str]:
    """Put small centres together, and the next larger ones too until they are enough."""
    patients = np.bincount(codes, minlength=len(names))
    events = np.bincount(codes[data.event == aim.cause], minlength=len(names))
    order = np.lexsort((names, -patients, -events))
    small = (patients < rule.least_patients) | (events < rule.least_events)
    alone = [k for k in order.tolist() if not small[k]]
    joined = [k for k in order.tolist() if small[k]]
    while joined and alone and not _is_enough(patients, events, joined, rule):
        joined.insert(0, alone.pop())
    parts = [(str(names[k]), np.array([k], dtype=np.int64)) for k in alone]
    words = ""
    if joined:
        label = f"{len(joined)} small ones" if len(joined) > 1 else str(names[joined[0]])
        parts.append((label, np.array(joined, dtype=np.int64)))
        listed = ", ".join(str(names[k]) for k in joined)
        words = (
            f"centres with fewer than {rule.least_patients} patients or {rule.least_events} events "
            f"were put together until they had as many: {listed}"
        )
    if len(parts) < 2:
        raise UnsuitableDataError(
            f"of {len(names)} centres only {len(parts)} has {rule.least_patients} patients and "
            f"{rule.least_events} events; leaving it out leaves nothing to learn from"
        )
    return parts, words


def _is_enough(patients: Integers, events: Integers, joined: list[int], rule: CentreRule) -> bool:
    return bool(
        patients[joined].sum() >= rule.least_patients and events[joined].sum() >= rule.least_events
    )

"""Predicted cumulative incidence of a patient with given covariates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, Integers, UnsuitableDataError
from jalon.stats.arguments import read_floats, require_choice
from jalon.stats.competing.cause_specific import CauseSpecificFit, find_table
from jalon.stats.competing.effects import read_effects
from jalon.stats.competing.fine_gray_fit import ChangingEffects, FineGrayFit
from jalon.stats.competing.survival_steps import find_survival_steps
from jalon.stats.regression.cox_fit import CoxFit
from jalon.stats.regression.prediction import predict_log_hazard

RiskForm = Literal["product-limit", "exponential", "transition", "survival-3.5"]

CHUNK = 256
"""Patients predicted at once, so that memory does not grow as patients times event times."""


@dataclass(frozen=True, slots=True, eq=False)
class IncidencePrediction:
    """Predicted cumulative incidence of n patients at m times.

    Attributes:
        cause: the event code.
        time: shape (m,), the times asked for.
        value: shape (n, m), probability to have had the cause by each time.
        method: the model that it comes from.
    """

    cause: int
    time: Floats
    value: Floats
    method: str


def predict_incidence(
    fit: FineGrayFit | CauseSpecificFit,
    x: npt.ArrayLike | ChangingEffects | Mapping[int, npt.ArrayLike],
    times: npt.ArrayLike,
    cause: int | None = None,
    stratum: npt.ArrayLike | None = None,
    form: RiskForm = "product-limit",
) -> IncidencePrediction:
    """Predict the probability of each patient to have had one cause of event by given times.

    From a Fine-Gray fit it is 1 - exp(-cumulative subdistribution hazard). From cause-specific
    fits it is the sum, over the times of an event, of the probability to be free of every event
    just before, times the hazard of the cause.

    Args:
        fit: a Fine-Gray fit, or one Cox regression per cause.
        x: shape (n, p), covariates in the order of the fit; ``ChangingEffects`` for a fit that
            had them (its function is not called again), or a table per cause.
        times: shape (m,), in the unit of the fit; after the last event incidence stays flat.
        cause: the event code; None for that of a Fine-Gray fit, and cause 1 otherwise.
        stratum: shape (n,), the stratum of each patient, for cause-specific fits with several.
        form: how cause-specific hazards become the probability to be free of every event:
            "product-limit" multiplies 1 - hazard (R's ``riskRegression``; "exponential" is its
            ``product.limit = FALSE``), "transition" lets the causes compete within each step
            too (R's ``survfit`` of a multi-state ``coxph``). "survival-3.5" is "transition" with
            the hazards that survival 3.5-3 (Debian 12) mistakes for those of Efron's ties in
            multi-state models: wrong by up to a tenth where days tie, and here only to reproduce
            such analyses.

    Returns:
        Incidence, without interval: R's ``predict.crr`` has none either. By the product limit,
        hazards that would add to more than 1 at one time are shrunk to 1, where R gives
        risks outside 0 to 1.

    Raises:
        UnsuitableDataError: wrong shape, another cause than was fitted, or an unknown stratum.

    Reference:
        Fine and Gray (1999), doi:10.1080/01621459.1999.10474144; for cause-specific hazards
        Benichou and Gail (1990), doi:10.2307/2532098.

    Example:
        >>> from jalon.core import SurvivalData
        >>> from jalon.stats.competing.fine_gray import fit_fine_gray
        >>> data = SurvivalData(time=[1, 2, 3, 4, 5, 6], event=[1, 2, 1, 0, 1, 2])
        >>> fit = fit_fine_gray([[1], [0], [1], [0], [0], [1]], data)
        >>> predict_incidence(fit, [[0], [1]], [3]).value.round(3).tolist()
        [[0.187], [0.433]]
    """
    moments = np.atleast_1d(read_floats(times, "times"))
    if moments.ndim != 1 or np.any(np.isnan(moments)):
        raise UnsuitableDataError("times must be one row of numbers, none missing")
    require_choice(form, "form", RiskForm)
    if isinstance(fit, FineGrayFit):
        if cause not in (None, fit.cause) or isinstance(x, Mapping):
            raise UnsuitableDataError(
                f"this Fine-Gray fit is about cause {fit.cause} only; fit the other cause too"
            )
        value = _follow_baseline(fit, x, moments)
        return IncidencePrediction(fit.cause, moments, value, "Fine-Gray")
    if isinstance(x, ChangingEffects):
        raise UnsuitableDataError("cause-specific fits take plain covariates; give x as a table")
    wanted = 1 if cause is None else cause
    fit.of_cause(wanted)
    ratios = _find_ratios(fit, x)
    codes = _read_strata(fit, stratum, ratios.shape[1])
    value = np.empty((ratios.shape[1], len(moments)))
    for code in np.unique(codes):
        rows = np.flatnonzero(codes == code)
        if form == "survival-3.5":
            steps = find_survival_steps(fit.fits)
        else:
            steps = _find_steps(fit.fits, int(code))
        value[rows] = _combine(ratios[:, rows], steps, moments, fit.causes.index(wanted), form)
    return IncidencePrediction(wanted, moments, value, f"cause-specific, {form}")


def _combine(
    ratios: Floats, baseline: tuple[Floats, Floats], times: Floats, wanted: int, form: RiskForm
) -> Floats:
    """Incidence of one cause of the patients of one stratum, a few patients at once."""
    time, steps = baseline
    place = np.searchsorted(time, times, side="right")
    value = np.empty((ratios.shape[1], len(times)))
    for first in range(0, len(value), CHUNK):
        some = slice(first, first + CHUNK)
        hazards = ratios[:, some, np.newaxis] * steps[:, np.newaxis, :]
        value[some] = _compete(hazards, wanted, form)[:, place]
    return value


def _find_ratios(fit: CauseSpecificFit, x: npt.ArrayLike | Mapping[int, npt.ArrayLike]) -> Floats:
    """Hazard of each cause relative to the patient at the means, shape (k, n)."""
    tables = [read_floats(find_table(x, code), "x") for code in fit.causes]
    if len({len(table) for table in tables if table.ndim}) > 1:
        raise UnsuitableDataError("the tables of the causes differ in their number of patients")
    for table in tables:
        _require_finite(table)
    return np.exp(
        [
            predict_log_hazard(one, table, centred=True)
            for one, table in zip(fit.fits, tables, strict=True)
        ]
    )


def _follow_baseline(fit: FineGrayFit, x: npt.ArrayLike | ChangingEffects, times: Floats) -> Floats:
    table, _ = read_effects(x, None, fit.names)
    _require_finite(table)
    factor = fit.baseline.factor
    steady = table.shape[1] - factor.shape[1]
    moved = table - fit.means
    place = np.searchsorted(fit.baseline.time, times, side="right")
    value = np.empty((len(table), len(times)))
    for i, one in enumerate(moved * fit.coefficients):
        log_ratio = one[:steady].sum() + factor @ one[steady:]
        hazard = np.append(0.0, np.cumsum(fit.baseline.hazard * np.exp(log_ratio)))
        value[i] = -np.expm1(-hazard[place])
    return value


def _require_finite(table: Floats) -> None:
    missing = int(np.sum(~np.isfinite(table)))
    if missing:
        raise UnsuitableDataError(
            f"x is missing or infinite in {missing} cells; complete the patients to predict for"
        )


def _compete(hazards: Floats, wanted: int, form: RiskForm) -> Floats:
    """Turn hazards, shape (k, n, m), into incidences of one cause, shape (n, m + 1)."""
    whole = hazards.sum(axis=0)
    own = hazards[wanted]
    if form == "product-limit":
        own = own / np.maximum(whole, 1.0)
        free = np.cumprod(1.0 - np.minimum(whole, 1.0), axis=1)
    else:
        free = np.exp(-np.cumsum(whole, axis=1))
    if form in ("transition", "survival-3.5"):
        own = np.divide(own, whole, out=np.zeros_like(own), where=whole > 0) * -np.expm1(-whole)
    edge = np.ones((len(free), 1))
    before = np.hstack([edge, free[:, :-1]])
    return np.hstack([edge - 1, np.cumsum(before * own, axis=1)])


def _find_steps(fits: tuple[CoxFit, ...], stratum: int) -> tuple[Floats, Floats]:
    """Return the times of an event of any cause, and each cause's hazard at them."""
    rows = [fit.baseline.stratum == stratum for fit in fits]
    own = [fit.baseline.time[row] for fit, row in zip(fits, rows, strict=True)]
    time = np.unique(np.concatenate(own))
    steps = np.zeros((len(fits), len(time)))
    for k, (fit, row) in enumerate(zip(fits, rows, strict=True)):
        place = np.searchsorted(time, own[k])
        steps[k, place] = np.diff(fit.baseline.hazard[row], prepend=0.0)
    return time, steps


def _read_strata(fit: CauseSpecificFit, stratum: npt.ArrayLike | None, n: int) -> Integers:
    known = np.unique(np.concatenate([one.baseline.stratum for one in fit.fits]))
    if stratum is None:
        if len(known) > 1:
            raise UnsuitableDataError(
                f"the fit has {len(known)} strata; say which one each patient belongs to"
            )
        return np.full(n, known[0], dtype=np.int64)
    given = read_floats(stratum, "stratum")
    if given.shape not in ((), (n,)):
        raise UnsuitableDataError(f"stratum has shape {given.shape}; give one for each of {n}")
    codes = np.broadcast_to(given, (n,))
    strange = np.setdiff1d(codes, known)
    if len(strange):
        raise UnsuitableDataError(
            f"the fit has no event in {len(strange)} of the strata asked for; choose among its "
            f"{len(known)} strata with events"
        )
    return codes.astype(np.int64)

"""How many patients a new prediction model needs (Riley's criteria)."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy.special import expit, ndtri, xlogy

from jalon.core import UnsuitableDataError

Z = 1.96
"""As published, not 1.95996."""


@dataclass(frozen=True, slots=True)
class SizeRules:
    """What a cohort must be large enough for.

    Attributes:
        shrinkage: least expected shrinkage of the effects; 0.9 means 10% of overfitting.
        optimism: largest difference of apparent and adjusted Nagelkerke R2.
        margin: half width of the 95% interval of the overall risk.
    """

    shrinkage: float = 0.9
    optimism: float = 0.05
    margin: float = 0.05


@dataclass(frozen=True, slots=True)
class DevelopmentSize:
    """How many patients a prediction model needs, and why.

    Attributes:
        for_shrinkage: patients for little overfitting (criterion 1).
        for_optimism: patients for a small drop of R2 (criterion 2).
        for_risk: patients for a precise overall risk (criterion 3).
        patients: the largest of the three.
        events: events expected among them.
        events_per_parameter: the same for each parameter.
        shrinkage: expected shrinkage with so many patients, by criteria 1 and 2.
        r2: the Cox-Snell R2 that was expected.
        r2_most: the largest that it can be.
        risk: overall risk at the time of interest.
    """

    for_shrinkage: int
    for_optimism: int
    for_risk: int
    patients: int
    events: float
    events_per_parameter: float
    shrinkage: float
    r2: float
    r2_most: float
    risk: float

    @property
    def nagelkerke(self) -> float:
        """The expected R2 as a share of the largest one."""
        return self.r2 / self.r2_most


def size_development(
    r2: float,
    parameters: int,
    rate: float,
    horizon: float,
    follow_up: float,
    *,
    rules: SizeRules | None = None,
) -> DevelopmentSize:
    """Say how many patients a prognostic model or score needs.

    Args:
        r2: Cox-Snell R2 that is expected, adjusted for optimism, above 0; ``r2_from_nagelkerke``
            and ``r2_from_concordance`` give it from other figures.
        parameters: candidate parameters, at least 1: all limits and levels that may be tried,
            not only those that will be chosen.
        rate: events for each patient and unit of time.
        horizon: time of interest, in the same unit.
        follow_up: mean follow-up, in the same unit.
        rules: what the cohort must be large enough for; None for the published ones.

    Returns:
        The number for each criterion, and the largest.

    Raises:
        UnsuitableDataError: a number out of its range, or an R2 above the largest possible.

    Reference:
        Riley RD and others (2019), doi:10.1002/sim.7992, sections 3 to 5; Riley RD and others
        (2020), doi:10.1136/bmj.m441, figure 3. As R's ``pmsampsize``, type "s".

    Example:
        Recurrence of venous thrombosis, 30 candidate parameters.

        >>> found = size_development(0.051, 30, rate=0.065, horizon=2, follow_up=2.07)
        >>> found.for_shrinkage, found.for_optimism, found.patients
        (5143, 1039, 5143)
    """
    want = rules or SizeRules()
    _require_positive(rate=rate, horizon=horizon, follow_up=follow_up)
    per_patient = rate * follow_up
    most = -math.expm1(2 * (per_patient * math.log(per_patient) - per_patient))
    free = math.exp(-rate * horizon)
    # The lower limit of the risk lies farther away than the upper one.
    reach = math.log1p(want.margin / free) / horizon
    for_risk = math.ceil(rate * (Z / reach) ** 2 / follow_up)
    return _join(r2, most, parameters, for_risk, (per_patient, 1 - free), want)


def size_development_binary(
    r2: float, parameters: int, prevalence: float, rules: SizeRules | None = None
) -> DevelopmentSize:
    """Say how many patients a model of a yes-or-no outcome needs.

    Args:
        r2: Cox-Snell R2 that is expected, adjusted for optimism, above 0.
        parameters: candidate parameters, at least 1.
        prevalence: share of patients with the outcome, 0 to 1.
        rules: what the cohort must be large enough for; None for the published ones.

    Returns:
        The number for each criterion, and the largest.

    Raises:
        UnsuitableDataError: a number out of its range, or an R2 above the largest possible.

    Reference:
        Riley RD and others (2019), doi:10.1002/sim.7992, sections 3 to 5. As R's ``pmsampsize``,
        type "b".

    Example:
        >>> size_development_binary(0.288, 24, prevalence=0.174).patients
        662
    """
    want = rules or SizeRules()
    if not 0 < prevalence < 1:
        raise UnsuitableDataError(f"prevalence is {prevalence:g}; give a share between 0 and 1")
    null = xlogy(prevalence, prevalence) + xlogy(1 - prevalence, 1 - prevalence)
    for_risk = math.ceil((Z / want.margin) ** 2 * prevalence * (1 - prevalence))
    most = -math.expm1(2 * float(null))
    return _join(r2, most, parameters, for_risk, (prevalence, prevalence), want)


def _join(
    r2: float,
    most: float,
    parameters: int,
    for_risk: int,
    events: tuple[float, float],
    want: SizeRules,
) -> DevelopmentSize:
    per_patient, risk = events
    if parameters < 1:
        raise UnsuitableDataError(f"{parameters} parameters; give at least 1")
    if not 0 < r2 < most:
        raise UnsuitableDataError(
            f"R2 is {r2:g}, but with these events a Cox-Snell R2 lies between 0 and {most:.3g}; "
            "turn a Nagelkerke R2 into it first"
        )
    for name in ("shrinkage", "optimism", "margin"):
        if not 0 < getattr(want, name) < 1:
            raise UnsuitableDataError(f"{name} is {getattr(want, name):g}; give a share below 1")
    second = r2 / (r2 + want.optimism * most)
    for_shrinkage, for_optimism = (
        _count(parameters, r2, shrinkage) for shrinkage in (want.shrinkage, second)
    )
    patients = max(for_shrinkage, for_optimism, for_risk)
    return DevelopmentSize(
        for_shrinkage,
        for_optimism,
        for_risk,
        patients,
        patients * per_patient,
        patients * per_patient / parameters,
        max(want.shrinkage, second) if for_risk <= max(for_shrinkage, for_optimism)
        else expect_shrinkage(r2, parameters, patients),
        r2,
        most,
        risk,
    )  # fmt: skip


def _count(parameters: int, r2: float, shrinkage: float) -> int:
    if shrinkage <= r2:
        raise UnsuitableDataError(
            f"a shrinkage of {shrinkage:.3g} cannot go with an R2 of {r2:.3g}; ask for more"
        )
    return math.ceil(parameters / ((shrinkage - 1) * math.log1p(-r2 / shrinkage)))


def expect_shrinkage(r2: float, parameters: int, patients: int) -> float:
    """Say by how much the effects of a model from so many patients will have to be shrunk.

    Args:
        r2: Cox-Snell R2 that is expected, adjusted for optimism, above 0 and below 1.
        parameters: candidate parameters.
        patients: how many there are.

    Returns:
        The expected shrinkage, 0 to 1; below 0.9 the model will be overfitted.

    Raises:
        UnsuitableDataError: a number out of its range.

    Reference:
        Riley RD and others (2019), doi:10.1002/sim.7992, equation 10, solved for the shrinkage.

    Example:
        >>> round(expect_shrinkage(0.051, 30, 5143), 3)
        0.9
    """
    if not 0 < r2 < 1 or parameters < 1 or patients < 1:
        raise UnsuitableDataError(
            f"R2 {r2:g}, {parameters} parameters, {patients} patients: R2 must be between 0 and 1 "
            "and the others at least 1"
        )

    def need(shrinkage: float) -> float:
        return parameters / ((shrinkage - 1) * math.log1p(-r2 / shrinkage))

    low, high = r2, 1.0  # what is needed rises with the shrinkage
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if need(middle) <= patients else (low, middle)
    return low


def r2_from_nagelkerke(share: float, rate: float, follow_up: float) -> float:
    """Turn a Nagelkerke R2 into the Cox-Snell R2 of survival data.

    Where nothing is known of a model, 0.15 is a cautious guess.

    Args:
        share: Nagelkerke R2, above 0 and below 1.
        rate: events for each patient and unit of time.
        follow_up: mean follow-up, in the same unit.

    Returns:
        The Cox-Snell R2.

    Raises:
        UnsuitableDataError: a number out of its range.

    Reference:
        Riley RD and others (2020), doi:10.1136/bmj.m441, box 3 (0.15) and figure 3.

    Example:
        >>> round(r2_from_nagelkerke(0.15, rate=0.065, follow_up=2.07), 4)
        0.0832
    """
    _require_positive(rate=rate, follow_up=follow_up)
    if not 0 < share < 1:
        raise UnsuitableDataError(f"the Nagelkerke R2 is {share:g}; give a share below 1")
    events = rate * follow_up
    return -share * math.expm1(2 * (events * math.log(events) - events))


def r2_from_concordance(concordance: float, events: float, patients: float) -> float:
    """Turn a C of survival data into the Cox-Snell R2 that goes with it.

    By way of Royston's D and the R2 of O'Quigley and others; an approximation found by
    simulation, for normal prognostic indexes.

    Args:
        concordance: Harrell's C, above 0.5 and below 1.
        events: number of events.
        patients: number of patients.

    Returns:
        The Cox-Snell R2, not adjusted: take off what is optimistic from C first.

    Raises:
        UnsuitableDataError: a number out of its range.

    Reference:
        Jinks RC, Royston P, Parmar MKB (2015), doi:10.1186/s12874-015-0078-y (C to D); Riley RD
        and others (2019), doi:10.1002/sim.7992, section 4 (D to R2).

    Example:
        >>> round(r2_from_concordance(0.76, events=637, patients=662), 4)
        0.4912
    """
    if not 0.5 < concordance < 1:
        raise UnsuitableDataError(
            f"C is {concordance:g}; a model worth a study has one between 0.5 and 1"
        )
    if not 0 < events <= patients:
        raise UnsuitableDataError(f"{events:g} events of {patients:g} patients; give events first")
    above = concordance - 0.5
    spread = (5.50 * above + 10.26 * above**3) ** 2 * math.pi / 8
    noise = math.pi**2 / 6
    explained = spread / (noise + spread)
    quigley = noise * explained / (1 - (1 - noise) * explained)
    return -math.expm1(events / patients * math.log1p(-quigley))


def r2_from_auc(auc: float, prevalence: float) -> float:
    """Turn an area under the ROC curve into the Cox-Snell R2 of a yes-or-no outcome.

    Log odds are taken to be normal among those with and without the outcome, with one variance.
    The published method draws a large sample; here its expectation is integrated.

    Args:
        auc: area under the ROC curve, above 0.5 and below 1.
        prevalence: share of patients with the outcome, 0 to 1.

    Returns:
        The Cox-Snell R2.

    Raises:
        UnsuitableDataError: a number out of its range.

    Reference:
        Riley RD, Van Calster B, Collins GS (2021), doi:10.1002/sim.8806, section 3.

    Example:
        >>> 0.2 < r2_from_auc(0.85, prevalence=0.3) < 0.4
        True
    """
    if not 0.5 < auc < 1 or not 0 < prevalence < 1:
        raise UnsuitableDataError(
            f"area {auc:g} and prevalence {prevalence:g}; give an area between 0.5 and 1, and a "
            "share between 0 and 1"
        )
    apart = math.sqrt(2) * float(ndtri(auc))
    nodes, weight = np.polynomial.hermite_e.hermegauss(120)
    weight = weight / weight.sum()
    gained = 0.0
    for had, centre, share in ((1, apart, prevalence), (0, 0.0, 1 - prevalence)):
        x = nodes + centre
        odds = math.log(prevalence / (1 - prevalence)) + apart * x - apart**2 / 2
        gained += share * float(weight @ np.log(expit(odds if had else -odds)))
    null = xlogy(prevalence, prevalence) + xlogy(1 - prevalence, 1 - prevalence)
    return -math.expm1(-2 * (gained - float(null)))


def _require_positive(**numbers: float) -> None:
    for name, value in numbers.items():
        if not (math.isfinite(value) and value > 0):
            raise UnsuitableDataError(f"{name} is {value:g}; give a number above 0")

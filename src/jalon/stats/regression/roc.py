"""Discrimination of a yes-or-no outcome: the ROC curve and the area under it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr
from scipy.stats import rankdata

from jalon.core import Estimate, Floats, UnsuitableDataError
from jalon.stats.arguments import read_floats
from jalon.stats.survival.interval import find_z


@dataclass(frozen=True, slots=True, eq=False)
class RocCurve:
    """Sensitivity and specificity at every threshold.

    Attributes:
        threshold: shape (m,), halfway between two neighbouring risks, from minus to plus
            infinity; a risk above it counts as predicted yes.
        sensitivity: shape (m,), share of patients with the outcome above it, falling.
        specificity: shape (m,), share of the others below it, rising.
        positive_value: shape (m,), share with the outcome among those above; NaN when none is.
        negative_value: shape (m,), share without among those below; NaN when none is.
        accuracy: shape (m,), share predicted rightly.
        best: row with the largest sum of sensitivity and specificity (Youden); of several, the
            one with the lowest threshold.
        area: area under the curve with DeLong's interval, 0 to 1.
        standard_error: of the area.
        cases: patients with the outcome.
        controls: patients without.
    """

    threshold: Floats
    sensitivity: Floats
    specificity: Floats
    positive_value: Floats
    negative_value: Floats
    accuracy: Floats
    best: int
    area: Estimate
    standard_error: float
    cases: int
    controls: int


@dataclass(frozen=True, slots=True)
class AreaDifference:
    """Two areas under the curve, of two risks of the same patients.

    Attributes:
        first: area of the first risk.
        second: area of the second risk.
        difference: first less second, with its interval.
        standard_error: of the difference.
        covariance: of the two areas.
        z: difference over its standard error.
        p: two-sided p-value.
    """

    first: Estimate
    second: Estimate
    difference: Estimate
    standard_error: float
    covariance: float
    z: float
    p: float


def roc_curve(risk: npt.ArrayLike, y: npt.ArrayLike, level: float = 0.95) -> RocCurve:
    """Show how well a risk tells patients with an outcome from those without.

    The area is the probability that of two patients, one with the outcome and one without, the
    first has the higher risk; ties count one half.

    Args:
        risk: shape (n,), predicted risk or score, higher meaning more likely, finite.
        y: shape (n,), outcome, 0 no or 1 yes.
        level: coverage of the interval, 0 to 1.

    Returns:
        The curve, the area and its interval, cut off at 0 and 1.

    Raises:
        UnsuitableDataError: missing values, other outcomes than 0 and 1, or all the same.

    Reference:
        DeLong ER, DeLong DM, Clarke-Pearson DL (1988), doi:10.2307/2531595, equations 2 to 5,
        computed by ranks as in Sun X, Xu W (2014), doi:10.1109/LSP.2014.2337313, algorithm 2;
        Youden WJ (1950), doi:10.1002/1097-0142(1950)3:1<32::AID-CNCR2820030106>3.0.CO;2-3.

    Example:
        >>> roc_curve([0.1, 0.4, 0.3, 0.8], [0, 0, 1, 1]).area.value
        0.75
    """
    values, has = _read_risk(risk, y)
    area, parts_case, parts_control = _place(values, has)
    error = float(np.sqrt(_covary(parts_case, parts_case) + _covary(parts_control, parts_control)))
    threshold, above, above_controls = _count_above(values, has)
    cases, controls = int(has.sum()), int((~has).sum())
    below = controls - above_controls
    with np.errstate(invalid="ignore"):
        positive = above / (above + above_controls)
        negative = below / (below + cases - above)
    best = int(np.argmax(above * controls + below * cases))
    return RocCurve(
        threshold=threshold,
        sensitivity=above / cases,
        specificity=below / controls,
        positive_value=positive,
        negative_value=negative,
        accuracy=(above + below) / len(values),
        best=best,
        area=_limit(area, error, level),
        standard_error=error,
        cases=cases,
        controls=controls,
    )


def compare_areas(
    first: npt.ArrayLike, second: npt.ArrayLike, y: npt.ArrayLike, level: float = 0.95
) -> AreaDifference:
    """Test whether one of two risks discriminates better, on the same patients (DeLong).

    Args:
        first: shape (n,), one risk.
        second: shape (n,), another risk of the same patients.
        y: shape (n,), outcome, 0 no or 1 yes.
        level: coverage of the intervals, 0 to 1.

    Returns:
        Both areas, their difference and its test.

    Raises:
        UnsuitableDataError: missing values, an outcome that is the same for all, or two risks
            that rank all patients alike, so that there is nothing to test.

    Reference:
        DeLong ER, DeLong DM, Clarke-Pearson DL (1988), doi:10.2307/2531595, equations 5 and 6.

    Example:
        >>> y = [0, 0, 0, 1, 1, 1]
        >>> round(compare_areas([1, 2, 4, 3, 5, 6], [2, 3, 1, 5, 4, 1], y).difference.value, 4)
        0.1667
    """
    values, has = _read_risk(first, y)
    others, _ = _read_risk(second, y)
    area_1, case_1, control_1 = _place(values, has)
    area_2, case_2, control_2 = _place(others, has)
    variance_1 = _covary(case_1, case_1) + _covary(control_1, control_1)
    variance_2 = _covary(case_2, case_2) + _covary(control_2, control_2)
    shared = _covary(case_1, case_2) + _covary(control_1, control_2)
    gap, spread = case_1 - case_2, control_1 - control_2
    error = float(np.sqrt(_covary(gap, gap) + _covary(spread, spread)))
    if error <= 1e-12:
        raise UnsuitableDataError(
            "the two risks rank the patients alike, so their areas cannot be compared; they are "
            "the same risk on another scale, or there are too few patients"
        )
    z = (area_1 - area_2) / error
    half = find_z(level) * error
    change = area_1 - area_2
    return AreaDifference(
        first=_limit(area_1, float(np.sqrt(variance_1)), level),
        second=_limit(area_2, float(np.sqrt(variance_2)), level),
        difference=Estimate(change, change - half, change + half, level, "DeLong"),
        standard_error=error,
        covariance=shared,
        z=z,
        p=float(2 * ndtr(-abs(z))),
    )


def _place(values: Floats, has: npt.NDArray[np.bool_]) -> tuple[float, Floats, Floats]:
    """Area, and for each case (control) the share of controls below (cases above)."""
    ranks = rankdata(values)
    cases, controls = int(has.sum()), int((~has).sum())
    case = (ranks[has] - rankdata(values[has])) / controls
    control = 1 - (ranks[~has] - rankdata(values[~has])) / cases
    return float(case.mean()), case, control


def _covary(first: Floats, second: Floats) -> float:
    """Covariance of two means; NaN for one patient, whose spread is unknown."""
    if len(first) < 2:
        return float("nan")
    gap = (first - first.mean()) @ (second - second.mean())
    return float(gap / (len(first) - 1) / len(first))


def _limit(area: float, error: float, level: float) -> Estimate:
    half = find_z(level) * error
    # Python's min and max would turn an unknown limit into 0 or 1.
    low, high = np.clip([area - half, area + half], 0.0, 1.0).tolist()
    return Estimate(area, low, high, level, "DeLong")


def _count_above(values: Floats, has: npt.NDArray[np.bool_]) -> tuple[Floats, Floats, Floats]:
    """Thresholds, and how many cases and controls lie above each."""
    different, place = np.unique(values, return_inverse=True)
    threshold = np.concatenate([[-np.inf], (different[:-1] + different[1:]) / 2, [np.inf]])
    below_cases = np.bincount(place, has, minlength=len(different)).cumsum()
    below_controls = np.bincount(place, ~has, minlength=len(different)).cumsum()
    above = has.sum() - np.append(0.0, below_cases)
    above_controls = (~has).sum() - np.append(0.0, below_controls)
    return threshold, above, above_controls


def _read_risk(risk: npt.ArrayLike, y: npt.ArrayLike) -> tuple[Floats, npt.NDArray[np.bool_]]:
    values, outcome = read_floats(risk, "risk"), read_floats(y, "the outcome")
    if values.ndim != 1 or values.shape != outcome.shape:
        raise UnsuitableDataError(
            f"risk has shape {values.shape} and the outcome {outcome.shape}; give one of each per "
            "patient"
        )
    missing = int(np.sum(~np.isfinite(values)))
    if missing:
        raise UnsuitableDataError(
            f"risk is missing or infinite for {missing} of {len(values)} patients; leave them out"
        )
    if not np.all((outcome == 0) | (outcome == 1)):
        raise UnsuitableDataError("the outcome holds values other than 0 and 1; code it so")
    has = outcome == 1
    if not has.any() or has.all():
        raise UnsuitableDataError(
            f"{'all' if len(has) and has.all() else 'none'} of the {len(has)} patients have the "
            "outcome, so there is nothing to tell apart"
        )
    return values, has

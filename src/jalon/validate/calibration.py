"""Calibration: do predicted differences in risk come true in other patients?"""

from __future__ import annotations

import math

import numpy as np

from jalon.core import Estimate, Floats, SurvivalData, UnsuitableDataError
from jalon.stats import fit_cox


def calibration_slope(
    linear_predictor: Floats, data: SurvivalData, level: float = 0.95
) -> Estimate:
    """Estimate by how much predicted differences in log hazard should be stretched.

    A slope of 1 means that they come true; below 1 the score promises larger differences
    between patients than there are.

    Args:
        linear_predictor: shape (n,), log hazard as the score predicts it.
        data: outcomes of the same patients, event 1 being the event.
        level: coverage of the interval, 0 to 1.

    Returns:
        The slope with its Wald interval.

    Raises:
        UnsuitableDataError: the prediction is the same for everyone.

    References:
        van Houwelingen. Stat Med 2000;19:3401-3415, section 4,
        doi:10.1002/1097-0258(20001230)19:24<3401::AID-SIM554>3.0.CO;2-2.
    """
    if np.ptp(linear_predictor) == 0:
        raise UnsuitableDataError("the prediction is the same for everyone; it has no slope")
    fit = fit_cox(linear_predictor[:, None], data, level=level)
    ratio = fit.hazard_ratios[0]
    return Estimate(
        float(fit.coefficients[0]), math.log(ratio.low), math.log(ratio.high), level, "Wald"
    )

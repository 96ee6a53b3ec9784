"""How good a score is, and for whom. It takes any fitting function as an argument."""

from jalon.validate.benefit import BenefitCurve
from jalon.validate.bootstrap import Bootstrap, bootstrap_figures
from jalon.validate.calibration import ObservedExpected, calibration_slope, observed_expected
from jalon.validate.calibration_groups import GroupCalibration, calibrate_groups, group_risks
from jalon.validate.calibration_hazard import HazardCalibration, calibrate_hazard
from jalon.validate.calibration_smooth import SmoothCalibration, smooth_calibration
from jalon.validate.internal import (
    Corrected,
    InternalValidation,
    Measure,
    Pipeline,
    Refit,
    correct_optimism,
)
from jalon.validate.reclassification import (
    Discrimination,
    Gain,
    Reclassification,
    improve_discrimination,
    reclassify,
    reclassify_at,
)
from jalon.validate.utility import (
    BenefitDifference,
    DecisionCurve,
    binary_decision_curve,
    compare_decision_curves,
    decision_curve,
)

__all__ = [
    "BenefitCurve",
    "BenefitDifference",
    "Bootstrap",
    "Corrected",
    "DecisionCurve",
    "Discrimination",
    "Gain",
    "GroupCalibration",
    "HazardCalibration",
    "InternalValidation",
    "Measure",
    "ObservedExpected",
    "Pipeline",
    "Reclassification",
    "Refit",
    "SmoothCalibration",
    "binary_decision_curve",
    "bootstrap_figures",
    "calibrate_groups",
    "calibrate_hazard",
    "calibration_slope",
    "compare_decision_curves",
    "correct_optimism",
    "decision_curve",
    "group_risks",
    "improve_discrimination",
    "observed_expected",
    "reclassify",
    "reclassify_at",
    "smooth_calibration",
]

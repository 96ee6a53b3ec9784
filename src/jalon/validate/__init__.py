"""How good a score is, and for whom. It takes any fitting function as an argument."""

from jalon.validate.benefit import BenefitCurve
from jalon.validate.calibration import calibration_slope
from jalon.validate.internal import (
    Corrected,
    InternalValidation,
    Measure,
    Pipeline,
    Refit,
    correct_optimism,
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
    "Corrected",
    "DecisionCurve",
    "InternalValidation",
    "Measure",
    "Pipeline",
    "Refit",
    "binary_decision_curve",
    "calibration_slope",
    "compare_decision_curves",
    "correct_optimism",
    "decision_curve",
]

"""How good a score is, and for whom. It takes any fitting function as an argument."""

from jalon.validate.calibration import calibration_slope
from jalon.validate.internal import (
    Corrected,
    InternalValidation,
    Measure,
    Pipeline,
    Refit,
    correct_optimism,
)

__all__ = [
    "Corrected",
    "InternalValidation",
    "Measure",
    "Pipeline",
    "Refit",
    "calibration_slope",
    "correct_optimism",
]

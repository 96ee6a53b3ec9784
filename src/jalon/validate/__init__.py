"""How good a score is, and for whom. It takes any fitting function as an argument."""

from jalon.validate.benefit import BenefitCurve
from jalon.validate.bootstrap import Bootstrap, bootstrap_figures
from jalon.validate.calibration import ObservedExpected, calibration_slope, observed_expected
from jalon.validate.calibration_groups import GroupCalibration, calibrate_groups, group_risks
from jalon.validate.calibration_hazard import HazardCalibration, calibrate_hazard
from jalon.validate.calibration_smooth import SmoothCalibration, smooth_calibration
from jalon.validate.correction import Correction, CorrectionKind, weigh_632_plus
from jalon.validate.cox_indexes import CoxIndexes, describe_cox, heuristic_shrinkage
from jalon.validate.cox_validation import validate_cox, validate_cox_groups
from jalon.validate.gini import gini_difference
from jalon.validate.imputed import Completion, Join, impute_inside
from jalon.validate.internal import (
    Corrected,
    InternalValidation,
    Pipeline,
    Refit,
    correct_optimism,
)
from jalon.validate.logistic_validation import largest_error, validate_logistic
from jalon.validate.measure import Measure
from jalon.validate.procedure import (
    JudgedFigure,
    Predictions,
    Procedure,
    ProcedureValidation,
    validate_procedure,
)
from jalon.validate.reclassification import (
    Discrimination,
    Gain,
    Reclassification,
    improve_discrimination,
    reclassify,
    reclassify_at,
)
from jalon.validate.resampling import (
    BootstrapKind,
    Resampling,
    ResamplingKind,
    draw_bootstrap,
    draw_folds,
    use_rows,
)
from jalon.validate.rounds import Running, Standing
from jalon.validate.utility import (
    BenefitDifference,
    DecisionCurve,
    binary_decision_curve,
    compare_decision_curves,
    decision_curve,
)
from jalon.validate.validation import ValidatedFigure, Validation, validate_model

__all__ = [
    "BenefitCurve",
    "BenefitDifference",
    "Bootstrap",
    "BootstrapKind",
    "Completion",
    "Corrected",
    "Correction",
    "CorrectionKind",
    "CoxIndexes",
    "DecisionCurve",
    "Discrimination",
    "Gain",
    "GroupCalibration",
    "HazardCalibration",
    "InternalValidation",
    "Join",
    "JudgedFigure",
    "Measure",
    "ObservedExpected",
    "Pipeline",
    "Predictions",
    "Procedure",
    "ProcedureValidation",
    "Reclassification",
    "Refit",
    "Resampling",
    "ResamplingKind",
    "Running",
    "SmoothCalibration",
    "Standing",
    "ValidatedFigure",
    "Validation",
    "binary_decision_curve",
    "bootstrap_figures",
    "calibrate_groups",
    "calibrate_hazard",
    "calibration_slope",
    "compare_decision_curves",
    "correct_optimism",
    "decision_curve",
    "describe_cox",
    "draw_bootstrap",
    "draw_folds",
    "gini_difference",
    "group_risks",
    "heuristic_shrinkage",
    "improve_discrimination",
    "impute_inside",
    "largest_error",
    "observed_expected",
    "reclassify",
    "reclassify_at",
    "smooth_calibration",
    "use_rows",
    "validate_cox",
    "validate_cox_groups",
    "validate_logistic",
    "validate_model",
    "validate_procedure",
    "weigh_632_plus",
]

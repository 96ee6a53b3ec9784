"""How good a score is, and for whom. It takes any fitting function as an argument."""

from jalon.validate.accuracy import Accuracy, measure_accuracy
from jalon.validate.auc_curve import AucCurve, draw_auc
from jalon.validate.benefit import BenefitCurve
from jalon.validate.bootstrap import Bootstrap, bootstrap_figures
from jalon.validate.calibration import ObservedExpected, calibration_slope, observed_expected
from jalon.validate.calibration_groups import GroupCalibration, calibrate_groups, group_risks
from jalon.validate.calibration_hazard import HazardCalibration, calibrate_hazard
from jalon.validate.calibration_pseudo import PseudoCalibration, SmoothRules, calibrate_smoothly
from jalon.validate.calibration_smooth import SmoothCalibration, smooth_calibration
from jalon.validate.calibration_weak import WeakCalibration, calibrate_weakly
from jalon.validate.comparison import (
    Contender,
    Contest,
    ScoreComparison,
    ScoreDifference,
    compare_scores,
)
from jalon.validate.correction import Correction, CorrectionKind, weigh_632_plus
from jalon.validate.cox_indexes import CoxIndexes, describe_cox, heuristic_shrinkage
from jalon.validate.cox_validation import validate_cox, validate_cox_groups
from jalon.validate.development_size import (
    DevelopmentSize,
    SizeRules,
    expect_shrinkage,
    r2_from_auc,
    r2_from_concordance,
    r2_from_nagelkerke,
    size_development,
    size_development_binary,
)
from jalon.validate.discrimination import DiscriminationReport, discriminate
from jalon.validate.fairness import Subgroups, compare_subgroups
from jalon.validate.gini import gini_difference
from jalon.validate.iecv import CentreRule, CentreValidation, HeldOut, leave_centres_out
from jalon.validate.imputed import Completion, Join, impute_inside
from jalon.validate.instability import (
    CalibrationInstability,
    ClassificationInstability,
    GroupInstability,
    PredictionInstability,
    classify_again,
    compare_calibration,
    measure_instability,
    regroup,
)
from jalon.validate.internal import (
    Corrected,
    InternalValidation,
    Pipeline,
    Refit,
    correct_optimism,
)
from jalon.validate.logistic_validation import largest_error, validate_logistic
from jalon.validate.measure import Measure
from jalon.validate.merit import Aim, Merit, MeritName, Merits, measure_merits
from jalon.validate.pooling import PooledMerit
from jalon.validate.predicted import Predicted
from jalon.validate.procedure import (
    JudgedFigure,
    Predictions,
    Procedure,
    ProcedureValidation,
    validate_procedure,
)
from jalon.validate.recalibration import Recalibrated, Recalibration, recalibrate
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
from jalon.validate.roc_points import RocPoints, draw_roc
from jalon.validate.rounds import Running, Standing
from jalon.validate.separation import GroupCourse, GroupSeparation, separate_groups
from jalon.validate.utility import (
    BenefitDifference,
    DecisionCurve,
    binary_decision_curve,
    compare_decision_curves,
    decision_curve,
)
from jalon.validate.validation import ValidatedFigure, Validation, validate_model
from jalon.validate.validation_size import (
    ExpectedCohort,
    PrecisionTargets,
    ValidationSize,
    size_validation,
    spread_from_concordance,
)

__all__ = [
    "Accuracy",
    "Aim",
    "AucCurve",
    "BenefitCurve",
    "BenefitDifference",
    "Bootstrap",
    "BootstrapKind",
    "CalibrationInstability",
    "CentreRule",
    "CentreValidation",
    "ClassificationInstability",
    "Completion",
    "Contender",
    "Contest",
    "Corrected",
    "Correction",
    "CorrectionKind",
    "CoxIndexes",
    "DecisionCurve",
    "DevelopmentSize",
    "Discrimination",
    "DiscriminationReport",
    "ExpectedCohort",
    "Gain",
    "GroupCalibration",
    "GroupCourse",
    "GroupInstability",
    "GroupSeparation",
    "HazardCalibration",
    "HeldOut",
    "InternalValidation",
    "Join",
    "JudgedFigure",
    "Measure",
    "Merit",
    "MeritName",
    "Merits",
    "ObservedExpected",
    "Pipeline",
    "PooledMerit",
    "PrecisionTargets",
    "Predicted",
    "PredictionInstability",
    "Predictions",
    "Procedure",
    "ProcedureValidation",
    "PseudoCalibration",
    "Recalibrated",
    "Recalibration",
    "Reclassification",
    "Refit",
    "Resampling",
    "ResamplingKind",
    "RocPoints",
    "Running",
    "ScoreComparison",
    "ScoreDifference",
    "SizeRules",
    "SmoothCalibration",
    "SmoothRules",
    "Standing",
    "Subgroups",
    "ValidatedFigure",
    "Validation",
    "ValidationSize",
    "WeakCalibration",
    "binary_decision_curve",
    "bootstrap_figures",
    "calibrate_groups",
    "calibrate_hazard",
    "calibrate_smoothly",
    "calibrate_weakly",
    "calibration_slope",
    "classify_again",
    "compare_calibration",
    "compare_decision_curves",
    "compare_scores",
    "compare_subgroups",
    "correct_optimism",
    "decision_curve",
    "describe_cox",
    "discriminate",
    "draw_auc",
    "draw_bootstrap",
    "draw_folds",
    "draw_roc",
    "expect_shrinkage",
    "gini_difference",
    "group_risks",
    "heuristic_shrinkage",
    "improve_discrimination",
    "impute_inside",
    "largest_error",
    "leave_centres_out",
    "measure_accuracy",
    "measure_instability",
    "measure_merits",
    "observed_expected",
    "r2_from_auc",
    "r2_from_concordance",
    "r2_from_nagelkerke",
    "recalibrate",
    "reclassify",
    "reclassify_at",
    "regroup",
    "separate_groups",
    "size_development",
    "size_development_binary",
    "size_validation",
    "smooth_calibration",
    "spread_from_concordance",
    "use_rows",
    "validate_cox",
    "validate_cox_groups",
    "validate_logistic",
    "validate_model",
    "validate_procedure",
    "weigh_632_plus",
]

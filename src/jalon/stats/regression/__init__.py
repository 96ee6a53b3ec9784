"""Regression: what a covariate does to the hazard, and what a model predicts."""

from jalon.stats.regression.binary_calibration import (
    BinaryCalibration,
    HosmerLemeshow,
    calibrate_binary,
    explained_share,
    hosmer_lemeshow,
)
from jalon.stats.regression.cell_table import CellTable, count_cells, merge_cells
from jalon.stats.regression.cox import fit_cox
from jalon.stats.regression.cox_bootstrap import BootstrapCox, bootstrap_cox
from jalon.stats.regression.cox_cells import fit_cox_cells
from jalon.stats.regression.cox_chunks import (
    CoxSums,
    fit_cox_chunks,
    merge_cox_sums,
    sum_cox,
)
from jalon.stats.regression.cox_fit import Baseline, CoxFit, ModelTest
from jalon.stats.regression.cox_profile import profile_cox
from jalon.stats.regression.cox_quantile import predict_cox_quantile
from jalon.stats.regression.cox_residuals import (
    CoxResiduals,
    SchoenfeldResiduals,
    cox_residuals,
    schoenfeld_residuals,
)
from jalon.stats.regression.cox_rows import CoxRows
from jalon.stats.regression.firth_cox import FirthCoxFit, fit_firth_cox
from jalon.stats.regression.firth_logistic import FirthFit, fit_firth_logistic
from jalon.stats.regression.fractional_polynomials import (
    PowerScale,
    choose_power_scale,
    list_powers,
    power_basis,
)
from jalon.stats.regression.frailty_cox import (
    Frailty,
    FrailtyCoxFit,
    FrailtyInformation,
    fit_frailty_cox,
)
from jalon.stats.regression.frailty_hill import FrailtyDistribution
from jalon.stats.regression.glm_diagnostics import GlmDiagnostics, diagnose_glm
from jalon.stats.regression.glm_fit import GlmFit
from jalon.stats.regression.glm_rows import GlmData
from jalon.stats.regression.lasso_cox import ElasticNet, LassoPath, fit_lasso_cox
from jalon.stats.regression.lasso_validation import LassoChoice, cross_validate_lasso
from jalon.stats.regression.linear_prediction import LinearPrediction, predict_linear
from jalon.stats.regression.logistic import fit_logistic, predict_outcome
from jalon.stats.regression.lowess import smooth_locally
from jalon.stats.regression.nested import compare_fits, wald_test
from jalon.stats.regression.parametric import fit_parametric
from jalon.stats.regression.parametric_fit import (
    ParametricFit,
    QuantilePrediction,
    predict_parametric_survival,
    predict_quantile,
)
from jalon.stats.regression.poisson import fit_poisson
from jalon.stats.regression.prediction import (
    SurvivalPrediction,
    baseline_hazard,
    predict_log_hazard,
    predict_survival,
)
from jalon.stats.regression.profile import ProfileIntervals, profile_intervals
from jalon.stats.regression.proportional_hazards import ProportionalHazards, proportional_hazards
from jalon.stats.regression.ridge_cox import Ridge, RidgeCoxFit, fit_ridge_cox
from jalon.stats.regression.robust_cox import RobustCox, robust_cox
from jalon.stats.regression.roc import AreaDifference, RocCurve, compare_areas, roc_curve
from jalon.stats.regression.roc_areas import compare_independent_areas, partial_area
from jalon.stats.regression.sandwich import RobustVariance, robust_covariance
from jalon.stats.regression.splines import place_knots, spline_basis
from jalon.stats.regression.split import SplitFollowUp, split_follow_up
from jalon.stats.regression.term_selection import (
    Selection,
    TermTests,
    assess_added_terms,
    assess_dropped_terms,
    select_terms,
)

__all__ = [
    "AreaDifference",
    "Baseline",
    "BinaryCalibration",
    "BootstrapCox",
    "CellTable",
    "CoxFit",
    "CoxResiduals",
    "CoxRows",
    "CoxSums",
    "ElasticNet",
    "FirthCoxFit",
    "FirthFit",
    "Frailty",
    "FrailtyCoxFit",
    "FrailtyDistribution",
    "FrailtyInformation",
    "GlmData",
    "GlmDiagnostics",
    "GlmFit",
    "HosmerLemeshow",
    "LassoChoice",
    "LassoPath",
    "LinearPrediction",
    "ModelTest",
    "ParametricFit",
    "PowerScale",
    "ProfileIntervals",
    "ProportionalHazards",
    "QuantilePrediction",
    "Ridge",
    "RidgeCoxFit",
    "RobustCox",
    "RobustVariance",
    "RocCurve",
    "SchoenfeldResiduals",
    "Selection",
    "SplitFollowUp",
    "SurvivalPrediction",
    "TermTests",
    "assess_added_terms",
    "assess_dropped_terms",
    "baseline_hazard",
    "bootstrap_cox",
    "calibrate_binary",
    "choose_power_scale",
    "compare_areas",
    "compare_fits",
    "compare_independent_areas",
    "count_cells",
    "cox_residuals",
    "cross_validate_lasso",
    "diagnose_glm",
    "explained_share",
    "fit_cox",
    "fit_cox_cells",
    "fit_cox_chunks",
    "fit_firth_cox",
    "fit_firth_logistic",
    "fit_frailty_cox",
    "fit_lasso_cox",
    "fit_logistic",
    "fit_parametric",
    "fit_poisson",
    "fit_ridge_cox",
    "hosmer_lemeshow",
    "list_powers",
    "merge_cells",
    "merge_cox_sums",
    "partial_area",
    "place_knots",
    "power_basis",
    "predict_cox_quantile",
    "predict_linear",
    "predict_log_hazard",
    "predict_outcome",
    "predict_parametric_survival",
    "predict_quantile",
    "predict_survival",
    "profile_cox",
    "profile_intervals",
    "proportional_hazards",
    "robust_covariance",
    "robust_cox",
    "roc_curve",
    "schoenfeld_residuals",
    "select_terms",
    "smooth_locally",
    "spline_basis",
    "split_follow_up",
    "sum_cox",
    "wald_test",
]

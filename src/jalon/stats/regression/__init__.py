"""Regression: what a covariate does to the hazard, and what a model predicts."""

from jalon.stats.regression.cox import fit_cox
from jalon.stats.regression.cox_fit import Baseline, CoxFit, ModelTest
from jalon.stats.regression.prediction import (
    SurvivalPrediction,
    baseline_hazard,
    predict_log_hazard,
    predict_survival,
)

__all__ = [
    "Baseline",
    "CoxFit",
    "ModelTest",
    "SurvivalPrediction",
    "baseline_hazard",
    "fit_cox",
    "predict_log_hazard",
    "predict_survival",
]

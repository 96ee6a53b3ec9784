"""Regression: what a covariate does to the hazard, and what a model predicts."""

from jalon.stats.regression.cox import fit_cox
from jalon.stats.regression.cox_fit import Baseline, CoxFit, ModelTest
from jalon.stats.regression.glm_fit import GlmData, GlmFit
from jalon.stats.regression.logistic import fit_logistic, predict_outcome
from jalon.stats.regression.poisson import fit_poisson
from jalon.stats.regression.prediction import (
    SurvivalPrediction,
    baseline_hazard,
    predict_log_hazard,
    predict_survival,
)

__all__ = [
    "Baseline",
    "CoxFit",
    "GlmData",
    "GlmFit",
    "ModelTest",
    "SurvivalPrediction",
    "baseline_hazard",
    "fit_cox",
    "fit_logistic",
    "fit_poisson",
    "predict_log_hazard",
    "predict_outcome",
    "predict_survival",
]

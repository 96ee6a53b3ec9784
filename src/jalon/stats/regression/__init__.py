"""Regression: what a covariate does to the hazard, and what a model predicts."""

from jalon.stats.regression.cox import fit_cox
from jalon.stats.regression.cox_fit import Baseline, CoxFit, ModelTest

__all__ = ["Baseline", "CoxFit", "ModelTest", "fit_cox"]

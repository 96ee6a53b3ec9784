"""The usual ways to make a score, to compare a learned one with."""

from jalon.learn.baselines.autoscore import autoscore
from jalon.learn.baselines.ceiling import cox_ceiling, ready_score, ridge_ceiling
from jalon.learn.baselines.comparison import BaselineRow, compare_baselines
from jalon.learn.baselines.forward import stepwise_score, sullivan_score
from jalon.learn.baselines.lasso import lasso_score
from jalon.learn.baselines.score import BaselineScore, BaselineSettings

__all__ = [
    "BaselineRow",
    "BaselineScore",
    "BaselineSettings",
    "autoscore",
    "compare_baselines",
    "cox_ceiling",
    "lasso_score",
    "ready_score",
    "ridge_ceiling",
    "stepwise_score",
    "sullivan_score",
]

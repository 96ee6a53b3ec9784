"""How good predictions are: discrimination and error, with weights for the censored."""

from jalon.stats.prediction.at_times import AtTimes, DifferenceAtTimes, compare_at_times
from jalon.stats.prediction.brier import BrierScore, brier_score, integrate_brier
from jalon.stats.prediction.censoring import (
    Censoring,
    estimate_censoring,
    estimate_censoring_cox,
)
from jalon.stats.prediction.time_auc import AucRules, TimeAuc, time_auc

__all__ = [
    "AtTimes",
    "AucRules",
    "BrierScore",
    "Censoring",
    "DifferenceAtTimes",
    "TimeAuc",
    "brier_score",
    "compare_at_times",
    "estimate_censoring",
    "estimate_censoring_cox",
    "integrate_brier",
    "time_auc",
]

"""How good predictions are: discrimination and error, with weights for the censored."""

from jalon.stats.prediction.accuracy_values import brier_values, time_auc_values
from jalon.stats.prediction.at_times import AtTimes, DifferenceAtTimes, compare_at_times
from jalon.stats.prediction.brier import BrierScore, brier_score, integrate_brier
from jalon.stats.prediction.censoring import (
    Censoring,
    estimate_censoring,
    estimate_censoring_cox,
)
from jalon.stats.prediction.gonen_heller import GonenHeller, gonen_heller
from jalon.stats.prediction.heagerty import heagerty_auc
from jalon.stats.prediction.incidence_concordance import (
    IncidenceConcordance,
    incidence_concordance,
)
from jalon.stats.prediction.pseudo_values import pseudo_values
from jalon.stats.prediction.royston import RoystonD, nagelkerke, royston_d
from jalon.stats.prediction.time_auc import AucRules, TimeAuc, time_auc
from jalon.stats.prediction.uno import uno_concordance

__all__ = [
    "AtTimes",
    "AucRules",
    "BrierScore",
    "Censoring",
    "DifferenceAtTimes",
    "GonenHeller",
    "IncidenceConcordance",
    "RoystonD",
    "TimeAuc",
    "brier_score",
    "brier_values",
    "compare_at_times",
    "estimate_censoring",
    "estimate_censoring_cox",
    "gonen_heller",
    "heagerty_auc",
    "incidence_concordance",
    "integrate_brier",
    "nagelkerke",
    "pseudo_values",
    "royston_d",
    "time_auc",
    "time_auc_values",
    "uno_concordance",
]

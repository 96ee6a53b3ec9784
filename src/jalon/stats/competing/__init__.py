"""Events that compete: only one of several causes can happen first."""

from jalon.stats.competing.aalen_johansen import IncidenceVariance, aalen_johansen
from jalon.stats.competing.cause_specific import CauseSpecificFit, fit_cause_specific
from jalon.stats.competing.fine_gray import fit_fine_gray
from jalon.stats.competing.fine_gray_fit import (
    ChangingEffects,
    FineGrayFit,
    SubdistributionBaseline,
)
from jalon.stats.competing.fine_gray_weights import FineGrayWeights, fine_gray_weights
from jalon.stats.competing.gray import (
    GraySums,
    GrayTest,
    finish_gray,
    gray_test,
    merge_gray,
    sum_gray,
)
from jalon.stats.competing.incidence_prediction import (
    IncidencePrediction,
    RiskForm,
    predict_incidence,
)

__all__ = [
    "CauseSpecificFit",
    "ChangingEffects",
    "FineGrayFit",
    "FineGrayWeights",
    "GraySums",
    "GrayTest",
    "IncidencePrediction",
    "IncidenceVariance",
    "RiskForm",
    "SubdistributionBaseline",
    "aalen_johansen",
    "fine_gray_weights",
    "finish_gray",
    "fit_cause_specific",
    "fit_fine_gray",
    "gray_test",
    "merge_gray",
    "predict_incidence",
    "sum_gray",
]

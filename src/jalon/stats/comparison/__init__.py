"""Comparisons of time to event between groups."""

from jalon.stats.comparison.contrast import Contrast
from jalon.stats.comparison.fixed_time import ContrastScale, compare_at
from jalon.stats.comparison.log_rank import LogRank, finish_log_rank, log_rank
from jalon.stats.comparison.log_rank_sums import (
    LogRankSums,
    TiedVariance,
    merge_log_rank,
    sum_log_rank,
    sum_log_rank_tables,
)
from jalon.stats.comparison.maximal import MaximalLogRank, SearchedP, maximal_log_rank
from jalon.stats.comparison.multiplicity import Adjustment, adjust_p
from jalon.stats.comparison.pairs import PairwiseLogRank, log_rank_pairs
from jalon.stats.comparison.restricted_mean_fit import (
    MeanScale,
    RestrictedMeanFit,
    fit_restricted_mean,
)
from jalon.stats.comparison.restricted_means import (
    RestrictedMeans,
    compare_restricted_means,
    longest_horizon,
)
from jalon.stats.comparison.robust_log_rank import RobustLogRank, robust_log_rank
from jalon.stats.comparison.time_weight import TimeWeight
from jalon.stats.comparison.trend import Trend, log_rank_trend

__all__ = [
    "Adjustment",
    "Contrast",
    "ContrastScale",
    "LogRank",
    "LogRankSums",
    "MaximalLogRank",
    "MeanScale",
    "PairwiseLogRank",
    "RestrictedMeanFit",
    "RestrictedMeans",
    "RobustLogRank",
    "SearchedP",
    "TiedVariance",
    "TimeWeight",
    "Trend",
    "adjust_p",
    "compare_at",
    "compare_restricted_means",
    "finish_log_rank",
    "fit_restricted_mean",
    "log_rank",
    "log_rank_pairs",
    "log_rank_trend",
    "longest_horizon",
    "maximal_log_rank",
    "merge_log_rank",
    "robust_log_rank",
    "sum_log_rank",
    "sum_log_rank_tables",
]

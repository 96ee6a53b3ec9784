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
from jalon.stats.comparison.multiplicity import Adjustment, adjust_p
from jalon.stats.comparison.pairs import PairwiseLogRank, log_rank_pairs
from jalon.stats.comparison.restricted_means import (
    RestrictedMeans,
    compare_restricted_means,
    longest_horizon,
)
from jalon.stats.comparison.time_weight import TimeWeight
from jalon.stats.comparison.trend import Trend, log_rank_trend

__all__ = [
    "Adjustment",
    "Contrast",
    "ContrastScale",
    "LogRank",
    "LogRankSums",
    "PairwiseLogRank",
    "RestrictedMeans",
    "TiedVariance",
    "TimeWeight",
    "Trend",
    "adjust_p",
    "compare_at",
    "compare_restricted_means",
    "finish_log_rank",
    "log_rank",
    "log_rank_pairs",
    "log_rank_trend",
    "longest_horizon",
    "merge_log_rank",
    "sum_log_rank",
    "sum_log_rank_tables",
]

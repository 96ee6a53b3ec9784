"""Statistics on arrays: pure functions that never see a patient's row."""

from jalon.stats.comparison import LogRank, Trend, log_rank, log_rank_trend
from jalon.stats.competing import GrayTest, IncidenceVariance, aalen_johansen, gray_test
from jalon.stats.survival import (
    EventTable,
    HazardInterval,
    Interval,
    SurvivalVariance,
    count_events,
    follow_up,
    kaplan_meier,
    limits,
    merge_tables,
    nelson_aalen,
    quantile,
    restricted_mean,
    value_at,
)

__all__ = [
    "EventTable",
    "GrayTest",
    "HazardInterval",
    "IncidenceVariance",
    "Interval",
    "LogRank",
    "SurvivalVariance",
    "Trend",
    "aalen_johansen",
    "count_events",
    "follow_up",
    "gray_test",
    "kaplan_meier",
    "limits",
    "log_rank",
    "log_rank_trend",
    "merge_tables",
    "nelson_aalen",
    "quantile",
    "restricted_mean",
    "value_at",
]

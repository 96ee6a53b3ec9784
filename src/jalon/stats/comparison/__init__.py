"""Comparisons of time to event between groups."""

from jalon.stats.comparison.log_rank import LogRank, Trend, log_rank, log_rank_trend

__all__ = ["LogRank", "Trend", "log_rank", "log_rank_trend"]

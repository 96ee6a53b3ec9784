"""Survival curves and what is read from them."""

from jalon.stats.survival.event_table import EventTable, count_events, merge_tables
from jalon.stats.survival.interval import Interval, limits
from jalon.stats.survival.kaplan_meier import SurvivalVariance, follow_up, kaplan_meier
from jalon.stats.survival.nelson_aalen import HazardInterval, HazardVariance, nelson_aalen
from jalon.stats.survival.quantile import quantile
from jalon.stats.survival.reading import value_at
from jalon.stats.survival.restricted_mean import restricted_mean

__all__ = [
    "EventTable",
    "HazardInterval",
    "HazardVariance",
    "Interval",
    "SurvivalVariance",
    "count_events",
    "follow_up",
    "kaplan_meier",
    "limits",
    "merge_tables",
    "nelson_aalen",
    "quantile",
    "restricted_mean",
    "value_at",
]

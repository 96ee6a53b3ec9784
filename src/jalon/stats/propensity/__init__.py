"""Propensity: compare two treatments that were not given by lot."""

from jalon.stats.propensity.balance import Balance, LoveRow, love_plot, measure_balance
from jalon.stats.propensity.e_value import EValue, e_value, e_value_of_difference
from jalon.stats.propensity.effective_size import effective_size
from jalon.stats.propensity.matching import Matching, match_strata
from jalon.stats.propensity.nearest import Caliper, NearestRule, match_nearest
from jalon.stats.propensity.optimal import match_optimal
from jalon.stats.propensity.outcome import ArmComparison, compare_arms
from jalon.stats.propensity.score_strata import cut_score
from jalon.stats.propensity.scores import Propensity, find_overlap, fit_propensity
from jalon.stats.propensity.weighting import PropensityWeights, weigh_patients

__all__ = [
    "ArmComparison",
    "Balance",
    "Caliper",
    "EValue",
    "LoveRow",
    "Matching",
    "NearestRule",
    "Propensity",
    "PropensityWeights",
    "compare_arms",
    "cut_score",
    "e_value",
    "e_value_of_difference",
    "effective_size",
    "find_overlap",
    "fit_propensity",
    "love_plot",
    "match_nearest",
    "match_optimal",
    "match_strata",
    "measure_balance",
    "weigh_patients",
]

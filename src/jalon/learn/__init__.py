"""Learning integer scores from survival data. It sees arrays, never patients."""

from jalon.learn.baselines import (
    BaselineRow,
    BaselineScore,
    BaselineSettings,
    autoscore,
    compare_baselines,
    cox_ceiling,
    lasso_score,
    ready_score,
    ridge_ceiling,
    stepwise_score,
    sullivan_score,
)
from jalon.learn.card import CardText, find_shift, write_card
from jalon.learn.groups import Grouping, GroupSettings, cut_totals, find_group, group_totals
from jalon.learn.risks import (
    GroupRisk,
    RiskRanges,
    ScoreRisks,
    TotalRisk,
    estimate_risks,
    range_risks,
)
from jalon.learn.score import LearnedScore, check_terms, learn_score, refit_score
from jalon.learn.search import SearchSettings
from jalon.learn.terms import Candidate, Terms, build_terms

__all__ = [
    "BaselineRow",
    "BaselineScore",
    "BaselineSettings",
    "Candidate",
    "CardText",
    "GroupRisk",
    "GroupSettings",
    "Grouping",
    "LearnedScore",
    "RiskRanges",
    "ScoreRisks",
    "SearchSettings",
    "Terms",
    "TotalRisk",
    "autoscore",
    "build_terms",
    "check_terms",
    "compare_baselines",
    "cox_ceiling",
    "cut_totals",
    "estimate_risks",
    "find_group",
    "find_shift",
    "group_totals",
    "lasso_score",
    "learn_score",
    "range_risks",
    "ready_score",
    "refit_score",
    "ridge_ceiling",
    "stepwise_score",
    "sullivan_score",
    "write_card",
]

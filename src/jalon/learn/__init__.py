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
from jalon.learn.certificate import Certificate, hash_data, hash_terms
from jalon.learn.checks import check_terms
from jalon.learn.found import Found
from jalon.learn.groups import Grouping, GroupSettings, cut_totals, find_group, group_totals
from jalon.learn.imputations import ImputedScore, learn_imputed, stack_tables
from jalon.learn.measurement import (
    MeasuredScore,
    MeasurementSettings,
    learn_measured,
    perturb_columns,
)
from jalon.learn.near import CutUse, NearSummary, Replacement, VariableUse, summarise_near
from jalon.learn.objective import Shrinkage
from jalon.learn.path import ParsimonyPath, PathSettings, PathStep, choose_size, trace_path
from jalon.learn.pooled_risks import pool_risks
from jalon.learn.prior import PriorInfluence, PublishedEffect, learn_with_prior, shrink_terms
from jalon.learn.proof import Progress
from jalon.learn.risks import (
    GroupRisk,
    RiskRanges,
    ScoreRisks,
    TotalRisk,
    estimate_risks,
    range_risks,
)
from jalon.learn.score import LearnedScore, learn_score, pick_score, refit_score
from jalon.learn.settings import Effort, SearchSettings, Wishes
from jalon.learn.stability import ResampleSettings, Stability, measure_stability
from jalon.learn.terms import Candidate, Terms, build_terms
from jalon.learn.verify import Stated, Verification, verify_score
from jalon.learn.verify_worst import StatedWorst, verify_worst
from jalon.learn.worst_centre import CentreSettings, WorstScore, learn_worst_centre

__all__ = [
    "BaselineRow",
    "BaselineScore",
    "BaselineSettings",
    "Candidate",
    "CardText",
    "CentreSettings",
    "Certificate",
    "CutUse",
    "Effort",
    "Found",
    "GroupRisk",
    "GroupSettings",
    "Grouping",
    "ImputedScore",
    "LearnedScore",
    "MeasuredScore",
    "MeasurementSettings",
    "NearSummary",
    "ParsimonyPath",
    "PathSettings",
    "PathStep",
    "PriorInfluence",
    "Progress",
    "PublishedEffect",
    "Replacement",
    "ResampleSettings",
    "RiskRanges",
    "ScoreRisks",
    "SearchSettings",
    "Shrinkage",
    "Stability",
    "Stated",
    "StatedWorst",
    "Terms",
    "TotalRisk",
    "VariableUse",
    "Verification",
    "Wishes",
    "WorstScore",
    "autoscore",
    "build_terms",
    "check_terms",
    "choose_size",
    "compare_baselines",
    "cox_ceiling",
    "cut_totals",
    "estimate_risks",
    "find_group",
    "find_shift",
    "group_totals",
    "hash_data",
    "hash_terms",
    "lasso_score",
    "learn_imputed",
    "learn_measured",
    "learn_score",
    "learn_with_prior",
    "learn_worst_centre",
    "measure_stability",
    "perturb_columns",
    "pick_score",
    "pool_risks",
    "range_risks",
    "ready_score",
    "refit_score",
    "ridge_ceiling",
    "shrink_terms",
    "stack_tables",
    "stepwise_score",
    "sullivan_score",
    "summarise_near",
    "trace_path",
    "verify_score",
    "verify_worst",
    "write_card",
]

"""Missing values: completed tables made by chance, and one answer pooled from them."""

from jalon.stats.missing.imputations import Imputations, impute
from jalon.stats.missing.incomplete_table import IncompleteTable, Kind
from jalon.stats.missing.joint_test import (
    PooledTest,
    pool_chi_square,
    pool_likelihood_ratio,
    pool_wald,
)
from jalon.stats.missing.outcome_columns import outcome_columns
from jalon.stats.missing.plan import ImputationPlan, Method
from jalon.stats.missing.probability import PooledProbability, pool_probability
from jalon.stats.missing.rubin import Pooled, pool_estimates
from jalon.stats.missing.stacking import stack_outcomes

__all__ = [
    "ImputationPlan",
    "Imputations",
    "IncompleteTable",
    "Kind",
    "Method",
    "Pooled",
    "PooledProbability",
    "PooledTest",
    "impute",
    "outcome_columns",
    "pool_chi_square",
    "pool_estimates",
    "pool_likelihood_ratio",
    "pool_probability",
    "pool_wald",
    "stack_outcomes",
]

"""Meta-analysis: one effect from those of several studies or centres."""

from jalon.stats.meta.heterogeneity import TauMethod
from jalon.stats.meta.new_study import predict_study
from jalon.stats.meta.pooled import PooledEffect, PoolInterval, leave_one_out, pool_effects

__all__ = [
    "PoolInterval",
    "PooledEffect",
    "TauMethod",
    "leave_one_out",
    "pool_effects",
    "predict_study",
]

"""The methods compared, by the names they have in the results."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from benchmarks.generalisation.cox import choose_ridge
from benchmarks.generalisation.fasterrisk import fasterrisk
from benchmarks.generalisation.measures import Prediction
from benchmarks.generalisation.ours import jalon, jalon_events
from benchmarks.generalisation.rivals import autoscore, lasso, stepwise, sullivan
from benchmarks.generalisation.splits import Split

OURS = ("jalon", "jalon_events")
RIVALS = ("sullivan", "stepwise", "lasso", "autoscore", "fasterrisk")
FEWER = {"fasterrisk": 10}
"""Methods so slow that fewer splits are drawn; they are compared on those alone."""
CEILINGS = ("ridge", "ridge_linear")


def ridge(split: Split) -> Prediction:
    """Ridge Cox on all variables, as ranks and cut at every limit: no limit on their number."""
    mean = split.train.bits.mean(axis=0)
    train, test = (
        np.column_stack([part.ranks, part.bits - mean]) for part in (split.train, split.test)
    )
    beta, _ = choose_ridge(train, split.train.data, np.random.default_rng(split.number))
    return Prediction(train @ beta, test @ beta, len(split.names), train.shape[1], 0)


def ridge_linear(split: Split) -> Prediction:
    """Ridge Cox on all variables as they are, per standard deviation."""
    mean, spread = split.train.x.mean(axis=0), split.train.x.std(axis=0)
    train, test = ((part.x - mean) / spread for part in (split.train, split.test))
    beta, _ = choose_ridge(train, split.train.data, np.random.default_rng(split.number))
    return Prediction(train @ beta, test @ beta, len(split.names), train.shape[1], 0)


METHODS: dict[str, Callable[[Split], Prediction]] = {
    "jalon": jalon,
    "jalon_events": jalon_events,
    "ridge": ridge,
    "ridge_linear": ridge_linear,
    "sullivan": sullivan,
    "stepwise": stepwise,
    "lasso": lasso,
    "autoscore": autoscore,
    "fasterrisk": fasterrisk,
}

"""The ranking of variables by a random survival forest, as AutoScore-Survival does."""

from __future__ import annotations

import numpy as np

from benchmarks.generalisation.splits import Split

TREES = 40
MOST_PATIENTS = 500
LEAF = 15


def rank_variables(split: Split) -> list[int]:
    """Variables by how much the forest's concordance falls when their values are shuffled.

    The forest is grown on at most 500 patients, the concordance taken on them.
    """
    from sksurv.ensemble import RandomSurvivalForest
    from sksurv.metrics import concordance_index_censored

    rng = np.random.default_rng(split.number)
    rows = rng.permutation(len(split.train.x))[:MOST_PATIENTS]
    x = split.train.x[rows]
    event, time = split.train.data.event[rows] == 1, split.train.data.time[rows]
    outcome = np.array(
        list(zip(event, time, strict=True)), dtype=[("event", bool), ("time", float)]
    )
    forest = RandomSurvivalForest(
        n_estimators=TREES, min_samples_leaf=LEAF, low_memory=True, random_state=split.number
    ).fit(x, outcome)
    whole = concordance_index_censored(event, time, forest.predict(x))[0]
    falls = []
    for j in range(x.shape[1]):
        shuffled = x.copy()
        shuffled[:, j] = rng.permutation(x[:, j])
        falls.append(whole - concordance_index_censored(event, time, forest.predict(shuffled))[0])
    return [int(j) for j in np.argsort(-np.array(falls), kind="stable")]

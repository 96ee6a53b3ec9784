"""Other ways to a score, each with the same variables allowed and points of -5 to 5.

A variable's categories run over at most 10 points from the lowest to the highest, which is what
-5 to 5 allows. The scale (log hazard per point) is refitted on the training part for all of them.
"""

from __future__ import annotations

import numpy as np

from benchmarks.generalisation.cox import (
    RiskSets,
    differentiate,
    fit_ridge,
    measure_loss,
    sort_risk,
)
from benchmarks.generalisation.forest import rank_variables
from benchmarks.generalisation.measures import Prediction
from benchmarks.generalisation.splits import Split

POINTS = 5
RANGE = 10
QUANTILES = (0.05, 0.2, 0.8, 0.95)
FIFTHS = (0.2, 0.4, 0.6, 0.8)
FEW_VALUES = 5
TRIALS = 4


def score_points(
    split: Split, train: np.ndarray, test: np.ndarray, variable: np.ndarray, points: np.ndarray
) -> Prediction:
    """Add up points, and fit the log hazard per point on the training part.

    Args:
        split: the patients.
        train: shape (n, q), zeros and ones of the training part.
        test: shape (m, q), the same of the held-out part.
        variable: shape (q,), the variable of each column.
        points: shape (q,), whole points of each column.
    """
    total, seen = (part.astype(np.float64) @ points for part in (train, test))
    sets = sort_risk(split.train.data)
    scale = 0.0
    if np.ptp(total) > 0:
        scale = float(fit_ridge(total[sets.order][:, None], sets, 0.0)[0])
    used = points != 0
    reach = max((_reach(points[variable == v]) for v in set(variable[used])), default=0)
    return Prediction(
        scale * total, scale * seen, len(set(variable[used])), int(used.sum()), int(reach)
    )


def _reach(points: np.ndarray) -> float:
    return float(max(abs(points.max()), abs(points.min()), np.ptp(np.append(points, 0.0))))


def cut_categories(
    split: Split, chosen: list[int], quantiles: tuple[float, ...]
) -> tuple[np.ndarray, np.ndarray, np.ndarray, list[float]]:
    """Cut variables at quantiles: indicators of each category but the lowest.

    Args:
        split: the patients.
        chosen: the variables.
        quantiles: where they are cut; a variable with few values keeps its values.

    Returns:
        Indicators of the training and of the held-out part, the variable of each, and how far
        the category's median lies from that of the lowest.
    """
    train, test, variable, distance = [], [], [], []
    for j in chosen:
        column, seen = split.train.x[:, j], split.test.x[:, j]
        values = np.unique(column)
        edges = values[:-1]
        if len(values) > FEW_VALUES:
            edges = np.unique(np.quantile(column, quantiles, method="lower"))
        level, held = np.searchsorted(edges, column), np.searchsorted(edges, seen)
        present = np.unique(level)
        lowest = np.median(column[level == present[0]])
        for code in present[1:]:
            train.append(level == code)
            test.append(held == code)
            variable.append(j)
            distance.append(float(np.median(column[level == code]) - lowest))
    return np.column_stack(train), np.column_stack(test), np.array(variable), distance


def autoscore(split: Split) -> Prediction:
    """AutoScore-Survival: forest ranking, quantile categories, Cox, divide by the smallest, round.

    Reference:
        Xie F et al. (2022), doi:10.1016/j.jbi.2021.103959, section 2.1.
    """
    chosen = rank_variables(split)[: split.variables]
    train, test, variable, _ = cut_categories(split, chosen, QUANTILES)
    sets = sort_risk(split.train.data)
    beta = fit_ridge(train[sets.order].astype(np.float64), sets, 0.01)
    # The category of least risk becomes the reference, so that no category takes points away.
    lowest = {v: min(0.0, float(beta[variable == v].min())) for v in set(variable)}
    lifted = beta - np.array([lowest[v] for v in variable])
    base = {v: -low for v, low in lowest.items()}
    every = np.append(lifted, list(base.values()))
    smallest = every[every > 1e-6].min()
    unit = max(smallest, every.max() / RANGE)
    points = np.array(
        [round(b / unit) - round(base[v] / unit) for b, v in zip(lifted, variable, strict=True)]
    )
    return score_points(split, train, test, variable, points.astype(np.float64))


def sullivan(split: Split) -> Prediction:
    """Sullivan's way: forward Cox on the variables as they are, points by distance, rounded.

    Reference:
        Sullivan LM, Massaro JM, D'Agostino RB (2004), doi:10.1002/sim.1742, section 2.
    """
    spread = split.train.x.std(axis=0)
    chosen, beta = select_forward(
        split, split.train.x / spread, np.arange(len(spread)), split.variables
    )
    if not chosen:
        return _nothing(split)
    slope = {j: b / spread[j] for j, b in zip(chosen, beta, strict=True)}
    train, test, variable, distance = cut_categories(split, chosen, FIFTHS)
    effect = np.array([slope[v] * d for v, d in zip(variable, distance, strict=True)])
    points = np.round(effect * RANGE / abs(effect).max())
    return score_points(split, train, test, variable, points)


def stepwise(split: Split) -> Prediction:
    """Forward selection of cut-points while Akaike's criterion falls, then scaled and rounded."""
    bits = split.train.bits.astype(np.float64)
    chosen, beta = select_forward(split, bits, split.variable, split.variables)
    points = np.zeros(bits.shape[1])
    if chosen:
        points[chosen] = np.round(beta * POINTS / abs(beta).max())
    return score_points(split, split.train.bits, split.test.bits, split.variable, points)


def lasso(split: Split) -> Prediction:
    """The last model on the lasso's path that keeps to the variables, scaled and rounded."""
    from sksurv.linear_model import CoxnetSurvivalAnalysis

    bits = split.train.bits.astype(np.float64)
    data = split.train.data
    outcome = np.array(
        list(zip(data.event == 1, data.time, strict=True)), dtype=[("event", bool), ("time", float)]
    )
    model = CoxnetSurvivalAnalysis(n_alphas=60, alpha_min_ratio=0.02, tol=1e-5)
    path = model.fit(bits, outcome).coef_.T
    beta = np.zeros(bits.shape[1])
    for step in path:
        used = {int(v) for v in split.variable[abs(step) > 1e-9]}
        if len(used) > split.variables:
            break
        beta = step
    points = np.round(beta * POINTS / max(abs(beta).max(), 1e-9))
    return score_points(split, split.train.bits, split.test.bits, split.variable, points)


def select_forward(
    split: Split, x: np.ndarray, variable: np.ndarray, most: int
) -> tuple[list[int], np.ndarray]:
    """Add the column that raises the likelihood most, while Akaike's criterion falls.

    Args:
        split: the patients.
        x: shape (n, q), columns of the training part.
        variable: shape (q,), the variable of each column.
        most: most variables.
    """
    sets = sort_risk(split.train.data)
    ordered = x[sets.order]
    chosen: list[int] = []
    beta, loss = np.zeros(0), measure_loss(np.zeros(len(x)), sets)
    while True:
        taken = {int(variable[j]) for j in chosen}
        full = len(taken) >= most
        open_ = [
            j for j in range(x.shape[1])
            if j not in chosen and (not full or int(variable[j]) in taken)
        ]  # fmt: skip
        if not open_:
            return chosen, beta
        likely = _screen(ordered, sets, chosen, beta, open_)
        trials = [(_try(ordered, sets, [*chosen, j], np.append(beta, 0.0)), j) for j in likely]
        (reached, fitted), best = min(trials, key=lambda trial: trial[0][0])
        if reached > loss - 1.0:
            return chosen, beta
        chosen, beta, loss = [*chosen, best], fitted, reached


def _screen(
    ordered: np.ndarray, sets: RiskSets, chosen: list[int], beta: np.ndarray, open_: list[int]
) -> list[int]:
    """The few open columns with the largest score test, given those already chosen."""
    linear = ordered[:, chosen] @ beta if chosen else np.zeros(len(ordered))
    columns = [*chosen, *open_]
    slope, bend = differentiate(ordered[:, columns], linear, sets)
    k = len(chosen)
    across, own = bend[:k, k:], np.diag(bend)[k:]
    if k:
        own = own - np.einsum("ij,ij->j", across, np.linalg.solve(bend[:k, :k], across))
    test = slope[k:] ** 2 / np.maximum(own, 1e-9)
    return [open_[i] for i in np.argsort(-test, kind="stable")[:TRIALS]]


def _try(
    ordered: np.ndarray, sets: RiskSets, columns: list[int], start: np.ndarray
) -> tuple[float, np.ndarray]:
    x = ordered[:, columns]
    beta = fit_ridge(x, sets, 1e-4, start)
    return measure_loss(x @ beta, sets), beta


def _nothing(split: Split) -> Prediction:
    train, test = split.train.data, split.test.data
    return Prediction(np.zeros(len(train)), np.zeros(len(test)), 0, 0, 0)

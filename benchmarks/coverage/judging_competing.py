"""Coverage of the intervals of a validation where another cause competes.

Truths are of one large cohort without censoring, where each patient's first event is known; C of
patients held event-free for ever also depends on the follow-up only through the weights, so that it
is judged by its own cohort's kind of follow-up.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from benchmarks.coverage.tally import Row, summarise

from jalon.core import Estimate, Floats, SurvivalData
from jalon.validate import (
    Aim,
    Contest,
    Predicted,
    calibrate_weakly,
    compare_scores,
    decision_curve,
    discriminate,
    measure_accuracy,
    measure_merits,
    separate_groups,
)

SIZES, REPEATS, LARGE = (300, 1000), 600, 150_000
TIMES, LIMIT = (0.5, 1.0), 0.25
Cohort = tuple[Predicted, Predicted, SurvivalData]


def draw(rng: np.random.Generator, n: int, censored: bool = True) -> Cohort:
    """Draw patients who may have either of two events, at constant hazards."""
    index, other = 0.9 * rng.normal(size=n), rng.normal(size=n)
    noisy = 0.6 * index + 0.5 * rng.normal(size=n)
    first, second = np.exp(index - 0.8), np.exp(0.3 * other - 1)
    time = rng.exponential(size=n) / (first + second)
    cause = np.where(rng.random(n) < first / (first + second), 1, 2)
    stop = (
        np.minimum(rng.uniform(0.6, 4, n), rng.exponential(4, n)) if censored else np.full(n, 50.0)
    )
    data = SurvivalData(np.minimum(time, stop), np.where(time <= stop, cause, 0))
    return _predict(index, 0.9), _predict(noisy, 1.0), data


def _predict(index: Floats, by: float) -> Predicted:
    first = np.exp(index - 0.8)
    both = first + np.exp(-1)
    risk = by * (first / both)[:, None] * -np.expm1(-both[:, None] * np.array(TIMES))
    return Predicted(index, risk)


def judge(cohort: Cohort, rng: np.random.Generator) -> dict[str, Estimate]:
    """Give every figure of one cohort."""
    own, rival, data = cohort
    last = np.ascontiguousarray(own.risk[:, 1])
    found = discriminate(own.score, data, TIMES, rng)
    accuracy = measure_accuracy(own.risk, data, TIMES)
    weak = calibrate_weakly(last, data, 1.0)
    merits = measure_merits(Predicted(own.score, last), data, Aim(1.0)).figures
    benefit = decision_curve(last, data, 1.0, [LIMIT]).net_benefit
    groups = separate_groups((own.score > 0).astype(int), data, [1.0]).groups
    contest = compare_scores({"own": own, "rival": rival}, data, Contest(TIMES, (LIMIT,)))
    gain = contest.contenders["rival"]
    change = gain.benefit_gain[1].difference
    return {
        "Harrell's C, held event-free": found.harrell,
        "C by inverse probability of censoring": found.uno,
        "AUC at a time": found.auc.auc.estimates[1],
        "Royston's D, cause-specific": found.royston.separation,
        "incidence in a group": groups[1].risk[0],
        "observed over expected, influence": merits["ratio"].estimate,
        "weak intercept": weak.intercept,
        "weak slope": weak.slope,
        "Brier score": accuracy.score.error.estimates[1],
        "IPA": accuracy.score.accuracy.estimates[1],
        "integrated IPA": accuracy.integrated_accuracy,
        "net benefit": Estimate(
            float(benefit.value[0]), float(benefit.low[0]), float(benefit.high[0])
        ),
        "difference in C": gain.harrell_gain.estimate,
        "difference in C by inverse probability": gain.uno_gain.estimate,
        "difference in AUC": gain.auc_gain.estimates[1],
        "difference in IPA": gain.accuracy_gain.estimates[1],
        "difference in net benefit": Estimate(
            float(change.value[0]), float(change.low[0]), float(change.high[0])
        ),
    }


FOLLOWED = ("Harrell's C", "Royston's", "difference in C")


@cache
def find_truth() -> dict[str, float]:
    """True values, from large cohorts."""
    rng = np.random.default_rng(1)
    one, two = (judge(draw(rng, LARGE, censored), rng) for censored in (False, True))
    free = {"difference in C by inverse probability"}
    return {
        name: (two if name.startswith(FOLLOWED) and name not in free else one)[name].value
        for name in one
    }


def run(rng: np.random.Generator, n: int, repeats: int) -> list[Row]:
    """Simulate cohorts of n patients and tell how often each interval covers the truth."""
    truth = find_truth()
    seen: dict[str, list[Estimate]] = {name: [] for name in truth}
    for _ in range(repeats):
        for name, estimate in judge(draw(rng, n), rng).items():
            seen[name].append(estimate)
    return [summarise(name, n, seen[name], truth[name]) for name in seen]

"""Coverage of every interval that a validation of given predictions reports.

Two predictions of one outcome: ``own`` is the true order with risks that are too narrow and too
high; ``rival`` knows less. What does not depend on the censoring has its true value from one large
cohort without any; Harrell's C and Royston's D from a large cohort followed in the same way.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from benchmarks.coverage.tally import Row, summarise

from jalon.core import Estimate, Floats, SurvivalData
from jalon.validate import (
    Aim,
    Contest,
    Predicted,
    calibrate_smoothly,
    calibrate_weakly,
    compare_scores,
    decision_curve,
    discriminate,
    measure_accuracy,
    measure_merits,
    separate_groups,
)

SIZES, REPEATS, LARGE = (300, 1000), 1000, 300_000
TIMES, SHIFT = (0.5, 1.0), -0.6
LIMIT = 0.3


@dataclass(frozen=True, slots=True, eq=False)
class Cohort:
    """Predictions and outcomes, and the risks by the last time that are true."""

    own: Predicted
    rival: Predicted
    data: SurvivalData
    truth: Floats


def draw(rng: np.random.Generator, n: int, censored: bool = True) -> Cohort:
    """Draw patients whose hazards are constant."""
    index = 0.9 * rng.normal(size=n)
    noisy = 0.6 * index + 0.5 * rng.normal(size=n)
    time = rng.exponential(size=n) / np.exp(index + SHIFT)
    stop = (
        np.minimum(rng.uniform(0.6, 4, n), rng.exponential(4, n)) if censored else np.full(n, 9.0)
    )
    data = SurvivalData(np.minimum(time, stop), time <= stop)
    moments = np.array(TIMES)

    def risk(scale: Floats, shift: float) -> Floats:
        return np.asarray(-np.expm1(-np.exp(scale[:, None] + shift) * moments))

    own = Predicted(index, risk(0.8 * index, -0.4), 0.8 * index)
    rival = Predicted(noisy, risk(noisy, -0.3), noisy)
    return Cohort(own, rival, data, -np.expm1(-np.exp(index + SHIFT)))


def judge(cohort: Cohort, rng: np.random.Generator) -> dict[str, Estimate]:
    """Give every figure of one cohort."""
    own, data = cohort.own, cohort.data
    last = np.ascontiguousarray(own.risk[:, 1])
    found = discriminate(own.score, data, TIMES, rng)
    accuracy = measure_accuracy(own.risk, data, TIMES)
    weak = calibrate_weakly(last, data, 1.0)
    merits = measure_merits(Predicted(own.score, last, own.log_hazard), data, Aim(1.0)).figures
    benefit = decision_curve(last, data, 1.0, [LIMIT])
    groups = separate_groups((own.score > 0).astype(int), data, [1.0]).groups
    contest = compare_scores({"own": own, "rival": cohort.rival}, data, Contest(TIMES, (LIMIT,)))
    rival = contest.contenders["rival"]
    return {
        "Harrell's C": found.harrell,
        "Harrell's C, logit": merits["concordance"].estimate,
        "Uno's C": found.uno,
        "AUC at a time": found.auc.auc.estimates[1],
        "AUC at a time, logit": merits["auc"].estimate,
        "Royston's D": found.royston.separation,
        "Royston's R squared": found.royston.explained,
        "hazard ratio of two groups": groups[1].hazard_ratio,
        "risk of a group": groups[1].risk[0],
        "calibration slope": merits["slope"].estimate,
        "observed over expected, influence": merits["ratio"].estimate,
        "weak intercept": weak.intercept,
        "weak slope": weak.slope,
        "Brier score": accuracy.score.error.estimates[1],
        "IPA": accuracy.score.accuracy.estimates[1],
        "integrated Brier score": accuracy.integrated,
        "integrated IPA": accuracy.integrated_accuracy,
        "net benefit": _take(benefit.net_benefit),
        "net benefit less treating all": _take(benefit.gain),
        "standardised net benefit": _take(benefit.standardised),
        "difference in Harrell's C": rival.harrell_gain.estimate,
        "difference in Uno's C": rival.uno_gain.estimate,
        "difference in AUC": rival.auc_gain.estimates[1],
        "difference in IPA": rival.accuracy_gain.estimates[1],
        "difference in net benefit": _take(rival.benefit_gain[1].difference),
    }


def _take(curve: object) -> Estimate:
    return Estimate(*(float(getattr(curve, name)[0]) for name in ("value", "low", "high")))


FOLLOWED = ("Harrell's C", "Royston's", "hazard ratio", "difference in Harrell's C")
"""What depends on how patients are followed."""


@cache
def find_truth() -> dict[str, float]:
    """True values, from large cohorts."""
    rng = np.random.default_rng(1)
    free, followed = draw(rng, LARGE, censored=False), draw(rng, LARGE)
    one, two = judge(free, rng), judge(followed, rng)
    return {name: (two if name.startswith(FOLLOWED) else one)[name].value for name in one}


@cache
def draw_truth() -> tuple[Floats, Floats]:
    """The true risk at some predicted ones, for the curve."""
    index = np.array([-0.8, 0.0, 0.8])
    return -np.expm1(-np.exp(0.8 * index - 0.4)), -np.expm1(-np.exp(index + SHIFT))


def run(rng: np.random.Generator, n: int, repeats: int) -> list[Row]:
    """Simulate cohorts of n patients and tell how often each interval covers the truth."""
    truth, seen = find_truth(), {name: [] for name in find_truth()}
    places, heights = draw_truth()
    points: list[list[Estimate]] = [[] for _ in places]
    for _ in range(repeats):
        cohort = draw(rng, n)
        for name, estimate in judge(cohort, rng).items():
            seen[name].append(estimate)
        curve = calibrate_smoothly(cohort.own.risk[:, 1], cohort.data, 1.0)
        for k, place in enumerate(places):
            ends = (np.interp(place, curve.predicted, part) for part in _ends(curve))
            points[k].append(Estimate(*map(float, ends)))
    rows = [summarise(name, n, seen[name], truth[name]) for name in seen]
    return rows + [
        summarise(f"calibration curve at {place:.2f}", n, points[k], float(heights[k]))
        for k, place in enumerate(places)
    ]


def _ends(curve: object) -> tuple[Floats, ...]:
    return tuple(getattr(curve, name) for name in ("observed", "low", "high"))

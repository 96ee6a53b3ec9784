"""Subgroups: coverage of each figure in a part of the patients, and size of the test between them.

A prediction, too narrow and too high, is judged in three parts of unequal size between which its
true figures are the same: the label has nothing to do with the outcome. ``coverage`` of a test is
how often it does not reject at 5%, which should be 95%.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from benchmarks.coverage.resumed import simulate
from benchmarks.coverage.tally import Row, summarise

from jalon.core import Estimate, Floats, SurvivalData
from jalon.validate import Aim, Predicted, compare_subgroups, measure_merits
from jalon.validate.merit import MERITS

SIZES, REPEATS, LARGE = (300, 1000), 600, 300_000
SHARES, SHIFT = (0.25, 0.35, 0.4), -0.6
PARTS = ("a", "b", "c")


def run(rng: np.random.Generator, n: int, repeats: int) -> list[Row]:
    """Simulate cohorts of n patients and tell how often each interval covers the truth."""
    width = 3 * len(MERITS) * (len(PARTS) + 1)
    found = simulate(lambda one: judge_cohort(one, n), width, repeats, rng, f"subgroups {n}")
    table = found.reshape(repeats, len(PARTS) + 1, len(MERITS), 3)
    names = [f"{merit}, part of {share:.0%}" for share in SHARES for merit in MERITS]
    names += [f"{merit}, test of parts" for merit in MERITS]
    truths = np.append(np.tile(find_truth(), len(PARTS)), np.full(len(MERITS), 0.5))
    cells = table.reshape(repeats, -1, 3)
    return [
        summarise(name, n, [Estimate(*map(float, one)) for one in cells[:, k]], float(truths[k]))
        for k, name in enumerate(names)
    ]


def judge_cohort(rng: np.random.Generator, n: int) -> Floats:
    """Give every figure of one cohort: value, low and high; and of each test whether it accepts."""
    predicted, data = draw(rng, n)
    label = rng.choice(PARTS, n, p=SHARES)
    found = compare_subgroups(predicted, data, label, Aim(1.0))
    rows = []
    for part in PARTS:
        figures = found.levels[part].figures
        # A part that cannot give a figure has an interval that says nothing, and covers.
        rows += [_read(figures[one].estimate if one in figures else None) for one in MERITS]
    for one in MERITS:
        p = found.tests[one].p
        # An interval around one half when the test accepts, beside it when it rejects.
        rows.append([p, 0.0, 1.0] if p >= 0.05 else [p, 0.0, p])
    return np.array(rows).ravel()


def _read(estimate: Estimate | None) -> list[float]:
    if estimate is None:
        return [np.nan, np.nan, np.nan]
    return [estimate.value, estimate.low, estimate.high]


@cache
def find_truth() -> Floats:
    """The figures among many; C of patients followed in the same way, others without loss."""
    rng = np.random.default_rng(1)
    free, followed = (
        measure_merits(*draw(rng, LARGE, censored), Aim(1.0)).figures for censored in (False, True)
    )
    return np.array(
        [(followed if one == "concordance" else free)[one].estimate.value for one in MERITS]
    )


def draw(rng: np.random.Generator, n: int, censored: bool = True) -> tuple[Predicted, SurvivalData]:
    """Draw patients whose hazards are constant, and what is predicted for them."""
    index = 0.9 * rng.normal(size=n)
    time = rng.exponential(size=n) / np.exp(index + SHIFT)
    stop = (
        np.minimum(rng.uniform(0.6, 4, n), rng.exponential(4, n)) if censored else np.full(n, 50.0)
    )
    risk = np.clip(-np.expm1(-np.exp(0.8 * index - 0.4)), 1e-12, 1 - 1e-12)
    return Predicted(index, risk, 0.8 * index), SurvivalData(np.minimum(time, stop), time <= stop)

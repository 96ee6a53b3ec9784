"""Small cohorts for the robust ways of learning."""

import numpy as np

from jalon.core import SurvivalData
from jalon.learn import Candidate, SearchSettings

CANDIDATES = tuple(Candidate(name, (-0.5, 0.5)) for name in "abcd")
PLAIN = SearchSettings(max_variables=2, max_terms=2, max_points=3, target="events", price=0.5)


def make_columns(n=220, seed=3):
    rng = np.random.default_rng(seed)
    return {name: rng.normal(size=n) for name in "abcd"}


def make_data(columns, seed=5, centres=4):
    rng = np.random.default_rng(seed)
    n = len(columns["a"])
    stratum = rng.integers(0, centres, n)
    tilt = np.where(stratum == 0, -0.6, 0.6)
    risk = 0.9 * columns["a"] + tilt * columns["b"] + 0.3 * columns["c"]
    time = np.ceil(300 * rng.exponential(np.exp(-risk)))
    return SurvivalData(time, (rng.random(n) < 0.8).astype(int), stratum=stratum)

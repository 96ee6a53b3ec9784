"""Random small cohorts: many ties, any order, weights, late entries."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from jalon.core import SurvivalData


@st.composite
def cohorts(draw, causes=1, least=1, weighted=False, late=False, whole=None):
    """A cohort of up to 30 patients whose times tie often, in days or in fractions."""
    n = draw(st.integers(least, 30))
    in_days = draw(st.booleans()) if whole is None else whole
    time = np.array(draw(_list(st.integers(1, 12), n))) / (1 if in_days else 7)
    event = draw(_list(st.integers(0, causes), n))
    entry = weight = None
    if late:
        entry = time * np.array(draw(_list(st.sampled_from([0, 0.25, 0.5]), n)))
    if weighted:
        weight = draw(_list(st.sampled_from([0.5, 1.0, 2.25]), n))
    return SurvivalData(time, event, entry, weight)


@st.composite
def compared(draw, causes=1, most=4):
    """A cohort with events of cause 1 and a group code for each patient."""
    data = draw(cohorts(causes=causes, least=4))
    group = np.array(draw(_list(st.integers(0, most - 1), len(data))))
    group[:2] = 0, 1
    event = data.event.copy()
    event[2:4] = 1
    return SurvivalData(data.time, event), group


def shuffle(data: SurvivalData, seed: int) -> tuple[SurvivalData, np.ndarray]:
    """The same patients in another order, with that order."""
    order = np.random.default_rng(seed).permutation(len(data))
    return data.take(order), order


def _list(element, n):
    return st.lists(element, min_size=n, max_size=n)

"""A Cox model fitted chunk by chunk is that of all rows, with the chunks as strata."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from jalon.core import SurvivalData, UnsuitableDataError
from jalon.stats.regression import fit_cox
from jalon.stats.regression.cox_chunks import fit_cox_chunks, merge_cox_sums, sum_cox

some = settings(max_examples=20, deadline=None)


def draw(seed, extra):
    """Rows in four strata; the third has no event when seed is even."""
    rng = np.random.default_rng(seed)
    n = 160
    x = np.column_stack([rng.normal(50, 10, n), rng.random(n) < 0.4, rng.normal(size=n)])
    time, event = rng.integers(2, 20, n), (rng.random(n) < 0.7).astype(int)
    stratum = np.sort(rng.integers(0, 4, n))
    if seed % 2 == 0:
        event[stratum == 2] = 0
    return x, SurvivalData(
        time,
        event,
        entry=np.floor(rng.random(n) * time) if extra else None,
        weight=rng.integers(0, 3, n) if extra else None,
        stratum=stratum,
    )


def parts(x, data):
    return [(x[rows], data.take(rows)) for rows in (data.stratum < 2, data.stratum >= 2)]


@given(st.integers(0, 10**6), st.booleans(), st.sampled_from(["efron", "breslow"]))
@some
def test_chunks_equal_the_whole(seed, extra, ties):
    x, data = draw(seed, extra)
    found, whole = fit_cox_chunks(lambda: parts(x, data), ties), fit_cox(x, data, ties)
    for name in ("coefficients", "standard_errors", "means", "covariance"):
        assert_allclose(getattr(found, name), getattr(whole, name), rtol=1e-8, err_msg=name)
    assert_allclose(found.log_likelihood, whole.log_likelihood, rtol=1e-12)
    assert_allclose(found.score.statistic, whole.score.statistic, rtol=1e-9)
    assert (found.n, found.events) == (whole.n, whole.events)
    for name in ("time", "stratum", "hazard", "variance"):
        wanted = getattr(whole.baseline, name)
        assert_allclose(getattr(found.baseline, name), wanted, rtol=1e-7, err_msg=name)
    assert_allclose(found.baseline.drift, whole.baseline.drift, rtol=1e-6, atol=1e-9)


@given(st.integers(0, 10**6), st.booleans())
@some
def test_sums_of_sites_vanish_where_the_whole_is_highest(seed, extra):
    x, data = draw(seed, extra)
    whole = fit_cox(x, data)
    sums = merge_cox_sums(*[sum_cox(*part, whole.coefficients) for part in parts(x, data)])
    assert_allclose(sums.gradient * whole.standard_errors, 0, atol=1e-5)
    assert_allclose(sums.information @ whole.covariance, np.eye(3), atol=1e-7)
    assert_allclose(sums.log_likelihood, whole.log_likelihood, rtol=1e-12)
    assert (sums.n, sums.events) == (whole.n, whole.events)


def test_chunks_without_strata_are_strata():
    x, data = draw(1, False)
    halves = [(x[:80], data.take(np.arange(80))), (x[80:], data.take(np.arange(80, 160)))]
    bare = [(a, SurvivalData(b.time, b.event)) for a, b in halves]
    stratified = SurvivalData(data.time, data.event, stratum=np.arange(160) // 80)
    found, whole = fit_cox_chunks(lambda: bare), fit_cox(x, stratified)
    assert_allclose(found.coefficients, whole.coefficients, rtol=1e-8)
    assert found.baseline.stratum.tolist() == whole.baseline.stratum.tolist()


def refuse(words, chunks, **options):
    with pytest.raises(UnsuitableDataError, match=words):
        fit_cox_chunks(chunks, **options)


def test_what_cannot_be_merged_is_refused():
    x, data = draw(1, False)
    bare = SurvivalData(data.time, data.event)
    refuse("no chunk holds an event", lambda: [])
    refuse("no chunk holds an event", lambda: [(x, SurvivalData(data.time, np.zeros(160, int)))])
    refuse("in two chunks", lambda: [(x, data), (x, data)])
    refuse("some do not", lambda: [(x, bare), (x, data)])
    refuse("different numbers", lambda: [(x, bare), (x[:, :2], bare)])
    refuse('ties="efron"', lambda: [(x, bare)], ties="exact")
    refuse("is the same for all", lambda: [(np.ones((160, 1)), bare)])
    refuse("missing or infinite", lambda: [(np.where(x > 60, np.nan, x), bare)])
    refuse("holds no patient", lambda: [(x[:0], bare.take(np.zeros(0, int)))])
    refuse("is a combination", lambda: [(np.column_stack([x, x[:, 0]]), bare)])
    once = iter([(x, bare)])
    refuse("there once only", lambda: once)
    with pytest.raises(UnsuitableDataError, match="one per column"):
        sum_cox(x, bare, [0, 0])

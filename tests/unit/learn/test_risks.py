"""Absolute risks: who is counted, what is marked, and ranges for unknown items."""

import numpy as np
import pytest

from jalon.core import SurvivalData, UnsuitableDataError
from jalon.learn import estimate_risks, range_risks
from jalon.learn.risk_model import fit_risk
from jalon.scores import assess_many, find_definition
from jalon.stats import CauseSpecificFit, predict_incidence


def simulate(seed=1, n=400, causes=2):
    rng = np.random.default_rng(seed)
    total = rng.integers(0, 6, n)
    time = np.ceil(rng.exponential(40 / np.exp(0.3 * total)))
    return total, SurvivalData(time, rng.integers(0, causes + 1, n))


def test_counts_add_up_and_groups_cover_the_span():
    total, data = simulate()
    risks = estimate_risks(total, data, [6, 12], limits=(1, 3), span=(-1, 8))
    assert [row.total for row in risks.totals] == list(range(-1, 9))
    assert [(row.low, row.high) for row in risks.groups] == [(-1, 1), (2, 3), (4, 8)]
    assert risks.limits == (1, 3)
    assert sum(row.n for row in risks.totals) == sum(row.n for row in risks.groups) == 400
    assert sum(row.events for row in risks.groups) == np.sum(data.event == 1)


def test_totals_without_patients_are_sparse_and_predicted_all_the_same():
    total, data = simulate()
    row = estimate_risks(total, data, [12], span=(0, 7)).totals[-1]
    assert (row.n, row.events, row.sparse) == (0, 0, True)
    assert np.isnan(row.observed[0].value)
    assert 0 < row.predicted[0].low < row.predicted[0].value < row.predicted[0].high < 1


def test_observed_risk_is_unknown_where_nobody_is_followed():
    total = np.r_[np.zeros(20), np.ones(20)].astype(int)
    time = np.r_[np.arange(1.0, 21), np.arange(11.0, 51, 2)]
    event = np.tile([1, 0], 20)
    early, late = estimate_risks(total, SurvivalData(time, event), [30]).totals
    assert np.isnan(early.observed[0].value)
    assert late.observed[0].value > 0


def test_observed_risk_is_1_once_all_have_had_the_event():
    total, time = np.repeat([0, 1], 20), np.r_[np.arange(11.0, 31), np.arange(1.0, 21)]
    rows = estimate_risks(total, SurvivalData(time, np.ones(40)), [25]).totals
    assert rows[1].observed[0].value == 1


def test_no_event_yet_is_a_risk_of_0_without_limits():
    total, time = np.repeat([0, 1], 20), np.r_[np.arange(11.0, 31), np.arange(1.0, 21)]
    found = estimate_risks(total, SurvivalData(time, np.ones(40)), [5]).totals[0].observed[0]
    assert found.value == 0
    assert np.isnan(found.low)
    assert np.isnan(found.high)


def test_predicted_incidence_is_that_of_two_cause_specific_models():
    total, data = simulate()
    risks = estimate_risks(total, data, [3, 6, 24])
    model = fit_risk(total, data, 1)
    fits = CauseSpecificFit((1, 2), (model.own, model.other))
    theirs = predict_incidence(fits, np.arange(6.0)[:, None], [3, 6, 24], cause=1)
    ours = [[e.value for e in row.predicted] for row in risks.totals]
    assert np.array(ours) == pytest.approx(theirs.value, rel=1e-12)


def test_three_causes_compete_as_one_against_the_first():
    total, data = simulate(causes=3)
    merged = SurvivalData(data.time, np.minimum(data.event, 2))
    assert estimate_risks(total, data, [9]) == estimate_risks(total, merged, [9])


def test_weights_count_patients_and_weight_0_leaves_out():
    total, data = simulate(n=150)
    weight = np.random.default_rng(0).integers(0, 3, 150).astype(float)
    rows = np.repeat(np.arange(150), weight.astype(int))
    weighted = SurvivalData(data.time, data.event, weight=weight)
    ours = estimate_risks(total, weighted, [6], (2,))
    theirs = estimate_risks(total[rows], data.take(rows), [6], (2,))
    for one, other in zip(ours.totals, theirs.totals, strict=True):
        assert (one.n, one.events) == (other.n, other.events)
        assert one.predicted[0].value == pytest.approx(other.predicted[0].value, rel=1e-9)
        assert one.observed[0].high == pytest.approx(other.observed[0].high, rel=1e-9, nan_ok=True)


def test_unknown_items_give_ranges_of_groups_and_risks():
    rng = np.random.default_rng(3)
    ipi = find_definition("ipi")
    ends = {item.id: item.span for item in ipi.items}
    columns = {name: rng.integers(0, 2, 300) for name in ends}
    columns = {name: np.where(v > 0, ends[name][1], ends[name][0]) for name, v in columns.items()}
    known = assess_many(ipi, columns)
    time = rng.exponential(30 / np.exp(0.5 * known.points_low))
    limits = tuple(group.high for group in ipi.groups[:-1])
    risks = estimate_risks(
        known.points_low, SurvivalData(time, np.ones(300)), [6, 12], limits, span=ipi.range
    )
    first = ipi.items[0].id
    columns[first] = np.where(np.arange(300) < 50, np.nan, columns[first])
    part = assess_many(ipi, columns)
    found = range_risks(part.points_low, part.points_high, risks)
    certain = part.points_low == part.points_high
    assert certain.sum() == 250
    assert np.array_equal(found.group_low[certain], known.group[certain])
    assert np.all(found.lowest[certain] == found.highest[certain])
    assert np.all(found.lowest[~certain] < found.highest[~certain])
    assert np.all((found.low <= found.lowest) & (found.highest <= found.high))
    predicted = np.array([[e.value for e in row.predicted] for row in risks.totals])
    truth = predicted[known.points_low]
    assert np.all((found.lowest <= truth) & (truth <= found.highest))
    assert np.all((found.group_low <= known.group) & (known.group <= found.group_high))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"times": []}, "times"),
        ({"times": [0]}, "times"),
        ({"times": [np.nan]}, "times"),
        ({"times": [1e6]}, "nobody was followed"),
        ({"limits": (3, 1)}, "do not rise"),
        ({"limits": (5,)}, "do not rise, or leave"),
        ({"span": (1, 9)}, "outside of the span"),
        ({"cause": 7}, "nobody had event 7"),
        ({"total": np.zeros(400)}, "risk by total"),
        ({"total": np.full(400, 0.5)}, "not whole"),
        ({"total": np.zeros(3)}, "one total"),
    ],
)
def test_what_cannot_be_estimated_is_refused(change, said):
    total, data = simulate()
    given = {"total": total, "data": data, "times": [6]} | change
    with pytest.raises(UnsuitableDataError, match=said):
        estimate_risks(**given)


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [([2], [1], "in order"), ([0], [1, 2], "in order"), ([0], [9], "full span")],
)
def test_ranges_that_make_no_sense_are_refused(low, high, said):
    total, data = simulate()
    risks = estimate_risks(total, data, [6])
    with pytest.raises(UnsuitableDataError, match=said):
        range_risks(low, high, risks)

"""What calibration and reclassification refuse, and their edges."""

import numpy as np
import pytest

from jalon.core import SurvivalData, UnsuitableDataError
from jalon.validate import (
    Bootstrap,
    bootstrap_figures,
    calibrate_groups,
    calibrate_hazard,
    group_risks,
    improve_discrimination,
    observed_expected,
    reclassify,
    reclassify_at,
    smooth_calibration,
)

DATA = SurvivalData(time=[1, 9, 9, 9, 1, 2, 3, 9], event=[1, 0, 0, 0, 1, 1, 1, 0])
RISK = [0.2, 0.2, 0.1, 0.3, 0.6, 0.7, 0.5, 0.6]


def simulate(seed=0, n=150, causes=1):
    rng = np.random.default_rng(seed)
    risk = rng.uniform(0.05, 0.9, n)
    time = rng.exponential(-1 / np.log(1 - risk))
    return risk, SurvivalData(
        np.minimum(time, 3), np.where(time > 3, 0, rng.integers(1, causes + 1, n))
    )


@pytest.mark.parametrize("function", [observed_expected, calibrate_groups, smooth_calibration])
@pytest.mark.parametrize(
    ("risk", "data", "horizon", "words"),
    [
        (RISK[:7], DATA, 5, "one probability per patient"),
        ([*RISK[:7], 1.2], DATA, 5, "1 of 8 risks"),
        ([*RISK[:7], np.nan], DATA, 5, "1 of 8 risks"),
        (RISK, DATA, 0, "time above 0"),
        (RISK, DATA, 0.5, "by time 0.5"),
        (RISK, DATA, 20, "beyond the last follow-up"),
        (RISK, SurvivalData(DATA.time, [0] * 8), 5, "cause 1"),
        (RISK, SurvivalData(DATA.time, DATA.event, entry=DATA.time - 1), 5, "entered late"),
    ],
)
def test_refusals(function, risk, data, horizon, words):
    with pytest.raises(UnsuitableDataError, match=words):
        function(risk, data, horizon)


def test_refusals_of_observed_over_expected():
    with pytest.raises(UnsuitableDataError, match="every predicted risk is 0"):
        observed_expected([0] * 8, DATA, 5)
    with pytest.raises(UnsuitableDataError, match="choose one of events"):
        observed_expected(RISK, DATA, 5, interval="log")
    with pytest.raises(UnsuitableDataError, match="between 0 and 1"):
        observed_expected(RISK, DATA, 5, level=0)


@pytest.mark.parametrize(
    ("groups", "words"),
    [
        (1, "at least 2"),
        ([0] * 7, "one whole number per patient"),
        (np.full(8, 0.5), "one whole number per patient"),
        ([0] * 8, "only one group"),
        ([0, 1, 1, 1, 0, 0, 0, 0], "group 2: nobody has the event"),
        ([0, 0, 0, 0, 1, 1, 1, 0], "group 2: everyone has the event"),
    ],
)
def test_refusals_of_groups(groups, words):
    with pytest.raises(UnsuitableDataError, match=words):
        calibrate_groups(RISK, DATA, 5, groups)


def test_group_that_was_not_followed():
    data = SurvivalData(time=[1, 2, 2, 9, 9, 3], event=[1, 0, 0, 0, 0, 1])
    with pytest.raises(UnsuitableDataError, match="group 1: time 5 is beyond"):
        calibrate_groups([0.2] * 6, data, 5, [0, 0, 0, 1, 1, 1])


def test_risks_that_make_no_groups():
    with pytest.raises(UnsuitableDataError, match="same for everyone"):
        group_risks([0.2] * 5, 3)
    with pytest.raises(UnsuitableDataError, match="finite"):
        group_risks([0.2, np.nan], 2)
    assert group_risks([0.1] * 9 + [0.2], 5).tolist() == [0] * 9 + [1]


def test_refusals_of_a_smooth_curve():
    with pytest.raises(UnsuitableDataError, match="exactly 0 or 1"):
        smooth_calibration([*RISK[:7], 1.0], DATA, 5)
    weighted = SurvivalData(DATA.time, DATA.event, weight=np.ones(8))
    with pytest.raises(UnsuitableDataError, match="repeat the rows"):
        smooth_calibration(RISK, weighted, 5)
    with pytest.raises(UnsuitableDataError, match="too few"):
        smooth_calibration([0.2] * 4 + [0.4] * 4, DATA, 5)


@pytest.mark.parametrize("causes", [1, 2])
def test_intervals_of_a_smooth_curve(causes):
    risk, data = simulate(causes=causes)
    plain = smooth_calibration(risk, data, 1.0)
    assert np.isnan(plain.error_mean.low)
    settings = [Bootstrap(np.random.default_rng(seed), 20) for seed in (1, 1, 2)]
    first, same, other = (smooth_calibration(risk, data, 1.0, bootstrap=one) for one in settings)
    assert first.error_mean == same.error_mean != other.error_mean
    assert first.error_mean.value == plain.error_mean.value
    assert 0 <= first.error_mean.low < first.error_mean.high < 1
    assert plain.error_50.value <= plain.error_90.value <= plain.error_max.value


@pytest.mark.parametrize(
    ("expected", "index", "words"),
    [
        ([1] * 7, [0] * 8, "one of each per patient"),
        ([-1, *[1] * 7], [0] * 8, "1 of 8 patients"),
        ([1] * 8, [np.nan, *[0] * 7], "1 of 8 patients"),
        ([0, *[1] * 7], range(8), "expected hazard is 0"),
    ],
)
def test_refusals_of_hazards(expected, index, words):
    with pytest.raises(UnsuitableDataError, match=words):
        calibrate_hazard(expected, index, DATA)


def test_hazards_without_event():
    with pytest.raises(UnsuitableDataError, match="cause 2"):
        calibrate_hazard([1] * 8, range(8), DATA, cause=2)


@pytest.mark.parametrize(
    ("old", "new", "y", "words"),
    [
        ([0.1, 0.2], [0.1], [0, 1], "one probability per patient"),
        ([0.1, 2], [0.1, 0.2], [0, 1], "outside 0 to 1"),
        ([0.1, 0.2], [0.1, 0.2], [1, 1], "everyone or nobody"),
        ([0.1, 0.2], [0.1, 0.2], [1, 2], "0 no or 1 yes"),
    ],
)
def test_refusals_of_moves(old, new, y, words):
    for function in (reclassify, improve_discrimination):
        with pytest.raises(UnsuitableDataError, match=words):
            function(old, new, y)


@pytest.mark.parametrize("cuts", [[], [0.5, 0.2], [0.0], [1.0], [np.nan]])
def test_refusals_of_cuts(cuts):
    with pytest.raises(UnsuitableDataError, match="rising order"):
        reclassify([0.1, 0.2], [0.1, 0.2], [0, 1], cuts)


def test_nobody_moves():
    found = reclassify([0.1, 0.2], [0.1, 0.2], [0, 1])
    assert found.improvement.estimate.value == 0
    assert np.isnan(found.improvement.p)
    with pytest.raises(UnsuitableDataError, match="fewer than two"):
        improve_discrimination([0.1, 0.2], [0.1, 0.2], [0, 1])


def test_censored_moves_that_are_not_known():
    with pytest.raises(UnsuitableDataError, match="everyone has the event"):
        reclassify_at([0.5] * 2, [0.6, 0.4], SurvivalData([1, 2], [1, 1]), 5)
    data = SurvivalData(time=[1, 2, 9, 9], event=[1, 0, 0, 0])
    with pytest.raises(UnsuitableDataError, match="not followed"):
        reclassify_at([0.5] * 4, [0.4, 0.6, 0.4, 0.4], data, 5)


def test_refusals_of_a_bootstrap():
    def refuse(rows):
        if len(np.unique(rows)) < 5:
            raise UnsuitableDataError("too alike")
        return [1.0]

    for settings, words in (
        (Bootstrap(np.random.default_rng(0), 1), "at least 2 resamples"),
        (Bootstrap(np.random.default_rng(0), 9, 2.0), "between 0 and 1"),
        (Bootstrap(np.random.default_rng(0), 50), "too alike"),
    ):
        with pytest.raises(UnsuitableDataError, match=words):
            bootstrap_figures(refuse, 5, settings)

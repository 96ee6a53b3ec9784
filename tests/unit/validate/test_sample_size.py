"""How many patients a study needs: published examples, and what must hold of any."""

import math

import numpy as np
import pytest

from jalon.core import UnsuitableDataError
from jalon.validate import (
    ExpectedCohort,
    PrecisionTargets,
    SizeRules,
    expect_shrinkage,
    r2_from_auc,
    r2_from_concordance,
    r2_from_nagelkerke,
    size_development,
    size_development_binary,
    size_validation,
    spread_from_concordance,
)

# Expected results of the checks that come with R's pmsampsize 1.1 (its tests 3.1 to 3.9 and 4.1 to
# 4.4): patients by criterion 1, 2 and 3, and events per parameter.
SURVIVAL = [
    ((0.051, 25, 0.065, 2, 2.07), (4286, 866, 4286), 23.07),
    ((0.065, 25, 0.065, 2, 2.07), (3335, 859, 3335), 17.95),
    ((0.051, 50, 0.065, 2, 2.07), (8572, 1731, 8572), 23.07),
    ((0.051, 25, 0.1, 2, 2.07), (4286, 731, 4286), 35.49),
    ((0.051, 25, 0.065, 4, 2.07), (4286, 866, 4286), 23.07),
    ((0.051, 25, 0.065, 2, 4), (4286, 679, 4286), 44.57),
    ((0.06, 40, 0.08, 3, 5), (5798, 969, 5798), 57.98),
    ((0.03, 10, 0.09, 3, 3), (2950, 272, 2950), 79.65),
    ((0.3, 80, 0.03, 1, 5), (1974, 2272, 2272), 4.26),
]
BINARY = [
    ((0.288, 24, 0.174), (623, 662, 221, 662), 4.8),
    ((0.55, 24, 0.174), (255, 532, 221, 532), 3.86),
    ((0.288, 36, 0.174), (934, 992, 221, 992), 4.79),
    ((0.288, 24, 0.25), (623, 590, 289, 623), 6.49),
]


@pytest.mark.parametrize(("given", "patients", "each"), SURVIVAL)
def test_survival_as_pmsampsize(given, patients, each):
    found = size_development(*given)
    assert (found.for_shrinkage, found.patients) == (patients[0], patients[2])
    # R rounds events up to a whole number among 10,000 patients, which can make it one patient.
    assert found.for_optimism == pytest.approx(patients[1], abs=1)
    assert found.events_per_parameter == pytest.approx(each, abs=0.005)


@pytest.mark.parametrize(("given", "patients", "each"), BINARY)
def test_binary_as_pmsampsize(given, patients, each):
    found = size_development_binary(*given)
    got = (found.for_shrinkage, found.for_optimism, found.for_risk, found.patients)
    assert got == patients
    assert found.events_per_parameter == pytest.approx(each, abs=0.005)


def test_published_example_of_thrombosis():
    # Riley and others 2019, section 5; 30 parameters, and the interval 0.113 to 0.130 of the risk.
    found = size_development(0.051, 30, rate=0.065, horizon=2, follow_up=2.07)
    assert found.patients == 5143
    assert (round(found.nagelkerke, 3), round(found.r2_most, 3)) == (0.092, 0.555)
    assert round(found.risk, 3) == 0.122


def test_the_risk_is_as_precise_as_asked():
    found = size_development(0.2, 1, rate=0.3, horizon=2, follow_up=2, rules=SizeRules(margin=0.03))
    assert found.patients == found.for_risk
    for n, fits in ((found.for_risk, True), (found.for_risk - 1, False)):
        reach = 1.96 * math.sqrt(0.3 / (n * 2))
        lower = math.exp(-(0.3 - reach) * 2) - math.exp(-0.6)
        assert (lower <= 0.03) == fits
    assert found.shrinkage > 0.9


def test_shrinkage_is_the_other_way_round():
    for n in (300, 1000, 5143):
        shrinkage = expect_shrinkage(0.051, 30, n)
        back = 30 / ((shrinkage - 1) * math.log(1 - 0.051 / shrinkage))
        assert back == pytest.approx(n, rel=1e-9)
    assert expect_shrinkage(0.051, 30, 100) < expect_shrinkage(0.051, 30, 200) < 0.4


def test_r2_of_other_figures():
    # C 0.76 with 637 events of 662 patients; adjusted for 15 parameters it is 0.4837 (published
    # analysis of an ePROM model: the steps of Riley 2019 in R).
    r2 = r2_from_concordance(0.76, 637, 662)
    shrinkage = 1 + 15 / 662 * math.log(1 - r2)
    assert shrinkage * r2 == pytest.approx(0.4837, abs=5e-5)
    assert r2_from_nagelkerke(0.15, 0.065, 2.07) == pytest.approx(0.15 * 0.554637, rel=1e-5)
    # A large sample, as the published method draws it.
    rng = np.random.default_rng(1)
    y = rng.random(400_000) < 0.3
    x = rng.normal(size=400_000) + y * math.sqrt(2) * 1.0364333894937898
    odds = math.log(0.3 / 0.7) + 1.465738 * x - 1.465738**2 / 2
    gained = np.mean(y * odds - np.logaddexp(0, odds)) - (0.3 * math.log(0.3) + 0.7 * math.log(0.7))
    assert r2_from_auc(0.85, 0.3) == pytest.approx(-math.expm1(-2 * gained), abs=0.003)


def test_validation_needs_more_for_narrower_intervals():
    cohort = ExpectedCohort(risk=0.4, horizon=24, spread=0.8, follow_up=36, lost=0.1)
    usual = size_validation(cohort, np.random.default_rng(1))
    again = size_validation(cohort, np.random.default_rng(1))
    narrow = size_validation(cohort, np.random.default_rng(1), PrecisionTargets(0.1, 0.1, 0.05))
    assert usual == again
    assert narrow.for_slope == pytest.approx(4 * usual.for_slope, abs=4)
    assert usual.patients == max(usual.for_ratio, usual.for_slope, usual.for_concordance)


def test_validation_size_is_that_of_small_cohorts():
    """At the number of patients found, the errors of repeated small cohorts are those asked for."""
    from jalon.validate import calibration_slope  # noqa: PLC0415 - of this test alone
    from jalon.validate.validation_size import draw_expected  # noqa: PLC0415

    cohort = ExpectedCohort(risk=0.5, horizon=1, spread=1.0, follow_up=1.5)
    n = size_validation(cohort, np.random.default_rng(1), PrecisionTargets(slope=0.4)).for_slope
    _, index, data = draw_expected(cohort, np.random.default_rng(2))
    slopes = [
        calibration_slope(index[rows], data.take(rows)).value
        for rows in np.array_split(np.arange(len(index) - len(index) % n), len(index) // n)
    ]
    error = np.std(slopes, ddof=1)
    assert error == pytest.approx(0.4 / 2 / 1.96, rel=4 / math.sqrt(2 * len(slopes)))


def test_a_spread_gives_back_its_concordance():
    rng = np.random.default_rng(3)
    for wanted in (0.6, 0.75):
        spread = spread_from_concordance(wanted)
        apart = np.abs(rng.normal(size=400_000)) * math.sqrt(2) * spread
        assert np.mean(1 / (1 + np.exp(-apart))) == pytest.approx(wanted, abs=0.001)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: size_development(0.6, 10, 0.065, 2, 2.07), "between 0 and 0.555"),
        (lambda: size_development(0.05, 0, 0.065, 2, 2.07), "at least 1"),
        (lambda: size_development(0.05, 10, -1, 2, 2.07), "rate is -1"),
        (lambda: size_development(0.05, 10, 1, 2, math.nan), "follow_up is nan"),
        (lambda: size_development_binary(0.05, 10, 1.0), "prevalence is 1"),
        (lambda: size_development_binary(0.05, 10, 0.3, SizeRules(0.04)), "ask for more"),
        (lambda: size_development_binary(0.05, 10, 0.3, SizeRules(margin=2)), "margin is 2"),
        (lambda: expect_shrinkage(1.0, 3, 10), "between 0 and 1"),
        (lambda: r2_from_concordance(0.5, 3, 10), "between 0.5 and 1"),
        (lambda: r2_from_concordance(0.7, 30, 10), "events first"),
        (lambda: r2_from_auc(0.4, 0.2), "between 0.5 and 1"),
        (lambda: r2_from_nagelkerke(1.5, 0.1, 2), "share below 1"),
        (lambda: spread_from_concordance(0.4), "above 0.5"),
    ],
)
def test_refusals(call, words):
    with pytest.raises(UnsuitableDataError, match=words):
        call()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"risk": 1.2}, "between 0 and 1"),
        ({"follow_up": 10}, "nothing could be seen"),
        ({"spread": -1.0}, "above 0"),
        ({"spread": [0.5, math.nan]}, "above 0"),
        ({"shape": 0}, "numbers above 0"),
    ],
)
def test_cohorts_that_cannot_be(change, words):
    usual = {"risk": 0.4, "horizon": 24, "spread": 0.8, "follow_up": 36}
    with pytest.raises(UnsuitableDataError, match=words):
        size_validation(ExpectedCohort(**(usual | change)), np.random.default_rng(1))
    with pytest.raises(UnsuitableDataError, match="wide"):
        size_validation(
            ExpectedCohort(**usual), np.random.default_rng(1), PrecisionTargets(slope=-1)
        )

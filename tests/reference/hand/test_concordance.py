"""Concordance counted by hand."""

from __future__ import annotations

from math import sqrt

import numpy as np
from pytest import approx

from jalon.core import SurvivalData
from jalon.stats import compare_concordance, concordance, concordance_value, hold_competing

# Events at 1, 2 and 4, one patient censored at 3. With risks 4, 2, 3, 1 the first event has the
# highest risk (3 concordant pairs), the second is below the censored patient (1 discordant) and
# above the last (1 concordant).
FOUR = SurvivalData(time=[1, 2, 3, 4], event=[1, 1, 0, 1])


def test_four_patients():
    found = concordance([4, 2, 3, 1], FOUR)
    assert (found.concordant, found.discordant, found.tied_risk) == (4, 1, 0)
    assert found.estimate.value == approx(4 / 5)
    # The patients are in 3, 3, 2 and 2 pairs, 3, 2, 1 and 2 of them concordant:
    # (3 - 12/5)/5, (2 - 12/5)/5, (1 - 8/5)/5, (2 - 8/5)/5.
    assert found.influence == approx(np.array([3, -2, -3, 2]) / 25)
    assert found.std_error == approx(sqrt(26) / 25)
    # 1.959963984540054 is the 97.5% point of the normal distribution.
    assert found.estimate.high == approx(4 / 5 + 1.959963984540054 * sqrt(26) / 25)


def test_every_kind_of_tie():
    # Day 1: event, risk 3. Day 2: events of risk 3, 1 and 3, and one censored of risk 3, who is
    # still under observation when they happen. Day 5: censored, risk 1.
    #   day 1 meets 3, 1, 3, 3 and 1: two concordant, three tied
    #   each 3 of day 2 meets the censored 3 and the 1 of day 5: tied and concordant, twice
    #   the 1 of day 2 meets the censored 3 and the 1 of day 5: discordant and tied
    #   among the events of day 2: 3 and 1 twice, 3 and 3 once
    data = SurvivalData(time=[1, 2, 2, 2, 2, 5], event=[1, 1, 1, 1, 0, 0])
    found = concordance([3, 3, 1, 3, 3, 1], data)
    assert (found.concordant, found.discordant, found.tied_risk) == (4, 1, 6)
    assert (found.tied_time, found.tied_both) == (2, 1)
    assert found.estimate.value == approx(7 / 11)


def test_weights_multiply_pairs():
    # The discordant pair is of patients 2 and 3, weights 2 and 3; the concordant ones weigh
    # 1 * (2 + 3 + 4) + 2 * 4.
    data = SurvivalData(FOUR.time, FOUR.event, weight=[1, 2, 3, 4])
    assert concordance_value([4, 2, 3, 1], data) == approx(17 / 23)


def test_late_entry():
    # The last patient enters on day 1 itself, so the first event does not meet him: 3 of 4.
    data = SurvivalData(FOUR.time, FOUR.event, entry=[0, 0, 0, 1])
    found = concordance([4, 2, 3, 1], data)
    assert (found.concordant, found.discordant) == (3, 1)


def test_horizon_counts_earlier_events_only():
    found = concordance([4, 2, 3, 1], FOUR, horizon=1)
    assert (found.concordant, found.discordant) == (3, 0)


def test_strata_are_not_compared():
    # Patients 1 and 3 against each other, and 2 and 4: both concordant.
    data = SurvivalData(FOUR.time, FOUR.event, stratum=[1, 2, 1, 2])
    found = concordance([4, 2, 3, 1], data)
    assert (found.concordant, found.discordant) == (2, 0)


def test_difference_of_two_scores():
    # Risks 4, 3, 2, 1 put all 5 pairs right: influence (m - m)/5 = 0 for everybody.
    first, second = concordance([4, 2, 3, 1], FOUR), concordance([4, 3, 2, 1], FOUR)
    found = compare_concordance(first, second)
    assert found.estimate.value == approx(-1 / 5)
    assert found.std_error == approx(sqrt(26) / 25)


def test_competing_event_stays_comparable():
    # Dead without relapse on day 3, relapse on day 5, alive on day 9; risks 1, 2, 3. The relapse
    # meets both others: once concordant, once discordant. Censoring the death leaves the
    # discordant pair alone.
    data = SurvivalData(time=[3, 5, 9], event=[2, 1, 0])
    assert concordance_value([1, 2, 3], hold_competing(data, 1)) == approx(1 / 2)
    assert concordance_value([1, 2, 3], data.cause(1)) == 0

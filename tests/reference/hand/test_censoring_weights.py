"""The worked example of docs/explanation/censoring-weights.md, as exact fractions."""

import numpy as np
import pytest

from jalon.core import SurvivalData
from jalon.stats import (
    brier_score,
    concordance,
    estimate_censoring,
    fine_gray_weights,
    fit_fine_gray,
    follow_up,
    kaplan_meier,
    time_auc,
    uno_concordance,
)

TIME, EVENT = [1, 2, 2, 2, 3, 4], [1, 1, 0, 0, 1, 0]
DATA = SurvivalData(TIME, EVENT)
SCORES = [6, 4, 5, 2, 1, 3]
RISKS = [0.9, 0.6, 0.5, 0.2, 0.8, 0.3]
EXACT = 1e-14


def test_events_leave_before_the_censorings_of_their_day():
    found = estimate_censoring(DATA, 3.5)
    assert found.before.tolist() == pytest.approx([1, 1, 1, 1, 1 / 2, 1 / 2], rel=EXACT)
    assert found.at.tolist() == [[pytest.approx(1 / 2, rel=EXACT)]]
    # Turned round, the curve of follow-up keeps them.
    assert follow_up(DATA).value.tolist() == pytest.approx([1, 3 / 5, 3 / 5, 0], rel=EXACT)


def test_weighted_share_is_kaplan_meier():
    area = time_auc(SCORES, DATA, 3.5)
    assert area.incidence[0] == pytest.approx(2 / 3, rel=EXACT)
    assert area.event_free[0] == pytest.approx(kaplan_meier(DATA).value[2], rel=EXACT)
    assert area.auc.value[0] == pytest.approx((1 + 1) * 2 / ((1 + 1 + 2) * 2), rel=EXACT)


def test_brier_score():
    found = brier_score(RISKS, DATA, 3.5).error.value[0]
    assert found == pytest.approx((0.01 + 0.16 + 2 * 0.04 + 2 * 0.09) / 6, rel=EXACT)


def test_uno_counts_a_late_pair_four_times():
    assert uno_concordance(SCORES, DATA).estimate.value == pytest.approx(8 / 13, rel=EXACT)
    assert concordance(SCORES, DATA).estimate.value == pytest.approx(8 / 10, rel=EXACT)


def test_weight_after_another_cause_as_finegray_and_as_crr():
    data = SurvivalData(TIME, [2, 1, 0, 0, 1, 0])
    split = fine_gray_weights(data)
    assert split.data.weight[split.rows == 0].tolist() == pytest.approx([1, 1 / 2], rel=EXACT)
    # A covariate is 1 for patients 1, 2 and 6; b is its hazard ratio. At risk are on day 2
    # b, b, 1, 1, 1, b and on day 3, as crr weighs patient 1, 3/5 b, 1, b. The score is 0 where
    # 1 = 3 b / (3 b + 3) + 8/5 b / (8/5 b + 1), so where 8/5 b^2 = 1.
    fit = fit_fine_gray(np.array([[1.0, 1, 0, 0, 0, 1]]).T, data)
    assert np.exp(fit.coefficients[0]) == pytest.approx(np.sqrt(5 / 8), rel=1e-9)

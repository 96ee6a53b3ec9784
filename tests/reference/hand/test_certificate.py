"""The bound that is worked out by hand in docs/explanation/certificate.md."""

from math import log, sqrt

import numpy as np
import pytest

from jalon.core import SurvivalData
from jalon.learn.kernels.predictor import weigh_loss
from jalon.learn.kernels.support import fall_at_most, fit_each, sum_support, take_columns
from jalon.learn.objective import lay_ground

TERM = np.array([[1, 0, 0, 1, 0, 1]], dtype=np.uint8)
ONE = np.array([0])


def ground():
    return lay_ground(TERM, SurvivalData([1, 2, 3, 4, 5, 6], [1, 1, 1, 1, 1, 1]))


def test_slope_and_curvature_are_the_fractions_of_the_page():
    z = take_columns(ground().terms, ONE)
    loss, slope, bend = sum_support(ground(), z, ONE, np.zeros(1))
    assert loss == pytest.approx(log(720), rel=1e-14)
    assert slope[0] == pytest.approx(17 / 30, rel=1e-14)
    assert bend[0, 0] == pytest.approx(1091 / 900, rel=1e-14)


def test_the_loss_cannot_fall_further_than_the_page_says():
    bound = 1091 / 900 * (510 / 1091 + 581 / 1091 * log(581 / 1091))
    assert fall_at_most(sqrt(289 / 1091), sqrt(900 / 1091)) == pytest.approx(bound, rel=1e-12)
    lowest = fit_each(ground(), ONE[None], np.zeros((1, 1)), np.array([np.inf]))[0, 0]
    assert log(720) - bound < lowest
    assert round(bound, 3) == 0.160
    assert round(log(720) - lowest, 3) == 0.133


def test_loss_without_terms_is_the_same_by_the_other_way():
    assert weigh_loss(ground(), ONE, np.zeros(1))[0] == pytest.approx(log(720), rel=1e-14)

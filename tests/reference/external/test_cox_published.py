"""A published worked example: Rotterdam to GBSG, five years.

McLernon DJ et al. (2023), doi:10.7326/M22-0844; the printed digits are those of the code that
accompanies it (danielegiardiello/Prediction_performance_survival).
"""

from __future__ import annotations

import numpy as np
from numpy.testing import assert_allclose
from tests.reference.external.cox_cases import prepare_mclernon
from tests.reference.external.records import load_record, numbers

from jalon.stats import baseline_hazard, concordance, fit_cox, predict_survival

STOP = 1e-6


def test_development_in_rotterdam():
    values = load_record("published_rotterdam_gbsg", "mclernon.develop")
    x, data = prepare_mclernon("rotterdam")
    fit = fit_cox(x, data)
    assert (fit.n, fit.events) == (values["n"], values["events"]) == (2982, 1275)
    assert_allclose(fit.coefficients, numbers(values["coef"]), STOP)
    assert_allclose(fit.standard_errors, values["se"], STOP)
    assert_allclose(fit.likelihood_ratio.statistic, values["lrt"], 1e-8)
    assert_allclose(np.exp(-baseline_hazard(fit, 5.0)), values["S0_5"], STOP)
    assert fit.coefficients.round(5).tolist() == [0.34184, 0.57355, 0.30397, -0.81117, 0.36171]
    assert fit.standard_errors.round(5).tolist() == [0.06542, 0.09248, 0.02810, 0.10461, 0.07133]
    apparent = concordance(x @ fit.coefficients, data)
    assert_allclose(apparent.estimate.value, values["harrell_dev"]["C"], 1e-8)
    assert_allclose(apparent.std_error, values["harrell_dev"]["se"], 1e-8)


def test_validation_in_gbsg():
    values = load_record("published_rotterdam_gbsg", "mclernon.validate")
    fit = fit_cox(*prepare_mclernon("rotterdam"))
    x, data = prepare_mclernon("gbsg")
    index = x @ fit.coefficients
    external = concordance(index, data)
    assert_allclose(external.estimate.value, values["harrell"]["C"], 1e-8)
    assert_allclose(external.std_error, values["harrell"]["se"], 1e-8)
    risk = 1 - predict_survival(fit, x, [5.0]).value[:, 0]
    assert_allclose(risk.mean(), values["mean_pred"], STOP)
    slope = fit_cox(index[:, None], data)
    ratio = slope.hazard_ratios[0]
    assert_allclose(slope.coefficients[0], values["slope"], STOP)
    assert_allclose(np.log([ratio.low, ratio.high]), values["slope_ci"], STOP)
    assert round(float(slope.coefficients[0]), 7) == 1.0562040

"""Risk by total points against R's survival and riskRegression, on the melanoma patients."""

import numpy as np
import pytest
from tests.reference.external.records import load_record, load_table, numbers

from jalon.core import SurvivalData
from jalon.learn import estimate_risks

CAUSES = {"censored": 0, "death.malignant.melanoma": 1, "death.other.causes": 2}


def melanoma():
    table = load_table("melanoma")
    total = 2 * (table["ulcer"] == "present") + (table["thick"] > 2) + (table["age"] > 60)
    return total, SurvivalData(table["time"], [CAUSES[text] for text in table["event"]])


def parts(estimates):
    return np.array([(e.value, e.low, e.high) for e in estimates])


def test_observed_risks_are_r_survfit():
    total, data = melanoma()
    any_event = SurvivalData(data.time, data.event > 0)
    record = load_record("total_risk", "risk.km")
    rows = estimate_risks(total, any_event, [1000, 2000]).totals
    assert [row.n for row in rows] == record["n"]
    assert [row.events for row in rows] == record["events"]
    for row in rows:
        theirs = record[f"total{row.total}"]
        risk = 1 - np.column_stack([numbers(theirs[k]) for k in ("surv", "upper", "lower")])
        assert parts(row.observed) == pytest.approx(risk, rel=1e-8)


def test_predicted_risks_are_r_survfit_of_coxph():
    total, data = melanoma()
    any_event = SurvivalData(data.time, data.event > 0)
    model = load_record("total_risk", "risk.km")["model"]
    risks = estimate_risks(total, any_event, [1000, 2000], span=(0, 5))
    assert risks.log_hazard == pytest.approx(model["slope"], rel=1e-8)
    for k, name in enumerate(("surv", "upper", "lower")):
        ours = np.array([parts(row.predicted)[:, k] for row in risks.totals])
        assert ours == pytest.approx(1 - numbers(model[name]), rel=1e-7)


def test_predicted_risks_of_competing_causes_are_those_of_risk_regression():
    total, data = melanoma()
    record = load_record("total_risk", "risk.competing")
    risks = estimate_risks(total, data, [1000, 2000, 3000], span=(0, 5))
    ours = np.array([parts(row.predicted) for row in risks.totals])
    value, error = numbers(record["value"]), numbers(record["se"])
    assert ours[..., 0] == pytest.approx(value, rel=1e-7)
    # log(-log p) has standard error se / (p |log p|); ours is read back from the interval.
    # Influence functions are robust, the delta method trusts the model: they agree to an
    # eighth at n = 205. The property test of the risk model is the exact check.
    width = np.log(-np.log(ours[..., 1])) - np.log(-np.log(ours[..., 2]))
    own = width / (2 * 1.959964) * ours[..., 0] * -np.log(ours[..., 0])
    assert own == pytest.approx(error, rel=0.15)

"""Multi-state models, landmarks and changes of group, as R's survival and mstate have them."""

from __future__ import annotations

import csv

import numpy as np
import pytest
from numpy.testing import assert_allclose
from tests.reference.external import multistate_cases as cases
from tests.reference.external.records import load_record, load_table, numbers

from jalon.core import SurvivalData
from jalon.stats import (
    SplitFollowUp,
    count_moves,
    fit_cox,
    fit_landmarks,
    fit_transitions,
    follow_states,
    kaplan_meier,
    log_rank,
    mantel_byar,
    merge_events,
    occupy_states,
    predict_states,
    predict_survival,
    simon_makuch,
    spend_time,
    split_at_switch,
    stack_landmarks,
    stack_moves,
    take_landmark,
    transition_hazards,
    transition_probabilities,
    value_at,
)

TIGHT = 1e-8
INTERVALS = {"arcsin": "arcsine"}


def check_curves(curves, values, rtol=1e-10):
    row = np.searchsorted(curves.time, values["time"], side="right") - 1
    shown = row >= 0
    if values.get("p0"):
        assert_allclose(curves.initial, values["p0"], rtol)
    assert_allclose(curves.value[row[shown]], numbers(values["pstate"])[shown], rtol, atol=1e-14)
    assert_allclose(curves.std_error[row[shown]], numbers(values["se"])[shown], 1e-8, atol=1e-12)
    share = numbers(values["pstate"])
    some = shown[:, None] & (share > 1e-12) & (share < 1 - 1e-12)
    for low_or_high, theirs in ((curves.low, "lower"), (curves.high, "upper")):
        own, limit = low_or_high[row], numbers(values[theirs])
        if limit.ndim == 1:
            # R loses the shape of arcsine limits, and with it those of all states but the first.
            assert_allclose(own[some[:, 0], 0], limit[some[:, 0]], 1e-8, atol=1e-12)
        else:
            assert_allclose(own[some], limit[some], 1e-8, atol=1e-12)


def check_means(found, means, errors):
    assert_allclose([one.value for one in found.means], means, 1e-10)
    assert_allclose(found.std_errors, errors, 1e-8)


@pytest.mark.parametrize("scale", ["log", "log-log", "plain", "logit", "arcsin"])
def test_shares_in_states(scale):
    history, _ = cases.mgus()
    values = load_record("multistate_more", f"aj.mgus2.{scale}")
    curves = occupy_states(history, interval=INTERVALS.get(scale, scale))
    check_curves(curves, values)
    assert len(curves.time) == values["rows"]


def test_weighted_shares_and_times():
    history, _ = cases.mgus(weighted=True)
    values = load_record("multistate_more", "aj.mgus2.weights")
    curves = occupy_states(history, level=0.9)
    check_curves(curves, values)
    hazards = transition_hazards(history)
    row = np.searchsorted(hazards.time, values["time"][1:], side="right") - 1
    assert_allclose(hazards.hazard[row], numbers(values["cumhaz"]), 1e-10)
    # R forgets the weights in the error of mean times: it is that of influences per patient.
    means = [one.value for one in spend_time(history, 120).means]
    assert_allclose(means, values["rmean120"], 1e-10)


def test_shares_of_women():
    history, table = cases.mgus()
    women = history.take((table["sex"] == "F")[history.patient])
    values = load_record("multistate_more", "aj.mgus2.sex")
    check_curves(occupy_states(women), values)
    check_means(spend_time(women, 200), values["rmean"], values["rmean_se"])


def test_late_entry_on_the_scale_of_age():
    history, _ = cases.mgus(weighted=True, age_scale=True)
    values = load_record("multistate_more", "aj.mgus2.age")
    check_curves(occupy_states(history, begin=720), values)


@pytest.mark.parametrize(("name", "initial"), [("start", None), ("p0", [0, 1, 0])])
def test_start_at_five_years(name, initial):
    history, _ = cases.mgus()
    curves = occupy_states(history, begin=60, initial=initial)
    check_curves(curves, load_record("multistate_more", f"aj.mgus2.{name}"))


def test_transition_probabilities_by_rows():
    history, _ = cases.mgus()
    values = load_record("multistate_more", "aj.mgus2.rows")
    found = transition_probabilities(history, begin=60.25)
    row = np.searchsorted(found.time, values["time"], side="right") - 1
    assert_allclose(found.value[row, 1], numbers(values["pstate"]), 1e-10, atol=1e-14)


def test_states_with_returns():
    history, merged = cases.myeloid()
    values = load_record("multistate_more", "aj.myeloid")
    check_curves(occupy_states(history), values)
    check_means(spend_time(history, 730), values["rmean"], values["rmean_se"])
    counts = count_moves(history)
    seen = numbers(values["transitions"])
    # R leaves out the row of death and the column of entry.
    assert_allclose(counts.moves[:4, 1:], seen[:4, :4])
    assert merged.count_before("relapse").max() == 1


def test_merged_events():
    values = load_record("multistate", "ms.myeloid")
    table = load_table("myeloid")
    merged = merge_events(
        table["futime"],
        {
            "sct": table["txtime"],
            "cr": table["crtime"],
            "relapse": table["rltime"],
            "death": np.where(table["death"] == 1, table["futime"], np.nan),
        },
    )
    codes, counts = np.unique(merged.happened @ np.array([1, 2, 4, 8]), return_counts=True)
    assert len(merged.row) == values["rows"]
    assert counts.tolist() == values["counts"]
    assert [str(code) for code in codes] == values["names"]


@pytest.fixture(scope="module")
def ebmt(dlbcl_folder):
    """EBMT transplants, which may not be copied into the repository."""
    with (dlbcl_folder / "mstate_ebmt3.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    table = {key: np.array([row[key] for row in rows]) for key in rows[0]}
    end = table["rfstime"].astype(float)
    platelets = np.where(table["prstat"] == "1", table["prtime"].astype(float), np.nan)
    failed = np.where(table["rfsstat"] == "1", end, np.nan)
    return table, follow_states(np.column_stack([platelets, failed]), end)


def test_illness_death_of_ebmt(ebmt):
    values, (_, history) = load_record("multistate", "ms.illnessdeath.ebmt3"), ebmt
    table = count_moves(history)
    counts = np.column_stack([table.moves, table.stayed, table.entered])
    assert_allclose(counts, numbers(values["freq"]))
    # mstate's probtrans takes the variance of the hazards from msfit, which is Aalen's there.
    first = transition_probabilities(history, variance="aalen")
    later = transition_probabilities(history, begin=100, variance="aalen")
    for found, known, start in ((first, "at", 0), (later, "from_state2_at100", 1)):
        record = values[known]
        row = np.searchsorted(found.time, record["time"], side="right") - 1
        for state in range(start, 3):
            assert_allclose(found.value[row, start, state], record[f"pstate{state + 1}"], 1e-12)
            assert_allclose(found.std_error[row, start, state], record[f"se{state + 1}"], 1e-10)


def test_transition_effects_of_ebmt(ebmt):
    values, (table, history) = load_record("multistate", "ms.cox.ebmt3"), ebmt
    x = np.column_stack([table["dissub"] == "ALL", table["dissub"] == "CML"]) * 1.0
    fits = fit_transitions(x[history.patient], history, ties="breslow")
    for fit, name in zip(fits.fits, ("trans1", "trans2", "trans3"), strict=True):
        assert_allclose(fit.coefficients, numbers(values[name]["coef"]), 1e-6)
        assert_allclose(fit.standard_errors, values[name]["se"], 1e-6)


def _complete():
    history, table = cases.mgus()
    x = np.column_stack([table["age"], table["sex"] == "M", table["hgb"]]) * 1.0
    kept = np.isfinite(x).all(axis=1)[history.patient]
    some = history.take(kept)
    return x[some.patient], some


def test_transition_effects_and_prediction():
    # R fits a multi-state coxph with Breslow's ties, whatever is asked for.
    x, history = _complete()
    fits = fit_transitions(x, history, ties="breslow")
    for name in ("efron", "breslow"):
        values = load_record("multistate_more", f"cox.mgus2.{name}")
        assert_allclose(np.concatenate([f.coefficients for f in fits.fits]), values["coef"], TIGHT)
        assert_allclose(np.concatenate([f.standard_errors for f in fits.fits]), values["se"], TIGHT)
        likelihoods = [sum(f.log_likelihood_null for f in fits.fits)]
        likelihoods.append(sum(f.log_likelihood for f in fits.fits))
        assert_allclose(likelihoods, values["loglik"], 1e-10)
    patients = [[60, 0, 14], [75, 1, 11]]
    found = predict_states(fits, patients, [24, 120, 300], form="exponential")
    assert_allclose(found.value[0], numbers(values["first"]), TIGHT)
    assert_allclose(found.value[1], numbers(values["second"]), TIGHT)


def test_one_effect_on_all_moves():
    x, history = _complete()
    values = load_record("multistate_more", "cox.mgus2.shared")
    stack = stack_moves(history)
    first = stack.transition == 0
    age, male = x[stack.row, 0], x[stack.row, 1]
    fit = fit_cox(np.column_stack([age, male * first, male * ~first]), stack.data, "breslow")
    assert len(stack.row) == values["rows"]
    assert_allclose(fit.coefficients, values["coef"], TIGHT)
    assert_allclose(fit.standard_errors, values["se"], TIGHT)
    assert_allclose([fit.log_likelihood_null, fit.log_likelihood], values["loglik"], 1e-10)


def _heart_patients():
    """One row per patient: when last seen, whether dead, when transplanted, age."""
    _, table = cases.heart()
    who, first = np.unique(table["id"], return_index=True)
    rows = [table["id"] == one for one in who]
    end = np.array([table["stop"][some].max() for some in rows])
    died = np.array([table["event"][some].max() for some in rows])
    moved = np.array(
        [table["start"][some & (table["transplant"] == 1)].min(initial=np.inf) for some in rows]
    )
    return SurvivalData(end, died), moved, table["age"][first]


def test_landmark_of_heart():
    values = load_record("landmark", "landmark.heart")
    data, moved, age = _heart_patients()
    early = take_landmark(data, at=30)
    group = early.reached(moved)
    assert [len(early.row), group.sum()] == [values["n"], values["n_g1"]]
    fit = fit_cox(np.column_stack([group, early.spread(age)]) * 1.0, early.data)
    assert_allclose(fit.coefficients, numbers(values["cox"]["coef"]), 1e-6)
    assert_allclose(fit.standard_errors, values["cox"]["se"], 1e-6)
    assert_allclose(fit.score.statistic, values["cox"]["score"][0], 1e-8)
    curves = [kaplan_meier(early.data.take(group == one)) for one in (False, True)]
    found = [one for curve in curves for one in value_at(curve, [60, 180, 365])]
    assert_allclose([one.value for one in found], values["surv"], 1e-12)
    assert_allclose([one.low for one in found], values["lower"], TIGHT)
    assert_allclose([one.high for one in found], values["upper"], TIGHT)
    assert_allclose(log_rank(early.data, group).chi2, values["logrank_chisq"], TIGHT)


@pytest.mark.parametrize("at", [0, 24, 60])
def test_landmark_of_mgus(at):
    values, table = load_record("multistate_more", f"landmark.mgus2.{at}"), load_table("mgus2")
    data = SurvivalData(table["futime"], table["death"])
    early = take_landmark(data, at)
    had = early.reached(np.where(table["pstat"] == 1, table["ptime"], np.nan))
    had[0] = True
    assert [len(early.row), had.sum()] == [values["n"], values["had"]]
    fit = fit_cox(np.column_stack([had, early.spread(table["age"])]) * 1.0, early.data)
    assert_allclose(fit.coefficients, values["coef"], TIGHT)
    assert_allclose(fit.standard_errors, values["se"], TIGHT)
    curves = [kaplan_meier(early.data.take(had == one), interval="log-log") for one in (0, 1)]
    found = [one for curve in curves for one in value_at(curve, [12, 60, 120])]
    assert_allclose([one.value for one in found], values["surv"], 1e-12, atol=1e-15)
    # R has no limits where the curve is 0, and neither have we.
    assert_allclose([one.low for one in found], numbers(values["lower"]), TIGHT)
    assert_allclose(log_rank(early.data, had).chi2, values["logrank"], TIGHT)


def test_supermodel_of_veteran():
    values, table = load_record("landmark", "landmark.super"), load_table("veteran")
    data = SurvivalData(table["time"], table["status"])
    stack = stack_landmarks(data, [0, 30, 60, 90], horizon=180)
    karno = table["karno"]
    x = np.column_stack([stack.spread(karno), stack.spread(karno, 1, 100)])
    model = fit_landmarks(x, stack)
    assert [len(stack.row), stack.data.event.sum()] == [values["n"], values["events"]]
    assert_allclose(model.fit.coefficients, values["coef"], 1e-6)
    assert_allclose(model.robust.standard_errors, values["robust_se"], 1e-6)
    assert_allclose(model.robust.naive_errors, values["naive_se"], 1e-6)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("strata", [True, False])
def test_supermodel_of_mgus(strata, ties):
    name = f"super.mgus2.{'strata' if strata else 'common'}.{ties}"
    values, table = load_record("multistate_more", name), load_table("mgus2")
    kept = np.isfinite(table["hgb"])
    table = {key: column[kept] for key, column in table.items()}
    data = SurvivalData(table["futime"], table["death"], weight=0.5 + (table["id"] % 7) / 4)
    stack = stack_landmarks(data, [6, 12, 24, 48, 72], horizon=60, strata=strata)
    had = stack.reached(np.where(table["pstat"] == 1, table["ptime"], np.nan))
    hgb, age = table["hgb"], table["age"]
    x = [had, *(stack.spread(hgb, power, 12) for power in range(3)), stack.spread(age)]
    if not strata:
        x += [stack.landmark / 12, (stack.landmark / 12) ** 2]
    model = fit_landmarks(np.column_stack(x) * 1.0, stack, ties)
    assert [len(stack.row), stack.data.event.sum()] == [values["n"], values["events"]]
    assert_allclose(model.fit.coefficients, values["coef"], TIGHT)
    assert_allclose(model.robust.standard_errors, values["robust_se"], TIGHT)
    assert_allclose(model.robust.naive_errors, values["naive_se"], TIGHT)
    assert_allclose(model.robust.wald.statistic, values["wald"], TIGHT)


def test_dynamic_prediction():
    values, table = load_record("multistate_more", "dynamic.veteran"), load_table("veteran")
    data = SurvivalData(table["time"], table["status"])
    stack = stack_landmarks(data, [0, 30, 60], horizon=90)
    x = stack.spread(np.column_stack([table["karno"], table["age"]]))
    fit = fit_landmarks(x, stack).fit
    for number, landmark in enumerate(stack.landmarks):
        found = predict_survival(fit, [[40, 60], [80, 60]], [landmark + 90], [number, number])
        known = numbers(values["values"])[number]
        assert_allclose(found.value[:, 0], known[:2], TIGHT)
        assert_allclose(found.std_error[:, 0], known[2:], TIGHT)


def test_change_of_group():
    open_values = load_record("landmark", "simon.makuch")
    values = load_record("multistate_more", "switch.heart")
    data, table = cases.heart()
    moved = table["transplant"].astype(int)
    split = SplitFollowUp(data, table["id"].astype(int), moved)
    for curves, times, known in (
        (simon_makuch(split), [30, 90, 365], open_values["surv"]),
        (simon_makuch(split, interval="log-log"), [10, 60, 180, 700], values["surv"]),
        (simon_makuch(split, begin=30), [60, 180, 700], values["from30"]),
    ):
        found = [one for curve in curves.curves for one in value_at(curve, times)]
        assert_allclose([one.value for one in found], known, 1e-12)
    found = [
        one
        for curve in simon_makuch(split, interval="log-log").curves
        for one in value_at(curve, [10, 60, 180, 700])
    ]
    assert_allclose([one.low for one in found], values["lower"], TIGHT)
    assert_allclose([one.high for one in found], values["upper"], TIGHT)
    assert_allclose(mantel_byar(split).chi2, values["exact"], TIGHT)
    stratified = SurvivalData(
        data.time, data.event, data.entry, stratum=table["surgery"].astype(int)
    )
    split_strata = SplitFollowUp(stratified, split.row, moved)
    assert_allclose(mantel_byar(split_strata).chi2, values["stratified"], TIGHT)
    for ties in ("efron", "breslow"):
        test = fit_cox(moved[:, None] * 1.0, data, ties).score
        assert_allclose(test.statistic, values[ties], TIGHT)
    score = fit_cox(moved[:, None] * 1.0, data).score
    assert_allclose(score.statistic, open_values["mantel_byar_chisq"], 1e-10)
    assert_allclose(score.p, open_values["p"], 1e-10)


def test_patients_cut_at_their_transplant():
    data, moved, _ = _heart_patients()
    table = cases.heart()[1]
    split = split_at_switch(data, moved)
    assert_allclose(split.data.time, table["stop"])
    assert_allclose(split.data.entry, table["start"])
    assert split.span.tolist() == table["transplant"].tolist()
    assert split.data.event.tolist() == table["event"].tolist()

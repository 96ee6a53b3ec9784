"""Learning a score: what it refuses, and the card it becomes."""

import numpy as np
import pytest

from jalon.core import SurvivalData, UnsuitableDataError
from jalon.learn import (
    Candidate,
    CardText,
    Effort,
    SearchSettings,
    build_terms,
    find_group,
    find_shift,
    learn_score,
    pick_score,
    write_card,
)
from jalon.scores import assess, assess_many
from jalon.stats import fit_cox, fit_fine_gray

AGE = Candidate("age", (40.0, 60.0, 75.0), label="Age", unit="years")
NODES = Candidate("nodes", (0.0, 3.0, 9.0), "up", "Positive nodes")
RECEPTOR = Candidate("receptor", (10.0, 100.0), "down", "Receptor", "fmol/L")
THREE = SearchSettings(max_variables=3)


def simulate(n=400, seed=1):
    rng = np.random.default_rng(seed)
    columns = {
        "age": rng.integers(30, 90, n).astype(float),
        "nodes": rng.poisson(3, n).astype(float),
        "receptor": rng.integers(0, 300, n).astype(float),
    }
    risk = 0.7 * (columns["nodes"] > 3) - 0.7 * (columns["receptor"] > 100)
    risk += 0.8 * (columns["age"] > 75) + 0.3 * (columns["age"] <= 40)
    time = np.ceil(rng.exponential(900 / np.exp(risk)))
    return columns, SurvivalData(time, (rng.random(n) < 0.7).astype(int))


def card_of(columns, data, candidates=(AGE, NODES, RECEPTOR)):
    terms = build_terms(candidates, columns)
    score = learn_score(terms, data, THREE)
    text = CardText("mine", "mine", {"en": "Mine"}, "who", "what", "when", "how")
    return terms, score, write_card(score, terms, text, {})


def test_card_gives_the_learned_totals_shifted_to_start_at_zero():
    columns, data = simulate()
    terms, score, card = card_of(columns, data)
    total = score.total(terms.bits)
    used = {item.id: columns[item.id] for item in card.items}
    answer = assess_many(card, used)
    assert np.array_equal(answer.points_low, total - find_shift(score, terms))
    assert np.array_equal(answer.group, find_group(total, score.limits))
    assert card.range[0] == 0
    assert all(step.points >= 0 for item in card.items for step in item.steps)


def test_a_variable_that_protects_gives_points_to_low_values():
    columns, data = simulate()
    _, _, card = card_of(columns, data)
    receptor = next(item for item in card.items if item.id == "receptor")
    points = [step.points for step in receptor.steps]
    assert points == sorted(points, reverse=True)
    assert points[-1] == 0
    assert assess(card, {"receptor": 5}).points_low > assess(card, {"receptor": 200}).points_low


def test_value_exactly_at_a_limit_is_below_it():
    columns, data = simulate()
    _, _, card = card_of(columns, data)
    nodes = next(item for item in card.items if item.id == "nodes")
    for below, above in zip(nodes.steps, nodes.steps[1:], strict=False):
        assert nodes.points_for(above.limit) == below.points
        assert nodes.points_for(above.limit + 1) == above.points


def refuse(match, columns, data, candidates=(AGE, NODES, RECEPTOR), settings=THREE):
    with pytest.raises(UnsuitableDataError, match=match):
        learn_score(build_terms(candidates, columns), data, settings)


def test_all_censored():
    columns, data = simulate()
    nobody = SurvivalData(data.time, np.zeros(len(data), dtype=int))
    refuse("all 400 patients are censored", columns, nobody)


def test_one_event():
    columns, data = simulate()
    one = np.zeros(len(data), dtype=int)
    one[17] = 1
    refuse("only 1 event among 400 patients", columns, SurvivalData(data.time, one))


def test_constant_variable():
    columns, data = simulate()
    refuse("age is the same for all 400", columns | {"age": np.full(400, 50.0)}, data)


def test_limits_outside_the_range():
    columns, data = simulate()
    far = Candidate("age", (200.0, 300.0))
    refuse(r"age: every limit \(200, 300\) puts all patients on one side", columns, data, (far,))


def test_fewer_variables_than_asked_for():
    columns, data = simulate()
    five = SearchSettings(max_variables=5)
    refuse("max_variables = 5, but only 3 candidate variables", columns, data, settings=five)


def test_a_variable_that_separates_perfectly():
    columns, data = simulate()
    leak = Candidate("leak", (0.0,))
    columns["leak"] = data.event.astype(float)
    refuse("leak > 0 separates the outcome perfectly", columns, data, (AGE, NODES, leak))
    columns["leak"] = 1.0 - data.event
    refuse("leak > 0 separates the outcome perfectly", columns, data, (AGE, NODES, leak))


def test_missing_values_are_named_and_never_zero():
    columns, data = simulate()
    columns["nodes"][[3, 5]] = np.nan
    refuse("nodes is missing for 2 of 400", columns, data)


def test_unknown_candidate():
    columns, data = simulate()
    refuse(
        "stage is a candidate variable but has no column",
        columns,
        data,
        (Candidate("stage", (1,)),),
    )


EVENTS = SearchSettings(max_variables=3, max_terms=1, price=0.0, target="events")


def test_several_causes_are_learned_for_the_incidence_of_the_first():
    columns, data = simulate()
    event = data.event.copy()
    event[event == 1] = np.tile([1, 1, 2], 400)[: int(event.sum())]
    causes = SurvivalData(data.time, event)
    terms = build_terms((AGE, NODES, RECEPTOR), columns)
    score = learn_score(terms, causes, EVENTS)
    fit = fit_fine_gray(score.total(terms.bits)[:, None].astype(float), causes)
    assert score.scale == pytest.approx(fit.coefficients[0], rel=1e-6)
    hazard = learn_score(terms, causes.cause(1), EVENTS)
    assert hazard.scale != pytest.approx(score.scale, rel=1e-3)


def test_late_entry_is_learned_from():
    columns, data = simulate()
    late = SurvivalData(data.time, data.event, entry=np.floor(data.time / 2))
    terms = build_terms((AGE, NODES, RECEPTOR), columns)
    score = learn_score(terms, late, EVENTS)
    total = score.total(terms.bits)[:, None].astype(float)
    fit = fit_cox(total, late, ties="breslow")
    assert score.scale == pytest.approx(fit.coefficients[0], rel=1e-6)
    assert score.loss == pytest.approx(-fit.log_likelihood, rel=1e-12)


def test_a_near_equal_can_be_used_instead_and_says_what_it_costs():
    columns, data = simulate()
    terms = build_terms((AGE, NODES, RECEPTOR), columns)
    score = learn_score(terms, data, EVENTS, effort=Effort(near=0.05))
    assert len(score.near) > 1
    assert score.near_complete
    second = pick_score(score, 2, terms, data)
    assert second.points == score.near[1].points != score.points
    assert second.certificate.gap == pytest.approx(second.loss - score.loss)
    assert not second.certificate.proven
    with pytest.raises(UnsuitableDataError, match="no near-equal number 0"):
        pick_score(score, 0, terms, data)


def test_few_events_per_variable_are_said():
    columns, data = simulate(n=36)
    score = learn_score(build_terms((AGE, NODES, RECEPTOR), columns), data, EVENTS)
    assert "events for 3 candidate variables" in " ".join(score.notes)

"""One score over several completed tables."""

from dataclasses import replace

import numpy as np
import pytest
from tests.unit.learn.robust_cases import CANDIDATES, PLAIN, make_columns, make_data

from jalon.core import SurvivalData, UnsuitableDataError
from jalon.learn import build_terms, learn_score
from jalon.learn.aim import lay_aim, measure_loss
from jalon.learn.imputations import learn_imputed, stack_tables
from jalon.learn.kernels.predictor import weigh_loss
from jalon.learn.objective import lay_ground
from jalon.learn.problem import lay_problem

COLUMNS = make_columns()
DATA = make_data(COLUMNS)


@pytest.mark.parametrize("target", ["events", "teacher"])
def test_one_table_repeated_is_that_table(target):
    search = replace(PLAIN, target=target)
    plain = learn_score(build_terms(CANDIDATES, COLUMNS), DATA, search)
    shared = learn_imputed(CANDIDATES, [COLUMNS] * 3, DATA, search)
    score = shared.score
    assert (score.points, score.penalty, score.limits) == (
        plain.points,
        plain.penalty,
        plain.limits,
    )
    assert (score.loss, score.null_loss) == pytest.approx((plain.loss, plain.null_loss), rel=1e-9)
    assert score.certificate.proven
    assert shared.costs == pytest.approx((0.0, 0.0, 0.0), abs=1e-7)


def disturb(seed):
    rng = np.random.default_rng(seed)
    lost = rng.random(len(DATA)) < 0.4
    return COLUMNS | {"a": np.where(lost, rng.normal(size=len(DATA)), COLUMNS["a"])}


def test_mean_loss_is_the_mean_and_no_table_s_own_score_does_better():
    tables = [disturb(seed) for seed in range(3)]
    shared = learn_imputed(CANDIDATES, tables, DATA, PLAIN)
    terms, stacked = stack_tables(CANDIDATES, tables, DATA)
    problem = lay_problem(terms, stacked, PLAIN)
    # Weights of 1/3 within risk sets shift every loss alike.
    shift = np.log(3) * np.count_nonzero(DATA.event == 1)
    best = shared.score.loss - shift + PLAIN.price * np.count_nonzero(shared.score.points)
    for table in tables:
        own = learn_score(build_terms(CANDIDATES, table), DATA, PLAIN)
        loss = measure_loss(lay_aim(terms.bits, stacked, problem)[0], own.points)[0]
        assert loss + PLAIN.price * np.count_nonzero(own.points) >= best - 1e-7
    assert min(shared.costs) > -PLAIN.price * 4
    assert max(shared.gaps) < 1e-5


def test_stacked_loss_is_the_mean_of_the_tables_losses():
    tables = [disturb(seed) for seed in range(3)]
    terms, stacked = stack_tables(CANDIDATES, tables, DATA)
    beta = np.linspace(-0.3, 0.4, len(terms.cut))

    def loss(bits, data):
        ground, every = lay_ground(bits, data), np.arange(len(beta))
        return weigh_loss(ground, every, beta)[0] - weigh_loss(ground, every, 0 * beta)[0]

    each = [loss(part, DATA) for part in np.split(terms.bits, 3, axis=1)]
    assert loss(terms.bits, stacked) == pytest.approx(np.mean(each), rel=1e-10)


def test_aim_agrees_with_the_search_on_the_terms_it_uses():
    terms = build_terms(CANDIDATES, COLUMNS)
    problem = lay_problem(terms, DATA, replace(PLAIN, target="teacher"))
    aim, beta = lay_aim(terms.bits, DATA, problem)
    assert beta is not None
    assert aim.linear[problem.used] == pytest.approx(problem.ground.linear, rel=1e-6)


def test_a_limit_that_one_table_never_passes_stays_for_all():
    low = COLUMNS | {"a": np.minimum(COLUMNS["a"], 0.4)}
    terms, _ = stack_tables(CANDIDATES, [COLUMNS, low], DATA)
    assert terms.bits.shape == (8, 2 * len(DATA))
    shared = learn_imputed(CANDIDATES, [COLUMNS, low], DATA, PLAIN)
    assert len(shared.costs) == 2


def test_tables_that_do_not_fit():
    with pytest.raises(UnsuitableDataError, match="at least one"):
        learn_imputed(CANDIDATES, [], DATA)
    short = {name: values[:-1] for name, values in COLUMNS.items()}
    with pytest.raises(UnsuitableDataError, match="a has 219 values in table 2"):
        learn_imputed(CANDIDATES, [COLUMNS, short], DATA)
    gone = {name: values for name, values in COLUMNS.items() if name != "b"}
    with pytest.raises(UnsuitableDataError, match="b is a candidate variable but has no column"):
        learn_imputed(CANDIDATES, [COLUMNS, gone], DATA)


def test_few_events_are_counted_once_not_per_table():
    rare = SurvivalData(DATA.time, (np.arange(len(DATA)) < 12).astype(int))
    with pytest.raises(UnsuitableDataError, match="only 12 events"):
        learn_imputed(CANDIDATES, [COLUMNS] * 5, rare, PLAIN)

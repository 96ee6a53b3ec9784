"""A score for the centre that it serves worst: the largest excess loss is made small, with a bound.

For any weights of the centres the largest excess is at least the weighted one, and that is a
stratified loss like any other, whose proof exists. Weights are raised where a score does badly
until that bound is high. Then every score whose weighted excess lies below the best known worst
excess is listed: those not listed cannot be better, those listed are judged one by one.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from functools import partial
from typing import Literal

import numpy as np

from jalon.core import Integers, SurvivalData, UnsuitableDataError
from jalon.learn.aim import require_score, solve_problem
from jalon.learn.centres import group_centres, lay_centres
from jalon.learn.certificate import Certificate, hash_data, hash_terms
from jalon.learn.checks import check_outcome, check_terms
from jalon.learn.found import Found
from jalon.learn.groups import GroupSettings, cut_totals
from jalon.learn.kernels.predictor import weigh_loss
from jalon.learn.problem import Problem, lay_problem
from jalon.learn.proof import TIE
from jalon.learn.score import LearnedScore
from jalon.learn.settings import Effort, SearchSettings, Wishes
from jalon.learn.teacher import fit_teacher
from jalon.learn.terms import Terms
from jalon.learn.worst_search import Settled, settle_worst, was_stopped


@dataclass(frozen=True, slots=True)
class CentreSettings:
    """Which centres count, and against what.

    Attributes:
        level: 1 for the one worst centre, less for the mean of the worst share 1 - level of
            them (conditional value at risk), 0 for the mean of all.
        least_events: centres with fewer events are taken together as one.
        baseline: what counts as no excess: "own" the centre's own real-valued fit (its own
            ridge Cox model where events are followed, the teacher where that is followed), or
            "nothing", a score without points.
        penalty: of the centres' own ridge models; 0 to choose it on the whole cohort.
        rounds: proofs tried, each with weights that know what the last one found.
    """

    level: float = 1.0
    least_events: float = 10.0
    baseline: Literal["own", "nothing"] = "own"
    penalty: float = 0.0
    rounds: int = 3


@dataclass(frozen=True, slots=True)
class WorstScore:
    """The score that serves the worst centre best, beside the one that serves all best.

    Attributes:
        score: the score; loss and certificate are in units of the whole cohort (worst excess
            per event x events).
        plain: the score that minimises the plain loss within the same rules.
        centres: strata of each centre; several where small ones were taken together.
        events: shape (u,), events of each centre.
        excess: shape (u,), excess loss per event of the score in each centre.
        plain_excess: shape (u,), the same of the plain score.
        worst: worst excess per event of the score.
        bound: no score within the rules has a lower one (prices of limits left aside when the
            price is 0; otherwise the bound is of excess and price together).
        plain_worst: worst excess per event of the plain score, at the scale that suits it best.
        plain_loss: plain loss of the score.
        weight: shape (u,), weights of the centres that gave the bound.
        penalty: of the ridge models that are no excess; 0 where they are not fitted.
    """

    score: LearnedScore
    plain: LearnedScore
    centres: tuple[tuple[int, ...], ...]
    events: tuple[float, ...]
    excess: tuple[float, ...]
    plain_excess: tuple[float, ...]
    worst: float
    bound: float
    plain_worst: float
    plain_loss: float
    weight: tuple[float, ...]
    penalty: float = 0.0

    @property
    def cost(self) -> float:
        """What the score gives away on the plain loss, in log-likelihood units."""
        return self.plain_loss - self.plain.loss


def learn_worst_centre(  # noqa: PLR0913 - the doors of learn_score, and which centres count
    terms: Terms,
    data: SurvivalData,
    search: SearchSettings | None = None,
    settings: CentreSettings | None = None,
    *,
    groups: GroupSettings | None = None,
    wishes: Wishes | None = None,
    effort: Effort | None = None,
) -> WorstScore:
    """Learn the score whose worst centre fares best, and show what that costs the others.

    The excess loss of a centre is what the score loses there beyond the centre's own
    real-valued fit, per event. One scale serves all centres.

    Args:
        terms: candidate terms of n patients.
        data: outcomes of the same patients; the stratum is the centre.
        search: what the score may look like; None for the usual.
        settings: which centres count, and against what; None for the usual.
        groups: the rules for risk groups; None for the usual ones.
        wishes: what a clinician asks of the score.
        effort: limits of the proof; None for the usual ones. Its near-equals are not kept.

    Returns:
        The score with its bound, and the plain score for comparison.

    Raises:
        UnsuitableDataError: no centres, or data from which nothing can be learned.

    Reference:
        Meinshausen N, Bühlmann P (2015), doi:10.1214/15-AOS1325, section 2, for the largest
        loss over groups; Rockafellar RT, Uryasev S (2000), doi:10.21314/JOR.2000.038, for
        conditional value at risk.
    """
    rules, look = settings or CentreSettings(), search or SearchSettings()
    _check_settings(rules)
    notes = check_outcome(data, len(terms.candidates))
    parts = group_centres(data, rules.least_events)
    check_terms(terms, data, look)
    learned = learn_worst_unit(
        terms, data, parts, (look, rules),
        wishes=wishes, effort=effort, groups=groups,
    )  # fmt: skip
    return replace(learned, score=replace(learned.score, notes=notes + learned.score.notes))


def learn_worst_unit(  # noqa: PLR0913 - the doors of learn_score, and the parts
    terms: Terms,
    data: SurvivalData,
    units: tuple[Integers, tuple[tuple[int, ...], ...]],
    settings: tuple[SearchSettings, CentreSettings],
    *,
    wishes: Wishes | None = None,
    effort: Effort | None = None,
    penalty: float | None = None,
    groups: GroupSettings | None = None,
) -> WorstScore:
    """Learn the score whose worst part of a cohort fares best, whatever the parts are.

    Args:
        terms: candidate terms of n patients.
        data: outcomes of the same patients.
        units: part of each patient (n,), all of a stratum in one, and what each part is.
        settings: what the score may look like, and which parts count.
        wishes: what a clinician asks of the score.
        effort: limits of the proof; None for the usual ones.
        penalty: of the teacher, when it is known already.
        groups: the rules for risk groups; None for the usual ones.

    Returns:
        The score with its bound, and the plain score for comparison. Whether something can be
        learned from the outcomes is for the caller to check.
    """
    search, rules = settings
    limits = replace(effort or Effort(), near=0.0)
    problem = lay_problem(terms, data, search, wishes, penalty=penalty)
    own = _choose_penalty(terms, data, problem, settings)
    centres = lay_centres(problem, terms.bits, data, units[0], rules.level, own)
    ends = time.perf_counter() + limits.seconds
    proof, nothing = solve_problem(problem, limits)
    plain = proof.found[0]
    # Someone who ends the plain search does not want to wait for the next one.
    rounds = 0 if was_stopped(proof, limits, ends) else rules.rounds
    settled = settle_worst(centres, plain, limits, rounds)
    require_score(problem, settled.best)
    judged = centres.judge(plain.points)
    null = centres.value(centres.excess(np.zeros(len(plain.points))))
    hashes = (hash_data(data), hash_terms(terms.bits))
    certificate = _certify(settled, null, search, rules, hashes, problem.penalty)

    card = partial(_make_card, terms, data, problem, groups)
    best, events = settled.best, float(centres.events.sum())
    beta = best.scale * np.array(best.points, dtype=np.float64)
    at_plain = plain.scale * np.array(plain.points, dtype=np.float64)
    every = np.arange(len(beta))
    return WorstScore(
        replace(card(best, null), certificate=certificate, penalty=problem.penalty),
        card(plain, nothing.loss),
        units[1],
        tuple(centres.events.tolist()),
        tuple((centres.excess(beta) / events).tolist()),
        tuple((centres.excess(at_plain) / events).tolist()),
        best.loss / events,
        settled.bound / events,
        judged.loss / events,
        float(weigh_loss(problem.ground, every, beta)[0]),
        tuple(settled.weight.tolist()),
        own or 0.0,
    )


def _make_card(
    terms: Terms,
    data: SurvivalData,
    problem: Problem,
    groups: GroupSettings | None,
    one: Found,
    null_loss: float,
) -> LearnedScore:
    points = problem.spread(one.points)
    total = np.array(points, dtype=np.int64) @ terms.bits.astype(np.int64)
    limit = cut_totals(total, data.cause(1), groups) if any(points) else ()
    return LearnedScore(points, one.scale, one.loss, null_loss, limit, notes=problem.notes)


def _choose_penalty(
    terms: Terms,
    data: SurvivalData,
    problem: Problem,
    settings: tuple[SearchSettings, CentreSettings],
) -> float | None:
    """Return the penalty of the centres' own fits, None where no score is the baseline."""
    search, rules = settings
    if rules.baseline == "nothing":
        return None
    if rules.penalty or problem.penalty:
        return rules.penalty or problem.penalty
    rng, competes = np.random.default_rng(search.seed), bool(np.any(data.event > 1))
    return fit_teacher(terms.bits[problem.used], data, rng, competes).penalty


def _check_settings(rules: CentreSettings) -> None:
    if not 0.0 <= rules.level <= 1.0:
        raise UnsuitableDataError(
            f"level = {rules.level:g} is outside 0 to 1; 1 is the one worst centre"
        )
    if rules.rounds < 1:
        raise UnsuitableDataError("at least one proof is needed; ask for rounds = 1 or more")


def _certify(
    settled: Settled,
    null_cost: float,
    search: SearchSettings,
    rules: CentreSettings,
    hashes: tuple[str, str],
    penalty: float,
) -> Certificate:
    what = "largest" if rules.level == 1.0 else f"mean of the worst {1 - rules.level:g} of the"
    versus = {"own": "their own real-valued fits", "nothing": "no score"}
    return Certificate(
        objective=(
            f"{what} excess losses of the centres over {versus[rules.baseline]}, per event, "
            "times all events, Breslow partial likelihood"
            + (f" + {search.price:g} per limit" if search.price else "")
        ),
        value=settled.best.cost,
        bound=settled.bound,
        gained=null_cost - settled.best.cost,
        nodes=sum(one.nodes for one in settled.proofs),
        supports=sum(one.supports for one in settled.proofs),
        vectors=sum(one.vectors for one in settled.proofs),
        tolerance=10 * TIE,
        seed=search.seed,
        penalty=penalty,
        data_sha256=hashes[0],
        terms_sha256=hashes[1],
    )

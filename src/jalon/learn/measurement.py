"""A score that knows that a value near a limit may be measured on its other side.

A laboratory's declared coefficient of variation says by how much a repeated measurement differs.
The cohort is measured again, so to speak, several times; the score is learned from the mean of
the losses over these replicates, or from the worst of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from jalon.core import Floats, SurvivalData, UnsuitableDataError
from jalon.learn.aim import Tell, lay_aim, measure_loss
from jalon.learn.groups import GroupSettings
from jalon.learn.imputations import Table, choose_penalty, learn_stacked, stack_tables
from jalon.learn.problem import lay_problem
from jalon.learn.score import LearnedScore, learn_score
from jalon.learn.settings import Effort, SearchSettings, Wishes
from jalon.learn.terms import Candidate, Terms, build_terms
from jalon.learn.worst_centre import CentreSettings, WorstScore, learn_worst_unit


@dataclass(frozen=True, slots=True)
class MeasurementSettings:
    """How values would differ if they were measured again.

    Attributes:
        variation: coefficient of variation of each variable, as a share (0.05 for 5 %);
            variables that are not named are exact.
        copies: replicates of the cohort.
        judge: "mean" of the losses over the replicates, or the "worst" of them.
    """

    variation: Mapping[str, float]
    copies: int = 10
    judge: Literal["mean", "worst"] = "mean"


@dataclass(frozen=True, slots=True)
class MeasuredScore:
    """A score learned with measurement error, beside the one learned without.

    Attributes:
        score: the score; its certificate is about the replicates.
        plain: the score learned from the values as they stand.
        plain_loss: loss of the score on the values as they stand, at the best scale.
        crossing: share of the patients whom a new measurement moves to the other side of each
            limit, shape (p,); limits stand in the order of the terms.
        terms: the values as they stand, cut at the limits that the points belong to.
        weight: shape (copies,), weights of the replicates that gave the bound where the worst of
            them counts; empty where their mean does.
    """

    score: LearnedScore
    plain: LearnedScore
    plain_loss: float
    crossing: tuple[float, ...]
    terms: Terms
    weight: tuple[float, ...] = ()

    @property
    def cost(self) -> float:
        """What the score gives away on the values as they stand, in log-likelihood units."""
        return self.plain_loss - self.plain.loss


def perturb_columns(
    columns: Table, variation: Mapping[str, float], copies: int, rng: np.random.Generator
) -> tuple[dict[str, Floats], ...]:
    """Measure a cohort again: each value times a log-normal error of mean 1.

    Args:
        columns: values (n,) of each variable, 0 or more where they vary.
        variation: coefficient of variation of each variable, as a share, 0 or more.
        copies: replicates, 1 or more.
        rng: draws the errors; replicates come in pairs of opposite errors.

    Returns:
        The replicates; variables that are not named are the same in all.

    Raises:
        UnsuitableDataError: an unknown variable, a variation that is no share, or negative
            values.

    Reference:
        Limpert E, Stahel WA, Abbt M (2001),
        doi:10.1641/0006-3568(2001)051[0341:LNDATS]2.0.CO;2, table 3: the standard deviation
        of the logarithm from the coefficient of variation.
    """
    _check_variation(columns, variation, copies)
    tables: list[dict[str, Floats]] = [dict(columns) for _ in range(copies)]
    for name in sorted(variation):
        values = np.asarray(columns[name], dtype=np.float64)
        deviation = np.sqrt(np.log1p(variation[name] ** 2))
        draws = rng.standard_normal(((copies + 1) // 2, len(values)))
        if not variation[name]:
            continue
        for k, table in enumerate(tables):
            error = draws[k // 2] * (1 - 2 * (k % 2))
            table[name] = values * np.exp(deviation * error - 0.5 * deviation**2)
    return tuple(tables)


def _check_variation(columns: Table, variation: Mapping[str, float], copies: int) -> None:
    if copies < 1:
        raise UnsuitableDataError("at least one replicate is needed; ask for copies = 1 or more")
    for name, share in variation.items():
        if name not in columns:
            raise UnsuitableDataError(
                f"{name} has a coefficient of variation but no column; known: "
                f"{', '.join(sorted(columns))}"
            )
        if not 0.0 <= share <= 1.0:
            raise UnsuitableDataError(
                f"{name}: a coefficient of variation of {share:g} is outside 0 to 1; give it as "
                "a share, 0.05 for 5 %"
            )
        if share and np.any(np.asarray(columns[name]) < 0):
            raise UnsuitableDataError(
                f"{name} has values below 0, for which a coefficient of variation has no "
                "meaning; take it out of those that vary"
            )


def learn_measured(  # noqa: PLR0913 - the doors of learn_score
    candidates: Sequence[Candidate],
    columns: Table,
    data: SurvivalData,
    error: MeasurementSettings,
    search: SearchSettings | None = None,
    groups: GroupSettings | None = None,
    *,
    rng: np.random.Generator,
    wishes: Wishes | None = None,
    effort: Effort | None = None,
    tell: Tell = None,
) -> MeasuredScore:
    """Learn a score that stays good when the laboratory measures again.

    Args:
        candidates: the variables and their limits.
        columns: values (n,) of each variable, none missing.
        data: outcomes of the same patients.
        error: how values would differ, and what is judged.
        search: what the score may look like; None for the usual.
        groups: the rules for risk groups; None for the usual ones.
        rng: draws the errors.
        wishes: what a clinician asks of the score.
        effort: limits of the proof; None for the usual ones.
        tell: is told where the search stands, where the mean is judged.

    Returns:
        The score, the plain score, and what the first costs on the values as they stand.

    Raises:
        UnsuitableDataError: a coefficient of variation that cannot be used, or data from which
            nothing can be learned.

    Reference:
        Carroll RJ, Ruppert D, Stefanski LA, Crainiceanu CM (2006),
        doi:10.1201/9781420010138, chapter 5: adding error by simulation.
    """
    settings = search or SearchSettings()
    tables = perturb_columns(columns, error.variation, error.copies, rng)
    terms, stacked = stack_tables(candidates, tables, data)
    alone = replace(effort or Effort(), near=0.0)
    plain = learn_score(
        build_terms(candidates, columns), data, settings, groups, wishes=wishes, effort=alone
    )
    weight: tuple[float, ...] = ()
    if error.judge == "mean":
        score = learn_stacked(
            terms,
            stacked,
            error.copies,
            settings,
            groups,
            wishes=wishes,
            effort=effort,
            tell=tell,
        )
    else:
        worst = _learn_worst(terms, stacked, error.copies, settings, groups, (wishes, effort))
        score, weight = worst.score, worst.weight
    # The values as they stand, cut as the replicates are, so that the points fit.
    exact = cut_alike(terms, columns)
    problem = lay_problem(exact, data, settings, wishes, penalty=plain.penalty or None)
    ground = lay_aim(exact.bits, data, problem)[0]
    crossing = np.mean(
        [part != exact.bits for part in np.split(terms.bits, error.copies, axis=1)], axis=(0, 2)
    )
    loss = measure_loss(ground, score.points)[0]
    return MeasuredScore(score, plain, loss, tuple(crossing.tolist()), exact, weight)


def cut_alike(terms: Terms, columns: Table) -> Terms:
    """Cut values (n,) of each variable at the limits that terms have, kept or not by themselves."""
    names = [terms.candidates[v].name for v in terms.variable]
    rows = [
        np.asarray(columns[name], dtype=np.float64) > cut
        for name, cut in zip(names, terms.cut, strict=True)
    ]
    return replace(terms, bits=np.array(rows, dtype=np.uint8))


def _learn_worst(
    terms: Terms,
    data: SurvivalData,
    copies: int,
    search: SearchSettings,
    groups: GroupSettings | None,
    more: tuple[Wishes | None, Effort | None],
) -> WorstScore:
    """Take the replicates as the parts of which the worst counts."""
    unit = np.repeat(np.arange(copies), len(data) // copies)
    penalty = None
    if search.target == "teacher":
        used = lay_problem(terms, data, replace(search, target="events"), more[0]).used
        penalty = choose_penalty(terms.bits[used], data, copies, search.seed)
    return learn_worst_unit(
        terms,
        data,
        (unit, tuple((k,) for k in range(copies))),
        (search, CentreSettings(baseline="nothing")),
        wishes=more[0],
        effort=more[1],
        penalty=penalty,
        groups=groups,
    )

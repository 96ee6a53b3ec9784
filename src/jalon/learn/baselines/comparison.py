"""Every recipe on the same patients, terms and limits, side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Estimate, JalonError, SurvivalData
from jalon.learn.baselines.autoscore import autoscore
from jalon.learn.baselines.ceiling import cox_ceiling, ready_score, ridge_ceiling
from jalon.learn.baselines.cox import sort_terms
from jalon.learn.baselines.forward import stepwise_score, sullivan_score
from jalon.learn.baselines.lasso import lasso_score
from jalon.learn.baselines.score import BaselineScore, BaselineSettings, score_points
from jalon.learn.score import LearnedScore
from jalon.learn.terms import Terms
from jalon.stats import concordance


@dataclass(frozen=True, slots=True)
class BaselineRow:
    """One line of the comparison.

    Attributes:
        name: the recipe.
        variables: how many variables it uses.
        terms: how many terms it uses.
        loss: negative log partial likelihood (Breslow) at the best scale; NaN when refused.
        gained: log-likelihood gained over no score.
        concordance: Harrell's C on the same patients, with interval; NaN when refused.
        score: points, to try on other patients; None when refused.
        note: what differs from the published recipe, or why it was refused.
    """

    name: str
    variables: int
    terms: int
    loss: float
    gained: float
    concordance: Estimate
    score: BaselineScore | None
    note: str


def compare_baselines(
    terms: Terms,
    data: SurvivalData,
    settings: BaselineSettings | None = None,
    learned: LearnedScore | None = None,
    ready: Mapping[str, npt.ArrayLike] | None = None,
) -> tuple[BaselineRow, ...]:
    """Make the usual kinds of score from the same patients and say how well each does on them.

    All figures are apparent: of the patients that the scores were made from. To compare on new
    patients, take ``row.score.total(bits)`` there.

    Args:
        terms: candidate terms of n patients.
        data: outcomes of the same patients, event 1 being the event.
        settings: how large the scores may be; None for the usual limits.
        learned: the score to compare with, on the same terms.
        ready: shape (n,) total points of each patient by the name of a published score.

    Returns:
        The learned score first, then recipes, published scores, and Cox models on all terms as
        the ceiling. A recipe that refuses these data keeps its line, with the reason.

    Raises:
        UnsuitableDataError: outcomes that no recipe can use, or published totals that are
            missing for some patient.

    Example:
        >>> from jalon.learn import Candidate, build_terms
        >>> rng = np.random.default_rng(1)
        >>> age = rng.integers(30, 90, 200).astype(float)
        >>> terms = build_terms([Candidate("age", (50, 70))], {"age": age})
        >>> time = rng.exponential(np.where(age > 70, 5, 20))
        >>> rows = compare_baselines(terms, SurvivalData(time, np.ones(200)))
        >>> rows[0].name, rows[0].variables
        ('Sullivan rounding', 1)
    """
    limits = settings or BaselineSettings()
    sort_terms(terms, data)  # refuses what no recipe can use
    rows = []
    if learned is not None:
        rows.append(_judge(score_points("learned score", learned.points, terms, data), terms, data))
    recipes: dict[str, Callable[[], BaselineScore]] = {
        "Sullivan rounding": lambda: sullivan_score(terms, data, limits),
        "stepwise, rounded": lambda: stepwise_score(terms, data, limits),
        "lasso, rounded": lambda: lasso_score(terms, data, limits),
        "AutoScore-Survival's recipe": lambda: autoscore(terms, data, limits),
    }
    rows += [_try_recipe(name, make, terms, data) for name, make in recipes.items()]
    for name, total in (ready or {}).items():
        values = np.asarray(total, dtype=np.float64)
        rows.append(_judge(ready_score(name, values, data), terms, data, values))
    ceilings: dict[str, Callable[[], BaselineScore]] = {
        "ridge Cox on all terms": lambda: ridge_ceiling(terms, data),
        "Cox on all terms": lambda: cox_ceiling(terms, data),
    }
    rows += [_try_recipe(name, make, terms, data) for name, make in ceilings.items()]
    return tuple(rows)


def _try_recipe(
    name: str, make: Callable[[], BaselineScore], terms: Terms, data: SurvivalData
) -> BaselineRow:
    try:
        return _judge(make(), terms, data)
    except JalonError as error:
        nan = float("nan")
        nothing = Estimate(nan, nan, nan, method="jackknife")
        return BaselineRow(name, 0, 0, nan, nan, nothing, None, f"refused: {error}")


def _judge(
    score: BaselineScore,
    terms: Terms,
    data: SurvivalData,
    total: npt.NDArray[np.float64] | None = None,
) -> BaselineRow:
    ranked = score.total(terms.bits) if total is None else total
    return BaselineRow(
        name=score.name,
        variables=score.variables,
        terms=score.terms,
        loss=score.loss,
        gained=score.null_loss - score.loss,
        concordance=concordance(ranked, data).estimate,
        score=score,
        note=score.note,
    )

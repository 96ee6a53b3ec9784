"""Published effects as priors: a term's coefficient is drawn to what others have found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from jalon.core import SurvivalData, UnsuitableDataError
from jalon.learn.aim import Tell, lay_aim, measure_loss
from jalon.learn.groups import GroupSettings
from jalon.learn.objective import Shrinkage
from jalon.learn.problem import lay_problem
from jalon.learn.score import LearnedScore, learn_score
from jalon.learn.settings import Effort, SearchSettings, Wishes
from jalon.learn.terms import Terms


@dataclass(frozen=True, slots=True)
class PublishedEffect:
    """The effect of being above one limit, as published.

    Attributes:
        name: the variable.
        cut: the limit, one of the candidate's.
        log_hazard_ratio: above against not above the limit. Where a score may cut a variable
            more than once, it is the step at this limit, given the steps below it.
        variance: of the log hazard ratio, > 0; infinite for no influence.
        source: where it was published.
    """

    name: str
    cut: float
    log_hazard_ratio: float
    variance: float
    source: str = ""


@dataclass(frozen=True, slots=True)
class PriorInfluence:
    """A score learned with published effects, beside the one learned without.

    Attributes:
        score: learned with them; its loss and certificate include their penalty.
        plain: learned without them.
        loss: plain loss of the score with them, at its own scale; comparable with
            ``plain.loss``.
        best_loss: the same at the scale that these patients alone would choose.
        moved: points of each term with them, less points without, shape (p,).
    """

    score: LearnedScore
    plain: LearnedScore
    loss: float
    best_loss: float
    moved: tuple[int, ...]

    @property
    def cost(self) -> float:
        """What the prior gives away on the plain loss, in log-likelihood units."""
        return self.loss - self.plain.loss


def shrink_terms(terms: Terms, effects: Sequence[PublishedEffect]) -> Shrinkage:
    """Turn published effects into the penalty of a search.

    The penalty is that of a normal prior of each coefficient. A term that is left out of the
    score pays for being 0.

    Args:
        terms: the candidate terms.
        effects: at most one per term; terms without one are not drawn anywhere.

    Returns:
        Precision and centre of each term.

    Raises:
        UnsuitableDataError: an effect of a term that is no candidate, given twice, or without
            a variance above 0.

    Reference:
        Spiegelhalter DJ, Abrams KR, Myles JP (2004), doi:10.1002/0470092602, section 3.6: a
        normal prior of a log hazard ratio.

    Example:
        >>> import numpy as np
        >>> from jalon.learn import Candidate, build_terms
        >>> age = Candidate("age", (60.0,))
        >>> terms = build_terms([age], {"age": np.array([50.0, 70.0])})
        >>> shrink_terms(terms, [PublishedEffect("age", 60.0, 0.7, 0.04)]).precision
        array([25.])
    """
    place = {
        (terms.candidates[v].name, float(cut)): j
        for j, (v, cut) in enumerate(zip(terms.variable, terms.cut, strict=True))
    }
    precision, centre, seen = np.zeros(len(terms.cut)), np.zeros(len(terms.cut)), set()
    for effect in effects:
        key = (effect.name, float(effect.cut))
        text = f"{effect.name} > {effect.cut:g}"
        if key not in place:
            raise UnsuitableDataError(
                f"{text} has a published effect but is no candidate term; known: "
                f"{', '.join(terms.name(j) for j in range(len(terms.cut)))}"
            )
        if key in seen:
            raise UnsuitableDataError(f"{text} has two published effects; pool them first")
        if not effect.variance > 0.0 or not np.isfinite(effect.log_hazard_ratio):
            raise UnsuitableDataError(
                f"{text}: log hazard ratio {effect.log_hazard_ratio:g} with variance "
                f"{effect.variance:g}; the first must be finite, the second above 0"
            )
        seen.add(key)
        precision[place[key]] = 1.0 / effect.variance
        centre[place[key]] = effect.log_hazard_ratio if precision[place[key]] else 0.0
    return Shrinkage(precision, centre)


def learn_with_prior(  # noqa: PLR0913 - the doors of learn_score, and the effects
    terms: Terms,
    data: SurvivalData,
    effects: Sequence[PublishedEffect],
    search: SearchSettings | None = None,
    groups: GroupSettings | None = None,
    *,
    wishes: Wishes | None = None,
    effort: Effort | None = None,
    tell: Tell = None,
) -> PriorInfluence:
    """Learn a score that is drawn to published effects, and show what they change.

    Args:
        terms: candidate terms of n patients.
        data: outcomes of the same patients.
        effects: published effects of some terms.
        search: what the score may look like; None for the usual.
        groups: the rules for risk groups; None for the usual ones.
        wishes: what a clinician asks of the score.
        effort: limits of the proofs; None for the usual ones. Near-equals are kept of the score
            that is drawn to the effects.
        tell: is told where the search for that score stands.

    Returns:
        The scores with and without, each with its certificate.

    Raises:
        UnsuitableDataError: effects that fit no term, or data from which nothing can be learned.

    Reference:
        Spiegelhalter DJ, Abrams KR, Myles JP (2004), doi:10.1002/0470092602, section 3.6.
    """
    shrinkage = shrink_terms(terms, effects)
    alone = replace(effort or Effort(), near=0.0)
    plain = learn_score(terms, data, search, groups, wishes=wishes, effort=alone)
    score = learn_score(
        terms, data, search, groups,
        wishes=wishes, shrinkage=shrinkage, effort=effort, tell=tell,
    )  # fmt: skip
    settings = search or SearchSettings()
    problem = lay_problem(terms, data, settings, wishes, penalty=plain.penalty or None)
    ground = lay_aim(terms.bits, data, problem)[0]
    at_scale = measure_loss(ground, score.points, score.scale)[0]
    best = measure_loss(ground, score.points)[0]
    moved = np.array(score.points) - np.array(plain.points)
    return PriorInfluence(score, plain, at_scale, best, tuple(moved.tolist()))

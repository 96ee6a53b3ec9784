"""Nearest-neighbour matching: each treated patient takes the most similar control."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, Integers, UnsuitableDataError
from jalon.stats.arguments import require_choice
from jalon.stats.kernels.matching import Line, Reach, match_again, match_free
from jalon.stats.propensity.arms import Flags, code_strata, read_arms, read_column
from jalon.stats.propensity.matching import Matching, report_pairs

MatchOrder = Literal["largest", "smallest", "data", "random"]


@dataclass(frozen=True, slots=True)
class Caliper:
    """The greatest distance allowed within a pair.

    Attributes:
        width: the distance, above 0.
        unit: "sd" counts in standard deviations of the score over all patients of both arms,
            "raw" in units of the score.
    """

    width: float
    unit: Literal["sd", "raw"] = "sd"

    def measure(self, score: Floats) -> float:
        """Return the width in units of the score.

        Args:
            score: shape (n,), scores of all patients.

        Returns:
            The greatest distance allowed.

        Raises:
            UnsuitableDataError: a width that is not above 0, or scores that are all the same.
        """
        if not self.width > 0:
            raise UnsuitableDataError(f"the caliper is {self.width:g}; give a width above 0")
        require_choice(self.unit, "unit", Literal["sd", "raw"])
        if self.unit == "raw":
            return self.width
        spread = float(np.std(score, ddof=1))
        if not spread > 0:
            raise UnsuitableDataError(
                "the score is the same for everyone, so a caliper in standard deviations has no "
                "width; give it in units of the score, or improve the propensity model"
            )
        return self.width * spread


def match_nearest(
    score: npt.ArrayLike,
    treated: npt.ArrayLike,
    rule: NearestRule | None = None,
    strata: npt.ArrayLike | None = None,
    rng: np.random.Generator | None = None,
) -> Matching:
    """Match each treated patient, one after the other, with the most similar free control.

    With several controls each, every treated patient takes a first before any takes a second.
    Of two controls at the same distance the one with the lower score is taken, of controls
    with the same score the nearest in the order of rows. Swap the arms (and start with the
    "smallest" score) to match treated patients to controls instead.

    Args:
        score: shape (n,), what patients must be similar in: the propensity, or better its
            logit.
        treated: shape (n,), 1 treated, 0 control.
        rule: how to match; None for one control each, largest score first, without limit.
        strata: shape (n,) or (n, v), variables on which pairs must agree exactly.
        rng: source of chance for a random order.

    Returns:
        Pairs, sets and weights; treated patients without a control within reach stay
        unmatched and are counted.

    Raises:
        UnsuitableDataError: an arm without patients, a missing value, or nobody within reach.

    Reference:
        Rosenbaum and Rubin (1985), doi:10.1080/00031305.1985.10479383, section 2.3; Austin (2011),
        doi:10.1080/00273171.2011.568786, section "Propensity score matching"; conventions
        of ``method = "nearest"`` of the R package MatchIt 4.5.1 (doi:10.18637/jss.v042.i08).

    Example:
        >>> match_nearest([0.5, 0.9, 0.45, 0.8, 0.1], [1, 1, 0, 0, 0]).pairs.tolist()
        [[0, 2], [1, 3]]
    """
    rule = NearestRule() if rule is None else rule
    arms = read_arms(treated)
    values = read_column(score, arms.size, "score")
    width = np.inf if rule.caliper is None else rule.caliper.measure(values)
    reach = Reach(width, rule.whole)
    line, control = _line_up(values, arms, code_strata(strata, arms.size))
    if rule.replace:
        taken = match_again(line, 1 if rule.whole else rule.ratio, reach)
    else:
        taken = match_free(line, _queue(line.treated, rule.order, rng), rule.ratio, reach)
    patient, place = np.nonzero(taken)
    rows = np.flatnonzero(arms)
    pairs = np.column_stack([rows[patient], control[taken[patient, place] - 1]])
    return report_pairs(pairs, values, arms, width)


@dataclass(frozen=True, slots=True)
class NearestRule:
    """How nearest neighbours are matched.

    Attributes:
        ratio: controls for each treated patient, from 1.
        order: who chooses first: the treated patient with the "largest" or "smallest" score,
            the first in the "data", or a "random" one.
        caliper: greatest distance allowed; None for no limit.
        replace: whether a control may be used again; the order then does not matter.
        whole: cut distances to whole numbers before they are compared. Wrong, and here only to
            reproduce analyses made with MatchIt up to 4.5.1, which does so where it was
            compiled with the integer ``abs`` (Debian 12 among them): below a distance of 1 it
            knows no nearer or farther, and no caliper. With ``replace`` it also gives each
            patient one and the same control ``ratio`` times.
    """

    ratio: int = 1
    order: MatchOrder = "largest"
    caliper: Caliper | None = None
    replace: bool = False
    whole: bool = False

    def __post_init__(self) -> None:
        require_choice(self.order, "order", MatchOrder)
        if self.ratio < 1 or self.ratio != int(self.ratio):
            raise UnsuitableDataError(
                f"the ratio is {self.ratio}; give a whole number of controls, 1 or more"
            )


def _line_up(score: Floats, arms: Flags, code: Integers) -> tuple[Line, Integers]:
    """Sort everyone by stratum, score and row; return the line and the rows of its controls."""
    order = np.lexsort((score, code))
    control = order[~arms[order]]
    count = np.cumsum(~arms[order])
    before = np.empty(arms.size, dtype=np.int64)
    before[order] = count
    size = np.bincount(code[~arms], minlength=int(code.max()) + 1)
    last = np.cumsum(size)
    stratum = code[arms]
    line = Line(
        control=np.concatenate([[np.nan], score[control], [np.nan]]),
        treated=score[arms],
        before=before[arms],
        first=(last - size + 1)[stratum],
        last=last[stratum],
    )
    return line, control


def _queue(score: Floats, order: MatchOrder, rng: np.random.Generator | None) -> Integers:
    if order == "data":
        return np.arange(len(score))
    if order == "random":
        if rng is None:
            raise UnsuitableDataError("a random order needs a source of chance; give rng")
        return rng.permutation(len(score))
    return np.argsort(-score if order == "largest" else score, kind="stable")

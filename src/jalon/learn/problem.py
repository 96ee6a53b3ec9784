"""The problem of learning a score, laid out once: rows, rules, and the terms that may be used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np

from jalon.core import Integers, SurvivalData, UnsuitableDataError
from jalon.learn.calm import one_blas_thread
from jalon.learn.kernels.ground import Bits, Flags, Ground, Rules
from jalon.learn.kernels.sums import weigh_terms
from jalon.learn.objective import Shrinkage, lay_ground
from jalon.learn.settings import SearchSettings, Wishes
from jalon.learn.teacher import Teacher, fit_ridge, fit_teacher, teach
from jalon.learn.terms import Terms

NO_LIMIT = 2**40


@dataclass(frozen=True, slots=True, eq=False)
class Problem:
    """Everything a search needs.

    Attributes:
        ground: rows and risk sets, of the usable terms only.
        rules: what the score may look like, for the usable terms.
        used: shape (q,), which of all terms they are.
        size: number of all terms.
        penalty: the teacher's penalty; 0 without a teacher.
        notes: what was set aside, in words.
    """

    ground: Ground
    rules: Rules
    used: Integers
    size: int
    penalty: float
    notes: tuple[str, ...]

    def spread(self, points: Sequence[int]) -> tuple[int, ...]:
        """Return points of the usable terms as points of all terms."""
        whole = np.zeros(self.size, np.int64)
        whole[self.used] = points
        return tuple(whole.tolist())


@one_blas_thread()
def lay_problem(
    terms: Terms,
    data: SurvivalData,
    settings: SearchSettings,
    wishes: Wishes | None = None,
    shrinkage: Shrinkage | None = None,
    penalty: float | None = None,
) -> Problem:
    """Bring terms, outcomes and wishes into the form that the search needs.

    Args:
        terms: candidate terms of n patients.
        data: outcomes of the same patients. With several causes the score is learned for the
            cumulative incidence of cause 1 (Fine-Gray weights).
        settings: what the score may look like.
        wishes: what a clinician asks of it.
        shrinkage: what each coefficient is drawn to; None for no penalty.
        penalty: of the teacher, when it is known already; None to choose it by
            cross-validation.

    Returns:
        The problem.
    """
    wish = wishes or Wishes()
    _check_names(terms, wish)
    usable, notes = _choose_terms(terms, data, settings, wish)
    used = np.flatnonzero(usable)
    bits = terms.bits if usable.all() else terms.bits[used]
    competes = bool(np.any(data.event > 1))
    shrunk = None
    if shrinkage is not None:
        shrunk = Shrinkage(shrinkage.precision[used], shrinkage.centre[used])
    ground = lay_ground(bits, data, shrunk, competes)
    held = 0.0
    if settings.target == "teacher" and len(used):
        teacher = _teach(bits, data, settings, competes, penalty)
        held, ground = teacher.penalty, teach(ground, teacher)
    rules = _lay_rules(terms, used, settings, wish)
    return Problem(ground, rules, used, len(terms.cut), held, notes)


def _teach(
    bits: Bits,
    data: SurvivalData,
    settings: SearchSettings,
    competes: bool,
    penalty: float | None,
) -> Teacher:
    if penalty is None:
        return fit_teacher(bits, data, np.random.default_rng(settings.seed), competes)
    plain = lay_ground(bits, data, subdistribution=competes)
    return Teacher(fit_ridge(plain, penalty, np.zeros(len(bits))), penalty)


def _check_names(terms: Terms, wish: Wishes) -> None:
    known = [candidate.name for candidate in terms.candidates]
    asked = [*wish.required, *wish.forbidden, *(name for pair in wish.exclusions for name in pair)]
    for name in asked:
        if name not in known:
            raise UnsuitableDataError(
                f"{name} is asked for or excluded, but is no candidate variable; known: "
                f"{', '.join(known)}"
            )
    both = set(wish.required) & set(wish.forbidden)
    if both:
        raise UnsuitableDataError(f"{', '.join(sorted(both))} is both required and forbidden")


def _choose_terms(
    terms: Terms, data: SurvivalData, settings: SearchSettings, wish: Wishes
) -> tuple[Flags, tuple[str, ...]]:
    """Set aside terms with too few events on a side, and those that repeat another."""
    weight = np.ones(len(data)) if data.weight is None else np.asarray(data.weight)
    events = weight * (data.event == 1)
    above = weigh_terms(terms.bits, events)
    usable = np.minimum(above, events.sum() - above) >= settings.least_events
    banned = [k for k, one in enumerate(terms.candidates) if one.name in wish.forbidden]
    usable &= ~np.isin(terms.variable, banned)
    seen: dict[bytes, int] = {}
    notes: list[str] = []
    for term in np.flatnonzero(usable).tolist():
        bits = terms.bits[term]
        # A term and its complement tell the same; the sign of the points turns.
        key = blake2b(np.ascontiguousarray(bits if bits[0] == 0 else 1 - bits).data).digest()
        first = seen.setdefault(key, term)
        if first != term:
            usable[term] = False
            notes.append(f"{terms.name(term)} is the same as {terms.name(first)}; kept once")
    return usable, tuple(notes)


def _lay_rules(terms: Terms, used: Integers, settings: SearchSettings, wish: Wishes) -> Rules:
    names = [candidate.name for candidate in terms.candidates]
    size = len(names)
    clash = np.zeros((size, size), dtype=bool)
    for one, other in wish.exclusions:
        clash[names.index(one), names.index(other)] = True
        clash[names.index(other), names.index(one)] = True
    return Rules(
        variable=np.ascontiguousarray(terms.variable[used], dtype=np.int64),
        sign=terms.signs()[used],
        max_variables=settings.max_variables,
        max_terms=settings.max_terms,
        max_points=settings.max_points,
        max_total=wish.max_total or NO_LIMIT,
        price=float(settings.price),
        charge=np.array([one.charge for one in terms.candidates], dtype=np.float64),
        outlay=np.array([one.outlay for one in terms.candidates], dtype=np.float64),
        budget=float(wish.budget),
        required=np.array([name in wish.required for name in names], dtype=bool),
        clash=clash,
        rising=np.full(size, wish.rising),
        even=np.full(size, wish.even),
    )

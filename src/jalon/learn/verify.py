"""Checking a learned score: its objective and its bound, computed a second time."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from jalon.core import Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.learn.certificate import Certificate
from jalon.learn.objective import Shrinkage
from jalon.learn.settings import SearchSettings, Wishes
from jalon.learn.terms import Terms
from jalon.learn.verify_loss import (
    SlowLoss,
    average_copies,
    follow_teacher,
    lay_loss,
    sum_risk_sets,
)
from jalon.learn.verify_rules import Rulebook, find_usable
from jalon.learn.verify_search import Outcome, SlowSearch


@dataclass(frozen=True, slots=True)
class Stated:
    """What is claimed of a score.

    Attributes:
        points: one whole number per term.
        scale: log hazard per point.
        certificate: what is said to be proven.
    """

    points: tuple[int, ...]
    scale: float
    certificate: Certificate


@dataclass(frozen=True, slots=True)
class Verification:
    """What a second computation of a certificate has shown.

    Attributes:
        objective: of the points, computed from the definition of the partial likelihood.
        bound: no score within the rules costs less, as far as the time allowed to show; at
            most the bound of the certificate.
        bound_confirmed: whether that is the bound of the certificate, within its tolerance.
        parts: parts of the search looked at.
        seconds: how long it took.
        differences: what does not agree with the certificate, in words.
        remarks: what could not be decided, in words.
    """

    objective: float
    bound: float
    bound_confirmed: bool
    parts: int
    seconds: float
    differences: tuple[str, ...]
    remarks: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        """Whether nothing contradicts the certificate."""
        return not self.differences

    @property
    def sentence(self) -> str:
        """What may be said of the certificate."""
        if self.differences:
            return "the certificate does not hold: " + "; ".join(self.differences)
        if self.bound_confirmed:
            return "objective and bound confirmed"
        return "objective confirmed; " + "; ".join(self.remarks)


def verify_score(  # noqa: PLR0913 - all that the certificate speaks of
    terms: Terms,
    data: SurvivalData,
    stated: Stated,
    settings: SearchSettings,
    *,
    wishes: Wishes | None = None,
    shrinkage: Shrinkage | None = None,
    copies: int = 1,
    seconds: float = 60.0,
) -> Verification:
    """Check that a score and its certificate belong to these patients, and that both hold.

    The objective is summed anew over the risk sets, and the bound is proven anew by another
    and slower search: plain NumPy, no compiled code, nothing shared with the search that made
    the certificate. A bound that needs longer than the time allowed is neither confirmed nor
    contradicted.

    Args:
        terms: candidate terms of n patients.
        data: outcomes of the same patients.
        stated: the score and its certificate.
        settings: what the score was allowed to look like.
        wishes: what was asked of it; None for nothing.
        shrinkage: what its coefficients were drawn to; None for nothing.
        copies: how many completed tables are stacked (``stack_tables``), the objective being
            their mean; 1 for patients as they are.
        seconds: how long the bound may take.

    Returns:
        Objective and bound as computed here, and every difference in words.

    Raises:
        UnsuitableDataError: points for another number of terms, or late entry together with
            competing causes.
    """
    begun = perf_counter()
    wish = wishes or Wishes()
    check_shape(terms, data, stated)
    certificate = stated.certificate
    used = find_usable(terms, data, settings, wish)
    differences = compare_hashes(terms, data, certificate)
    loss = lay_loss(terms.bits[used], data, _take(shrinkage, used))
    if copies > 1:
        loss = average_copies(loss, copies)
    if settings.target == "teacher" and len(used):
        loss = follow_teacher(loss, certificate.penalty)
    book = Rulebook(terms.candidates, terms.variable[used], settings, wish)
    points = np.array(stated.points, dtype=np.int64)
    differences += check_rules(terms, used, book, points)
    # Weights of 1 / copies inside the logarithms of the definition add this constant.
    constant = np.log(copies) * sum(float(one.deaths.sum()) for one in loss.strata)
    objective = _measure(data, loss, points[used], stated.scale) + constant
    objective += price_points(book, points[used])
    nothing = loss.measure(np.zeros(0, np.int64), np.zeros(0))[0]
    differences += compare_values(objective, nothing, certificate)
    target = certificate.bound - certificate.tolerance
    shown = SlowSearch(loss, book, target, seconds - (perf_counter() - begun)).run()
    return conclude(terms, used, shown, certificate, (objective, begun, seconds), differences)


def conclude(
    terms: Terms,
    used: Integers,
    shown: Outcome,
    stated: Certificate,
    run: tuple[float, float, float],
    differences: tuple[str, ...],
) -> Verification:
    """Put what was found into words.

    Args:
        terms: all terms.
        used: those that may be used.
        shown: what the second proof has shown.
        stated: what was claimed.
        run: the objective, when the check began, and the seconds it had.
        differences: what disagrees already.

    Returns:
        The verification.
    """
    objective, begun, seconds = run
    remarks: tuple[str, ...] = ()
    if np.isfinite(shown.lowest):
        differences += (_describe_better(terms, used, shown, stated),)
    elif not shown.confirmed:
        remarks = (
            f"bound {stated.bound:.6f} not confirmed within {seconds:g} s "
            f"(reached {shown.bound:.6f})",
        )
    return Verification(
        objective,
        min(shown.bound, stated.bound),
        shown.confirmed,
        shown.parts,
        perf_counter() - begun,
        differences,
        remarks,
    )


def check_shape(terms: Terms, data: SurvivalData, stated: Stated) -> None:
    """Refuse points, terms and outcomes that do not belong together."""
    if len(stated.points) != len(terms.cut) or len(data) != terms.bits.shape[1]:
        raise UnsuitableDataError(
            f"the score has {len(stated.points)} points, for {len(terms.cut)} terms of "
            f"{terms.bits.shape[1]} patients and outcomes of {len(data)}; give what it was "
            "learned from"
        )
    if data.entry is not None and np.any(data.event > 1):
        raise UnsuitableDataError(
            "Fine-Gray weights are not defined here for patients who enter late; verify the "
            "cause-specific score instead"
        )


def _take(shrinkage: Shrinkage | None, used: Integers) -> Shrinkage | None:
    if shrinkage is None:
        return None
    return Shrinkage(shrinkage.precision[used], shrinkage.centre[used])


def compare_hashes(terms: Terms, data: SurvivalData, stated: Certificate) -> tuple[str, ...]:
    """Say whether outcomes or terms are others than those of the certificate."""
    found: list[str] = []
    digest = hashlib.sha256()
    columns = (data.time, data.event, data.entry, data.weight, data.stratum)
    for name, column in zip(("time", "event", "entry", "weight", "stratum"), columns, strict=True):
        digest.update(name.encode())
        digest.update(b"" if column is None else np.asarray(column, dtype="<f8").tobytes())
    if digest.hexdigest() != stated.data_sha256:
        found.append("the outcomes are not those of the certificate (another SHA-256)")
    shape = np.array(terms.bits.shape, dtype="<i8").tobytes()
    told = hashlib.sha256(shape + terms.bits.astype(np.uint8).tobytes(order="C"))
    if told.hexdigest() != stated.terms_sha256:
        found.append("the terms are not those of the certificate (another SHA-256)")
    return tuple(found)


def check_rules(terms: Terms, used: Integers, book: Rulebook, points: Integers) -> tuple[str, ...]:
    """Say which rules the points (p,) break."""
    outside = np.setdiff1d(np.flatnonzero(points), used)
    barred = tuple(f"{terms.name(int(j))} may not be used" for j in outside)
    return barred + book.find_breaches(points[used])


def _measure(data: SurvivalData, loss: SlowLoss, points: Integers, scale: float) -> float:
    """Return the loss from the definition of the partial likelihood, shrinkage included."""
    beta: Floats = (scale * points).astype(np.float64)
    shrunk = 0.5 * loss.ridge @ (beta - loss.centre) ** 2
    return sum_risk_sets(data, loss.x @ beta) - float(loss.linear @ beta) + float(shrunk)


def price_points(book: Rulebook, points: Integers) -> float:
    """Return what the points (q,) of the usable terms pay for their limits and variables."""
    held = np.flatnonzero(points)
    return book.price(sorted({int(v) for v in book.variable[held]}), len(held))


def compare_values(objective: float, nothing: float, stated: Certificate) -> tuple[str, ...]:
    """Say which numbers of a certificate differ from these.

    Args:
        objective: of the score, computed here.
        nothing: of no score.
        stated: what was claimed.

    Returns:
        One sentence each.
    """
    near = stated.tolerance + 1e-9 * abs(objective)
    found: list[str] = []
    if abs(objective - stated.value) > near:
        found.append(f"the objective is {objective:.6f}, not {stated.value:.6f}")
    if abs(nothing - stated.value - stated.gained) > near:
        found.append(
            f"the best score gains {nothing - stated.value:.6f} over no score, "
            f"not {stated.gained:.6f}"
        )
    if stated.bound > stated.value + near:
        found.append(f"the bound {stated.bound:.6f} is above the value {stated.value:.6f}")
    return tuple(found)


def _describe_better(terms: Terms, used: Integers, shown: Outcome, stated: Certificate) -> str:
    parts = [
        f"{points:+d} for {terms.name(int(used[j]))}"
        for j, points in enumerate(shown.points)
        if points
    ]
    return (
        f"the bound is {stated.bound:.6f}, but a score costs {shown.lowest:.6f}: "
        f"{', '.join(parts) or 'no points'}"
    )

"""Cox regression on data that come in chunks or stay at their sites, each with its own strata."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, SurvivalData, UnsuitableDataError
from jalon.stats.kernels.cox import CONVERGED, finish_climb, react, start_climb
from jalon.stats.kernels.cox_sums import accumulate
from jalon.stats.regression.cox_chunk import (
    CoxMoments,
    measure_chunk,
    merge_moments,
    read_chunk,
)
from jalon.stats.regression.cox_climb import TIES, evaluate_together, explain, make_sums
from jalon.stats.regression.cox_fit import Baseline, CoxFit, Ties, report_cox
from jalon.stats.regression.cox_rows import CoxRows
from jalon.stats.regression.design import Columns
from jalon.stats.regression.risk_sets import arrange_risk_sets
from jalon.stats.team import gather_team

Chunk = tuple[npt.ArrayLike, SurvivalData]


@dataclass(frozen=True, slots=True, eq=False)
class CoxSums:
    """What some strata add to a Cox model at given coefficients.

    Attributes:
        n: patients with weight above 0.
        events: how many of them had the event.
        log_likelihood: log partial likelihood.
        gradient: shape (p,), its first derivative.
        information: shape (p, p), minus its second derivative.
    """

    n: int
    events: int
    log_likelihood: float
    gradient: Floats
    information: Floats


def sum_cox(
    x: npt.ArrayLike, data: SurvivalData, coefficients: npt.ArrayLike, ties: Ties = "efron"
) -> CoxSums:
    """Sum what a site contributes to a Cox model in which each site has its own baseline hazard.

    Args:
        x: shape (n, p), covariates of the site's patients, no missing value.
        data: outcomes of the same patients, with one cause of event or none; strata, weights
            and entry times are honoured.
        coefficients: shape (p,), log hazard ratios per unit, the same at all sites.
        ties: "efron" or "breslow".

    Returns:
        The sums, to be joined by ``merge_cox_sums``. Newton's method on the merged sums climbs
        to the coefficients of ``fit_cox`` with the sites as strata.

    Raises:
        UnsuitableDataError: wrong shapes, a missing value, several causes, or exact ties.

    Reference:
        Therneau T, Grambsch P (2000), doi:10.1007/978-1-4757-3294-8, equations 3.4 to 3.6;
        section 3.2 for strata, whose terms add up.

    Example:
        >>> data = SurvivalData(time=[1, 2], event=[1, 0])
        >>> sum_cox([[1], [0]], data, [0]).gradient.tolist()
        [0.5]
    """
    _refuse_exact(ties)
    rows, _ = read_chunk(x, data, None)
    beta = np.array(coefficients, dtype=np.float64)
    p = rows.x.shape[1]
    if beta.shape != (p,) or not np.all(np.isfinite(beta)):
        raise UnsuitableDataError(f"coefficients are not {p} finite numbers; give one per column")
    moments = measure_chunk(rows)
    scale = np.where(moments.scale > 0, moments.scale, 1.0)
    columns = Columns(moments.mean, scale, ())
    found, _ = _look(rows, columns, beta * scale, ties)
    return replace(
        found,
        gradient=found.gradient * scale,
        information=found.information * np.outer(scale, scale),
    )


def merge_cox_sums(first: CoxSums, second: CoxSums) -> CoxSums:
    """Join the sums of two sites, made at the same coefficients.

    Args:
        first: sums of some strata.
        second: sums of other strata.

    Returns:
        The sums of all.

    Example:
        >>> site = sum_cox([[1], [0]], SurvivalData(time=[1, 2], event=[1, 0]), [0])
        >>> merge_cox_sums(site, site).gradient.tolist()
        [1.0]
    """
    return CoxSums(
        first.n + second.n,
        first.events + second.events,
        first.log_likelihood + second.log_likelihood,
        first.gradient + second.gradient,
        first.information + second.information,
    )


def fit_cox_chunks(
    chunks: Callable[[], Iterable[Chunk]],
    ties: Ties = "efron",
    level: float = 0.95,
    names: Sequence[str] | None = None,
) -> CoxFit:
    """Estimate hazard ratios from data larger than memory, one chunk at a time.

    Each chunk is a stratum, or holds all patients of its strata: a risk set is never divided
    between chunks. Chunks are read again for each Newton step, about six times.

    Args:
        chunks: called once per reading; gives the chunks one after the other, each time the
            same: covariates, shape (n, p), and outcomes.
        ties: "efron" or "breslow".
        level: coverage of the intervals, 0 to 1.
        names: shape (p,), the columns in words.

    Returns:
        The fit of ``fit_cox`` on all rows, but without them, so without residuals. Strata of
        the baseline hazard are the chunks, from 0, where the outcomes name none.

    Raises:
        UnsuitableDataError: no chunk or no event, some chunks with strata and others without, a
            stratum in two chunks, exact ties, or as ``fit_cox``.
        ConvergenceError: no maximum was found.

    Reference:
        Therneau T, Grambsch P (2000), doi:10.1007/978-1-4757-3294-8, section 3.2.

    Example:
        >>> def read():
        ...     for first in (1, 2):
        ...         yield [[1], [0], [1], [0]], SurvivalData([first, 2, 3, 4], [1, 1, 1, 0])
        >>> round(fit_cox_chunks(read).hazard_ratios[0].value, 4)
        2.2656
    """
    _refuse_exact(ties)
    moments, words = _measure(chunks, names)
    columns = Columns(moments.mean, moments.scale, words)
    p, onwards = len(moments.mean), True
    climber = start_climb(np.zeros(p))
    while onwards:
        sums, baselines = _add_chunks(chunks, columns, climber.trial, ties)
        value, slope, bend = sums.log_likelihood, sums.gradient, sums.information
        onwards = react(climber, moments.weight, value, slope, bend)
    climb = finish_climb(climber, 0.0)
    if climb.outcome != CONVERGED:
        explain(climb, (moments.range - moments.mean) / moments.scale, words)
    return report_cox(
        climb,
        sums.information,
        (columns.mean, columns.scale, words),
        (sums.n, sums.events, ties, level),
        (_join(baselines), None),
    )


def _measure(
    chunks: Callable[[], Iterable[Chunk]], names: Sequence[str] | None
) -> tuple[CoxMoments, tuple[str, ...]]:
    """Read all chunks once: columns, events, and strata that are not divided."""
    total: CoxMoments | None = None
    words: tuple[str, ...] = ()
    kinds, seen = set[bool](), set[int]()
    for number, (rows, given) in enumerate(_read(chunks, names)):
        stratum, words = rows.data.stratum, given
        kinds.add(stratum is None)
        if len(kinds) > 1:
            raise UnsuitableDataError("some chunks name their strata and some do not; name all")
        codes = {number} if stratum is None else set(np.unique(stratum).tolist())
        if codes & seen:
            raise UnsuitableDataError(
                "a stratum is in two chunks; keep all patients of a stratum together"
            )
        seen |= codes
        here = measure_chunk(rows)
        total = here if total is None else merge_moments(total, here)
    if total is None or total.events == 0:
        raise UnsuitableDataError("no chunk holds an event; choose another endpoint, or wait")
    flat = ~(total.scale > 1e-12 * np.abs(total.mean))
    if flat.any():
        raise UnsuitableDataError(
            f"{words[int(np.argmax(flat))]} is the same for all patients, so its effect "
            "cannot be estimated; leave it out"
        )
    return total, words


def _read(
    chunks: Callable[[], Iterable[Chunk]], names: Sequence[str] | None
) -> Iterator[tuple[CoxRows, tuple[str, ...]]]:
    known: tuple[str, ...] | None = None
    for x, data in chunks():
        rows, words = read_chunk(x, data, names)
        if known is not None and words != known:
            raise UnsuitableDataError("chunks have different numbers of columns")
        known = words
        yield rows, words


def _add_chunks(
    chunks: Callable[[], Iterable[Chunk]], columns: Columns, beta: Floats, ties: Ties
) -> tuple[CoxSums, list[Baseline]]:
    total: CoxSums | None = None
    baselines: list[Baseline] = []
    for number, (rows, _) in enumerate(_read(chunks, columns.names)):
        found, baseline = _look(rows, columns, beta, ties)
        total = found if total is None else merge_cox_sums(total, found)
        if baseline is not None and rows.data.stratum is None:
            baseline = replace(baseline, stratum=np.full(len(baseline.time), number))
        baselines += [] if baseline is None else [baseline]
    if total is None:
        raise UnsuitableDataError("the chunks were there once only; give a function that reads")
    return total, baselines


def _look(
    rows: CoxRows, columns: Columns, beta: Floats, ties: Ties
) -> tuple[CoxSums, Baseline | None]:
    """Evaluate one chunk at standardised coefficients."""
    p, n, events = len(beta), len(rows.data), int(rows.data.event.sum())
    if events == 0:
        return CoxSums(n, 0, 0.0, np.zeros(p), np.zeros((p, p))), None
    with gather_team(rows.x.size) as team:
        timeline = arrange_risk_sets(rows.x, rows.data, None, columns, team)
        sums = make_sums(timeline.sets, TIES[ties])
        value = evaluate_together(timeline.sets, beta, TIES[ties], sums, team)
    bend = np.tril(sums.information) + np.tril(sums.information, -1).T
    found = CoxSums(n, events, float(value), sums.gradient.copy(), bend)
    accumulate(sums, timeline.sets.opening, np.exp(-sums.top.max()), columns.scale)
    steps = sums.steps
    return found, Baseline(
        timeline.time, timeline.stratum, steps[0].copy(), steps[2].copy(), sums.drift
    )


def _join(parts: list[Baseline]) -> Baseline:
    return Baseline(
        time=np.concatenate([part.time for part in parts]),
        stratum=np.concatenate([part.stratum for part in parts]),
        hazard=np.concatenate([part.hazard for part in parts]),
        variance=np.concatenate([part.variance for part in parts]),
        drift=np.concatenate([part.drift for part in parts]),
    )


def _refuse_exact(ties: Ties) -> None:
    if ties == "exact":
        raise UnsuitableDataError('chunks are fitted with ties="efron" or "breslow"; choose one')

"""Bootstrap of Cox coefficients: how they would vary with other patients."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import ConvergenceError, Estimate, Floats, Integers, UnsuitableDataError
from jalon.stats.kernels.cox_refit import refit
from jalon.stats.kernels.cox_ties import BRESLOW, REPEATED
from jalon.stats.regression.cox import fit_cox
from jalon.stats.regression.cox_fit import CoxFit
from jalon.stats.regression.cox_rows import CoxRows, read_clusters
from jalon.stats.regression.design import measure_columns
from jalon.stats.regression.risk_sets import line_up
from jalon.stats.team import count_cores
from jalon.stats.ties import merge_ties

BATCH = 8
"""Resamples drawn from one stream of random numbers, whoever of the workers draws them."""


@dataclass(frozen=True, slots=True, eq=False)
class BootstrapCox:
    """Coefficients refitted to resampled patients.

    Attributes:
        names: shape (p,), the covariates in words.
        coefficients: shape (b, p), one row per resample; NaN where it had no maximum, such as a
            group without event.
        failed: how many had none. If more than a few, the estimates below describe the others
            only, and the model is too large for the data.
        covariance: shape (p, p), of the coefficients between resamples.
        standard_errors: shape (p,), from ``covariance``.
        hazard_ratios: the fit's, with percentile intervals.
    """

    names: tuple[str, ...]
    coefficients: Floats
    failed: int
    covariance: Floats
    standard_errors: Floats
    hazard_ratios: tuple[Estimate, ...]


def bootstrap_cox(
    fit: CoxFit,
    rng: np.random.Generator,
    resamples: int = 200,
    cluster: npt.ArrayLike | None = None,
    workers: int | None = None,
) -> BootstrapCox:
    """Refit a Cox model to patients drawn with replacement, many times.

    Patients are sorted once; a patient drawn twice counts twice, tied with himself, as if his
    row were there twice.

    Args:
        fit: a Cox fit.
        rng: source of chance.
        resamples: how many times.
        cluster: shape (n,), code of the group that is drawn as a whole, one per row of the fit
            (patients with several rows, centres); None to draw rows.
        workers: threads that share the work, None for one per core; the result does not depend
            on it.

    Returns:
        Coefficients of each resample with their covariance and percentile intervals.

    Raises:
        UnsuitableDataError: fewer than 2 resamples, a fit made from counts, or fewer than two
            resamples that could be fitted.

    Reference:
        Efron B, Tibshirani RJ (1986), doi:10.1214/ss/1177013815, section 5.

    Example:
        >>> from jalon.core import SurvivalData
        >>> rng = np.random.default_rng(1)
        >>> x = rng.normal(size=(80, 1))
        >>> data = SurvivalData(rng.exponential(np.exp(-x[:, 0])), np.ones(80))
        >>> found = bootstrap_cox(fit_cox(x, data), rng, resamples=20)
        >>> found.coefficients.shape, found.failed
        ((20, 1), 0)
    """
    if resamples < 2:
        raise UnsuitableDataError(f"{resamples} resamples show no variation; take 200 or more")
    codes, clusters = read_clusters(cluster, fit.n)
    starts = range(0, resamples, BATCH)
    streams = rng.spawn(len(starts))

    def draw(batch: int) -> Integers:
        size = min(BATCH, resamples - starts[batch])
        drawn = np.empty((size, fit.n), np.int64)
        for row in drawn:
            picks = streams[batch].integers(0, clusters, clusters)
            row[:] = np.bincount(picks, minlength=clusters)[codes]
        return drawn

    task = _prepare(fit)
    count = count_cores() if workers is None else max(workers, 1)
    with ThreadPoolExecutor(max_workers=count) as pool:
        parts = list(pool.map(lambda batch: task(draw(batch)), range(len(starts))))
    return _summarise(fit, np.concatenate(parts))


def _summarise(fit: CoxFit, beta: Floats) -> BootstrapCox:
    good = beta[~np.isnan(beta).any(axis=1)]
    if len(good) < 2:
        raise UnsuitableDataError(
            "hardly a resample could be fitted; the model is too large for the events, or a group "
            "has too few of them"
        )
    tail = (1 - fit.level) / 2
    low, high = np.quantile(good, [tail, 1 - tail], axis=0)
    covariance = np.atleast_2d(np.cov(good, rowvar=False))
    with np.errstate(over="ignore"):
        rows = np.exp(np.stack([fit.coefficients, low, high], axis=1)).tolist()
    return BootstrapCox(
        names=fit.names,
        coefficients=beta,
        failed=len(beta) - len(good),
        covariance=covariance,
        standard_errors=np.sqrt(np.diagonal(covariance)),
        hazard_ratios=tuple(
            Estimate(value, least, most, fit.level, "percentile") for value, least, most in rows
        ),
    )


def _prepare(fit: CoxFit) -> Callable[[Integers], Floats]:
    """Return what refits a batch of resamples, given how often each row was drawn."""
    rows = fit.patients
    if fit.ties == "exact" or rows.data.entry is not None or rows.data.weight is not None:
        return lambda drawn: np.array([_refit_rows(fit, rows, counts) for counts in drawn])
    columns = measure_columns(rows.x, fit.names, None)
    queue = line_up(*merge_ties(rows.data.time), rows.data)
    x = (rows.x[queue.row] - columns.mean) / columns.scale
    offset = np.empty(0) if rows.offset is None else rows.offset[queue.row]
    start = fit.coefficients * columns.scale
    climb = (start, REPEATED if fit.ties == "efron" else BRESLOW)
    return lambda drawn: refit(queue, x, offset, drawn[:, queue.row], climb) / columns.scale


def _refit_rows(fit: CoxFit, rows: CoxRows, counts: Integers) -> Floats:
    """Refit with rows repeated: slower, but also for weights, late entry and exact ties."""
    picked = np.repeat(np.arange(fit.n), counts)
    offset = None if rows.offset is None else rows.offset[picked]
    try:
        again = fit_cox(rows.x[picked], rows.data.take(picked), fit.ties, fit.level, offset)
    except (UnsuitableDataError, ConvergenceError):
        return np.full(len(fit.names), np.nan)
    return again.coefficients

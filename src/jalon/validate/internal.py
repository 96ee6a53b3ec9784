"""Internal validation: how much of a score's performance is luck of its own cohort.

Harrell's bootstrap: the whole pipeline is repeated on resamples of the patients, and the mean
drop from the resample to the original cohort is taken off the apparent figure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from jalon.core import Estimate, Floats, Integers, SurvivalData
from jalon.validate.kept_rounds import identify
from jalon.validate.measure import Measure
from jalon.validate.optimism_interval import correct_estimate
from jalon.validate.procedure import rank_chosen
from jalon.validate.resampling import draw_bootstrap
from jalon.validate.rounds import Round, Running, Standing, run_rounds


@dataclass(frozen=True, slots=True, eq=False)
class Refit:
    """What a pipeline learned from some rows, applied to every patient of the cohort.

    Attributes:
        predictions: shape (n,) predictions by name, higher meaning more risk.
        chosen: what was chosen on the way (variables, limits), for counting.
    """

    predictions: Mapping[str, Floats]
    chosen: tuple[str, ...] = ()


Pipeline = Callable[[Integers], Refit]
"""Learns from the patients at these rows (repeats allowed) and predicts for all n."""


@dataclass(frozen=True, slots=True, eq=False)
class Corrected:
    """A figure of merit with its optimism taken off.

    Attributes:
        apparent: on the cohort that the score was learned from.
        optimism: what is taken off: the mean drop from the resamples to the cohort, or by another
            rule, which ``harrell`` then stands beside.
        corrected: ``apparent`` less ``optimism``; its interval is shifted and widened (see
            ``correct_estimate``).
        drops: shape (B,), the drop in each resample; NaN where it gave no model.
        harrell: the figure less Harrell's optimism, where ``corrected`` is by 0.632+; else None.
    """

    apparent: Estimate
    optimism: float
    corrected: Estimate
    drops: Floats
    harrell: Estimate | None = None


@dataclass(frozen=True, slots=True, eq=False)
class InternalValidation:
    """Result of the bootstrap.

    Attributes:
        resamples: how many.
        figures: corrected figures by name of the measure.
        chosen: share of the resamples that chose each thing, most frequent first.
        failed: how many of them gave no model.
    """

    resamples: int
    figures: dict[str, Corrected]
    chosen: dict[str, float] = field(default_factory=dict)
    failed: int = 0


def correct_optimism(  # noqa: PLR0913 - one call states the whole experiment
    pipeline: Pipeline,
    measures: Sequence[Measure],
    apparent: Mapping[str, Estimate],
    data: SurvivalData,
    rng: np.random.Generator,
    *,
    resamples: int = 200,
    workers: int = 1,
    progress: Callable[[int], None] | None = None,
    running: Running | None = None,
) -> InternalValidation:
    """Repeat the whole pipeline on resamples and take its optimism off.

    Args:
        pipeline: everything that was chosen from the data, as one function.
        measures: the figures of merit.
        apparent: each figure on the whole cohort, with its interval, by measure name.
        data: outcomes of the n patients.
        rng: the source of chance.
        resamples: how many bootstrap resamples.
        workers: threads; the result does not depend on it.
        progress: called with the number of resamples done.
        running: where finished resamples are kept, instead of ``workers`` and ``progress``;
            None for nowhere.

    Returns:
        The corrected figures and how often each thing was chosen.

    Raises:
        UnsuitableDataError: more than a fifth of the resamples give no model.
        DataFileError: the file of kept resamples is damaged or of another run.

    References:
        Harrell, Lee, Mark. Stat Med 1996;15:361-387, section 5, steps 1 to 8,
        doi:10.1002/(SICI)1097-0258(19960229)15:4<361::AID-SIM168>3.0.CO;2-4. Intervals: Noma et
        al. Stat Med 2021;40:5691-5701, doi:10.1002/sim.9148, and the explanation
        ``internal-validation``.
    """
    plan = draw_bootstrap(len(data), resamples, rng)
    how = running or Running(workers, _forward(progress))

    def work(number: int) -> Round:
        rows = plan.splits[number][0]
        refit = pipeline(rows)
        return Round(_drop(refit, measures, data, rows), refit.chosen)

    names = [one.name for one in measures]
    seen = np.array([[apparent[k].value, apparent[k].low, apparent[k].high] for k in names])
    identity = identify("optimism", data, plan.seeds, *names, seen, how.about)
    rounds = run_rounds(work, resamples, len(measures), identity, how)
    table = np.array([one.values for one in rounds]).reshape(resamples, len(measures))
    figures = {name: _correct(apparent[name], table[:, k]) for k, name in enumerate(names)}
    failed = sum(bool(one.failure) for one in rounds)
    return InternalValidation(resamples, figures, rank_chosen(rounds), failed)


def _forward(progress: Callable[[int], None] | None) -> Callable[[Standing], None] | None:
    return None if progress is None else lambda standing: progress(standing.done)


def _drop(refit: Refit, measures: Sequence[Measure], data: SurvivalData, rows: Integers) -> Floats:
    drawn = np.bincount(rows, minlength=len(data)).astype(np.float64)
    weight = drawn if data.weight is None else drawn * data.weight
    resample = replace(data, weight=weight)
    return np.array(
        [
            measure.compute(refit.predictions[measure.of], resample)
            - measure.compute(refit.predictions[measure.of], data)
            for measure in measures
        ]
    )


def _correct(apparent: Estimate, drops: Floats) -> Corrected:
    known = drops[~np.isnan(drops)]
    optimism = float(known.mean()) if len(known) else np.nan
    return Corrected(apparent, optimism, correct_estimate(apparent, known), drops)

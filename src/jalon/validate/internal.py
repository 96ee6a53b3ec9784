"""Internal validation: how much of a score's performance is luck of its own cohort.

Harrell's bootstrap: the whole pipeline is repeated on resamples of the patients, and the mean
drop from the resample to the original cohort is taken off the apparent figure.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from jalon.core import Estimate, Floats, Integers, SurvivalData
from jalon.validate.optimism_interval import correct_estimate


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


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure of merit.

    Attributes:
        name: its name.
        of: which prediction it judges.
        compute: from predictions (n,) and outcomes (n,, weights allowed) to one number.
    """

    name: str
    of: str
    compute: Callable[[Floats, SurvivalData], float]


@dataclass(frozen=True, slots=True, eq=False)
class Corrected:
    """A figure of merit with its optimism taken off.

    Attributes:
        apparent: on the cohort that the score was learned from.
        optimism: mean drop from the resamples to the cohort.
        corrected: ``apparent`` less ``optimism``; its interval is shifted and widened (see
            ``correct_estimate``).
        drops: shape (B,), the drop in each resample.
    """

    apparent: Estimate
    optimism: float
    corrected: Estimate
    drops: Floats


@dataclass(frozen=True, slots=True, eq=False)
class InternalValidation:
    """Result of the bootstrap.

    Attributes:
        resamples: how many.
        figures: corrected figures by name of the measure.
        chosen: share of the resamples that chose each thing, most frequent first.
    """

    resamples: int
    figures: dict[str, Corrected]
    chosen: dict[str, float] = field(default_factory=dict)


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

    Returns:
        The corrected figures and how often each thing was chosen.

    References:
        Harrell, Lee, Mark. Stat Med 1996;15:361-387, section 5, steps 1 to 8,
        doi:10.1002/(SICI)1097-0258(19960229)15:4<361::AID-SIM168>3.0.CO;2-4. Intervals: Noma et
        al. Stat Med 2021;40:5691-5701, doi:10.1002/sim.9148, and the explanation
        ``internal-validation``.
    """
    streams = rng.spawn(resamples)

    def run(stream: np.random.Generator) -> tuple[Floats, tuple[str, ...]]:
        rows = stream.integers(0, len(data), len(data))
        return _drop(pipeline(rows), measures, data, rows)

    drops: list[Floats] = []
    counts: Counter[str] = Counter()
    with ThreadPoolExecutor(max_workers=workers) as pool:
        for done, (drop, chosen) in enumerate(pool.map(run, streams), start=1):
            drops.append(drop)
            counts.update(chosen)
            if progress is not None:
                progress(done)
    table = np.array(drops).reshape(resamples, len(measures))
    figures = {
        measure.name: _correct(apparent[measure.name], table[:, k])
        for k, measure in enumerate(measures)
    }
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return InternalValidation(resamples, figures, {name: n / resamples for name, n in ranked})


def _drop(
    refit: Refit, measures: Sequence[Measure], data: SurvivalData, rows: Integers
) -> tuple[Floats, tuple[str, ...]]:
    drawn = np.bincount(rows, minlength=len(data)).astype(np.float64)
    weight = drawn if data.weight is None else drawn * data.weight
    resample = SurvivalData(data.time, data.event, data.entry, weight, data.stratum)
    drop = [
        measure.compute(refit.predictions[measure.of], resample)
        - measure.compute(refit.predictions[measure.of], data)
        for measure in measures
    ]
    return np.array(drop), refit.chosen


def _correct(apparent: Estimate, drops: Floats) -> Corrected:
    optimism = float(drops.mean()) if len(drops) else 0.0
    return Corrected(apparent, optimism, correct_estimate(apparent, drops), drops)

"""Internal validation of all that is done with the data, by every usual correction at once.

A procedure learns from some patients and predicts for others. Whatever was chosen by looking at the
data, imputation included, is inside it, and is repeated in each resample.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from jalon.core import Estimate, Floats, Integers, SurvivalData, UnsuitableDataError
from jalon.validate.correction import (
    LEFT_OUT,
    Correction,
    CorrectionKind,
    drop_632_plus,
    keep_varied,
    make_correction,
)
from jalon.validate.fold_predictions import FoldShelf, judge_folds, lay_predictions, plan_shelf
from jalon.validate.kept_rounds import identify
from jalon.validate.measure import Measure, estimate_tables, judge_tables, name_measures
from jalon.validate.resampling import Resampling
from jalon.validate.rounds import Round, Running, run_rounds

Predictions = Mapping[str, Floats]

PERMUTATIONS = 50
"""How often predictions are dealt to other patients' outcomes, for the figure by chance."""


@dataclass(frozen=True, slots=True, eq=False)
class Procedure:
    """All that is done with the data, from raw values to predictions.

    Attributes:
        learn: learns a model from the patients at some rows (repeats allowed), with a source
            of chance of its own.
        predict: predictions of a model, by name, for the patients at some rows, higher meaning
            more risk: shape (rows,), or (m, rows) for m completed tables. The very rows learned
            from are recognised as the same array, where that matters.
        chosen: what was chosen on the way (variables, limits), for counting; None for nothing.
        watch: name of a prediction to be kept for all patients and resamples, to look at its
            stability; empty for none. For probabilities and linear predictors, several completed
            tables are averaged.
        own: the model of all patients, where it is known already, such as one that was proven
            best; None to learn it like the others.
    """

    learn: Callable[[Integers, np.random.Generator], Any]
    predict: Callable[[Any, Integers, np.random.Generator], Predictions]
    chosen: Callable[[Any], Sequence[str]] | None = None
    watch: str = ""
    own: Any = None


@dataclass(frozen=True, slots=True, eq=False)
class JudgedFigure:
    """A figure of merit of a procedure, corrected in each way that the plan allows.

    Attributes:
        apparent: on all patients, of the model learned from all of them.
        training: mean over resamples, on the patients learned from.
        test: mean over resamples, on all patients; on those left out in turn, with folds, of
            which "folds" in ``corrections`` is not the mean.
        left_out: mean over bootstrap resamples, on the patients not drawn; NaN with folds.
        no_information: the figure if predictions had nothing to do with outcomes: mean over
            random pairings; NaN with folds.
        corrections: by kind.
    """

    apparent: Estimate
    training: float
    test: float
    left_out: float
    no_information: float
    corrections: dict[CorrectionKind, Correction]


@dataclass(frozen=True, slots=True, eq=False)
class ProcedureValidation:
    """What resampling says of a procedure.

    Attributes:
        figures: by name of the measure.
        chosen: share of the resamples that chose each thing, most frequent first.
        failed: how many resamples gave no model.
        failures: why, each reason once.
        watched: shape (n,), the watched prediction of the model learned from all patients;
            empty when none was.
        predictions: shape (B, n), the same of each resample's model; NaN where it failed.
    """

    figures: dict[str, JudgedFigure]
    chosen: dict[str, float]
    failed: int
    failures: tuple[str, ...]
    watched: Floats = field(default_factory=lambda: np.empty(0))
    predictions: Floats = field(default_factory=lambda: np.empty((0, 0)))


def validate_procedure(
    procedure: Procedure,
    measures: Sequence[Measure],
    data: SurvivalData,
    plan: Resampling,
    running: Running | None = None,
    level: float = 0.95,
) -> ProcedureValidation:
    """Repeat all that was done with the data on resamples, and say how good it really is.

    A bootstrap plan gives four corrections from the same resamples: Harrell's optimism, 0.632,
    0.632+, and the mean of the patients left out (bootstrap cross-validation). Folds give the
    cross-validated figure: that of all patients at once, each predicted without their fold and
    compared within it, each fold being a stratum; the mean over folds for a figure that refuses
    strata.

    Args:
        procedure: everything that was chosen from the data, and how it predicts.
        measures: the figures of merit.
        data: outcomes of the n patients.
        plan: bootstrap resamples or folds, as from ``draw_bootstrap`` or ``draw_folds``.
        running: workers, who is told how far it is, where finished resamples are kept; None for
            one worker and nobody. It does not change the result.
        level: coverage of the intervals, 0 to 1, where a measure has no interval of its own.

    Returns:
        Each figure with its corrections and intervals, and what the resamples chose.

    Raises:
        UnsuitableDataError: a plan for other patients, measures without names, a figure that
            the whole cohort cannot give, or more than a fifth of the resamples without a model.
        DataFileError: the file of kept resamples is damaged or of another run.

    Reference:
        Harrell FE, Lee KL, Mark DB (1996),
        doi:10.1002/(SICI)1097-0258(19960229)15:4<361::AID-SIM168>3.0.CO;2-4, section 5; Efron B,
        Tibshirani R (1997), doi:10.1080/01621459.1997.10474007, equations 17 to 32; folds judged
        at once: van Houwelingen HC and others (2006), doi:10.1002/sim.2353. Intervals:
        the explanation ``internal-validation``, after Noma H and others (2021),
        doi:10.1002/sim.9148.

    Example:
        >>> from jalon.stats import concordance_value, fit_cox
        >>> from jalon.validate import draw_bootstrap
        >>> rng = np.random.default_rng(1)
        >>> x = rng.normal(size=(60, 4))
        >>> data = SurvivalData(rng.exponential(1, 60), np.ones(60, dtype=int))
        >>> noise = Procedure(
        ...     lambda rows, rng: fit_cox(x[rows], data.take(rows)).coefficients,
        ...     lambda beta, rows, rng: {"risk": x[rows] @ beta},
        ... )
        >>> plan = draw_bootstrap(60, 20, rng)
        >>> found = validate_procedure(noise, [Measure("C", "risk", concordance_value)], data, plan)
        >>> figure = found.figures["C"]
        >>> apparent, corrected = figure.apparent.value, figure.corrections["0.632+"].value
        >>> abs(figure.no_information - 0.5) < 0.02, corrected < apparent
        (True, True)
    """
    names, how = name_measures(measures), running or Running()
    if plan.n != len(data):
        raise UnsuitableDataError(
            f"the plan is for {plan.n} patients but there are {len(data)} outcomes; draw it for "
            "these patients"
        )
    chance = np.random.default_rng([1, int(plan.seeds[0])])
    everyone = np.arange(plan.n)
    model = procedure.learn(everyone, chance) if procedure.own is None else procedure.own
    own = procedure.predict(model, everyone, chance)
    apparent = [estimate_tables(one, _find(own, one.of), data, level) for one in measures]
    blind = np.full(len(measures), np.nan)
    if plan.kind != "folds":
        blind = np.array([_deal(one, _find(own, one.of), data, chance) for one in measures])
    watched = _average(own, procedure.watch)
    shelf = plan_shelf(own, measures, plan) if plan.kind == "folds" else FoldShelf({}, 0)
    width = 3 * len(measures) + len(watched) + shelf.width
    identity = identify(
        data, *_describe(plan), *names, np.array([one.value for one in apparent]), how.about
    )
    work = _prepare(procedure, measures, data, (plan, shelf))
    rounds = run_rounds(work, len(plan.splits), width, identity, how)
    table = np.array([one.values for one in rounds])
    pooled = np.empty((len(measures), 0))
    if plan.kind == "folds":
        kept = shelf, table[:, width - shelf.width :]
        pooled = np.array([judge_folds(one, kept, plan, data) for one in measures])
    whole = apparent, blind, watched
    return _gather(rounds, measures, plan, whole, pooled)


def _describe(plan: Resampling) -> list[str | Floats | Integers]:
    rows = [part for split in plan.splits for part in split]
    return [plan.kind, np.array([plan.n, len(rows), plan.repeats]), plan.seeds, *rows]


def _find(predictions: Predictions, name: str) -> Floats:
    if name not in predictions:
        raise UnsuitableDataError(
            f"there is no prediction {name!r}; the procedure gives {', '.join(predictions)}"
        )
    return np.asarray(predictions[name], dtype=np.float64)


def _average(predictions: Predictions, name: str) -> Floats:
    if not name:
        return np.empty(0)
    return np.asarray(np.atleast_2d(_find(predictions, name)).mean(axis=0))


def _deal(
    measure: Measure, prediction: Floats, data: SurvivalData, rng: np.random.Generator
) -> float:
    """Deal predictions to other patients' outcomes again and again, and average the figure."""
    orders = [rng.permutation(len(data)) for _ in range(PERMUTATIONS)]
    first = np.atleast_2d(prediction)[0]  # one completed table stands for all
    return float(np.mean([judge_tables(measure, first[order], data) for order in orders]))


def _prepare(
    procedure: Procedure,
    measures: Sequence[Measure],
    data: SurvivalData,
    places: tuple[Resampling, FoldShelf],
) -> Callable[[int], Round]:
    plan, shelf = places
    everyone, folds = np.arange(plan.n), plan.kind == "folds"

    def judge(predictions: Predictions, rows: Integers) -> list[float]:
        some = data.take(rows)
        return [judge_tables(one, _find(predictions, one.of), some) for one in measures]

    def work(number: int) -> Round:
        rows, judged = plan.splits[number]
        rng = plan.chance(number)
        model = procedure.learn(rows, rng)
        values = judge(procedure.predict(model, rows, rng), rows)
        whole: Predictions = {}
        if not folds or procedure.watch:
            whole = procedure.predict(model, everyone, rng)
        values += [np.nan] * len(measures) if folds else judge(whole, everyone)
        rest = judged if folds else np.setdiff1d(everyone, rows)
        left = procedure.predict(model, rest, rng) if len(rest) else None
        values += judge(left, rest) if left is not None else [np.nan] * len(measures)
        watched = _average(whole, procedure.watch)
        kept = lay_predictions(shelf, left) if folds and left is not None else np.empty(0)
        chosen = () if procedure.chosen is None else tuple(procedure.chosen(model))
        return Round(np.concatenate((values, watched, kept)), chosen)

    return work


def _gather(
    rounds: list[Round],
    measures: Sequence[Measure],
    plan: Resampling,
    whole: tuple[list[Estimate], Floats, Floats],
    pooled: Floats,
) -> ProcedureValidation:
    (apparent, blind, watched), k = whole, len(measures)
    table = np.array([one.values for one in rounds])
    parts = [table[:, k * part : k * (part + 1)] for part in range(3)]
    figures = {
        one.name: _judge(
            plan, apparent[j], [*(part[:, j] for part in parts), pooled[j]], float(blind[j])
        )
        for j, one in enumerate(measures)
    }
    failures = [one.failure for one in rounds if one.failure]
    return ProcedureValidation(
        figures,
        rank_chosen(rounds),
        len(failures),
        tuple(dict.fromkeys(failures)),
        watched,
        table[:, 3 * k : 3 * k + len(watched)],
    )


def rank_chosen(rounds: Sequence[Round]) -> dict[str, float]:
    """Count what resamples chose.

    Args:
        rounds: the resamples; those that failed do not count.

    Returns:
        Share of the resamples that chose each thing, most frequent first.
    """
    learned = [one.chosen for one in rounds if not one.failure]
    counts = Counter(thing for chosen in learned for thing in set(chosen))
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    return {name: number / len(learned) for name, number in ranked}


def _judge(
    plan: Resampling, apparent: Estimate, columns: list[Floats], blind: float
) -> JudgedFigure:
    training, whole, left, pooled = columns
    value = apparent.value
    corrections: dict[CorrectionKind, Correction] = {}
    if plan.kind == "folds":
        # Folds of one division belong together; divisions tell how much chance is left.
        means = np.array([_mean(one) for one in left.reshape(plan.repeats, -1)])
        drops = value - np.where(np.isnan(pooled), means, pooled)
        corrections["folds"] = make_correction("folds", apparent, drops, np.empty(0))
        return JudgedFigure(apparent, _mean(training), _mean(left), np.nan, np.nan, corrections)
    lost, varied = value - left, keep_varied(training, whole)
    ways: list[tuple[CorrectionKind, Floats]] = [
        ("optimism", training - whole),
        ("0.632", LEFT_OUT * lost),
        ("0.632+", drop_632_plus(value, left, blind)),
        ("left out", lost),
    ]
    for kind, drops in ways:
        corrections[kind] = make_correction(kind, apparent, drops, varied)
    return JudgedFigure(apparent, _mean(training), _mean(whole), _mean(left), blind, corrections)


def _mean(values: Floats) -> float:
    known = values[~np.isnan(values)]
    return float(known.mean()) if len(known) else np.nan

"""Validation of any model by any figures of merit: what is left when its luck is taken off."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from jalon.core import Estimate, Floats, Integers
from jalon.validate.correction import (
    LEFT_OUT,
    CorrectionKind,
    keep_varied,
    make_correction,
)
from jalon.validate.kept_rounds import identify
from jalon.validate.resampling import Resampling
from jalon.validate.risks import read_level
from jalon.validate.rounds import Round, Running, run_rounds

Model = TypeVar("Model")


@dataclass(frozen=True, slots=True)
class ValidatedFigure:
    """A figure of merit with its optimism taken off.

    Attributes:
        apparent: on all patients, of the model learned from all of them.
        training: mean over resamples, on the patients learned from.
        test: mean over resamples, on the patients judged on.
        optimism: by how much the apparent figure flatters.
        corrected: apparent less optimism. The interval is made of the standard deviation of the
            training figures, shifted by the optimism and widened (see ``correct_estimate``); NaN
            for cross-validation, and for figures that are the same on all patients learned from,
            such as a slope of 1.
        resamples: how many resamples could give the figure.
    """

    apparent: float
    training: float
    test: float
    optimism: float
    corrected: Estimate
    resamples: int


@dataclass(frozen=True, slots=True, eq=False)
class Validation:
    """Figures of merit of a model, corrected.

    Attributes:
        figures: corrected figures by name.
        training: shape (B, k), each resample's figures on the patients learned from; NaN where
            it could not be learned.
        test: shape (B, k), on the patients judged on.
        failed: how many resamples gave no model.
    """

    figures: dict[str, ValidatedFigure]
    training: Floats
    test: Floats
    failed: int


def validate_model(
    fit: Callable[[Integers], Model],
    judge: Callable[[Model, Integers], Mapping[str, float]],
    resampling: Resampling,
    level: float = 0.95,
    workers: int = 1,
    running: Running | None = None,
) -> Validation:
    """Repeat everything that was learned from the data, and judge it on patients anew.

    Args:
        fit: learns a model from the patients at some rows (repeats allowed). All that was chosen
            by looking at the data, such as covariates and cut-points, belongs inside.
        judge: gives the figures of merit of a model on the patients at some rows, by name, always
            the same names; NaN where one cannot be given.
        resampling: which patients to learn from and to judge on, as from ``draw_bootstrap``.
        level: coverage of the intervals, 0 to 1.
        workers: threads; the result does not depend on it.
        running: who is told how far it is, and where finished resamples are kept, instead of
            ``workers``; None for nobody and nowhere.

    Returns:
        Each figure corrected by the mean of training less test; with "0.632" by 0.632 times
        apparent less test, with "left out" by all of it.

    Raises:
        ValueError: other names in some resample.
        DataFileError: the file of kept resamples is damaged or of another run.
        UnsuitableDataError: more than a fifth of the resamples
            without a model; the message says why. What ``fit`` raises on all patients is raised.

    Reference:
        Harrell FE, Lee KL, Mark DB (1996),
        doi:10.1002/(SICI)1097-0258(19960229)15:4<361::AID-SIM168>3.0.CO;2-4, section 5; interval:
        the explanation ``internal-validation``, after Noma H and others (2021),
        doi:10.1002/sim.9148, location shift.

    Example:
        The mean of a column as a model, and its squared error.

        >>> from jalon.validate import draw_bootstrap
        >>> y = np.array([1.0, 2, 4, 8, 16])
        >>> found = validate_model(
        ...     lambda rows: y[rows].mean(),
        ...     lambda mean, rows: {"error": np.mean((y[rows] - mean) ** 2)},
        ...     draw_bootstrap(5, 100, np.random.default_rng(1)),
        ... )
        >>> found.figures["error"].apparent < found.figures["error"].corrected.value
        True
    """
    everyone = np.arange(resampling.n)
    apparent = dict(judge(fit(everyone), everyone))
    names, how = list(apparent), running or Running(workers)

    def work(number: int) -> Round:
        rows, judged = resampling.splits[number]
        model = fit(rows)
        return Round(
            np.append(_read(judge(model, rows), names), _read(judge(model, judged), names))
        )

    seen, parts = np.array(list(apparent.values())), [part for k in resampling.splits for part in k]
    identity = identify("model", resampling.kind, *parts, *names, seen, how.about)
    rounds = run_rounds(work, len(resampling.splits), 2 * len(names), identity, how)
    table = np.array([one.values for one in rounds]).reshape(len(rounds), -1)
    training, test = table[:, : len(names)], table[:, len(names) :]
    figures = {
        name: _correct(float(apparent[name]), (training[:, k], test[:, k]), resampling, level)
        for k, name in enumerate(names)
    }
    return Validation(figures, training, test, sum(bool(one.failure) for one in rounds))


def _read(figures: Mapping[str, float], names: list[str]) -> Floats:
    if list(figures) != names:
        raise ValueError(f"judge gave {', '.join(figures)} where it gave {', '.join(names)} before")
    return np.array([float(figures[name]) for name in names])


def _correct(
    apparent: float, columns: tuple[Floats, Floats], resampling: Resampling, level: float
) -> ValidatedFigure:
    known = ~np.isnan(columns[0]) & ~np.isnan(columns[1])
    training, test = (column[known] for column in columns)
    read_level(level)
    if not len(training):
        nothing = Estimate(np.nan, np.nan, np.nan, level, resampling.kind)
        return ValidatedFigure(apparent, np.nan, np.nan, np.nan, nothing, 0)
    means = float(training.mean()), float(test.mean())
    seen = Estimate(apparent, np.nan, np.nan, level, resampling.kind)
    if resampling.kind == "folds":
        optimism = means[0] - means[1]
        corrected = replace(seen, value=apparent - optimism)
        return ValidatedFigure(apparent, *means, optimism, corrected, len(training))
    ways: dict[str, tuple[CorrectionKind, Floats]] = {
        "bootstrap": ("optimism", training - test),
        "0.632": ("0.632", LEFT_OUT * (apparent - test)),
        "left out": ("left out", apparent - test),
    }
    kind, drops = ways[resampling.kind]
    found = make_correction(kind, seen, drops, keep_varied(training, test))
    return ValidatedFigure(apparent, *means, found.optimism, found.shifted, len(training))

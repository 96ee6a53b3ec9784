"""Validation of any model by any figures of merit: what is left when its luck is taken off."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from jalon.core import ConvergenceError, Estimate, Floats, Integers, UnsuitableDataError
from jalon.stats.survival.interval import find_z
from jalon.validate.bootstrap import MOST_FAILED
from jalon.validate.optimism_interval import correct_estimate
from jalon.validate.resampling import Resampling, Split
from jalon.validate.risks import read_level

Model = TypeVar("Model")

LEFT_OUT = 0.632
"""About the share of patients that a bootstrap resample contains."""

FIXED = 1e-9
"""Figures that vary less are fixed by construction."""


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
            for cross-validation and 0.632, and for figures that are the same on all patients
            learned from, such as a slope of 1.
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

    Returns:
        Each figure corrected by the mean of training less test; with "0.632" by 0.632 times
        apparent less test.

    Raises:
        UnsuitableDataError: other names in some resample, or more than a fifth of the resamples
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
    names = list(apparent)

    def run(split: Split) -> tuple[Floats, Floats] | str:
        try:
            model = fit(split[0])
            return _read(judge(model, split[0]), names), _read(judge(model, split[1]), names)
        except (UnsuitableDataError, ConvergenceError) as reason:
            return str(reason)

    with ThreadPoolExecutor(max_workers=workers) as pool:
        found = list(pool.map(run, resampling.splits))
    reasons = [part for part in found if isinstance(part, str)]
    if len(reasons) > MOST_FAILED * len(found):
        raise UnsuitableDataError(
            f"{len(reasons)} of {len(found)} resamples give no model ({reasons[0]}); use more "
            "patients or a simpler model"
        )
    nothing = np.full(len(names), np.nan)
    pairs = [(nothing, nothing) if isinstance(part, str) else part for part in found]
    training, test = (np.array([pair[k] for pair in pairs]) for k in (0, 1))
    figures = {
        name: _correct(float(apparent[name]), (training[:, k], test[:, k]), resampling, level)
        for k, name in enumerate(names)
    }
    return Validation(figures, training, test, len(reasons))


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
    optimism = means[0] - means[1]
    if resampling.kind == "0.632":
        optimism = LEFT_OUT * (apparent - means[1])
    elif resampling.kind == "bootstrap" and np.ptp(training) > FIXED:
        reach = find_z(level) * float(np.std(training, ddof=1))
        seen = Estimate(apparent, apparent - reach, apparent + reach, level, "bootstrap")
        corrected = correct_estimate(seen, training - test)
        return ValidatedFigure(apparent, *means, optimism, corrected, len(training))
    nothing = Estimate(apparent - optimism, np.nan, np.nan, level, resampling.kind)
    return ValidatedFigure(apparent, *means, optimism, nothing, len(training))

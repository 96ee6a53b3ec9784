"""Fairness: is the score as good for everyone? The same figures in each part of the patients."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc

from jalon.core import Integers, SurvivalData, UnsuitableDataError
from jalon.stats import ModelTest
from jalon.validate.merit import MERITS, Aim, MeritName, Merits, measure_merits
from jalon.validate.predicted import Predicted

MISSING = "not known"

MOST_LEVELS = 50


@dataclass(frozen=True, slots=True, eq=False)
class Subgroups:
    """Figures of merit by the levels of one label.

    Attributes:
        levels: figures by level, in order; those without a label last, as
            "not known".
        tests: Cochran's test, for each figure that two levels or more can give, that it is the same
            in all of them.
        small: levels with too few events to be judged; they have their numbers only.
        notes: what could not be computed, and why.
    """

    levels: dict[str, Merits]
    tests: dict[MeritName, ModelTest]
    small: tuple[str, ...]
    notes: tuple[str, ...]


def compare_subgroups(
    predicted: Predicted,
    data: SurvivalData,
    label: npt.ArrayLike,
    aim: Aim,
    least_events: int = 10,
    order: Sequence[str] | None = None,
) -> Subgroups:
    """Judge a prediction in each part of the patients, and ask whether the parts differ.

    A figure may differ because a part is more alike within, such as C among the young alone; look
    first at observed over expected.

    Args:
        predicted: what is predicted for the patients.
        data: outcomes of the same patients, without late entry or weights.
        label: shape (n,), such as sex, age band, product or histology; None, NaN or an empty text
            where not known, which is a level of its own.
        aim: the time, cause and coverage that parts are judged by.
        least_events: parts with fewer events are counted but not judged.
        order: the levels in the order in which they are to be listed; None for numbers rising and
            texts by the alphabet.

    Returns:
        C, AUC, slope, observed over expected and prediction accuracy of each part, and tests
        that they are the same.

    Raises:
        UnsuitableDataError: not one label per patient, a label with one level, or with more than
            50.

    Reference:
        Cochran WG (1954), doi:10.2307/3001666, for the test; Collins GS and others (2024),
        doi:10.1136/bmj-2023-078378 (TRIPOD+AI), items 14 and 24, for why.

    Example:
        >>> rng = np.random.default_rng(1)
        >>> score, sex = rng.normal(size=400), np.tile(["man", "woman"], 200)
        >>> data = SurvivalData(rng.exponential(np.exp(-score)), np.ones(400))
        >>> found = compare_subgroups(Predicted(score), data, sex, Aim(1.0))
        >>> list(found.levels), found.tests["concordance"].df
        (['man', 'woman'], 1)
    """
    predicted.require(len(data))
    names, codes = _read_labels(label, len(data), order)
    levels: dict[str, Merits] = {}
    small = []
    for code, name in enumerate(names):
        rows = np.flatnonzero(codes == code)
        part = data.take(rows)
        events = int(np.sum(part.event == aim.cause))
        if events < least_events:
            small.append(name)
            levels[name] = Merits(len(part), events, {}, (f"{events} events are too few",))
        else:
            levels[name] = measure_merits(predicted.take(rows), part, aim)
    notes = tuple(f"{name}: {text}" for name, one in levels.items() for text in one.notes)
    return Subgroups(levels, _test(levels), tuple(small), notes)


def _test(levels: dict[str, Merits]) -> dict[MeritName, ModelTest]:
    """Weigh the squared distances from the common figure, on its own scale."""
    tests: dict[MeritName, ModelTest] = {}
    for name in MERITS:
        parts = [one.figures[name] for one in levels.values() if name in one.figures]
        if len(parts) < 2:
            continue
        effect = np.array([part.effect for part in parts])
        weight = np.array([part.std_error for part in parts]) ** -2.0
        q = float(weight @ (effect - weight @ effect / weight.sum()) ** 2)
        df = len(parts) - 1
        tests[name] = ModelTest(q, df, float(chdtrc(df, q)))
    return tests


def _read_labels(
    label: npt.ArrayLike, n: int, order: Sequence[str] | None
) -> tuple[list[str], Integers]:
    values = np.asarray(label, dtype=object)
    if values.shape != (n,):
        raise UnsuitableDataError(
            f"labels of shape {values.shape} for {n} patients; give one label per patient"
        )
    known = [not (one is None or one != one or one == "") for one in values.tolist()]  # noqa: PLR0124
    present = {_write(one) for one, there in zip(values, known, strict=True) if there}
    first = [name for name in order or () if name in present]
    seen = [*first, *sorted(present - set(first), key=_place)]
    names = [*seen, MISSING] if not all(known) else seen
    if not 2 <= len(names) <= MOST_LEVELS:
        raise UnsuitableDataError(
            f"the label has {len(names)} levels; give one with 2 to {MOST_LEVELS}, numbers as bands"
        )
    place = {name: k for k, name in enumerate(names)}
    codes = [
        place[_write(one) if there else MISSING] for one, there in zip(values, known, strict=True)
    ]
    return names, np.array(codes, dtype=np.int64)


def _write(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _place(name: str) -> tuple[float, str]:
    try:
        return float(name), name
    except ValueError:
        return math.inf, name

"""The score of jalon, by its defaults, and what its parts are worth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from benchmarks.generalisation.measures import Prediction
from benchmarks.generalisation.splits import Split
from jalon.learn import Candidate, SearchSettings, Terms, build_terms, refit_score


def jalon(split: Split) -> Prediction:
    """jalon's defaults: what they find before the proof, which seldom changes the points."""
    return _learn(split, SearchSettings())


def jalon_events(split: Split) -> Prediction:
    """The same without a teacher: the events themselves, at most two limits, a price of 2 each."""
    return _learn(split, SearchSettings(target="events", max_terms=2, price=2.0))


def _learn(split: Split, settings: SearchSettings) -> Prediction:
    points, terms, scale = _find(split, settings)
    seen = (split.test.x[:, terms.variable] > terms.cut).astype(np.float64)
    used = points != 0
    chosen = set(terms.variable[used].tolist())
    heights = [np.append(0.0, np.cumsum(points[terms.variable == v])) for v in chosen]
    return Prediction(
        scale * (points @ terms.bits),
        scale * (seen @ points),
        len(chosen),
        int(used.sum()),
        int(max((np.ptp(height) for height in heights), default=0.0)),
    )


def _find(split: Split, settings: SearchSettings) -> tuple[np.ndarray, Terms, float]:
    candidates = [
        Candidate(name, tuple(split.limit[split.variable == j]))
        for j, name in enumerate(split.names)
    ]
    columns = {name: split.train.x[:, j] for j, name in enumerate(split.names)}
    terms = build_terms(candidates, columns)
    limited = replace(settings, max_variables=split.variables)
    score = refit_score(terms, split.train.data, limited)
    return np.array(score.points, dtype=np.float64), terms, score.scale

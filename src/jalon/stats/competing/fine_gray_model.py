"""The log pseudo-likelihood of a Fine-Gray regression, for steady and for changing effects."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from jalon.core import Floats
from jalon.stats.competing.newton import Slopes
from jalon.stats.kernels.fine_gray import (
    FineGraySets,
    FineGraySums,
    evaluate_fine_gray,
    find_residuals,
)


class Parts(NamedTuple):
    """What the fit is reported from.

    Attributes:
        hazard: shape (m,), steps of the baseline hazard.
        mean: shape (m, p), mean covariates of those at risk at each time.
        dead: shape (m, p), sums of the covariates of those who have the event.
        residuals: shape (n, p), each patient's part of the score, the censoring known.
        moved: shape (n, p), q(t) at the time of each censored patient.
    """

    hazard: Floats
    mean: Floats
    dead: Floats
    residuals: Floats
    moved: Floats


class FineGrayModel(Protocol):
    """What Newton's method and the report need of a model."""

    def evaluate(self, beta: Floats) -> Slopes:
        """Return value and derivatives at some coefficients."""

    def take_apart(self, beta: Floats) -> Parts:
        """Return the parts at the coefficients that were evaluated last."""


class SteadyModel:
    """Every covariate multiplies the hazard by the same factor at all times."""

    def __init__(self, sets: FineGraySets) -> None:
        m, p = len(sets.deaths), sets.x.shape[1]
        self._sets = sets
        self._sums = FineGraySums(np.empty(m), np.empty((m, p)), np.empty(p), np.empty((p, p)))
        self._top = 0.0

    def evaluate(self, beta: Floats) -> Slopes:
        """Return value and derivatives, in arrays that the next call overwrites."""
        value, self._top = evaluate_fine_gray(self._sets, beta, self._sums)
        return Slopes(value, self._sums.gradient, self._sums.information)

    def take_apart(self, beta: Floats) -> Parts:
        """Return the parts at the coefficients that were evaluated last."""
        residuals, moved = find_residuals(self._sets, beta, self._sums)
        dead = _sum_dead(self._sets, self._sets.x)
        hazard = self._sums.hazard * np.exp(-self._top)
        return Parts(hazard, self._sums.mean, dead, residuals, moved)


class RiskSet(NamedTuple):
    """Everyone at one time of an event.

    Attributes:
        u: rank of the time.
        x: shape (n, p), covariates as they act at that time.
        part: shape (n,), weighted relative hazards, 0 for those not at risk.
        eta: shape (n,), linear predictors less ``top``.
        top: the largest linear predictor.
    """

    u: int
    x: Floats
    part: Floats
    eta: Floats
    top: float


class ChangingModel:
    """Some covariates are multiplied by functions of time: each event needs its own sums.

    Time grows as patients times distinct times of an event, as in ``cmprsk::crr``; memory does
    not.
    """

    def __init__(self, sets: FineGraySets, factor: Floats) -> None:
        self._sets, self._factor = sets, factor

    def evaluate(self, beta: Floats) -> Slopes:
        """Return value and derivatives."""
        sets, p = self._sets, self._sets.x.shape[1]
        value, gradient, information = 0.0, np.zeros(p), np.zeros((p, p))
        for risk in self._risk_sets(beta):
            deaths, size = sets.deaths[risk.u], risk.part.sum()
            mean = risk.part @ risk.x / size
            second = (risk.x.T * risk.part) @ risk.x / size
            dead = self._dead(risk.u)
            value += sets.weight[dead] @ risk.eta[dead] - deaths * np.log(size)
            gradient += sets.weight[dead] @ risk.x[dead] - deaths * mean
            information += deaths * (second - np.outer(mean, mean))
        return Slopes(float(value), gradient, information)

    def take_apart(self, beta: Floats) -> Parts:
        """Return the parts at some coefficients."""
        sets, (n, p), m = self._sets, self._sets.x.shape, len(self._sets.deaths)
        parts = Parts(*(np.zeros(shape) for shape in (m, (m, p), (m, p), (n, p), (n, p))))
        for risk in self._risk_sets(beta):
            u, dead, size = risk.u, self._dead(risk.u), risk.part.sum()
            mean = risk.part @ risk.x / size
            scale = sets.deaths[u] / size
            parts.hazard[u], parts.mean[u] = scale * np.exp(-risk.top), mean
            parts.dead[u] = sets.weight[dead] @ risk.x[dead]
            excess = (risk.x - mean) * (risk.part * scale)[:, np.newaxis]
            parts.residuals[:] -= excess / sets.weight[:, np.newaxis]
            parts.residuals[dead] += risk.x[dead] - mean
            parts.moved[:] += self._move(u, excess)
        return parts

    def _risk_sets(self, beta: Floats) -> Iterator[RiskSet]:
        sets, steady = self._sets, self._sets.x.shape[1] - self._factor.shape[1]
        for u in range(len(sets.deaths)):
            x = sets.x.copy()
            x[:, steady:] *= self._factor[u]
            share = np.where(sets.kind == 2, sets.free[sets.group, u] / sets.own_free, 0.0)
            share[sets.upto > u] = 1.0
            eta = x @ beta
            top = float(eta.max())
            eta -= top
            yield RiskSet(u, x, sets.weight * share * np.exp(eta), eta, top)

    def _move(self, u: int, excess: Floats) -> Floats:
        """A censoring until time u moves the weights of its group's earlier competing events."""
        sets, moved = self._sets, np.zeros(excess.shape)
        for code in range(len(sets.free)):
            rows = np.flatnonzero(sets.group == code)
            own = excess[rows] * ((sets.kind[rows] == 2) * sets.share[code, u])[:, np.newaxis]
            past = np.vstack([np.zeros(own.shape[1]), np.cumsum(own, axis=0)])
            earlier = np.searchsorted(sets.place[rows], sets.place[rows], side="left")
            before = (sets.kind[rows] == 0) & (sets.since[rows] <= u)
            moved[rows[before]] = past[earlier[before]]
        return moved

    def _dead(self, u: int) -> npt.NDArray[np.intp]:
        return np.flatnonzero((self._sets.kind == 1) & (self._sets.upto == u + 1))


def _sum_dead(sets: FineGraySets, x: Floats) -> Floats:
    own = sets.kind == 1
    first = np.searchsorted(sets.upto[own], np.arange(1, len(sets.deaths) + 1))
    total: Floats = np.add.reduceat(x[own] * sets.weight[own, np.newaxis], first, axis=0)
    return total

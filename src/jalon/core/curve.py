"""A step curve over time with its interval and its numbers at risk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from jalon.core.survival_data import Floats

CurveKind = Literal["survival", "incidence", "hazard"]


@dataclass(frozen=True, slots=True, eq=False)
class Curve:
    """A step curve that keeps the counts it was made from.

    Every distinct time of the data is a row, events and censorings alike, so that the
    figure's at-risk row comes from the same record as its steps.

    Attributes:
        time: shape (m,), distinct times, ascending.
        value: shape (m,), height just after each time.
        low: shape (m,), lower limit, NaN where it does not exist.
        high: shape (m,), upper limit, NaN where it does not exist.
        std_error: shape (m,), standard error of ``value``.
        at_risk: shape (m,), (weighted) number under observation just before each time.
        events: shape (m,), (weighted) events of the curve's own cause at each time.
        censored: shape (m,), (weighted) number censored at each time.
        kind: "survival" starts at 1 and falls; "incidence" and "hazard" start at 0 and rise.
        level: coverage of the interval, 0 to 1.
        method: name of the interval ("log", "log-log", "plain", "logit", "arcsine").
    """

    time: Floats
    value: Floats
    low: Floats
    high: Floats
    std_error: Floats
    at_risk: Floats
    events: Floats
    censored: Floats
    kind: CurveKind = "survival"
    level: float = 0.95
    method: str = "log"

    @property
    def start(self) -> float:
        """Height before the first time: 1 for survival, 0 otherwise."""
        return 1.0 if self.kind == "survival" else 0.0

    def rows_at(self, times: npt.ArrayLike) -> npt.NDArray[np.intp]:
        """Return, for each of ``times``, the row whose step holds then; -1 before the first."""
        return np.searchsorted(self.time, np.asarray(times, dtype=np.float64), side="right") - 1

    def at_risk_at(self, times: npt.ArrayLike) -> Floats:
        """Return the number still under observation just before each of ``times``.

        Exact without left truncation; with it, the count of the next row.
        """
        row = np.searchsorted(self.time, np.asarray(times, dtype=np.float64), side="left")
        return np.append(self.at_risk, 0.0)[row]

"""What a score or a model says of patients: enough to judge it, whatever it is made of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, Integers, UnsuitableDataError


@dataclass(frozen=True, slots=True, eq=False)
class Predicted:
    """What is predicted for n patients.

    Attributes:
        score: shape (n,), any number that ranks them, higher for an earlier event.
        risk: shape (n,), predicted probability of the event by the time of interest; shape (n, m)
            for m times; None where the score gives none.
        log_hazard: shape (n,), the score as a log hazard, for the calibration slope; None to use
            log(-log(1 - risk)) where there is a risk.
    """

    score: Floats
    risk: Floats | None = None
    log_hazard: Floats | None = None

    def take(self, rows: Integers | npt.NDArray[np.bool_]) -> Predicted:
        """Return what is predicted for the patients at ``rows``."""
        risk, hazard = self.risk, self.log_hazard
        return Predicted(
            self.score[rows],
            None if risk is None else risk[rows],
            None if hazard is None else hazard[rows],
        )

    def at(self, place: int) -> Floats | None:
        """Return the risks by the time at a place of those predicted for."""
        if self.risk is None or self.risk.ndim == 1:
            return self.risk
        return np.ascontiguousarray(self.risk[:, place])

    def require(self, n: int) -> None:
        """Refuse predictions that are not for n patients."""
        sizes = {len(part) for part in (self.score, self.risk, self.log_hazard) if part is not None}
        if sizes != {n}:
            raise UnsuitableDataError(
                f"predictions for {', '.join(map(str, sorted(sizes)))} patients beside outcomes of "
                f"{n}; give one of each per patient"
            )

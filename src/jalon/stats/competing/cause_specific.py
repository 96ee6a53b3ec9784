"""Cause-specific Cox regression: one hazard for each cause, the others ending observation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import SurvivalData, UnsuitableDataError
from jalon.stats.regression.cox import fit_cox
from jalon.stats.regression.cox_fit import CoxFit, Ties


@dataclass(frozen=True, slots=True, eq=False)
class CauseSpecificFit:
    """A Cox regression of each cause of event.

    Attributes:
        causes: the event codes, ascending.
        fits: one regression per cause, in the same order.
    """

    causes: tuple[int, ...]
    fits: tuple[CoxFit, ...]

    def of_cause(self, cause: int) -> CoxFit:
        """Return the regression of one cause.

        Args:
            cause: its event code.

        Returns:
            The fit.

        Raises:
            UnsuitableDataError: no such cause was fitted.
        """
        if cause not in self.causes:
            raise UnsuitableDataError(
                f"cause {cause} was not fitted; choose among {list(self.causes)}"
            )
        return self.fits[self.causes.index(cause)]


def fit_cause_specific(
    x: npt.ArrayLike | Mapping[int, npt.ArrayLike],
    data: SurvivalData,
    ties: Ties = "efron",
    level: float = 0.95,
    names: Sequence[str] | Mapping[int, Sequence[str]] | None = None,
) -> CauseSpecificFit:
    """Estimate by how much each covariate multiplies the rate of each cause of event.

    The hazard ratio of a cause is about its rate among those still free of any event; to say
    how many ever have it, take all causes together by ``predict_incidence``.

    Args:
        x: shape (n, p), covariates, one row per patient, the same for every cause; or one such
            table for each event code that occurs.
        data: outcomes of the same patients; everything that ``fit_cox`` honours is honoured.
        ties: how patients with an event on the same day are treated, as in ``fit_cox``.
        level: coverage of the intervals, 0 to 1.
        names: the columns in words; for each event code when ``x`` is.

    Returns:
        One Cox regression for each event code that occurs.

    Raises:
        UnsuitableDataError: no event, no table for an event code that occurs, or what
            ``fit_cox`` refuses; the message then begins with the cause.
        ConvergenceError: no maximum was found.

    Reference:
        Prentice et al. (1978), doi:10.2307/2530374, section 3.

    Example:
        >>> data = SurvivalData(time=[1, 2, 3, 4, 5, 6], event=[1, 2, 1, 2, 1, 2])
        >>> fit = fit_cause_specific([[1], [0], [0], [1], [1], [0]], data)
        >>> fit.causes, fit.of_cause(2).events
        ((1, 2), 3)
    """
    causes = tuple(int(code) for code in np.unique(data.event) if code > 0)
    if not causes:
        raise UnsuitableDataError(
            f"none of the {len(data)} patients has an event of any cause; choose another endpoint "
            "or wait for longer follow-up"
        )
    fits = []
    for cause in causes:
        table = find_table(x, cause)
        words = names.get(cause) if isinstance(names, Mapping) else names
        try:
            fits.append(fit_cox(table, data.cause(cause), ties, level, names=words))
        except UnsuitableDataError as error:
            raise UnsuitableDataError(f"cause {cause}: {error}") from error
    return CauseSpecificFit(causes, tuple(fits))


def find_table(x: npt.ArrayLike | Mapping[int, npt.ArrayLike], cause: int) -> npt.ArrayLike:
    """Return the covariates that belong to one cause.

    Args:
        x: one table for all causes, or one for each.
        cause: the event code.

    Returns:
        The table.

    Raises:
        UnsuitableDataError: no table for this cause.
    """
    if not isinstance(x, Mapping):
        return x
    if cause not in x:
        raise UnsuitableDataError(
            f"x has no covariates for cause {cause}; give a table for each cause, here for "
            f"{sorted(x)} and {cause}"
        )
    return x[cause]

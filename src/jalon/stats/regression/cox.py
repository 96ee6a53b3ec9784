"""Cox regression: how much each covariate multiplies the hazard."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, SurvivalData, UnsuitableDataError
from jalon.stats.arguments import require_choice
from jalon.stats.kernels.cox import CONVERGED
from jalon.stats.kernels.cox_sums import Sums, accumulate
from jalon.stats.regression.cox_climb import TIES, climb, explain, make_sums
from jalon.stats.regression.cox_fit import Baseline, CoxFit, Ties, report_cox
from jalon.stats.regression.cox_rows import read_rows
from jalon.stats.regression.design import measure_columns
from jalon.stats.regression.risk_sets import Timeline, arrange_risk_sets
from jalon.stats.team import gather_team


def fit_cox(
    x: npt.ArrayLike,
    data: SurvivalData,
    ties: Ties = "efron",
    level: float = 0.95,
    offset: npt.ArrayLike | None = None,
    names: Sequence[str] | None = None,
) -> CoxFit:
    """Estimate by how much each covariate multiplies the hazard, the others held equal.

    Strata have their own baseline hazard, weights count a patient several times (the
    standard errors take them as repeated patients), and patients with an entry time are at
    risk only after it. Patients of weight 0 are left out.

    Args:
        x: shape (n, p), covariates, one row per patient, no missing value.
        data: outcomes of the same patients, with one cause of event.
        ties: "efron" lets patients who die on the same day leave the risk set one after the
            other, "breslow" keeps all of them in it, "exact" asks which of all groups of as
            many patients would die (for times that are really discrete; no weights).
        level: coverage of the intervals, 0 to 1.
        offset: shape (n,), a known part of the log hazard, such as an earlier model's.
        names: shape (p,), the columns in words, for messages and tables.

    Returns:
        Coefficients, hazard ratios with intervals, tests and baseline hazard.

    Raises:
        UnsuitableDataError: no event, several causes, a missing value, a column that is
            constant, a combination of the others, or that separates those who have the event;
            weights with exact ties.
        ConvergenceError: no maximum was found.

    Reference:
        Cox DR (1972), doi:10.1111/j.2517-6161.1972.tb00899.x, equation 12; for ties
        Breslow N (1974), doi:10.2307/2529620, and Efron B (1977),
        doi:10.1080/01621459.1977.10480613, as in Therneau T, Grambsch P (2000),
        doi:10.1007/978-1-4757-3294-8, section 3.3; exact by the recursion of Gail MH, Lubin JH,
        Rubinstein LV (1981), doi:10.1093/biomet/68.3.703.

    Example:
        >>> data = SurvivalData(time=[1, 1, 6, 6, 8, 9], event=[1, 0, 1, 1, 0, 1])
        >>> fit = fit_cox([[1], [1], [1], [0], [0], [0]], data, ties="breslow")
        >>> round(fit.hazard_ratios[0].value, 4)
        4.3723
    """
    require_choice(ties, "ties", Ties)
    rows, words = read_rows(x, data, offset, names)
    if ties == "exact" and np.any(rows.weight != 1):
        raise UnsuitableDataError(
            'exact ties do not take case weights; use ties="efron" or "breslow"'
        )
    with gather_team(rows.x.size) as team:
        columns = measure_columns(rows.x, words, rows.data.weight, team)
        timeline = arrange_risk_sets(rows.x, rows.data, rows.offset, columns, team)
        sums = make_sums(timeline.sets, TIES[ties])
        found = climb(timeline.sets, TIES[ties], sums, team)
    if found.outcome != CONVERGED:
        explain(found, timeline.sets.x, words)
    return report_cox(
        found,
        sums.information,
        (columns.mean, columns.scale, words),
        (len(rows.data), int(timeline.sets.deaths.sum()), ties, level),
        (_accumulate(sums, found.top, columns.scale, timeline), rows),
    )


def _accumulate(sums: Sums, top: float, scale: Floats, timeline: Timeline) -> Baseline:
    """Sum the hazard over time, afresh in each stratum."""
    accumulate(sums, timeline.sets.opening, np.exp(-top), scale)
    hazard, variance = sums.steps[0].copy(), sums.steps[2].copy()
    return Baseline(timeline.time, timeline.stratum, hazard, variance, sums.drift)

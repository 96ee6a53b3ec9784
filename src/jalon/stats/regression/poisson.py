"""Poisson regression: how much each covariate multiplies a rate of events."""

from __future__ import annotations

from collections.abc import Sequence

import numpy.typing as npt

from jalon.stats.regression.glm import fit_glm
from jalon.stats.regression.glm_family import POISSON, check_count
from jalon.stats.regression.glm_fit import GlmFit
from jalon.stats.regression.glm_rows import read_rows


def fit_poisson(
    x: npt.ArrayLike | None,
    y: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    offset: npt.ArrayLike | None = None,
    level: float = 0.95,
    names: Sequence[str] | None = None,
) -> GlmFit:
    """Estimate by how much each covariate multiplies the rate of events, others held equal.

    With an outcome of 0 or 1 the ratios are relative risks; their standard errors must then be
    those of ``robust_covariance`` (modified Poisson regression).

    Args:
        x: shape (n, p), covariates, one row per patient, without intercept and without missing
            values; None for the intercept alone.
        y: shape (n,), number of events, whole and >= 0.
        weight: shape (n,), case weights, >= 0; None for one each.
        offset: shape (n,), log of the time under observation; None when it is the same for all.
        level: coverage of the intervals, 0 to 1.
        names: shape (p,), the columns in words, for messages and tables.

    Returns:
        Coefficients, rate ratios with Wald intervals, tests, criteria and expected counts.

    Raises:
        UnsuitableDataError: no event, a missing value, a column that is constant, a combination
            of the others, or under which no event happens.
        ConvergenceError: no maximum was found.

    Reference:
        McCullagh P, Nelder JA (1989), Generalized Linear Models, 2nd edition,
        doi:10.1201/9780203753736, sections 2.5 and 6.2; for relative risks Zou G (2004),
        doi:10.1093/aje/kwh090.

    Example:
        Six events in 100 patient-years against two in 50.

        >>> from math import log
        >>> fit = fit_poisson([[1], [0]], [6, 2], offset=[log(100), log(50)])
        >>> round(fit.ratios[1].value, 6)
        1.5
    """
    rows = read_rows(x, y, weight, offset, names)
    check_count(rows.y)
    return fit_glm(POISSON, rows, level)

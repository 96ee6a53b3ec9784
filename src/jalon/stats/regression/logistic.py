"""Logistic regression: how much each covariate multiplies the odds of an outcome."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, UnsuitableDataError
from jalon.stats.arguments import read_floats
from jalon.stats.regression.design import read_new_patients
from jalon.stats.regression.glm import fit_glm
from jalon.stats.regression.glm_family import LOGISTIC, POISSON, check_binary
from jalon.stats.regression.glm_fit import GlmFit
from jalon.stats.regression.glm_rows import add_columns, read_rows


def fit_logistic(
    x: npt.ArrayLike | None,
    y: npt.ArrayLike,
    weight: npt.ArrayLike | None = None,
    offset: npt.ArrayLike | None = None,
    level: float = 0.95,
    names: Sequence[str] | None = None,
) -> GlmFit:
    """Estimate by how much each covariate multiplies the odds of an outcome, others held equal.

    An intercept is added as first coefficient. Weights count a patient several times (the
    standard errors take them as repeated patients; ``robust_covariance`` does not). Patients
    of weight 0 are left out.

    Args:
        x: shape (n, p), covariates, one row per patient, without intercept and without missing
            values; None for the intercept alone.
        y: shape (n,), outcome, 0 no or 1 yes.
        weight: shape (n,), case weights, >= 0; None for one each.
        offset: shape (n,), a known part of the log odds, such as an earlier model's.
        level: coverage of the intervals, 0 to 1.
        names: shape (p,), the columns in words, for messages and tables.

    Returns:
        Coefficients, odds ratios with Wald intervals, tests, criteria and fitted probabilities.
        ``profile_intervals`` gives intervals that hold better in small samples.

    Raises:
        UnsuitableDataError: everyone or nobody has the outcome, a missing value, a column that
            is constant, a combination of the others, or that separates the outcomes.
        ConvergenceError: no maximum was found.

    Reference:
        McCullagh P, Nelder JA (1989), Generalized Linear Models, 2nd edition,
        doi:10.1201/9780203753736, sections 2.5 and 4.4.

    Example:
        Of 10 treated patients 6 respond, of 10 others 2; the odds ratio is (6/4) / (2/8).

        >>> fit = fit_logistic([[1], [1], [0], [0]], [1, 0, 1, 0], weight=[6, 4, 2, 8])
        >>> round(fit.ratios[1].value, 6)
        6.0
    """
    rows = read_rows(x, y, weight, offset, names)
    check_binary(rows.y)
    return fit_glm(LOGISTIC, rows, level)


def predict_outcome(
    fit: GlmFit, x: npt.ArrayLike | None, offset: npt.ArrayLike | None = None
) -> Floats:
    """Predict the probability of the outcome (logistic) or the count (Poisson) of new patients.

    Args:
        fit: a logistic or Poisson fit.
        x: shape (m, p), covariates in the order of the fit, without intercept; None when the
            fit has none.
        offset: shape (m,), known part of the linear predictor, when the fit had one.

    Returns:
        Shape (m,), probabilities or expected counts.

    Raises:
        UnsuitableDataError: another number of columns.

    Example:
        >>> fit = fit_logistic([[1], [1], [0], [0]], [1, 0, 1, 0], weight=[6, 4, 2, 8])
        >>> predict_outcome(fit, [[1], [0]]).round(3).tolist()
        [0.6, 0.2]
    """
    family = LOGISTIC if fit.family == "logistic" else POISSON
    known = np.zeros(1) if offset is None else read_floats(offset, "offset")
    if x is None:
        if len(fit.names) > 1:
            raise UnsuitableDataError(
                f"x is missing; give the {len(fit.names) - 1} covariates of the fit"
            )
        return family.mean(fit.coefficients[0] + known)
    table = read_new_patients(x, fit.names[1:])
    # The same sum as for the patients of the fit, so that equal patients have equal predictions.
    full = np.column_stack([np.ones(len(table)), table])
    return family.mean(add_columns(full, fit.coefficients) + known)

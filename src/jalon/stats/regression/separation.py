"""Separation: covariates that tell the outcomes apart without error."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linprog

from jalon.core import Floats, UnsuitableDataError
from jalon.stats.regression.glm_family import Family, FamilyName
from jalon.stats.regression.glm_rows import GlmData

ROOM = 1e-6
"""A direction that separates by less than this share of the spread is rounding."""


def refuse_separation(family: Family, data: GlmData) -> None:
    """Refuse covariates of which a combination separates the outcomes.

    Args:
        family: distribution of the outcome.
        data: rows with weight above 0.

    Raises:
        UnsuitableDataError: naming the covariate that weighs most in the combination.
    """
    direction = find_separation(family.name, data)
    if direction is None:
        return
    worst = data.names[1 + int(np.argmax(np.abs(direction[1:])))]
    remedy = ", or penalise the fit with fit_firth_logistic" if family.name == "logistic" else ""
    raise UnsuitableDataError(
        f"{worst} separates the patients who have the outcome from those who do not (alone or "
        f"with other columns): its {family.ratio} is infinite or zero. Leave it out, merge it with "
        f"another category{remedy}"
    )


def find_separation(family: FamilyName, data: GlmData) -> Floats | None:
    """Look for a combination of covariates along which the likelihood never falls.

    Args:
        family: "logistic" or "poisson".
        data: rows with weight above 0.

    Returns:
        Shape (p,), the combination for covariates scaled to spread 1, or None.

    Reference:
        Konis K (2007), Linear programming algorithms for detecting separated data in binary
        logistic regression models, thesis, University of Oxford, section 3.3; Albert A,
        Anderson JA (1984), doi:10.1093/biomet/71.1.1, for the definition.
    """
    x = data.x.copy()
    x[:, 1:] -= x[:, 1:].mean(axis=0)
    x[:, 1:] /= x[:, 1:].std(axis=0)
    has = data.y > 0
    # Patients with the outcome must lie on one side, those without on the other.
    signed = np.where(has, 1.0, -1.0)[:, None] * x
    equal = None
    if family == "poisson":
        # A count above 0 falls as well as rises, so there the combination must stand still.
        equal, signed = x[has], -x[~has]
    if len(signed) == 0:
        return None
    found = linprog(
        -signed.sum(axis=0),
        A_ub=-signed,
        b_ub=np.zeros(len(signed)),
        A_eq=equal,
        b_eq=None if equal is None else np.zeros(len(equal)),
        bounds=(-1, 1),
        method="highs",
    )
    if not found.success or -found.fun <= ROOM * np.sqrt(len(x)):
        return None
    direction: Floats = np.asarray(found.x)
    return direction

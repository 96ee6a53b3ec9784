"""What the compiled search stands on: sorted rows, risk sets, penalties and rules."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, Integers

Bits = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]


class Ground(NamedTuple):
    """The loss of any linear predictor: sum of deaths x log(risk set) less ``linear @ beta``.

    Rows are sorted by stratum, then by falling time, so that a risk set is a run of rows. A
    patient who enters late has a second row that takes him out again, of negative weight. A
    patient who had a competing event stays in the later risk sets with a falling weight
    (Fine-Gray): ``tail`` times ``fading`` of the risk set.

    Attributes:
        rows: shape (m, p), terms, one row per patient.
        terms: shape (p, m), the same, one row per term.
        weight: shape (m,), weight within the risk sets that hold the row.
        tail: shape (m,), weight in the risk sets after the row's own time; empty without any.
        first: shape (s,), first row of the stratum of each risk set.
        last: shape (s,), end (exclusive) of each risk set.
        finish: shape (s,), end (exclusive) of its stratum.
        deaths: shape (s,), weight of the events of each risk set.
        fading: shape (s,), factor of ``tail``; empty without any.
        linear: shape (p,), sum of the terms over the events.
        ridge: shape (p,), precision of the penalty of each coefficient.
        centre: shape (p,), where each coefficient is shrunk to.
    """

    rows: Bits
    terms: Bits
    weight: Floats
    tail: Floats
    first: Integers
    last: Integers
    finish: Integers
    deaths: Floats
    fading: Floats
    linear: Floats
    ridge: Floats
    centre: Floats


class Rules(NamedTuple):
    """What a score may look like, as arrays.

    Attributes:
        variable: shape (p,), variable of each term; terms of a variable stand in rising order.
        sign: shape (p,), 1 only positive points, -1 only negative, 0 either.
        max_variables: most variables.
        max_terms: most terms of a variable.
        max_points: largest number of points of a term.
        max_total: largest range of the total.
        price: cost of a term, in log-likelihood units.
        charge: shape (v,), cost of a variable, in log-likelihood units.
        outlay: shape (v,), what measuring a variable takes from the budget.
        budget: the most that all variables together may take.
        required: shape (v,), variables that must be in.
        clash: shape (v, v), pairs that may not both be in.
        rising: shape (v,), all steps of the variable have one sign.
        even: shape (v,), all steps of the variable are equal.
    """

    variable: Integers
    sign: Integers
    max_variables: int
    max_terms: int
    max_points: int
    max_total: int
    price: float
    charge: Floats
    outlay: Floats
    budget: float
    required: Flags
    clash: Flags
    rising: Flags
    even: Flags

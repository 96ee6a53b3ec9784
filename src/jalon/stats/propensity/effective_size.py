"""How many equally weighted patients a weighted sample is worth."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from jalon.core import UnsuitableDataError
from jalon.stats.arguments import read_floats


def effective_size(weight: npt.ArrayLike) -> float:
    """Return how many patients of equal weight would give about as precise an answer.

    Args:
        weight: shape (n,), weights >= 0, not all 0.

    Returns:
        Between 1 and the number of patients with a weight.

    Raises:
        UnsuitableDataError: weights that are missing, infinite, negative or all 0.

    Reference:
        Kish L (1965), Survey Sampling, section 11.7; McCaffrey, Ridgeway, Morral (2004),
        doi:10.1037/1082-989X.9.4.403, p. 411.

    Example:
        >>> effective_size([1, 1, 2])
        2.6666666666666665
    """
    values = read_floats(weight, "weight")
    largest = values.max(initial=0.0)
    if not (np.all(values >= 0) and 0 < largest < np.inf):
        raise UnsuitableDataError("weights must be finite, >= 0 and not all 0")
    # Divided by the largest first, so that squares of huge or tiny weights are exact.
    values = values / largest
    return float(values.sum() ** 2 / np.sum(values**2))

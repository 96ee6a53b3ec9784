"""All tables with given margins, added up without writing them down one by one."""

from __future__ import annotations

import numpy as np
from scipy.special import gammaln

from jalon.core import Integers, UnsuitableDataError
from jalon.stats.kernels.exact_table import add_column, settle

MOST_STATES = 2_000_000
"""Distinct unfinished tables that are kept at a time, before a table is called too large."""

TIE = 1e-7
"""Logarithms of probabilities closer than this count as equal, as in R's network algorithm."""


def sum_less_probable(counts: Integers) -> float:
    """Return the probability of all tables no more probable than the one seen.

    Tables are built column by column. Unfinished tables whose rows have the same numbers left,
    in any order, and whose probability is the same so far, continue as one; those which are
    bound to end less probable than the table seen are not continued at all.

    Args:
        counts: shape (rows, columns), the table seen, whole numbers.

    Returns:
        The two-sided p-value of Fisher's exact test.

    Raises:
        UnsuitableDataError: a table too large for this.

    Reference:
        Mehta and Patel (1983), doi:10.2307/2288652, section 3.

    Example:
        >>> round(sum_less_probable(np.array([[3, 1], [1, 3]])), 12) == round(17 / 35, 12)
        True
    """
    table = counts if counts.shape[0] <= counts.shape[1] else counts.T
    table = table[table.sum(1) > 0][:, table.sum(0) > 0]
    if min(table.shape) < 2:
        return 1.0
    rows, columns = np.sort(table.sum(1))[::-1].copy(), np.sort(table.sum(0))[::-1].copy()
    if len(rows) * np.log2(rows[0] + 1) > 62:
        raise _too_large()
    log_factorial = gammaln(np.arange(table.sum() + 1) + 1.0)
    limit = -float(log_factorial[table].sum()) + TIE
    left, log_path, paths = rows[np.newaxis], np.zeros(1), np.ones(1)
    constant = log_factorial[rows].sum() + log_factorial[columns].sum() - log_factorial[-1]
    tail = 0.0
    for stage in range(len(columns) - 2):
        left, log_path, paths, part, full = add_column(
            (left, log_path, paths), columns[stage:], log_factorial, (limit, constant), MOST_STATES
        )
        if full:
            raise _too_large()
        tail += part
    part, full = settle((left, log_path, paths), columns[-2], log_factorial, (limit, constant))
    if full:
        raise _too_large()
    return min(1.0, tail + part)


def _too_large() -> UnsuitableDataError:
    return UnsuitableDataError(
        "the table has too many patients or cells for Fisher's exact test; use simulate_fisher, "
        "or chi_square_test when expected counts are at least 5"
    )

"""Columns that belong together, such as the indicators of one factor."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from jalon.core import Integers, UnsuitableDataError


def group_columns(names: tuple[str, ...], terms: Sequence[str] | None) -> dict[str, Integers]:
    """Give the columns of each term, in the order in which the terms first appear.

    Args:
        names: shape (p,), names of the columns.
        terms: shape (p,), the term that each column belongs to; None for one term per column.

    Returns:
        Place of the columns by term.

    Raises:
        UnsuitableDataError: not one term per column.

    Example:
        >>> grouped = group_columns(("age", "small cell", "large"), ("age", "cell", "cell"))
        >>> {term: columns.tolist() for term, columns in grouped.items()}
        {'age': [0], 'cell': [1, 2]}
    """
    labels = list(names if terms is None else terms)
    if len(labels) != len(names):
        raise UnsuitableDataError(
            f"{len(labels)} terms for {len(names)} columns; name the term of each column"
        )
    if terms is None and len(set(labels)) < len(labels):
        raise UnsuitableDataError("two columns have the same name; give each its own")
    return {
        term: np.array([place for place, label in enumerate(labels) if label == term])
        for term in dict.fromkeys(labels)
    }

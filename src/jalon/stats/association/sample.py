"""One group's values, or the values of several groups, checked before a test sees them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, UnsuitableDataError
from jalon.stats.arguments import read_floats
from jalon.stats.association.levels import Level, code_levels

LARGEST = 1e150


def read_sample(values: npt.ArrayLike, name: str, least: int = 1) -> Floats:
    """Return one group's values as numbers.

    Args:
        values: shape (n,), finite.
        name: what they are called in messages.
        least: how many values are needed.

    Returns:
        Shape (n,).

    Raises:
        UnsuitableDataError: missing or infinite values, or too few.
    """
    array = read_floats(values, name)
    if array.ndim != 1 or array.size < least:
        raise UnsuitableDataError(
            f"{name} has shape {array.shape}; give one value per patient, for at least {least}"
        )
    bad = int(np.count_nonzero(~np.isfinite(array)))
    if bad:
        raise UnsuitableDataError(
            f"{name} is missing or infinite for {bad} of {array.size} patients; leave them out"
        )
    if np.abs(array).max(initial=0.0) > LARGEST:
        raise UnsuitableDataError(
            f"{name} holds a value beyond {LARGEST:.0e}, whose square no number can hold; check "
            "it, or use another unit"
        )
    return array


def split_values(
    group: npt.ArrayLike, value: npt.ArrayLike, order: Sequence[Level] | None = None
) -> tuple[Floats, ...]:
    """Split a variable by group, ready for a test that takes one array per group.

    Args:
        group: shape (n,), the group of each patient: numbers, text or booleans.
        value: shape (n,), the variable, finite.
        order: the groups in their order; ascending when None.

    Returns:
        One array per group.

    Raises:
        UnsuitableDataError: missing values, another number of values than of groups, or a
            patient whose group is none of those given.

    Example:
        >>> young, old = split_values(["old", "young", "old"], [3, 1, 2], order=["young", "old"])
        >>> young.tolist(), old.tolist()
        ([1.0], [3.0, 2.0])
    """
    levels, code = code_levels(group, "group", order)
    numbers = read_sample(value, "value")
    if len(numbers) != len(code):
        raise UnsuitableDataError(
            f"value has {len(numbers)} values but group has {len(code)}; give one per patient"
        )
    return tuple(numbers[code == index] for index in range(len(levels)))


def read_samples(samples: Sequence[npt.ArrayLike], least: int = 1) -> tuple[Floats, ...]:
    """Return the values of two or more groups as numbers.

    Args:
        samples: one array per group.
        least: how many values each group needs.

    Returns:
        One array per group.

    Raises:
        UnsuitableDataError: fewer than two groups, missing or infinite values, too few.
    """
    if len(samples) < 2:
        raise UnsuitableDataError(f"{len(samples)} group(s) given; a comparison needs at least two")
    return tuple(
        read_sample(sample, f"group {index + 1}", least) for index, sample in enumerate(samples)
    )

"""What callers give: arrays of numbers and named options, or an error in words."""

from __future__ import annotations

from typing import get_args

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, UnsuitableDataError


def read_floats(values: npt.ArrayLike, name: str) -> Floats:
    """Read an array of numbers.

    Args:
        values: numbers, of any shape.
        name: what they are, for the message.

    Returns:
        The array, not copied when it is one of floats already.

    Raises:
        UnsuitableDataError: text or other things that are no numbers.

    Example:
        >>> read_floats([1, True], "risk").tolist()
        [1.0, 1.0]
    """
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError) as reason:
        raise UnsuitableDataError(
            f"{name} is not a table of numbers; turn text into numbers, a category into one "
            "column of 0 and 1 for each of its levels but one"
        ) from reason


def require_choice(value: object, name: str, choices: object) -> None:
    """Refuse an option that is not known, rather than to take it for another.

    Args:
        value: the option.
        name: name of the argument.
        choices: a ``Literal`` of the options there are.

    Raises:
        UnsuitableDataError: an unknown option.

    Example:
        >>> from typing import Literal
        >>> require_choice("plain", "interval", Literal["plain", "log"])
    """
    known = get_args(choices)
    if not any(value is choice or value == choice for choice in known):
        raise UnsuitableDataError(
            f"{name} {value!r} is not known; choose one of {', '.join(map(str, known))}"
        )

"""Which cause of event is meant."""

from __future__ import annotations

import operator

from jalon.core import UnsuitableDataError


def require_number(cause: int) -> None:
    """Refuse what is not the number of a cause.

    Args:
        cause: the event code, 1 or more.

    Raises:
        UnsuitableDataError: not a whole number, or below 1.
    """
    try:
        number = operator.index(cause)
    except TypeError as reason:
        raise UnsuitableDataError(
            f"cause is {cause!r}; give the whole number that codes it in event"
        ) from reason
    if number < 1:
        raise UnsuitableDataError(f"cause is {cause}; causes are numbered from 1, 0 is censored")

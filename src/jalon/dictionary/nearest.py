"""The name that a person probably meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def suggest(name: str, choices: Iterable[str]) -> str:
    """Return a hint naming the nearest choice, or nothing when none is near.

    Args:
        name: what was written.
        choices: what exists.

    Returns:
        A text to put right after the name, or the empty text.

    Example:
        >>> suggest("rotterdm.csv", ["gbsg.csv", "rotterdam.csv"])
        ' (did you mean rotterdam.csv?)'
        >>> suggest("x", ["age"])
        ''
    """
    by_lower = {choice.lower(): choice for choice in choices}
    near = get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    return f" (did you mean {by_lower[near[0]]}?)" if near else ""

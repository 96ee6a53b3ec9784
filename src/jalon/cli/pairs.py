"""Options of the command line that name something: ``crp=mg/L``."""

from __future__ import annotations

from jalon.core.errors import UserError


def read_pairs(texts: list[str] | None, option: str) -> dict[str, str]:
    """Read options such as ``crp=mg/L``.

    Args:
        texts: what was given.
        option: name of the option, for messages.

    Returns:
        What stands after the sign by what stands before it.

    Raises:
        UserError: a text without the sign.
    """
    pairs = {}
    for text in texts or ():
        name, sign, value = text.partition("=")
        if not (name and sign and value):
            raise UserError(f"{option} {text!r} is not name=value; for example {option} crp=mg/L")
        pairs[name.strip()] = value.strip()
    return pairs

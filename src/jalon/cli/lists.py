"""Options that hold several values between commas."""

from __future__ import annotations

from jalon.core import UserError


def split_list(text: str) -> tuple[str, ...]:
    """Split a text at its commas.

    Args:
        text: values between commas.

    Returns:
        The values that are not empty, without blanks around them.
    """
    return tuple(part.strip() for part in text.split(",") if part.strip())


def read_months(months: str, days: str) -> tuple[float, ...]:
    """Read the times at which risks are wanted.

    Args:
        months: numbers of months between commas, or "".
        days: numbers of days between commas, or "".

    Returns:
        Months, rising.

    Raises:
        UserError: both are given, or a value is no number above 0.
    """
    from jalon.core.units import DAYS_PER  # noqa: PLC0415

    if months and days:
        raise UserError("give --months or --days, not both")
    try:
        found = sorted({float(part) for part in split_list(months or days)})
    except ValueError:
        found = [-1.0]
    if not all(0 < one < 1e6 for one in found):
        word = "months" if months else "days"
        raise UserError(f"--{word} {months or days}: give numbers above 0, as 12,60")
    scale = 1 / DAYS_PER["months"] if days else 1.0
    return tuple(one * scale for one in found)

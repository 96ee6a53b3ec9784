"""Units of time. The data wing counts in days; array functions accept any one unit."""

from __future__ import annotations

from typing import Literal

TimeUnit = Literal["days", "weeks", "months", "years"]

DAYS_PER: dict[TimeUnit, float] = {
    "days": 1.0,
    "weeks": 7.0,
    "months": 365.25 / 12,
    "years": 365.25,
}
"""Days in one unit of time (the Julian year of 365.25 days, twelve equal months)."""

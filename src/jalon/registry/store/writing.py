"""One transaction in which something is written."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa


@dataclass(frozen=True, slots=True, eq=False)
class Writing:
    """A transaction that is kept as a whole or not at all.

    Attributes:
        connection: where it is written.
        by: who writes.
        at: when, ISO in UTC.
    """

    connection: sa.Connection
    by: str
    at: str

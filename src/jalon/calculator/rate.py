"""How many requests a client may send."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from fastapi import Request

from jalon.calculator.problem import Fault, Problem


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on what a client may send.

    Attributes:
        body: bytes of a request.
        batch: bytes of a request with many patients.
        patients: patients of such a request.
        per_second: requests of one client in the long run.
        burst: requests of one client at once.
        clients: clients that are remembered; those not seen for longest are forgotten.
    """

    body: int = 262_144
    batch: int = 2_097_152
    patients: int = 1000
    per_second: float = 500.0
    burst: float = 1000.0
    clients: int = 10_000


@dataclass(slots=True)
class Gate:
    """Counts requests by client: an allowance that fills up again with time.

    Attributes:
        limits: the bounds.
        clock: seconds.
        seen: allowance and time by client, the one not seen for longest first.
    """

    limits: Limits
    clock: Callable[[], float] = time.monotonic
    seen: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict)

    def let_in(self, request: Request) -> None:
        """Let a request in by the address it comes from.

        Raises:
            Problem: that address has sent too many.
        """
        self.pass_through(request.client.host if request.client else "")

    def pass_through(self, client: str) -> None:
        """Let a request in.

        Raises:
            Problem: the client has sent too many; the header ``retry-after`` says when again.
        """
        now = self.clock()
        left, before = self.seen.pop(client, (self.limits.burst, now))
        left = min(self.limits.burst, left + (now - before) * self.limits.per_second)
        self.seen[client] = (max(left - 1.0, 0.0), now)
        if len(self.seen) > self.limits.clients:
            self.seen.popitem(last=False)
        if left < 1.0:
            wait = max(1, round((1.0 - left) / self.limits.per_second))
            fault = Fault("", f"more than {self.limits.per_second:g} requests a second; wait")
            raise Problem(429, (fault,), {"retry-after": str(wait)})

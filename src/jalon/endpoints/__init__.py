"""Endpoints: from dated facts to a time and an event, one file per endpoint."""

from jalon.endpoints.catalogue import find_endpoint, list_endpoints
from jalon.endpoints.derive import CENSORED, DerivedEndpoint, derive
from jalon.endpoints.endpoint import Cause, Endpoint
from jalon.endpoints.events import check_events, count_events
from jalon.endpoints.fact import Fact, find_time_unit

__all__ = [
    "CENSORED",
    "Cause",
    "DerivedEndpoint",
    "Endpoint",
    "Fact",
    "check_events",
    "count_events",
    "derive",
    "find_endpoint",
    "find_time_unit",
    "list_endpoints",
]

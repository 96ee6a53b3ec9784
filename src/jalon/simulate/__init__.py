"""A registry of invented patients, for templates, tests and load: no real person is in it."""

from jalon.simulate.files import write_tables
from jalon.simulate.registry import simulate_tables

__all__ = ["simulate_tables", "write_tables"]

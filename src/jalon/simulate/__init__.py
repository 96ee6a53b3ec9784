"""A registry of invented patients, for templates, tests and load: no real person is in it."""

from jalon.simulate.faults import Planted, plant_faults
from jalon.simulate.files import write_tables
from jalon.simulate.registry import simulate_tables

__all__ = ["Planted", "plant_faults", "simulate_tables", "write_tables"]

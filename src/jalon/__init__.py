"""jalon: from a CAR-T registry to a trusted prognostic score at the bedside.

Importing this package has no consequences: names come from its rooms, for example
``from jalon.stats import kaplan_meier``.
"""

__version__ = "0.1.0"

__all__ = ["__version__"]

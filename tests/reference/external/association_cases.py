"""What the tests of association share: R's three alternatives, its vectors as tables, closeness."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from tests.reference.external.records import load_record, numbers

SIDES = {"two": "two-sided", "less": "less", "greater": "greater"}
R_TOLERANCE = 2.0**-13
"""Where R's uniroot stops unless told otherwise."""


def more(name: str) -> dict[str, Any]:
    """Return a record of scripts/association_more.R."""
    found: dict[str, Any] = load_record("association_more", f"more.{name}")
    return found


def by_column(values: list[float], rows: int) -> npt.NDArray[np.float64]:
    """Return R's matrix(values, rows)."""
    return np.array(values, dtype=np.float64).reshape(-1, rows).T


def near(seen: Any, expected: Any, rtol: float = 1e-8) -> None:
    """Demand R's numbers."""
    np.testing.assert_allclose(np.asarray(seen, dtype=float), numbers(expected), rtol, 1e-10)


def limits(estimate: Any) -> list[float]:
    """Return both limits of an estimate."""
    return [estimate.low, estimate.high]

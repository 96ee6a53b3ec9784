"""A line with its interval and its name."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from jalon.core import Floats, UnsuitableDataError


@dataclass(frozen=True, slots=True, eq=False)
class LabelledLine:
    """A line with its interval, and the name that the reader will see.

    Attributes:
        label: its name; "" for a single line that needs none.
        x: shape (m,), finite, in any order.
        y: shape (m,), heights; NaN where there is none.
        low: shape (m,), lower limit, NaN where there is none; None for no interval.
        high: shape (m,), upper limit.
        level: coverage of the interval, 0 to 1.

    Raises:
        UnsuitableDataError: lengths differ, ``x`` is not finite, or one limit is missing.

    Example:
        >>> LabelledLine("IPI", [24, 12], [0.7, 0.6]).x.tolist()
        [12.0, 24.0]
    """

    label: str
    x: Floats
    y: Floats
    low: Floats | None = None
    high: Floats | None = None
    level: float = 0.95

    def __post_init__(self) -> None:
        x = np.asarray(self.x, dtype=np.float64)
        if x.ndim != 1 or not np.all(np.isfinite(x)):
            raise UnsuitableDataError(f"line “{self.label}”: x must be one row of finite numbers")
        if (self.low is None) != (self.high is None):
            raise UnsuitableDataError(f"line “{self.label}”: give both limits, or neither")
        order = np.argsort(x, kind="stable")
        for name, values in (("x", x), ("y", self.y), ("low", self.low), ("high", self.high)):
            if values is not None:
                object.__setattr__(self, name, self._take(values, name, order))

    def _take(self, values: npt.ArrayLike, name: str, order: npt.NDArray[np.intp]) -> Floats:
        array = np.asarray(values, dtype=np.float64)
        if array.shape != order.shape:
            raise UnsuitableDataError(
                f"line “{self.label}”: {name} has shape {array.shape}, x has {order.shape}"
            )
        return array[order]

    @property
    def seen(self) -> bool:
        """Whether any height is known."""
        return bool(np.any(np.isfinite(self.y)))

    @property
    def limited(self) -> bool:
        """Whether the interval is known anywhere."""
        if self.low is None or self.high is None:
            return False
        return bool(np.any(np.isfinite(self.low) & np.isfinite(self.high)))

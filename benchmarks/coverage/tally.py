"""How often intervals cover the truth, and how wide they are."""

from __future__ import annotations

import numpy as np

from jalon.core import Estimate

Row = dict[str, float | int | str]


def summarise(name: str, n: int, estimates: list[Estimate], truth: float) -> Row:
    """Return one row of the table; a limit that was not reached lies infinitely far away."""
    low = np.array([part.low for part in estimates])
    high = np.array([part.high for part in estimates])
    value = np.array([part.value for part in estimates])
    covers = (np.isnan(low) | (low <= truth)) & (np.isnan(high) | (high >= truth))
    return {
        "estimator": name,
        "n": n,
        "repeats": len(estimates),
        "coverage": round(float(covers.mean()), 4),
        "mean_width": float(f"{np.nanmean(high - low):.4g}"),
        "bias": float(f"{np.nanmean(value) - truth:.2g}"),
        "truth": float(f"{truth:.6g}"),
    }

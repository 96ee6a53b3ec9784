"""Small curves with known counts, written out by hand."""

from __future__ import annotations

import numpy as np

from jalon.core import Curve
from jalon.core.units import DAYS_PER
from jalon.report import LabelledCurve

MONTH = DAYS_PER["months"]


def fall(months, at_risk, events, kind="survival"):
    """Make a curve from counts; its interval is 5 points either side."""
    time = np.asarray(months, dtype=np.float64) * MONTH
    at_risk = np.asarray(at_risk, dtype=np.float64)
    events = np.asarray(events, dtype=np.float64)
    censored = at_risk - np.append(at_risk[1:], 0.0) - events
    value = np.cumprod(1 - events / at_risk)
    value = value if kind == "survival" else 1 - value
    low, high = np.clip(value - 0.05, 0, 1), np.clip(value + 0.05, 0, 1)
    error = np.full(len(time), 0.025)
    return Curve(time, value, low, high, error, at_risk, events, censored, kind=kind)


def steady(label, patients, every=1.0, share=0.5, kind="survival"):
    """One patient leaves each ``every`` months; ``share`` of them with the event."""
    months = every * np.arange(1, patients + 1)
    leaving = np.arange(1, patients + 1)
    events = np.floor(leaving * share) - np.floor((leaving - 1) * share)
    return LabelledCurve(label, fall(months, np.arange(patients, 0, -1), events, kind))


LOW = steady("low", 120, share=0.3)
HIGH = steady("high", 100, share=0.8)

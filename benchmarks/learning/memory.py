"""The most memory that this process has held."""

from __future__ import annotations

from pathlib import Path


def read_peak() -> float:
    """Return it in MB; 0 where the system does not tell."""
    status = Path("/proc/self/status")
    if not status.is_file():
        return 0.0
    return float(status.read_text(encoding="ascii").partition("VmHWM:")[2].split()[0]) / 1024

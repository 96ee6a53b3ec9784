"""The numbers that the synthetic registry is made from, read once from ``targets.toml``."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

FILE = Path(__file__).parent / "targets.toml"


@cache
def load_targets(part: str) -> MappingProxyType[str, Any]:
    """Return one part of the targets.

    Args:
        part: "published" for what the papers print, "model" for the hidden course behind it.

    Returns:
        Its numbers by name; they cannot be changed.

    Example:
        >>> load_targets("published")["centres"]
        27
    """
    return MappingProxyType(tomllib.loads(FILE.read_text(encoding="utf-8"))[part])

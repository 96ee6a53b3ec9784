"""The vendored typeface: its files, and how wide its words are."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

from matplotlib.font_manager import FontProperties
from matplotlib.textpath import text_to_path

Weight = Literal["Regular", "SemiBold"]
MM_PER_POINT = 25.4 / 72


@cache
def _font_path(weight: Weight) -> str:
    return str(files("jalon.report").joinpath(f"fonts/Inter-{weight}-subset.otf"))


def font(size: float, weight: Weight = "Regular") -> FontProperties:
    """Return the typeface at a size.

    Args:
        size: in points.
        weight: Regular, or SemiBold for headings.

    Returns:
        What matplotlib takes as ``fontproperties``.
    """
    return FontProperties(fname=_font_path(weight), size=size)


@lru_cache(maxsize=4096)
def measure_width(words: str, size: float, weight: Weight = "Regular") -> float:
    """Measure how wide words will be on paper.

    Args:
        words: one line of text.
        size: in points.
        weight: Regular or SemiBold.

    Returns:
        The width in millimetres.
    """
    if not words:
        return 0.0
    width, _, _ = text_to_path.get_text_width_height_descent(words, font(size, weight), False)
    return float(width) * MM_PER_POINT


def wrap_words(words: str, size: float, width: float, weight: Weight = "Regular") -> list[str]:
    """Break words into lines that fit; a single word that is too long is broken too.

    Args:
        words: the text.
        size: in points.
        width: room in millimetres.
        weight: Regular or SemiBold.

    Returns:
        The lines, at least one.
    """
    lines: list[str] = []
    line = ""
    for word in re.split(r"(?<=\s)", words.strip()):
        if not line or measure_width((line + word).rstrip(), size, weight) <= width:
            line += word
        else:
            lines.append(line.rstrip())
            line = word
        while measure_width(line.rstrip(), size, weight) > width and len(line) > 1:
            fit = _longest_fit(line, size, width, weight)
            lines.append(line[:fit])
            line = line[fit:]
    return [*lines, line.rstrip()] if line.rstrip() or not lines else lines


def _longest_fit(line: str, size: float, width: float, weight: Weight) -> int:
    """Return how many leading characters fit, at least one."""
    fits = [n for n in range(2, len(line)) if measure_width(line[:n], size, weight) <= width]
    return fits[-1] if fits else 1

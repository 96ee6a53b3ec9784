"""Words and numbers in the reader's language."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

from jalon.core import Estimate
from jalon.core.numbers import write_p

Language = Literal["en", "fr"]
LANGUAGES: tuple[Language, ...] = ("en", "fr")
THIN = "\u202f"
"""The narrow no-break space that French puts before a percent sign and within thousands."""


@cache
def _read_words() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads(files("jalon.report").joinpath("words.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Wording:
    """Words and numbers as one language writes them.

    Attributes:
        language: "en" or "fr".

    Raises:
        ValueError: a language that we do not write.

    Example:
        >>> Wording("fr").interval(Estimate(0.668, 0.637, 0.699))
        '0,67 (0,64-0,70)'
    """

    language: Language = "en"

    def __post_init__(self) -> None:
        if self.language not in LANGUAGES:
            raise ValueError(f"language “{self.language}” is not written here; take en or fr")

    def say(self, key: str, **parts: str) -> str:
        """Return the words of a key of ``words.toml``, with its parts filled in."""
        family, _, name = key.partition(".")
        return _read_words()[family][name][self.language].format(**parts)

    def note(self, data_label: str) -> str:
        """Return the label that figures of such data must carry; "" for "real data"."""
        return "" if data_label == "real data" else self.say("note.synthetic")

    def number(self, value: float, digits: int = 2) -> str:
        """Return a number with fixed decimals; a dash for NaN."""
        if math.isnan(value):
            return "–"
        if math.isinf(value):
            return "∞" if value > 0 else "−∞"
        text = f"{value:.{digits}f}"
        text = text.lstrip("-") if float(text) == 0 else text.replace("-", "−")
        return text.replace(".", ",") if self.language == "fr" else text

    def tick(self, value: float) -> str:
        """Return a number with the decimals that it needs."""
        text = f"{value:.10g}"
        digits = len(text.partition(".")[2]) if "e" not in text else 0
        return self.number(value, digits)

    def interval(self, estimate: Estimate, digits: int = 2, scale: float = 1.0) -> str:
        """Return an estimate with its limits in brackets; without them when one is unknown."""
        value, low, high = (
            self.number(part * scale, digits)
            for part in (estimate.value, estimate.low, estimate.high)
        )
        if math.isnan(estimate.value) or math.isnan(estimate.low) or math.isnan(estimate.high):
            return value
        joint = f" {self.say('number.to')} " if "−" in low + high else "-"
        return f"{value} ({low}{joint}{high})"

    def percent(self, share: float, digits: int = 0) -> str:
        """Return a share as a percentage."""
        space = THIN if self.language == "fr" else " "
        return "–" if math.isnan(share) else f"{self.number(100 * share, digits)}{space}%"

    def level(self, level: float) -> str:
        """Return the coverage of an interval: ``95%``."""
        space = THIN if self.language == "fr" else ""
        return f"{self.tick(round(100 * level, 6))}{space}%"

    def count(self, count: float) -> str:
        """Return a whole number with its thousands apart."""
        mark = THIN if self.language == "fr" else ","
        return "–" if math.isnan(count) else f"{round(count):,}".replace(",", mark)

    def p_value(self, p: float) -> str:
        """Return a p-value with its sign: ``p = .012``, ``p < .001``."""
        if math.isnan(p):
            return "p –"
        text = write_p(p)
        if self.language == "fr":
            text = text.replace(".", "0,")
        return f"p {text}" if text[0] in "<>" else f"p = {text}"


ENGLISH = Wording()

"""How a run tells what it is doing, whoever listens: a terminal, a log, nobody."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Listens to a run."""

    def say(self, step: str, text: str, aside: str = "") -> None:
        """Hear that a step is done: its name, what came of it, and a remark."""

    def advance(self, step: str, done: int, total: int) -> None:
        """Hear how far a long step has come."""


class Silence:
    """Listens to nothing."""

    def say(self, step: str, text: str, aside: str = "") -> None:
        """Hear nothing."""

    def advance(self, step: str, done: int, total: int) -> None:
        """Hear nothing."""

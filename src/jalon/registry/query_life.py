"""The life of a question about a row, and the steps that it may take.

::

    open ──answer──> answered ──confirm──> confirmed
     ^  ^               │                      │
     │  └──────ask──────┴─────────ask──────────┘
     │
     └──── the rule is broken again ──── closed  (from any state, once the rule holds)

A question is closed by the data only: the import after which its rule holds. A confirmed one stays
silent until a value that its rule looks at changes and the rule is still broken.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Literal

from jalon.core.errors import UserError

State = Literal["open", "answered", "confirmed", "closed"]
Step = Literal["answer", "confirm", "ask", "close"]

STATES: tuple[State, ...] = ("open", "answered", "confirmed", "closed")

ALIVE: tuple[State, ...] = ("open", "answered", "confirmed")
"""States in which the rule is still broken."""

STEPS: MappingProxyType[tuple[State, Step], State] = MappingProxyType(
    {
        ("open", "answer"): "answered",
        ("answered", "confirm"): "confirmed",
        ("answered", "ask"): "open",
        ("confirmed", "ask"): "open",
        ("open", "close"): "closed",
        ("answered", "close"): "closed",
        ("confirmed", "close"): "closed",
    }
)
"""Which step leads from which state to which."""

ADVICE: dict[State, dict[Step, str]] = {
    "open": {
        "confirm": "the centre answers it first (query answer)",
        "ask": "it already waits for the centre's answer",
    },
    "answered": {"answer": "confirm the value (query confirm) or ask again (query ask)"},
    "confirmed": {
        "answer": "correct the value by an import, or ask again (query ask)",
        "confirm": "nothing is left to do",
    },
    "closed": {
        "answer": "its rule holds now, so nothing is asked",
        "confirm": "its rule holds now, so there is nothing to confirm",
        "ask": "it opens by itself when its rule is broken again",
        "close": "nothing is left to do",
    },
}
"""Why a step cannot be taken, and what can be done instead."""


def take_step(state: State, step: Step) -> State:
    """Return the state that a step leads to.

    Args:
        state: where the question stands.
        step: what is to be done.

    Returns:
        The new state.

    Raises:
        UserError: the step cannot be taken from there; the message says what can.

    Example:
        >>> take_step("open", "answer")
        'answered'
        >>> take_step("open", "confirm")
        Traceback (most recent call last):
            ...
        jalon.core.errors.UserError: this query is open; the centre answers it first (query answer)
    """
    after = STEPS.get((state, step))
    if after is None:
        raise UserError(f"this query is {state}; {ADVICE[state][step]}")
    return after

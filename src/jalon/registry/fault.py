"""What is wrong with some cells of one column: the same thing with all of them."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from jalon.dictionary import Column


@dataclass(frozen=True, slots=True, eq=False)
class Fault:
    """Cells of one column that break one rule in one way.

    Attributes:
        rows: one truth per row, whether its cell is meant.
        found: the kind of value that stands there; never the value.
        rule: the short name of the rule.
        advice: what to do; empty when that is plain from what was expected.
    """

    rows: pl.Series
    found: str
    rule: str
    advice: str = ""

    def explain(self, column: Column) -> str:
        """Say what was expected, what was found and what to do.

        Args:
            column: what the cells should be.

        Returns:
            One sentence.
        """
        if self.rule == "required":
            return f"a value is required here, found none; give {column.expected}"
        text = f"expected {column.expected}, found {self.found}"
        return f"{text}; {self.advice}" if self.advice else text


def gather(rows: pl.Series, found: str, rule: str, advice: str = "") -> list[Fault]:
    """Turn the rows where ``rows`` is true into at most one fault.

    Args:
        rows: one truth per row; null counts as false.
        found: the kind of value that stands there.
        rule: the short name of the rule.
        advice: what to do.

    Returns:
        One fault, or none.
    """
    if not rows.any():
        return []
    return [Fault(rows.fill_null(value=False), found, rule, advice)]

"""The patients of a study, and how many left at each criterion."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from jalon.cohort.criterion import Criterion, express
from jalon.core.errors import UnsuitableDataError
from jalon.dictionary import Table
from jalon.registry import Batch


@dataclass(frozen=True, slots=True)
class AttritionStep:
    """How many patients one criterion left out.

    Attributes:
        label_en: the criterion in words, in English.
        label_fr: the same in French.
        before: patients before it.
        after: patients after it.
    """

    label_en: str
    label_fr: str
    before: int
    after: int

    @property
    def label(self) -> str:
        """The criterion in words, in English."""
        return self.label_en

    @property
    def excluded(self) -> int:
        """Patients it left out."""
        return self.before - self.after


@dataclass(frozen=True, slots=True, eq=False)
class Cohort:
    """The patients who meet every criterion.

    Attributes:
        table: the dictionary of their rows.
        frame: their rows, in the file's order.
        attrition: one step per criterion, in the order they were applied.
    """

    table: Table
    frame: pl.DataFrame
    attrition: tuple[AttritionStep, ...]

    def __len__(self) -> int:
        return self.frame.height


def build_cohort(batch: Batch, criteria: Sequence[Criterion]) -> Cohort:
    """Keep the patients who meet every criterion, counting who leaves at each.

    Args:
        batch: checked rows, one per patient.
        criteria: the conditions, applied one after another.

    Returns:
        The cohort and its attrition.

    Raises:
        UnsuitableDataError: a criterion leaves nobody.
        DefinitionError: a criterion cannot be applied to this table.

    Example:
        >>> from pathlib import Path
        >>> from jalon.dictionary import load_table
        >>> from jalon.registry import read
        >>> table = load_table(Path("studies/dictionaries/follic.toml"))
        >>> batch = read(Path("examples/data/follic.csv"), table)
        >>> stage_1 = Criterion("clinical stage I", column="clinstg", one_of=(1,))
        >>> cohort = build_cohort(batch, [stage_1])
        >>> cohort.attrition[0].excluded, len(cohort)
        (179, 362)
    """
    frame, steps = batch.frame, []
    for criterion in criteria:
        kept = frame.filter(express(criterion, batch.table))
        step = AttritionStep(criterion.label_en, criterion.label_fr, frame.height, kept.height)
        if not kept.height:
            raise UnsuitableDataError(
                f"no patient is left after {criterion.label_en!r}: all {step.before:,} were "
                f"excluded from {batch.table.name}; check the criterion and its unit"
            )
        steps.append(step)
        frame = kept
    return Cohort(batch.table, frame, tuple(steps))

"""From a data file to the patients of a study, with every variable coded the same way."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from jalon.cohort import (
    AttritionStep,
    Cohort,
    Criterion,
    Source,
    Variable,
    VariableKind,
    build_cohort,
    flatten_snapshot,
)
from jalon.cohort import derive_variable as derive
from jalon.core import Floats, StudyFileError, UnsuitableDataError
from jalon.core.errors import DefinitionError
from jalon.core.files import hash_file
from jalon.dictionary import Table, load_table
from jalon.registry import Batch, Issue, read
from jalon.study.protocol import (
    CohortPart,
    CriterionPart,
    Role,
    SourcePart,
    StudyFile,
    VariablePart,
)


@dataclass(frozen=True, slots=True, eq=False)
class StudyCohort:
    """One cohort of a study, ready for analysis.

    Attributes:
        role: "development" or "validation".
        part: its part of the study file.
        table: the dictionary of its file.
        cohort: the patients who met the criteria, with the attrition.
        values: shape (n,) by variable; the rank of its level for a category; NaN missing.
        read_rows: rows in the file.
        issues: questions about the data that did not stop the reading.
        sha256: hashes of the data file and of the dictionary.
    """

    role: Role
    part: CohortPart
    table: Table
    cohort: Cohort
    values: dict[str, Floats]
    read_rows: int
    issues: tuple[Issue, ...]
    sha256: tuple[str, str]

    def __len__(self) -> int:
        return len(self.cohort)

    @property
    def name(self) -> str:
        """Its name in tables and figures."""
        return self.part.name

    @property
    def attrition(self) -> tuple[AttritionStep, ...]:
        """How many patients left at each criterion."""
        return self.cohort.attrition

    def column(self, name: str) -> Floats:
        """Return a numeric column of the file, NaN where missing."""
        self.table.column(name)
        return self.cohort.frame[name].cast(float).to_numpy()


def read_cohort(study: StudyFile, role: Role) -> StudyCohort:
    """Read, check and code one cohort of a study.

    Args:
        study: the study.
        role: which cohort.

    Returns:
        The patients with their variables.

    Raises:
        DataFileError: the data file cannot be read or breaks its dictionary.
        StudyFileError: the study file asks for something that the data do not have.
        UnsuitableDataError: no patient is left.
    """
    part = study.protocol.cohort[role]
    batch, described = _read_rows(study, part)
    table = batch.table
    if table.data_kind == "synthetic" and study.protocol.study.data_label == "real data":
        raise StudyFileError(
            study.path,
            f'{part.source} holds synthetic patients; write data_label = "SYNTHETIC DATA"',
            "study.data_label",
        )
    try:
        cohort = build_cohort(batch, [_criterion(item) for item in part.criteria])
        values = {item.name: _code(cohort, item, role) for item in study.protocol.variable}
    except (DefinitionError, UnsuitableDataError) as error:
        raise StudyFileError(study.path, str(error), f"cohort.{role}") from None
    hashes = (batch.sha256, described)
    return StudyCohort(role, part, table, cohort, values, len(batch), batch.issues, hashes)


def _read_rows(study: StudyFile, part: CohortPart) -> tuple[Batch, str]:
    """Read a cohort's rows, and the hash of the dictionary that they fit."""
    path = find_data(study, part)
    if part.snapshot:
        batch, manifest = flatten_snapshot(path)
        return batch, manifest.dictionary
    described = study.path.parent / part.dictionary
    table = load_table(described)
    own = {"separator": part.separator, "decimal": part.decimal, "encoding": part.encoding}
    return read(path, table, **(own | study.reading)), hash_file(described)


def find_data(study: StudyFile, part: CohortPart) -> Path:
    """Return the file or snapshot of a cohort.

    Args:
        study: the study.
        part: the cohort's part of it.

    Raises:
        StudyFileError: there is no such folder of data.
    """
    path = study.data_folder / part.source
    if not study.data_folder.is_dir():
        raise StudyFileError(
            study.path, f"there is no data folder {study.data_folder}; name it with --data FOLDER"
        )
    return path


def _criterion(part: CriterionPart) -> Criterion:
    return Criterion(label_en=part.label, **part.model_dump(exclude={"label"}))


def _code(cohort: Cohort, part: VariablePart, role: Role) -> Floats:
    source: SourcePart | None = getattr(part, role)
    if source is None:  # pragma: no cover - the protocol refuses this earlier
        raise DefinitionError(f"variable {part.name} has no source in the {role} cohort")
    kind: VariableKind = "ordered" if part.levels else "number"
    unit = "" if part.levels else part.unit
    variable = Variable(part.name, part.label, kind, unit=unit, levels=part.levels)
    coded = derive(cohort, variable, Source(source.column, source.map, source.bands))
    ranks = coded.to_physical() if part.levels else coded
    return np.asarray(ranks.cast(float).to_numpy(), dtype=np.float64)

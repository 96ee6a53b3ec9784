"""A study file: one declarative page that says everything a run does."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from jalon.core import StudyFileError
from jalon.core.files import hash_file

Role = Literal["development", "validation"]
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=60)]
ROLES: tuple[Role, ...] = ("development", "validation")


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class StudyPart(_Part):
    """What the study asks, on which data, and from which seed.

    Attributes:
        slug: short name; also that of its folder of results.
        title: title of the report.
        question: what it asks, in plain words.
        setting: who the patients are.
        time_zero: the day from which time is counted.
        data_label: "real data" or "SYNTHETIC DATA"; stands on every page.
        data: folder of the data files, relative to the study file.
        seed: the only source of chance.
        resamples: bootstrap resamples of the whole pipeline.
        months: horizons at which risks are read.
        doubts: what a careful reader should know of these data.
    """

    slug: Slug
    title: str
    question: str
    setting: str
    time_zero: str
    data_label: Literal["real data", "SYNTHETIC DATA"]
    data: str = "."
    seed: int = Field(ge=0)
    resamples: int = Field(default=200, ge=2, le=100_000)
    months: tuple[Annotated[float, Field(gt=0)], ...] = Field(min_length=1, max_length=4)
    doubts: tuple[str, ...] = ()


class FactPart(_Part):
    """Where a cohort's file says that something happened, and when.

    Attributes:
        event: name of the event, as the endpoints know it.
        time: column with the time of the event, or of last follow-up without it.
        column: column that says whether it happened.
        equals: the value that says so.
    """

    event: Slug
    time: str
    column: str
    equals: int | str = 1


class CriterionPart(_Part):
    """A condition for being in the cohort; exactly one kind.

    Attributes:
        label: what the attrition table says.
        known: columns that must have a value.
        column: the column that is tested.
        one_of: the values that are kept.
        above: kept when strictly above this.
        at_least: kept when at or above this.
        below: kept when strictly below this.
        at_most: kept when at or below this.
        keep_missing: whether a patient whose value is missing stays.
    """

    label: str
    known: tuple[str, ...] = ()
    column: str | None = None
    one_of: tuple[str | int | float, ...] = ()
    above: float | None = None
    at_least: float | None = None
    below: float | None = None
    at_most: float | None = None
    keep_missing: bool = False


class CohortPart(_Part):
    """A data file and how to read it.

    Attributes:
        name: name of the cohort in tables and figures.
        file: the CSV file.
        dictionary: its dictionary, relative to the study file.
        snapshot: a snapshot of a registry, in place of a file and its dictionary: a folder,
            relative to the folder of the data.
        separator: what stands between values.
        decimal: the decimal mark.
        encoding: how its text is coded.
        facts: what happened, and when.
        last_seen: column with the time of last follow-up.
        criteria: who is in the cohort, in order.
    """

    name: str
    file: str = ""
    dictionary: str = ""
    snapshot: str = ""
    separator: str = ","
    decimal: str = "."
    encoding: str = "utf-8"
    facts: tuple[FactPart, ...] = Field(min_length=1)
    last_seen: str
    criteria: tuple[CriterionPart, ...] = ()

    @property
    def source(self) -> str:
        """The file or the snapshot that the patients come from."""
        return self.file or self.snapshot

    @model_validator(mode="after")
    def _check_source(self) -> CohortPart:
        if bool(self.file) == bool(self.snapshot) or bool(self.file) != bool(self.dictionary):
            raise ValueError(f"{self.name}: give a file and its dictionary, or a snapshot")
        return self


class SourcePart(_Part):
    """From which column of a file a variable comes.

    Attributes:
        column: the column.
        map: its values in terms of the variable's levels; left out when they are the same.
        bands: limits, closed on the right, that cut a number into the variable's levels.
    """

    column: str
    map: dict[str, str] = {}
    bands: tuple[float, ...] = ()


class VariablePart(_Part):
    """A candidate variable, the same in every cohort.

    Attributes:
        name: its name.
        label: what a clinician reads.
        unit: unit of its values.
        levels: its ordered levels, for a category or yes/no; empty for a number.
        cuts: limits at which a number may be cut; a category may be cut after each level.
        direction: whether only higher values ("up") or lower ones ("down") may add points.
        candidate: whether the score may use it, or the tables only show it.
        development: where it is in the development cohort.
        validation: where it is in the validation cohort.
    """

    name: Slug
    label: str
    unit: str = ""
    levels: tuple[str, ...] = ()
    cuts: tuple[float, ...] = ()
    direction: Literal["any", "up", "down"] = "any"
    candidate: bool = True
    development: SourcePart
    validation: SourcePart | None = None

    @model_validator(mode="after")
    def _check_kind(self) -> VariablePart:
        if self.levels and self.cuts:
            raise ValueError(f"{self.name}: give cuts for a number or levels, not both")
        if self.candidate and not self.levels and not self.cuts:
            raise ValueError(f"{self.name}: give cuts for a number, or levels for a category")
        if self.levels and len(self.levels) < 2:
            raise ValueError(f"{self.name}: give two levels or more")
        return self


class EndpointPart(_Part):
    """An endpoint for which a score is learned; the first one is the primary endpoint.

    Attributes:
        slug: its name in the catalogue of endpoints; with competing causes, the score is
            about the first.
        cohorts: where it can be derived.
    """

    slug: Slug
    cohorts: tuple[Role, ...] = ROLES


class LearnPart(_Part):
    """What a score may look like.

    Attributes:
        max_variables: most variables.
        max_terms: most limits per variable.
        max_points: most points that passing one limit may give.
        price: log-likelihood units that a further limit must bring.
        target: "teacher" to follow a ridge Cox model of all candidate limits, "events" to follow
            the events themselves.
        nodes: parts of the search space that the proof of a score may open; a number and not a
            time, so that the same study gives the same bytes on every machine.
        groups: risk groups wished for.
        least_share: smallest share of the patients in a group.
        missing: "leave out" patients who lack a candidate variable, or "impute" it from the others
            and the outcome, anew in every resample.
        tables: completed tables when missing values are imputed.
        expected_c: the C that such a score should reach, known beforehand from others; it says how
            many patients are needed. Left out when nothing is known.
    """

    max_variables: int = Field(default=5, ge=1, le=20)
    max_terms: int = Field(default=6, ge=1, le=9)
    max_points: int = Field(default=5, ge=1, le=20)
    price: float = Field(default=0.1, ge=0)
    target: Literal["teacher", "events"] = "teacher"
    nodes: int = Field(default=1000, ge=1)
    groups: int = Field(default=4, ge=2, le=5)
    least_share: float = Field(default=0.1, gt=0, lt=0.5)
    missing: Literal["leave out", "impute"] = "leave out"
    tables: int = Field(default=10, ge=1, le=100)
    expected_c: float | None = Field(default=None, gt=0.5, lt=1)


class ComparePart(_Part):
    """A published score to stand beside the learned one.

    Attributes:
        slug: its name in the catalogue of scores.
        inputs: column of the files for each of its items.
    """

    slug: Slug
    inputs: dict[str, str] = Field(min_length=1)


class ValidatePart(_Part):
    """Where and for whom the score is judged apart.

    Attributes:
        centre: a column of the development cohort (hospital, region, calendar period), or a
            variable: each of its values is left out in turn, learned without and judged; empty for
            none.
        by: variables or columns that part the patients, such as sex or age: is the score as good
            in each part? Numbers of many values are cut into three bands.
    """

    centre: str = ""
    by: tuple[str, ...] = Field(default=(), max_length=8)


class Protocol(_Part):
    """A whole study file."""

    study: StudyPart
    cohort: dict[Role, CohortPart]
    variable: tuple[VariablePart, ...] = Field(min_length=1)
    endpoint: tuple[EndpointPart, ...] = Field(min_length=1)
    learn: LearnPart = LearnPart()
    compare: tuple[ComparePart, ...] = ()
    judging: ValidatePart = Field(default=ValidatePart(), alias="validate")

    @model_validator(mode="after")
    def _check_parts(self) -> Protocol:
        if "development" not in self.cohort:
            raise ValueError("give a [cohort.development]")
        names = [variable.name for variable in self.variable]
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"variable {', '.join(twice)} is given twice")
        if "validation" in self.cohort:
            absent = [v.name for v in self.variable if v.validation is None]
            if absent:
                raise ValueError(
                    f"variable {', '.join(absent)} needs validation = {{ column = … }}"
                )
        return self


class StudyFile(_Part):
    """A protocol and the file it came from.

    Attributes:
        path: the file.
        sha256: its hash.
        protocol: its content.
        data_folder: where its data files are.
        reading: separator, decimal or encoding that hold for every data file, whatever the
            study file says.
    """

    path: Path
    sha256: str
    protocol: Protocol
    data_folder: Path
    reading: dict[str, str] = {}


def load_study(
    path: Path, data: Path | None = None, reading: dict[str, str] | None = None
) -> StudyFile:
    """Read a study file and check it against the protocol's form.

    Args:
        path: the TOML file.
        data: folder of the data files; None for the one that the file names.
        reading: separator, decimal or encoding of every data file; None for the study's own.

    Returns:
        The checked study.

    Raises:
        StudyFileError: absent, not TOML, or a key that is unknown, missing or out of range.
    """
    if not path.is_file():
        raise StudyFileError(path, _absent(path))
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StudyFileError(path, f"is not a TOML file: {error}") from None
    try:
        protocol = Protocol.model_validate(table)
    except ValidationError as error:
        raise _explain(path, error) from None
    folder = data if data is not None else path.parent / protocol.study.data
    return StudyFile(
        path=path,
        sha256=hash_file(path),
        protocol=protocol,
        data_folder=folder,
        reading=reading or {},
    )


def _absent(path: Path) -> str:
    folder = path.parent if path.parent.is_dir() else Path()
    near = sorted(entry.name for entry in folder.glob("*.toml"))
    hint = f"; the folder holds {', '.join(near)}" if near else ""
    return f"there is no such study file in {folder}{hint}"


def _explain(path: Path, error: ValidationError) -> StudyFileError:
    first, *others = error.errors(include_url=False, include_context=False)
    key = ".".join(str(part) for part in first["loc"])
    problem = first["msg"].removeprefix("Value error, ")
    if first["type"] == "extra_forbidden":
        problem = "this key is not known here; look for a typing mistake"
    elif first["type"] == "missing":
        problem = "this key is missing; add it"
    more = f" (and {len(others)} more)" if others else ""
    return StudyFileError(path, problem + more, key or None)

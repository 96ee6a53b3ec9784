"""Is the score as good for everyone, and everywhere? Parts of the patients that a study names."""

from __future__ import annotations

import numpy as np

from jalon.core import Floats, Integers, StudyFileError, UnsuitableDataError
from jalon.core.errors import DefinitionError
from jalon.core.units import DAYS_PER
from jalon.study.cohorts import StudyCohort
from jalon.study.learning import Learning, make_procedure
from jalon.study.plain_validation_parts import BANDS, MOST_VALUES, LabelColumn, cut_bands
from jalon.study.protocol import Role, StudyFile, VariablePart
from jalon.validate import Aim, CentreValidation, Predicted, leave_centres_out


def check_parts(study: StudyFile, cohorts: dict[Role, StudyCohort]) -> None:
    """Refuse parts that the development cohort does not have, before any work is done.

    Args:
        study: the study.
        cohorts: its cohorts.

    Raises:
        StudyFileError: a name that is neither a variable nor a column, or that parts nobody.
    """
    part = study.protocol.judging
    for key, names in (("centre", (part.centre,) if part.centre else ()), ("by", part.by)):
        for name in names:
            found = read_parts(study, cohorts, "development", name, band=key == "by")
            if found is None:
                raise StudyFileError(
                    study.path,
                    f"{name} is neither a variable nor a column of the development cohort that "
                    "could part its patients",
                    f"validate.{key}",
                )
            known = {text for text in found.labels.tolist() if text is not None}
            if len(known) < 2:
                raise StudyFileError(
                    study.path,
                    f"{name} is the same for every patient of the development cohort; it parts "
                    "nobody",
                    f"validate.{key}",
                )


def read_parts(
    study: StudyFile, cohorts: dict[Role, StudyCohort], role: Role, name: str, band: bool
) -> LabelColumn | None:
    """Read what parts the patients of a cohort.

    Args:
        study: the study.
        cohorts: its cohorts.
        role: which cohort.
        name: a variable of the study, or a column of the file.
        band: cut numbers of many values into three bands, about equal in the development cohort.

    Returns:
        Label of each patient; None where this cohort has no such column.
    """
    cohort = cohorts[role]
    variable = next((one for one in study.protocol.variable if one.name == name), None)
    if variable is not None and variable.levels:
        ranks = cohort.values[name].tolist()
        texts = [None if rank != rank else variable.levels[int(rank)] for rank in ranks]  # noqa: PLR0124
        return LabelColumn(variable.label, np.array(texts, dtype=object), variable.levels)
    try:
        column = cohort.table.column(variable_column(variable, role) or name)
        home = _number(cohorts["development"], name, variable)
    except DefinitionError:
        return None
    label = variable.label if variable is not None else column.label_en
    if column.kind == "identifier" or column.name not in cohort.cohort.frame.columns:
        return None
    values = _number(cohort, name, variable)
    if values is None or home is None:
        texts = cohort.cohort.frame[column.name].cast(str).to_list()
        return LabelColumn(label, np.array(texts, dtype=object))
    known = home[~np.isnan(home)]
    if band and len(np.unique(known)) > MOST_VALUES:
        shares = np.arange(1, BANDS) / BANDS
        return cut_bands(
            label, values, np.unique(np.quantile(known, shares, method="inverted_cdf"))
        )
    texts = [None if np.isnan(value) else f"{value:g}" for value in values.tolist()]
    return LabelColumn(label, np.array(texts, dtype=object))


def variable_column(variable: VariablePart | None, role: Role) -> str:
    """Name the column that a variable of the study comes from.

    Args:
        variable: the variable; None for none.
        role: in which cohort.

    Returns:
        The column; empty where there is none.
    """
    if variable is None:
        return ""
    source = variable.development if role == "development" else variable.validation
    return "" if source is None else source.column


def _number(cohort: StudyCohort, name: str, variable: VariablePart | None) -> Floats | None:
    """Numbers of a variable or a column; None where it holds texts."""
    if variable is not None:
        return cohort.values[name]
    if cohort.table.column(name).kind not in {"number", "integer", "flag"}:
        return None
    return cohort.column(name)


def name_centre(study: StudyFile, cohort: StudyCohort) -> str:
    """Name what the study takes for a centre, to stand within a sentence.

    Args:
        study: the study.
        cohort: its development cohort.

    Returns:
        Its label ("year of surgery"); empty without one.
    """
    name = study.protocol.judging.centre
    found = read_parts(study, {"development": cohort}, "development", name, band=False)
    label = found.name if found is not None else name
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def leave_out_centres(
    study: StudyFile, cohorts: dict[Role, StudyCohort], learning: Learning, month: float | None
) -> CentreValidation | None:
    """Learn without one centre and judge there, for each centre in turn.

    Args:
        study: the study, which names what is a centre.
        cohorts: its cohorts.
        learning: the score and its patients.
        month: when risks are judged; None for never.

    Returns:
        The figures of every centre and their average; None where the study names no centre, or
        too few are large enough.
    """
    name = study.protocol.judging.centre
    if not name or month is None:
        return None
    found = read_parts(study, cohorts, "development", name, band=False)
    if found is None:
        return None
    labels = found.labels[learning.complete]
    rows = np.flatnonzero([text is not None for text in labels.tolist()])
    procedure = make_procedure(learning, month)
    seed = [study.protocol.study.seed, 4]

    def fit(inside: Integers) -> object:
        return procedure.learn(rows[inside], np.random.default_rng(seed))

    def predict(model: object, inside: Integers) -> Predicted:
        told = procedure.predict(model, rows[inside], np.random.default_rng(seed))
        each = {key: np.atleast_2d(part).mean(axis=0) for key, part in told.items()}
        return Predicted(each["points"], each["risk"], each["log hazard"])

    try:
        return leave_centres_out(
            fit, predict, learning.data.take(rows), labels[rows],
            Aim(month * DAYS_PER["months"]),
        )  # fmt: skip
    except UnsuitableDataError:
        return None

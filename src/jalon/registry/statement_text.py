"""The statement for the data protection officer, as a page of plain text."""

from __future__ import annotations

from datetime import date
from typing import Literal

from jalon.registry.objections import ALL
from jalon.registry.statement import Statement, TouchedSnapshot

Language = Literal["en", "fr"]

WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "title": "Objection of a patient: what it touched",
        "synthetic": "Synthetic patients: no real person is meant.",
        "patient": "Centre {centre}, pseudonym {patient}",
        "objections": "Objections",
        "none": "None is recorded.",
        "all": "all projects",
        "objected": "{project}: objected on {on}, recorded by {by} at {at}",
        "withdrawn": "{project}: objected on {on}, withdrawn on {end}, recorded by {by} at {at}",
        "holds": "Extracts that hold this patient's data",
        "without": "Extracts from which this patient was left out",
        "no_extract": "None.",
        "extract": "{id} for project {project}, taken at {at} (objections of {on})",
        "late": "out of date since {at}: a run on it is refused",
        "good": "may be used: no objection to its project is in force",
        "run": "study {study}, run at {at}",
        "score": "learned score {name}, sha256 {sha256}",
        "no_run": "no study ran on it",
        "advice": "A score that was learned with this patient's data stays as it was until its "
        "study is run again on a new extract.",
    },
    "fr": {
        "title": "Opposition d’un patient : ce qu’elle a touché",
        "synthetic": "Patients synthétiques : aucune personne réelle n’est concernée.",
        "patient": "Centre {centre}, pseudonyme {patient}",
        "objections": "Oppositions",
        "none": "Aucune n’est enregistrée.",
        "all": "tous les projets",
        "objected": "{project} : opposition du {on}, enregistrée par {by} le {at}",
        "withdrawn": "{project} : opposition du {on}, retirée le {end}, enregistrée par {by} "
        "le {at}",
        "holds": "Extractions qui contiennent les données de ce patient",
        "without": "Extractions dont ce patient a été écarté",
        "no_extract": "Aucune.",
        "extract": "{id} pour le projet {project}, faite le {at} (oppositions au {on})",
        "late": "périmée depuis le {at} : une analyse y est refusée",
        "good": "utilisable : aucune opposition à son projet n’est en vigueur",
        "run": "étude {study}, exécutée le {at}",
        "score": "score appris {name}, sha256 {sha256}",
        "no_run": "aucune étude n’y a été exécutée",
        "advice": "Un score appris avec les données de ce patient reste tel quel jusqu’à ce que "
        "son étude soit exécutée à nouveau sur une nouvelle extraction.",
    },
}


def write_statement(statement: Statement, data_kind: str, language: Language) -> str:
    """Write what a patient's objections touched, in words.

    Args:
        statement: what was found.
        data_kind: "real" or "synthetic" patients.
        language: "en" or "fr".

    Returns:
        The text, lines of it ending with a line feed.
    """
    words = WORDS[language]
    lines = [words["title"], "=" * len(words["title"]), ""]
    lines += [words["synthetic"], ""] if data_kind == "synthetic" else []
    lines += [words["patient"].format(centre=statement.centre, patient=statement.patient), ""]
    lines += _head(words["objections"]) + (_list_objections(statement, words) or [words["none"]])
    for inside, title in ((True, "holds"), (False, "without")):
        lines += ["", *_head(words[title])]
        chosen = [one for one in statement.snapshots if one.inside == inside]
        lines += [line for one in chosen for line in _tell(one, words)] or [words["no_extract"]]
    if any(run.scores for one in statement.snapshots for run in one.runs):
        lines += ["", words["advice"]]
    return "\n".join(lines) + "\n"


def _head(text: str) -> list[str]:
    return [text, "-" * len(text)]


def _list_objections(statement: Statement, words: dict[str, str]) -> list[str]:
    lines = []
    for row in statement.objections.iter_rows(named=True):
        project = words["all"] if row["project"] == ALL else row["project"]
        end: date | None = row["withdrawn_on"]
        form = words["withdrawn" if end else "objected"]
        by = row["withdrawn_by"] if end and row["withdrawn_by"] else row["recorded_by"]
        lines.append(
            "- " + form.format(project=project, on=row["objected_on"], end=end, by=by, at=row["at"])
        )
    return lines


def _tell(one: TouchedSnapshot, words: dict[str, str]) -> list[str]:
    lines = ["- " + words["extract"].format(
        id=one.snapshot_id[:12], project=one.project, at=one.at, on=one.on
    )]  # fmt: skip
    if not one.inside:
        return lines
    late = words["late"].format(at=one.outdated_since) if one.outdated_since else words["good"]
    lines.append(f"  {late}")
    for run in one.runs:
        lines.append(f"  {words['run'].format(study=run.study, at=run.at)}")
        lines += [
            f"    {words['score'].format(name=name, sha256=sha256)}" for name, sha256 in run.scores
        ]
    return lines if one.runs else [*lines, f"  {words['no_run']}"]

"""The report: what was found, laid out in the order in which a reviewer reads."""

from __future__ import annotations

from dataclasses import dataclass

from jalon.core.provenance import Provenance
from jalon.report.documents import Block, Document, FirstPage, Fold, Section
from jalon.report.tables import Heading, Table
from jalon.study.analysis import EndpointResult
from jalon.study.cohorts import StudyCohort
from jalon.study.doubts import raise_doubts
from jalon.study.drawings import Drawer, Drawing
from jalon.study.judged_chapter import JudgedPart, write_judged
from jalon.study.patient_tables import attrition_table, course_table, issues_table, patients_table
from jalon.study.protocol import Role, StudyFile
from jalon.study.score_risks import total_risks_table
from jalon.study.score_tables import (
    chosen_table,
    completeness_table,
    groups_table,
    internal_table,
    rivals_table,
    search_table,
)
from jalon.study.stability_tables import limits_table
from jalon.study.summary import write_merits, write_summary


@dataclass(frozen=True, slots=True)
class Report:
    """A report with everything that is written beside it.

    Attributes:
        document: the page.
        drawings: its figures.
        tables: its tables by name of the file.
    """

    document: Document
    drawings: tuple[Drawing, ...]
    tables: dict[str, Table]


@dataclass(frozen=True, slots=True)
class _Chapter:
    """One endpoint's part of the report."""

    sections: tuple[Section, ...]
    drawings: dict[str, Drawing]
    tables: dict[str, Table]


def write_report(
    study: StudyFile,
    cohorts: dict[Role, StudyCohort],
    results: dict[str, EndpointResult],
    provenance: Provenance,
) -> Report:
    """Lay out the report of a study.

    Args:
        study: the study.
        cohorts: its cohorts.
        results: what was found, by endpoint; the first is the primary one.
        provenance: what the numbers were made from.

    Returns:
        The page, its figures and its tables.
    """
    primary = next(iter(results))
    chapters = {
        slug: _write_chapter(study, result, slug == primary) for slug, result in results.items()
    }
    patients, tables = _write_patients(study, cohorts)
    document = Document(
        title=study.protocol.study.title,
        subtitle=_subtitle(cohorts, results),
        data_label=study.protocol.study.data_label,
        first_page=_first_page(study, results[primary], chapters[primary]),
        sections=(patients, *(s for chapter in chapters.values() for s in chapter.sections)),
        provenance=_provenance_table(provenance),
        footer=f"Made by jalon {provenance.code['jalon']}. The same data, study file, code and "
        "seed give the same bytes; times are in provenance.json only.",
    )
    drawings = tuple(d for chapter in chapters.values() for d in chapter.drawings.values())
    for chapter in chapters.values():
        tables |= chapter.tables
    return Report(document, drawings, tables)


def _subtitle(cohorts: dict[Role, StudyCohort], results: dict[str, EndpointResult]) -> str:
    way = " → ".join(f"{cohort.name} ({len(cohort):,})" for cohort in cohorts.values())
    ends = ", ".join(result.outcome.endpoint.label_en.lower() for result in results.values())
    return f"{way}: {ends}"


def _first_page(study: StudyFile, result: EndpointResult, chapter: _Chapter) -> FirstPage:
    by_group = chapter.drawings.get("groups_validation", chapter.drawings["groups_development"])
    return FirstPage(
        summary=write_summary(study, result),
        figures=(chapter.drawings["score_card"].figure, by_group.figure),
        merits=write_merits(result),
        doubts=raise_doubts(study, result),
    )


def _write_patients(
    study: StudyFile, cohorts: dict[Role, StudyCohort]
) -> tuple[Section, dict[str, Table]]:
    tables = {"attrition": attrition_table(cohorts), "patients": patients_table(study, cohorts)}
    issues = issues_table(cohorts)
    if issues is not None:
        tables["data_questions"] = issues
    about = study.protocol.study
    text = f"{about.setting.capitalize()}. Time zero: {about.time_zero}."
    sources = tuple(f"{cohort.name}: {cohort.table.source}." for cohort in cohorts.values())
    return Section("The patients", (text, *sources, *tables.values())), tables


def _write_chapter(study: StudyFile, result: EndpointResult, is_primary: bool) -> _Chapter:
    slug, label = result.outcome.endpoint.slug, result.outcome.endpoint.label_en
    drawings = _draw(study, result)
    months = study.protocol.study.months
    tables = {"course": course_table(result.courses, months)}
    sections = [_course_section(label, drawings, tables)]
    if any(result.rivals.values()):
        tables["published_scores"] = completeness_table(result.rivals)
        sections.append(_published_section(label, drawings, tables))
    tables["search"] = search_table(result)
    tables["totals"] = total_risks_table(result, months)
    card = None if is_primary else drawings["score_card"]  # the first page shows the primary one
    sections.append(_score_section(label, result, card, tables))
    tables["internal"] = internal_table(result)
    tables["chosen"] = chosen_table(result)
    tables["chosen_limits"] = limits_table(result)
    for role, trial in result.trials.items():
        tables[f"groups_{role}"] = groups_table(trial, months)
    if any(result.rivals.values()):
        tables["side_by_side"] = rivals_table(result.rivals)
    judged = write_judged(study, result, Drawer(study, slug), tables)
    sections.append(_validation_section(label, drawings, tables, judged))
    drawings |= {drawing.name: drawing for drawing in judged.drawings}
    named = {f"{slug}_{name}": table for name, table in tables.items()}
    return _Chapter(tuple(sections), drawings, named)


def _draw(study: StudyFile, result: EndpointResult) -> dict[str, Drawing]:
    drawer = Drawer(study, result.outcome.endpoint.slug)
    drawings = {"score_card": drawer.card(result), "concordance": drawer.discrimination(result)}
    for role, course in result.courses.items():
        drawings[f"course_{role}"] = drawer.course(course)
    for role, trial in result.trials.items():
        drawings[f"groups_{role}"] = drawer.groups(trial, "groups")
    for role, rivals in result.rivals.items():
        for rival in rivals:
            slug = rival.trial.definition.slug
            drawings[f"{slug}_{role}"] = drawer.groups(rival.trial, slug)
    return drawings


def _course_section(label: str, drawings: dict[str, Drawing], tables: dict[str, Table]) -> Section:
    blocks: list[Block] = [tables["course"]]
    blocks += [d.figure for name, d in drawings.items() if name.startswith("course_")]
    return Section(f"{label}: what happened", tuple(blocks))


def _published_section(
    label: str, drawings: dict[str, Drawing], tables: dict[str, Table]
) -> Section:
    others = ("course_", "groups_", "score_card", "concordance")
    figures = [d.figure for name, d in drawings.items() if not name.startswith(others)]
    fold = Fold("Curves by group of each published score", tuple(figures))
    return Section(f"{label}: published scores", (tables["published_scores"], fold))


def _score_section(
    label: str, result: EndpointResult, card: Drawing | None, tables: dict[str, Table]
) -> Section:
    text = (
        "Points are whole numbers chosen on the Cox partial likelihood itself; no regression "
        "coefficient was rounded. Groups are the neighbouring totals whose log-rank statistic "
        "is largest, with at least "
        f"{100 * result.learning.grouping.least_share:g}% of the patients and "
        f"{result.learning.grouping.least_events:g} events in each."
    )
    figures = (card.figure,) if card else ()
    return Section(f"{label}: the score", (text, *figures, tables["totals"], tables["search"]))


def _validation_section(
    label: str, drawings: dict[str, Drawing], tables: dict[str, Table], judged: JudgedPart
) -> Section:
    blocks: list[Block] = [drawings["concordance"].figure, tables["internal"]]
    if "side_by_side" in tables:
        blocks.append(tables["side_by_side"])
    for name, drawing in drawings.items():
        if name.startswith("groups_"):
            blocks += [drawing.figure, tables[name]]
    blocks += [*judged.blocks, *judged.folds]
    return Section(f"{label}: how good the score is", tuple(blocks))


def _provenance_table(provenance: Provenance) -> Table:
    rows = [
        ("Study file", " ".join(provenance.study.values())),
        *((f"Data: {name}", digest) for name, digest in provenance.data.items()),
        ("jalon", f"{provenance.code['jalon']}, source {provenance.code['source_sha256']}"),
        ("Seed", str(provenance.seed)),
        *((name.capitalize(), str(value)) for name, value in provenance.settings.items()),
        ("Python", f"{provenance.python} on {provenance.machine}"),
        *((name, number) for name, number in provenance.libraries.items()),
    ]
    return Table(
        "Where the numbers come from (SHA-256)", (Heading("What"), Heading("Which")), tuple(rows)
    )

"""A study run end to end: it calls the rooms in order and computes nothing itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import numpy as np

from jalon.core import StudyFileError
from jalon.core.errors import DefinitionError
from jalon.core.numbers import write_count, write_estimate
from jalon.core.provenance import Provenance, trace_code, trace_libraries, trace_machine
from jalon.core.units import DAYS_PER
from jalon.endpoints import find_endpoint
from jalon.scores import ScoreDefinition
from jalon.study.analysis import Effort, EndpointResult, analyse_endpoint, describe_course
from jalon.study.cohorts import StudyCohort, read_cohort
from jalon.study.learning import Learning, learn_endpoint
from jalon.study.outcome import Outcome, derive_outcome
from jalon.study.outputs import MADE_BY, MARK, write_outputs
from jalon.study.page import write_report
from jalon.study.parts import check_parts
from jalon.study.progress import Progress, Silence
from jalon.study.protocol import ROLES, EndpointPart, Role, StudyFile
from jalon.study.result_folder import check_result_folder
from jalon.study.sample_size import judge_size
from jalon.study.snapshots import check_snapshots, note_runs
from jalon.validate import Running, Standing


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What the command line may change.

    Attributes:
        out: folder of the outputs; None for ``out/<study>``.
        resamples: bootstrap resamples; None for the study's own number.
        workers: threads; the outputs do not depend on it.
        store: the registry that a snapshot came from; None where no snapshot is used.
        by: who runs it, for the registry's audit.
    """

    out: Path | None = None
    resamples: int | None = None
    workers: int = 2
    store: str | None = None
    by: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Outputs:
    """What a run found and where it wrote it.

    Attributes:
        folder: the folder of the outputs.
        results: what was found, by endpoint.
    """

    folder: Path
    results: dict[str, EndpointResult]


def run_study(
    study: StudyFile, options: RunOptions | None = None, progress: Progress | None = None
) -> Outputs:
    """Run a study: read, describe, learn, validate, report.

    Args:
        study: the study.
        options: what the caller changes; None for nothing.
        progress: who listens; None for nobody.

    Returns:
        The results and the folder they were written to.

    Raises:
        UserError: a file or the data cannot be used; nothing is written then.
    """
    chosen, tell = options or RunOptions(), progress or Silence()
    about = study.protocol.study
    folder = chosen.out or Path("out") / about.slug
    check_result_folder(folder, MARK, MADE_BY)
    check_snapshots(study, chosen.store)
    began = datetime.now(UTC)
    cohorts = _read(study, tell)
    check_parts(study, cohorts)
    learned = {part.slug: _learn(study, part, cohorts, tell) for part in study.protocol.endpoint}
    resamples = chosen.resamples or about.resamples
    streams = np.random.default_rng(about.seed).spawn(len(learned))
    results, kept = {}, []
    for (slug, (learning, outcomes)), rng in zip(learned.items(), streams, strict=True):
        running = _plan_running((study, cohorts), folder, slug, (resamples, chosen.workers))
        running = replace(running, tell=_count(tell, learning))
        kept.append(running.keep)
        effort = Effort(resamples, running)
        results[slug] = analyse_endpoint(study, outcomes, learning, rng, effort)
        _tell_result(tell, results[slug])
    provenance = _trace(study, cohorts, resamples)
    report = write_report(study, cohorts, results, provenance)
    times = {"began": began.isoformat(), "ended": datetime.now(UTC).isoformat()}
    # Asked again: a patient may have objected while the study ran.
    check_snapshots(study, chosen.store)
    write_outputs(folder, report, _name_scores(results), provenance, times)
    note_runs(study, folder, chosen.store, chosen.by)
    for path in kept:
        if path is not None:
            path.unlink(missing_ok=True)
    tell.say("wrote", str(folder / "report.html"), "open it in a browser")
    return Outputs(folder, results)


def _read(study: StudyFile, tell: Progress) -> dict[Role, StudyCohort]:
    cohorts = {role: read_cohort(study, role) for role in ROLES if role in study.protocol.cohort}
    each = list(cohorts.values())
    tell.say(
        "data",
        " · ".join(f"{c.part.source} {write_count(c.read_rows)}" for c in each),
        "sha256 " + " ".join(f"{c.sha256[0][:4]}…" for c in each),
    )
    tell.say(
        "cohort",
        " · ".join(f"{write_count(c.read_rows)} → {write_count(len(c))}" for c in each),
        f"{sum(c.read_rows - len(c) for c in each)} excluded",
    )
    for cohort in each:
        for issue in cohort.issues:
            about = f"{issue.count} patients" if issue.lines else "whole column"
            tell.say("question", f"{cohort.name}: {issue.text}", about)
    return cohorts


def _learn(
    study: StudyFile, part: EndpointPart, cohorts: dict[Role, StudyCohort], tell: Progress
) -> tuple[Learning, dict[Role, Outcome]]:
    try:
        endpoint = find_endpoint(part.slug)
    except DefinitionError as error:
        raise StudyFileError(study.path, str(error), "endpoint.slug") from None
    if "development" not in part.cohorts:
        raise StudyFileError(
            study.path, f"{part.slug} needs the development cohort", "endpoint.cohorts"
        )
    outcomes = {
        role: derive_outcome(study, cohorts[role], endpoint)
        for role in part.cohorts
        if role in cohorts
    }
    first = outcomes["development"]
    course = describe_course(first)
    events = int(np.sum(first.data.event == 1))
    years = course.watched.value / DAYS_PER["years"]
    tell.say(
        "follow-up",
        f"median {years:.1f} y (reverse Kaplan-Meier)",
        f"{endpoint.label_en.lower()}: {write_count(events)} events",
    )
    learning = learn_endpoint(study, first)
    tell.say(
        "learning",
        f"{len(learning.definition.items)} of {len(learning.terms.candidates)} variables, "
        f"{len(learning.definition.groups)} groups",
        _shorten(learning),
    )
    size = judge_size(study, learning)
    if size is not None:
        tell.say("size", size.short, "enough" if size.enough else "too few patients")
    return learning, outcomes


def _shorten(learning: Learning) -> str:
    certificate = learning.score.certificate
    if certificate is None:
        return "best found; nothing is proven"
    if certificate.proven:
        return certificate.sentence
    return f"best found, gap {certificate.gap:.2g} ({100 * certificate.relative_gap:.2g} %)"


def _plan_running(
    made_from: tuple[StudyFile, dict[Role, StudyCohort]],
    folder: Path,
    slug: str,
    how: tuple[int, int],
) -> Running:
    """Keep finished resamples beside the outputs, under a name of this very study and data.

    A run that is interrupted goes on from there; one that ends takes the file away.
    """
    study, cohorts = made_from
    resamples, workers = how
    hashes = [part for cohort in cohorts.values() for part in cohort.sha256]
    about = " ".join([slug, str(resamples), study.sha256, *hashes, trace_code()["source_sha256"]])
    mark = sha256(about.encode()).hexdigest()[:12]
    keep = folder.parent / f".{folder.name}.{slug}.{mark}.resamples"
    return Running(workers, keep=keep, about=about)


def _count(tell: Progress, learning: Learning) -> Callable[[Standing], None]:
    step = f"validating {learning.outcome.endpoint.label_en.lower()}"
    return lambda standing: tell.advance(step, standing.done, standing.total)


def _tell_result(tell: Progress, result: EndpointResult) -> None:
    figure = result.internal.figures["concordance"]
    name = result.outcome.cohort.name
    tell.say("apparent", f"C {write_estimate(figure.apparent)}", name)
    tell.say("corrected", f"C {write_estimate(figure.corrected)}", f"{name}, 0.632+ of resamples")
    other = result.trials.get("validation")
    if other is not None:
        text = f"C {write_estimate(other.concordance.estimate)}"
        where = f"{other.outcome.cohort.name}, {write_count(other.patients)} patients"
        tell.say("external", text, where)
    for rivals in result.rivals.values():
        for rival in rivals:
            tell.say(
                rival.trial.definition.slug,
                f"C {write_estimate(rival.published)}",
                f"{rival.trial.outcome.cohort.name}, {write_count(rival.patients)} patients",
            )


def _name_scores(results: dict[str, EndpointResult]) -> dict[str, ScoreDefinition]:
    first, *others = results
    named = {"score.toml": results[first].learning.definition}
    return named | {f"score_{slug}.toml": results[slug].learning.definition for slug in others}


def _trace(study: StudyFile, cohorts: dict[Role, StudyCohort], resamples: int) -> Provenance:
    data = {}
    for cohort in cohorts.values():
        data[cohort.part.source] = cohort.sha256[0]
        described = Path(cohort.part.dictionary).as_posix() if cohort.part.file else "dictionary"
        data[described] = cohort.sha256[1]
    python, machine = trace_machine()
    return Provenance(
        study={"file": study.path.name, "sha256": study.sha256},
        data=data,
        code=trace_code(),
        seed=study.protocol.study.seed,
        settings={"resamples": resamples},
        libraries=trace_libraries(),
        python=python,
        machine=machine,
    )

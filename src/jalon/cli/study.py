"""``jalon study``: run a study file, or list those that are there."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jalon.cli.registry_options import ByOption, QuietOption, StoreOption, name_actor
from jalon.cli.terminal import Terminal, count_seconds

if TYPE_CHECKING:
    from jalon.study import Outputs, StudyFile

study_app = typer.Typer(help="Run a study file, or list those of a folder.", no_args_is_help=True)


@study_app.command("run")
def run(  # noqa: PLR0913, PLR0917 - each argument is an option of the command
    file: Annotated[Path, typer.Argument(help="The study file, such as studies/x.toml.")],
    data: Annotated[
        Path | None, typer.Option(help="Folder of the data files, instead of the study's own.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the results, instead of out/<study>.")
    ] = None,
    resamples: Annotated[
        int | None, typer.Option(min=2, help="Bootstrap resamples, instead of the study's number.")
    ] = None,
    separator: Annotated[
        str | None, typer.Option(help='What stands between values in the data: ";" or tab.')
    ] = None,
    decimal: Annotated[
        str | None, typer.Option(help='The decimal mark of the data: "." or ",".')
    ] = None,
    encoding: Annotated[
        str | None, typer.Option(help="How the text of the data is coded, for example latin-1.")
    ] = None,
    workers: Annotated[
        int, typer.Option(min=1, help="Threads; the results do not depend on it.")
    ] = 2,
    store: StoreOption = None,
    by: ByOption = None,
    quiet: QuietOption = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Write the main figures as JSON, and nothing else.")
    ] = False,
) -> None:
    """Develop a score, validate it, and write a report with figures, tables and provenance."""
    from jalon.study import RunOptions, Silence, load_study, run_study  # noqa: PLC0415 - heavy

    start = time.perf_counter()
    given = {"separator": separator, "decimal": decimal, "encoding": encoding}
    study = load_study(file, data, {name: text for name, text in given.items() if text})
    terminal = Terminal()
    about = study.protocol.study
    if not quiet and not as_json:
        terminal.say("study", about.title, f"{about.data_label} · research use only")
    tell = Silence() if quiet or as_json else terminal
    try:
        options = RunOptions(out, resamples, workers, store, name_actor(by) if store else "")
        outputs = run_study(study, options, tell)
    finally:
        terminal.close()
    if as_json:
        typer.echo(json.dumps(_summarise(study, outputs), ensure_ascii=False))
    elif not quiet:
        terminal.say("took", count_seconds(start))


def _summarise(study: StudyFile, outputs: Outputs) -> dict[str, object]:
    endpoints = {}
    for slug, result in outputs.results.items():
        figure = result.internal.figures["concordance"]
        found = {"apparent": figure.apparent, "corrected": figure.corrected}
        other = result.trials.get("validation")
        if other is not None:
            found["external"] = other.concordance.estimate
        endpoints[slug] = {
            name: {"c": e.value, "low": e.low, "high": e.high} for name, e in found.items()
        }
    return {
        "study": study.protocol.study.slug,
        "data": study.protocol.study.data_label,
        "report": str(outputs.folder / "report.html"),
        "endpoints": endpoints,
    }


@study_app.command("list")
def list_studies(
    folder: Annotated[Path, typer.Argument(help="Where to look.")] = Path("studies"),
) -> None:
    """List the study files of a folder with their titles."""
    from jalon.core import UserError  # noqa: PLC0415
    from jalon.study import load_study  # noqa: PLC0415 - heavy

    paths = sorted(folder.glob("*.toml")) if folder.is_dir() else []
    if not paths:
        raise UserError(f"there is no study file in {folder}; name another folder")
    for path in paths:
        about = load_study(path).protocol.study
        typer.echo(f"{path!s:<32}  {about.title}  ({about.data_label})")

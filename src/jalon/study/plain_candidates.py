"""Candidate variables from a CSV file without a dictionary: numbers, yes or no, categories."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from jalon.core import Floats
from jalon.core.errors import DataFileError, UserError
from jalon.dictionary import suggest
from jalon.learn import Candidate
from jalon.learn.checks import CHANCE
from jalon.learn.cuts import CLINICAL, CutRule, every_cut, load_cuts, quantile_cuts
from jalon.study.plain_outcome import Mask, PlainOutcome
from jalon.study.plain_table import PlainTable

MOST_LEVELS = 12
"""A column of more different texts than this is no category."""

MUCH_MISSING = 0.5
"""A column that nobody asked for by name is left out when more than this share is missing."""

SAME_TIME = 0.1
"""A number that equals the follow-up time for more than this share of patients is another one."""

ANOTHER_TIME = "another follow-up time"

EVENT_WORDS = ("death", "dead", "died", "deceas", "event", "status", "relaps", "recur", "progress")
EVENT = (
    "it is named like an event, and another follow-up time is in the file, so it looks like what "
    "happened later; name it with --variables if it was known at time zero"
)
"""What is said of a column that may be another outcome."""

EVERY = (
    "every other column was a candidate; see that none is known only after time zero, and name "
    "the right ones with --variables"
)
"""What is said when nobody chose the candidates."""

Kind = Literal["number", "flag", "level", "levels"]


@dataclass(frozen=True, slots=True)
class ColumnSource:
    """How a candidate's values are read from the file.

    Attributes:
        name: of the candidate.
        column: of the file.
        kind: "number", "flag" (yes or no), one "level" against the rest, or ordered "levels".
        levels: the texts that count, in their order; one for "level".
    """

    name: str
    column: str
    kind: Kind = "number"
    levels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CandidateOptions:
    """Which columns may enter the score, and where they are cut.

    Attributes:
        variables: columns that may; empty for all that say no outcome.
        forbidden: columns, or single levels, that may not.
        cuts: file of limits, or ``clinical``; None for none.
        parts: parts of about equal size that other numbers are cut into.
        exhaustive: cut other numbers at every value instead.
        impute: keep patients of whom a candidate is not known; it is imputed later.
    """

    variables: tuple[str, ...] = ()
    forbidden: tuple[str, ...] = ()
    cuts: Path | None = None
    parts: int = 10
    exhaustive: bool = False
    impute: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class PlainCandidates:
    """Candidate variables of a file.

    Attributes:
        sources: how each is read.
        candidates: each with its limits.
        columns: values of each, of the complete patients; NaN where one is to be imputed.
        complete: shape (n,), rows with outcome and every candidate known, or to be imputed.
        limits_from: who uses the limits of a variable, where a file said so.
        notes: what was left out, and why.
        variation: coefficient of variation of each variable, where the file of limits says one.
    """

    sources: tuple[ColumnSource, ...]
    candidates: tuple[Candidate, ...]
    columns: dict[str, Floats]
    complete: Mask
    limits_from: dict[str, str]
    notes: tuple[str, ...]
    variation: dict[str, float] = field(default_factory=dict)


def find_candidates(
    table: PlainTable, outcome: tuple[str, ...], seen: PlainOutcome, options: CandidateOptions
) -> PlainCandidates:
    """Choose the candidate variables of a file, and cut them.

    Args:
        table: the file.
        outcome: its columns that say the outcome; the first is the follow-up time.
        seen: what happened, in the rows with a known outcome.
        options: which columns, and where they are cut.

    Returns:
        The candidates.

    Raises:
        DataFileError: a column that cannot be used, with its lines.
        StudyFileError: a file of limits that cannot be read.
        UserError: a name that is not known.
    """
    rules, known = load_cuts(options.cuts) if options.cuts else {}, seen.known
    chosen, notes = _choose_columns(table, outcome, seen, options)
    if options.cuts and str(options.cuts) != CLINICAL:
        notes += _unused_rules(rules, table, options.cuts)
    sources: list[ColumnSource] = []
    values: dict[str, Floats] = {}
    for column in chosen:
        found = {one.name: one for one in _find_sources(table, column, rules.get(column))}
        read = {name: read_source(table, one) for name, one in found.items()}
        reason = _tell_by_gaps(table, column, seen) or _doubt(table, column, read, outcome[0])
        if reason and options.variables:
            raise DataFileError(table.path, f"{reason}; take it out of --variables", column=column)
        if reason:
            notes.append(f"{column} left out: {reason}")
            continue
        sources += [one for one in found.values() if one.name not in options.forbidden]
        values |= {name: read[name] for name in read if name not in options.forbidden}
    for column in _find_events(sources, notes):
        sources = [one for one in sources if one.column != column]
        notes.append(f"{column} left out: {EVENT}")
    _check_forbidden(table, options)
    if not sources:
        raise DataFileError(
            table.path, f"no column is left to learn from. {'; '.join(notes)}".rstrip(". ")
        )
    missing = {name: int(np.isnan(column[known]).sum()) for name, column in values.items()}
    complete = known
    if not options.impute:
        complete = known & ~np.any([np.isnan(column) for column in values.values()], axis=0)
    if not complete.any():
        worst = max(missing, key=lambda name: missing[name])
        raise DataFileError(
            table.path, "nobody has every candidate variable known; leave out the one that is "
            f"missing most: --forbid {worst}; or impute: --robust imputations", column=worst,
        )  # fmt: skip
    columns = {name: column[complete] for name, column in values.items()}
    candidates = tuple(_cut(table, one, columns, rules.get(one.column), options) for one in sources)
    used = {name: rule.source for name, rule in rules.items() if name in chosen and rule.source}
    varies = {name: rule.cv for name, rule in rules.items() if name in chosen and rule.cv}
    return PlainCandidates(
        tuple(sources), candidates, columns, complete, used, tuple(notes), varies
    )


def read_source(table: PlainTable, source: ColumnSource) -> Floats:
    """Read the values of one candidate.

    Args:
        table: the file.
        source: how it is read.

    Returns:
        Shape (n,), NaN where not known.
    """
    if source.kind == "number":
        return table.numbers(source.column)
    if source.kind == "flag":
        values = table.flags(source.column)
        return table.numbers(source.column) if values is None else values
    texts = table.text(source.column)
    if source.kind == "level":
        return np.array(
            [np.nan if text is None else float(text == source.levels[0]) for text in texts]
        )
    unknown = texts.is_not_null() & ~texts.is_in(source.levels)
    table.refuse_rows(
        unknown.to_numpy(), source.column, "this text is none of the levels of the cuts file: "
        f"{', '.join(source.levels)}",
    )  # fmt: skip
    code = {text: float(k) for k, text in enumerate(source.levels)}
    return np.array([np.nan if text is None else code[text] for text in texts])


def _choose_columns(
    table: PlainTable, outcome: tuple[str, ...], seen: PlainOutcome, options: CandidateOptions
) -> tuple[list[str], list[str]]:
    for name in options.variables:
        table.text(name, "--variables")
        if name in outcome:
            raise UserError(f"{name} says the outcome, so it cannot be a variable of the score")
    if options.variables:
        return [v for v in options.variables if v not in options.forbidden], []
    notes, chosen = [], []
    for name in table.cells:
        if name in outcome or name in options.forbidden:
            continue
        share = table.cells[name].null_count() / max(len(table), 1)
        if share > MUCH_MISSING:
            reason = _tell_by_gaps(table, name, seen)
            reason = reason or f"missing for {100 * share:.0f} % of the rows"
            notes.append(f"{name} left out: {reason}")
        else:
            chosen.append(name)
    return chosen, [*notes, EVERY]


def _find_sources(table: PlainTable, column: str, rule: CutRule | None) -> list[ColumnSource]:
    if rule is not None and rule.levels:
        return [ColumnSource(column, column, "levels", rule.levels)]
    if table.flags(column) is not None:
        return [ColumnSource(column, column, "flag")]
    if table.is_number(column):
        values = table.numbers(column)
        two = set(np.unique(values[~np.isnan(values)]).tolist()) <= {0.0, 1.0}
        return [ColumnSource(column, column, "flag" if two else "number")]
    counts = table.text(column).drop_nulls().value_counts(sort=True)
    ordered = sorted(counts.iter_rows(), key=lambda row: (-row[1], row[0]))
    if len(ordered) > MOST_LEVELS:
        return []
    # Of two levels one says all; the rarer one is the condition.
    levels = [text for text, _ in (ordered[1:] if len(ordered) == 2 else ordered)]
    return [ColumnSource(f"{column} is {text}", column, "level", (text,)) for text in levels]


def _tell_by_gaps(table: PlainTable, column: str, seen: PlainOutcome) -> str:
    """Say whether a column is known only of patients whose outcome is the same."""
    had = seen.data.event == 1
    held = table.text(column).is_not_null().to_numpy()[seen.known]
    count, share = int(held.sum()), float(had.mean())
    if not 0 < share < 1 or not 0 < count < len(had):
        return ""
    for what, chance, same in (("had", share, had), ("did not have", 1 - share, ~had)):
        if np.all(same[held]) and count * np.log(chance) < np.log(CHANCE):
            return (
                f"it is known of {count:,} of {len(had):,} patients, and all of these {what} the "
                f"event, against {100 * chance:.0f} % of everybody: it is known only after the "
                "outcome, and gives it away"
            )
    return ""


def _find_events(sources: list[ColumnSource], notes: list[str]) -> list[str]:
    """Columns of 0 and 1 that are named like events, where another follow-up time was found."""
    if not any(ANOTHER_TIME in note for note in notes):
        return []
    named = [one.column for one in sources if one.kind == "flag"]
    return [name for name in named if any(word in name.lower() for word in EVENT_WORDS)]


def _doubt(table: PlainTable, column: str, read: dict[str, Floats], time: str) -> str:
    """Say why a column cannot be a candidate; empty when it can."""
    if not read:
        kinds = table.text(column).drop_nulls().n_unique()
        return f"{kinds} different texts are neither numbers nor a category"
    values = next(iter(read.values()))
    seen = values[~np.isnan(values)]
    if all(len(np.unique(one[~np.isnan(one)])) < 2 for one in read.values()):
        return "it is the same for every patient, so it cannot tell them apart"
    distinct = len(np.unique(seen))
    if len(seen) == len(table) == distinct > 20 and np.all(seen == np.round(seen)):
        return "a different whole number for every patient: it looks like an identifier"
    same = int(np.sum(values == table.numbers(time)))
    if distinct > 20 and same > SAME_TIME * len(table):
        return (
            f"it equals {time} for {same:,} of {len(table):,} patients, so it looks like "
            f"{ANOTHER_TIME}, known only afterwards"
        )
    return ""


def _unused_rules(rules: dict[str, CutRule], table: PlainTable, path: Path) -> list[str]:
    return [
        f"{path.name} has limits for {name}, but there is no such column"
        f"{suggest(name, table.cells)}"
        for name in rules
        if name not in table.cells
    ]


def _check_forbidden(table: PlainTable, options: CandidateOptions) -> None:
    for name in options.forbidden:
        if name not in table.cells and name.partition(" is ")[0] not in table.cells:
            raise UserError(
                f"--forbid {name}: no such column{suggest(name, table.cells)}; the file has "
                f"{', '.join(table.cells)}"
            )


def _cut(
    table: PlainTable,
    source: ColumnSource,
    columns: dict[str, Floats],
    rule: CutRule | None,
    options: CandidateOptions,
) -> Candidate:
    values = columns[source.name]
    values = values[~np.isnan(values)]
    if not len(values) or np.ptp(values) == 0:
        known = "a known value" if options.impute else "every candidate known"
        raise DataFileError(
            table.path, f"among the {len(values)} patients with {known} it is the same for all; "
            f"add --forbid {source.column!r}", column=source.column,
        )  # fmt: skip
    about: dict[str, Any] = {"direction": "any"}
    if rule is not None:
        about = {
            "direction": rule.direction, "label": rule.label, "unit": rule.unit,
            "outlay": rule.cost,
        }  # fmt: skip
    if source.kind in {"flag", "level"}:
        return Candidate(source.name, (0.0,), levels=("no", "yes"), **about)
    if rule is not None and rule.cuts:
        return Candidate(source.name, rule.cuts, levels=rule.levels, **about)
    cuts = every_cut(values) if options.exhaustive else quantile_cuts(values, options.parts)
    return Candidate(source.name, cuts or every_cut(values)[:1], **about)

"""The risk that each total of a score means, estimated from all totals together."""

from __future__ import annotations

import numpy as np

from jalon.core.units import DAYS_PER
from jalon.learn import ScoreRisks, estimate_risks, find_group, find_shift, pool_risks
from jalon.report.tables import Cell, Count, Heading, Interval, Table
from jalon.study.analysis import EndpointResult
from jalon.study.learning import Learning


def estimate_score_risks(learning: Learning, months: tuple[float, ...]) -> ScoreRisks:
    """Estimate how likely the event is for each total and each group of a learned score.

    Kaplan-Meier and Cox, or Aalen-Johansen and two cause-specific Cox models where another cause
    competes. Where missing values were imputed the risks of the completed tables are pooled.

    Args:
        learning: the score and its patients.
        months: the horizons; those that nobody reaches are left out.

    Returns:
        Risks with 95% intervals; ``times`` are in days.
    """
    data, score = learning.data, learning.score
    last = float(data.time.max(initial=0.0))
    days = [month * DAYS_PER["months"] for month in months]
    bits = learning.terms.bits if learning.completed is None else learning.completed.terms.bits
    shift = find_shift(score, learning.terms)
    total = score.total(bits) - shift
    limits = tuple(limit - shift for limit in score.limits)
    return pool_risks(
        [
            estimate_risks(
                part, data, [day for day in days if day <= last], limits,
                span=learning.definition.range,
            )
            for part in np.split(total, len(total) // len(data))
        ]
    )  # fmt: skip


def total_risks_table(result: EndpointResult, months: tuple[float, ...]) -> Table:
    """Tabulate the risk of each total that somebody has.

    Args:
        result: what was found for the endpoint.
        months: the horizons.

    Returns:
        Total, group, patients, events and risks in per cent with 95% intervals.
    """
    learning = result.learning
    risks = estimate_score_risks(learning, months)
    shown = [month for month, _ in zip(months, risks.times, strict=False)]
    groups = learning.definition.groups
    rows: list[tuple[Cell, ...]] = []
    for row in risks.totals:
        if not row.n:
            continue
        place = int(find_group(np.array([row.total]), risks.limits)[0])
        name = groups[place].label["en"] + (" *" if row.sparse else "")
        rows.append(
            (
                f"{row.total}", name, Count(row.n), Count(row.events),
                *(Interval(one, 0, 100) for one in row.predicted),
            )
        )  # fmt: skip
    columns = (
        Heading("Total"), Heading("Group"), Heading("Patients"), Heading("Events"),
        *(Heading(f"Risk by {month:g} months, %") for month in shown),
    )  # fmt: skip
    kind = "cumulative incidence, other causes competing" if result.outcome.competes else "risk"
    notes = [
        f"Estimated {kind}: one factor of the hazard per point for all totals together, 95% "
        "interval."
    ]
    if any(row.sparse for row in risks.totals if row.n):
        notes.append("* Fewer than 10 patients or 5 events: the risk borrows from all totals.")
    name = learning.outcome.cohort.name
    title = f"Risk of {result.outcome.risk_name} by total in {name}, n = {len(learning.data):,}"
    return Table(title, columns, tuple(rows), tuple(notes))


def find_misfit(learning: Learning, months: tuple[float, ...]) -> str:
    """Say where the risk observed in a group is not the one that its totals promise.

    Args:
        learning: the score and its patients.
        months: the horizons.

    Returns:
        The first group and horizon whose observed 95% interval leaves the estimate out; empty
        where there is none.
    """
    risks = estimate_score_risks(learning, months)
    for group, part in zip(risks.groups, learning.definition.groups, strict=True):
        rows = [row for row in risks.totals if group.low <= row.total <= group.high and row.n]
        for k, seen in enumerate(group.observed):
            told = sum(row.n * row.predicted[k].value for row in rows) / max(group.n, 1e-9)
            if seen.low > told or seen.high < told:
                return (
                    f"In the {part.label['en']} group {100 * seen.value:.0f} of 100 had the event "
                    f"by {months[k]:g} months ({100 * seen.low:.0f} to {100 * seen.high:.0f}), "
                    f"where one factor per point says {100 * told:.0f}: read the risk of a total "
                    "with that in mind."
                )
    return ""

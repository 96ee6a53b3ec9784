"""Would other patients have given the same score? What the resamples chose again."""

from __future__ import annotations

from collections import defaultdict

from jalon.learn import Candidate, find_shift
from jalon.report.tables import Cell, Heading, Number, Table
from jalon.study.analysis import EndpointResult
from jalon.study.completing import list_chosen

CUT = "groups after "
OFTEN = 0.25
"""A limit that is not in the score is listed when this share of the resamples chose it."""

MOST_CUTS = 5
"""Ways to cut groups that are shown."""


def limits_table(result: EndpointResult) -> Table:
    """Tabulate how often each limit of a variable, and each number of groups, was chosen again.

    Args:
        result: what was found for the endpoint.

    Returns:
        Limits of the score and others that were chosen often, then numbers of groups.
    """
    learning, chosen = result.learning, result.internal.chosen
    terms = learning.terms
    own = list_chosen(terms, learning.score)
    rows: list[tuple[Cell, ...]] = []
    for term in range(len(terms.cut)):
        name, share = terms.name(term), chosen.get(terms.name(term), 0.0)
        if name in own or share >= OFTEN:
            text = _name_limit(terms.candidates[terms.variable[term]], float(terms.cut[term]))
            rows.append((text, "yes" if name in own else "no", Number(100 * share, 0)))
    counts: defaultdict[int, float] = defaultdict(float)
    for name, share in chosen.items():
        if name.startswith(CUT):
            counts[count_groups(name)] += share
    mine = {count_groups(name) for name in own if name.startswith(CUT)}
    for number in sorted(mine | set(counts)):
        has = "yes" if number in mine else "no"
        rows.append((f"{number} groups", has, Number(100 * counts[number], 0)))
    columns = (
        Heading("Limit, or number of groups"),
        Heading("In the score"),
        Heading("Chosen again, % of resamples"),
    )
    notes = (f"Other limits where at least {100 * OFTEN:.0f}% of the resamples chose them.",)
    return Table("How stable limits and groups are", columns, tuple(rows), notes)


def list_stability(result: EndpointResult) -> list[tuple[str, str, float, bool]]:
    """List how often variables, their limits and the limits of groups were chosen again.

    Args:
        result: what was found for the endpoint.

    Returns:
        Section, label, share of the resamples, and whether it is in the score: every variable,
        then limits, then the limits of groups of the score and those that were chosen most.
    """
    learning, chosen = result.learning, result.internal.chosen
    terms = learning.terms
    own = set(list_chosen(terms, learning.score))
    rows = [
        ("Variables", one.label or one.name, chosen.get(one.name, 0.0), one.name in own)
        for one in terms.candidates
    ]
    for term in range(len(terms.cut)):
        name, share = terms.name(term), chosen.get(terms.name(term), 0.0)
        if name in own or share >= OFTEN:
            text = _name_limit(terms.candidates[terms.variable[term]], float(terms.cut[term]))
            rows.append(("Limits", text, share, name in own))
    cuts = [name for name in own if name.startswith(CUT)]
    cuts += [name for name in chosen if name.startswith(CUT) and name not in own]
    shift = find_shift(learning.score, terms)
    for name in cuts[:MOST_CUTS]:
        limits = [int(part) - shift for part in name.removeprefix(CUT).split(", ")]
        label = f"Groups up to {', '.join(map(str, limits))}"
        rows.append(("Groups", label, chosen.get(name, 0.0), name in own))
    return rows


def _name_limit(candidate: Candidate, cut: float) -> str:
    label = candidate.label or candidate.name
    if candidate.levels == ("no", "yes"):
        return label
    if candidate.levels:
        return f"{label}: {' or '.join(candidate.levels[int(cut) + 1 :])}"
    return f"{label}: above {cut:g}{f' {candidate.unit}' if candidate.unit else ''}"


def count_groups(name: str) -> int:
    """Count the groups of ``groups after 2, 5``.

    Args:
        name: as ``list_chosen`` gives it.

    Returns:
        3.
    """
    return name.count(",") + 2

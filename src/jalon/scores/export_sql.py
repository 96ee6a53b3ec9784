"""A score as one SQL query that SQLite (3.35) and PostgreSQL (12) read alike.

A missing value stays missing: the query gives the least and the most points, and the group
only when it is certain. A value the engine would refuse gives no points; ``refused`` names it.
"""

# ruff: noqa: S608 - a query is what this file is for

from __future__ import annotations

from jalon.core.errors import DefinitionError
from jalon.scores.boxes import Box, list_boxes
from jalon.scores.combine import find_group
from jalon.scores.definition import ScoreDefinition
from jalon.scores.item import Item
from jalon.scores.sql_formula import list_positive, write_formula_range, write_group_of
from jalon.scores.sql_value import (
    check_item_columns,
    list_columns,
    quote,
    quote_text,
    read_item_column,
    write_number,
)


def write_sql(definition: ScoreDefinition, table: str = "patients", key: str = "patient") -> str:
    """Write a score as a SQL query over a table of patients.

    Args:
        definition: the score.
        table: the table; one column per item, measure and flag, numbers in the definition's
            unit, categories by the name of their level.
        key: its column that tells patients apart.

    Returns:
        The query. It gives the key, ``points_low``, ``points_high``, ``risk_group``, ``state``
        and ``refused``, the item that cannot be used. Of a formula, a limit that nothing bounds
        is NULL.

    Raises:
        DefinitionError: a score that cannot be computed.

    Example:
        >>> from jalon.scores import find_definition
        >>> write_sql(find_definition("ipi")).splitlines()[-1]
        'SELECT k AS "patient", points_low, points_high, risk_group, state, refused FROM answer;'
    """
    if not definition.computes:
        raise DefinitionError(
            f"{definition.short} cannot be written as SQL: {definition.reason['en']}"
        )
    steps = [
        ("given", _read_columns(definition, table, key)),
        ("ratio", _select("given", _read_ratios(definition))),
        ("known", _select("ratio", _read_values(definition))),
    ]
    if definition.rule == "formula":
        low, high = write_formula_range(definition)
    else:
        steps.append(("part", _select("known", _give_points(definition))))
        low, high = _add(definition) if definition.rule == "sum" else _look_up(definition)
    before = steps[-1][0]
    steps.append(("range", _select(before, [(low, "low_points"), (high, "high_points")])))
    steps.append(("place", _select("range", _place(definition))))
    steps.append(("answer", _answer(definition)))
    # Materialized: SQLite would else write each step out again wherever the next one uses it.
    body = ",\n".join(f"{_name(name)} AS MATERIALIZED (\n{query}\n)" for name, query in steps)
    last = f"SELECT k AS {quote(key)}, points_low, points_high, risk_group, state, refused"
    return f"{_head(definition, table)}WITH {body}\n{last} FROM answer;\n"


def _name(step: str) -> str:
    return "answer" if step == "answer" else f"s_{step}"


def _head(definition: ScoreDefinition, table: str) -> str:
    title = f"{definition.name['en']}, version {definition.version}. {definition.citation}"
    lines = [title, f"doi:{definition.doi}" if definition.doi else "Research use only."]
    if definition.availability == "partial":
        lines.append(f"In part: {definition.reason['en']}")
    lines.append(f"Columns of {table}, in the unit given; each must be there, NULL if not known:")
    lines += [f"  {name}: {what}" for name, what in list_columns(definition)]
    lines.append("Numbers as integer, double precision or numeric. Research use only.")
    return "".join(f"-- {' '.join(line.split())}\n" for line in lines)


def _select(source: str, columns: list[tuple[str, str]]) -> str:
    if not columns:
        return f"  SELECT * FROM {_name(source)}"
    made = ",\n".join(f"    {text} AS {quote(name)}" for text, name in columns)
    return f"  SELECT *,\n{made}\n  FROM {_name(source)}"


def _read_columns(definition: ScoreDefinition, table: str, key: str) -> str:
    # Every column is named with its table: SQLite takes a lone "name" that is absent for a text.
    columns = [f"p.{quote(key)} AS k"]
    refused = []
    for name, _ in list_columns(definition):
        text, check = read_item_column(definition, name)
        columns.append(f"{text} AS {quote(name)}")
        refused.append(f"WHEN {check} THEN {quote_text(name)}")
    columns.append(f"CASE {' '.join(refused)} END AS bad_column")
    return "  SELECT " + ",\n    ".join(columns) + f"\n  FROM {quote(table)} AS p"


def _read_ratios(definition: ScoreDefinition) -> list[tuple[str, str]]:
    found = []
    for item in definition.items:
        if item.over:
            top, bottom = (quote(name) for name in item.over)
            ratio = f"CASE WHEN {bottom} > 0 THEN 1.0 * {top} / {bottom} END"
            found.append((ratio, f"{item.id} ratio"))
    return found


def _read_values(definition: ScoreDefinition) -> list[tuple[str, str]]:
    """What counts of each item, and which item contradicts itself."""
    found, checks = [], []
    positive = list_positive(definition.formula) if definition.formula else frozenset()
    for item in definition.items:
        value, check = check_item_columns(item)
        if item.id in positive:
            check.append(f"({value}) <= 0")
        found.append((value, f"{item.id} value"))
        checks += [f"WHEN {each} THEN {quote_text(item.id)}" for each in check]
    refused = " ".join(["CASE WHEN bad_column IS NOT NULL THEN bad_column", *checks, "END"])
    return [*found, (refused, "refused")]


def _give_points(definition: ScoreDefinition) -> list[tuple[str, str]]:
    found = []
    for item in definition.items:
        points = _choose_step(item)
        found.append((f"COALESCE({points}, {_missing(definition, item, 0)})", f"{item.id} low"))
        found.append((f"COALESCE({points}, {_missing(definition, item, -1)})", f"{item.id} high"))
    return found


def _choose_step(item: Item) -> str:
    value = quote(f"{item.id} value")
    cases = []
    for step in reversed(item.steps[1:]):
        operator = ">" if step.above is not None else ">="
        cases.append(f"WHEN {value} {operator} {write_number(step.limit)} THEN {step.points}")
    cases.append(f"WHEN {value} IS NOT NULL THEN {item.steps[0].points}")
    if item.flag:
        flag = quote(item.flag)
        cases += [f"WHEN {flag} = {k} THEN {item.steps[k].points}" for k in (0, 1)]
    return f"CASE {' '.join(cases)} END"


def _missing(definition: ScoreDefinition, item: Item, end: int) -> str:
    """What a missing item may give, unless another one answers for its whole set."""
    settlers = [
        each
        for each in definition.items
        if each.settles and each.exclusive == item.exclusive and each is not item
    ]
    if end == 0 or not settlers:
        return str(item.choices[end])
    known = " OR ".join(f"{quote(f'{each.id} value')} IS NOT NULL" for each in settlers)
    return f"CASE WHEN {known} THEN {item.choices[0]} ELSE {item.choices[-1]} END"


def _greatest(names: list[str]) -> str:
    """The greatest of several columns; the two databases have no function of one name."""
    if len(names) == 1:
        return names[0]
    cases = [
        f"WHEN {' AND '.join(f'{name} >= {other}' for other in names if other != name)} THEN {name}"
        for name in names[:-1]
    ]
    return f"CASE {' '.join(cases)} ELSE {names[-1]} END"


def _add(definition: ScoreDefinition) -> tuple[str, str]:
    organs = definition.organs()
    low, high = (
        " + ".join(_greatest([quote(f"{item.id} {end}") for item in members]) for members in organs)
        for end in ("low", "high")
    )
    return low, high


def _look_up(definition: ScoreDefinition) -> tuple[str, str]:
    """The least and the greatest total of the boxes in which the patient may lie."""
    boxes = list_boxes(definition)
    totals = sorted({total for box in boxes for total in box.totals})
    cases = [(total, _may_lie(definition, boxes, total)) for total in totals]
    return _first(cases), _first(cases[::-1])


def _first(cases: list[tuple[int, str]]) -> str:
    return "CASE " + "\n      ".join(f"WHEN {test} THEN {total}" for total, test in cases) + " END"


def _may_lie(definition: ScoreDefinition, boxes: tuple[Box, ...], total: int) -> str:
    tests = []
    for box in boxes:
        if total in box.totals:
            parts = [
                _may_give(definition.item(name), allowed) for name, allowed in box.points.items()
            ]
            tests.append(f"({' AND '.join(parts)})" if parts else "1 = 1")
    return " OR ".join(tests)


def _may_give(item: Item, allowed: tuple[int, ...]) -> str:
    """An item is known, or may give anything it can; ranges within it do not occur in a table."""
    low, high = quote(f"{item.id} low"), quote(f"{item.id} high")
    return f"({low} <> {high} OR {low} IN ({', '.join(str(p) for p in allowed)}))"


def _place(definition: ScoreDefinition) -> list[tuple[str, str]]:
    """Number of the lowest and of the highest group."""
    if not definition.groups:
        return [("NULL", "first_group"), ("NULL", "last_group")]
    if definition.formula:
        limits = definition.formula.limits
        return [
            (write_group_of(limits, "low_points", 0), "first_group"),
            (write_group_of(limits, "high_points", len(limits)), "last_group"),
        ]
    found = []
    for end, name in (("low", "first_group"), ("high", "last_group")):
        cases = [f"WHEN {end}_points <= {g.high} THEN {k}" for k, g in enumerate(definition.groups)]
        place = f"CASE {' '.join(cases)} END"
        for override in definition.overrides:
            index = find_group(definition, override.group)
            some = " OR ".join(
                f"{quote(f'{item.id} {end}')} >= {override.points}" for item in definition.items
            )
            lower = [
                f"WHEN {end}_points > {definition.groups[index].high} THEN {place}",
                f"WHEN {some} THEN {index}",
            ]
            place = f"CASE {' '.join(lower)} ELSE {place} END"
        found.append((place, name))
    return found


def _answer(definition: ScoreDefinition) -> str:
    fine, same = "refused IS NULL", "first_group = last_group"
    names = " ".join(f"WHEN {k} THEN {quote_text(g.slug)}" for k, g in enumerate(definition.groups))
    group = "CAST(NULL AS TEXT)"
    if definition.groups:
        group = f"CASE WHEN {fine} AND {same} THEN CASE first_group {names} END END"
    whole = "low_points = high_points"
    outside = [k for k, g in enumerate(definition.groups) if not g.applies]
    states = ["WHEN refused IS NOT NULL THEN 'refused'"]
    states += [f"WHEN {same} AND first_group = {k} THEN 'not_applicable'" for k in outside]
    if definition.groups:
        states += [f"WHEN {whole} AND {same} THEN 'complete'", f"WHEN {same} THEN 'certain'"]
    else:
        states.append(f"WHEN {whole} THEN 'complete'")
    columns = [
        "k",
        f"CASE WHEN {fine} THEN low_points END AS points_low",
        f"CASE WHEN {fine} THEN high_points END AS points_high",
        f"{group} AS risk_group",
        f"CASE {' '.join(states)} ELSE 'undetermined' END AS state",
        "refused",
    ]
    return "  SELECT " + ",\n    ".join(columns) + "\n  FROM s_place"

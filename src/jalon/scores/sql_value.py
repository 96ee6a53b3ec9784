"""Names, numbers and columns of a score in SQL."""

from __future__ import annotations

from jalon.scores.definition import ScoreDefinition
from jalon.scores.item import Item, Measure
from jalon.scores.reading import NEAR
from jalon.scores.sentence import say


def quote(name: str) -> str:
    """Return a name as SQL writes it.

    Args:
        name: of a table or a column.

    Returns:
        The name in double quotes.
    """
    return '"' + name.replace('"', '""') + '"'


def quote_text(text: str) -> str:
    """Return a text as SQL writes it.

    Args:
        text: the text.

    Returns:
        The text in single quotes.
    """
    return "'" + text.replace("'", "''") + "'"


def write_number(value: float) -> str:
    """Return a number that a database reads back the same.

    Args:
        value: a finite number.

    Returns:
        For example ``60`` or ``4.67``.
    """
    return str(int(value)) if value == int(value) and abs(value) < 1e15 else repr(float(value))


def list_columns(definition: ScoreDefinition) -> list[tuple[str, str]]:
    """Return the columns a score is computed from.

    Args:
        definition: the score.

    Returns:
        Name and meaning of each.
    """
    found: list[tuple[str, str]] = []
    used = {name for item in definition.items for name in item.over or ()}
    measures = [each for each in definition.measures if each.id in used]
    sources: tuple[Item | Measure, ...] = (*definition.items, *measures)
    for each in sources:
        levels = each.levels if isinstance(each, Item) else ()
        unit = f", {each.unit}" if each.unit else ""
        found.append((each.id, f"{say(each.label, 'en')}{unit}" if not levels else
                      f"{say(each.label, 'en')}: {', '.join(levels)}"))  # fmt: skip
    for item in definition.items:
        if item.flag:
            found.append((item.flag, f"{say(item.label, 'en')}, judged: 0 or 1"))
    return found


def read_item_column(definition: ScoreDefinition, name: str) -> tuple[str, str]:
    """Return a column as a number, and when its value cannot be used.

    Args:
        definition: the score.
        name: an item, a measure or a flag.

    Returns:
        The value, NULL when not known; and a condition that refuses it.
    """
    column = f"p.{quote(name)}"
    sources: dict[str, Item | Measure] = {each.id: each for each in definition.measures}
    sources |= {item.id: item for item in definition.items}
    each = sources.get(name)
    if each is None:  # a flag
        return f"{column} + 0", f"{column} NOT IN (0, 1)"
    if isinstance(each, Item) and each.levels:
        cases = [f"WHEN {quote_text(level)} THEN {k}" for k, level in enumerate(each.levels)]
        known = ", ".join(quote_text(level) for level in each.levels)
        return f"CASE {column} {' '.join(cases)} END", f"{column} NOT IN ({known})"
    # SQLite keeps a text in a column of numbers; a text is not itself plus 0.
    checks = [f"NOT ({column} = {column} + 0)"]
    low, high = each.possible or (-1.7976931348623157e308, 1.7976931348623157e308)
    checks += [f"{column} < {write_number(low)}", f"{column} > {write_number(high)}"]
    if isinstance(each, Item) and each.whole:
        checks.append(f"{column} <> ROUND({column})")
    return f"{column} + 0", " OR ".join(checks)


def check_item_columns(item: Item) -> tuple[str, list[str]]:
    """Return the value of an item that counts, and when what was given contradicts itself.

    Args:
        item: the item.

    Returns:
        The value, NULL when not known; and conditions that refuse it.
    """
    value, checks = quote(item.id), []
    if item.over:
        ratio = quote(f"{item.id} ratio")
        cases = [
            f"WHEN ABS({ratio} - {write_number(limit)}) <= {write_number(NEAR * abs(limit))} "
            f"THEN {write_number(limit)}"
            for limit in item.limits
        ]
        snapped = f"CASE {' '.join(cases)} ELSE {ratio} END" if cases else ratio
        low, high = item.possible or (0.0, 1.7976931348623157e308)
        checks = [
            f"{quote(item.over[1])} <= 0 AND {quote(item.over[0])} IS NOT NULL",
            f"ABS({value} - ({snapped})) > 0.01 * ABS({snapped})",
            f"({snapped}) < {write_number(low)} OR ({snapped}) > {write_number(high)}",
        ]
        value = f"COALESCE({value}, {snapped})"
    if item.assumed is not None:
        value = f"COALESCE({value}, {write_number(item.assumed)})"
    if item.flag:
        step = item.steps[1]
        reached = f"({value}) {'>' if step.above is not None else '>='} {write_number(step.limit)}"
        flag = quote(item.flag)
        checks.append(f"{flag} = 1 AND NOT ({reached}) OR {flag} = 0 AND {reached}")
    return value, checks

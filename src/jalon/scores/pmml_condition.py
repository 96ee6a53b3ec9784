"""When an item gives certain points, as conditions of PMML."""

from __future__ import annotations

from jalon.scores.item import Item, Step
from jalon.scores.pmml_field import name_field
from jalon.scores.pmml_value import Test, either, every


def fits(item: Item, allowed: tuple[int, ...]) -> Test:
    """Say when an item gives one of these points.

    Args:
        item: the item.
        allowed: points.

    Returns:
        The condition, which is never true when the item is not known.
    """
    held = [k for k, step in enumerate(item.steps) if step.points in allowed]
    tests = []
    for k in held:
        test = _hold(item, k)
        if item.flag:
            judged: Test = ("equal", item.flag, k)
            silent: Test = ("isMissing", item.flag, "")
            unknown: Test = ("isMissing", name_field(item), "")
            test = either([every([test, either([silent, judged])]), every([unknown, judged])])
        tests.append(test)
    return either(tests)


def _hold(item: Item, index: int) -> Test:
    """Say when a value lies on a step."""
    field = name_field(item)
    low, high = item.steps[index], item.steps[index + 1] if index + 1 < len(item.steps) else None
    if item.levels:
        names = [
            name
            for value, name in enumerate(item.levels)
            if low.holds(value) and not (high and high.holds(value))
        ]
        return ("isIn", field, tuple(names))
    low_end, high_end = item.possible or (0.0 if item.over else None, None)
    tests: list[Test] = [_above(field, low)] if index else []
    if not index and low_end is not None:
        tests.append(("greaterOrEqual", field, low_end))
    if high is None and high_end is not None:
        tests.append(("lessOrEqual", field, high_end))
    if high is not None:
        operator = "lessOrEqual" if high.above is not None else "lessThan"
        tests.append((operator, field, high.limit))
    return every(tests)


def _above(field: str, step: Step) -> Test:
    return ("greaterThan" if step.above is not None else "greaterOrEqual", field, step.limit)

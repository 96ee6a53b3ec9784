"""The conditions of a score in the clinician's words."""

from __future__ import annotations

from jalon.report import CardItem
from jalon.scores import Item, ScoreDefinition


def write_items(definition: ScoreDefinition) -> list[tuple[str, int]]:
    """List every condition that gives points, in the clinician's words.

    Args:
        definition: the score.

    Returns:
        Pairs of condition and points; conditions that give none are left out.
    """
    return [(item.label, item.points) for item in list_card_items(definition)]


def list_card_items(definition: ScoreDefinition) -> tuple[CardItem, ...]:
    """List every condition that gives points, for a score card.

    Args:
        definition: the score.

    Returns:
        Items in reading order; those of one variable name it once.
    """
    found = []
    for item in definition.items:
        for k, step in enumerate(item.steps):
            if step.points:
                condition, short = _condition(item, k)
                unit = f", {item.unit}" if item.unit and short else ""
                variable = f"{item.label['en']}{unit}" if short else ""
                found.append(CardItem(condition, step.points, variable, short))
    return tuple(found)


def _condition(item: Item, k: int) -> tuple[str, str]:
    """Return a condition in full, and without the name and unit of what is measured."""
    label = item.label["en"]
    low = item.steps[k].limit if k else None
    high = item.steps[k + 1].limit if k + 1 < len(item.steps) else None
    if item.levels == ("no", "yes"):
        return (label if k else f"not: {label}"), ""
    unit = f" {item.unit}" if item.unit else ""
    if item.levels:
        first = 0 if low is None else int(low) + 1
        last = len(item.levels) - 1 if high is None else int(high)
        short = " or ".join(item.levels[first : last + 1])
        if short.lower() in label.lower().split():
            return label, ""  # "Male sex" says already that its level is "male"
    elif low is None:
        short = f"{high:g}{unit} or less"
        return f"{label} {short}", f"{high:g} or less"
    else:
        short = f"above {low:g}" if high is None else f"above {low:g}, up to {high:g}"
    return f"{label} {short}{unit}", short


def write_range(low: int, high: int) -> str:
    """Write totals from one to another.

    Args:
        low: lowest total.
        high: highest total.

    Returns:
        For example "3", "3-5", or "-2 to 5".

    Example:
        >>> write_range(3, 3), write_range(3, 5), write_range(-2, 5)
        ('3', '3-5', '-2 to 5')
    """
    if low == high:
        return f"{low}"
    return f"{low}-{high}" if low >= 0 else f"{low} to {high}"

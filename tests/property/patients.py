"""Random patients for any score: values on, beside and between its limits, or not known."""

import math
import random
from functools import cache

from hypothesis import strategies as st

from jalon.scores import find_definition


def values_of(item):
    if getattr(item, "levels", ()):
        return st.sampled_from(item.levels)
    low, high = item.possible or (0.0, 1e6)
    limits = getattr(item, "limits", ())
    near = [v for x in limits for v in (x, math.nextafter(x, -math.inf), math.nextafter(x, 1e9))]
    near = [v for v in [*near, low, high] if low <= v <= high]
    if getattr(item, "whole", False):
        ends = sorted({*(min(max(round(v), low), high) for v in near)})
        near_whole = {v + d for v in ends for d in (-1, 0, 1) if low <= v + d <= high}
        return st.sampled_from(sorted(float(v) for v in near_whole))
    usual = item.plausible or (low, high)
    return st.sampled_from(near) | st.floats(*usual)


@cache
def patients(slug, missing=True):
    """Dictionaries of inputs: items, measures and flags, each of which may be absent."""
    definition = find_definition(slug)
    parts = {item.id: values_of(item) for item in definition.items}
    used = {name for item in definition.items for name in item.over or ()}
    parts |= {each.id: values_of(each) for each in definition.measures if each.id in used}
    parts |= {item.flag: st.sampled_from([0.0, 1.0]) for item in definition.items if item.flag}
    if missing:
        parts = {name: st.none() | value for name, value in parts.items()}
        return st.fixed_dictionaries(parts)
    spare = {each.id for each in definition.measures} | {
        item.flag for item in definition.items if item.flag
    }
    return st.fixed_dictionaries({k: v for k, v in parts.items() if k not in spare})


def draw_patients(slug, n, seed):
    """The same kind of patients without hypothesis: every other one is complete."""
    chance, definition = random.Random(seed), find_definition(slug)
    return [_draw(chance, definition, gaps=0.3 * (k % 2)) for k in range(n)]


def _draw(chance, definition, gaps):
    used = {name for item in definition.items for name in item.over or ()}
    measures = [each for each in definition.measures if each.id in used and gaps]
    found = {}
    for each in (*definition.items, *measures):
        if chance.random() >= gaps:
            found[each.id] = _draw_value(chance, each)
        if gaps and getattr(each, "flag", None) and chance.random() < gaps:
            found[each.flag] = float(chance.random() < 0.5)
    return found


def _draw_value(chance, item):
    if getattr(item, "levels", ()):
        return chance.choice(item.levels)
    low, high = item.possible
    value, limits = chance.uniform(*(item.plausible or item.possible)), getattr(item, "limits", ())
    if limits and chance.random() < 0.5:
        limit = chance.choice(limits)
        beside = [math.nextafter(limit, -1e9), math.nextafter(limit, 1e9), limit - 1, limit + 1]
        value = chance.choice([limit, *beside])
    if getattr(item, "whole", False):
        value = round(value)
    return float(min(max(value, low), high))

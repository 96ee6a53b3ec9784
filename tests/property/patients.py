"""Random patients for any score: values on, beside and between its limits, or not known."""

import math
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

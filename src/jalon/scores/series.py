"""Grades from counts on several days: days below a limit, episodes, the lowest count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from jalon.core.errors import DefinitionError
from jalon.core.units import Quantity
from jalon.scores.answer import Alternative, Assessment
from jalon.scores.definition import ScoreDefinition
from jalon.scores.engine import assess
from jalon.scores.item import Measure
from jalon.scores.reading import Between, Remark, Value, advise_unit, read_value, snap
from jalon.scores.rule import Series, Summary


@dataclass(frozen=True, slots=True)
class SeriesReading:
    """What a series of counts says about the items of a score.

    Attributes:
        inputs: what it says, as ``assess`` takes it; a range where days are not known.
        other: the same by the other reading that the sources allow.
        remarks: what a user should know.
    """

    inputs: dict[str, Value]
    other: dict[str, Value]
    remarks: tuple[Remark, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """The days of a window and what is known of each.

    Attributes:
        first: first day.
        daily: count of each day, filled in between near counts; None where not known.
        counted: counts that were really taken within the window.
        cut_short: whether it ends early, by death or the like.
    """

    first: int
    daily: tuple[float | None, ...]
    counted: tuple[float, ...]
    cut_short: bool


def assess_series(
    definition: ScoreDefinition,
    series: str,
    days: Sequence[int],
    counts: Sequence[float],
    unit: str = "",
    until: int | None = None,
) -> Assessment:
    """Grade a patient from counts on several days.

    Args:
        definition: a score that reads a series, for example ICAHT.
        series: which, for example "early".
        days: day of each count, the infusion being day 0.
        counts: the counts.
        unit: their unit; empty for that of the definition.
        until: last day that counts, where death, progression or a next treatment ends the
            window early.

    Returns:
        The grade, a range of grades where too many days are not known, and the other reading
        where the sources leave open how days are counted.

    Raises:
        DefinitionError: no such series, no counts in its window, or impossible counts.
    """
    reading = read_series(definition, series, (days, counts), unit, until)
    answer = assess(definition, reading.inputs)
    answer = replace(answer, remarks=answer.remarks + reading.remarks)
    if reading.other == reading.inputs:
        return answer
    other = assess(definition, reading.other)
    if (other.points_low, other.points_high) == (answer.points_low, answer.points_high):
        return answer
    changed = tuple(k for k in reading.inputs if reading.inputs[k] != reading.other[k])
    both = {group.slug for group in (*answer.possible, *other.possible)}
    alternative = Alternative(
        items=changed,
        points_low=min(answer.points_low, other.points_low),
        points_high=max(answer.points_high, other.points_high),
        groups=tuple(group for group in definition.groups if group.slug in both),
    )
    remark = Remark("boundary", changed[0], _OTHER)
    return replace(answer, alternative=alternative, remarks=(*answer.remarks, remark))


_OTHER = {
    "en": "the sources leave open whether days of separate episodes are added up, and whether "
    "one low count is enough; the other reading gives another grade",
    "fr": "les sources ne précisent pas si les jours d'épisodes séparés s'additionnent, ni si une "
    "seule valeur basse suffit ; l'autre lecture donne un autre grade",
}


def read_series(
    definition: ScoreDefinition,
    series: str,
    taken: tuple[Sequence[int], Sequence[float]],
    unit: str = "",
    until: int | None = None,
) -> SeriesReading:
    """Read the items of a score off counts on several days.

    Args:
        definition: the score.
        series: which series of it.
        taken: days and counts, of one length.
        unit: unit of the counts; empty for that of the definition.
        until: last day that counts, None for the whole window.

    Returns:
        Values of items.

    Raises:
        DefinitionError: no such series, no counts in its window, or impossible counts.
    """
    spec = _find_series(definition, series)
    measure = definition.measure(spec.measure)
    counts = _read_counts(measure, taken, unit)
    window = _open_window(spec, counts, _limits_of(spec), until)
    inputs: dict[str, Value] = dict(spec.gives)
    other: dict[str, Value] = dict(spec.gives)
    for summary in spec.summaries:
        inputs[summary.item], other[summary.item] = _summarise(spec, summary, window)
    return SeriesReading(inputs, other, tuple(_remark(spec, measure, (counts, window), unit)))


def _find_series(definition: ScoreDefinition, name: str) -> Series:
    for spec in definition.series:
        if spec.id == name:
            return spec
    known = ", ".join(spec.id for spec in definition.series) or "none"
    raise DefinitionError(f"{definition.slug} reads no series {name!r}; known: {known}")


def _limits_of(spec: Series) -> tuple[float, ...]:
    found = (limit for s in spec.summaries for limit in (s.at_most, s.below) if limit is not None)
    return tuple(sorted(set(found)))


def _read_counts(
    measure: Measure, taken: tuple[Sequence[int], Sequence[float]], unit: str
) -> dict[int, float]:
    """The lowest count of each day, in the measure's unit."""
    days, counts = taken
    if len(days) != len(counts):
        raise DefinitionError(
            f"{measure.id}: {len(days)} days and {len(counts)} counts; give one count a day"
        )
    found: dict[int, float] = {}
    for day, count in zip(days, counts, strict=True):
        if day != int(day):
            raise DefinitionError(f"{measure.id}: day {day:g} is not a whole number of days")
        span = read_value(measure, Quantity(count, unit) if unit else count)
        if span is not None:
            found[int(day)] = min(span[0], found.get(int(day), span[0]))
    return dict(sorted(found.items()))


def _open_window(
    spec: Series, counts: dict[int, float], limits: tuple[float, ...], until: int | None
) -> Window:
    last = spec.last if until is None else min(until, spec.last)
    if last < spec.first:
        raise DefinitionError(f"{spec.id}: the window starts on day {spec.first}, after day {last}")
    inside = tuple(count for day, count in counts.items() if spec.first <= day <= last)
    if not inside:
        raise DefinitionError(f"{spec.id}: no count from day {spec.first} to day {last}")
    daily = tuple(_fill_in(day, counts, spec.gap, limits) for day in range(spec.first, last + 1))
    return Window(spec.first, daily, inside, last < spec.last)


def _fill_in(
    day: int, counts: dict[int, float], gap: int, limits: tuple[float, ...]
) -> float | None:
    """A day's count, on the line between the counts around it when these are near enough."""
    if day in counts:
        return counts[day]
    before = max((d for d in counts if d < day), default=None)
    after = min((d for d in counts if d > day), default=None)
    if before is None or after is None or after - before - 1 > gap:
        return None
    share = (day - before) / (after - before)
    return snap(counts[before] + share * (counts[after] - counts[before]), limits)


def _summarise(spec: Series, summary: Summary, window: Window) -> tuple[Value, Value]:
    """What a summary says, and what it says by the other reading."""
    if summary.what == "minimum":
        return min(window.counted), min(window.counted)
    if summary.what == "lowest":
        if len(window.counted) < 2:
            return None, None
        lowest, second = sorted(window.counted)[:2]
        return second, lowest
    known = [None if count is None else summary.holds(count) for count in window.daily]
    low, high = ([answer if held is None else held for held in known] for answer in (False, True))
    if summary.what == "never":
        never = [all(low), all(high)]
        value = _between(*(float(yes and not window.cut_short) for yes in never))
        return value, value
    if not spec.recovery:
        days = _between(float(sum(low)), float(sum(high)))
        return days, days
    joined = _between(*(float(_longest(held, spec.recovery)) for held in (low, high)))
    return joined, _between(float(sum(low)), float(sum(high)))


def _between(low: float, high: float) -> Value:
    return low if low == high else Between(low, high)


def _longest(held: Sequence[bool], recovery: int) -> int:
    """Days of the longest episode; a recovery shorter than ``recovery`` days does not end it."""
    longest, start, last = 0, -1, -1
    for day, below in enumerate(held):
        if not below:
            continue
        if start < 0 or day - last - 1 >= recovery:
            start = day
        last = day
        longest = max(longest, last - start + 1)
    return longest


def _remark(
    spec: Series, measure: Measure, seen: tuple[dict[int, float], Window], unit: str
) -> list[Remark]:
    found = []
    counts, window = seen
    highest = max(counts.values())
    if not unit and measure.plausible and 0 < highest < measure.plausible[0]:
        advice = advise_unit(measure, highest)
        english = f"every count is below {measure.plausible[0]:g} {measure.unit}"
        french = f"toutes les valeurs sont inférieures à {measure.plausible[0]:g} {measure.unit}"
        text = {
            "en": f"{english}; {advice}" if advice else english,
            "fr": f"{french} ; vérifier l'unité",
        }
        found.append(Remark("plausibility", measure.id, text))
    if window.cut_short:
        day = window.first + len(window.daily) - 1
        text = {
            "en": f"not gradable after day {day}; this is the grade reached by then",
            "fr": f"non évaluable après le jour {day} ; grade atteint à cette date",
        }
        found.append(Remark("note", "", text))
    unknown = sum(count is None for count in window.daily)
    if unknown and any(summary.what in ("days", "never") for summary in spec.summaries):
        text = {
            "en": f"{unknown} of {len(window.daily)} days are not known",
            "fr": f"{unknown} jours sur {len(window.daily)} ne sont pas connus",
        }
        found.append(Remark("note", measure.id, text))
    return found

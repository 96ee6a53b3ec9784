"""The hidden course of every synthetic patient: who, when infused, when worse, when dead."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from jalon.core.survival_data import Floats, Integers
from jalon.simulate.target import load_targets

NEVER = 10**6
"""A day that no patient reaches."""

EPOCH = date(1970, 1, 1)

APART = {
    "infection": 14, "covid19": 13, "crs": 5, "stroke": 3, "cerebral_haemorrhage": 3,
    "second_malignancy": 3, "icans": 2, "sudden": 3, "respiratory": 1, "other": 1,
}  # fmt: skip
"""Causes of the 48 deaths without relapse, Lemoine 2023 (doi:10.1182/bloodadvances.2023010624)."""


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """What happens to each patient; every array has shape (n,).

    Attributes:
        centre: index of the centre.
        number: the patient's number within the centre, from 1.
        age: age at infusion, years.
        male: whether the patient is a man.
        diabetes: whether the patient has diabetes.
        height: height in cm.
        weight: weight before the infusion, kg.
        axi_cel: whether the product is axicabtagene ciloleucel.
        risk: hidden risk of the lymphoma, mean 0 and standard deviation 1.
        given: whether the cells were given at all.
        infused: day of the infusion (of the planned one when the cells were not given), counted
            from 1 January 1970.
        progressed: days from infusion to progression or relapse.
        died: days from infusion to death.
        again: days from infusion to a second infusion.
        apart: whether death, if it comes, is not due to the lymphoma.
        cause: place in `APART` of what such a death is due to.
        seen: days from infusion to the last news, at most the day of death.
    """

    centre: Integers
    number: Integers
    age: Floats
    male: np.ndarray
    diabetes: np.ndarray
    height: Floats
    weight: Floats
    axi_cel: np.ndarray
    risk: Floats
    given: np.ndarray
    infused: Integers
    progressed: Integers
    died: Integers
    again: Integers
    apart: np.ndarray
    cause: Integers
    seen: Integers

    def __len__(self) -> int:
        return len(self.centre)

    @property
    def is_dead(self) -> np.ndarray:
        """Whether death was seen."""
        return self.died <= self.seen

    @property
    def is_again(self) -> np.ndarray:
        """Whether a second infusion was seen."""
        return self.again < self.seen

    @property
    def is_worse(self) -> np.ndarray:
        """Whether progression or relapse was seen."""
        return self.progressed <= self.seen


def draw_course(patients: int, centres: int, rng: np.random.Generator) -> Course:
    """Draw the hidden course of each patient.

    Args:
        patients: how many, at least 1.
        centres: how many centres, at least 1; their sizes differ.
        rng: source of randomness.

    Returns:
        The courses, ordered by centre and number.
    """
    model, published = load_targets("model"), load_targets("published")
    centre = _draw_centre(patients, centres, rng)
    age = _draw_age(patients, rng)
    diabetes = rng.random(patients) < published["diabetes"]
    risk = rng.standard_normal(patients)
    male = rng.random(patients) < model["male"]
    given = rng.random(patients) >= model["not_infused"]
    infused = _draw_infused(patients, rng)
    progressed, died, apart = _draw_ends(age, diabetes, risk, given, rng)
    seen = np.minimum(_draw_seen(infused, rng), died)
    height, weight = _draw_body(male, rng)
    return Course(
        centre=centre,
        number=_count_within(centre),
        age=age,
        male=male,
        diabetes=diabetes,
        height=height,
        weight=weight,
        axi_cel=rng.random(patients) < published["axi_cel"],
        risk=risk,
        given=given,
        infused=infused,
        progressed=progressed,
        died=died,
        again=_draw_again(progressed, rng),
        apart=apart,
        cause=_draw_cause(died, rng),
        seen=seen,
    )


def day_of(text: str) -> int:
    """Return a day of the calendar as days since 1 January 1970.

    Args:
        text: an ISO date.
    """
    return (date.fromisoformat(text) - EPOCH).days


def _draw_ends(
    age: Floats, diabetes: np.ndarray, risk: Floats, given: np.ndarray, rng: np.random.Generator
) -> tuple[Integers, Integers, np.ndarray]:
    """Draw the days of progression and death, and whether the lymphoma is not to blame."""
    model, rows = load_targets("model"), len(age)
    progressed = _draw_progression(risk, rng)
    late = model["after_late"] * np.log(progressed / model["progression_median_days"])
    after = model["after_scale_days"] * np.exp(late) * _weibull(rows, "after_shape", rng)
    hazard = model["apart_age"] * (age - 63) + model["apart_diabetes"] * (diabetes - 0.122)
    scale = model["apart_scale_days"] * np.exp(-hazard / model["apart_shape"])
    alone = np.ceil(scale * _weibull(rows, "apart_shape", rng))
    lymphoma = np.where(progressed < NEVER, progressed + 1 + np.floor(after), NEVER)
    # After progression only the lymphoma kills here, as in the paper's cohort; without the
    # cells it does so soon.
    apart = given & (alone < progressed) & (alone < lymphoma)
    untreated = np.ceil(rng.exponential(model["after_scale_days"], rows))
    died = np.where(given, np.where(apart, alone, lymphoma), untreated)
    progressed = np.where(apart | ~given, NEVER, progressed)
    return progressed.astype(np.int64), np.minimum(died, NEVER).astype(np.int64), apart


def _draw_again(progressed: Integers, rng: np.random.Generator) -> Integers:
    rows = len(progressed)
    chosen = rng.random(rows) < load_targets("model")["infused_again"]
    day = progressed + rng.integers(45, 100, rows)
    return np.where(chosen & (progressed < NEVER), day, NEVER).astype(np.int64)


def _weibull(count: int, shape: str, rng: np.random.Generator) -> Floats:
    return np.asarray(rng.weibull(load_targets("model")[shape], count))


def _draw_centre(patients: int, centres: int, rng: np.random.Generator) -> Integers:
    # The largest centre treats several times as many as the smallest.
    share = np.linspace(4.0, 1.0, centres)
    drawn = rng.choice(centres, size=max(patients - centres, 0), p=share / share.sum())
    each = np.arange(min(patients, centres))
    return np.sort(np.concatenate([each, drawn])).astype(np.int64)


def _count_within(centre: Integers) -> Integers:
    starts = np.searchsorted(centre, centre)
    return np.arange(len(centre), dtype=np.int64) - starts + 1


def _draw_age(patients: int, rng: np.random.Generator) -> Floats:
    published = load_targets("published")
    low, high = published["age_lowest"], published["age_highest"]
    age = published["age_median"] + load_targets("model")["age_spread"] * rng.standard_normal(
        patients
    )
    # Whoever falls outside is reflected, so that no age is heaped at the limits.
    age = np.where(age > high, 2 * high - age - 8, age)
    return np.asarray(np.clip(np.where(age < low, 2 * low - age, age), low, high))


def _draw_body(male: np.ndarray, rng: np.random.Generator) -> tuple[Floats, Floats]:
    height = np.where(male, 176.0, 163.0) + 6.5 * rng.standard_normal(len(male))
    height = np.round(np.clip(height, 145.0, 200.0)).astype(np.float64)
    mass_index = np.clip(24.6 * np.exp(0.16 * rng.standard_normal(len(male))), 17.5, 42.0)
    return height, np.clip(mass_index * (height / 100) ** 2, 40.0, 150.0)


def _draw_cause(died: Integers, rng: np.random.Generator) -> Integers:
    share = np.array(list(APART.values())) / sum(APART.values())
    cause = rng.choice(len(APART), size=len(died), p=share)
    # CRS kills early, ICANS early too; later it is an infection.
    names = np.array(list(APART))[cause]
    late = ((names == "crs") & (died > 21)) | ((names == "icans") & (died > 60))
    return np.where(late, list(APART).index("infection"), cause).astype(np.int64)


def _draw_infused(patients: int, rng: np.random.Generator) -> Integers:
    published = load_targets("published")
    first, last = day_of(published["first_infusion"]), day_of(published["last_infusion"])
    share = rng.random(patients) ** (1 / load_targets("model")["growth"])
    return np.asarray(first + np.floor(share * (last - first + 1)), dtype=np.int64)


def _draw_progression(risk: Floats, rng: np.random.Generator) -> Floats:
    model = load_targets("model")
    share = model["progressing"]
    odds = np.log(share / (1 - share)) * 1.15 + model["progression_risk"] * risk
    progresses = rng.random(len(risk)) < 1 / (1 + np.exp(-odds))
    spread = model["progression_spread"]
    log_time = np.log(model["progression_median_days"]) - 0.3 * risk
    log_time += np.sqrt(spread**2 - 0.09) * rng.standard_normal(len(risk))
    days = np.maximum(np.ceil(np.exp(log_time)), 5)
    return np.where(progresses, days, NEVER)


def _draw_seen(infused: Integers, rng: np.random.Generator) -> Integers:
    """Draw the days to the last news: the data cut-off less a delay, or loss before it."""
    open_days = day_of(load_targets("published")["data_cutoff"]) - infused
    delay = np.floor(rng.exponential(20.0, len(infused)))
    lost = np.ceil(rng.exponential(365.25 / load_targets("model")["lost_per_year"], len(infused)))
    return np.maximum(np.minimum(open_days - delay, lost), 1).astype(np.int64)

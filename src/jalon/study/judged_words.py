"""What the figures of a judgement say, one sentence each."""

from __future__ import annotations

from itertools import groupby

import numpy as np

from jalon.core import Estimate
from jalon.core.numbers import write_estimate, write_number
from jalon.core.units import DAYS_PER
from jalon.study.analysis import EndpointResult
from jalon.study.judgement import OWN, Judgement, MonthJudgement
from jalon.study.stability_drawings import Stability
from jalon.validate import CentreValidation, Subgroups

FEW = 0.05
"""Share of the patients, treated or not, below which nothing is said of net benefit."""


def say_calibration(result: EndpointResult, judged: Judgement, part: MonthJudgement) -> str:
    """Say how many events there were beside how many were promised.

    Args:
        result: what was found for the endpoint.
        judged: the cohort.
        part: the month.

    Returns:
        The sentences; where the score was learned, with what the resamples took off.
    """
    outcome, ratio = judged.outcome, part.ratio
    if ratio is None:
        return f"Calibration by {part.month:g} months in {outcome.cohort.name}."
    text = (
        f"By {part.month:g} months {_hundred(ratio.observed.value)} of 100 patients of "
        f"{outcome.cohort.name} had the event where the score promised {_hundred(ratio.expected)}: "
        f"observed over expected {write_estimate(ratio.ratio)}, 1 is right."
    )
    if outcome.cohort.role != "development":
        return text
    slope = result.internal.figures["calibration slope"]
    return (
        f"{text} These are the patients it was learned from, so this had to fit; resampling takes "
        f"{write_number(slope.optimism)} off the calibration slope."
    )


def say_area(judged: Judgement, month: float) -> str:
    """Say how often the score puts early before late.

    Args:
        judged: the cohort.
        month: the month.

    Returns:
        The sentence; empty without a curve.
    """
    curve = judged.areas.get(OWN)
    if curve is None:
        return ""
    day = month * DAYS_PER["months"]
    place = max(int(np.searchsorted(curve.time, day, side="right")) - 1, 0)
    seen = Estimate(
        float(curve.auc[place]), float(curve.low[place]), float(curve.high[place]), curve.level
    )
    return (
        f"Of a patient of {judged.outcome.cohort.name} who had the event within "
        f"{curve.time[place] / DAYS_PER['months']:.0f} months and one who had not, the first had "
        f"the higher score {_hundred(seen.value)} times in 100 (AUC {write_estimate(seen)}; 50 "
        "times would be chance)."
    )


def say_decision(judged: Judgement, part: MonthJudgement) -> str:
    """Say at which thresholds the score does more good than treating everyone or no one.

    Args:
        judged: the cohort.
        part: the month.

    Returns:
        The sentence; empty without net benefit.
    """
    curve = part.decisions.get(OWN)
    if curve is None:
        return ""
    where = f"In {judged.outcome.cohort.name}"
    best = np.maximum(np.nan_to_num(curve.treat_all.value, nan=-np.inf), 0.0)
    # Where nearly everyone or nearly no one is treated, a few patients decide.
    some = (curve.treated >= FEW) & (curve.treated <= 1 - FEW)
    gains = some & (np.nan_to_num(curve.net_benefit.value, nan=-np.inf) > best + 1e-9)
    runs = [
        [place for place, _ in run]
        for gain, run in groupby(enumerate(gains.tolist()), key=lambda pair: pair[1])
        if gain
    ]
    if not runs:
        return (
            f"{where} treating by the score does no more good than treating everyone or no one, "
            f"at any risk that would have between {100 * FEW:.0f} and {100 - 100 * FEW:.0f} of 100 "
            "patients treated."
        )
    longest = max(runs, key=len)
    low, high = curve.threshold[longest[0]], curve.threshold[longest[-1]]
    return (
        f"{where} treating by the score does more good than treating everyone or no one if the "
        f"risk by {part.month:g} months that calls for treatment lies between {_hundred(low)}% and "
        f"{_hundred(high)}%."
    )


def say_stability(found: Stability) -> str:
    """Say how far risks and groups move with other patients.

    Args:
        found: the stability.

    Returns:
        The sentence.
    """
    moved = float(found.groups.share.mean())
    return (
        "Had the score been learned from other patients like these, a patient's risk by "
        f"{found.month:g} months would be another by {100 * found.risks.mean_error:.1f} percentage "
        f"points on average, and {_hundred(moved)} of 100 patients would be in another group."
    )


def say_centres(centres: CentreValidation, name: str) -> str:
    """Say how the score would rank patients of a centre that it has not seen.

    Args:
        centres: each centre, judged by a score learned without it.
        name: what parts the patients.

    Returns:
        The sentence.
    """
    text = f"Each {name} was left out in turn: the whole pipeline learned from the others, and the "
    text += "score it gave was judged there."
    pooled = centres.pooled.get("concordance")
    if pooled is None:
        return text
    text += f" On average the concordance was {write_estimate(pooled.estimate)}"
    if np.isnan(pooled.prediction.low):
        return f"{text}."
    return (
        f"{text}; in a new {name} it is expected between {write_number(pooled.prediction.low)} and "
        f"{write_number(pooled.prediction.high)}."
    )


def say_parts(parts: dict[str, Subgroups], cohort: str) -> str:
    """Say whether the score is as good for everyone.

    Args:
        parts: figures by what parts the patients.
        cohort: name of the cohort.

    Returns:
        The sentence.
    """
    unlike = [
        f"{label} ({words})"
        for label, part in parts.items()
        for name, words in (("concordance", "ranking"), ("ratio", "risks"))
        if name in part.tests and part.tests[name].p < 0.05
    ]
    if not unlike:
        return (
            f"In {cohort} nothing shows that the score is better for some than for others; wide "
            "intervals leave room for it."
        )
    return (
        f"In {cohort} the score is not as good for everyone: parts differ by {', '.join(unlike)}."
    )


def _hundred(share: float) -> str:
    return f"{100 * share:.0f}"

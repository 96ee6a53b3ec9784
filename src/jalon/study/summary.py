"""The answer in plain words, and the three figures of merit of the first page."""

from __future__ import annotations

from jalon.core.numbers import write_count, write_estimate, write_number
from jalon.report.documents import Merit
from jalon.study.analysis import EndpointResult
from jalon.study.protocol import StudyFile


def write_summary(study: StudyFile, result: EndpointResult) -> str:
    """Write the answer of a study in one paragraph.

    Args:
        study: the study.
        result: what was found for the primary endpoint.

    Returns:
        The paragraph.
    """
    definition, outcome = result.learning.definition, result.outcome
    months = study.protocol.study.months[-1]
    own = result.trials["development"]
    names = ", ".join(item.label["en"] for item in definition.items)
    parts = [
        study.protocol.study.question,
        f"The score asks for {len(definition.items)} things ({names}) and puts patients in "
        f"{len(definition.groups)} groups.",
        _extremes(result, months),
        f"It was learned on {write_count(own.patients)} patients of {outcome.cohort.name} with "
        f"{write_count(own.events)} events.",
    ]
    if "validation" in result.trials:
        other = result.trials["validation"]
        parts.append(
            f"Of two patients of {other.outcome.cohort.name}, whom it had never seen, it named "
            f"the one with the earlier event "
            f"{100 * other.concordance.estimate.value:.0f} times in 100 "
            "(50 would be chance)."
        )
        parts += [
            f"The {rival.trial.definition.short} did so {100 * rival.published.value:.0f} times "
            "in 100 on the same patients."
            for rival in result.rivals.get("validation", ())[:1]
        ]
    return " ".join(part for part in parts if part)


def _extremes(result: EndpointResult, months: float) -> str:
    risks = [r for r in result.learning.definition.risks if r.months == months]
    if len(risks) < 2:
        return ""
    low, high = risks[0], risks[-1]
    return (
        f"About {100 * low.value:.0f} of 100 patients in the lowest group {_event(result)} "
        f"within {months:g} months (between {100 * low.low:.0f} and {100 * low.high:.0f}), and "
        f"about {100 * high.value:.0f} of 100 in the highest (between {100 * high.low:.0f} and "
        f"{100 * high.high:.0f})."
    )


def _event(result: EndpointResult) -> str:
    name = result.outcome.risk_name
    return {"death": "died", "relapse": "relapsed"}.get(name, f"had a {name}")


def write_merits(result: EndpointResult) -> tuple[Merit, ...]:
    """Write the three figures of merit: concordance, calibration slope, patients and events.

    Args:
        result: what was found for the primary endpoint.

    Returns:
        The external figures where there are any, else the corrected ones.
    """
    inside = result.internal.figures
    corrected = write_estimate(inside["concordance"].corrected)
    own = result.trials["development"]
    if "validation" not in result.trials or result.slope is None:
        slope = write_number(inside["calibration slope"].corrected.value)
        return (
            Merit("Concordance, corrected", corrected, "0.632+ of resamples"),
            Merit("Calibration slope, corrected", slope, "1 is ideal"),
            Merit(
                "Patients and events",
                f"{own.patients:,} and {own.events:,}",
                own.outcome.cohort.name,
            ),
        )
    other = result.trials["validation"]
    name = other.outcome.cohort.name
    return (
        Merit(
            f"Concordance in {name}",
            write_estimate(other.concordance.estimate),
            f"{result.outcome.cohort.name}, corrected (0.632+): {corrected}",
        ),
        Merit(f"Calibration slope in {name}", write_estimate(result.slope), "1 is ideal"),
        Merit(
            "Patients and events",
            f"{other.patients:,} and {other.events:,}",
            f"{name}; learned on {own.patients:,} and {own.events:,}",
        ),
    )

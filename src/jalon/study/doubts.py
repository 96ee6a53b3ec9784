"""What a careful reader should doubt, found in the results rather than written by the author."""

from __future__ import annotations

from jalon.core.numbers import write_number
from jalon.study.analysis import EndpointResult
from jalon.study.completing import Completed
from jalon.study.protocol import StudyFile
from jalon.study.score_risks import find_misfit

FEW_EVENTS = 100
EVENTS_PER_VARIABLE = 10
UNSTABLE = 0.5
MUCH_LEFT_OUT = 0.05


def raise_doubts(study: StudyFile, result: EndpointResult) -> tuple[str, ...]:
    """List the reasons to doubt a result, the author's own last.

    Args:
        study: the study.
        result: what was found for the endpoint.

    Returns:
        One sentence each.
    """
    found = [
        _unproven(result),
        _left_out(result),
        _too_small(result),
        _few_events(result),
        _no_external(result),
        _weaker_outside(result),
        _overlap(result),
        _unstable(result),
        find_misfit(result.learning, study.protocol.study.months),
        _no_gain(result),
    ]
    own = [text for text in found if text]
    return (*own, *study.protocol.study.doubts)


def _unproven(result: EndpointResult) -> str:
    certificate = result.learning.score.certificate
    if certificate is not None and certificate.proven:
        return (
            "The points are proven optimal for the patients they were learned from, these limits "
            "and these rules; that says nothing of how well they do in other patients."
        )
    how = f": {certificate.sentence}" if certificate is not None else ""
    return (
        f"The points are not proven to be the best{how}. Others with the same number of variables "
        "may be as good or better."
    )


def _left_out(result: EndpointResult) -> str:
    learning = result.learning
    if learning.completed is not None:
        return _imputed(result, learning.completed)
    lost = int((~learning.complete).sum())
    if lost < MUCH_LEFT_OUT * len(learning.complete):
        return ""
    return (
        f"{lost} of {len(learning.complete)} patients of {result.outcome.cohort.name} lack a "
        "candidate variable and were left out of the learning; if they differ, so may the score."
    )


def _imputed(result: EndpointResult, completed: Completed) -> str:
    labels = {one.name: one.label or one.name for one in completed.terms.candidates}
    lacking = ", ".join(f"{labels[name]} of {n}" for name, n in completed.missing.items())
    return (
        f"Values missing in {result.outcome.cohort.name} ({lacking} patients) were imputed "
        f"{completed.copies} times, anew in every resample. That is right if they are missing at "
        "random given the other candidates and the outcome; groups and their risks are of patients "
        "whose items are all known."
    )


def _too_small(result: EndpointResult) -> str:
    size = result.size
    return "" if size is None or size.enough else f"{size.sentence}."


def _few_events(result: EndpointResult) -> str:
    learning = result.learning
    events = int((learning.data.event == 1).sum())
    limits = len(learning.terms.cut)
    if events < EVENTS_PER_VARIABLE * limits:
        return (
            f"{events} events for {limits} candidate limits: fewer than "
            f"{EVENTS_PER_VARIABLE} events per candidate, so the choice among them is fragile."
        )
    return ""


def _no_external(result: EndpointResult) -> str:
    if "validation" not in result.trials:
        return (
            f"For {result.outcome.endpoint.label_en.lower()} the score was tried on no patients "
            "but those it was learned from; resampling corrects for chance, not for other "
            "hospitals."
        )
    other = result.trials["validation"]
    if other.events >= FEW_EVENTS:
        return ""
    return (
        f"The external cohort has only {other.events} events; its figures are rough, as their "
        "intervals show."
    )


def _weaker_outside(result: EndpointResult) -> str:
    if result.slope is None or result.slope.high >= 1:
        return ""
    return (
        f"The calibration slope in {result.trials['validation'].outcome.cohort.name} is "
        f"{write_number(result.slope.value)}: differences in risk between patients are smaller "
        "there than the score promises."
    )


def _overlap(result: EndpointResult) -> str:
    for trial in result.trials.values():
        weak = [group for group, ratio in trial.steps.items() if ratio.low <= 1]
        if weak:
            names = [trial.definition.groups[group].label["en"] for group in weak]
            word = "group" if len(names) == 1 else "groups"
            return (
                f"In {trial.outcome.cohort.name} the {_join(names)} {word} cannot be told "
                "from the one below with certainty."
            )
    return ""


def _join(names: list[str]) -> str:
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def _unstable(result: EndpointResult) -> str:
    own = {item.id: item.label["en"] for item in result.learning.definition.items}
    weak = [label for name, label in own.items() if result.internal.chosen.get(name, 0) < UNSTABLE]
    if not weak:
        return ""
    return f"Fewer than half of the resamples chose {', '.join(weak)} again."


def _no_gain(result: EndpointResult) -> str:
    for rivals in result.rivals.values():
        for rival in rivals:
            estimate = rival.difference.estimate
            if estimate.low <= 0:
                return (
                    f"In {rival.trial.outcome.cohort.name} it is not shown that the score ranks "
                    f"patients better than the {rival.trial.definition.short}."
                )
    return ""

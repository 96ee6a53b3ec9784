"""An answer as a FHIR R4 RiskAssessment, and values from a QuestionnaireResponse."""

from __future__ import annotations

from typing import Any

from jalon.calculator.problem import Fault, Problem
from jalon.scores import Assessment, Risk
from jalon.scores.codes import UCUM, read_ucum
from jalon.scores.export_fhir import BASE
from jalon.scores.sentence import say, write_number, write_points

URL = "urn:jalon:score:"


def write_risk_assessment(
    answer: Assessment, at: str, subject: str = "", language: str = "en"
) -> dict[str, Any]:
    """Write an answer as a FHIR R4 RiskAssessment.

    Args:
        answer: the answer.
        at: when it was computed, as FHIR writes a time.
        subject: reference of the patient, for example ``Patient/1``; empty when not told.
        language: "en" or "fr".

    Returns:
        The resource. Probabilities are percentages, as R4 asks.

    Reference:
        HL7 FHIR R4 (4.0.1), RiskAssessment.
    """
    definition = answer.definition
    name = say(definition.name, language)
    coding = {"system": URL + definition.slug, "version": definition.version,
              "code": definition.slug, "display": name}  # fmt: skip
    notes = [_write_points(answer, language)]
    notes += [say(remark.text, language) for remark in answer.remarks]
    notes += [say(part.why, language) for part in answer.contributions]
    return {
        "resourceType": "RiskAssessment",
        "language": language,
        "status": "final" if answer.state in {"complete", "certain"} else "preliminary",
        "method": {"coding": [coding], "text": f"{name}. {definition.citation}"},
        "subject": {"reference": subject} if subject else {"display": "not named"},
        "occurrenceDateTime": at,
        "prediction": _predict(answer, language),
        "note": [{"text": text} for text in notes],
    }


def _write_points(answer: Assessment, language: str) -> str:
    formula = answer.definition.formula
    if formula is None:
        points = write_points(answer.points_low, answer.points_high, language)
    else:
        ends = (write_number(x, language) for x in (answer.points_low, answer.points_high))
        points = f"{formula.symbol}: {' – '.join(dict.fromkeys(ends))}"
    return f"{points} ({answer.state})"


def _predict(answer: Assessment, language: str) -> list[dict[str, Any]]:
    groups = " / ".join(say(group.label, language) for group in answer.possible)
    base: dict[str, Any] = {"outcome": {"text": str(answer.definition.text("outcome", language))}}
    if answer.group is not None:
        base["qualitativeRisk"] = {
            "coding": [{"system": URL + answer.definition.slug, "code": answer.group.slug}],
            "text": say(answer.group.label, language),
        }
    if not answer.risks:
        return [{**base, "rationale": groups or answer.state}]
    return [{**base, **_give(risk, language)} for risk in answer.risks]


def _give(risk: Risk, language: str) -> dict[str, Any]:
    event = risk.event_fr if language == "fr" and risk.event_fr else risk.event
    months = {"unit": "month", "system": UCUM, "code": "mo"}
    found: dict[str, Any] = {
        "probabilityDecimal": round(100 * risk.value, 6),
        "whenRange": {"low": {"value": 0, **months}, "high": {"value": risk.months, **months}},
    }
    if event:
        found["outcome"] = {"text": event}
    known = risk.low == risk.low and risk.high == risk.high
    ends = [write_number(100 * x, language, 3) for x in (risk.low, risk.high)] if known else []
    interval = f"; 95% {ends[0]}–{ends[1]} %" if known else ""
    found["rationale"] = f"{risk.cohort}{f', n = {risk.n}' if risk.n else ''}{interval}"
    return found


def read_response(resource: dict[str, Any], slug: str) -> dict[str, Any]:
    """Read values from a FHIR R4 QuestionnaireResponse to the score's Questionnaire.

    Args:
        resource: the resource.
        slug: the score.

    Returns:
        Values by name, as a request gives them.

    Raises:
        Problem: it answers another questionnaire, or an answer has no usable value.
    """
    asked = str(resource.get("questionnaire", "")).partition("|")[0]
    if asked and asked != BASE + slug:
        raise Problem(422, (Fault("/questionnaire", f"it is not {BASE + slug}"),))
    items = resource.get("item", [])
    if not isinstance(items, list):
        raise Problem(422, (Fault("/item", "item is a list"),))
    values: dict[str, Any] = {}
    for k, item in enumerate(items):
        if not isinstance(item, dict) or not isinstance(item.get("linkId"), str):
            raise Problem(422, (Fault(f"/item/{k}", "an item is an object with a linkId"),))
        answers = item.get("answer")
        if not answers:
            continue
        if not isinstance(answers, list) or not isinstance(answers[0], dict):
            raise Problem(422, (Fault(f"/item/{k}/answer", "answer is a list of objects"),))
        if len(answers) > 1:
            raise Problem(422, (Fault(f"/item/{k}/answer", "give one answer"),))
        values[item["linkId"]] = _read_answer(answers[0], f"/item/{k}/answer/0")
    return values


def _read_answer(answer: dict[str, Any], place: str) -> Any:
    for key in ("valueDecimal", "valueInteger", "valueBoolean"):
        if key in answer:
            return answer[key]
    coding = answer.get("valueCoding")
    if isinstance(coding, dict):
        return coding.get("code")
    quantity = answer.get("valueQuantity")
    if isinstance(quantity, dict) and "comparator" not in quantity:
        unit = quantity.get("code") or quantity.get("unit") or ""
        return {"value": quantity.get("value"), "unit": read_ucum(unit) if
                isinstance(unit, str) else unit}  # fmt: skip
    raise Problem(422, (Fault(place, "give valueDecimal, valueInteger, valueBoolean, "
                              "valueCoding or valueQuantity without comparator"),))  # fmt: skip

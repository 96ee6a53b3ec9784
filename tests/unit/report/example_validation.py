"""Results of a validation, made up: the shapes that the figures must stand, from 1 to 30 rows."""

from __future__ import annotations

import math

import numpy as np

from jalon.core import Estimate
from jalon.report import (
    CalibrationFigures,
    CalibrationGroup,
    CalibrationPicture,
    ComparisonMeasure,
    ComparisonPicture,
    ComparisonRow,
    DecisionLine,
    DecisionPicture,
    ForestMeasure,
    ForestPicture,
    ForestRow,
    ForestSection,
    FrequencyBar,
    InstabilityPicture,
    LabelledLine,
    RocCurve,
    RocPanel,
)

NAN = math.nan
NOTHING = Estimate(NAN, NAN, NAN)
LONG = "Modèle complet de Cox, douze variables mesurées à l’inclusion (le plafond)"
NAMES = ("This score", "IPI", "aaIPI", "R-IPI", "LDH alone", LONG)
MONTHS = np.arange(6.0, 85.0, 3.0)
RISKS = np.linspace(0.02, 0.9, 200)


def near(value, half, scale="plain"):
    """An estimate with an interval of one half-width, on the log scale for ratios."""
    if scale == "log":
        return Estimate(value, value * math.exp(-half), value * math.exp(half))
    return Estimate(value, value - half, value + half)


def auc_lines(count):
    return [
        LabelledLine(name, MONTHS, level + 0.1 * np.exp(-MONTHS / 30), *band)
        for name, level in zip(NAMES[:count], (0.72, 0.66, 0.655, 0.65, 0.6, 0.74), strict=False)
        for band in [(level - 0.03 + 0 * MONTHS, level + 0.13 + 0 * MONTHS)]
    ]


AUC = {
    "one": auc_lines(1),
    "three": auc_lines(3),
    "six": auc_lines(6),
    "holes": [LabelledLine("", [6, 12, 24, 36], [0.7, NAN, 0.4, NAN], [0.3, NAN, 0, NAN], [1] * 4)],
    "one point": [LabelledLine("IPI", [24], [0.66], [0.5], [0.8])],
}


def roc_curve(label, power):
    share = np.linspace(0, 1, 300)
    area = power / (1 + power)
    return RocCurve(label, share**power, share, near(area, 0.04))


NO_CURVE = RocCurve("No event by then", [], [], NOTHING)
ROC = {
    "one": [RocPanel(60, (roc_curve("", 2),))],
    "three months": [
        RocPanel(month, tuple(map(roc_curve, NAMES[:3], (3, 2, 1.5)))) for month in (12, 36, 60)
    ],
    "six scores": [
        RocPanel(m, (*map(roc_curve, NAMES[:4], (3, 2, 2, 1.5)), roc_curve(LONG, 3.5), NO_CURVE))
        for m in (24, 60)
    ],
}

_FIGURES = CalibrationFigures(
    near(0.94, 0.1), near(0.9, 0.2), near(0.031, 0.01), near(0.025, 0.01), near(0.065, 0.02)
)
_GROUPS = tuple(CalibrationGroup(p, near(0.9 * p + 0.02, 0.06)) for p in (0.05, 0.2, 0.35, 0.6))


def smooth(label, slope, half=0.05):
    y = slope * RISKS + 0.02
    return LabelledLine(label, RISKS, y, y - half, y + half)


CALIBRATION = {
    "one curve": CalibrationPicture(
        60, "recurrence or death", (smooth("", 0.9),), _GROUPS, RISKS[::2], RISKS[1::2], _FIGURES
    ),
    "three curves, competing": CalibrationPicture(
        24,
        "la progression ou du décès, quelle qu’en soit la cause, selon le comité",
        (smooth("as published", 0.7), smooth("baseline updated", 0.9), smooth(LONG, 1.0)),
        _GROUPS,
        RISKS[:40],
        RISKS[40:],
        _FIGURES,
        competing=True,
    ),
    "ten patients": CalibrationPicture(
        12,
        "relapse",
        groups=(
            CalibrationGroup(0.05, Estimate(0.02, NAN, NAN)),
            CalibrationGroup(0.1, Estimate(0.12, 0.01, 0.4)),
            CalibrationGroup(0.12, NOTHING),
        ),
        risks_event=np.array([0.1]),
        risks_free=np.array([0.02, 0.03, 0.05, 0.1, 0.1, 0.11, 0.08, 0.04, NAN]),
        figures=CalibrationFigures(ratio=NOTHING),
    ),
    "no histogram, wild": CalibrationPicture(
        60,
        "death",
        (smooth("", 1.1),),
        figures=CalibrationFigures(near(108.2, 900.7), near(-0.9, 1000), e90=near(0.9, 12.5)),
    ),
}

_THRESHOLDS = np.arange(0.02, 0.8, 0.01)


def decision_line(label, loss):
    benefit = 0.3 * np.exp(-loss * _THRESHOLDS) - 0.02 * _THRESHOLDS
    line = LabelledLine(label, _THRESHOLDS, benefit, benefit - 0.02, benefit + 0.02)
    return DecisionLine(line, 1 - _THRESHOLDS**loss)


_ALL = LabelledLine("", _THRESHOLDS, 0.3 - 0.7 * _THRESHOLDS / (1 - _THRESHOLDS))
DECISION = {
    "one": DecisionPicture(60, (decision_line("", 3),), _ALL),
    "three": DecisionPicture(60, tuple(map(decision_line, NAMES[:3], (2, 3, 5))), _ALL),
    "six": DecisionPicture(24, tuple(map(decision_line, NAMES, (2, 3, 3.1, 3.2, 6, 1.5))), _ALL),
    "holes, standardised": DecisionPicture(
        12, (DecisionLine(LabelledLine("", [0.1, 0.2, 0.3], [0.4, NAN, 0.2])),), standardised=True
    ),
    "one threshold": DecisionPicture(12, (DecisionLine(LabelledLine("IPI", [0.2], [0.1])),)),
    "no benefit": DecisionPicture(12, (DecisionLine(LabelledLine("IPI", [0.2, 0.4], [0, -0.1])),)),
}

MEASURES = (
    ForestMeasure(
        "Concordance",
        pooled=near(0.67, 0.02),
        prediction=near(0.67, 0.05),
        i2=0.34,
        tau2=0.00042,
        p=0.12,
    ),
    ForestMeasure(
        "Calibration slope",
        reference=1,
        pooled=near(0.95, 0.1),
        prediction=Estimate(0.95, NAN, NAN),
        i2=0.0,
        tau2=0.0,
        p=0.53,
    ),
    ForestMeasure(
        "Observed / expected",
        log=True,
        reference=1,
        pooled=near(1.05, 0.1, "log"),
        prediction=near(1.05, 0.4, "log"),
        i2=0.62,
        tau2=0.051,
        p=0.00001,
    ),
)


def centre(i, name=None):
    """A centre whose figures swing around the usual ones; some are tiny or lack a figure."""
    swing, patients = math.sin(2.0 * i), 8 + (37 * i) % 300
    half = 2 / math.sqrt(patients)
    estimates = (
        near(0.67 + 0.4 * half * swing, 0.5 * half),
        near(1 + half * swing, 2 * half),
        near(math.exp(half * swing), 1.5 * half, "log"),
    )
    if i % 7 == 6:
        estimates = (NOTHING, Estimate(0.9, NAN, NAN), near(0.2, 3.0, "log"))
    return ForestRow(name or f"Centre {i + 1}", estimates, patients, patients // 3)


HOSPITAL = "Centre hospitalier universitaire de la région parisienne, site Henri-Mondor, Créteil"


def centres(count):
    names = [HOSPITAL, "Institut Gustave-Roussy (patients transférés compris)"]
    return tuple(centre(i, names[i] if i < 2 else None) for i in range(count))


def part(label, names, p_values=()):
    return ForestSection(tuple(centre(i, name) for i, name in enumerate(names)), label, p_values)


FOREST = {
    "one row": ForestPicture(
        "Centre", MEASURES[:1], (ForestSection((ForestRow("A", (near(0.6, 0.1),)),)),)
    ),
    "twelve centres": ForestPicture("Held-out centre", MEASURES, (ForestSection(centres(12)),)),
    "thirty centres": ForestPicture(
        "Centre laissé de côté", MEASURES, (ForestSection(centres(30)),)
    ),
    "fairness": ForestPicture(
        "Patients",
        MEASURES,
        (
            part("Sex", ("women", "men"), (0.32, 0.04, 0.8)),
            part(
                "Tranche d’âge au moment de la perfusion des cellules",
                ("under 60", "60 to 69", "70 and over"),
                (0.6, NAN, 0.0004),
            ),
            part("", ("axi-cel", "tisa-cel")),
        ),
        "All patients",
    ),
}

COMPARISON = {
    "five scores": ComparisonPicture(
        "IPI",
        (
            ComparisonMeasure("Difference in concordance"),
            ComparisonMeasure("Difference in AUC by 60 months"),
            ComparisonMeasure("Difference in Brier score", 4, lower_is_better=True),
        ),
        tuple(
            ComparisonRow(name, (near(gain, 0.02), near(gain, 0.03), near(-gain / 9, 0.002)))
            for name, gain in zip(NAMES, (0.06, 0.0, -0.01, -0.02, -0.05, 0.08), strict=True)
        ),
        "686 patients, 299 events",
    ),
    "one, no interval": ComparisonPicture(
        LONG, (ComparisonMeasure("C"),), (ComparisonRow("IPI", (Estimate(0.01, NAN, NAN),)),)
    ),
}


def instability(patients, resamples):
    risk = np.linspace(0.03, 0.85, patients)
    wave = np.sin(np.outer(np.arange(patients), np.arange(1, resamples + 1)))
    resampled = np.clip(risk[:, None] * (1 + 0.2 * wave), 0, 1)
    resampled = resampled.T
    limits = LabelledLine("", risk, risk, 0.8 * risk, 1.2 * risk)
    curves = tuple(
        LabelledLine("", risk, risk * (0.8 + 0.4 * k / resamples)) for k in range(resamples)
    )
    error = np.abs(resampled - risk).mean(axis=0)
    change = ((resampled >= 0.3) != (risk >= 0.3)).mean(axis=0)
    return InstabilityPicture(
        60, risk, resampled, limits, error, float(error.mean()), curves[0], curves, change, 0.3
    )


_TEN = instability(10, 20)
INSTABILITY = {
    "many": instability(250, 40),
    "ten patients": _TEN,
    "two panels": InstabilityPicture(12, _TEN.predicted, error=_TEN.error, change=_TEN.change),
}

FREQUENCY = {
    "sections": [
        FrequencyBar("Nodes involved", 1.0, section="Variables"),
        FrequencyBar("Age", 0.004, chosen=False, section="Variables"),
        FrequencyBar(LONG, 0.61, section="Limits"),
        FrequencyBar("2 and 4 points", NAN, chosen=False, section="Groups"),
    ],
    "one": [FrequencyBar("LDH", 0.5)],
}

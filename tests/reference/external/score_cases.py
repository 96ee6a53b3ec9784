"""The catalogue's worked examples in the words of the score files, and their answers."""

import json
from pathlib import Path

from jalon.core.units import Quantity

CATALOGUE = Path(__file__).parent / "data" / "score_catalogue.json"
UNITS = {"mg_dl": "mg/dL", "mg_l": "mg/L", "umol_l": "umol/L", "g_dl": "g/dL"}
NAMES = {
    "temp": "temperature",
    "after_tocilizumab_or_steroid": "fever_treated",
    "new_lymphoma_lesion": "new_lesion",
    "dlco_pct": "lung_function",
}
SYSTEMS = (
    "cardiac", "vascular", "hematologic", "respiratory", "ent", "upper_gi", "lower_gi", "hepatic",
    "renal", "genitourinary", "musculoskeletal", "neurological", "endocrine_metabolic",
    "psychiatric",
)  # fmt: skip
OXYGEN = {
    "none": {"oxygen": "none"},
    "nasal 6 L/min": {"oxygen": "nasal_cannula", "oxygen_flow": 6},
    "HFNC 7 L/min": {"oxygen": "nasal_cannula", "oxygen_flow": 7},
}
# A patient of each total of the IPI: age, LDH, stage, ECOG, sites.
IPI = {
    points: dict(
        zip(
            ("age", "ldh_ratio", "stage", "ecog", "extranodal_sites"),
            (80, 2, 4, 3, 4)[:points] + (40, 0.5, 1, 0, 0)[points:],
            strict=True,
        )
    )
    for points in range(6)
}
COMORBIDITIES = {
    "hct_ci": {
        **dict.fromkeys(
            ("arrhythmia", "cardiac", "inflammatory_bowel", "diabetes", "cerebrovascular",
             "psychiatric", "infection", "obesity", "rheumatologic", "peptic_ulcer", "renal",
             "prior_tumor", "heart_valve"), "no",
        ),
        "pulmonary": "none", "hepatic": "none",
    },
    "charlson": {
        **dict.fromkeys(
            ("myocardial_infarct", "congestive_heart_failure", "peripheral_vascular",
             "cerebrovascular", "dementia", "chronic_pulmonary", "connective_tissue", "ulcer",
             "mild_liver", "moderate_severe_liver", "diabetes", "diabetes_end_organ",
             "hemiplegia", "moderate_severe_renal", "any_tumor", "metastatic_solid_tumor",
             "leukemia", "aids"), "no",
        ),
        "lymphoma": "none",
    },
}  # fmt: skip


def list_cases():
    """Score, number, what was given and what is expected, as the catalogue has them."""
    catalogue = json.loads(CATALOGUE.read_text(encoding="utf-8"))
    for score in catalogue["scores"]:
        for number, example in enumerate(score["examples"], start=1):
            yield score["id"], number, example["input"], example["expected"]


def translate(slug, given):
    """What the catalogue gives, in the words of the score's own file."""
    if "ipi_points" in given:
        return IPI[given["ipi_points"]]
    if "scores" in given:
        return dict(zip(SYSTEMS, given["scores"], strict=True))
    inputs = {}
    for key, value in given.items():
        inputs |= _translate(slug, key, value)
    if slug == "charlson" and "lymphoma" in given["items"]:
        counted = given["exclude_index_lymphoma"] is False
        inputs["lymphoma"] = "counted" if counted else "index_not_counted"
    if slug == "ctcae5_cytopenia":
        lineages = {"anc": "neutrophils"}
        inputs["lineage"] = next(lineages.get(name, name) for name in given)
    return inputs


def _translate(slug, key, value):
    for ending, written in UNITS.items():
        if key.endswith(f"_{ending}") and value is not None:
            return {key.removesuffix(f"_{ending}"): Quantity(value, written)}
    special = {
        "items": lambda: COMORBIDITIES[slug] | dict.fromkeys(value, "yes"),
        "exclude_index_lymphoma": dict,
        "o2": lambda: OXYGEN[value],
        "uptake": lambda: {"uptake": "no" if value == "none" else "yes"},
        "seizure_resolved": lambda: {"seizure": "resolved"},
        "paper": lambda: {"paper": value.lower()},
    }
    return special[key]() if key in special else {NAMES.get(key, key): value}


def expect(slug, expected):
    """What the catalogue expects, as (points, group, alternatives…) of an answer."""
    wanted = dict(expected)
    if wanted.get("group") == "indeterminate":
        wanted["group"] = None
    for key in ("total", "count", "grade", "ds"):
        if isinstance(wanted.get(key), int):
            wanted["points"] = wanted.pop(key)
    for key in ("count_bounds",):
        if key in wanted:
            wanted["points_bounds"] = wanted.pop(key)
    if "lp" in wanted:
        wanted["value"] = wanted.pop("lp")
    words = {
        ("severe4", "positive"): {True: "positive", False: "negative", "indeterminate": None},
        ("prior_mtv_thresholds", "high"): {True: "high", False: "not_high"},
        ("al_zaki_suv10", "high_risk"): {True: "high", False: "low"},
        ("al_zaki_suv10", "applicable"): {False: "not_applicable"},
        ("easix", "korell"): {"low": "low", "high": "high"},
        ("ctdna_d28", "flag"): {
            "detectable": "detectable",
            "undetectable (SD/PR subset: 1/10 relapsed)": "undetectable",
            "unknown": None,
        },
        ("lugano_2014", "response"): {
            **{name: name for name in ("CMR", "PMR", "NMR", "PMD")},
            "PMD (DS should then be 5: inconsistent input, warn)": "PMD",
        },
        ("deauville", "ds"): {"4 (or 5 by reader)": None},
    }
    for (score, key), meaning in words.items():
        if score == slug and key in wanted:
            wanted["group"] = meaning[wanted.pop(key)]
    return wanted

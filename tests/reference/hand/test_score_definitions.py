"""A second reading of every definition, written from the catalogue's text, not from the files.

Each line of ``THRESHOLDS`` says what the total is just below, at and just above a limit of one
item, the other items being those of the patient named before it. The limits of a file and of
this reading must be the same set, so that neither can hold one that the other forgot.
"""

import math

import pytest

from jalon.scores import assess, find_definition, list_slugs

NO_COMORBIDITY = dict.fromkeys(
    (
        "arrhythmia", "cardiac", "inflammatory_bowel", "diabetes", "cerebrovascular", "psychiatric",
        "infection", "rheumatologic", "peptic_ulcer", "prior_tumor", "heart_valve",
    ),
    "no",
)  # fmt: skip
HEALTHY = NO_COMORBIDITY | {
    "obesity": "no", "renal": "no", "pulmonary": "none", "hepatic": "none",
}  # fmt: skip
FINE = {"age": 30, "ldh_ratio": 0.9, "stage": 1, "ecog": 0, "extranodal_sites": 0}
SYSTEMS = (
    "cardiac", "vascular", "hematologic", "respiratory", "ent", "upper_gi", "lower_gi", "hepatic",
    "renal", "genitourinary", "musculoskeletal", "neurological", "endocrine_metabolic",
    "psychiatric",
)  # fmt: skip
HT = {"platelets": 200, "anc": 2000, "hemoglobin": 12, "crp": 1, "ferritin": 100}
FEVER = {"temperature": 39, "hypotension": "no", "vasopressors": 0, "oxygen": "none"}
ALERT = {"ice": 10, "consciousness": "awake"}
MTV = {"mtv": 10}

THRESHOLDS = {
    "ipi": [
        (FINE, "age", 60, (0, 0, 1)),
        (FINE, "ldh_ratio", 1, (0, 0, 1)),
        (FINE, "stage", 3, (0, 1, 1)),
        (FINE, "ecog", 2, (0, 1, 1)),
        (FINE, "extranodal_sites", 2, (0, 1, 1)),
    ],
    "aaipi": [
        ({"ldh_ratio": 0.9, "stage": 1, "ecog": 0}, "ldh_ratio", 1, (0, 0, 1)),
        ({"ldh_ratio": 0.9, "stage": 1, "ecog": 0}, "stage", 3, (0, 1, 1)),
        ({"ldh_ratio": 0.9, "stage": 1, "ecog": 0}, "ecog", 2, (0, 1, 1)),
    ],
    "nccn_ipi": [
        *(
            (
                {"age": 30, "ldh_ratio": 0.9, "stage": 1, "ecog": 0, "extranodal_major": "no"},
                *line,
            )
            for line in (
                ("age", 40, (0, 0, 1)),
                ("age", 60, (1, 1, 2)),
                ("age", 75, (2, 2, 3)),
                ("ldh_ratio", 1, (0, 0, 1)),
                ("ldh_ratio", 3, (1, 1, 2)),
                ("stage", 3, (0, 1, 1)),
                ("ecog", 2, (0, 1, 1)),
            )
        )
    ],
    "car_hematotox": [
        (HT, "platelets", 75, (2, 1, 1)),
        (HT, "platelets", 175, (1, 1, 0)),
        (HT, "anc", 1200, (1, 0, 0)),
        (HT, "hemoglobin", 9, (1, 0, 0)),
        (HT, "crp", 3, (0, 1, 1)),
        (HT, "ferritin", 650, (0, 1, 1)),
        (HT, "ferritin", 2000, (1, 1, 2)),
    ],
    "cirs": [
        (dict.fromkeys(SYSTEMS, 0), system, grade, (grade - 1, grade, min(grade + 1, 4)))
        for system in SYSTEMS
        for grade in (1, 2, 3, 4)
    ],
    "severe4": [
        (dict.fromkeys(("respiratory", "upper_gi", "hepatic", "renal"), 0), organ, 3, (0, 1, 1))
        for organ in ("respiratory", "upper_gi", "hepatic", "renal")
    ],
    "hct_ci": [
        (NO_COMORBIDITY | {"renal": "no", "pulmonary": "none", "hepatic": "none"}, "bmi", 35,
         (0, 0, 1)),
        (HEALTHY, "creatinine", 2, (0, 0, 2)),
        # Rounded to a whole number: 65 or less severe, 66 to 80 moderate.
        (HEALTHY, "lung_function", 65.5, (3, 2, 2)),
        (HEALTHY, "lung_function", 80.5, (2, 0, 0)),
        (HEALTHY, "bilirubin_ratio", 1, (0, 0, 1)),
        (HEALTHY, "bilirubin_ratio", 1.5, (1, 1, 3)),
        (HEALTHY, "ast_ratio", 1, (0, 0, 1)),
        (HEALTHY, "ast_ratio", 2.5, (1, 1, 3)),
        (HEALTHY, "alt_ratio", 1, (0, 0, 1)),
        (HEALTHY, "alt_ratio", 2.5, (1, 1, 3)),
    ],
    "pc_pi": [
        (
            {"ecog": 0, "hemoglobin": 12, "ldh_ratio": 1, "extranodal_sites": 0,
             "months_to_pd": 9},
            *line,
        )
        for line in (
            ("ecog", 1, (0, 1, 1)),
            ("hemoglobin", 10, (1, 0, 0)),
            ("ldh_ratio", 2, (0, 1, 1)),
            ("extranodal_sites", 2, (0, 1, 1)),
            ("months_to_pd", 4, (1, 0, 0)),
        )
    ],
    "cibmtr_dlbcl": [
        ({"kps": 90, "interval_months": 24, "chemoresistant": "no"}, "kps", 80, (4, 0, 0)),
        ({"kps": 90, "interval_months": 24, "chemoresistant": "no"}, "interval_months", 12,
         (2, 0, 0)),
    ],
    "mgps": [
        ({"albumin": 4}, "crp", 10, (0, 1, 1)),
        ({"albumin": 3}, "crp", 10, (0, 2, 2)),
        ({"crp": 20}, "albumin", 3.5, (2, 1, 1)),
        ({"crp": 5}, "albumin", 3.5, (0, 0, 0)),
    ],
    "prior_mtv_thresholds": [
        ({"paper": "dean"}, "mtv", 147.5, (0, 0, 1)),
        ({"paper": "vercellino"}, "mtv", 80, (0, 0, 1)),
        ({"paper": "iacoboni"}, "mtv", 25, (0, 1, 1)),
        ({"paper": "clml_infusion"}, "mtv", 450, (0, None, 1)),
        ({"paper": "clml_day30"}, "mtv", 106, (0, 1, 1)),
        ({"paper": "jnm_month1"}, "mtv", 60.8, (0, None, 1)),
        ({"paper": "jnm_month3"}, "mtv", 120.1, (0, None, 1)),
    ],
    "deauville": [
        ({"lesion_to_liver": 0.5}, "lesion_to_mediastinum", 1, (2, 2, 3)),
        ({"lesion_to_mediastinum": 1.5, "markedly": "no"}, "lesion_to_liver", 1, (3, 3, 4)),
        ({"lesion_to_mediastinum": 1.5, "markedly": "yes"}, "lesion_to_liver", 1, (3, 3, 5)),
    ],
    "guidetti": [
        ({"suv_change": 0.5}, "ds", 4, (0, 1, 1)),
        ({"suv_change": 1.5}, "ds", 4, (0, 2, 2)),
        ({"ds": 4}, "suv_change", 1, (1, None, 2)),
    ],
    "al_zaki_suv10": [
        ({"response": "PR"}, "suvmax", 10, (0, 1, 1)),
        ({"response": "SD"}, "suvmax", 10, (0, 1, 1)),
        ({"response": "CR"}, "suvmax", 10, (-1, -1, -1)),
    ],
    "lugano_2014": [
        ({"new_lesion": "no", "change": "reduced"}, "ds", 4, (0, 1, 1)),
        ({"new_lesion": "no", "change": "unchanged"}, "ds", 4, (0, 2, 2)),
        ({"new_lesion": "no", "change": "increased"}, "ds", 4, (0, 3, 3)),
        ({"new_lesion": "yes", "change": "reduced"}, "ds", 4, (3, 3, 3)),
    ],
    "astct_crs": [
        (FEVER, "temperature", 38, (0, 1, 1)),
        (FEVER, "vasopressors", 1, (1, 3, 4)),
        (FEVER, "vasopressors", 2, (3, 4, 4)),
        (FEVER | {"oxygen": "nasal_cannula"}, "oxygen_flow", 6, (2, 2, 3)),
    ],
    "ice": [
        (
            {"orientation": 0, "naming": 0, "command": 0, "writing": 0, "attention": 0},
            name, points, (points - 1, points, min(points + 1, most)),
        )
        for name, most in (
            ("orientation", 4), ("naming", 3), ("command", 1), ("writing", 1), ("attention", 1),
        )
        for points in range(1, most + 1)
    ],
    "astct_icans": [
        (ALERT, "ice", 3, (3, 2, 2)),
        (ALERT, "ice", 7, (2, 1, 1)),
        (ALERT, "ice", 10, (1, 0, 0)),
        (ALERT, "seizure_minutes", 5, (3, 3, 4)),
        (ALERT, "seizure_minutes", 0, (0, 0, 3)),
    ],
    "icaht_neutropenia": [
        *(
            ({"phase": "early", "days_le100": 0}, "days_le500", days, totals)
            for days, totals in (
                (1, (0, 1, 1)), (7, (1, 2, 2)), (14, (2, 3, 3)), (31, (3, 4, 4)),
            )
        ),
        ({"phase": "early", "days_le500": 13}, "days_le100", 7, (2, 3, 3)),
        ({"phase": "early", "days_le500": 30}, "days_le100", 14, (3, 4, 4)),
        *(
            ({"phase": "late"}, "lowest_confirmed_anc", limit, totals)
            for limit, totals in (
                (100, (4, 4, 3)), (500, (3, 3, 2)), (1000, (2, 2, 1)), (1500, (1, 1, 0)),
            )
        ),
    ],
    "icaht_thrombocytopenia": [
        ({"phase": "early", "days_lt20": 0}, "days_lt50", 1, (0, 1, 1)),
        ({"phase": "early", "days_lt20": 0}, "days_lt50", 7, (1, 2, 2)),
        ({"phase": "early", "days_lt50": 20}, "days_lt20", 1, (2, 3, 3)),
        ({"phase": "early", "days_lt50": 20}, "days_lt20", 14, (3, 4, 4)),
        ({"phase": "late", "days_lt50": 0, "days_lt20": 0}, "days_lt100", 1, (0, 1, 1)),
        ({"phase": "late", "days_lt100": 40, "days_lt20": 0}, "days_lt50", 1, (1, 2, 2)),
        ({"phase": "late", "days_lt100": 40, "days_lt20": 0}, "days_lt50", 7, (2, 2, 2)),
        ({"phase": "late", "days_lt100": 40, "days_lt50": 40}, "days_lt20", 1, (2, 3, 3)),
        ({"phase": "late", "days_lt100": 40, "days_lt50": 40}, "days_lt20", 14, (3, 4, 4)),
    ],
    "ctcae5_cytopenia": [
        *(
            ({"lineage": "neutrophils", "anc_over_lln": 0.9}, "anc", limit, totals)
            for limit, totals in ((0.5, (4, 3, 3)), (1, (3, 2, 2)), (1.5, (2, 1, 1)))
        ),
        *(
            ({"lineage": "platelets", "platelets_over_lln": 0.9}, "platelets", limit, totals)
            for limit, totals in ((25, (4, 3, 3)), (50, (3, 2, 2)), (75, (2, 1, 1)))
        ),
        *(
            ({"lineage": "hemoglobin", "hemoglobin_over_lln": 0.9}, "hemoglobin", limit, totals)
            for limit, totals in ((8, (3, 2, 2)), (10, (2, 1, 1)))
        ),
        ({"lineage": "neutrophils", "anc": 1.9}, "anc_over_lln", 1, (1, 0, 0)),
        ({"lineage": "platelets", "platelets": 140}, "platelets_over_lln", 1, (1, 0, 0)),
        ({"lineage": "hemoglobin", "hemoglobin": 12}, "hemoglobin_over_lln", 1, (1, 0, 0)),
    ],
}  # fmt: skip
THRESHOLDS["r_ipi"] = THRESHOLDS["ipi"]

# What each level of a category gives, the other items being those of the patient named before.
LEVELS = {
    "nccn_ipi": [
        (
            {"age": 30, "ldh_ratio": 0.9, "stage": 1, "ecog": 0},
            "extranodal_major", {"no": 0, "yes": 1},
        ),
    ],
    "cll_ci": [
        (dict.fromkeys(("vascular", "endocrine", "upper_gi"), "no"), name, {"no": 0, "yes": 1})
        for name in ("vascular", "endocrine", "upper_gi")
    ],
    "cibmtr_dlbcl": [
        ({"kps": 90, "interval_months": 24}, "chemoresistant", {"no": 0, "yes": 5}),
    ],
    "hct_ci": [
        *(
            (HEALTHY, name, {"no": 0, "yes": points})
            for points, names in (
                (1, ("arrhythmia", "cardiac", "inflammatory_bowel", "diabetes", "cerebrovascular",
                     "psychiatric", "obesity", "infection")),
                (2, ("rheumatologic", "peptic_ulcer", "renal")),
                (3, ("prior_tumor", "heart_valve")),
            )
            for name in names
        ),
        (HEALTHY, "pulmonary", {"none": 0, "moderate": 2, "severe": 3}),
        (HEALTHY, "hepatic", {"none": 0, "mild": 1, "moderate_severe": 3}),
    ],
    "ctdna_d28": [
        ({"response": "CR"}, "ctdna_detectable", {"no": 0, "yes": 1}),
        ({"response": "PR"}, "ctdna_detectable", {"no": 0, "yes": 1}),
        ({"ctdna_detectable": "yes"}, "response", dict.fromkeys(("CR", "PR", "SD", "PD"), 1)),
    ],
    "deauville": [
        ({}, "reader_score", {"1": 1, "2": 2, "3": 3, "4": 4, "5": 5, "X": 0}),
        ({"lesion_to_liver": 0.5, "lesion_to_mediastinum": 1.5}, "new_lesion", {"no": 3, "yes": 5}),
        ({"lesion_to_liver": 2, "lesion_to_mediastinum": 3}, "markedly", {"no": 4, "yes": 5}),
        ({"lesion_to_liver": 0.5, "lesion_to_mediastinum": 0.9}, "uptake", {"no": 1, "yes": 2}),
    ],
    "al_zaki_suv10": [
        ({"suvmax": 15}, "response", {"CR": -1, "PR": 1, "SD": 1, "PD": -1}),
    ],
    "lugano_2014": [
        ({"ds": 4, "new_lesion": "no"}, "change", {"reduced": 1, "unchanged": 2, "increased": 3}),
        ({"ds": 5, "change": "reduced"}, "new_lesion", {"no": 1, "yes": 3}),
        ({"ds": 2, "change": "reduced", "new_lesion": "no"}, "marrow_lesion", {"no": 0}),
    ],
    "astct_crs": [
        (FEVER, "hypotension", {"no": 1, "yes": 2}),
        (FEVER, "oxygen", {"none": 1, "blow_by": 2, "mask": 3, "positive_pressure": 4}),
        (FEVER, "death", {"no": 1, "yes": 5}),
        (FEVER | {"temperature": 37}, "fever_treated", {"no": 0, "yes": 1}),
        (FEVER, "other_cause", {"no": 1, "yes": 0}),
        (FEVER, "vasopressin", {"no": 1, "yes": 3}),
        (FEVER | {"vasopressors": 1}, "vasopressin", {"no": 3, "yes": 3}),
    ],
    "astct_icans": [
        (ALERT, "consciousness", {"awake": 0, "voice": 2, "tactile": 3, "unarousable": 4}),
        (ALERT, "seizure", {"none": 0, "resolved": 3, "not_resolved": 4}),
        (ALERT, "motor", {"none": 0, "deep": 4}),
        (ALERT, "edema", {"none": 0, "focal": 3, "diffuse": 4}),
    ],
    "icaht_neutropenia": [
        ({"phase": "early", "days_le500": 20, "days_le100": 0}, "never_above_500",
         {"no": 3, "yes": 4}),
    ],
    "ctcae5_cytopenia": [
        ({"lineage": "hemoglobin", "hemoglobin": 9}, "transfusion_indicated", {"no": 2, "yes": 3}),
        ({"lineage": "hemoglobin", "hemoglobin": 9}, "life_threatening", {"no": 2, "yes": 4}),
    ],
}  # fmt: skip
CHARLSON = {
    1: ("myocardial_infarct", "congestive_heart_failure", "peripheral_vascular", "cerebrovascular",
        "dementia", "chronic_pulmonary", "connective_tissue", "ulcer", "mild_liver", "diabetes"),
    2: ("hemiplegia", "moderate_severe_renal", "diabetes_end_organ", "any_tumor", "leukemia"),
    3: ("moderate_severe_liver",),
    6: ("metastatic_solid_tumor", "aids"),
}  # fmt: skip
UNWELL = {name: "no" for names in CHARLSON.values() for name in names} | {"lymphoma": "none"}
LEVELS["charlson"] = [
    (UNWELL, name, {"no": 0, "yes": points}) for points, names in CHARLSON.items() for name in names
] + [(UNWELL, "lymphoma", {"none": 0, "index_not_counted": 0, "counted": 2})]

GROUPS = {
    "ipi": {"low": (0, 1), "low_intermediate": (2,), "high_intermediate": (3,), "high": (4, 5)},
    "aaipi": {"low": (0,), "low_intermediate": (1,), "high_intermediate": (2,), "high": (3,)},
    "r_ipi": {"very_good": (0,), "good": (1, 2), "poor": (3, 4, 5)},
    "nccn_ipi": {"low": (0, 1), "low_intermediate": (2, 3), "high_intermediate": (4, 5),
                 "high": (6, 7, 8)},
    "car_hematotox": {"low": (0, 1), "high": (2, 3, 4, 5, 6, 7)},
    "cirs": {"low": tuple(range(7)), "high": tuple(range(7, 57))},
    "severe4": {"negative": (0,), "positive": (1,)},
    "hct_ci": {"low": (0,), "intermediate": (1, 2), "high": tuple(range(3, 27))},
    "cll_ci": {"low": (0,), "intermediate": (1,), "high": (2, 3)},
    "cibmtr_dlbcl": {"low": (0,), "intermediate": (2, 4, 5), "high": (6, 7, 9),
                     "very_high": (11,)},
    "mgps": {"0": (0,), "1": (1,), "2": (2,)},
}  # fmt: skip
NO_GROUPS = {"charlson", "pc_pi", "ice", "s_easix", "m_easix", "hr_balancer", "impi"}
BLOCKED = {
    "car_ipi", "simple_ht", "eipm", "easix_f", "ct_ci", "inflamix", "faramand_crp_ferritin",
    "car_impi", "iec_hs",
}  # fmt: skip
PARTIAL = {"hct_ci", "pc_pi", "hr_balancer", "prior_mtv_thresholds", "guidetti"}
DISPUTED = {
    ("car_hematotox", "platelets"): {75}, ("car_hematotox", "anc"): {1200},
    ("car_hematotox", "hemoglobin"): {9}, ("car_hematotox", "crp"): {3},
    ("mgps", "crp"): {10}, ("hct_ci", "lung_function"): {65, 80.01},
}  # fmt: skip

# Survival in percent at a month: (months, word of the cohort, event, by group).
SURVIVAL = {
    "ipi": [(60, "Pooled", "death", (88, 76, 67, 54)),
            (60, "Pooled", "progression or death", (81, 67, 58, 46))],
    "r_ipi": [(60, "Pooled", "death", (93, 81, 61))],
    "nccn_ipi": [(60, "NCCN", "death", (96, 82, 64, 33)),
                 (60, "Pooled", "death", (92, 84, 63, 49))],
    "car_hematotox": [(12, "CART-SIE", "death", (78, 62)),
                      (12, "CART-SIE", "progression or death", (49, 39))],
    "cibmtr_dlbcl": [(36, "derivation", "progression or death", (40, 32, 11, 6)),
                     (36, "derivation", "death", (43, 39, 19, 11)),
                     (12, "CAR T-cells", "death", (88.4, 76.4, 52.8, 52.8))],
    "deauville": [(12, "Kuhnl", "progression or death", (77.1, 77.1, 63.5, 43.5, 0)),
                  (12, "Kuhnl", "death", (87.1, 87.1, 86.2, 62.7, 38.1)),
                  (12, "Galtier", "progression or death", (78.9, 8.6))],
    "guidetti": [(12, "Guidetti", "progression or death", (61, 33))],
}  # fmt: skip


def total(slug, inputs):
    answer = assess(find_definition(slug), inputs)
    return answer.points_low if answer.points_low == answer.points_high else None


@pytest.mark.parametrize(
    ("slug", "line"), [(slug, line) for slug, lines in THRESHOLDS.items() for line in lines]
)
def test_total_just_below_at_and_just_above_each_limit(slug, line):
    patient, name, limit, expected = line
    item = find_definition(slug).item(name)
    step = 1 if item.whole or item.levels else None
    below = limit - 1 if step else math.nextafter(limit, -math.inf)
    above = limit + 1 if step else math.nextafter(limit, math.inf)
    low, high = item.span
    seen = [
        total(slug, patient | {name: value}) if low <= value <= high else wanted
        for value, wanted in zip((below, limit, above), expected, strict=True)
    ]
    assert tuple(seen) == expected


@pytest.mark.parametrize(
    ("slug", "line"), [(slug, line) for slug, lines in LEVELS.items() for line in lines]
)
def test_total_of_each_level(slug, line):
    patient, name, expected = line
    seen = {level: total(slug, patient | {name: level}) for level in expected}
    assert seen == expected


@pytest.mark.parametrize("slug", list_slugs())
def test_both_readings_have_the_same_limits_and_levels(slug):
    definition = find_definition(slug)
    read = {(name, float(limit)) for _, name, limit, _ in THRESHOLDS.get(slug, ())}
    named = {name for _, name, _ in LEVELS.get(slug, ())}
    for item in definition.items:
        if not item.steps:
            continue
        if item.levels:
            assert item.id in named or item.id in ("paper", "phase", "lineage", "response")
            continue
        assert {(item.id, step.limit) for step in item.steps[1:]} <= read
        assert {limit for name, limit in read if name == item.id} <= {
            step.limit for step in item.steps[1:]
        }
    assert {name for name, _ in read} | named <= {item.id for item in definition.items}


@pytest.mark.parametrize("slug", GROUPS)
def test_group_of_each_total(slug):
    definition = find_definition(slug)
    seen = {t: definition.group_of(t).slug for totals in GROUPS[slug].values() for t in totals}
    assert seen == {t: group for group, totals in GROUPS[slug].items() for t in totals}
    assert [group.slug for group in definition.groups] == list(GROUPS[slug])
    assert definition.range == (min(seen), max(seen))


def test_what_can_be_computed():
    found = {slug: find_definition(slug) for slug in list_slugs()}
    assert len(found) == 39
    assert {slug for slug, each in found.items() if each.availability == "blocked"} == BLOCKED
    assert {slug for slug, each in found.items() if each.availability == "partial"} == PARTIAL
    computed = {slug: each for slug, each in found.items() if each.computes}
    assert {slug for slug, each in computed.items() if not each.groups} == NO_GROUPS
    for slug in BLOCKED:
        assert not found[slug].items
        assert not found[slug].risks


def test_values_on_which_sources_differ():
    seen = {
        (slug, item.id): {dispute.low for dispute in item.disputes}
        for slug in list_slugs()
        for item in find_definition(slug).items
        if item.disputes
    }
    assert seen == DISPUTED


@pytest.mark.parametrize("slug", SURVIVAL)
def test_published_survival(slug):
    definition = find_definition(slug)
    for months, cohort, event, survivals in SURVIVAL[slug]:
        seen = [
            round(100 - 100 * risk.value, 6)
            for risk in definition.risks
            if (risk.months, risk.event) == (months, event) and cohort in risk.cohort
        ]
        assert seen == pytest.approx(list(survivals), abs=1e-9)
    told = sum(len(survivals) for *_, survivals in SURVIVAL[slug])
    extra = 2 if slug == "car_hematotox" else 0  # severe neutropenia 5 % and 48 %, below
    assert len(definition.risks) == told + extra


def test_published_neutropenia_of_hematotox():
    risks = find_definition("car_hematotox").risks[:2]
    assert [(r.group, r.value, r.n) for r in risks] == [("low", 0.05, 97), ("high", 0.48, 83)]


def test_easix_cut_off_and_formulas():
    easix = find_definition("easix")
    assert easix.formula.limits == (4.67,)
    for ldh, group in ((466.99, "low"), (467, "low"), (467.01, "high")):
        answer = assess(easix, {"ldh": ldh, "creatinine": 1, "platelets": 100})
        assert answer.group.slug == group
    # Hand-made: 300 x 2 / 150, 300 / 150, 300 x 4 / 150.
    assert assess(easix, {"ldh": 300, "creatinine": 2, "platelets": 150}).points_low == 4
    simple, modified = find_definition("s_easix"), find_definition("m_easix")
    assert assess(simple, {"ldh": 300, "platelets": 150}).points_low == 2
    assert assess(modified, {"ldh": 300, "crp": 4, "platelets": 150}).points_low == 8


def test_weights_of_the_linear_predictors():
    balancer = find_definition("hr_balancer")
    base = {"nonresponse": "no", "ferritin_ratio": 1, "crp_ratio": 1}

    def predict(**change):
        return assess(balancer, base | change).points_low

    assert (predict(), predict(nonresponse="yes")) == (0, 0.35)
    assert predict(ferritin_ratio=2) == pytest.approx(0.10, rel=1e-12)
    assert predict(crp_ratio=2) == pytest.approx(0.01, rel=1e-12)
    impi = find_definition("impi")
    young = {"mtv": 0, "age": 0, "stage": 1}

    def index(**change):
        return assess(impi, young | change).points_low

    assert index(age=1) == pytest.approx(0.008092449, rel=1e-12)
    assert index(mtv=1) == pytest.approx(0.003077330, rel=1e-12)
    slope = index(mtv=1307.9) - index(mtv=307.9)
    assert slope == pytest.approx(1000 * (0.003077330 - 0.002761985), rel=1e-12)
    stages = [index(stage=stage) for stage in (1, 2, 3, 4)]
    assert stages == [0, -0.114645415, 0.281141117, 0.322247142]

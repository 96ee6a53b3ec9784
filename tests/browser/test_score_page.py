"""The page of a score, used as a clinician uses it."""

import re

import pytest

from jalon.calculator.forms import hash_definition
from jalon.scores import find_definition

IPI = {"age": "63", "ldh": "350", "ldh_uln": "250"}


def fill(page, typed=(), chosen=()):
    for name, value in dict(typed).items():
        page.locator(f"#i-{name}").fill(value)
    for name, value in dict(chosen).items():
        page.locator(f"input[name={name}][value='{value}']").check()


def answer(page):
    return page.locator("#result").inner_text()


def test_answer_comes_while_typing_and_says_what_would_decide(visit):
    page = visit("/scores/ipi")
    assert "never counts as 0" in answer(page)
    fill(page, IPI, {"stage": 4, "ecog": 1})
    assert answer(page).splitlines()[0] == "Not certain yet"
    assert "3 to 4 points (possible 0 to 5)" in answer(page)
    assert "high-intermediate or high. Would decide it: Extranodal sites." in answer(page)
    fill(page, {"extranodal_sites": "1"})
    assert answer(page).startswith("High-intermediate")
    why = page.locator("#why li").all_inner_texts()
    assert why[0] == "Age: 63 years (above 60), 1 point"
    risk = page.locator("#risk").inner_text()
    assert "Death by 5 years: about 33 of 100 similar patients (no interval is published)." in risk


def test_a_group_that_is_certain_is_given_though_a_value_is_missing(visit):
    page = visit("/scores/ipi")
    fill(page, {"age": "50"}, {"stage": 2, "ecog": 0})
    fill(page, {"extranodal_sites": "0"})
    assert answer(page).startswith("Low\n")
    assert "Certain, whatever is missing turns out to be (LDH" in answer(page)


def test_unit_switch_converts_what_was_typed_and_keeps_the_answer_exact(visit):
    page = visit("/scores/car_hematotox")
    page.locator("#u-crp").select_option("mg/L")
    fill(page, {"crp": "30"})
    points = page.locator("#p-crp")
    assert points.inner_text() == "1 point"
    assert "does not say" in page.locator("#m-crp").inner_text() or page.locator("#m-crp p").count()
    page.locator("#u-crp").select_option("mg/dL")
    assert page.locator("#i-crp").input_value() == "3"
    page.locator("#u-hemoglobin").select_option("mmol/L")
    fill(page, {"hemoglobin": "5.1"})
    page.locator("#u-hemoglobin").select_option("g/L")
    assert page.locator("#i-hemoglobin").input_value() == "82.161"
    page.locator("#u-hemoglobin").select_option("mmol/L")
    assert page.locator("#i-hemoglobin").input_value() == "5.1"


def test_impossible_and_unclear_values_are_refused_beside_their_item_and_count_as_not_known(visit):
    page = visit("/scores/easix")
    fill(page, {"ldh": "250", "platelets": "200", "creatinine": "159"})
    message = page.locator("#m-creatinine").inner_text()
    assert "159 mg/dL is not possible (0.1 to 30); if it is in µmol/L, say so" in message
    assert "Taken as not known." in message
    assert page.locator("#i-creatinine").get_attribute("aria-invalid") == "true"
    assert answer(page).startswith("Not certain yet")
    fill(page, {"creatinine": "8"})
    assert "8 mg/dL is unusual" in page.locator("#m-creatinine").inner_text()
    fill(page, {"creatinine": "0.8", "platelets": "0"})
    assert "must be > 0" in page.locator("#m-platelets").inner_text()
    fill(page, {"platelets": "1,200"})
    assert "can be read both ways" in page.locator("#m-platelets").inner_text()
    fill(page, {"platelets": "about 200"})
    assert "Write a number" in page.locator("#m-platelets").inner_text()
    fill(page, {"platelets": "200"})
    assert "EASIX = 1.00" in answer(page)
    assert page.locator(".error").count() == 0


def test_sources_that_disagree_are_shown_when_they_change_the_group(visit):
    page = visit("/scores/car_hematotox")
    fill(page, {"platelets": "200", "anc": "1200", "hemoglobin": "10", "crp": "4", "ferritin": "1"})
    assert answer(page).startswith("Low")
    remark = page.locator("#remarks").inner_text()
    assert "Sources disagree on Neutrophils (ANC). Read the other way" in remark
    assert "low or high" in remark


def test_french_page_speaks_french_and_takes_a_decimal_comma(visit):
    page = visit("/scores/car_hematotox", locale="fr-FR")
    assert page.locator("html").get_attribute("lang") == "fr"
    fill(page, {"hemoglobin": "8,5", "platelets": "50"})
    assert "au moins" not in answer(page)
    assert "Élevé" in answer(page)
    assert page.locator("#why li").nth(2).inner_text().startswith("Hémoglobine\u202f: 8,5 g/dL")
    seen = page.locator("body").inner_text()
    for english in ("Research use only", "not known", "Not a medical", "Absolute risk"):
        assert english not in seen
    page.locator("#language").click()
    assert "Research use only" in page.locator("body").inner_text()
    assert page.locator("#i-hemoglobin").input_value() == "8,5"
    assert answer(page).startswith("High")
    assert page.url.endswith("lang=en")


def test_only_the_judgement_may_be_known(visit):
    page = visit("/scores/ipi")
    page.locator("[data-item=ldh_ratio] summary").click()
    fill(page, {}, {"ldh_above_normal": 1})
    assert page.locator("#p-ldh_ratio").inner_text() == "1 point"
    fill(page, {"ldh": "200", "ldh_uln": "250"})
    assert "contradict" in page.locator("#m-ldh_ratio").inner_text()


def test_a_learned_score_has_the_same_page_with_its_risk_over_time(visit):
    page = visit("/scores/breast_real_recurrence_free_survival")
    fill(page, {"age": "70", "nodes": "3", "progesterone_receptor": "20"}, {"size": 1, "grade": 2})
    assert answer(page).startswith("High-middle")
    risk = page.locator("#risk").inner_text()
    assert "about 63 of 100 similar patients (between 59 and 68)" in risk
    assert "490" in risk
    assert page.locator("#risk svg .band").count() == 1
    assert "2,982 patients" in page.locator("#about").inner_text()


def test_a_blocked_score_refuses_and_shows_no_number(visit):
    page = visit("/scores/simple_ht")
    assert "cannot be computed" in page.locator("#refused").inner_text()
    assert page.locator("#form").count() == page.locator("#result").count() == 0


def test_a_partial_score_says_what_is_not_known(visit):
    page = visit("/scores/pc_pi")
    assert "Computed in part" in page.locator(".partial").inner_text()
    fill(page, {"hemoglobin": "9"}, {"ecog": 2})
    assert "group" not in answer(page).lower()
    assert "No absolute risk by group is published" in page.locator("#risk").inner_text()


def test_version_hash_and_source_are_on_the_page(visit):
    page = visit("/scores/ipi")
    about = page.locator("#about").inner_text()
    assert hash_definition(find_definition("ipi")) in about
    assert "10.1056/NEJM199309303291402" in about
    assert "Every limit is strict" in about


def test_copy_as_text_holds_the_whole_answer(visit):
    page = visit("/scores/ipi", permissions=["clipboard-read", "clipboard-write"])
    fill(page, IPI, {"stage": 4, "ecog": 1})
    page.locator("#copy").click()
    page.locator("#copy", has_text="Copied").wait_for()
    text = page.evaluate("navigator.clipboard.readText()")
    assert "3 to 4 points" in text
    assert "Age: 63 years" in text
    assert text.endswith("Research use only.")


def test_nothing_is_stored_and_clearing_forgets(visit):
    page = visit("/scores/ipi")
    fill(page, IPI)
    kept = "[localStorage.length, sessionStorage.length, document.cookie, location.search]"
    assert page.evaluate(kept) == [0, 0, "", "?lang=en"]
    page.locator("#clear").click()
    assert page.locator("#i-age").input_value() == ""
    page.reload()
    assert page.locator("#i-age").input_value() == ""
    assert "never counts as 0" in answer(page)


def test_works_with_the_keyboard_alone(visit):
    page = visit("/scores/r_ipi")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    for _ in range(30):
        if page.evaluate("document.activeElement.id") == "i-age":
            break
        page.keyboard.press("Tab")
    page.keyboard.type("70")
    for _ in range(12):
        if page.evaluate("document.activeElement.name") == "stage":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.locator("input[name=stage]:checked").get_attribute("value") == "2"
    assert "1 to 4 points" in answer(page)


@pytest.mark.parametrize("slug", ["ipi", "charlson", "hct_ci", "deauville", "car_hematotox"])
def test_prints_on_one_page(visit, slug):
    page = visit(f"/scores/{slug}?lang=fr")
    printed = page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1


@pytest.mark.parametrize("path", ["/", "/scores/ipi?lang=fr", "/scores/astct_crs?lang=fr",
                                  "/scores/deauville", "/scores/hr_balancer"])  # fmt: skip
def test_fits_a_phone_without_scrolling_sideways(visit, path):
    page = visit(path, viewport={"width": 360, "height": 780}, has_touch=True)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_index_finds_scores_by_name_and_says_which_are_refused(visit):
    page = visit("/")
    page.locator("#search").fill("hematotox")
    shown = page.locator("ul.scores li:visible").all_inner_texts()
    assert any(text.startswith("CAR-HEMATOTOX") for text in shown)
    page.locator("#search").fill("simpleHT")
    assert "Refused:" in page.locator("ul.scores li:visible").inner_text()
    page.locator("#search").fill("nothing of the kind")
    assert page.locator("#found").inner_text() == "No score has this name."
    page.locator("#search").fill("learned")
    page.locator("ul.scores li:visible a").click()
    assert "recurrence-free" in page.locator("h1").inner_text()

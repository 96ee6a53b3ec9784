"""One patient over time: the scores of each moment, and what changed and why."""


def card(page, moment, short):
    return page.locator(f"#cards-{moment} .card", has_text=short).first.inner_text()


def test_worked_case_answers_with_what_is_told_and_no_more(visit):
    page = visit("/trajectory")
    page.locator("#case").click()
    assert "High\n\n4 points" in card(page, "diagnosis", "IPI")
    assert "nothing entered" in card(page, "decision", "IPI")
    assert "nothing entered" in card(page, "lymphodepletion", "CAR-HEMATOTOX")
    at_infusion = card(page, "infusion", "IPI")
    assert "1 to 4 points" in at_infusion
    assert "Since Diagnosis: High, 4 points → low to high, 1 to 4 points" in at_infusion
    assert "Ann Arbor stage: not known, 0 to 1 point" in at_infusion
    assert "undetectable or detectable" in card(page, "month1", "ctDNA").lower()
    assert "Age carried on from Diagnosis" in page.locator("#carried-infusion").inner_text()
    overview = page.locator("#overview").inner_text()
    assert "PC-PI" in overview
    assert "CAR-HEMATOTOX" not in overview


def test_values_belong_to_their_day_and_may_be_repeated(visit):
    page = visit("/trajectory?lang=fr", viewport={"width": 390, "height": 800})
    for name, value in {"ldh": "900", "creatinine": "0,8", "platelets": "100"}.items():
        page.locator(f"#t-lymphodepletion-{name}").fill(value)
    assert "EASIX 7,2" in card(page, "lymphodepletion", "EASIX")
    assert "rien de saisi" in card(page, "infusion", "EASIX")
    page.locator("#infusion button").click()
    assert page.locator("#t-infusion-ldh").input_value() == "900"
    page.locator("#t-infusion-platelets").fill("50")
    changed = card(page, "infusion", "EASIX")
    assert "7,2 →" in changed
    assert "14,4" in changed
    assert "Plaquettes\u202f: 50 10⁹/L, divisé" in changed
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

"""axe finds no violation: labels, contrast, order, in light and in dark, in both languages."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.browser.test_score_page import fill

LIGHT = ("/", "/scores/ipi", "/scores/car_hematotox", "/scores/simple_ht", "/scores/deauville",
         "/scores/breast_real_recurrence_free_survival", "/trajectory")  # fmt: skip
DARK = ("/scores/car_hematotox", "/scores/astct_icans", "/scores/hr_balancer", "/trajectory")
PAGES = [(path, False) for path in LIGHT] + [(path, True) for path in DARK]


@pytest.mark.parametrize(("path", "dark"), PAGES)
def test_axe_finds_nothing(visit, path, dark):
    language = "fr" if dark else "en"
    page = visit(
        f"{path}?lang={language}", color_scheme="dark" if dark else "light", bypass_csp=True
    )
    if path.endswith("ipi"):
        fill(page, {"age": "500", "ldh": "350", "ldh_uln": "250"}, {"stage": 4})
    if path.endswith("hematotox"):
        fill(page, {"platelets": "75", "crp": "45", "anc": "100"})
    found = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []

import re

from tests.unit.report.example_curves import HIGH, LOW

from jalon.report.figures import survival_figure


def ids(svg):
    return set(re.findall(r'\bid="([^"]+)"', svg))


def test_different_figures_share_no_id():
    first = survival_figure([LOW, HIGH], "Overall survival", 60)
    second = survival_figure([LOW, HIGH], "Overall survival", 48)
    assert len(ids(first)) > 10
    assert ids(first) & ids(second) == set()


def test_no_style_sheet_comment_or_metadata_is_left():
    svg = survival_figure([LOW], "Overall survival", 60)
    assert not re.search(r"<style|<!--|<metadata|<\?xml|DOCTYPE", svg)

import math
import re
import tomllib
from importlib.resources import files

import pytest

from jalon.core import Estimate
from jalon.report import Wording
from jalon.report.wording import LANGUAGES

WORDS = tomllib.loads(files("jalon.report").joinpath("words.toml").read_text(encoding="utf-8"))
KEYS = [f"{family}.{name}" for family, names in WORDS.items() for name in names]
EN, FR = Wording("en"), Wording("fr")


@pytest.mark.parametrize("key", KEYS)
def test_each_key_has_both_languages_with_the_same_parts(key):
    family, _, name = key.partition(".")
    phrase = WORDS[family][name]
    assert sorted(phrase) == sorted(LANGUAGES)
    parts = [sorted(re.findall(r"\{(\w+)\}", phrase[language])) for language in LANGUAGES]
    assert parts[0] == parts[1]
    assert all(phrase[language].strip() for language in LANGUAGES)


def test_every_key_is_used():
    source = "\n".join(
        path.read_text(encoding="utf-8") for path in files("jalon.report").rglob("*.py")
    )
    loose = {"calibration", "instability", "roc", "decision"}  # some of their keys are put together
    unused = [key for key in KEYS if key not in source and key.partition(".")[0] not in loose]
    assert unused == []


def test_numbers_in_two_languages():
    assert (EN.number(-0.5), FR.number(-0.5)) == ("−0.50", "−0,50")
    assert (EN.number(-0.001), EN.number(math.nan), EN.number(math.inf)) == ("0.00", "–", "∞")
    assert (EN.count(12345), FR.count(12345)) == ("12,345", "12\u202f345")
    assert (EN.percent(0.52), FR.percent(0.526, 1)) == ("52 %", "52,6\u202f%")
    assert (EN.level(0.95), FR.level(0.975)) == ("95%", "97,5\u202f%")
    assert (EN.tick(24.0), EN.tick(0.25), FR.tick(1e6)) == ("24", "0.25", "1000000")


def test_synthetic_data_are_labelled():
    assert [w.note("SYNTHETIC DATA") for w in (EN, FR)] == [
        "SYNTHETIC DATA",
        "DONNÉES SYNTHÉTIQUES",
    ]
    assert EN.note("real data") == ""


def test_intervals_in_two_languages():
    usual, negative = Estimate(0.668, 0.637, 0.699), Estimate(0.012, -0.004, 0.028)
    assert (EN.interval(usual), FR.interval(usual)) == ("0.67 (0.64-0.70)", "0,67 (0,64-0,70)")
    assert EN.interval(negative, 3) == "0.012 (−0.004 to 0.028)"
    assert FR.interval(negative, 3) == "0,012 (−0,004 à 0,028)"
    assert EN.interval(Estimate(0.5, math.nan, 0.6)) == "0.50"
    assert EN.interval(Estimate(math.nan, 0.1, 0.6)) == "–"


def test_p_values_in_two_languages():
    assert [EN.p_value(p) for p in (0.00001, 0.012, 0.3)] == ["p < .001", "p = .012", "p = .30"]
    assert [FR.p_value(p) for p in (0.00001, 0.012)] == ["p < 0,001", "p = 0,012"]
    assert EN.p_value(math.nan) == "p –"

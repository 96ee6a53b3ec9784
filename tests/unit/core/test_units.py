"""Units of laboratory values: round values stay round, and a foreign unit is refused."""

import pytest

from jalon.core import DefinitionError, Quantity, convert
from jalon.core.units import find_loinc, list_analytes, list_units, spell_unit


@pytest.mark.parametrize(
    ("value", "unit", "to", "analyte", "expected"),
    [
        (70.72, "umol/L", "mg/dL", "creatinine", 0.8),
        (8, "mg/L", "mg/dL", "creatinine", 0.8),
        (1, "mg/dL", "umol/L", "creatinine", 88.4),
        (30, "mg/L", "mg/dL", "crp", 3),
        (3, "mg/dL", "mg/L", "crp", 30),
        (90, "g/L", "g/dL", "hemoglobin", 9),
        (5, "mmol/L", "g/dL", "hemoglobin", 8.055),
        (1.2, "G/L", "/uL", "anc", 1200),
        (2.01, "10^9/L", "/mm3", "anc", 2010),
        (150000, "/uL", "10^9/L", "platelets", 150),
        (650, "µg/L", "ng/mL", "ferritin", 650),
        (35, "g/L", "g/dL", "albumin", 3.5),
        (4.1, "µkat/L", "U/L", "ldh", 246),
        (17.1, "umol/L", "mg/dL", "bilirubin", 1),
        (100.4, "F", "C", "temperature", 38),
        (2, "years", "months", "duration", 24),
        (365.25, "days", "months", "duration", 12),
    ],
)
def test_value_in_another_unit(value, unit, to, analyte, expected):
    assert convert(Quantity(value, unit), to, analyte) == expected


@pytest.mark.parametrize("analyte", list_analytes())
def test_there_and_back_is_the_same(analyte):
    first, *others = list_units(analyte)
    for unit in others:
        if unit == "F":
            continue
        there = convert(Quantity(37.5, first), unit, analyte)
        assert convert(Quantity(there, unit), first, analyte) == pytest.approx(37.5, rel=1e-11)


def test_unit_that_an_analyte_does_not_have():
    with pytest.raises(DefinitionError, match="ug/L is not a unit of creatinine; use mg/dL or"):
        convert(Quantity(1, "ug/L"), "mg/dL", "creatinine")
    with pytest.raises(DefinitionError, match="no unit is not a unit of crp"):
        convert(Quantity(1, ""), "mg/dL", "crp")
    with pytest.raises(DefinitionError, match="no analyte is called 'glucose'"):
        list_units("glucose")
    with pytest.raises(DefinitionError, match="no analyte is called 'aliases'"):
        find_loinc("aliases")
    with pytest.raises(DefinitionError, match="temperature cannot be turned into F"):
        convert(Quantity(37, "C"), "F", "temperature")


def test_spelling_and_codes():
    assert spell_unit(" µmol/L ") == "umol/L"
    assert spell_unit("bananas") == "bananas"
    assert find_loinc("creatinine") == "2160-0"
    assert find_loinc("duration") == ""

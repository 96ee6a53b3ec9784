"""The 0.632+ rule as R's ipred has it, from little overfitting to nothing but chance."""

from __future__ import annotations

import pytest
from tests.reference.external.records import load_record, numbers

from jalon.validate import weigh_632_plus

CASES = ("lda", "lda_noise", "nearest", "nearest_noise", "nearest_five")


@pytest.mark.parametrize("case", CASES)
def test_errors_of_classifiers(case):
    values = load_record("optimism_632", "ipred.632plus")
    apparent, left_out, chance, expected = numbers(values[case])
    found, overfit = weigh_632_plus(apparent, left_out, chance)
    if left_out < chance:
        assert found == pytest.approx(expected, rel=1e-12)
        return
    # Worse than by chance: ipred lets the overfitting pass 1, which equation 31 does not.
    assert overfit == 1
    beyond = (left_out - apparent) / (chance - apparent)
    extra = 0.368 * 0.632 * beyond / (1 - 0.368 * beyond)
    plain = 0.368 * apparent + 0.632 * left_out
    assert plain + (chance - apparent) * extra == pytest.approx(expected, rel=1e-12)
    assert found < expected

"""An endpoint does not depend on the order of patients or of facts."""

from __future__ import annotations

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from jalon.endpoints import CENSORED, Fact, derive, find_endpoint

RELAPSE = find_endpoint("relapse_incidence")
FACTS = [Fact("relapse", "r_time", "relapsed"), Fact("death", "d_time", "died")]
ROW = st.tuples(st.integers(1, 9), st.integers(0, 1), st.integers(1, 9), st.integers(0, 1))
NAMES = ["r_time", "relapsed", "d_time", "died"]


def outcomes(rows: list[tuple[int, ...]], facts: list[Fact]) -> list[tuple[float, int, str]]:
    frame = pl.DataFrame(rows, schema=NAMES, orient="row")
    derived = derive(RELAPSE, frame, facts, "d_time", "days")
    data = derived.data
    return list(zip(data.time.tolist(), data.event.tolist(), derived.reason, strict=True))


@given(st.lists(ROW, min_size=1, max_size=12), st.randoms(use_true_random=False))
@settings(max_examples=80, deadline=None)
def test_order_does_not_matter(rows: list[tuple[int, ...]], random: object) -> None:
    expected = outcomes(rows, FACTS)
    order = list(range(len(rows)))
    random.shuffle(order)  # type: ignore[attr-defined]
    shuffled = outcomes([rows[i] for i in order], FACTS[::-1])
    assert shuffled == [expected[i] for i in order]


@given(ROW)
@settings(max_examples=80, deadline=None)
def test_an_event_is_never_lost_to_censoring(row: tuple[int, ...]) -> None:
    """Told case by case, without arrays."""
    r_time, relapsed, d_time, died = row
    happened = [(r_time, 1, "relapse")] * relapsed + [(d_time, 2, "death")] * died
    assert outcomes([row], FACTS) == [min(happened, default=(d_time, 0, CENSORED))]

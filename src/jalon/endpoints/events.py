"""Are there enough events to learn anything?"""

from __future__ import annotations

import numpy as np

from jalon.core.errors import UnsuitableDataError
from jalon.endpoints.derive import DerivedEndpoint


def count_events(derived: DerivedEndpoint) -> dict[int, int]:
    """Return how many patients had each cause, by its code.

    Args:
        derived: the endpoint of a cohort.
    """
    return {code: int(np.sum(derived.data.event == code)) for code in derived.causes}


def check_events(derived: DerivedEndpoint, needed: int) -> None:
    """Refuse a cohort in which the event of interest is too rare to learn from.

    Args:
        derived: the endpoint of the cohort.
        needed: the fewest events of interest that are enough.

    Raises:
        UnsuitableDataError: fewer events than that.
    """
    code = derived.endpoint.causes[0].code
    found, patients = count_events(derived)[code], len(derived.data)
    if found >= needed:
        return
    label = f"{derived.endpoint.label_en} ({derived.causes[code]})"
    if found == 0:
        raise UnsuitableDataError(
            f"{label}: no event among {patients:,} patients, all are censored; check which "
            "column and value mean that it happened"
        )
    word = "event" if found == 1 else "events"
    raise UnsuitableDataError(
        f"{label}: only {found:,} {word} among {patients:,} patients, at least {needed:,} are "
        "needed; take more patients or a longer follow-up"
    )

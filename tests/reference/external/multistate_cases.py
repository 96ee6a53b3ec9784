"""The multi-state histories that scripts/multistate_more.R builds."""

from __future__ import annotations

import numpy as np
from tests.reference.external.records import load_table

from jalon.core import SurvivalData
from jalon.stats import StateHistory, follow_states, merge_events

STATES = ("alive", "pcm", "dead")


def mgus_table():
    """MGUS patients with any follow-up, and when each is last seen."""
    table = load_table("mgus2")
    progressed = table["pstat"] == 1
    late = progressed & (table["ptime"] >= table["futime"])
    end = np.where(late, table["ptime"] + 0.5, table["futime"])
    kept = (end > 0) & ~(progressed & (table["ptime"] == 0))
    return {key: column[kept] for key, column in table.items()}, end[kept]


def mgus(weighted=False, age_scale=False):
    """The history, and the patients' rows in the table."""
    table, end = mgus_table()
    progressed = np.where(table["pstat"] == 1, table["ptime"], np.nan)
    died = np.where(table["death"] == 1, end, np.nan)
    weight = 0.5 + (table["id"] % 7) / 4 if weighted else None
    history = follow_states(np.column_stack([progressed, died]), end, STATES, weight)
    if age_scale:
        shift = 12 * table["age"][history.patient]
        history = StateHistory(
            history.start + shift,
            history.stop + shift,
            history.state,
            history.move,
            history.patient,
            history.weight,
            history.states,
        )
    return history, table


def myeloid():
    """Five states with returns; of two events on one day the later state counts."""
    table = load_table("myeloid")
    events = {
        "sct": table["txtime"],
        "cr": table["crtime"],
        "relapse": table["rltime"],
        "death": np.where(table["death"] == 1, table["futime"], np.nan),
    }
    merged = merge_events(table["futime"], events)
    rank = np.where(merged.happened, np.arange(1, 5), 0).max(axis=1)
    first = np.diff(merged.row, prepend=-1) > 0
    held = np.zeros(len(rank), np.int64)
    for i in range(len(rank)):
        held[i] = 0 if first[i] else rank[i - 1]
    move = np.where(rank > 0, rank, -1)
    states = ("entry", "sct", "cr", "relapse", "death")
    history = StateHistory(merged.start, merged.stop, held, move, merged.row, states=states)
    return history, merged


def heart():
    """Stanford patients as stretches before and after transplant."""
    table = load_table("heart")
    data = SurvivalData(table["stop"], table["event"], table["start"])
    return data, table

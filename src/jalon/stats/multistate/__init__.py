"""Patients who pass through several states: landmarks, changes of group, multi-state models."""

from jalon.stats.multistate.history import StateHistory, follow_states
from jalon.stats.multistate.landmark import (
    Clock,
    LandmarkFit,
    LandmarkSet,
    fit_landmarks,
    stack_landmarks,
    take_landmark,
)
from jalon.stats.multistate.merged_events import MergedEvents, merge_events
from jalon.stats.multistate.move_table import MoveTable, count_moves
from jalon.stats.multistate.occupation import (
    StateCurves,
    TimeInStates,
    occupy_states,
    spend_time,
)
from jalon.stats.multistate.state_prediction import StateForm, StatePrediction, predict_states
from jalon.stats.multistate.switch import (
    SwitchCurves,
    mantel_byar,
    simon_makuch,
    split_at_switch,
)
from jalon.stats.multistate.transition_cox import (
    StackedMoves,
    TransitionFits,
    fit_transitions,
    stack_moves,
)
from jalon.stats.multistate.transition_probability import (
    MoveVariance,
    TransitionHazards,
    TransitionProbabilities,
    transition_hazards,
    transition_probabilities,
)

__all__ = [
    "Clock",
    "LandmarkFit",
    "LandmarkSet",
    "MergedEvents",
    "MoveTable",
    "MoveVariance",
    "StackedMoves",
    "StateCurves",
    "StateForm",
    "StateHistory",
    "StatePrediction",
    "SwitchCurves",
    "TimeInStates",
    "TransitionFits",
    "TransitionHazards",
    "TransitionProbabilities",
    "count_moves",
    "fit_landmarks",
    "fit_transitions",
    "follow_states",
    "mantel_byar",
    "merge_events",
    "occupy_states",
    "predict_states",
    "simon_makuch",
    "spend_time",
    "split_at_switch",
    "stack_landmarks",
    "stack_moves",
    "take_landmark",
    "transition_hazards",
    "transition_probabilities",
]

"""Events that compete: only one of several causes can happen first."""

from jalon.stats.competing.aalen_johansen import IncidenceVariance, aalen_johansen
from jalon.stats.competing.gray import (
    GraySums,
    GrayTest,
    finish_gray,
    gray_test,
    merge_gray,
    sum_gray,
)

__all__ = [
    "GraySums",
    "GrayTest",
    "IncidenceVariance",
    "aalen_johansen",
    "finish_gray",
    "gray_test",
    "merge_gray",
    "sum_gray",
]

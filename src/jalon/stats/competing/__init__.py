"""Events that compete: only one of several causes can happen first."""

from jalon.stats.competing.aalen_johansen import IncidenceVariance, aalen_johansen
from jalon.stats.competing.gray import GrayTest, gray_test

__all__ = ["GrayTest", "IncidenceVariance", "aalen_johansen", "gray_test"]

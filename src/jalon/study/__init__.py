"""A protocol, run end to end. The only room that sees both wings; it calls, never computes."""

from jalon.study.progress import Progress, Silence
from jalon.study.protocol import Protocol, StudyFile, load_study
from jalon.study.run import Outputs, RunOptions, run_study

__all__ = [
    "Outputs",
    "Progress",
    "Protocol",
    "RunOptions",
    "Silence",
    "StudyFile",
    "load_study",
    "run_study",
]

"""The bedside starts without numpy."""

import subprocess
import sys

PROBE = """
import sys
from jalon.scores import assess, find_definition
answer = assess(find_definition("ipi"), {"age": 70})
heavy = [name for name in ("numpy", "numba", "scipy", "polars", "pydantic") if name in sys.modules]
print(answer.points_low, answer.points_high, heavy)
"""


def test_one_patient_is_assessed_without_numpy():
    done = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True)
    assert done.stdout.split(maxsplit=2) == ["1", "5", "[]\n"]

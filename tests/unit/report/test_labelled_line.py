import numpy as np
import pytest

from jalon.core import UnsuitableDataError
from jalon.report import LabelledLine


def test_points_are_put_in_order_with_their_limits():
    line = LabelledLine("IPI", [3, 1, 2], [30, 10, 20], [29, 9, 19], [31, 11, 21])
    assert line.y.tolist() == [10, 20, 30]
    assert line.low.tolist() == [9, 19, 29]
    assert line.seen
    assert line.limited


def test_a_line_without_numbers_is_not_seen():
    line = LabelledLine("IPI", [1, 2], [np.nan, np.nan], [np.nan, 0], [1, np.nan])
    assert not line.seen
    assert not line.limited


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        (([1, np.nan], [1, 2]), "finite"),
        (([1, 2], [1, 2, 3]), "y has shape"),
        (([1, 2], [1, 2], [0, 1]), "both limits"),
        (([1, 2], [1, 2], [0, 1], [1]), "high has shape"),
    ],
)
def test_what_is_refused(parts, words):
    with pytest.raises(UnsuitableDataError, match=words):
        LabelledLine("IPI", *parts)

"""The rows that R's ``sample(n, replace = TRUE)`` draws after ``set.seed``.

With them the resamples of a record can be repeated, so that a bootstrap is compared number by
number and not merely within the play of chance. R numbers from 1; these rows begin at 0. The
generator is the Mersenne Twister (Matsumoto and Nishimura 1998, doi:10.1145/272991.272995) that
numpy has too; R seeds it by the congruences x -> 69069 x + 1 and, since 3.6, draws an index below n
from just as many bits as n needs, again when it is not below n.
"""

from __future__ import annotations

import numpy as np
from numpy.random import MT19937


def draw_rows(seed: int, n: int, resamples: int) -> list[np.ndarray]:
    """Rows of each resample, as many as there are patients, in the order R draws them."""
    twister, bits = _start(seed), int(np.ceil(np.log2(n)))
    assert bits <= 16
    rows: list[int] = []
    while len(rows) < n * resamples:
        raw = twister.random_raw(4 * n) >> 16  # the upper half of the 32 bits
        found = raw & ((1 << bits) - 1)
        rows.extend(found[found < n].tolist())
    return list(np.array(rows[: n * resamples]).reshape(resamples, n))


def _start(seed: int) -> MT19937:
    value, words = seed, []
    for _ in range(50):
        value = (69069 * value + 1) % 2**32
    for _ in range(625):
        value = (69069 * value + 1) % 2**32
        words.append(value)
    twister = MT19937()
    # R's first word is the position, which it sets to the end so that all are renewed at once.
    state = {"key": np.array(words[1:], dtype=np.uint32), "pos": 624}
    twister.state = {"bit_generator": "MT19937", "state": state}
    return twister

"""What was proven about a score, and about what exactly."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np

from jalon.core import SurvivalData
from jalon.learn.kernels.ground import Bits
from jalon.learn.proof import TIE, Proof
from jalon.learn.settings import SearchSettings

SCOPE = (
    "floating-point arithmetic; this list of candidate terms, these rules, these patients; "
    "the training objective, not performance in new patients"
)


@dataclass(frozen=True, slots=True)
class Certificate:
    """The bound that goes with a learned score.

    Attributes:
        objective: what was minimised, in words.
        value: the objective of the score, in log-likelihood units.
        bound: no score within the rules has a lower one.
        gained: by how much the score lowers the objective from that of no score.
        nodes: parts of the search space opened.
        supports: sets of terms fitted.
        vectors: vectors of whole points fitted.
        tolerance: costs closer than this count as equal.
        seed: of the folds that chose the teacher's penalty.
        penalty: the teacher's penalty; 0 when the events themselves were followed.
        data_sha256: hash of times, events, entries, weights and strata.
        terms_sha256: hash of the candidate terms.
    """

    objective: str
    value: float
    bound: float
    gained: float
    nodes: int
    supports: int
    vectors: int
    tolerance: float
    seed: int
    penalty: float
    data_sha256: str
    terms_sha256: str

    @property
    def gap(self) -> float:
        """Log-likelihood units by which the score may miss the best one."""
        return max(self.value - self.bound, 0.0)

    @property
    def relative_gap(self) -> float:
        """The gap as a share of the log-likelihood gained over no score."""
        return self.gap / self.gained if self.gained > 0 else float("inf") if self.gap else 0.0

    @property
    def proven(self) -> bool:
        """Whether the score is the global optimum, within the tolerance."""
        return self.gap <= self.tolerance

    @property
    def sentence(self) -> str:
        """What may be said of the score."""
        if self.proven:
            return "proven optimal for its objective"
        return (
            f"best found; proven to be within {self.gap:.2g} log-likelihood units "
            f"({100 * self.relative_gap:.2g} % of what the score gains) of the optimum"
        )


def certify(
    proof: Proof,
    null_cost: float,
    settings: SearchSettings,
    penalty: float,
    hashes: tuple[str, str],
) -> Certificate:
    """Write down what a search has shown.

    Args:
        proof: the search.
        null_cost: objective of no score.
        settings: what the score was judged by.
        penalty: the teacher's penalty, 0 without a teacher.
        hashes: of data and of terms.

    Returns:
        The certificate.
    """
    best = proof.found[0]
    kinds = {
        "teacher": "Breslow partial likelihood of the events expected by a ridge Cox model",
        "events": "Breslow partial likelihood",
    }
    price = f" + {settings.price:g} per limit" if settings.price else ""
    return Certificate(
        objective=kinds[settings.target] + price,
        value=best.cost,
        bound=proof.bound,
        gained=null_cost - best.cost,
        nodes=proof.nodes,
        supports=proof.supports,
        vectors=proof.vectors,
        tolerance=10 * TIE,
        seed=settings.seed,
        penalty=penalty,
        data_sha256=hashes[0],
        terms_sha256=hashes[1],
    )


def hash_data(data: SurvivalData) -> str:
    """Return the SHA-256 of all columns of the outcomes, as hexadecimal text.

    Args:
        data: the outcomes.

    Returns:
        64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for name in ("time", "event", "entry", "weight", "stratum"):
        column = getattr(data, name)
        digest.update(name.encode())
        if column is not None:
            digest.update(np.ascontiguousarray(column, dtype="<f8").tobytes())
    return digest.hexdigest()


def hash_terms(bits: Bits) -> str:
    """Return the SHA-256 of the terms, one row each, as hexadecimal text.

    Args:
        bits: shape (p, n), one row of zeros and ones per term.

    Returns:
        64 hexadecimal digits.
    """
    shape = np.array(bits.shape, dtype="<i8").tobytes()
    digest = hashlib.sha256(shape)
    for row in bits:
        digest.update(np.ascontiguousarray(row).data)
    return digest.hexdigest()

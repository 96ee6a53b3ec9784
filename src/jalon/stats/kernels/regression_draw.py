"""Compiled regressions behind the imputation of one column: linear, logistic, ordinal."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from jalon.core import Floats, Integers

ALIAS = 1e-10
"""A column of which less than this share is its own is a combination of those before it."""

Fit = tuple[Floats, Floats, bool]


@njit(cache=True, nogil=True)
def gather(z: Floats, rows: Integers, columns: Integers, lead: int) -> Floats:
    """Copy some rows and columns of a design, after a leading column of ones if asked.

    Args:
        z: shape (n, d), the design.
        rows: shape (r,), row numbers.
        columns: shape (q,), column numbers.
        lead: 1 to put a column of ones first, else 0.

    Returns:
        Shape (r, lead + q).
    """
    x = np.ones((len(rows), lead + len(columns)))
    for i in range(len(rows)):
        for j in range(len(columns)):
            x[i, lead + j] = z[rows[i], columns[j]]
    return x


@njit(cache=True, nogil=True)
def predict(x: Floats, coefficients: Floats) -> Floats:
    """Return linear predictors; rows that are equal get values that are equal to the last bit.

    Args:
        x: shape (r, q).
        coefficients: shape (q,).

    Returns:
        Shape (r,).
    """
    eta = np.empty(len(x))
    for i in range(len(x)):
        total = 0.0
        for j in range(len(coefficients)):
            total += x[i, j] * coefficients[j]
        eta[i] = total
    return eta


@njit(cache=True, nogil=True)
def cross(x: Floats, weight: Floats) -> Floats:
    """Return the lower triangle of the weighted cross-products of columns.

    Args:
        x: shape (r, q).
        weight: shape (r,).

    Returns:
        Shape (q, q).
    """
    n, q = x.shape
    total = np.zeros((q, q))
    # Four rows at a time: the sums stay in registers, and their order does not depend on the
    # machine as a library's would.
    whole = n - n % 4
    for i in range(0, whole, 4):
        for j in range(q):
            a, b = weight[i] * x[i, j], weight[i + 1] * x[i + 1, j]
            c, d = weight[i + 2] * x[i + 2, j], weight[i + 3] * x[i + 3, j]
            for k in range(j + 1):
                total[j, k] += (a * x[i, k] + b * x[i + 1, k]) + (c * x[i + 2, k] + d * x[i + 3, k])
    for i in range(whole, n):
        for j in range(q):
            for k in range(j + 1):
                total[j, k] += weight[i] * x[i, j] * x[i, k]
    return total


@njit(cache=True, nogil=True)
def factorise_kept(matrix: Floats) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Factor by Cholesky, leaving out columns that are combinations of those before them.

    Args:
        matrix: shape (q, q), lower triangle, cross-products.

    Returns:
        The factor, with ones on the diagonal and zeros elsewhere for a column left out, and
        which columns were kept.
    """
    q = len(matrix)
    factor, kept = np.zeros((q, q)), np.ones(q, dtype=np.bool_)
    for j in range(q):
        for k in range(j):
            if kept[k]:
                value = matrix[j, k]
                for i in range(k):
                    value -= factor[j, i] * factor[k, i]
                factor[j, k] = value / factor[k, k]
        pivot = matrix[j, j]
        for i in range(j):
            pivot -= factor[j, i] ** 2
        if pivot > ALIAS * matrix[j, j]:
            factor[j, j] = np.sqrt(pivot)
        else:
            kept[j] = False
            factor[j, :j] = 0.0
            factor[j, j] = 1.0
    return factor, kept


@njit(cache=True, nogil=True)
def _count(kept: npt.NDArray[np.bool_]) -> int:
    total = 0
    for one in kept:
        total += 1 if one else 0
    return total


@njit(cache=True, nogil=True)
def solve_lower(factor: Floats, right: Floats) -> Floats:
    """Solve with a lower triangle.

    Args:
        factor: shape (q, q).
        right: shape (q,).

    Returns:
        Shape (q,).
    """
    result = right.copy()
    for j in range(len(right)):
        for k in range(j):
            result[j] -= factor[j, k] * result[k]
        result[j] /= factor[j, j]
    return result


@njit(cache=True, nogil=True)
def solve_upper(factor: Floats, right: Floats) -> Floats:
    """Solve with the transpose of a lower triangle; of normals, it draws with the inverse's spread.

    Args:
        factor: shape (q, q), Cholesky factor of an information matrix.
        right: shape (q,).

    Returns:
        Shape (q,).
    """
    result = right.copy()
    for j in range(len(right) - 1, -1, -1):
        for k in range(j + 1, len(right)):
            result[j] -= factor[k, j] * result[k]
        result[j] /= factor[j, j]
    return result


@njit(cache=True, nogil=True)
def fit_linear(x: Floats, y: Floats) -> tuple[Floats, Floats, npt.NDArray[np.bool_], float]:
    """Fit least squares; a column that is a combination of those before it gets 0.

    Args:
        x: shape (r, q), with its column of ones.
        y: shape (r,).

    Returns:
        Coefficients, factor of the cross-products, columns kept, residual sum of squares.
    """
    factor, kept = factorise_kept(cross(x, np.ones(len(y))))
    right = np.zeros(x.shape[1])
    for i in range(len(y)):
        for j in range(len(right)):
            right[j] += x[i, j] * y[i]
    for j in range(len(right)):
        right[j] = right[j] if kept[j] else 0.0
    coefficients = solve_upper(factor, solve_lower(factor, right))
    residual = y - predict(x, coefficients)
    return coefficients, factor, kept, np.sum(residual**2)


@njit(cache=True, nogil=True)
def augment(x: Floats, levels: int) -> tuple[Floats, Floats, float]:
    """Make the few light rows that keep a logistic fit finite under perfect prediction.

    For each predictor and level, one row half a standard deviation above the mean and one
    below, kept within the range, other predictors at their means.

    Args:
        x: shape (n, q), predictors of all patients.
        levels: number of levels of the outcome.

    Returns:
        Rows, shape (2 q levels, q), their outcomes 0, 1, …, and the weight of each.
    """
    n, q = x.shape
    rows = 2 * q * levels
    extra, outcome = np.empty((rows, q)), np.empty(rows)
    for j in range(q):
        mean = np.sum(x[:, j]) / n
        spread = np.sqrt(np.sum((x[:, j] - mean) ** 2) / (n - 1))
        extra[:, j] = mean
        above = min(mean + 0.5 * spread, x[:, j].max())
        below = max(mean - 0.5 * spread, x[:, j].min())
        for level in range(levels):
            row = 2 * (j * levels + level)
            extra[row, j] = above
            extra[row + 1, j] = below
            outcome[row] = level
            outcome[row + 1] = level
    return extra, outcome, (q + 1) / rows


@njit(cache=True, nogil=True)
def lay_rows(
    z: Floats, known: Integers, columns: Integers, levels: int, lead: int
) -> tuple[Floats, Floats, Floats]:
    """Lay the known rows of a design above the light rows that keep a logistic fit finite.

    Args:
        z: shape (n, d), the design.
        known: shape (r,), rows where the outcome is known.
        columns: shape (q,), predictors.
        levels: number of levels of the outcome.
        lead: 1 to put a column of ones first, else 0.

    Returns:
        Predictors, outcomes of the light rows, weights of all rows.
    """
    every = gather(z, np.arange(len(z)), columns, 0)
    extra, outcome, light = augment(every, levels)
    x = np.ones((len(known) + len(extra), lead + len(columns)))
    for i in range(len(known)):
        for j in range(len(columns)):
            x[i, lead + j] = every[known[i], j]
    x[len(known) :, lead:] = extra
    weight = np.ones(len(x))
    weight[len(known) :] = light
    return x, outcome, weight


@njit(cache=True, nogil=True)
def _sum_logistic(x: Floats, y: Floats, weight: Floats, b: Floats) -> tuple[float, Floats, Floats]:
    eta = predict(x, b)
    loglik, gradient, curvature = 0.0, np.zeros(len(b)), np.empty(len(y))
    for i in range(len(y)):
        small = np.exp(-abs(eta[i]))
        p = 1.0 / (1.0 + small) if eta[i] > 0 else small / (1.0 + small)
        loglik += weight[i] * (y[i] * eta[i] - max(eta[i], 0.0) - np.log1p(small))
        curvature[i] = weight[i] * small / (1.0 + small) ** 2
        rest = weight[i] * (y[i] - p)
        for j in range(len(b)):
            gradient[j] += rest * x[i, j]
    return loglik, gradient, curvature


@njit(cache=True, nogil=True)
def fit_logistic_draw(
    x: Floats, y: Floats, weight: Floats, start: Floats, limit: int, enough: float
) -> Fit:
    """Fit a weighted logistic regression by Newton's method with halved steps.

    Args:
        x: shape (r, q), with its column of ones.
        y: shape (r,), 0 or 1.
        weight: shape (r,).
        start: shape (q,).
        limit: most iterations.
        enough: the last step's gain in log likelihood, twice, at which to stop.

    Returns:
        Coefficients, factor of their information, and whether the fit converged.
    """
    b = start.copy()
    loglik, gradient, curvature = _sum_logistic(x, y, weight, b)
    factor = np.zeros((len(b), len(b)))
    for _ in range(limit):
        factor, kept = factorise_kept(cross(x, curvature))
        if _count(kept) < len(b):
            return b, factor, False
        step = solve_upper(factor, solve_lower(factor, gradient))
        gain = np.sum(step * gradient)
        trial, tried = b, loglik
        for _half in range(30):
            trial = b + step
            tried, gradient, curvature = _sum_logistic(x, y, weight, trial)
            if tried >= loglik - 1e-9 * abs(loglik):
                break
            step = step / 2
        b, loglik = trial, tried
        if gain < enough:
            return b, factor, True
    return b, factor, False


@njit(cache=True, nogil=True)
def _sum_ordinal(
    x: Floats, y: Floats, weight: Floats, b: Floats, cuts: int
) -> tuple[float, Floats, Floats]:
    """Return log likelihood, gradient and information; cut points come first in ``b``."""
    q = len(b) - cuts
    loglik, gradient, information = 0.0, np.zeros(len(b)), np.zeros((len(b), len(b)))
    eta, bend = predict(x, b[cuts:]), np.empty(len(y))
    for i in range(len(y)):
        k, w = int(y[i]), weight[i]
        upper = 1.0 if k == cuts else 1.0 / (1.0 + np.exp(eta[i] - b[k]))
        lower = 0.0 if k == 0 else 1.0 / (1.0 + np.exp(eta[i] - b[k - 1]))
        p = max(upper - lower, 1e-300)
        rise, fall = upper * (1.0 - upper), lower * (1.0 - lower)
        loglik += w * np.log(p)
        slope, bend[i] = w * (upper + lower - 1.0), w * (rise + fall)
        for j in range(q):
            gradient[cuts + j] += slope * x[i, j]
        if k < cuts:
            gradient[k] += w * rise / p
            information[k, k] += w * ((rise / p) ** 2 - rise * (1.0 - 2.0 * upper) / p)
            for j in range(q):
                information[cuts + j, k] -= w * rise * x[i, j]
        if k > 0:
            gradient[k - 1] -= w * fall / p
            information[k - 1, k - 1] += w * ((fall / p) ** 2 + fall * (1.0 - 2.0 * lower) / p)
            for j in range(q):
                information[cuts + j, k - 1] -= w * fall * x[i, j]
        if 0 < k < cuts:
            information[k, k - 1] -= w * rise * fall / p**2
    information[cuts:, cuts:] = cross(x, bend)
    return loglik, gradient, information


@njit(cache=True, nogil=True)
def _rise(values: Floats, count: int) -> bool:
    smallest = np.inf
    for k in range(1, count):
        smallest = min(smallest, values[k] - values[k - 1])
    return smallest > 0


@njit(cache=True, nogil=True)
def fit_ordinal_draw(
    x: Floats, y: Floats, weight: Floats, start: Floats, limit: int, enough: float
) -> Fit:
    """Fit a weighted proportional-odds regression by Newton's method with halved steps.

    Args:
        x: shape (r, q), without a column of ones.
        y: shape (r,), level 0, 1, ….
        weight: shape (r,).
        start: shape (cuts + q,), rising cut points, then coefficients.
        limit: most iterations.
        enough: the last step's gain in log likelihood, twice, at which to stop.

    Returns:
        Cut points and coefficients, factor of their information, whether the fit converged.
    """
    b, cuts = start.copy(), len(start) - x.shape[1]
    loglik, gradient, information = _sum_ordinal(x, y, weight, b, cuts)
    factor = np.zeros((len(b), len(b)))
    for _ in range(limit):
        factor, kept = factorise_kept(information)
        if _count(kept) < len(b):
            return b, factor, False
        step = solve_upper(factor, solve_lower(factor, gradient))
        gain = np.sum(step * gradient)
        trial, tried = b, loglik
        for _half in range(30):
            trial = b + step
            if _rise(trial, cuts):
                tried, gradient, information = _sum_ordinal(x, y, weight, trial, cuts)
                if tried >= loglik - 1e-9 * abs(loglik):
                    break
            step = step / 2
        b, loglik = trial, tried
        if gain < enough:
            return b, factor, True
    return b, factor, False

"""The variance of predicted incidence against numerical derivatives of a slow readable twin."""

import numpy as np
import pytest

from jalon.core import SurvivalData
from jalon.learn.risk_model import _compete, fit_risk


def simulate(seed, n=40):
    rng = np.random.default_rng(seed)
    total = rng.integers(0, 5, n)
    time = np.ceil(rng.exponential(12 / np.exp(0.3 * total))) + 1
    event = rng.integers(0, 3, n)
    # Nobody dies in full, so that the incidence is smooth in every step.
    time[:5], event[:5] = time.max() + 1, 0
    return total, SurvivalData(time, event)


def count_steps(total, data, beta):
    """Times of events of one cause, their number, and what they are divided by."""
    times = np.unique(data.time[data.event > 0])
    died = np.array([np.sum(data.event[data.time == t]) for t in times])
    among = np.array([np.sum(np.exp(beta * total[data.time >= t])) for t in times])
    return times, died, among


def follow(steps, horizon):
    """Incidence of the first cause from the steps {time: hazard} of both causes."""
    free, incidence = 1.0, 0.0
    for t in sorted(set(steps[0]) | set(steps[1])):
        if t > horizon:
            break
        own, other = steps[0].get(t, 0.0), steps[1].get(t, 0.0)
        incidence += free * own
        free *= 1 - own - other
    return incidence


def spread(total, data, points, horizon, betas, information):
    """Variance: each step's own noise, and that of each coefficient with its baseline."""
    causes = [data.cause(1), data.cause(2)]

    def steps_of(shift=(0.0, 0.0), extra=None):
        made = []
        for k, cause in enumerate(causes):
            beta = betas[k] + shift[k]
            times, died, among = count_steps(total, cause, beta)
            steps = dict(zip(times, np.exp(beta * points) * died / among, strict=True))
            if extra is not None and extra[0] == k:
                steps[extra[1]] += extra[2]
            made.append(steps)
        return made

    variance, h = 0.0, 1e-5
    for k, cause in enumerate(causes):
        times, died, among = count_steps(total, cause, betas[k])
        for t, d, a in zip(times, died, among, strict=True):
            up, down = (follow(steps_of(extra=(k, t, s)), horizon) for s in (h, -h))
            own = np.exp(2 * betas[k] * points) * d / a**2
            variance += ((up - down) / (2 * h)) ** 2 * own
        shift = np.eye(2)[k] * h
        up, down = (follow(steps_of(shift=s * shift), horizon) for s in (1, -1))
        variance += ((up - down) / (2 * h)) ** 2 * information[k]
    return variance


@pytest.mark.parametrize("seed", range(6))
def test_standard_error_is_the_delta_method(seed):
    total, data = simulate(seed)
    model = fit_risk(total, data, 1)
    fits = (model.own, model.other)
    betas = [float(fit.coefficients[0]) for fit in fits]
    information = [float(fit.covariance[0, 0]) for fit in fits]
    horizons = np.quantile(data.time, [0.2, 0.6, 0.9])
    _, error = _compete(*fits, np.array([0.0, 3.0]), horizons)
    for i, points in enumerate((0.0, 3.0)):
        for j, horizon in enumerate(horizons):
            slow = spread(total, data, points, horizon, betas, information)
            assert error[i, j] ** 2 == pytest.approx(slow, rel=1e-6)

"""Functions of statistics: error functions, the beta distribution, Welch's test.

Sources: the pages of the functions in Kusto's language reference.
"""

from __future__ import annotations

import math

from tui.kql.engine.plain.registry import function

_STEPS = 500
_NEAR = 1e-16
_TINY = 1e-300

function("erf", 1, 1, "real")(lambda value: math.erf(float(value)))
function("erfc", 1, 1, "real")(lambda value: math.erfc(float(value)))
function("loggamma", 1, 1, "real")(lambda value: math.lgamma(float(value)))


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def _fraction(x: float, a: float, b: float) -> float:
    """The continued fraction of the incomplete beta function, by Lentz's method."""
    front, back = 1.0, 1 - (a + b) * x / (a + 1)
    back = 1 / (back if abs(back) > _TINY else _TINY)
    result = back
    for m in range(1, _STEPS):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            back = 1 + term * back
            back = 1 / (back if abs(back) > _TINY else _TINY)
            front = 1 + term / front
            front = front if abs(front) > _TINY else _TINY
            change = front * back
            result *= change
        if abs(change - 1) < _NEAR:
            break
    return result


def share(x: float, a: float, b: float) -> float:
    """The regularized incomplete beta function."""
    if x <= 0 or x >= 1:
        return 0.0 if x <= 0 else 1.0
    scale = math.exp(a * math.log(x) + b * math.log1p(-x) - _log_beta(a, b))
    if x < (a + 1) / (a + b + 2):
        return scale * _fraction(x, a, b) / a
    return 1 - scale * _fraction(1 - x, b, a) / b


@function("beta_cdf", 3, 3, "real")
def _cdf(x: float, a: float, b: float) -> float | None:
    if a <= 0 or b <= 0 or not 0 <= x <= 1:
        return None
    return share(float(x), float(a), float(b))


@function("beta_pdf", 3, 3, "real")
def _pdf(x: float, a: float, b: float) -> float | None:
    if a <= 0 or b <= 0 or not 0 < x < 1:
        return None
    return math.exp((a - 1) * math.log(x) + (b - 1) * math.log1p(-x) - _log_beta(a, b))


@function("beta_inv", 3, 3, "real")
def _inverse(probability: float, a: float, b: float) -> float | None:
    if a <= 0 or b <= 0 or not 0 <= probability <= 1:
        return None
    low, high = 0.0, 1.0
    for _ in range(200):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if share(middle, float(a), float(b)) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2


@function("welch_test", 6, 6, "real")
def _welch(
    mean1: float, variance1: float, count1: float, mean2: float, variance2: float, count2: float
) -> float:
    first, second = variance1 / count1, variance2 / count2
    t = (mean1 - mean2) / math.sqrt(first + second)
    freedom = (first + second) ** 2 / (first**2 / (count1 - 1) + second**2 / (count2 - 1))
    return share(freedom / (freedom + t * t), freedom / 2, 0.5)

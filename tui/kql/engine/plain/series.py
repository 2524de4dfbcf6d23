"""Series: what `make-series` gives, fitted, taken apart and searched for outliers.

Sources: the pages of the functions in Kusto's language reference.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

from tui.kql.engine.plain.registry import function

Numbers = list[float]


def numbers_of(values: Sequence[Any]) -> Numbers:
    """The values as numbers, NaN for what is none."""
    return [float(v) if v is not None and not isinstance(v, str) else math.nan for v in values]


def finite_of(values: Numbers) -> Numbers:
    """The numbers without NaN."""
    return [v for v in values if not math.isnan(v)]


def _mean(values: Numbers) -> float:
    return math.fsum(values) / len(values) if values else math.nan


def _variance(values: Numbers) -> float:
    if len(values) < 2:
        return 0.0
    middle = _mean(values)
    return math.fsum((v - middle) ** 2 for v in values) / (len(values) - 1)


def _line(values: Numbers, first: int = 1) -> tuple[float, float]:
    """Slope and interception over positions counted from `first`."""
    n = len(values)
    xs = [float(first + i) for i in range(n)]
    mx, my = _mean(xs), _mean(values)
    spread = math.fsum((x - mx) ** 2 for x in xs)
    if not spread:
        return 0.0, my
    slope = math.fsum((x - mx) * (y - my) for x, y in zip(xs, values, strict=True)) / spread
    return slope, my - slope * mx


def _fit(values: Numbers) -> tuple[float, float, float, float, float, Numbers]:
    slope, interception = _line(values)
    fitted = [interception + slope * (i + 1) for i in range(len(values))]
    variance = _variance(values)
    rests = _variance([y - f for y, f in zip(values, fitted, strict=True)])
    square = 1 - rests / variance if variance else 0.0
    return square, slope, variance, rests, interception, fitted


_LINE = (
    "rsquare:real", "slope:real", "variance:real", "rvariance:real", "interception:real",
    "line_fit:dynamic",
)  # fmt: skip
_LINES = (
    "rsquare:real", "split_idx:long", "variance:real", "rvariance:real", "line_fit:dynamic",
    "right_rsquare:real", "right_slope:real", "right_interception:real", "right_variance:real",
    "right_rvariance:real", "left_rsquare:real", "left_slope:real", "left_interception:real",
    "left_variance:real", "left_rvariance:real",
)  # fmt: skip
_STATS = (
    "min:real", "min_idx:long", "max:real", "max_idx:long", "avg:real", "stdev:real",
    "variance:real",
)  # fmt: skip


@function("series_fit_line", 1, 1, *_LINE)
def _fit_line(values: list[Any]) -> tuple[Any, ...]:
    return _fit(numbers_of(values))


@function("series_fit_2lines", 1, 1, *_LINES)
def _fit_two(values: list[Any]) -> tuple[Any, ...]:
    numbers = numbers_of(values)
    best: tuple[float, int] | None = None
    for split in range(2, len(numbers) - 1):
        rest = _squares(numbers[:split]) + _squares(numbers[split:])
        if best is None or rest < best[0] - 1e-12:
            best = (rest, split)
    if best is None:
        raise ValueError("too short")
    split = best[1]
    left, right = _fit(numbers[:split]), _fit(numbers[split:])
    fitted = [*left[5], *right[5]]
    variance = _variance(numbers)
    rests = _variance([y - f for y, f in zip(numbers, fitted, strict=True)])
    square = 1 - rests / variance if variance else 0.0
    sides = [
        part for side in (right, left) for part in (side[0], side[1], side[4], side[2], side[3])
    ]
    return (square, split, variance, rests, fitted, *sides)


def _squares(values: Numbers) -> float:
    slope, interception = _line(values)
    return math.fsum((y - interception - slope * (i + 1)) ** 2 for i, y in enumerate(values))


@function("series_stats", 1, 2, *_STATS)
def _stats(values: list[Any], ignore: bool = True) -> tuple[Any, ...]:
    del ignore
    numbers = numbers_of(values)
    known = finite_of(numbers)
    low, high = min(known), max(known)
    variance = _variance(known)
    return (
        low, numbers.index(low), high, numbers.index(high), _mean(known), math.sqrt(variance),
        variance,
    )  # fmt: skip


def _as_bag(names: tuple[str, ...], compute: Callable[..., Any]) -> Callable[..., Any]:
    def bag(*arguments: Any) -> dict[str, Any]:
        values = compute(*arguments)
        keys = [name.partition(":")[0] for name in names]
        return dict(zip(keys, values, strict=True))

    return bag


function("series_stats_dynamic", 1, 2, "dynamic")(_as_bag(_STATS, _stats))
function("series_fit_line_dynamic", 1, 1, "dynamic")(_as_bag(_LINE, _fit_line))


@function("series_fit_2lines_dynamic", 1, 1, "dynamic")
def _two_dynamic(values: list[Any]) -> dict[str, Any]:
    flat = dict(zip([n.partition(":")[0] for n in _LINES], _fit_two(values), strict=True))
    found: dict[str, Any] = {"left": {}, "right": {}}
    for name, value in flat.items():
        side, _, inner = name.partition("_")
        if side in ("left", "right"):
            found[side][inner] = value
        else:
            found[name] = value
    return found


def quantile(ordered: Numbers, percent: float) -> float:
    """A percentile of sorted numbers, between its neighbours."""
    place = (len(ordered) - 1) * percent / 100
    low = math.floor(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def _scores(values: Numbers, kind: str, low: float = 10, high: float = 90) -> Numbers:
    ordered = sorted(finite_of(values))
    if not ordered:
        return [math.nan] * len(values)
    if kind == "tukey":
        low, high = 25, 75
    first, third = quantile(ordered, low), quantile(ordered, high)
    width = third - first
    scores = []
    for value in values:
        distance = value - third if value > third else value - first if value < first else 0.0
        if not distance or math.isnan(distance):
            scores.append(0.0)
        else:
            scores.append(distance / width if width else math.copysign(math.inf, distance))
    return scores


@function("series_outliers", 1, 5, "dynamic", like_argument=True)
def _outliers(
    values: list[Any],
    kind: str = "ctukey",
    ignore: float | None = None,
    low: float = 10,
    high: float = 90,
) -> Numbers:
    del ignore
    if kind not in ("ctukey", "tukey"):
        raise ValueError(kind)
    return _scores(numbers_of(values), kind, low, high)


def period_of(values: Numbers) -> int:
    """The period that stands out in the series, or 0."""
    n = len(values)
    middle = _mean(values)
    centred = [v - middle for v in values]
    power = math.fsum(v * v for v in centred)
    if not power or n < 8:
        return 0
    best, chosen = 0.0, 0
    previous = following = 0.0
    correlations = [
        math.fsum(centred[i] * centred[i + lag] for i in range(n - lag)) / power
        for lag in range(n // 2 + 1)
    ]
    for lag in range(2, len(correlations) - 1):
        previous, here, following = correlations[lag - 1 : lag + 2]
        if here > previous and here >= following and here > best + 0.1:
            best, chosen = here, lag
    return chosen if best > 0.3 else 0


def _seasonal(values: Numbers, period: int) -> Numbers:
    if period < 2:
        return [0.0] * len(values)
    means = [_mean(values[i::period]) for i in range(period)]
    middle = _mean(means)
    return [means[i % period] - middle for i in range(len(values))]


def _parts(
    values: list[Any], season: Any, trend: str, held_out: int = 0
) -> tuple[Numbers, Numbers, Numbers, Numbers]:
    numbers = [0.0 if math.isnan(v) else v for v in numbers_of(values)]
    learned = numbers[: len(numbers) - held_out] if held_out else numbers
    if not learned:
        raise ValueError("empty")
    period = period_of(learned) if season in (-1, None) else int(season)
    straight = [0.0] * len(learned)
    if trend == "linefit":
        slope, interception = _line(learned)
    else:
        slope, interception = 0.0, (_mean(learned) if trend == "avg" else 0.0)
    straight = [interception + slope * (i + 1) for i in range(len(numbers))]
    rest = [v - t for v, t in zip(learned, straight, strict=False)]
    pattern = _seasonal(rest, period)
    seasonal = [pattern[i % period] if period > 1 else 0.0 for i in range(len(numbers))]
    baseline = [s + t for s, t in zip(seasonal, straight, strict=True)]
    residual = [v - b for v, b in zip(numbers, baseline, strict=True)]
    return baseline, seasonal, straight, residual


_DECOMPOSED = ("baseline:dynamic", "seasonal:dynamic", "trend:dynamic", "residual:dynamic")


@function("series_decompose", 1, 5, *_DECOMPOSED)
def _decompose(
    values: list[Any], season: Any = -1, trend: str = "avg", held_out: int = 0, *more: Any
) -> tuple[Any, ...]:
    del more
    return _parts(values, season, trend, held_out)


@function("series_decompose_forecast", 2, 5, *_DECOMPOSED)
def _forecast(
    values: list[Any], points: int, season: Any = -1, trend: str = "linefit", *more: Any
) -> tuple[Any, ...]:
    del more
    return _parts(values, season, trend, int(points))


@function(
    "series_decompose_anomalies", 1, 7, "ad_flag:dynamic", "ad_score:dynamic", "baseline:dynamic"
)
def _anomalies(
    values: list[Any],
    threshold: float = 1.5,
    season: Any = -1,
    trend: str = "avg",
    held_out: int = 0,
    kind: str = "ctukey",
    *more: Any,
) -> tuple[Any, ...]:
    del more
    baseline, _, _, residual = _parts(values, season, trend, int(held_out))
    scores = [s if math.isfinite(s) else math.copysign(100.0, s) for s in _scores(residual, kind)]
    flags = [1 if s > threshold else -1 if s < -threshold else 0 for s in scores]
    return flags, scores, baseline


@function("series_periods_detect", 4, 4, "periods:dynamic", "scores:dynamic")
def _detect(values: list[Any], low: float, high: float, most: int) -> tuple[Any, ...]:
    period = period_of(numbers_of(values))
    found = [float(period)] if period and low <= period <= high and most > 0 else [0.0]
    return found, [1.0 if found[0] else 0.0]


def _elementwise(name: str, compute: Callable[[float, float], float]) -> None:
    def apply(left: Any, right: Any) -> list[float | None]:
        several = left if isinstance(left, list) else right
        count = len(several)
        a = left if isinstance(left, list) else [left] * count
        b = right if isinstance(right, list) else [right] * count
        length = max(len(a), len(b))
        found: list[float | None] = []
        for i in range(length):
            try:
                found.append(compute(a[i], b[i]))
            except (IndexError, TypeError, ZeroDivisionError, OverflowError):
                found.append(None)
        return found

    function(name, 2, 2, "dynamic")(apply)


for _name, _compute in (
    ("add", lambda a, b: a + b),
    ("subtract", lambda a, b: a - b),
    ("multiply", lambda a, b: a * b),
    ("divide", lambda a, b: a / b),
    ("pow", lambda a, b: float(a) ** b),
    ("greater", lambda a, b: a > b),
    ("greater_equals", lambda a, b: a >= b),
    ("less", lambda a, b: a < b),
    ("less_equals", lambda a, b: a <= b),
    ("equals", lambda a, b: a == b),
    ("not_equals", lambda a, b: a != b),
):
    _elementwise(f"series_{_name}", _compute)


@function("series_abs", 1, 1, "dynamic")
def _abs(values: list[Any]) -> list[Any]:
    return [None if v is None else abs(v) for v in values]


@function("series_sum", 1, 1, "real")
def _sum(values: list[Any]) -> float:
    return math.fsum(finite_of(numbers_of(values)))


@function("series_fill_const", 2, 3, "dynamic", like_argument=True)
def _fill_const(values: list[Any], constant: Any, missing: Any = None) -> list[Any]:
    return [constant if v is None or v == missing else v for v in values]


@function("series_fill_forward", 1, 2, "dynamic", like_argument=True)
def _fill_forward(values: list[Any], missing: Any = None) -> list[Any]:
    last = missing
    filled = []
    for value in values:
        last = value if value is not None and value != missing else last
        filled.append(last)
    return filled


@function("series_fill_backward", 1, 2, "dynamic", like_argument=True)
def _fill_backward(values: list[Any], missing: Any = None) -> list[Any]:
    return _fill_forward(values[::-1], missing)[::-1]  # type: ignore[no-any-return]


@function("series_fill_linear", 1, 4, "dynamic", like_argument=True)
def _fill_linear(
    values: list[Any], missing: Any = None, edges: bool = True, constant: Any = 0
) -> list[Any]:
    known = [i for i, v in enumerate(values) if v is not None and v != missing]
    if not known:
        return [constant] * len(values)
    filled = list(values)
    for i in range(len(values)):
        if i in known:
            continue
        before = [k for k in known if k < i]
        behind = [k for k in known if k > i]
        if before and behind:
            a, b = before[-1], behind[0]
            filled[i] = values[a] + (values[b] - values[a]) * (i - a) / (b - a)
        elif edges:
            filled[i] = values[before[-1] if before else behind[0]]
    return filled


@function("series_fir", 2, 4, "dynamic", like_argument=True)
def _fir(
    values: list[Any], taps: list[Any], normalize: bool | None = None, center: bool = False
) -> Numbers:
    weights = numbers_of(taps)
    total = math.fsum(weights)
    if (normalize is None or normalize) and total:
        weights = [w / total for w in weights]
    shift = len(weights) // 2 if center else 0
    numbers = numbers_of(values)
    result = []
    for i in range(len(numbers)):
        terms = [
            w * numbers[i + shift - k]
            for k, w in enumerate(weights)
            if 0 <= i + shift - k < len(numbers)
        ]
        result.append(math.fsum(terms))
    return result


@function("series_pearson_correlation", 2, 2, "real")
def _pearson(left: list[Any], right: list[Any]) -> float:
    a, b = numbers_of(left), numbers_of(right)
    ma, mb = _mean(a), _mean(b)
    top = math.fsum((x - ma) * (y - mb) for x, y in zip(a, b, strict=True))
    return top / math.sqrt(
        math.fsum((x - ma) ** 2 for x in a) * math.fsum((y - mb) ** 2 for y in b)
    )


@function("series_dot_product", 2, 2, "real")
def _dot(left: list[Any], right: list[Any]) -> float:
    return math.fsum(x * y for x, y in zip(numbers_of(left), numbers_of(right), strict=False))

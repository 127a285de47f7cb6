"""The PromQL that more than one panel needs. Every metric stands in `monitor.sample.FAMILIES`.

What is not known stays absent: nothing here makes a nought of it. Sums go over `instance`, because each borough has an
agent of its own.
"""

from __future__ import annotations

from typing import Final

from monitor.alerts.evidence import INTERVAL
from monitor.alerts.thresholds import OBJECTIVE, SLOW_S, STALE_CYCLES

_PAIR: Final = "by (visited, home)"


def share(selector: str = "", by: str = "", window: str = "") -> str:
    """Return the share of pairs whose probes pass: now, or over a window; `by` names a label to split it by."""
    metric = f"roaming_probe_success{selector}"
    inner = f"avg_over_time({metric}[{window}])" if window else metric
    return f"avg by ({by}) ({inner})" if by else f"avg({inner})"


def burn(window: str) -> str:
    """Return how many times faster than allowed the error budget is spent: 1 uses it up in exactly 30 days."""
    return f"(1 - {share(window=window)}) / {1 - OBJECTIVE:.4g}"


def budget_left(window: str) -> str:
    """Return what is left of the error budget: 1 is all of it, below 0 the objective is missed."""
    return f"1 - {burn(window)}"


def pair(metric: str, selector: str = "") -> str:
    """Return a gauge of the pairs without the labels of its scrape."""
    return f"max {_PAIR} ({metric}{selector})"


def age(metric: str, selector: str = "", by: str = "visited, home") -> str:
    """Return how long ago a moment was, in seconds."""
    return f"time() - max by ({by}) ({metric}{selector})"


def cycles(metric: str, selector: str = "") -> str:
    """Return how long ago a moment was, in intervals of the prober."""
    return f"({age(metric, selector)}) / {INTERVAL}"


def state(selector: str = "") -> str:
    """Return each pair's state: 0 down, 1 ok, 2 slow, 3 stale; absent while unknown."""
    stale = f"({age('roaming_probe_timestamp_seconds', selector)} > {STALE_CYCLES} * {INTERVAL}) * 0 + 3"
    works, takes = pair("roaming_probe_success", selector), pair("roaming_probe_seconds", selector)
    slow = f"({works} == 1 and {takes} > {SLOW_S:g}) * 0 + 2"
    return f"{stale} or {slow} or {works}"


def quantile(rank: float, histogram: str, by: str = "", window: str = "$__rate_interval", selector: str = "") -> str:
    """Return a percentile of a histogram of seconds."""
    labels = f"{by}, le" if by else "le"
    return f"histogram_quantile({rank:g}, sum by ({labels}) (rate({histogram}_bucket{selector}[{window}])))"


def mean(summary: str, by: str, window: str = "$__rate_interval", selector: str = "") -> str:
    """Return the mean of a summary's observations."""
    total, count = (f"sum by ({by}) (rate({summary}_{part}{selector}[{window}]))" for part in ("sum", "count"))
    return f"{total} / {count}"


def rate(counter: str, by: str, selector: str = "") -> str:
    """Return how often something happens, a second."""
    return f"sum by ({by}) (rate({counter}{selector}[$__rate_interval]))"


def remaining(selector: str = "") -> str:
    """Return how long certificates still hold, in seconds; below 0 they have ended."""
    return f"min by (kind, server, owner) (roaming_certificate_expiry_timestamp_seconds{selector}) - time()"


def as_borough(expression: str, label: str) -> str:
    """Name a label `borough`, so that the columns of one table meet."""
    return f'label_replace({expression}, "borough", "$1", "{label}", "(.+)")'


def none_yet(expression: str, on: str, witness: str) -> str:
    """Return an expression with a nought for each `on` that is seen at work (`witness`) and has had none yet.

    A counter is absent until its first event; only where the one who counts is alive is that a nought.
    """
    return f"{expression} or on ({on}) 0 * max by ({on}) ({witness})"

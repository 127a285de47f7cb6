"""Alertmanager's inhibition, on the configuration that we write; held to a real Alertmanager in test_alertmanager.py.

Source: https://prometheus.io/docs/alerting/latest/configuration/#inhibit_rule.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

_MATCHER = re.compile(r'(\w+)(=~|=)"([^"]*)"')


def matches(matchers: Iterable[str], labels: Mapping[str, str]) -> bool:
    """Say whether all matchers take the labels; one that is missing is empty."""
    for matcher in matchers:
        found = _MATCHER.fullmatch(matcher)
        assert found, matcher
        name, sign, value = found.groups()
        seen = labels.get(name, "")
        if not (re.fullmatch(value, seen) if sign == "=~" else seen == value):
            return False
    return True


def inhibited(
    alert: Mapping[str, str], firing: Sequence[Mapping[str, str]], rules: Sequence[Mapping[str, Any]]
) -> bool:
    """Say whether another alert that fires keeps this one from being told."""
    return any(_by(rule, alert, source) for rule in rules for source in firing)


def _by(rule: Mapping[str, Any], alert: Mapping[str, str], source: Mapping[str, str]) -> bool:
    if not matches(rule["target_matchers"], alert) or not matches(rule["source_matchers"], source):
        return False
    both = matches(rule["source_matchers"], alert) and matches(rule["target_matchers"], source)
    equal = all(alert.get(name, "") == source.get(name, "") for name in rule.get("equal", ()))
    return equal and not both


def notified(firing: Sequence[Mapping[str, str]], rules: Sequence[Mapping[str, Any]]) -> list[Mapping[str, str]]:
    """Return the alerts that are told."""
    return [alert for alert in firing if not inhibited(alert, firing, rules)]

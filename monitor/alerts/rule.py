"""A rule, as a value: one that is recorded under a name, and one that people are told of."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Severity(StrEnum):
    """A page wakes somebody, a ticket waits for the morning, and nobody is told of what has none."""

    PAGE = "page"
    TICKET = "ticket"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Record:
    """An expression with a name, evaluated before all that use it. `text` says what it is."""

    name: str
    expression: str
    text: str


@dataclass(frozen=True, slots=True)
class Alert:
    """One rule of an alert; an alert may have several, told apart by their labels.

    `owner` is who acts: a slug, or a template over the labels of the expression. `wait` is a duration as Prometheus
    spells it, empty for none. `dashboard` is a path below Grafana's address. `labels` are others that are fixed.
    """

    name: str
    expression: str
    wait: str
    severity: Severity
    owner: str
    summary: str
    description: str
    dashboard: str
    labels: Mapping[str, str] = field(default_factory=dict)

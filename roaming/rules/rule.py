"""What a rule is: a row of a table with one small function that finds where it is broken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from roaming.model.problem import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator
    from datetime import date

    from roaming.load import ModelPath
    from roaming.model.network import Network

K = TypeVar("K", bound="Hashable")


@dataclass(frozen=True, slots=True)
class Given:
    """What a rule may look at: the network and the day on which it is asked."""

    network: Network
    today: date


class Finding(NamedTuple):
    """A place that breaks a rule. `other` is a second place that the message speaks of."""

    path: ModelPath
    message: str
    other: ModelPath | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: what it demands, of whom, why, who says so, and how to mend a break."""

    id: str
    scheme: str
    text: str
    why: str
    source: str
    fix: str
    find: Callable[[Given], Iterator[Finding]]
    severity: Severity = Severity.ERROR


def repeated(items: Iterable[tuple[K, ModelPath]]) -> Iterator[tuple[K, ModelPath, ModelPath]]:
    """Yield each key that came before, with its path and the path where it came first."""
    first: dict[K, ModelPath] = {}
    for key, path in items:
        before = first.setdefault(key, path)
        if before != path:
            yield key, path, before

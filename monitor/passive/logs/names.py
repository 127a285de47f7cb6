"""From what a log calls somebody to the few names that a metric may have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from monitor.sample import OTHER

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Names:
    """The realms of the inventory and whose they are, and the names of its RADIUS servers and hubs.

    `boroughs` leads from each realm of a borough to its slug, `homes` likewise and from outside realms to themselves.
    """

    boroughs: Mapping[str, str]
    homes: Mapping[str, str]
    servers: frozenset[str] = frozenset()

    def visited(self, operator: str) -> str:
        """Return the borough of an Operator-Name (RFC 5580 §4.1: namespace 1, then a realm), or `other`."""
        return self.boroughs.get(operator[1:].lower(), OTHER) if operator[:1] == "1" else OTHER

    def home(self, realm: str) -> str:
        """Return the home of a realm, or `other`."""
        return self.homes.get(realm.lower(), OTHER)

    def slug(self, borough: str) -> str:
        """Return a borough's slug if it is one of ours, or `other`."""
        return borough if borough in self.boroughs.values() else OTHER

    def home_of(self, user: str) -> str:
        """Return the home of a user name, or `other`; who it is goes no further."""
        return self.home(user.rpartition("@")[2]) if "@" in user else OTHER

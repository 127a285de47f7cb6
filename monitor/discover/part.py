"""The part of the federation that one process watches: an agent in a borough watches that borough."""

from __future__ import annotations

from fnmatch import fnmatchcase


def within(owner: str, limit: str | None) -> bool:
    """Return whether an owner, a borough's slug or `federation`, is in the part; without a limit everything is."""
    return limit is None or fnmatchcase(owner, limit)

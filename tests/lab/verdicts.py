"""What `roam verify --json` says of one authentication, made up."""

from __future__ import annotations


def verdict(
    visited: str, home: str, method: str = "tls", reason: str = "accepted", identity: str | None = None
) -> dict[str, object]:
    return {
        "visited": visited,
        "home": home,
        "method": method,
        "verdict": "pass" if reason == "accepted" else "fail",
        "reason": reason,
        "sentence": "",
        "milliseconds": 20.0,
        "identity": identity or f"a@{home}",
        "server": "x",
        "skipped": [],
        "attempts": 1,
        "first_success_s": 0.5,
        "vlan": None,
    }

"""What is probed, in plain values: `monitor.discover` makes them of the inventory."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Pair:
    """A visited borough and a home. `owner` is who looks after the home's servers.

    `methods` are tried in turn, and so are `proxies`, the visited borough's. `reject` is the method by which a user who
    does not exist is turned away at home; empty where there is none such.
    """

    visited: str
    home: str
    owner: str
    agent: str
    methods: tuple[str, ...]
    proxies: tuple[str, ...]
    reject: str = ""

    def __post_init__(self) -> None:
        if not self.methods:
            message = f"{self.visited} and {self.home} have no method in common with a probe"
            raise ValueError(message)


@dataclass(frozen=True, slots=True)
class Probe:
    """One thing to try: the proxies are asked in this order, the next one when one is silent."""

    pair: Pair
    method: str
    proxies: tuple[str, ...]
    reject: bool = False
    tries: int = field(default=0, compare=False)
    """How many times the same was tried just before, and failed."""

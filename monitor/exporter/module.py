"""A way to collect from one target when somebody asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from monitor.sample import Batch
    from monitor.target import Target


@dataclass(frozen=True, slots=True)
class Module:
    """`targets` are the only ones that it can be asked for, by name; `collect` brings all that one shows."""

    targets: Mapping[str, Target]
    collect: Callable[[Target], Awaitable[tuple[Batch, ...]]]

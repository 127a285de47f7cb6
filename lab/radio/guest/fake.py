"""A machine that runs nothing, for tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lab.errors import GuestError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lab.radio.guest.machine import Accelerator, Order, Outcome


@dataclass
class FakeMachine:
    """A Machine whose guests go as the table says. `console` is what each leaves there, `act` is given the order."""

    outcomes: Mapping[Accelerator, Outcome]
    lacks: str = ""
    console: str = ""
    act: Callable[[Order], None] = lambda _: None
    ran: list[Accelerator] = field(default_factory=list)

    def require(self) -> None:
        """Lack what the test says."""
        if self.lacks:
            raise GuestError(self.lacks)

    def accelerators(self) -> tuple[Accelerator, ...]:
        """Return those with an outcome, in the order of the table."""
        return tuple(self.outcomes)

    def run(self, order: Order, accelerator: Accelerator, hear: Callable[[str], None]) -> Outcome:
        """Leave a console and return the outcome."""
        self.ran.append(accelerator)
        order.console.write_text(self.console, encoding="utf-8")
        hear(f"under {accelerator}")
        self.act(order)
        return self.outcomes[accelerator]

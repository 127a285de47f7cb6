"""Everything this package raises on purpose.

    RoamingError
    ├── InventoryError (ValueError)      the inventory cannot be read; carries every problem found
    ├── QuoteError (ValueError)          a value has no safe spelling in the target's syntax
    ├── RenderError (ValueError)         the inventory asks for what the target's version cannot do
    ├── SecretError (LookupError)        a secret or certificate cannot be resolved, or is unfit
    │   └── SecretMissingError           no store holds it; knows where was looked
    ├── AdoptionError (ValueError)       what a device runs cannot be brought into the inventory
    ├── TransportError (ConnectionError) a device cannot be reached, or refused what was asked
    ├── PushError (RuntimeError)         a push cannot start or go on
    ├── RefusedError (ValueError)        a device does not take a change; inside a push it becomes an `Outcome`
    └── VerifyError (RuntimeError)       a verification cannot be run at all

What goes wrong on one device is a value (`Outcome`), not an exception: the others go on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from roaming.model.problem import Problem


class RoamingError(Exception):
    """Base of all errors that this package raises on purpose."""


class InventoryError(RoamingError, ValueError):
    """The inventory cannot be read. `problems` holds everything that was found."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class QuoteError(RoamingError, ValueError):
    """A value has no safe spelling in the target's syntax."""


class RenderError(RoamingError, ValueError):
    """The inventory asks for something that the target's version cannot do."""


class SecretError(RoamingError, LookupError):
    """A secret or certificate cannot be resolved, or is unfit for its use."""


class SecretMissingError(SecretError):
    """No store holds the name. `places` says where was looked."""

    def __init__(self, name: str, *places: str) -> None:
        self.name = name
        self.places = places
        looked = f": looked for {' and '.join(places)}" if places else ""
        super().__init__(f"{name} is in no secret store{looked}")


class AdoptionError(RoamingError, ValueError):
    """What a device runs cannot be brought into the inventory."""


class TransportError(RoamingError, ConnectionError):
    """A device cannot be reached, or refused what was asked."""


class PushError(RoamingError, RuntimeError):
    """A push cannot start or go on."""


class RefusedError(RoamingError, ValueError):
    """A device does not take a change; the words are its own, not yet masked."""


class VerifyError(RoamingError, RuntimeError):
    """A verification cannot be run at all."""

"""A problem found in an inventory, with the place to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad a problem is: an error stops a push, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem: which rule, where, what is wrong and how to mend it.

    `where` is the dotted path inside the file (`radius[0].address`); `line` counts from 1.
    """

    rule: str
    severity: Severity
    file: str
    line: int
    where: str
    message: str
    fix: str = ""

    def __str__(self) -> str:
        """Spell the problem as compilers do, so that editors can jump to it."""
        text = f"{self.file}:{self.line}: {self.severity}: {self.message} [{self.rule}]"
        return f"{text}\n    fix: {self.fix}" if self.fix else text

"""What a run keeps of its judgement, so that a later run can be held against it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from lab.errors import ScenarioError
from lab.radio.scenario import Kind

if TYPE_CHECKING:
    from pathlib import Path

    from lab.radio.verdict import Judgement

_FILE: Final = "walk.json"

_Moment = Annotated[float, Field(allow_inf_nan=False)]
_Milliseconds = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Kept(BaseModel):
    """A part of the file; what a newer run keeps beside it is not read."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore")


class KeptRoam(_Kept):
    """A step as it went, its times in milliseconds: `phases` last so long, `offsets` say when each began.

    They count from the client's first frame to its new access point; a scan begins before it.
    """

    client: str
    start: str | None = Field(alias="from")
    to: str
    kind: Kind
    passed: bool
    faults: tuple[str, ...]
    d1_ms: _Milliseconds | None
    d2_ms: _Milliseconds | None
    phases: dict[str, _Milliseconds]
    offsets: dict[str, _Moment]

    @property
    def spans(self) -> dict[str, tuple[float, float]]:
        """When each phase began, and how long it lasted."""
        return {name: (self.offsets[name], ms) for name, ms in self.phases.items() if name in self.offsets}


class KeptRun(_Kept):
    """A run as it was judged."""

    scenario: str
    emulated: bool
    roams: Annotated[tuple[KeptRoam, ...], Field(min_length=1)]


def keep(judgement: Judgement, folder: Path) -> None:
    """Write the judgement where the run keeps everything else."""
    (folder / _FILE).write_text(json.dumps(judgement.document(), indent=2) + "\n", encoding="utf-8")


def read_run(folder: Path) -> KeptRun:
    """Read what a run kept in its `--out`; ScenarioError when there is nothing, or something else."""
    path = folder / _FILE
    try:
        text = path.read_bytes()
    except OSError as error:
        message = f"{path} cannot be read ({error.strerror}): name a folder that `roam-lab radio` kept its run in"
        raise ScenarioError(message) from None
    try:
        return KeptRun.model_validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        message = f"{path} is not what `roam-lab radio` keeps: {where}: {first['msg']}"
        raise ScenarioError(message) from None

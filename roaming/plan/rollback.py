"""The way back: a rollback is a plan with its arguments swapped. For devices whose configuration is files."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from roaming.plan.change import DevicePlan, compared, file_change, stale

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from roaming.model.bundle import DeviceBundle, RemoteFile
    from roaming.targets import Target

Former: TypeAlias = "Mapping[str, RemoteFile | None]"
"""Every file that a plan looked at, as it was before; None where there was none."""


def former(plan: DevicePlan) -> dict[str, RemoteFile | None]:
    """Return what a backup has to keep so that a plan can be taken back."""
    return {file.path: file.running for file in plan.files}


def earliest(formers: Iterable[Former]) -> dict[str, RemoteFile | None]:
    """Return what was before several runs, the earliest given first: of a file that two of them touched, the earlier.

    Going back over a run takes the later ones back too, and needs their backups: only they know what they created.
    """
    merged: dict[str, RemoteFile | None] = {}
    for one in formers:
        merged = {**one, **merged}
    return merged


def plan_rollback(
    device: DeviceBundle,
    target: Target,
    before: Former,
    running: Mapping[str, RemoteFile],
    redact: Callable[[str, str], str],
) -> DevicePlan:
    """Return what makes `running` (path to file, all that was found) into what was `before`.

    What was not there before goes, whether or not it stands in a place of ours: the run made it. What the inventory
    asks for now does not matter.
    """
    paths = [*before, *stale(target, before, running)]
    return compared(device, target, (file_change(path, running.get(path), before.get(path), redact) for path in paths))

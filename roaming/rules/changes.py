"""Change control: a borough asks for no less than the federation, nobody is two people, no demand is idle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roaming.rules import walk
from roaming.rules.rule import Finding, Given, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roaming.load import ModelPath
    from roaming.model.change import Approver, ChangeControl
    from roaming.model.network import Network

_BOUNDS = ("batch", "max_failures", "max_share")


def stricter(given: Given) -> Iterator[Finding]:
    """Find bounds of a borough that allow more than the federation's."""
    federal = given.network.federation.change_control
    for path, borough in walk.boroughs(given.network):
        for name in _BOUNDS:
            own, most = getattr(borough.change_control, name), getattr(federal, name)
            if own is not None and own > most:
                text = f"{borough.slug} allows a {name} of {own}, the federation {most}"
                yield Finding((*path, "change_control", name), text, ("federation", "change_control", name))


def approver_unique(given: Given) -> Iterator[Finding]:
    """Find keys with which two names approve."""
    first: dict[str, tuple[str, ModelPath]] = {}
    for path, approver in _approvers(given.network):
        name, before = first.setdefault(approver.public_key, (approver.name, path))
        if name != approver.name:
            yield Finding((*path, "public_key"), f"{approver.name} approves with the key of {name}", before)


def rehearsal_heeded(given: Given) -> Iterator[Finding]:
    """Find sites that demand a rehearsal and have nothing whose change it would come before."""
    for path, _, site in walk.sites(given.network):
        if site.rehearsals and not site.access_points:
            text = (
                f"{site.slug} demands {', '.join(site.rehearsals)} before a change of its access points, and has none"
            )
            yield Finding((*path, "rehearsals"), text)


def _approvers(network: Network) -> Iterator[tuple[ModelPath, Approver]]:
    controls: list[tuple[ModelPath, ChangeControl]] = [(("federation",), network.federation.change_control)]
    controls += [(path, borough.change_control) for path, borough in walk.boroughs(network)]
    for path, control in controls:
        for index, approver in enumerate(control.approvers):
            yield (*path, "change_control", "approvers", index), approver


RULES = (
    Rule(
        id="change-control-stricter",
        scheme="any",
        text="A borough's batch, max_failures and max_share are no larger than the federation's.",
        why="The smaller one holds: a larger one would only look as if it did.",
        source="docs/adr/0011-waves-and-approval.md",
        fix="take it out, or ask the operator for more",
        find=stricter,
    ),
    Rule(
        id="approver-unique",
        scheme="any",
        text="A key approves under one name, in the whole inventory.",
        why="Who pushes under one name and approves under another is no second person.",
        source="docs/adr/0011-waves-and-approval.md",
        fix="give each approver the key that only they have",
        find=approver_unique,
    ),
    Rule(
        id="rehearsal-heeded",
        scheme="any",
        text="A site that demands a rehearsal has access points.",
        why="It comes before a change of a device that runs the site's radios: without one it would never come.",
        source="docs/adr/0023-rehearsals.md",
        fix="take it out, or enter the access points",
        find=rehearsal_heeded,
    ),
)

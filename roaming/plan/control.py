"""Whether a push may run at all: what the inventory's `change_control` asks, held against what was given."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, tzinfo
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from roaming.errors import PushError
from roaming.model.change import LONDON
from roaming.plan.window import open_until, openings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from roaming.model.change import Approver, ChangeControl
    from roaming.model.network import Network

_FEDERATION: Final = "federation.yml"
BATCH: Final = 10


@dataclass(frozen=True, slots=True)
class Demand:
    """What one file of the inventory asks of a change."""

    file: str
    control: ChangeControl


@dataclass(frozen=True, slots=True)
class Policy:
    """What is asked of a change of some owners' devices: everything that any of them asks.

    Windows and freezes of all `demands` hold. Each of `tickets` names a form, each of `approvals` people of whom one
    must approve: a borough's own where it names any, else the federation's. `batch` is how many devices go together at
    most, `max_failures` how many and `max_share` which share of those tried may fail before a push stops.
    """

    time_zone: str = LONDON
    demands: tuple[Demand, ...] = ()
    tickets: tuple[Demand, ...] = ()
    approvals: tuple[Demand, ...] = ()
    batch: int = BATCH
    max_failures: int = 0
    max_share: float = 1.0

    @property
    def approvers(self) -> tuple[Approver, ...]:
        """Everybody whose approval could count."""
        return tuple(dict.fromkeys(person for one in self.approvals for person in one.control.approvers))

    @property
    def zone(self) -> tzinfo:
        """The zone of windows and freezes; raises PushError when this machine does not know it."""
        try:
            return ZoneInfo(self.time_zone)
        except (KeyError, ValueError, OSError):
            message = f"this machine does not know the time zone {self.time_zone}: install Debian's tzdata"
            raise PushError(message) from None


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """What is given for a push. `approvers` are those whose signature of this very plan was verified."""

    now: datetime
    user: str
    ticket: str | None = None
    approvers: frozenset[Approver] = frozenset()

    def __post_init__(self) -> None:
        if self.now.tzinfo is None:
            message = "the time of a request needs its zone"
            raise ValueError(message)


def policy_of(network: Network, owners: Iterable[str]) -> Policy:
    """Return what is asked of a change of these owners' devices; an owner is a borough's slug or `federation`."""
    top = network.federation.change_control
    federal = Demand(_FEDERATION, top)
    boroughs = network.boroughs_by_slug
    slugs = sorted(set(owners))
    own = [
        Demand(f"boroughs/{slug}.yml", boroughs[slug].change_control) if slug in boroughs else federal for slug in slugs
    ]
    bounds = [boroughs[slug].change_control for slug in slugs if slug in boroughs]
    tickets = [one if one.control.ticket else federal for one in own]
    approvals = [
        one if one.control.approvers or not federal.control.approvers else federal
        for one in own
        if one.control.second_approver or federal.control.second_approver
    ]
    return Policy(
        time_zone=top.time_zone or LONDON,
        demands=tuple(dict.fromkeys((federal, *own))),
        tickets=tuple(dict.fromkeys(one for one in tickets if one.control.ticket)),
        approvals=tuple(dict.fromkeys(approvals)),
        batch=min([top.batch, *(one.batch for one in bounds if one.batch is not None)]),
        max_failures=min([top.max_failures, *(one.max_failures for one in bounds if one.max_failures is not None)]),
        max_share=min([top.max_share, *(one.max_share for one in bounds if one.max_share is not None)]),
    )


def objections(policy: Policy, request: ChangeRequest) -> tuple[str, ...]:
    """Return why a push may not begin, each with what to do about it; nothing when it may."""
    return (
        *_freezes(policy, request.now),
        *_windows(policy, request.now),
        *_ticket(policy, request.ticket),
        *_approvals(policy, request),
    )


def allowed_until(policy: Policy, now: datetime) -> datetime | None:
    """Return when no further wave may begin, in UTC: a window closes or a freeze begins. None when nothing sets an end.

    For a push that may begin now; one that may not has objections.
    """
    ends = [
        until
        for one in policy.demands
        if one.control.windows and (until := open_until(one.control.windows, now, policy.zone)) is not None
    ]
    for one in policy.demands:
        for freeze in one.control.freezes:
            begins = datetime.combine(freeze.first, time(), tzinfo=policy.zone).astimezone(UTC)
            ends += [begins] if begins > now else []
    return min(ends, default=None)


def _freezes(policy: Policy, now: datetime) -> Iterator[str]:
    for one in policy.demands:
        for freeze in one.control.freezes:
            if freeze.holds(now.astimezone(policy.zone).date()):
                yield (
                    f"frozen until {freeze.last} ({freeze.reason}): push after that, "
                    f"or have the freeze lifted in {one.file}"
                )


def _windows(policy: Policy, now: datetime) -> Iterator[str]:
    for one in policy.demands:
        if not one.control.windows or open_until(one.control.windows, now, policy.zone) is not None:
            continue
        opens = openings(one.control.windows, now, policy.zone)[0].opens.astimezone(policy.zone)
        yield (
            f"outside the change windows of {one.file} ({', '.join(one.control.windows)}, {policy.time_zone}): "
            f"the next one opens on {opens:%Y-%m-%d} at {opens:%H:%M}"
        )


def _ticket(policy: Policy, ticket: str | None) -> Iterator[str]:
    for one in policy.tickets:
        form = one.control.ticket or ""
        if ticket is None:
            yield f"{one.file} demands a ticket: give --ticket, of the form {form}"
        elif not re.fullmatch(form, ticket):
            yield f"the ticket {ticket!r} is not of the form {form} that {one.file} demands: give the right --ticket"


def _approvals(policy: Policy, request: ChangeRequest) -> Iterator[str]:
    for one in policy.approvals:
        people = one.control.approvers
        others = sorted(person.name for person in people if person.name != request.user)
        if not others:
            yield f"{one.file} demands a second approver and lists nobody but the one who pushes: add approvers to it"
        elif not any(person in people and person.name != request.user for person in request.approvers):
            yield (
                f"{one.file} demands a second approver: have one of {', '.join(others)} sign this plan "
                "with `roam approve`, and give the file with --approval"
            )

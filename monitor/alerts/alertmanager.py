"""Alertmanager's configuration: who is told, how often, and what need not be told because its cause was."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from monitor.alerts.rule import Severity
from monitor.alerts.settings import DAY, HOUR, MINUTE, SECOND, Settings
from monitor.alerts.text import as_yaml
from monitor.attribution import OPERATOR
from monitor.errors import SettingError
from monitor.target import FEDERATION

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

WATCHDOG: Final = "watchdog"

_SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_ADDRESS: Final = re.compile(r"[^\s@,]+@[^\s@,]+")
_TAKEN: Final = frozenset({OPERATOR, WATCHDOG, FEDERATION, "nobody"})


@dataclass(frozen=True, slots=True)
class Owner:
    """Who is told: a borough's slug and its mail address. Raises `SettingError` for what is none."""

    slug: str
    contact: str

    def __post_init__(self) -> None:
        if not _SLUG.fullmatch(self.slug) or not _ADDRESS.fullmatch(self.contact):
            message = f"alerts cannot be sent to {self.slug!r} at {self.contact!r}: want a slug and a mail address"
            raise SettingError(message)


@dataclass(frozen=True, slots=True)
class Mail:
    """Everybody gets mail, by this relay (`host:port`) and from this address."""

    smarthost: str
    sender: str


@dataclass(frozen=True, slots=True)
class Webhook:
    """Everything is posted to one address; the receiver's name is in what is posted."""

    url: str


Delivery: TypeAlias = "Mail | Webhook"


@dataclass(frozen=True, slots=True)
class _Inhibition:
    """While `source` is told, `target` is not, where both have the same `equal` labels."""

    source: tuple[str, ...]
    target: tuple[str, ...]
    equal: tuple[str, ...] = ()


def _names(*names: str) -> str:
    return f'alertname{"=~" if names[1:] else "="}"{"|".join(names)}"'


# From the federation down: a cause is told, what follows from it is not. An alert of a site or of a server inside a
# borough does not follow from a borough that is cut off, so it is told beside it. Of the budget only the hubs are a
# cause: the loss leaves out the pairs that an alert explains, and what burns beside them must be heard.
_INHIBITIONS: Final = (
    _Inhibition(
        (_names("HubDown"), 'hubs_left="none"'),
        (
            _names(
                "HomeBoroughUnreachable",
                "VisitedBoroughIsolated",
                "PairDown",
                "AuthLatencyHigh",
                "RejectSpike",
                "FederationBudgetBurn",
            ),
        ),
    ),
    _Inhibition(
        (_names("HomeBoroughUnreachable"),), (_names("PairDown", "AuthLatencyHigh", "RejectSpike"),), ("home",)
    ),
    _Inhibition((_names("VisitedBoroughIsolated"),), (_names("PairDown"),), ("visited",)),
    _Inhibition((_names("CertificateExpiring"), 'kind="eap"'), (_names("RejectSpike"),), ("owner",)),
    _Inhibition((_names("SiteDown"),), (_names("AccessPointDown"),), ("owner", "site")),
    _Inhibition(
        (_names("AuthLatencyHigh", "FederationBudgetBurn"), f'severity="{Severity.PAGE}"'),
        (_names("AuthLatencyHigh", "FederationBudgetBurn"), f'severity="{Severity.TICKET}"'),
        ("alertname", "owner", "home"),
    ),
)


def alertmanager(owners: Sequence[Owner], operator: str, delivery: Delivery, settings: Settings) -> str:
    """Return Alertmanager's configuration: a receiver for each borough, the operator's for all else, the watchdog's.

    `operator` is the operator's mail address, which gets what nobody else owns.
    Raises `SettingError` when two owners have one slug, or one has a name of ours.
    Source: https://prometheus.io/docs/alerting/latest/configuration/.
    """
    _check_names(owners)
    everybody = {OPERATOR: operator, WATCHDOG: operator, **{one.slug: one.contact for one in owners}}
    document = {
        "global": _global(delivery, settings),
        "route": _root(owners, settings),
        "inhibit_rules": [_inhibition(one) for one in _INHIBITIONS],
        "receivers": [_receiver(name, contact, delivery) for name, contact in everybody.items()],
    }
    return as_yaml(document, "Written by `roam-monitor alerts`.")


def _check_names(owners: Iterable[Owner]) -> None:
    taken = set(_TAKEN)
    for owner in owners:
        if owner.slug in taken:
            message = f"two receivers of alerts would be called {owner.slug}"
            raise SettingError(message)
        taken.add(owner.slug)


def _global(delivery: Delivery, settings: Settings) -> dict[str, str]:
    known = {"resolve_timeout": settings.scaled(5 * MINUTE)}
    if isinstance(delivery, Mail):
        return {**known, "smtp_smarthost": delivery.smarthost, "smtp_from": delivery.sender}
    return known


def _root(owners: Iterable[Owner], settings: Settings) -> dict[str, Any]:
    watchdog = {
        "matchers": [_names("Watchdog")],
        "receiver": WATCHDOG,
        "group_wait": settings.scaled(SECOND),
        "group_interval": settings.scaled(MINUTE),
        "repeat_interval": settings.scaled(5 * MINUTE),
    }
    return {
        "receiver": OPERATOR,
        "group_by": ["alertname", "owner"],
        **_times(Severity.PAGE, settings),
        "routes": [
            watchdog,
            *(_to_owner(owner.slug, settings) for owner in owners),
            _tickets(settings),
        ],
    }


def _to_owner(slug: str, settings: Settings) -> dict[str, Any]:
    return {"matchers": [f'owner="{slug}"'], "receiver": slug, "routes": [_tickets(settings)]}


def _tickets(settings: Settings) -> dict[str, Any]:
    return {"matchers": [f'severity="{Severity.TICKET}"'], **_times(Severity.TICKET, settings)}


def _times(severity: Severity, settings: Settings) -> dict[str, str]:
    # A page waits half a minute for its cause, so that what the cause inhibits is never sent.
    wait, again, repeat = (MINUTE / 2, MINUTE, HOUR) if severity is Severity.PAGE else (5 * MINUTE, 10 * MINUTE, DAY)
    names = ("group_wait", "group_interval", "repeat_interval")
    return {name: settings.scaled(seconds) for name, seconds in zip(names, (wait, again, repeat), strict=True)}


def _inhibition(one: _Inhibition) -> dict[str, Any]:
    rule: dict[str, Any] = {"source_matchers": list(one.source), "target_matchers": list(one.target)}
    return {**rule, "equal": list(one.equal)} if one.equal else rule


def _receiver(name: str, contact: str, delivery: Delivery) -> Mapping[str, Any]:
    if isinstance(delivery, Webhook):
        return {"name": name, "webhook_configs": [{"url": delivery.url, "send_resolved": True}]}
    return {"name": name, "email_configs": [{"to": contact, "send_resolved": True}]}

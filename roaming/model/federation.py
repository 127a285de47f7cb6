"""The federation as a whole, its hubs and what is upstream of them: `federation.yml`."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, StringConstraints, Tag, model_validator

from roaming.model.base import (
    Address,
    AgeRecipient,
    Duration,
    HostName,
    NonEmpty,
    Realm,
    Record,
    SecretRef,
    Slug,
    Text,
    UserName,
    Version,
)
from roaming.model.change import FederationChangeControl
from roaming.model.identity import Certificate, Credentials, Probe
from roaming.model.terms import EapMethod, Scheme, StatusCheck, Transport


class Operator(Record):
    """Who runs the federation."""

    name: Text
    contact: UserName


class Trust(Record):
    """The private CA of RadSec: public CAs no longer issue client certificates."""

    ca: Slug


class GovWifiServer(Record):
    """One of GovWifi's own RADIUS servers (UDP 1812)."""

    name: Slug
    address: Address
    region: Literal["london", "dublin"]


class Monitor(Record):
    """The monitor as hubs and proxies see it: `address` is where its look at their certificates comes from.

    They answer no stranger's TLS, so they know it as a peer; it has no certificate, so they take no request of it.
    """

    name: Slug
    address: Address


class FTicks(Record):
    """F-Ticks statistics: the key of the MAC hashes, so that no address leaves a hub in clear."""

    mac_key: SecretRef


class Backup(Record):
    """Who can open the backups of devices' configurations, besides the installation that made them.

    `recipients` are age public keys (X25519); their private halves are kept where they are safe.
    """

    recipients: Annotated[tuple[AgeRecipient, ...], Field(min_length=1)]


class Federation(Record):
    """The federation as a whole.

    `failover_target` bounds the time until the next new authentication succeeds after a hub died.
    """

    name: Text
    operator: Operator
    schemes: Annotated[tuple[Scheme, ...], Field(min_length=1)]
    failover_target: Duration
    trust: Trust
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] = "GB"
    fticks: FTicks
    cui_key: SecretRef
    govwifi: tuple[GovWifiServer, ...] = ()
    monitor: Monitor | None = None
    change_control: FederationChangeControl = FederationChangeControl()
    backup: Backup | None = None


class Hub(Record):
    """One of the region's own proxies."""

    name: Slug
    address: Address
    software: Literal["radsecproxy"]
    version: Version
    site: Slug
    tls_name: HostName
    certificate: Slug
    key: SecretRef
    management: Address
    credentials: Credentials


class OutsideRealm(Record):
    """A realm outside the region whose owner lent us a probe; `trust` are CAs among the federation's certificates."""

    realm: Realm
    eap: Annotated[tuple[EapMethod, ...], Field(min_length=1)]
    server_names: Annotated[tuple[HostName, ...], Field(min_length=1)]
    trust: NonEmpty
    probe: Probe


def _one_word(realms: object) -> str:
    return "any" if isinstance(realms, str) else "list"


UpstreamRealms = Annotated[
    Annotated[Literal["any"], Tag("any")] | Annotated[tuple[Realm, ...], Field(min_length=1), Tag("list")],
    Discriminator(_one_word),
]


class Upstream(Record):
    """Somebody else's proxy: a national govroam proxy. `realms` is what it serves, or `any`.

    `probes` are the realms behind it whose owners lent us an account, so that a way out can be tried.
    """

    name: Slug
    scheme: Scheme
    address: Address
    transport: Transport
    secret: SecretRef | None = None
    tls_name: HostName | None = None
    realms: UpstreamRealms = "any"
    status_check: StatusCheck = StatusCheck.STATUS_SERVER
    probes: tuple[OutsideRealm, ...] = ()

    @model_validator(mode="after")
    def _what_its_transport_needs(self) -> Self:
        if self.transport is Transport.UDP and self.secret is None:
            message = "an upstream over udp needs a secret"
            raise ValueError(message)
        if self.transport is Transport.RADSEC and self.tls_name is None:
            message = "an upstream over radsec needs a tls_name"
            raise ValueError(message)
        return self


class FederationFile(Record):
    """`federation.yml`."""

    federation: Federation
    hubs: tuple[Hub, ...]
    upstreams: tuple[Upstream, ...] = ()
    certificates: tuple[Certificate, ...] = ()

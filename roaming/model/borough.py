"""One borough's file: `boroughs/*.yml`."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, StringConstraints, Tag, model_validator

from roaming.model.base import Address, Day, HostName, NonEmpty, Realm, Record, SecretRef, Slug, Text, UserName, Version
from roaming.model.change import BoroughChangeControl
from roaming.model.identity import Certificate, Credentials, Identity
from roaming.model.site import Site
from roaming.model.terms import Role, StatusCheck, Transport


class Agent(Record):
    """The probe next to a borough's devices: a RADIUS client that runs `eapol_test`."""

    name: Slug
    address: Address
    secret: SecretRef
    credentials: Credentials


class Worker(Record):
    """A borough's own machine with ansible-runner, where nothing else reaches the borough's devices from outside.

    `address` is where we reach it; it must take a key, as nobody is there to type a password.
    """

    name: Slug
    address: Address
    credentials: Credentials

    @model_validator(mode="after")
    def _a_key(self) -> Self:
        if self.credentials.key is None:
            message = "a worker is reached with a key, not with a password"
            raise ValueError(message)
        return self


class FederationFace(Record):
    """What the hubs see of a RADIUS server."""

    address: Address
    transport: Transport
    tls_name: HostName | None = None
    certificate: Slug | None = None
    key: SecretRef | None = None
    secret: SecretRef | None = None

    @model_validator(mode="after")
    def _what_its_transport_needs(self) -> Self:
        wanted = ("tls_name", "certificate", "key") if self.transport is Transport.RADSEC else ("secret",)
        for name in wanted:
            if getattr(self, name) is None:
                message = f"a server that is federated over {self.transport} needs {name}"
                raise ValueError(message)
        return self


class RadiusServer(Record):
    """A borough's RADIUS server. `secret` is what the borough's own proxies and this server share.

    `address` is inside the borough, `federation` is what the hubs see; only a proxy has that.
    """

    name: Slug
    software: Literal["freeradius"]
    version: Version
    roles: Annotated[tuple[Role, ...], Field(min_length=1)]
    address: Address
    federation: FederationFace | None = None
    secret: SecretRef | None = None
    status_check: StatusCheck = StatusCheck.STATUS_SERVER
    credentials: Credentials

    @model_validator(mode="after")
    def _what_its_roles_need(self) -> Self:
        if Role.PROXY in self.roles and self.federation is None:
            message = "a proxy needs federation"
            raise ValueError(message)
        if self.roles == (Role.HOME,) and self.secret is None:
            message = "a home server that is no proxy needs secret, which its borough's proxies share"
            raise ValueError(message)
        return self


class HighAvailability(Record):
    """What stands in for a controller: its standby, with which it is one device, or another one (N+1)."""

    mode: Literal["sso", "n-plus-1"]
    peer: Slug | None = None

    @model_validator(mode="after")
    def _what_its_mode_needs(self) -> Self:
        if self.mode == "n-plus-1" and self.peer is None:
            message = "n-plus-1 needs peer, the controller that takes over"
            raise ValueError(message)
        if self.mode == "sso" and self.peer is not None:
            message = "sso has no peer: the two chassis are one device"
            raise ValueError(message)
        return self


class Ownership(Record):
    """What is ours on a device that the borough configures too: what bears the prefix.

    `first_wlan_id` begins the numbers of our WLANs. Access points without tags send out all below 17. `exceptions` are
    things and lines there that bear it and are the borough's all the same, `not_yet` are things of ours that are not
    made yet. Neither is rendered, compared or removed.
    """

    prefix: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{1,7}-$")]
    first_wlan_id: Annotated[int, Field(ge=17, le=4000)] = 17
    exceptions: tuple[Text, ...] = Field(default=(), alias="except")
    not_yet: tuple[Text, ...] = ()


class Controller(Record):
    """A wireless controller; its access points stand at the sites. `secret` is what it shares with the proxies.

    `ap_mode` says who puts frames into VLANs: the controller (local), or each access point (flex).
    `high_scale` allows 300 access points a site tag in place of 100 (flex).
    """

    name: Slug
    platform: Literal["iosxe"]
    version: Version
    address: Address
    ha: HighAvailability | None = None
    owns: Ownership
    ap_mode: Literal["local", "flex"] = "local"
    high_scale: bool = False
    secret: SecretRef
    credentials: Credentials


class GovWifiLocation(Record):
    """A location as GovWifi knows it: by the source addresses of its RADIUS and a secret of its own.

    `from_agent` says that what the borough's agent sends out leaves by one of them, so that it can ask GovWifi.
    """

    name: Slug
    source_ips: Annotated[tuple[Address, ...], Field(min_length=1)]
    secret: SecretRef
    effective_from: Day
    sites: NonEmpty
    from_agent: bool = False


class GovWifi(Record):
    """A borough's registration with GovWifi."""

    locations: Annotated[tuple[GovWifiLocation, ...], Field(min_length=1)]


class SharedService(Record):
    """RADIUS servers that this borough runs for another one too."""

    partner: Slug = Field(alias="with")
    radius: NonEmpty
    roles: Annotated[tuple[Role, ...], Field(min_length=1)]


class DynamicAuthorization(Record):
    """CoA and Disconnect (RFC 5176): who may send them is the borough's proxies, with this secret."""

    secret: SecretRef


class Snmp(Record):
    """SNMPv3 authPriv, for the monitor."""

    user: Slug
    auth: SecretRef
    privacy: SecretRef


class SnmpV2c(Record):
    """SNMPv2c, for the monitor: its one password goes over the network in the clear."""

    community: SecretRef


def _version_of_snmp(given: object) -> str | None:
    """Tell which of the two is meant; neither where somebody wrote both."""
    if not isinstance(given, dict):
        return "v2c" if isinstance(given, SnmpV2c) else "v3"
    if "community" not in given:
        return "v3"
    return None if given.keys() & Snmp.model_fields.keys() else "v2c"


AnySnmp = Annotated[
    Annotated[Snmp, Tag("v3")] | Annotated[SnmpV2c, Tag("v2c")],
    Discriminator(
        _version_of_snmp,
        custom_error_type="snmp_version",
        custom_error_message="either user, auth and privacy (version 3) or community (version 2c) is wanted, not both",
    ),
]


class BoroughHead(Record):
    """Which council this is; `gss` is the ONS code."""

    slug: Slug
    name: Text
    gss: Annotated[str, StringConstraints(pattern=r"^E09[0-9]{6}$")]
    contact: UserName


class Borough(Record):
    """One borough's file."""

    borough: BoroughHead
    realms: Annotated[tuple[Realm, ...], Field(min_length=1)]
    agent: Agent
    worker: Worker | None = None
    radius: tuple[RadiusServer, ...] = ()
    identity: Identity
    certificates: tuple[Certificate, ...] = ()
    govwifi: GovWifi | None = None
    fast_transition_key: SecretRef | None = None
    dynamic_authorization: DynamicAuthorization | None = None
    snmp: AnySnmp | None = None
    controllers: tuple[Controller, ...] = ()
    sites: Annotated[tuple[Site, ...], Field(min_length=1)]
    shared_services: tuple[SharedService, ...] = ()
    change_control: BoroughChangeControl = BoroughChangeControl()

    @property
    def slug(self) -> str:
        """The borough's short name."""
        return self.borough.slug

    @property
    def apart(self) -> Worker | None:
        """The worker, where it is a machine of its own: it may be the agent's."""
        return None if self.worker is None or self.worker.name == self.agent.name else self.worker

    @property
    def realm(self) -> str:
        """The borough's first realm: the one of its Operator-Name."""
        return self.realms[0]

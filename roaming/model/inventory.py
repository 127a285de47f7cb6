"""The records of the inventory files, one class per mapping of the YAML."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, StringConstraints, Tag, model_validator

from roaming.model.base import (
    Address,
    Day,
    Duration,
    HostName,
    Latitude,
    Longitude,
    Mac,
    NasIdentifier,
    Realm,
    Record,
    SecretRef,
    Slug,
    Ssid,
    Subnet,
    Subnet6,
    Text,
    UserName,
    Version,
    VlanId,
)

NonEmpty = Annotated[tuple[Slug, ...], Field(min_length=1)]


class Scheme(StrEnum):
    """Whose rules an SSID follows; it decides the AAA path."""

    GOVROAM = "govroam"
    GOVWIFI = "govwifi"
    EDUROAM = "eduroam"


class Transport(StrEnum):
    """How RADIUS travels: UDP (RFC 2865) or TLS (RFC 6614)."""

    UDP = "udp"
    RADSEC = "radsec"


class StatusCheck(StrEnum):
    """How a home server is asked whether it lives: Status-Server (RFC 5997), a request, or not at all."""

    STATUS_SERVER = "status-server"
    REQUEST = "request"
    NONE = "none"


class Role(StrEnum):
    """What a RADIUS server does: it answers for its users, or passes requests on, or both."""

    HOME = "home"
    PROXY = "proxy"


class EapMethod(StrEnum):
    """An EAP method as supplicants name it."""

    TLS = "tls"
    PEAP_MSCHAPV2 = "peap-mschapv2"


class Band(StrEnum):
    """A frequency band in GHz."""

    GHZ_2_4 = "2.4"
    GHZ_5 = "5"
    GHZ_6 = "6"


class BandMode(StrEnum):
    """The WPA-Enterprise generation offered on a band."""

    OFF = "off"
    WPA2 = "wpa2"
    WPA2_WPA3 = "wpa2-wpa3"
    WPA3 = "wpa3"


class FastTransition(StrEnum):
    """802.11r: not offered, offered as the vendor adapts it, or offered beside plain 802.1X."""

    OFF = "off"
    ADAPTIVE = "adaptive"
    MIXED = "mixed"


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


class FTicks(Record):
    """F-Ticks statistics: the key of the MAC hashes, so that no address leaves a hub in clear."""

    mac_key: SecretRef


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


class Credentials(Record):
    """How an engineer logs in over SSH: a user with a private key or a password.

    `host_key` is an OpenSSH public key line; without it the device must be in the known hosts file.
    """

    user: Annotated[str, StringConstraints(pattern=r"^[a-z_][a-z0-9_-]{0,31}$")]
    key: SecretRef | None = None
    password: SecretRef | None = None
    port: Annotated[int, Field(ge=1, le=65535)] = 22
    host_key: Annotated[str, StringConstraints(pattern=r"^[a-z0-9@.-]+ [A-Za-z0-9+/]+=*$")] | None = None

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if (self.key is None) == (self.password is None):
            message = "credentials want either a key or a password"
            raise ValueError(message)
        return self


class Certificate(Record):
    """What a certificate is expected to be; the PEM itself is resolved at the last moment."""

    name: Slug
    kind: Literal["ca", "server", "client"]
    not_after: Day
    names: tuple[HostName, ...] = ()
    issuer: Slug | None = None


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


class Bands(Record):
    """What a WLAN offers on each band."""

    ghz_2_4: BandMode = Field(default=BandMode.OFF, alias="2.4")
    ghz_5: BandMode = Field(default=BandMode.OFF, alias="5")
    ghz_6: BandMode = Field(default=BandMode.OFF, alias="6")

    def mode(self, band: Band) -> BandMode:
        """Return what is offered on a band."""
        return {Band.GHZ_2_4: self.ghz_2_4, Band.GHZ_5: self.ghz_5, Band.GHZ_6: self.ghz_6}[band]


class FastRoaming(Record):
    """802.11r, k and v of a WLAN."""

    ft: FastTransition = FastTransition.OFF
    over_ds: bool = False
    neighbour_reports: bool = False
    bss_transition: bool = False


VlanName = Literal["staff", "visitors"]


class WlanVlans(Record):
    """Which of a site's VLANs the owner's staff and everybody else land in."""

    home_staff: VlanName = "staff"
    visitors: VlanName = "visitors"


class Wlan(Record):
    """A common WLAN. The scheme decides the AAA path: the federation, or GovWifi's own servers."""

    name: Slug
    ssid: Ssid
    scheme: Scheme
    bands: Bands
    fast_roaming: FastRoaming = FastRoaming()
    vlans: WlanVlans = WlanVlans()


class Agent(Record):
    """The probe next to a borough's devices: a RADIUS client that runs `eapol_test`."""

    name: Slug
    address: Address
    secret: SecretRef
    credentials: Credentials


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


class PasswordProbe(Record):
    """A probe account for PEAP-MSCHAPv2."""

    user: UserName
    secret: SecretRef


class TlsProbe(Record):
    """A probe's client certificate for EAP-TLS."""

    certificate: Slug
    key: SecretRef


class Probe(Record):
    """What the agents authenticate with; `reject_user` does not exist, so that no real one is locked out."""

    tls: TlsProbe | None = None
    password: PasswordProbe | None = None
    reject_user: UserName


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


class Identity(Record):
    """How a borough's home servers know its staff.

    `trust` are the CAs that supplicants must trust (both during a rollover), `client_trust` the CAs of
    staff devices for EAP-TLS.
    """

    eap: Annotated[tuple[EapMethod, ...], Field(min_length=1)]
    server_names: Annotated[tuple[HostName, ...], Field(min_length=1)]
    certificate: Slug
    key: SecretRef
    trust: NonEmpty
    client_trust: tuple[Slug, ...] = ()
    probe: Probe


class GovWifiLocation(Record):
    """A location as GovWifi knows it: by the source addresses of its RADIUS and a secret of its own."""

    name: Slug
    source_ips: Annotated[tuple[Address, ...], Field(min_length=1)]
    secret: SecretRef
    effective_from: Day
    sites: NonEmpty


class GovWifi(Record):
    """A borough's registration with GovWifi."""

    locations: Annotated[tuple[GovWifiLocation, ...], Field(min_length=1)]


class Radio(Record):
    """One radio of a standalone access point. `bssid` is that of its first WLAN, the others count up."""

    band: Band
    channel: Annotated[int, Field(ge=1, le=233)]
    width_mhz: Literal[20, 40, 80, 160] = 20
    interface: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{0,14}$")]
    bssid: Mac


class AccessPoint(Record):
    """A standalone access point. `secret` is what it shares with its borough's proxies, `uplink` carries its VLANs."""

    name: Slug
    platform: Literal["hostapd"]
    version: Version
    address: Address
    ethernet_mac: Mac
    radios: Annotated[tuple[Radio, ...], Field(min_length=1)]
    uplink: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{0,9}$")] = "eth0"
    secret: SecretRef
    credentials: Credentials
    nas_identifier: NasIdentifier | None = None

    @property
    def identifier(self) -> str:
        """The NAS-Identifier: what the inventory says, else the access point's name."""
        return self.nas_identifier or self.name


class Vlan(Record):
    """A VLAN of a site."""

    id: VlanId
    subnet: Subnet | None = None
    ipv6: Subnet6 | None = None


class SiteVlans(Record):
    """The VLANs that a site's WLANs use."""

    staff: Vlan
    visitors: Vlan


class OtherSsid(Record):
    """An SSID that is not ours; it counts for the limit per band."""

    name: Ssid
    bands: Annotated[tuple[Band, ...], Field(min_length=1)]


class Capacity(Record):
    """How many people and clients a building takes."""

    people: Annotated[int, Field(ge=1)] | None = None
    wifi_clients: Annotated[int, Field(ge=1)] | None = None


class Venue(StrEnum):
    """The 802.11 venue group, as far as councils have such buildings."""

    GOVERNMENT = "government"
    LIBRARY = "library"
    EDUCATION = "education"
    LEISURE = "leisure"
    COMMUNITY = "community"
    EMERGENCY = "emergency-coordination-centre"


class Site(Record):
    """A building. `owner` owns the infrastructure; `hosts` are the boroughs whose staff work there."""

    slug: Slug
    name: Text
    postcode: Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}$")] | None = None
    location: tuple[Latitude, Longitude]
    approximate: bool = False
    source: Text
    venue: Venue
    owner: Slug
    hosts: NonEmpty
    capacity: Capacity = Capacity()
    hours: Text | None = None
    wlans: NonEmpty
    other_ssids: tuple[OtherSsid, ...] = ()
    vlans: SiteVlans
    access_points: tuple[AccessPoint, ...] = ()


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
    radius: tuple[RadiusServer, ...] = ()
    identity: Identity
    certificates: tuple[Certificate, ...] = ()
    govwifi: GovWifi | None = None
    fast_transition_key: SecretRef | None = None
    dynamic_authorization: DynamicAuthorization | None = None
    snmp: Snmp | None = None
    sites: Annotated[tuple[Site, ...], Field(min_length=1)]
    shared_services: tuple[SharedService, ...] = ()

    @property
    def slug(self) -> str:
        """The borough's short name."""
        return self.borough.slug

    @property
    def realm(self) -> str:
        """The borough's first realm: the one of its Operator-Name."""
        return self.realms[0]


class FederationFile(Record):
    """`federation.yml`."""

    federation: Federation
    hubs: tuple[Hub, ...]
    upstreams: tuple[Upstream, ...] = ()
    certificates: tuple[Certificate, ...] = ()


class WlansFile(Record):
    """`wlans.yml`."""

    wlans: Annotated[tuple[Wlan, ...], Field(min_length=1)]

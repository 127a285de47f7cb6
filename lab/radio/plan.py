"""What the guest is to do: an inventory and a scenario as devices, wires, files and steps."""

from __future__ import annotations

from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

from lab.edits import rendered_files
from lab.errors import ScenarioError
from lab.radio.edits import edited, setting
from lab.radio.scenario import Kind, Security, starts
from lab.radio.supposed import supposed, suppositions, walked_wlan
from lab.radio.way import candidate, refuse_impossible
from roaming.model.terms import Band, Role
from roaming.render import render
from roaming.secrets import MemoryStore, materialise
from roaming.targets import TARGETS
from roaming.targets.hostapd import DEFAULTS, HOSTAPD, ssid

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lab.pki import Material
    from lab.radio.scenario import Client, Scenario
    from roaming.model.borough import Borough, RadiusServer
    from roaming.model.bundle import Bundle, DeviceBundle
    from roaming.model.network import Network
    from roaming.model.site import AccessPoint, Radio, Site
    from roaming.model.wlan import Wlan

FEDERATION: Final = "federation"
# An address of nobody's that no access point has: locally administered, and the lab's own.
_CLIENT_MAC: Final = "02:c0:00:00:00:{:02x}"
_SEARCH_S: Final = 12
# What mac80211_hwsim makes at most.
_RADIOS: Final = 100
# What a client of each generation of WPA-Enterprise asks for beside FT, and wpa_supplicant's `ieee80211w` of it.
_SUITES: Final = {
    Security.WPA2: ("WPA-EAP",),
    Security.WPA2_WPA3: ("WPA-EAP-SHA256", "WPA-EAP"),
    Security.WPA3: ("WPA-EAP-SHA256",),
}
_PROTECTED: Final = {Security.WPA2: "0", Security.WPA2_WPA3: "1", Security.WPA3: "2"}
# Where channels are counted from, in MHz (IEEE 802.11-2020 Annex E).
_STARTS_MHZ: Final = {Band.GHZ_2_4: 2407, Band.GHZ_5: 5000, Band.GHZ_6: 5950}


@dataclass(frozen=True, slots=True)
class Station:
    """An access point on simulated radios: who owns it, its BSSID on the WLAN, and the VLANs of its building."""

    name: str
    owner: str
    bssid: str
    interface: str
    frequency: int
    staff: int
    visitors: int
    files: Mapping[str, bytes] = field(repr=False)
    configuration: str = field(repr=False, default="")
    rendered: str = field(repr=False, default="")

    @property
    def mobility_domain(self) -> str | None:
        """The 802.11r mobility domain that it announces, as it runs."""
        return setting(self.configuration, "mobility_domain")

    def vlan(self, home: str) -> int:
        """Return the VLAN for staff of a borough: the owner's own in theirs, everybody else among the visitors."""
        return self.staff if home == self.owner else self.visitors


@dataclass(frozen=True, slots=True)
class Plan:
    """A scenario made ready: what the guest reads, the files it is given, and what the walk is held against.

    `supposed` is what the scenario supposes of the inventory. `document` and `files` hold secrets: they are for the
    guest and for nobody's eyes.
    """

    scenario: Scenario
    stations: tuple[Station, ...]
    macs: Mapping[str, str]
    document: Mapping[str, Any] = field(repr=False)
    files: Mapping[str, bytes] = field(repr=False)
    supposed: tuple[str, ...] = ()

    def station(self, name: str) -> Station:
        """Return an access point by name."""
        return next(station for station in self.stations if station.name == name)

    def client(self, name: str) -> Client:
        """Return a client by name."""
        return next(client for client in self.scenario.clients if client.name == name)

    def at(self, bssid: str) -> str:
        """Return the name of the access point with a BSSID."""
        return next((station.name for station in self.stations if station.bssid == bssid), bssid)


def make_plan(network: Network, bundle: Bundle, material: Material, scenario: Scenario) -> Plan:
    """Make a plan; ScenarioError for what the inventory does not have or hostapd cannot stand in for.

    What the scenario supposes of the inventory is rendered in the bundle's place.
    """
    if scenario.wlan is not None:
        network = supposed(network, scenario.wlan)
        bundle = render(network)
    return _Planner(network, bundle, material, scenario).plan()


class _Planner:
    def __init__(self, network: Network, bundle: Bundle, material: Material, scenario: Scenario) -> None:
        self.network = network
        self.devices = {device.name: device for device in bundle.devices}
        self.store = MemoryStore(material.secrets, material.certificates)
        self.material = material
        self.scenario = scenario
        self.macs = {client.name: _CLIENT_MAC.format(number) for number, client in enumerate(scenario.clients, 1)}

    def plan(self) -> Plan:
        wlan = walked_wlan(self.network)
        found = [self._find(name) for name in self.scenario.access_points]
        stations = tuple(self._station(*where, wlan) for where in found)
        owners = {borough.slug: borough for borough, _, _ in found}
        homes = {client.name: self._home(client) for client in self.scenario.clients}
        nodes = [*self._servers(owners, homes), *self._access_points(found, stations)]
        self._refuse_unknown_devices(nodes)
        self._refuse_too_many_radios(nodes)
        bridges = {name: f"b{number}" for number, name in enumerate(_bridges(nodes))}
        document = {
            "country": self.network.federation.country,
            "frequencies": _frequencies(stations, ","),
            "search_s": _SEARCH_S,
            "bridges": list(bridges.values()),
            "nodes": [self._node(node, nodes, bridges) for node in nodes],
            "clients": [self._client(client, homes[client.name], wlan, stations) for client in self.scenario.clients],
            "steps": list(self._steps(stations, wlan)),
        }
        files = {f"{node.name}{path}": content for node in nodes for path, content in node.files.items()}
        said = suppositions(wlan, self.scenario.wlan) if self.scenario.wlan else ()
        return Plan(self.scenario, stations, self.macs, document, files, said)

    def _find(self, name: str) -> tuple[Borough, Site, AccessPoint]:
        found = {point.name: (borough, site, point) for borough, site, point in self.network.access_points()}
        if name not in found:
            raise ScenarioError(self._no_stand_in(name) or _no_access_point(name, list(found)))
        return found[name]

    def _no_stand_in(self, name: str) -> str:
        """Say that an access point is a controller's; nothing when it is not."""
        for borough, controller in self.network.controllers():
            if any(point.name == name for _, point in self.network.controlled(borough, controller)):
                return (
                    f"{name} is configured by {controller.name} ({controller.platform}): hostapd cannot stand in for "
                    "it; name access points of platform hostapd"
                )
        return ""

    def _home(self, client: Client) -> Borough:
        borough = self.network.boroughs_by_slug.get(client.home)
        if borough is None:
            known = ", ".join(sorted(self.network.boroughs_by_slug))
            message = f"client {client.name}: there is no borough {client.home}; there are {known}"
            raise ScenarioError(message)
        if borough.identity.probe.password is None:
            message = f"client {client.name}: {client.home} has no probe account with a password"
            raise ScenarioError(message)
        return borough

    def _station(self, borough: Borough, site: Site, point: AccessPoint, wlan: Wlan) -> Station:
        """Read back from the rendered files where an access point sends the WLAN."""
        files = self._files(self.devices[point.name], self._spoiled(point.name))
        sound = self._files(self.devices[point.name], {})
        key, _, wanted = ssid(wlan.ssid).partition("=")
        for radio, path in zip(point.radios, _configurations(files), strict=True):
            text = files[path].decode()
            if setting(text, key) == wanted:
                return Station(
                    name=point.name,
                    owner=borough.slug,
                    bssid=setting(text, "bssid") or "",
                    interface=setting(text, "interface") or "",
                    frequency=_frequency(radio, text),
                    staff=site.vlans.staff.id,
                    visitors=site.vlans.visitors.id,
                    files=files,
                    configuration=text,
                    rendered=sound[path].decode(),
                )
        message = f"{point.name}: {wlan.ssid} is not the first WLAN of any of its radios, and only the first is walked"
        raise ScenarioError(message)

    def _spoiled(self, name: str) -> dict[str, str]:
        return {one.setting: one.value for one in self.scenario.spoiled if one.access_point == name}

    def _files(self, device: DeviceBundle, changes: Mapping[str, str]) -> dict[str, bytes]:
        """Fill in a device's secrets; an access point's configuration gets the guest's edits too."""
        quotings = TARGETS[device.target].quotings
        files = {file.path: materialise(file, quotings, self.store) for file in device.files}
        if device.target == HOSTAPD.name:
            files |= {path: edited(files[path].decode(), changes).encode() for path in _configurations(files)}
        return files

    def _servers(self, owners: Mapping[str, Borough], homes: Mapping[str, Borough]) -> Iterator[_Node]:
        """Yield the RADIUS servers that a walk needs, and the hubs where a client is away from home."""
        boroughs = {**owners, **{borough.slug: borough for borough in homes.values()}}
        servers = {one.name: one for borough in boroughs.values() for one in self._servers_of(borough)}
        for server in servers.values():
            served = {borough.slug for role in Role for borough in self.network.served(server, role)}
            feet = [_Foot(slug, str(server.address)) for slug in sorted(served)]
            if server.federation:
                feet.append(_Foot(FEDERATION, str(server.federation.address)))
            yield self._plain(server.name, "radius-server", feet)
        if any(home.slug != owner for home in homes.values() for owner in owners):
            for hub in self.network.hubs:
                yield self._plain(hub.name, "hub", [_Foot(FEDERATION, str(hub.address))])

    def _servers_of(self, borough: Borough) -> tuple[RadiusServer, ...]:
        return (*self.network.proxies(borough), *self.network.homes(borough))

    def _plain(self, name: str, kind: str, feet: list[_Foot]) -> _Node:
        return _Node(name, kind, tuple(feet), self._files(self.devices[name], {}))

    def _access_points(
        self, found: list[tuple[Borough, Site, AccessPoint]], stations: tuple[Station, ...]
    ) -> Iterator[_Node]:
        for (borough, _, point), station in zip(found, stations, strict=True):
            foot = _Foot(borough.slug, str(point.address), point.uplink)
            radios = tuple((radio.interface, radio.bssid) for radio in point.radios)
            yield _Node(point.name, "access-point", (foot,), station.files, radios)

    def _refuse_unknown_devices(self, nodes: list[_Node]) -> None:
        names = [node.name for node in nodes]
        wanted = [("links", link.device) for link in self.scenario.links]
        for step in self.scenario.walk:
            wanted += [*(("kill", name) for name in step.kill), *(("cut", name) for name in step.cut)]
        for key, name in wanted:
            if name not in names:
                message = f"{key}: {name} is no device of this walk; it has {', '.join(names)}"
                raise ScenarioError(message)

    def _refuse_too_many_radios(self, nodes: list[_Node]) -> None:
        wanted = sum(len(node.radios) for node in nodes) + len(self.scenario.clients)
        if wanted > _RADIOS:
            message = f"clients and access points have {wanted} radios, and the kernel simulates {_RADIOS} at most"
            raise ScenarioError(message)

    def _node(self, node: _Node, nodes: list[_Node], bridges: Mapping[str, str]) -> dict[str, Any]:
        rendered = {file.path: file for file in self.devices[node.name].files}
        files = [
            {
                "path": path,
                "source": f"{node.name}{path}",
                "mode": rendered[path].mode,
                "owner": rendered[path].owner,
                "group": rendered[path].group,
            }
            for path in node.files
        ]
        feet = [
            {
                "bridge": bridges[foot.network],
                "address": foot.address,
                "interface": foot.interface or f"eth{number}",
                "neighbours": neighbours,
                "netem": self._netem(node.name),
            }
            for number, (foot, neighbours) in enumerate(zip(node.feet, _neighbours(node, nodes), strict=True))
        ]
        radios = [{"interface": interface, "mac": mac} for interface, mac in node.radios]
        configurations = _configurations(node.files) if node.radios else []
        known = {"name": node.name, "kind": node.kind, "feet": feet, "files": files}
        return {**known, "radios": radios, "configurations": configurations}

    def _netem(self, name: str) -> list[str]:
        words = []
        for link in self.scenario.links:
            if link.device == name:
                words += ["delay", f"{link.delay_ms}ms"] if link.delay_ms else []
                words += ["loss", f"{link.loss_percent}%"] if link.loss_percent else []
        return words

    def _client(self, client: Client, home: Borough, wlan: Wlan, stations: tuple[Station, ...]) -> dict[str, Any]:
        password = home.identity.probe.password
        secret = self.material.secrets[password.secret.secret] if password else ""
        values = {
            "ssid": _quoted(wlan.ssid),
            "scan_freq": _frequencies(stations, " "),
            "key_mgmt": " ".join((*(("FT-EAP",) if client.ft else ()), *_SUITES[client.security])),
            "ieee80211w": _PROTECTED[client.security],
            "eap": "PEAP",
            "identity": _quoted(password.user if password else ""),
            "anonymous_identity": _quoted(f"anonymous@{home.realm}"),
            "password": _quoted(secret),
            "phase2": _quoted("auth=MSCHAPV2"),
            "ca_cert": _quoted(f"/run/nodes/{client.name}/ca.pem"),
            "domain_match": _quoted(";".join(home.identity.server_names)),
            "disabled": "1",
        }
        network = "".join(f"\t{key}={value}\n" for key, value in values.items())
        head = f"ctrl_interface=/run/nodes/{client.name}\ncountry={self.network.federation.country}\n"
        trust = "".join(self.material.certificates[name] for name in home.identity.trust)
        files = {"wpa_supplicant.conf": f"{head}network={{\n{network}}}\n", "ca.pem": trust}
        return {"name": client.name, "mac": self.macs[client.name], "files": files}

    def _steps(self, stations: tuple[Station, ...], wlan: Wlan) -> Iterator[dict[str, Any]]:
        by_name = {station.name: station for station in stations}
        for step, former in starts(self.scenario.walk):
            station, start = by_name[step.to], by_name.get(former)
            if start is not None:
                refuse_impossible(step, wlan, start, station)
            yield {
                "do": "join" if start is None else step.how.value,
                "client": step.client,
                "mac": self.macs[step.client],
                "node": station.name,
                "bssid": station.bssid,
                "interface": station.interface,
                "from": None if start is None else [start.name, start.interface],
                "neighbour": candidate(station),
                "forget": step.forget,
                "leave": step.forget or (start is not None and start.mobility_domain != station.mobility_domain),
                "dwell_s": step.dwell_s,
                "kill": list(step.kill),
                "cut": list(step.cut),
                "together": step.together,
                "after_s": step.after_ms / 1000,
                "fails": step.expect is Kind.FAILED,
                "patience_s": step.patience_s,
            }


@dataclass(frozen=True, slots=True)
class _Foot:
    network: str
    address: str
    interface: str = ""


@dataclass(frozen=True, slots=True)
class _Node:
    name: str
    kind: str
    feet: tuple[_Foot, ...]
    files: Mapping[str, bytes] = field(repr=False)
    radios: tuple[tuple[str, str], ...] = ()


def _bridges(nodes: list[_Node]) -> list[str]:
    return list(dict.fromkeys(foot.network for node in nodes for foot in node.feet))


def _neighbours(node: _Node, nodes: list[_Node]) -> Iterator[list[str]]:
    """Yield, for each foot, who else is in its network: a route for each, for boroughs' ranges may overlap.

    Two servers of several boroughs meet in the network of each, and have the one route by the first.
    """
    others = [(other.network, other.address) for one in nodes if one is not node for other in one.feet]
    reached: set[str] = set()
    for foot in node.feet:
        found = [address for network, address in others if network == foot.network and address not in reached]
        reached.update(found)
        yield found


def _configurations(files: Mapping[str, bytes]) -> list[str]:
    """Name the files that an access point's hostapd is started with, the first radio's first."""
    return [str(path) for path in rendered_files(files[DEFAULTS].decode())]


def _frequency(radio: Radio, configuration: str) -> int:
    """Return the MHz of a radio's channel, as the guest runs it."""
    return _STARTS_MHZ[radio.band] + 5 * int(setting(configuration, "channel") or 0)


def _frequencies(stations: tuple[Station, ...], between: str) -> str:
    return between.join(str(one) for one in sorted({station.frequency for station in stations}))


def _no_access_point(name: str, known: list[str]) -> str:
    close = get_close_matches(name, known, 2)
    guess = f": did you mean {' or '.join(close)}?" if close else f"; {len(known)} others are on hostapd"
    return f"the inventory has no access point {name}{guess}"


def _quoted(value: str) -> str:
    """Spell a value for wpa_supplicant, which reads to the line's last quote and knows no escape."""
    return f'"{value}"'

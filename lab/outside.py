"""What stands outside the region: a national proxy, the home servers of the realms behind it, and GovWifi.

They are somebody else's and no inventory manages them, so the lab configures them itself: one FreeRADIUS per upstream
plays proxy and homes, and one plays each of GovWifi's servers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from lab.pki import govwifi_names, outside_names, upstream_names
from lab.topology import FEDERATION, NodeKind
from roaming.model.terms import Transport

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from ipaddress import IPv4Address

    from lab.pki import Material
    from lab.topology import Topology
    from roaming.model.federation import OutsideRealm, Upstream
    from roaming.model.network import Network

DIRECTORY: Final = "/etc/lab-outside"
PID_FILE: Final = "/run/freeradius/outside.pid"
LOG: Final = "/var/log/freeradius/roaming.log"
START: Final = ("freeradius", "-d", DIRECTORY, "-n", "radiusd")

_TEMPLATES: Final = Path(__file__).parent / "templates" / "outside"


@dataclass(frozen=True, slots=True)
class _Client:
    name: str
    address: IPv4Address
    secret: str


@dataclass(frozen=True, slots=True)
class _Home:
    name: str
    pattern: str


def outside_files(network: Network, topology: Topology, material: Material, upstream: Upstream) -> dict[str, str]:
    """Return the files of one upstream's container, by name under `DIRECTORY`; several hold secrets."""
    text = _template("radiusd.conf.j2").render(
        directory=DIRECTORY,
        pid_file=PID_FILE,
        log=LOG,
        clients=_clients(network, topology, material, upstream),
        homes=[_Home(_slug(realm), re.escape(realm.realm)) for realm in upstream.probes],
        tls=upstream.transport is Transport.RADSEC,
    )
    files = {"radiusd.conf": text, "users": _users(upstream, material), "dictionary": ""}
    for realm in upstream.probes:
        files |= _home_files(realm, material)
    if upstream.transport is Transport.RADSEC:
        certificate, key = upstream_names(upstream.name)
        files["upstream.pem"], files["upstream.key"] = material.certificates[certificate], material.secrets[key]
        files["upstream-ca.pem"] = material.certificates[network.federation.trust.ca]
    return files


def govwifi_files(network: Network, topology: Topology, material: Material) -> dict[str, str]:
    """Return the files of each of GovWifi's containers, by name under `DIRECTORY`; several hold secrets."""
    certificate, key = govwifi_names()
    clients = list(_registered(network, topology, material))
    return {
        "radiusd.conf": _template("govwifi.conf.j2").render(directory=DIRECTORY, pid_file=PID_FILE, clients=clients),
        "dictionary": "",
        "govwifi.pem": material.certificates[certificate],
        "govwifi.key": material.secrets[key],
    }


def write_outside(files: Mapping[str, str], directory: Path) -> None:
    """Write the files of a container, for root's eyes only."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, text in files.items():
        path = directory / name
        path.touch(mode=0o600)
        path.write_text(text, encoding="utf-8")


def _template(name: str) -> Template:
    environment = Environment(  # noqa: S701  configuration of a daemon, no HTML
        loader=FileSystemLoader(_TEMPLATES), undefined=StrictUndefined, trim_blocks=True, keep_trailing_newline=True
    )
    return environment.get_template(name)


def _clients(network: Network, topology: Topology, material: Material, upstream: Upstream) -> list[_Client]:
    secret = material.secrets[upstream.secret.secret] if upstream.secret else "radsec"
    links = {hub.name: topology.node(hub.name).link(FEDERATION) for hub in network.hubs}
    return [_Client(name, link.address, secret) for name, link in links.items() if link]


def _registered(network: Network, topology: Topology, material: Material) -> Iterator[_Client]:
    """Yield the locations that something here sends from: GovWifi knows them by source address and secret."""
    seen = {link.real: link.address for node in topology.of_kind(NodeKind.AGENT) for link in node.links}
    for borough in network.boroughs:
        for location in borough.govwifi.locations if borough.govwifi else ():
            secret = material.secrets[location.secret.secret]
            for source in (one for one in location.source_ips if location.from_agent and one in seen):
                yield _Client(f"{borough.slug}-{location.name}", seen[source], secret)


def _slug(realm: OutsideRealm) -> str:
    return realm.realm.replace(".", "-")


def _users(upstream: Upstream, material: Material) -> str:
    """Print FreeRADIUS's `users`: passwords of the lab are letters and digits, so they need no escaping."""
    lines = []
    for realm in upstream.probes:
        password = realm.probe.password
        if password:
            lines.append(f'{password.user} Cleartext-Password := "{material.secrets[password.secret.secret]}"\n')
    return "".join(lines)


def _home_files(realm: OutsideRealm, material: Material) -> dict[str, str]:
    name, (certificate, key) = _slug(realm), outside_names(realm.realm)
    return {
        f"{name}.pem": material.certificates[certificate],
        f"{name}.key": material.secrets[key],
        f"{name}-ca.pem": "".join(material.certificates[authority] for authority in realm.trust),
    }

"""One authentication with `eapol_test` from a container."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.daemons.radius import World

_PEAP = """network={{
 key_mgmt=WPA-EAP
 eap=PEAP
 identity={identity}
 anonymous_identity={outer}
 password={password}
 ca_cert="/run/box/ca.pem"
 phase2="auth=MSCHAPV2"
}}
"""
_TLS = """network={{
 key_mgmt=WPA-EAP
 eap=TLS
 identity={outer}
 ca_cert="/run/box/ca.pem"
 client_cert="/run/box/client.pem"
 private_key="/run/box/client.key"
}}
"""


@dataclass(frozen=True)
class Asking:
    """Who asks where for whom."""

    server: str
    home: str
    outer: str
    client: str = "camden-agent"
    method: str = "peap"
    identity: str | None = None
    password: str | None = None
    extra: tuple[str, ...] = ()


@dataclass(frozen=True)
class Answer:
    """What came back."""

    accepted: bool
    output: str

    @property
    def message(self) -> str | None:
        found = re.search(r"\(Reply-Message\) length=\d+\n +Value: '(.*)'", self.output)
        return found[1] if found else None

    @property
    def vlan(self) -> str | None:
        found = re.search(r"\(Tunnel-Private-Group-Id\) length=\d+\n +Value: ([0-9a-f]+)", self.output)
        return bytes.fromhex(found[1]).decode() if found else None


def secret_of(world: World, client: str) -> str:
    """Return what a client shares with its proxies."""
    agents = {borough.agent.name: borough.agent.secret for borough in world.network.boroughs}
    points = {point.name: point.secret for _, _, point in world.network.access_points()}
    controllers = {controller.name: controller.secret for _, controller in world.network.controllers()}
    return world.material.secrets[str((agents | points | controllers)[client])]


def ask(world: World, asking: Asking, timeout_s: int = 10) -> Answer:
    """Run one authentication; a failure is a value."""
    borough = world.network.boroughs_by_slug[asking.home]
    probe = borough.identity.probe
    assert probe.password
    assert probe.tls
    secrets, certificates = world.material.secrets, world.material.certificates
    password = asking.password if asking.password is not None else secrets[str(probe.password.secret)]
    words = {
        "identity": (asking.identity or probe.password.user).encode().hex(),
        "outer": asking.outer.encode().hex(),
        "password": password.encode().hex(),
    }
    agent = world.boxes["camden-agent"]
    agent.write(
        {
            "/run/box/eapol.conf": (_PEAP if asking.method == "peap" else _TLS).format(**words),
            "/run/box/ca.pem": certificates[borough.identity.trust[0]],
            "/run/box/client.pem": certificates[probe.tls.certificate],
            "/run/box/client.key": secrets[str(probe.tls.key)],
        }
    )
    # fmt: off
    result = agent.run(
        "eapol_test", "-c", "/run/box/eapol.conf", "-a", world.address(asking.server), "-A",
        world.address(asking.client), "-s", secret_of(world, asking.client), "-t", str(timeout_s),
        "-M", "02:00:00:00:00:01", "-N30:s:02-00-0A-07-11-00:govroam", *asking.extra,
    )
    # fmt: on
    return Answer(result.rc == 0, result.out)

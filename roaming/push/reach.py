"""The way into each device, from the inventory's credentials and the secret store."""

from __future__ import annotations

from typing import TYPE_CHECKING

from roaming.transport import Access, LinuxDialler

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager
    from pathlib import Path

    from roaming.model.base import SecretRef
    from roaming.model.borough import Agent, Borough
    from roaming.model.identity import Credentials
    from roaming.model.network import Network
    from roaming.secrets import SecretStore
    from roaming.transport import Session


def logins(network: Network) -> dict[str, tuple[str, Credentials]]:
    """Return the management address and the credentials of every device that we configure, by its name."""
    hubs = ((hub.name, str(hub.management), hub.credentials) for hub in network.hubs)
    servers = ((one.name, str(one.address), one.credentials) for one in network.servers_by_name.values())
    points = ((ap.name, str(ap.address), ap.credentials) for _, _, ap in network.access_points())
    controllers = ((one.name, str(one.address), one.credentials) for _, one in network.controllers())
    devices = (*hubs, *servers, *points, *controllers)
    return {name: (address, credentials) for name, address, credentials in devices}


def access(device: str, network: Network, store: SecretStore, known_hosts: Path | None) -> Access:
    """Return the way into a device; raises SecretError when its key or password cannot be resolved."""
    address, credentials = logins(network)[device]
    return access_to(device, address, credentials, store, known_hosts)


def worker(borough: Borough, store: SecretStore, known_hosts: Path | None) -> Access | None:
    """Return the way into the machine through which a borough's devices are reached; None where they are directly.

    Raises SecretError when its key cannot be resolved.
    """
    one = borough.worker
    return None if one is None else access_to(one.name, str(one.address), one.credentials, store, known_hosts)


def agent_sessions(store: SecretStore, known_hosts: Path | None) -> Callable[[Agent], AbstractContextManager[Session]]:
    """Return what logs in to an agent and hangs up.

    It raises SecretError when the agent's key cannot be resolved, and TransportError when there is no way in.
    """

    def open_session(agent: Agent) -> AbstractContextManager[Session]:
        access = access_to(agent.name, str(agent.address), agent.credentials, store, known_hosts)
        return LinuxDialler().open(access)

    return open_session


def access_to(
    device: str, address: str, credentials: Credentials, store: SecretStore, known_hosts: Path | None
) -> Access:
    """Return the way to an address with given credentials."""

    def value(reference: SecretRef | None) -> str | None:
        return None if reference is None else store.secret(reference.secret)

    return Access(
        device=device,
        host=address,
        port=credentials.port,
        user=credentials.user,
        password=value(credentials.password),
        key=value(credentials.key),
        host_key=credentials.host_key,
        known_hosts=known_hosts,
        enable=value(credentials.enable),
    )

"""`roam ansible-inventory`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from roaming.cli.options import DEFAULT_INVENTORY, InventoryOption
from roaming.errors import PushError
from roaming.load import load
from roaming.model.bundle import DeviceKind
from roaming.push import logins
from roaming.render import render

if TYPE_CHECKING:
    from roaming.model.bundle import DeviceBundle
    from roaming.model.identity import Credentials
    from roaming.model.network import Network

HostVariables: TypeAlias = "dict[str, str | int]"

_KINDS = {
    DeviceKind.RADIUS_SERVER: "radius_servers",
    DeviceKind.HUB: "hubs",
    DeviceKind.CONTROLLER: "controllers",
    DeviceKind.ACCESS_POINT: "access_points",
}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("ansible-inventory")(ansible_inventory)


def ansible_inventory(
    inventory: InventoryOption = DEFAULT_INVENTORY,
    host: Annotated[str | None, typer.Option("--host", help="The variables of one device.")] = None,
    *,
    everything: Annotated[bool, typer.Option("--list", help="All groups and devices.")] = False,
) -> None:
    """Print the devices as an inventory for Ansible, for teams with playbooks of their own; no secret is in it.

    Groups are the boroughs, `federation`, and the kinds of devices. Ansible wants underscores where our names have
    hyphens: tower-hamlets is tower_hamlets.

    Example: ansible-inventory -i playbooks/inventory/roam --graph
    """
    if everything == (host is not None):
        message = "give either --list or --host NAME"
        raise typer.BadParameter(message)
    document = as_ansible(load(inventory).network)
    typer.echo(json.dumps(document if host is None else _host(document, host), indent=2))


def as_ansible(network: Network) -> dict[str, object]:
    """Return the inventory in the form of Ansible's scripts, each device's variables under `_meta`."""
    ways = logins(network)
    groups: dict[str, list[str]] = {}
    variables: dict[str, HostVariables] = {}
    for device in render(network).devices:
        variables[device.name] = _variables(device, *ways[device.name])
        for group in (group_name(device.owner), _KINDS[device.kind]):
            groups.setdefault(group, []).append(device.name)
    return {
        "_meta": {"hostvars": variables},
        "all": {"children": sorted(groups)},
        **{name: {"hosts": sorted(hosts)} for name, hosts in sorted(groups.items())},
    }


def group_name(slug: str) -> str:
    """Return a slug as Ansible wants a group's name: a hyphen is none of its letters."""
    return slug.replace("-", "_")


def _variables(device: DeviceBundle, address: str, credentials: Credentials) -> HostVariables:
    return {
        "ansible_host": address,
        "ansible_port": credentials.port,
        "ansible_user": credentials.user,
        "borough": device.owner,
        "site": device.site,
        "platform": device.target,
        "version": device.version,
    }


def _host(document: dict[str, object], name: str) -> HostVariables:
    meta = document["_meta"]
    variables: dict[str, HostVariables] = meta["hostvars"] if isinstance(meta, dict) else {}
    if name not in variables:
        message = f"the inventory has no device {name}"
        raise PushError(message)
    return variables[name]

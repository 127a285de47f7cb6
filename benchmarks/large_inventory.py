"""London with any number of access points, for measurements."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

import yaml

if TYPE_CHECKING:
    from pathlib import Path

_HOSTS = 250
_FIRST_NETWORK = 100


@dataclass
class _Counters:
    """What has to be unique: MAC addresses everywhere, addresses and names within a borough."""

    devices: count[int]
    hosts: count[int]


def grow(inventory: Path, target: Path, access_points: int) -> None:
    """Copy an inventory to `target`, with `access_points` of them spread evenly over its buildings."""
    (target / "boroughs").mkdir(parents=True)
    for name in ("federation.yml", "wlans.yml"):
        # libyaml speaks YAML 1.1, where a bare off is false.
        text = (inventory / name).read_text(encoding="utf-8").replace(": off", ': "off"')
        (target / name).write_text(text, encoding="utf-8")
    files = sorted((inventory / "boroughs").glob("*.yml"))
    boroughs = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in files]
    sites = sum(1 for borough in boroughs for site in borough["sites"] if site.get("access_points"))
    each, more = divmod(access_points, sites)
    counts = iter([each + 1] * more + [each] * (sites - more))
    devices = count(1)
    for number, (file, borough) in enumerate(zip(files, boroughs, strict=True), 1):
        counters = _Counters(devices, count())
        for site in borough["sites"]:
            if site.get("access_points"):
                pattern = site["access_points"][0]
                site["access_points"] = [_copy(pattern, number, counters) for _ in range(next(counts))]
        text = yaml.dump(borough, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True)
        (target / "boroughs" / file.name).write_text(text, encoding="utf-8")


def _copy(pattern: dict[str, Any], borough: int, counters: _Counters) -> dict[str, Any]:
    """Return an access point like another, with a name and addresses of its own."""
    device, host = next(counters.devices), next(counters.hosts)
    network, last = divmod(host, _HOSTS)
    octets = f"{device >> 16 & 0xFF:02x}:{device >> 8 & 0xFF:02x}:{device & 0xFF:02x}"
    radios = [radio | {"bssid": f"06:{index:02x}:{octets}:00"} for index, radio in enumerate(pattern["radios"])]
    # A deep copy: what stands twice would be written as an alias, which the loader refuses.
    return copy.deepcopy(pattern) | {
        "name": f"{pattern['name']}-{host}",
        "address": f"10.{borough}.{_FIRST_NETWORK + network}.{last + 1}",
        "ethernet_mac": f"02:ff:ff:{octets}",
        "radios": radios,
        "secret": {"secret": f"{pattern['secret']['secret']}-{host}"},
    }

"""The tables of simulated controllers, made from a list of access points: repeatable, and as large as wanted.

The numbers are those that the vendors' MIBs give these tables (docs/snmp.md); no real controller was compared.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from lab.devices.snmp import ber

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from lab.devices.snmp.ber import Oid

Cell = tuple["Oid", bytes]
SYS_OBJECT_ID: Final = ber.oid("1.3.6.1.2.1.1.2.0")
_CISCO: Final = ber.oid("1.3.6.1.4.1.14179.2")
_LWAPP: Final = ber.oid("1.3.6.1.4.1.9.9.513.1.1.1.1")
_ARUBA: Final = ber.oid("1.3.6.1.4.1.14823.2.2.1")
_LINUX: Final = ber.oid("1.3.6.1.2.1.67.1.2.1.1.4.1")
_ACCOUNTING: Final = ber.oid("1.3.6.1.2.1.67.2.2.1.1.4.1")
_PROCESSES: Final = ber.oid("1.3.6.1.4.1.2021.2.1")
_STATIONS: Final = ber.oid("1.2.840.10036")
RADIOS: Final = 2
_PER_CLIENT: Final = 7


class Model(StrEnum):
    """What is simulated."""

    CATALYST_9800 = "catalyst-9800"
    AIREOS = "aireos"
    LWAPP = "lwapp"
    ARUBA = "aruba"
    LINUX = "linux"


_MODELS: Final[Mapping[Model, Oid]] = {
    Model.CATALYST_9800: ber.oid("1.3.6.1.4.1.9.1.2530"),
    Model.AIREOS: ber.oid("1.3.6.1.4.1.9.1.2170"),
    Model.LWAPP: ber.oid("1.3.6.1.4.1.9.1.1645"),
    Model.ARUBA: ber.oid("1.3.6.1.4.1.14823.1.1.53"),
    Model.LINUX: ber.oid("1.3.6.1.4.1.8072.3.2.10"),
}


@dataclass(frozen=True, slots=True)
class Population:
    """What a controller serves: access points by name, SSIDs, addresses of RADIUS servers.

    `accounting` are the addresses of those for accounting, which only an access point by itself tells of.
    `radio_macs` are the access points' base radio MACs by name; one that has none there gets one by its place.
    `lost` are those that left a Cisco controller: it has no radios of them, and others have taken their clients.
    """

    access_points: Sequence[str]
    ssids: Sequence[str] = ("govroam",)
    servers: Sequence[str] = ("10.7.0.11", "10.7.0.12")
    accounting: Sequence[str] = ()
    radio_macs: Mapping[str, Oid] = field(default_factory=dict)
    lost: frozenset[str] = frozenset()


def cells(model: Model, population: Population) -> dict[Oid, bytes]:
    """Return every cell of a device, encoded."""
    made = {SYS_OBJECT_ID: ber.object_id(_MODELS[model])}
    make = {Model.ARUBA: _aruba, Model.LWAPP: _lwapp, Model.LINUX: _linux}.get(model, _airespace)
    made.update(make(population))
    return made


def up_cell(model: Model, place: int, *, up: bool) -> Cell:
    """Return the cell that says whether an access point is up, by its place in the population."""
    if model is Model.LINUX:
        return (*_PROCESSES, 100, 1), ber.integer(0 if up else 1)
    column = {Model.ARUBA: (*_ARUBA, 5, 2, 1, 4, 1, 19), Model.LWAPP: (*_LWAPP, 38)}.get(model, (*_CISCO, 2, 1, 1, 6))
    return (*column, *_mac(place)), _up(up=up)


def _up(*, up: bool) -> bytes:
    return ber.integer(1 if up else 2)


def _mac(place: int) -> Oid:
    """Return an access point's base radio MAC, of a locally administered range."""
    return (2, 0, 10, place >> 16 & 255, place >> 8 & 255, place & 255)


def _airespace(population: Population) -> Iterator[Cell]:
    moved = [_moved(population, slot) for slot in range(RADIOS)]
    for place, name in enumerate(population.access_points):
        mac = population.radio_macs.get(name) or _mac(place)
        yield (*_CISCO, 2, 1, 1, 3, *mac), ber.octets(name)
        yield (*_CISCO, 2, 1, 1, 6, *mac), _up(up=name not in population.lost)
        for slot in range(RADIOS) if name not in population.lost else ():
            busy = (place + slot) * _PER_CLIENT % 101 + moved[slot] * _PER_CLIENT
            yield (*_CISCO, 2, 13, 1, 3, *mac, slot), ber.integer(min(busy, 100))
            yield (*_CISCO, 2, 13, 1, 4, *mac, slot), ber.integer(_clients(place, slot) + moved[slot])
    for number, ssid in enumerate(population.ssids, 1):
        yield (*_CISCO, 1, 1, 1, 2, number), ber.octets(ssid)
        yield (*_CISCO, 1, 1, 1, 38, number), ber.counter(number * 10)
    for number, address in enumerate(population.servers, 1):
        yield (*_CISCO, 5, 1, 1, 2, number), ber.ip_address(address)
        yield (*_CISCO, 5, 3, 1, 6, number), ber.ticks(number)
        for column in (7, 8, 9, 10, 15):
            yield (*_CISCO, 5, 3, 1, column, number), ber.counter(column * 100 + number)


def _clients(place: int, slot: int) -> int:
    return (place + slot) % 40


def _moved(population: Population, slot: int) -> int:
    """Return how many clients of lost access points each of the others has taken, rounded up."""
    places = [place for place, name in enumerate(population.access_points) if name in population.lost]
    others = len(population.access_points) - len(places)
    return -(-sum(_clients(place, slot) for place in places) // others) if others else 0


def _lwapp(population: Population) -> Iterator[Cell]:
    for place, name in enumerate(population.access_points):
        yield (*_LWAPP, 5, *_mac(place)), ber.octets(name)
        yield up_cell(Model.LWAPP, place, up=True)


def _aruba(population: Population) -> Iterator[Cell]:
    wlan = (*_ARUBA, 5)
    for place, name in enumerate(population.access_points):
        mac = _mac(place)
        yield (*wlan, 2, 1, 4, 1, 3, *mac), ber.octets(name)
        yield up_cell(Model.ARUBA, place, up=True)
        for radio in range(1, RADIOS + 1):
            yield (*wlan, 2, 1, 5, 1, 7, *mac, radio), ber.integer((place + radio) % 40)
            yield (*wlan, 3, 1, 6, 1, 37, *mac, radio), ber.integer((place + radio) * 7 % 101)
    for number, ssid in enumerate(population.ssids, 1):
        yield (*wlan, 2, 1, 8, 1, 2, *_string(ssid)), ber.gauge(number * 10)
    for number, address in enumerate(population.servers, 1):
        server = _string(f"server-{number}")
        yield (*_ARUBA, 8, 1, 1, 1, 3, *server), ber.octets(address)
        yield (*_ARUBA, 8, 1, 1, 1, 13, *server), ber.integer(number * 10)
        for column in (9, 10, 11, 12):
            yield (*_ARUBA, 8, 1, 1, 1, column, *server), ber.counter(column * 100 + number)


def _linux(population: Population) -> Iterator[Cell]:
    yield (*_PROCESSES, 1, 1), ber.integer(1)
    yield (*_PROCESSES, 2, 1), ber.octets("hostapd")
    yield up_cell(Model.LINUX, 0, up=True)
    for number, ssid in enumerate(population.ssids, 1):
        yield (*_STATIONS, 1, 1, 1, 9, number), ber.octets(ssid)
        yield (*_STATIONS, 2, 2, 1, 16, number), ber.gauge(number * 10)
    for number, address in enumerate(population.servers, 1):
        yield (*_LINUX, 2, number), ber.integer(1)
        yield (*_LINUX, 3, number), ber.octets(bytes(int(part) for part in address.split(".")))
        yield (*_LINUX, 5, number), ber.ticks(number)
        for column in (6, 7, 8, 9, 14):
            yield (*_LINUX, column, number), ber.counter(column * 100 + number)
    for number, address in enumerate(population.accounting, 1):
        yield (*_ACCOUNTING, 2, number), ber.integer(1)
        yield (*_ACCOUNTING, 3, number), ber.octets(bytes(int(part) for part in address.split(".")))
        yield (*_ACCOUNTING, 5, number), ber.ticks(number * 2)
        for column in (6, 7, 8, 12):
            yield (*_ACCOUNTING, column, number), ber.counter(column * 1000 + number)


def _string(text: str) -> Oid:
    """Return a string as an index: its length, then its octets (RFC 2578 §7.7)."""
    data = text.encode()
    return (len(data), *data)

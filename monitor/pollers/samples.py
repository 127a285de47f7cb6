"""Cells of tables to samples: pure, and clamped to what the inventory knows.

A row of an access point or a server that the inventory does not name makes no label, so it makes no sample; SSIDs that
are not ours are one, `other`. A cell that is no number where one is wanted is absent.
"""

from __future__ import annotations

from collections import defaultdict
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING, Final

from monitor.pollers.profile import Rows
from monitor.sample import Sample, family

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from monitor.pollers.device import Device, KnownAccessPoint
    from monitor.pollers.profile import Column, Profile, Table
    from monitor.pollers.reader import Value
    from monitor.sample import Family

    Cells = Mapping[str, Mapping[str, Value]]
    Labels = tuple[str, ...]
    Name = Callable[[str], Labels | None]

OTHER: Final = "other"
_UP: Final = family("roaming_access_point_up")


def samples(profile: Profile, device: Device, cells: Cells) -> tuple[Sample, ...]:
    """Return what a profile makes of the cells of a device, by column and index. Nothing in them raises."""
    made: list[Sample] = []
    totals: dict[tuple[Family, Labels], float] = defaultdict(float)
    points = _listed(profile, device, cells)
    for table in profile.tables:
        name = _namer(table, device, cells, points)
        for column in table.columns:
            made += _column(column, cells.get(column.oid, {}), name)
            if column.total:
                _add_up(table, column, cells, points, totals)
    if any(cells.values()):
        made += _missing(profile, device, points)
    return tuple(_once((*made, *(Sample(metric, labels, value) for (metric, labels), value in totals.items()))))


def _listed(profile: Profile, device: Device, cells: Cells) -> Mapping[str, KnownAccessPoint]:
    """Return the access points that the device lists and we know, by index; for one by itself under no index."""
    if device.standalone:
        return {"": device.access_points[0]} if device.access_points else {}
    found: dict[str, KnownAccessPoint] = {}
    for table in profile.tables:
        if table.rows is Rows.ACCESS_POINTS and table.name:
            for index, value in cells.get(table.name, {}).items():
                known = device.by_name.get(_text(value).casefold())
                if known:
                    found[index] = known
    return found


def _namer(table: Table, device: Device, cells: Cells, points: Mapping[str, KnownAccessPoint]) -> Name:
    """Return what makes labels of a row's index; None for a row that has none."""
    names = cells.get(table.name, {}) if table.name else {}
    match table.rows:
        case Rows.ACCESS_POINTS:
            labels = {index: point.labels for index, point in points.items()}
            return labels.get
        case Rows.RADIOS:
            return lambda index: _radio(index, points)
        case Rows.SSIDS:
            return lambda index: (device.name, device.owner, _ssid(index, names, device, own_name=bool(table.name)))
        case Rows.RADIUS_SERVERS:
            addresses = cells.get(table.address or "", {})
            return lambda index: _server(addresses.get(index), device)
        case Rows.DEVICE:
            mine = points[""].labels if "" in points else None
            return lambda index: mine if table.only is None or _text(names.get(index, b"")) == table.only else None


def _radio(index: str, points: Mapping[str, KnownAccessPoint]) -> Labels | None:
    point, _, radio = index.rpartition(".")
    known = points.get(point)
    return (*known.labels, radio) if known else None


def _ssid(index: str, names: Mapping[str, Value], device: Device, *, own_name: bool) -> str:
    said = _text(names.get(index, b"")) if own_name else _string(index)
    return said if said in device.ssids else OTHER


def _server(address: Value | None, device: Device) -> Labels | None:
    if address is None:
        return None
    name = device.servers.get(_address(address))
    return (device.name, device.owner, name) if name else None


def _column(column: Column, values: Mapping[str, Value], name: Name) -> Iterator[Sample]:
    """Yield a sample for each row; rows of one name, which only SSIDs have, are one: a sum."""
    metric = family(column.metric)
    summed = metric.name == "roaming_ssid_clients"
    together: dict[Labels, float] = {}
    for index, value in values.items():
        labels = name(index)
        number = _number(value)
        if labels is None or number is None:
            continue
        if summed:
            together[labels] = together.get(labels, 0.0) + number
        else:
            yield Sample(metric, labels, _scaled(column, number))
    for labels, number in together.items():
        yield Sample(metric, labels, _scaled(column, number))


def _add_up(
    table: Table,
    column: Column,
    cells: Cells,
    points: Mapping[str, KnownAccessPoint],
    totals: dict[tuple[Family, Labels], float],
) -> None:
    """Add the numbers of an access point's rows up: its radios, or all rows of one by itself."""
    metric = family(column.total or column.metric)
    for index, value in cells.get(column.oid, {}).items():
        point = points.get(index.rpartition(".")[0] if table.rows is Rows.RADIOS else "")
        number = _number(value)
        if point and number is not None:
            totals[metric, point.labels] += _scaled(column, number)


def _missing(profile: Profile, device: Device, points: Mapping[str, KnownAccessPoint]) -> Iterator[Sample]:
    """Yield 0 for each access point that is a controller's own in the inventory and that it does not list."""
    if device.standalone or all(table.rows is not Rows.ACCESS_POINTS for table in profile.tables):
        return
    there = {point.name for point in points.values()} | device.guests
    yield from (Sample(_UP, point.labels, 0.0) for point in device.access_points if point.name not in there)


def _once(made: tuple[Sample, ...]) -> Iterator[Sample]:
    """Yield no series twice: two rows of a device may bear one name."""
    seen: set[tuple[str, Labels]] = set()
    for sample in made:
        key = (sample.family.name, sample.labels)
        if key not in seen:
            seen.add(key)
            yield sample


def _scaled(column: Column, number: float) -> float:
    if column.one_when is not None:
        return 1.0 if number in column.one_when else 0.0
    return number if column.scale == 1 else number * column.scale


def _number(value: Value) -> float | None:
    """Return a number, never a negative one: no column that is read can be."""
    if isinstance(value, (int, float)):
        return float(value) if value >= 0 else None
    return None


def _text(value: Value) -> str:
    return value.decode("utf-8", "replace").strip() if isinstance(value, bytes) else str(value).strip()


def _string(index: str) -> str:
    """Read a string that is an index: its length, then its octets (RFC 2578 §7.7)."""
    size, *rest = (int(part) for part in index.split("."))
    if size != len(rest) or any(octet > 255 for octet in rest):  # noqa: PLR2004  an octet's most
        return ""
    return bytes(rest).decode("utf-8", "replace")


def _address(value: Value) -> str:
    """Read an IpAddress, an InetAddress of 4 or 16 octets (RFC 4001), or an address in words."""
    if isinstance(value, bytes) and len(value) == 4:  # noqa: PLR2004  the size of an IPv4 address
        return str(IPv4Address(value))
    if isinstance(value, bytes) and len(value) == 16:  # noqa: PLR2004  of an IPv6 address
        return str(IPv6Address(value))
    return _text(value)

"""Cells of tables to samples: pure, and clamped to what the inventory knows.

A row of an access point or a server that the inventory does not name makes no label, so it makes no sample; SSIDs that
are not ours are one, `other`. A cell that is no number where one is wanted is absent.
"""

from __future__ import annotations

from collections import defaultdict
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING, Final

from monitor.pollers.profile import Rows
from monitor.sample import OTHER, Sample, family

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from monitor.pollers.device import Device, KnownAccessPoint
    from monitor.pollers.profile import Column, Profile, Table
    from monitor.pollers.reader import Value

    Cells = Mapping[str, Mapping[str, Value]]
    Labels = tuple[str, ...]
    Name = Callable[[str], Labels | None]

_UP: Final = family("roaming_access_point_up")


def samples(profile: Profile, device: Device, cells: Cells) -> tuple[Sample, ...]:
    """Return what a profile makes of the cells of a device, by column and index. Nothing in them raises."""
    made: list[Sample] = []
    points = _listed(profile, device, cells)
    for table in profile.tables:
        name = _namer(table, device, cells, points)
        for column in table.columns:
            numbers = _numbers(column, _meaningful(column, cells), name, summed=table.rows is Rows.SSIDS)
            made += _samples(column.metric, numbers)
            if column.total:
                made += _samples(column.total, _added_up(table, numbers, points))
    if _lists(profile, cells):
        made += _missing(device, points)
    return tuple(made)


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


def _meaningful(column: Column, cells: Cells) -> Mapping[str, Value]:
    """Return a column without the rows in which its number says nothing."""
    values = cells.get(column.oid, {})
    if column.needs is None:
        return values
    needed = cells.get(column.needs, {})
    return {index: value for index, value in values.items() if needed.get(index)}


def _numbers(column: Column, values: Mapping[str, Value], name: Name, *, summed: bool) -> dict[Labels, float]:
    """Return a column's numbers by labels. Of rows with one name the last counts, or where it is said their sum."""
    numbers: dict[Labels, float] = {}
    ones, scale = column.one_when, column.scale
    for index, value in values.items():
        labels = name(index)
        # No column that is read can be negative.
        if labels is None or not isinstance(value, (int, float)) or value < 0:
            continue
        number = value * scale if ones is None else float(value in ones)
        numbers[labels] = number + numbers.get(labels, 0.0) if summed else number
    return numbers


def _samples(metric: str, numbers: Mapping[Labels, float]) -> list[Sample]:
    found = family(metric)
    return [Sample(found, labels, number) for labels, number in numbers.items()]


def _added_up(
    table: Table, numbers: Mapping[Labels, float], points: Mapping[str, KnownAccessPoint]
) -> Mapping[Labels, float]:
    """Add the numbers of an access point's rows up: those of its radios, or all rows of one by itself."""
    totals: dict[Labels, float] = defaultdict(float)
    mine = points[""].labels if "" in points else None
    for labels, number in numbers.items():
        point = labels[:3] if table.rows is Rows.RADIOS else mine
        if point:
            totals[point] += number
    return totals


def _lists(profile: Profile, cells: Cells) -> bool:
    """Tell whether a device listed any access point: a view (RFC 3415) may hide that table and show the others."""
    return any(cells.get(table.name or "") for table in profile.tables if table.rows is Rows.ACCESS_POINTS)


def _missing(device: Device, points: Mapping[str, KnownAccessPoint]) -> Iterator[Sample]:
    """Yield 0 for each access point that is a controller's own in the inventory and that it does not list."""
    if device.standalone:
        return
    there = {point.name for point in points.values()} | device.guests
    yield from (Sample(_UP, point.labels, 0.0) for point in device.access_points if point.name not in there)


def _text(value: Value) -> str:
    return value.decode("utf-8", "replace").strip() if isinstance(value, bytes) else str(value).strip()


def _string(index: str) -> str:
    """Read a string that is an index: its length, then its octets (RFC 2578 §7.7)."""
    size, *rest = (int(part) for part in (index or "0").split("."))
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

"""From the files of an access point with hostapd to the inventory: radios, uplink, VLANs; the rest a push would change.

Its files are ours as a whole, so nothing can be left to the borough: what the inventory cannot say is listed, with
what a push would make of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from pydantic import ValidationError

from roaming.adopt.adoption import Adoption, Fill, Left
from roaming.adopt.sheet import Sheet
from roaming.adopt.written import checked, quoted
from roaming.errors import AdoptionError
from roaming.model.site import AccessPoint, Radio
from roaming.model.terms import Band
from roaming.render.hostapd import access_points
from roaming.targets.hostapd import CONFIG, DEFAULTS, DIRECTORY, HOSTAPD
from roaming.targets.hostapd_conf import Bss, read

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from roaming.load import Inventory
    from roaming.model.borough import Borough
    from roaming.model.bundle import File, Slot
    from roaming.model.network import Network
    from roaming.model.site import Site, SiteVlans

_ROLES: Final = ("staff", "visitors")
# hostapd has more secrets than those that we mask by name: what sounds like one and is not ours is not shown.
_SECRET_KEY: Final = re.compile(r"pass|psk|secret|key|pin|pwd|pw$")
_CLASSES_6: Final = {"131": 20, "132": 40, "133": 80, "134": 160}


def adopt_access_point(inventory: Inventory, name: str, text: str, files: Mapping[str, str]) -> Adoption:
    """Return the borough's file with what an access point runs; `files` are its files by path, secrets and all.

    Raises `AdoptionError` when what was read cannot be written into it, and `RenderError` when it cannot be rendered.
    """
    return _Work.of(inventory.network, name, files).adoption(inventory, text)


@dataclass(frozen=True)
class _Work:
    """An access point in its network, and its files."""

    network: Network
    at: tuple[int, int, int]
    files: Mapping[str, str]

    @classmethod
    def of(cls, network: Network, name: str, files: Mapping[str, str]) -> _Work:
        for place, borough in enumerate(network.boroughs):
            for number, site in enumerate(borough.sites):
                for index, ap in enumerate(site.access_points):
                    if ap.name == name and isinstance(ap, AccessPoint):
                        return cls(network, (place, number, index), files)
        message = f"{name} is no standalone access point of the inventory"
        raise AdoptionError(message)

    @property
    def borough(self) -> Borough:
        return self.network.boroughs[self.at[0]]

    @property
    def site(self) -> Site:
        return self.borough.sites[self.at[1]]

    @property
    def ap(self) -> AccessPoint:
        ap = self.site.access_points[self.at[2]]
        if not isinstance(ap, AccessPoint):
            message = f"{ap.name} has a controller: adopt that"
            raise AdoptionError(message)
        return ap

    def adoption(self, inventory: Inventory, text: str) -> Adoption:
        running = {path: read(self.files[path]) for path in self._paths()}
        radios, strange = _radios(running)
        ap = self._filled(radios, running)
        borough = self._with(ap, self._vlans(running))
        file = inventory.marks.boroughs[self.at[0]].file
        after = self._written(borough, text, file)
        wanted = self._rendered(borough)
        left = (*strange, *_networks(running, wanted), *_files(self.files, wanted))
        same = tuple(
            path for path in wanted if path in self.files and not any(one.what.startswith(path) for one in left)
        )
        return Adoption(
            device=self.ap.name,
            file=f"boroughs/{borough.slug}.yml",
            before=text,
            after=after,
            adopted=(*_changes(self, borough, radios), *same) if radios else (),
            left=left,
            secrets=tuple(_fills(wanted, running)),
        )

    def _paths(self) -> tuple[str, ...]:
        """Return the files of the radios, in the order in which hostapd gets them."""
        there = [path for path in self.files if re.fullmatch(rf"{DIRECTORY}/hostapd.*\.conf", path)]
        named = re.findall(rf"{DIRECTORY}/hostapd\S*?\.conf", self.files.get(DEFAULTS, ""))
        order = dict.fromkeys(
            (*(path for path in named if path in there), *sorted(there, key=lambda path: path != CONFIG))
        )
        return tuple(order)

    def _filled(self, radios: tuple[Radio, ...], running: Mapping[str, tuple[Bss, ...]]) -> AccessPoint:
        changes: dict[str, object] = {"radios": radios} if radios else {}
        bsses = [bss for found in running.values() for bss in found]
        uplinks = {bss.value("vlan_tagged_interface") for bss in bsses} - {None}
        if len(uplinks) == 1:
            changes["uplink"] = uplinks.pop()
        identifier = next((found for bss in bsses if (found := bss.value("nas_identifier"))), None)
        if identifier is not None:
            changes["nas_identifier"] = None if identifier == self.ap.name else identifier
        return _valid(self.ap, changes)

    def _vlans(self, running: Mapping[str, tuple[Bss, ...]]) -> SiteVlans:
        """Return the site's VLANs, as far as the files of all networks agree on which is whose."""
        by_ssid = {wlan.ssid: wlan for wlan in self.network.wlans}
        fixed: set[int] = set()
        both: set[frozenset[int]] = set()
        for bss in (bss for found in running.values() for bss in found):
            bridge = re.fullmatch(r"brvlan([0-9]+)", bss.value("bridge") or "")
            if bss.value("dynamic_vlan") in {"1", "2"}:
                both.add(_listed(self.files.get(bss.value("vlan_file") or "", "")))
            elif bridge and (wlan := by_ssid.get(bss.ssid or "")) and wlan.vlans.visitors == "visitors":
                fixed.add(int(bridge[1]))
        return _agreed(self.site.vlans, fixed, both)

    def _with(self, ap: AccessPoint, vlans: SiteVlans) -> Borough:
        points = list(self.site.access_points)
        points[self.at[2]] = ap
        sites = list(self.borough.sites)
        sites[self.at[1]] = self.site.model_copy(update={"access_points": tuple(points), "vlans": vlans})
        return self.borough.model_copy(update={"sites": tuple(sites)})

    def _written(self, borough: Borough, text: str, file: str) -> str:
        sheet = Sheet(text, file)
        _, number, index = self.at
        site, old = borough.sites[number], self.ap
        new = site.access_points[index]
        here = ("sites", number, "access_points", index)
        if isinstance(new, AccessPoint):
            if new.radios != old.radios:
                spelled = [_radio(radio) for radio in new.radios]
                sheet.set_block(here, "radios", [f"- {one}" for one in spelled], f"[{', '.join(spelled)}]")
            if new.uplink != old.uplink:
                sheet.set(here, "uplink", new.uplink)
            if new.identifier != old.identifier:
                sheet.set(here, "nas_identifier", quoted(new.identifier))
        for role in _ROLES:
            if getattr(site.vlans, role) != getattr(self.site.vlans, role):
                sheet.set(("sites", number, "vlans", role), "id", str(getattr(site.vlans, role).id))
        after = sheet.edited()
        checked(after, file, borough)
        return after

    def _rendered(self, borough: Borough) -> dict[str, File]:
        boroughs = list(self.network.boroughs)
        boroughs[self.at[0]] = borough
        devices = access_points(replace(self.network, boroughs=tuple(boroughs)))
        device = next(one for one in devices if one.name == self.ap.name)
        return {file.path: file for file in device.files}


def _valid(ap: AccessPoint, changes: dict[str, object]) -> AccessPoint:
    try:
        return AccessPoint.model_validate({**dict(ap), **changes})
    except ValidationError as error:
        message = f"{ap.name}: what it runs does not fit the inventory: {error.errors()[0]['msg']}"
        raise AdoptionError(message) from None


def _radios(running: Mapping[str, tuple[Bss, ...]]) -> tuple[tuple[Radio, ...], tuple[Left, ...]]:
    """Return the radios that the inventory can describe, and those that it cannot."""
    radios: list[Radio] = []
    left: list[Left] = []
    for path, bsses in running.items():
        radio = _radio_of(bsses[0]) if bsses else None
        if radio is None:
            left.append(Left(path, "it is of no radio that the inventory can describe: band, channel, width and bssid"))
        else:
            radios.append(radio)
    return tuple(radios), tuple(left)


def _radio_of(first: Bss) -> Radio | None:
    try:
        return Radio.model_validate(
            {
                "band": _band(first),
                "channel": int(first.value("channel") or 0),
                "width_mhz": _width(first),
                "interface": first.interface,
                "bssid": (first.value("bssid") or "").lower(),
            }
        )
    except (ValidationError, ValueError):
        return None


def _band(first: Bss) -> Band:
    if first.value("op_class") in _CLASSES_6:
        return Band.GHZ_6
    return Band.GHZ_5 if first.value("hw_mode") == "a" else Band.GHZ_2_4


def _width(first: Bss) -> int:
    by_class = _CLASSES_6.get(first.value("op_class") or "")
    if by_class is not None:
        return by_class
    wide = {"1": 80, "2": 160}.get(first.value("vht_oper_chwidth") or first.value("he_oper_chwidth") or "")
    return wide or (40 if "[HT40" in (first.value("ht_capab") or "") else 20)


def _listed(vlan_file: str) -> frozenset[int]:
    """Return the VLANs of a hostapd.vlan file."""
    words = (line.split()[0] for line in vlan_file.splitlines() if line.strip() and not line.startswith("#"))
    return frozenset(int(word) for word in words if word.isdecimal())


def _agreed(known: SiteVlans, fixed: set[int], both: set[frozenset[int]]) -> SiteVlans:
    """Return the VLANs that are told without doubt: visitors by a bridge of theirs, staff as the other of two."""
    ids = {role: getattr(known, role).id for role in _ROLES}
    pair = next(iter(both)) if len(both) == 1 else frozenset()
    if len(fixed) == 1:
        ids["visitors"] = next(iter(fixed))
    others = [role for role in _ROLES if ids[role] not in pair]
    spare = pair - set(ids.values())
    if len(pair) == len(_ROLES) and len(others) == len(spare) == 1:
        ids[others[0]] = next(iter(spare))
    return known.model_copy(update={role: getattr(known, role).model_copy(update={"id": ids[role]}) for role in _ROLES})


def _networks(running: Mapping[str, tuple[Bss, ...]], wanted: Mapping[str, File]) -> Iterator[Left]:
    """Yield every setting that a push would change, network by network."""
    for path, found in running.items():
        if path not in wanted:
            continue
        here = {bss.interface: bss for bss in read(HOSTAPD.redact(wanted[path].text()))}
        there = {bss.interface: replace(bss, settings=_masked(bss)) for bss in found}
        for interface in dict.fromkeys((*there, *here)):
            yield from _network(f"{path}: {interface}", there.get(interface), here.get(interface))


def _masked(bss: Bss) -> dict[str, tuple[str, ...]]:
    lines = {key: [f"{key}={value}" for value in values] for key, values in bss.settings.items()}
    return {key: tuple(HOSTAPD.redact(line).removeprefix(f"{key}=") for line in found) for key, found in lines.items()}


def _network(where: str, there: Bss | None, here: Bss | None) -> Iterator[Left]:
    if here is None and there is not None:
        yield Left(
            where, f"the SSID {there.ssid} is none of the site's WLANs on this band: a push takes it off the air"
        )
    elif there is None and here is not None:
        yield Left(where, f"it does not offer the SSID {here.ssid}: a push begins to")
    elif there is not None and here is not None and there.ssid != here.ssid:
        yield Left(where, f"its SSID is {there.ssid} there and {here.ssid} here: a push makes it the other network")
    elif there is not None and here is not None:
        for key, values in there.settings.items():
            second = here.settings.get(key)
            if values != second:
                hidden = second is None and _SECRET_KEY.search(key)
                first = f"`{key}=<masked>`" if hidden else _shown(key, values)
                yield Left(f"{where} / {key}", f"{first} there, {_shown(key, second)} here")
        added = [key for key in here.settings if key not in there.settings]
        if added:
            yield Left(where, f"a push adds {', '.join(added)}")


def _shown(key: str, values: tuple[str, ...] | None) -> str:
    return "not set" if values is None else f"`{key}={', '.join(values)}`"


def _files(running: Mapping[str, str], wanted: Mapping[str, File]) -> Iterator[Left]:
    for path in sorted({*running, *wanted}):
        if path not in wanted:
            yield Left(path, "the inventory asks for no such file: a push removes it")
        elif path not in running:
            yield Left(path, "it is not there: a push writes it")
        elif not path.endswith(".conf") and running[path] != wanted[path].text():
            yield Left(path, "it says something else: a push writes it anew")
        elif path.endswith(".conf") and _plain(running[path]) != _plain(wanted[path].text()):
            yield Left(path, "a push writes it anew: order, comments or what is listed here")


def _plain(text: str) -> str:
    return HOSTAPD.redact(text)


def _fills(wanted: Mapping[str, File], running: Mapping[str, tuple[Bss, ...]]) -> Iterator[Fill]:
    """Yield every secret of the files as they would be rendered; hostapd keeps all of them readable."""
    places: dict[str, dict[str, None]] = {}
    for path, file in wanted.items():
        there = {key for bss in running.get(path, ()) for key in bss.settings}
        for slot in file.slots:
            known = places.setdefault(slot.name, {})
            if _key_of(file, slot) in there:
                known[path] = None
    for name, paths in sorted(places.items()):
        yield Fill(name, tuple(paths), verifiable=bool(paths))


def _key_of(file: File, slot: Slot) -> str:
    """Return what the line with a secret sets."""
    before = file.text().partition(slot.placeholder())[0]
    return before.rpartition("\n")[2].partition("=")[0]


def _radio(radio: Radio) -> str:
    return (
        f"{{band: {quoted(radio.band.value)}, channel: {radio.channel}, width_mhz: {radio.width_mhz},"
        f" interface: {radio.interface}, bssid: {quoted(radio.bssid)}}}"
    )


def _changes(work: _Work, after: Borough, radios: tuple[Radio, ...]) -> Iterator[str]:
    """Yield what was read into the inventory, in words."""
    for radio in radios:
        place = f"{radio.band} GHz, channel {radio.channel}, {radio.width_mhz} MHz"
        yield f"radio {radio.interface}: {place}, {radio.bssid}"
    site = after.sites[work.at[1]]
    for role in _ROLES:
        one, other = getattr(work.site.vlans, role).id, getattr(site.vlans, role).id
        if one != other:
            yield f"{role} VLAN of {site.slug}: {other} (was {one})"
    ap = site.access_points[work.at[2]]
    if isinstance(ap, AccessPoint) and ap.uplink != work.ap.uplink:
        yield f"uplink {ap.uplink} (was {work.ap.uplink})"
    if isinstance(ap, AccessPoint) and ap.identifier != work.ap.identifier:
        yield f"nas_identifier {ap.identifier} (was {work.ap.identifier})"

"""From what a Catalyst runs to the inventory: mode, numbers, VLANs and access points, and an account of the rest."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from roaming.adopt.account import account
from roaming.adopt.adoption import Adoption, Left
from roaming.adopt.found import Found
from roaming.adopt.sheet import Sheet
from roaming.adopt.written import checked, exceptions, quoted
from roaming.errors import AdoptionError
from roaming.federation import site_tag
from roaming.model.site import ControlledAccessPoint
from roaming.render.iosxe import one_controller
from roaming.targets.iosxe import ios_mac
from roaming.targets.iosxe.dialect import IosXe

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roaming.adopt.account import Account
    from roaming.adopt.adoption import Reading
    from roaming.load import Inventory
    from roaming.model.borough import Borough, Controller
    from roaming.model.network import Network
    from roaming.model.site import Site, SiteVlans

_DIALECT: Final = IosXe()
_ROLES: Final = ("staff", "visitors")
_FIRST: Final = range(17, 4001)


def adopt_controller(inventory: Inventory, name: str, text: str, reading: Reading) -> Adoption:
    """Return the borough's file with what a controller runs, and what became of every line that bears the prefix.

    `text` is the borough's file as it stands. Raises `AdoptionError` when what was read cannot be written into it, and
    `RenderError` when the controller cannot be rendered, exceptions or not.
    """
    return _Work.of(inventory, name, reading).adoption(inventory, text)


@dataclass(frozen=True)
class _Work:
    """A controller in its network, and what was found on it."""

    network: Network
    place: int
    number: int
    found: Found
    reading: Reading

    @classmethod
    def of(cls, inventory: Inventory, name: str, reading: Reading) -> _Work:
        for place, borough in enumerate(inventory.network.boroughs):
            for number, controller in enumerate(borough.controllers):
                if controller.name == name:
                    found = Found.of(reading, controller.owns.prefix)
                    return cls(inventory.network, place, number, found, reading)
        message = f"{name} is no controller of the inventory"
        raise AdoptionError(message)

    @property
    def borough(self) -> Borough:
        return self.network.boroughs[self.place]

    @property
    def controller(self) -> Controller:
        return self.borough.controllers[self.number]

    def adoption(self, inventory: Inventory, text: str) -> Adoption:
        borough, told = self._filled()
        result = self._account(borough, told)
        final = self._with_owns(borough, result.left)
        file = f"boroughs/{borough.slug}.yml"
        after = self._written(final, result.left, text, inventory.marks.boroughs[self.place].file)
        self._prove(final)
        return Adoption(
            device=self.controller.name,
            file=file,
            before=text,
            after=after,
            adopted=(*_changes(self.borough, final, self.number), *result.same) if result.same else (),
            left=(*result.left, *self._unknown(final)),
            secrets=result.secrets,
            foreign_lines=self._foreign_lines(borough),
        )

    def _filled(self) -> tuple[Borough, dict[str, str]]:
        """Return the borough with what was found, and why an access point of the device is not among its own."""
        told: dict[str, str] = {}
        added: dict[str, list[ControlledAccessPoint]] = {}
        known = {ap.ethernet_mac for site in self.borough.sites for ap in site.access_points}
        for mac, tags in self.found.tagged.items():
            site = self._site(tags)
            joined = self.found.joined.get(mac)
            if site is None:
                told[f"ap {ios_mac(mac)}"] = _no_site(tags)
            elif mac not in known and joined is None:
                told[f"ap {ios_mac(mac)}"] = (
                    "it has not joined, so its radio MAC is not known: adopt again when it has, or add it by hand"
                )
            elif mac not in known and joined is not None:
                name = self._free(joined.name, mac)
                point = ControlledAccessPoint(
                    name=name, controller=self.controller.name, ethernet_mac=mac, radio_mac=joined.radio_mac
                )
                added.setdefault(site.slug, []).append(point)
        sites = tuple(self._site_with(site, added.get(site.slug, [])) for site in self.borough.sites)
        owns = self.controller.owns.model_copy(update={"exceptions": (), "not_yet": (), **self._first_id()})
        mode = self.found.ap_mode or self.controller.ap_mode
        return self._with(self.borough.model_copy(update={"sites": sites}), {"owns": owns, "ap_mode": mode}), {
            **told,
            **self._tags_without_site(),
        }

    def _site(self, tags: tuple[str, str]) -> Site | None:
        """Return the site of an access point: the one whose name both its tags have."""
        sites = {site_tag(self.controller, site): site for site in self.borough.sites}
        return sites.get(tags[0]) if tags[0] == tags[1] else None

    def _tags_without_site(self) -> dict[str, str]:
        sites = {site_tag(self.controller, site) for site in self.borough.sites}
        return {
            f"wireless tag {kind} {tag}": f"{self.borough.slug} has no site `{tag.removeprefix(self.found.prefix)}`:"
            " add it to the inventory, and adopt again"
            for kind, tags in (("policy", self.found.mappings), ("site", self.found.site_tags))
            for tag in tags
            if tag not in sites
        }

    def _free(self, name: str, mac: str) -> str:
        """Return a name for an access point that no device has yet."""
        plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:50] or "ap"
        taken = {ap.name for _, site in self.network.sites() for ap in site.access_points}
        return f"{plain}-{mac[-5:].replace(':', '')}" if plain in taken else plain

    def _site_with(self, site: Site, points: list[ControlledAccessPoint]) -> Site:
        vlans = self._vlans(site)
        if not points and vlans == site.vlans:
            return site
        return site.model_copy(update={"access_points": (*site.access_points, *points), "vlans": vlans})

    def _vlans(self, site: Site) -> SiteVlans:
        """Return the VLANs of a site, those that the device tells without doubt."""
        tag = site_tag(self.controller, site)
        told: dict[str, set[int]] = {"staff": set(), "visitors": set()}
        for role, number in self.found.flex_vlans.get(tag, {}).items():
            told.setdefault(role, set()).add(number)
        by_ssid = {wlan.ssid: wlan for wlan in self.network.wlans}
        for ssid, vlan in self.found.landings(tag):
            if ssid in by_ssid:
                told[by_ssid[ssid].vlans.visitors].add(vlan)
        sure = {role: numbers.pop() for role, numbers in told.items() if role in _ROLES and len(numbers) == 1}
        changed = {role: getattr(site.vlans, role).model_copy(update={"id": number}) for role, number in sure.items()}
        return site.vlans.model_copy(update=changed)

    def _first_id(self) -> dict[str, int]:
        """Return where the numbers of our WLANs begin, if those of the device tell it without doubt."""
        order = {f"{self.found.prefix}{wlan.name}": place for place, wlan in enumerate(self.network.wlans)}
        firsts = {number - 4 * order[name] for name, (number, _) in self.found.wlans.items() if name in order}
        return {"first_wlan_id": firsts.pop()} if len(firsts) == 1 and firsts <= set(_FIRST) else {}

    def _account(self, borough: Borough, told: dict[str, str]) -> Account:
        controller = borough.controllers[self.number]
        wanted = self._rendered(borough)
        scope = replace(
            _DIALECT.scope(controller.owns.prefix, wanted),
            left=(*controller.owns.exceptions, *controller.owns.not_yet),
        )
        return account(self.reading.running, wanted, scope, told)

    def _rendered(self, borough: Borough) -> str:
        """Return what would be rendered, each secret spelled by its name."""
        boroughs = (*self.network.boroughs[: self.place], borough, *self.network.boroughs[self.place + 1 :])
        device = one_controller(replace(self.network, boroughs=boroughs), borough, borough.controllers[self.number])
        (file,) = device.files
        return file.text(lambda slot: slot.name)

    def _foreign_lines(self, borough: Borough) -> int:
        scope = _DIALECT.scope(self.controller.owns.prefix, self._rendered(borough))
        return len(_DIALECT.foreign(self.reading.running, scope).splitlines())

    def _with_owns(self, borough: Borough, left: tuple[Left, ...]) -> Borough:
        owns = borough.controllers[self.number].owns.model_copy(
            update={
                "exceptions": tuple(one.what for one in left if not one.not_yet),
                "not_yet": tuple(one.what for one in left if one.not_yet),
            }
        )
        return self._with(borough, {"owns": owns})

    def _with(self, borough: Borough, changes: dict[str, object]) -> Borough:
        controllers = list(borough.controllers)
        controllers[self.number] = controllers[self.number].model_copy(update=changes)
        return borough.model_copy(update={"controllers": tuple(controllers)})

    def _written(self, final: Borough, left: tuple[Left, ...], text: str, file: str) -> str:
        sheet = Sheet(text, file)
        here = ("controllers", self.number)
        new, old = final.controllers[self.number], self.controller
        if new.owns != old.owns:
            sheet.set_block(here, "owns", *exceptions(new.owns, left))
        if new.ap_mode != old.ap_mode:
            sheet.set(here, "ap_mode", new.ap_mode)
        for place, (was, site) in enumerate(zip(self.borough.sites, final.sites, strict=True)):
            for role in _ROLES:
                if getattr(was.vlans, role).id != getattr(site.vlans, role).id:
                    sheet.set(("sites", place, "vlans", role), "id", str(getattr(site.vlans, role).id))
            points = site.controlled[len(was.controlled) :]
            if points:
                sheet.append(("sites", place), "access_points", [_point(point) for point in points])
        after = sheet.edited()
        checked(after, file, final)
        return after

    def _prove(self, final: Borough) -> None:
        """Hold the device against the file as it is written: nothing may differ."""
        remains = self._account(final, {}).left
        if remains:
            message = f"{self.controller.name}: `{remains[0].what}` still differs after its adoption: {remains[0].why}"
            raise AdoptionError(message)

    def _unknown(self, final: Borough) -> Iterator[Left]:
        """Yield what the inventory says and a controller does not."""
        controller = final.controllers[self.number]
        if controller.ap_mode == "flex":
            return
        for site in final.sites:
            if any(ap.controller == controller.name for ap in site.controlled):
                staff, names = site.vlans.staff.id, self.found.vlan_names
                why = f"RADIUS names it, and a controller in local mode does not: the inventory says {staff}"
                hint = f"`{names[staff]}` on the controller" if staff in names else "which the controller lacks"
                yield Left(f"staff VLAN of {site.slug}", f"{why}, {hint}")


def _no_site(tags: tuple[str, str]) -> str:
    if tags[0] != tags[1]:
        return f"its tags are of two places: {tags[0] or 'no policy tag'} and {tags[1] or 'no site tag'}"
    return f"its tags, {tags[0]}, are of no site of the inventory"


def _point(point: ControlledAccessPoint) -> str:
    return (
        f"{{name: {point.name}, controller: {point.controller}, ethernet_mac: {quoted(point.ethernet_mac)},"
        f" radio_mac: {quoted(point.radio_mac)}}}"
    )


def _changes(before: Borough, after: Borough, number: int) -> Iterator[str]:
    """Yield what was read into the inventory, in words."""
    old, new = before.controllers[number], after.controllers[number]
    yield f"ap_mode {new.ap_mode}" + (f" (was {old.ap_mode})" if new.ap_mode != old.ap_mode else "")
    first = old.owns.first_wlan_id
    yield f"first_wlan_id {new.owns.first_wlan_id}" + (f" (was {first})" if new.owns.first_wlan_id != first else "")
    for was, site in zip(before.sites, after.sites, strict=True):
        for role in _ROLES:
            one, other = getattr(was.vlans, role).id, getattr(site.vlans, role).id
            if one != other:
                yield f"{role} VLAN of {site.slug}: {other} (was {one})"
        yield from (
            f"access point {point.name} of {site.slug}, {point.ethernet_mac}"
            for point in site.controlled[len(was.controlled) :]
        )

"""Make devices' files whole: every slot filled, every secret fit for its use, every certificate what it should be."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from roaming.errors import PushError, QuoteError, SecretError
from roaming.model.bundle import RemoteFile, SlotKind
from roaming.model.terms import Role, Transport
from roaming.secrets import Mask, Redaction, check_certificate, check_pair, fill, materialise, resolve
from roaming.targets import TARGETS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from roaming.model.bundle import Bundle, DeviceBundle, Slot
    from roaming.model.network import Network
    from roaming.secrets import FingerprintKey, SecretStore

_SHORTEST_SHARED = 16


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a device shall hold, octet by octet, how it may be shown, and the secrets in it by name."""

    device: DeviceBundle
    files: Mapping[str, RemoteFile] = field(repr=False)
    redaction: Redaction = field(repr=False)
    secrets: Mapping[str, str] = field(repr=False, default_factory=dict)


@dataclass(frozen=True, slots=True)
class Stock:
    """Where values come from, and what they are held against."""

    network: Network
    store: SecretStore
    key: FingerprintKey
    today: date

    def wanted(self, bundle: Bundle) -> tuple[Wanted, ...]:
        """Return every device's files; raises PushError with everything that is missing or unfit, at once."""
        faults: list[str] = []
        found: list[Wanted] = []
        for device in bundle.devices:
            here = list(dict.fromkeys(self._faults(device)))
            faults += [f"{device.path}: {fault}" for fault in here]
            if not here:
                found.append(self._wanted(device))
        if faults:
            raise PushError("\n".join(faults))
        return tuple(found)

    def _wanted(self, device: DeviceBundle) -> Wanted:
        target = TARGETS[device.target]
        files = {
            file.path: RemoteFile(materialise(file, target.quotings, self.store), file.mode, file.owner, file.group)
            for file in device.files
        }
        redaction = Redaction({file.path: file for file in device.files}, self._mask(device), self.key, target.redact)
        return Wanted(device, files, redaction, self._secrets(device))

    def _secrets(self, device: DeviceBundle) -> dict[str, str]:
        slots = (slot for slot in _slots(device) if slot.kind is not SlotKind.CERTIFICATE)
        return {slot.name: resolve(slot, self.store) for slot in slots}

    def _mask(self, device: DeviceBundle) -> Mask:
        slots = [slot for slot in _slots(device) if slot.kind is not SlotKind.CERTIFICATE]
        quotings = TARGETS[device.target].quotings
        values = self._secrets(device)
        return Mask.of(values, self.key, ((slot.name, fill(slot, quotings, self.store)) for slot in slots))

    def _faults(self, device: DeviceBundle) -> Iterator[str]:
        """Yield what stands in the way of a device's files, in words without values."""
        quotings = TARGETS[device.target].quotings
        shared = _shared_secrets(self.network)
        for slot in _slots(device):
            try:
                fill(slot, quotings, self.store)
                value = resolve(slot, self.store)
            except (SecretError, QuoteError) as error:
                yield str(error)
                continue
            if slot.name in shared and len(value.encode()) < _SHORTEST_SHARED:
                yield f"secret {slot.name} is shared over UDP and shorter than {_SHORTEST_SHARED} octets (RFC 2865 §3)"
            if slot.kind is SlotKind.CERTIFICATE:
                yield from self._certificate_faults(slot.name, value)
        yield from self._pair_faults(device)

    def _certificate_faults(self, name: str, pem: str) -> Iterator[str]:
        record = self.network.certificates_by_name.get(name)
        if record is None:
            yield f"certificate {name} is not in the inventory"
            return
        try:
            check_certificate(record, pem, self.today)
        except SecretError as error:
            yield str(error)

    def _pair_faults(self, device: DeviceBundle) -> Iterator[str]:
        here = {slot.name for slot in _slots(device)}
        for certificate, key in _pairs(self.network, device.name):
            if not {certificate, key} <= here:
                continue
            try:
                check_pair(certificate, self.store.certificate(certificate), key, self.store.secret(key))
            except SecretError as error:
                yield str(error)


def _slots(device: DeviceBundle) -> tuple[Slot, ...]:
    return tuple(dict.fromkeys(slot for file in device.files for slot in file.slots))


def _shared_secrets(network: Network) -> frozenset[str]:
    """Return the names of the secrets that RADIUS over UDP rests on."""
    references = [upstream.secret for upstream in network.upstreams if upstream.transport is Transport.UDP]
    references += [access_point.secret for _, _, access_point in network.access_points()]
    references += [controller.secret for _, controller in network.controllers()]
    for borough in network.boroughs:
        references += [borough.agent.secret, *(server.secret for server in borough.radius)]
        references += [server.federation.secret for server in borough.radius if server.federation is not None]
        references += [] if borough.dynamic_authorization is None else [borough.dynamic_authorization.secret]
    return frozenset(reference.secret for reference in references if reference is not None)


def _pairs(network: Network, name: str) -> Iterator[tuple[str, str]]:
    """Yield the certificates of a device, each with the name of its private key."""
    yield from ((hub.certificate, hub.key.secret) for hub in network.hubs if hub.name == name)
    server = network.servers_by_name.get(name)
    if server is None:
        return
    face = server.federation
    if face is not None and face.certificate is not None and face.key is not None:
        yield face.certificate, face.key.secret
    for borough in network.served(server, Role.HOME):
        yield borough.identity.certificate, borough.identity.key.secret

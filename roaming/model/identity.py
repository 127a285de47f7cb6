"""Who somebody is and how that is proven: logins, certificates, probes, a borough's staff."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from roaming.model.base import Day, HostName, NonEmpty, Record, SecretRef, Slug, UserName
from roaming.model.terms import EapMethod


class Credentials(Record):
    """How an engineer logs in over SSH: a user with a private key or a password.

    `host_key` is an OpenSSH public key line; without it the device must be in the known hosts file. `enable` is the
    second password that network devices ask of a user without privileges.
    """

    user: Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_.-]{0,31}$")]
    key: SecretRef | None = None
    password: SecretRef | None = None
    enable: SecretRef | None = None
    port: Annotated[int, Field(ge=1, le=65535)] = 22
    host_key: Annotated[str, StringConstraints(pattern=r"^[a-z0-9@.-]+ [A-Za-z0-9+/]+=*$")] | None = None

    @model_validator(mode="after")
    def _one_way_in(self) -> Self:
        if (self.key is None) == (self.password is None):
            message = "credentials want either a key or a password"
            raise ValueError(message)
        return self


class Certificate(Record):
    """What a certificate is expected to be; the PEM itself is resolved at the last moment."""

    name: Slug
    kind: Literal["ca", "server", "client"]
    not_after: Day
    names: tuple[HostName, ...] = ()
    issuer: Slug | None = None


class PasswordProbe(Record):
    """A probe account for PEAP-MSCHAPv2."""

    user: UserName
    secret: SecretRef


class TlsProbe(Record):
    """A probe's client certificate for EAP-TLS."""

    certificate: Slug
    key: SecretRef


class Probe(Record):
    """What the agents authenticate with; `reject_user` does not exist, so that no real one is locked out."""

    tls: TlsProbe | None = None
    password: PasswordProbe | None = None
    reject_user: UserName


class Identity(Record):
    """How a borough's home servers know its staff.

    `trust` are the CAs that supplicants must trust (both during a rollover), `client_trust` the CAs of
    staff devices for EAP-TLS.
    """

    eap: Annotated[tuple[EapMethod, ...], Field(min_length=1)]
    server_names: Annotated[tuple[HostName, ...], Field(min_length=1)]
    certificate: Slug
    key: SecretRef
    trust: NonEmpty
    client_trust: tuple[Slug, ...] = ()
    probe: Probe

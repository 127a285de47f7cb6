"""From a trial to a conversation: the secrets and certificates that it takes, resolved once and at the last moment."""

from __future__ import annotations

import secrets as randomness
from dataclasses import dataclass
from typing import TYPE_CHECKING

from roaming.eap import CertificateLogin, Conversation, Login, PasswordLogin, Server, Trusted
from roaming.errors import VerifyError
from roaming.model.terms import EapMethod
from roaming.verify.home import homes
from roaming.verify.trial import Expect

if TYPE_CHECKING:
    from roaming.model.borough import RadiusServer
    from roaming.model.network import Network
    from roaming.secrets import SecretStore
    from roaming.verify.home import Home
    from roaming.verify.trial import Trial


@dataclass(frozen=True, slots=True)
class Means:
    """What a trial's conversations have in common."""

    trial: Trial
    login: Login
    trusted: Trusted
    secret: str
    timeout: int

    def conversation(self, identity: str, proxy: RadiusServer) -> Conversation:
        """Return one conversation with one of the visited borough's proxies."""
        return Conversation(
            identity=identity,
            login=self.login,
            server=Server(proxy.name, str(proxy.address), self.secret),
            nas=self.trial.nas,
            trusted=self.trusted,
            timeout=self.timeout,
        )

    def __repr__(self) -> str:
        return f"Means({self.trial.number})"


def means(network: Network, store: SecretStore, trial: Trial, timeout: int) -> Means:
    """Resolve what a trial takes; raises `SecretError` when something cannot be resolved."""
    home = trial.user.source or _own(network, trial)
    return Means(
        trial=trial,
        login=_login(store, trial),
        trusted=Trusted(tuple(store.certificate(name) for name in home.trust), home.server_names),
        secret=store.secret(trial.visited.agent.secret.secret),
        timeout=timeout,
    )


def _own(network: Network, trial: Trial) -> Home:
    """Return the visited borough's own home: what a made-up user trusts is of no account, but it must be something."""
    return next(home for home in homes(network) if home.name == trial.visited.slug)


def _login(store: SecretStore, trial: Trial) -> Login:
    user = trial.user
    if user.source is None:
        return PasswordLogin(user.identity or "nobody", randomness.token_hex(8))
    probe = user.source.probe
    if user.expect is Expect.UNKNOWN_USER:
        return PasswordLogin(probe.reject_user, randomness.token_hex(8))
    if user.method is EapMethod.TLS and probe.tls:
        return CertificateLogin(store.certificate(probe.tls.certificate), store.secret(probe.tls.key.secret))
    if probe.password is None:
        message = f"{user.home} lends no probe for {user.method}"
        raise VerifyError(message)
    if user.expect is Expect.WRONG_PASSWORD:
        return PasswordLogin(probe.password.user, randomness.token_hex(8))
    return PasswordLogin(probe.password.user, store.secret(probe.password.secret.secret))

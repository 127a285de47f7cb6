"""What a probe says, from the inventory and the secrets; and the agents that say it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Final

from monitor.discover import every_trial
from monitor.probes import KeptAgents
from roaming.eap import AgentSession, Outcome, Reason, command, local_session, outer_identity
from roaming.errors import SecretError
from roaming.federation import operator_name
from roaming.verify import Expect
from roaming.verify.means import means

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from monitor.probes import Probe
    from roaming.eap import Conversation
    from roaming.model.borough import Agent
    from roaming.model.network import Network
    from roaming.secrets import SecretStore
    from roaming.transport import Session
    from roaming.verify import Trial

AT_ONCE: Final = 8
"""Conversations of one agent, whoever asks."""

IDLE_S: Final = 10
LIMIT_S: Final = 60
"""A home that answers, if slowly, has a minute; one from which nothing comes has ten seconds."""

_CONNECT_INFO: Final = "CONNECT 0Mbps roam monitor"


@dataclass(frozen=True)
class Conversations:
    """Words for `monitor.probes.attempt`: secrets are resolved for each probe, so that a new one counts at once."""

    network: Network
    store: SecretStore

    @cached_property
    def _trials(self) -> dict[tuple[str, str, str], Trial]:
        return {(one.visited.slug, one.user.home, one.user.method.value): one for one in every_trial(self.network)}

    def __call__(self, probe: Probe, proxy: str) -> Conversation | Outcome:
        """Return what is said to a proxy, or why it cannot be."""
        trial = self._trials[probe.pair.visited, probe.pair.home, probe.method]
        if probe.reject:
            trial = replace(trial, user=replace(trial.user, expect=Expect.UNKNOWN_USER))
        identity = outer_identity("monitor", probe.pair.visited, trial.user.realm)
        try:
            given = means(self.network, self.store, trial, LIMIT_S)
        except SecretError as error:
            return Outcome(Reason.SECRET_MISSING, str(error), proxy, identity)
        said = given.conversation(identity, self.network.servers_by_name[proxy])
        operator = operator_name(trial.visited)
        return replace(said, idle=IDLE_S, nas=replace(said.nas, connect_info=_CONNECT_INFO, operator=operator))


def kept_agents(
    network: Network, open_session: Callable[[Agent], AbstractContextManager[Session]], local: str | None = None
) -> KeptAgents:
    """Return the agents over SSH; the one that is named `local` is this machine."""
    known = {borough.agent.name: borough.agent for borough in network.boroughs}

    @contextmanager
    def open_agent(name: str, malformed: Callable[[], None]) -> Iterator[AgentSession]:
        if name == local:
            with local_session(AT_ONCE, malformed) as held:
                yield held
            return
        with open_session(known[name]) as session, AgentSession(session.start(command(AT_ONCE)), malformed) as held:
            yield held

    return KeptAgents(open_agent)

"""One probe, from asking to what it showed. It blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.probes.conclusion import ERRORS
from roaming.eap import SILENT, Outcome, Reason

if TYPE_CHECKING:
    from collections.abc import Callable

    from monitor.probes.agents import Agents
    from monitor.probes.pair import Probe
    from roaming.eap import Conversation

    Words = Callable[[Probe, str], Conversation | Outcome]
    """Says what is said to a proxy; an outcome where a secret is missing."""


def attempt(probe: Probe, words: Words, agents: Agents) -> tuple[Outcome, ...]:
    """Ask the proxies in turn, as access points do: the next one when one is silent. There is always an outcome."""
    outcomes: list[Outcome] = []
    for proxy in probe.proxies:
        said = words(probe, proxy)
        outcomes.append(said if isinstance(said, Outcome) else agents.converse(probe.pair.agent, said))
        if outcomes[-1].reason not in SILENT:
            break
    if not outcomes:
        outcomes.append(Outcome(Reason.NO_PROXY, f"{probe.pair.visited} has no RADIUS server to ask", "", ""))
    # An agent that is lost half way teaches nothing, not even that the first proxy was silent.
    return (outcomes[-1],) if outcomes[-1].reason in ERRORS else tuple(outcomes)

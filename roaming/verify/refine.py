"""What one verdict says about another: a proxy that answers for some is not the one that is silent for others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from roaming.eap import Reason

if TYPE_CHECKING:
    from collections.abc import Iterable

    from roaming.model.network import Network
    from roaming.verify.report import Verdict


def refine(network: Network, verdicts: Iterable[Verdict]) -> tuple[Verdict, ...]:
    """Say `no-answer-beyond` where the proxy that was silent for one user answered for another."""
    found = tuple(verdicts)
    alive = {verdict.server for verdict in found if verdict.round_trips}
    return tuple(
        _beyond(network, verdict) if verdict.reason is Reason.NO_ANSWER and verdict.server in alive else verdict
        for verdict in found
    )


def _beyond(network: Network, verdict: Verdict) -> Verdict:
    sentence = f"{verdict.server} answers for others, but nothing came back from {_far_side(network, verdict)}"
    return replace(verdict, reason=Reason.NO_ANSWER_BEYOND, sentence=sentence)


def _far_side(network: Network, verdict: Verdict) -> str:
    """Name what stands between the proxy and the user's home."""
    borough = network.boroughs_by_slug.get(verdict.home)
    if borough and verdict.visited == verdict.home:
        names = [server.name for server in network.homes(borough) if server.name != verdict.server]
        return f"its own home server {' or '.join(names)}" if names else "its own users' database"
    hubs = " and ".join(hub.name for hub in network.hubs)
    return f"beyond it: {hubs}, or the home of {verdict.home}"

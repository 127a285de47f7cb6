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
    return tuple(_refined(network, verdict, alive) for verdict in found)


def _refined(network: Network, verdict: Verdict, alive: set[str]) -> Verdict:
    heard = [name for name in (*verdict.skipped, verdict.server) if name in alive]
    if verdict.reason is not Reason.NO_ANSWER or not heard:
        return verdict
    answers = "answers" if len(heard) == 1 else "answer"
    sentence = f"{' and '.join(heard)} {answers} for others, but nothing came back from {_far_side(network, verdict)}"
    return replace(verdict, reason=Reason.NO_ANSWER_BEYOND, sentence=sentence)


def _far_side(network: Network, verdict: Verdict) -> str:
    """Name what stands behind the proxy."""
    borough = network.boroughs_by_slug.get(verdict.home)
    if borough and verdict.visited == verdict.home:
        names = [server.name for server in network.homes(borough) if server not in network.proxies(borough)]
        return " or ".join(names) if names else f"the users' database of {borough.slug}"
    return f"{', '.join(hub.name for hub in network.hubs)} or beyond"

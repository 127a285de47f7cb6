"""The matrix as a task of `serve`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from monitor.cli.conversations import Conversations, kept_agents
from monitor.discover import pairs
from monitor.probes import Matrix, Pace

if TYPE_CHECKING:
    from monitor.cli.means import Means
    from monitor.runner import Task
    from monitor.target import Estate
    from roaming.model.network import Network


def matrix_tasks(network: Network, _estate: Estate, means: Means) -> tuple[Task, ...]:
    """Return the task; none where nothing can be probed."""
    found = pairs(network, means.limit)
    if not found:
        return ()
    words = Conversations(network, means.store)
    agents = kept_agents(network, means.open_session)
    return (Matrix(found, words, agents, pace=Pace(means.intervals.probes_s), clock=means.clock),)

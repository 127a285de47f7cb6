"""What the matrix probes: every home from every visited borough."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from monitor.discover.part import within
from monitor.probes import Pair
from monitor.target import FEDERATION
from roaming.errors import VerifyError
from roaming.model.terms import EapMethod
from roaming.verify import Options, trials

if TYPE_CHECKING:
    from roaming.model.network import Network
    from roaming.verify import Trial


def pairs(network: Network, limit: str | None = None) -> tuple[Pair, ...]:
    """Return every pair that has a probe, in the order of the inventory; `limit` names the visited boroughs."""
    wanted = [trial for trial in every_trial(network) if within(trial.visited.slug, limit)]
    groups = groupby(wanted, key=lambda trial: (trial.visited.slug, trial.user.home))
    return tuple(_pair(network, tuple(group)) for _, group in groups)


def every_trial(network: Network) -> tuple[Trial, ...]:
    """Return one trial for each pair and method; none when no home has a probe."""
    try:
        return trials(network, Options(run="monitor"))
    except VerifyError:
        return ()


def _pair(network: Network, group: tuple[Trial, ...]) -> Pair:
    one = group[0]
    methods = tuple(trial.user.method for trial in group)
    home = one.user.home
    return Pair(
        visited=one.visited.slug,
        home=home,
        owner=home if home in network.boroughs_by_slug else FEDERATION,
        agent=one.visited.agent.name,
        methods=tuple(method.value for method in methods),
        proxies=tuple(proxy.name for proxy in one.proxies),
        reject=EapMethod.PEAP_MSCHAPV2.value if EapMethod.PEAP_MSCHAPV2 in methods else "",
    )

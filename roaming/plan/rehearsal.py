"""What must be rehearsed before a plan is carried out, because sites demand it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from roaming.plan.effects import sites_of

if TYPE_CHECKING:
    from roaming.model.network import Network
    from roaming.plan.change import Plan


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A scenario that must pass, and the sites that demand it as `--limit` names them: borough/site."""

    scenario: str
    sites: tuple[str, ...]

    def __str__(self) -> str:
        """Spell it: `walk for hackney/service-centre`."""
        return f"{self.scenario} for {', '.join(self.sites)}"

    def document(self) -> dict[str, object]:
        """Return it as JSON knows it."""
        return {"scenario": self.scenario, "sites": list(self.sites)}


def rehearsals(plan: Plan, network: Network) -> tuple[Rehearsal, ...]:
    """Return what the sites demand whose radios are run by a device that a plan changes: each scenario once."""
    found: dict[str, dict[str, None]] = {}
    for one in plan.pending:
        for borough, site in sites_of(one.device, network):
            for scenario in site.rehearsals:
                found.setdefault(scenario, {})[f"{borough.slug}/{site.slug}"] = None
    return tuple(Rehearsal(scenario, tuple(sites)) for scenario, sites in found.items())

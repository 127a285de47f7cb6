"""Rules with one thing broken, and the story that must notice."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import yaml

from monitor.alerts import Settings, rules
from tests.monitor.alerts.cases import CASES, FAULT_TABLE, Case
from tests.monitor.alerts.federation import END, MENDED

# The fault table as it stands, not as CASES has it: evaluated half as often it takes half the time.
_STORIES: Final = {case.name: case for case in (*CASES, *FAULT_TABLE)}


@dataclass(frozen=True)
class Mutant:
    """In the expression of `rule` (a record's or alert's name) `old` becomes `new`; the story `case` must fail then.

    An empty `old` is all of the expression.
    """

    rule: str
    old: str
    new: str
    case: str

    @property
    def story(self) -> Case:
        """Return the story until all is mended: what follows only costs time."""
        whole = _STORIES[self.case]
        return replace(whole, steps=MENDED) if whole.steps == END and not whole.extra else whole

    @property
    def text(self) -> str:
        """Return the rule file with the fault; every rule of that name has it."""
        document = yaml.safe_load(rules(Settings(_STORIES[self.case].scale)))
        changed = 0
        for one in document["groups"][0]["rules"]:
            if self.rule in (one.get("alert"), one.get("record")) and self.old in one["expr"]:
                one["expr"] = one["expr"].replace(self.old, self.new) if self.old else self.new
                changed += 1
        assert changed, f"{self.rule} has no {self.old!r}"
        return yaml.safe_dump(document, sort_keys=False)


GUARDS: Final = (
    Mutant("HomeBoroughUnreachable", "unless on (home) roaming:home:only_cut_off", "", "the proxy blackholed"),
    Mutant("HomeBoroughUnreachable", "unless on () roaming:hub:settling", "", "hub-west"),
    Mutant(
        "HomeBoroughUnreachable",
        "unless on (home) label_replace",
        "or on (home) label_replace",
        "one of two home servers",
    ),
    Mutant("VisitedBoroughIsolated", "unless on () roaming:hub:settling", "", "hub-east"),
    Mutant("roaming:home:only_cut_off", "and on (home) (roaming:pair:own == 0)", "", "home and proxy in one"),
    Mutant("roaming:home:unreachable", "and on (visited) roaming:visited:connected", "", "a proxy and a home"),
    Mutant("roaming:home:unreachable", ">= 0.799", ">= 0.6", "three of five"),
    Mutant("roaming:home:unreachable", ">= 0.799", ">= 0.9", "four of five"),
    Mutant(
        "roaming:home:unreachable",
        "(roaming:pair:foreign) >= 2",
        "(roaming:pair:foreign) >= 1",
        "evidence that is old, from all but one",
    ),
    Mutant("roaming:home:unreachable", "or roaming:borough:home_silent", "", "a home and a proxy, nobody outside"),
    Mutant("roaming:visited:isolated", "and on (home) roaming:home:reached", "", "two homes, nobody outside"),
    Mutant(
        "roaming:visited:isolated",
        "or (avg by (visited) (roaming:pair:foreign) >=",
        "or (avg by (visited) (roaming:pair:foreign) >= 2 *",
        "two singles, nobody outside",
    ),
    Mutant("roaming:pair:failing", ">= bool 2", ">= bool 1", "one failure is no failure"),
    Mutant("roaming:pair:failing", "< 3 *", "< 3000 *", "evidence that is old, from all but one"),
    Mutant("roaming:pair:foreign", "unless on (visited, home) roaming:pair:own", "", "the proxy blackholed"),
    Mutant("roaming:pair:down", "unless on (home) roaming:home:unreachable", "", "four of five"),
    Mutant("roaming:pair:down", "and on (home) roaming:home:reached", "", "evidence that is old, from all but one"),
    Mutant("roaming:hub:up", "max", "min", "healthy, an agent each"),
    Mutant("roaming:hub:settling", "unless roaming:hub:flapping", "", "a hub that flaps, and a home"),
    Mutant("roaming:hub:settling", "unless roaming:hub:flapping", "", "a hub that flaps, and a home, scaled"),
    Mutant("roaming:hub:flapping", "> 4", "> 3", "a hub that was restarted twice"),
    Mutant("roaming:borough:settling", "> 4", "> 400", "a home behind a server that flaps"),
    Mutant("HubDown", "and on () (sum(roaming:hub:up) > 0)", "", "both hubs"),
    Mutant("HomeServerDown", "and on (owner)", "or on (owner) 0 *", "the only home server of a borough"),
    Mutant(
        "roaming:home:slow", " and on (visited) (count by (visited) (roaming:pair:slow == 0))", "", "two slow singles"
    ),
    Mutant("AuthLatencyHigh", "> 10", "> 3", "a slow home"),
    Mutant("roaming:home:slow", ">= 0.799", ">= 0.6", "slow from three of five"),
    Mutant("RejectSpike", ">= 20", ">= 1", "few refused"),
    Mutant("RejectSpike", "<= 3 *", "<= 0 *", "refused as a week ago, scaled"),
    Mutant("RejectSpike", "> 0.3", "> 0.2", "refused among many"),
    Mutant("RejectSpike", 'source="log"', 'source=~".+"', "intended rejects of probes"),
    Mutant("RejectSpike", ', home!="other"', "", "people of unknown realms refused"),
    Mutant("CertificateExpiring", "< 30", "< 32", "a certificate that holds"),
    Mutant("AccessPointDown", "== 0", "< 2", "healthy"),
    Mutant(
        "SiteDown",
        "present_over_time(roaming_access_point_up[1h])",
        "roaming_access_point_up",
        "one access point unknown, the other down",
    ),
    Mutant("roaming:visited:slow_roams", 'le="0.15"', 'le="2.0"', "fast roams that are slow"),
    Mutant(
        "roaming:visited:slow_roams", 'kind=~"ft_air|ft_ds"', 'kind=~".+"', "full authentications that take their time"
    ),
    Mutant("roaming:visited:slow_roams", ">= 20", ">= 2", "fast roams that are slow, but few"),
    Mutant("RoamSlow", "> 0.05", "> 0.03", "fast roams, few of them slow"),
    Mutant("RoamSlow", "> 0.05", "> 0.5", "full authentications that are slow"),
    Mutant(
        "roaming:access_point:ft_fallbacks",
        "by (owner, site, access_point)",
        "by (owner, site)",
        "an access point to which nobody roams fast",
    ),
    Mutant("roaming:access_point:ft_fallbacks", ">= 10", ">= 1", "a few that fell back"),
    Mutant("FtFallback", "> 0.2", "> 0.02", "an access point to which nobody roams fast"),
    Mutant("ProbeStale", "> 3", "> 30000", "one prober paused"),
    Mutant(
        "ProbeStale",
        "learned_timestamp_seconds[7m]",
        "learned_timestamp_seconds[1m]",
        "an agent whose series ended days ago",
    ),
    Mutant(
        "ProbeStale",
        "> 0 unless on (visited)",
        "< 0 unless on (visited)",
        "an agent that never worked, until it is mended",
    ),
    Mutant(
        "ProbeStale", "> 0 unless on (visited)", "> 0 or on (visited) 0 *", "an agent that works, but for one realm"
    ),
    Mutant(
        "FederationBudgetBurn",
        "roaming:federation:probes >= 20",
        "roaming:federation:probes >= 0 or vector(1)",
        "the same with nearly no probes",
    ),
    Mutant("FederationBudgetBurn", ">= 4320", ">= 1", "an expired certificate"),
    Mutant(
        "roaming:federation:loss",
        "unless on (visited, home) roaming:pair:explained",
        "",
        "a home for long",
    ),
)


def silenced() -> tuple[Mutant, ...]:
    """Return, for each alert, rules in which it never fires, and a story that needs it."""
    needed = {told["alertname"]: case.name for case in reversed(CASES) if case.scale == 1 for told in case.fired}
    needed["Watchdog"] = FAULT_TABLE[0].name
    return tuple(Mutant(name, "", "vector(1) > 1", case) for name, case in needed.items())

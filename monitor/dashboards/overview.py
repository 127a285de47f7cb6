"""The federation at a glance: does roaming work, what is left of the budget, who is at fault, does the monitor see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from monitor.alerts import thresholds as alerts
from monitor.dashboards import expressions as promql
from monitor.dashboards import places
from monitor.dashboards import thresholds as at
from monitor.dashboards.grid import Head, Section, assemble, data_source, label_variable, line
from monitor.dashboards.panel import (
    UP_OR_DOWN,
    Column,
    Face,
    Query,
    alert_groups,
    bars,
    curves,
    listing,
    number,
)

if TYPE_CHECKING:
    from monitor.dashboards.panel import PanelBuilder

_HEAD: Final = Head(
    places.OVERVIEW,
    "Roaming: the federation",
    "Whether staff of every borough get online in every other one, and who is to be called when they do not.",
    "now-6h",
)
_WORST: Final = 15
_BY_NAME: Final = "${__data.fields.borough}"


def overview(runbooks: str = places.RUNBOOKS) -> dict[str, Any]:
    """Return the dashboard of the whole federation."""
    sections = (_service(), _alerts(runbooks), _boroughs(), _latency(), _devices(), _monitor())
    version = label_variable("version", "Monitor version", "label_values(roaming_build_info, version)", many=False)
    return assemble(_HEAD, (data_source(), version), sections)


def _service() -> Section:
    window = at.WINDOW
    now = Face(
        "Pairs that work now",
        "Share of all pairs of a visited borough and a home whose last probe ended as it should.",
        "percentunit",
        at.OBJECTIVE_STEPS,
    )
    objective = Face(
        "Last 30 days",
        f"The same share over 30 days. The objective is {alerts.OBJECTIVE * 100:g} %.",
        "percentunit",
        at.OBJECTIVE_STEPS,
    )
    left = Face(
        "Error budget left",
        "How much may still fail within 30 days before the objective is missed; below 0 it is missed.",
        "percentunit",
        at.BUDGET_STEPS,
    )
    spent = Face(
        "Budget burn",
        "How many times faster than allowed the budget is spent. 1 uses it up in 30 days; above 14.4 in an hour, or "
        "6 in six, somebody is paged (FederationBudgetBurn), unless another alert already says why.",
        "suffix: x",
        at.BURN_STEPS,
    )
    hubs = Face(
        "Hubs",
        "Whether each hub shows its RadSec certificate. With all of them down nobody roams.",
        "none",
        at.UP,
        UP_OR_DOWN,
    )
    over_time = Face(
        "Budget burn over time",
        "The same multiples as they went, with the alerts' thresholds.",
        "suffix: x",
        at.BURN_STEPS,
    )
    windows = tuple(Query(promql.burn(each), f"last {each}") for each in ("1h", "6h"))
    return Section(
        "Can people roam?",
        (
            line(
                5,
                (4, number(now, Query(promql.share()))),
                (4, number(objective, Query(promql.share(window=window)))),
                (4, number(left, Query(promql.budget_left(window)))),
                (5, number(spent, *windows)),
                (
                    7,
                    number(
                        hubs,
                        Query('max by (server) (roaming_radsec_up{role="hub"})', "{{server}}"),
                    ),
                ),
            ),
            line(8, (12, curves(over_time, *windows)), (12, _degraded())),
        ),
    )


def _degraded() -> PanelBuilder:
    face = Face(
        "Boroughs with failures",
        "How many homes cannot be reached from everywhere, and in how many boroughs not everybody gets online.",
        "none",
        at.ANY_STEPS,
    )
    return curves(
        face,
        Query(f"sum({promql.share(by='home')} < bool 1)", "as a home"),
        Query(f"sum({promql.share(by='visited')} < bool 1)", "as a visited borough"),
    )


def _alerts(runbooks: str) -> Section:
    firing = Face(
        "Firing alerts",
        "What fires now, and whose it is. Watchdog always fires: when it is missing, nobody would be told of anything.",
        "none",
        at.FIRING_STEPS,
    )
    columns = (
        Column("alertname", "alert", links=(places.to_runbook(runbooks, "${__value.raw}"),)),
        Column("severity", "severity"),
        Column("owner", "owner", links=(places.to_borough("${__value.raw}"),)),
        Column("Value", "count"),
    )
    grouped = Face(
        "Alertmanager",
        "The same as Alertmanager groups and sends it, with what is silenced or inhibited.",
        "none",
    )
    expr = 'sum by (alertname, severity, owner) (ALERTS{alertstate="firing"})'
    return Section("What fires", (line(8, (14, listing(firing, columns, Query(expr))), (10, alert_groups(grouped))),))


def _boroughs() -> Section:
    return Section("Who is at fault?", (line(11, (12, _table_of_boroughs()), (12, _worst_pairs())),))


def _table_of_boroughs() -> PanelBuilder:
    face = Face(
        "Boroughs",
        "As home: from how many boroughs its people get in. As visited: how many homes get in there. Red when "
        f"{at.LOST} fail (HomeBoroughUnreachable, VisitedBoroughIsolated).",
        "percentunit",
        at.REACH_STEPS,
    )
    columns = (
        Column("borough", "borough", links=(places.to_borough(_BY_NAME),)),
        Column("Value #A", "as home", "percentunit", at.REACH_STEPS),
        Column("Value #B", "as visited", "percentunit", at.REACH_STEPS),
        Column("Value #C", "as home, 30 days", "percentunit", at.OBJECTIVE_STEPS),
        Column("Value #D", "access points up", "percentunit", at.SITE_STEPS),
    )
    return listing(
        face,
        columns,
        Query(promql.as_borough(promql.share(by="home"), "home")),
        Query(promql.as_borough(promql.share(by="visited"), "visited")),
        Query(promql.as_borough(promql.share(by="home", window=at.WINDOW), "home")),
        Query(promql.as_borough("avg by (owner) (roaming_access_point_up)", "owner")),
    )


def _worst_pairs() -> PanelBuilder:
    worst = f"bottomk({_WORST}, avg by (visited, home) (avg_over_time(roaming_probe_success[$__range])))"
    face = Face(
        "Worst pairs",
        "The pairs whose probes passed least in the time shown, how many have failed in a row, and why the last one "
        f"ended as it did. PairDown fires from {alerts.FAILURES} on, where nothing else explains them.",
        "percentunit",
        at.OBJECTIVE_STEPS,
    )
    link = places.to_pair("${__data.fields.visited}", "${__data.fields.home}")
    columns = (
        Column("visited", "visited", links=(link,)),
        Column("home", "home", links=(link,)),
        Column("Value #A", "passed", "percentunit", at.OBJECTIVE_STEPS),
        Column("Value #B", "failed in a row", "none", at.FAILED_STEPS),
        Column("reason", "reason"),
    )
    reason = f"max by (visited, home, reason) (roaming_probe_reason) and on (visited, home) {worst}"
    failures = f"{promql.pair('roaming_probe_failures')} and on (visited, home) {worst}"
    return listing(face, columns, Query(worst), Query(failures), Query(reason))


def _latency() -> Section:
    overall = Face(
        "How long people wait",
        "Half, 95 % and 99 % of the accepted logins of probes took at most so long, over all homes.",
        "s",
        at.LATENCY_STEPS,
    )
    homes = Face(
        "95 % by home",
        "How long the logins of probes take at most, by home, but for the slowest 5 %. AuthLatencyHigh fires above "
        f"{alerts.SLOW_S:g} s.",
        "s",
        at.LATENCY_STEPS,
    )
    name = "roaming_auth_home_seconds"
    ranks = ((0.5, "half"), (0.95, "95 %"), (0.99, "99 %"))
    return Section(
        "How fast?",
        (
            line(
                9,
                (8, curves(overall, *(Query(promql.quantile(rank, name), legend) for rank, legend in ranks))),
                (8, curves(homes, Query(promql.quantile(0.95, name, by="home"), "{{home}}"))),
                (8, _table_of_latency(name)),
            ),
        ),
    )


def _table_of_latency(name: str) -> PanelBuilder:
    face = Face(
        "By home",
        "Percentiles over the time shown, with the share of the probes' logins that took longer than "
        f"{alerts.SLOW_S:g} s.",
        "s",
        at.LATENCY_STEPS,
    )
    columns = (
        Column("home", "home", links=(places.to_borough("${__data.fields.home}"),)),
        Column("Value #A", "half", "s", at.LATENCY_STEPS),
        Column("Value #B", "95 %", "s", at.LATENCY_STEPS),
        Column("Value #C", "99 %", "s", at.LATENCY_STEPS),
        Column("Value #D", "slow", "percentunit", at.ANY_STEPS),
    )
    ranks = (0.5, 0.95, 0.99)
    slow = "sum by (home) (increase(roaming_auth_slow_total[$__range]))"
    logins = "sum by (home) (increase(roaming_auth_pair_seconds_count[$__range]))"
    return listing(
        face,
        columns,
        *(Query(promql.quantile(rank, name, by="home", window="$__range")) for rank in ranks),
        Query(f"{slow} / {logins}"),
    )


def _devices() -> Section:
    certificates = Face(
        "Certificates that end soonest",
        "How long the certificates of the homes (eap) and of the RadSec endpoints still hold. CertificateExpiring "
        f"fires at {alerts.CERTIFICATE_TICKET_DAYS} days and pages at {alerts.CERTIFICATE_PAGE_DAYS}.",
        "s",
        at.CERTIFICATE_STEPS,
    )
    columns = (
        Column("kind", "kind"),
        Column("server", "server"),
        Column("owner", "owner", links=(places.to_borough("${__value.raw}"),)),
        Column("Value", "holds for", "dtdurations", at.CERTIFICATE_STEPS),
    )
    servers = Face(
        "Servers that answer",
        "Share of each owner's RADIUS servers that answer Status-Server.",
        "percentunit",
        at.UP,
    )
    sites = Face(
        "Sites with the fewest access points up",
        "Share of a site's access points that work; SiteDown fires when none does.",
        "percentunit",
        at.SITE_STEPS,
    )
    return Section(
        "Devices and certificates",
        (
            line(
                9,
                (10, listing(certificates, columns, Query(f"bottomk({_WORST}, {promql.remaining()})"))),
                (7, bars(servers, Query("avg by (owner) (roaming_server_up)", "{{owner}}"))),
                (
                    7,
                    bars(
                        sites,
                        Query(
                            f"bottomk({_WORST}, avg by (owner, site) (roaming_access_point_up))", "{{owner}}/{{site}}"
                        ),
                    ),
                ),
            ),
        ),
    )


def _monitor() -> Section:
    oldest = Face(
        "Oldest result",
        "Age of the oldest pair's result in intervals of the prober. ProbeStale fires at three: then green means "
        "nothing.",
        "suffix: intervals",
        at.STALE_STEPS,
    )
    ages = Face("Since each collector's last cycle", "It grows without end where a collector has stopped.", "s")
    lengths = Face("Length of cycles", "How long each collector's last cycle took.", "s")
    failures = Face(
        "Not collected",
        "What could not be collected, and why, a second. Its samples are absent, not nought.",
        "ops",
        at.ANY_STEPS,
    )
    unknown = Face(
        "Probes that taught nothing",
        "Probes that failed on the agent's own side, by visited borough and reason.",
        "ops",
        at.ANY_STEPS,
    )
    lines = Face("Log lines", "Lines of logs that were used, passed over or malformed.", "ops")
    failed = promql.none_yet(
        promql.rate("roaming_collection_failures_total", "collector, reason"),
        "collector",
        "roaming_collection_timestamp_seconds",
    )
    nothing = promql.none_yet(
        promql.rate("roaming_probe_unknown_total", "visited, reason"), "visited", "roaming_probe_timestamp_seconds"
    )
    return Section(
        "Does the monitor see?",
        (
            line(
                7,
                (4, number(oldest, Query(f"max({promql.cycles('roaming_probe_timestamp_seconds')})"))),
                (
                    10,
                    curves(
                        ages,
                        Query(promql.age("roaming_collection_timestamp_seconds", by="collector"), "{{collector}}"),
                    ),
                ),
                (10, curves(lengths, Query("max by (collector) (roaming_collection_seconds)", "{{collector}}"))),
            ),
            line(
                7,
                (8, curves(failures, Query(failed, "{{collector}} {{reason}}"))),
                (8, curves(unknown, Query(nothing, "{{visited}} {{reason}}"))),
                (
                    8,
                    curves(lines, Query(promql.rate("roaming_log_lines_total", "log, outcome"), "{{log}} {{outcome}}")),
                ),
            ),
        ),
    )

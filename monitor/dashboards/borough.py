"""One borough: its people elsewhere, everybody in its buildings, its servers, certificates and access points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from monitor.alerts import thresholds as alerts
from monitor.alerts.evidence import reject_share
from monitor.dashboards import expressions as promql
from monitor.dashboards import places
from monitor.dashboards import thresholds as at
from monitor.dashboards.grid import Head, Section, assemble, data_source, label_variable, line
from monitor.dashboards.panel import UP_OR_DOWN, Column, Face, Query, bars, curves, listing, number

if TYPE_CHECKING:
    from monitor.dashboards.panel import PanelBuilder

_HEAD: Final = Head(
    places.BOROUGH,
    "Roaming: a borough",
    "One borough as a home and as a visited borough, with its servers, certificates, controllers and access points.",
    "now-6h",
)
_HOME: Final = '{home="$borough"}'
_VISITED: Final = '{visited="$borough"}'
_OWNER: Final = '{owner="$borough"}'
_SITES: Final = '{owner="$borough", site=~"$site"}'
_DEVICE: Final = "device"
_CLIENT: Final = "device, server"


def borough(runbooks: str = places.RUNBOOKS) -> dict[str, Any]:
    """Return the dashboard of one borough."""
    variables = (
        data_source(),
        label_variable("borough", "Borough", "label_values(roaming_probe_timestamp_seconds, home)", many=False),
        label_variable("site", "Site", f"label_values(roaming_access_point_up{_OWNER}, site)", many=True),
    )
    sections = (_state(runbooks), _servers(), _latency(), _people(), _access_points(), _controllers())
    return assemble(_HEAD, variables, sections)


def _state(runbooks: str) -> Section:
    return Section("How it stands", (line(6, *_numbers()), line(8, (9, _alerts(runbooks)), (15, _others()))))


def _numbers() -> tuple[tuple[int, PanelBuilder], ...]:
    home = Face(
        "Its people elsewhere",
        f"From what share of the boroughs its people get in now; HomeBoroughUnreachable fires when {at.LOST} fail.",
        "percentunit",
        at.REACH_STEPS,
    )
    visited = Face(
        "Everybody here",
        f"What share of the homes gets in here now; VisitedBoroughIsolated fires when {at.LOST} fail.",
        "percentunit",
        at.REACH_STEPS,
    )
    month = Face(
        "Last 30 days",
        f"The share of probes that passed over 30 days; the federation's objective is {alerts.OBJECTIVE * 100:g} %.",
        "percentunit",
        at.OBJECTIVE_STEPS,
    )
    up = Face(
        "Access points up",
        "Share of its access points that work, of those that are known.",
        "percentunit",
        at.SITE_STEPS,
    )
    path = Face(
        "GovWifi's path",
        "Whether GovWifi answers the registered source of each location.",
        "none",
        at.UP,
        UP_OR_DOWN,
    )
    return (
        (4, number(home, Query(promql.share(_HOME)))),
        (4, number(visited, Query(promql.share(_VISITED)))),
        (
            6,
            number(
                month,
                Query(promql.share(_HOME, window=at.WINDOW), "as home"),
                Query(promql.share(_VISITED, window=at.WINDOW), "as visited"),
            ),
        ),
        (4, number(up, Query(f"avg(roaming_access_point_up{_OWNER})"))),
        (6, number(path, Query(f"min by (location) (roaming_govwifi_up{_OWNER})", "{{location}}"))),
    )


def _alerts(runbooks: str) -> PanelBuilder:
    face = Face("Its alerts", "What fires now and is this borough's to mend.", "none", at.FIRING_STEPS)
    columns = (
        Column("alertname", "alert", links=(places.to_runbook(runbooks, "${__value.raw}"),)),
        Column("severity", "severity"),
        Column("Value", "count"),
    )
    expr = 'sum by (alertname, severity) (ALERTS{alertstate="firing", owner="$borough"})'
    return listing(face, columns, Query(expr))


def _others() -> PanelBuilder:
    face = Face(
        "With each other borough",
        "Whether its people get in there, and theirs here, and how long its people's last login took.",
        "none",
        at.UP,
    )
    link = places.to_borough("${__data.fields.borough}")
    columns = (
        Column("borough", "borough", links=(link,)),
        Column("Value #A", "its people there", mappings=UP_OR_DOWN),
        Column("Value #B", "theirs here", mappings=UP_OR_DOWN),
        Column("Value #C", "its people there take", "s", at.LATENCY_STEPS),
    )
    there = f"max by (visited) (roaming_probe_success{_HOME})"
    here = f"max by (home) (roaming_probe_success{_VISITED})"
    takes = f"max by (visited) (roaming_probe_seconds{_HOME})"
    named = ((there, "visited"), (here, "home"), (takes, "visited"))
    queries = (Query(promql.as_borough(expr, label)) for expr, label in named)
    return listing(face, columns, *queries)


def _servers() -> Section:
    answers = Face(
        "Servers",
        "Whether each server answers Status-Server and how fast, and whether its RadSec endpoint shows a certificate "
        "of our CA. HomeServerDown fires when one is silent.",
        "none",
        at.UP,
    )
    columns = (
        Column("server", "server"),
        Column("role", "role"),
        Column("Value #A", "Status-Server", mappings=UP_OR_DOWN),
        Column("Value #B", "answers in", "s", at.LATENCY_STEPS),
        Column("Value #C", "RadSec", mappings=UP_OR_DOWN),
        Column("Value #D", "trusted", mappings=UP_OR_DOWN),
    )
    table = listing(
        answers,
        columns,
        Query(f"max by (server, role) (roaming_server_up{_OWNER})"),
        Query(f"max by (server) (roaming_server_seconds{_OWNER})"),
        Query(f"max by (server) (roaming_radsec_up{_OWNER})"),
        Query(f"max by (server) (roaming_radsec_trusted{_OWNER})"),
    )
    return Section("Servers and certificates", (line(8, (11, table), (5, _paths()), (8, _certificates())),))


def _paths() -> PanelBuilder:
    face = Face(
        "Its proxies",
        "Whether each of its proxies answered the last probe that was sent to it.",
        "none",
        at.UP,
        UP_OR_DOWN,
    )
    return number(face, Query(f"min by (path) (roaming_path_up{_VISITED})", "{{path}}"))


def _certificates() -> PanelBuilder:
    face = Face(
        "Certificates",
        "How long its certificates hold, and how often another one has been shown so far. CertificateExpiring fires "
        f"at {alerts.CERTIFICATE_TICKET_DAYS} days and pages at {alerts.CERTIFICATE_PAGE_DAYS}.",
        "s",
        at.CERTIFICATE_STEPS,
    )
    columns = (
        Column("kind", "kind"),
        Column("server", "server"),
        Column("Value #A", "holds for", "dtdurations", at.CERTIFICATE_STEPS),
        Column("Value #B", "changes", "none", at.ANY_STEPS),
    )
    # Not `increase`: a counter that is born with its first event has none.
    changes = f"sum by (kind, server, owner) (roaming_certificate_changes_total{_OWNER})"
    none = f"0 * min by (kind, server, owner) (roaming_certificate_expiry_timestamp_seconds{_OWNER})"
    return listing(face, columns, Query(promql.remaining(_OWNER)), Query(f"{changes} or {none}"))


def _latency() -> Section:
    home = Face(
        "Its people, by method",
        "Half and 95 % of the authentications of its people took at most so long. AuthLatencyHigh fires above "
        f"{alerts.SLOW_S:g} s.",
        "s",
        at.LATENCY_STEPS,
    )
    visited = Face("Everybody here, by method", "The same for everybody who logs in here.", "s", at.LATENCY_STEPS)
    phases = Face(
        "Where the time goes",
        "Mean length of the parts of an EAP conversation: until the first challenge (start), until TLS is up "
        "(tunnel), until the home has decided (inner). A slow start is the way, a slow inner part is the home's "
        "directory.",
        "s",
    )
    waiting = Face(
        "Where its people wait longest",
        "Mean length of the probes' accepted logins of its people, by visited borough, over the time shown.",
        "s",
        at.LATENCY_STEPS,
    )
    of_home, of_visited = "roaming_auth_home_seconds", "roaming_auth_visited_seconds"
    ranks = ((0.5, "half"), (0.95, "95 %"))
    as_home = (Query(promql.quantile(r, of_home, "method", selector=_HOME), f"{{{{method}}}} {w}") for r, w in ranks)
    as_host = (
        Query(promql.quantile(r, of_visited, "method", selector=_VISITED), f"{{{{method}}}} {w}") for r, w in ranks
    )
    waits = promql.mean("roaming_auth_pair_seconds", "visited", "$__range", _HOME)
    return Section(
        "How fast?",
        (
            line(
                9,
                (6, curves(home, *as_home)),
                (6, curves(visited, *as_host)),
                (
                    6,
                    curves(
                        phases, Query(promql.mean("roaming_auth_phase_seconds", "phase", selector=_HOME), "{{phase}}")
                    ),
                ),
                (6, bars(waiting, Query(f"sort_desc({waits})", "{{visited}}"))),
            ),
        ),
    )


def _people() -> Section:
    here = Face("Logins here", "Authentications of people in its buildings, a second, by result, from its logs.", "ops")
    there = Face(
        "Logins of its people", "Authentications of its people anywhere, a second, by result, from logs.", "ops"
    )
    rejects = Face(
        "Share that is rejected",
        "How many of the logins of its people that are answered are rejected. RejectSpike fires above "
        f"{alerts.REJECT_SHARE * 100:g} %, where it is {alerts.REJECT_GROWTH} times what it was a week before.",
        "percentunit",
        at.REJECT_STEPS,
    )
    log = 'source="log"'
    by_result = (
        promql.rate("roaming_auth_total", "result", f'{{{log}, visited="$borough"}}'),
        promql.rate("roaming_auth_total", "result", f'{{{log}, home="$borough"}}'),
    )
    rejected = reject_share(f'{log}, home="$borough"', "[$__rate_interval]")
    return Section(
        "People (from logs)",
        (
            line(
                8,
                (8, curves(here, Query(by_result[0], "{{result}}"))),
                (8, curves(there, Query(by_result[1], "{{result}}"))),
                (8, curves(rejects, Query(rejected, "rejected"))),
            ),
        ),
    )


def _access_points() -> Section:
    radios = Face(
        "Radios",
        f"Clients of each radio, and how much of the time its channel is in use; above {at.BUSY_RATIO * 100:g} % there "
        "is no room to roam into.",
        "none",
        at.BUSY_STEPS,
    )
    columns = (
        Column("access_point", "access point"),
        Column("radio", "radio"),
        Column("Value #A", "clients"),
        Column("Value #B", "channel in use", "percentunit", at.BUSY_STEPS),
    )
    ssids = Face(
        "Clients by SSID", "How many clients use each wireless network; networks not ours are one: other.", "none"
    )
    table = listing(
        radios,
        columns,
        Query(f"max by (access_point, radio) (roaming_radio_clients{_SITES})"),
        Query(f"max by (access_point, radio) (roaming_radio_utilisation_ratio{_SITES})"),
    )
    return Section(
        "Access points",
        (
            line(
                10,
                (9, _points()),
                (8, table),
                (7, curves(ssids, Query(f"sum by (ssid) (roaming_ssid_clients{_OWNER})", "{{ssid}}"))),
            ),
        ),
    )


def _points() -> PanelBuilder:
    face = Face(
        "Access points",
        "Whether each access point works and how many clients it has. AccessPointDown fires for one, SiteDown for a "
        "whole site.",
        "none",
        at.UP,
    )
    columns = (
        Column("access_point", "access point"),
        Column("site", "site"),
        Column("Value #A", "state", mappings=UP_OR_DOWN),
        Column("Value #B", "clients"),
    )
    return listing(
        face,
        columns,
        Query(f"sort(min by (access_point, site) (roaming_access_point_up{_SITES}))"),
        Query(f"max by (access_point, site) (roaming_access_point_clients{_SITES})"),
    )


def _controllers() -> Section:
    polled = Face(
        "Devices that answer SNMP",
        "Whether each controller or access point answered the last poll, and how long that took.",
        "none",
    )
    columns = (
        Column("device", "device"),
        Column("Value #A", "SNMP", mappings=UP_OR_DOWN),
        Column("Value #B", "poll took", "s"),
    )
    timeouts = Face(
        "RADIUS requests that timed out",
        "Requests of its devices that no server answered in time, a second, by server.",
        "ops",
        at.ANY_STEPS,
    )
    trips = Face(
        "RADIUS round trips",
        "How long the last request of each device took, by server; devices count in 10 ms.",
        "s",
        at.LATENCY_STEPS,
    )
    traps = Face("Traps", "Traps and informs of its devices, a second.", "ops")
    table = listing(
        polled,
        columns,
        Query(f"min by (device) (roaming_snmp_up{_OWNER})"),
        Query(f"max by (device) (roaming_snmp_seconds{_OWNER})"),
    )
    timed_out = promql.rate("roaming_radius_client_timeouts_total", _CLIENT, _OWNER)
    caught = promql.none_yet(
        promql.rate("roaming_traps_total", "device, trap", _OWNER), _DEVICE, f"roaming_snmp_up{_OWNER}"
    )
    return Section(
        "Controllers",
        (
            line(
                8,
                (6, table),
                (6, curves(timeouts, Query(timed_out, "{{device}} {{server}}"))),
                (
                    6,
                    curves(
                        trips,
                        Query(f"max by ({_CLIENT}) (roaming_radius_client_seconds{_OWNER})", "{{device}} {{server}}"),
                    ),
                ),
                (6, curves(traps, Query(caught, "{{device}} {{trap}}"))),
            ),
            line(8, (24, _requests())),
        ),
    )


def _requests() -> PanelBuilder:
    face = Face(
        "RADIUS requests of its devices",
        "What its devices asked their servers and what came back, a second: many retransmissions mean that a server "
        "is slow or gone.",
        "ops",
    )
    parts = ("requests", "retransmissions", "accepts", "rejects")
    return curves(
        face,
        *(
            Query(promql.rate(f"roaming_radius_client_{part}_total", "server", _OWNER), f"{{{{server}}}} {part}")
            for part in parts
        ),
    )

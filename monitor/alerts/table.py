"""The alerts: what fires, for how long it must hold, who acts and what they read."""

from __future__ import annotations

from typing import Final

from monitor.alerts import thresholds as at
from monitor.alerts.evidence import FT_KINDS, FULL_KIND, HOMES, as_home, as_visited, reject_share
from monitor.alerts.rule import Alert, Severity
from monitor.alerts.settings import DAY, EVALUATION_S, HOUR, MINUTE, MONITOR_JOB, Settings, spelled
from monitor.attribution import OPERATOR

_OVERVIEW: Final = "d/roaming-overview"
_TO_HOME: Final = "d/roaming-matrix?var-home={{ $labels.home }}"
_FROM_VISITED: Final = "d/roaming-matrix?var-visited={{ $labels.visited }}"
_BOROUGH: Final = "d/roaming-borough?var-borough={{ $labels.owner }}"

# A realm outside the region has a dot, a borough's slug has none; the operator speaks to those outside.
_HOME_OWNER: Final = '{{ if match "[.]" $labels.home }}operator{{ else }}{{ $labels.home }}{{ end }}'
_HUB_OWNER: Final = '{{ if eq $labels.owner "federation" }}operator{{ else }}{{ $labels.owner }}{{ end }}'

# "other" is every realm that is unknown, and everybody in a log that names no realm: nobody's home.
_PEOPLE: Final = 'source="log", home!="other"'


def alerts(settings: Settings) -> tuple[Alert, ...]:
    """Return all rules of all alerts."""
    return (
        *_boroughs(settings),
        *_hops(settings),
        *_people(settings),
        *_certificates(settings),
        *_access_points(settings),
        *_roams(settings),
        *_monitor(settings),
        *_budget(settings),
    )


def _boroughs(settings: Settings) -> tuple[Alert, ...]:
    wait = settings.scaled(2 * MINUTE)
    return (
        Alert(
            "HomeBoroughUnreachable",
            _held(
                "roaming:home:unreachable unless on (home) roaming:home:only_cut_off", "HomeBoroughUnreachable", "home"
            ),
            wait,
            Severity.PAGE,
            _HOME_OWNER,
            "People from {{ $labels.home }} cannot get online in other boroughs",
            "{{ $value | humanizePercentage }} of the boroughs that reach others cannot reach {{ $labels.home }}. "
            "Its home server, or the last part of the way to it, does not answer or is not believed.",
            _TO_HOME,
        ),
        Alert(
            "VisitedBoroughIsolated",
            _held("roaming:visited:isolated", "VisitedBoroughIsolated", "visited"),
            wait,
            Severity.PAGE,
            "{{ $labels.visited }}",
            "Visitors in {{ $labels.visited }} cannot get online",
            "{{ $value | humanizePercentage }} of the homes that others reach cannot be reached from "
            "{{ $labels.visited }}. Its proxy, or its line to the hubs, does not work.",
            _FROM_VISITED,
        ),
        Alert(
            "PairDown",
            _calm("roaming:pair:down", "home", "visited"),
            settings.scaled(10 * MINUTE),
            Severity.TICKET,
            "{{ $labels.visited }}",
            "People from {{ $labels.home }} cannot get online in {{ $labels.visited }}",
            f"{at.FAILURES} or more probes in a row failed. {{{{ $labels.home }}}} answers other boroughs, and "
            "{{ $labels.visited }} reaches other homes: only this way is broken.",
            "d/roaming-matrix?var-visited={{ $labels.visited }}&var-home={{ $labels.home }}",
        ),
    )


def _settling_end(end: str) -> str:
    borough = {"home": as_home, "visited": as_visited}[end]("roaming:borough:settling")
    return f"unless on ({end}) {borough}"


def _held(expression: str, name: str, end: str) -> str:
    """Hold a new alert back while the federation changes its ways; one that fires goes on."""
    firing = f'ALERTS{{alertname="{name}", alertstate="firing"}}'
    return (
        f"(({expression})\n  unless on () roaming:hub:settling {_settling_end(end)})\n"
        f"or (({expression}) and on ({end}) {firing})"
    )


def _calm(expression: str, *ends: str) -> str:
    """Take out what may only be a change of ways, of the hubs or of these ends."""
    return f"{expression}\nunless on () roaming:hub:settling {' '.join(map(_settling_end, ends))}"


def _hops(settings: Settings) -> tuple[Alert, ...]:
    return (
        _hub_down(
            settings, "some", Severity.TICKET, "The other hubs carry on; one more failure may be the end of roaming."
        ),
        _hub_down(settings, "none", Severity.PAGE, "No hub is left: nobody can get online away from home."),
        Alert(
            "HubDown",
            "roaming:hub:flapping",
            settings.scaled(MINUTE),
            Severity.PAGE,
            OPERATOR,
            "Hub {{ $labels.server }} stops and comes back again and again",
            f"{{{{ $labels.server }}}} went away or came back {{{{ $value }}}} times within {settings.flapping}. "
            "Each time the people whose way leads over it wait. "
            "Stop it for good until it is mended: the other hubs carry on.",
            _OVERVIEW,
            {"hubs_left": "changing"},
        ),
        Alert(
            "HomeServerDown",
            f"max by (server, owner) ({HOMES}) == 0 and on (owner) (max by (owner) ({HOMES}) == 1)",
            settings.scaled(2 * MINUTE),
            Severity.TICKET,
            "{{ $labels.owner }}",
            "{{ $labels.server }} of {{ $labels.owner }} does not answer; another home server does",
            "It does not answer Status-Server. People of {{ $labels.owner }} get online by the other one, and nobody "
            "can once that fails too.",
            _BOROUGH,
        ),
    )


def _hub_down(settings: Settings, left: str, severity: Severity, means: str) -> Alert:
    others = "> 0" if left == "some" else "== 0"
    return Alert(
        "HubDown",
        f"roaming:hub:up == 0 and on () (sum(roaming:hub:up) {others})",
        settings.scaled(MINUTE),
        severity,
        OPERATOR,
        "Hub {{ $labels.server }} is down",
        f"{{{{ $labels.server }}}} does not answer as a RadSec endpoint. {means}",
        _OVERVIEW,
        {"hubs_left": left},
    )


def _people(settings: Settings) -> tuple[Alert, ...]:
    return (
        _latency(settings, at.SLOW_S, Severity.TICKET),
        _latency(settings, at.VERY_SLOW_S, Severity.PAGE),
        Alert(
            "RejectSpike",
            _reject_spike(settings),
            settings.scaled(5 * MINUTE),
            Severity.TICKET,
            _HOME_OWNER,
            "{{ $labels.home }} refuses many of its own people",
            "{{ $value | humanizePercentage }} of the authentications of people from {{ $labels.home }} were refused, "
            f"more than {at.REJECT_GROWTH} times as many as at this hour a week ago.",
            _TO_HOME,
        ),
    )


def _latency(settings: Settings, seconds: float, severity: Severity) -> Alert:
    return Alert(
        "AuthLatencyHigh",
        _calm(f"roaming:home:slow > {seconds:g}", "home"),
        settings.scaled(5 * MINUTE),
        severity,
        _HOME_OWNER,
        "It takes people from {{ $labels.home }} long to get online",
        "5 of 100 authentications of {{ $labels.home }} take longer than {{ $value | humanizeDuration }}; "
        f"{seconds:g} s is too long. Boroughs that are quick with other homes are slow with this one.",
        _TO_HOME,
        {"over": f"{seconds:g}s"},
    )


def _reject_spike(settings: Settings) -> str:
    window = settings.scaled(15 * MINUTE)
    # The hour around this moment a week ago, so that a rush which comes each week is met from its first minute.
    share = reject_share(_PEOPLE, f"[{window}]")
    past = reject_share(_PEOPLE, f"[{settings.scaled(HOUR)}] offset {settings.scaled(7 * DAY - HOUR / 2)}")
    rejects = f'sum by (home) (increase(roaming_auth_total{{{_PEOPLE}, result="reject"}}[{window}]))'
    return (
        f"({share} > {at.REJECT_SHARE})\n"
        f"and on (home) ({rejects} >= {at.LEAST_REJECTS})\n"
        f"unless on (home) ({share} <= {at.REJECT_GROWTH} * ({past}))"
    )


def _certificates(settings: Settings) -> tuple[Alert, ...]:
    return (
        _certificate(settings, f"< {at.CERTIFICATE_PAGE_DAYS}", Severity.PAGE),
        _certificate(settings, f">= {at.CERTIFICATE_PAGE_DAYS} < {at.CERTIFICATE_TICKET_DAYS}", Severity.TICKET),
    )


def _certificate(settings: Settings, days: str, severity: Severity) -> Alert:
    left = "(min by (kind, server, owner) (roaming_certificate_expiry_timestamp_seconds) - time()) / 86400"
    return Alert(
        "CertificateExpiring",
        f"{left} {days}",
        settings.scaled(5 * MINUTE),
        severity,
        _HUB_OWNER,
        "A certificate of {{ $labels.server }} is about to end, or has ended",
        'The {{ $labels.kind }} certificate of {{ $labels.server }} has {{ $value | printf "%.1f" }} days left '
        "(below 0 it has ended). Once it has ended, the server is refused and nobody gets online by it.",
        _BOROUGH,
    )


def _access_points(settings: Settings) -> tuple[Alert, ...]:
    up = "max by (owner, site, access_point) (roaming_access_point_up)"
    seen = f"group by (owner, site, access_point) (present_over_time(roaming_access_point_up[{settings.scaled(HOUR)}]))"
    wait = settings.scaled(5 * MINUTE)
    return (
        Alert(
            "AccessPointDown",
            f"{up} == 0",
            wait,
            Severity.TICKET,
            "{{ $labels.owner }}",
            "Access point {{ $labels.access_point }} is down",
            "{{ $labels.access_point }} at {{ $labels.site }} does not work. "
            "SiteDown fires as well when all of the building are known to be down.",
            _BOROUGH,
        ),
        Alert(
            "SiteDown",
            f"count by (owner, site) ({up} == 0) == on (owner, site) count by (owner, site) ({seen})",
            wait,
            Severity.PAGE,
            "{{ $labels.owner }}",
            "No wifi at {{ $labels.site }}",
            "All access points of {{ $labels.site }} are down ({{ $value }}). Look at its power and its line first.",
            _BOROUGH,
        ),
    )


def _roams(settings: Settings) -> tuple[Alert, ...]:
    return (
        _roam_slow(
            settings,
            FT_KINDS,
            at.FT_SLOW_S,
            "The new access point asks another one for keys: look at the way between them, then at the channel.",
        ),
        _roam_slow(
            settings,
            FULL_KIND,
            at.FULL_SLOW_S,
            "Every exchange goes to the people's home: look at the times of the homes first, then at the proxy.",
        ),
        Alert(
            "FtFallback",
            f"roaming:access_point:ft_fallbacks > {at.FALLBACKS}",
            settings.scaled(5 * MINUTE),
            Severity.TICKET,
            "{{ $labels.owner }}",
            "Fast roaming to {{ $labels.access_point }} does not work",
            "{{ $value | humanizePercentage }} of the roams to {{ $labels.access_point }} at {{ $labels.site }} were "
            "refused or full authentications, though client and owner can do 802.11r. Compare its mobility domain and "
            "its keys with its neighbours': roam diff --limit {{ $labels.owner }}/{{ $labels.site }}.",
            "d/roaming-roams?var-visited={{ $labels.owner }}",
        ),
    )


def _roam_slow(settings: Settings, kinds: str, seconds: float, look: str) -> Alert:
    return Alert(
        "RoamSlow",
        f"roaming:visited:slow_roams{{{kinds}}} > {at.SLOW_ROAMS}",
        settings.scaled(5 * MINUTE),
        Severity.TICKET,
        "{{ $labels.visited }}",
        "Devices in {{ $labels.visited }} take long from one access point to the next",
        "{{ $value | humanizePercentage }} of the {{ $labels.kind }} roams took longer than "
        f"{spelled(seconds)} (D2: from the first request until the new access point lets the device in). "
        f"Calls break off in these. {look}",
        "d/roaming-roams?var-visited={{ $labels.visited }}",
        {"over": spelled(seconds)},
    )


def _monitor(settings: Settings) -> tuple[Alert, ...]:
    day = settings.scaled(DAY)
    interval = f"scalar(max(max_over_time(roaming_probe_interval_seconds[{day}])))"
    newest = f"max_over_time(roaming:visited:learned_timestamp_seconds[{settings.scaled(7 * DAY)}])"
    unknown = f"sum by (visited) (increase(roaming_probe_unknown_total[{settings.scaled(15 * MINUTE)}]))"
    return (
        _stale(
            settings,
            "results",
            f"(time() - {newest}) / {interval} > {at.STALE_CYCLES}",
            "Nothing is known of {{ $labels.visited }} any more",
            'The last result from {{ $labels.visited }} is {{ $value | printf "%.1f" }} intervals old. '
            "Its faults cannot be seen.",
        ),
        _stale(
            settings,
            "first-result",
            f"{unknown} > 0 unless on (visited) {newest}",
            "Nothing was ever learned from {{ $labels.visited }}",
            "No probe from {{ $labels.visited }} ever worked. Look at its agent. Its faults cannot be seen.",
        ),
        _stale(
            settings,
            "scrape",
            f'up{{job="{MONITOR_JOB}"}} == 0',
            "The monitor does not answer",
            "Prometheus cannot read {{ $labels.instance }}. What it watched cannot be seen.",
        ),
        _stale(
            settings,
            "monitor",
            "absent(roaming_probe_interval_seconds)",
            "There is no monitor",
            "Nobody says how often is probed: no monitor is read, or none runs.",
        ),
        Alert(
            "Watchdog",
            "vector(1)",
            "",
            Severity.NONE,
            OPERATOR,
            "Alerts get through",
            "Always fires. When whoever waits for it hears nothing, Prometheus or Alertmanager is down.",
            _OVERVIEW,
        ),
    )


def _stale(settings: Settings, missing: str, expression: str, summary: str, description: str) -> Alert:
    return Alert(
        "ProbeStale",
        expression,
        settings.scaled(2 * MINUTE),
        Severity.PAGE,
        OPERATOR,
        summary,
        description,
        _OVERVIEW,
        {"missing": missing},
    )


# SRE workbook, chapter 5: burn rate, long window, short window, severity, for 30 days.
_BURNS: Final = (
    (14.4, HOUR, 5 * MINUTE, Severity.PAGE),
    (6.0, 6 * HOUR, 30 * MINUTE, Severity.PAGE),
    (3.0, DAY, 2 * HOUR, Severity.TICKET),
    (1.0, 3 * DAY, 6 * HOUR, Severity.TICKET),
)


def _budget(settings: Settings) -> tuple[Alert, ...]:
    return tuple(_burn(settings, *row) for row in _BURNS)


def _burn(settings: Settings, times: float, long_s: float, short_s: float, severity: Severity) -> Alert:
    limit = f"> {times * (1 - at.OBJECTIVE):.4g}"
    long, short = settings.scaled(long_s), settings.scaled(short_s)
    loss = "avg_over_time(roaming:federation:loss[{}])"
    # A store that is young knows a part of the window only, in which one bad minute weighs as a day.
    enough = round(settings.seconds(long_s) / settings.seconds(EVALUATION_S) / 2)
    return Alert(
        "FederationBudgetBurn",
        f"({loss.format(long)} {limit})\nand on () ({loss.format(short)} {limit})\n"
        f"and on () (roaming:federation:probes >= {at.LEAST_PROBES})\n"
        f"and on () (count_over_time(roaming:federation:loss[{long}]) >= {enough})",
        settings.scaled(2 * MINUTE),
        severity,
        OPERATOR,
        "People away from home fail to get online, and nothing says why",
        f"{{{{ $value | humanizePercentage }}}} of all pairs failed over {long} for a reason that no alert gives: "
        f"more than {times:g} times what {at.OBJECTIVE:.0%} in 30 days allows.",
        _OVERVIEW,
        {"window": spelled(long_s)},
    )

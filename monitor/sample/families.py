"""Every metric that there is: the one table that the exporter, alerts, dashboards and their tests read.

No label holds a user, a MAC, a session, an address or a free realm (monitor.md §5): `visited` and `home` are boroughs
and outside realms of the inventory or "other"; devices are names of the inventory. Base units throughout.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """The types of Prometheus' text format."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"
    SUMMARY = "summary"


@dataclass(frozen=True, slots=True)
class Family:
    """One metric. A counter's name ends in `_total`; a summary has `_sum` and `_count`, and no quantiles."""

    name: str
    kind: Kind
    labels: tuple[str, ...]
    text: str
    edges: tuple[float, ...] = ()


OTHER: Final = "other"
"""Stands in a label for whatever is not of the inventory."""

AUTH_EDGES: Final = (0.05, 0.1, 0.2, 0.4, 0.8, 1.5, 3.0, 5.0, 10.0, 20.0)
"""Seconds. They are the thresholds of alerts and of the SLO, so that counts against those are exact."""

ROAM_EDGES: Final = (0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 1.0, 2.0, 5.0, 10.0)
"""Likewise, for roams: 0.15 s is what a call bears unheard, 2 s what RoamSlow bears of a full authentication."""

_PAIR: Final = ("visited", "home")
_AP: Final = ("access_point", "site", "owner")
_CLIENT: Final = ("device", "owner", "server")


def _counter(name: str, labels: tuple[str, ...], text: str) -> Family:
    return Family(name, Kind.COUNTER, labels, text)


def _gauge(name: str, labels: tuple[str, ...], text: str) -> Family:
    return Family(name, Kind.GAUGE, labels, text)


def _summary(name: str, labels: tuple[str, ...], text: str) -> Family:
    return Family(name, Kind.SUMMARY, labels, text)


def _histogram(name: str, labels: tuple[str, ...], text: str, edges: tuple[float, ...] = AUTH_EDGES) -> Family:
    return Family(name, Kind.HISTOGRAM, labels, text, edges)


FAMILIES: Final = (
    # Authentications
    _counter(
        "roaming_auth_total", ("source", *_PAIR, "result"), "Authentications that ended, by probes and by people."
    ),
    _summary("roaming_auth_pair_seconds", _PAIR, "Length of the probes' accepted authentications, by pair."),
    _counter("roaming_auth_slow_total", _PAIR, "Accepted authentications of probes that took longer than 3 s."),
    _histogram("roaming_auth_home_seconds", ("home", "method"), "Length of accepted authentications, by home."),
    _histogram("roaming_auth_visited_seconds", ("visited", "method"), "The same, by visited borough."),
    _summary("roaming_auth_phase_seconds", ("home", "phase"), "Length of the parts of a probe's EAP conversation."),
    # The matrix
    _gauge("roaming_probe_success", _PAIR, "1 when the pair's last probe by each method passed; absent while unknown."),
    _gauge(
        "roaming_probe_failures", _PAIR, "Failures in a row of the pair's method that fails most; 0 when none does."
    ),
    _gauge("roaming_probe_reason", (*_PAIR, "reason"), "Always 1: why the pair fails, or how it passed."),
    _gauge("roaming_probe_seconds", _PAIR, "Length of the pair's last accepted probe."),
    _gauge("roaming_probe_timestamp_seconds", _PAIR, "When the pair's last probe that taught something ended."),
    _gauge("roaming_probe_success_timestamp_seconds", _PAIR, "When a probe of the pair was last let in."),
    _gauge("roaming_probe_interval_seconds", (), "How often every pair is probed."),
    _counter("roaming_probe_unknown_total", ("visited", "reason"), "Probes that taught nothing of the federation."),
    _gauge("roaming_path_up", ("visited", "path"), "1 when a proxy of the visited borough answered the last probe."),
    # Hops
    _gauge("roaming_server_up", ("server", "owner", "role"), "1 when the RADIUS server answers Status-Server."),
    _gauge("roaming_server_seconds", ("server", "owner"), "Round trip of the last Status-Server."),
    _gauge("roaming_radsec_up", ("server", "owner", "role"), "1 when the RadSec endpoint answers with a certificate."),
    _gauge("roaming_radsec_trusted", ("server", "owner"), "1 when that certificate is of our CA and of that name."),
    _gauge(
        "roaming_certificate_expiry_timestamp_seconds",
        ("kind", "server", "owner"),
        "When the first certificate of the chain ends; kind eap (server is the home) or radsec.",
    ),
    _counter("roaming_certificate_changes_total", ("kind", "server", "owner"), "Times that another one was shown."),
    _gauge("roaming_govwifi_up", ("location", "owner"), "1 when GovWifi answers this registered source."),
    # Access points and controllers
    _gauge("roaming_access_point_up", _AP, "1 when the access point works, 0 when it does not; absent while unknown."),
    _gauge("roaming_access_point_clients", _AP, "Clients of the access point."),
    _gauge("roaming_radio_clients", (*_AP, "radio"), "Clients of the radio."),
    _gauge("roaming_radio_utilisation_ratio", (*_AP, "radio"), "Share of the time that the channel is in use."),
    _gauge("roaming_ssid_clients", ("device", "owner", "ssid"), "Clients by SSID; those not ours are one: other."),
    _gauge("roaming_radius_client_seconds", _CLIENT, "Round trip of the device's last request to the server."),
    _counter("roaming_radius_client_requests_total", _CLIENT, "Access-Requests, without retransmissions."),
    _counter("roaming_radius_client_retransmissions_total", _CLIENT, "Access-Requests that were sent again."),
    _counter("roaming_radius_client_accepts_total", _CLIENT, "Access-Accepts that came back."),
    _counter("roaming_radius_client_rejects_total", _CLIENT, "Access-Rejects that came back."),
    _counter("roaming_radius_client_timeouts_total", _CLIENT, "Requests of the device that timed out."),
    _gauge("roaming_radius_accounting_client_seconds", _CLIENT, "Round trip of its last Accounting-Request there."),
    _counter("roaming_radius_accounting_client_requests_total", _CLIENT, "Accounting-Requests, without repeats."),
    _counter("roaming_radius_accounting_client_retransmissions_total", _CLIENT, "Accounting-Requests, sent again."),
    _counter("roaming_radius_accounting_client_responses_total", _CLIENT, "Accounting-Responses that came back."),
    _counter("roaming_radius_accounting_client_timeouts_total", _CLIENT, "Accounting-Requests that timed out."),
    _gauge("roaming_snmp_up", ("device", "owner"), "1 when the device answered the last poll."),
    _gauge("roaming_snmp_seconds", ("device", "owner"), "Length of the device's last poll."),
    _counter("roaming_traps_total", ("device", "owner", "trap"), "Traps and informs received."),
    # Roams, as sensors hear them (docs/captures.md)
    _histogram(
        "roaming_roam_seconds",
        ("visited", "kind"),
        "D2 of roams: from the first request until the new access point lets the client in.",
        ROAM_EDGES,
    ),
    _counter("roaming_roams_total", ("visited", "kind"), "Roams, those of which D2 was not heard and failed ones too."),
    _counter("roaming_ft_roams_total", _AP, "Roams of clients that do 802.11r, from another of the owner's to this."),
    _counter(
        "roaming_ft_fallbacks_total", _AP, "Those of them that were refused, or full authentications all the same."
    ),
    _counter("roaming_capture_packets_total", ("interface",), "Packets that the sensor took up."),
    # The monitor itself
    _counter("roaming_collection_failures_total", ("collector", "reason"), "What could not be collected, and why."),
    _gauge("roaming_collection_seconds", ("collector",), "Length of the collector's last cycle."),
    _gauge("roaming_collection_timestamp_seconds", ("collector",), "When the collector's last cycle ended."),
    _counter("roaming_log_lines_total", ("log", "outcome"), "Lines read: used, passed-over or malformed."),
    _gauge("roaming_build_info", ("version",), "Always 1."),
)

_BY_NAME: Final = {one.name: one for one in FAMILIES}


def family(name: str) -> Family:
    """Return a family by name; raises `KeyError` for one that is not in the table."""
    return _BY_NAME[name]

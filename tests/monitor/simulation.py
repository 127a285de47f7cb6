"""A federation that is not there: what probes, polls and logs would bring of it, the same every time.

It goes through `monitor.metrics.State`, so what a dashboard is held to is what the monitor emits.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from monitor.metrics import State
from monitor.sample import (
    Authentication,
    Batch,
    FakeClock,
    Increment,
    Observation,
    Phase,
    Result,
    Sample,
    Source,
    family,
)
from monitor.target import BoroughFacts, Estate, RadiusTarget, SiteFacts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from monitor.sample import Sink

BOROUGHS = ("barnet", "camden", "hackney", "islington")
OUTSIDE = "nhs.net"
HOMES = (*BOROUGHS, OUTSIDE)
ILL = "hackney"
START = 1_700_000_000.0
INTERVAL_S, STEP_S = 60.0, 30
STEPS, FAULT_STEP = 180, 60
DAY = 86_400.0
METHODS = ("tls", "peap-mschapv2")


class Health(StrEnum):
    """Whether everything works, or hackney, one hub, an agent and a certificate do not."""

    HEALTHY = "healthy"
    FAULTED = "faulted"


@dataclass
class Simulation:
    """Lets the federation live for 90 minutes; with faults the last hour is faulted."""

    health: Health
    clock: FakeClock = field(default_factory=lambda: FakeClock(START))
    step: int = 0

    @property
    def end(self) -> float:
        """Return the last moment."""
        return START + STEPS * STEP_S

    @property
    def ill(self) -> bool:
        """Say whether the faults are there already."""
        return self.health is Health.FAULTED and self.step > FAULT_STEP

    def openmetrics(self) -> str:
        """Return all scrapes as OpenMetrics with moments, as `promtool tsdb create-blocks-from` reads it."""
        state = State(estate(), interval_s=INTERVAL_S, clock=self.clock)
        scrapes: list[str] = []
        for self.step in range(1, STEPS + 1):
            self.clock.advance(STEP_S)
            self.bring(state)
            text = state.exposition(self.clock.now).decode() + "\n".join(self.alerts()) + "\n"
            scrapes += [f"{line} {self.clock.now:.0f}" for line in text.splitlines() if re.match(r"[a-zA-Z]", line)]
        return "\n".join([*scrapes, "# EOF\n"])

    def bring(self, sink: Sink) -> None:
        """Hand in what this half minute brings."""
        if self.step % 2:
            for seen in self.probes():
                sink.authentication(seen)
        for seen in self.logins():
            sink.authentication(seen)
        for increment in (*self.increments(), *self.roams()):
            sink.count(increment)
        for observation in self.lengths():
            sink.observe(observation)
        for batch in (self.hops(), self.points(), self.controllers(), self.sensors(), self.own()):
            sink.replace(batch)

    def probes(self) -> Iterator[Authentication]:
        """Yield one probe a pair. The agent of barnet stands still once ill."""
        for row, visited in enumerate(BOROUGHS):
            for column, home in enumerate(HOMES):
                if self.ill and visited == "barnet":
                    continue
                if self.ill and (visited, home) == (ILL, OUTSIDE):
                    yield Authentication(Source.PROBE, visited, home, Result.ERROR, self.clock.now, reason="agent")
                elif self.ill and ILL in (visited, home) and visited != home:
                    yield self._failed(visited, home)
                else:
                    slow = 4.0 if self.ill and home == ILL else 0.0
                    yield self._accepted(visited, home, 0.12 + 0.03 * row + 0.05 * column + slow)

    def _accepted(self, visited: str, home: str, seconds: float) -> Authentication:
        parts = {Phase.START: 0.2 * seconds, Phase.TUNNEL: 0.3 * seconds, Phase.INNER: 0.5 * seconds}
        return Authentication(
            source=Source.PROBE,
            visited=visited,
            home=home,
            result=Result.ACCEPT,
            at=self.clock.now,
            seconds=seconds,
            method=METHODS[self.step // 2 % 2],
            passed=True,
            reason="accepted",
            path=f"{visited}-rad-1",
            phases=parts,
        )

    def _failed(self, visited: str, home: str) -> Authentication:
        """Return a probe that nobody answered; at hackney the second proxy was asked after the first."""
        here = visited == ILL
        return Authentication(
            source=Source.PROBE,
            visited=visited,
            home=home,
            result=Result.TIMEOUT,
            at=self.clock.now,
            method=METHODS[self.step // 2 % 2],
            passed=False,
            reason="no-answer",
            path=f"{visited}-rad-2" if here else f"{visited}-rad-1",
            silent=(f"{visited}-rad-1",) if here else (),
        )

    def logins(self) -> Iterator[Authentication]:
        """Yield what people did: a tenth is rejected, a third of hackney's once it is ill."""
        for visited in BOROUGHS:
            for home in HOMES:
                every = 3 if self.ill and home == ILL else 10
                result = Result.REJECT if self.step % every == 0 else Result.ACCEPT
                yield Authentication(Source.LOG, visited, home, result, self.clock.now)

    def increments(self) -> Iterator[Increment]:
        """Yield what is counted beside authentications."""
        yield Increment(family("roaming_log_lines_total"), ("freeradius", "used"), 20)
        yield Increment(family("roaming_log_lines_total"), ("freeradius", "passed-over"), 3)
        if self.ill:
            yield Increment(family("roaming_log_lines_total"), ("freeradius", "malformed"), 1)
            yield Increment(family("roaming_collection_failures_total"), ("snmp", "timeout"))
            yield Increment(family("roaming_traps_total"), (f"{ILL}-wlc", ILL, "access-point-down"))
        if self.ill and self.step == FAULT_STEP + 4:
            yield Increment(family("roaming_certificate_changes_total"), ("eap", ILL, ILL))

    def roams(self) -> Iterator[Increment]:
        """Yield the roams of half a minute: fast ones to each access point, and full ones; ill, some fall back."""
        for borough in BOROUGHS:
            ill = self.ill and borough == ILL
            counts = {"ft_air": 2, "pmk_cached": 1, "full_eap": 3 if ill else 1, "incomplete": int(ill)}
            for kind, count in counts.items():
                yield Increment(family("roaming_roams_total"), (borough, kind), count)
            for number in (1, 2, 3):
                where = (f"{borough}-th-ap{number}", "town-hall", borough)
                yield Increment(family("roaming_ft_roams_total"), where, 3 if ill else 2)
                yield Increment(family("roaming_ft_fallbacks_total"), where, int(ill and number == 1))

    def lengths(self) -> Iterator[Observation]:
        """Yield how long they took."""
        for borough in BOROUGHS:
            slow, full = (10, 3) if self.ill and borough == ILL else (1, 1)
            for kind, seconds in (("ft_air", 0.03), ("pmk_cached", 0.04), *(("full_eap", 0.4),) * full):
                yield Observation(family("roaming_roam_seconds"), (borough, kind), seconds * slow)

    def sensors(self) -> Batch:
        """Return what the radios of a sensor took up; ill, one of them hears little more."""
        heard = {"wlan0mon": 900 * self.step, "wlan1mon": 600 * self.step}
        if self.ill:
            heard["wlan1mon"] = 600 * FAULT_STEP + self.step
        samples = [_sample("roaming_capture_packets_total", name, value=count) for name, count in heard.items()]
        return self._batch("capture:packets", tuple(samples))

    def hops(self) -> Batch:
        """Return the servers, endpoints and certificates."""
        return self._batch("status", tuple(self._servers()))

    def _servers(self) -> Iterator[Sample]:
        for name, owner, role in SERVERS:
            down = self.ill and name in ("hackney-rad-1", "hub-east")
            yield _sample("roaming_radsec_up", name, owner, role, value=not down)
            yield _sample("roaming_radsec_trusted", name, owner, value=not down)
            yield _sample(
                "roaming_certificate_expiry_timestamp_seconds", "radsec", name, owner, value=START + 200 * DAY
            )
            # Hubs take Status-Server from their TLS peers alone: nobody asks them.
            if role != "hub":
                yield from self._answer(name, owner, role, down=down)
        for home in BOROUGHS:
            days = 5 if self.ill and home == ILL else 90
            yield _sample("roaming_certificate_expiry_timestamp_seconds", "eap", home, home, value=START + days * DAY)
            down = self.ill and home == ILL
            yield _sample("roaming_govwifi_up", "civic", home, value=not down)
            yield _sample("roaming_govwifi_up", "library", home, value=1)

    def _answer(self, name: str, owner: str, role: str, *, down: bool) -> Iterator[Sample]:
        yield _sample("roaming_server_up", name, owner, role, value=not down)
        if not down:
            slow = 5 if self.ill and owner == ILL else 1
            yield _sample("roaming_server_seconds", name, owner, value=0.004 * slow)

    def points(self) -> Batch:
        """Return the access points."""
        return self._batch("snmp:points", tuple(self._points()))

    def _points(self) -> Iterator[Sample]:
        for borough in BOROUGHS:
            for number in (1, 2, 3):
                ill = self.ill and borough == ILL
                labels = (f"{borough}-th-ap{number}", "town-hall", borough)
                down = ill and number == 1
                yield _sample("roaming_access_point_up", *labels, value=not down)
                if not down:
                    clients = 10 * number + (7 if ill else 0)
                    yield _sample("roaming_access_point_clients", *labels, value=clients)
                    yield _sample("roaming_radio_clients", *labels, "5", value=clients)
                    yield _sample("roaming_radio_utilisation_ratio", *labels, "5", value=0.8 if ill else 0.1 * number)

    def controllers(self) -> Batch:
        """Return what the controllers tell; their counters are their own."""
        return self._batch("snmp:controllers", tuple(self._controllers()))

    def _controllers(self) -> Iterator[Sample]:
        for borough in BOROUGHS:
            ill = self.ill and borough == ILL
            device, server = f"{borough}-wlc", f"{borough}-rad-1"
            steps, ill_steps = self.step, max(0, self.step - FAULT_STEP) if ill else 0
            yield _sample("roaming_snmp_up", device, borough, value=1)
            yield _sample("roaming_snmp_up", f"{borough}-lib-ap1", borough, value=not ill)
            yield _sample("roaming_snmp_seconds", device, borough, value=0.4 if ill else 0.05)
            for ssid, clients in (("govroam", 40), ("GovWifi", 12), ("other", 5)):
                yield _sample("roaming_ssid_clients", device, borough, ssid, value=clients - (4 if ill else 0))
            yield _sample("roaming_radius_client_seconds", device, borough, server, value=2.5 if ill else 0.02)
            counters = {
                "requests": 9 * steps + 2 * ill_steps,
                "retransmissions": steps // 10 + 3 * ill_steps,
                "accepts": 8 * steps - 2 * ill_steps,
                "rejects": steps // 4 + ill_steps,
                "timeouts": 2 * ill_steps,
            }
            for name, value in counters.items():
                yield _sample(f"roaming_radius_client_{name}_total", device, borough, server, value=value)

    def own(self) -> Batch:
        """Return what the monitor says of itself."""
        return self._batch("self", tuple(self._own()))

    def _own(self) -> Iterator[Sample]:
        for collector in ("probes", "status", "radsec", "snmp", "traps", "logs"):
            stands = self.ill and collector == "radsec"
            ended = START + FAULT_STEP * STEP_S if stands else self.clock.now
            yield _sample("roaming_collection_timestamp_seconds", collector, value=ended)
            seconds = 12.0 if self.ill and collector == "snmp" else 0.8
            yield _sample("roaming_collection_seconds", collector, value=seconds)
        yield _sample("roaming_build_info", "0.1.0", value=1)

    def alerts(self) -> Iterator[str]:
        """Yield what Prometheus itself would add: it keeps a series for each alert."""
        yield _alert("Watchdog", "none", "operator")
        if self.ill:
            yield _alert("HomeBoroughUnreachable", "page", ILL)
            yield _alert("AccessPointDown", "ticket", ILL)
            yield _alert("HubDown", "ticket", "operator")

    def _batch(self, origin: str, samples: tuple[Sample, ...]) -> Batch:
        return Batch(origin, self.clock.now, 10 * STEP_S, samples)


SERVERS = (
    ("hub-east", "federation", "hub"),
    ("hub-west", "federation", "hub"),
    *((f"{borough}-rad-{n}", borough, "home" if n == 1 else "both") for borough in BOROUGHS for n in (1, 2)),
)


def estate() -> Estate:
    """Return the federation's facts."""
    targets = [RadiusTarget(name, owner, role, "10.0.0.1", f"{name}:2083") for name, owner, role in SERVERS]
    sites = [
        SiteFacts(
            "town-hall",
            f"{b.title()} Town Hall",
            b,
            (b,),
            (51.5, -0.1),
            access_points=tuple(f"{b}-th-ap{n}" for n in (1, 2, 3)),
        )
        for b in BOROUGHS
    ]
    return Estate(
        name="London",
        operator="federation",
        boroughs=tuple(BoroughFacts(slug, slug.title(), f"E0900000{i}", "") for i, slug in enumerate(BOROUGHS)),
        homes=HOMES,
        sites=tuple(sites),
        servers=tuple(one for one in targets if one.role != "hub"),
        hubs=tuple(one for one in targets if one.role == "hub"),
    )


def _sample(name: str, *labels: str, value: float) -> Sample:
    return Sample(family(name), labels, float(value))


def _alert(name: str, severity: str, owner: str) -> str:
    return f'ALERTS{{alertname="{name}",alertstate="firing",owner="{owner}",severity="{severity}"}} 1'

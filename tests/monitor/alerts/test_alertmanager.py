"""Who is told: inhibition by our evaluator and a real Alertmanager, routes by amtool, configurations that cannot be."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from monitor.alerts import Mail, Owner, Settings, Webhook, alertmanager
from monitor.errors import SettingError
from tests.monitor.alerts.cases import (
    CASES,
    Case,
    Told,
    burn,
    certificate,
    hub_down,
    isolated,
    pair_down,
    slow,
    stale,
    unreachable,
)
from tests.monitor.alerts.inhibition import inhibited, notified

if TYPE_CHECKING:
    from tests.conftest import Golden
    from tests.daemons.conftest import Box

OWNERS = (
    Owner("camden", "wifi@camden.example"),
    Owner("hackney", "it@hackney.example"),
    Owner("islington", "wifi@islington.example"),
)
NOC = "noc@roaming.example"
HOOK = Webhook("http://127.0.0.1:9099/alerts")
MAIL = Mail("mail.roaming.example:587", "alerts@roaming.example")
TEXT = alertmanager(OWNERS, NOC, HOOK, Settings())
INHIBITIONS: list[dict[str, Any]] = yaml.safe_load(TEXT)["inhibit_rules"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_exactly_these_are_told(case: Case) -> None:
    told = [one for one in case.fired if one not in case.hushed]
    assert notified(case.fired, INHIBITIONS) == told


NO_HUB = hub_down("hub-east", "none")
ONE_HUB = hub_down("hub-east", "some")
SITE = {"alertname": "SiteDown", "owner": "camden", "site": "town-hall", "severity": "page"}
POINT = {
    "alertname": "AccessPointDown",
    "owner": "camden",
    "site": "town-hall",
    "access_point": "a",
    "severity": "ticket",
}
REJECTS = {"alertname": "RejectSpike", "owner": "camden", "home": "camden", "severity": "ticket"}

# A cause, what fires beside it, and whether the second is told.
INHIBITED: tuple[tuple[str, Told, Told, bool], ...] = (
    ("no hub: home", NO_HUB, unreachable("camden"), True),
    ("no hub: visited", NO_HUB, isolated("camden"), True),
    ("no hub: latency", NO_HUB, slow("camden"), True),
    ("no hub: a building is told", NO_HUB, SITE, False),
    ("no hub: the other hub is told", NO_HUB, hub_down("hub-west", "none"), False),
    ("a hub: home is told", ONE_HUB, unreachable("camden"), False),
    ("no hub: the budget", NO_HUB, burn("1h"), True),
    ("a hub: the budget is told", ONE_HUB, burn("1h"), False),
    ("a home: its rejects", unreachable("camden"), REJECTS, True),
    ("a home: another's rejects are told", unreachable("hackney"), REJECTS, False),
    ("a home: its latency", unreachable("camden"), slow("camden"), True),
    ("a home: the budget is told", unreachable("camden"), burn("3d"), False),
    ("a pair: the budget is told", pair_down("camden", "hackney"), burn("1h"), False),
    ("a certificate: rejects", certificate("eap", "camden", "camden", "page"), REJECTS, True),
    ("RadSec's certificate: rejects are told", certificate("radsec", "camden-rad-1", "camden", "page"), REJECTS, False),
    ("a site: its access point", SITE, POINT, True),
    ("a site: another's access point is told", {**SITE, "site": "library"}, POINT, False),
    ("a site: another borough's is told", {**SITE, "owner": "hackney"}, POINT, False),
    ("very slow: slow", slow("camden", "10s"), slow("camden"), True),
    ("very slow: another's slow is told", slow("hackney", "10s"), slow("camden"), False),
    ("a fast burn: a slow one", burn("1h"), burn("3d"), True),
    ("a blind agent: the budget is told", stale("results", visited="camden"), burn("1h"), False),
)


@pytest.mark.parametrize(
    ("cause", "other", "hushed"), [row[1:] for row in INHIBITED], ids=[row[0] for row in INHIBITED]
)
def test_a_cause_hushes_what_follows_from_it_only(cause: Told, other: Told, *, hushed: bool) -> None:
    assert inhibited(other, [cause, other], INHIBITIONS) is hushed
    assert not inhibited(cause, [cause, other], INHIBITIONS)


# Starts Alertmanager for each set of alerts, posts them and prints their states.
_REAL = """
import json, subprocess, sys, time, urllib.request
BASE = "http://127.0.0.1:9093/api/v2/alerts"

def call(data=None):
    request = urllib.request.Request(BASE, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=5) as answer:
        return json.loads(answer.read() or "null")

def states(number, alerts):
    command = ["prometheus-alertmanager", "--config.file=/run/am/alertmanager.yml",
               f"--storage.path=/run/am/data{number}", "--web.listen-address=127.0.0.1:9093",
               "--cluster.listen-address=", "--log.level=error"]
    daemon = subprocess.Popen(command)
    try:
        for _ in range(100):
            try:
                call()
                break
            except OSError:
                time.sleep(0.05)
        call(json.dumps([{"labels": one} for one in alerts]).encode())
        # Each group is looked at every second: by then all that inhibit are known.
        time.sleep(2.5)
        found = call()
        assert len(found) == len(alerts), found
        return [[one["labels"], one["status"]["state"]] for one in found]
    finally:
        daemon.kill()
        daemon.wait()

print(json.dumps([states(number, alerts) for number, alerts in enumerate(json.load(sys.stdin))]))
"""


@pytest.mark.daemon
def test_a_real_alertmanager_agrees_with_our_evaluator(prometheus_box: Box) -> None:
    sets = [
        [
            NO_HUB,
            hub_down("hub-west", "none"),
            unreachable("camden"),
            isolated("hackney"),
            slow("camden"),
            SITE,
            POINT,
            burn("1h"),
        ],
        [
            unreachable("camden"),
            slow("camden"),
            slow("hackney"),
            slow("hackney", "10s"),
            burn("1h"),
            burn("3d"),
            REJECTS,
        ],
        [burn("1h"), burn("6h"), burn("1d"), POINT, {**SITE, "owner": "hackney"}, REJECTS, ONE_HUB],
    ]
    # A group that waits has not been looked at: in this test none does.
    text = re.sub(r"group_wait: \w+", "group_wait: 0s", re.sub(r"group_interval: \w+", "group_interval: 1s", TEXT))
    prometheus_box.write({"/run/am/alertmanager.yml": text, "/run/am/real.py": _REAL})
    answer = json.loads(prometheus_box.must("python3", "/run/am/real.py", stdin=json.dumps(sets)))
    for alerts, states in zip(sets, answer, strict=True):
        assert {(_key(one), state == "suppressed") for one, state in states} == {
            (_key(one), inhibited(one, alerts, INHIBITIONS)) for one in alerts
        }


def _key(labels: Told) -> str:
    return json.dumps(labels, sort_keys=True)


ROUTES = (
    ("owner=camden severity=page alertname=HomeBoroughUnreachable", "camden"),
    ("owner=camden severity=ticket alertname=AccessPointDown", "camden"),
    ("owner=hackney severity=page alertname=SiteDown", "hackney"),
    ("owner=operator severity=page alertname=HubDown", "operator"),
    ("owner=operator severity=ticket alertname=FederationBudgetBurn", "operator"),
    ("owner=operator severity=none alertname=Watchdog", "watchdog"),
    ("owner=barnet severity=page alertname=SiteDown", "operator"),
    ("owner=camden-town severity=page alertname=SiteDown", "operator"),
)


@pytest.mark.daemon
def test_amtool_takes_both_deliveries_and_finds_each_receiver(prometheus_box: Box) -> None:
    texts = {"hook": TEXT, "mail": alertmanager(OWNERS, NOC, MAIL, Settings(1 / 60))}
    prometheus_box.write({f"/run/am/{name}.yml": text for name, text in texts.items()})
    for name in texts:
        assert "SUCCESS" in prometheus_box.must("amtool", "check-config", f"/run/am/{name}.yml")
    asked = "; ".join(f"amtool config routes test --config.file=/run/am/mail.yml {labels}" for labels, _ in ROUTES)
    assert prometheus_box.must("sh", "-c", asked).split() == [receiver for _, receiver in ROUTES]


def test_the_configuration_is_the_same_bytes_each_time(golden: Golden) -> None:
    golden("alerts/alertmanager.yml", alertmanager(OWNERS, NOC, MAIL, Settings()))


@pytest.mark.parametrize(
    ("slug", "contact"),
    [
        ("", "a@camden.example"),
        ("Camden", "a@camden.example"),
        ('camden" or "', "a@camden.example"),
        ("camden\n", "a@camden.example"),
        ("camden", ""),
        ("camden", "nobody"),
        ("camden", "a@x.example, b@x.example"),
        ("camden", "a@x.example\nbcc: b@x.example"),
    ],
)
def test_owners_that_cannot_be_told_are_refused(slug: str, contact: str) -> None:
    with pytest.raises(SettingError, match="want a slug and a mail address"):
        Owner(slug, contact)


@pytest.mark.parametrize("slugs", [("camden", "camden"), ("operator",), ("watchdog",), ("federation",)])
def test_receivers_have_one_owner_each(slugs: tuple[str, ...]) -> None:
    owners = [Owner(slug, "a@camden.example") for slug in slugs]
    with pytest.raises(SettingError, match=f"two receivers of alerts would be called {slugs[-1]}"):
        alertmanager(owners, NOC, HOOK, Settings())

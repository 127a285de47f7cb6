"""Why a push may not begin, in exactly these words."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roaming.errors import PushError
from roaming.load import load
from roaming.model.change import Approver, BoroughChangeControl, FederationChangeControl
from roaming.plan import ChangeRequest, Policy, allowed_until, objections, policy_of
from tests.edited import MINIMAL, edited

if TYPE_CHECKING:
    from pathlib import Path

    from roaming.model.network import Network

FEDERATION = """\
  change_control:
    windows: ["Tu-Th 22:00-05:00"]
    freezes:
      - {from: 2026-11-25, to: 2026-12-02, reason: election}
    ticket: "CHG[0-9]{7}"
    second_approver: required
    approvers:
      - {name: ada, public_key: ssh-ed25519 AAAAada}
      - {name: ben, public_key: ssh-ed25519 AAAAben}
  govwifi:
"""
CAMDEN = """\
realms: [camden.gov.uk]
change_control:
  windows: ["We 23:00-03:00"]
  freezes:
    - {from: 2026-12-24, to: 2027-01-02, reason: Christmas}
  ticket: "CAM-[0-9]+"
  approvers:
    - {name: cay, public_key: ssh-ed25519 AAAAcay}
"""
ADA = Approver(name="ada", public_key="ssh-ed25519 AAAAada")
BEN = Approver(name="ben", public_key="ssh-ed25519 AAAAben")
CAY = Approver(name="cay", public_key="ssh-ed25519 AAAAcay")
FORGED = Approver(name="ada", public_key="ssh-ed25519 AAAAelse")


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Network:
    edits = [
        ("federation.yml", "  govwifi:\n", FEDERATION),
        ("boroughs/camden.yml", "realms: [camden.gov.uk]\n", CAMDEN),
    ]
    return load(edited(tmp_path_factory.mktemp("controlled"), edits)).network


def request(now: str, *approvers: Approver, user: str = "ada", ticket: str | None = "CHG0012345") -> ChangeRequest:
    return ChangeRequest(datetime.fromisoformat(now).replace(tzinfo=UTC), user, ticket, frozenset(approvers))


GOOD = request("2026-11-24 23:00", BEN)
WINDOW = (
    "outside the change windows of federation.yml (Tu-Th 22:00-05:00, Europe/London): "
    "the next one opens on 2026-11-24 at 22:00"
)
FROZEN = "frozen until 2026-12-02 (election): push after that, or have the freeze lifted in federation.yml"
NO_TICKET = "federation.yml demands a ticket: give --ticket, of the form CHG[0-9]{7}"
APPROVER = (
    "federation.yml demands a second approver: have one of {} sign this plan with `roam approve`, "
    "and give the file with --approval"
)


@pytest.mark.parametrize(
    ("owners", "asked", "said"),
    [
        (["federation"], GOOD, []),
        (["hackney"], GOOD, []),
        (["federation"], request("2026-11-24 21:59", BEN), [WINDOW]),
        (["federation"], request("2026-11-25 00:00", BEN), [FROZEN]),
        (["federation"], request("2026-12-02 23:59", BEN), [FROZEN]),
        (["federation"], request("2026-12-03 00:00", BEN), []),
        (["federation"], replace(GOOD, ticket=None), [NO_TICKET]),
        (
            ["federation"],
            replace(GOOD, ticket="xCHG0012345"),
            [
                (
                    "the ticket 'xCHG0012345' is not of the form CHG[0-9]{7} that federation.yml demands: "
                    "give the right --ticket"
                )
            ],
        ),
        (["federation"], replace(GOOD, approvers=frozenset()), [APPROVER.format("ben")]),
        (["federation"], replace(GOOD, approvers=frozenset({ADA})), [APPROVER.format("ben")]),
        (["federation"], replace(GOOD, approvers=frozenset({CAY})), [APPROVER.format("ben")]),
        (["federation"], replace(GOOD, user="dan", approvers=frozenset({ADA})), []),
        (["federation"], replace(GOOD, user="dan", approvers=frozenset({FORGED})), [APPROVER.format("ada, ben")]),
        # A borough's windows and freezes hold beside the federation's; its tickets and approvers stand in their place.
        (["camden"], request("2026-12-09 23:30", CAY, ticket="CAM-1"), []),
        (
            ["camden"],
            request("2026-12-10 03:30", CAY, ticket="CAM-1"),
            [
                (
                    "outside the change windows of boroughs/camden.yml (We 23:00-03:00, Europe/London): "
                    "the next one opens on 2026-12-16 at 23:00"
                )
            ],
        ),
        (
            ["camden"],
            request("2026-12-31 00:30", CAY, ticket="CAM-1"),
            ["frozen until 2027-01-02 (Christmas): push after that, or have the freeze lifted in boroughs/camden.yml"],
        ),
        (
            ["camden"],
            request("2026-12-09 23:30", BEN),
            [
                (
                    "the ticket 'CHG0012345' is not of the form CAM-[0-9]+ that boroughs/camden.yml demands: "
                    "give the right --ticket"
                ),
                APPROVER.format("cay").replace("federation.yml", "boroughs/camden.yml"),
            ],
        ),
        (
            ["camden"],
            request("2026-12-09 23:30", user="cay", ticket="CAM-1"),
            [
                (
                    "boroughs/camden.yml demands a second approver and lists nobody but the one who pushes: "
                    "add approvers to it"
                )
            ],
        ),
        # A change of both needs both.
        (
            ["camden", "hackney"],
            request("2026-12-09 23:30", CAY, ticket="CAM-1"),
            [
                (
                    "the ticket 'CAM-1' is not of the form CHG[0-9]{7} that federation.yml demands: "
                    "give the right --ticket"
                ),
                APPROVER.format("ben"),
            ],
        ),
    ],
)
def test_objections(network: Network, owners: list[str], asked: ChangeRequest, said: list[str]) -> None:
    assert list(objections(policy_of(network, owners), asked)) == said


def test_an_inventory_that_asks_nothing_hears_no_objection(repository: Path) -> None:
    network = load(repository / "tests" / "minimal").network
    policy = policy_of(network, ["camden", "hackney", "federation"])
    assert objections(policy, request("2026-11-24 12:00", ticket=None)) == ()
    assert allowed_until(policy, GOOD.now) is None
    assert policy.approvers == ()


def test_a_borough_may_ask_for_more_than_the_federation(tmp_path: Path) -> None:
    text = "realms: [camden.gov.uk]\nchange_control: {second_approver: required}\n"
    network = load(edited(tmp_path, [("boroughs/camden.yml", "realms: [camden.gov.uk]\n", text)])).network
    asked = "boroughs/camden.yml demands a second approver and lists nobody but the one who pushes: add approvers to it"
    assert objections(policy_of(network, ["camden"]), GOOD) == (asked,)
    assert objections(policy_of(network, ["hackney"]), GOOD) == ()


@pytest.mark.parametrize(
    ("owners", "now", "until"),
    [
        (["federation"], "2026-11-24 23:00", "2026-11-25 00:00"),
        (["federation"], "2026-12-09 23:00", "2026-12-10 05:00"),
        (["camden"], "2026-12-09 23:00", "2026-12-10 03:00"),
        (["camden"], "2026-12-23 23:30", "2026-12-24 00:00"),
    ],
)
def test_until_when_waves_may_begin(network: Network, owners: list[str], now: str, until: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert allowed_until(policy_of(network, owners), moment) == datetime.fromisoformat(until).replace(tzinfo=UTC)


def test_who_could_approve(network: Network) -> None:
    assert policy_of(network, ["camden"]).approvers == (CAY,)
    assert policy_of(network, ["camden", "federation"]).approvers == (CAY, ADA, BEN)


def test_a_zone_that_the_machine_lost_is_said_plainly() -> None:
    with pytest.raises(PushError, match="this machine does not know the time zone Europe/Nowhere: install Debian's"):
        _ = Policy("Europe/Nowhere").zone


def test_a_request_without_a_zone_is_none() -> None:
    with pytest.raises(ValueError, match="the time of a request needs its zone"):
        ChangeRequest(datetime(2026, 11, 24, 12), "ada")  # noqa: DTZ001  that is what is refused


DAYS = st.sampled_from(("Mo", "Tu-Fr", "Sa,Su", "Fr-Mo"))
WINDOWS = st.builds("{} {}".format, DAYS, st.sampled_from(("22:00-05:00", "00:00-24:00", "01:15-01:45", "09:00-17:00")))
FIRST = st.dates(date(2026, 3, 1), date(2026, 12, 1))
FREEZES = FIRST.map(lambda day: {"from": day.isoformat(), "to": (day + timedelta(days=9)).isoformat(), "reason": "r"})
CONTROLS = st.fixed_dictionaries(
    {},
    optional={
        "windows": st.lists(WINDOWS, max_size=2),
        "freezes": st.lists(FREEZES, max_size=2),
        "batch": st.integers(1, 20),
        "max_failures": st.integers(0, 9),
        "max_share": st.floats(0, 1),
        "ticket": st.sampled_from(("A", "B")),
        "approvers": st.just([{"name": "cay", "public_key": "ssh-ed25519 AAAAcay"}]),
    },
)
MINIMAL_NETWORK = load(MINIMAL).network
MOMENTS = st.datetimes(datetime(2026, 3, 1), datetime(2026, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001  UTC is added


@given(CONTROLS, CONTROLS, MOMENTS)
def test_law_a_borough_is_never_laxer(federal: dict[str, Any], own: dict[str, Any], now: datetime) -> None:
    approvers = {"second_approver": "required", "approvers": [{"name": "ada", "public_key": "ssh-ed25519 AAAAada"}]}
    control = FederationChangeControl.model_validate_json(json.dumps(approvers | {"ticket": "C"} | federal))
    borough = MINIMAL_NETWORK.boroughs_by_slug["camden"]
    boroughs = tuple(
        one.model_copy(update={"change_control": BoroughChangeControl.model_validate_json(json.dumps(own))})
        if one is borough
        else one
        for one in MINIMAL_NETWORK.boroughs
    )
    federation = MINIMAL_NETWORK.federation.model_copy(update={"change_control": control})
    network = replace(MINIMAL_NETWORK, federation=federation, boroughs=boroughs)
    mine, hubs = policy_of(network, ["camden"]), policy_of(network, ["federation"])
    given_nothing = ChangeRequest(now, "dan")
    assert len(objections(mine, given_nothing)) >= len(objections(hubs, given_nothing)) >= 2
    assert mine.batch <= hubs.batch
    assert mine.max_failures <= hubs.max_failures
    assert mine.max_share <= hubs.max_share
    if not objections(mine, given_nothing)[2:]:
        until, longest = allowed_until(mine, now), allowed_until(hubs, now)
        assert longest is None or (until is not None and now < until <= longest)

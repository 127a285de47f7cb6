"""What the daemons have to agree on."""

from __future__ import annotations

import pytest

from roaming.errors import RenderError
from roaming.federation import (
    hub_order,
    mobility_domain,
    nas_clients,
    operator_name,
    proxy_order,
    realm_routes,
    rotated,
    timers,
)
from tests.render.networks import lab, london, shared


def test_timers_reach_the_target_inside_the_daemons_bounds() -> None:
    found = timers(lab().federation)
    assert found.check_interval >= 6
    assert 3 <= found.answers_to_alive <= 10
    assert found.zombie_period >= found.response_window
    assert found.hub_failover <= found.server_failover <= 45


@pytest.mark.parametrize(("target", "retry"), [("35s", 3), ("38s", 6), ("42s", 10), ("5m", 10)])
def test_a_tight_target_shortens_the_wait_for_an_answer(target: str, retry: int) -> None:
    federation = lab().federation.model_copy(update={"failover_target": target})
    assert timers(federation).retry_interval == retry


@pytest.mark.parametrize("target", ["1s", "34s"])
def test_a_target_that_no_daemon_reaches_is_refused(target: str) -> None:
    federation = lab().federation.model_copy(update={"failover_target": target})
    with pytest.raises(RenderError) as refused:
        timers(federation)
    assert str(refused.value) == (
        f"failover_target {target} cannot be reached: radsecproxy asks a silent server only every 25 to 32 s, so the"
        " least is 35s"
    )


def test_a_revived_hub_has_time_to_answer_before_it_is_dead() -> None:
    """FreeRADIUS asks every 6 s, 2 s later at most, and wants three answers."""
    found = timers(lab().federation)
    assert 3 * found.zombie_period / 4 >= 2 * (found.check_interval + 2) + 1


def test_boroughs_take_turns_in_the_hub_they_prefer() -> None:
    network = lab()
    first = [hub_order(network, borough.radius[0])[0].name for borough in network.boroughs]
    assert first == ["hub-east", "hub-west", "hub-east"]


def test_hubs_take_turns_in_the_proxy_they_prefer() -> None:
    network = lab()
    camden = network.boroughs_by_slug["camden"]
    orders = [[server.name for server in proxy_order(network, camden, hub)] for hub in network.hubs]
    assert orders == [["camden-rad-1", "camden-rad-2"], ["camden-rad-2", "camden-rad-1"]]


def test_a_shared_proxy_routes_both_boroughs() -> None:
    network = shared()
    routes = {
        route.realm: [home.name for home in route.homes]
        for route in realm_routes(network, network.servers_by_name["camden-rad-2"])
    }
    assert routes == {"camden.gov.uk": [], "islington.gov.uk": ["islington-rad-1"]}


def test_a_proxy_serves_the_buildings_of_its_boroughs() -> None:
    network = shared()
    names = [client.device.name for client in nas_clients(network, network.servers_by_name["camden-rad-2"])]
    assert names == [
        "camden-agent",
        "islington-agent",
        "camden-th-ap1",
        "camden-ps-ap1",
        "camden-ps-ap2",
        "islington-th-ap1",
        "islington-us-ap1",
        "islington-ps-ap1",
        "islington-ps-ap2",
    ]


def test_an_operator_name_is_a_realm() -> None:
    assert operator_name(lab().boroughs_by_slug["camden"]) == "1camden.gov.uk"


def test_mobility_domains_of_london_do_not_meet() -> None:
    network = london()
    pairs = {(site.owner, wlan) for _, site in network.sites() for wlan in site.wlans}
    assert len({mobility_domain(*pair) for pair in pairs}) == len(pairs)


def test_nothing_rotates_to_nothing() -> None:
    assert rotated((), 3) == ()

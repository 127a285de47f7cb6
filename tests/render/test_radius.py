"""Rendering RADIUS servers and hubs: goldens, laws, and what each version gets."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from roaming.errors import RenderError
from roaming.model.bundle import DeviceKind, SlotKind
from roaming.model.terms import StatusCheck
from roaming.render import render
from roaming.targets import TARGETS
from tests.render.networks import CASES, lab, london, older, shared, with_server

if TYPE_CHECKING:
    from roaming.model.bundle import DeviceBundle
    from roaming.model.network import Network
    from tests.conftest import Golden

HUB = "/etc/radsecproxy.conf"
FREERADIUS = "/etc/freeradius/3.0"


def radius(network: Network) -> list[DeviceBundle]:
    return [device for device in render(network).devices if device.kind in (DeviceKind.RADIUS_SERVER, DeviceKind.HUB)]


def text(network: Network, device: str, path: str) -> str:
    found = next(one for one in radius(network) if one.name == device)
    return next(file.text() for file in found.files if file.path == path)


def block(config: str, head: str) -> str:
    """Return the block that starts with a line, up to its closing brace in the first column."""
    return config.split(f"\n{head} {{\n")[1].split("\n}\n", maxsplit=1)[0]


@pytest.mark.parametrize("case", sorted(CASES))
def test_golden(golden: Golden, case: str) -> None:
    for device in radius(CASES[case]()):
        for file in device.files:
            golden(f"radius/{case}/{device.name}{file.path}", file.text())


def test_the_same_network_renders_the_same_bytes() -> None:
    assert render(lab()) == render(lab())


@pytest.mark.parametrize("network", [lab, london, shared])
def test_every_slot_has_a_quoting_of_its_target(network: object) -> None:
    for device in render(network()).devices:  # type: ignore[operator]
        quotings = TARGETS[device.target].quotings
        assert {slot.quoting for file in device.files for slot in file.slots} <= set(quotings)


def test_files_with_secrets_are_for_the_daemon_alone() -> None:
    secret = [(file, device) for device in radius(lab()) for file in device.files if file.slots]
    assert {(file.mode, file.owner) for file, _ in secret} == {(0o640, "root")}
    assert {(device.target, file.group) for file, device in secret} == {
        ("freeradius", "freerad"),
        ("radsecproxy", "radsecproxy"),
    }


def test_private_keys_and_certificates_are_whole_files() -> None:
    for device in radius(lab()):
        for file in device.files:
            if any(slot.kind is not SlotKind.SECRET for slot in file.slots):
                assert file.slots == file.parts


def test_the_version_decides_what_freeradius_gets() -> None:
    new, old = lab(), older()
    for word in ("nonblock = yes", "check_client_connections = yes"):
        assert word in text(new, "camden-rad-1", f"{FREERADIUS}/roaming/servers.conf")
        assert word not in text(old, "camden-rad-1", f"{FREERADIUS}/roaming/servers.conf")
    assert "limit_proxy_state = yes" in text(new, "camden-rad-1", f"{FREERADIUS}/clients.conf")
    assert "limit_proxy_state" not in text(old, "camden-rad-1", f"{FREERADIUS}/clients.conf")
    assert "require_message_authenticator = yes" in text(old, "camden-rad-1", f"{FREERADIUS}/clients.conf")
    assert 'tls_max_version = "1.2"' in text(old, "camden-rad-1", f"{FREERADIUS}/proxy.conf")


def test_the_version_decides_what_radsecproxy_gets() -> None:
    assert "RequireMessageAuthenticator on" in text(lab(), "hub-east", HUB)
    assert "RequireMessageAuthenticator" not in text(older(), "hub-east", HUB)


@pytest.mark.parametrize("version", ["3.0.26", "3.2.0"])
def test_a_version_that_is_too_old_is_refused(version: str) -> None:
    with pytest.raises(RenderError, match=rf"^freeradius {version} is not supported: the oldest version .* 3\.2\.1$"):
        render(with_server(lab(), "camden-rad-1", version=version))


def with_hubs(network: Network, version: str) -> Network:
    return replace(network, hubs=tuple(hub.model_copy(update={"version": version}) for hub in network.hubs))


@pytest.mark.parametrize(("version", "signed"), [("1.9.2", False), ("1.11.2", False), ("1.11.3", True)])
def test_a_silent_server_is_found_before_its_answers_are_signed(version: str, signed: bool) -> None:  # noqa: FBT001
    """1.11.2 throws an unsigned answer to Status-Server away where signatures are demanded: 1.11.3 mends it."""
    config = text(with_hubs(lab(), version), "hub-east", HUB)
    server = block(config, "server nrps-1")
    assert "StatusServer on" in server
    assert ("RequireMessageAuthenticator on" in server) is signed
    assert ("RequireMessageAuthenticator on" in block(config, "client nrps-1")) is (version != "1.9.2")


def test_no_own_realm_goes_to_the_hubs() -> None:
    policy = text(lab(), "hackney-proxy-1", f"{FREERADIUS}/roaming/policy.conf")
    case = policy.split("case 'hackney.gov.uk' {")[1].split("case ")[0]
    assert "home_hackney" in case
    assert "'federation'" not in case


def test_answers_to_another_borough_pass_a_filter_that_knows_no_vlan() -> None:
    config = text(lab(), "camden-rad-1", f"{FREERADIUS}/roaming/servers.conf")
    after = config.split("server federation {")[1].split("post-auth {")[1]
    assert after.split("Post-Auth-Type REJECT")[0].split() == [
        "roaming_accepted",
        "from_federation",
        "roaming_cui",
        "roaming_log_result",
    ]
    allowed = text(lab(), "camden-rad-1", f"{FREERADIUS}/roaming/filters/from-federation")
    assert not any(word in allowed for word in ("Tunnel", "Filter-Id", "Vendor", "AVPair"))


def test_both_hubs_carry_traffic_and_every_proxy_knows_both() -> None:
    orders = {
        device.name: [
            line.split("=")[1].strip()
            for line in block(text(lab(), device.name, f"{FREERADIUS}/proxy.conf"), "home_server_pool federation")
            .split("type = fail-over")[1]
            .splitlines()
            if line
        ]
        for device in radius(lab())
        if device.target == "freeradius" and device.name != "hackney-home-1"
    }
    assert {tuple(sorted(order)) for order in orders.values()} == {("hub-east", "hub-west")}
    assert {order[0] for order in orders.values()} == {"hub-east", "hub-west"}


def test_a_hub_overwrites_what_a_peer_says_of_itself() -> None:
    assert block(text(lab(), "hub-east", HUB), "rewrite camden-rad-1").split("\n") == [
        "\tRemoveAttribute 126",
        "\tAddAttribute 126:'1camden.gov.uk",
    ]


def test_a_server_of_two_boroughs_may_speak_for_both_and_no_other() -> None:
    lines = block(text(shared(), "hub-east", HUB), "rewrite camden-rad-2")
    assert "/^1(camden[.]gov[.]uk|islington[.]gov[.]uk)$/" in lines
    assert "RemoveAttribute" not in lines


def test_the_last_realm_rejects_what_nobody_serves() -> None:
    assert text(lab(), "hub-east", HUB).rstrip().endswith('realm * {\n\tReplyMessage "hub hub-east: unknown realm"\n}')


def test_an_upstream_for_any_realm_gets_what_is_nobody_elses() -> None:
    network = lab()
    upstream = network.upstreams[0].model_copy(update={"realms": "any"})
    config = text(replace(network, upstreams=(upstream,)), "hub-east", HUB)
    assert "\tServer nrps-1\n" in config.split("realm * {")[1]


def test_a_hub_pins_every_peer() -> None:
    config = text(lab(), "hub-west", HUB)
    for head in ("client hackney-proxy-1", "server hackney-proxy-1"):
        lines = block(config, head)
        assert "CertificateNameCheck off" in lines
        assert "MatchCertificateAttribute SubjectAltName:DNS:/^proxy1[.]hackney[.]example$/" in lines


@pytest.mark.parametrize(
    ("check", "lines"),
    [
        (StatusCheck.STATUS_SERVER, ["status_check = status-server"]),
        (StatusCheck.REQUEST, ["status_check = request", "username = 'nobody@hackney.gov.uk'"]),
        (StatusCheck.NONE, ["status_check = none"]),
    ],
)
def test_a_home_server_is_watched_as_the_inventory_says(check: StatusCheck, lines: list[str]) -> None:
    network = with_server(lab(), "hackney-home-1", status_check=check)
    server = block(text(network, "hackney-proxy-1", f"{FREERADIUS}/proxy.conf"), "home_server hackney-home-1")
    assert [line for line in lines if line in server] == lines


def test_a_home_apart_without_a_secret_is_refused() -> None:
    with pytest.raises(RenderError, match=r"^hackney-home-1 is a home .* it needs a secret$"):
        render(with_server(lab(), "hackney-home-1", secret=None))

"""The images themselves: the versions they promise, and services that obey Debian's init scripts without systemd."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Final

import pytest

from lab.engine import bring_up, find_engine, take_down
from lab.images import SOFTWARE, Image, Workshop, ensure

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lab.engine import Engine, Result

pytestmark = pytest.mark.daemon

BOXES: Final = {
    "old": (Image.DEBIAN_12, "agent"),
    "server": (Image.DEBIAN_13, "radius-server"),
    "hub": (Image.DEBIAN_13, "hub"),
    "ap": (Image.DEBIAN_13, "access-point"),
    "control": (Image.CONTROL, "control"),
}
SERVICE: Final = """  {box}:
    image: "{image}"
    container_name: "{lab}-{box}"
    init: true
    cap_add: [NET_ADMIN, NET_RAW, SYS_PTRACE]
    environment: {{LAB_ROLE: {role}, LAB_USER: "{user}"}}
    volumes: ["./login:/etc/lab:ro"]
"""
VERSIONS: Final = {"freeradius": "freeradius -v", "radsecproxy": "radsecproxy -v", "hostapd": "hostapd -v"}


class Boxes:
    """One container of each kind."""

    def __init__(self, engine: Engine, name: str) -> None:
        self.engine = engine
        self.name = name

    def run(self, box: str, command: str) -> Result:
        return self.engine.exec(f"{self.name}-{box}", ["sh", "-c", command], timeout_s=60)


@pytest.fixture(scope="module")
def boxes(tmp_path_factory: pytest.TempPathFactory, pytestconfig: pytest.Config) -> Iterator[Boxes]:
    folder = tmp_path_factory.mktemp("images")
    engine = find_engine(folder)
    shop = Workshop(engine, folder / "work", pytestconfig.rootpath / "requirements.txt", print)
    name = f"seamless-wifi-images-{os.getpid()}"
    (folder / "login").mkdir()
    (folder / "login" / "authorized_keys").write_text("ssh-ed25519 AAAA officer\n", encoding="ascii")
    compose = folder / "compose.yml"
    services = [
        SERVICE.format(
            box=box, image=ensure(shop, image), lab=name, role=role, user="" if role == "control" else "officer"
        )
        for box, (image, role) in BOXES.items()
    ]
    compose.write_text(f"services:\n{''.join(services)}networks: {{default: {{internal: true}}}}\n", encoding="ascii")
    try:
        bring_up(engine, compose, name, [f"{name}-{box}" for box in BOXES])
        yield Boxes(engine, name)
    finally:
        take_down(engine, compose, name)


@pytest.mark.parametrize(("software", "version", "image"), [(*key, image) for key, image in SOFTWARE.items()])
def test_has_the_version_that_the_table_says(boxes: Boxes, software: str, version: str, image: Image) -> None:
    box = next(box for box, (has, _) in BOXES.items() if has is image)
    said = boxes.run(box, VERSIONS[software])
    assert re.search(rf"\bv?{re.escape(version)}\b", said.out + said.err), said


@pytest.mark.parametrize(
    ("box", "service", "verbs"),
    [
        ("server", "freeradius", ("status", "reload", "restart", "status", "stop", "start", "status")),
        ("hub", "radsecproxy", ("status", "restart", "stop", "start", "status")),
        ("ap", "snmpd", ("status", "restart", "status", "stop", "start", "status")),
    ],
)
def test_a_packaged_service_obeys(boxes: Boxes, box: str, service: str, verbs: Sequence[str]) -> None:
    for verb in verbs:
        # A daemon writes its pid file some moments after its init script is done.
        words = f"service {service} {verb}"
        result = boxes.run(box, f"for n in 1 2 3 4 5; do {words} && exit 0; sleep 0.2; done; exit 1")
        assert result.ok, (verb, result)


def test_a_restart_really_changes_the_process(boxes: Boxes) -> None:
    # The init script may take the old process, which still exits, for one that runs, and start none: then start again.
    again = "pgrep -x radsecproxy >&2 || service radsecproxy start >&2; sleep 0.5"
    restart = f"service radsecproxy restart >&2; sleep 0.5; {again}"
    pids = f"cat /run/radsecproxy/pid; {restart}; cat /run/radsecproxy/pid"
    result = boxes.run("hub", pids)
    before, after = result.out.split()
    assert before != after
    assert len(boxes.run("hub", "pgrep -x radsecproxy").out.split()) == 1


def test_an_access_point_waits_for_its_configuration(boxes: Boxes) -> None:
    assert not boxes.run("ap", "pgrep -x hostapd").ok
    assert "not found, not starting" in boxes.run("ap", "service hostapd start").out


def test_an_engineer_becomes_root_and_host_keys_are_not_shared(boxes: Boxes) -> None:
    assert boxes.run("server", "su officer -c 'sudo -n id -u'").out.split() == ["0"]
    assert boxes.run("server", "stat -c '%U %a' /home/officer/.ssh/authorized_keys").out.split() == ["officer", "600"]
    keys = {boxes.run(box, "cat /etc/ssh/ssh_host_*_key.pub").out for box in ("server", "hub", "ap")}
    assert len(keys) == 3
    assert all(key.count("\n") == 1 for key in keys)


def test_the_control_container_has_what_the_commands_need(boxes: Boxes) -> None:
    modules = "ansible_runner, cryptography, jinja2, netmiko, pydantic, pytest, typer, yaml"
    assert boxes.run("control", f"python3 -W error -c 'import {modules}'").ok
    assert boxes.run("control", "ansible-playbook --version").out.startswith("ansible-playbook [core 2.19")
    for command in ("roam", "roam-lab", "roam-monitor", "ansible-runner", "eapol_test", "ssh"):
        assert boxes.run("control", f"command -v {command}").ok, command
